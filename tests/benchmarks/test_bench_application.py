"""Speed of an application against a plan. Run with `pytest tests/benchmarks --benchmark-enable`.

On two quiet cores an application against 50 stations shall take less than 3 s. Machines differ, so
that is read from the report; what is asserted is a ratio of one run.
"""

import shutil
import time
from collections.abc import Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from gis.plan_bench import PlanBench
from gis.studies.record import Study
from gis.studies.runner import run

ASKED = {
    "programme": "x",
    "frequency_mhz": 105.9,
    "longitude": 106.2,
    "latitude": 11.4,
    "erp_total_w": 1000,
    "height_above_ground_m": 75,
}
"""In the middle of the made plan, on a channel where a third of its stations crowd."""


@pytest.fixture(scope="module")
def plan() -> Iterator[PlanBench]:
    with PlanBench.made(12, 200.0, "delta", 2) as made:
        yield made


def judged(plan: PlanBench, **request: object) -> Study:
    shutil.rmtree(plan.context.home.studies, ignore_errors=True)
    return run("compliance", {"on": "2026-11-26", **request}, plan.context)


def test_an_application(benchmark: BenchmarkFixture, plan: PlanBench) -> None:
    study = benchmark.pedantic(judged, (plan,), {"application": ASKED}, rounds=2, warmup_rounds=1)
    assert study.results["new_interference"]["stations"]


def test_an_application_costs_less_than_the_plan(plan: PlanBench) -> None:
    def seconds(**request: object) -> float:
        start = time.process_time()
        judged(plan, **request)
        return time.process_time() - start

    judged(plan, application=ASKED)
    assert seconds(application=ASKED) < 0.8 * seconds()
