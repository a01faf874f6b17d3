"""Vector tiles where much lies in one: what is thinned says so, and nothing hidden counts."""

import json
import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from gis.features.collections import COLLECTIONS
from gis.features.reading import Asked, FeatureReader
from gis.features.tiling import COUNTED, MOST, VectorTile, vector_tile
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.routes import Route, RouteKind
from gis.register.scopes import PUBLIC, SYSTEM, Scope
from gis.register.store import Register
from gis.register.structures import Structure, StructureKind
from gis.register.works import PlannedWork, WorkKind
from gis.web_mercator import Tile, fractions, tile_at
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="Dữ liệu của bài thử")
SIDE = 72
"""Structures along each side of a square of two degrees; their number is beyond `MOST`."""


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path = tmp_path_factory.mktemp("tiling") / "register.gpkg"
    steps = np.linspace(0.01, 1.99, SIDE)
    structures = [
        Structure(
            id=f"ct-{row:02}-{column:02}", code=f"{row}-{column}", name=f"Trụ số {row}.{column}",
            kind=StructureKind.ANTENNA_MAST, owner_id="a", confidential=(row + column) % 8 == 0,
            longitude=round(105.6 + east, 6), latitude=round(9.6 + north, 6), provenance=KNOWN,
        )
        for row, north in enumerate(steps)
        for column, east in enumerate(steps)
    ]  # fmt: skip
    lines = [
        Route(
            id=f"t-{number:04}", code=str(number), kind=RouteKind.DUCT, owner_id="a",
            from_id="ct-00-00", to_id="ct-00-01", provenance=KNOWN, geometry=shapely.LineString(
                [(106.0, 10.0), (106.0 + number * 1e-4, 10.0 + number * 1e-4)]
            ),
        )
        for number in range(1, MOST + 101)
    ]  # fmt: skip
    with Register.open(path, create=True) as made:
        with made.write(author="t", reason="t") as writer:
            writer.add_organisations(
                [Organisation(id="a", name="A", kind=OrganisationKind.OPERATOR, provenance=KNOWN)]
            )
            writer.add_structures(structures)
            writer.add_routes(lines)
            writer.add_works([crossed()])
        yield made


def crossed() -> PlannedWork:
    """Return a work whose area crosses itself, as somebody may have drawn it."""
    corners = [(106.0, 10.0), (106.4, 10.4), (106.4, 10.0), (106.0, 10.4)]
    return PlannedWork(
        id="w", name="Công trình", kind=WorkKind.LINE, owner_id="a", begins_on=date(2030, 1, 1),
        announced_on=date(2026, 1, 1), geometry=shapely.Polygon(corners), provenance=KNOWN,
    )  # fmt: skip


def made(register: Register, name: str, tile: Tile, scope: Scope = SYSTEM) -> VectorTile:
    return vector_tile(FeatureReader(register, scope), COLLECTIONS[name], tile)


def told(tile: VectorTile) -> list[dict[str, Any]]:
    (layer,) = mapbox_vector_tile.decode(tile.content).values()
    found: list[dict[str, Any]] = [one["properties"] for one in layer["features"]]
    return found


@pytest.mark.parametrize("scope", [SYSTEM, PUBLIC], ids=["all", "public"])
def test_points_beyond_the_most_are_counted_not_lost(register: Register, scope: Scope) -> None:
    known = list(FeatureReader(register, scope).each(COLLECTIONS["structures"], Asked()))
    assert len(known) > MOST
    thin = made(register, "structures", tile_at(4, 7, 12), scope)
    assert thin.matched == len(known)
    assert len(thin.features) < MOST
    properties = told(thin)
    assert sum(one[COUNTED] for one in properties) == len(known)
    shown = {one.id: one.properties["name"] for one in known}
    assert all(shown[one["id"]] == one["name"] for one in properties)


def test_deeper_every_point_is_there(register: Register) -> None:
    x, y = (float(one[0]) * 2**8 for one in fractions(np.array([106.6]), np.array([10.6])))
    found: set[str] = set()
    for row in range(int(y) - 2, int(y) + 3):
        for column in range(int(x) - 2, int(x) + 3):
            one = made(register, "structures", Tile(8, row, column))
            ids = [each["id"] for each in told(one)] if one.content else []
            assert one.matched == len(ids) == len(set(ids))
            assert not found & set(ids)
            assert not any(COUNTED in each for each in (told(one) if ids else ()))
            found |= set(ids)
    assert len(found) == SIDE**2


def test_of_lines_beyond_the_most_the_longest_are_kept(register: Register) -> None:
    one = made(register, "routes", tile_at(8, 120, 203))
    assert one.matched == MOST + 100
    kept = {each.id for each in one.features}
    assert f"t-{MOST + 100:04}" in kept
    assert "t-0001" not in kept
    assert len(kept) <= MOST


def test_a_line_is_cut_to_its_tile(register: Register) -> None:
    x, y = (float(one[0]) * 2**14 for one in fractions(np.array([106.2]), np.array([10.2])))
    one = made(register, "routes", Tile(14, int(y), int(x)))
    (layer,) = mapbox_vector_tile.decode(one.content).values()
    places = np.concatenate([each["geometry"]["coordinates"] for each in layer["features"]])
    assert places.min() >= -64
    assert places.max() <= 4096 + 64
    assert len(json.dumps(layer)) < 2_000_000


def test_an_area_that_crosses_itself_is_drawn(register: Register) -> None:
    for level in (0, 6, 9, 12, 16):
        x, y = (float(one[0]) * 2**level for one in fractions(np.array([106.1]), np.array([10.2])))
        tile = made(register, "planned-works", Tile(level, int(y), int(x)))
        assert tile.matched == len(tile.features) == 1
        (layer,) = mapbox_vector_tile.decode(tile.content).values()
        assert "Polygon" in layer["features"][0]["geometry"]["type"]


def test_the_quad_tree_is_that_of_the_standard() -> None:
    west, south, east, north = tile_at(0, 0, 0).bounds_deg()
    assert (west, east) == (-180, 180)
    assert north == -south == pytest.approx(85.0511287798066)
    tile = tile_at(12, 1927, 3258)
    west, south, east, north = tile.bounds_deg()
    for longitude, latitude in ((west, north), (east, south)):
        x, y = fractions(np.array([longitude]), np.array([latitude]))
        assert float(x[0]) * 4096 == pytest.approx(3258 + (longitude == east), abs=1e-9)
        assert float(y[0]) * 4096 == pytest.approx(1927 + (latitude == south), abs=1e-9)
    sides = tile.bounds_m
    assert sides[2] - sides[0] == pytest.approx(2 * math.pi * 6378137 / 4096)
