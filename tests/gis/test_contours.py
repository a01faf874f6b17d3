"""Contours against shapes whose contours are known."""

from itertools import pairwise

import contourpy
import numpy as np
import pytest
import shapely
from shapely.geometry import Point, Polygon, shape

from gis.contours import area_above_km2, contour_features, contour_polygon
from gis.raster import Grid, grid_around

LON, LAT = 106.4, 10.6


def cone(radius_km: float = 40.0) -> tuple[np.ndarray, Grid, np.ndarray]:
    """Return 100 - 20 lg r on a grid: free space, whose contours are circles."""
    grid = grid_around(LON, LAT, radius_km, 500.0)
    lon, lat = grid.centres()
    east_km = (lon - LON) / grid.pixel_width_deg * 0.5
    north_km = (lat - LAT) / grid.pixel_height_deg * 0.5
    away = np.hypot(east_km, north_km)
    return 100 - 20 * np.log10(np.maximum(away, 0.1)), grid, away


@pytest.mark.parametrize("level", [70.0, 74.0, 80.0])
def test_contour_is_the_circle_of_free_space(level: float) -> None:
    """100 - 20 lg r = level at r = 10 ** ((100 - level) / 20) km."""
    field, grid, _ = cone()
    radius_km = 10 ** ((100 - level) / 20)
    polygon = contour_polygon(field, grid, level)
    assert len(polygon.geoms) == 1
    assert not polygon.geoms[0].interiors
    corners = np.array(polygon.geoms[0].exterior.coords)
    away = np.hypot(
        (corners[:, 0] - LON) / grid.pixel_width_deg * 0.5,
        (corners[:, 1] - LAT) / grid.pixel_height_deg * 0.5,
    )
    np.testing.assert_allclose(away, radius_km, atol=0.02)
    assert area_above_km2(field, grid, level) == pytest.approx(np.pi * radius_km**2, rel=0.01)


def test_missing_pixels_are_never_inside() -> None:
    field, grid, away = cone()
    field[away > 15.0] = np.nan
    polygon = contour_polygon(field, grid, 60.0)
    lon, lat = grid.centres()
    unknown = np.isnan(field)
    far = away > 15.0 + 2 * 0.5
    assert unknown.any()
    assert not any(
        polygon.contains(Point(x, y)) for x, y in zip(lon[far][::37], lat[far][::37], strict=True)
    )
    assert area_above_km2(field, grid, 60.0) == pytest.approx(np.pi * 15.0**2, rel=0.01)


def test_a_hole_stays_a_hole() -> None:
    field, grid, away = cone()
    field = np.where((away > 5) & (away < 10), 0.0, field)
    polygon = contour_polygon(field, grid, 70.0)
    assert not polygon.contains(Point(LON + 7.5 * 2 * grid.pixel_width_deg, LAT))
    assert polygon.contains(Point(LON, LAT))
    assert polygon.contains(Point(LON + 15 * 2 * grid.pixel_width_deg, LAT))


def test_islands_keep_their_own_holes() -> None:
    """450 single pixels and 450 rings of pixels: each is an island, and rings have holes."""
    grid = Grid(106.0, 11.0, 0.001, 0.001, 300, 300)
    field = np.zeros(grid.shape, dtype=np.float32)
    field[5::10, 5::10] = 2.0
    for row in range(4, 150, 10):
        for column in range(4, 300, 10):
            field[row : row + 3, column : column + 3] = [[2, 2, 2], [2, 0, 2], [2, 2, 2]]
    areas = contour_polygon(field, grid, 1.0)
    assert areas.is_valid
    assert len(areas.geoms) == 900
    diamond = 2 * 0.0005**2  # half a pixel to each of the four sides
    ring = 0.003**2 - 2 * 0.0005**2 - diamond  # without its corners and its hole
    for part in areas.geoms:
        assert part.exterior.is_ccw
        row, _ = grid.pixel_of(*part.centroid.xy)
        assert len(part.interiors) == (row[0] < 150)
        assert part.area == pytest.approx(ring if row[0] < 150 else diamond, rel=0.01)
    lon, lat = grid.centres()
    np.testing.assert_array_equal(shapely.contains_xy(areas, lon, lat), field >= 1.0)


@pytest.mark.parametrize("seed", range(4))
def test_contours_are_those_of_another_program(seed: int) -> None:
    """On noise with voids, saddles and open edges, beside contourpy's marching squares."""
    rng = np.random.default_rng(seed)
    grid = Grid(106.0, 11.0, 0.01, 0.02, 60, 45)
    field = rng.normal(size=grid.shape) + np.sin(grid.longitudes * 20)
    field[rng.random(grid.shape) < 0.01] = np.nan
    other = contourpy.contour_generator(
        grid.longitudes,
        grid.latitudes,
        np.ma.masked_invalid(field),
        corner_mask=True,
        fill_type=contourpy.FillType.OuterOffset,
    )
    for level in (-1.0, 0.0, 0.5):
        areas = contour_polygon(field, grid, level)
        assert areas.is_valid
        shells = [
            Polygon(points[: offsets[1]], [points[a:b] for a, b in pairwise(offsets[1:])])
            for points, offsets in zip(*other.filled(level, np.inf), strict=True)
        ]
        expected = shapely.union_all([shapely.make_valid(shell) for shell in shells])
        apart = areas.symmetric_difference(expected)
        assert apart.area < 0.02 * expected.area
        # one void leaves three known corners, which the other program takes for a triangle
        lon, lat = (side[np.isnan(field)] for side in grid.centres())
        beside = shapely.box(lon - 0.01, lat - 0.02, lon + 0.01, lat + 0.02)
        assert (
            apart.difference(shapely.union_all(beside).buffer(1e-5)).area < 5e-5 * areas.area
        )  # rounded to 0.1 m


def test_nothing_reached_is_an_empty_area() -> None:
    field, grid, _ = cone()
    assert contour_polygon(field, grid, 500.0).is_empty
    assert contour_polygon(np.full(grid.shape, np.nan), grid, 1.0).is_empty
    assert area_above_km2(field, grid, 500.0) == 0.0


def test_features_name_level_and_area() -> None:
    field, grid, _ = cone()
    collection = contour_features(
        field, grid, (70.0, 80.0), level_name="level_dbuvm", properties={"station": "Đài"}
    )
    outer, inner = collection["features"]
    assert outer["properties"]["level_dbuvm"] == 70.0
    assert outer["properties"]["station"] == "Đài"
    assert outer["properties"]["area_km2"] > inner["properties"]["area_km2"]
    assert shape(outer["geometry"]).contains(shape(inner["geometry"]))
