"""The radial sweep of ITM against the path function, over five kinds of terrain."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from propagation.errors import OutOfRangeError, PropagationError
from propagation.itm.prediction import point_to_point_loss
from propagation.itm.radial import INTERPOLATED_DB, USUAL_EVERY, RadialLoss, radial_loss
from propagation.itm.records import Conditions, ConfidenceReliability

POINTS = 1201
KINDS = ("delta", "flat", "hills", "cliffs", "coast", "peak")


def conditions(**changes: Any) -> Conditions:
    values = {
        "frequency_mhz": 600.0,
        "transmitter_height_above_ground_m": 100.0,
        "receiver_height_above_ground_m": 10.0,
        "surface_refractivity_nunits": 360.0,
        "climate": "equatorial",
    }
    return Conditions(**(values | changes))


def terrain(kind: str, seed: int = 1) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    frequencies = np.fft.rfftfreq(POINTS)
    frequencies[0] = 1
    phases = rng.normal(size=frequencies.size) + 1j * rng.normal(size=frequencies.size)
    hills = np.fft.irfft(phases * frequencies**-1.4, POINTS)
    hills = 300 + 150 * (hills - hills.mean()) / hills.std()
    x = np.arange(POINTS)
    return {
        "delta": 2 + 0.5 * rng.normal(size=POINTS),
        "flat": np.full(POINTS, 3.0),
        "hills": hills,
        "cliffs": np.where(x // 150 % 2 == 0, 5.0, 220.0),
        "coast": np.where(x < 500, hills - hills[500], 0.0),
        "peak": np.where(np.abs(x - 600) < 4, 900.0, 10.0),
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("heights", [(100.0, 10.0), (10.0, 1.5), (300.0, 30.0)])
def test_a_radial_answers_as_its_paths_do(kind: str, heights: tuple[float, float]) -> None:
    what = conditions(
        transmitter_height_above_ground_m=heights[0],
        receiver_height_above_ground_m=heights[1],
        statistics=ConfidenceReliability(70, 10),
    )
    z = terrain(kind)
    swept = radial_loss(z, 90, what)
    receivers = np.random.default_rng(5).choice(np.arange(2, POINTS), 120, replace=False)
    for k in receivers:
        path = point_to_point_loss(z[: k + 1], 90, what)
        assert swept.basic_transmission_loss_db[k] == pytest.approx(
            float(path.basic_transmission_loss_db), abs=1e-6
        )
        assert swept.reference_attenuation_db[k] == pytest.approx(
            float(path.reference_attenuation_db), abs=1e-6
        )
        assert swept.mode[k] == path.mode
        assert swept.warnings[k] == path.warnings


ASKED = (
    conditions(),
    conditions(
        frequency_mhz=2000.0,
        transmitter_height_above_ground_m=30.0,
        receiver_height_above_ground_m=1.5,
        statistics=ConfidenceReliability(90, 1),
    ),
    conditions(frequency_mhz=100.0, transmitter_height_above_ground_m=300.0),
)


def ground(kind: str) -> NDArray[np.float64]:
    """Return radials; the samples of a path meet a lone narrow peak, or they do not."""
    if kind != "peaks":
        return np.stack([terrain(kind, seed) for seed in range(12)])
    off = np.abs(np.arange(POINTS) - np.array([[250], [600], [905]]))
    return np.concatenate([np.where(off < width, 900.0, 10.0) for width in (1, 2, 4, 7, 20)])


@pytest.mark.parametrize("kind", ["delta", "hills", "cliffs", "coast", "peaks"])
@pytest.mark.parametrize("every", [USUAL_EVERY, 8])
@pytest.mark.parametrize("step_m", [30, 90])
def test_what_interpolating_the_irregularity_costs(kind: str, every: int, step_m: float) -> None:
    rms_db, most_of_1000_db, most_db = INTERPOLATED_DB
    z = ground(kind)
    errors = []
    for what in ASKED:
        exact = radial_loss(z, step_m, what).basic_transmission_loss_db
        fast = radial_loss(z, step_m, what, irregularity_every=every).basic_transmission_loss_db
        errors.append(np.abs(fast - exact)[:, 2:])
    error = np.stack(errors)
    assert error[..., :99].max() == 0
    assert 0 < np.sqrt(np.mean(error**2)) < rms_db
    assert np.quantile(error, 0.999) < most_of_1000_db
    assert error.max() < most_db


def test_shapes_and_nan() -> None:
    z = np.stack([terrain("hills"), terrain("hills"), terrain("delta")])
    z[1, 700] = np.nan
    before = z.copy()
    swept = radial_loss(z, 90, conditions())
    np.testing.assert_array_equal(z, before)
    unknown = np.zeros(z.shape, dtype=bool)
    unknown[:, :2] = True
    unknown[1, 700:] = True
    np.testing.assert_array_equal(np.isnan(swept.basic_transmission_loss_db), unknown)
    np.testing.assert_array_equal(swept.mode == 0, unknown)
    assert (swept.warnings[unknown] == 0).all()
    alone = radial_loss(z[2], 90, conditions())
    for name in RadialLoss.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(swept, name)[2], getattr(alone, name))


def test_air_that_the_model_does_not_know_is_marked_and_the_rest_computed() -> None:
    z = np.minimum(30.0 * np.arange(POINTS), 8900)
    swept = radial_loss(z, 90, conditions(surface_refractivity_nunits=250))
    known = ~np.isnan(swept.basic_transmission_loss_db)
    assert known[2:250].all()
    assert not known[-1]
    np.testing.assert_array_equal(swept.mode != 0, known)


def test_what_is_no_radial() -> None:
    with pytest.raises(PropagationError, match="3 points"):
        radial_loss([1.0, 2.0], 90, conditions())
    with pytest.raises(OutOfRangeError, match="step_m"):
        radial_loss(terrain("flat"), 0, conditions())
    with pytest.raises(OutOfRangeError, match="terrain_height_m"):
        radial_loss(terrain("flat") - 600, 90, conditions())
    with pytest.raises(OutOfRangeError, match="irregularity_every"):
        radial_loss(terrain("flat"), 90, conditions(), irregularity_every=0)
    for wrong in ([100.0, 200.0], np.nan):
        with pytest.raises(PropagationError, match="numbers"):
            radial_loss(terrain("flat"), 90, conditions(frequency_mhz=wrong))
