"""The nuisance field of one unwanted station: what it asks of the wanted field.

Rec. ITU-R BS.412-9: an unwanted field raised by its protection ratio, once as steady
interference, E(50,50), once as tropospheric, E(50,1); the larger governs. Other services weigh
their fields alike, by ratios of their own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range
from propagation.interference.bs412 import BS412_PROTECTION, Persistence, ProtectionTable
from propagation.interference.protection import Protection, SoundProtection

__all__ = ["Nuisance", "nuisance_field_dbuvm", "nuisance_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Nuisance:
    """Nuisance fields of unwanted stations, dB(uV/m), all of one shape.

    Attributes
    ----------
    steady_dbuvm, tropospheric_dbuvm : ndarray
        Nuisance field of steady and of tropospheric interference; -inf is no contribution.
    governing_dbuvm : ndarray
        The larger of the two; NaN where either is.
    """

    steady_dbuvm: Floats
    tropospheric_dbuvm: Floats
    governing_dbuvm: Floats

    @property
    def tropospheric_governs(self) -> NDArray[np.bool_]:
        """Where tropospheric interference is the larger."""
        return np.asarray(self.tropospheric_dbuvm > self.steady_dbuvm)


def nuisance_field_dbuvm(
    steady_field_dbuvm: ArrayLike,
    tropospheric_field_dbuvm: ArrayLike,
    spacing_khz: ArrayLike,
    reception: str,
    discrimination_db: ArrayLike = 0.0,
    *,
    table: ProtectionTable = BS412_PROTECTION,
) -> Nuisance:
    """Compute the nuisance fields of unwanted FM stations; arguments broadcast.

    Parameters
    ----------
    steady_field_dbuvm : array_like
        Unwanted field exceeded at 50 % of locations for 50 % of time.
    tropospheric_field_dbuvm : array_like
        Unwanted field exceeded at 50 % of locations for 1 % of time.
    spacing_khz : array_like
        Unwanted minus wanted carrier.
    reception : Reception
        How the wanted station is received.
    discrimination_db : array_like
        What the receiving antenna takes off the unwanted station (Rec. ITU-R BS.599), 0 or more;
        0 is no antenna that discriminates.
    table : ProtectionTable
        Protection ratios.

    Returns
    -------
    Nuisance
        Steady, tropospheric and governing nuisance field.

    Raises
    ------
    OutOfRangeError
        If a discrimination is negative.
    """
    protection = SoundProtection(reception, table)
    return nuisance_of(
        protection, steady_field_dbuvm, tropospheric_field_dbuvm, spacing_khz, discrimination_db
    )


def nuisance_of(
    protection: Protection,
    steady_field_dbuvm: ArrayLike,
    tropospheric_field_dbuvm: ArrayLike,
    spacing_khz: ArrayLike,
    discrimination_db: ArrayLike = 0.0,
) -> Nuisance:
    """Compute the nuisance fields of unwanted stations against what protects the wanted one.

    Parameters
    ----------
    protection : Protection
        Of the wanted station; its correction for locations counts as part of the ratio.
    steady_field_dbuvm, tropospheric_field_dbuvm, spacing_khz, discrimination_db : array_like
        As for `nuisance_field_dbuvm`; they broadcast.

    Returns
    -------
    Nuisance
        Steady, tropospheric and governing nuisance field.

    Raises
    ------
    OutOfRangeError
        If a discrimination is negative.
    """
    require_range("discrimination_db", discrimination_db, 0.0, np.inf, "Rec. ITU-R BS.599")
    lost = np.asarray(discrimination_db, dtype=np.float64) - protection.location_correction_db
    steady = np.asarray(steady_field_dbuvm, dtype=np.float64) - lost
    steady = steady + protection.ratio_db(spacing_khz, Persistence.STEADY)
    rare = np.asarray(tropospheric_field_dbuvm, dtype=np.float64) - lost
    rare = rare + protection.ratio_db(spacing_khz, Persistence.TROPOSPHERIC)
    steady, rare = np.broadcast_arrays(steady, rare)
    return Nuisance(steady, rare, np.maximum(steady, rare))
