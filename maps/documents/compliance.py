"""Report of a compliance study: one station in full, or all of a plan with a table each."""

from collections.abc import Mapping
from typing import Any

from gis.errors import NotFoundError
from maps.documents.affected import affected_sections
from maps.documents.common import Source, assemble
from maps.documents.compliance_data import audit_section, versions_section
from maps.documents.compliance_station import station_sections
from maps.documents.content import Block, Bullets, Paragraph, Report, Section, Table
from maps.findings import ORDER, ToldCheck, told_checks
from maps.words import Words

__all__ = ["compliance_report"]


def compliance_report(source: Source) -> Report:
    """Return the report of the compliance of one station, or of all.

    Raises
    ------
    NotFoundError
        If the study did not judge the station chosen.
    """
    words, rows = source.words, source.results["stations"]
    if source.station_id is not None:
        rows = [row for row in rows if row["station_id"] == source.station_id]
        if not rows:
            raise NotFoundError("studies.unknown_study", study=source.study.id)
    after = (versions_section(source, rows), audit_section(source, rows))
    if len(rows) == 1:
        title = words.say("title_compliance", station=_heading(rows[0], words))
        sections = [*station_sections(source, rows[0]), *affected_sections(source)]
        return assemble(source, title, sections, after)
    sections = [Section(words.say("overview_heading"), _overview(source))]
    for row in rows:
        told = words.outcome(row["outcome"])
        blocks = _short(source, row)
        sections.append(Section(_heading(row, words), blocks, row["outcome"], told))
    title = words.say("title_compliance_all", stations=len(rows))
    return assemble(source, title, sections, after)


def _heading(row: Mapping[str, Any], words: Words) -> str:
    frequency = words.number(row["frequency_mhz"])
    return words.say("station_line", station=row["name"], frequency=frequency)


def _overview(source: Source) -> list[Block]:
    words, rows = source.words, source.results["stations"]
    counts = source.results["outcomes"]
    told = [
        words.say("outcome_count", outcome=words.outcome(name), count=counts[name])
        for name in ORDER
        if counts.get(name)
    ]
    columns = ("station", "frequency", "programme", "outcome", "worst_margin")
    table = Table(
        words.say("overview_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(_overview_row(row, words) for row in rows),
        frozenset({1, 4}),
        (5, 2, 4, 4, 2),
    )
    return [Bullets(tuple(told)), table]


def _overview_row(row: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    margins = [
        finding["margin_db"]
        for finding in row["findings"]
        if finding["margin_db"] is not None and not finding["rule"].get("advisory", False)
    ]
    name = row["name"]
    if row["synthetic"]:
        name = words.say("synthetic_name", name=name)
    return (
        name,
        words.number(row["frequency_mhz"]),
        row["programme"],
        words.outcome(row["outcome"]),
        words.number(min(margins, default=None), 1),
    )


def _short(source: Source, row: Mapping[str, Any]) -> list[Block]:
    """Return a station among many: each check with what weighs most, and nothing more."""
    words = source.words
    summary = words.say("summary_line", outcome=words.outcome(row["outcome"]))
    columns = ("check_number", "check", "outcome", "margin")
    table = Table(
        summary,
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(_short_row(check, words) for check in told_checks(source.study, row, words)),
        frozenset({0, 3}),
        (1, 10, 3, 2),
    )
    return [table, Paragraph(words.say("short_note"))]


def _short_row(check: ToldCheck, words: Words) -> tuple[str, ...]:
    first = check.first
    spelt = first is not None and first.outcome != "complies"
    told = check.title
    if first is not None and spelt:
        told = words.say("check_reason", check=check.title, reason=first.reason)
    outcome = check.outcome_text
    if check.mark.advisory:
        outcome = words.say("outcome_advisory", outcome=outcome)
    return str(check.mark.number), told, outcome, words.number(check.margin_db, 1)
