"""NTIA's extended Hata model: Hata's curves to 3 GHz and 100 km, corrected for the terrain.

Okumura's corrections for rolling hills, slopes, an isolated ridge and mixed paths of land and sea
are applied by the profile. What the model limits is said in the warnings of each path.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range
from propagation.hata.extended_corrections import Release, corrections_db
from propagation.hata.okumura import BASE_HEIGHTS_M, MOBILE_HEIGHTS_M, Environment, known
from propagation.hata.terrain import FEATURES, terrain_features

__all__ = [
    "DISTANCES_KM",
    "EDITION",
    "FITTED_FREQUENCIES_MHZ",
    "HEIGHTS_M",
    "PARAMETERS",
    "TERMS",
    "ExtendedHataLoss",
    "ExtendedHataWarning",
    "Release",
    "extended_hata_loss",
]

EDITION = "NTIA extended Hata, TR-15-517"

FITTED_FREQUENCIES_MHZ: Final = (1500.0, 3000.0)
"""Frequencies of the extended fits; outside it is computed with a warning [EHATA]."""

DISTANCES_KM: Final = (1.0, 100.0)
"""Lengths of path of the extended fits; outside it is computed with a warning [EHATA]."""

HEIGHTS_M: Final = (0.0, 3000.0)
"""Heights of either antenna above ground; effective ones are limited with a warning."""

_COMPUTED_FREQUENCIES_MHZ: Final = (1000.0, 4000.0)  # as far as the published cases reach

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_C: Final = 1 / math.sqrt(8.854e-12 * 4e-7 * math.pi)  # m/s, as the program has it
_REFERENCE_RAY_M: Final = math.sqrt(1e6 + 197.0**2)  # 200 m to 3 m over 1 km
_REFERENCE_BASE_DB: Final = 13.82 * math.log10(200)
_REFERENCE_MOBILE_DB: Final = 3.2 * math.log10(11.75 * 3) ** 2 - 4.97


class ExtendedHataWarning(IntFlag):
    """What was limited, or lies outside what the model was made for."""

    FREQUENCY = 0x01
    """Below 1500 MHz or above 3000 MHz, the range of the extended fits."""
    DISTANCE = 0x02
    """Below 1 km or above 100 km."""
    BASE_HEIGHT_LIMITED = 0x04
    """Effective height of the base station outside 30 to 200 m, computed at the nearer limit."""
    MOBILE_HEIGHT_LIMITED = 0x08
    """Effective height of the mobile station outside 1 to 10 m, computed at the nearer limit."""
    RIDGE_FAR_FROM_BASE = 0x10
    """Single ridge more than 60 km from the base station: the curve of 60 km."""
    RIDGE_FAR_FROM_MOBILE = 0x20
    """Single ridge more than 8 km from the mobile station: the curves are extended straight."""


_REPORT = "TR-15-517"

TERMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "median_loss_db": ("L_b,med", _REPORT),
        "location_variability_db": ("V", _REPORT),
        "isolated_ridge_correction_db": ("K_ridge", _REPORT),
        "rolling_hills_correction_db": ("K_hills", _REPORT),
        "position_correction_db": ("K_position", _REPORT),
        "slope_correction_db": ("K_slope", "section 4.3"),
        "mixed_path_correction_db": ("K_sea", "section 4.4"),
        "basic_transmission_loss_db": ("L_b", _REPORT),
    }
)
"""Losses and corrections: what they are called here, and where NTIA TR-15-517 has them."""

PARAMETERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "base_effective_height_m": ("h_b", _REPORT),
        "mobile_effective_height_m": ("h_m", _REPORT),
        "break_distance_km": ("d_bp", _REPORT),
        "terrain_irregularity_m": ("Delta h", _REPORT),
        "sea_fraction": ("beta", "section 4.4"),
    }
)
"""What describes a path, as TERMS does losses."""


@dataclass(frozen=True, slots=True, eq=False)
class ExtendedHataLoss:
    """Loss of paths and the corrections that lead to it; arrays of one shape, NaN where unknown.

    Attributes
    ----------
    basic_transmission_loss_db : ndarray
        Median loss with location variability, less the corrections.
    median_loss_db : ndarray
        Median loss over quasi-smooth terrain.
    location_variability_db : ndarray
        What locations add; 0 at 50 %.
    isolated_ridge_correction_db, mixed_path_correction_db : ndarray
        Corrections, positive for a smaller loss; 0 where they do not apply.
    rolling_hills_correction_db, position_correction_db, slope_correction_db : ndarray
        The same: for rolling hills in the median, for the place among them, for the slope.
    break_distance_km : ndarray
        Distance at which the loss begins to grow faster.
    base_effective_height_m, mobile_effective_height_m : ndarray
        Effective heights, before they are limited.
    terrain_irregularity_m : ndarray
        Range between the deciles of the heights within 10 km of the mobile station.
    sea_fraction : ndarray
        Part of the path over sea.
    warnings : ndarray of int32
        ExtendedHataWarning bits.
    """

    basic_transmission_loss_db: Floats
    median_loss_db: Floats
    location_variability_db: Floats
    isolated_ridge_correction_db: Floats
    mixed_path_correction_db: Floats
    rolling_hills_correction_db: Floats
    position_correction_db: Floats
    slope_correction_db: Floats
    break_distance_km: Floats
    base_effective_height_m: Floats
    mobile_effective_height_m: Floats
    terrain_irregularity_m: Floats
    sea_fraction: Floats
    warnings: NDArray[np.int32]


class _Coefficients(NamedTuple):
    """Of a quadratic in lg f."""

    constant: float
    linear: float
    square: float

    def at(self, lg_f: Floats) -> Floats:
        return np.asarray(self.constant + lg_f * (self.linear + self.square * lg_f))


def extended_hata_loss(
    terrain_height_m: ArrayLike,
    step_m: ArrayLike,
    *,
    frequency_mhz: ArrayLike,
    base_height_m: ArrayLike,
    mobile_height_m: ArrayLike,
    environment: str = Environment.URBAN,
    location_percent: ArrayLike = 50.0,
    over_sea: ArrayLike | None = None,
    release: str = Release.CURRENT,
) -> ExtendedHataLoss:
    """Predict the loss between a base station and a mobile station over known terrain.

    Arrays broadcast with the batch shape (...) of the terrain; NaN yields NaN.

    Parameters
    ----------
    terrain_height_m : array_like, shape (..., n)
        Heights above mean sea level along the path, base station first, evenly spaced, n at
        least 3; -500 to 9000 m.
    step_m : array_like
        Distance between neighbouring points, m, positive; 3 km at most, so that the heights
        about the stations have a mean.
    frequency_mhz : array_like
        1000 to 4000 MHz, the span that the model's published cases reach; outside 1500 to 3000
        with a warning.
    base_height_m, mobile_height_m : array_like
        Heights above ground, 0 to 3000 m; effective heights are limited with a warning.
    environment : Environment
        Urban, suburban or open.
    location_percent : array_like
        Percentage of locations for which the loss is not exceeded, above 0 and below 100.
    over_sea : array_like of bool, optional
        Which points lie over sea; by default, as in NTIA's program, those of height 0 exactly.
    release : Release
        State of NTIA's program.

    Returns
    -------
    ExtendedHataLoss
        Arrays of the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.
    PropagationError
        If a profile has too few points, or the environment is none of the known.

    References
    ----------
    .. [EHATA] NTIA, Extended Hata urban propagation model; Drocella and others, NTIA TR-15-517.
    """
    terrain = _profile(terrain_height_m)
    sea = terrain == 0 if over_sea is None else np.broadcast_to(over_sea, terrain.shape)
    place, state = known(Environment, environment), known(Release, release)
    batch = terrain.shape[:-1]
    step = _within("step_m", step_m, np.nextafter(0, 1), 3000)
    f = _within("frequency_mhz", frequency_mhz, *_COMPUTED_FREQUENCIES_MHZ)
    base = _within("base_height_m", base_height_m, *HEIGHTS_M)
    mobile = _within("mobile_height_m", mobile_height_m, *HEIGHTS_M)
    locations = _within("location_percent", location_percent, 0, 100, inclusive=False)
    shape = np.broadcast_shapes(batch, *(v.shape for v in (step, f, base, mobile, locations)))
    found = _features(
        terrain,
        sea,
        np.stack(np.broadcast_arrays(step, base, mobile), -1),
        shape,
        state is Release.FIRST,
    )
    d = np.broadcast_to((terrain.shape[-1] - 1) * step / 1000, shape)
    f = np.broadcast_to(f, shape)
    median, break_distance = _median_loss_db(f, d, found, place)
    varied = _location_db(f, locations, place)
    parts = corrections_db(d, found, np.broadcast_to(terrain[..., -1], shape), state)
    loss = median + varied - sum(parts.values())
    unknown = np.isnan(loss)
    values = {
        "basic_transmission_loss_db": loss,
        "median_loss_db": median,
        "location_variability_db": varied,
        **parts,
        "break_distance_km": break_distance,
        "base_effective_height_m": found["base_height_m"],
        "mobile_effective_height_m": found["mobile_height_m"],
        "terrain_irregularity_m": found["decile_10_m"] - found["decile_90_m"],
        "sea_fraction": found["sea_fraction"],
    }
    values = {name: np.where(unknown, np.nan, value) for name, value in values.items()}
    return ExtendedHataLoss(**values, warnings=np.where(unknown, 0, _warnings(f, d, found)))


def _profile(terrain_height_m: ArrayLike) -> Floats:
    terrain = np.asarray(terrain_height_m, dtype=np.float64)
    if terrain.ndim == 0 or terrain.shape[-1] < 3:
        raise PropagationError("a profile needs at least 3 points")
    require_range("terrain_height_m", terrain, -500, 9000, EDITION)
    return terrain


def _within(
    name: str, values: ArrayLike, lower: float, upper: float, *, inclusive: bool = True
) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require_range(name, array, lower, upper, EDITION, inclusive=inclusive)
    return array


def _features(
    terrain: Floats,
    sea: NDArray[np.bool_],
    asked: Floats,
    shape: tuple[int, ...],
    first_release: bool,
) -> dict[str, Floats]:
    """Return what the profiles hold, by name; the loops take the mobile station first."""
    points = terrain.shape[-1]
    batch = terrain.shape[:-1]
    which = np.arange(int(np.prod(batch, dtype=np.int64))).reshape(batch)
    rows = np.ascontiguousarray(np.broadcast_to(which, shape)).ravel()
    asked = np.ascontiguousarray(np.broadcast_to(asked, (*shape, 3))).reshape(-1, 3)
    features = np.empty((rows.size, len(FEATURES)))
    whole = np.isfinite(asked).all(axis=-1) & np.isfinite(terrain).all(axis=-1).ravel()[rows]
    features[~whole] = np.nan
    found = np.empty((int(whole.sum()), len(FEATURES)))
    terrain_features(
        np.ascontiguousarray(terrain[..., ::-1]).reshape(-1, points),
        np.ascontiguousarray(sea[..., ::-1]).reshape(-1, points),
        rows[whole],
        asked[whole],
        first_release,
        found,
    )
    features[whole] = found
    return {name: features[:, i].reshape(shape) for i, name in enumerate(FEATURES)}


def _warnings(f: Floats, d: Floats, found: Mapping[str, Floats]) -> NDArray[np.int32]:
    base, mobile = found["base_height_m"], found["mobile_height_m"]
    ridge = ~np.isnan(found["ridge_height_m"])
    said = {
        ExtendedHataWarning.FREQUENCY: _outside(f, FITTED_FREQUENCIES_MHZ),
        ExtendedHataWarning.DISTANCE: _outside(d, DISTANCES_KM),
        ExtendedHataWarning.BASE_HEIGHT_LIMITED: _outside(base, BASE_HEIGHTS_M),
        ExtendedHataWarning.MOBILE_HEIGHT_LIMITED: _outside(mobile, MOBILE_HEIGHTS_M),
        ExtendedHataWarning.RIDGE_FAR_FROM_BASE: ridge & (found["base_horizon_km"] > 60),
        ExtendedHataWarning.RIDGE_FAR_FROM_MOBILE: ridge & (found["mobile_horizon_km"] > 8),
    }
    bits = np.zeros(np.shape(d), dtype=np.int32)
    for bit, applies in said.items():
        bits |= np.where(applies, np.int32(bit), np.int32(0))
    return bits


def _outside(values: Floats, limits: tuple[float, float]) -> NDArray[np.bool_]:
    return np.asarray((values < limits[0]) | (values > limits[1]))


def _lines(d1: float, d2: float, first: float, second: float) -> _Coefficients:
    """Return the parabola in lg f over 1500, 2000 and 3000 MHz from `first` and two rises."""
    square = (second / math.log10(2) - d1 / math.log10(4 / 3)) / math.log10(1.5)
    linear = d2 + d1 / math.log10(4 / 3) - square * math.log10(3e6)
    at = math.log10(1500)
    return _Coefficients(first - at * (linear + square * at), linear, square)


def _urban() -> _Coefficients:
    """Return the fit through 22, 23.5 and 25.85 dB at 1 km below free space."""
    ray_db = 20 * math.log10(4 * math.pi * 1.5e9 / _C * _REFERENCE_RAY_M)
    return _lines(1.5, 20, 22 + _REFERENCE_BASE_DB + _REFERENCE_MOBILE_DB + ray_db, 3.85)


_URBAN: Final = _urban()
_SUBURBAN: Final = _lines(0.9, 0, 11.5, 2.5)  # 11.5, 12.4 and 14 dB less
_OPEN: Final = _Coefficients(40.94, -18.33, 4.78)
_FAR: Final = _Coefficients(120.78129, -52.714929, 10.919011)  # 63.5, 65.75, 69.5 dB at 100 km
_DEVIATION: Final = _Coefficients(4.0976291, -1.2255656, 0.68350345)  # with location, in towns


def _exponent(hb: Floats) -> Floats:
    """Return the exponent beyond the break, from Okumura's figure 12 at 24.5, 70 and 200 m."""
    low, all_, high = math.log10(70 / 24.5), math.log10(200 / 24.5), math.log10(200 / 70)
    tau = (0.72 * low - 0.5 * all_) / low / high / all_
    sigma = 0.72 / all_ - tau * math.log10(200 * 24.5)
    rho = 2.5 - math.log10(24.5) * (sigma + tau * math.log10(24.5))
    lg_hb = np.log10(hb)
    return np.asarray(2 * (rho + lg_hb * (sigma + tau * lg_hb) - 1))


def _median_loss_db(
    f: Floats, d: Floats, found: Mapping[str, Floats], place: Environment
) -> tuple[Floats, Floats]:
    """Return the median loss over quasi-smooth terrain, dB, and the break distance, km."""
    hb = np.clip(found["base_height_m"], *BASE_HEIGHTS_M)  # limits that the warnings name
    hm = np.clip(found["mobile_height_m"], *MOBILE_HEIGHTS_M)
    lg_f, lg_hb, lg_d = np.log10(f), np.log10(hb), np.log10(d)
    per_m = 4e6 * math.pi * f / _C
    at_1_km = (
        _URBAN.at(lg_f) - _REFERENCE_BASE_DB - _REFERENCE_MOBILE_DB
        - 20 * np.log10(per_m * _REFERENCE_RAY_M)
    )  # fmt: skip
    at_100_km = _FAR.at(lg_f)
    high, low = _exponent(hb), 0.1 * (44.9 - 6.55 * lg_hb) - 2
    break_distance = 10 ** ((2 * high + 0.1 * (at_1_km - at_100_km)) / (high - low))
    heights = -13.82 * lg_hb - 3.2 * np.log10(11.75 * hm) ** 2 + 4.97
    ray = np.sqrt(1e6 * d * d + (hb - hm) ** 2)
    near = _URBAN.at(lg_f) + (44.9 - 6.55 * lg_hb) * lg_d
    far = (
        at_100_km + _REFERENCE_BASE_DB + _REFERENCE_MOBILE_DB
        + 10 * high * (lg_d - 2) + 20 * np.log10(per_m * ray)
    )  # fmt: skip
    loss = np.where(d <= break_distance, near, far) + heights
    if place is Environment.SUBURBAN:
        loss = loss - _SUBURBAN.at(lg_f)
    elif place is Environment.OPEN:
        loss = loss - _OPEN.at(lg_f)
    return np.asarray(loss), np.asarray(break_distance)


def _location_db(f: Floats, location_percent: Floats, place: Environment) -> Floats:
    """Return what locations add to the median, dB, with the deviate as the program has it."""
    deviation = _DEVIATION.at(np.log10(f)) + (0 if place is Environment.URBAN else 2)
    away = location_percent / 100 - 0.5
    t = np.sqrt(-2 * np.log(np.maximum(0.5 - np.abs(away), 1e-6)))
    above = (0.010328 * t + 0.802853) * t + 2.515516698
    below = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1
    return np.asarray(np.where(away < 0, -1.0, 1.0) * (t - above / below) * deviation)
