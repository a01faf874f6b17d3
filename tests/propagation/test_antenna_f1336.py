"""F.1336 patterns: values of an independent program, worked-out ones, ranges, the contract."""

from functools import partial

import numpy as np
import pytest

from propagation.antenna_f1336 import (
    IMPROVED,
    TYPICAL,
    Omnidirectional,
    Sectoral,
    SideLobeFactors,
    SideLobes,
    omnidirectional_gain_dbi,
    sectoral_gain_dbi,
)
from propagation.antenna_mounting import Mounting, antenna_directions, erp_towards_dbw
from propagation.errors import OutOfRangeError, PropagationError

# Values of pycraf's tests: 18 dBi, 65 degrees, improved side lobes, mechanical and electrical
# downtilt; rows of elevation, columns of azimuth.
ELEVATION = np.array([-75, -40, -5, 30, 65])[:, np.newaxis]
AZIMUTH = np.array([-155, -80, -5, 70, 145])
AVERAGE = {
    (0, 0): [
        [-9.45692316, -8.73264105, -7.99973768, -8.59935781, -9.45692316],
        [-9.45692316, -6.23545959, -2.9756504, -5.64264212, -9.45692316],
        [-9.45692316, 1.55191039, 12.6917839, 3.57776872, -9.45692316],
        [-9.45692316, -5.11617053, -0.72374921, -4.3173802, -9.45692316],
        [-9.45692316, -8.16416531, -6.85601954, -7.9262705, -9.45692316],
    ],
    (40, 0): [
        [-6.65167057, -4.21643061, -1.90092642, -3.78461285, -6.46818041],
        [-9.04857002, -2.88936373, 17.95595854, -1.93430988, -8.57901892],
        [-9.45692316, 3.69272869, -1.87877821, -2.04640382, -9.45692316],
        [-9.45692316, -7.09347806, -7.4361134, -6.90931547, -9.45692316],
        [-9.45692316, -9.45692316, -9.45692316, -9.45692316, -9.45692316],
    ],
    (0, 40): [
        [-9.45692316, -8.04001291, -6.60623694, -7.77927144, -9.45692316],
        [-9.45692316, 4.15502284, 17.92899408, 6.65990894, -9.45692316],
        [-9.45692316, -4.88763097, -0.26394973, -4.04678451, -9.45692316],
        [-9.45692316, -6.99775686, -4.5093187, -6.54521822, -9.45692316],
        [-9.45692316, -8.60848865, -7.74995508, -8.45235874, -9.45692316],
    ],
}
# Of its peak pattern only what lies nearer than four beamwidths: beyond, its factor C lacks k_v.
PEAK_NEAR = {
    (0, 0): [-6.45692316, 1.87668674, 12.69344956, 3.84378529, -6.45692316],
    (0, 40): [-6.45692316, -2.45771699, 2.7331265, -1.5137284, -6.45692316],
}
# Worked out apart from the equations.
OMNIDIRECTIONAL = [
    (900, 11, 0, "peak", 0.7, 11.00000),
    (900, 11, 3, "peak", 0.7, 9.52158),
    (900, 11, 8, "peak", 0.7, 1.30449),
    (900, 11, 40, "peak", 0.7, -1.97578),
    (900, 11, -3, "average", 0.7, 9.52158),
    (900, 11, 8.6, "average", 0.7, -1.69551),
    (900, 11, 8.75, "average", 0.7, -1.69551),
    (900, 11, 40, "average", 0.7, -4.97578),
    (3500, 11, 8, "peak", 0.7, 0.48676),
    (3500, 11, 40, "peak", 0.7, -11.05372),
    (3500, 11, 9, "average", 0.7, -4.00000),
    (3500, 11, 40, "average", 0.7, -14.05372),
    (900, 11, 40, "peak", 0.0, -11.05372),
    (900, 11, 9.5, "average", 0.7, -2.08727),
]
SECTORAL = [
    (15, 65, None, "peak", TYPICAL, 20, -5, 12.62005),
    (15, 65, None, "peak", TYPICAL, 20, 10, 8.88849),
    (15, 65, None, "peak", TYPICAL, 50, -40, 0.18703),
    (15, 65, None, "peak", TYPICAL, 20, 65, 0.50645),
    (15, 65, None, "peak", TYPICAL, 0, 89, -4.75802),
    (15, 65, None, "peak", TYPICAL, 150, 20, -4.95692),
    (15, 65, None, "average", TYPICAL, 20, -5, 12.61024),
    (15, 65, None, "average", TYPICAL, 20, 15, 2.58090),
    (15, 65, None, "average", TYPICAL, 50, -70, -4.75670),
    (15, 65, None, "peak", IMPROVED, 50, -75, -3.66900),
    (15, 65, None, "average", IMPROVED, 20, 70, -5.42458),
    (9, 150, 30, "peak", TYPICAL, 40, 50, -2.42987),
    (9, 150, 30, "average", TYPICAL, 40, 90, -6.30736),
]
ABOVE_6_GHZ = [
    (20, 45, None, "peak", 0, 0, 20.00000),
    (20, 45, None, "peak", 10, 2, 18.38611),
    (20, 45, None, "peak", -60, 30, -2.88334),
    (20, 45, None, "peak", 100, 10, -6.35594),
    (20, 45, None, "peak", 30, -80, -8.05857),
    (20, 45, None, "peak", 180, 0, -13.25685),
    (20, 45, None, "average", 50, 1, 4.86040),
    (20, 45, None, "average", 51, 0, 4.58667),
    (20, 45, None, "average", 52, 0, 4.05814),
    (20, 45, None, "average", 140, -20, -13.74172),
    (20, 45, 12, "average", -170, 60, -9.96140),
    (20, 45, 12, "average", 95, -5, -4.69283),
    (12, 170, 20, "average", 178, 10, -6.72821),
    (12, 200, 20, "peak", 150, 30, -8.19138),
]


@pytest.mark.parametrize("tilts", AVERAGE)
def test_average_pattern_of_an_independent_program(tilts: tuple[int, int]) -> None:
    antenna = Sectoral(2000, 18, 65, side_lobes=SideLobes.AVERAGE, factors=IMPROVED)
    seen = antenna_directions(AZIMUTH, ELEVATION, Mounting(0, *tilts))
    np.testing.assert_allclose(sectoral_gain_dbi(antenna, *seen), AVERAGE[tilts], atol=1e-8)


@pytest.mark.parametrize("tilts", PEAK_NEAR)
def test_peak_pattern_of_an_independent_program(tilts: tuple[int, int]) -> None:
    antenna = Sectoral(2000, 18, 65, side_lobes=SideLobes.PEAK, factors=IMPROVED)
    seen = antenna_directions(AZIMUTH, -5, Mounting(0, *tilts))
    np.testing.assert_allclose(sectoral_gain_dbi(antenna, *seen), PEAK_NEAR[tilts], atol=1e-8)


@pytest.mark.parametrize("row", OMNIDIRECTIONAL)
def test_omnidirectional(row: tuple[float, float, float, str, float, float]) -> None:
    f, gain, elevation, kind, k, expected = row
    antenna = Omnidirectional(
        f, gain, side_lobes=SideLobes(kind), factors=SideLobeFactors(k, 0.7, 0.8, 0.7)
    )
    found = omnidirectional_gain_dbi(antenna, elevation)
    assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("row", SECTORAL)
def test_sectoral_to_6_ghz(
    row: tuple[float, float, float | None, str, SideLobeFactors, float, float, float],
) -> None:
    gain, width, height, kind, factors, azimuth, elevation, expected = row
    antenna = Sectoral(6000, gain, width, height, side_lobes=SideLobes(kind), factors=factors)
    found = sectoral_gain_dbi(antenna, azimuth, elevation)
    assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("row", ABOVE_6_GHZ)
def test_sectoral_above_6_ghz(
    row: tuple[float, float, float | None, str, float, float, float],
) -> None:
    gain, width, height, kind, azimuth, elevation, expected = row
    antenna = Sectoral(6001, gain, width, height, side_lobes=SideLobes(kind))
    found = sectoral_gain_dbi(antenna, azimuth, elevation)
    assert found == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("side_lobes", SideLobes)
def test_the_vertical_pattern_ends_at_its_minimum_without_a_step(side_lobes: SideLobes) -> None:
    antenna = Sectoral(2000, 18, 65, side_lobes=side_lobes, factors=IMPROVED)
    near, last = sectoral_gain_dbi(antenna, 0, [89.9999, 90])
    assert near == pytest.approx(last, abs=1e-4)
    assert last == pytest.approx({"peak": -6.45692316, "average": -9.45692316}[side_lobes])


def test_widths_that_follow_from_the_gain() -> None:
    assert Omnidirectional(900, 11).theta_3 == pytest.approx(8.54700, abs=1e-4)
    assert Sectoral(900, 18, 65).theta_3 == pytest.approx(7.55871, abs=1e-4)
    assert Omnidirectional(900, 11, 7).theta_3 == Sectoral(900, 18, 65, 7).theta_3 == 7


def test_typical_and_improved_antennas() -> None:
    assert SideLobeFactors(0.7, 0.7, 0.8, 0.7) == TYPICAL
    assert SideLobeFactors(0, 0.7, 0.7, 0.3) == IMPROVED
    assert Sectoral(900, 18, 65).factors == Omnidirectional(900, 11).factors == TYPICAL
    with pytest.raises(OutOfRangeError, match="azimuth"):
        SideLobeFactors(0.7, 0.7, 1.1, 0.7)


def test_power_in_a_direction() -> None:
    antenna = Sectoral(2000, 18, 65, factors=IMPROVED)
    power = erp_towards_dbw(
        40,
        lambda azimuth, elevation: 18 - sectoral_gain_dbi(antenna, azimuth, elevation),
        AZIMUTH + 120,
        ELEVATION,
        Mounting(120, 40, 0),
    )
    np.testing.assert_allclose(power, np.array(AVERAGE[40, 0]) + 22, atol=1e-8)


@pytest.mark.parametrize("f", [399, 70_001])
def test_frequencies(f: float) -> None:
    for make in (partial(Omnidirectional, f, 11), partial(Sectoral, f, 18, 65)):
        with pytest.raises(OutOfRangeError, match=r"frequency_mhz .* 400 to 70000"):
            make()


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [(0, 10, "horizontal"), (360, 10, "horizontal"), (65, 0, "vertical"), (65, 180, "vertical")],
)
def test_widths(width: float, height: float, name: str) -> None:
    with pytest.raises(OutOfRangeError, match=f"{name}_beamwidth_deg"):
        Sectoral(2000, 18, width, height)


def test_a_wide_sector_needs_its_height() -> None:
    with pytest.raises(PropagationError, match=r"vertical_beamwidth_deg is needed .* above 120"):
        Sectoral(2000, 10, 120.1)
    assert Sectoral(2000, 10, 120).theta_3 == pytest.approx(25.8333, abs=1e-4)
    with pytest.raises(OutOfRangeError, match="vertical_beamwidth_deg"):
        Omnidirectional(2000, -3)


def test_elevations_and_the_contract() -> None:
    omni, low, high = Omnidirectional(900, 11), Sectoral(900, 15, 65), Sectoral(7000, 15, 65)
    for elevation in (-90.1, 90.1):
        with pytest.raises(OutOfRangeError, match="elevation_deg"):
            omnidirectional_gain_dbi(omni, elevation)
        with pytest.raises(OutOfRangeError, match="elevation_deg"):
            sectoral_gain_dbi(low, 0, elevation)
    angles = np.array([[10.0], [np.nan]])
    for antenna in (low, high):
        gain = sectoral_gain_dbi(antenna, angles, [0, 5, 10])
        assert gain.shape == (2, 3)
        assert np.isnan(gain[1]).all()
        assert np.isfinite(gain[0]).all()
        np.testing.assert_allclose(
            sectoral_gain_dbi(antenna, [200, -160, 560], 5),
            sectoral_gain_dbi(antenna, -160, 5),
            rtol=1e-12,
        )
        assert sectoral_gain_dbi(antenna, [], 0).shape == (0,)
    assert np.isnan(omnidirectional_gain_dbi(omni, np.nan))
    assert omnidirectional_gain_dbi(omni, [0.0, 90]).shape == (2,)
