"""Whether products of the carriers of a site fall on a channel or a registered receiver.

Frequencies against frequencies. How strong a product is depends on the isolation of the
transmitters, on filters and on corroded joints, which no record states; so a hit asks for a
measurement, and a site without one complies with this screen. The screen is the software's own.
"""

import math
from collections.abc import Sequence
from typing import Final

from propagation.compliance.conclusions import (
    conclude,
    not_assessable,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import StationFacts
from propagation.compliance.facts_intermodulation import (
    CarrierFacts,
    SiteFacts,
    VictimFacts,
    VictimKind,
)
from propagation.compliance.parameters import number, numbers
from propagation.compliance.records import Evidence, EvidenceKind, Finding, Outcome, Rule, Value
from propagation.interference.intermodulation import (
    Band,
    ChannelHits,
    channel_hits,
    count_products,
    formula,
)

__all__ = ["CHECK", "check"]

CHECK: Final = "intermodulation"

_HIT: Final = {VictimKind.CHANNEL: "hit", VictimKind.RECEIVER: "receiver_hit"}


def check(station: StationFacts, site: SiteFacts, *, rule: Rule) -> tuple[Finding, ...]:
    """Look for products in which a station takes part, and for those on its own channel.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    site : SiteFacts
        What else transmits on its site or near, and what is received.
    rule : Rule
        `site.intermodulation`: orders, how near a carrier counts as on the site, how far a victim
        is looked for, and the guard between product and channel.

    Returns
    -------
    tuple of Finding
        One for each channel and receiver hit, at the lowest order, antennas on one frequency
        counted once; or that none is hit; and whether carriers of unknown frequency make the list
        incomplete.
    """
    near = [one for one in site.carriers if one.distance_m <= number(rule, "near_distance_m")]
    found: list[Finding] = []
    if site.unknown_frequencies:
        found.append(_incomplete(station, site, rule))
    scene = _Scene(station, site, near, rule)
    caused, received = scene.caused(), scene.received()
    if not caused and not received:
        return (*found, scene.clear())
    return (*found, *caused, *received)


def _incomplete(station: StationFacts, site: SiteFacts, rule: Rule) -> Finding:
    return not_assessable(
        CHECK,
        rule,
        "intermodulation.reason.incomplete",
        ("intermodulation.missing.frequencies",),
        evidence=(of_station(station, "unknown_frequencies", site.unknown_frequencies),),
        values={"count": site.unknown_frequencies},
    )


class _Scene:
    """The carriers that meet, the station first, and whom their products may hit."""

    def __init__(
        self, station: StationFacts, site: SiteFacts, near: Sequence[CarrierFacts], rule: Rule
    ) -> None:
        self._station, self._rule = station, rule
        own = CarrierFacts(
            id=station.id,
            name=station.name,
            frequency_mhz=station.frequency_mhz,
            bandwidth_khz=site.bandwidth_khz,
            distance_m=0.0,
            erp_dbw=station.erp_all_dbw,
            source=station.source,
            confidence=station.confidence,
        )
        self._carriers, self._places = _distinct((own, *near))
        reach_km = number(rule, "victim_distance_km")
        self._victims = _once([one for one in site.victims if one.distance_km <= reach_km])
        self._bands = [Band(one.frequency_mhz, one.bandwidth_khz) for one in self._carriers]
        self._orders = [int(order) for order in numbers(rule, "orders")]
        self._guard_khz = number(rule, "guard_khz")

    def caused(self) -> list[Finding]:
        """Return the victims of products in which the station takes part."""
        some = channel_hits(
            self._bands,
            [Band(one.frequency_mhz, one.bandwidth_khz) for one in self._victims],
            orders=self._orders,
            guard_khz=self._guard_khz,
            must_hold=0,
            owners=[self._places.get(one.id) for one in self._victims],
        )
        hit = [(self._victims[channel], group) for channel, group in _by_channel(some).items()]
        return [self._hit(_HIT[victim.kind], victim, group) for victim, group in hit]

    def received(self) -> list[Finding]:
        """Return what products of the others fall on the station's own channel."""
        own = self._carriers[0]
        some = channel_hits(
            self._bands,
            [self._bands[0]],
            orders=self._orders,
            guard_khz=self._guard_khz,
            owners=[0],
        )
        return [self._hit("own_channel", own, group) for group in _by_channel(some).values()]

    def clear(self) -> Finding:
        """Return that nothing is hit, not even by a harmonic, and how much was looked at."""
        finding = unconcluded(
            CHECK,
            self._rule,
            f"intermodulation.reason.{'clear' if len(self._carriers) > 1 else 'alone'}",
            tuple(
                _record(one, "carrier_frequency_mhz", one.frequency_mhz) for one in self._carriers
            ),
            {
                **self._counted(),
                "victims": len(self._victims),
                "near_distance_m": number(self._rule, "near_distance_m"),
            },
        )
        return conclude(finding, outcome=Outcome.COMPLIES)

    def _counted(self) -> dict[str, Value]:
        return {
            "carriers": len(self._carriers),
            "products": count_products(len(self._carriers), self._orders),
            "guard_khz": self._guard_khz,
        }

    def _hit(
        self, reason: str, victim: VictimFacts | CarrierFacts, group: Sequence[ChannelHits]
    ) -> Finding:
        hit = group[0].nearest
        letters, places = formula(hit.coefficients)
        values: dict[str, Value] = {
            **self._counted(),
            "order": hit.order,
            "formula": letters,
            "sum": self._sum(dict(hit.coefficients), places),
            "names": self._names(places),
            "product_mhz": round(hit.frequency_mhz, 6),
            "width_khz": round(hit.bandwidth_khz, 3),
            "victim": victim.name,
            "victim_mhz": victim.frequency_mhz,
            "offset_khz": round(abs(hit.offset_khz), 3),
            "more": sum(one.count for one in group) - 1,
        }
        own = Evidence(
            EvidenceKind.RECORD,
            "victim_frequency_mhz",
            victim.frequency_mhz,
            victim.name,
            victim.confidence,
        )
        finding = unconcluded(
            CHECK,
            self._rule,
            f"intermodulation.reason.{reason}",
            (*self._evidence(places), own),
            values,
            counterpart=None if victim.id == self._station.id else victim.id,
        )
        measure = where_to_measure(
            "intermodulation.measure.product",
            longitude=self._station.longitude,
            latitude=self._station.latitude,
            height_m=10.0,
            quantity="field_strength",
            frequency_mhz=round(hit.frequency_mhz, 6),
            width_khz=round(hit.bandwidth_khz, 3),
            names=values["names"],
        )
        return conclude(finding, outcome=Outcome.NEEDS_VERIFICATION, measure=measure)

    def _sum(self, coefficients: dict[int, int], places: Sequence[int]) -> str:
        """Return the product in numbers, in whole kHz where that is enough."""
        text = ""
        for place in places:
            times = coefficients[place]
            sign = "− " if times < 0 else "+ " if text else ""
            many = f"{abs(times)} × " if abs(times) > 1 else ""
            text += f" {sign}{many}{self._carriers[place].frequency_mhz * 1e3:.10g}"
        return text.strip()

    def _names(self, places: Sequence[int]) -> str:
        return ", ".join(
            f"{letter} = {self._carriers[place].name}"
            for letter, place in zip("ABCDE", places, strict=False)
        )

    def _evidence(self, places: Sequence[int]) -> tuple[Evidence, ...]:
        found = []
        for place in places:
            carrier = self._carriers[place]
            found.append(_record(carrier, "carrier_frequency_mhz", carrier.frequency_mhz))
            if carrier.erp_dbw is not None:
                found.append(_record(carrier, "carrier_erp_dbw", carrier.erp_dbw))
        return tuple(found)


def _distinct(
    carriers: Sequence[CarrierFacts],
) -> tuple[tuple[CarrierFacts, ...], dict[str, int]]:
    """Return one carrier for each frequency, and the place of each among them by its identifier.

    The station comes first; of several others the strongest. Antennas on one frequency make no
    products that one of them would not make: A + B - C with C on the frequency of B is A itself.
    """
    kept: dict[float, CarrierFacts] = {}
    for one in carriers:
        held = kept.get(one.frequency_mhz)
        if held is None or (held is not carriers[0] and _power_dbw(one) > _power_dbw(held)):
            kept[one.frequency_mhz] = one
    places = {frequency: place for place, frequency in enumerate(kept)}
    return tuple(kept.values()), {one.id: places[one.frequency_mhz] for one in carriers}


def _power_dbw(carrier: CarrierFacts) -> float:
    return -math.inf if carrier.erp_dbw is None else carrier.erp_dbw


def _once(victims: Sequence[VictimFacts]) -> list[VictimFacts]:
    """Return the victims, receivers of one name on one frequency of one mast only once."""
    kept: dict[object, VictimFacts] = {}
    for one in victims:
        receiver = one.kind is VictimKind.RECEIVER
        key = (one.name, one.frequency_mhz, one.distance_km) if receiver else one.id
        kept.setdefault(key, one)
    return list(kept.values())


def _record(carrier: CarrierFacts, name: str, value: float) -> Evidence:
    """Return a fact of a carrier's record as evidence."""
    source = f"{carrier.name}; {carrier.source}" if carrier.source else carrier.name
    return Evidence(EvidenceKind.RECORD, name, value, source, carrier.confidence)


def _by_channel(some: Sequence[ChannelHits]) -> dict[int, list[ChannelHits]]:
    """Return the hits of each channel, the lowest order first."""
    groups: dict[int, list[ChannelHits]] = {}
    for one in some:
        groups.setdefault(one.nearest.channel, []).append(one)
    return groups
