"""Levels of products that a receiver makes, against the expansion of a power series."""

import numpy as np
import pytest

from propagation.errors import PropagationError
from propagation.interference.receiver_intermodulation import product_level_db

COUNT = 4096
BINS = {"a": 400, "b": 430, "c": 505}


def spectrum_db(amplitudes: dict[str, float], order: int, at: int) -> float:
    """Return the level at a frequency of the sum of carriers taken to a power."""
    time = np.arange(COUNT) * 2 * np.pi / COUNT
    wave = sum(size * np.cos(BINS[name] * time) for name, size in amplitudes.items())
    lines = np.abs(np.fft.rfft(wave**order)) * 2 / COUNT
    return float(20 * np.log10(lines[at]))


@pytest.mark.parametrize(
    ("order", "coefficients"),
    [(3, {"a": 2, "b": -1}), (3, {"a": 1, "b": 1, "c": -1}), (3, {"a": 3}), (2, {"c": 1, "a": -1}),
     (2, {"a": 1, "b": 1}), (2, {"a": 2})],
)  # fmt: skip
def test_levels_are_those_of_the_series(order: int, coefficients: dict[str, int]) -> None:
    levels = {"a": -3.0, "b": 4.0, "c": 1.5}
    amplitudes = {name: 10 ** (level / 20) for name, level in levels.items()}
    # the intercept point: unit carriers make the stated product as strong as themselves
    stated = {2: {"c": 1, "a": -1}, 3: {"a": 2, "b": -1}}[order]
    unit = spectrum_db(dict.fromkeys(stated, 1.0), order, place_of(stated))
    of_these = {name: amplitudes[name] for name in coefficients}
    wanted = spectrum_db(of_these, order, place_of(coefficients)) - unit
    found = product_level_db(
        [levels[name] for name in coefficients], list(coefficients.values()), 0.0
    )
    assert found == pytest.approx(wanted, abs=1e-6)


def place_of(coefficients: dict[str, int]) -> int:
    """Return the line of the spectrum on which a product lies."""
    return abs(sum(BINS[name] * times for name, times in coefficients.items()))


def test_what_is_no_product_is_refused() -> None:
    for levels, times in (([1.0], [2, -1]), ([1.0, 2.0], [3, -2]), ([1.0], [1])):
        with pytest.raises(PropagationError):
            product_level_db(levels, times, 100.0)
