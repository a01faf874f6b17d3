"""Where a station is served and where, and by whom, it is disturbed: points or grids.

Does the minimum field enter the sum of the nuisance fields? Not here. GE84, Article 4.3.7.1
(read in full), accepts a change as long as the resulting usable field is *not greater than*
54 dB(uV/m), the minimum field of stereophonic rural reception; were the minimum itself a term of
the sum, no usable field could ever meet that test. So the usable field is that of the unwanted
stations alone, and a place is served when the wanted field reaches both, the minimum against
noise and the usable field against interference. (The plan GE06, for digital television, adds the
noise as a term; it is another plan.)
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError
from propagation.interference.bs412 import (
    BS412_PROTECTION,
    Persistence,
    ProtectionTable,
    protection_ratio_db,
)
from propagation.interference.locations import LOCATION_STANDARD_DEVIATION_DB
from propagation.interference.nuisance import Nuisance, nuisance_field_dbuvm
from propagation.interference.summation import (
    power_sum_dbuvm,
    simplified_multiplication_dbuvm,
)

__all__ = ["Interference", "Summation", "assess_interference"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Summation(StrEnum):
    """Method that combines several nuisance fields; GE84 uses simplified multiplication."""

    POWER_SUM = "power_sum"
    SIMPLIFIED_MULTIPLICATION = "simplified_multiplication"


@dataclass(frozen=True, slots=True, eq=False)
class Interference:
    """What the unwanted stations do to a wanted one at each point.

    Attributes of shape (...), the points, unless said.

    Attributes
    ----------
    nuisance : Nuisance
        Nuisance fields of each station, shape (..., k).
    usable_power_sum_dbuvm, usable_simplified_dbuvm : ndarray
        Usable field by each method of summation; -inf where no station contributes.
    required_dbuvm : ndarray
        What the wanted field must reach: the larger of the minimum field and of the usable field
        by the method chosen.
    margin_db : ndarray
        Wanted field minus usable field by the method chosen; +inf where no station contributes.
    carrier_to_interference_db : ndarray
        Wanted field minus the field of the dominant station (behind the receiving antenna's
        discrimination), at the time percentage that governs; +inf where none contributes.
    protection_ratio_db : ndarray
        What that ratio must reach; -inf where none contributes.
    dominant_index : ndarray of int
        Position of the station with the largest nuisance field; -1 where none contributes or a
        field is not known.
    dominant_tropospheric : ndarray of bool
        Whether that field is the tropospheric one.
    served : ndarray of bool
        The wanted field reaches the minimum field and the usable field.
    interfered : ndarray of bool
        It reaches the minimum field but not the usable one: without the others it would serve.
    """

    nuisance: Nuisance
    usable_power_sum_dbuvm: Floats
    usable_simplified_dbuvm: Floats
    required_dbuvm: Floats
    margin_db: Floats
    carrier_to_interference_db: Floats
    protection_ratio_db: Floats
    dominant_index: NDArray[np.int64]
    dominant_tropospheric: Flags
    served: Flags
    interfered: Flags


def assess_interference(
    wanted_dbuvm: ArrayLike,
    steady_dbuvm: ArrayLike,
    tropospheric_dbuvm: ArrayLike,
    spacing_khz: ArrayLike,
    reception: str,
    *,
    minimum_field_dbuvm: ArrayLike,
    discrimination_db: ArrayLike = 0.0,
    table: ProtectionTable = BS412_PROTECTION,
    summation: Summation = Summation.SIMPLIFIED_MULTIPLICATION,
    location_standard_deviation_db: float = LOCATION_STANDARD_DEVIATION_DB,
) -> Interference:
    """Assess the interference of k stations at any number of points.

    Parameters
    ----------
    wanted_dbuvm : array_like, shape (...)
        Wanted field at 50 % of locations and of time, 10 m above ground.
    steady_dbuvm, tropospheric_dbuvm : array_like, shape (..., k)
        Unwanted fields at 50 % of locations, 50 % and 1 % of time.
    spacing_khz : array_like, shape (k,) or (..., k)
        Unwanted minus wanted carrier.
    reception : Reception
        How the wanted station is received.
    minimum_field_dbuvm : array_like, shape (...)
        Minimum usable field, by the area of each point.
    discrimination_db : array_like, shape (..., k)
        Discrimination of a receiving antenna that points at the wanted station.
    table : ProtectionTable
        Protection ratios.
    summation : Summation
        Method that decides.
    location_standard_deviation_db : float
        Standard deviation over locations, for simplified multiplication.

    Returns
    -------
    Interference
        NaN wherever the wanted field or any unwanted field is; the flags are False there.

    Raises
    ------
    PropagationError
        If the stations' axis is missing, or shapes disagree.
    """
    wanted = np.asarray(wanted_dbuvm, dtype=np.float64)
    nuisance = nuisance_field_dbuvm(
        steady_dbuvm, tropospheric_dbuvm, spacing_khz, reception, discrimination_db, table=table
    )
    governing = nuisance.governing_dbuvm
    try:
        shape = (*wanted.shape, governing.shape[-1])
        nuisance = Nuisance(
            *(
                np.broadcast_to(part, shape)
                for part in (nuisance.steady_dbuvm, nuisance.tropospheric_dbuvm, governing)
            )
        )
    except (IndexError, ValueError) as error:
        raise PropagationError(
            "unwanted fields need the shape of the wanted field and one axis"
        ) from error
    power = power_sum_dbuvm(nuisance.governing_dbuvm)
    simplified = simplified_multiplication_dbuvm(
        nuisance.governing_dbuvm, location_standard_deviation_db
    )
    usable = power if summation is Summation.POWER_SUM else simplified
    minimum = np.broadcast_to(np.asarray(minimum_field_dbuvm, dtype=np.float64), wanted.shape)
    index, ratio, tropospheric = _dominant(nuisance, spacing_khz, reception, table)
    known = ~np.isnan(wanted) & ~np.isnan(usable) & ~np.isnan(minimum)
    strong = known & (wanted >= minimum)
    return Interference(
        nuisance=nuisance,
        usable_power_sum_dbuvm=power,
        usable_simplified_dbuvm=simplified,
        required_dbuvm=np.asarray(np.maximum(minimum, usable)),
        margin_db=np.asarray(wanted - usable),
        carrier_to_interference_db=_ratio_to_dominant(wanted, nuisance, index, ratio),
        protection_ratio_db=ratio,
        dominant_index=index,
        dominant_tropospheric=tropospheric,
        served=np.asarray(strong & (wanted >= usable)),
        interfered=np.asarray(strong & (wanted < usable)),
    )


def _dominant(
    nuisance: Nuisance, spacing_khz: ArrayLike, reception: str, table: ProtectionTable
) -> tuple[NDArray[np.int64], Floats, Flags]:
    """Return the dominant station's index, its protection ratio, and whether it is tropospheric.

    The index is -1 where nothing contributes or a field is not known; the ratio is then -inf or
    NaN.
    """
    governing = nuisance.governing_dbuvm
    unknown = np.isnan(governing).any(axis=-1)
    if governing.shape[-1] == 0:
        nobody = np.full(unknown.shape, -1, dtype=np.int64)
        return nobody, np.full(unknown.shape, -np.inf), np.zeros(unknown.shape, dtype=np.bool_)
    first = np.argmax(np.where(np.isnan(governing), -np.inf, governing), axis=-1)
    chosen = first[..., np.newaxis]
    largest = np.take_along_axis(governing, chosen, axis=-1)[..., 0]
    none = unknown | np.isneginf(largest)
    tropospheric = np.take_along_axis(nuisance.tropospheric_governs, chosen, axis=-1)[..., 0]
    steady_ratio, rare_ratio = (
        np.broadcast_to(
            protection_ratio_db(spacing_khz, reception, persistence, table), governing.shape
        )
        for persistence in Persistence
    )
    ratios = np.where(nuisance.tropospheric_governs, rare_ratio, steady_ratio)
    ratio = np.take_along_axis(ratios, chosen, axis=-1)[..., 0]
    ratio = np.where(unknown, np.nan, np.where(none, -np.inf, ratio))
    index = np.where(none, -1, first).astype(np.int64)
    return index, np.asarray(ratio), np.asarray(tropospheric & ~none)


def _ratio_to_dominant(
    wanted: Floats, nuisance: Nuisance, index: NDArray[np.int64], ratio: Floats
) -> Floats:
    """Return the wanted field over the dominant unwanted field; +inf where none contributes."""
    if nuisance.governing_dbuvm.shape[-1] == 0:
        return np.where(np.isnan(wanted), np.nan, np.inf)
    chosen = np.maximum(index, 0)[..., np.newaxis]
    largest = np.take_along_axis(nuisance.governing_dbuvm, chosen, axis=-1)[..., 0]
    present = index >= 0
    # the nuisance field is the field behind the antenna plus the ratio
    unwanted = np.where(present, largest, 0.0) - np.where(present, ratio, 0.0)
    alone = np.where(np.isnan(ratio) | np.isnan(wanted), np.nan, np.inf)
    return np.where(present, wanted - unwanted, alone)
