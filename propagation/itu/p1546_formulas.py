"""Rec. ITU-R P.1546-6, Annex 5: the formulas that its sections share.

Arguments broadcast and NaN yields NaN.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "diffraction_loss_db",
    "free_space_field_dbuvm",
    "fresnel_clearance_distance_km",
    "inverse_complementary_normal",
    "sea_enhancement_db",
]

Floats = NDArray[np.float64]

_FREE_SPACE_DBUVM = 106.9  # 1 kW e.r.p. at 1 km, eq. (2)
_CLEAR_NU = -0.7806  # eq. (12a): no loss below
_C = (2.515517, 0.802853, 0.010328)  # eq. (39d)
_D = (1.432788, 0.189269, 0.001308)


def free_space_field_dbuvm(distance_km: ArrayLike) -> Floats:
    """Return the field of 1 kW e.r.p. in free space, the maximum over land.

    Parameters
    ----------
    distance_km : array_like
        Distance, or distance along the slope, km, positive.

    Returns
    -------
    ndarray of float64
        dB(uV/m).

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 2, eq. (2).
    """
    d = np.asarray(distance_km, dtype=np.float64)
    return np.asarray(_FREE_SPACE_DBUVM - 20 * np.log10(d))


def sea_enhancement_db(distance_km: ArrayLike, time_percent: ArrayLike) -> Floats:
    """Return by how much the maximum over sea exceeds free space.

    Parameters
    ----------
    distance_km : array_like
        Length of the path, km.
    time_percent : array_like
        Percentage of time for which the field is exceeded, 1 to 50.

    Returns
    -------
    ndarray of float64
        Enhancement E_se, dB.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 2, eq. (3).
    """
    d = np.asarray(distance_km, dtype=np.float64)
    t = np.asarray(time_percent, dtype=np.float64)
    return np.asarray(2.38 * (1 - np.exp(-d / 8.94)) * np.log10(50 / t))


def diffraction_loss_db(diffraction_parameter: ArrayLike) -> Floats:
    """Return J(nu), the loss of a knife edge.

    Parameters
    ----------
    diffraction_parameter : array_like
        The dimensionless parameter nu.

    Returns
    -------
    ndarray of float64
        Loss, dB; 0 up to nu = -0.7806.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 4.3, eq. (12a).
    """
    nu = np.asarray(diffraction_parameter, dtype=np.float64)
    x = np.maximum(nu, _CLEAR_NU) - 0.1
    loss = 6.9 + 20 * np.log10(np.sqrt(x * x + 1) + x)
    return np.asarray(np.where(nu <= _CLEAR_NU, 0.0, loss))


def fresnel_clearance_distance_km(
    frequency_mhz: ArrayLike, height_1_m: ArrayLike, height_2_m: ArrayLike
) -> Floats:
    """Return the longest path on which 0.6 of the first Fresnel zone is clear of smooth Earth.

    Parameters
    ----------
    frequency_mhz : array_like
        Frequency, MHz.
    height_1_m, height_2_m : array_like
        Heights of the antennas above smooth Earth, m; the first counts as 0 where negative.

    Returns
    -------
    ndarray of float64
        D_06, km, at least 0.001.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 18, eq. (41).
    """
    f = np.asarray(frequency_mhz, dtype=np.float64)
    h1 = np.maximum(np.asarray(height_1_m, dtype=np.float64), 0)
    h2 = np.asarray(height_2_m, dtype=np.float64)
    df = 0.0000389 * f * h1 * h2
    dh = 4.1 * (np.sqrt(h1) + np.sqrt(h2))
    return np.asarray(np.maximum(df * dh / (df + dh), 0.001))


def inverse_complementary_normal(probability: ArrayLike) -> Floats:
    """Return the Recommendation's approximation of the inverse complementary normal distribution.

    Parameters
    ----------
    probability : array_like
        Probability x, 0.01 to 0.99.

    Returns
    -------
    ndarray of float64
        Q_i(x): positive below one half, negative above.

    References
    ----------
    .. [P1546] Rec. ITU-R P.1546-6, Annex 5, section 16, eq. (39); P.1812 prints C_0 otherwise.
    """
    x = np.asarray(probability, dtype=np.float64)
    t = np.sqrt(-2 * np.log(np.minimum(x, 1 - x)))
    numerator = (_C[2] * t + _C[1]) * t + _C[0]
    denominator = ((_D[2] * t + _D[1]) * t + _D[0]) * t + 1
    magnitude = t - numerator / denominator
    return np.asarray(np.where(x <= 0.5, magnitude, -magnitude))
