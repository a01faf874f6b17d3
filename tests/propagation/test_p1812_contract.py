"""P.1812 as a function: shapes, NaN, limits, errors, warnings; nothing modified."""

import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from propagation.errors import OutOfRangeError, OutsideValidityWarning, PropagationError
from propagation.itu.p1812 import PathLoss, basic_transmission_loss, field_strength_dbuvm
from propagation.profile import PathProfile, Polarization

ASKED: dict[str, Any] = {
    "frequency_mhz": 100.0,
    "time_percent": 10.0,
    "transmitter_height_above_ground_m": 80.0,
    "receiver_height_above_ground_m": 10.0,
    "path_centre_latitude_deg": 10.6,
    "lapse_rate_nunits_per_km": 52.5,
    "surface_refractivity_nunits": 380.0,
}


def profiles(*batch: int, points: int = 60, seed: int = 11, own_steps: bool = True) -> PathProfile:
    """Make rough paths of 2 to 90 km with clutter, some of them partly over sea."""
    rng = np.random.default_rng(seed)
    share = np.linspace(0, 1, points)
    length = rng.uniform(2, 90, batch)[..., np.newaxis] if own_steps else 40.0
    sea = share > rng.uniform(0.2, 2, batch)[..., np.newaxis]
    return PathProfile(
        distance_km=share * length,
        terrain_height_m=np.abs(np.cumsum(rng.normal(0, 6, (*batch, points)), axis=-1)),
        clutter_height_m=rng.choice([0.0, 10.0, 15.0], (*batch, points)),
        zone=np.where(sea, 1, 4).astype(np.int8),
    )


def one(profile: PathProfile, *index: int) -> PathProfile:
    distance = profile.distance_km
    return PathProfile(
        distance if distance.ndim == 1 else distance[index],
        profile.terrain_height_m[index],
        profile.clutter_height_m[index],
        profile.zone[index],
    )


def values(loss: PathLoss) -> dict[str, np.ndarray]:
    return {**loss.parameters(), **loss.terms()}


@pytest.mark.parametrize("own_steps", [True, False], ids=["own steps", "shared steps"])
@pytest.mark.parametrize("polarization", list(Polarization))
def test_a_batch_says_exactly_what_each_path_says(
    own_steps: bool, polarization: Polarization
) -> None:
    """More than one block of rows, to the last bit: splitting a study changes nothing."""
    profile = profiles(41, 3, points=800, own_steps=own_steps)
    height = np.linspace(20, 300, 41)[:, np.newaxis]
    asked = ASKED | {"polarization": polarization}
    batch = values(
        basic_transmission_loss(profile, **asked | {"transmitter_height_above_ground_m": height})
    )
    for index in [(0, 0), (7, 1), (26, 2), (27, 0), (28, 1), (40, 2)]:
        alone = values(
            basic_transmission_loss(
                one(profile, *index),
                **asked | {"transmitter_height_above_ground_m": height[index[0], 0]},
            )
        )
        for name, value in alone.items():
            assert batch[name].shape == (41, 3)
            np.testing.assert_allclose(
                batch[name][index], value, rtol=1e-13, atol=1e-13, err_msg=name
            )


def test_every_argument_broadcasts() -> None:
    """A value of each of eight axes, on one shared profile, and every axis matters."""
    profile = profiles()
    varied = {
        "frequency_mhz": [88.0, 600.0],
        "time_percent": [1.0, 50.0],
        "transmitter_height_above_ground_m": [30.0, 90.0],
        "receiver_height_above_ground_m": [3.0, 12.0],
        "path_centre_latitude_deg": [0.0, 60.0],
        "lapse_rate_nunits_per_km": [40.0, 55.0],
        "surface_refractivity_nunits": [320.0, 390.0],
        "location_percent": [10.0, 90.0],
    }
    axes = len(varied)
    shaped = {
        name: np.reshape(value, [2 if axis == own else 1 for own in range(axes)])
        for axis, (name, value) in enumerate(varied.items())
    }
    loss = basic_transmission_loss(profile, location_standard_deviation_db=4.0, **shaped)
    total = loss.basic_transmission_loss_db
    assert total.shape == (2,) * axes
    for axis, name in enumerate(varied):
        assert np.abs(np.diff(total, axis=axis)).max() > 0.01, name
    index = (1, 0, 1, 0, 1, 0, 1, 0)
    alone = basic_transmission_loss(
        profile,
        location_standard_deviation_db=4.0,
        **{name: varied[name][i] for name, i in zip(varied, index, strict=True)},
    )
    for name, value in values(alone).items():
        np.testing.assert_allclose(values(loss)[name][index], value, rtol=1e-12, err_msg=name)


@pytest.mark.parametrize("polarization", list(Polarization))
def test_shapes(polarization: Polarization) -> None:
    asked = ASKED | {"polarization": polarization}
    for batch in [(), (1,), (3,), (2, 3), (0,), (0, 4)]:
        loss = basic_transmission_loss(profiles(*batch), **asked)
        for name, value in values(loss).items():
            assert isinstance(value, np.ndarray), name
            assert value.shape == batch, name
            assert value.dtype == np.float64, name
        assert loss.vertical.shape == batch
        assert loss.vertical.dtype == bool
    assert basic_transmission_loss(
        profiles(), **asked | {"frequency_mhz": []}
    ).distance_km.shape == (0,)


@pytest.mark.parametrize(
    ("part", "at"),
    [
        (part, at)
        for part in ("distance_km", "terrain_height_m", "clutter_height_m")
        for at in (0, 1, 30, 58, 59)
        if (part, at) != ("distance_km", 0)  # a profile starts at 0 or is refused
    ],
)
def test_nan_in_a_profile_is_nan_in_its_losses(part: str, at: int) -> None:
    whole = profiles(3)
    holed = getattr(whole, part).copy()
    holed[1, at] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = basic_transmission_loss(replace(whole, **{part: holed}), **ASKED)
    expected = basic_transmission_loss(whole, **ASKED)
    for name, value in values(found).items():
        assert np.isnan(value).tolist() == [False, True, False], name
        np.testing.assert_array_equal(value[[0, 2]], values(expected)[name][[0, 2]])


@pytest.mark.parametrize(
    "name",
    [
        *ASKED,
        "location_percent",
        "location_standard_deviation_db",
        "prediction_resolution_m",
        "transmitter_coast_distance_km",
        "receiver_coast_distance_km",
    ],
)
def test_nan_in_an_argument_is_nan_in_its_losses(name: str) -> None:
    value = ASKED.get(name, 50.0)
    asked = ASKED | {"location_percent": 70.0} | {name: [value, np.nan]}
    loss = basic_transmission_loss(profiles(), **asked)
    for quantity, found in loss.terms().items():
        assert np.isnan(found).tolist() == [False, True], quantity


def test_nothing_is_modified() -> None:
    profile = profiles(4)
    kept = [part.copy() for part in (profile.distance_km, profile.terrain_height_m)]
    kept += [profile.clutter_height_m.copy(), profile.zone.copy()]
    asked = ASKED | {"frequency_mhz": np.array([90.0, 95, 100, 105])}
    basic_transmission_loss(profile, **asked | {"polarization": Polarization.MIXED})
    after = [profile.distance_km, profile.terrain_height_m, profile.clutter_height_m, profile.zone]
    for before, now in zip(kept, after, strict=True):
        np.testing.assert_array_equal(before, now)
    np.testing.assert_array_equal(asked["frequency_mhz"], [90, 95, 100, 105])


@pytest.mark.parametrize(
    ("name", "outside", "limit"),
    [
        ("frequency_mhz", 29.9, 30),
        ("frequency_mhz", 6000.1, 6000),
        ("time_percent", 0.9, 1),
        ("time_percent", 50.1, 50),
        ("location_percent", 0.5, 1),
        ("location_percent", 99.5, 99),
        ("transmitter_height_above_ground_m", 0.9, 1),
        ("transmitter_height_above_ground_m", 3001, 3000),
        ("receiver_height_above_ground_m", 0.9, 1),
        ("receiver_height_above_ground_m", 3001, 3000),
        ("path_centre_latitude_deg", -80.1, -80),
        ("path_centre_latitude_deg", 80.1, 80),
        ("lapse_rate_nunits_per_km", 157, 157),
        ("surface_refractivity_nunits", -1, 0),
        ("location_standard_deviation_db", -0.1, 0),
        ("prediction_resolution_m", 0, 0),
        ("transmitter_coast_distance_km", -1, 0),
        ("receiver_coast_distance_km", -1, 0),
    ],
)
def test_ranges(name: str, outside: float, limit: float) -> None:
    with pytest.raises(OutOfRangeError) as caught:
        basic_transmission_loss(profiles(), **ASKED | {name: [outside]})
    assert caught.value.name == name
    assert caught.value.value == outside
    assert limit in {caught.value.lower, caught.value.upper}
    assert "P.1812-8" in caught.value.source


@pytest.mark.parametrize(
    ("length", "ok"), [(0.249, False), (0.25, True), (3000, True), (3001, False)]
)
def test_length_of_a_path(length: float, ok: bool) -> None:
    n = 40
    zone = np.full(n, 4, dtype=np.int8)
    profile = PathProfile(np.linspace(0, length, n), np.zeros(n), np.zeros(n), zone)
    if ok:
        assert np.isfinite(basic_transmission_loss(profile, **ASKED).basic_transmission_loss_db)
    else:
        with pytest.raises(OutOfRangeError, match="path length"):
            basic_transmission_loss(profile, **ASKED)


def test_a_polarization_by_its_name_or_not_at_all() -> None:
    """The name alone must not pass for horizontal, as anything else must not."""
    profile = one(profiles(2, own_steps=False), 0)
    for polarization in Polarization:
        named = basic_transmission_loss(profile, **ASKED, polarization=str(polarization))
        same = basic_transmission_loss(profile, **ASKED, polarization=polarization)
        assert np.array_equal(named.vertical, same.vertical)
    assert basic_transmission_loss(profile, **ASKED, polarization="vertical").vertical.all()
    with pytest.raises(PropagationError, match="'circular' is none of horizontal, vertical"):
        basic_transmission_loss(profile, **ASKED, polarization="circular")


@pytest.mark.parametrize("points", [1, 2, 3])
def test_too_few_points(points: int) -> None:
    zone = np.full(points, 4, dtype=np.int8)
    flat = np.zeros(points)
    with pytest.raises(PropagationError, match=f"{points} points is too short"):
        basic_transmission_loss(PathProfile(np.arange(points) * 1.0, flat, flat, zone), **ASKED)


def test_distances_increase() -> None:
    whole = profiles()
    distance = whole.distance_km.copy()
    distance[7] = distance[6]
    with pytest.raises(PropagationError, match="must increase"):
        basic_transmission_loss(replace(whole, distance_km=distance), **ASKED)


@pytest.mark.parametrize("name", ["terrain_height_m", "clutter_height_m", "distance_km"])
@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 5, -1])
def test_infinite_values_are_refused_and_nothing_else_is_said(
    name: str, value: float, place: int
) -> None:
    """numpy's own warnings, errors here, would come before ours."""
    whole = profiles(2)
    values = getattr(whole, name).copy()
    values[1, place] = value
    with pytest.raises(PropagationError, match=r"infinite|must start at 0"):
        basic_transmission_loss(replace(whole, **{name: values}), **ASKED)


def test_unknown_zone() -> None:
    whole = profiles()
    with pytest.raises(PropagationError, match="zone"):
        basic_transmission_loss(replace(whole, zone=np.full(60, 2, dtype=np.int8)), **ASKED)


def test_a_resolution_outside_the_recommendation_warns_where_it_matters() -> None:
    profile = profiles()
    for wa in (49.0, 1001.0):
        with pytest.warns(OutsideValidityWarning, match="prediction_resolution_m"):
            basic_transmission_loss(
                profile, **ASKED, location_percent=90, prediction_resolution_m=wa
            )
        basic_transmission_loss(profile, **ASKED, prediction_resolution_m=wa)  # no warning
    basic_transmission_loss(profile, **ASKED, location_percent=90, prediction_resolution_m=50)


def test_more_locations_more_loss() -> None:
    loss = basic_transmission_loss(
        replace(profiles(), zone=np.full(60, 4, dtype=np.int8)),
        **ASKED,
        location_percent=np.array([1.0, 10, 50, 90, 99]),
        location_standard_deviation_db=5.5,
    )
    assert (np.diff(loss.basic_transmission_loss_db) > 0).all()
    assert loss.location_variability_db[2] == 0
    np.testing.assert_allclose(loss.location_variability_db[3], 5.5 * 1.2816, atol=5e-3)


def test_no_variability_over_the_sea() -> None:
    loss = basic_transmission_loss(
        replace(profiles(), zone=np.full(60, 1, dtype=np.int8)), **ASKED, location_percent=95
    )
    assert loss.location_variability_db == 0


def test_rarer_fields_are_stronger() -> None:
    """The loss not exceeded for less time is never larger."""
    times = np.array([1.0, 2, 5, 10, 20, 35, 50])
    profile = profiles(50)
    distance, terrain = profile.distance_km[..., np.newaxis, :], profile.terrain_height_m
    stretched = PathProfile(
        distance,
        terrain[..., np.newaxis, :],
        profile.clutter_height_m[..., np.newaxis, :],
        profile.zone[..., np.newaxis, :],
    )
    loss = basic_transmission_loss(stretched, **ASKED | {"time_percent": times})
    total = loss.basic_transmission_loss_db
    assert total.shape == (50, 7)
    assert (np.diff(total, axis=-1) > -1e-9).all()


def test_never_better_than_line_of_sight_at_that_time() -> None:
    loss = basic_transmission_loss(profiles(200), **ASKED)
    assert (loss.basic_transmission_loss_db >= loss.line_of_sight_loss_p_db).all()


def test_coast_distances_come_from_the_zones_or_the_caller() -> None:
    """Close to the coast of a sea path a duct couples better, so the ducting loss falls."""
    n = 80
    zone = np.where(np.arange(n) < 2, 3, 1).astype(np.int8)
    profile = PathProfile(np.linspace(0, 120, n), np.zeros(n), np.zeros(n), zone)
    near = basic_transmission_loss(profile, **ASKED)
    far = basic_transmission_loss(
        profile, **ASKED, transmitter_coast_distance_km=500, receiver_coast_distance_km=500
    )
    assert near.transmitter_coast_distance_km == pytest.approx(1.5 * 120 / 79)
    assert near.receiver_coast_distance_km == 0
    assert near.ducting_loss_db < far.ducting_loss_db - 3


def test_three_quarters_of_sea_make_a_sea_path() -> None:
    """Eq. (49): at 0.75 a duct couples into the sea near the coast, a little below it does not.

    omega is a sum of steps, which must not fail for its rounding: 7.5 of 10 steps of 0.1 km.
    """
    distance = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    zone = np.array([3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1], dtype=np.int8)
    low = ASKED | {"transmitter_height_above_ground_m": 20}
    for inland_km, gains in [(0.0, True), (1e-6, False)]:
        steps = distance.copy()
        steps[3] += inland_km  # the shore lies half-way between points 2 and 3
        profile = PathProfile(steps, np.zeros(11), np.zeros(11), zone)
        near, far = (
            basic_transmission_loss(profile, **low, transmitter_coast_distance_km=coast)
            for coast in (0, 500)
        )
        assert near.sea_fraction == pytest.approx(0.75, abs=1e-6)
        assert (near.ducting_loss_db < far.ducting_loss_db - 1) == gains


def test_field_strength_of_a_loss() -> None:
    """A dB more power, a dB more field; a dB more loss, a dB less."""
    field = field_strength_dbuvm([100.0, 101.0], frequency_mhz=1000, erp_dbw=[[30.0], [33.0]])
    np.testing.assert_allclose(field, [[99.36, 98.36], [102.36, 101.36]])
    assert np.isnan(field_strength_dbuvm(np.nan, frequency_mhz=100, erp_dbw=30))
    with pytest.raises(OutOfRangeError, match="frequency_mhz"):
        field_strength_dbuvm(100, frequency_mhz=20, erp_dbw=30)


def test_numbers_of_any_kind_are_welcome() -> None:
    """Lists, integers and single precision give float64; no warning is left over."""
    whole = profiles()
    single = PathProfile(
        whole.distance_km.astype(np.float32),
        whole.terrain_height_m.astype(np.float32),
        np.zeros(60, dtype=np.float32),
        whole.zone.astype(np.int64),
    )
    loss = basic_transmission_loss(single, **ASKED | {"frequency_mhz": [90, 100]})
    assert loss.basic_transmission_loss_db.dtype == np.float64
    assert loss.distance_km.dtype == np.float64
