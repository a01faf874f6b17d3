"""Which contours of two stations must not overlap, by the distance of their carriers.

A method of thresholds: the protected contour of the wanted station, E(50,50), against the contour
on which the unwanted station reaches an interfering field at a share of time. Two tables of
thresholds: a list of rows, as 47 CFR 73.509 has it, where a spacing between the rows is not
spoken of; or the protection ratios themselves, interfering field = protected field - ratio.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from propagation.errors import ParameterError
from propagation.interference.bs412 import Persistence, ProtectionTable, protection_ratio_db
from propagation.interference.readings import number, numbers

__all__ = [
    "ContourTable",
    "ContourThreshold",
    "contours_from_parameters",
    "listed_thresholds",
    "ratio_thresholds",
]

_TIME_PERCENT = {Persistence.STEADY: 50.0, Persistence.TROPOSPHERIC: 1.0}
_SAME_KHZ = 1e-6


@dataclass(frozen=True, slots=True)
class ContourThreshold:
    """Two contours that must not overlap.

    Attributes
    ----------
    protected_dbuvm : float
        Field on the wanted station's contour, 50 % of locations and of time.
    interfering_dbuvm : float
        Field on the unwanted station's contour, 50 % of locations.
    time_percent : float
        Share of time of that field.
    """

    protected_dbuvm: float
    interfering_dbuvm: float
    time_percent: float


@dataclass(frozen=True, slots=True)
class ContourTable:
    """Interfering fields by the distance of the carriers.

    Attributes
    ----------
    protected_dbuvm : float
        Field on the protected contour.
    time_percent : float
        Share of time of the interfering field.
    rows : tuple of (float, float)
        Spacing in kHz, increasing from 0, and interfering field.
    """

    protected_dbuvm: float
    time_percent: float
    rows: tuple[tuple[float, float], ...]


def contours_from_parameters(parameters: Mapping[str, object]) -> ContourTable:
    """Read the table of a rule.

    Raises
    ------
    ParameterError
        If a parameter is missing, no number, the spacings do not increase from 0, or there are
        not as many fields as spacings.
    """
    spacings = numbers(parameters, "spacing_khz")
    fields = numbers(parameters, "interfering_dbuvm")
    if not spacings or spacings[0] != 0:
        raise ParameterError("spacing_khz", "starts_at_zero")
    if any(after <= before for before, after in pairwise(spacings)):
        raise ParameterError("spacing_khz", "increasing")
    if len(fields) != len(spacings):
        raise ParameterError("interfering_dbuvm", "length")
    return ContourTable(
        protected_dbuvm=number(parameters, "protected_dbuvm"),
        time_percent=number(parameters, "time_percent"),
        rows=tuple(zip(spacings, fields, strict=True)),
    )


def listed_thresholds(
    table: ContourTable, spacing_khz: float
) -> tuple[ContourThreshold, ...] | None:
    """Return the contours that a table of rows asks for at a spacing.

    Returns
    -------
    tuple of ContourThreshold or None
        None where the spacing lies between two rows, so that the table does not speak of it; none
        where it lies beyond the last one.
    """
    apart = abs(spacing_khz)
    if apart > table.rows[-1][0] + _SAME_KHZ:
        return ()
    for spacing, field in table.rows:
        if math.isclose(apart, spacing, abs_tol=_SAME_KHZ):
            return (ContourThreshold(table.protected_dbuvm, field, table.time_percent),)
    return None


def ratio_thresholds(
    table: ProtectionTable, protected_dbuvm: float, spacing_khz: float, reception: str
) -> tuple[ContourThreshold, ...]:
    """Return the contours that the protection ratios ask for at a spacing.

    Parameters
    ----------
    table : ProtectionTable
        Protection ratios.
    protected_dbuvm : float
        Field that is protected, the minimum field of the reception.
    spacing_khz : float
        Unwanted minus wanted carrier.
    reception : Reception
        How the wanted station is received.

    Returns
    -------
    tuple of ContourThreshold
        Steady (50 % of time) and tropospheric (1 %); none where the spacing has no ratio.
    """
    found = []
    for persistence in Persistence:
        ratio = float(protection_ratio_db(spacing_khz, reception, persistence, table))
        if math.isfinite(ratio):
            found.append(
                ContourThreshold(
                    protected_dbuvm, protected_dbuvm - ratio, _TIME_PERCENT[persistence]
                )
            )
    return tuple(found)
