"""One station in full: the fifteen checks, its records, its service edge, who was considered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gis.geodesy import distance_km
from maps.documents.affected import application_stamps
from maps.documents.common import Source, pattern_table, station_facts
from maps.documents.content import Block, Facts, Heading, Paragraph, Section, Table
from maps.findings import ORDER, ToldCheck, ToldEvidence, ToldFinding, check_title, told_checks
from maps.words import Words
from propagation.compliance.catalogue import number_of

__all__ = ["Sources", "evidence_table", "finding_rows", "station_sections"]

_AZIMUTHS = range(0, 360, 10)
_SPELT_OUT = 3
"""So many advisory findings of a check are told in full; the others stand in a table."""
_METHODS = ("simplified_multiplication", "power_sum", "t_lnm")
_PLAN = (
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


def station_sections(source: Source, row: Mapping[str, Any]) -> list[Section]:
    """Return everything that is particular to a station.

    Parameters
    ----------
    source : Source
        The study.
    row : mapping
        The station in its results.
    """
    words = source.words
    station = next(item for item in source.inputs["stations"] if item["id"] == row["station_id"])
    checks = told_checks(source.study, row, words)
    sources = Sources()
    advisory = any(check.advisory for check in checks)
    sections = [
        Section(words.say("findings_heading"), _summary(source, row, checks)),
        Section(words.say("deciding_heading"), list(_deciding(checks, sources, words))),
    ]
    if advisory:
        blocks = [
            Paragraph(words.sentence("findings.advisory_text")),
            *_advisory(checks, sources, words),
        ]
        sections.append(Section(words.say("advisory_heading"), blocks))
    if sources.known:
        sections.append(Section(words.say("sources_heading"), [sources.table(words)]))
    sections += [
        Section(words.say("station_heading"), station_facts(station, words)),
        *_plan(source, row),
        *_edge(source, station, row),
        Section(words.say("considered_heading"), _considered(source, station, row)),
    ]
    return sections


# --- findings ---


def _summary(source: Source, row: Mapping[str, Any], checks: Sequence[ToldCheck]) -> list[Block]:
    words = source.words
    outcome = words.outcome(row["outcome"])
    synthetic = (words.say("stamp_synthetic"),) if row["synthetic"] else ()
    stamps = (*synthetic, *application_stamps(source))
    columns = ("check_number", "check_title", "outcome", "margin")
    table = Table(
        words.say("findings_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(_summary_row(check, words) for check in checks),
        frozenset({0, 3}),
        (1, 7, 6, 2),
    )
    heading = words.say("summary_line", outcome=outcome)
    return [Heading(heading, stamps, row["outcome"], outcome), table]


def _summary_row(check: ToldCheck, words: Words) -> tuple[str, ...]:
    outcome = check.outcome_text
    if check.mark.advisory:
        outcome = words.say("outcome_advisory", outcome=outcome)
    return str(check.mark.number), check.title, outcome, words.number(check.margin_db, 1)


def _deciding(checks: Sequence[ToldCheck], sources: "Sources", words: Words) -> Iterable[Block]:
    for check in checks:
        yield from _findings(check, check.deciding, sources, words)


def _advisory(checks: Sequence[ToldCheck], sources: "Sources", words: Words) -> Iterable[Block]:
    """Yield the advisory findings: the gravest of each check in full, many others in a table."""
    for check in checks:
        yield from _findings(check, check.advisory[:_SPELT_OUT], sources, words)
        rest = check.advisory[_SPELT_OUT:]
        if rest:
            columns = ("check_number", "counterpart", "reason", "outcome", "margin")
            yield Table(
                words.say("rest_caption", number=check.mark.number, check=check.title),
                tuple(words.say(f"column_{column}") for column in columns),
                tuple(
                    (
                        f"{check.mark.number}.{place}",
                        one.counterpart or words.number(None),
                        one.reason,
                        one.outcome_text,
                        words.number(one.margin_db, 1),
                    )
                    for place, one in enumerate(rest, start=_SPELT_OUT + 1)
                ),
                frozenset({4}),
                (2, 4, 10, 3, 2),
            )


def _findings(
    check: ToldCheck, findings: Sequence[ToldFinding], sources: "Sources", words: Words
) -> Iterable[Block]:
    """Yield findings of a check; a rule is told once where several rest on it in a row."""
    last = None
    alone = len(check.deciding) + len(check.advisory) == 1
    for place, finding in enumerate(findings, start=1):
        label = str(check.mark.number) if alone else f"{check.mark.number}.{place}"
        yield Heading(
            words.say(
                "finding_line", number=label, check=check.title, outcome=finding.outcome_text
            ),
            (),
            finding.outcome,
            finding.outcome_text,
        )
        rule = (finding.rule, finding.basis, finding.force)
        yield Facts(tuple(finding_rows(finding, words, ruled=rule != last)))
        last = rule
        if finding.evidence:
            yield evidence_table(finding.evidence, label, sources, words)


def finding_rows(
    finding: ToldFinding, words: Words, *, ruled: bool
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield what a finding says, a label with its lines."""
    yield words.say("finding_reason"), (finding.reason,)
    if finding.counterpart:
        yield words.say("finding_counterpart"), (finding.counterpart,)
    if finding.margin_db is not None:
        margin = words.value("margin_db", round(finding.margin_db, 1))
        yield words.say("finding_margin"), (margin,)
    if finding.agreement:
        agreement = words.sentence(f"findings.agreement.{finding.agreement}")
        yield words.sentence("findings.field_agreement"), (agreement,)
    for key in ("changes", "missing", "measure", "reservations"):
        told: tuple[str, ...] = getattr(finding, key)
        if told:
            yield words.sentence(f"findings.field_{key}"), told
    if ruled:
        note = (finding.note,) if finding.note else ()
        known = words.say("basis_known", basis=finding.basis, confidence=finding.confidence)
        told = (finding.rule, known, finding.force, *note)
        yield words.say("finding_rule"), told


class Sources:
    """Sources of a station's evidence, each told once and named by its number."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], int] = {}

    def number(self, item: ToldEvidence) -> str:
        """Return the number by which a source is named."""
        key = (item.source, item.confidence)
        return f"[{self.known.setdefault(key, len(self.known) + 1)}]"

    def table(self, words: Words) -> Table:
        """Return all of them."""
        columns = ("number", "source", "confidence")
        proposed = (words.say("source_proposed"), words.confidence("verified"))
        stated = (words.say("source_proposed"), words.say("confidence_stated"))
        return Table(
            words.say("sources_caption"),
            tuple(words.say(f"column_{column}") for column in columns),
            tuple(
                (f"[{number}]", *(stated if key == proposed else key))
                for key, number in self.known.items()
            ),
            widths=(1, 9, 3),
        )


def evidence_table(
    evidence: Sequence[ToldEvidence], label: str, sources: Sources, words: Words
) -> Table:
    """Return what a finding rests on."""
    columns = ("quantity", "value", "evidence_kind", "source")
    return Table(
        words.say("evidence_caption", number=label),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple((item.label, item.value, item.kind, sources.number(item)) for item in evidence),
        frozenset({1}),
        (6, 4, 2, 1),
    )


# --- records ---


def _plan(source: Source, row: Mapping[str, Any]) -> list[Section]:
    words, entries = source.words, source.inputs["plan_entries"]
    entry = next((one for one in entries if one["id"] == row["plan_entry_id"]), None)
    if entry is None:
        return []
    rows = [
        (words.label(name), (words.value(name, entry[name]),))
        for name in _PLAN
        if entry.get(name) not in (None, "")
    ]
    blocks: list[Block] = [Facts(tuple(rows))]
    pattern = entry.get("attenuation_db") or ()
    if pattern:
        caption = "plan_pattern_caption"
        blocks.append(pattern_table(pattern, entry.get("erp_max_dbw"), words, caption=caption))
    return [Section(words.say("plan_heading"), blocks)]


# --- service edge ---


def _edge(source: Source, station: Mapping[str, Any], row: Mapping[str, Any]) -> Iterable[Section]:
    """Yield the service edge on 36 azimuths, where the study kept it."""
    words = source.words
    edge = {one["azimuth_deg"]: one for one in row.get("edge", ())}
    if not edge:
        return
    methods = [one for one in _METHODS if any(one in row["usable_dbuvm"] for row in edge.values())]
    columns = ["azimuth", "edge_erp", "edge_distance", "edge_field", "edge_minimum"]
    heads = [words.say(f"column_{column}") for column in columns]
    heads += [words.say(f"column_usable_{method}") for method in methods]
    table = Table(
        words.say("edge_caption"),
        tuple(heads),
        tuple(_edge_row(azimuth, edge, station, methods, words) for azimuth in _AZIMUTHS),
        frozenset(range(len(heads))),
    )
    yield Section(words.say("edge_heading"), [Paragraph(words.say("edge_text")), table])


def _edge_row(
    azimuth: int,
    edge: Mapping[int, Mapping[str, Any]],
    station: Mapping[str, Any],
    methods: Sequence[str],
    words: Words,
) -> tuple[str, ...]:
    found, pattern = edge.get(azimuth), station.get("attenuation_db") or ()
    erp = station.get("erp_total_dbw")
    if erp is not None and pattern:
        erp -= pattern[azimuth // 10]
    usable = [None if found is None else found["usable_dbuvm"].get(method) for method in methods]
    names = ("distance_km", "wanted_dbuvm", "minimum_dbuvm")
    levels = [None if found is None else found[name] for name in names]
    return (
        words.number(azimuth),
        words.number(erp, 1),
        *(words.number(level, 1) for level in (*levels, *usable)),
    )


# --- the other stations ---


def _considered(source: Source, station: Mapping[str, Any], row: Mapping[str, Any]) -> list[Block]:
    """Return every other station with its distance and what came of it."""
    words = source.words
    found: dict[str, dict[str, str]] = {}
    for finding in row["findings"]:
        if finding["counterpart"]:
            checks = found.setdefault(finding["counterpart"], {})
            known = checks.get(finding["check"], finding["outcome"])
            checks[finding["check"]] = min(known, finding["outcome"], key=ORDER.index)
    others = sorted(
        (_away(station, other), other["id"], other)
        for other in source.inputs["stations"]
        if other["id"] != station["id"]
    )
    if not others:
        return [Paragraph(words.say("considered_none"))]
    columns = ("station", "frequency", "distance", "considered")
    table = Table(
        words.say("considered_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(
            (
                other["name"],
                words.number(other["frequency_mhz"]),
                words.number(away, 1),
                _met(found.get(other["id"], {}), words),
            )
            for away, _, other in others
        ),
        frozenset({1, 2}),
        (5, 2, 2, 6),
    )
    return [table]


def _away(station: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    return float(
        distance_km(
            station["longitude"], station["latitude"], other["longitude"], other["latitude"]
        )
    )


def _met(outcomes: Mapping[str, str], words: Words) -> str:
    """Return what each check that names the other station concluded."""
    if not outcomes:
        return words.say("considered_no_ratio")
    return "; ".join(
        words.say(
            "considered_check",
            number=number_of(check),
            check=check_title(check, words),
            outcome=words.outcome(outcomes[check]),
        )
        for check in sorted(outcomes, key=number_of)
    )
