"""The radial engine against the plain function of Rec. ITU-R P.1812-8, receiver by receiver."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from propagation.area.radial import (
    Emission,
    Radials,
    first_receiver,
    losses_of_places_db,
    radial_losses_db,
)
from propagation.errors import OutOfRangeError, PropagationError
from propagation.itu import p1812
from propagation.profile import PathProfile, Polarization

Floats = NDArray[np.float64]
Ground = tuple[Floats, Floats, NDArray[np.int8]]

RADIALS, POINTS, STEP_KM = 100, 901, 0.06
PLACES = 20
LATITUDE = np.array([10.6, 0.004, -2e-6])


def _bare(h: Floats) -> Ground:
    return h, np.zeros_like(h), np.full(h.shape, 4, np.int8)


def flat_delta(rng: np.random.Generator) -> Ground:
    """0 to 5 m with noise, to the decimetre, as the delta's elevation models are."""
    slow = np.cumsum(rng.normal(0, 0.05, (RADIALS, POINTS)), axis=1)
    h = np.round(np.clip(2 + slow, 0, 5) + rng.normal(0, 0.4, slow.shape), 1)
    clutter = np.where(rng.random(h.shape) < 0.3, rng.choice([5.0, 10.0, 15.0], h.shape), 0.0)
    return h, clutter, np.full(h.shape, 4, np.int8)


def fractal_hills(rng: np.random.Generator) -> Ground:
    """0 to 900 m, rough at every scale."""
    f = np.fft.rfftfreq(POINTS)[1:]
    waves = f**-1.5 * np.exp(2j * np.pi * rng.random((RADIALS, f.size)))
    h = np.fft.irfft(np.concatenate([np.zeros((RADIALS, 1)), waves], axis=1), POINTS)
    h = (h - h.min(axis=1, keepdims=True)) / np.ptp(h, axis=1, keepdims=True) * 900
    return _bare(h)


def cliffs(rng: np.random.Generator) -> Ground:
    """Plateaus of 0 to 600 m with vertical edges: many points at equal heights."""
    steps = rng.integers(0, 7, (RADIALS, POINTS // 30 + 1)) * 100.0
    return _bare(np.repeat(steps, 30, axis=1)[:, :POINTS])


def sea_and_land(rng: np.random.Generator) -> Ground:
    """Bays, a coast, an inland with trees; flat at 0 m over the sea."""
    h, clutter, zone = fractal_hills(rng)
    phase = rng.uniform(0, 2 * np.pi, (RADIALS, 1))
    wave = np.sin(np.arange(POINTS) / rng.uniform(10, 300, (RADIALS, 1)) + phase)
    zone = np.where(wave > 0.2, 1, np.where(wave > -0.3, 3, 4)).astype(np.int8)
    h = np.where(zone == 1, 0.0, h / 3)
    clutter = np.where((zone == 4) & (rng.random(h.shape) < 0.5), 15.0, 0.0)
    return h, clutter, zone


def single_peak(rng: np.random.Generator) -> Ground:
    """A plain with one mountain, as the delta's Bà Đen."""
    at = rng.integers(5, POINTS - 5, (RADIALS, 1))
    away = (np.arange(POINTS) - at) * STEP_KM
    return _bare(2 + 984 * np.exp(-((away / 1.5) ** 2)))


TERRAINS = (flat_delta, fractal_hills, cliffs, sea_and_land, single_peak)


def _radials(ground: Ground) -> Radials:
    h, clutter, zone = ground
    return Radials(
        step_km=STEP_KM,
        terrain_height_m=h,
        clutter_height_m=clutter,
        zone=zone,
        centre_latitude_deg=np.tile(LATITUDE, (h.shape[0], 1)),
        first=np.full(h.shape[0], first_receiver(STEP_KM), np.int32),
    )


def _plain(ground: Ground, k: int, emission: Emission) -> Floats:
    """Return the plain function's losses at receiver k, shape (frequencies, percents, radials)."""
    h, clutter, zone = ground
    d = k * STEP_KM
    profile = PathProfile(
        np.arange(k + 1) * STEP_KM, h[:, : k + 1], clutter[:, : k + 1], zone[:, : k + 1]
    )
    return p1812.basic_transmission_loss(
        profile,
        frequency_mhz=np.array(emission.frequencies_mhz)[:, np.newaxis, np.newaxis],
        time_percent=np.array(emission.time_percents)[:, np.newaxis],
        transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
        receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
        path_centre_latitude_deg=LATITUDE[0] + d * (LATITUDE[1] + d * LATITUDE[2]),
        lapse_rate_nunits_per_km=emission.lapse_rate_nunits_per_km,
        surface_refractivity_nunits=emission.surface_refractivity_nunits,
        location_percent=emission.location_percent,
        prediction_resolution_m=emission.prediction_resolution_m,
        polarization=emission.polarization,
    ).basic_transmission_loss_db


def emission(**changes: object) -> Emission:
    values: dict[str, object] = {
        "frequencies_mhz": (600.0,),
        "time_percents": (1.0, 50.0),
        "transmitter_height_above_ground_m": 50.0,
        "receiver_height_above_ground_m": 10.0,
        "lapse_rate_nunits_per_km": 52.5,
        "surface_refractivity_nunits": 380.0,
    }
    return Emission(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("terrain", TERRAINS)
def test_every_receiver_is_the_plain_function(
    terrain: Callable[[np.random.Generator], Ground],
) -> None:
    """2,000 receivers on each of five terrains, in sight and beyond, agree to 1e-9 dB."""
    rng = np.random.default_rng(20261125)
    ground = terrain(rng)
    asked = emission(
        frequencies_mhz=(100.0, 600.0),
        time_percents=(1.0, 10.0, 40.0, 50.0),  # b0 lies between 10 and 40 here
        transmitter_height_above_ground_m=float(rng.choice([30.0, 60.0, 150.0])),
        location_percent=90.0,
        polarization=Polarization.MIXED,
    )
    swept = radial_losses_db(_radials(ground), asked)
    first = first_receiver(STEP_KM)
    nearer = rng.integers(first, 200, PLACES // 2)
    places = np.concatenate([nearer, rng.integers(200, POINTS, PLACES - PLACES // 2)])
    apart = [np.abs(swept[..., k] - _plain(ground, int(k), asked)).max((0, 1)) for k in places]
    different = np.argwhere(np.array(apart) > 1e-9)
    ties = [(int(places[i]), int(radial)) for i, radial in different]
    assert not ties, f"receivers (point, radial) that differ: {ties}"


@pytest.mark.parametrize("inland", [True, False])
def test_long_paths_are_the_plain_function(inland: bool) -> None:
    """Where 390 km and more of a path are inland, the exponential of eq. (3) is 0, no accident."""
    points, step_km = 301, 5.0
    h = np.full((1, points), 2.0)
    clutter = np.where(np.arange(points) % 7 == 3, 15.0, 0.0)[np.newaxis]
    zone = np.full((1, points), 4, np.int8)
    zone[0, 0] = 4 if inland else 1
    asked = emission(transmitter_height_above_ground_m=3000.0, time_percents=(1.0, 10.0, 50.0))
    radials = Radials(
        step_km=step_km,
        terrain_height_m=h,
        clutter_height_m=clutter,
        zone=zone,
        centre_latitude_deg=np.tile([10.6, 0.0, 0.0], (1, 1)),
        first=np.array([3], np.int32),
    )
    losses = radial_losses_db(radials, asked)[0, :, 0]
    for k in range(20, points, 14):
        plain = p1812.basic_transmission_loss(
            PathProfile(
                np.arange(k + 1) * step_km, h[0, : k + 1], clutter[0, : k + 1], zone[0, : k + 1]
            ),
            frequency_mhz=600.0,
            time_percent=np.array(asked.time_percents),
            transmitter_height_above_ground_m=3000.0,
            receiver_height_above_ground_m=10.0,
            path_centre_latitude_deg=10.6,
            lapse_rate_nunits_per_km=52.5,
            surface_refractivity_nunits=380.0,
        ).basic_transmission_loss_db
        np.testing.assert_allclose(losses[:, k], plain, rtol=0, atol=1e-9)


@pytest.mark.parametrize("polarization", list(Polarization))
def test_polarizations_and_percentages_share_a_sweep(polarization: Polarization) -> None:
    """Each frequency and percentage alone gives what they give together, to the bit."""
    ground = sea_and_land(np.random.default_rng(3))
    both = emission(frequencies_mhz=(87.5, 700.0), polarization=polarization)
    together = radial_losses_db(_radials(ground), both)
    for i, frequency in enumerate(both.frequencies_mhz):
        alone = emission(
            frequencies_mhz=(frequency,), time_percents=(1.0,), polarization=polarization
        )
        np.testing.assert_allclose(
            together[i, 0], radial_losses_db(_radials(ground), alone)[0, 0], rtol=0, atol=1e-9
        )


def test_a_polarization_may_be_named_as_in_the_plain_function() -> None:
    vertical = emission(polarization="vertical")
    np.testing.assert_array_equal(
        vertical.waves(), emission(polarization=Polarization.VERTICAL).waves()
    )
    assert len(emission(polarization="mixed").waves()) == 2
    with pytest.raises(PropagationError, match="'circular' is none of"):
        emission(polarization="circular")


def test_the_median_alone_needs_no_second_radius() -> None:
    ground = fractal_hills(np.random.default_rng(5))
    both = radial_losses_db(_radials(ground), emission())[0, 1]
    alone = radial_losses_db(_radials(ground), emission(time_percents=(50.0,)))[0, 0]
    np.testing.assert_allclose(alone, both, rtol=0, atol=1e-9)


def test_beyond_a_void_nothing_is_known() -> None:
    h, clutter, zone = fractal_hills(np.random.default_rng(7))
    whole = radial_losses_db(_radials((h, clutter, zone)), emission())
    pierced = h.copy()
    pierced[3, 400] = np.nan
    losses = radial_losses_db(_radials((pierced, clutter, zone)), emission())
    assert np.isnan(losses[:, :, 3, 400:]).all()
    np.testing.assert_array_equal(losses[:, :, 3, :400], whole[:, :, 3, :400])
    np.testing.assert_array_equal(losses[:, :, 4], whole[:, :, 4])


def test_receivers_before_the_first_are_left_alone() -> None:
    ground = fractal_hills(np.random.default_rng(9))
    radials = _radials(ground)
    radials.first[1] = 500
    out = np.full((1, 2, RADIALS, POINTS), -1.0, np.float32)
    whole = radial_losses_db(_radials(ground), emission())
    radial_losses_db(radials, emission(), out)
    assert np.all(out[:, :, 1, :500] == -1)
    assert np.all(out[:, :, 0, :5] == -1)
    np.testing.assert_allclose(out[:, :, 1, 500:], whole[:, :, 1, 500:], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frequencies_mhz", (29.0,)),
        ("frequencies_mhz", (6001.0,)),
        ("time_percents", (0.5,)),
        ("time_percents", (51.0,)),
        ("location_percent", 99.5),
        ("transmitter_height_above_ground_m", 0.5),
        ("receiver_height_above_ground_m", 3001.0),
    ],
)
def test_out_of_range_is_an_error(name: str, value: object) -> None:
    with pytest.raises(OutOfRangeError, match=name):
        emission(**{name: value})


def test_radials_that_cannot_be_walked_are_refused() -> None:
    h, clutter, zone = (part[:2, :50] for part in fractal_hills(np.random.default_rng(1)))
    with pytest.raises(PropagationError, match="too short"):
        radial_losses_db(_radials((h[:, :4], clutter[:, :4], zone[:, :4])), emission())
    with pytest.raises(PropagationError, match="clutter_height_m"):
        radial_losses_db(_radials((h, clutter[:, :49], zone)), emission())
    near = _radials((h, clutter, zone))
    near.first[0] = 2
    with pytest.raises(PropagationError, match="first receiver"):
        radial_losses_db(near, emission())
    with pytest.raises(PropagationError, match="at least one"):
        emission(frequencies_mhz=())


def test_heights_and_locations_at_once_are_each_alone() -> None:
    """The same numbers as one height and one percentage of locations at a time."""
    radials = _radials(sea_and_land(np.random.default_rng(7)))
    asked = emission(frequencies_mhz=(100.0, 600.0), polarization=Polarization.MIXED)
    heights, locations = (1.5, 10.0, 30.0), (50.0, 90.0, 95.0)
    together = losses_of_places_db(radials, asked, heights, locations)
    assert together.shape[:2] == (3, 3)
    for i, height_m in enumerate(heights):
        for j, percent in enumerate(locations):
            one = emission(
                frequencies_mhz=(100.0, 600.0),
                polarization=Polarization.MIXED,
                receiver_height_above_ground_m=height_m,
                location_percent=percent,
            )
            np.testing.assert_array_equal(together[i, j], radial_losses_db(radials, one))
    assert np.nanmax(together[0, 2] - together[0, 0]) > 1, "locations count within the clutter"
    for wrong in ({"heights": (0.5,)}, {"locations": (0.5,)}):
        with pytest.raises(OutOfRangeError):
            losses_of_places_db(
                radials, asked, wrong.get("heights", heights), wrong.get("locations", locations)
            )


def test_radials_that_share_a_block_do_not_change_each_other() -> None:
    """Receivers of several radials are worked on together: sea, inland, covered, few or many."""
    rng = np.random.default_rng(11)
    bare, sea = fractal_hills(rng), sea_and_land(rng)
    count = 30
    zone = np.where(np.arange(count)[:, np.newaxis] % 3 == 0, sea[2][:count, :400], np.int8(4))
    first = rng.integers(first_receiver(STEP_KM), 400, count).astype(np.int32)
    heights = bare[0][:count, :400].copy()
    heights[4, 200:] = np.nan  # nothing beyond, whether or not it was asked about
    heights[5, 40:] = np.nan
    together = Radials(
        step_km=STEP_KM,
        terrain_height_m=heights,
        clutter_height_m=np.where(np.arange(count)[:, np.newaxis] % 4 == 1, 10.0, 0.0)
        + np.zeros_like(heights),
        zone=zone.astype(np.int8),
        centre_latitude_deg=np.tile(LATITUDE, (count, 1)),
        first=first,
    )
    emission = Emission(
        frequencies_mhz=(100.0, 500.0),
        time_percents=(50.0, 1.0),
        transmitter_height_above_ground_m=60.0,
        receiver_height_above_ground_m=10.0,
        lapse_rate_nunits_per_km=50.0,
        surface_refractivity_nunits=370.0,
        polarization=Polarization.MIXED,
    )
    found = radial_losses_db(together, emission)
    known = ~np.isnan(heights) & (np.arange(400) >= first[:, np.newaxis])
    np.testing.assert_array_equal(np.isfinite(found), np.broadcast_to(known, found.shape))
    for row in range(count):
        alone = radial_losses_db(together.part(slice(row, row + 1)), emission)
        np.testing.assert_allclose(found[:, :, row], alone[:, :, 0], rtol=0, atol=1e-9)
