"""Digital terrestrial television DVB-T2: modes, carrier-to-noise ratios, protection, channels.

The ratios are data (rule `tv.protection_ratio`: Rec. ITU-R BT.2033-2, Table 2, known from a
secondary source): every function takes the table. A receiver is protected on its own channel by
the carrier-to-noise ratio of its mode; what the adjacent channels may have over it is recalled
(rule `tv.protection_ratio.adjacent`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import ParameterError, PropagationError, require_range
from propagation.interference.readings import number, numbers

__all__ = [
    "CHANNELS",
    "CHANNEL_WIDTH_MHZ",
    "EDITION",
    "AdjacentProtection",
    "CarrierToNoise",
    "CodeRate",
    "Mode",
    "Modulation",
    "Reception",
    "TransmissionChannel",
    "adjacent_from_parameters",
    "carrier_to_noise_db",
    "carrier_to_noise_from_parameters",
    "channel_centre_mhz",
    "channel_of",
    "mode_from_text",
    "protection_ratio_db",
]

Floats = NDArray[np.float64]

EDITION: Final = "ITU-R BT.2033-2"
"""Recommendation and edition of the ratios, known from a secondary source."""

CHANNEL_WIDTH_MHZ: Final = 8.0
CHANNELS: Final = (21, 48)
"""First and last channel of 470 to 694 MHz."""

_FIRST_CENTRE_MHZ: Final = 474.0


class Modulation(StrEnum):
    """How many states a cell has."""

    QPSK = "qpsk"
    QAM16 = "16qam"
    QAM64 = "64qam"
    QAM256 = "256qam"


class CodeRate(StrEnum):
    """Share of the bits that are not for correction."""

    R1_2 = "1/2"
    R3_5 = "3/5"
    R2_3 = "2/3"
    R3_4 = "3/4"
    R4_5 = "4/5"
    R5_6 = "5/6"


class TransmissionChannel(StrEnum):
    """How much of the signal comes by one path: all, most, or none more than the others."""

    GAUSS = "gauss"
    RICE = "rice"
    RAYLEIGH = "rayleigh"


class Reception(StrEnum):
    """Where the receiver's antenna is."""

    FIXED = "fixed"
    PORTABLE_INDOOR = "portable_indoor"


_ELEMENTARY_PERIOD_US: Final = 7 / 64
"""In a channel of 8 MHz (ETSI EN 302 755, recalled R-H)."""

_PILOT_SPACING: Final = MappingProxyType(
    {"1/128": 24, "1/32": 24, "1/16": 12, "19/256": 12, "1/8": 6, "19/128": 6, "1/4": 3}
)
"""Carriers between pilots, at the widest that the standard pairs with each guard interval
(ETSI EN 302 755, recalled R-M)."""

_MODE: Final = re.compile(
    r"(?P<modulation>qpsk|16qam|64qam|256qam)-(?P<code_rate>\d/\d)"
    r"(-(?P<channel>gauss|rice|rayleigh)(-(?P<carriers>1|2|4|8|16|32)k-(?P<guard>\d+/\d+))?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """A DVB-T2 mode as planned.

    Attributes
    ----------
    modulation : Modulation
        Of the cells.
    code_rate : CodeRate
        Of the inner code.
    channel : TransmissionChannel
        What reception is planned for: fixed roof antennas meet Rice's channel, portable receivers
        Rayleigh's.
    carriers_k : int or None
        Size of the transform in 1024 carriers: 1, 2, 4, 8, 16 or 32.
    guard_interval : str or None
        Share of the useful symbol, for example `1/16`.
    """

    modulation: Modulation
    code_rate: CodeRate
    channel: TransmissionChannel = TransmissionChannel.RICE
    carriers_k: int | None = None
    guard_interval: str | None = None

    @property
    def reception(self) -> Reception:
        """How it is received: Rayleigh's channel is that of portable reception."""
        portable = self.channel is TransmissionChannel.RAYLEIGH
        return Reception.PORTABLE_INDOOR if portable else Reception.FIXED

    @property
    def useful_symbol_us(self) -> float | None:
        """Duration of the useful symbol in a channel of 8 MHz."""
        if self.carriers_k is None:
            return None
        return self.carriers_k * 1024 * _ELEMENTARY_PERIOD_US

    @property
    def guard_interval_us(self) -> float | None:
        """Duration of the guard interval in a channel of 8 MHz."""
        useful_us = self.useful_symbol_us
        if useful_us is None or self.guard_interval is None:
            return None
        return useful_us * float(Fraction(self.guard_interval))

    def equalisation_us(self, share: float) -> float | None:
        """Return for how long a receiver can equalise echoes, not less than the guard interval.

        Parameters
        ----------
        share : float
            Of the interval that its pilots sample without ambiguity, Tu over their spacing.
        """
        useful_us, guard_us = self.useful_symbol_us, self.guard_interval_us
        if useful_us is None or guard_us is None or self.guard_interval is None:
            return None
        return max(guard_us, share * useful_us / _PILOT_SPACING[self.guard_interval])

    def __str__(self) -> str:
        """Return the text that `mode_from_text` reads."""
        written = f"{self.modulation}-{self.code_rate}-{self.channel}"
        if self.carriers_k is None:
            return written
        return f"{written}-{self.carriers_k}k-{self.guard_interval}"


def mode_from_text(written: str) -> Mode:
    """Read a mode, for example `256qam-2/3`, `256qam-2/3-rice` or `256qam-2/3-rice-32k-1/16`.

    Parameters
    ----------
    written : str
        Modulation, code rate, then the channel planned for (Rice's unless said), then the number
        of carriers with the guard interval. Case does not matter.

    Raises
    ------
    PropagationError
        If it is no such text.
    """
    found = _MODE.fullmatch(written.strip().lower())
    known = found is not None and found["code_rate"] in tuple(CodeRate)
    if found is None or not known or found["guard"] not in (None, *_PILOT_SPACING):
        raise PropagationError(
            f"mode = {written} is not <modulation>-<code rate>[-<gauss, rice or rayleigh>"
            f"[-<carriers>k-<guard interval>]], for example 256qam-2/3-rice-32k-1/16"
        )
    return Mode(
        modulation=Modulation(found["modulation"]),
        code_rate=CodeRate(found["code_rate"]),
        channel=TransmissionChannel(found["channel"] or TransmissionChannel.RICE),
        carriers_k=None if found["carriers"] is None else int(found["carriers"]),
        guard_interval=found["guard"],
    )


CarrierToNoise = Mapping[tuple[Modulation, CodeRate, TransmissionChannel], float]
"""Least ratio of carrier to noise in dB for each mode and channel."""


def carrier_to_noise_from_parameters(parameters: Mapping[str, object]) -> CarrierToNoise:
    """Build the ratios from the parameters of a rule.

    Parameters
    ----------
    parameters : mapping
        Lists `<modulation>_<channel>_db`, for example `256qam_rice_db`, of six numbers each: for
        the code rates 1/2, 3/5, 2/3, 3/4, 4/5 and 5/6.

    Raises
    ------
    ParameterError
        If one is missing or is not six finite numbers.
    """
    table: dict[tuple[Modulation, CodeRate, TransmissionChannel], float] = {}
    for modulation in Modulation:
        for channel in TransmissionChannel:
            name = f"{modulation}_{channel}_db"
            column = numbers(parameters, name)
            if len(column) != len(CodeRate):
                raise ParameterError(name, "code_rates")
            table |= {
                (modulation, rate, channel): value
                for rate, value in zip(CodeRate, column, strict=True)
            }
    return MappingProxyType(table)


def carrier_to_noise_db(mode: Mode, table: CarrierToNoise) -> float:
    """Return the least ratio of carrier to noise of a mode, which protects it on its channel too.

    Parameters
    ----------
    mode : Mode
        Modulation, code rate and channel planned for.
    table : CarrierToNoise
        Rec. ITU-R BT.2033-2, Table 2.
    """
    return table[mode.modulation, mode.code_rate, mode.channel]


@dataclass(frozen=True, slots=True)
class AdjacentProtection:
    """Least ratio of the wanted field to one on a neighbouring channel.

    Attributes
    ----------
    first_db, second_db : float
        One and two channels away; beyond there is no contribution.
    """

    first_db: float
    second_db: float


def adjacent_from_parameters(parameters: Mapping[str, object]) -> AdjacentProtection:
    """Build the ratios of adjacent channels from `first_adjacent_db` and `second_adjacent_db`.

    Raises
    ------
    ParameterError
        If one is missing or is no finite number.
    """
    return AdjacentProtection(
        number(parameters, "first_adjacent_db"), number(parameters, "second_adjacent_db")
    )


def protection_ratio_db(
    spacing_khz: ArrayLike, carrier_to_noise: float, adjacent: AdjacentProtection
) -> Floats:
    """Return the protection ratio at a distance between the centres of two channels.

    Channels that overlap at all count as one channel, which is on the safe side: raster channels
    never overlap in part.

    Parameters
    ----------
    spacing_khz : array_like
        Unwanted minus wanted centre, either sign.
    carrier_to_noise : float
        Ratio of the wanted mode, which protects it against its own channel; dB.
    adjacent : AdjacentProtection
        Ratios one and two channels away.

    Returns
    -------
    ndarray
        Ratio in dB of the shape of the spacing; -inf is no contribution; NaN for NaN.
    """
    away = np.abs(np.asarray(spacing_khz, dtype=np.float64)) / (1000 * CHANNEL_WIDTH_MHZ)
    whole = np.floor(away + 1e-9)  # centres are differences of floats
    ratio = np.select(
        [whole == 0, whole == 1, whole == 2],
        [carrier_to_noise, adjacent.first_db, adjacent.second_db],
        -np.inf,
    )
    return np.asarray(np.where(np.isnan(away), np.nan, ratio))


def channel_centre_mhz(channel: ArrayLike) -> Floats:
    """Return the centre of a channel, 474 + 8 (n - 21) MHz.

    Parameters
    ----------
    channel : array_like
        Number of the channel, 21 to 48.

    Raises
    ------
    OutOfRangeError
        If a number leaves its range.
    """
    require_range("channel", channel, *CHANNELS, "470-694 MHz")
    first = CHANNELS[0]
    return np.asarray(_FIRST_CENTRE_MHZ + CHANNEL_WIDTH_MHZ * (np.asarray(channel) - first))


def channel_of(centre_mhz: float, tolerance_khz: float = 1.0) -> int | None:
    """Return the channel that has its centre at a frequency; None if none has.

    Parameters
    ----------
    centre_mhz : float
        Centre of the channel.
    tolerance_khz : float
        How far off it may be.
    """
    channel = round((centre_mhz - _FIRST_CENTRE_MHZ) / CHANNEL_WIDTH_MHZ) + CHANNELS[0]
    if not CHANNELS[0] <= channel <= CHANNELS[1]:
        return None
    off_khz = 1000 * abs(centre_mhz - float(channel_centre_mhz(channel)))
    return channel if off_khz <= tolerance_khz else None
