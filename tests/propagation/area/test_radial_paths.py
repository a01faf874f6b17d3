"""The paths along radials against the analysis of each path alone, term by term."""

from typing import Any

import numpy as np
import pytest

from propagation.area.paths import RadialPaths, radial_paths
from propagation.area.radial import Radials, first_receiver
from propagation.geometry import effective_earth_radius_km
from propagation.itu import p452, p1812
from propagation.profile import PathProfile, Polarization

RADIALS, POINTS, STEP_KM = 12, 500, 0.09
LAPSE, HEIGHTS = 52.5, (60.0, 10.0)


def radials(seed: int, *, coast: bool, clutter: bool = True) -> Radials:
    rng = np.random.default_rng(seed)
    waves = rng.normal(0, 1, (RADIALS, POINTS)).cumsum(axis=1)
    h = np.abs(waves) * rng.choice([0.3, 10.0], (RADIALS, 1))
    wave = np.sin(np.arange(POINTS) / 40 + rng.uniform(0, 7, (RADIALS, 1)))
    zone = np.where(wave > 0.3, 1, np.where(wave > -0.2, 3, 4)) if coast else np.full(h.shape, 4)
    cover = np.where(rng.random(h.shape) < 0.4, 15.0, 0.0) * clutter
    return Radials(
        step_km=STEP_KM,
        terrain_height_m=np.where(zone == 1, 0.0, h),
        clutter_height_m=np.where(zone == 1, 0.0, cover),
        zone=zone.astype(np.int8),
        centre_latitude_deg=np.tile([10.6, 0.004, 0.0], (RADIALS, 1)),
        first=np.full(RADIALS, first_receiver(STEP_KM), np.int32),
    )


def analysed(ground: Radials) -> RadialPaths:
    return radial_paths(ground, *HEIGHTS, float(effective_earth_radius_km(LAPSE)))


def alone(ground: Radials, radial: int, point: int) -> tuple[PathProfile, dict[str, Any]]:
    span = slice(0, point + 1)
    profile = PathProfile(
        np.arange(point + 1) * ground.step_km,
        ground.terrain_height_m[radial, span],
        ground.clutter_height_m[radial, span],
        ground.zone[radial, span],
    )
    return profile, {
        "transmitter_height_above_ground_m": HEIGHTS[0],
        "receiver_height_above_ground_m": HEIGHTS[1],
        "path_centre_latitude_deg": 10.6 + 0.004 * point * ground.step_km,
        "lapse_rate_nunits_per_km": LAPSE,
    }


@pytest.mark.parametrize("coast", [False, True])
@pytest.mark.parametrize("model", [p1812, p452])
def test_every_term_of_every_path(model: Any, coast: bool) -> None:
    """Losses and parameters of the sweep are those of each path alone."""
    ground = radials(4, coast=coast)
    asked = {
        "frequency_mhz": 600.0,
        "time_percent": 10.0,
        "surface_refractivity_nunits": 380.0,
        "polarization": Polarization.VERTICAL,
    }
    found = analysed(ground)
    swept = model.loss_of_paths(
        found.paths, path_centre_latitude_deg=found.centre_latitude_deg, **asked
    )
    terms, parameters = swept.terms(), swept.parameters()
    for i in np.random.default_rng(7).integers(0, found.point.size, 150).tolist():
        profile, where = alone(ground, int(found.radial[i]), int(found.point[i]))
        path = model.basic_transmission_loss(profile, **asked, **where)
        for name, value in path.terms().items():
            assert terms[name][i] == pytest.approx(float(value), abs=1e-9), name
        for name, value in path.parameters().items():
            expected = pytest.approx(float(value), rel=1e-9, abs=1e-8)
            assert parameters[name][i] == expected, name


def test_only_receivers_that_are_wanted_and_known() -> None:
    ground = radials(5, coast=False)
    ground.first[3] = 200
    ground.terrain_height_m[4, 300] = np.nan
    ground.terrain_height_m[5, 2] = np.nan
    found = analysed(ground)
    counts = np.bincount(found.radial, minlength=RADIALS)
    assert counts[3] == POINTS - 200
    assert counts[4] == 300 - first_receiver(STEP_KM)
    assert counts[5] == 0
    assert counts[6] == POINTS - first_receiver(STEP_KM)
    assert not np.isnan(np.stack(found.paths.geometry)).any()
