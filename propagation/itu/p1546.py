"""Recommendation ITU-R P.1546-6: point-to-area prediction from tabulated curves.

30 to 4000 MHz, up to 1000 km, 1 to 50 % of time, 1 to 99 % of locations, effective heights up
to 3000 m, over land, sea and both. The curves come from the caller (`CurveSet`). The correction
for short urban paths of earlier editions is no longer part of this one: clutter at the
transmitter (section 10) and the slope (section 14) stand in its place. Annex 7, the adjustment
to other climates, is not part of this module.
"""

import warnings
from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import OutsideValidityWarning, PropagationError, require_range
from propagation.itu.p1546_corrections import (
    REFERENCE_REFRACTIVITY_NUNITS,
    clearance_parameter,
    terrain_clearance_correction_db,
)
from propagation.itu.p1546_curves import CurveSet
from propagation.itu.p1546_result import PARAMETERS, TERMS, FieldPrediction
from propagation.itu.p1546_steps import Ask, Surroundings, predict_block
from propagation.itu.path_rows import spread

__all__ = [
    "CLUTTER_HEIGHTS_M",
    "DISTANCES_KM",
    "EDITION",
    "FREQUENCIES_MHZ",
    "HEIGHTS_M",
    "LARGEST_EFFECTIVE_HEIGHT_M",
    "LOCATION_PERCENTS",
    "PARAMETERS",
    "RESOLUTIONS_M",
    "TERMS",
    "TIME_PERCENTS",
    "FieldPrediction",
    "NegativeHeight",
    "Surroundings",
    "predict_field",
]

EDITION = "ITU-R P.1546-6 (08/2019)"

FREQUENCIES_MHZ: Final = (30.0, 4000.0)
"""Frequencies that the Recommendation covers [P1546]."""

DISTANCES_KM: Final = (0.0, 1000.0)
"""Lengths of path that it covers, without 0 (below 1 km by Annex 5, section 15)."""

HEIGHTS_M: Final = (1.0, 3000.0)
"""Heights of either antenna above ground (Annex 5, sections 3 and 9)."""

LARGEST_EFFECTIVE_HEIGHT_M: Final = 3000.0
"""Largest effective height of the transmitting antenna (Annex 5, section 4.1)."""

TIME_PERCENTS: Final = (1.0, 50.0)
"""Percentages of time that it covers (Annex 5, section 7)."""

LOCATION_PERCENTS: Final = (1.0, 99.0)
"""Percentages of locations that it covers (Annex 5, section 12)."""

RESOLUTIONS_M: Final = (50.0, 1000.0)
"""Sides of the square over which locations vary for which sigma_L is given (section 12)."""

Floats = NDArray[np.float64]

_SOURCE = "Rec. ITU-R P.1546-6"
_BLOCK = 16_384  # receivers at once: the intermediate arrays stay in the processor's cache
_FIELDS = tuple(declared.name for declared in fields(FieldPrediction))
_FIELD_ALONE = ("field_strength_dbuvm",)

CLUTTER_HEIGHTS_M: Final = {
    Surroundings.SEA: 10.0,
    Surroundings.RURAL: 10.0,
    Surroundings.SUBURBAN: 10.0,
    Surroundings.URBAN: 15.0,
    Surroundings.DENSE_URBAN: 20.0,
}
"""Representative clutter heights R_2 around a receiver, m (section 9)."""

_WITHOUT_TERRAIN_DB = {
    Surroundings.SEA: 0.0,
    Surroundings.RURAL: 12.0,
    Surroundings.SUBURBAN: 10.0,
    Surroundings.URBAN: 8.0,
    Surroundings.DENSE_URBAN: 8.0,
}


class NegativeHeight(StrEnum):
    """How a negative effective height over land is corrected (section 4.3)."""

    FROM_HEIGHT = "from_height"  # b) and c): no step where the height passes 0
    FROM_CLEARANCE_ANGLE = "from_clearance_angle"  # a): the terrain before the transmitter


def predict_field(
    curves: CurveSet,
    *,
    distance_km: ArrayLike,
    frequency_mhz: ArrayLike,
    time_percent: ArrayLike,
    effective_height_m: ArrayLike,
    transmitter_height_above_ground_m: ArrayLike,
    receiver_height_above_ground_m: ArrayLike,
    sea_fraction: ArrayLike = 0.0,
    warm_sea: ArrayLike = False,
    surroundings: ArrayLike = Surroundings.RURAL,
    receiver_clutter_height_m: ArrayLike | None = None,
    transmitter_clutter_height_m: ArrayLike = 0.0,
    transmitter_clearance_angle_deg: ArrayLike | None = None,
    receiver_clearance_angle_deg: ArrayLike | None = None,
    transmitter_terrain_height_m: ArrayLike = 0.0,
    receiver_terrain_height_m: ArrayLike = 0.0,
    location_percent: ArrayLike = 50.0,
    location_standard_deviation_db: ArrayLike | None = None,
    prediction_resolution_m: ArrayLike | None = 500.0,
    surface_refractivity_nunits: ArrayLike = REFERENCE_REFRACTIVITY_NUNITS,
    negative_height: str = NegativeHeight.FROM_HEIGHT,
    with_steps: bool = True,
) -> FieldPrediction:
    """Predict the field of 1 kW e.r.p. at receivers, with every step that leads to it.

    All arguments broadcast; NaN in any yields NaN in every value of that receiver. What a
    profile knows comes from `propagation.itu.p1546_path.profile_parameters`.

    Parameters
    ----------
    curves : CurveSet
        The tabulated figures.
    distance_km : array_like
        Horizontal length of the path, above 0 to 1000 km.
    frequency_mhz : array_like
        30 to 4000 MHz.
    time_percent : array_like
        Percentage of time for which the field is exceeded, 1 to 50.
    effective_height_m : array_like
        Effective height h_1 of the transmitting antenna, at most 3000 m; negative where the
        terrain is higher than the antenna. Over sea, 3 m stand for less (section 3.3).
    transmitter_height_above_ground_m : array_like
        Height h_a of the antenna above ground, 1 to 3000 m.
    receiver_height_above_ground_m : array_like
        Height h_2 of the antenna above ground, 1 to 3000 m; at least 3 m at sea.
    sea_fraction : array_like
        Share of the path over sea and coastal land, 0 to 1.
    warm_sea : array_like of bool
        Whether the sea is warm. Where both kinds lie on a path, all of it counts as warm.
    surroundings : array_like of Surroundings
        What lies around the receiver.
    receiver_clutter_height_m : array_like, optional
        Representative clutter height R_2 at the receiver, m; by default CLUTTER_HEIGHTS_M. In
        the open and at sea it has no effect.
    transmitter_clutter_height_m : array_like
        Representative clutter height R_1 at the transmitter, m; 0 in the open.
    transmitter_clearance_angle_deg, receiver_clearance_angle_deg : array_like, optional
        Terrain clearance angles, -90 to 90 degrees. Without that of the receiver the terrain
        before it is not corrected for; without either, scattering is not considered.
    transmitter_terrain_height_m, receiver_terrain_height_m : array_like
        Terrain above sea level at both ends, m; leave both where it is not known.
    location_percent : array_like
        Percentage of locations at which the field is exceeded, 1 to 99.
    location_standard_deviation_db : array_like, optional
        Standard deviation with location, dB; by default the Recommendation's.
    prediction_resolution_m : array_like or None
        Side of the square over which locations vary, m; values outside 50 m to 1 km are
        computed with a warning. None where there is no terrain data: 12 dB in the open, 10 dB
        in suburbs, 8 dB in cities.
    surface_refractivity_nunits : array_like
        Median surface refractivity N_0 for the scattered field, N-units.
    negative_height : NegativeHeight
        How a negative effective height over land is corrected.
    with_steps : bool
        Whether the steps are kept, which for many receivers takes longer than some of them; else
        only `field_strength_dbuvm` is, and the others are NaN.

    Returns
    -------
    FieldPrediction
        Arrays of the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.
    PropagationError
        If surroundings are none of the known, or the way to correct negative heights needs an
        angle that was not given.

    Warns
    -----
    OutsideValidityWarning
        If the resolution leaves 50 m to 1 km and variability with location is asked for.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6 (08/2019), Annexes 5 and 6. Where the text leaves a choice,
       the one of the reference program of Working Party 3K is taken.
    """
    around = _surroundings(surroundings)
    f = _within("frequency_mhz", frequency_mhz, *FREQUENCIES_MHZ)
    q = _within("location_percent", location_percent, *LOCATION_PERCENTS)
    ha = _within(
        "transmitter_height_above_ground_m", transmitter_height_above_ground_m, *HEIGHTS_M
    )
    h2 = _receiver_height(receiver_height_above_ground_m, around)
    theta1 = _angle("transmitter_clearance_angle_deg", transmitter_clearance_angle_deg)
    theta2 = _angle("receiver_clearance_angle_deg", receiver_clearance_angle_deg)
    ask = Ask(
        d=_distance(distance_km),
        f=f,
        t=_within("time_percent", time_percent, *TIME_PERCENTS),
        q=q,
        h1=_within("effective_height_m", effective_height_m, -np.inf, LARGEST_EFFECTIVE_HEIGHT_M),
        ha=ha,
        h2=h2,
        rise=ha
        + np.asarray(transmitter_terrain_height_m, dtype=np.float64)
        - h2
        - np.asarray(receiver_terrain_height_m, dtype=np.float64),
        sea=_within("sea_fraction", sea_fraction, 0, 1),
        warm=np.asarray(warm_sea, dtype=np.bool_),
        around=around,
        r1=_within("transmitter_clutter_height_m", transmitter_clutter_height_m, 0, np.inf),
        r2=_clutter(receiver_clutter_height_m, around),
        theta1=np.asarray(np.nan) if theta1 is None else theta1,
        theta2=np.asarray(np.nan) if theta2 is None else theta2,
        sigma=_sigma_db(
            location_standard_deviation_db, prediction_resolution_m, f=f, q=q, around=around
        ),
        n0=_within("surface_refractivity_nunits", surface_refractivity_nunits, 0, np.inf),
        ch1=_negative_height_db(negative_height, f, theta1),
    )
    optional = {"theta1": theta1, "theta2": theta2}
    absent = {name for name, given in optional.items() if given is None} | {"ch1"}
    return _in_blocks(curves, ask, absent, _FIELDS if with_steps else _FIELD_ALONE)


def _in_blocks(
    curves: CurveSet, ask: Ask, absent: set[str], kept: tuple[str, ...]
) -> FieldPrediction:
    """Predict block by block; what one value stands for all receivers stays one value."""
    shape = np.broadcast_shapes(*(values.shape for values in ask))
    flat = Ask(*(_flat(values, shape) for values in ask))
    unknown = _unknown(flat, absent)
    size = int(np.prod(shape))
    out: dict[str, Floats] = {}
    for part in _blocks(size):
        block = predict_block(curves, Ask(*(_some(values, part) for values in flat)))
        for name in kept:
            if size <= _BLOCK:
                out[name] = np.asarray(block[name])
            elif name in out:
                out[name][part] = block[name]
            else:
                out[name] = np.empty(size)
                out[name][part] = block[name]
    found = {name: _shaped(values, unknown, shape) for name, values in out.items()}
    nothing = spread(np.asarray(np.nan), shape)
    return FieldPrediction(**{name: found.get(name, nothing) for name in _FIELDS})


def _flat(values: NDArray[Any], shape: tuple[int, ...]) -> Any:
    if values.size == 1:
        return values.reshape(())
    return np.broadcast_to(values, shape).reshape(-1)


def _some(values: NDArray[Any], part: slice) -> Any:
    return values if values.ndim == 0 else values[part]


def _blocks(size: int) -> Iterator[slice]:
    for start in range(0, max(size, 1), _BLOCK):
        yield slice(start, min(start + _BLOCK, size))


def _unknown(flat: Ask, absent: set[str]) -> NDArray[np.bool_] | None:
    """Return which receivers have an argument that is NaN; None where none has."""
    found: NDArray[np.bool_] | None = None
    for name, values in flat._asdict().items():
        if name in absent or values.dtype != np.float64:
            continue
        missing = np.isnan(values)
        if missing.any():
            found = missing if found is None else np.asarray(found | missing)
    return found


def _shaped(values: Floats, unknown: NDArray[np.bool_] | None, shape: tuple[int, ...]) -> Floats:
    if unknown is not None:
        values = np.where(unknown, np.nan, values)
    return spread(values.reshape(shape) if values.size == np.prod(shape) else values, shape)


def _within(name: str, values: ArrayLike, lower: float, upper: float) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require_range(name, array, lower, upper, _SOURCE)
    return array


def _distance(distance_km: ArrayLike) -> Floats:
    d = _within("distance_km", distance_km, *DISTANCES_KM)
    require_range("distance_km", d, 0, np.inf, _SOURCE, inclusive=False)
    return d


def _angle(name: str, values: ArrayLike | None) -> Floats | None:
    return None if values is None else _within(name, values, -90, 90)


def _surroundings(values: ArrayLike) -> NDArray[np.int8]:
    around = np.asarray(values)
    if not np.isin(around, [*Surroundings]).all():
        known = ", ".join(f"{item.value} {item.name.lower()}" for item in Surroundings)
        raise PropagationError(f"a value of surroundings is none of {known}")
    return around.astype(np.int8)


def _receiver_height(values: ArrayLike, around: NDArray[np.int8]) -> Floats:
    h2 = _within("receiver_height_above_ground_m", values, *HEIGHTS_M)
    at_sea = around == Surroundings.SEA
    if at_sea.any():
        lowest = np.where(at_sea, h2, 3.0)
        source = f"{_SOURCE}, section 9, at sea"
        require_range("receiver_height_above_ground_m", lowest, 3, 3000, source)
    return h2


def _clutter(values: ArrayLike | None, around: NDArray[np.int8]) -> Floats:
    if values is None:
        return _by_surroundings(CLUTTER_HEIGHTS_M, around)
    return _within("receiver_clutter_height_m", values, 0, np.inf)


def _by_surroundings(table: dict[Surroundings, float], around: NDArray[np.int8]) -> Floats:
    return np.asarray(np.array([0.0, *(table[item] for item in Surroundings)])[around])


def _sigma_db(
    given: ArrayLike | None,
    resolution_m: ArrayLike | None,
    *,
    f: Floats,
    q: Floats,
    around: NDArray[np.int8],
) -> Floats:
    """Return the standard deviation with location, section 12, eq. (34)."""
    if given is not None:
        return _within("location_standard_deviation_db", given, 0, np.inf)
    if resolution_m is None:
        return _by_surroundings(_WITHOUT_TERRAIN_DB, around)
    wa = np.asarray(resolution_m, dtype=np.float64)
    require_range("prediction_resolution_m", wa, 0, np.inf, _SOURCE, inclusive=False)
    lower, upper = RESOLUTIONS_M
    if np.any(q != 50) and np.any((wa < lower) | (wa > upper)):
        warnings.warn(
            f"prediction_resolution_m leaves the 50 to 1000 m of {_SOURCE}, section 12",
            OutsideValidityWarning,
            stacklevel=3,
        )
    return np.asarray((0.52 + 0.024 * f / 1000) * wa**0.28)


def _negative_height_db(way: str, f: Floats, theta1: Floats | None) -> Floats:
    """Return C_h1 as section 4.3 a) has it; NaN where the height itself tells it."""
    try:
        known = NegativeHeight(way)
    except ValueError as error:
        ways = ", ".join(NegativeHeight)
        raise PropagationError(f"negative_height {way!r} is none of {ways}") from error
    if known is NegativeHeight.FROM_HEIGHT:
        return np.asarray(np.nan)
    if theta1 is None:
        raise PropagationError(f"negative_height {way!r} needs transmitter_clearance_angle_deg")
    return terrain_clearance_correction_db(f, clearance_parameter(f, theta1))
