"""The nuisance field of one unwanted station: what it asks of the wanted field.

Rec. ITU-R BS.412-9: an unwanted field raised by its protection ratio, once as steady
interference, E(50,50), once as tropospheric, E(50,1); the larger governs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import require_range
from propagation.interference.bs412 import (
    BS412_PROTECTION,
    Persistence,
    ProtectionTable,
    protection_ratio_db,
)

__all__ = ["Nuisance", "nuisance_field_dbuvm"]

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
    """Compute the nuisance fields of unwanted stations; arguments broadcast.

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
    require_range("discrimination_db", discrimination_db, 0.0, np.inf, "Rec. ITU-R BS.599")
    lost = np.asarray(discrimination_db, dtype=np.float64)
    steady = np.asarray(steady_field_dbuvm, dtype=np.float64) - lost
    steady = steady + protection_ratio_db(spacing_khz, reception, Persistence.STEADY, table)
    rare = np.asarray(tropospheric_field_dbuvm, dtype=np.float64) - lost
    rare = rare + protection_ratio_db(spacing_khz, reception, Persistence.TROPOSPHERIC, table)
    steady, rare = np.broadcast_arrays(steady, rare)
    return Nuisance(steady, rare, np.maximum(steady, rare))
