"""Land, sea and coast along a path: sections counted by hand."""

import numpy as np
import pytest

from propagation.errors import PropagationError
from propagation.itu.p1812 import basic_transmission_loss
from propagation.itu.path_zones import ducting_incidence_percent, zone_sections
from propagation.profile import PathProfile

DISTANCE = np.array([0.0, 1, 3, 6, 10, 15])  # each point owns: .5, 1.5, 2.5, 3.5, 4.5, 2.5


def sections(*zones: int) -> dict[str, float]:
    zone = np.array(zones, dtype=np.int8)
    profile = PathProfile(DISTANCE, np.zeros(6), np.zeros(6), zone)
    return {name: float(value) for name, value in zone_sections(profile)._asdict().items()}


def test_inland() -> None:
    assert sections(4, 4, 4, 4, 4, 4) == {"omega": 0, "dtm": 15, "dlm": 15, "dct": 500, "dcr": 500}


def test_sea() -> None:
    assert sections(1, 1, 1, 1, 1, 1) == {"omega": 1, "dtm": 0, "dlm": 0, "dct": 0, "dcr": 0}


def test_a_bay_between_two_lands() -> None:
    found = sections(4, 3, 1, 1, 4, 4)
    assert found == pytest.approx({"omega": 0.4, "dtm": 7, "dlm": 7, "dct": 2, "dcr": 7})


def test_coast_is_land_but_not_inland() -> None:
    found = sections(3, 4, 4, 3, 4, 1)
    assert found == pytest.approx(
        {"omega": 2.5 / 15, "dtm": 12.5, "dlm": 4.5, "dct": 12.5, "dcr": 0}
    )


def test_a_terminal_at_sea() -> None:
    found = sections(1, 4, 4, 4, 4, 4)
    assert found == pytest.approx(
        {"omega": 0.5 / 15, "dtm": 14.5, "dlm": 14.5, "dct": 0, "dcr": 14.5}
    )


def test_a_batch_says_what_each_path_says() -> None:
    rng = np.random.default_rng(3)
    zone = rng.choice(np.array([1, 3, 4], dtype=np.int8), size=(4, 25, 6))
    profile = PathProfile(DISTANCE, np.zeros((4, 25, 6)), np.zeros(6), zone)
    batch = zone_sections(profile)
    for index in np.ndindex(4, 25):
        alone = sections(*zone[index])
        assert {n: float(v[index]) for n, v in batch._asdict().items()} == alone


def test_one_path_inland_is_the_same_among_others() -> None:
    """Exactly: a study may be split over workers in any way."""
    zone = np.array([[4] * 6, [4, 4, 4, 4, 4, 1]], dtype=np.int8)
    distance = DISTANCE * 0.1
    profile = PathProfile(distance, np.zeros((2, 6)), np.zeros(6), zone)
    assert zone_sections(profile).dtm[0] == distance[-1]
    assert zone_sections(profile).dlm[0] == distance[-1]


@pytest.mark.parametrize("code", [0, 2, 5, -1])
def test_unknown_zones_are_refused(code: int) -> None:
    with pytest.raises(PropagationError, match="codes other than 1"):
        sections(4, 4, code, 4, 4, 4)


def test_incidence_of_ducting() -> None:
    """By hand at the equator over sea: mu1 = 1 and b0 = 10**1.67; more land, less ducting."""
    b0 = ducting_incidence_percent(
        np.zeros(4), np.array([0.0, 10, 50, 500]), np.array([0.0, 10, 50, 500])
    )
    assert b0[0] == pytest.approx(10**1.67, rel=1e-12)
    assert (np.diff(b0) < 0).all()


def test_incidence_does_not_jump_at_70_degrees() -> None:
    """4.17 % is 10**(1.67 - 1.05) and -0.935 + 0.0176 x 70 = 0.297: continuous within rounding."""
    below, above = ducting_incidence_percent(
        np.array([69.999, 70.001]), np.array([30.0]), np.array([20.0])
    )
    assert below == pytest.approx(above, rel=5e-3)
    south = ducting_incidence_percent(np.array(-69.999), np.array(30.0), np.array(20.0))
    assert south == pytest.approx(below, rel=1e-12)


def _field_one_percent(
    length_km: float, *, sea_from_km: float | None = None, land: int = 4
) -> float:
    distance = np.linspace(0, length_km, int(4 * length_km) + 1)
    zone = np.full(distance.shape, land, dtype=np.int8)
    if sea_from_km is not None:
        zone[(distance > sea_from_km) & (distance < length_km - sea_from_km)] = 1
    flat = np.full(distance.shape, 2.0)
    loss = basic_transmission_loss(
        PathProfile(distance, flat, np.zeros(distance.shape), zone),
        frequency_mhz=100.0,
        time_percent=1.0,
        transmitter_height_above_ground_m=100.0,
        receiver_height_above_ground_m=10.0,
        path_centre_latitude_deg=10.6,
        lapse_rate_nunits_per_km=52.5,
        surface_refractivity_nunits=380.0,
    )
    return -float(loss.basic_transmission_loss_db)


@pytest.mark.parametrize(("length_km", "more_db"), [(120, 0.1), (200, 0.9), (250, 2.0)])
def test_what_reports_say_of_a_flat_coast(length_km: float, more_db: float) -> None:
    """The sentence `inland_note` of reports names these figures."""
    more = _field_one_percent(length_km, land=3) - _field_one_percent(length_km)
    assert more == pytest.approx(more_db, abs=0.15)


def test_what_reports_say_of_paths_across_the_sea() -> None:
    across = _field_one_percent(60, sea_from_km=2, land=3)
    assert across - _field_one_percent(60) > 10
