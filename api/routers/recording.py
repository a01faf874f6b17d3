"""What a case found, written into the register: licences of dossiers, facts seen on visits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.desk_view import DeskView, desk_of, desk_view
from api.forms import REFUSALS, FormState, Refused, Typed
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.recording_view import Recording, chosen_values
from api.routers.desk_pages import shown_again
from api.service import service_of
from api.whole import whole
from gis.desk.dossier_licence import (
    LICENCE_RECORDED,
    licence_proposals,
    require_granted,
    station_of,
)
from gis.desk.inspection_facts import FACTS_RECORDED, fact_proposals, seen_object
from gis.desk.registry import procedure_of
from gis.errors import FormatError, GisError
from gis.register.reading import Reader

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["desk"])

_DOSSIER: Final = "dossier"
_INSPECTION: Final = "inspection"
_KINDS: Final = {LICENCE_RECORDED: _DOSSIER, FACTS_RECORDED: _INSPECTION}
_LICENCE = "/desk/dossier/{desk_case_id}/licence"
_FACTS = "/desk/inspection/{inspection_id}/facts"
_StationId = Annotated[str, Query(max_length=200)]


@router.get(_LICENCE)
def licence(request: Request, desk_case_id: str, station_id: _StationId = "") -> dict[str, Any]:
    """What a granted dossier says of a station's licence, beside what the register has."""
    language = api_language(request)
    view = desk_view(request, _DOSSIER, desk_case_id, language)
    with service_of(request).register.snapshot() as reader:
        found = _licence(reader, view, _station_id(view, station_id))
    return {"expected": len(view.standing.events), **found.json(language)}


@router.get(_FACTS)
def facts(request: Request, inspection_id: str) -> dict[str, Any]:
    """What visits saw of each object that the register may hold, beside what it has."""
    language = api_language(request)
    view = desk_view(request, _INSPECTION, inspection_id, language)
    with service_of(request).register.snapshot() as reader:
        found = _facts(reader, view)
    return {
        "expected": len(view.standing.events),
        "objects": [one.json(language) for one in found],
    }


@router.get("/view" + _LICENCE, include_in_schema=False)
def licence_page(request: Request, desk_case_id: str, station_id: _StationId = "") -> Response:
    """Show what would be written of a licence, before and after."""
    return _licence_page(request, desk_case_id, station_id)


@router.post("/view" + _LICENCE, include_in_schema=False)
def record_licence(request: Request, desk_case_id: str, typed: Typed) -> Response:
    """Write the chosen values of a licence into the register."""
    station_id = typed.get("station_id", "")[:200]
    told = {"station_id": station_id}
    refused = _recorded(request, desk_case_id, LICENCE_RECORDED, typed, told)
    if refused is not None:
        return _licence_page(request, desk_case_id, station_id, refused)
    return RedirectResponse(f"/view/desk/dossier/{desk_case_id}", 303)


@router.get("/view" + _FACTS, include_in_schema=False)
def facts_page(request: Request, inspection_id: str) -> Response:
    """Show what may be written of each object of an inspection, before and after."""
    return _facts_page(request, inspection_id)


@router.post("/view" + _FACTS, include_in_schema=False)
def record_facts(request: Request, inspection_id: str, typed: Typed) -> Response:
    """Write the chosen values of an object into the register."""
    told = {name: typed.get(name, "") for name in ("object", "object_id")}
    refused = _recorded(request, inspection_id, FACTS_RECORDED, typed, told)
    if refused is not None:
        return _facts_page(request, inspection_id, refused)
    return RedirectResponse(f"/view/desk/inspection/{inspection_id}", 303)


def _station_id(view: DeskView, asked: str) -> str:
    """Return the station that is asked about, else the one that was recorded last, or applied."""
    last = view.standing.last(LICENCE_RECORDED)
    usual = view.standing.facts if last is None else last.details
    return asked.strip() or str(usual.get("station_id", ""))


def _licence(reader: Reader, view: DeskView, station_id: str) -> Recording:
    require_granted(view.standing)
    station = station_of(reader, view.standing, station_id)
    return Recording("station", station, licence_proposals(view.standing, station))


def _facts(reader: Reader, view: DeskView) -> list[Recording]:
    """Return the objects that visits looked at; those the register does not know are left out."""
    told: Mapping[str, Any] = view.standing.facts
    found = []
    for kind in ("structure", "station"):
        for one in told.get(f"{kind}_ids", ()):
            try:
                record = seen_object(reader, kind, one)
            except FormatError:
                continue
            rows = fact_proposals(view.standing, kind, record)
            if rows:
                found.append(Recording(kind, record, rows))
    return found


def _recorded(
    request: Request,
    case_id: str,
    step: str,
    typed: Mapping[str, str],
    told: Mapping[str, str],
) -> Refused | None:
    """Take the step of a form; return what it was refused for."""
    identity, chosen = identity_of(request), chosen_values(typed)
    given = {**told, "seen": typed.get("seen", ""), "note": typed.get("note", "")}
    try:
        expected = whole(typed.get("expected", ""))
        if expected is None:
            raise FormatError("requests.expected_malformed")
        if not chosen:
            raise FormatError("desk.values_none", name="values")
        desk_of(request).append(
            procedure_of(_KINDS[step]),
            case_id,
            step,
            {**given, "values": chosen},
            identity.scope,
            account=identity.name,
            expected=expected,
        )
    except REFUSALS as error:
        labels = {one: f"register.field.{one}" for one in chosen}
        return Refused.of(request, shown_again(typed, error), error, labels)
    return None


def _licence_page(
    request: Request, case_id: str, station_id: str, refused: Refused | None = None
) -> Response:
    language = safe_language(request, page=True)
    view = desk_view(request, _DOSSIER, case_id, language)
    wanted = _station_id(view, station_id)

    def read(reader: Reader) -> Sequence[Recording]:
        return [_licence(reader, view, wanted)] if wanted else []

    return _page(request, view, "licence", read, refused, station_id=wanted)


def _facts_page(request: Request, case_id: str, refused: Refused | None = None) -> Response:
    language = safe_language(request, page=True)
    view = desk_view(request, _INSPECTION, case_id, language)
    return _page(request, view, "facts", lambda reader: _facts(reader, view), refused)


def _page(
    request: Request,
    view: DeskView,
    action: str,
    read: Callable[[Reader], Sequence[Recording]],
    refused: Refused | None,
    **more: Any,
) -> Response:
    kind, language = view.case.kind, view.told.language
    request.state.address = f"/view/desk/{kind}/{view.case.id}/{action}"
    problem: GisError | None = None
    found: Sequence[Recording] = ()
    with service_of(request).register.snapshot() as reader:
        try:
            found = read(reader)
        except GisError as error:
            problem = error
    states = [_state(place, one, refused) for place, one in enumerate(found, start=1)]
    return render(
        request,
        "desk_record.html",
        status_code=200 if refused is None else refused.status,
        kind=kind,
        prefix=f"desk_{kind}",
        case=view.json(),
        action=action,
        recordings=[
            (one, one.json(language), state) for one, state in zip(found, states, strict=True)
        ],
        problem=None if problem is None or refused is not None else problem.say(language),
        refused=refused,
        refused_form=next((one for one in states if one.refused is not None), None),
        **more,
    )


def _state(place: int, one: Recording, refused: Refused | None) -> FormState:
    """Return the form of a record; the one that was refused holds what was typed."""
    typed = {} if refused is None else refused.typed
    own = one.record.id in (typed.get("station_id"), typed.get("object_id"))
    return FormState(f"record-{place}", refused if own else None)
