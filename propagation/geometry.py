"""Geometry of terrestrial paths: spherical Earth, effective radius, Fresnel zones, horizons."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.constants import EARTH_RADIUS_KM, SPEED_OF_LIGHT_M_PER_S
from propagation.errors import require_range

__all__ = [
    "earth_bulge_m",
    "effective_earth_radius_km",
    "fresnel_radius_m",
    "path_latitude_deg",
    "radio_horizon_km",
    "wavelength_m",
]

Floats = NDArray[np.float64]


def wavelength_m(frequency_mhz: ArrayLike) -> Floats:
    """Wavelength in free space, in m, of a frequency in MHz.

    Raises
    ------
    OutOfRangeError
        If a frequency is zero or negative.
    """
    f = np.asarray(frequency_mhz, dtype=np.float64)
    require_range("frequency_mhz", f, 0, np.inf, "Rec. ITU-R V.573", inclusive=False)
    return SPEED_OF_LIGHT_M_PER_S / 1e6 / f


def effective_earth_radius_km(lapse_rate_nunits_per_km: ArrayLike) -> Floats:
    """Median effective Earth radius of a refractivity lapse rate.

    Parameters
    ----------
    lapse_rate_nunits_per_km : array_like
        Average lapse rate of refractivity in the lowest kilometre, N-units/km, a positive
        quantity below 157, where the ray would follow the Earth.

    Returns
    -------
    ndarray of float64
        Radius, km.

    Raises
    ------
    OutOfRangeError
        If a lapse rate leaves -1000 to 157.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, section 3.7, eqs (6) and (7a).
    """
    lapse = np.asarray(lapse_rate_nunits_per_km, dtype=np.float64)
    require_range(
        "lapse_rate_nunits_per_km", lapse, -1000, 157, "Rec. ITU-R P.1812-8, 3.7", inclusive=False
    )
    return EARTH_RADIUS_KM * (157 / (157 - lapse))


def earth_bulge_m(
    distance_km: ArrayLike, path_length_km: ArrayLike, effective_radius_km: ArrayLike
) -> Floats:
    """Height of the curved Earth above the chord of a path, at a distance from its end.

    Parameters
    ----------
    distance_km : array_like
        Distance from one end, km.
    path_length_km : array_like
        Length of the path, km.
    effective_radius_km : array_like
        Effective radius of the Earth, km.

    Returns
    -------
    ndarray of float64
        Height, m.

    References
    ----------
    .. [P526] Rec. ITU-R P.526-15, section 4.5; [P1812] eq. (13).
    """
    d = np.asarray(distance_km, dtype=np.float64)
    length = np.asarray(path_length_km, dtype=np.float64)
    radius = np.asarray(effective_radius_km, dtype=np.float64)
    return 500 * d * (length - d) / radius


def fresnel_radius_m(
    distance_1_km: ArrayLike, distance_2_km: ArrayLike, frequency_mhz: ArrayLike, zone: int = 1
) -> Floats:
    """Radius of a Fresnel ellipsoid between two distances from the ends of a path.

    Parameters
    ----------
    distance_1_km, distance_2_km : array_like
        Distances to the two ends, km.
    frequency_mhz : array_like
        Frequency, MHz.
    zone : int
        Number of the ellipsoid, from 1.

    Returns
    -------
    ndarray of float64
        Radius, m.

    Raises
    ------
    OutOfRangeError
        If a frequency is zero or negative.

    References
    ----------
    .. [P526] Rec. ITU-R P.526-15, section 2.1, eq. (2).
    """
    d1 = np.asarray(distance_1_km, dtype=np.float64)
    d2 = np.asarray(distance_2_km, dtype=np.float64)
    wavelength_km = wavelength_m(frequency_mhz) / 1000
    return np.asarray(1000 * np.sqrt(zone * wavelength_km * d1 * d2 / (d1 + d2)))


def radio_horizon_km(height_above_ground_m: ArrayLike, effective_radius_km: ArrayLike) -> Floats:
    """Distance to the horizon of the smooth Earth.

    Parameters
    ----------
    height_above_ground_m : array_like
        Height of the antenna over the smooth Earth, m.
    effective_radius_km : array_like
        Effective radius of the Earth, km.

    Returns
    -------
    ndarray of float64
        Distance, km.

    Raises
    ------
    OutOfRangeError
        If a height is negative.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, eq. (22): the line of sight is the sum of two of these.
    """
    height = np.asarray(height_above_ground_m, dtype=np.float64)
    radius = np.asarray(effective_radius_km, dtype=np.float64)
    require_range("height_above_ground_m", height, 0, np.inf, "Rec. ITU-R P.526-15, 3.2")
    return np.asarray(np.sqrt(2 * radius * height / 1000))


def path_latitude_deg(
    latitude_1_deg: ArrayLike,
    longitude_1_deg: ArrayLike,
    latitude_2_deg: ArrayLike,
    longitude_2_deg: ArrayLike,
    distance_km: ArrayLike,
) -> Floats:
    """Latitude of the point at a distance from the first of two points, on their great circle.

    Parameters
    ----------
    latitude_1_deg, longitude_1_deg : array_like
        The point from which the distance counts, degrees.
    latitude_2_deg, longitude_2_deg : array_like
        The point towards which it counts, degrees.
    distance_km : array_like
        Distance along the great circle, km; half the path for the latitude of its centre.

    Returns
    -------
    ndarray of float64
        Latitude, degrees, on the sphere of radius 6371 km.

    References
    ----------
    .. [P2001] Rec. ITU-R P.2001-5, attachment H, eqs (H.2.1) to (H.3.3).
    """
    lat1, lat2 = np.radians(latitude_1_deg), np.radians(latitude_2_deg)
    east = np.radians(np.subtract(longitude_2_deg, longitude_1_deg))
    angle = np.asarray(distance_km, dtype=np.float64) / EARTH_RADIUS_KM
    azimuth = np.arctan2(
        np.cos(lat2) * np.sin(east),
        np.cos(lat1) * np.sin(lat2) - np.sin(lat1) * np.cos(lat2) * np.cos(east),
    )
    sine = np.sin(lat1) * np.cos(angle) + np.cos(lat1) * np.sin(angle) * np.cos(azimuth)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1, 1))))
