"""Water, railways, roads on the map: simplified, the largest first, what is left out counted."""

import math

import pytest
from shapely import LineString, MultiPolygon, Point, Polygon

import maps.basemap
from gis.register.records import Provenance
from gis.register.roads import Road, RoadKind
from gis.register.siting import PlanningZone, ZoneKind
from maps.basemap import ROAD_WIDTHS, drawn_roads, drawn_zones
from propagation.compliance.records import Confidence

MADE = Provenance(confidence=Confidence.SYNTHETIC, source="made")


def zone(name: str, kind: ZoneKind, outline: Polygon) -> PlanningZone:
    return PlanningZone(
        id=name, kind=kind, name=name, geometry=MultiPolygon([outline]), provenance=MADE
    )


def test_outlines_are_those_of_the_zones() -> None:
    lake = Polygon(
        [(106, 10), (106.2, 10), (106.2, 10.2), (106, 10.2)],
        [[(106.1, 10.1), (106.12, 10.1), (106.12, 10.12)]],
    )
    rail = Polygon([(106, 10), (106.5, 10), (106.5, 10.001), (106, 10.001)])
    plan = zone("plan", ZoneKind.PLAN, rail)
    found = drawn_zones(
        [plan, zone("rail", ZoneKind.RAILWAY, rail), zone("lake", ZoneKind.WATER, lake)]
    )
    assert [one.kind for one in found] == [ZoneKind.WATER, ZoneKind.RAILWAY]
    assert len(found[0].rings) == 2, "with its island"
    assert [106.2, 10.2] in found[0].rings[0]
    assert [one.left_out for one in found] == [0, 0]


def test_the_smallest_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps.basemap, "_MOST_POINTS", 100)
    radii = (0.001, 0.2, 0.05, 0.1)
    rounds = [
        zone(str(radius), ZoneKind.WATER, Point(106 + radius, 10).buffer(radius))
        for radius in radii
    ]
    (found,) = drawn_zones(rounds)
    widths = [max(x for x, _ in ring) - min(x for x, _ in ring) for ring in found.rings]
    assert 0 < len(found.rings) < len(radii)
    assert found.left_out == len(radii) - len(found.rings)
    assert math.isclose(widths[0], 0.4, abs_tol=1e-3)


def road(name: str, kind: RoadKind, *vertices: tuple[float, float]) -> Road:
    return Road(id=name, kind=kind, name=name, geometry=LineString(vertices), provenance=MADE)


def test_large_roads_lie_over_small_ones() -> None:
    street = road("street", RoadKind.STREET, (106.0, 10.0), (106.1, 10.0))
    bent = [(106 + x / 1000, 10 + 1e-5 * (x % 2)) for x in range(100)]
    found = drawn_roads([road("national", RoadKind.NATIONAL, *bent), street])
    assert found is not None
    assert [kind for kind, _ in found.lines] == [RoadKind.STREET, RoadKind.NATIONAL]
    assert found.lines[1][1] == [[[106.0, 10.0], [106.099, 10.0]]], "bends that nobody sees go"
    assert (found.left_out, found.sources, found.synthetic) == (0, ("made",), True)
    assert drawn_roads([]) is None
    assert list(ROAD_WIDTHS) == list(RoadKind)
    assert sorted(ROAD_WIDTHS.values(), reverse=True) == list(ROAD_WIDTHS.values())


def test_the_smallest_stretches_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps.basemap, "_MOST_POINTS", 4)
    roads = [
        road("a", RoadKind.OTHER, (106.0, 10.0), (107.0, 10.0)),
        road("b", RoadKind.STREET, (106.0, 10.0), (106.1, 10.0)),
        road("c", RoadKind.STREET, (106.0, 10.0), (106.2, 10.0)),
        road("d", RoadKind.EXPRESSWAY, (106.0, 10.0), (106.01, 10.0)),
    ]
    found = drawn_roads(roads)
    assert found is not None
    assert found.left_out == 2
    assert [kind for kind, _ in found.lines] == [RoadKind.STREET, RoadKind.EXPRESSWAY]
    assert found.lines[0][1] == [[[106.0, 10.0], [106.2, 10.0]]]
