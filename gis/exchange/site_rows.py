"""Rows of what hangs on structures, lies between them and is let."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from gis.exchange.cells import CellReader
from gis.exchange.known import Known, organisation
from gis.exchange.point_rows import registration_point
from gis.exchange.report import ImportKind
from gis.exchange.work_rows import planned_work
from gis.register.routes import Duct, Route, RouteKind
from gis.register.structures import (
    AttachmentLevel,
    Lifecycle,
    MastClass,
    RentUnit,
    Structure,
    StructureKind,
)

__all__ = ["MAKERS", "READ_INTO"]

R = TypeVar("R")

READ_INTO: Mapping[str, str] = {"duct_route": "duct_id"}
"""Columns that are no field of a record, and the field that each is read into."""

_ABOVE_TOP_M = 10.0
_LISTED = 6


def _enum(values: Any, word: str | None) -> Any:
    return None if word is None else values(word)


def _only(reader: CellReader, name: str, found: Sequence[R], what: str) -> R | None:
    """Return the one that a row names, or refuse the row where it names none or several."""
    if len(found) == 1:
        return found[0]
    reader.refuse(name, f"{what}_ambiguous" if found else f"{what}_unknown", count=len(found))
    return None


def _structure(
    reader: CellReader, known: Known, name: str, owner_id: str | None = None
) -> Structure | None:
    word = reader.text(name)
    if word is None:
        return None
    found = known.sites.structures(word, owner_id or known.only_owner)
    return _only(reader, name, found, "structure")


def _route(reader: CellReader, known: Known, name: str, owner_id: str | None) -> Route | None:
    word = reader.text(name)
    if word is None:
        return None
    return _only(reader, name, known.sites.lines(word, owner_id or known.only_owner), "route")


def _duct(reader: CellReader, known: Known, owner_id: str | None = None) -> Duct | None:
    """Return the duct of a row, with the line where the duct's code alone is not enough."""
    word, line = reader.text("duct_id"), _route(reader, known, "duct_route", owner_id)
    if word is None or reader.problems:
        return None
    found = known.sites.tubes(word, None if line is None else line.id)
    if len(found) > 1 and owner_id is not None:
        found = [one for one in found if known.sites.routes[one.route_id].owner_id == owner_id]
    return _only(reader, "duct_id", found, "duct")


def _refuse_others(reader: CellReader, known: Known, name: str, owner_id: str | None) -> None:
    """Refuse a row about what belongs to another than the organisation that brings the file."""
    if known.only_owner is not None and owner_id not in (None, known.only_owner):
        reader.refuse(name, "owner_not_yours")


def _refuse_above(
    reader: CellReader, name: str, height: float | None, structure: Structure | None
) -> None:
    top = None if structure is None else structure.top_m
    if height is not None and top is not None and height > top + _ABOVE_TOP_M:
        reader.refuse(name, "above_structure", top=top, above=_ABOVE_TOP_M)


def _confidential(reader: CellReader) -> bool:
    told = reader.flag("confidential")
    return True if told is None else told


def _installation(reader: CellReader, known: Known) -> dict[str, Any]:
    structure = _structure(reader, known, "structure_id")
    height = reader.number("height_above_ground_m")
    _refuse_above(reader, "height_above_ground_m", height, structure)
    return {
        "structure_id": None if structure is None else structure.id,
        "organisation_id": organisation(reader, known, "organisation_id", required=True),
        "technology": reader.text("technology"),
        "height_above_ground_m": height,
        "lowest_edge_m": reader.number("lowest_edge_m"),
        "azimuth_deg": reader.number("azimuth_deg"),
        "frequency_mhz": reader.number("frequency_mhz", _FREQUENCIES_MHZ),
        "eirp_dbm": reader.power("eirp_dbm"),
        "wind_area_m2": reader.number("wind_area_m2"),
        "weight_kg": reader.number("weight_kg"),
        "confidential": _confidential(reader),
    }


_FREQUENCIES_MHZ = (0.1, 100_000.0)


def _level(reader: CellReader, known: Known) -> dict[str, Any]:
    structure = _structure(reader, known, "structure_id")
    if structure is not None:
        _refuse_others(reader, known, "structure_id", structure.owner_id)
    low, high = reader.number("height_from_m"), reader.number("height_to_m")
    if low is not None and high is not None and high < low:
        reader.refuse("height_to_m", "height_order", lowest=low)
    _refuse_above(reader, "height_to_m", high, structure)
    slots, reserved = reader.whole("slots"), reader.whole("reserved") or 0
    if slots is not None and reserved > slots:
        reader.refuse("reserved", "reserved_above", slots=slots)
    return {
        "structure_id": None if structure is None else structure.id,
        "height_from_m": low,
        "height_to_m": high,
        "slots": slots,
        "reserved": reserved,
    }


def _line(reader: CellReader, known: Known) -> dict[str, Any]:
    owner_id = organisation(reader, known, "owner_id", required=True)
    ends = [_structure(reader, known, name, owner_id) for name in ("from_id", "to_id")]
    first, last = (None if end is None else end.id for end in ends)
    if first is not None and first == last:
        reader.refuse("to_id", "same_ends")
    return {
        "code": reader.text("code"),
        "name": reader.text("name"),
        "kind": _enum(RouteKind, reader.choice("kind")),
        "owner_id": owner_id,
        "from_id": first,
        "to_id": last,
        "length_m": reader.number("length_m"),
        "state": _enum(Lifecycle, reader.choice("state")),
        "shareable": reader.flag("shareable"),
        "confidential": reader.flag("confidential") or False,
    }


def _tube(reader: CellReader, known: Known) -> dict[str, Any]:
    line = _route(reader, known, "route_id", None)
    if line is not None:
        _refuse_others(reader, known, "route_id", line.owner_id)
    cables = reader.whole("cables")
    return {
        "route_id": None if line is None else line.id,
        "code": reader.text("code"),
        "parent_id": reader.text("parent_id"),
        "inner_diameter_mm": reader.number("inner_diameter_mm"),
        "cables": 1 if cables is None else cables,
    }


def _cable(reader: CellReader, known: Known) -> dict[str, Any]:
    duct = _duct(reader, known)
    outer = reader.number("outer_diameter_mm")
    if duct is not None and outer is not None and outer > (duct.inner_diameter_mm or outer):
        reader.refuse("outer_diameter_mm", "wider_than_duct", inner=duct.inner_diameter_mm)
    return {
        "duct_id": None if duct is None else duct.id,
        "organisation_id": organisation(reader, known, "organisation_id", required=True),
        "name": reader.text("name"),
        "outer_diameter_mm": outer,
        "fibres": reader.whole("fibres"),
        "confidential": _confidential(reader),
    }


def _contract(reader: CellReader, known: Known) -> dict[str, Any]:
    owner_id = organisation(reader, known, "owner_id", required=True)
    structure = _structure(reader, known, "structure_id", owner_id)
    duct = _duct(reader, known, owner_id)
    level = _let_level(reader, known, structure)
    slot = reader.whole("slot")
    if structure is None and duct is None and not reader.problems:
        reader.refuse("structure_id", "contract_of_nothing")
    if duct is not None and (structure is not None or reader.text("level_id") is not None):
        reader.refuse("duct_id", "contract_of_two")
    _refuse_strangers(reader, known, owner_id, structure, duct)
    _refuse_slot(reader, known, slot, level=level, duct=duct)
    tenant_id = organisation(reader, known, "tenant_id", required=False)
    if tenant_id is not None and tenant_id == owner_id and not reader.problems:
        reader.refuse("tenant_id", "contract_with_itself")
    return {
        "number": reader.text("number"),
        "owner_id": owner_id,
        "tenant_id": tenant_id,
        "structure_id": None if structure is None else structure.id,
        "level_id": None if level is None else level.id,
        "duct_id": None if duct is None else duct.id,
        "slot": slot,
        "rent_vnd": reader.number("rent_vnd"),
        "rent_unit": _enum(RentUnit, reader.choice("rent_unit")),
        "case_id": reader.text("case_id"),
    }


def _let_level(
    reader: CellReader, known: Known, structure: Structure | None
) -> AttachmentLevel | None:
    word = reader.text("level_id")
    if word is None or structure is None:
        return None
    found = known.sites.levels(word, structure.id)
    if len(found) == 1:
        return found[0]
    listed = [
        f"{one.height_from_m:g}-{one.height_to_m:g} m"
        for one in known.sites.levels_of(structure.id)
    ]
    reader.refuse("level_id", "level_unknown", levels="; ".join(listed[:_LISTED]) or "—")
    return None


def _refuse_strangers(
    reader: CellReader,
    known: Known,
    owner_id: str | None,
    structure: Structure | None,
    duct: Duct | None,
) -> None:
    """Refuse what is not the owner's to let."""
    owners = [] if structure is None else [("structure_id", structure.owner_id)]
    if duct is not None:
        owners.append(("duct_id", known.sites.routes[duct.route_id].owner_id))
    for name, other in owners:
        if owner_id is not None and other != owner_id:
            reader.refuse(name, "not_the_owners", owner=other)


def _refuse_slot(
    reader: CellReader,
    known: Known,
    slot: int | None,
    *,
    level: AttachmentLevel | None,
    duct: Duct | None,
) -> None:
    if slot is None or reader.problems:
        return
    if level is None and duct is None:
        reader.refuse("slot", "slot_nowhere")
        return
    places = 0 if level is None else level.slots
    if duct is not None:
        places = known.sites.places_in(duct)
    if slot > places:
        reader.refuse("slot", "slot_unknown", slots=places)


def _rent(reader: CellReader, known: Known) -> dict[str, Any]:
    del known
    unit = reader.choice("rent_unit")
    return {
        "kind": _enum(StructureKind, reader.choice("kind")),
        "mast_class": _enum(MastClass, reader.choice("mast_class")),
        "rent_unit": _enum(RentUnit, unit),
        "amount_vnd": reader.number("amount_vnd"),
        "province_code": reader.text("province_code"),
        "instrument": reader.text("instrument"),
        "clause": reader.text("clause"),
    }


MAKERS: Mapping[ImportKind, Callable[[CellReader, Known], dict[str, Any]]] = {
    ImportKind.INSTALLATIONS: _installation,
    ImportKind.LEVELS: _level,
    ImportKind.ROUTES: _line,
    ImportKind.DUCTS: _tube,
    ImportKind.CABLES: _cable,
    ImportKind.CONTRACTS: _contract,
    ImportKind.PUBLISHED_RENTS: _rent,
    ImportKind.WORKS: planned_work,
    ImportKind.POINTS: registration_point,
}
"""What makes the values of a row of each kind, its days and its origin aside."""
