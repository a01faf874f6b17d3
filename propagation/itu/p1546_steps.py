"""Rec. ITU-R P.1546-6, Annex 6: the steps of a prediction for one block of receivers."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.itu.p1546_corrections import (
    basic_transmission_loss_db,
    clearance_parameter,
    modified_clutter_height_m,
    open_height_gain_db,
    scatter_angle_deg,
    scatter_field_dbuvm,
    sea_height_gain_db,
    short_path_field_dbuvm,
    slope_distance_km,
    terrain_clearance_correction_db,
    transmitter_clutter_correction_db,
    urban_height_gain_db,
)
from propagation.itu.p1546_curves import (
    CurveFamily,
    CurvePoint,
    CurveSet,
    curve_field_dbuvm,
    take_rows,
)
from propagation.itu.p1546_formulas import (
    free_space_field_dbuvm,
    inverse_complementary_normal,
    sea_enhancement_db,
)

__all__ = ["LOWEST_OVER_SEA_M", "Ask", "Surroundings", "predict_block"]

Floats = NDArray[np.float64]

LOWEST_OVER_SEA_M = 3.0
"""Effective height that stands for lower ones over sea (section 3.3)."""

_NOTHING = np.asarray(np.nan)
_ZERO = np.asarray(0.0)
_OPEN_M = np.asarray(10.0)  # R_2' in the open and at sea, section 9
_SHORT_KM = 1.0


class Surroundings(IntEnum):
    """What lies around a receiver (section 9)."""

    SEA = 1
    RURAL = 2
    SUBURBAN = 3
    URBAN = 4
    DENSE_URBAN = 5


class Ask(NamedTuple):
    """One block of questions, in the Recommendation's symbols: arrays of 0 or 1 dimension.

    Attributes
    ----------
    d, f, t, q : ndarray
        Distance, km; frequency, MHz; percentages of time and of locations.
    h1, ha, h2 : ndarray
        Effective height; heights of the antennas above ground, m.
    rise : ndarray
        How much higher the transmitting antenna stands above sea level than the other, m.
    sea : ndarray
        Share of the path over sea, 0 to 1.
    warm : ndarray of bool
        Whether the sea is warm.
    around : ndarray of int
        Surroundings of the receiver.
    r1, r2 : ndarray
        Clutter heights at transmitter and receiver, m.
    theta1, theta2 : ndarray
        Clearance angles at transmitter and receiver, degrees; NaN where not given.
    sigma, n0 : ndarray
        Standard deviation with location, dB; surface refractivity, N-units.
    ch1 : ndarray
        Correction for a negative effective height, dB; NaN for that of the height itself.
    """

    d: Floats
    f: Floats
    t: Floats
    q: Floats
    h1: Floats
    ha: Floats
    h2: Floats
    rise: Floats
    sea: Floats
    warm: NDArray[np.bool_]
    around: NDArray[np.int8]
    r1: Floats
    r2: Floats
    theta1: Floats
    theta2: Floats
    sigma: Floats
    n0: Floats
    ch1: Floats


def predict_block(curves: CurveSet, ask: Ask) -> dict[str, Floats]:
    """Return every field of the result, by name, for one block of receivers.

    Parameters
    ----------
    curves : CurveSet
        The tabulations.
    ask : Ask
        What is asked, within the ranges of the Recommendation.

    Returns
    -------
    dict of ndarray
        Arrays of 0 dimensions or of the block's.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 6. Below 1 km, steps 6 to 16 are taken at 1 km.
    """
    whole = ask
    ask = ask._replace(d=np.maximum(ask.d, _SHORT_KM), h1=_sea_height(ask))
    slope = slope_distance_km(whole.d, whole.rise)
    cap = free_space_field_dbuvm(slope) + ask.sea * sea_enhancement_db(whole.d, ask.t)
    result = {"effective_height_m": ask.h1, "slope_distance_km": slope, "maximum_field_dbuvm": cap}
    result |= _over_path(curves, ask, np.asarray(cap))
    field = result["mixed_field_dbuvm"]
    clearance, field = _clear(ask, field)
    corrections = clearance | _at_receiver(ask) | _at_transmitter(ask)
    for name in (
        "receiver_height_correction_db",
        "transmitter_clutter_correction_db",
        "slope_correction_db",
    ):
        field = field + corrections[name]
    corrections["short_path_field_dbuvm"] = short = _short(whole, field)
    if short.ndim or np.isfinite(short):
        field = np.where(whole.d < _SHORT_KM, short, field)
    corrections |= _with_location(ask)
    field = np.minimum(field + corrections["location_correction_db"], cap)
    loss = basic_transmission_loss_db(ask.f, field)
    total = {"field_strength_dbuvm": field, "basic_transmission_loss_db": loss}
    return result | corrections | total


def _sea_height(ask: Ask) -> Floats:
    """Keep the effective height of an all-sea path from falling below 3 m, section 3.3."""
    at_sea = ask.sea == 1
    if not at_sea.any():
        return ask.h1
    return np.asarray(np.where(at_sea, np.maximum(ask.h1, LOWEST_OVER_SEA_M), ask.h1))


def _over_path(curves: CurveSet, ask: Ask, cap: Floats) -> dict[str, Floats]:
    """Take steps 6 to 11: the curves over land and sea, and what mixed paths make of them."""
    point = CurvePoint(ask.d, ask.h1, ask.f, ask.t, cap, ask.ch1)
    land = sea = _NOTHING
    if np.any(ask.sea != 1):
        land = _curves_where(ask.sea != 1, curves, np.asarray(CurveFamily.LAND), point)
    if np.any(ask.sea != 0):
        over_sea = point._replace(h1=np.maximum(ask.h1, LOWEST_OVER_SEA_M))  # section 3.4
        family = np.where(ask.warm, CurveFamily.WARM_SEA, CurveFamily.COLD_SEA)
        sea = _curves_where(ask.sea != 0, curves, family, over_sea)
    share, mixed = _mix(ask.sea, land, sea)
    return {
        "land_field_dbuvm": land,
        "sea_field_dbuvm": sea,
        "sea_interpolation": share,
        "mixed_field_dbuvm": mixed,
    }


def _curves_where(
    condition: NDArray[np.bool_], curves: CurveSet, family: NDArray[np.intp], point: CurvePoint
) -> Floats:
    """Read the curves where a condition holds; NaN elsewhere."""
    if condition.all():
        return curve_field_dbuvm(curves, family, point)
    rows = np.flatnonzero(condition)
    field = np.full(condition.shape, np.nan)
    field[rows] = curve_field_dbuvm(curves, take_rows(family, rows), point.take(rows))
    return field


def _where(condition: NDArray[np.bool_], values: Floats) -> Floats:
    return values if condition.all() else np.asarray(np.where(condition, values, np.nan))


def _mix(sea: Floats, land_field: Floats, sea_field: Floats) -> tuple[Floats, Floats]:
    """Return the interpolation factor and the field of mixed paths, section 8, eqs (22)-(26)."""
    if not np.any(sea != 0):
        return sea, land_field
    if not np.any(sea != 1):
        return sea, sea_field
    v = np.maximum(1, 1 + (sea_field - land_field) / 40)
    a = np.where((sea == 0) | (sea == 1), sea, (1 - (1 - sea) ** (2 / 3)) ** v)
    mixed = (1 - a) * land_field + a * sea_field
    mixed = np.where(sea == 0, land_field, np.where(sea == 1, sea_field, mixed))
    return np.asarray(a), np.asarray(mixed)


def _clear(ask: Ask, field: Floats) -> tuple[dict[str, Floats], Floats]:
    """Take steps 12 and 13: terrain before the receiver, and the scattered field if larger."""
    nu = clearance_parameter(ask.f, ask.theta2)
    correction = np.nan_to_num(terrain_clearance_correction_db(ask.f, nu), nan=0.0)
    angle = scatter_angle_deg(ask.d, ask.theta1, ask.theta2)
    scattered = _NOTHING
    if not np.isnan(angle).all():
        scattered = scatter_field_dbuvm(ask.d, angle, ask.f, ask.t, ask.n0)
    terms = {
        "clearance_parameter": nu,
        "clearance_correction_db": np.asarray(correction),
        "scatter_angle_deg": angle,
        "scatter_field_dbuvm": scattered,
    }
    return terms, np.asarray(np.fmax(field + correction, scattered))


def _at_receiver(ask: Ask) -> dict[str, Floats]:
    """Take step 14: the height of the receiving antenna among what surrounds it, section 9."""
    correction = open_height_gain_db(ask.f, ask.h2)
    modified = _OPEN_M
    among = ask.around > Surroundings.RURAL
    if among.any():
        modified = modified_clutter_height_m(ask.d, ask.h1, ask.r2)
        urban = urban_height_gain_db(ask.f, ask.h2, modified)
        modified = np.asarray(np.where(among, modified, _OPEN_M))
        correction = np.asarray(np.where(among, urban, correction))
    at_sea = ask.around == Surroundings.SEA
    if at_sea.any():
        shore = sea_height_gain_db(ask.f, ask.h2, ask.h1, ask.d)
        correction = np.asarray(np.where(at_sea, shore, correction))
    return {"modified_clutter_height_m": modified, "receiver_height_correction_db": correction}


def _at_transmitter(ask: Ask) -> dict[str, Floats]:
    """Take steps 15 and 16: clutter at the transmitter, section 10, and the slope, section 14."""
    slope = slope_distance_km(ask.d, ask.rise)
    return {
        "transmitter_clutter_correction_db": transmitter_clutter_correction_db(
            ask.f, ask.ha, ask.r1
        ),
        "slope_correction_db": np.asarray(20 * np.log10(ask.d / slope)),
    }


def _short(ask: Ask, field: Floats) -> Floats:
    """Take step 17: the field of paths below 1 km, section 15; NaN from there."""
    short = ask.d < _SHORT_KM
    if not short.any():
        return _NOTHING
    return _where(short, short_path_field_dbuvm(ask.d, ask.rise, field))


def _with_location(ask: Ask) -> dict[str, Floats]:
    """Take step 18: other locations than the half, section 12, eq. (33); none at sea."""
    varied = (ask.q != 50) & (ask.around != Surroundings.SEA)
    correction = _ZERO
    if varied.any():
        shift = inverse_complementary_normal(ask.q / 100) * ask.sigma
        correction = np.asarray(np.where(varied, shift, 0.0))
    return {"location_standard_deviation_db": ask.sigma, "location_correction_db": correction}
