"""Products of several carriers: of one site, of sites near each other, or made in a receiver.

A product made at a transmitter is on the air: it is heard, and bearings point to it. One made in
the receiver is not; there an attenuator at its input tells, since the product falls by its order
times the attenuation, and what is on the air by the attenuation alone.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import distance_km
from gis.radiated import erp_all_dbw
from gis.register.records import BroadcastStation
from gis.studies.checks.sites import bandwidth_khz
from gis.studies.source_making import FREE_SPACE_DBUVM, NEAREST_KM, Maker
from gis.studies.source_observed import ever_together
from gis.studies.source_records import Hypothesis, Mechanism
from propagation.compliance.parameters import number, numbers
from propagation.interference.intermodulation import Band, Hit, channel_hits, formula, hits
from propagation.interference.receiver_intermodulation import product_level_db

__all__ = ["Predicts", "Products"]

Predicts = Callable[[Sequence[BroadcastStation]], NDArray[np.float64]]
"""Fields of stations at the victim, dB(uV/m), for 50 % and 1 % of time."""

_NEAR_ORDERS: Final = (2, 3)
"""Orders looked for between sites: the fifth is too weak there, and its products are many."""

_MOST_CARRIERS: Final = 24


@dataclass(frozen=True, slots=True)
class _Strong:
    """A carrier that is strong at the victim, with its fields for 50 % and 1 % of time."""

    station: BroadcastStation
    fields_dbuvm: tuple[float, float]


class Products(Maker):
    """Makes the hypotheses of products of carriers."""

    # --- at transmitters ---

    def of_transmitters(self) -> Iterator[Hypothesis]:
        """Yield the nearest product of each order, of one site and of sites near each other."""
        told: set[str] = set()
        near_km = number(self._rules.sites, "near_distance_m") / 1e3
        for reach_km, make in ((self._site_km, self._of_site), (near_km, self._of_near)):
            for carriers in self._together(reach_km):
                for made in make(carriers):
                    if made.key not in told:
                        told.add(made.key)
                        yield made

    @property
    def _site_km(self) -> float:
        return self._number("same_site_m") / 1e3

    def _losses(self) -> Mapping[int, float]:
        orders = [int(one) for one in numbers(self._rule, "orders")]
        return dict(zip(orders, numbers(self._rule, "conversion_loss_db"), strict=True))

    def _of_site(self, carriers: Sequence[BroadcastStation]) -> Iterator[Hypothesis]:
        losses, own = self._losses(), self._own(carriers)
        found = channel_hits(_bands(carriers), [self._channel], orders=[*losses], owners=[own])
        for some in found:
            near: tuple[Hit | None, int] = (some.nearest, some.count)
            if not _at_once(carriers, some.nearest):
                near = self._later(carriers, some.nearest.order, own)
            hit, count = near
            if hit is not None and len(hit.coefficients) > 1:
                kind, loss = Mechanism.INTERMODULATION, losses[hit.order]
                yield self._product(kind, carriers, hit, loss, count=count)

    def _later(
        self, carriers: Sequence[BroadcastStation], order: int, own: int | None
    ) -> tuple[Hit | None, int]:
        """Return the nearest product of carriers that transmit at once, and how many there are."""
        found = [
            hit
            for hit in hits(_bands(carriers), [self._channel], orders=[order])
            if own not in hit.carriers and _at_once(carriers, hit)
        ]
        return (found[0] if found else None), len(found)

    def _of_near(self, carriers: Sequence[BroadcastStation]) -> Iterator[Hypothesis]:
        """Yield products of which the carriers do not all stand on one site.

        The farther apart the weaker they meet: from the extent of a site on as in free space.
        """
        losses, own = self._losses(), self._own(carriers)
        orders = [one for one in _NEAR_ORDERS if one in losses]
        if _extent_km(carriers) <= self._site_km:
            return
        found: dict[int, list[tuple[Hit, float]]] = {}
        for hit in hits(_bands(carriers), [self._channel], orders=orders):
            apart_km = _extent_km([carriers[place] for place in hit.carriers])
            far = apart_km > self._site_km
            if own not in hit.carriers and far and _at_once(carriers, hit):
                found.setdefault(hit.order, []).append((hit, apart_km))
        for order, some in found.items():
            hit, apart_km = some[0]  # the nearest to the middle of the channel comes first
            loss = losses[order] + 20.0 * math.log10(apart_km / self._site_km)
            told = {"count": len(some), "apart_m": round(1e3 * apart_km)}
            yield self._product(Mechanism.INTERMODULATION_NEAR, carriers, hit, loss, **told)

    def _own(self, carriers: Sequence[BroadcastStation]) -> int | None:
        """Return the place of the station that is received."""
        names = [one.id for one in carriers]
        own = self._victim.station_id
        return names.index(own) if own in names else None

    def _product(
        self,
        kind: Mechanism,
        carriers: Sequence[BroadcastStation],
        hit: Hit,
        loss_db: float,
        **values: Any,
    ) -> Hypothesis:
        members = [carriers[place] for place in hit.carriers]
        weakest = sorted(members, key=lambda one: (-(erp_all_dbw(one) or 0.0), one.id))
        return self._made(
            kind,
            weakest,
            self._ratio(hit.offset_khz, 0.0) or (self._number("adjacent_ratio_db"),) * 2,
            loss_db=loss_db,
            emission_mhz=round(hit.frequency_mhz, 6),
            **_told(carriers, hit),
            **values,
        )

    def _together(self, reach_km: float) -> Iterator[list[BroadcastStation]]:
        """Yield the carriers that stand within a distance of one of them, each group once."""
        seen = set()
        longitude, latitude = (
            np.array([getattr(one, name) for one in self._every])
            for name in ("longitude", "latitude")
        )
        for anchor in self._every:
            away = distance_km(anchor.longitude, anchor.latitude, longitude, latitude)
            places = tuple(np.flatnonzero(away <= reach_km))
            if len(places) > 1 and places not in seen:
                seen.add(places)
                yield [self._every[place] for place in places]

    # --- in the receiver ---

    def of_receiver(self, predicts: Predicts) -> Iterator[Hypothesis]:
        """Yield the strongest products that strong carriers make in the receiver itself.

        On its channel, and of FM on its intermediate frequency.
        """
        rule, strong = self._rules.receiver, self._strong(predicts)
        orders = [int(one) for one in numbers(rule, "orders")]
        channels = [self._channel]
        if self._is_fm:
            channels.append(Band(self._if_mhz, self._victim.bandwidth_khz))
        carriers = [one.station for one in strong]
        best: dict[frozenset[int], tuple[float, Hypothesis]] = {}
        for hit in hits(_bands(carriers), channels, orders=orders) if len(strong) > 1 else ():
            if len(hit.carriers) > 1 and _at_once(carriers, hit):
                rank, made = self._received(hit, strong)
                key = hit.carriers
                if key not in best or rank > best[key][0]:
                    best[key] = (rank, made)
        ranked = sorted(best.values(), key=lambda one: (-one[0], one[1].key))
        yield from (made for _, made in ranked[: int(number(rule, "most"))])

    def _strong(self, predicts: Predicts) -> list[_Strong]:
        """Return the carriers that pass the front end and are strong there, the strongest first.

        Those that would not be so in free space are not predicted.
        """
        rule, middle = self._rules.receiver, self._victim.frequency_mhz
        least = number(rule, "strong_dbuvm")
        width_mhz = middle * number(rule, "front_end_percent") / 100.0
        emitters = []
        for one in self._others:
            emitter, _ = self._emitter(one, 0.0, None)
            away_km = max(self._away_km(one), NEAREST_KM)
            free = FREE_SPACE_DBUVM + (emitter.erp_total_dbw or 0.0) - 20 * math.log10(away_km)
            if abs(one.frequency_mhz - middle) <= width_mhz and free >= least:
                emitters.append(emitter)
        if not emitters:
            return []
        fields = np.nan_to_num(predicts(emitters), nan=-math.inf)
        found = [
            _Strong(one, (float(fields[0, place]), float(fields[1, place])))
            for place, one in enumerate(emitters)
            if fields[0, place] >= least
        ]
        found.sort(key=lambda one: (-one.fields_dbuvm[0], one.station.id))
        return found[:_MOST_CARRIERS]

    def _received(self, hit: Hit, strong: Sequence[_Strong]) -> tuple[float, Hypothesis]:
        """Return a product, and the nuisance by which it ranks."""
        rule = self._rules.receiver
        orders = [int(one) for one in numbers(rule, "orders")]
        intercept = numbers(rule, "intercepts_dbuvm")[orders.index(hit.order)]
        members = sorted(hit.coefficients, key=lambda one: one[0], reverse=True)
        times = [many for _, many in members]
        levels = [[strong[place].fields_dbuvm[k] for place, _ in members] for k in (0, 1)]
        steady, rare = (product_level_db(one, times, intercept) for one in levels)
        on_channel = hit.channel == 0
        ratio = self._co_ratio
        if on_channel:
            usual = (self._number("adjacent_ratio_db"),) * 2
            ratio = self._ratio(hit.offset_khz, 0.0) or usual
        shown = [round(strong[place].fields_dbuvm[0], 1) for place in formula(hit.coefficients)[1]]
        made = self._made(
            Mechanism.RECEIVER_INTERMODULATION,
            [strong[place].station for place, _ in members],
            ratio,
            emission_mhz=round(hit.frequency_mhz, 6),
            intermediate=not on_channel,
            times=times,
            levels_dbuvm=shown,
            intercept_dbuvm=intercept,
            **_told([one.station for one in strong], hit),
        )
        paths = math.sqrt(max(sum(one * one for one in times) - 1, 0)) * math.hypot(
            number(self._weighing, "shadowing_db"), number(self._weighing, "model_error_db")
        )
        spread = math.hypot(made.deviation_db, paths)
        made = replace(made, received_dbuvm=(steady, rare), deviation_db=spread)
        return steady + ratio[0], made


def _bands(carriers: Sequence[BroadcastStation]) -> list[Band]:
    return [Band(one.frequency_mhz, bandwidth_khz(one.emission, one.service)) for one in carriers]


def _at_once(carriers: Sequence[BroadcastStation], hit: Hit) -> bool:
    """Return whether the carriers of a product ever transmit at once, by their hours on record."""
    return ever_together([carriers[place].hours for place in hit.carriers])


def _extent_km(carriers: Sequence[BroadcastStation]) -> float:
    """Return the largest distance between carriers."""
    return max(
        (
            float(distance_km(one.longitude, one.latitude, other.longitude, other.latitude))
            for place, one in enumerate(carriers)
            for other in carriers[:place]
        ),
        default=0.0,
    )


def _told(carriers: Sequence[BroadcastStation], hit: Hit) -> dict[str, Any]:
    letters, places = formula(hit.coefficients)
    return {
        "order": hit.order,
        "formula": letters,
        "carriers": [carriers[place].name for place in places],
        "offset_khz": round(hit.offset_khz, 3),
    }
