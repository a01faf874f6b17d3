"""Every loss term of P.452 on made-up paths, against values kept from a validated state.

Regression values of the implementation that meets the ITU validation set, 2026-11; see
tests/reference/README.md. With them a change of any term is seen without that set at hand.
"""

import csv
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from propagation.itu.p452 import PARAMETERS, TERMS, PathLoss, basic_transmission_loss
from propagation.profile import PathProfile

REFERENCE = Path(__file__).parents[1] / "reference"
PATHS: dict[str, dict[str, Any]] = tomllib.loads(
    (REFERENCE / "p452_paths.toml").read_text(encoding="utf-8")
)
with (REFERENCE / "p452_regression.csv").open(encoding="utf-8", newline="") as _file:
    KEPT = {row["quantity"]: row for row in csv.DictReader(_file)}


def predict(name: str, **changes: Any) -> PathLoss:
    arguments = PATHS[name] | changes
    distance, terrain, clutter, zone = np.array(arguments.pop("points"), dtype=float).T
    profile = PathProfile(distance, terrain, clutter, zone.astype(np.int8))
    return basic_transmission_loss(profile, **arguments)


@pytest.mark.parametrize("name", PATHS)
def test_every_quantity_is_kept(name: str) -> None:
    found = predict(name)
    for quantity, value in {**found.parameters(), **found.terms()}.items():
        np.testing.assert_allclose(
            value, float(KEPT[quantity][name]), rtol=1e-11, atol=1e-9, err_msg=quantity
        )


def test_nothing_is_left_out() -> None:
    named = {field.name for field in fields(PathLoss)} - {"vertical"}
    assert named == {*PARAMETERS, *TERMS} == {*KEPT}
    assert list(predict("ridge").terms()) == list(TERMS)
    assert list(predict("ridge").parameters()) == list(PARAMETERS)


def test_the_paths_walk_the_branches() -> None:
    """The kept values only guard what the paths reach."""
    losses = {name: predict(name) for name in PATHS}

    def any_path(condition: Any) -> bool:
        return any(bool(condition(loss)) for loss in losses.values())

    assert any_path(lambda r: r.transhorizon == 0)
    assert any_path(lambda r: r.transhorizon == 1)
    assert any_path(lambda r: r.sea_fraction == 1)
    assert any_path(lambda r: 0.75 <= r.sea_fraction < 1)
    assert any_path(lambda r: r.time_interpolation < 1)
    assert any_path(lambda r: r.spherical_earth_loss_db == 0)
    assert any_path(lambda r: r.spherical_earth_loss_db > r.bullington_smooth_loss_db > 0)
    assert any_path(lambda r: 0.01 < r.distance_interpolation < 0.99)
    assert any_path(lambda r: 0.01 < r.angular_interpolation < 0.99)
    assert any_path(lambda r: r.minimum_loss_ducting_db < r.basic_loss_diffraction_p_db)
    assert any_path(lambda r: r.minimum_loss_ducting_db > r.basic_loss_diffraction_p_db)
    assert any_path(lambda r: r.terrain_roughness_m > 10)
    assert any_path(lambda r: r.aperture_coupling_loss_db > 4)
    assert any_path(lambda r: r.vertical)


@pytest.mark.parametrize("name", PATHS)
def test_the_terms_add_up(name: str) -> None:
    """Free space and gas; diffraction on top of them; the power sum with scatter."""
    found = predict(name)
    free, gas = found.free_space_basic_transmission_loss_db, found.gaseous_absorption_db
    assert found.free_space_and_gas_loss_db == pytest.approx(free + gas)
    median = found.free_space_and_gas_loss_db + found.diffraction_loss_median_db
    assert found.basic_loss_diffraction_median_db == pytest.approx(median)
    powers = [10 ** (-0.2 * found.tropospheric_scatter_loss_db)]
    powers += [10 ** (-0.2 * found.basic_loss_modified_db)]
    assert found.basic_transmission_loss_db == pytest.approx(-5 * np.log10(sum(powers)))


def test_gains_narrow_the_scattering_volume_and_nothing_else() -> None:
    """0.051 exp(0.055 x 80) = 4.1540 dB, by hand."""
    narrow = predict("ridge", transmitter_gain_dbi=40, receiver_gain_dbi=40).terms()
    wide = predict("ridge", transmitter_gain_dbi=0, receiver_gain_dbi=0).terms()
    assert narrow["aperture_coupling_loss_db"] == pytest.approx(4.1540, abs=5e-5)
    changed = {name for name in TERMS if narrow[name] != wide[name]}
    assert changed == {
        "aperture_coupling_loss_db",
        "tropospheric_scatter_loss_db",
        "basic_transmission_loss_db",
    }


def test_clutter_counts_from_fifty_metres_on() -> None:
    """The clutter at 30 m of both ends is higher, and moves nothing."""
    found = predict("cluttered")
    points = np.array(PATHS["cluttered"]["points"], dtype=float)
    points[[0, 1, 7, 8], 2] = 0
    assert predict("cluttered", points=points.tolist()).terms() == found.terms()
    points[2, 2] = 0
    without = predict("cluttered", points=points.tolist())
    assert without.diffraction_loss_p_db < found.diffraction_loss_p_db - 3
