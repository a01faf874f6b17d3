"""What a compliance study rests on: versions of plans, rules and boundaries, and audit lines."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from data.text import has, when
from gis.studies.findings import basis, force_of
from maps.documents.common import Source
from maps.documents.content import Block, Bullets, Paragraph, Section, Table
from maps.words import Words

__all__ = ["audit_section", "versions_section"]


def versions_section(source: Source, rows: Sequence[Mapping[str, Any]]) -> Section:
    """Return the plans, rules and boundaries that decided, each with its span of validity.

    Parameters
    ----------
    source : Source
        The study.
    rows : sequence of mapping
        The stations reported.
    """
    words = source.words
    blocks = [*_plans(source), *_rules(rows, words), *_boundaries(source)]
    return Section(words.say("versions_heading"), blocks)


def _plans(source: Source) -> Iterable[Block]:
    """Yield the plan versions with their instruments and number of lines."""
    words = source.words
    plans: dict[tuple[str, ...], int] = {}
    for entry in source.inputs["plan_entries"]:
        key = (
            words.value("plan_id", entry["plan_id"]),
            entry["instrument"],
            _span(entry, words),
            words.confidence(entry["provenance"]["confidence"]),
        )
        plans[key] = plans.get(key, 0) + 1
    if not plans:
        yield Paragraph(words.say("plans_none"))
        return
    columns = ("plan", "instrument", "validity", "confidence", "lines")
    yield Table(
        words.say("plans_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple((*key, words.number(count)) for key, count in sorted(plans.items())),
        frozenset({4}),
        (4, 4, 4, 3, 1),
    )


def _rules(rows: Sequence[Mapping[str, Any]], words: Words) -> Iterable[Block]:
    """Yield the rules that findings of these stations rest on."""
    rules = {finding["rule"]["id"]: finding["rule"] for row in rows for finding in row["findings"]}
    columns = ("rule", "basis", "validity", "confidence", "force")
    yield Table(
        words.say("rules_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(
            (
                f"{rule[f'title_{words.language}']} ({rule['id']})",
                basis(rule, words.language),
                _span(rule, words),
                words.confidence(rule["confidence"]),
                words.say(f"force_{force_of(rule)}"),
            )
            for _, rule in sorted(rules.items())
        ),
        widths=(5, 5, 3, 3, 2),
    )


def _boundaries(source: Source) -> Iterable[Block]:
    """Yield the outlines of provinces and communes, with validity and uncertainty."""
    words = source.words
    named = [
        (one["name"], one["boundary"])
        for one in source.inputs.get("provinces", {}).values()
        if one.get("boundary")
    ]
    if not named:
        yield Paragraph(words.say("boundaries_none"))
        return
    columns = ("unit", "validity", "uncertainty", "official", "source")
    yield Table(
        words.say("boundaries_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(
            (
                name,
                _span(boundary, words),
                words.value("position_uncertainty_m", boundary["position_uncertainty_m"]),
                words.value("official", boundary["official"]),
                boundary["provenance"]["source"],
            )
            for name, boundary in sorted(named, key=lambda one: str(one[0]))
        ),
        frozenset({2}),
        (3, 3, 2, 2, 6),
    )


def _span(record: Mapping[str, Any], words: Words) -> str:
    """Return from when until when something holds."""
    first, last = record.get("valid_from"), record.get("valid_to")
    if first is None and last is None:
        return words.say("span_open")
    days = [None if day is None else _day(day, words) for day in (first, last)]
    if first is None:
        return words.say("span_until", last=days[1])
    if last is None:
        return words.say("span_since", first=days[0])
    return words.say("span", first=days[0], last=days[1])


def _day(value: str, words: Words) -> str:
    return when(date.fromisoformat(value), words.language)


def audit_section(source: Source, rows: Sequence[Mapping[str, Any]]) -> Section:
    """Return what was read and what was left out, so that each line can be followed back.

    Parameters
    ----------
    source : Source
        The study.
    rows : sequence of mapping
        The stations reported.
    """
    words = source.words
    stations = {one["id"]: one for one in source.inputs["stations"]}
    lines = [
        words.say("audit_judged", count=len(rows)),
        words.say("audit_considered", count=len(stations)),
        words.say("audit_communes", count=len(source.inputs.get("communes", ()))),
        words.say("audit_findings", count=sum(len(row["findings"]) for row in rows)),
    ]
    without = [_left_out(row, words) for row in rows if row.get("without")]
    lines += without or [words.say("audit_nothing_left_out")]
    columns = ("station", "record", "source", "confidence")
    table = Table(
        words.say("records_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(_record(stations[one], words) for one in sorted(stations, key=_name_of(stations))),
        widths=(4, 3, 6, 3),
    )
    return Section(words.say("audit_heading"), [Bullets(tuple(lines)), table])


def _name_of(stations: Mapping[str, Mapping[str, Any]]) -> Any:
    return lambda one: (stations[one]["name"], one)


def _left_out(row: Mapping[str, Any], words: Words) -> str:
    missing = ", ".join(_value_name(name, words) for name in row["without"])
    return words.say("audit_left_out", station=row["name"], missing=missing)


def _value_name(name: str, words: Words) -> str:
    return words.sentence(name) if has(name) else words.label(name)


def _record(station: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    provenance = station["provenance"]
    row = provenance.get("row")
    told = provenance["source"]
    if row is not None:
        told = words.say("audit_row", source=told, row=row)
    return station["name"], station["id"], told, words.confidence(provenance["confidence"])
