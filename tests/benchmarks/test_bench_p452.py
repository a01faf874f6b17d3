"""Speed of P.452 and of the gases in it. Run with `pytest tests/benchmarks --benchmark-enable`.

In plain numpy, as P.1812. What is asserted is a ratio of one run, since machines differ.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from propagation.itu import p452, p1812
from propagation.itu.p676 import specific_attenuation
from propagation.profile import PathProfile

POINTS = 300
ASKED: dict[str, Any] = {
    "frequency_mhz": 3500.0,
    "time_percent": 1.0,
    "transmitter_height_above_ground_m": 90.0,
    "receiver_height_above_ground_m": 10.0,
    "path_centre_latitude_deg": 10.6,
    "lapse_rate_nunits_per_km": 52.5,
    "surface_refractivity_nunits": 380.0,
}


def profiles(paths: int) -> PathProfile:
    rng = np.random.default_rng(5)
    share = np.linspace(0, 1, POINTS)
    return PathProfile(
        distance_km=share * rng.uniform(5, 100, (paths, 1)),
        terrain_height_m=np.abs(np.cumsum(rng.normal(0, 4, (paths, POINTS)), axis=1)),
        clutter_height_m=np.zeros(POINTS),
        zone=np.full(POINTS, 4, dtype=np.int8),
    )


def fastest(work: Callable[[], object], rounds: int = 5) -> float:
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


@pytest.mark.parametrize("paths", [1, 10_000])
def test_paths(benchmark: BenchmarkFixture, paths: int) -> None:
    profile = profiles(paths if benchmark.enabled else min(paths, 200))
    loss = benchmark(p452.basic_transmission_loss, profile, **ASKED)
    assert np.isfinite(loss.basic_transmission_loss_db).all()


def test_gases_at_ten_thousand_frequencies(benchmark: BenchmarkFixture) -> None:
    f = np.linspace(1000, 1_000_000, 10_000 if benchmark.enabled else 100)
    air = {"dry_air_pressure_hpa": 1013.0, "temperature_k": 288.15}
    found = benchmark(specific_attenuation, f, **air, water_vapour_density_g_per_m3=7.5)
    assert (found.total_db_per_km > 0).all()


def test_it_costs_little_more_than_p1812() -> None:
    """About 1.3 times at 2,000 paths, gases included; 3 leaves room for a busy machine."""
    profile = profiles(2000)
    ours = fastest(lambda: p452.basic_transmission_loss(profile, **ASKED))
    other = fastest(lambda: p1812.basic_transmission_loss(profile, **ASKED))
    assert ours < 3 * other
