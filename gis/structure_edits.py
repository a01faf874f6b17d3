"""What an owner or the department changes of one structure by hand: judged, then kept.

Who may is decided before: what a caller may not see is not found, and what is another's is not
changed.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.localities import locality_at
from gis.register.lettings import contract_key
from gis.register.reading import Reader
from gis.register.records import Provenance
from gis.register.resting import fits
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM, Scope
from gis.register.store import Register
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Document,
    Structure,
    StructureKind,
)
from gis.typed_source import typed_source
from propagation.compliance.records import Confidence

__all__ = [
    "HIGHEST_MAST_M",
    "NEEDED",
    "add_contract",
    "add_level",
    "add_paper",
    "add_structure",
    "change_contract",
    "edit_structure",
    "end_contract",
    "refuse_contradictions",
]

HIGHEST_MAST_M = 350.0
"""No mast in Viet Nam is known to be higher; above it the height was mistaken for something.

Of structures only a building may be.
"""

NEEDED = ("owner_id", "code", "kind", "longitude", "latitude")
"""What must be stated of a new structure."""


def add_structure(
    register: Register,
    values: Mapping[str, Any],
    *,
    scope: Scope,
    on: date,
    author: str,
    reason: str,
) -> Structure:
    """Record a new structure; without a name it is called by its code.

    Parameters
    ----------
    register : Register
        The register.
    values : mapping
        Values by field, `NEEDED` among them.
    scope : Scope
        The caller, whose organisation is the source.
    on : date
        The day, for the provinces around its place.
    author, reason : str
        For the history.

    Raises
    ------
    ConflictError
        If its owner has one of this code already.
    NotFoundError
        If its owner or manager is not there.
    FormatError
        If the values contradict each other; `name` among its values is the field.
    """
    with register.write(author=author, reason=reason) as writer:
        for name in ("owner_id", "manager_id"):
            _refuse_unknown(writer, name, values.get(name))
        origin = Provenance(confidence=Confidence.SECONDARY, source=typed_source(writer, scope))
        made = Structure(
            id=f"ct-{uuid.uuid4().hex[:16]}",
            provenance=origin,
            **{"name": values["code"], **values},
        )
        refuse_contradictions(made)
        _refuse_place(writer, made, on)
        writer.add_structures([made])
    return made


def edit_structure(
    register: Register,
    structure_id: str,
    values: Mapping[str, Any],
    *,
    seen: str,
    on: date,
    author: str,
    reason: str,
) -> Structure:
    """Change some fields of a structure.

    Parameters
    ----------
    register : Register
        The register.
    structure_id : str
        Which one.
    values : mapping
        New values by field.
    seen : str
        `record_digest` of the record that the caller saw.
    on : date
        The day, for the provinces around a new place.
    author, reason : str
        For the history.

    Raises
    ------
    ConflictError
        If somebody changed it since, or a level would be above it.
    FormatError
        If the values contradict each other; `name` among its values is the field.
    """
    with register.write(author=author, reason=reason) as writer:
        old = writer.structure(structure_id, SYSTEM)
        if record_digest(old) != seen:
            raise ConflictError("errors.record_changed", id=structure_id)
        new = replace(old, **values)
        refuse_contradictions(new)
        moved = (new.longitude, new.latitude) != (old.longitude, old.latitude)
        if moved:
            _refuse_place(writer, new, on)
        writer.update_structures([new], expected=[old])
    return new


def add_level(
    register: Register,
    structure_id: str,
    values: Mapping[str, Any],
    *,
    scope: Scope,
    author: str,
    reason: str,
) -> AttachmentLevel:
    """Add an attachment level to a structure; the caller's organisation is its source.

    Raises
    ------
    FormatError
        If it is upside down, above the structure, or keeps more places than it has.
    """
    with register.write(author=author, reason=reason) as writer:
        structure = writer.structure(structure_id, SYSTEM)
        known = {level.id for level in writer.levels(SYSTEM, structure_ids=[structure_id])}
        made = AttachmentLevel(
            id=_next(f"{structure_id}-muc", known),
            structure_id=structure_id,
            provenance=_by(writer, scope, structure.provenance),
            **values,
        )
        _refuse_level(structure, made)
        writer.add_levels([made])
    return made


def add_contract(
    register: Register,
    structure_id: str,
    values: Mapping[str, Any],
    *,
    scope: Scope,
    author: str,
    reason: str,
) -> Contract:
    """Add a contract for a place at a structure, or for the structure; its owner is the lessor.

    The caller's organisation is its source.

    Raises
    ------
    ConflictError
        If the place is let for one of the days, or the contract is recorded already.
    FormatError
        If it ends before it begins, names a place that is not there, or one without its level.
    """
    with register.write(author=author, reason=reason) as writer:
        structure = writer.structure(structure_id, SYSTEM)
        known = {one.id for one in writer.contracts(SYSTEM, structure_ids=[structure_id])}
        made = Contract(
            id=_next(f"{structure_id}-hd", known),
            owner_id=structure.owner_id,
            structure_id=structure_id,
            provenance=_by(writer, scope, structure.provenance),
            **values,
        )
        _refuse_slot_of_nothing(made)
        _refuse_known(writer, made)
        writer.add_contracts([made])
    return made


def add_paper(
    register: Register,
    structure_id: str,
    values: Mapping[str, Any],
    *,
    scope: Scope,
    author: str,
    reason: str,
) -> Document:
    """Add a paper about a structure; the caller's organisation is its source.

    Raises
    ------
    NotFoundError
        If there is no such structure.
    FormatError
        If it ends before it was issued.
    """
    with register.write(author=author, reason=reason) as writer:
        structure = writer.structure(structure_id, SYSTEM)
        issued, ends = values.get("issued_on"), values.get("valid_to")
        if issued is not None and ends is not None and ends < issued:
            raise FormatError(
                "infrastructure.ends_before", name="valid_to", start=issued, end=ends
            )
        known = {one.id for one in writer.documents(SYSTEM, subject_id=structure_id)}
        made = Document(
            id=_next(f"{structure_id}-gt", known),
            subject="structures",
            subject_id=structure_id,
            provenance=_by(writer, scope, structure.provenance),
            **values,
        )
        writer.add_documents([made])
    return made


def change_contract(
    register: Register,
    contract_id: str,
    values: Mapping[str, Any],
    *,
    seen: str,
    scope: Scope,
    author: str,
    reason: str,
) -> Contract:
    """Change some fields of a contract, judged beside all others as a new one is.

    Parameters
    ----------
    register : Register
        The register.
    contract_id : str
        Which one.
    values : mapping
        New values by field; its owner and tenant say which contract it is, and stay.
    seen : str
        `record_digest` of the record that the caller saw.
    scope : Scope
        The caller, who may name a duct that it sees.
    author, reason : str
        For the history.

    Raises
    ------
    ConflictError
        If somebody changed it since, the place is let for one of the days, or another contract of
        this number lets the same.
    FormatError, NotFoundError
        If it is not there, ends before it begins, or names a place that is not there; `name`
        among its values is the field.
    """
    with register.write(author=author, reason=reason) as writer:
        old = _seen_contract(writer, contract_id, seen)
        new = replace(old, **values)
        _refuse_slot_of_nothing(new)
        if contract_key(new) != contract_key(old):
            _refuse_known(writer, new)
        named = new.duct_id not in (None, old.duct_id)
        if named and not writer.ducts(scope, ids=[new.duct_id or ""]):
            raise NotFoundError("errors.ducts_unknown", name="duct_id", id=new.duct_id)
        writer.update_contracts([new], expected=[old])
    return new


def end_contract(
    register: Register, contract_id: str, day: date, *, seen: str, author: str, reason: str
) -> Contract:
    """End a contract on a day, its last; what it let is free from the day after.

    Raises
    ------
    ConflictError
        If somebody changed it since the caller saw it, as `seen` says.
    FormatError, NotFoundError
        If it is not there, begins later, or ends earlier already.
    """
    with register.write(author=author, reason=reason) as writer:
        old = _seen_contract(writer, contract_id, seen)
        if old.valid_to is not None and day > old.valid_to:
            raise FormatError(
                "infrastructure.ends_already", name="valid_to", end=old.valid_to, day=day
            )
        new = replace(old, valid_to=day)
        writer.update_contracts([new], expected=[old])
    return new


def _seen_contract(reader: Reader, contract_id: str, seen: str) -> Contract:
    """Return a contract that is still as a caller saw it."""
    (old,) = reader.contracts(SYSTEM, ids=[contract_id]) or (None,)
    if old is None:
        raise NotFoundError("errors.contracts_unknown", id=contract_id)
    if record_digest(old) != seen:
        raise ConflictError("errors.record_changed", id=contract_id)
    return old


def _refuse_known(reader: Reader, contract: Contract) -> None:
    """Raise where a contract of the same owner and number lets the same already."""
    if contract.duct_id is None:
        beside = reader.contracts(SYSTEM, structure_ids=[contract.structure_id or ""])
    else:
        beside = reader.contracts(SYSTEM, duct_ids=[contract.duct_id])
    key = contract_key(contract)
    if any(contract_key(one) == key for one in beside if one.id != contract.id):
        raise ConflictError("infrastructure.contract_known", name="number", number=contract.number)


def _refuse_slot_of_nothing(contract: Contract) -> None:
    placed = contract.level_id is not None or contract.structure_id is None
    if contract.slot is not None and not placed:
        raise FormatError("infrastructure.slot_without_level", name="slot")


def _refuse_unknown(reader: Reader, name: str, organisation_id: str | None) -> None:
    if organisation_id is None:
        return
    try:
        reader.organisation(organisation_id)
    except NotFoundError as error:
        raise NotFoundError(error.key, **{**error.values, "name": name}) from None


def _refuse_place(reader: Reader, new: Structure, on: date) -> None:
    """Raise where a structure would stand in no province that is on record."""
    if not locality_at(reader, new.longitude, new.latitude, on).provinces:
        raise FormatError(
            "infrastructure.place_unknown",
            name="longitude",
            longitude=new.longitude,
            latitude=new.latitude,
        )


def refuse_contradictions(new: Structure) -> None:
    """Refuse a structure whose values contradict each other.

    Raises
    ------
    FormatError
        `name` among its values is the field.
    """
    begins, ends = new.valid_from, new.valid_to
    if begins is not None and ends is not None and ends < begins:
        raise FormatError("infrastructure.ends_before", name="valid_to", start=begins, end=ends)
    if new.rent_asked_vnd is not None and new.rent_unit is None:
        raise FormatError("infrastructure.rent_without_unit", name="rent_unit")
    if new.mast_class is not None and new.kind is not StructureKind.ANTENNA_MAST:
        raise FormatError("infrastructure.class_of_no_mast", name="mast_class")
    top_m = new.height_m or 0.0
    if new.kind is not StructureKind.BUILDING and top_m > HIGHEST_MAST_M:
        raise FormatError(
            "infrastructure.too_high", name="height_m", value=top_m, most=HIGHEST_MAST_M
        )


def _refuse_level(structure: Structure, level: AttachmentLevel) -> None:
    if not 0 <= level.height_from_m <= level.height_to_m:
        raise FormatError(
            "infrastructure.level_upside_down",
            name="height_to_m",
            low=level.height_from_m,
            high=level.height_to_m,
        )
    if not fits(structure, level):
        raise FormatError(
            "infrastructure.level_above",
            name="height_to_m",
            high=level.height_to_m,
            top=structure.top_m,
        )
    if level.slots < 1 or not 0 <= level.reserved <= level.slots:
        raise FormatError(
            "infrastructure.level_places", name="slots", slots=level.slots, reserved=level.reserved
        )


def _by(reader: Reader, scope: Scope, of: Provenance) -> Provenance:
    """Return where a record that a person typed came from; what is made up stays so."""
    confidence = Confidence.SYNTHETIC if of.synthetic else Confidence.SECONDARY
    return Provenance(confidence=confidence, source=typed_source(reader, scope))


def _next(stem: str, known: set[str]) -> str:
    number = len(known) + 1
    while f"{stem}-{number}" in known:
        number += 1
    return f"{stem}-{number}"
