"""The radial engine against the plain function over geometries drawn at random.

Where `test_radial` asks many receivers of a few geometries, this asks a few receivers of many:
steps, heights, frequencies, percentages, latitudes, refractivities, clutter, coasts.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from propagation.area.radial import Emission, Radials, first_receiver, radial_losses_db
from propagation.itu import p1812
from propagation.profile import PathProfile, Polarization

Floats = NDArray[np.float64]

RADIALS = 8
RECEIVERS = 12
_POLARIZATIONS = tuple(Polarization)


def _heights(rng: np.random.Generator, points: int) -> Floats:
    """Return ground of a roughness, a relief and a resolution drawn at random."""
    f = np.fft.rfftfreq(2 * points)[1:]
    waves = f ** -rng.uniform(0.5, 2.5) * np.exp(2j * np.pi * rng.random((RADIALS, f.size)))
    shape = np.fft.irfft(np.concatenate([np.zeros((RADIALS, 1)), waves], axis=1), 2 * points)
    shape = shape[:, :points] / np.ptp(shape)
    unit = rng.choice([1e-3, 0.1, 1.0, 25.0])
    relief = 10 ** rng.uniform(0, 3.3)
    return np.round((shape * relief + rng.choice([0.0, 800.0])) / unit) * unit


def _ground(rng: np.random.Generator, points: int) -> tuple[Floats, Floats, NDArray[np.int8]]:
    h = _heights(rng, points)
    wave = np.sin(np.arange(points) / rng.uniform(3, 200) + rng.uniform(0, 7, (RADIALS, 1)))
    wet, coastal = rng.choice([(2.0, 2.0), (2.0, 0.5), (0.3, -0.4), (-2.0, -2.0)])
    zone = np.where(wave > wet, 1, np.where(wave > coastal, 3, 4)).astype(np.int8)
    share = rng.choice([0.0, 0.02, 0.5])
    clutter = np.where(rng.random(h.shape) < share, rng.choice([5.0, 15.0, 20.0], h.shape), 0.0)
    return np.where(zone == 1, 0.0, h), np.where(zone == 1, 0.0, clutter), zone


def _asked(rng: np.random.Generator) -> dict[str, Any]:
    percents = rng.choice(np.array([1.0, 2.0, 5.0, 10.0, 20.0, 35.0, 50.0]), 2, replace=False)
    return {
        "time_percents": tuple(sorted(percents[: rng.integers(1, 3)])),
        "transmitter_height_above_ground_m": float(np.round(10 ** rng.uniform(0, 3.4), 1)),
        "receiver_height_above_ground_m": float(rng.choice([1.0, 1.5, 10.0, 40.0])),
        "lapse_rate_nunits_per_km": float(np.round(rng.uniform(30, 75), 1)),
        "surface_refractivity_nunits": float(np.round(rng.uniform(290, 400))),
        "location_percent": float(rng.choice([1.0, 50.0, 95.0, 99.0])),
        "polarization": _POLARIZATIONS[rng.integers(len(_POLARIZATIONS))],
    }


def _draw(seed: int) -> tuple[Radials, dict[str, Any], float, float]:
    rng = np.random.default_rng(seed)
    points = int(rng.integers(40, 900))
    h, clutter, zone = _ground(rng, points)
    step_km = float(np.round(10 ** rng.uniform(-1.7, -0.1), 3))
    latitude = float(np.round(rng.uniform(-79, 79), 2))
    radials = Radials(
        step_km=step_km,
        terrain_height_m=h,
        clutter_height_m=clutter,
        zone=zone,
        centre_latitude_deg=np.tile([latitude, 0.001, 0.0], (RADIALS, 1)),
        first=np.full(RADIALS, first_receiver(step_km), np.int32),
    )
    frequency_mhz = float(np.round(10 ** rng.uniform(1.478, 3.778), 1))
    return radials, _asked(rng), frequency_mhz, latitude


@pytest.mark.parametrize("seed", range(150))
def test_any_geometry_is_the_plain_function(seed: int) -> None:
    """Every receiver drawn agrees to 1e-9 dB."""
    radials, asked, frequency_mhz, latitude = _draw(seed)
    swept = radial_losses_db(radials, Emission(frequencies_mhz=(frequency_mhz,), **asked))
    points = radials.terrain_height_m.shape[1]
    least = first_receiver(radials.step_km)
    places = np.random.default_rng(seed + 1000).integers(least, points, RECEIVERS)
    for k in (int(k) for k in places):
        span, d = slice(0, k + 1), k * radials.step_km
        plain = p1812.basic_transmission_loss(
            PathProfile(
                np.arange(k + 1) * radials.step_km,
                radials.terrain_height_m[:, span],
                radials.clutter_height_m[:, span],
                radials.zone[:, span],
            ),
            frequency_mhz=frequency_mhz,
            time_percent=np.array(asked["time_percents"])[:, np.newaxis],
            path_centre_latitude_deg=latitude + 0.001 * d,
            **{name: value for name, value in asked.items() if name != "time_percents"},
        ).basic_transmission_loss_db
        np.testing.assert_allclose(
            swept[0, :, :, k], plain, rtol=0, atol=1e-9, err_msg=f"point {k}"
        )
