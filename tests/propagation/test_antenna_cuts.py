"""Patterns from two cuts, formulas of the 3GPP, and what a hung antenna radiates where."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from propagation.antenna import around_circle_db, horizontal_attenuation_db
from propagation.antenna_3gpp import element_attenuation_db, sector_attenuation_db
from propagation.antenna_cuts import Cuts, cut_attenuation_db
from propagation.antenna_mounting import Mounting, antenna_directions, erp_towards_dbw
from propagation.errors import OutOfRangeError, PropagationError

ANGLES = np.arange(360)
HORIZONTAL = 15 * (1 - np.cos(np.radians(ANGLES))) + 2 * np.sin(np.radians(ANGLES / 2)) ** 4
VERTICAL = np.where(
    np.abs((ANGLES + 180) % 360 - 180) <= 90, 40 * np.sin(np.radians(ANGLES)) ** 2, 40.0
)
VERTICAL[180] = HORIZONTAL[180]
CUTS = Cuts(HORIZONTAL, VERTICAL)


def test_both_cuts_are_met() -> None:
    np.testing.assert_allclose(cut_attenuation_db(CUTS, ANGLES, 0), HORIZONTAL, atol=1e-12)
    down = np.arange(-90, 91)
    np.testing.assert_allclose(cut_attenuation_db(CUTS, 0, -down), VERTICAL[down], atol=1e-12)
    np.testing.assert_allclose(
        cut_attenuation_db(CUTS, 180, down), VERTICAL[(180 + down) % 360], atol=1e-12
    )


def test_down_is_down() -> None:
    """A pattern with its beam 6 degrees below the horizon; the file's angles count downwards."""
    vertical = np.minimum(12 * (((ANGLES - 6 + 180) % 360 - 180) / 7.0) ** 2, 30)
    cuts = Cuts(np.zeros(360), vertical)
    assert cut_attenuation_db(cuts, 0, -6) == 0
    assert cut_attenuation_db(cuts, 0, 6) == pytest.approx(30)


def test_between_the_cuts() -> None:
    """Worked out by hand at azimuth 90: half of what each half of the vertical cut departs."""
    horizontal = np.array([0, 8, 20, 10.0])
    vertical = np.full(36, 26.0)
    vertical[[0, 3, 15, 18]] = 0, 9, 22, 20
    cuts = Cuts(horizontal, vertical)
    # level 8; in front 9 - 0; behind 22 - 20
    assert cut_attenuation_db(cuts, 90, -30) == pytest.approx(8 + (9 + 2) / 2)
    # azimuth -45: level between 10 and 0; a quarter of the way behind
    assert cut_attenuation_db(cuts, -45, -30) == pytest.approx(5 + 0.75 * 9 + 0.25 * 2)
    assert cut_attenuation_db(cuts, 45, -15) == pytest.approx(4 + 0.75 * (26 + 26) / 2 + 0.25 * 6)


def test_no_direction_exceeds_the_maximum() -> None:
    vertical = np.zeros(36)
    cuts = Cuts([0, 5, 40, 5], vertical)
    assert cut_attenuation_db(cuts, 90, 0) == 0
    assert cut_attenuation_db(cuts, 0, 0) == 0


@given(azimuth=st.floats(-720, 720), elevation=st.floats(-90, 90))
def test_turning_round_changes_nothing(azimuth: float, elevation: float) -> None:
    here, there = cut_attenuation_db(CUTS, [azimuth, azimuth + 360], elevation)
    assert here == pytest.approx(there, abs=1e-9)
    assert here >= 0


def test_36_azimuths_alone_hold_at_every_elevation() -> None:
    pattern = np.arange(36.0)
    cuts = Cuts(pattern)
    azimuths = np.array([0, 12.5, 355])
    found = cut_attenuation_db(cuts, azimuths, [[-30], [60]])
    expected = horizontal_attenuation_db(pattern, azimuths)
    np.testing.assert_array_equal(found, [expected, expected])


def test_cuts_that_are_none() -> None:
    with pytest.raises(PropagationError, match=r"horizontal_attenuation_db has the shape \(1,\)"):
        Cuts([3])  # type: ignore[arg-type]
    with pytest.raises(PropagationError, match=r"vertical_attenuation_db has the shape \(2, 2\)"):
        Cuts(HORIZONTAL, np.zeros((2, 2)))
    with pytest.raises(OutOfRangeError, match="vertical_attenuation_db = -1"):
        Cuts(HORIZONTAL, np.array([0, -1.0]))
    with pytest.raises(OutOfRangeError, match="elevation_deg"):
        cut_attenuation_db(CUTS, 0, 90.1)


def test_cuts_keep_their_own_values() -> None:
    mine = HORIZONTAL.copy()
    cuts = Cuts(mine)
    mine[0] = 99
    assert cuts.horizontal_attenuation_db[0] == HORIZONTAL[0]
    with pytest.raises(ValueError, match="read-only"):
        cuts.horizontal_attenuation_db[0] = 1


def test_array_contract_of_cuts() -> None:
    given_angles = np.array([[10.0], [np.nan]])
    kept = given_angles.copy()
    found = cut_attenuation_db(CUTS, given_angles, [0, 10, np.nan])
    assert found.shape == (2, 3)
    assert np.isnan(found).tolist() == [[False, False, True], [True, True, True]]
    np.testing.assert_array_equal(given_angles, kept)
    assert np.shape(cut_attenuation_db(CUTS, 10, 10)) == ()
    assert cut_attenuation_db(CUTS, [], 0).shape == (0,)
    assert around_circle_db([1.0], [0, 77]).tolist() == [1, 1]


def test_element_of_tr_38901() -> None:
    """Table 7.3-1 by hand: 12 (phi / 65)^2 + 12 (elevation / 65)^2, each and both at most 30."""
    found = element_attenuation_db([0, 32.5, -65, 20, 120, 180, 0], [0, 0, 0, 30, 0, 40, 90])
    expected = [0, 3, 12, 3.692308, 30, 30, 23.005917]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert element_attenuation_db(10, 20, vertical_beamwidth_deg=10) == pytest.approx(30)
    assert element_attenuation_db(
        10, 20, vertical_beamwidth_deg=10, side_lobe_attenuation_db=20
    ) == pytest.approx(20.284024, abs=1e-6)
    assert element_attenuation_db(350, 0, horizontal_beamwidth_deg=20) == pytest.approx(3)


def test_sector_of_tr_36942() -> None:
    """Section 4.2.1 by hand: 12 (theta / 65)^2, at most 20."""
    np.testing.assert_allclose(
        sector_attenuation_db([0, 32.5, 65, 330, 90, 180]),
        [0, 3, 12, 2.556213, 20, 20],
        atol=1e-6,
    )
    six = sector_attenuation_db([35, 50], beamwidth_deg=35, maximum_attenuation_db=23)
    np.testing.assert_allclose(six, [12, 23])


@pytest.mark.parametrize("name", ["beamwidth_deg", "maximum_attenuation_db"])
def test_ranges_of_the_sector(name: str) -> None:
    with pytest.raises(OutOfRangeError, match=rf"{name} .*TR 36\.942"):
        sector_attenuation_db(0, **{name: 0})
    with pytest.raises(OutOfRangeError, match="beamwidth_deg"):
        sector_attenuation_db(0, beamwidth_deg=361)


@pytest.mark.parametrize(
    "name",
    [
        "horizontal_beamwidth_deg",
        "vertical_beamwidth_deg",
        "maximum_attenuation_db",
        "side_lobe_attenuation_db",
    ],
)
def test_ranges_of_the_element(name: str) -> None:
    with pytest.raises(OutOfRangeError, match=rf"{name} .*TR 38\.901"):
        element_attenuation_db(0, 0, **{name: 0})
    with pytest.raises(OutOfRangeError, match="horizontal_beamwidth_deg"):
        element_attenuation_db(0, 0, horizontal_beamwidth_deg=361)
    with pytest.raises(OutOfRangeError, match="vertical_beamwidth_deg"):
        element_attenuation_db(0, 0, vertical_beamwidth_deg=181)
    with pytest.raises(OutOfRangeError, match="elevation_deg"):
        element_attenuation_db(0, 91)


def test_array_contract_of_the_formulas() -> None:
    found = element_attenuation_db([[10.0], [np.nan]], [0, 10, 20])
    assert found.shape == (2, 3)
    assert np.isnan(found[1]).all()
    assert np.isnan(sector_attenuation_db([np.nan, 0])).tolist() == [True, False]
    assert sector_attenuation_db([]).shape == (0,)


def test_a_bearing_turns_the_pattern() -> None:
    seen = antenna_directions([100, 190, 10, 280], 0, Mounting(100))
    np.testing.assert_allclose(seen.azimuth_deg, [0, 90, -90, 180], atol=1e-12)
    np.testing.assert_allclose(seen.elevation_deg, 0, atol=1e-12)


def test_a_mechanical_tilt_leans() -> None:
    """10 degrees forward: the axis lies 10 below the horizon, its back 10 above, sides stay."""
    seen = antenna_directions([0, 180, 90, 270], [-10, 10, 0, 0], Mounting(0, 10))
    np.testing.assert_allclose(seen.elevation_deg, 0, atol=1e-12)
    np.testing.assert_allclose(np.abs(seen.azimuth_deg), [0, 180, 90, 90], atol=1e-12)
    np.testing.assert_array_equal(np.sign(seen.azimuth_deg[2:]), [1, -1])
    ahead = antenna_directions([0, 180], 0, Mounting(0, 10))
    np.testing.assert_allclose(ahead.elevation_deg, [10, -10], atol=1e-12)


def test_an_electrical_tilt_bends_every_azimuth_alike() -> None:
    """(elevation + 6) 90 / 96 above the beam, 90 / 84 below it: recommends 3.5."""
    seen = antenna_directions([[0], [135]], [-90, -48, -6, 0, 42, 90], Mounting(0, 0, 6))
    expected = [-90, -45, 0, 5.625, 45, 90]
    np.testing.assert_allclose(seen.elevation_deg, [expected, expected], atol=1e-12)


def test_both_tilts_add_on_the_axis() -> None:
    seen = antenna_directions(30, -10, Mounting(30, 4, 6))
    assert seen.elevation_deg == pytest.approx(0, abs=1e-12)
    assert seen.azimuth_deg == pytest.approx(0, abs=1e-12)


@given(
    azimuth=st.floats(-360, 360),
    elevation=st.floats(-90, 90),
    lean=st.floats(-90, 90),
    bend=st.floats(-60, 60),
)
def test_directions_stay_directions(
    azimuth: float, elevation: float, lean: float, bend: float
) -> None:
    seen = antenna_directions(azimuth, elevation, Mounting(0, lean, bend))
    assert -180 <= seen.azimuth_deg <= 180
    assert -90 <= seen.elevation_deg <= 90


def test_power_by_direction() -> None:
    pattern = partial(cut_attenuation_db, CUTS)
    hung = Mounting(200)
    azimuths, elevations = np.array([200, 290, 20]), np.array([[0], [-30]])
    power = erp_towards_dbw([33.0], pattern, azimuths, elevations, hung)
    np.testing.assert_allclose(power[0], 33 - HORIZONTAL[[0, 90, 180]], atol=1e-9)
    assert power[1, 0] == pytest.approx(33 - VERTICAL[30])
    assert power.shape == (2, 3)
    tilted = erp_towards_dbw(33, pattern, 200, -8, Mounting(200, 0, 8))
    assert tilted == pytest.approx(33)


def test_tilts_beyond_the_vertical_are_refused() -> None:
    for tilt in (-91, 91):
        with pytest.raises(OutOfRangeError, match=r"mechanical_downtilt_deg .*F\.1336-5"):
            Mounting(0, tilt)
    for tilt in (-90, 90):
        with pytest.raises(OutOfRangeError, match="electrical_downtilt_deg"):
            Mounting(0, 0, tilt)
    with pytest.raises(OutOfRangeError, match="elevation_deg"):
        antenna_directions(0, -90.5, Mounting())


def test_array_contract_of_directions() -> None:
    seen = antenna_directions([[10.0], [np.nan]], [0, np.nan, 20], Mounting(5, 3, 2))
    assert seen.azimuth_deg.shape == seen.elevation_deg.shape == (2, 3)
    assert np.isnan(seen.elevation_deg).tolist() == [[False, True, False], [True] * 3]
    assert antenna_directions([], 0, Mounting()).azimuth_deg.shape == (0,)
