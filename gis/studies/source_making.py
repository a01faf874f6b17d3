"""How a hypothesis is made of stations: its ratio, its power, what is assumed of it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from gis.geodesy import distance_km
from gis.radiated import erp_all_dbw
from gis.register.antennas import fits_carrier
from gis.register.records import BroadcastStation, Service
from gis.studies.source_records import IN_RECEIVER, Hypothesis, Mechanism, SourceRules, Victim
from propagation.compliance.parameters import number, numbers, words
from propagation.interference.bs412 import Persistence
from propagation.interference.intermodulation import Band

__all__ = ["FREE_SPACE_DBUVM", "NEAREST_KM", "Maker"]

FREE_SPACE_DBUVM: Final = 76.92
"""Field of 1 W e.r.p. at 1 km in free space: the strongest that is worth predicting."""

NEAREST_KM: Final = 0.01

_LOWEST_MHZ: Final = 30.0
_HIGHEST_MHZ: Final = 6000.0


class Maker:
    """Makes hypotheses of one victim; each kind of them has a class of its own."""

    def __init__(
        self,
        victim: Victim,
        stations: Sequence[BroadcastStation],
        rules: SourceRules,
    ) -> None:
        self._victim, self._rules = victim, rules
        self._rule, self._weighing = rules.mechanisms, rules.weighing
        self._every = sorted(stations, key=lambda one: one.id)
        self._others = [one for one in self._every if one.id != victim.station_id]
        names = words(self._rule, "mechanisms")
        self._weight = dict(zip(names, numbers(self._rule, "weights"), strict=True))
        self._deviation = dict(zip(names, numbers(self._rule, "deviations_db"), strict=True))
        self._channel = Band(victim.frequency_mhz, victim.bandwidth_khz)

    @property
    def _is_fm(self) -> bool:
        return self._victim.service == Service.FM

    @property
    def _if_mhz(self) -> float:
        return self._number("intermediate_frequency_mhz")

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
            hours=tuple(one.hours for one in stations),
            on_air=mechanism not in IN_RECEIVER,
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
