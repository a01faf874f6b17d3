"""Speed of P.1812. Run with `pytest tests/benchmarks --benchmark-enable`.

On one core, in plain numpy: 10,000 profiles of 300 points in at most 0.7 s, one alone in at most
1.5 ms. Machines differ, so those are read from the report; what is asserted are ratios of one run.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from propagation.itu.p1812 import basic_transmission_loss
from propagation.profile import PathProfile, Polarization

POINTS = 300
ASKED: dict[str, Any] = {
    "frequency_mhz": 100.0,
    "time_percent": 1.0,
    "transmitter_height_above_ground_m": 90.0,
    "receiver_height_above_ground_m": 10.0,
    "path_centre_latitude_deg": 10.6,
    "lapse_rate_nunits_per_km": 52.5,
    "surface_refractivity_nunits": 380.0,
}


def profiles(paths: int, *, cluttered: bool = False) -> PathProfile:
    rng = np.random.default_rng(5)
    share = np.linspace(0, 1, POINTS)
    clutter = rng.choice([0.0, 10, 15], (paths, POINTS)) if cluttered else np.zeros(POINTS)
    sea = share > rng.uniform(0, 2, (paths, 1)) if cluttered else np.zeros(POINTS, dtype=bool)
    return PathProfile(
        distance_km=share * rng.uniform(5, 100, (paths, 1)),
        terrain_height_m=np.abs(np.cumsum(rng.normal(0, 4, (paths, POINTS)), axis=1)),
        clutter_height_m=clutter,
        zone=np.where(sea, 1, 4).astype(np.int8),
    )


def one(profile: PathProfile, row: int) -> PathProfile:
    zone = np.broadcast_to(profile.zone, profile.terrain_height_m.shape)
    clutter = np.broadcast_to(profile.clutter_height_m, profile.terrain_height_m.shape)
    return PathProfile(
        profile.distance_km[row], profile.terrain_height_m[row], clutter[row], zone[row]
    )


def fastest(work: Callable[[], object], rounds: int = 5) -> float:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@pytest.mark.parametrize("cluttered", [False, True], ids=["bare inland", "clutter and sea"])
def test_ten_thousand_profiles(benchmark: BenchmarkFixture, cluttered: bool) -> None:
    profile = profiles(10_000 if benchmark.enabled else 200, cluttered=cluttered)
    loss = benchmark(basic_transmission_loss, profile, **ASKED)
    assert np.isfinite(loss.basic_transmission_loss_db).all()


@pytest.mark.parametrize("polarization", list(Polarization))
def test_one_profile(benchmark: BenchmarkFixture, polarization: Polarization) -> None:
    profile = one(profiles(1), 0)
    loss = benchmark(basic_transmission_loss, profile, **ASKED, polarization=polarization)
    assert np.isfinite(loss.basic_transmission_loss_db)


def test_a_batch_is_many_times_faster_than_a_loop() -> None:
    """At 500 paths: about 40 times; 8 leaves room for a busy machine."""
    profile = profiles(500)
    rows = [one(profile, row) for row in range(500)]
    batch = fastest(lambda: basic_transmission_loss(profile, **ASKED))
    loop = fastest(lambda: [basic_transmission_loss(row, **ASKED) for row in rows], rounds=2)
    assert loop > 8 * batch


def test_time_grows_with_the_batch_and_no_faster() -> None:
    """Blocks keep the working set in the cache: eight times the paths, about eight times."""
    small, large = profiles(500), profiles(4000)
    once = fastest(lambda: basic_transmission_loss(small, **ASKED))
    eight = fastest(lambda: basic_transmission_loss(large, **ASKED))
    assert eight < 16 * once


def test_importing_it_is_little_more_than_importing_numpy(benchmark: BenchmarkFixture) -> None:
    """`import propagation` and the model itself: at most 0.3 s, most of it numpy's."""

    def start() -> None:
        code = "import propagation, propagation.itu.p1812, sys; assert 'scipy' not in sys.modules"
        subprocess.run([sys.executable, "-c", code], check=True)

    benchmark.pedantic(start, rounds=5 if benchmark.enabled else 1)
