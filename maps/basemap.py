"""The map's own background: water, railways and roads, as a department brought them in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from shapely import MultiPolygon, get_coordinates, get_num_coordinates, length, simplify

from gis.register.roads import Road, RoadKind
from gis.register.siting import PlanningZone, ZoneKind

__all__ = [
    "BASEMAP_ZONES",
    "ROAD_COLOUR",
    "ROAD_WIDTHS",
    "ZONE_COLOURS",
    "DrawnRoads",
    "DrawnZones",
    "drawn_roads",
    "drawn_zones",
]

BASEMAP_ZONES: Final = (ZoneKind.WATER, ZoneKind.RAILWAY)
"""Layers that the background shows."""

ZONE_COLOURS: Final = MappingProxyType({ZoneKind.WATER: "#bcd9e8", ZoneKind.RAILWAY: "#6b6b6b"})
ROAD_COLOUR: Final = "#c4b9a3"
ROAD_WIDTHS: Final[Mapping[RoadKind, float]] = MappingProxyType(
    {
        RoadKind.EXPRESSWAY: 3.0,
        RoadKind.NATIONAL: 2.5,
        RoadKind.PROVINCIAL: 1.75,
        RoadKind.DISTRICT: 1.25,
        RoadKind.COMMUNE: 0.75,
        RoadKind.STREET: 0.75,
        RoadKind.OTHER: 0.5,
    }
)
"""Pixels, the largest first."""

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


@dataclass(frozen=True, slots=True)
class DrawnRoads:
    """What of the roads is drawn.

    Attributes
    ----------
    lines : list of (RoadKind, list)
        Lines of each kind, longitude first, the smallest kind first: larger roads lie over it.
    left_out : int
        How many stretches there was no room for: of the smallest kinds, the shortest.
    sources : tuple of str
        Where they come from.
    synthetic : bool
        Whether any is demonstration data.
    """

    lines: list[tuple[RoadKind, list[list[list[float]]]]]
    left_out: int
    sources: tuple[str, ...]
    synthetic: bool


def drawn_zones(zones: Sequence[PlanningZone]) -> list[DrawnZones]:
    """Return the outlines of each layer, simplified for a screen, as many as there is room for."""
    return [
        _drawn(kind, found)
        for kind in BASEMAP_ZONES
        if (found := [zone.geometry for zone in zones if zone.kind is kind])
    ]


def drawn_roads(roads: Sequence[Road]) -> DrawnRoads | None:
    """Return roads, simplified for a screen, as many as there is room for; None without any."""
    if not roads:
        return None
    ranks = {kind: rank for rank, kind in enumerate(RoadKind)}
    lines: dict[RoadKind, list[list[list[float]]]] = {}
    points, left_out = 0, 0
    drawn = simplify([road.geometry for road in roads], _SIMPLIFY_DEG)
    order = np.lexsort((-length(drawn), np.array([ranks[road.kind] for road in roads])))
    counts = get_num_coordinates(drawn)
    for place in order:
        if points + counts[place] > _MOST_POINTS:
            left_out += 1
            continue
        points += counts[place]
        line = get_coordinates(drawn[place]).round(4).tolist()
        lines.setdefault(roads[place].kind, []).append(line)
    from_below = [(kind, lines[kind]) for kind in reversed(RoadKind) if kind in lines]
    sources = tuple(sorted({road.provenance.source for road in roads}))
    synthetic = any(road.provenance.synthetic for road in roads)
    return DrawnRoads(from_below, left_out, sources, synthetic)


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
