"""Recommendation ITU-R P.530, section 2.3: multipath fading of a line-of-sight link."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range

__all__ = ["EDITION", "LinkEnds", "MultipathClimate", "MultipathOutage", "multipath_outage"]

EDITION = "Rec. ITU-R P.530-18"

Floats = NDArray[np.float64]

_SECTION = f"{EDITION}, section 2.3"
_SHORT_PATH_KM = 5.0  # no multipath fading to here
_LONGEST_PATH_KM = 185.0
_LARGEST_OCCURRENCE_PERCENT = 1000.0  # Figure 3
_LARGEST_CONVERSION_DB = 10.8


@dataclass(frozen=True, slots=True, eq=False)
class LinkEnds:
    """Where a link runs; numbers or arrays that broadcast.

    Attributes
    ----------
    transmitter_height_above_sea_m, receiver_height_above_sea_m : array_like
        Heights of the antennas above the sea, m.
    mean_terrain_height_m : array_like
        Mean height of the terrain along the path above the sea, without trees, m.
    latitude_deg : array_like
        Latitude of the path, degrees.
    """

    transmitter_height_above_sea_m: ArrayLike
    receiver_height_above_sea_m: ArrayLike
    mean_terrain_height_m: ArrayLike
    latitude_deg: ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class MultipathClimate:
    """The air along a link; both numbers come from the digital maps of the Recommendation.

    Attributes
    ----------
    geoclimatic_factor : array_like
        K for the average worst month (10 to the power of the map's value), positive.
    refractivity_increase_nunits : array_like
        dN_75: increase of refractivity with height over the lowest 75 m that 0.1 % of the
        average worst month exceeds, N-units, 0 or more.
    """

    geoclimatic_factor: ArrayLike
    refractivity_increase_nunits: ArrayLike


@dataclass(frozen=True, slots=True, eq=False)
class MultipathOutage:
    """Multipath fading of a link; arrays of the broadcast shape.

    Attributes
    ----------
    path_inclination_mrad : ndarray
        |epsilon_p|, the inclination of the path, mrad.
    occurrence_percent : ndarray
        p_0, the multipath occurrence factor, %.
    worst_month_percent : ndarray
        p_w, percentage of the average worst month in which the fade depth is exceeded.
    annual_percent : ndarray
        p, the same for the average year.
    """

    path_inclination_mrad: Floats
    occurrence_percent: Floats
    worst_month_percent: Floats
    annual_percent: Floats


def multipath_outage(
    fade_depth_db: ArrayLike,
    frequency_mhz: ArrayLike,
    distance_km: ArrayLike,
    *,
    ends: LinkEnds,
    climate: MultipathClimate,
) -> MultipathOutage:
    """Return the percentage of time in which multipath fading is deeper than a fade depth.

    For a single frequency or a narrow band, without the profile of the path. Arguments
    broadcast; NaN yields NaN. To 5 km there is no multipath fading.

    Parameters
    ----------
    fade_depth_db : array_like
        Depth of the fade, for example the margin of the link, dB, 0 or more.
    frequency_mhz : array_like
        To 45 000 MHz, and beyond 5 km at least 15 000 / distance_km.
    distance_km : array_like
        Length of the path, above 0 and to 185 km.
    ends : LinkEnds
        Heights of the antennas and the terrain, and the latitude.
    climate : MultipathClimate
        Geoclimatic factor and refractivity.

    Returns
    -------
    MultipathOutage
        Of the average worst month and of the average year, and what leads to it.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range, or the multipath occurrence factor exceeds the 1000 %
        that Figure 3 covers.

    References
    ----------
    .. [P530] Rec. ITU-R P.530-18, sections 2.3.1, 2.3.2 and 2.3.4. The conversion to the
       average year, Delta G, is at most 10.8 dB as the text of the Recommendation has it.
    """
    a = np.asarray(fade_depth_db, dtype=np.float64)
    f_mhz = np.asarray(frequency_mhz, dtype=np.float64)
    d = np.asarray(distance_km, dtype=np.float64)
    require_range("fade_depth_db", a, 0, np.inf, _SECTION)
    require_range("distance_km", d, np.nextafter(0, 1), _LONGEST_PATH_KM, _SECTION)
    short = d <= _SHORT_PATH_KM
    _require_frequency(f_mhz, d, short)

    inclination, p_0 = _occurrence_percent(f_mhz / 1e3, d, ends, climate)
    p_0 = np.where(short, 0 * p_0, p_0)
    require_range("occurrence_percent", p_0, 0, _LARGEST_OCCURRENCE_PERCENT, _SECTION)
    conversion = 10 ** (-_annual_conversion_db(d, inclination, ends) / 10)
    return MultipathOutage(
        *np.broadcast_arrays(
            inclination,
            p_0,
            _exceeded_percent(a, p_0, np.asarray(1.0)),
            _exceeded_percent(a, p_0, conversion),
        )
    )


def _require_frequency(f_mhz: Floats, d: Floats, short: NDArray[np.bool_]) -> None:
    require_range("frequency_mhz", f_mhz, np.nextafter(0, 1), 45_000, _SECTION)
    lowest, f_mhz, short = np.broadcast_arrays(15_000 / d, f_mhz, short)
    below = (f_mhz < lowest) & ~short
    if below.any():
        at_least = float(lowest[below].flat[0])
        require_range("frequency_mhz", f_mhz[below].flat[0], at_least, 45_000, _SECTION)


def _occurrence_percent(
    f: Floats, d: Floats, ends: LinkEnds, climate: MultipathClimate
) -> tuple[Floats, Floats]:
    """Return the inclination, mrad, and p_0, section 2.3.1; f in GHz."""
    h_e = np.asarray(ends.transmitter_height_above_sea_m, dtype=np.float64)
    h_r = np.asarray(ends.receiver_height_above_sea_m, dtype=np.float64)
    h_t = np.asarray(ends.mean_terrain_height_m, dtype=np.float64)
    k = np.asarray(climate.geoclimatic_factor, dtype=np.float64)
    dn75 = np.asarray(climate.refractivity_increase_nunits, dtype=np.float64)
    require_range("geoclimatic_factor", k, 0, np.inf, _SECTION, inclusive=False)
    require_range("refractivity_increase_nunits", dn75, 0, np.inf, _SECTION)
    inclination = np.abs(h_r - h_e) / d
    h_c = (h_r + h_e) / 2 - d**2 / 102 - h_t
    h_l = np.minimum(h_e, h_r)
    limit = dn75 * d**1.5 * np.sqrt(f) / 24_730
    v_sr = np.minimum((dn75 / 50) ** 1.8 * np.exp(-h_c / (2.5 * np.sqrt(d))), limit)
    exponent = (
        -0.376 * np.tanh((h_c - 147) / 125)
        - 0.334 * inclination**0.39
        - 0.00027 * h_l
        + 17.85 * v_sr
    )
    return inclination, np.asarray(k * d**3.51 * (f**2 + 13) ** 0.447 * 10**exponent)


def _annual_conversion_db(d: Floats, inclination: Floats, ends: LinkEnds) -> Floats:
    """Return Delta G, section 2.3.4, step 2."""
    latitude = np.abs(np.asarray(ends.latitude_deg, dtype=np.float64))
    require_range("latitude_deg", latitude, 0, 90, _SECTION)
    swing = np.abs(np.cos(np.radians(2 * latitude))) ** 0.7
    delta_g = (
        10.5
        - 5.6 * np.log10(1.1 + np.where(latitude > 45, -swing, swing))
        - 2.7 * np.log10(d)
        + 1.7 * np.log10(1 + inclination)
    )
    return np.asarray(np.minimum(delta_g, _LARGEST_CONVERSION_DB))


def _exceeded_percent(a: Floats, p_0: Floats, conversion: Floats) -> Floats:
    """Return the percentage of time for any fade depth, section 2.3.2 (and 2.3.4, step 4)."""
    some = np.where(p_0 == 0, 1.0, p_0)
    a_t = 25 + 1.2 * np.log10(some)  # step 2
    p_t = conversion * some * 10 ** (-a_t / 10)  # step 3b
    q_a = -20 * np.log10(-np.log1p(-p_t / 100)) / a_t
    q_t = (q_a - 2) / _shallow(a_t) - 4.3 * (10 ** (-a_t / 20) + a_t / 800)
    q = 2 + _shallow(a) * (q_t + 4.3 * (10 ** (-a / 20) + a / 800))
    shallow = -100 * np.expm1(-(10 ** (-q * a / 20)))
    deep = conversion * some * 10 ** (-a / 10)  # step 3a
    return np.asarray(np.where(p_0 == 0, 0 * a, np.where(a >= a_t, deep, shallow)))


def _shallow(a: Floats) -> Floats:
    return np.asarray((1 + 0.3 * 10 ** (-a / 20)) * 10 ** (-0.016 * a))
