"""What a transmitter sends beside its channel, as far as a mask and a spurious limit allow it.

A mask states levels at offsets from the carrier, straight in dB between them, as what a reference
bandwidth receives; the power in a channel is its integral over the channel. Beyond the last offset
the spurious limit holds: ``min(dbc, base + P)`` below the carrier, P in dBW, and no more than an
absolute power, in its own reference bandwidth (Radio Regulations, Appendix 3; Rec. ITU-R SM.329).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from propagation.errors import PropagationError

__all__ = ["EmissionMask"]

_NODES: Final = 2001


@dataclass(frozen=True, slots=True)
class EmissionMask:
    """The limits of unwanted emission of a service.

    Attributes
    ----------
    offsets_mhz, levels_db : tuple of float
        Breakpoints: distance from the carrier, increasing, and level in the reference bandwidth
        against the power of the carrier.
    reference_khz : float
        Reference bandwidth of the levels.
    spurious_dbc, spurious_base_db : float
        Spurious emission is below the carrier by the first, or by the second and the power in
        dBW: by the smaller of both.
    spurious_most_dbw : float
        It is no more than this.
    spurious_reference_khz : float
        In this bandwidth.

    Raises
    ------
    PropagationError
        If there is not one level for each offset, or none.
    """

    offsets_mhz: tuple[float, ...]
    levels_db: tuple[float, ...]
    reference_khz: float
    spurious_dbc: float
    spurious_base_db: float
    spurious_most_dbw: float
    spurious_reference_khz: float

    def __post_init__(self) -> None:
        """Refuse what is no mask."""
        if not self.offsets_mhz or len(self.offsets_mhz) != len(self.levels_db):
            raise PropagationError("a mask has a level for each offset")

    @property
    def span_mhz(self) -> float:
        """How far from the carrier the mask reaches."""
        return self.offsets_mhz[-1]

    def spurious_loss_db(self, power_dbw: float) -> float:
        """Return by how much spurious emission is below the carrier, in its bandwidth."""
        stated = min(self.spurious_dbc, self.spurious_base_db + power_dbw)
        return max(stated, power_dbw - self.spurious_most_dbw)

    def loss_db(self, offset_mhz: float, width_khz: float, power_dbw: float) -> float:
        """Return by how much the emission in a channel is below the carrier.

        Parameters
        ----------
        offset_mhz : float
            From the carrier to the middle of the channel.
        width_khz : float
            Of the channel.
        power_dbw : float
            Of the carrier.
        """
        half_mhz = width_khz / 2e3
        away = np.abs(np.linspace(offset_mhz - half_mhz, offset_mhz + half_mhz, _NODES))
        masked = np.interp(away, self.offsets_mhz, self.levels_db)
        spurious = -self.spurious_loss_db(power_dbw) - 10 * np.log10(self.spurious_reference_khz)
        density = np.where(
            away <= self.span_mhz, masked - 10 * np.log10(self.reference_khz), spurious
        )
        mean = float(np.mean(10 ** (density / 10)))
        return max(-10 * float(np.log10(mean * width_khz)), 0.0)
