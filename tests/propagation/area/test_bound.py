"""No field of P.1812 exceeds the bound, over any ground."""

import numpy as np
import pytest

from propagation.area.bound import largest_field_dbuvm
from propagation.area.radial import Emission, path_losses_db
from propagation.errors import OutOfRangeError
from propagation.itu import p1812
from propagation.profile import PathProfile


def test_a_field_of_free_space_by_hand() -> None:
    """1 kW e.r.p. at 10 km: 106.96 - 20 = 86.96 dB(uV/m); 2.6 lg 50 = 4.42 dB more at 1 %."""
    assert largest_field_dbuvm(100.0, 10.0, 30.0, 50.0) == pytest.approx(86.96, abs=0.01)
    rare = largest_field_dbuvm(100.0, 10.0, 30.0, 1.0) - largest_field_dbuvm(
        100.0, 10.0, 30.0, 50.0
    )
    assert rare == pytest.approx(4.4173, abs=1e-4)
    with pytest.raises(OutOfRangeError):
        largest_field_dbuvm(100.0, 10.0, 30.0, 0.5)


@pytest.mark.parametrize("seed", range(12))
def test_no_path_exceeds_it(seed: int) -> None:
    """Random ground, sea or land, heights, frequencies and times; the bound is nearly reached."""
    rng = np.random.default_rng(seed)
    paths, points = 200, 60
    length = rng.uniform(0.3, 400.0, paths)
    rough = rng.choice([0.0, 5.0, 300.0])
    ground = np.abs(rng.normal(0.0, 1.0, (paths, points))) * rough
    ground[:, 0] += rng.choice([0.0, 500.0])
    profile = PathProfile(
        distance_km=length[:, np.newaxis] * np.linspace(0, 1, points),
        terrain_height_m=ground,
        clutter_height_m=np.zeros_like(ground),
        zone=np.full(ground.shape, rng.choice([1, 3, 4]), dtype=np.int8),
    )
    frequency = float(rng.uniform(54.0, 790.0))
    percents = (50.0, 10.0, 1.0)
    emission = Emission(
        frequencies_mhz=(frequency,),
        time_percents=percents,
        transmitter_height_above_ground_m=float(rng.uniform(10, 300)),
        receiver_height_above_ground_m=10.0,
        lapse_rate_nunits_per_km=float(rng.uniform(35, 80)),
        surface_refractivity_nunits=float(rng.uniform(300, 400)),
    )
    losses = path_losses_db(profile, np.full(paths, 11.0), emission)[0]
    fields = p1812.field_strength_dbuvm(losses, frequency_mhz=frequency, erp_dbw=30.0)
    above = np.array(
        [
            field - largest_field_dbuvm(frequency, length, 30.0, percent)
            for field, percent in zip(fields, percents, strict=True)
        ]
    )
    assert above.max() <= 1e-6
    assert np.isfinite(above).all()


def test_paths_are_the_point_function() -> None:
    """The kernel that walks each path to its end gives what the plain function gives."""
    rng = np.random.default_rng(5)
    paths, points = 60, 80
    length = rng.uniform(1.0, 300.0, paths)
    ground = np.abs(np.cumsum(rng.normal(0, 15, (paths, points)), axis=1))
    profile = PathProfile(
        distance_km=length[:, np.newaxis] * np.linspace(0, 1, points),
        terrain_height_m=ground,
        clutter_height_m=rng.choice([0.0, 10.0], (paths, points)),
        zone=rng.choice([1, 3, 4], (paths, points)).astype(np.int8),
    )
    emission = Emission(
        frequencies_mhz=(100.0,),
        time_percents=(50.0, 1.0),
        transmitter_height_above_ground_m=60.0,
        receiver_height_above_ground_m=10.0,
        lapse_rate_nunits_per_km=50.0,
        surface_refractivity_nunits=370.0,
    )
    middle = rng.uniform(8, 15, paths)
    walked = path_losses_db(profile, middle, emission)[0]
    for row, percent in zip(walked, emission.time_percents, strict=True):
        plain = p1812.basic_transmission_loss(
            profile,
            frequency_mhz=100.0,
            time_percent=percent,
            transmitter_height_above_ground_m=60.0,
            receiver_height_above_ground_m=10.0,
            path_centre_latitude_deg=middle,
            lapse_rate_nunits_per_km=50.0,
            surface_refractivity_nunits=370.0,
        ).basic_transmission_loss_db
        assert np.abs(row - plain).max() < 1e-9
