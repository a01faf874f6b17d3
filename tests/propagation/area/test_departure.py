"""The elevation at which a wave leaves the antenna: by hand, by P.1812, along radials."""

import numpy as np
import pytest

from propagation.area.departure import departure_elevation_deg
from propagation.geometry import effective_earth_radius_km
from propagation.itu import p1812
from propagation.profile import PathProfile

LAPSE = 45.0
RADIUS_KM = float(effective_earth_radius_km(LAPSE))


def departures(distance: np.ndarray, heights: np.ndarray, **changes: float) -> np.ndarray:
    asked = {
        "transmitter_height_above_ground_m": 60.0,
        "receiver_height_above_ground_m": 10.0,
        "effective_earth_radius_km": RADIUS_KM,
    }
    return departure_elevation_deg(distance, heights, **{**asked, **changes})


def test_by_hand_over_flat_ground_and_a_wall() -> None:
    distance = np.array([0.0, 1.0, 2.0, 4.0])
    flat_earth = {"effective_earth_radius_km": 1e12}
    level = departures(distance, np.zeros(4), **flat_earth)
    # 50 m down: straight down at the foot, then 1 in 20, 1 in 40, 1 in 80
    np.testing.assert_allclose(
        level, [-90.0, -2.8624052, -1.4320962, -0.7161599], rtol=0, atol=5e-7
    )
    wall = departures(distance, np.array([0.0, 0.0, 80.0, 0.0]), **flat_earth)
    # the receiver on the wall is 30 m up at 2 km; behind it the ray goes over 20 m at 2 km
    np.testing.assert_allclose(wall, [-90.0, -2.8624052, 0.8593722, 0.5729387], rtol=0, atol=5e-7)
    same = departures(distance, np.zeros(4), receiver_height_above_ground_m=60.0)
    assert same[0] == 0.0
    above = departures(distance, np.zeros(4), receiver_height_above_ground_m=61.0)
    assert above[0] == 90.0


def test_the_earth_curves_away() -> None:
    """Over a sphere of 8500 km, 10 km away: 50 m and 100/17 m lower."""
    found = departures(np.array([0.0, 10.0]), np.zeros(2), effective_earth_radius_km=8500.0)
    np.testing.assert_allclose(
        np.radians(found[1]), -np.arctan((50 + 1e8 / 17e6) / 1e4), rtol=1e-12
    )


def test_every_receiver_of_a_radial_has_the_angle_of_its_own_path() -> None:
    """Against theta_t that P.1812 finds for the path that ends there, hills and flat, to 1e-12."""
    rng = np.random.default_rng(5)
    distance = np.arange(181) * 0.25
    steps = rng.normal(0, 6, (5, 181))
    heights = np.cumsum(steps, axis=1) + 50
    heights[0] = 2.0
    along = departures(distance, heights)
    beyond = 0
    for k in range(3, 181):
        paths = PathProfile(
            distance_km=distance[: k + 1],
            terrain_height_m=heights[:, : k + 1],
            clutter_height_m=np.zeros((5, k + 1)),
            zone=np.full((5, k + 1), 4),
        )
        told = p1812.basic_transmission_loss(
            paths,
            frequency_mhz=100.0,
            time_percent=50.0,
            transmitter_height_above_ground_m=60.0,
            receiver_height_above_ground_m=10.0,
            path_centre_latitude_deg=10.0,
            lapse_rate_nunits_per_km=LAPSE,
            surface_refractivity_nunits=380.0,
        ).parameters()
        expected = np.degrees(told["transmitter_horizon_elevation_mrad"] / 1000)
        np.testing.assert_allclose(along[:, k], expected, rtol=0, atol=1e-12)
        alone = departures(distance[: k + 1], heights[:, : k + 1])
        np.testing.assert_array_equal(along[:, k], alone[:, -1])
        beyond += int(np.sum(told["transhorizon"]))
    assert 100 < beyond < 800, "both kinds of path must be among them"


def test_beyond_a_void_nothing_is_known() -> None:
    heights = np.zeros(6)
    heights[3] = np.nan
    found = departures(np.arange(6) * 1.0, heights)
    assert np.isnan(found).tolist() == [False, False, False, True, True, True]


@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_profiles_broadcast(shape: tuple[int, ...]) -> None:
    heights = np.random.default_rng(1).uniform(0, 90, (*shape, 9))
    found = departures(np.arange(9) * 0.5, heights)
    assert found.shape == heights.shape
    np.testing.assert_array_equal(
        found.reshape(-1, 9)[0], departures(np.arange(9) * 0.5, heights.reshape(-1, 9)[0])
    )
