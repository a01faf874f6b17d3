"""What the finder of sources handles: who is disturbed, how, by whom, and the rules of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.register.records import BroadcastStation
from gis.rules import RulePack
from propagation.compliance.device_rules import ROW
from propagation.compliance.parameters import INTERMODULATION, number, numbers
from propagation.compliance.records import Rule
from propagation.compliance.source_rules import MASKS, MECHANISMS, RECEIVER, WEIGHING
from propagation.interference.emission_mask import EmissionMask
from propagation.interference.protection import Protection

__all__ = ["IN_RECEIVER", "Hypothesis", "Mechanism", "SourceRules", "Victim"]


class Mechanism(StrEnum):
    """How a station disturbs."""

    CO_CHANNEL = "co_channel"
    ADJACENT = "adjacent"
    OUT_OF_BAND = "out_of_band"
    SPURIOUS = "spurious"
    HARMONIC = "harmonic"
    INTERMODULATION = "intermodulation"
    INTERMODULATION_NEAR = "intermodulation_near"
    RECEIVER_INTERMODULATION = "receiver_intermodulation"
    IF_SPACING = "if_spacing"
    IMAGE = "image"
    LOCAL_OSCILLATOR = "local_oscillator"


IN_RECEIVER: Final = frozenset(
    {Mechanism.RECEIVER_INTERMODULATION, Mechanism.IMAGE, Mechanism.IF_SPACING}
)
"""What arises in the receiver that is disturbed: nothing is on the air on its frequency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """What is disturbed.

    Attributes
    ----------
    frequency_mhz, bandwidth_khz : float
        Its channel.
    service : str
        A service of the register, or `other`.
    station_id : str or None
        The station that is received.
    wanted_dbuvm : float or None
        Field of the wanted station at the receiver; None where nothing is wanted in particular.
    protection : Protection or None
        What protects it; None where nothing is known.
    """

    longitude: float
    latitude: float
    height_above_ground_m: float
    frequency_mhz: float
    bandwidth_khz: float
    service: str
    station_id: str | None = None
    wanted_dbuvm: float | None = None
    protection: Protection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One way in which stations of the register may disturb a victim.

    Attributes
    ----------
    key : str
        Mechanism and stations: its name within the study.
    mechanism : Mechanism
        How.
    stations : tuple of str
        Identifiers of those that take part.
    emitter : BroadcastStation
        What is predicted: place, height, pattern, and the power on `emission_mhz`.
    emission_mhz : float
        Where it can be heard; of a product in a receiver, where it falls.
    hours : tuple of (str or None)
        Hours on record of each station: what several make is there while all of them transmit.
    ratio_db : tuple of float
        Protection ratios for steady and for tropospheric fields.
    weight : float
        How plausible it is before anything is known, against the others.
    deviation_db : float
        How far the power may be off.
    on_air : bool
        Whether there is an emission on the victim's frequency to be heard elsewhere.
    received_dbuvm : tuple of float or None
        Of a product in the receiver: the field that would disturb as much, for 50 % and 1 % of
        time. None where the emitter is predicted.
    assumed : tuple of str
        Names of the values that are not on record and were assumed.
    values : mapping
        What explains it: spacing, order, formula, harmonic.
    """

    key: str
    mechanism: Mechanism
    stations: tuple[str, ...]
    emitter: BroadcastStation
    emission_mhz: float
    ratio_db: tuple[float, float]
    weight: float
    deviation_db: float
    hours: tuple[str | None, ...] = ()
    on_air: bool = True
    received_dbuvm: tuple[float, float] | None = None
    assumed: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRules:
    """The rules by which hypotheses are made and weighed.

    Attributes
    ----------
    weighing, mechanisms, receiver : Rule
        `source.weighing`, `source.mechanisms`, `source.receiver_intermodulation`.
    sites : Rule
        `site.intermodulation`, whose distance says which sites are near each other.
    exempt : tuple of Rule
        The rows of the list of exempt devices.
    masks : mapping of str to Rule
        Limits of unwanted emission by service (`source.mask.*`); `other` is every other's.
    """

    weighing: Rule
    mechanisms: Rule
    receiver: Rule
    sites: Rule
    exempt: tuple[Rule, ...] = ()
    masks: Mapping[str, Rule] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: RulePack) -> "SourceRules":
        """Return the rules of a pack."""
        rows = sorted(name for name in pack.rules if name.startswith(ROW))
        return cls(
            weighing=pack.rule(WEIGHING),
            mechanisms=pack.rule(MECHANISMS),
            receiver=pack.rule(RECEIVER),
            sites=pack.rule(INTERMODULATION),
            exempt=tuple(pack.rules[name] for name in rows),
            masks={name.rpartition(".")[2]: pack.rule(name) for name in MASKS},
        )

    def mask(self, service: str, width_khz: float) -> tuple[Rule, EmissionMask]:
        """Return the limits of unwanted emission of a service, and the rule that states them.

        Those of services without a mask of their own are stretched to the width of the emission.
        """
        rule = self.masks.get(service)
        stretch = 1.0
        if rule is None:
            rule = self.masks["other"]
            stretch = width_khz / number(rule, "reference_khz")
        return rule, EmissionMask(
            offsets_mhz=tuple(stretch * one for one in numbers(rule, "offsets_mhz")),
            levels_db=tuple(numbers(rule, "levels_db")),
            reference_khz=stretch * number(rule, "reference_khz"),
            spurious_dbc=number(rule, "spurious_dbc"),
            spurious_base_db=number(rule, "spurious_base_db"),
            spurious_most_dbw=number(rule, "spurious_most_dbw"),
            spurious_reference_khz=number(rule, "spurious_reference_khz"),
        )

    def wanted_dbuvm(self, victim: Victim) -> float | None:
        """Return the field that is to be protected; None where only noise is."""
        if victim.wanted_dbuvm is not None or victim.protection is None:
            return victim.wanted_dbuvm
        return number(self.mechanisms, "wanted_dbuvm")

    def excess_db(
        self, victim: Victim, ratio_db: tuple[float, float], fields: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return by how much fields exceed what a victim bears, shape (c,).

        Parameters
        ----------
        victim : Victim
            What is disturbed.
        ratio_db : tuple of float
            For steady and tropospheric fields.
        fields : ndarray, shape (p, c)
            For 50 % and 1 % of time, or the first alone.
        """
        wanted = self.wanted_dbuvm(victim)
        if wanted is None:
            return np.asarray(fields[0] - number(self.mechanisms, "other_threshold_dbuvm"))
        nuisance = fields + np.array(ratio_db)[: fields.shape[0], np.newaxis]
        return np.asarray(nuisance.max(axis=0) - wanted)
