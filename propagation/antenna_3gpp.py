"""Antenna patterns of the 3GPP's studies: a sector in azimuth, and an element of both angles."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range

__all__ = ["TR36942_EDITION", "TR38901_EDITION", "element_attenuation_db", "sector_attenuation_db"]

Floats = NDArray[np.float64]

TR36942_EDITION = "3GPP TR 36.942, section 4.2.1"
TR38901_EDITION = "3GPP TR 38.901, Table 7.3-1"


def sector_attenuation_db(
    azimuth_deg: ArrayLike,
    *,
    beamwidth_deg: ArrayLike = 65.0,
    maximum_attenuation_db: ArrayLike = 20.0,
) -> Floats:
    """Return the attenuation of a base station's sector, the same at every elevation.

    Arguments broadcast; NaN yields NaN.

    Parameters
    ----------
    azimuth_deg : array_like
        From the sector's axis, degrees, any multiple of the circle.
    beamwidth_deg : array_like
        Width at 3 dB, degrees, above 0 and to 360: 65 for three sectors, 35 for six.
    maximum_attenuation_db : array_like
        Attenuation behind, dB, positive: 20 for three sectors, 23 for six.

    Returns
    -------
    ndarray of float64
        Attenuation below the maximum, dB.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [TR36942] 3GPP TR 36.942, section 4.2.1: A = -min(12 (theta / theta_3dB)^2, A_m).
    """
    return _parabola_db(
        _folded_deg(azimuth_deg),
        _checked("beamwidth_deg", beamwidth_deg, 360, TR36942_EDITION),
        _checked("maximum_attenuation_db", maximum_attenuation_db, np.inf, TR36942_EDITION),
    )


def element_attenuation_db(
    azimuth_deg: ArrayLike,
    elevation_deg: ArrayLike,
    *,
    horizontal_beamwidth_deg: ArrayLike = 65.0,
    vertical_beamwidth_deg: ArrayLike = 65.0,
    maximum_attenuation_db: ArrayLike = 30.0,
    side_lobe_attenuation_db: ArrayLike = 30.0,
) -> Floats:
    """Return the attenuation of one element of a base station's array.

    Arguments broadcast; NaN yields NaN. The gain of the element's maximum is 8 dBi.

    Parameters
    ----------
    azimuth_deg : array_like
        From the element's axis, degrees, any multiple of the circle.
    elevation_deg : array_like
        Above the plane of the axis, -90 to 90 degrees (the zenith angle is 90 less this).
    horizontal_beamwidth_deg, vertical_beamwidth_deg : array_like
        Widths at 3 dB, degrees, above 0, to 360 and to 180.
    maximum_attenuation_db : array_like
        A_max, dB, positive.
    side_lobe_attenuation_db : array_like
        SLA_V, of the vertical cut, dB, positive.

    Returns
    -------
    ndarray of float64
        Attenuation below the maximum, dB.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.

    References
    ----------
    .. [TR38901] 3GPP TR 38.901, Table 7.3-1.
    """
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    require_range("elevation_deg", elevation, -90, 90, TR38901_EDITION)
    at_most = _checked("maximum_attenuation_db", maximum_attenuation_db, np.inf, TR38901_EDITION)
    vertical = _parabola_db(
        elevation,
        _checked("vertical_beamwidth_deg", vertical_beamwidth_deg, 180, TR38901_EDITION),
        _checked("side_lobe_attenuation_db", side_lobe_attenuation_db, np.inf, TR38901_EDITION),
    )
    horizontal = _parabola_db(
        _folded_deg(azimuth_deg),
        _checked("horizontal_beamwidth_deg", horizontal_beamwidth_deg, 360, TR38901_EDITION),
        at_most,
    )
    return np.asarray(np.minimum(vertical + horizontal, at_most))


def _parabola_db(angle: Floats, width: Floats, at_most: Floats) -> Floats:
    return np.asarray(np.minimum(12 * (angle / width) ** 2, at_most))


def _folded_deg(azimuth_deg: ArrayLike) -> Floats:
    return np.asarray(np.mod(np.asarray(azimuth_deg, dtype=np.float64) + 180, 360) - 180)


def _checked(name: str, values: ArrayLike, upper: float, source: str) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    require_range(name, array, np.nextafter(0, 1), upper, source)
    return array
