"""Report of a compliance study: each station's findings, with clause, numbers and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data.text import Language
from gis.geodesy import distance_km
from gis.studies.findings import agreement_said, basis
from maps.documents.affected import affected_sections, application_stamps
from maps.documents.common import Source, assemble, pattern_table, station_facts
from maps.documents.content import (
    Block,
    Bullets,
    Facts,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
)
from maps.words import Words

__all__ = ["compliance_report"]

_ORDER = ("violates", "mixed", "needs_verification", "not_assessable", "complies")
_SPELT_OUT = frozenset({"violates", "needs_verification"})
"""Outcomes that the report of many stations explains; that of one explains all."""

_PROTECTION = "protection_ratios"


def compliance_report(source: Source) -> Report:
    """Return the report of the compliance of one station, or of all."""
    words, rows = source.words, source.results["stations"]
    alone = len(rows) == 1
    title = (
        words.say("title_compliance", station=rows[0]["name"])
        if alone
        else words.say("title_compliance_all", stations=len(rows))
    )
    sections = [] if alone else [Section(words.say("overview_heading"), _overview(source))]
    for row in rows:
        outcome = None if alone else row["outcome"]
        told = "" if alone else words.outcome(row["outcome"])
        blocks = _station(source, row, alone=alone)
        sections.append(Section(_station_heading(row, words), blocks, outcome, told))
    return assemble(source, title, [*sections, *affected_sections(source)])


def _station_heading(row: Mapping[str, Any], words: Words) -> str:
    return words.say(
        "station_line", station=row["name"], frequency=words.number(row["frequency_mhz"])
    )


def _overview(source: Source) -> list[Block]:
    words, rows = source.words, source.results["stations"]
    counts = source.results["outcomes"]
    told = [
        words.say("outcome_count", outcome=words.outcome(name), count=counts[name])
        for name in _ORDER
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
    margins = [f["margin_db"] for f in row["findings"] if f["margin_db"] is not None]
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


def _station(source: Source, row: Mapping[str, Any], *, alone: bool) -> list[Block]:
    words = source.words
    station = next(item for item in source.inputs["stations"] if item["id"] == row["station_id"])
    synthetic = (words.say("stamp_synthetic"),) if row["synthetic"] else ()
    stamps = (*synthetic, *application_stamps(source))
    blocks: list[Block] = [
        Heading(
            words.say("summary_line", outcome=words.outcome(row["outcome"])),
            stamps,
            row["outcome"],
            words.outcome(row["outcome"]),
        ),
        _summary(row["findings"], words),
    ]
    names = {item["id"]: item["name"] for item in source.inputs["stations"]}
    sources = _Sources(source)
    for number, finding in enumerate(row["findings"], start=1):
        if alone or finding["outcome"] in _SPELT_OUT:
            blocks += _finding(finding, number, names, sources, words)
    if not alone:
        blocks.append(Paragraph(words.say("short_note")))
    blocks += sources.blocks(words)
    blocks += [Heading(words.say("station_heading")), *station_facts(station, words)]
    blocks += _plan(source, row)
    blocks += [Heading(words.say("considered_heading")), *_considered(source, station, row, alone)]
    return blocks


class _Sources:
    """Sources of a station's evidence, each told once and named by its number."""

    def __init__(self, source: Source) -> None:
        self._numbers: dict[tuple[str, str], int] = {}
        self._words = source.words
        self._rules = {
            basis(rule, Language.VI): basis(rule, source.words.language)
            for row in source.results["stations"]
            for rule in (finding["rule"] for finding in row["findings"])
        }

    def number(self, item: Mapping[str, Any]) -> str:
        parts = str(item["source"]).split("; ")
        told = "; ".join(self._rules.get(part) or self._words.terrain(part) for part in parts)
        key = (told, str(item["confidence"]))
        return f"[{self._numbers.setdefault(key, len(self._numbers) + 1)}]"

    def blocks(self, words: Words) -> list[Block]:
        if not self._numbers:
            return []
        rows = tuple(
            (f"[{number}]", told, words.confidence(confidence))
            for (told, confidence), number in self._numbers.items()
        )
        columns = ("number", "source", "confidence")
        return [
            Table(
                words.say("sources_caption"),
                tuple(words.say(f"column_{column}") for column in columns),
                rows,
                widths=(1, 9, 3),
            )
        ]


def _summary(findings: Sequence[Mapping[str, Any]], words: Words) -> Table:
    columns = ("number", "check", "basis", "outcome", "margin")
    return Table(
        words.say("findings_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(
            (
                str(number),
                words.say(
                    "check_reason",
                    check=words.sentence(f"compliance.check.{finding['check']}"),
                    reason=_reason(finding, words),
                ),
                _basis(finding["rule"], words),
                words.outcome(finding["outcome"]),
                words.number(finding["margin_db"], 1),
            )
            for number, finding in enumerate(findings, start=1)
        ),
        frozenset({0, 4}),
        (1, 8, 5, 3, 2),
    )


def _reason(finding: Mapping[str, Any], words: Words) -> str:
    reason = words.sentence(finding["reason"], finding["values"])
    return f"{reason} {agreement_said(finding, words.language)}".rstrip()


def _other_models(
    finding: Mapping[str, Any], words: Words
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what other propagation models say of a finding, where they were asked."""
    agreement = finding.get("agreement")
    if agreement is None:
        return
    margins = (
        words.sentence(
            "compliance.agreement.margin",
            {
                "model": ", ".join(
                    (
                        one["model"],
                        *(
                            [words.sentence(f"compliance.agreement.{one['method']}")]
                            if one["method"]
                            else ()
                        ),
                    )
                ),
                "margin_db": round(one["margin_db"], 1),
            },
        )
        for one in agreement["margins"]
    )
    told = (agreement_said(finding, words.language), *margins)
    yield words.sentence("compliance.agreement.heading"), told


def _basis(rule: Mapping[str, Any], words: Words) -> str:
    return basis(rule, words.language)


def _finding(
    finding: Mapping[str, Any],
    number: int,
    names: Mapping[str, str],
    sources: _Sources,
    words: Words,
) -> list[Block]:
    rule = finding["rule"]
    outcome = words.outcome(finding["outcome"])
    heading = words.say(
        "finding_line",
        number=number,
        check=words.sentence(f"compliance.check.{finding['check']}"),
        outcome=outcome,
    )
    rows: list[tuple[str, tuple[str, ...]]] = [
        (words.say("finding_reason"), (words.sentence(finding["reason"], finding["values"]),)),
        *_other_models(finding, words),
        (
            words.say("finding_rule"),
            (_rule(rule, words), _basis(rule, words), *_force(rule, words)),
        ),
    ]
    if finding["counterpart"]:
        other = names.get(finding["counterpart"], finding["counterpart"])
        rows.append((words.say("finding_counterpart"), (other,)))
    if finding["margin_db"] is not None:
        margin = words.value("margin_db", round(finding["margin_db"], 1))
        rows.append((words.say("finding_margin"), (margin,)))
    if finding["missing"]:
        missing = tuple(words.sentence(key) for key in dict.fromkeys(finding["missing"]))
        rows.append((words.say("finding_missing"), missing))
    if finding["measure"]:
        rows.append((words.say("finding_measure"), _measure(finding["measure"], words)))
    blocks: list[Block] = [
        Heading(heading, (), finding["outcome"], outcome),
        Facts(tuple(rows)),
    ]
    if finding["evidence"]:
        blocks.append(_evidence(finding, number, sources, words))
    return blocks


def _rule(rule: Mapping[str, Any], words: Words) -> str:
    return words.say(
        "rule_line",
        rule=rule["id"],
        title=rule[f"title_{words.language}"],
        confidence=words.confidence(rule["confidence"]),
    )


def _force(rule: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    return () if rule["binding"] else (words.say("rule_reference_only"),)


def _measure(measure: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    values = {name: value for name, value in measure.items() if name != "what"}
    told = [words.sentence(str(measure.get("what", "")), values)]
    if measure.get("latitude") is not None and measure.get("longitude") is not None:
        told.append(
            words.say(
                "position_value",
                latitude=words.number(measure["latitude"], 5),
                longitude=words.number(measure["longitude"], 5),
            )
        )
    return tuple(line for line in told if line)


def _evidence(finding: Mapping[str, Any], number: int, sources: _Sources, words: Words) -> Table:
    columns = ("quantity", "value", "evidence_kind", "source")
    return Table(
        words.say("evidence_caption", number=number),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(
            (
                words.label(item["name"], finding["check"]),
                _with_uncertainty(item, words),
                words.say(f"evidence.{item['kind']}"),
                sources.number(item),
            )
            for item in finding["evidence"]
        ),
        frozenset({1}),
        (6, 4, 2, 1),
    )


def _with_uncertainty(item: Mapping[str, Any], words: Words) -> str:
    value = words.value(item["name"], item["value"])
    if item["uncertainty"] is None:
        return value
    return words.say(
        "value_uncertainty",
        value=value,
        uncertainty=words.value(item["name"], item["uncertainty"]),
    )


def _plan(source: Source, row: Mapping[str, Any]) -> list[Block]:
    words = source.words
    entry = next(
        (e for e in source.inputs["plan_entries"] if e["id"] == row["plan_entry_id"]), None
    )
    if entry is None:
        return []
    names = (
        "plan_id",
        "instrument",
        "clause",
        "site_name",
        "programme",
        "frequency_mhz",
        "erp_max_dbw",
        "power_max_kw",
        "antenna_height_m",
        "effective_height_max_m",
        "polarization",
    )
    rows = [
        (words.label(name), (words.value(name, entry[name]),))
        for name in names
        if entry.get(name) not in (None, "")
    ]
    blocks: list[Block] = [Heading(words.say("plan_heading")), Facts(tuple(rows))]
    pattern = entry.get("attenuation_db") or ()
    if pattern:
        caption = "plan_pattern_caption"
        blocks.append(pattern_table(pattern, entry.get("erp_max_dbw"), words, caption=caption))
    return blocks


def _considered(
    source: Source, station: Mapping[str, Any], row: Mapping[str, Any], alone: bool
) -> list[Block]:
    """Return every other station with its distance and what came of it."""
    words = source.words
    found: dict[str, list[str]] = {}
    for finding in row["findings"]:
        if finding["check"] == _PROTECTION and finding["counterpart"]:
            found.setdefault(finding["counterpart"], []).append(finding["outcome"])
    others = sorted(
        (_away(station, other), other["id"], other)
        for other in source.inputs["stations"]
        if other["id"] != station["id"] and (alone or other["id"] in found)
    )
    left_out = len(source.inputs["stations"]) - 1 - len(others)
    blocks: list[Block] = []
    if others:
        columns = ("station", "frequency", "distance", "considered")
        blocks.append(
            Table(
                words.say("considered_caption"),
                tuple(words.say(f"column_{column}") for column in columns),
                tuple(
                    (
                        other["name"],
                        words.number(other["frequency_mhz"]),
                        words.number(away, 1),
                        _worst(found.get(other["id"], ()), words),
                    )
                    for away, _, other in others
                ),
                frozenset({1, 2}),
                (5, 2, 2, 5),
            )
        )
    if left_out:
        blocks.append(Paragraph(words.say("considered_left_out", count=left_out)))
    return blocks or [Paragraph(words.say("considered_none"))]


def _away(station: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    return float(
        distance_km(
            station["longitude"], station["latitude"], other["longitude"], other["latitude"]
        )
    )


def _worst(outcomes: Sequence[str], words: Words) -> str:
    if not outcomes:
        return words.say("considered_no_ratio")
    return words.outcome(min(outcomes, key=_ORDER.index))
