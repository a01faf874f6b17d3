"""What protects a station's reception, whatever its service: ratios by spacing, a minimum field.

A check asks a `Protection` and knows no table: FM sound (Rec. ITU-R BS.412) and DVB-T2 television
(Rec. ITU-R BT.2033) answer, each bound to how one wanted station is received. A service of which
nothing is known has none, never that of another.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.interference import bs412, dvbt2
from propagation.interference.dvbt2_field import (
    BuildingEntry,
    Receiver,
    building_entry_p2109,
    location_correction_db,
    minimum_median_field_strength_dbuvm,
)
from propagation.itu.p2109 import Building

__all__ = ["Protection", "Service", "SoundProtection", "TelevisionProtection", "has_ratio"]

Floats = NDArray[np.float64]


class Service(StrEnum):
    """A broadcasting service with rules of its own."""

    FM = "fm"
    TELEVISION = "television"
    WIRELESS_PUBLIC_ADDRESS = "wireless_public_address"


class Protection(Protocol):
    """What protects the reception of one wanted station."""

    @property
    def location_correction_db(self) -> float:
        """What the median fields must keep beyond the ratio so that enough locations do."""

    def ratio_db(self, spacing_khz: ArrayLike, persistence: str) -> Floats:
        """Return the protection ratio at a spacing of carriers; -inf is no contribution."""

    def minimum_field_dbuvm(self, area: str) -> float:
        """Return the least median field, 10 m above ground, that serves in such surroundings."""


@dataclass(frozen=True, slots=True, eq=False)
class SoundProtection:
    """FM sound by Rec. ITU-R BS.412; its fields are compared at half the locations.

    Attributes
    ----------
    reception : Reception
        How the wanted station is received.
    table : ProtectionTable
        Protection ratios.
    minimum : mapping
        Minimum usable fields.
    """

    reception: str
    table: bs412.ProtectionTable = bs412.BS412_PROTECTION
    minimum: bs412.MinimumField = field(default_factory=lambda: bs412.BS412_MINIMUM_FIELD_DBUVM)

    @property
    def location_correction_db(self) -> float:
        """Nothing: half the locations are enough."""
        return 0.0

    def ratio_db(self, spacing_khz: ArrayLike, persistence: str) -> Floats:
        """Return the protection ratio at a spacing of carriers; -inf is no contribution."""
        return bs412.protection_ratio_db(spacing_khz, self.reception, persistence, self.table)

    def minimum_field_dbuvm(self, area: str) -> float:
        """Return the minimum usable field in such surroundings."""
        return bs412.minimum_usable_field_strength_dbuvm(self.reception, area, self.minimum)


@dataclass(frozen=True, slots=True, eq=False)
class TelevisionProtection:
    """DVB-T2 by Rec. ITU-R BT.2033, bound to the mode and the channel of a wanted station.

    Attributes
    ----------
    frequency_mhz : float
        Centre of its channel.
    carrier_to_noise_db : float
        Of its mode.
    adjacent : AdjacentProtection
        Ratios of the neighbouring channels.
    receiver : Receiver
        The receiver that is planned for.
    building : Building or None
        The building that it stands in.
    """

    frequency_mhz: float
    carrier_to_noise_db: float
    adjacent: dvbt2.AdjacentProtection
    receiver: Receiver
    building: Building | None = None

    @property
    def location_correction_db(self) -> float:
        """Return mu sqrt(2) sigma: wanted and unwanted field vary alike and independently.

        The loss into a building is the same for both and falls out.
        """
        one = self.receiver.location_deviation_db
        return location_correction_db(self.receiver.location_percent, one, one)

    def ratio_db(self, spacing_khz: ArrayLike, persistence: str) -> Floats:
        """Return the protection ratio at a spacing, the same for steady and for rare fields."""
        del persistence
        return dvbt2.protection_ratio_db(spacing_khz, self.carrier_to_noise_db, self.adjacent)

    def minimum_field_dbuvm(self, area: str) -> float:
        """Return the minimum median field in such surroundings."""
        found = minimum_median_field_strength_dbuvm(
            self.frequency_mhz,
            self.carrier_to_noise_db,
            self.receiver,
            area=area,
            building=self._entry(),
        )
        return float(found)

    def _entry(self) -> BuildingEntry | None:
        if self.building is None:
            return None
        share = self.receiver.location_percent
        return building_entry_p2109(self.frequency_mhz, self.building, location_percent=share)


def has_ratio(protection: Protection, spacing_khz: float) -> bool:
    """Return whether a station at a spacing counts at all."""
    ratios = [protection.ratio_db(spacing_khz, one) for one in bs412.Persistence]
    return bool(np.isfinite(ratios).any())
