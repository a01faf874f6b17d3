"""Laws of the radial engine's speed: ratios within one run, which no machine changes.

`phusong bench area` measures the speed itself; docs/performance.md has its figures.
"""

import time
from dataclasses import replace

import numpy as np

from propagation.area.radial import Emission, Radials, first_receiver, radial_losses_db

STEP_KM = 0.03
RADIALS = 12

Question = tuple[int, tuple[float, ...]]


def radials(points: int) -> Radials:
    rng = np.random.default_rng(5)
    waves = rng.normal(0, 1, (RADIALS, points)).cumsum(axis=1)
    slope = np.linspace(0, 1, points) * (waves[:, -1:] - waves[:, :1])
    return Radials(
        step_km=STEP_KM,
        terrain_height_m=200 + 8 * (waves - slope),
        clutter_height_m=np.zeros((RADIALS, points)),
        zone=np.full((RADIALS, points), 4, np.int8),
        centre_latitude_deg=np.tile([10.6, 0.0, 0.0], (RADIALS, 1)),
        first=np.full(RADIALS, first_receiver(STEP_KM), np.int32),
    )


def seconds_a_receiver(*asked: Question) -> list[float]:
    """Return the least time a receiver of each question, asked in turns."""
    questions = []
    for points, percents in asked:
        emission = Emission(
            frequencies_mhz=(600.0,),
            time_percents=percents,
            transmitter_height_above_ground_m=50.0,
            receiver_height_above_ground_m=10.0,
            lapse_rate_nunits_per_km=52.5,
            surface_refractivity_nunits=380.0,
        )
        out = np.full((1, len(percents), RADIALS, points), np.nan)
        questions.append((radials(points), emission, out))
    least = [np.inf] * len(questions)
    for _ in range(10):
        for k, (ground, emission, out) in enumerate(questions):
            begun = time.perf_counter()
            radial_losses_db(ground, emission, out)
            spent = time.perf_counter() - begun
            least[k] = min(least[k], spent / ground.terrain_height_m.size)
    return least


def least_ratio(first: Question, second: Question) -> float:
    """Return the second's time over the first's, of the quietest of five moments."""
    found = []
    for _ in range(5):
        before, after = seconds_a_receiver(first, second)
        found.append(after / before)
    return min(found)


def test_a_receiver_costs_the_same_however_far_it_is() -> None:
    """Radials of 100 km against radials of 20 km, at 30 m: at most 1.2 times, a receiver."""
    asked = ((round(20 / STEP_KM) + 1, (10.0,)), (round(100 / STEP_KM) + 1, (10.0,)))
    assert least_ratio(*asked) <= 1.2


def test_the_median_beside_one_per_cent_costs_at_most_a_third() -> None:
    points = round(50 / STEP_KM) + 1
    assert least_ratio((points, (1.0,)), (points, (1.0, 50.0))) <= 4 / 3


def test_one_receiver_of_a_radial_costs_less_than_all_of_them() -> None:
    """What receivers cost beyond the walk is paid for those that are wanted only."""
    every = radials(240)
    last = replace(every, first=np.full(RADIALS, 239, np.int32))
    emission = Emission(
        frequencies_mhz=(100.0,),
        time_percents=(50.0, 1.0),
        transmitter_height_above_ground_m=50.0,
        receiver_height_above_ground_m=10.0,
        lapse_rate_nunits_per_km=52.5,
        surface_refractivity_nunits=380.0,
    )
    least = {"last": np.inf, "every": np.inf}
    for _ in range(50):
        for name, ground in (("last", last), ("every", every)):
            begun = time.perf_counter()
            radial_losses_db(ground, emission)
            least[name] = min(least[name], time.perf_counter() - begun)
    assert least["last"] < 0.75 * least["every"]
