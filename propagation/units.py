"""Conversions between the units of spectrum engineering.

Decibel scales are exact; between a field strength and a power stand the impedance of free space
and the speed of light, so that a round trip returns what went in. Rec. ITU-R P.525-5, section 4,
prints the same relations with constants rounded to 0.1 dB.

Every function takes array-like arguments, broadcasts them and returns float64; NaN yields NaN.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.constants import (
    DIPOLE_GAIN_DBI,
    FREE_SPACE_IMPEDANCE_OHM,
    SPEED_OF_LIGHT_M_PER_S,
)
from propagation.errors import require_range

__all__ = [
    "dbm_from_dbuvm",
    "dbm_from_dbw",
    "dbm_from_w",
    "dbuvm_from_dbm",
    "dbuvm_from_dbwm2",
    "dbuvm_from_mvm",
    "dbw_from_dbm",
    "dbw_from_kw",
    "dbw_from_w",
    "dbwm2_from_dbuvm",
    "eirp_db_from_erp_db",
    "erp_db_from_eirp_db",
    "kw_from_dbw",
    "mvm_from_dbuvm",
    "w_from_dbm",
    "w_from_dbw",
]

Floats = NDArray[np.float64]

_SOURCE = "a logarithm needs a positive value"

# Power of an isotropic antenna in a field of 1 uV/m at 1 MHz, dBm:
# P = E^2 / Z0 * lambda^2 / (4 pi), with lambda = c / f.
_DBM_OF_1_UVM_AT_1_MHZ = float(
    10
    * np.log10(
        1e-12 / FREE_SPACE_IMPEDANCE_OHM * (SPEED_OF_LIGHT_M_PER_S / 1e6) ** 2 / (4 * np.pi) * 1e3
    )
)
_DBWM2_OF_1_UVM = float(-120 - 10 * np.log10(FREE_SPACE_IMPEDANCE_OHM))


def dbw_from_w(power_w: ArrayLike) -> Floats:
    """Power in dBW of a power in W.

    Raises
    ------
    OutOfRangeError
        If a power is zero or negative.
    """
    return 10 * _lg("power_w", power_w)


def w_from_dbw(power_dbw: ArrayLike) -> Floats:
    """Power in W of a power in dBW."""
    return _antilog(power_dbw)


def dbw_from_kw(power_kw: ArrayLike) -> Floats:
    """Power in dBW of a power in kW.

    Raises
    ------
    OutOfRangeError
        If a power is zero or negative.
    """
    return 30 + 10 * _lg("power_kw", power_kw)


def kw_from_dbw(power_dbw: ArrayLike) -> Floats:
    """Power in kW of a power in dBW."""
    return _antilog(_floats(power_dbw) - 30)


def dbm_from_w(power_w: ArrayLike) -> Floats:
    """Power in dBm of a power in W.

    Raises
    ------
    OutOfRangeError
        If a power is zero or negative.
    """
    return 30 + 10 * _lg("power_w", power_w)


def w_from_dbm(power_dbm: ArrayLike) -> Floats:
    """Power in W of a power in dBm."""
    return _antilog(_floats(power_dbm) - 30)


def dbm_from_dbw(power_dbw: ArrayLike) -> Floats:
    """Power in dBm of a power in dBW."""
    return _floats(power_dbw) + 30


def dbw_from_dbm(power_dbm: ArrayLike) -> Floats:
    """Power in dBW of a power in dBm."""
    return _floats(power_dbm) - 30


def eirp_db_from_erp_db(erp_db: ArrayLike) -> Floats:
    """Equivalent isotropically radiated power of an e.r.p., both in the same dB unit.

    References
    ----------
    .. [P341] Rec. ITU-R P.341-7: the half-wave dipole has 2.15 dBi.
    """
    return _floats(erp_db) + DIPOLE_GAIN_DBI


def erp_db_from_eirp_db(eirp_db: ArrayLike) -> Floats:
    """Effective radiated power (half-wave dipole) of an e.i.r.p., both in the same dB unit."""
    return _floats(eirp_db) - DIPOLE_GAIN_DBI


def dbm_from_dbuvm(
    field_strength_dbuvm: ArrayLike, frequency_mhz: ArrayLike, gain_dbi: ArrayLike = 0.0
) -> Floats:
    """Power that a matched, lossless antenna takes from a field.

    Parameters
    ----------
    field_strength_dbuvm : array_like
        Field strength, dB(uV/m).
    frequency_mhz : array_like
        Frequency, MHz, positive.
    gain_dbi : array_like
        Gain of the receiving antenna towards the wave; 0 dBi is the isotropic antenna.

    Returns
    -------
    ndarray of float64
        Power, dBm, in the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If a frequency is zero or negative.

    References
    ----------
    .. [P525] Rec. ITU-R P.525-5, section 4 (there 167.2 dB, for GHz and dBW).
    """
    return _floats(field_strength_dbuvm) + _dbm_per_dbuvm(frequency_mhz) + _floats(gain_dbi)


def dbuvm_from_dbm(
    power_dbm: ArrayLike, frequency_mhz: ArrayLike, gain_dbi: ArrayLike = 0.0
) -> Floats:
    """Field strength from which a matched, lossless antenna takes a power.

    The inverse of `dbm_from_dbuvm`, with the same arguments, errors and source.
    """
    return _floats(power_dbm) - _dbm_per_dbuvm(frequency_mhz) - _floats(gain_dbi)


def dbwm2_from_dbuvm(field_strength_dbuvm: ArrayLike) -> Floats:
    """Power flux-density in dB(W/m2) of a plane wave's field strength.

    References
    ----------
    .. [P525] Rec. ITU-R P.525-5, section 4 (there 145.8 dB).
    """
    return _floats(field_strength_dbuvm) + _DBWM2_OF_1_UVM


def dbuvm_from_dbwm2(power_flux_density_dbwm2: ArrayLike) -> Floats:
    """Field strength in dB(uV/m) of a plane wave's power flux-density."""
    return _floats(power_flux_density_dbwm2) - _DBWM2_OF_1_UVM


def dbuvm_from_mvm(field_strength_mvm: ArrayLike) -> Floats:
    """Field strength in dB(uV/m) of one in mV/m.

    Raises
    ------
    OutOfRangeError
        If a field strength is zero or negative.
    """
    return 60 + 20 * _lg("field_strength_mvm", field_strength_mvm)


def mvm_from_dbuvm(field_strength_dbuvm: ArrayLike) -> Floats:
    """Field strength in mV/m of one in dB(uV/m)."""
    return np.asarray(10 ** ((_floats(field_strength_dbuvm) - 60) / 20))


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _lg(name: str, values: ArrayLike) -> Floats:
    array = _floats(values)
    require_range(name, array, 0, np.inf, _SOURCE, inclusive=False)
    return np.asarray(np.log10(array))


def _antilog(values: ArrayLike) -> Floats:
    return np.asarray(10 ** (_floats(values) / 10))


def _dbm_per_dbuvm(frequency_mhz: ArrayLike) -> Floats:
    return _DBM_OF_1_UVM_AT_1_MHZ - 20 * _lg("frequency_mhz", frequency_mhz)
