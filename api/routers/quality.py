"""Data quality and possible duplicates: what an owner corrects, what the department decides."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from api.downloads import made_for_download
from api.entered import given_reason, needed_reason
from api.errors import ForbiddenError, status_of
from api.forms import Typed
from api.geojson import plain
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, page_language, safe_language
from api.pages import render, wants_page
from api.quality_view import kept_duplicates, kept_quality
from api.service import service_of
from api.viewing import note_ids, note_told
from api.views import jurisdiction_of
from data.text import Language, text
from gis.duplicates import Likeness, decide, decided_in
from gis.errors import FormatError, GisError, NotFoundError
from gis.exchange.exporting import ExportFormat
from gis.quality import OwnerQuality, quality
from gis.quality_files import write_defects
from gis.register.duplicates import Decision, DuplicateDecision

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_SHOWN = 100
_PAIRS = 200
_PAIRS_OF_PAGE = 30
"""Each is decided before others take its place."""


class DecisionAsked(BaseModel):
    """Two structures, and which is kept; none keeps both apart."""

    model_config = ConfigDict(extra="forbid")

    first_id: str = Field(max_length=200)
    second_id: str = Field(max_length=200)
    kept_id: str | None = Field(default=None, max_length=200)
    reason: str = Field(min_length=1, max_length=300)


@router.get("/quality", tags=["register"])
def owners(request: Request) -> dict[str, Any]:
    """Score and open defects of each owner: an operator its own, the department all."""
    found = _quality(request)
    return {"owners": [_told(one) for one in found]}


@router.get("/quality/{owner_id}/defects", tags=["register"], response_class=FileResponse)
def defects(
    request: Request, owner_id: str, format: Annotated[ExportFormat, Query()] = ExportFormat.XLSX
) -> FileResponse:
    """The structures of an owner with open defects, as the file that it corrects."""
    service, identity = service_of(request), identity_of(request)
    if not identity.is_staff and identity.scope.own != owner_id:
        raise NotFoundError("errors.organisations_unknown", id=owner_id[:60])
    service.register.organisation(owner_id)
    language = page_language(request) if wants_page(request) else api_language(request)
    day = service.today()
    with service.register.snapshot() as register:
        place = jurisdiction_of(day)
        found = quality(register, place, day, owner_id=owner_id)
        empty = OwnerQuality(owner_id=owner_id, structures=0, applied=0, passed=0, defects=())
        one = found[0] if found else empty
        note_told(request, structures=[each.structure for each in one.defects])
        return made_for_download(
            f"phusong-defects.{format.value}",
            lambda path: write_defects(
                register, identity.scope, one, format, path, language=language, on=day
            ),
        )


@router.get("/duplicates", tags=["register"])
def pairs(request: Request) -> dict[str, Any]:
    """Pairs of structures that may be one, with the reasons, and what was decided of others."""
    service = service_of(request)
    language = api_language(request)
    found, decided = kept_duplicates(service), service.register.decisions()
    _note(request, found[:_PAIRS], decided)
    return {
        "numberMatched": len(found),
        "pairs": [
            {
                "first_id": one.first.id,
                "second_id": one.second.id,
                "score": round(one.score, 3),
                "distance_m": round(one.distance_m, 2),
                "reasons": _reasons(one, language),
            }
            for one in found[:_PAIRS]
        ],
        "decided": plain(decided),
    }


@router.post("/duplicates", tags=["register"], status_code=201)
def decide_pair(request: Request, asked: DecisionAsked) -> dict[str, Any]:
    """Merge a pair, or keep it apart."""
    made = decide(
        service_of(request).register,
        asked.first_id,
        asked.second_id,
        kept_id=asked.kept_id,
        author=identity_of(request).name,
        reason=needed_reason(asked.reason),
    )
    result: dict[str, Any] = plain(made)
    return result


@router.get("/view/quality", include_in_schema=False)
def quality_page(request: Request) -> Response:
    """Show score and open defects of each owner that the caller may know."""
    service = service_of(request)
    return render(
        request,
        "quality.html",
        found=_quality(request),
        owners={one.id: one.name for one in service.register.organisations()},
        day=service.today(),
        most=_SHOWN,
    )


@router.get("/view/duplicates", include_in_schema=False)
def duplicates_page(request: Request) -> Response:
    """Show the pairs that may be one, with the reasons and the decisions."""
    return _duplicates_page(request, None)


@router.post("/view/duplicates", include_in_schema=False)
def decide_from_page(request: Request, typed: Typed) -> Response:
    """Merge a pair or keep it apart as the form says."""
    try:
        kept = _chosen(typed)
        decide(
            service_of(request).register,
            typed.get("first_id", ""),
            typed.get("second_id", ""),
            kept_id=kept,
            author=identity_of(request).name,
            reason=given_reason(typed),
        )
    except GisError as error:
        return _duplicates_page(request, error)
    return RedirectResponse("/view/duplicates", 303)


@router.post("/view/duplicates/undo", include_in_schema=False)
def undo_from_page(request: Request, typed: Typed) -> Response:
    """Take a decision back with all that it did: what was merged is two structures again."""
    service = service_of(request)
    try:
        reason = given_reason(typed)
        with service.register.write(author=identity_of(request).name, reason=reason) as writer:
            writer.undo_write(decided_in(writer, typed.get("decision_id", "")))
    except NotFoundError:
        raise
    except GisError as error:
        return _duplicates_page(request, error)
    return RedirectResponse("/view/duplicates", 303)


def _chosen(typed: Mapping[str, str]) -> str | None:
    """Return what a form keeps; `apart` keeps both.

    Raises
    ------
    FormatError
        If nothing was chosen, or no reason was given.
    """
    kept = typed.get("kept_id", "")
    if not kept or not typed.get("reason", "").strip():
        raise FormatError("infrastructure.decision_needed")
    return None if kept == Decision.APART.value else kept


def _duplicates_page(request: Request, problem: GisError | None) -> Response:
    service = service_of(request)
    language = safe_language(request, page=True)
    found = kept_duplicates(service)
    with service.register.snapshot() as register:
        decided = register.decisions()
        owners = {one.id: one.name for one in register.organisations()}
    _note(request, found[:_PAIRS_OF_PAGE], decided)
    return render(
        request,
        "duplicates.html",
        status_code=200 if problem is None else status_of(problem),
        problem=None if problem is None else problem.say(language),
        pairs=[(one, _reasons(one, language)) for one in found[:_PAIRS_OF_PAGE]],
        matched=len(found),
        decided=[(one, _decision(one, language)) for one in decided],
        owners=owners,
    )


def _note(
    request: Request, pairs: Sequence[Likeness], decided: Sequence[DuplicateDecision]
) -> None:
    """Keep a look at the structures of pairs and of decisions."""
    found = [one.id for pair in pairs for one in (pair.first, pair.second)]
    found += [name for one in decided for name in (one.first_id, one.second_id)]
    note_ids(request, structures=found)


def _decision(one: DuplicateDecision, language: Language) -> str:
    return text(
        f"infrastructure.duplicates_decided_{one.decision.value}",
        language,
        first=one.first_id,
        second=one.second_id,
        kept=one.kept_id or "–",
        reason=one.reason,
    )


def _reasons(one: Likeness, language: Language) -> list[str]:
    """Return in words why two structures are taken for one."""
    heights = (
        text(
            "infrastructure.reason_height",
            language,
            first_m=one.first.height_m,
            second_m=one.second.height_m,
        )
        if one.heights_known
        else text("infrastructure.reason_height_unknown", language)
    )
    return [
        text("infrastructure.reason_distance", language, distance_m=round(one.distance_m, 1)),
        text("infrastructure.reason_kind", language),
        heights,
        text("infrastructure.reason_name", language, percent=round(100 * one.names)),
    ]


def _quality(request: Request) -> Sequence[OwnerQuality]:
    """Return the quality of the owners that a caller may know, and keep the look.

    Raises
    ------
    ForbiddenError
        If that is none: an account without an organisation.
    """
    identity = identity_of(request)
    owner = None if identity.is_staff else identity.scope.own
    if owner is None and not identity.is_staff:
        raise ForbiddenError("infrastructure.quality_not_yours")
    found = kept_quality(service_of(request), owner)
    note_ids(request, structures=[one.structure.id for each in found for one in each.defects])
    return found


def _told(one: OwnerQuality) -> dict[str, Any]:
    return {
        "owner_id": one.owner_id,
        "structures": one.structures,
        "rules_applied": one.applied,
        "rules_passed": one.passed,
        "score": None if one.score is None else round(one.score, 4),
        "defects": [
            {"structure_id": each.structure.id, "code": each.structure.code, "rule": each.rule}
            for each in one.defects
        ],
    }
