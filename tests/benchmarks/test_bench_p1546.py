"""Speed of P.1546. Run with `pytest tests/benchmarks --benchmark-enable`.

On one core, in plain numpy: at least 1 million receivers a second over land with every correction.
Machines differ, so that is read from the report; what is asserted is a ratio of one run.
"""

import time
from typing import Any

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from propagation.itu.p1546 import predict_field
from propagation.itu.p1546_curves import CurveSet

ASKED: dict[str, Any] = {
    "frequency_mhz": 98.2,
    "time_percent": 5.0,
    "transmitter_height_above_ground_m": 90.0,
    "receiver_height_above_ground_m": 10.0,
}


def receivers(count: int) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    return {
        **ASKED,
        "distance_km": rng.uniform(0.5, 100, count),
        "effective_height_m": rng.uniform(-20, 400, count),
        "surroundings": rng.integers(2, 6, count),
        "receiver_clearance_angle_deg": rng.uniform(-1, 5, count),
        "transmitter_clearance_angle_deg": rng.uniform(-1, 2, count),
        "receiver_terrain_height_m": rng.uniform(0, 400, count),
    }


def test_a_million_receivers(benchmark: BenchmarkFixture, synthetic_curves: CurveSet) -> None:
    asked = receivers(1_000_000)
    found = benchmark.pedantic(
        predict_field, (synthetic_curves,), asked, rounds=3, warmup_rounds=1
    )
    assert np.isfinite(found.field_strength_dbuvm).all()


def test_a_batch_is_much_faster_than_one_by_one(synthetic_curves: CurveSet) -> None:
    asked = receivers(20_000)
    start = time.process_time()
    predict_field(synthetic_curves, **asked)
    together = (time.process_time() - start) / 20_000
    start = time.process_time()
    for row in range(50):
        predict_field(
            synthetic_curves,
            **{key: value if np.ndim(value) == 0 else value[row] for key, value in asked.items()},
        )
    assert (time.process_time() - start) / 50 > 30 * together
