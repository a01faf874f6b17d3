"""One base station of the list of certification: found, its facts and papers kept, its notice."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.requests import Request

from api.clock_view import rule_json
from api.entered import read_entered
from api.geojson import plain
from api.identity import Identity
from api.service import Service
from api.viewing import note_told
from data.text import Language, number, text, when
from gis.certification import StationRow, base_station
from gis.errors import FormatError
from gis.register.rows import record_digest
from gis.register.structures import Document, Installation
from gis.rule_files import pack_in_use
from gis.structure_edits import add_paper
from gis.surroundings import Surroundings, keep_surroundings
from maps.documents.content import Facts, Paragraph
from maps.documents.letter import Letter
from propagation.compliance.certification import Listed
from propagation.compliance.parameters import (
    BASE_STATION,
    CERTIFICATE,
    EXPOSURE_BASE_STATION,
    PUBLIC_NOTICE,
)
from propagation.compliance.records import Rule

__all__ = [
    "FACTS",
    "KINDS",
    "PAPER",
    "keep_facts",
    "keep_paper",
    "may_notice",
    "note_stations",
    "notice_facts",
    "notice_letter",
    "one_station",
    "require_notice",
    "row_json",
    "rules_told",
    "station_json",
]

FACTS: Final = ("inhabited", "building_top_m", "antenna_lowest_m", "seen_on", "source")
PAPER: Final = ("number", "issuer", "issued_on", "valid_to")
KINDS: Final = ("certificate", "notice")

Told = tuple[StationRow, Mapping[str, Rule]]


def one_station(service: Service, structure_id: str, organisation_id: str) -> Told:
    """Return one base station of today, and the rules.

    Raises
    ------
    NotFoundError
        If there is no such station.
    """
    day = service.today()
    rules = pack_in_use(day, service.home).rules
    with service.register.snapshot() as register:
        return base_station(register, rules, day, (structure_id, organisation_id)), rules


def note_stations(request: Request, rows: Iterable[StationRow], *, whole: bool = False) -> None:
    """Keep a look at base stations: at their structures and at what hangs there.

    Parameters
    ----------
    request : Request
        The request.
    rows : iterable of StationRow
        What is shown.
    whole : bool
        Whether all that transmits from the structure is told, not only what the station is of.
    """
    shown = [row for row in rows if row.structure is not None]
    note_told(
        request,
        structures=[row.structure for row in shown],
        installations=[
            one
            for row in shown
            for one in row.antennas
            if isinstance(one, Installation)
            and (whole or (one.organisation_id, one.technology) in _its(row))
        ],
    )


def _its(row: StationRow) -> set[tuple[str | None, str]]:
    """Return operator and technologies of a station."""
    return {(row.owner_id, technology) for technology in row.technologies}


def rules_told(rules: Mapping[str, Rule], language: Language) -> list[dict[str, Any]]:
    """Return the rules that the list rests on, with their labels."""
    names = (BASE_STATION, PUBLIC_NOTICE, CERTIFICATE, EXPOSURE_BASE_STATION)
    return [rule_json(rules[name], language) for name in names if name in rules]


def row_json(row: StationRow, language: Language) -> dict[str, Any]:
    """Return a station of the list as JSON values."""
    return {
        "kind": row.kind,
        "id": row.id,
        "name": row.name,
        "owner_id": row.owner_id,
        "commune_name": row.commune_name,
        "technologies": list(row.technologies),
        "state": row.state.value,
        "state_text": text(f"certification.state_{row.state.value}", language),
        "must_be_inspected": row.listing.listed.value,
        "missing": list(row.listing.missing),
        "last_day": plain(row.due.last_day),
        "days": row.due.days,
        "certificate": plain(row.certificate) if row.certificate.recorded else None,
        "notice": plain(row.notice) if row.notice.recorded else None,
        "exposure_distance_m": row.exposure.distance_m,
        "exposure_antennas_unknown": row.exposure.unknown,
        "synthetic": row.synthetic,
    }


def station_json(told: Told, language: Language) -> dict[str, Any]:
    """Return one base station with its facts, their origin, and what it rests on."""
    row, rules = told
    structure = row.structure
    known = structure is not None
    return {
        **row_json(row, language),
        "digest": record_digest(structure) if structure is not None else None,
        "surroundings": {
            **plain(row.facts),
            "seen_on": plain(structure.neighbours_seen_on) if structure is not None else None,
            "source": structure.neighbours_source if structure is not None else None,
        },
        "notice_possible": known and may_notice(row),
        "rules": rules_told(rules, language),
    }


def keep_facts(
    service: Service, identity: Identity, station: tuple[str, str], typed: Mapping[str, Any]
) -> None:
    """Keep what is around a base station; `seen` is the digest of the structure that was seen.

    Raises
    ------
    GisError
        If a value cannot be, somebody was faster, or there is no such station.
    """
    given = {name: typed.get(name, "") for name in FACTS}
    values = read_entered(Surroundings, FACTS, given)
    keep_surroundings(
        service.register,
        station,
        Surroundings(**values),
        seen=str(typed.get("seen", "")),
        on=service.today(),
        author=identity.name,
    )


def keep_paper(
    service: Service, identity: Identity, station: tuple[str, str], typed: Mapping[str, Any]
) -> None:
    """Record a certificate or a public notice of a base station.

    Raises
    ------
    GisError
        If a value cannot be, or there is no such station.
    """
    row, _ = one_station(service, *station)
    values = read_entered(Document, PAPER, {name: typed.get(name, "") for name in PAPER})
    kind = typed.get("kind", "")
    if kind not in KINDS:
        raise FormatError("certification.kind_unknown", name="kind", expected=", ".join(KINDS))
    owner = service.register.organisation(row.owner_id or "").name
    title = text(f"certification.paper_title_{kind}", Language.VI, owner=owner)
    add_paper(
        service.register,
        station[0],
        {**values, "title": title},
        scope=identity.scope,
        author=identity.name,
        reason="certification",
    )


def may_notice(row: StationRow) -> bool:
    """Return whether what is known says that a station is outside the list."""
    return row.listing.listed is Listed.NOT or row.notice.recorded


def require_notice(row: StationRow) -> None:
    """Refuse a notice of a station of which nothing says that it is outside the list.

    Raises
    ------
    FormatError
        If so.
    """
    if not may_notice(row):
        raise FormatError("certification.notice_not_possible", structure=row.name)


def notice_facts(row: StationRow, language: Language) -> list[tuple[str, str]]:
    """Return what a public notice says of a base station, with labels."""
    structure = row.structure
    if structure is None:
        return []
    place = [number(one, language, 5) for one in (structure.latitude, structure.longitude)]
    told = {
        "structure": f"{structure.name} ({structure.code})",
        "address": ", ".join(filter(None, (structure.address, structure.commune_name))) or "–",
        "place": text(
            "certification.notice_place_value", language, latitude=place[0], longitude=place[1]
        ),
        "technologies": ", ".join(row.technologies),
        "antennas": _antennas(row, language),
        "reason": _reason(row, language),
    }
    if structure.neighbours_seen_on is not None:
        told["seen"] = text(
            "certification.seen",
            language,
            day=when(structure.neighbours_seen_on, language),
            source=structure.neighbours_source or "–",
        )
    labels = {name: text(f"certification.notice_{name}", language) for name in told}
    return [(labels[name], value) for name, value in told.items()]


def _antennas(row: StationRow, language: Language) -> str:
    facts = row.facts
    if facts.antenna_lowest_m is not None:
        return text("certification.notice_lowest", language, height=facts.antenna_lowest_m)
    if facts.antenna_centre_m is not None:
        return text("certification.notice_centre", language, height=facts.antenna_centre_m)
    return "–"


def _reason(row: StationRow, language: Language) -> str:
    terms = row.rule.parameters
    told = {"radius": terms["radius_m"], "difference": terms["height_difference_m"]}
    if row.listing.listed is not Listed.NOT:
        return text("certification.notice_on_record", language, number=row.notice.number)
    name = "none" if row.facts.inhabited is False else "high"
    return text(f"certification.notice_{name}", language, **told)


def notice_letter(service: Service, told: Told) -> Letter:
    """Return the public notice of a base station by NĐ 30/2020, to be completed and signed."""
    row, rules = told
    owner = service.register.organisation(row.owner_id or "").name
    statement = text(
        "certification.notice_statement", "vi", owner=owner, instrument=row.rule.instrument
    )
    checks = [
        text(
            "certification.notice_check_rule",
            "vi",
            title=one["title"],
            instrument=one["instrument"],
            clause=one["clause"],
            confidence=one["confidence_text"],
        )
        for one in rules_told(rules, Language.VI)
    ]
    return Letter(
        superior="",
        issuer=owner.upper(),
        number=text("certification.notice_number", "vi"),
        place_day=text("desk.letter_day", "vi", place="……", year=str(service.today().year)),
        kind=text("certification.notice_heading", "vi"),
        subject=row.name,
        grounds=(),
        addressees=(),
        blocks=[
            Paragraph(statement),
            Facts(tuple((label, (value,)) for label, value in notice_facts(row, Language.VI))),
        ],
        recipients=(text("certification.notice_recipient", "vi"),),
        signers=(text("certification.notice_sign", "vi"),),
        draft=text("desk.letter_draft", "vi"),
        stamps=(text("documents.stamp_synthetic", "vi"),) if row.synthetic else (),
        checks=(text("certification.notice_check", "vi"), *checks),
        checks_title=text("desk.letter_checks", "vi"),
    )
