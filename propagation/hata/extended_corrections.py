"""Okumura's corrections for terrain, as NTIA's extended Hata model reads his figures."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Release", "corrections_db"]

Floats = NDArray[np.float64]


class Release(StrEnum):
    """Which state of NTIA's program is meant.

    The first (2016) weighed the mean height of the ground where the later ones weigh the
    difference from it, corrected for the position also where there are no hills, and counted the
    lower half of the hills from below. The forum's state of 2017 has that put right; the current
    one, besides, keeps the correction for a ridge between the curves of its figure and, from 2 km
    of the mobile station, from being a gain.
    """

    FIRST = "first"
    FORUM = "forum"
    CURRENT = "current"


# Figure 31, over the distance of the ridge from the mobile station, for ridges 15, 30 and 60 km
# from the base station.
_RIDGE_KM: Final = np.arange(9.0)
_RIDGE_DB: Final = np.array(
    [
        [4.0, -13.0, -17.5, -17.5, -15.0, -12.5, -10.0, -8.0, -6.0],
        [12.0, -8.5, -13.0, -12.0, -10.0, -8.0, -6.5, -5.0, -4.0],
        [20.0, -4.0, -6.5, -6.0, -4.5, -3.5, -2.5, -2.0, -1.0],
    ]
)
# Section 4.4, over the part of the path at sea: up to 30 km and from 60 km, with the sea at the
# base station and with the sea at the mobile station.
_SEA_30: Final = np.array([0.0, 0.15, 0.35, 0.45, 0.6, 0.65, 0.725, 0.775, 0.85, 1.0])
_SEA_30_BASE_DB: Final = np.array([0.0, 1.0, 3.0, 4.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0])
_SEA_30_MOBILE_DB: Final = np.array([0.0, 4.0, 5.5, 7.0, 8.5, 9.0, 9.5, 9.8, 10.25, 11.0])
_SEA_60: Final = np.array([0.0, 0.15, 0.3, 0.4, 0.5, 0.6, 0.725, 0.85, 0.9, 1.0])
_SEA_60_BASE_DB: Final = np.array([0.0, 2.0, 4.0, 5.5, 7.0, 9.0, 11.0, 13.0, 14.0, 15.0])
_SEA_60_MOBILE_DB: Final = np.array([0.0, 4.25, 6.25, 9.2, 10.5, 11.75, 13.0, 14.0, 14.25, 15.0])


def corrections_db(
    d: Floats, found: Mapping[str, Floats], mobile_ground_m: Floats, release: Release
) -> dict[str, Floats]:
    """Return the corrections by the names of ExtendedHataLoss, dB, positive for a smaller loss.

    A path with a single ridge takes the ridge's, any other those of rolling hills; both take
    that of the sea. `d` is the length of the path in km.
    """
    ridge = ~np.isnan(found["ridge_height_m"])
    unknown = 0 * found["sea_fraction"]
    irregularity = found["decile_10_m"] - found["decile_90_m"]
    hills = {
        "rolling_hills_correction_db": _rolling_hills_db(irregularity),
        "position_correction_db": _position_db(irregularity, found, mobile_ground_m, release),
        "slope_correction_db": _slope_db(found["slope_mrad"], d),
    }
    return {
        "isolated_ridge_correction_db": np.where(ridge, _ridge_db(found, release), 0.0) + unknown,
        "mixed_path_correction_db": _sea_db(d, found) + unknown,
        **{name: np.where(ridge, 0.0, value) + unknown for name, value in hills.items()},
    }


def _ridge_db(found: Mapping[str, Floats], release: Release) -> Floats:
    """Return the correction for an isolated ridge, figures 31 and 32."""
    d1, d2 = found["base_horizon_km"], found["mobile_horizon_km"]
    place = np.nan_to_num(np.minimum(np.floor(np.maximum(np.ceil(d2) - 1, 0)), 7)).astype(int)
    part = d2 - _RIDGE_KM[place]
    curves = _RIDGE_DB[:, place] + (_RIDGE_DB[:, place + 1] - _RIDGE_DB[:, place]) * part
    if release is Release.CURRENT:
        d1 = np.clip(d1, 15, 60)
    near = curves[0] + (curves[1] - curves[0]) * (d1 - 15) / 15
    far = curves[1] + (curves[2] - curves[1]) * (d1 - 30) / 30
    gain = np.where(d1 >= 30, far, near)
    if release is Release.CURRENT:
        gain = np.where(d2 > 2, np.minimum(gain, 0), gain)
    return np.asarray(np.sqrt(found["ridge_height_m"] / 200) * gain)


def _rolling_hills_db(irregularity: Floats) -> Floats:
    """Return the median correction for rolling hills, which are 15 m at least."""
    lg = np.log10(np.maximum(irregularity, 15))
    return np.asarray(-1.5072013 + lg * (8.458676 - 6.102538 * lg))


def _position_db(
    irregularity: Floats, found: Mapping[str, Floats], mobile_ground_m: Floats, release: Release
) -> Floats:
    """Return the correction for standing above or below the hills' median, from 10 m of them."""
    lg = np.log10(np.maximum(irregularity, 10))
    most = -11.728795 + lg * (15.544272 - 1.8154766 * lg)
    if release is not Release.FIRST:
        most = np.where(irregularity < 10, 0, most)
    h10, h50, h90 = found["decile_10_m"], found["decile_50_m"], found["decile_90_m"]
    above = (mobile_ground_m - h50) / np.maximum(h10 - h50, 1e-9)
    lower = h90 - mobile_ground_m if release is Release.FIRST else mobile_ground_m - h50
    below = lower / np.maximum(h50 - h90, 1e-9)
    between = np.where(mobile_ground_m >= h50, above, below)
    part = np.where(mobile_ground_m >= h10, 1.0, np.where(mobile_ground_m <= h90, -1.0, between))
    return np.asarray(most * part)


def _slope_db(slope_mrad: Floats, d: Floats) -> Floats:
    """Return the correction for the slope at the mobile station, section 4.3 and figure 34."""
    down = np.interp(d, [10.0, 30.0], [0.25, 0.8])
    up = np.interp(d, [10.0, 30.0, 60.0], [0.125, 0.35, 0.6])
    return np.asarray(slope_mrad * np.where(slope_mrad <= 0, down, up))


def _sea_db(d: Floats, found: Mapping[str, Floats]) -> Floats:
    """Return the correction for a path partly over sea, section 4.4."""
    part, end = found["sea_fraction"], found["sea_end"]
    short = end * np.interp(part, _SEA_30, _SEA_30_MOBILE_DB) + (1 - end) * np.interp(
        part, _SEA_30, _SEA_30_BASE_DB
    )
    long = end * np.interp(part, _SEA_60, _SEA_60_MOBILE_DB) + (1 - end) * np.interp(
        part, _SEA_60, _SEA_60_BASE_DB
    )
    return np.asarray(short + np.clip((d - 30) / 30, 0, 1) * (long - short))
