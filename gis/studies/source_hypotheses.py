"""What may disturb a receiver: hypotheses that the register suggests, by the relation of carriers.

A hypothesis names a mechanism and the stations that take part. Its emitter is what is to be
predicted on the victim's frequency: the station itself, or the station with the power and the
frequency of the product that it makes. Screened by frequency and distance alone; only what the
receiver makes of strong carriers (`source_products`) needs their fields.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from gis.radiated import erp_all_dbw
from gis.register.records import BroadcastStation, Service, StationClass
from gis.studies.checks.sites import bandwidth_khz
from gis.studies.source_making import FREE_SPACE_DBUVM, NEAREST_KM, Maker
from gis.studies.source_products import Predicts, Products
from gis.studies.source_records import Hypothesis, Mechanism, SourceRules, Victim
from propagation.compliance.parameters import number

__all__ = ["hypotheses"]

_CO_KHZ: Final = 50.0
_RECEIVER_HEIGHT_M: Final = 5.0
_LEAST_LOSS_DB: Final = 30.0
_DEVIATIONS: Final = 2.0
"""What is weaker in free space than what harms by so many deviations of its power is left out."""


def hypotheses(
    victim: Victim,
    stations: Sequence[BroadcastStation],
    rules: SourceRules,
    predicts: Predicts | None = None,
) -> list[Hypothesis]:
    """Return what the register suggests, by mechanism and station.

    Parameters
    ----------
    victim : Victim
        What is disturbed.
    stations : sequence of BroadcastStation
        All transmitters within reach, mobile ones among them, valid on the day.
    rules : SourceRules
        What is assumed.
    predicts : callable, optional
        Returns the fields of stations at the victim for 50 % and 1 % of time, shape (2, c).
        Without it nothing is said of what the receiver makes of strong carriers.
    """
    carriers = _Carriers(victim, stations, rules)
    products = Products(victim, stations, rules)
    found = [
        *carriers.direct(),
        *carriers.harmonics(),
        *products.of_transmitters(),
        *([] if predicts is None else products.of_receiver(predicts)),
        *carriers.in_receivers(),
    ]
    order = list(Mechanism)
    return sorted(found, key=lambda one: (order.index(one.mechanism), one.key))


class _Carriers(Maker):
    """Makes the hypotheses of single stations."""

    # --- carriers themselves ---

    def direct(self) -> Iterator[Hypothesis]:
        """Yield stations on the channel, beside it, and near it by their mask."""
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
            else:
                yield from self._unwanted(other, spacing, width)

    def _unwanted(
        self, other: BroadcastStation, spacing_khz: float, width_khz: float
    ) -> Iterator[Hypothesis]:
        """Yield what a station sends on the channel beside its own, where it could be heard.

        By its mask, and as spurious emission beyond; not where it does no harm in free space.
        """
        rule, mask = self._rules.mask(other.service, width_khz)
        reach_mhz = other.frequency_mhz * self._number("spurious_reach_percent") / 100.0
        beyond = abs(spacing_khz) / 1e3 - self._victim.bandwidth_khz / 2e3 > mask.span_mhz
        if beyond and abs(spacing_khz) / 1e3 > reach_mhz:
            return
        power = erp_all_dbw(other)
        power = number(self._weighing, "assumed_erp_dbw") if power is None else power
        loss = mask.loss_db(spacing_khz / 1e3, self._victim.bandwidth_khz, power)
        made = self._made(
            Mechanism.SPURIOUS if beyond else Mechanism.OUT_OF_BAND,
            [other],
            self._co_ratio,
            loss_db=loss,
            emission_mhz=self._victim.frequency_mhz,
            spacing_khz=spacing_khz,
            mask_dbc=round(loss, 1),
            mask=rule.id,
        )
        away_km = max(self._away_km(other), NEAREST_KM)
        free = FREE_SPACE_DBUVM + power - loss - 20 * math.log10(away_km)
        excess = self._rules.excess_db(self._victim, made.ratio_db, np.full((2, 1), free))
        if float(excess[0]) >= -_DEVIATIONS * made.deviation_db:
            yield made

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
                _, mask = self._rules.mask(other.service, width)
                yield self._made(
                    Mechanism.HARMONIC,
                    [other],
                    self._co_ratio,
                    loss_db=max(mask.spurious_loss_db(power), _LEAST_LOSS_DB),
                    emission_mhz=round(multiple * other.frequency_mhz, 6),
                    order=multiple,
                )

    # --- what receivers do ---

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
