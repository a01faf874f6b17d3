"""P.452 as a function: shapes, NaN, limits, errors; nothing modified."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, PropagationError
from propagation.itu.p452 import PathLoss, basic_transmission_loss
from propagation.profile import PathProfile, Polarization

ASKED: dict[str, Any] = {
    "frequency_mhz": 6000.0,
    "time_percent": 1.0,
    "transmitter_height_above_ground_m": 40.0,
    "receiver_height_above_ground_m": 20.0,
    "path_centre_latitude_deg": 10.6,
    "lapse_rate_nunits_per_km": 52.5,
    "surface_refractivity_nunits": 380.0,
    "transmitter_gain_dbi": 30.0,
    "receiver_gain_dbi": 20.0,
    "dry_air_pressure_hpa": 1000.0,
    "temperature_k": 300.0,
}


def profiles(*batch: int, points: int = 60) -> PathProfile:
    """Make rough paths of 5 to 90 km with clutter, some of them partly over sea."""
    rng = np.random.default_rng(7)
    share = np.linspace(0, 1, points)
    sea = share > rng.uniform(0.2, 2, batch)[..., np.newaxis]
    return PathProfile(
        distance_km=share * rng.uniform(5, 90, batch)[..., np.newaxis],
        terrain_height_m=np.abs(np.cumsum(rng.normal(0, 6, (*batch, points)), axis=-1)),
        clutter_height_m=rng.choice([0.0, 10.0, 15.0], (*batch, points)),
        zone=np.where(sea, 1, 4).astype(np.int8),
    )


def values(loss: PathLoss) -> dict[str, np.ndarray]:
    return {**loss.parameters(), **loss.terms()}


@pytest.mark.parametrize("polarization", list(Polarization))
def test_a_batch_says_what_each_path_says(polarization: Polarization) -> None:
    whole = profiles(7, 2)
    asked = ASKED | {"polarization": polarization}
    together = values(basic_transmission_loss(whole, **asked))
    for index in [(0, 0), (3, 1), (6, 1)]:
        alone = PathProfile(
            whole.distance_km[index],
            whole.terrain_height_m[index],
            whole.clutter_height_m[index],
            whole.zone[index],
        )
        for name, value in values(basic_transmission_loss(alone, **asked)).items():
            np.testing.assert_allclose(
                together[name][index], value, rtol=1e-13, atol=1e-13, err_msg=name
            )


def test_every_argument_broadcasts_and_matters() -> None:
    varied = {
        "frequency_mhz": [700.0, 26_000.0],
        "time_percent": [0.01, 50.0],
        "transmitter_height_above_ground_m": [30.0, 90.0],
        "receiver_height_above_ground_m": [3.0, 12.0],
        "path_centre_latitude_deg": [0.0, 60.0],
        "lapse_rate_nunits_per_km": [40.0, 55.0],
        "surface_refractivity_nunits": [320.0, 390.0],
        "transmitter_gain_dbi": [0.0, 40.0],
        "receiver_gain_dbi": [0.0, 45.0],
        "dry_air_pressure_hpa": [800.0, 1013.0],
        "temperature_k": [270.0, 305.0],
    }
    axes = len(varied)
    shaped = {
        name: np.reshape(value, [2 if axis == own else 1 for own in range(axes)])
        for axis, (name, value) in enumerate(varied.items())
    }
    loss = basic_transmission_loss(profiles(), **shaped)
    total = loss.basic_transmission_loss_db
    assert total.shape == (2,) * axes
    for axis, name in enumerate(varied):
        assert np.abs(np.diff(total, axis=axis)).max() > 0.01, name
    index = (1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1)
    chosen = {name: varied[name][i] for name, i in zip(varied, index, strict=True)}
    for name, value in values(basic_transmission_loss(profiles(), **chosen)).items():
        np.testing.assert_allclose(values(loss)[name][index], value, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("batch", [(), (1,), (2, 3), (0,)])
def test_shapes(batch: tuple[int, ...]) -> None:
    loss = basic_transmission_loss(profiles(*batch), **ASKED)
    for name, value in values(loss).items():
        assert isinstance(value, np.ndarray), name
        assert (value.shape, value.dtype) == (batch, np.float64), name
    assert (loss.vertical.shape, loss.vertical.dtype) == (batch, bool)


@pytest.mark.parametrize("part", ["terrain_height_m", "clutter_height_m"])
@pytest.mark.parametrize("at", [0, 1, 30, 59])
def test_nan_in_a_profile_is_nan_in_its_losses(part: str, at: int) -> None:
    """Also in clutter that is too near a terminal to count."""
    whole = profiles(3, points=2000)
    holed = getattr(whole, part).copy()
    holed[1, at] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = basic_transmission_loss(replace(whole, **{part: holed}), **ASKED)
    for name, value in values(found).items():
        assert np.isnan(value).tolist() == [False, True, False], name


@pytest.mark.parametrize(
    "name", [*ASKED, "transmitter_coast_distance_km", "receiver_coast_distance_km"]
)
def test_nan_in_an_argument_is_nan_in_its_losses(name: str) -> None:
    loss = basic_transmission_loss(profiles(), **ASKED | {name: [ASKED.get(name, 50.0), np.nan]})
    for quantity, found in loss.terms().items():
        assert np.isnan(found).tolist() == [False, True], quantity


def test_nothing_is_modified() -> None:
    profile = profiles(4)
    parts = [profile.distance_km, profile.terrain_height_m, profile.clutter_height_m, profile.zone]
    kept = [part.copy() for part in parts]
    basic_transmission_loss(profile, **ASKED, polarization=Polarization.MIXED)
    for before, now in zip(kept, parts, strict=True):
        np.testing.assert_array_equal(before, now)


@pytest.mark.parametrize(
    ("name", "outside", "limit"),
    [
        ("frequency_mhz", 99.9, 100),
        ("frequency_mhz", 50_001, 50_000),
        ("time_percent", 0.0009, 0.001),
        ("time_percent", 50.1, 50),
        ("transmitter_height_above_ground_m", 0, 0),
        ("receiver_height_above_ground_m", -1, 0),
        ("path_centre_latitude_deg", -90.1, -90),
        ("path_centre_latitude_deg", 90.1, 90),
        ("lapse_rate_nunits_per_km", 157, 157),
        ("surface_refractivity_nunits", -1, 0),
        ("dry_air_pressure_hpa", 0, 0),
        ("temperature_k", 0, 0),
        ("transmitter_coast_distance_km", -1, 0),
        ("receiver_coast_distance_km", -1, 0),
    ],
)
def test_ranges(name: str, outside: float, limit: float) -> None:
    with pytest.raises(OutOfRangeError) as caught:
        basic_transmission_loss(profiles(), **ASKED | {name: [outside]})
    assert (caught.value.name, caught.value.value) == (name, outside)
    assert limit in {caught.value.lower, caught.value.upper}
    assert "P.452-18" in caught.value.source


@pytest.mark.parametrize("name", ["frequency_mhz", "time_percent"])
def test_the_limits_themselves_are_allowed(name: str) -> None:
    limits = {"frequency_mhz": [100, 50_000], "time_percent": [0.001, 50]}[name]
    loss = basic_transmission_loss(profiles(), **ASKED | {name: limits})
    assert np.isfinite(loss.basic_transmission_loss_db).all()


@pytest.mark.parametrize(("length", "ok"), [(0.05, True), (10_000, True), (10_001, False)])
def test_length_of_a_path(length: float, ok: bool) -> None:
    n = 40
    zone = np.full(n, 4, dtype=np.int8)
    profile = PathProfile(np.linspace(0, length, n), np.zeros(n), np.zeros(n), zone)
    if ok:
        assert np.isfinite(basic_transmission_loss(profile, **ASKED).basic_transmission_loss_db)
    else:
        with pytest.raises(OutOfRangeError, match="path length"):
            basic_transmission_loss(profile, **ASKED)


@pytest.mark.parametrize("name", ["terrain_height_m", "clutter_height_m", "distance_km"])
@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 5, -1])
def test_infinite_values_are_refused_and_nothing_else_is_said(
    name: str, value: float, place: int
) -> None:
    """numpy's own warnings, errors here, would come before ours."""
    whole = profiles(2)
    holed = getattr(whole, name).copy()
    holed[1, place] = value
    with pytest.raises(PropagationError, match=r"infinite|must start at 0"):
        basic_transmission_loss(replace(whole, **{name: holed}), **ASKED)


def test_unknown_zones_and_polarizations_are_refused() -> None:
    whole = profiles()
    with pytest.raises(PropagationError, match="zone"):
        basic_transmission_loss(replace(whole, zone=np.full(60, 2, dtype=np.int8)), **ASKED)
    with pytest.raises(PropagationError, match="'circular' is none of horizontal, vertical"):
        basic_transmission_loss(whole, **ASKED, polarization="circular")


def test_mixed_polarization_takes_the_smaller_loss() -> None:
    asked = ASKED | {"frequency_mhz": 150.0}
    horizontal, vertical, mixed = (
        basic_transmission_loss(profiles(30), **asked, polarization=p).basic_transmission_loss_db
        for p in Polarization
    )
    assert (horizontal != vertical).any()
    np.testing.assert_array_equal(mixed, np.minimum(horizontal, vertical))


def test_rarer_interference_is_stronger() -> None:
    whole = profiles(40)
    stretched = PathProfile(
        whole.distance_km[:, np.newaxis],
        whole.terrain_height_m[:, np.newaxis],
        whole.clutter_height_m[:, np.newaxis],
        whole.zone[:, np.newaxis],
    )
    times = np.array([0.001, 0.01, 0.1, 1, 10, 50])
    loss = basic_transmission_loss(stretched, **ASKED | {"time_percent": times})
    assert (np.diff(loss.basic_transmission_loss_db, axis=-1) > -1e-9).all()
