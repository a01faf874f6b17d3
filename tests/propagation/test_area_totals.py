"""Areas and people of a grid, against a loop over its cells."""

import math

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.interference.area_totals import area_totals


def by_loop(grid: dict[str, np.ndarray], communes: int, stations: int) -> dict[str, object]:
    """Add the cells up one by one, straight from the definitions."""
    kinds = ("covered", "served", "interfered", "newly_interfered")
    sums = {kind: np.zeros((2, communes + 1)) for kind in kinds}
    by_station, unknown, undense = np.zeros((2, stations)), 0.0, 0.0
    for row in zip(*(grid[name].ravel().tolist() for name in grid), strict=True):
        cell = dict(zip(grid, row, strict=True))
        if any(math.isnan(cell[name]) for name in ("wanted", "minimum", "usable")):
            unknown += cell["area"]
            continue
        if cell["wanted"] < cell["minimum"]:
            continue
        found = ["covered"]
        if cell["wanted"] >= cell["usable"]:
            found.append("served")
        else:
            found.append("interfered")
            if cell["wanted"] >= cell["without"]:
                found.append("newly_interfered")
        people = 0.0 if math.isnan(cell["density"]) else cell["density"] * cell["area"]
        undense += cell["area"] if math.isnan(cell["density"]) else 0.0
        for kind in found:
            places = [communes] if cell["commune"] < 0 else [communes, int(cell["commune"])]
            sums[kind][0, places] += cell["area"]
            sums[kind][1, places] += people
        if "interfered" in found and cell["dominant"] >= 0:
            by_station[:, int(cell["dominant"])] += cell["area"], people
    return {**sums, "by_station": by_station, "unknown": unknown, "undense": undense}


def grid(seed: int, shape: tuple[int, ...] = (40, 30)) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    without = generator.uniform(30, 80, shape)
    usable = without + generator.choice([0.0, 3.0], shape)
    made = {
        "wanted": generator.uniform(40, 80, shape).round(),
        "minimum": generator.choice([54.0, 66.0], shape),
        "usable": usable,
        "without": without,
        "area": generator.uniform(0.5, 1.0, shape),
        "commune": generator.integers(-1, 5, shape).astype(float),
        "dominant": generator.integers(-1, 3, shape).astype(float),
        "density": generator.uniform(0, 900, shape),
    }
    for name, share in (("wanted", 0.05), ("usable", 0.05), ("without", 0.05), ("density", 0.1)):
        made[name][generator.random(shape) < share] = np.nan
    made["usable"][generator.random(shape) < 0.1] = -np.inf
    return made


@pytest.mark.parametrize("seed", range(4))
def test_against_a_loop(seed: int) -> None:
    cells = grid(seed)
    found = area_totals(
        cells["wanted"],
        cells["minimum"],
        cells["usable"],
        cells["area"],
        usable_without_dbuvm=cells["without"],
        commune_index=cells["commune"],
        communes=6,
        dominant_index=cells["dominant"],
        stations=4,
        population_per_km2=cells["density"],
    )
    expected = by_loop(cells, 6, 4)
    for kind in ("covered", "served", "interfered", "newly_interfered"):
        total = getattr(found, kind)
        area, people = expected[kind]
        assert total.area_km2 == pytest.approx(area[-1])
        assert total.population == pytest.approx(people[-1])
        np.testing.assert_allclose(total.commune_area_km2, area[:-1])
        np.testing.assert_allclose(total.commune_population, people[:-1])
    np.testing.assert_allclose(found.interferer_area_km2, expected["by_station"][0])
    np.testing.assert_allclose(found.interferer_population, expected["by_station"][1])
    assert found.unknown_km2 == pytest.approx(expected["unknown"])
    assert found.population_unknown_km2 == pytest.approx(expected["undense"])
    assert found.newly_interfered.area_km2 > 0


def test_four_cells_by_hand() -> None:
    """Of 2 km2 each: served, interfered, only just served, too weak."""
    found = area_totals(
        [60.0, 60.0, 54.0, 53.9],
        54.0,
        [55.0, 61.0, 54.0, -np.inf],
        2.0,
        usable_without_dbuvm=[55.0, 60.0, 54.0, -np.inf],
        commune_index=[0, 1, 1, 1],
        communes=2,
        dominant_index=[0, 1, 0, -1],
        stations=2,
        population_per_km2=100.0,
    )
    assert (found.covered.area_km2, found.covered.population) == (6.0, 600.0)
    assert (found.served.area_km2, found.interfered.area_km2) == (4.0, 2.0)
    assert found.newly_interfered.area_km2 == 2.0
    assert found.covered.commune_area_km2.tolist() == [2.0, 4.0]
    assert found.interferer_area_km2.tolist() == [0.0, 2.0]
    assert found.interferer_population.tolist() == [0.0, 200.0]
    assert found.unknown_km2 == 0.0


def test_without_people_application_or_communes() -> None:
    found = area_totals([60.0, np.nan], 54.0, [61.0, 61.0], [1.0, 3.0])
    assert found.interfered.area_km2 == 1.0
    assert found.interfered.population is None
    assert found.interfered.commune_population is None
    assert found.newly_interfered is None
    assert found.interferer_area_km2.shape == (0,)
    assert found.interferer_population is None
    assert found.unknown_km2 == 3.0
    assert area_totals(np.zeros((0,)), 54.0, np.zeros((0,)), 1.0).covered.area_km2 == 0.0


@pytest.mark.parametrize(
    ("changes", "error", "name"),
    [
        ({"area_km2": -1.0}, OutOfRangeError, "area_km2"),
        ({"population_per_km2": -1.0}, OutOfRangeError, "population_per_km2"),
        ({"commune_index": 2, "communes": 2}, OutOfRangeError, "commune_index"),
        ({"commune_index": -2, "communes": 2}, OutOfRangeError, "commune_index = -2"),
        ({"dominant_index": 0}, OutOfRangeError, "dominant_index"),
        ({"minimum_dbuvm": [1.0, 2.0, 3.0]}, PropagationError, "shape"),
    ],
)
def test_what_does_not_fit_is_refused(
    changes: dict[str, object], error: type[Exception], name: str
) -> None:
    arguments = {
        "wanted_dbuvm": [60.0, 60.0],
        "minimum_dbuvm": 54.0,
        "usable_dbuvm": 50.0,
        "area_km2": 1.0,
    }
    with pytest.raises(error, match=name):
        area_totals(**{**arguments, **changes})
