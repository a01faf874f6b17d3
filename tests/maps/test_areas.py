"""Areas of stations on a map: whose letter stands in them, and in which colour they are."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from gis.raster import Grid, Raster, read_raster, write_cog
from maps.areas import areas_of, colours_of, together
from maps.palette import AREA_COLOURS

GRID = Grid(106.0, 11.0, 0.01, 0.01, 60, 40)


def written(folder: Path, name: str, values: np.ndarray) -> Path:
    file = folder / name
    file.write_bytes(write_cog(values.astype(np.int16), GRID, tags={}, nodata=-1))
    return file


def at(raster: Raster, place: tuple[float, float]) -> float:
    return float(raster.at(np.array(place[:1]), np.array(place[1:]))[0])


def test_a_letter_stands_in_the_area_that_it_is_of(tmp_path: Path) -> None:
    """A ring has its letter in the ring, not in its hole; two patches have a letter each."""
    values = np.full(GRID.shape, -1)
    values[5:25, 5:25] = 7
    values[12:18, 12:18] = 3
    values[30:33, 40:50] = 7
    file = written(tmp_path, "server.tif", values)
    found, raster = areas_of(file), read_raster(file)
    assert set(found.places) == {3, 7} == set(found.areas_km2)
    for number, places in found.places.items():
        assert {at(raster, place) for place in places} == {float(number)}
    lower = [place for place in found.places[7] if place[1] < 10.71]
    assert len(lower) == 1 < len(found.places[7]), "each patch, and a large one more than once"
    pixel_km2 = 1.11 * 1.09
    assert found.areas_km2[3] == pytest.approx(36 * pixel_km2, rel=0.01)


def test_neighbours_and_who_disturbs_whom_differ_in_colour(tmp_path: Path) -> None:
    """Nineteen stripes beside each other, and 18 that disturbs 9 far away from it."""
    values = np.full(GRID.shape, -1)
    for number in range(19):
        values[:, 3 * number : 3 * number + 3] = number
    against = np.full(GRID.shape, -1)
    against[:, 27:30] = 18
    server = written(tmp_path, "server.tif", values)
    met = areas_of(server).touching + together(server, written(tmp_path, "by.tif", against))
    colours = colours_of(range(19), met)
    assert len(set(list(colours.values())[:AREA_COLOURS])) == AREA_COLOURS
    assert all(colours[number] != colours[number + 1] for number in range(18))
    assert colours[18] != colours[9]
    assert set(colours.values()) == set(range(AREA_COLOURS))


def test_more_neighbours_than_colours_meet_where_it_is_the_least(tmp_path: Path) -> None:
    del tmp_path
    pairs = {(one, other): 100 for one in range(11) for other in range(one + 1, 11)}
    pairs[4, 10] = 1
    colours = colours_of(range(11), Counter(pairs))
    assert colours[10] == colours[4]
