"""The analysis of a profile, on paths simple enough for pencil and paper."""

import numpy as np
import pytest

from propagation.itu.inverse_normal import inverse_complementary_normal
from propagation.itu.p1812_location import standard_deviation_db
from propagation.itu.path_geometry import PathGeometry, analyse
from propagation.profile import PathProfile

FLAT_EARTH = np.asarray(np.inf)  # effective radius: nothing bends, and ties are exact


def path(
    distance: list[float],
    terrain: list[float],
    heights: tuple[float, float] = (10, 10),
    *,
    clutter: list[float] | None = None,
    radius: np.ndarray = FLAT_EARTH,
) -> PathGeometry:
    d, h = np.array(distance, dtype=float), np.array(terrain, dtype=float)
    c = np.zeros(d.size) if clutter is None else np.array(clutter, dtype=float)
    profile = PathProfile(d, h, c, np.full(d.size, 4, dtype=np.int8))
    return analyse(profile, np.asarray(heights[0], float), np.asarray(heights[1], float), radius)


def test_smooth_surface_fits_a_straight_slope_exactly() -> None:
    """Unequal steps on a straight slope: the fit is the slope."""
    found = path([0, 1, 4, 5, 12], [100, 95, 80, 75, 40])
    assert found.hst_fit == pytest.approx(100)
    assert found.hsr_fit == pytest.approx(40)
    assert found.hm == pytest.approx(0, abs=1e-9)


def test_a_hill_between_two_others() -> None:
    """The area under 50, 20, 110, 20, 50 m in equal steps is that under a level 50 m."""
    found = path([0, 5, 10, 15, 20], [50, 20, 110, 20, 50])
    assert found.hst_fit == pytest.approx(50)
    assert found.hsr_fit == pytest.approx(50)
    assert found.hstd == pytest.approx(25)  # 50 less half of the 50 m above the ray, by symmetry
    assert found.hsrd == pytest.approx(25)
    assert found.hst == pytest.approx(50)
    assert found.hte == pytest.approx(10)
    assert found.hm == pytest.approx(60)
    assert found.transhorizon == 1
    assert (found.dlt, found.dlr) == (10, 10)
    assert found.theta_t == pytest.approx(1000 * np.arctan(50 / 10_000))
    assert found.theta_r == pytest.approx(found.theta_t)


def test_the_smooth_surface_is_not_above_the_terminals() -> None:
    """Height 90 in the middle of 20 km of lowland: the fit is 45, the terminals stand at 0."""
    found = path([0, 5, 10, 15, 20], [0, 45, 90, 45, 0])
    assert found.hst_fit == pytest.approx(45)
    assert (found.hst, found.hsr, found.hstd, found.hsrd) == (0, 0, 0, 0)
    assert (found.hte, found.hre) == (10, 10)
    assert found.hm == 90


def test_the_bullington_point_of_one_edge_is_the_edge() -> None:
    """nu sqrt(wavelength) = h sqrt(2 D / (d1 d2)) = 80 m sqrt(2 x 20 km / (10 km)^2) in metres."""
    found = path([0, 5, 10, 15, 20], [0, 0, 90, 0, 0])
    assert found.nu_a50 == pytest.approx(80 * np.sqrt(2 * 20_000 / 10_000**2))


def test_the_bullington_point_of_two_edges_is_where_the_rays_meet() -> None:
    """Edges of 30 m at 5 and 15 km: rays of 4 m/km meet in the middle, 40 m above the antennas."""
    found = path([0, 5, 10, 15, 20], [0, 30, 0, 30, 0])
    assert found.nu_a50 == pytest.approx(40 * np.sqrt(2 * 20_000 / 10_000**2))
    assert (found.dlt, found.dlr) == (5, 5)


def test_a_grazing_path_has_parameter_zero() -> None:
    """The edge touches the ray: nu = 0, and neither a division by zero nor a NaN."""
    found = path([0, 5, 10, 15, 20], [0, 0, 10, 0, 0])
    assert found.nu_a50 == pytest.approx(0, abs=1e-6)
    found = path([0, 5, 10, 15, 20], [0, 10, 10, 10, 0])
    assert found.nu_a50 == pytest.approx(0, abs=1e-6)


def test_worst_point_of_a_path_in_sight() -> None:
    """The clearance in Fresnel zones decides, not the height: 5 m below the ray beats 8 m."""
    found = path([0, 5, 10, 15, 20], [0, 0, 2, 5, 0])
    assert found.transhorizon == 0
    assert (found.dlt, found.dlr) == (15, 5)
    assert found.nu_a50 == pytest.approx(-5 * np.sqrt(2 * 20_000 / (15_000 * 5_000)))


def test_equal_horizons_are_the_first_and_the_last() -> None:
    """Two edges in one line from the transmitter: its horizon is the first of them."""
    found = path([0, 4, 8, 16, 20], [0, 50, 90, 0, 0], (10, 10))
    assert found.dlt == 4
    mirrored = path([0, 4, 12, 16, 20], [0, 0, 90, 50, 0], (10, 10))
    assert mirrored.dlr == 4
    in_sight = path([0, 5, 10, 15, 20], [0, 4, 0, 4, 0])
    assert (in_sight.dlt, in_sight.dlr) == (15, 5)


def test_earth_alone_hides_the_other_end() -> None:
    """100 km over the smooth Earth from 10 m: the horizons lie near 13 km from both ends."""
    distance = list(np.linspace(0, 100, 201))
    found = path(distance, [0.0] * 201, radius=np.asarray(8500.0))
    assert found.transhorizon == 1
    horizon = np.sqrt(2 * 8500 * 0.010)
    assert found.dlt == pytest.approx(horizon, abs=0.5)
    assert found.dlr == pytest.approx(horizon, abs=0.5)
    assert found.theta_t == pytest.approx(-1000 * np.sqrt(2 * 0.010 / 8500), rel=1e-3)
    assert found.nu_s50 == pytest.approx(found.nu_a50)
    assert found.nu_sb < found.nu_s50, "a flatter Earth obstructs less"


def test_clutter_stands_on_interior_points_only() -> None:
    bare = path([0, 5, 10, 15, 20], [0] * 5, clutter=[30, 0, 0, 0, 30])
    clear = path([0, 5, 10, 15, 20], [0] * 5)
    assert bare == clear
    hidden = path([0, 5, 10, 15, 20], [0] * 5, clutter=[0, 0, 90, 0, 0])
    assert hidden.nu_a50 == pytest.approx(80 * np.sqrt(2 * 20_000 / 10_000**2))
    assert hidden.transhorizon == 0, "horizons are the terrain's"
    assert hidden.nu_s50 == clear.nu_s50


def test_roughness_counts_between_the_horizons() -> None:
    """A hill before the horizon rises higher over the surface, and does not count."""
    found = path([0, 2, 10, 18, 20], [0, 200, 340, 300, 400], (260, 10))
    assert found.transhorizon == 1
    assert (found.dlt, found.dlr) == (10, 10)
    slope = (found.hsr - found.hst) / 20
    hill, horizon = 200 - found.hst - slope * 2, 340 - found.hst - slope * 10
    assert hill > horizon + 5
    assert found.hm == pytest.approx(horizon)
    found = path([0, 2, 10, 18, 20], [400, 300, 340, 200, 0], (10, 260))
    assert found.hm == pytest.approx(horizon), "nor one behind the receiver's"


def test_the_smooth_surface_yields_to_the_nearer_terminal() -> None:
    """An edge at a quarter of the path takes three quarters of its height off the nearer end."""
    found = path([0, 5, 10, 15, 20], [100, 150, 0, 0, 100], (10, 10))
    obstruction = 150 - 110
    assert found.hstd == pytest.approx(min(found.hst_fit - obstruction * 0.75, 100))
    assert found.hsrd == pytest.approx(min(found.hsr_fit - obstruction * 0.25, 100))
    assert found.hstd < found.hst_fit - 25


@pytest.mark.parametrize(
    ("probability", "expected"), [(0.01, 2.32635), (0.1, 1.28155), (0.3, 0.52440), (0.5, 0)]
)
def test_inverse_normal(probability: float, expected: float) -> None:
    """Tables of the normal distribution; the approximation is good to 4.5e-4."""
    assert inverse_complementary_normal(probability) == pytest.approx(expected, abs=5e-4)
    assert inverse_complementary_normal(1 - probability) == pytest.approx(-expected, abs=5e-4)


def test_inverse_normal_ends() -> None:
    low, limit = inverse_complementary_normal([0.0, 1e-6])
    assert low == limit == pytest.approx(4.7534, abs=1e-3)
    assert np.isnan(inverse_complementary_normal(np.nan))


def test_standard_deviation_with_location() -> None:
    """At 100 MHz and 100 m by hand: 0.5224 x 3.63078 = 1.89672; half of it 5 m above clutter."""
    sigma = standard_deviation_db(100, [1.5, 10, 15, 20, 50], 10, 100)
    np.testing.assert_allclose(sigma, 1.89672 * np.array([1, 1, 0.5, 0, 0]), atol=1e-5)
    assert standard_deviation_db(6000, 1, 10, 1000) == pytest.approx(0.664 * 1000**0.28)
