"""Rec. ITU-R P.1546-6, Annex 5, sections 4 to 7: the field read from the tabulated curves.

The curves themselves are figures of the ITU and come from whoever has a copy; here is the shape
that they have, and the interpolation in distance, effective height, frequency and time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError
from propagation.itu.p1546_formulas import (
    diffraction_loss_db,
    free_space_field_dbuvm,
    fresnel_clearance_distance_km,
    inverse_complementary_normal,
    sea_enhancement_db,
)

__all__ = [
    "CURVE_DISTANCES_KM",
    "CURVE_FREQUENCIES_MHZ",
    "CURVE_HEIGHTS_M",
    "CURVE_TIMES_PERCENT",
    "CurveFamily",
    "CurvePoint",
    "CurveSet",
    "curve_field_dbuvm",
    "take_rows",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

_T = TypeVar("_T", bound=np.generic)

CURVE_DISTANCES_KM: Final = (
    *range(1, 20),
    *range(20, 100, 5),
    *range(100, 200, 10),
    *range(200, 1001, 25),
)
"""Distances of the tabulations, km (Annex 1, Table 1)."""

CURVE_HEIGHTS_M: Final = (10.0, 20.0, 37.5, 75.0, 150.0, 300.0, 600.0, 1200.0)
"""Effective heights of the transmitting antenna for which there are curves, m."""

CURVE_FREQUENCIES_MHZ: Final = (100.0, 600.0, 2000.0)
"""Nominal frequencies of the curves, MHz."""

CURVE_TIMES_PERCENT: Final = (1.0, 10.0, 50.0)
"""Nominal percentages of time of the curves."""

_KM, _M = len(CURVE_DISTANCES_KM), len(CURVE_HEIGHTS_M)
_LOG_KM = np.log10(CURVE_DISTANCES_KM)
_LOG_M = np.log10(CURVE_HEIGHTS_M)
_LOG_MHZ = np.log10(CURVE_FREQUENCIES_MHZ)
_MHZ = np.array(CURVE_FREQUENCIES_MHZ)
_Q = inverse_complementary_normal(np.array(CURVE_TIMES_PERCENT) / 100)
_BELOW = np.searchsorted(CURVE_DISTANCES_KM, np.arange(1001), side="right") - 1
_K_NU = np.array([1.35, 3.31, 6.00])  # section 4.3, for the nominal frequencies


class CurveFamily(IntEnum):
    """Kinds of path that have curves; at 50 % of time all seas share theirs."""

    LAND = 0
    COLD_SEA = 1
    WARM_SEA = 2


@dataclass(frozen=True, slots=True, eq=False)
class CurveSet:
    """The 24 tabulated figures of Annexes 2 to 4, as one array.

    Attributes
    ----------
    field_strength_dbuvm : ndarray of float64, shape (3, 3, 3, 78, 8)
        Field for 1 kW e.r.p., by CurveFamily, CURVE_TIMES_PERCENT, CURVE_FREQUENCIES_MHZ,
        CURVE_DISTANCES_KM and CURVE_HEIGHTS_M.
    source : str
        Where the values come from, for whoever reads a result.
    synthetic : bool
        Whether they are made up, and no result of theirs a prediction.

    Raises
    ------
    PropagationError
        If the shape is another, or a value is not a finite number.
    """

    field_strength_dbuvm: Floats
    source: str
    synthetic: bool = False

    def __post_init__(self) -> None:
        """Refuse what the interpolation could not read."""
        shape = (3, 3, 3, _KM, _M)
        if self.field_strength_dbuvm.shape != shape:
            found = self.field_strength_dbuvm.shape
            raise PropagationError(f"the curves must have the shape {shape}, not {found}")
        if not np.isfinite(self.field_strength_dbuvm).all():
            raise PropagationError("the curves hold a value that is not a finite number")


class CurvePoint(NamedTuple):
    """What is asked of the curves, in the Recommendation's symbols: broadcasting arrays.

    Attributes
    ----------
    d, h1, f, t : ndarray
        Distance, 1 to 1000 km; effective height, m; frequency, MHz; percentage of time.
    cap : ndarray
        Maximum field strength of the path, dB(uV/m).
    ch1 : ndarray
        Correction for a negative effective height over land that is known otherwise than from
        that height (section 4.3 a), dB; NaN where it is not.
    """

    d: Floats
    h1: Floats
    f: Floats
    t: Floats
    cap: Floats
    ch1: Floats

    def take(self, rows: Integers) -> "CurvePoint":
        """Take some of the points by index."""
        return CurvePoint(*(take_rows(values, rows) for values in self))


class _Position(NamedTuple):
    """Between which two tabulated values a value lies, and how far from the lower."""

    lower: Integers
    weight: Floats

    def interpolate(self, at: Callable[[Integers], Floats]) -> Floats:
        if self.weight.ndim == 0 and self.weight in {0.0, 1.0}:
            return at(self.lower + int(self.weight))
        return _mean(at(self.lower), at(self.lower + 1), self.weight)


class _Place(NamedTuple):
    """A point, and where it lies in every table: the distance below, and the height if 10 m."""

    point: CurvePoint
    start: Integers  # in a table, of the distance below and the lowest height
    along: Floats
    across: _Position


def curve_field_dbuvm(curves: CurveSet, family: ArrayLike, point: CurvePoint) -> Floats:
    """Return the field for 1 kW e.r.p. that the curves of one kind of path give.

    Parameters
    ----------
    curves : CurveSet
        The tabulations.
    family : array_like of CurveFamily
        Either LAND for all, or a sea for each.
    point : CurvePoint
        What is asked; distances of 1 km at least, heights over sea of 3 m at least. Frequency
        and height are extrapolated beyond the curves as the Recommendation says.

    Returns
    -------
    ndarray of float64
        Field strength exceeded at half the locations, dB(uV/m). NaN yields NaN.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 6, steps 6 to 10; Annex 5, eqs (8) to (16). As the
       reference program of Working Party 3K does, each curve is limited to the maximum field
       of the path, and that maximum is the one for the wanted percentage of time.
    """
    kind = np.asarray(family, dtype=np.intp)
    below = point.h1 < CURVE_HEIGHTS_M[0]
    if below.all() or not below.any():
        return _field(curves, kind, point)
    field = np.empty(np.broadcast_shapes(kind.shape, *(values.shape for values in point)))
    for rows in (np.flatnonzero(below), np.flatnonzero(~below)):
        field[rows] = _field(curves, take_rows(kind, rows), point.take(rows))
    return field


def take_rows(values: NDArray[_T], rows: Integers) -> NDArray[_T]:
    """Take some rows by index; one value that stands for all stays as it is."""
    return values if values.ndim == 0 else values[rows]


def _field(curves: CurveSet, kind: Integers, point: CurvePoint) -> Floats:
    """Return the field of points that all lie below 10 m, or all from there."""
    time = _position(  # section 7, eq. (16)
        CURVE_TIMES_PERCENT, point.t, inverse_complementary_normal(point.t / 100), _Q
    )
    place = _place(point)
    if np.any(kind != CurveFamily.LAND):
        return time.interpolate(lambda k: _sea_nominal(curves, kind * 3 + k, place))
    return time.interpolate(
        lambda k: _over_frequency(
            point, lambda j: _by_height(curves, (kind * 3 + k) * 3 + j, j, place, _low_over_land)
        )
    )


def _position(nodes: ArrayLike, values: Floats, scaled: Floats, scale: Floats) -> _Position:
    found = np.searchsorted(np.asarray(nodes), values, side="right") - 1
    lower = np.asarray(np.clip(found, 0, scale.size - 2))
    return _Position(lower, (scaled - scale[lower]) / (scale[lower + 1] - scale[lower]))


def _place(point: CurvePoint) -> _Place:
    """Find points in the tables; the tabulated distances are whole numbers of kilometres."""
    whole = np.where(np.isfinite(point.d), point.d, 1).astype(np.intp)
    lower = np.minimum(_BELOW[np.clip(whole, 1, 1000)], _KM - 2)
    along = (np.log10(point.d) - _LOG_KM[lower]) / (_LOG_KM[lower + 1] - _LOG_KM[lower])
    h1 = np.maximum(point.h1, CURVE_HEIGHTS_M[0])
    across = _position(CURVE_HEIGHTS_M, h1, np.log10(h1), _LOG_M)
    return _Place(point, np.asarray(lower * _M), np.asarray(along), across)


def _mean(low: Floats, high: Floats, weight: Floats) -> Floats:
    return np.asarray(low + (high - low) * weight)


def _over_frequency(point: CurvePoint, at: Callable[[Integers], Floats]) -> Floats:
    """Interpolate between the nominal frequencies, section 6, eq. (14)."""
    position = _position(CURVE_FREQUENCIES_MHZ, point.f, np.log10(point.f), _LOG_MHZ)
    field = position.interpolate(at)
    if np.any(point.f > CURVE_FREQUENCIES_MHZ[-1]):
        limited = np.minimum(field, point.cap)
        field = np.asarray(np.where(point.f > CURVE_FREQUENCIES_MHZ[-1], limited, field))
    return field


def _at_height(curves: CurveSet, table: Integers, place: _Place, i: Integers) -> Floats:
    """Read tables at the distances and one tabulated height each, section 5, eq. (13)."""
    flat = np.ravel(curves.field_strength_dbuvm)
    if table.ndim == 0:  # the tables begin there; no index is added up for that
        flat = flat[int(table) * _KM * _M : (int(table) + 1) * _KM * _M]
        start = place.start + i
    else:
        start = place.start + (table * (_KM * _M) + i)
    return _mean(np.take(flat, start), np.take(flat[_M:], start), place.along)


def _sea_nominal(curves: CurveSet, kind: Integers, place: _Place) -> Floats:
    """Return the field over sea for nominal times; below 100 MHz by section 6, eq. (15)."""
    point, field = place.point, _over_sea(curves, kind, place)
    if not np.any(point.f < CURVE_FREQUENCIES_MHZ[0]):
        return field
    d600 = fresnel_clearance_distance_km(600.0, point.h1, 10.0)
    near = (point.f < CURVE_FREQUENCIES_MHZ[0]) & (point.d < d600)
    if near.all() or not near.any():
        return _near_over_sea(curves, kind, point) if near.any() else field
    rows = np.flatnonzero(near)
    field = np.array(np.broadcast_to(field, near.shape))
    field[rows] = _near_over_sea(curves, take_rows(kind, rows), point.take(rows))
    return field


def _near_over_sea(curves: CurveSet, kind: Integers, point: CurvePoint) -> Floats:
    """Return the field over sea below 100 MHz, nearer than the clearance distance of 600 MHz."""
    d600 = fresnel_clearance_distance_km(600.0, point.h1, 10.0)
    df = fresnel_clearance_distance_km(point.f, point.h1, 10.0)
    at_d600 = point._replace(d=np.maximum(d600, 1), cap=_sea_maximum(d600, point.t))
    start, end = _sea_maximum(df, point.t), _over_sea(curves, kind, _place(at_d600))
    between = _between(point.d, (df, start), (d600, end))
    return np.asarray(np.where(point.d <= df, _sea_maximum(point.d, point.t), between))


def _sea_maximum(d: Floats, t: Floats) -> Floats:
    """Return the maximum field over sea, section 2, eqs (2) and (3)."""
    return np.asarray(free_space_field_dbuvm(d) + sea_enhancement_db(d, t))


def _over_sea(curves: CurveSet, kind: Integers, place: _Place) -> Floats:
    return _over_frequency(
        place.point, lambda j: _by_height(curves, kind * 3 + j, j, place, _low_over_sea)
    )


_Low = Callable[[CurveSet, Integers, Integers, _Place], Floats]


def _by_height(curves: CurveSet, table: Integers, j: Integers, place: _Place, low: _Low) -> Floats:
    """Return the field of nominal time and frequency: step 8.1 from 10 m, step 8.2 below."""
    point = place.point
    if point.h1.size and (point.h1 < CURVE_HEIGHTS_M[0]).all():
        return low(curves, table, j, place)
    field = place.across.interpolate(  # section 4.1, eq. (8)
        lambda i: _at_height(curves, table, place, i)
    )
    return np.asarray(np.minimum(field, point.cap))


def _low_over_land(curves: CurveSet, table: Integers, j: Integers, place: _Place) -> Floats:
    """Extrapolate below 10 m over land, sections 4.2 and 4.3, eqs (9) and (12)."""
    h1 = place.point.h1
    e10, zero = _at_10_and_0(curves, table, j, place)
    field = zero + 0.1 * h1 * (e10 - zero)
    if not np.any(h1 < 0):
        return np.asarray(field)
    known = place.point.ch1
    ch1 = np.where(np.isnan(known), _negative_height_db(j, h1), known)
    return np.asarray(np.where(h1 < 0, zero + ch1, field))


def _at_10_and_0(
    curves: CurveSet, table: Integers, j: Integers, place: _Place
) -> tuple[Floats, Floats]:
    """Return the fields for effective heights of 10 m and 0, eqs (9a) and (9b)."""
    e10 = _at_height(curves, table, place, np.asarray(0))
    e20 = _at_height(curves, table, place, np.asarray(1))
    zero = e10 + 0.5 * (e10 - e20 + _negative_height_db(j, np.asarray(-10.0)))
    return e10, np.asarray(zero)


def _negative_height_db(j: Integers, h1: Floats) -> Floats:
    """Return C_h1 of an effective height below 0, section 4.3, eq. (12)."""
    theta = np.rad2deg(np.arctan(-h1 / 9000))
    return np.asarray(6.03 - diffraction_loss_db(_K_NU[j] * theta))


def _low_over_sea(curves: CurveSet, table: Integers, j: Integers, place: _Place) -> Floats:
    """Extrapolate below 10 m over sea, section 4.2, eqs (10) and (11)."""
    point = place.point
    dh1 = fresnel_clearance_distance_km(_MHZ[j], point.h1, 10.0)
    d20 = fresnel_clearance_distance_km(_MHZ[j], 20.0, 10.0)
    at_d20 = _between_10_and_20(curves, table, _place(point._replace(d=np.maximum(d20, 1))))
    middle = _between(point.d, (dh1, _sea_maximum(dh1, point.t)), (d20, at_d20))
    e10, zero = _at_10_and_0(curves, table, j, place)
    land_like = zero + 0.1 * point.h1 * (e10 - zero)
    fs = (point.d - d20) / point.d
    far = _mean(_between_10_and_20(curves, table, place), land_like, fs)
    near = _sea_maximum(point.d, point.t)
    return np.asarray(np.where(point.d <= dh1, near, np.where(point.d < d20, middle, far)))


def _between_10_and_20(curves: CurveSet, table: Integers, place: _Place) -> Floats:
    e10 = _at_height(curves, table, place, np.asarray(0))
    e20 = _at_height(curves, table, place, np.asarray(1))
    return _mean(e10, e20, np.log10(place.point.h1 / 10) / np.log10(2.0))


def _between(d: Floats, start: tuple[Floats, Floats], end: tuple[Floats, Floats]) -> Floats:
    """Interpolate with the logarithm of the distance between two distances and their fields."""
    return _mean(start[1], end[1], np.log10(d / start[0]) / np.log10(end[0] / start[0]))
