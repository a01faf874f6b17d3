"""Every loss term of P.1812 on made-up paths, against values kept from a validated state.

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

from propagation.itu.p1812 import PARAMETERS, TERMS, PathLoss, basic_transmission_loss
from propagation.profile import PathProfile, Polarization

REFERENCE = Path(__file__).parents[1] / "reference"
PATHS: dict[str, dict[str, Any]] = tomllib.loads(
    (REFERENCE / "p1812_paths.toml").read_text(encoding="utf-8")
)
with (REFERENCE / "p1812_regression.csv").open(encoding="utf-8", newline="") as _file:
    KEPT = {row["quantity"]: row for row in csv.DictReader(_file)}


def predict(name: str, **changes: Any) -> PathLoss:
    arguments = PATHS[name] | changes
    distance, terrain, clutter, zone = np.array(arguments.pop("points"), dtype=float).T
    polarization = Polarization(arguments.pop("polarization", "horizontal"))
    profile = PathProfile(distance, terrain, clutter, zone.astype(np.int8))
    return basic_transmission_loss(profile, polarization=polarization, **arguments)


@pytest.mark.parametrize("name", PATHS)
def test_every_term_is_kept(name: str) -> None:
    terms = predict(name).terms()
    for quantity, value in terms.items():
        np.testing.assert_allclose(
            value, float(KEPT[quantity][name]), rtol=1e-11, atol=1e-9, err_msg=quantity
        )


@pytest.mark.parametrize("name", PATHS)
def test_every_parameter_is_kept(name: str) -> None:
    parameters = predict(name).parameters()
    for quantity, value in parameters.items():
        np.testing.assert_allclose(
            value, float(KEPT[quantity][name]), rtol=1e-11, atol=1e-12, err_msg=quantity
        )


def test_nothing_is_left_out() -> None:
    named = {field.name for field in fields(PathLoss)} - {"vertical"}
    assert named == {*PARAMETERS, *TERMS} == {*KEPT}
    assert list(predict("ridge").terms()) == list(TERMS)
    assert list(predict("ridge").parameters()) == list(PARAMETERS)


def test_terms_are_the_19_of_the_recommendation_and_the_location() -> None:
    symbols = [definition.symbol.replace("_", "") for definition in TERMS.values()]
    ducting = ["Lba", "Lminbap", "Lbda", "Lbam", "Lbs", "Lbc", "Lloc", "Lb"]
    diffraction = ["Lbulla", "Lbulls", "Ldsph", "Ld50", "Ldb", "Ldp", "Lbd50", "Lbd", "Lminb0p"]
    assert symbols == ["Lbfs", "Lb0p", "Lb0b", *diffraction, *ducting]


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
    assert any_path(lambda r: r.spherical_earth_loss_db > r.bullington_smooth_loss_db)
    assert any_path(lambda r: 0 < r.distance_interpolation < 0.99)
    assert any_path(lambda r: 0 < r.angular_interpolation < 0.99)
    assert any_path(lambda r: r.minimum_loss_ducting_db < r.basic_loss_diffraction_p_db)
    assert any_path(
        lambda r: r.diffraction_surface_at_receiver_m < r.ducting_surface_at_receiver_m
    )
    assert any_path(lambda r: r.terrain_roughness_m > 10)
    assert any_path(lambda r: r.location_variability_db < 0)
    assert any_path(lambda r: r.location_variability_db > 0)
    assert any_path(lambda r: r.vertical)


def test_no_location_is_better_than_line_of_sight() -> None:
    loss = predict("in_sight", location_percent=1, location_standard_deviation_db=10)
    assert loss.location_variability_db < -20
    assert loss.basic_transmission_loss_db == loss.line_of_sight_loss_p_db


@pytest.mark.parametrize("name", ["mixed", "flat", "sea"])
def test_mixed_polarization_takes_the_larger_field(name: str) -> None:
    horizontal, vertical, mixed = (predict(name, polarization=p) for p in Polarization)
    best = min((horizontal, vertical), key=lambda loss: float(loss.basic_transmission_loss_db))
    assert mixed.vertical == (best is vertical)
    assert horizontal.basic_transmission_loss_db != vertical.basic_transmission_loss_db
    for quantity, value in mixed.terms().items():
        assert value == best.terms()[quantity], quantity
