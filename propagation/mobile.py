"""Levels of mobile networks: what of a carrier's power a receiver compares with a minimum.

A telephone measures a part of the carrier that is always on the air: the broadcast carrier of 2G,
the common pilot of 3G, one resource element of the reference signal of 4G and 5G. That part is a
fixed share of the power; the minimum is a level of it at an isotropic antenna.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import ParameterError
from propagation.interference.readings import number
from propagation.units import dbm_from_dbuvm

__all__ = [
    "MOBILE_LEVEL",
    "Generation",
    "MobileReference",
    "level_dbm",
    "reference_from_parameters",
]

Floats = NDArray[np.float64]

MOBILE_LEVEL: Final = "mobile.level."
"""What the rules of minimum levels begin with; the generation follows."""


class Generation(StrEnum):
    """A generation of mobile networks."""

    GSM = "2g"
    UMTS = "3g"
    LTE = "4g"
    NR = "5g"

    @property
    def rule(self) -> str:
        """The rule that holds its minimum level."""
        return f"{MOBILE_LEVEL}{self.value}"


_PARAMETERS: Final = ("minimum_level_dbm", "power_parts")


@dataclass(frozen=True, slots=True)
class MobileReference:
    """What a receiver of a generation compares.

    Attributes
    ----------
    minimum_level_dbm : float
        Level of the reference part at an isotropic antenna from which there is service, dBm.
    power_parts : float
        Into how many parts like it the carrier's power is divided, 1 or more.
    """

    minimum_level_dbm: float
    power_parts: float

    @property
    def below_carrier_db(self) -> float:
        """How far the reference part lies below the carrier's power, dB."""
        return 10.0 * float(np.log10(self.power_parts))


def reference_from_parameters(parameters: Mapping[str, object]) -> MobileReference:
    """Return the reference that a rule's parameters name.

    Parameters
    ----------
    parameters : mapping
        `minimum_level_dbm` and `power_parts`.

    Raises
    ------
    ParameterError
        If one is missing or no number, or there is less than one part.
    """
    minimum_level_dbm, power_parts = (number(parameters, name) for name in _PARAMETERS)
    if power_parts < 1:
        raise ParameterError("power_parts", "range")
    return MobileReference(minimum_level_dbm, power_parts)


def level_dbm(
    field_dbuvm: ArrayLike, frequency_mhz: ArrayLike, reference: MobileReference
) -> Floats:
    """Return the level of the reference part at an isotropic antenna without losses.

    Parameters
    ----------
    field_dbuvm : array_like
        Field of the whole carrier, dB(uV/m).
    frequency_mhz : array_like
        Carrier, MHz, positive.
    reference : MobileReference
        Which part.

    Returns
    -------
    ndarray of float64
        Level, dBm, in the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If a frequency is zero or negative.

    References
    ----------
    .. [P525] Rec. ITU-R P.525-5, section 4.
    """
    return np.asarray(dbm_from_dbuvm(field_dbuvm, frequency_mhz) - reference.below_carrier_db)
