"""What may disturb a receiver: hypotheses that the register suggests, by the relation of carriers.

A hypothesis names a mechanism and the stations that take part. Its emitter is what is to be
predicted on the victim's frequency: the station itself, or the station with the power and the
frequency of the product that it makes. Screened by frequency and distance alone; only what the
receiver makes of strong carriers (`source_products`) needs their fields.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from gis.radiated import erp_all_dbw
from gis.register.records import BroadcastStation, Service, StationClass
from gis.studies.checks.sites import bandwidth_khz
from gis.studies.source_making import Maker
from gis.studies.source_products import Predicts, Products
from gis.studies.source_records import Hypothesis, Mechanism, SourceRules, Victim
from propagation.compliance.parameters import number

__all__ = ["hypotheses"]

_CO_KHZ: Final = 50.0
_RECEIVER_HEIGHT_M: Final = 5.0


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
