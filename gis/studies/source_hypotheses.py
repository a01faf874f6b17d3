"""What may disturb a receiver: hypotheses that the register suggests, by the relation of carriers.

A hypothesis names a mechanism and the stations that take part. Its emitter is what is to be
predicted on the victim's frequency: the station itself, or the station with the power and the
frequency of the product that it makes. Screened by frequency and distance alone; no field is
predicted here.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from gis.geodesy import distance_km
from gis.radiated import erp_all_dbw
from gis.register.antennas import fits_carrier
from gis.register.records import BroadcastStation, Service, StationClass
from gis.studies.checks.sites import bandwidth_khz
from propagation.compliance.parameters import number, numbers, words
from propagation.compliance.records import Rule
from propagation.interference.bs412 import Persistence
from propagation.interference.intermodulation import Band, channel_hits, formula
from propagation.interference.protection import Protection

__all__ = ["Hypothesis", "Mechanism", "Victim", "hypotheses"]

_CO_KHZ: Final = 50.0
_RECEIVER_HEIGHT_M: Final = 5.0
_LOWEST_MHZ: Final = 30.0
_HIGHEST_MHZ: Final = 6000.0


class Mechanism(StrEnum):
    """How a station disturbs."""

    CO_CHANNEL = "co_channel"
    ADJACENT = "adjacent"
    OUT_OF_BAND = "out_of_band"
    HARMONIC = "harmonic"
    INTERMODULATION = "intermodulation"
    IF_SPACING = "if_spacing"
    IMAGE = "image"
    LOCAL_OSCILLATOR = "local_oscillator"


_IN_RECEIVER: Final = frozenset({Mechanism.IMAGE, Mechanism.IF_SPACING})
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
        Where it can be heard.
    ratio_db : tuple of float
        Protection ratios for steady and for tropospheric fields.
    weight : float
        How plausible it is before anything is known, against the others.
    deviation_db : float
        How far the power may be off.
    on_air : bool
        Whether there is an emission on the victim's frequency to be heard elsewhere.
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
    on_air: bool = True
    assumed: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


def hypotheses(
    victim: Victim,
    stations: Sequence[BroadcastStation],
    weighing: Rule,
    mechanisms: Rule,
) -> list[Hypothesis]:
    """Return what the register suggests, by mechanism and station.

    Parameters
    ----------
    victim : Victim
        What is disturbed.
    stations : sequence of BroadcastStation
        All transmitters within reach, mobile ones among them, valid on the day.
    weighing, mechanisms : Rule
        `source.weighing` and `source.mechanisms`.
    """
    maker = _Maker(victim, stations, weighing, mechanisms)
    found = [
        one
        for part in (
            maker.direct,
            maker.harmonics,
            maker.products,
            maker.in_receivers,
        )
        for one in part()
    ]
    order = list(Mechanism)
    return sorted(found, key=lambda one: (order.index(one.mechanism), one.key))


class _Maker:
    """Makes the hypotheses of one victim."""

    def __init__(
        self,
        victim: Victim,
        stations: Sequence[BroadcastStation],
        weighing: Rule,
        mechanisms: Rule,
    ) -> None:
        self._victim, self._rule, self._weighing = victim, mechanisms, weighing
        self._every = sorted(stations, key=lambda one: one.id)
        self._others = [one for one in self._every if one.id != victim.station_id]
        names = words(mechanisms, "mechanisms")
        self._weight = dict(zip(names, numbers(mechanisms, "weights"), strict=True))
        self._deviation = dict(zip(names, numbers(mechanisms, "deviations_db"), strict=True))
        self._channel = Band(victim.frequency_mhz, victim.bandwidth_khz)

    def _number(self, name: str) -> float:
        return number(self._rule, name)

    def _spacing_khz(self, other: BroadcastStation) -> float:
        return round((other.frequency_mhz - self._victim.frequency_mhz) * 1e3, 3)

    def _away_km(self, other: BroadcastStation) -> float:
        victim = self._victim
        return float(
            distance_km(victim.longitude, victim.latitude, other.longitude, other.latitude)
        )

    def _ratio(self, spacing_khz: float, width_khz: float) -> tuple[float, float] | None:
        """Return the protection ratios at a spacing; None where a station there does no harm."""
        protection, victim = self._victim.protection, self._victim
        if protection is not None:
            found = [
                float(protection.ratio_db(spacing_khz, one)) + protection.location_correction_db
                for one in (Persistence.STEADY, Persistence.TROPOSPHERIC)
            ]
            return (found[0], found[1]) if all(map(math.isfinite, found)) else None
        together = (width_khz + victim.bandwidth_khz) / 2
        if abs(spacing_khz) < together:
            return (self._number("co_ratio_db"),) * 2
        if abs(spacing_khz) < together + victim.bandwidth_khz:
            return (self._number("adjacent_ratio_db"),) * 2
        return None

    @property
    def _co_ratio(self) -> tuple[float, float]:
        return self._ratio(0.0, self._victim.bandwidth_khz) or (self._number("co_ratio_db"),) * 2

    def _made(
        self,
        mechanism: Mechanism,
        stations: Sequence[BroadcastStation],
        ratio_db: tuple[float, float],
        *,
        loss_db: float = 0.0,
        emission_mhz: float | None = None,
        **values: Any,
    ) -> Hypothesis:
        """Return a hypothesis; the last of its stations is the weakest, and stands for it."""
        emitter, assumed = self._emitter(stations[-1], loss_db, emission_mhz)
        deviation = self._deviation[mechanism]
        if "erp_total_dbw" in assumed:
            deviation = math.hypot(deviation, number(self._weighing, "assumed_erp_error_db"))
        names = tuple(one.id for one in stations)
        told = "+".join(sorted(names))
        order = f":{values['order']}" if "order" in values else ""
        return Hypothesis(
            key=f"{mechanism}{order}:{told}",
            mechanism=mechanism,
            stations=names,
            emitter=emitter,
            emission_mhz=stations[-1].frequency_mhz if emission_mhz is None else emission_mhz,
            ratio_db=ratio_db,
            weight=self._weight[mechanism],
            deviation_db=deviation,
            on_air=mechanism not in _IN_RECEIVER,
            assumed=assumed,
            values=values,
        )

    def _emitter(
        self, station: BroadcastStation, loss_db: float, emission_mhz: float | None
    ) -> tuple[BroadcastStation, tuple[str, ...]]:
        erp, height = erp_all_dbw(station), station.height_above_ground_m
        assumed = []
        if erp is None:
            erp = number(self._weighing, "assumed_erp_dbw")
            assumed.append("erp_total_dbw")
        if height is None or not 1.0 <= height <= 3000.0:
            height = number(self._weighing, "assumed_height_m")
            assumed.append("height_above_ground_m")
        frequency = station.frequency_mhz if emission_mhz is None else emission_mhz
        frequency = min(max(frequency, _LOWEST_MHZ), _HIGHEST_MHZ)
        antenna = station.antenna
        if antenna is not None and not fits_carrier(antenna, frequency):
            antenna = None
        return (
            replace(
                station,
                frequency_mhz=frequency,
                erp_total_dbw=erp - loss_db,
                height_above_ground_m=height,
                antenna=antenna,
            ),
            tuple(assumed),
        )

    # --- carriers themselves ---

    def direct(self) -> Iterator[Hypothesis]:
        """Yield stations on the channel, beside it, and near it by their mask."""
        reach_khz, near_km = self._number("mask_reach_khz"), self._number("mask_distance_km")
        for other in self._others:
            spacing = self._spacing_khz(other)
            width = bandwidth_khz(other.emission, other.service)
            ratio = self._ratio(spacing, width)
            if self._is_fm and abs(abs(spacing) - 1e3 * self._if_mhz) <= self._tolerance_khz:
                continue
            if ratio is not None:
                co = abs(spacing) <= _CO_KHZ or (
                    self._victim.service != Service.FM
                    and abs(spacing) < (width + self._victim.bandwidth_khz) / 2
                )
                kind = Mechanism.CO_CHANNEL if co else Mechanism.ADJACENT
                yield self._made(kind, [other], ratio, spacing_khz=spacing)
            elif abs(spacing) <= reach_khz and self._away_km(other) <= near_km:
                mask = self._number("mask_dbc")
                yield self._made(
                    Mechanism.OUT_OF_BAND,
                    [other],
                    self._co_ratio,
                    loss_db=mask,
                    emission_mhz=self._victim.frequency_mhz,
                    spacing_khz=spacing,
                    mask_dbc=mask,
                )

    # --- multiples and mixtures ---

    def harmonics(self) -> Iterator[Hypothesis]:
        """Yield stations of which a multiple falls into the channel."""
        victim = self._victim
        for other in self._others:
            width = bandwidth_khz(other.emission, other.service)
            for multiple in range(2, int(self._number("harmonics")) + 1):
                away_khz = 1e3 * (multiple * other.frequency_mhz - victim.frequency_mhz)
                if abs(away_khz) > (multiple * width + victim.bandwidth_khz) / 2:
                    continue
                erp = erp_all_dbw(other)
                power = number(self._weighing, "assumed_erp_dbw") if erp is None else erp
                least = self._number("spurious_base_db") + power
                yield self._made(
                    Mechanism.HARMONIC,
                    [other],
                    self._co_ratio,
                    loss_db=max(min(self._number("spurious_dbc"), least), 30.0),
                    emission_mhz=round(multiple * other.frequency_mhz, 6),
                    order=multiple,
                )

    def products(self) -> Iterator[Hypothesis]:
        """Yield the nearest product of each order of the carriers of one site."""
        orders = [int(one) for one in numbers(self._rule, "orders")]
        losses = dict(zip(orders, numbers(self._rule, "conversion_loss_db"), strict=True))
        told: set[str] = set()
        for carriers in self._sites():
            bands = [
                Band(one.frequency_mhz, bandwidth_khz(one.emission, one.service))
                for one in carriers
            ]
            for found in channel_hits(bands, [self._channel], orders=orders):
                hit = found.nearest
                members = [carriers[place] for place, _ in hit.coefficients]
                own = self._victim.station_id
                if len(members) < 2 or own in {one.id for one in members}:
                    continue
                weakest = sorted(members, key=lambda one: (-(erp_all_dbw(one) or 0.0), one.id))
                letters, places = formula(hit.coefficients)
                made = self._made(
                    Mechanism.INTERMODULATION,
                    weakest,
                    self._ratio(hit.offset_khz, 0.0) or (self._number("adjacent_ratio_db"),) * 2,
                    loss_db=losses[hit.order],
                    emission_mhz=round(hit.frequency_mhz, 6),
                    order=hit.order,
                    formula=letters,
                    carriers=[carriers[place].name for place in places],
                    offset_khz=round(hit.offset_khz, 3),
                    count=found.count,
                )
                if made.key not in told:
                    told.add(made.key)
                    yield made

    def _sites(self) -> Iterator[list[BroadcastStation]]:
        """Yield the carriers that stand within one site of each other, each site once."""
        near_km, seen = self._number("near_distance_m") / 1e3, set()
        for anchor in self._every:
            around = [
                one
                for one in self._every
                if distance_km(anchor.longitude, anchor.latitude, one.longitude, one.latitude)
                <= near_km
            ]
            names = tuple(one.id for one in around)
            if len(around) > 1 and names not in seen:
                seen.add(names)
                yield around

    # --- what receivers do ---

    @property
    def _is_fm(self) -> bool:
        return self._victim.service == Service.FM

    @property
    def _if_mhz(self) -> float:
        return self._number("intermediate_frequency_mhz")

    @property
    def _tolerance_khz(self) -> float:
        return self._number("tolerance_khz")

    def in_receivers(self) -> Iterator[Hypothesis]:
        """Yield what reaches an FM receiver past its channel, and oscillators of others."""
        if not self._is_fm:
            return
        between = 1e3 * self._if_mhz
        for other in self._others:
            spacing = self._spacing_khz(other)
            if abs(abs(spacing) - between) <= self._tolerance_khz:
                ratio = self._ratio(spacing, self._victim.bandwidth_khz)
                usual = (self._number("image_ratio_db"),) * 2
                yield self._made(
                    Mechanism.IF_SPACING, [other], ratio or usual, spacing_khz=spacing
                )
            if abs(abs(spacing) - 2 * between) <= self._tolerance_khz:
                usual = (self._number("image_ratio_db"),) * 2
                yield self._made(Mechanism.IMAGE, [other], usual, spacing_khz=spacing)
        for tuned in self._every:
            away = 1e3 * (tuned.frequency_mhz + self._if_mhz - self._victim.frequency_mhz)
            if tuned.service is Service.FM and abs(away) <= self._tolerance_khz:
                yield self._oscillators(tuned)

    def _oscillators(self, tuned: BroadcastStation) -> Hypothesis:
        """Return receivers near the victim that are tuned to a station: weak, and close by."""
        victim = self._victim
        near = BroadcastStation(
            id=f"receivers-{tuned.id}",
            name=tuned.name,
            programme="",
            service=Service.FM,
            station_class=StationClass.OTHER,
            frequency_mhz=victim.frequency_mhz,
            longitude=victim.longitude,
            latitude=victim.latitude,
            erp_total_dbw=self._number("oscillator_erp_dbw"),
            height_above_ground_m=_RECEIVER_HEIGHT_M,
            hours=tuned.hours,
            provenance=tuned.provenance,
        )
        made = self._made(
            Mechanism.LOCAL_OSCILLATOR,
            [near],
            self._co_ratio,
            emission_mhz=round(tuned.frequency_mhz + self._if_mhz, 6),
        )
        key = f"{Mechanism.LOCAL_OSCILLATOR}:{tuned.id}"
        return replace(made, key=key, stations=(tuned.id,))
