"""Base and broadcasting stations of the register: which must be inspected, and what is due.

A base station is what one operator has on one structure. Its papers are those of the structure
whose title says what they are; where several operators hang there, the title names whose it is.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from gis.errors import NotFoundError
from gis.mobile import generations_of
from gis.names import plain_key
from gis.register.reading import Reader
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.register.structures import Document, Installation, Structure
from propagation.compliance.certification import (
    BaseStationFacts,
    Due,
    Listing,
    State,
    base_station_listed,
    broadcast_listed,
    due,
    state_of,
)
from propagation.compliance.facts_validity import DocumentFacts
from propagation.compliance.parameters import (
    BASE_STATION,
    CERTIFICATE,
    EXPOSURE_BASE_STATION,
    EXPOSURE_BROADCAST,
    PUBLIC_NOTICE,
    number,
    words,
)
from propagation.compliance.records import Rule
from propagation.exposure import safety_distance_m, site_distance_m
from propagation.units import eirp_db_from_erp_db, w_from_dbm, w_from_dbw

__all__ = [
    "Exposure",
    "StationRow",
    "base_station",
    "base_stations_of",
    "certification_rows",
    "station_antennas",
]

_BROADCAST: Final = (Service.FM, Service.TELEVISION)
_ORDER: Final = {state: place for place, state in enumerate(State)}


@dataclass(frozen=True, slots=True)
class Exposure:
    """How far the limit of exposure reaches, all antennas of a mast taken at one point.

    Attributes
    ----------
    distance_m : float or None
        That distance; None where nothing of it is known.
    antennas, unknown : int
        Antennas that are in it, and those of which frequency, power or limit is not known.
    """

    distance_m: float | None
    antennas: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRow:
    """One station and where its inspection stands.

    Attributes
    ----------
    kind : str
        `base_station` or `broadcast`.
    id : str
        Of the structure, or of the broadcasting station.
    name, owner_id, commune_name : str, str or None, str or None
        What it is called, whose it is, where it stands.
    structure : Structure or None
        The structure of a base station.
    technologies : tuple of str
        What transmits there; the programme of a broadcasting station.
    state, listing, due : State, Listing, Due
        Where it stands, whether it is in the list, when its certificate ends.
    certificate, notice : DocumentFacts
        As recorded.
    facts : BaseStationFacts
        What decided of a base station.
    rule : Rule
        The rule that asks for the certificate.
    synthetic : bool
        Whether it is demonstration data.
    antennas : sequence
        Everything that transmits from its mast.
    rules : mapping
        The rules in force, with the limits of exposure.
    """

    kind: str
    id: str
    name: str
    owner_id: str | None
    commune_name: str | None
    structure: Structure | None
    technologies: tuple[str, ...]
    state: State
    listing: Listing
    due: Due
    certificate: DocumentFacts
    notice: DocumentFacts
    facts: BaseStationFacts
    rule: Rule
    synthetic: bool
    antennas: Sequence[Installation | BroadcastStation] = field(repr=False)
    rules: Mapping[str, Rule] = field(repr=False)

    @property
    def exposure(self) -> Exposure:
        """How far the limit of exposure reaches; computed when it is asked for."""
        return _exposure([_antenna(one) for one in self.antennas], self.rules)


def certification_rows(reader: Reader, rules: Mapping[str, Rule], on: date) -> list[StationRow]:
    """Return every base station and every FM and television station, the most urgent first.

    Parameters
    ----------
    reader : Reader
        The register at one moment.
    rules : mapping
        The rules in force on the day, by id; without a rule its stations are left out.
    on : date
        The day.
    """
    rows = [*_base_stations(reader, rules, on), *_broadcast(reader, rules, on)]
    return sorted(
        rows,
        key=lambda row: (
            _ORDER[row.state],
            row.due.last_day or date.max,
            plain_key(row.name),
            row.id,
            row.owner_id or "",
        ),
    )


def base_station(
    reader: Reader,
    rules: Mapping[str, Rule],
    on: date,
    station: tuple[str, str],
) -> StationRow:
    """Return one base station.

    Parameters
    ----------
    reader, rules, on
        As of `certification_rows`.
    station : tuple of str
        The structure, and the operator.

    Raises
    ------
    NotFoundError
        If there is no such structure, no rule that day, or nothing mobile of the operator on it.
    """
    structure = reader.structure(station[0], SYSTEM)
    for row in base_stations_of(reader, rules, on, structure):
        if row.owner_id == station[1]:
            return row
    raise NotFoundError("certification.no_station", structure=structure.name)


def base_stations_of(
    reader: Reader, rules: Mapping[str, Rule], on: date, structure: Structure
) -> list[StationRow]:
    """Return the base stations of one structure, one an operator; none where no rule asks."""
    hung = reader.installations(SYSTEM, structure_id=structure.id, on=on)
    papers = reader.documents(SYSTEM, subject_id=structure.id)
    return list(_Basis(rules, on, _names(reader)).stations(structure, hung, papers))


def _names(reader: Reader) -> dict[str, str]:
    return {one.id: one.name for one in reader.organisations()}


def _base_stations(reader: Reader, rules: Mapping[str, Rule], on: date) -> Iterable[StationRow]:
    hung: dict[str, list[Installation]] = {}
    for one in reader.installations(SYSTEM, on=on):
        hung.setdefault(one.structure_id, []).append(one)
    papers: dict[str, list[Document]] = {}
    for paper in reader.documents(SYSTEM):
        papers.setdefault(paper.subject_id, []).append(paper)
    basis = _Basis(rules, on, _names(reader))
    for structure in reader.structures(SYSTEM, on=on):
        if structure.id in hung:
            found = papers.get(structure.id, [])
            yield from basis.stations(structure, hung[structure.id], found)


@dataclass(frozen=True, slots=True)
class _Basis:
    """What base stations are judged by: rules, day, names of organisations."""

    rules: Mapping[str, Rule]
    on: date
    names: Mapping[str, str]

    def stations(
        self,
        structure: Structure,
        hung: Sequence[Installation],
        papers: Sequence[Document],
    ) -> Iterable[StationRow]:
        """Yield the base stations of one structure, one an operator."""
        rule = self.rules.get(BASE_STATION)
        if rule is None:
            return
        stations: dict[str, list[Installation]] = {}
        for one in hung:
            if generations_of(one.technology):
                stations.setdefault(one.organisation_id, []).append(one)
        for owner, own in sorted(stations.items()):
            mine = _papers_of(papers, self.names.get(owner, ""), alone=len(stations) == 1)
            facts = _facts(structure, own)
            yield StationRow(
                kind="base_station",
                id=structure.id,
                name=structure.name,
                owner_id=owner,
                commune_name=structure.commune_name,
                structure=structure,
                technologies=tuple(sorted({one.technology for one in own})),
                facts=facts,
                rule=rule,
                antennas=hung,
                rules=self.rules,
                synthetic=structure.provenance.synthetic,
                **self._standing(base_station_listed(facts, rule), mine, rule),
            )

    def _standing(
        self, listing: Listing, papers: Sequence[Document], rule: Rule
    ) -> dict[str, Any]:
        certificate = _newest(papers, words(rule, "certificate_words"))
        notice = _newest(papers, words(rule, "notice_words"))
        state = state_of(
            listing,
            certificate,
            rule,
            self.on,
            notice=notice.recorded,
            notice_rule=self.rules.get(PUBLIC_NOTICE),
        )
        return {
            "listing": listing,
            "certificate": certificate,
            "notice": notice,
            "state": state,
            "due": due(certificate, rule, self.on),
        }


def station_antennas(
    reader: Reader, station: tuple[str, str], on: date
) -> tuple[Structure, list[Installation], BaseStationFacts]:
    """Return a base station's structure, its antennas, and what of it decides.

    Raises
    ------
    NotFoundError
        If there is no such structure, or nothing mobile of the operator on it.
    """
    structure = reader.structure(station[0], SYSTEM)
    hung = reader.installations(
        SYSTEM, structure_id=structure.id, organisation_id=station[1], on=on
    )
    own = [one for one in hung if generations_of(one.technology)]
    if not own:
        raise NotFoundError(
            "certification.no_station", name="organisation_id", structure=structure.name
        )
    return structure, own, _facts(structure, own)


def _facts(structure: Structure, own: Sequence[Installation]) -> BaseStationFacts:
    """Return what decides: what is around the structure, and the lowest antenna on record.

    The lowest edge is known where it is of the lowest antenna, and of each whose height is not.
    """
    known = [one.height_above_ground_m for one in own if one.height_above_ground_m is not None]
    lowest_m = min(known) if known and len(known) == len(own) else None
    needed = [
        one.lowest_edge_m
        for one in own
        if one.height_above_ground_m is None or one.height_above_ground_m == min(known)
    ]
    edges = [one.lowest_edge_m for one in own if one.lowest_edge_m is not None]
    return BaseStationFacts(
        inhabited=structure.neighbours_inhabited,
        building_top_m=structure.neighbours_top_m,
        antenna_lowest_m=None if None in needed else min(edges),
        antenna_centre_m=lowest_m,
    )


def _papers_of(papers: Sequence[Document], name: str, *, alone: bool) -> list[Document]:
    """Return the papers of one operator: all where it is alone, else those that name it."""
    called = plain_key(name)
    return [one for one in papers if alone or (called and called in plain_key(one.title))]


def _newest(papers: Sequence[Document], marks: Sequence[str]) -> DocumentFacts:
    """Return the newest paper whose title has one of some words, empty where there is none."""
    wanted = [plain_key(one) for one in marks]
    found = [one for one in papers if any(word in plain_key(one.title) for word in wanted)]
    if not found:
        return DocumentFacts()
    newest = max(found, key=lambda one: (one.issued_on or one.valid_to or date.min, one.id))
    return DocumentFacts(
        number=newest.number or newest.title,
        valid_from=newest.issued_on,
        valid_to=newest.valid_to,
    )


def _broadcast(reader: Reader, rules: Mapping[str, Rule], on: date) -> Iterable[StationRow]:
    rule = rules.get(CERTIFICATE)
    if rule is None:
        return
    for station in reader.stations(SYSTEM, on=on):
        if station.service in _BROADCAST:
            yield _broadcast_row(station, rule, rules, on)


def _broadcast_row(
    station: BroadcastStation, rule: Rule, rules: Mapping[str, Rule], on: date
) -> StationRow:
    listing = broadcast_listed(station.licence_power_w, rule)
    certificate = DocumentFacts(number=station.certificate_number, valid_to=station.certificate_to)
    return StationRow(
        kind="broadcast",
        id=station.id,
        name=station.name,
        owner_id=station.organisation_id,
        commune_name=station.commune_name,
        structure=None,
        technologies=(station.programme,),
        state=state_of(listing, certificate, rule, on),
        listing=listing,
        due=due(certificate, rule, on),
        certificate=certificate,
        notice=DocumentFacts(),
        facts=BaseStationFacts(),
        rule=rule,
        antennas=(station,),
        rules=rules,
        synthetic=station.provenance.synthetic,
    )


_Antenna = tuple[float | None, float | None, bool]
"""Frequency in MHz, e.i.r.p. in W, and whether it is a broadcasting station."""


def _antenna(one: Installation | BroadcastStation) -> _Antenna:
    if isinstance(one, Installation):
        eirp_w = None if one.eirp_dbm is None else float(w_from_dbm(one.eirp_dbm))
        return one.frequency_mhz, eirp_w, False
    erp_dbw = one.erp_total_dbw
    eirp_w = None if erp_dbw is None else float(w_from_dbw(eirp_db_from_erp_db(erp_dbw)))
    return one.frequency_mhz, eirp_w, True


def _exposure(antennas: Sequence[_Antenna], rules: Mapping[str, Rule]) -> Exposure:
    """Return how far the limit reaches from one mast; the antennas that cannot be told count."""
    known = [one for one in (_reach_m(each, rules) for each in antennas) if one is not None]
    distance = site_distance_m(known) if known else math.nan
    return Exposure(
        distance_m=None if math.isnan(distance) else distance,
        antennas=len(known),
        unknown=len(antennas) - len(known),
    )


def _reach_m(antenna: _Antenna, rules: Mapping[str, Rule]) -> float | None:
    frequency_mhz, eirp_w, broadcasting = antenna
    if frequency_mhz is None or eirp_w is None:
        return None
    names = (EXPOSURE_BROADCAST, EXPOSURE_BASE_STATION)
    for name in names if broadcasting else names[1:]:
        rule = rules.get(name)
        if rule is not None and (
            number(rule, "frequency_min_mhz") <= frequency_mhz <= number(rule, "frequency_max_mhz")
        ):
            limit, factor = number(rule, "limit_v_per_m"), number(rule, "reflection_factor")
            return float(safety_distance_m(eirp_w, limit, factor))
    return None
