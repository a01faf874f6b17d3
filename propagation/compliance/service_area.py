"""How much of a station's service is interfered, and how much one station takes newly.

Areas, communes and people come added up (`propagation.interference.area_totals`). The share of the
covered area, and of its people where a density is known, is compared with a threshold from data
(TVStudy's 0.5 % and 2.0 %); of the two the larger share decides. The fields are predicted and the
threshold does not bind: at most *needs verification*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from propagation.compliance.conclusions import (
    field_evidence,
    not_assessable,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import StationFacts, TerrainFacts
from propagation.compliance.facts_interference import AreaFacts, AreaShare
from propagation.compliance.parameters import number
from propagation.compliance.records import (
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Rule,
    Value,
)
from propagation.compliance.unknowns import Unknowns
from propagation.interference.area_totals import AreaTotals, Total

__all__ = ["CHECK", "area_facts", "check"]

Floats = NDArray[np.float64]

CHECK: Final = "service_area"

_NAMED: Final = 5
"""So many communes and stations are named."""


def area_facts(
    wanted: StationFacts,
    totals: AreaTotals,
    communes: Sequence[tuple[str, str]],
    stations: Sequence[tuple[str, str]],
    *,
    cell_km: float,
    worst: tuple[float, float] | None = None,
    height_m: float = 10.0,
    source: str = "",
    unknown_km2: float = 0.0,
    unknown: tuple[StationFacts, ...] = (),
) -> AreaFacts:
    """Turn the totals of a station's area into facts.

    Parameters
    ----------
    wanted : StationFacts
        The station received.
    totals : AreaTotals
        Its totals.
    communes, stations : sequence of (str, str)
        Identifier and name of each, in the order of the indices of the totals.
    cell_km : float
        Side of the cells.
    worst : (float, float), optional
        Longitude and latitude of the place with the least margin.
    height_m : float
        Height of the antenna that receives, above ground.
    source : str
        Model and edition.
    unknown_km2 : float
        Area without the station's own field, which the totals do not know of.
    unknown : tuple of StationFacts
        As `AreaFacts` has them.
    """
    newly = totals.newly_interfered
    lost = totals.interfered if newly is None else newly
    return AreaFacts(
        wanted=wanted,
        covered_km2=totals.covered.area_km2,
        interfered_km2=totals.interfered.area_km2,
        newly_interfered_km2=None if newly is None else newly.area_km2,
        unknown_km2=totals.unknown_km2 + unknown_km2,
        unknown=unknown,
        covered_population=totals.covered.population,
        interfered_population=totals.interfered.population,
        newly_interfered_population=None if newly is None else newly.population,
        communes=_communes(lost, communes),
        interferers=_shares(stations, totals.interferer_area_km2, totals.interferer_population),
        cell_km=cell_km,
        longitude=None if worst is None else worst[0],
        latitude=None if worst is None else worst[1],
        height_m=height_m,
        source=source,
    )


def _communes(total: Total, communes: Sequence[tuple[str, str]]) -> tuple[AreaShare, ...]:
    return _shares(communes, total.commune_area_km2, total.commune_population)


def _shares(
    named: Sequence[tuple[str, str]], areas: Floats, people: Floats | None
) -> tuple[AreaShare, ...]:
    """Return those with an area, the largest first, of equal ones the first listed."""
    found = [
        AreaShare(
            id=named[row][0],
            name=named[row][1],
            area_km2=float(area),
            population=None if people is None else float(people[row]),
        )
        for row, area in enumerate(areas)
        if area > 0
    ]
    return tuple(sorted(found, key=lambda one: -one.area_km2))


def check(
    station: StationFacts,
    present: AreaFacts | None,
    caused: Sequence[AreaFacts],
    terrain: TerrainFacts,
    *,
    rule: Rule,
) -> tuple[Finding, ...]:
    """Judge what a station's service loses to all others, and what it takes from each of them.

    Parameters
    ----------
    station : StationFacts
        The station judged: in the register, or applied for.
    present : AreaFacts or None
        Its own service; None where it could not be computed.
    caused : sequence of AreaFacts
        The service of other stations, with what this one newly interferes; those that lose
        nothing are not spoken of.
    terrain : TerrainFacts
        The ground that the predictions stood on.
    rule : Rule
        `fm.service_area`: the largest share in per cent for each class of station.

    Returns
    -------
    tuple of Finding
        What it loses; then one for each other station that loses something, the largest share
        first.
    """
    own = _unknown(station, rule) if present is None else _present(present, terrain, rule)
    others = [
        found for one in caused if (found := _caused(station, one, terrain, rule)) is not None
    ]
    return (own, *sorted(others, key=_share))


def _share(finding: Finding) -> float:
    """Return the place of a finding among others: the largest share first."""
    return -float(finding.values.get("share_percent") or 0.0)


def _unknown(station: StationFacts, rule: Rule) -> Finding:
    return not_assessable(
        CHECK,
        rule,
        "service_area.reason.present_unknown",
        ("service_area.missing.fields",),
        evidence=(of_station(station, "frequency_mhz", station.frequency_mhz),),
    )


@dataclass(frozen=True, slots=True)
class _Loss:
    """What of a service is lost."""

    facts: AreaFacts
    area_km2: float
    population: float | None
    caused: bool

    @property
    def way(self) -> str:
        return "caused" if self.caused else "present"

    @property
    def area_percent(self) -> float:
        return 100 * self.area_km2 / self.facts.covered_km2

    @property
    def population_percent(self) -> float | None:
        covered = self.facts.covered_population
        return None if not covered or self.population is None else 100 * self.population / covered

    @property
    def most_possible_percent(self) -> float:
        """The share of the area if all of which nothing is known were covered and lost."""
        unknown = self.facts.unknown_km2
        return 100 * (self.area_km2 + unknown) / (self.facts.covered_km2 + unknown)

    @property
    def share_percent(self) -> float:
        """The larger of the two."""
        people = self.population_percent
        return self.area_percent if people is None else max(self.area_percent, people)


def _present(facts: AreaFacts, terrain: TerrainFacts, rule: Rule) -> Finding:
    if not facts.covered_km2:
        return not_assessable(
            CHECK,
            rule,
            "service_area.reason.present_none",
            ("service_area.missing.fields",),
            evidence=(of_station(facts.wanted, "frequency_mhz", facts.wanted.frequency_mhz),),
        )
    loss = _Loss(facts, facts.interfered_km2, facts.interfered_population, caused=False)
    return _judged(loss, terrain, rule)


def _caused(
    station: StationFacts, facts: AreaFacts, terrain: TerrainFacts, rule: Rule
) -> Finding | None:
    pair = {station.id, facts.wanted.id}
    dumb = Unknowns(stations=tuple(one for one in facts.unknown if one.id in pair))
    if dumb:
        return not_assessable(
            CHECK,
            rule,
            "service_area.reason.caused_unknown",
            dumb.missing,
            evidence=(
                of_station(facts.wanted, "frequency_mhz", facts.wanted.frequency_mhz),
                *dumb.evidence,
            ),
            values={"other": facts.wanted.name, **dumb.values},
            counterpart=facts.wanted.id,
        )
    area = facts.newly_interfered_km2 or 0.0
    loss = _Loss(facts, area, facts.newly_interfered_population, caused=True)
    if not facts.covered_km2 or not (area or _may_exceed(loss, rule)):
        return None
    return _judged(loss, terrain, rule)


def _limit(loss: _Loss, rule: Rule) -> float:
    return number(rule, f"{loss.facts.wanted.station_class}_percent")


def _may_exceed(loss: _Loss, rule: Rule) -> bool:
    """Return whether the area of which nothing is known could bring the share above the limit."""
    return bool(loss.facts.unknown_km2) and loss.most_possible_percent > _limit(loss, rule)


def _judged(loss: _Loss, terrain: TerrainFacts, rule: Rule) -> Finding:
    facts = loss.facts
    most = _limit(loss, rule)
    kept = loss.share_percent <= most
    finding = unconcluded(
        CHECK,
        rule,
        f"service_area.reason.{_reason(loss, kept=kept)}",
        (*_evidence(loss, terrain), _margin(most - loss.share_percent, facts, terrain)),
        {
            "other": facts.wanted.name,
            "covered_km2": round(facts.covered_km2, 1),
            "lost_km2": round(loss.area_km2, 1),
            "lost_percent": round(loss.area_percent, 2),
            "population": _rounded(loss.population, 0),
            "population_percent": _rounded(loss.population_percent, 2),
            "share_percent": round(loss.share_percent, 4),
            "most_percent": most,
            "margin_percent": round(most - loss.share_percent, 2),
            "unknown_km2": round(facts.unknown_km2, 1),
            "cell_km": facts.cell_km,
            "communes": _names(facts.communes),
            "interferers": _names(facts.interferers),
        },
        counterpart=facts.wanted.id if loss.caused else None,
    )
    unknown = Unknowns(stations=facts.unknown)
    if kept and not unknown and _may_exceed(loss, rule):
        return replace(
            finding,
            reason=f"service_area.reason.{loss.way}_area_unknown",
            missing=("service_area.missing.area_fields",),
        )
    outcome = Outcome.COMPLIES if kept else Outcome.VIOLATES
    reason = f"service_area.reason.{loss.way}_"
    return unknown.conclude(finding, reason, outcome=outcome, measure=_measure(facts))


def _measure(facts: AreaFacts) -> Mapping[str, Value] | None:
    if facts.longitude is None or facts.latitude is None:
        return None
    return where_to_measure(
        "service_area.measure.worst",
        longitude=facts.longitude,
        latitude=facts.latitude,
        height_m=facts.height_m,
        quantity="field_strength_dbuvm",
        wanted_frequency_mhz=facts.wanted.frequency_mhz,
    )


def _margin(percent: float, facts: AreaFacts, terrain: TerrainFacts) -> Evidence:
    """Return how far the share stays below the limit, in per cent of the service."""
    kind, source = EvidenceKind.PREDICTION, facts.source
    return field_evidence(kind, "margin_percent", percent, source, terrain=terrain)


def _reason(loss: _Loss, *, kept: bool) -> str:
    if not loss.caused and not loss.area_km2:
        return "present_clean"
    people = "" if loss.population_percent is None else "_people"
    return f"{loss.way}_{'kept' if kept else 'exceeded'}{people}"


def _rounded(value: float | None, decimals: int) -> float | None:
    return None if value is None else round(value, decimals)


def _names(shares: Sequence[AreaShare]) -> str:
    return ", ".join(one.name for one in shares[:_NAMED]) or "–"


def _evidence(loss: _Loss, terrain: TerrainFacts) -> tuple[Evidence, ...]:
    facts = loss.facts
    lost = "newly_interfered_km2" if loss.caused else "interfered_km2"
    numbers: list[tuple[str, float | None, str]] = [
        ("covered_km2", facts.covered_km2, facts.source),
        (lost, loss.area_km2, facts.source),
        ("covered_population", facts.covered_population, facts.source),
        ("lost_population", loss.population, facts.source),
        ("unknown_km2", facts.unknown_km2, facts.source),
        *(("commune_km2", one.area_km2, one.name) for one in facts.communes[:_NAMED]),
        *(("interferer_km2", one.area_km2, one.name) for one in facts.interferers[:_NAMED]),
    ]
    return (
        of_station(facts.wanted, "frequency_mhz", facts.wanted.frequency_mhz),
        *(
            field_evidence(EvidenceKind.PREDICTION, name, value, source, terrain=terrain)
            for name, value, source in numbers
            if value is not None
        ),
    )
