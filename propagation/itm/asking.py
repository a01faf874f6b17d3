"""What is asked of the Irregular Terrain Model, checked and laid out in rows for its loops."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range
from propagation.itm.batch import Asked
from propagation.itm.records import (
    Conditions,
    ConfidenceReliability,
    RadioClimate,
    TimeLocationSituation,
    VariabilityMode,
)
from propagation.itm.variability import CLIMATES
from propagation.profile import Polarization

__all__ = [
    "DISTANCES_KM",
    "EDITION",
    "FREQUENCIES_MHZ",
    "HEIGHTS_M",
    "code_of",
    "known_row",
    "matrix",
    "model_codes",
]

EDITION = "NTIA ITM 1.4"

FREQUENCIES_MHZ: Final = (20.0, 20_000.0)
"""Frequencies that the model takes; below 40 MHz and above 10 GHz it warns [ITM]."""

DISTANCES_KM: Final = (1.0, 2000.0)
"""Lengths of path that it was made for; outside it answers, and warns [ITM]."""

HEIGHTS_M: Final = (0.5, 3000.0)
"""Heights of either antenna above ground; below 1 m and above 1000 m it warns [ITM]."""

Floats = NDArray[np.float64]


def matrix(
    conditions: Conditions, place: Mapping[Asked, ArrayLike], batch: tuple[int, ...]
) -> tuple[Floats, tuple[int, ...]]:
    """Return a row of what is asked for each path, and the shape that the paths have.

    `place` are the columns that conditions do not hold, `batch` the shape of the profiles.
    """
    columns = {name: np.asarray(values, dtype=np.float64) for name, values in place.items()}
    columns |= _within_limits(conditions)
    shape = np.broadcast_shapes(batch, *(values.shape for values in columns.values()))
    asked = np.zeros((*shape, len(Asked)))
    for column, values in columns.items():
        asked[..., column] = values
    return asked.reshape(-1, len(Asked)), shape


def known_row(conditions: Conditions) -> Floats:
    """Return the row of the climate's curves."""
    row: Floats = CLIMATES[code_of(RadioClimate, conditions.climate)]
    return row


def model_codes(conditions: Conditions) -> tuple[bool, int, bool, bool]:
    """Return whether vertical, the code of the mode, and whether location, situation vary."""
    polarization = code_of(Polarization, conditions.polarization)
    if conditions.polarization == Polarization.MIXED:
        raise PropagationError("polarization is horizontal or vertical in this model")
    return (
        list(Polarization)[polarization] is Polarization.VERTICAL,
        code_of(VariabilityMode, conditions.variability_mode),
        bool(conditions.with_location_variability),
        bool(conditions.with_situation_variability),
    )


def code_of(kind: type[StrEnum], name: str) -> int:
    """Return the place of a name among those of its kind."""
    try:
        return list(kind).index(kind(name))
    except ValueError as error:
        known = ", ".join(kind)
        raise PropagationError(f"{kind.__name__} {name!r} is none of {known}") from error


def _within_limits(conditions: Conditions) -> dict[Asked, Floats]:
    time, location, situation = _percentages(conditions.statistics)
    columns = {
        Asked.FREQUENCY_MHZ: _within("frequency_mhz", conditions, *FREQUENCIES_MHZ),
        Asked.HEIGHT1_M: _within("transmitter_height_above_ground_m", conditions, *HEIGHTS_M),
        Asked.HEIGHT2_M: _within("receiver_height_above_ground_m", conditions, *HEIGHTS_M),
        Asked.REFRACTIVITY_NUNITS: _within("surface_refractivity_nunits", conditions, 250, 400),
        Asked.PERMITTIVITY: _within("relative_permittivity", conditions, 1, np.inf),
        Asked.CONDUCTIVITY_S_PER_M: _positive("conductivity_s_per_m", conditions),
        Asked.TIME_PERCENT: time,
        Asked.LOCATION_PERCENT: location,
        Asked.SITUATION_PERCENT: situation,
    }
    _require_resistive(columns, conditions)
    return columns


def _within(name: str, conditions: Conditions, lower: float, upper: float) -> Floats:
    values = np.asarray(getattr(conditions, name), dtype=np.float64)
    require_range(name, values, lower, upper, EDITION)
    return values


def _positive(name: str, conditions: Conditions) -> Floats:
    values = np.asarray(getattr(conditions, name), dtype=np.float64)
    require_range(name, values, 0, np.inf, EDITION, inclusive=False)
    return values


def _percentages(
    statistics: TimeLocationSituation | ConfidenceReliability,
) -> tuple[Floats, Floats, Floats]:
    """Return the percentages of time, location and situation."""
    if isinstance(statistics, TimeLocationSituation):
        names = ("time_percent", "location_percent", "situation_percent")
    else:
        names = ("reliability_percent", "", "confidence_percent")
    found = []
    for name in names:
        values = np.asarray(getattr(statistics, name, 50.0), dtype=np.float64)
        require_range(name, values, 0, 100, EDITION, inclusive=False)
        found.append(values)
    time, location, situation = found
    return time, location, situation


def _require_resistive(columns: Mapping[Asked, Floats], conditions: Conditions) -> None:
    """Refuse ground whose impedance is not mainly resistive, as the model does."""
    f, sigma = columns[Asked.FREQUENCY_MHZ], columns[Asked.CONDUCTIVITY_S_PER_M]
    real, imaginary = columns[Asked.PERMITTIVITY], 18_000 * sigma / f
    square = real - 1  # the real part of the impedance's square, but for a positive factor
    if conditions.polarization == Polarization.VERTICAL:
        square = square * (real**2 - imaginary**2) + 2 * real * imaginary**2
    if np.any(square <= 0):
        raise PropagationError(
            "relative_permittivity and conductivity_s_per_m give an impedance that is reactive"
        )
