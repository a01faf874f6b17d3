"""Stations left out of the cells of a service: nothing that is concluded depends on them."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gis.studies import cells_of_all
from gis.studies.service_cells import MOST_SHIFT_DB, ServiceCells, served_cells
from propagation.interference.usable import ANALYTIC, usable_fields_dbuvm
from tests.gis.planted_scenes import EAST_DEG, NORTH_DEG, Rows, Scene, away, judged, station
from tests.gis.test_planted_fields import scene_of


def crowded() -> Scene:
    """Return a station beside a strong one on its channel, and others 200 to 400 kHz off."""
    wanted = station("w", 95.0, erp_total_dbw=10.0)
    strong = station("s", 95.0, erp_total_dbw=30.0, **away(EAST_DEG, NORTH_DEG, 90.0, 6.0))
    standing = [(wanted, 3.0), (strong, 0.6)]
    for number, (spacing_khz, km) in enumerate(((400, 60.0), (-400, 80.0), (300, 110.0))):
        place = away(EAST_DEG, NORTH_DEG, 120.0 * number, km)
        other = station(f"o{number}", 95.0 + spacing_khz / 1e3, erp_total_dbw=10.0, **place)
        standing.append((other, 0.6))
    return scene_of(*standing)


def deafened() -> Scene:
    """Return a station drowned by one on its channel, and one 200 kHz off that reaches it too.

    The second adds next to nothing to what the first does; its contour reaches in all the same.
    """
    wanted = station("w", 95.0, erp_total_dbw=10.0)
    strong = station("s", 95.0, erp_total_dbw=46.0, **away(EAST_DEG, NORTH_DEG, 90.0, 5.0))
    reaching = station("t", 95.2, erp_total_dbw=14.0, **away(EAST_DEG, NORTH_DEG, 0.0, 10.0))
    return scene_of((wanted, 3.0), (strong, 0.6), (reaching, 0.6))


SCENES = {"crowded": crowded, "deafened": deafened}


def judged_with(
    scene: Scene, folder: Path, monkeypatch: pytest.MonkeyPatch, *, screened: bool
) -> tuple[Rows, dict[str, ServiceCells]]:
    """Return the rows of a scene, and the cells that they stand on."""
    kept: dict[str, ServiceCells] = {}
    work = partial(served_cells, screened=screened)

    def keeping(*arguments: object, **options: object) -> ServiceCells:
        cells = work(*arguments, **options)  # type: ignore[arg-type]  # what the study gives it
        kept[cells.station.id] = cells
        return cells

    monkeypatch.setattr(cells_of_all, "served_cells", keeping)
    folder.mkdir()
    return judged(scene, folder), kept


@pytest.mark.parametrize("name", SCENES)
def test_screening_changes_no_outcome_and_moves_no_sum(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = SCENES[name]()
    some, cells = judged_with(scene, tmp_path / "some", monkeypatch, screened=True)
    full, whole = judged_with(scene, tmp_path / "full", monkeypatch, screened=False)
    left_out = {one: cells[one].left_out for one in cells}
    assert not any(one.left_out for one in whole.values())
    if name == "crowded":
        assert left_out["w"], "nothing was left out, so nothing was tried"
    for one, row in some.items():
        assert outcomes(row) == outcomes(full[one]), left_out
    for one, found in cells.items():
        assert len(found.unwanted) + len(found.left_out) == len(whole[one].unwanted)
        np.testing.assert_array_equal(found.wanted_dbuvm, whole[one].wanted_dbuvm)
        if not found.unwanted:
            continue
        near = usable_fields_dbuvm(found.nuisance_dbuvm())
        all_of_them = usable_fields_dbuvm(whole[one].nuisance_dbuvm())
        for method in ANALYTIC:
            moved = np.abs(near[method] - all_of_them[method])
            assert float(moved.max()) <= MOST_SHIFT_DB, (one, method)


def outcomes(row: dict[str, object]) -> list[tuple[object, ...]]:
    """Return what is concluded of a station, and of whom."""
    written: list[dict[str, object]] = row["findings"]  # type: ignore[assignment]  # JSON
    return sorted(
        (
            str(one["check"]),
            str(one["reason"]).removesuffix("_far"),
            str(one["counterpart"]),
            str(one["outcome"]),
        )
        for one in written
    )
