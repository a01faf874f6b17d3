"""Rec. ITU-R P.1546-6, Annex 5: the corrections to the field of the curves, one a section.

Arguments broadcast and NaN yields NaN. Ranges are those that the prediction checks; these
functions take what they are given.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.itu.p1546_formulas import (
    diffraction_loss_db,
    free_space_field_dbuvm,
    fresnel_clearance_distance_km,
)

__all__ = [
    "CLEARANCE_ANGLE_LIMITS_DEG",
    "REFERENCE_REFRACTIVITY_NUNITS",
    "basic_transmission_loss_db",
    "clearance_parameter",
    "modified_clutter_height_m",
    "open_height_gain_db",
    "scatter_angle_deg",
    "scatter_field_dbuvm",
    "sea_height_gain_db",
    "short_path_field_dbuvm",
    "slope_distance_km",
    "terrain_clearance_correction_db",
    "transmitter_clutter_correction_db",
    "urban_height_gain_db",
]

Floats = NDArray[np.float64]

CLEARANCE_ANGLE_LIMITS_DEG: Final = (0.55, 40.0)
"""Between these a terrain clearance angle counts (section 11)."""

REFERENCE_REFRACTIVITY_NUNITS: Final = 325.0
"""Median surface refractivity N_0 of a temperate climate (section 13)."""

_EARTH_RADIUS_KM = 6370.0  # section 13
_EARTH_FACTOR = 4 / 3
_NEAR_KM, _FAR_KM = 0.04, 1.0  # section 15


def modified_clutter_height_m(
    distance_km: ArrayLike, effective_height_m: ArrayLike, clutter_height_m: ArrayLike
) -> Floats:
    """Return the clutter height at the receiver as the arriving ray sees it.

    Parameters
    ----------
    distance_km : array_like
        Length of the path, km, at least 1.
    effective_height_m : array_like
        Effective height h_1 of the transmitting antenna, m.
    clutter_height_m : array_like
        Representative height R_2 of the clutter around the receiver, m.

    Returns
    -------
    ndarray of float64
        R_2', m, at least 1.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 9, eq. (27).
    """
    d_m = np.asarray(distance_km, dtype=np.float64) * 1000
    h1 = np.asarray(effective_height_m, dtype=np.float64)
    r2 = np.asarray(clutter_height_m, dtype=np.float64)
    seen = (d_m * r2 - 15 * h1) / (d_m - 15)
    return np.asarray(np.maximum(seen, 1.0))


def open_height_gain_db(frequency_mhz: ArrayLike, receiver_height_m: ArrayLike) -> Floats:
    """Return the correction for a receiving antenna in open country.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    receiver_height_m : array_like
        Height h_2 of the antenna above ground, m.

    Returns
    -------
    ndarray of float64
        Correction, dB: 0 at the 10 m of the curves.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 9, eqs (28b) and (28f), R_2' = 10 m.
    """
    return np.asarray(_gain_factor_db(frequency_mhz) * np.log10(np.divide(receiver_height_m, 10)))


def urban_height_gain_db(
    frequency_mhz: ArrayLike, receiver_height_m: ArrayLike, modified_clutter_m: ArrayLike
) -> Floats:
    """Return the correction for a receiving antenna in a suburban, urban or dense urban area.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    receiver_height_m : array_like
        Height h_2 of the antenna above ground, m.
    modified_clutter_m : array_like
        R_2' of `modified_clutter_height_m`, m.

    Returns
    -------
    ndarray of float64
        Correction, dB.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 9, eqs (28a) to (28f) and (29).
    """
    h2 = np.asarray(receiver_height_m, dtype=np.float64)
    r2 = np.asarray(modified_clutter_m, dtype=np.float64)
    k_h2 = _gain_factor_db(frequency_mhz)
    below = 6.03 - diffraction_loss_db(_clutter_parameter(frequency_mhz, np.maximum(r2 - h2, 0)))
    above = k_h2 * np.log10(h2 / r2)
    low_clutter = k_h2 * np.log10(10 / np.minimum(r2, 10))
    return np.asarray(np.where(h2 < r2, below, above) - low_clutter)


def sea_height_gain_db(
    frequency_mhz: ArrayLike,
    receiver_height_m: ArrayLike,
    effective_height_m: ArrayLike,
    distance_km: ArrayLike,
) -> Floats:
    """Return the correction for a receiving antenna at sea or on an open shore.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    receiver_height_m : array_like
        Height h_2 of the antenna above the sea, m, at least 3.
    effective_height_m : array_like
        Effective height h_1 of the transmitting antenna, m.
    distance_km : array_like
        Length of the path, km.

    Returns
    -------
    ndarray of float64
        Correction, dB; below 10 m it fades out where the path has Fresnel clearance.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 9, after eq. (29).
    """
    h2 = np.asarray(receiver_height_m, dtype=np.float64)
    d = np.asarray(distance_km, dtype=np.float64)
    whole = open_height_gain_db(frequency_mhz, h2)
    d10 = fresnel_clearance_distance_km(frequency_mhz, effective_height_m, 10.0)
    dh2 = fresnel_clearance_distance_km(frequency_mhz, effective_height_m, h2)
    part = np.log10(np.maximum(d, dh2) / dh2) / np.log10(np.where(dh2 < d10, d10 / dh2, 10.0))
    return np.asarray(np.where((h2 >= 10) | (d >= d10), whole, whole * part))


def transmitter_clutter_correction_db(
    frequency_mhz: ArrayLike, transmitter_height_m: ArrayLike, clutter_height_m: ArrayLike
) -> Floats:
    """Return the correction for clutter around the transmitting antenna.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    transmitter_height_m : array_like
        Height h_a of the antenna above ground, m.
    clutter_height_m : array_like
        Representative height R_1 of the clutter around the transmitter, m; 0 in the open,
        where the correction does not apply.

    Returns
    -------
    ndarray of float64
        Correction, dB, never positive.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 10, eq. (30).
    """
    r1 = np.asarray(clutter_height_m, dtype=np.float64)
    above = np.asarray(transmitter_height_m, dtype=np.float64) - r1
    nu = _clutter_parameter(frequency_mhz, np.abs(above))
    loss = diffraction_loss_db(np.where(above > 0, -nu, nu))
    return np.asarray(np.where(r1 == 0, 0.0, -loss))


def clearance_parameter(frequency_mhz: ArrayLike, clearance_angle_deg: ArrayLike) -> Floats:
    """Return nu of a terrain clearance angle, which counts from 0.55 to 40 degrees.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    clearance_angle_deg : array_like
        Elevation of the line that just clears the terrain, degrees.

    Returns
    -------
    ndarray of float64
        The dimensionless parameter nu.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 11, eq. (32c).
    """
    theta = np.clip(np.asarray(clearance_angle_deg, dtype=np.float64), *CLEARANCE_ANGLE_LIMITS_DEG)
    return np.asarray(0.065 * theta * np.sqrt(frequency_mhz))


def terrain_clearance_correction_db(frequency_mhz: ArrayLike, nu: ArrayLike) -> Floats:
    """Return the correction for the terrain that a receiver has before it.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    nu : array_like
        The parameter of `clearance_parameter`.

    Returns
    -------
    ndarray of float64
        Correction, dB.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 11, eqs (32a) and (32b).
    """
    reference = diffraction_loss_db(0.036 * np.sqrt(frequency_mhz))
    return np.asarray(reference - diffraction_loss_db(nu))


def scatter_angle_deg(
    distance_km: ArrayLike, transmitter_angle_deg: ArrayLike, receiver_angle_deg: ArrayLike
) -> Floats:
    """Return the path scattering angle.

    Parameters
    ----------
    distance_km : array_like
        Length of the path, km.
    transmitter_angle_deg, receiver_angle_deg : array_like
        Terrain clearance angles at both ends, degrees, as they are.

    Returns
    -------
    ndarray of float64
        theta_s, degrees, at least 0.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 13, eq. (35), k = 4/3, a = 6370 km.
    """
    d, theta1, theta2 = (
        np.asarray(values, dtype=np.float64)
        for values in (distance_km, transmitter_angle_deg, receiver_angle_deg)
    )
    bend = np.rad2deg(d / _EARTH_FACTOR / _EARTH_RADIUS_KM)
    return np.asarray(np.maximum(bend + theta1 + theta2, 0))


def scatter_field_dbuvm(
    distance_km: ArrayLike,
    angle_deg: ArrayLike,
    frequency_mhz: ArrayLike,
    time_percent: ArrayLike,
    surface_refractivity_nunits: ArrayLike = REFERENCE_REFRACTIVITY_NUNITS,
) -> Floats:
    """Return the field that the troposphere scatters.

    Parameters
    ----------
    distance_km : array_like
        Length of the path, km.
    angle_deg : array_like
        The angle of `scatter_angle_deg`.
    frequency_mhz : array_like
        Frequency, MHz.
    time_percent : array_like
        Percentage of time for which the field is exceeded, 1 to 50.
    surface_refractivity_nunits : array_like
        Median surface refractivity N_0, N-units.

    Returns
    -------
    ndarray of float64
        E_ts for 1 kW e.r.p., dB(uV/m).

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 13, eqs (36), (36a) and (36b).
    """
    d, f, t, n0 = (
        np.asarray(values, dtype=np.float64)
        for values in (distance_km, frequency_mhz, time_percent, surface_refractivity_nunits)
    )
    lf = 5 * np.log10(f) - 2.5 * (np.log10(f) - 3.3) ** 2
    gt = 10.1 * np.maximum(-np.log10(0.02 * t), 0) ** 0.7
    return np.asarray(24.4 - 20 * np.log10(d) - 10 * np.asarray(angle_deg) - lf + 0.15 * n0 + gt)


def slope_distance_km(distance_km: ArrayLike, height_difference_m: ArrayLike) -> Floats:
    """Return the distance between the antennas along the slope.

    Parameters
    ----------
    distance_km : array_like
        Horizontal distance, km.
    height_difference_m : array_like
        How much higher one antenna stands above sea level than the other, m.

    Returns
    -------
    ndarray of float64
        d_slope, km.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 14, eqs (37a) and (37b).
    """
    d = np.asarray(distance_km, dtype=np.float64)
    h = np.asarray(height_difference_m, dtype=np.float64)
    return np.asarray(np.sqrt(d * d + 1e-6 * (h * h)))


def short_path_field_dbuvm(
    distance_km: ArrayLike, height_difference_m: ArrayLike, field_at_1_km_dbuvm: ArrayLike
) -> Floats:
    """Return the field of 1 kW e.r.p. less than 1 km from the transmitter.

    Parameters
    ----------
    distance_km : array_like
        Horizontal distance, km, below 1.
    height_difference_m : array_like
        How much higher one antenna stands above sea level than the other, m.
    field_at_1_km_dbuvm : array_like
        What the other steps give for 1 km, dB(uV/m).

    Returns
    -------
    ndarray of float64
        dB(uV/m); up to 0.04 km that of free space.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 15, eq. (38).
    """
    d = np.asarray(distance_km, dtype=np.float64)
    slope = slope_distance_km(d, height_difference_m)
    inf = slope_distance_km(_NEAR_KM, height_difference_m)
    sup = slope_distance_km(_FAR_KM, height_difference_m)
    e_inf = free_space_field_dbuvm(inf)
    share = np.log10(slope / inf) / np.log10(sup / inf)
    between = e_inf + (np.asarray(field_at_1_km_dbuvm) - e_inf) * share
    return np.asarray(np.where(d <= _NEAR_KM, free_space_field_dbuvm(slope), between))


def basic_transmission_loss_db(frequency_mhz: ArrayLike, field_dbuvm: ArrayLike) -> Floats:
    """Return the basic transmission loss that is equivalent to a field for 1 kW e.r.p.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    field_dbuvm : array_like
        Field strength for 1 kW e.r.p., dB(uV/m).

    Returns
    -------
    ndarray of float64
        L_b, dB.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 17, eq. (40).
    """
    f = np.asarray(frequency_mhz, dtype=np.float64)
    return np.asarray(139.3 - np.asarray(field_dbuvm) + 20 * np.log10(f))


def _gain_factor_db(frequency_mhz: ArrayLike) -> Floats:
    return np.asarray(3.2 + 6.2 * np.log10(frequency_mhz))  # K_h2, eq. (28f)


def _clutter_parameter(frequency_mhz: ArrayLike, difference_m: Floats) -> Floats:
    """Return nu of clutter 27 m away that stands above (or below) an antenna, eq. (28c)."""
    theta = np.rad2deg(np.arctan(difference_m / 27))
    return np.asarray(0.0108 * np.sqrt(frequency_mhz) * np.sqrt(difference_m * theta))
