"""What a profile says of a path of P.1546."""

import numpy as np
import pytest

from propagation.errors import PropagationError
from propagation.itu.p1546_path import (
    ProfileParameters,
    effective_height_without_terrain_m,
    profile_parameters,
)
from propagation.profile import PathProfile


def parameters(
    distance_km: np.ndarray,
    terrain_m: np.ndarray,
    zone: int | np.ndarray = 4,
    ha: float = 50.0,
    h2: float = 10.0,
) -> ProfileParameters:
    shape = np.broadcast_shapes(distance_km.shape, terrain_m.shape)
    profile = PathProfile(
        distance_km, terrain_m, np.zeros(shape), np.broadcast_to(np.int8(zone), shape)
    )
    return profile_parameters(
        profile, transmitter_height_above_ground_m=ha, receiver_height_above_ground_m=h2
    )


def test_effective_height_of_a_long_path_is_over_3_to_15_km() -> None:
    """A slope of 2 m/km averages 18 m; what lies before 3 and after 15 km is not seen."""
    x = np.arange(0, 40.5, 0.5)
    terrain = 2 * x
    terrain[x < 3] = 1000.0
    terrain[x > 15] = -1000.0
    terrain[0] = 7.0
    assert parameters(x, terrain).effective_height_m == pytest.approx(50 + 7 - 18)


def test_effective_height_of_a_short_path_is_over_its_last_four_fifths() -> None:
    x = np.linspace(0, 10, 51)
    terrain = 3 * x
    terrain[x < 2 - 1e-9] = 500.0
    terrain[0] = 0.0
    assert parameters(x, terrain).effective_height_m == pytest.approx(50 - 18)


def test_effective_height_may_be_negative() -> None:
    x = np.linspace(0, 20, 41)
    assert parameters(x, np.where(x > 1, 200.0, 0.0)).effective_height_m == pytest.approx(-150)


def test_effective_height_takes_the_points_that_lie_there() -> None:
    """misc_annex5_para1.1 of the published set: 44.8897 m between points at 3.1 and 14.7 km."""
    x = np.array([0, 2.9, 3.1, 14.7, 15.2, 20])
    terrain = np.array([0.0, 900, 0, 0, 900, 0])
    assert parameters(x, terrain).effective_height_m == pytest.approx(50)


def test_effective_height_of_two_points() -> None:
    """Without two points in between, the straight line counts between the limits."""
    found = parameters(np.array([0.0, 20]), np.array([10.0, 50]))
    assert found.effective_height_m == pytest.approx(50 + 10 - (10 + 2 * 9))


def test_distances_that_are_sums_of_steps() -> None:
    """A profile read backwards: its third kilometre lies at 2.9999999999999996 km."""
    ends = 96.2 - np.arange(0, 96.3, 0.1)[::-1]
    x = ends - ends[0]
    terrain = np.where(x < 2.95, 1000.0, 20.0)
    assert parameters(x, terrain).effective_height_m == pytest.approx(50 + 1000 - 20)


def test_clearance_angles() -> None:
    """A hill 14 km from the transmitter and 16 km from the receiver; each sees it."""
    x = np.arange(0, 31.0)
    terrain = np.where(x == 14, 300.0, 0.0)
    found = parameters(x, terrain)
    assert found.transmitter_clearance_angle_deg == pytest.approx(
        np.rad2deg(np.arctan(250 / 14_000))
    )
    assert found.receiver_clearance_angle_deg == pytest.approx(np.rad2deg(np.arctan(290 / 16_000)))


def test_clearance_angles_end_at_15_and_16_km() -> None:
    x = np.arange(0, 33.0)
    found = parameters(x, np.where(x == 16, 3000.0, 0.0))
    assert found.transmitter_clearance_angle_deg == pytest.approx(
        np.rad2deg(np.arctan(-50 / 15_000))
    )
    assert found.receiver_clearance_angle_deg > 10
    found = parameters(x, np.where(x == 15, 3000.0, 0.0))
    assert found.transmitter_clearance_angle_deg > 10
    assert found.receiver_clearance_angle_deg == pytest.approx(np.rad2deg(np.arctan(-10 / 16_000)))


def test_share_of_sea() -> None:
    """Sea and coastal land count, each point to half-way to its neighbours."""
    x = np.array([0.0, 1, 2, 4, 10])
    zone = np.array([4, 4, 3, 1, 4])
    assert parameters(x, np.zeros(5), zone).sea_fraction == pytest.approx((1.5 + 4) / 10)
    assert parameters(x, np.zeros(5), 1).sea_fraction == 1
    assert parameters(x, np.zeros(5), 4).sea_fraction == 0


def test_a_batch_of_profiles() -> None:
    x = np.linspace(0, 30, 61)
    terrain = np.stack([np.zeros(61), x, 5 * np.sin(x)])
    together = parameters(x, terrain)
    for row in range(3):
        alone = parameters(x, terrain[row])
        for name, values in together._asdict().items():
            found = np.broadcast_to(values, 3)[row]
            assert found == pytest.approx(getattr(alone, name)), name
    assert together.effective_height_m.shape == (3,)


def test_a_void_is_not_a_number() -> None:
    x = np.linspace(0, 30, 61)
    terrain = np.zeros(61)
    terrain[20] = np.nan
    assert np.isnan(parameters(x, terrain).effective_height_m)


@pytest.mark.parametrize(
    ("distance_km", "zone", "said"),
    [
        ([0.0], 4, "at least 2 points"),
        ([0.0, 1, 1, 2], 4, "must increase"),
        ([0.0, 1, 2, 3], 2, "none of 1 sea"),
    ],
)
def test_profiles_that_are_none(distance_km: list[float], zone: int, said: str) -> None:
    x = np.array(distance_km)
    with pytest.raises(PropagationError, match=said):
        parameters(x, np.zeros(x.size), zone)


def test_without_terrain() -> None:
    """Eqs (4), (5) and (7): 40 m of mast, 160 m declared between 3 and 15 km."""
    found = effective_height_without_terrain_m([1, 3, 6, 15, 80], 40, 160)
    np.testing.assert_allclose(found, [40, 40, 70, 160, 160])
    assert np.isnan(effective_height_without_terrain_m(np.nan, 40, 160))
