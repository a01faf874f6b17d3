"""Rows of registration points, as operators hand them in."""

from typing import Any

from gis.exchange.cells import CellReader
from gis.exchange.known import Known, organisation
from gis.names import commune_key
from gis.register.points import PointKind, PointState, RegistrationPoint, contradictions

__all__ = ["is_sound", "registration_point"]

_DAYS = ("contract_from", "contract_to")
_TEXTS = ("code", "name", "address", "enterprise", "contract_number", "state_reason")
_PROBLEMS = {
    "points.ends_before": "span",
    "points.address_needed": "point_address",
    "points.contract_needed": "point_contract",
    "points.field_missing": "missing",
}
"""What a row is told of what contradicts itself."""


def registration_point(reader: CellReader, known: Known) -> dict[str, Any]:
    """Return the values of a registration point, its place and its origin aside."""
    kind, state = reader.choice("kind"), reader.choice("state")
    if kind is None and not reader.problems:
        reader.refuse("kind", "missing")
    return {
        **{name: reader.text(name) for name in _TEXTS},
        **{name: reader.day(name) for name in _DAYS},
        "kind": None if kind is None else PointKind(kind),
        "state": PointState.ACTIVE if state is None else PointState(state),
        "operator_id": organisation(reader, known, "operator_id", required=True),
        "commune_name": _commune(reader, known),
    }


def is_sound(reader: CellReader, point: RegistrationPoint) -> bool:
    """Return whether a point does not contradict itself; the reader says where it does."""
    for error in contradictions(point):
        reader.refuse(str(error.values["name"]), _PROBLEMS[error.key],
                      begins=error.values.get("start"))  # fmt: skip
        return False
    return True


def _commune(reader: CellReader, known: Known) -> str | None:
    """Return a commune as the register writes it, so that all points of one stand together."""
    word = reader.text("commune_name")
    if word is None:
        return None
    key = commune_key(word)
    found = {unit.name for unit in known.units.values() if commune_key(unit.name) == key}
    return found.pop() if len(found) == 1 else word
