"""Rows of roads."""

from typing import Any

from gis.exchange.cells import CellReader
from gis.exchange.known import Known
from gis.register.roads import RoadKind

__all__ = ["road"]


def road(reader: CellReader, known: Known) -> dict[str, Any]:
    """Return the values of a road, its line and its days aside; what is not told is other."""
    del known
    kind = reader.choice("kind")
    return {
        "kind": RoadKind.OTHER if kind is None else RoadKind(kind),
        "code": reader.text("code"),
        "name": reader.text("name"),
    }
