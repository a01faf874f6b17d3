"""Which structures to visit first: reasons that hold, each with its points, by rules as data.

None of it is evidence. A prediction is a reason to visit and nothing else.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from gis.cases.rule_book import CaseRules
from gis.cases.working_days import local_day
from gis.certification import StationRow, certification_rows
from gis.desk.checklists import checklist
from gis.desk.inspection_days import DAYS
from gis.desk.inspection_orders import open_orders
from gis.desk.inspection_rules import INSPECTION
from gis.desk.records import DeskCase, DeskEvent
from gis.desk.stated_days import stated_day
from gis.home import Home
from gis.register.reading import Reader
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.register.structures import Document, Lifecycle, Structure, StructureKind
from gis.studies.findings import newest_of_plan
from gis.terms import INSPECTION_RISK
from propagation.compliance.certification import State
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule

__all__ = ["Around", "Reason", "Risk", "around", "findings_of_stations", "ranking", "weights_on"]

Cases = Iterable[tuple[DeskCase, Sequence[DeskEvent]]]

_OF_OTHERS: Final = frozenset(
    {
        StructureKind.POWER_POLE,
        StructureKind.LIGHTING_POLE,
        StructureKind.BRIDGE,
        StructureKind.ROAD,
        StructureKind.BUILDING,
        StructureKind.WATER_WORK,
    }
)
_EARTHED: Final = frozenset(
    {
        StructureKind.ANTENNA_MAST,
        StructureKind.STATION,
        StructureKind.HOUSE,
        StructureKind.EXCHANGE,
        StructureKind.DATA_CENTRE,
    }
)
_NOT_THERE: Final = frozenset(
    {Lifecycle.PLANNED, Lifecycle.APPROVED, Lifecycle.UNDER_CONSTRUCTION, Lifecycle.RETIRED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is known around a structure.

    Attributes
    ----------
    stations : sequence of BroadcastStation
        Stations on it.
    certification : sequence of StationRow
        Base and broadcasting stations on it, and where the certificate of each stands.
    papers : sequence of Document
        Papers about it.
    visits : sequence of date
        Days of visits that the desk knows.
    overdue : sequence of str
        Numbers of inspections whose orders are overdue.
    complaints : sequence of (str, date)
        Cases of interference that name a station on it as the source, with the day of that.
    predicted, records : sequence of str
        Stations on it of which a prediction, or a comparison of records, tells something.
    wind_areas_m2 : sequence of float
        Wind areas of what hangs on it, as far as they are known.
    """

    stations: Sequence[BroadcastStation] = ()
    certification: Sequence[StationRow] = ()
    papers: Sequence[Document] = ()
    visits: Sequence[date] = ()
    overdue: Sequence[str] = ()
    complaints: Sequence[tuple[str, date]] = ()
    predicted: Sequence[str] = ()
    records: Sequence[str] = ()
    wind_areas_m2: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason that holds.

    Attributes
    ----------
    name : str
        Its name, the end of its rule's id.
    rule : Rule
        Its weight, with its label.
    points : float
        What it adds.
    value : str, float, date or None
        What it rests on.
    """

    name: str
    rule: Rule
    points: float
    value: str | float | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A structure with the reasons to visit it.

    Attributes
    ----------
    reasons : tuple of Reason
        The heaviest first.
    last_visit : date or None
        Its last inspection.
    """

    structure: Structure
    reasons: tuple[Reason, ...] = field(default=())
    last_visit: date | None = None

    @property
    def score(self) -> float:
        """The sum of the points of its reasons."""
        return sum(one.points for one in self.reasons)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A structure, what is around it, and the rule of the reason that is asked about."""

    structure: Structure
    around: Around
    rule: Rule
    on: date

    @property
    def last_visit(self) -> date | None:
        """Day of its last inspection, by the register or by the desk."""
        known = [one for one in (self.structure.inspected_on, *self.around.visits) if one]
        return max((one for one in known if one <= self.on), default=None)

    def years_since(self, day: date) -> float:
        """Return how many years ago a day was."""
        return (self.on - day).days / 365.25


_Found = str | float | date | bool | None
"""What a reason rests on; True where there is nothing to tell; None where it does not hold."""


def _age(seen: _Seen) -> _Found:
    since = seen.structure.valid_from
    if since is None or seen.years_since(since) < number(seen.rule, "years"):
        return None
    return since


def _age_unknown(seen: _Seen) -> _Found:
    return True if seen.structure.valid_from is None else None


def _earthing_missing(seen: _Seen) -> _Found:
    one = seen.structure
    return True if one.kind in _EARTHED and one.earthing_resistance_ohm is None else None


def _earthing_large(seen: _Seen) -> _Found:
    value = seen.structure.earthing_resistance_ohm
    return value if value is not None and value > number(seen.rule, "resistance_ohm") else None


def _lightning(seen: _Seen) -> _Found:
    one = seen.structure
    return True if one.kind in _EARTHED and not one.lightning_protected else None


def _tall(seen: _Seen) -> _Found:
    top = seen.structure.top_m
    return top if top is not None and top >= number(seen.rule, "height_m") else None


def _wind_over(seen: _Seen) -> _Found:
    """Return the wind area of what hangs on it, where that is more than it was designed for."""
    limit, area_m2 = seen.structure.wind_area_limit_m2, sum(seen.around.wind_areas_m2)
    return area_m2 if limit is not None and area_m2 > limit else None


def _wind_unknown(seen: _Seen) -> _Found:
    """Return True for a tall mast of which nobody knows what wind it was designed for."""
    one = seen.structure
    tall = one.top_m is not None and one.top_m >= number(seen.rule, "height_m")
    mast = one.kind is StructureKind.ANTENNA_MAST
    return True if mast and tall and one.wind_area_limit_m2 is None else None


def _exposure(seen: _Seen) -> _Found:
    """Return how far the limit is computed to reach where it reaches down to people, or True."""
    reaches_m = [_down_m(one, seen.rule) for one in seen.around.certification]
    known_m = [one for one in reaches_m if one is not None]
    if known_m:
        return max(known_m)
    one = seen.structure
    mast = one.kind is StructureKind.ANTENNA_MAST
    return True if mast and one.building_height_m is not None else None


def _down_m(row: StationRow, rule: Rule) -> float | None:
    """Return how far the limit reaches, where that is down to a person below the antennas."""
    heights = [one.height_above_ground_m for one in row.antennas]
    known = [one for one in heights if one is not None]
    reach_m = row.exposure.distance_m
    if not known or reach_m is None or reach_m < min(known) - number(rule, "person_m"):
        return None
    return reach_m


def _papers(seen: _Seen) -> _Found:
    papers = seen.around.papers
    if not papers:
        return True if seen.structure.kind is StructureKind.ANTENNA_MAST else None
    certificates = {one.certificate.number for one in seen.around.certification}
    late = [
        one.title
        for one in papers
        if one.valid_to is not None
        and one.valid_to < seen.on
        and (one.number or one.title) not in certificates
    ]
    return "; ".join(late) or None


def _certificate(seen: _Seen) -> _Found:
    late = [
        f"{one.name} ({', '.join(one.technologies)})"
        for one in seen.around.certification
        if one.state in (State.OVERDUE, State.WANTED)
    ]
    return "; ".join(late) or None


def _licence(seen: _Seen) -> _Found:
    late = [one for one in seen.around.stations if one.licence_to and one.licence_to < seen.on]
    return "; ".join(one.name for one in late) or None


def _complaint(seen: _Seen) -> _Found:
    years = number(seen.rule, "years")
    late = [name for name, day in seen.around.complaints if seen.years_since(day) <= years]
    return "; ".join(late) or None


def _predicted(seen: _Seen) -> _Found:
    return "; ".join(seen.around.predicted) or None


def _records(seen: _Seen) -> _Found:
    return "; ".join(seen.around.records) or None


def _never_visited(seen: _Seen) -> _Found:
    return True if seen.last_visit is None else None


def _long_ago(seen: _Seen) -> _Found:
    last = seen.last_visit
    if last is None or seen.years_since(last) < number(seen.rule, "years"):
        return None
    return last


def _order(seen: _Seen) -> _Found:
    return "; ".join(seen.around.overdue) or None


_REASONS: Final[Mapping[str, Callable[[_Seen], _Found]]] = {
    "age": _age,
    "age_unknown": _age_unknown,
    "earthing_missing": _earthing_missing,
    "earthing_large": _earthing_large,
    "lightning": _lightning,
    "tall": _tall,
    "wind_over": _wind_over,
    "wind_unknown": _wind_unknown,
    "exposure": _exposure,
    "papers": _papers,
    "certificate": _certificate,
    "licence": _licence,
    "complaint": _complaint,
    "predicted": _predicted,
    "records": _records,
    "never_visited": _never_visited,
    "long_ago": _long_ago,
    "order": _order,
}


def weights_on(book: CaseRules, day: date) -> dict[str, Rule]:
    """Return the weights in force on a day, by the reasons."""
    found = {name: book.rule(f"{INSPECTION_RISK}{name}", day) for name in _REASONS}
    return {name: rule for name, rule in found.items() if rule is not None}


def ranking(
    structures: Iterable[Structure],
    known: Mapping[str, Around],
    rules: Mapping[str, Rule],
    on: date,
) -> list[Risk]:
    """Return telecommunications structures that stand, those to visit first at the head.

    Parameters
    ----------
    structures : iterable of Structure
        Those to rank; carriers of others and what does not stand yet are left out.
    known : mapping of str to Around
        What is around each, by its identifier.
    rules : mapping of reason to Rule
        The weights in force; a reason without its rule does not count.
    on : date
        The day judged.
    """
    found = [
        _risk(one, known.get(one.id, Around()), rules, on)
        for one in structures
        if one.kind not in _OF_OTHERS and one.state not in _NOT_THERE
    ]
    return sorted(found, key=lambda one: (-one.score, one.structure.name, one.structure.id))


def _risk(structure: Structure, near: Around, rules: Mapping[str, Rule], on: date) -> Risk:
    reasons = []
    last: date | None = None
    for name, rule in rules.items():
        seen = _Seen(structure, near, rule, on)
        last = seen.last_visit
        value = _REASONS[name](seen)
        if value is not None:
            told = None if value is True else value
            reasons.append(Reason(name=name, rule=rule, points=number(rule, "points"), value=told))
    heaviest = sorted(reasons, key=lambda one: -one.points)
    return Risk(structure=structure, reasons=tuple(heaviest), last_visit=last)


def around(
    reader: Reader,
    cases: Cases,
    findings: Mapping[str, str],
    rules: Mapping[str, Rule],
    on: date,
) -> dict[str, Around]:
    """Return what is known around each structure.

    Parameters
    ----------
    reader : Reader
        The register.
    cases : iterable
        The desk's cases with their events.
    findings : mapping of station id to `predicted` or `records`
        What the newest checks tell of stations.
    rules : mapping
        The rules in force, by id, for certificates and exposure.
    on : date
        The day.
    """
    near: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    place: dict[str, str] = {}
    for station in reader.stations(SYSTEM, on=on):
        if station.structure_id is not None:
            place[station.id] = station.structure_id
            near[station.structure_id]["stations"].append(station)
            if station.id in findings:
                near[station.structure_id][findings[station.id]].append(station.name)
    for row in certification_rows(reader, rules, on):
        structure_id = row.id if row.structure is not None else place.get(row.id)
        if structure_id is not None:
            near[structure_id]["certification"].append(row)
    for paper in reader.documents(SYSTEM):
        near[paper.subject_id]["papers"].append(paper)
    for hanging in reader.installations(SYSTEM, on=on):
        if hanging.wind_area_m2 is not None:
            near[hanging.structure_id]["wind_areas_m2"].append(hanging.wind_area_m2)
    for structure_id, name, value in _from_cases(cases, place, on):
        near[structure_id][name].append(value)
    return {one: Around(**told) for one, told in near.items()}


def _from_cases(
    cases: Cases, place: Mapping[str, str], on: date
) -> Iterator[tuple[str, str, object]]:
    """Yield what cases say of structures: which, what, and the value."""
    for case, events in cases:
        if case.kind == INSPECTION:
            yield from _from_inspection(case, events, place, on)
        for one in events:
            station = one.details.get("station_id") if one.kind == "source_found" else None
            if isinstance(station, str) and station in place:
                yield place[station], "complaints", (case.label, local_day(one.at))


def _from_inspection(
    case: DeskCase, events: Sequence[DeskEvent], place: Mapping[str, str], on: date
) -> Iterator[tuple[str, str, object]]:
    visited: set[str] = set()
    for one in events:
        if one.kind == "visited":
            told: Any = one.details["checklist"]
            of_structure = checklist(told["list"]).object == "structure"
            found = told["object_id"] if of_structure else place.get(told["object_id"])
            day = stated_day(one.kind, one.details, DAYS)
            if found is not None and day is not None:
                visited.add(found)
                yield found, "visits", day
    if any(one.until < on for one in open_orders(events)):
        for found in sorted(visited):
            yield found, "overdue", case.label


def findings_of_stations(home: Home, today: date) -> dict[str, str]:
    """Return what the newest checks of each service tell of stations, by their identifiers.

    `records` where a comparison of records or a measurement says that something is not kept,
    `predicted` where a prediction says that something needs verification.
    """
    found: dict[str, str] = {}
    for service in Service:
        study = newest_of_plan(home, service.value, today)
        for station in () if study is None else study.results["stations"]:
            told = [_tells(one) for one in station["findings"]]
            if "records" in told:
                found[station["station_id"]] = "records"
            elif "predicted" in told:
                found[station["station_id"]] = "predicted"
    return found


def _tells(finding: Mapping[str, Any]) -> str | None:
    if finding["outcome"] == "violates":
        return "records"
    kinds = {one["kind"] for one in finding["evidence"]}
    if finding["outcome"] == "needs_verification" and "prediction" in kinds:
        return "predicted"
    return None
