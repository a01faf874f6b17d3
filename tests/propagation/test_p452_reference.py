"""P.452 against the validation set of ITU-R Working Party 3M, and numbers typed from it."""

from pathlib import Path

import numpy as np
import pytest

from gis.validation.p452 import QUANTITIES, predict, read_set
from propagation.itu.p452 import PARAMETERS, TERMS, PathLoss, basic_transmission_loss
from propagation.profile import PathProfile, Polarization

LOSSES = ("Lb", "Lbfsg", "Lb0p", "Lb0b", "Ldsph", "Ld50", "Ldp", "Lbs", "Lba")


def test_the_420_cases(shared: Path) -> None:
    """Losses are printed to 1e-8 dB, but N0 to 1e-6; parameters to 1e-6."""
    cases = 0
    for file, profile, rows in read_set(shared / "reference"):
        found = predict(file, profile, rows)
        cases += rows["Lb"].size
        for label, name in QUANTITIES.items():
            limit = 8e-8 if label in LOSSES else 5.1e-7
            np.testing.assert_allclose(
                getattr(found, name), rows[label], rtol=0, atol=limit, err_msg=f"{file} {name}"
            )
    assert cases == 420


def test_the_cases_say_which_paths_are_in_sight(shared: Path) -> None:
    seen = {
        file.stem: set(predict(file, profile, rows).transhorizon)
        for file, profile, rows in read_set(shared / "reference")
    }
    in_sight = {name for name, flags in seen.items() if flags == {0.0}}
    assert len(seen) == 12
    assert all("5km" in name or "cebreros" in name for name in in_sight)
    assert len(in_sight) == 5


# Typed from the results of flat_land_1000km and flat_land_5km_Dense_Suburban of
# github.com/eeveetza/p452 at 86f8026 (OFCOM, the study group's validation set): 2 GHz, vertical,
# antennas at 10 m with 20 and 5 dBi, 1013 hPa, 15 degrees Celsius. The values stand without those
# files, and the paths are flat enough to be typed, too.


def flat(length_km: float, points: int, clutter: dict[int, float]) -> PathProfile:
    cover = np.zeros(points)
    for place, height in clutter.items():
        cover[place] = height
    zone = np.full(points, 4, dtype=np.int8)
    return PathProfile(np.linspace(0, length_km, points), np.zeros(points), cover, zone)


def ask(profile: PathProfile, time_percent: list[float], **climate: float) -> PathLoss:
    return basic_transmission_loss(
        profile,
        frequency_mhz=2000,
        time_percent=time_percent,
        transmitter_height_above_ground_m=10,
        receiver_height_above_ground_m=10,
        transmitter_gain_dbi=20,
        receiver_gain_dbi=5,
        polarization=Polarization.VERTICAL,
        transmitter_coast_distance_km=500,
        receiver_coast_distance_km=500,
        **climate,
    )


def test_published_losses_of_a_thousand_kilometres() -> None:
    found = ask(
        flat(1000, 1001, {}),
        [50, 0.02, 0.5],
        path_centre_latitude_deg=49 - np.degrees(500 / 6371),
        lapse_rate_nunits_per_km=157 * (1 - 6371 / 8778.763916),
        surface_refractivity_nunits=328.901810,
    )
    expected = {
        "basic_transmission_loss_db": [278.68729593, 254.90945387, 262.27979751],
        "free_space_and_gas_loss_db": [165.33794264] * 3,
        "line_of_sight_loss_p_db": [165.33794264, 157.15947924, 160.52416524],
        "line_of_sight_loss_b0_db": [161.92607772] * 3,
        "spherical_earth_loss_db": [1115.24527085] * 3,
        "diffraction_loss_median_db": [1115.24527085] * 3,
        "diffraction_loss_p_db": [1115.24527085, 661.05820827, 661.05820827],
        "tropospheric_scatter_loss_db": [278.68729593, 254.90945767, 262.27979753],
        "ducting_loss_db": [334.41122839, 283.69484934, 302.39015695],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=0, atol=1e-6, err_msg=name)
    assert found.ducting_incidence_percent[0] == pytest.approx(1.911738, abs=5.1e-7)


def test_published_losses_among_houses() -> None:
    """Houses of 12 m from 20 to 50 m from both ends; only those at 50 m count."""
    profile = flat(5, 501, dict.fromkeys([2, 3, 4, 5, 495, 496, 497, 498], 12.0))
    found = ask(
        profile,
        [50, 0.05, 0.5, 1],
        path_centre_latitude_deg=51.2 - np.degrees(2.5 / 6371),
        lapse_rate_nunits_per_km=157 * (1 - 6371 / 8738.167287),
        surface_refractivity_nunits=326.678815,
    )
    expected = {
        "basic_transmission_loss_db": [155.61308141, 140.93620112, 146.25679671, 147.95803328],
        "free_space_and_gas_loss_db": [112.43458671] * 4,
        "line_of_sight_loss_p_db": [112.43458671, 109.36552586, 110.38854614, 110.69650594],
        "line_of_sight_loss_b0_db": [111.55790132] * 4,
        "spherical_earth_loss_db": [0.0] * 4,
        "diffraction_loss_median_db": [43.26165162] * 4,
        "diffraction_loss_p_db": [43.26165162, 43.22804897, 43.22804897, 43.22804897],
        "tropospheric_scatter_loss_db": [162.73880682, 140.94634710, 146.33130842, 148.10183045],
        "ducting_loss_db": [185.66462374, 107.99960847, 110.14938791, 111.46365450],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(found, name), values, rtol=0, atol=1e-6, err_msg=name)


def test_every_definition_names_its_equation() -> None:
    for definition in (*TERMS.values(), *PARAMETERS.values()):
        assert definition.symbol
        assert definition.equation.startswith(("(", "section "))
