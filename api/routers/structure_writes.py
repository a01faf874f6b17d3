"""Changing structures by hand: the owner its own, the department all; and taking back a write."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.conflict import settle, words_of
from api.entered import (
    as_typed,
    given_reason,
    kept_reason,
    needed_reason,
    read_entered,
    refused_fields,
)
from api.errors import ForbiddenError, status_of
from api.forms import FormState, Refused, Typed
from api.geojson import feature, plain
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.own_writes import require_own_write
from api.pages import render
from api.routers.point_pages import show_point
from api.routers.stations import show_station
from api.routers.structures import show_structure
from api.routers.work_pages import show_work
from api.service import service_of
from api.structure_form import EDITED, form_fields
from api.structure_view import may_edit, read_history
from api.viewing import note_changes, note_told
from api.whole import whole
from data.text import Language, text
from gis.errors import FormatError, GisError, NotFoundError
from gis.register.rows import record_digest
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Structure,
)
from gis.structure_edits import add_contract, add_level, edit_structure

__all__ = ["EditAsked", "router"]

router = APIRouter(route_class=GuardedRoute)

_LEVEL = ("height_from_m", "height_to_m", "slots", "reserved")
_CONTRACT = (
    "number",
    "tenant_id",
    "level_id",
    "slot",
    "rent_vnd",
    "rent_unit",
    "valid_from",
    "valid_to",
    "case_id",
)
_OTHERS = ("csrf_token", "seen", "reason")

_RevisionOrWord = Annotated[str, Path(max_length=20)]


class EditAsked(BaseModel):
    """Some fields of a structure or contract, and which state of it the caller saw (`digest`)."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(max_length=64)
    values: dict[str, str | float | int | bool | None] = Field(max_length=60)
    reason: str = Field(min_length=1, max_length=300)


class AddAsked(BaseModel):
    """The fields of a new level or contract."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, str | float | int | bool | None] = Field(max_length=60)
    reason: str = Field(default="", max_length=300)


class UndoAsked(BaseModel):
    """Why a write is taken back; of one record only where table and record are named."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=300)
    table_name: str | None = Field(default=None, max_length=60)
    record_id: str | None = Field(default=None, max_length=300)


@router.post("/structures/{structure_id}", tags=["register"])
def edit(request: Request, structure_id: str, asked: EditAsked) -> dict[str, Any]:
    """Change fields of a structure: its owner or the department; refused if changed meanwhile."""
    _require_own(request, structure_id)
    changed = _edited(
        request, structure_id, asked.values, asked.digest, needed_reason(asked.reason)
    )
    return {**feature(changed), "digest": record_digest(changed)}


@router.post("/structures/{structure_id}/levels", tags=["register"], status_code=201)
def level(request: Request, structure_id: str, asked: AddAsked) -> dict[str, Any]:
    """Add an attachment level to a structure: its owner or the department."""
    _require_own(request, structure_id)
    result: dict[str, Any] = plain(_level(request, structure_id, asked.values, asked.reason))
    return result


@router.post("/structures/{structure_id}/contracts", tags=["register"], status_code=201)
def contract(request: Request, structure_id: str, asked: AddAsked) -> dict[str, Any]:
    """Record a contract for a place: the structure's owner or the department."""
    _require_own(request, structure_id)
    result: dict[str, Any] = plain(_contract(request, structure_id, asked.values, asked.reason))
    return result


@router.get("/structures/{structure_id}/history", tags=["register"])
def history(request: Request, structure_id: str) -> dict[str, Any]:
    """What happened to a structure and to what belongs or belonged to it, the newest first.

    A structure that is no more has its history too; `merged_into` is the one that was kept.
    """
    found = read_history(service_of(request), identity_of(request), structure_id)
    note_changes(request, found.changes)
    return {"changes": plain(list(found.changes)), "merged_into": found.merged_into}


@router.post("/changes/{revision}/undo", tags=["register"])
def undo(request: Request, revision: _RevisionOrWord, asked: UndoAsked) -> dict[str, Any]:
    """Take back a write, or what it did to one record, as a new write."""
    number = _number(revision)
    _undone(request, number, needed_reason(asked.reason), asked.table_name, asked.record_id)
    return {"undone": number, "revision": service_of(request).register.revision()}


@router.get("/view/structures/{structure_id}/edit", include_in_schema=False)
def edit_page(request: Request, structure_id: str) -> Response:
    """Show the form of a structure."""
    return _form(request, structure_id, None)


@router.post("/view/structures/{structure_id}/edit", include_in_schema=False)
def edit_from_page(request: Request, structure_id: str, typed: Typed) -> Response:
    """Change a structure as the form says, or show the form again with what is wrong."""
    _require_own(request, structure_id)
    try:
        values = {name: value for name, value in typed.items() if name not in _OTHERS}
        _edited(request, structure_id, values, typed.get("seen", ""), given_reason(typed))
    except NotFoundError:
        raise
    except GisError as error:
        return _form(request, structure_id, refused_fields(request, typed, error))
    return RedirectResponse(f"/view/structures/{structure_id}", 303)


@router.post("/view/structures/{structure_id}/levels", include_in_schema=False)
def level_from_page(request: Request, structure_id: str, typed: Typed) -> Response:
    """Add a level as the form says."""
    return _added(request, structure_id, typed, "level", _level)


@router.post("/view/structures/{structure_id}/contracts", include_in_schema=False)
def contract_from_page(request: Request, structure_id: str, typed: Typed) -> Response:
    """Record a contract as the form says."""
    return _added(request, structure_id, typed, "contract", _contract)


@router.post("/view/changes/{revision}/undo", include_in_schema=False)
def undo_from_page(request: Request, revision: _RevisionOrWord, typed: Typed) -> Response:
    """Take back a write and show its subject; what stands in the way stands above it."""
    number = _number(revision)
    try:
        _undone(
            request,
            number,
            given_reason(typed),
            typed.get("table_name") or None,
            typed.get("record_id") or None,
        )
    except NotFoundError:
        raise
    except GisError as error:
        return _not_undone(request, typed, error)
    name, kind, table = next((one for one in _SUBJECTS if one[0] in typed), _STRUCTURES)
    subject = typed.get(name, "")
    with service_of(request).register.snapshot() as register:
        found = register.changes(table_name=table, record_id=subject, limit=1)
    gone = not found or found[0].new is None
    return RedirectResponse(f"/view/{kind}" if gone else f"/view/{kind}/{subject}#history", 303)


_STRUCTURES = ("structure_id", "structures", "structures")
_SUBJECTS = (
    ("work_id", "works", "planned_works"),
    ("point_id", "points", "registration_points"),
    ("station_id", "stations", "broadcast_stations"),
)
"""Field that names the subject, its page, its table."""


def _not_undone(request: Request, typed: Mapping[str, str], error: GisError) -> Response:
    """Return the page of the subject with what stands in the way."""
    if "work_id" in typed:
        request.state.address = f"/view/works/{typed['work_id']}"
        return show_work(request, typed["work_id"], problem=error)
    if "point_id" in typed:
        request.state.address = f"/view/points/{typed['point_id']}"
        return show_point(request, typed["point_id"], problem=error)
    if "station_id" in typed:
        request.state.address = f"/view/stations/{typed['station_id']}"
        said = error.say(safe_language(request, page=True))
        return show_station(
            request, typed["station_id"], undo_problem=said, status=status_of(error)
        )
    structure_id = typed.get("structure_id", "")
    request.state.address = f"/view/structures/{structure_id}"
    return show_structure(request, structure_id, problem=error)


def _require_own(request: Request, structure_id: str) -> None:
    """Refuse who may see a structure and not change it; what is not seen is not found."""
    identity = identity_of(request)
    structure = service_of(request).register.structure(structure_id, identity.scope)
    if not may_edit(identity, structure):
        raise ForbiddenError("infrastructure.not_yours")


def _edited(
    request: Request, structure_id: str, sent: Mapping[str, Any], seen: str, reason: str
) -> Structure:
    service = service_of(request)
    return edit_structure(
        service.register,
        structure_id,
        read_entered(Structure, EDITED, sent),
        seen=seen,
        on=service.today(),
        author=identity_of(request).name,
        reason=reason,
    )


def _level(
    request: Request, structure_id: str, sent: Mapping[str, Any], reason: str
) -> AttachmentLevel:
    values = read_entered(AttachmentLevel, _LEVEL, sent)
    _require(values, ("height_from_m", "height_to_m", "slots"))
    return add_level(
        service_of(request).register,
        structure_id,
        values,
        scope=identity_of(request).scope,
        author=identity_of(request).name,
        reason=kept_reason(reason) or text("infrastructure.reason_level", Language.VI),
    )


def _contract(
    request: Request, structure_id: str, sent: Mapping[str, Any], reason: str
) -> Contract:
    values = read_entered(Contract, _CONTRACT, sent)
    _require(values, ("number", "tenant_id", "valid_from"))
    return add_contract(
        service_of(request).register,
        structure_id,
        values,
        scope=identity_of(request).scope,
        author=identity_of(request).name,
        reason=kept_reason(reason) or text("infrastructure.reason_contract", Language.VI),
    )


def _require(values: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name not in values:
            raise FormatError("infrastructure.field_needed_named", name=name)


def _added(
    request: Request,
    structure_id: str,
    typed: Mapping[str, str],
    form: str,
    add: Callable[[Request, str, Mapping[str, Any], str], object],
) -> Response:
    _require_own(request, structure_id)
    try:
        sent = {name: value for name, value in typed.items() if name not in _OTHERS}
        add(request, structure_id, sent, typed.get("reason", "")[:300])
    except GisError as error:
        request.state.address = f"/view/structures/{structure_id}"
        refused = refused_fields(request, typed, error)
        return show_structure(request, structure_id, refused=refused, form=form)
    return RedirectResponse(f"/view/structures/{structure_id}#occupancy", 303)


def _undone(
    request: Request, revision: int, reason: str, table: str | None, record: str | None
) -> None:
    identity = identity_of(request)
    with service_of(request).register.write(author=identity.name, reason=reason) as writer:
        require_own_write(writer, identity, revision)
        if table is None or record is None:
            writer.undo_write(revision)
        else:
            writer.undo_change(revision, table, record)


def _number(said: str) -> int:
    """Return the number of a write; what is none is no write."""
    number = whole(said)
    if number is None:
        raise NotFoundError("errors.write_unknown", revision=said)
    return number


def _form(request: Request, structure_id: str, refused: Refused | None) -> Response:
    """Return the page with the form of a structure."""
    identity, service = identity_of(request), service_of(request)
    language = safe_language(request, page=True)
    with service.register.snapshot() as register:
        structure = register.structure(structure_id, identity.scope)
        organisations = register.organisations()
        if not may_edit(identity, structure):
            raise ForbiddenError("infrastructure.not_yours")
        fields = form_fields(EDITED, language, organisations)
        refused, conflict = settle(
            request, register, structure, refused, _usual, said=words_of(fields)
        )
    note_told(request, structures=[structure])
    return render(
        request,
        "structure_edit.html",
        status_code=200 if refused is None else refused.status,
        structure=structure,
        form=FormState("edit", refused, _usual(structure)),
        fields=fields,
        refused=refused,
        conflict=conflict,
        digest=record_digest(structure),
    )


def _usual(structure: Structure) -> dict[str, str]:
    return {name: as_typed(getattr(structure, name)) for name in EDITED}
