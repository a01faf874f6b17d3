"""The corrections of P.1546 against numbers typed from published logs, or reckoned by hand.

Logs: results/NAME_CASE_log.csv of github.com/eeveetza/p1546 at 0e42639 (OFCOM, the study group's
program for P.1546-6), six digits.
"""

import numpy as np
import pytest

from propagation.itu.p1546_corrections import (
    basic_transmission_loss_db,
    clearance_parameter,
    modified_clutter_height_m,
    open_height_gain_db,
    scatter_angle_deg,
    scatter_field_dbuvm,
    sea_height_gain_db,
    short_path_field_dbuvm,
    slope_distance_km,
    terrain_clearance_correction_db,
    transmitter_clutter_correction_db,
    urban_height_gain_db,
)
from propagation.itu.p1546_formulas import (
    diffraction_loss_db,
    free_space_field_dbuvm,
    fresnel_clearance_distance_km,
    inverse_complementary_normal,
    sea_enhancement_db,
)


def close(found: object, expected: object) -> None:
    np.testing.assert_allclose(found, expected, rtol=5.1e-6, atol=1e-9)  # type: ignore[arg-type]


def test_maximum_field() -> None:
    """misc_annex5_para1.1: 33.7 km, 33.4 km of it sea, at 1, 10 and 50 % of time."""
    found = free_space_field_dbuvm(33.7) + 33.4 / 33.7 * sea_enhancement_db(33.7, [1, 10, 50])
    close(found, [80.2625, 77.9581, 76.3474])


def test_terrain_clearance() -> None:
    """rburg_annex5_para1.1, b2iseac_land_1km, b2iseac_land_10km; flat_100km is below 0.55."""
    f = np.array([98.2, 300, 900, 2600])
    nu = clearance_parameter(f, [2.63375, 10.3519, 4.91534, -0.00358099])
    close(nu, [1.69646, 11.6545, 9.58492, 1.8229])
    correction = terrain_clearance_correction_db(f, nu)
    close(correction, [-8.62596, -22.9301, -18.0532, 0.0554287])


def test_terrain_clearance_ends_at_40_degrees() -> None:
    assert clearance_parameter(100.0, 60.0) == clearance_parameter(100.0, 40.0)
    assert clearance_parameter(100.0, 39.0) < clearance_parameter(100.0, 40.0)


def test_scattered_field() -> None:
    """rburg_annex5_para1.1 at 1, 10 and 50 % of time; flat_100km with 2600 MHz."""
    angle = scatter_angle_deg(96.2, -0.201309, 2.63375)
    close(angle, 3.0814)
    close(scatter_field_dbuvm(96.2, angle, 98.2, [1, 10]), [11.6253, 4.8487])
    np.testing.assert_allclose(
        scatter_field_dbuvm(96.2, angle, 98.2, 50), -3.01166, atol=1e-4
    )  # the angle is printed to 1e-5 degrees
    close(scatter_angle_deg(100, -0.0286479, -0.00358099), 0.642368)
    np.testing.assert_allclose(scatter_field_dbuvm(100, 0.642368, 2600, 50), 9.6845, atol=1e-4)
    assert scatter_angle_deg(10.0, -3.0, 0.0) == 0


def test_scattered_field_follows_refractivity() -> None:
    dry, moist = scatter_field_dbuvm(200, 1, 100, 10, [325, 380])
    assert moist - dry == pytest.approx(0.15 * 55)


def test_clutter_at_the_receiver() -> None:
    """flat_100km_denseurban 1 and 2, flat_100km_suburban 1 and 2 (100 km, antenna at 1 m)."""
    modified = modified_clutter_height_m(100, [7, 1000, 7, 1000], [20, 20, 10, 10])
    close(modified, [20.002, 19.853, 10.0005, 9.85148])
    close(urban_height_gain_db(2600, 1.0, modified), [-29.904, -29.8433, -23.8288, -23.8465])
    assert modified_clutter_height_m(1.0, 2000.0, 10.0) == 1


def test_antenna_above_the_clutter() -> None:
    """flat_annex5_para1.1_100km_3: 105 m over clutter of 100 m."""
    np.testing.assert_allclose(urban_height_gain_db(2600, 105.0, 99.9985), 0.516602, atol=2e-4)
    k_h2 = 3.2 + 6.2 * np.log10(98)
    above = k_h2 * np.log10(9 / 6) - k_h2 * np.log10(10 / 6)
    close(urban_height_gain_db(98, 9.0, 6.0), above)


def test_antenna_in_the_open() -> None:
    """rburg_annex5_para1.1 (12 m), flat_100km (1 m), b2iseac_land (7 m)."""
    found = open_height_gain_db([98.2, 2600, 95.3], [12, 1, 7])
    close(found, [1.23135, -24.3728, -2.39639])


def test_antenna_at_sea() -> None:
    """land_flat_adjsea_10km 1 and 2; between, the correction fades with the logarithm."""
    close(sea_height_gain_db(900, [25, 5], 100, 10.0), [8.5622, 0])
    d10, dh2 = fresnel_clearance_distance_km(900, 100, [10, 5])
    whole = open_height_gain_db(900, 5)
    close(sea_height_gain_db(900, 5, 100, [d10, 500]), whole)
    close(sea_height_gain_db(900, 5, 100, np.sqrt(d10 * dh2)), whole / 2)


def test_clutter_at_the_transmitter() -> None:
    """flat_annex5_para1.1_100km 1 and 2, flat_p1km; in the open there is none."""
    found = transmitter_clutter_correction_db([2600, 2600, 90], [7, 15, 10], [10, 10, 10])
    close(found, [-20.5452, 0, -6.03285])
    assert transmitter_clutter_correction_db(90.0, 1.0, 0.0) == 0
    nu = -0.0108 * np.sqrt(98 * np.rad2deg(np.arctan(1 / 27)))
    x = nu - 0.1
    by_hand = -(6.9 + 20 * np.log10(np.sqrt(x * x + 1) + x))
    close(transmitter_clutter_correction_db(98.0, 11.0, 10.0), by_hand)


def test_slope() -> None:
    """b2iseac_land_100km, b2iseac_land_1km and flat_1km: 20 lg(d / d_slope)."""
    d = np.array([100, 1, 1])
    rise = np.array([1754.4 - 1, 804.4 - 620.3, 95])
    np.testing.assert_allclose(
        20 * np.log10(d / slope_distance_km(d, rise)),
        [-0.00133499, -0.144755, -0.0390193],
        atol=1e-6,
    )


def test_short_path() -> None:
    """flat_p1km: 0.1 km; the field at 1 km is the sum of its log."""
    at_1_km = 89.8105 + 0.02003 + 15.3163 - 6.03285 - 0.0350361
    np.testing.assert_allclose(short_path_field_dbuvm(0.1, -90, at_1_km), 123.27732673, atol=2e-4)
    close(short_path_field_dbuvm(0.03, 40.0, at_1_km), 106.9 - 20 * np.log10(0.05))
    close(short_path_field_dbuvm(1.0, 40.0, 70.0), 70)


def test_loss() -> None:
    """b2iseac_land_100km, printed to eight decimals."""
    loss = basic_transmission_loss_db(2600, 21.41407884)
    np.testing.assert_allclose(loss, 186.18538812, atol=1.1e-8)


def test_knife_edge() -> None:
    """6.03 dB at grazing incidence; 0 up to the limit, and not before."""
    close(diffraction_loss_db(0.0), 6.9 + 20 * np.log10(np.sqrt(1.01) - 0.1))
    close(diffraction_loss_db(2.4), 6.9 + 20 * np.log10(np.sqrt(2.3**2 + 1) + 2.3))
    assert diffraction_loss_db(-0.7806) == 0
    assert 0 < diffraction_loss_db(-0.7805) < 1e-3


def test_fresnel_clearance() -> None:
    df, dh = 0.0000389 * 600 * 75 * 10, 4.1 * (np.sqrt(75) + np.sqrt(10))
    close(fresnel_clearance_distance_km(600, 75, 10), df * dh / (df + dh))
    assert fresnel_clearance_distance_km(600, -5.0, 10) == 0.001


def test_inverse_normal() -> None:
    """Within the 0.00054 of the approximation of the true quantiles, and odd about one half."""
    found = inverse_complementary_normal([0.01, 0.1, 0.3, 0.5])
    np.testing.assert_allclose(found, [2.326348, 1.281552, 0.524401, 0], atol=5.4e-4)
    close(inverse_complementary_normal(0.9), -found[1])
    t = np.sqrt(-2 * np.log(0.1))
    by_hand = t - (2.515517 + 0.802853 * t + 0.010328 * t**2) / (
        1 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3
    )
    close(found[1], by_hand)
