"""The map's own background: water and railways, from the layers that a department brought in."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shapely import MultiPolygon, get_coordinates, get_num_coordinates

from gis.register.siting import PlanningZone, ZoneKind

__all__ = ["BASEMAP_ZONES", "ZONE_COLOURS", "DrawnZones", "drawn_zones"]

BASEMAP_ZONES: Final = (ZoneKind.WATER, ZoneKind.RAILWAY)
"""Layers that the background shows."""

ZONE_COLOURS: Final = MappingProxyType({ZoneKind.WATER: "#bcd9e8", ZoneKind.RAILWAY: "#6b6b6b"})

_SIMPLIFY_DEG = 0.0003
_MOST_POINTS = 40_000
"""Points of all outlines of a layer, which a slow telephone draws in a tenth of a second."""


@dataclass(frozen=True, slots=True)
class DrawnZones:
    """What of a layer is drawn.

    Attributes
    ----------
    kind : ZoneKind
        The layer.
    rings : list
        Outlines, longitude first, the largest zone first.
    left_out : int
        How many zones there was no room for, the smallest.
    """

    kind: ZoneKind
    rings: list[list[list[float]]]
    left_out: int


def drawn_zones(zones: Sequence[PlanningZone]) -> list[DrawnZones]:
    """Return the outlines of each layer, simplified for a screen, as many as there is room for."""
    return [
        _drawn(kind, found)
        for kind in BASEMAP_ZONES
        if (found := [zone.geometry for zone in zones if zone.kind is kind])
    ]


def _drawn(kind: ZoneKind, outlines: Sequence[MultiPolygon]) -> DrawnZones:
    rings: list[list[list[float]]] = []
    points, left_out = 0, 0
    for outline in sorted(outlines, key=lambda one: -one.area):
        simple = outline.simplify(_SIMPLIFY_DEG, preserve_topology=True)
        more = int(get_num_coordinates(simple))
        if points + more > _MOST_POINTS:
            left_out += 1
            continue
        points += more
        for polygon in getattr(simple, "geoms", [simple]):
            for ring in (polygon.exterior, *polygon.interiors):
                rings.append(get_coordinates(ring).round(4).tolist())
    return DrawnZones(kind, rings, left_out)
