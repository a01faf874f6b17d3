"""Changing and ending contracts by hand: the owner its own, the department all; never a tenant."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.conflict import settle, words_of
from api.entered import (
    WrongFieldsError,
    as_typed,
    field_label,
    given_reason,
    needed_reason,
    read_entered,
    refused_fields,
)
from api.errors import ForbiddenError
from api.forms import FormState, Refused, Typed
from api.geojson import plain
from api.guard import GuardedRoute
from api.identity import Identity, identity_of
from api.language import safe_language
from api.pages import render
from api.routers.structure_writes import EditAsked
from api.service import service_of
from api.structure_view import may_change
from api.viewing import note_told
from data.text import Language, text
from gis.errors import FormatError, GisError, NotFoundError
from gis.register.reading import Reader
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.register.structures import Contract, RentUnit, Structure
from gis.structure_edits import change_contract, end_contract

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_CHANGED = (
    "number",
    "level_id",
    "duct_id",
    "slot",
    "rent_vnd",
    "rent_unit",
    "valid_from",
    "valid_to",
    "case_id",
)
"""Fields that are changed by hand; who lets, to whom and where say which contract it is."""

_DAYS = ("valid_from", "valid_to")
_OTHERS = ("csrf_token", "seen", "reason")


class EndAsked(BaseModel):
    """The last day of a contract, and which state of it the caller saw (`digest`)."""

    model_config = ConfigDict(extra="forbid")

    digest: str = Field(max_length=64)
    valid_to: str = Field(max_length=10)
    reason: str = Field(min_length=1, max_length=300)


@router.post("/contracts/{contract_id}", tags=["register"])
def change(request: Request, contract_id: str, asked: EditAsked) -> dict[str, Any]:
    """Change fields of a contract: its owner or the department; refused if changed meanwhile."""
    _required(request, contract_id)
    why = needed_reason(asked.reason)
    return _told(_changed(request, contract_id, asked.values, asked.digest, why))


@router.post("/contracts/{contract_id}/end", tags=["register"])
def end(request: Request, contract_id: str, asked: EndAsked) -> dict[str, Any]:
    """End a contract on a day: its owner or the department; refused if changed meanwhile."""
    _required(request, contract_id)
    sent = {"valid_to": asked.valid_to}
    return _told(_ended(request, contract_id, sent, asked.digest, needed_reason(asked.reason)))


@router.get("/view/contracts/{contract_id}/edit", include_in_schema=False)
def edit_page(request: Request, contract_id: str) -> Response:
    """Show the forms that end and change a contract."""
    return _page(request, contract_id, None, "")


@router.post("/view/contracts/{contract_id}/edit", include_in_schema=False)
def change_from_page(request: Request, contract_id: str, typed: Typed) -> Response:
    """Change a contract as the form says, or show the form again with what is wrong."""
    return _done(request, contract_id, typed, "change", _changed)


@router.post("/view/contracts/{contract_id}/end", include_in_schema=False)
def end_from_page(request: Request, contract_id: str, typed: Typed) -> Response:
    """End a contract as the form says, or show the form again with what is wrong."""
    return _done(request, contract_id, typed, "end", _ended)


def _required(request: Request, contract_id: str) -> Contract:
    """Return a contract that the caller may change; one that it does not see is not found."""
    identity = identity_of(request)
    found = service_of(request).register.contracts(identity.scope, ids=[contract_id])
    if not found:
        raise NotFoundError("errors.contracts_unknown", id=contract_id)
    if not may_change(identity, found[0]):
        raise ForbiddenError("infrastructure.contract_not_yours")
    note_told(request, contracts=found)
    return found[0]


def _changed(
    request: Request, contract_id: str, sent: Mapping[str, Any], seen: str, reason: str
) -> Contract:
    identity = identity_of(request)
    return change_contract(
        service_of(request).register,
        contract_id,
        read_entered(Contract, _CHANGED, sent),
        seen=seen,
        scope=identity.scope,
        author=identity.name,
        reason=reason,
    )


def _ended(
    request: Request, contract_id: str, sent: Mapping[str, Any], seen: str, reason: str
) -> Contract:
    day = read_entered(Contract, ("valid_to",), sent).get("valid_to")
    if day is None:
        raise WrongFieldsError([("valid_to", FormatError("infrastructure.field_needed"))])
    return end_contract(
        service_of(request).register,
        contract_id,
        day,
        seen=seen,
        author=identity_of(request).name,
        reason=reason,
    )


def _told(contract: Contract) -> dict[str, Any]:
    return {**plain(contract), "digest": record_digest(contract)}


def _done(
    request: Request,
    contract_id: str,
    typed: Mapping[str, str],
    form: str,
    do: Callable[[Request, str, Mapping[str, Any], str, str], Contract],
) -> Response:
    """Do what a form says and show the structure, or show the form again."""
    _required(request, contract_id)
    try:
        sent = {name: value for name, value in typed.items() if name not in _OTHERS}
        kept = do(request, contract_id, sent, typed.get("seen", ""), given_reason(typed))
    except GisError as error:
        request.state.address = f"/view/contracts/{contract_id}/edit"
        return _page(request, contract_id, refused_fields(request, typed, error), form)
    with service_of(request).register.snapshot() as register:
        shown = _shown_at(register, identity_of(request), kept)
    here = "/view/structures" if shown is None else f"/view/structures/{shown.id}#contracts"
    return RedirectResponse(here, 303)


def _shown_at(register: Reader, identity: Identity, contract: Contract) -> Structure | None:
    """Return a structure on whose page a contract stands, None where the caller sees none."""
    names = [contract.structure_id]
    for duct in register.ducts(SYSTEM, ids=[contract.duct_id or ""]):
        line = register.route(duct.route_id, SYSTEM)
        names = [line.from_id, line.to_id]
    for name in names:
        try:
            return register.structure(name or "", identity.scope)
        except NotFoundError:
            continue
    return None


def _page(request: Request, contract_id: str, refused: Refused | None, form: str) -> Response:
    """Return the page with the forms of a contract."""
    contract = _required(request, contract_id)
    language = safe_language(request, page=True)
    with service_of(request).register.snapshot() as register:
        owners = {one.id: one.name for one in register.organisations()}
        shown = _shown_at(register, identity_of(request), contract)
        places = _places(register, identity_of(request), contract, language)
    lets = "level_id" if contract.duct_id is None else "duct_id"
    names = [name for name in _CHANGED if name not in {"level_id", "duct_id"} - {lets}]
    shown_names = ["valid_to"] if form == "end" else names
    fields = [
        {
            "name": name,
            "label": field_label(name, language),
            "choices": places if name == lets else _choices(name, language),
            "type": "date" if name in _DAYS else "text",
        }
        for name in names
    ]

    def usual_of(one: Contract) -> dict[str, str]:
        return {name: as_typed(getattr(one, name)) for name in shown_names}

    with service_of(request).register.snapshot() as register:
        refused, conflict = settle(
            request, register, contract, refused, usual_of, said=words_of(fields)
        )
    usual = {name: as_typed(getattr(contract, name)) for name in names}
    today = {"valid_to": service_of(request).today().isoformat()}
    return render(
        request,
        "contract_edit.html",
        status_code=200 if refused is None else refused.status,
        contract=contract,
        structure=shown,
        owners=owners,
        forms={
            "end": FormState("end", refused if form == "end" else None, today),
            "change": FormState("change", refused if form == "change" else None, usual),
        },
        fields=fields,
        form=form,
        refused=refused,
        conflict=conflict,
        digest=record_digest(contract),
    )


def _places(
    register: Reader, identity: Identity, contract: Contract, language: Language
) -> list[tuple[str, str]]:
    """Return value and word of each level of a structure, or of each duct of a line.

    What a contract lets is among them, though it may have gone to an owner that tells of nothing.
    """
    scope, let = identity.scope, contract.level_id or contract.duct_id or ""
    if contract.duct_id is not None:
        (duct,) = register.ducts(SYSTEM, ids=[contract.duct_id])
        pipes = register.ducts(scope, route_ids=[duct.route_id])
        found = {one.id: one.code for one in pipes}
    else:
        levels = register.levels(scope, structure_ids=[contract.structure_id or ""])
        spans = {one.id: f"{one.height_from_m:g}–{one.height_to_m:g} m" for one in levels}
        found = {"": text("infrastructure.no_level_named", language), **spans}
    return list(({let: let} | found).items()) if let else list(found.items())


def _choices(name: str, language: Language) -> list[tuple[str, str]]:
    """Return value and word of each choice of a field; none where it is typed."""
    if name != "rent_unit":
        return []
    units = [(one.value, text(f"register.rent_unit.{one.value}", language)) for one in RentUnit]
    return [("", text("infrastructure.unknown", language)), *units]
