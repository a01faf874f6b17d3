"""Report of a proposed site: the verdict list with clauses, and the tables behind it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from data.text import Language, text
from gis.errors import NotFoundError
from gis.jurisdictions import jurisdiction
from gis.studies.site_planning import CHECKS
from maps.documents.common import Source, assemble
from maps.documents.compliance_station import Sources, evidence_table, finding_rows
from maps.documents.content import (
    Block,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Report,
    Section,
    Table,
)
from maps.figure_views import SiteView
from maps.findings import ORDER, Teller, gravity
from maps.site_figure import site_mark_rows, site_svg, site_view
from maps.words import Words

__all__ = ["site_planning_report"]

_SUMMARY = ("check", "outcome", "clause", "margin")
_SURFACES = ("runway", "surface", "elevation", "allowed", "penetration", "clause")
_SUPPORTS = ("support", "owner", "distance", "height", "shareable")
_MARKS = ("mark", "mark_kind", "mark_name", "distance", "direction")
_COVERAGE = (
    "antenna",
    "level",
    "served",
    "own_overlap",
    "own_gain",
    "all_overlap",
    "all_gain",
    "existing",
    "left_out",
    "other_technology",
)
_ABOUT = ("facility", "support", "runway", "zone")
"""Values of a finding that name the record which it is about."""
_PAPERS = ("number", "paper", "needed", "body", "days")


def site_planning_report(source: Source) -> Report:
    """Return the report of a proposed site."""
    words, asked = source.words, source.inputs["asked"]
    name = asked["name"] or _position(asked, words)
    sections = [
        Section(words.say("findings_heading"), _summary(source)),
        Section(_say(words, "site_heading"), [_site(source)]),
        Section(_say(words, "map_heading"), list(_map(source))),
        Section(_say(words, "surfaces_heading"), _surfaces(source)),
        Section(_say(words, "supports_heading"), _supports(source)),
        *_coverage(source),
        Section(_say(words, "papers_heading"), _papers(source)),
        *_details(source),
    ]
    return assemble(source, _say(words, "report_title", name=name), sections)


def _say(words: Words, key: str, **values: object) -> str:
    return words.sentence(f"planning.{key}", values)


def _title(check: str, words: Words) -> str:
    return _say(words, f"check.{check.removeprefix('siting.')}")


def _titles(findings: Sequence[Mapping[str, Any]], words: Words) -> list[str]:
    """Return the titles of a check's findings: each names what tells it from the others."""
    told = [_layer_title(one, words) for one in findings]
    if len(told) > len(set(told)):
        told = [_of_what(title, one, words) for title, one in zip(told, findings, strict=True)]
    if len(told) > len(set(told)):
        rules = [_rule(one, words) for one in findings]
        told = [f"{title} ({rule})" for title, rule in zip(told, rules, strict=True)]
    return told


def _of_what(title: str, finding: Mapping[str, Any], words: Words) -> str:
    """Return a title with the record that the finding is about, else with its rule."""
    names = [finding["values"][one] for one in _ABOUT if one in finding["values"]]
    return f"{title}: {names[0] if names else _rule(finding, words)}"


def _rule(finding: Mapping[str, Any], words: Words) -> str:
    return str(finding["rule"][f"title_{words.language}"])


def _layer_title(finding: Mapping[str, Any], words: Words) -> str:
    """Return the title of a finding: a check that looks at several layers names its own."""
    title, kind = _title(finding["check"], words), finding["values"].get("zone_kind")
    if kind is None:
        return title
    return f"{title}: {text(f'register.planning_zone_kind.{kind}', words.language)}"


def _position(asked: Mapping[str, Any], words: Words) -> str:
    return words.say(
        "position_value",
        latitude=words.number(asked["latitude"], 5),
        longitude=words.number(asked["longitude"], 5),
    )


def _of(source: Source, check: str) -> list[Mapping[str, Any]]:
    """Return the findings of a check, the gravest first."""
    found = [_named(one, source) for one in source.results["findings"] if one["check"] == check]
    return sorted(found, key=gravity)


def _named(finding: Mapping[str, Any], source: Source) -> Mapping[str, Any]:
    """Return a finding that tells provinces by their names, where those are known."""
    names = source.inputs.get("province_names", {})  # older records have none
    evidence = [
        {**one, "value": ", ".join(names.get(code, code) for code in str(one["value"]).split())}
        if one["name"] == "licence_area"
        else one
        for one in finding["evidence"]
    ]
    values = finding["values"]
    if "province" in values:
        values = {**_province(source), **values}
    return {**finding, "values": values, "evidence": evidence}


def _province(source: Source) -> dict[str, str]:
    """Return what the province of a site is called in each language; nothing if not known."""
    try:
        place = jurisdiction(source.inputs["jurisdiction"])
    except NotFoundError:
        return {}
    return {f"province_{one}": place.name(one) for one in Language}


def _teller(source: Source) -> Teller:
    inputs = source.inputs
    rows = (*inputs["runways"], *inputs["facilities"], *inputs["supports"], *inputs["zones"])
    names = {row["id"]: row["name"] for row in rows}
    return Teller(source.results["findings"], names, source.words)


def _summary(source: Source) -> list[Block]:
    """Return the verdict list: each finding with its outcome, clause and margin."""
    words, teller = source.words, _teller(source)
    told = words.outcome(source.results["outcome"])
    rows = []
    for check in CHECKS:
        findings = _of(source, check)
        for title, finding in zip(_titles(findings, words), findings, strict=True):
            one = teller.finding(finding)
            outcome = one.outcome_text
            if one.advisory:
                outcome = words.say("outcome_advisory", outcome=outcome)
            margin = finding["values"].get("margin_m")
            rows.append((title, outcome, one.basis, words.number(margin, 1)))
    table = Table(
        _say(words, "summary_caption"),
        tuple(_say(words, f"column_{column}") for column in _SUMMARY),
        tuple(rows),
        frozenset({3}),
        (6, 4, 8, 2),
    )
    heading = words.say("summary_line", outcome=told)
    return [
        Heading(heading, (), source.results["outcome"], told),
        table,
        Paragraph(_say(words, "approval_note")),
    ]


def _site(source: Source) -> Facts:
    words, inputs, results = source.words, source.inputs, source.results
    asked = inputs["asked"]
    stated = asked["ground_height_m"] is not None
    rows: list[tuple[str, tuple[str, ...]]] = [
        (words.say("position"), (_position(asked, words),)),
        (_say(words, "field_kind"), (_say(words, f"kind.{asked['kind']}"),)),
        (_say(words, "field_structure_height_m"), (words.value("height_m", asked["height_m"]),)),
        (
            _say(words, "field_ground"),
            (
                words.value("height_m", inputs["ground_elevation_m"]),
                _say(words, "ground_stated" if stated else "ground_terrain"),
            ),
        ),
    ]
    for name in ("building_height_m", "reach_m", "railway_distance_m"):
        if asked[name] is not None:
            rows.append((_say(words, f"field_{name}"), (words.value(name, asked[name]),)))
    rows.append((_say(words, "evidence.mast_class"), (results["mast_class"] or "–",)))
    if inputs["commune"]:
        urban = {True: "urban", False: "outside", None: "unknown"}[inputs["urban"]]
        rows.append(
            (_say(words, "field_commune"), (inputs["commune"], _say(words, f"zone_{urban}")))
        )
    for one in asked["antennas"]:
        told = [words.value(name, one[name]) for name in sorted(one) if name != "technology"]
        if "technology" in one:
            told.append(_technology(one, words))
        rows.append((_say(words, "field_antenna"), ("; ".join(told),)))
    return Facts(tuple(rows))


def _map(source: Source) -> Iterable[Block]:
    """Yield the map on paper, where a page shows it itself, and the table of its marks."""
    words, study = source.words, source.study
    view = source.view
    if isinstance(view, SiteView):
        title = _say(words, "map_title", name=view.name or "–")
        yield Figure(title, title, site_svg(view, words.language), ())
    else:
        view = site_view(study)
    rows = site_mark_rows(view, words)
    if not rows:
        yield Paragraph(_say(words, "map_none"))
        return
    yield Table(
        _say(words, "map_caption"),
        tuple(_say(words, f"column_{column}") for column in _MARKS),
        tuple(rows),
        frozenset({0, 3, 4}),
        (1, 4, 6, 2, 2),
    )
    if view.further:
        yield Paragraph(_say(words, "map_further", count=view.further))


def _surfaces(source: Source) -> list[Block]:
    words, rows = source.words, source.results["surfaces"]
    if not rows:
        known = "surfaces_none" if source.inputs["runways"] else "surfaces_no_runway"
        if source.inputs["asked"]["public"]:
            known = "surfaces_public"
        return [Paragraph(_say(words, known))]
    clause = "clause_en" if words.language.value == "en" else "clause"
    return [
        Table(
            _say(words, "surfaces_caption"),
            tuple(_say(words, f"column_{column}") for column in _SURFACES),
            tuple(
                (
                    _end(row, words),
                    _say(words, f"surface.{row['surface']}"),
                    words.number(row["elevation_m"], 1),
                    words.number(row["allowed_height_m"], 1),
                    words.number(row["penetration_m"], 1),
                    f"{row['instrument']}, {row[clause]}",
                )
                for row in rows
            ),
            frozenset({2, 3, 4}),
            (5, 5, 2, 2, 2, 6),
        )
    ]


def _end(row: Mapping[str, Any], words: Words) -> str:
    """Return a runway, with the threshold that its surface belongs to."""
    if row["end"] is None:
        return str(row["runway"])
    return _say(words, "runway_end", runway=row["runway"], end=row["end"] + 1)


def _supports(source: Source) -> list[Block]:
    words, rows = source.words, source.inputs["supports"]
    if not rows:
        return [Paragraph(_say(words, "supports_none"))]
    return [
        Table(
            _say(words, "supports_caption"),
            tuple(_say(words, f"column_{column}") for column in _SUPPORTS),
            tuple(
                (
                    row["name"],
                    row["owner"],
                    words.number(row["distance_m"], 0),
                    words.number(row["height_m"], 1),
                    words.value("shareable", row["shareable"]),
                )
                for row in rows
            ),
            frozenset({2, 3}),
            (6, 5, 2, 2, 3),
        )
    ]


def _technology(one: Mapping[str, Any], words: Words) -> str:
    return words.sentence(f"mobile.generation_{one['technology']}", {})


def _coverage(source: Source) -> Iterable[Section]:
    """Yield what the antennas would cover, gained and covered already; older records have none."""
    words, rows = source.words, source.results.get("coverage")
    if rows is None:
        return
    asked = source.inputs["coverage"]
    known = [row for row in rows if row["reason"] is None]
    blocks: list[Block] = [] if rows else [Paragraph(_say(words, "coverage_none"))]
    if known:
        sizes = {name: asked[name] for name in ("radius_km", "cell_m", "reach_km")}
        blocks.append(Paragraph(_say(words, "coverage_lead", **sizes)))
        blocks.append(_coverage_table(known, words))
    for row in rows:
        blocks += [Paragraph(told) for told in _about(row, words)]
    if rows and asked["not_stated"]:
        blocks.append(Paragraph(_say(words, "coverage_not_stated", count=asked["not_stated"])))
    if known:
        blocks += [Paragraph(_say(words, name)) for name in _coverage_notes(source, known)]
        blocks.append(Paragraph(known[0]["remark"][words.language.value]))
    yield Section(_say(words, "coverage_heading"), blocks)


def _coverage_table(rows: Sequence[Mapping[str, Any]], words: Words) -> Table:
    return Table(
        _say(words, "coverage_caption"),
        tuple(_say(words, f"column_{column}") for column in _COVERAGE),
        tuple(
            (
                _say(words, "coverage_antenna", **_antenna(row, words)),
                _level(row, words),
                *(words.number(row[f"{name}_km2"], 2) for name in _COVERAGE[2:7]),
                _existing(row, words),
                words.number(row["left_out"]),
                words.number(row["other_technology"]),
            )
            for row in rows
        ),
        frozenset({2, 3, 4, 5, 6, 8, 9}),
        (5, 5, 2, 2, 2, 3, 3, 3, 2, 2),
    )


def _antenna(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    return {
        "number": str(row["number"]),
        "frequency": words.number(row["frequency_mhz"]),
        "eirp": words.number(row["eirp_dbm"]),
        "height": words.number(row["height_above_ground_m"]),
    }


def _level(row: Mapping[str, Any], words: Words) -> str:
    key = "coverage_technology" if row["technology_stated"] else "coverage_technology_usual"
    level, technology = words.number(row["minimum_level_dbm"]), _technology(row, words)
    return _say(words, key, technology=technology, band=row["band"], level=level)


def _existing(row: Mapping[str, Any], words: Words) -> str:
    count, own = words.number(row["existing"]), row["own_existing"]
    if own is None:
        return count
    return _say(words, "coverage_existing", existing=count, own=words.number(own))


def _about(row: Mapping[str, Any], words: Words) -> Iterable[str]:
    """Yield why an antenna has no areas, or where its level is not known."""
    if row["reason"] is not None:
        told = {**_antenna(row, words), "reason": row["reason"][words.language.value]}
        yield _say(words, "coverage_reason", **told)
    elif row["unknown_km2"]:
        area = words.number(row["unknown_km2"], 2)
        yield _say(words, "coverage_unknown", number=str(row["number"]), area=area)


def _coverage_notes(source: Source, known: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    asked = source.inputs["asked"]
    yield "coverage_levels"
    if not all(row["technology_stated"] for row in known):
        yield "coverage_usual"
    if asked["organisation_id"] is None:
        yield "coverage_no_applicant"
    if any(row["left_out"] or row["other_technology"] for row in known):
        yield "coverage_left_out_note"
    if asked["public"]:
        yield "coverage_public"


def _papers(source: Source) -> list[Block]:
    words, rows = source.words, source.results["papers"]
    if not rows:
        return [Paragraph(_say(words, "papers_none"))]
    table = Table(
        _say(words, "papers_caption"),
        tuple(_say(words, f"column_{column}") for column in _PAPERS),
        tuple(
            (
                str(place),
                _say(words, f"paper.{row['step']}"),
                _needed(row, words),
                _say(words, f"body.{row['body']}"),
                words.number(row["working_days"]),
            )
            for place, row in enumerate(rows, start=1)
        ),
        frozenset({0, 4}),
        (1, 8, 5, 5, 2),
    )
    return [
        table,
        Paragraph(_say(words, "papers_note")),
    ]


def _needed(row: Mapping[str, Any], words: Words) -> str:
    """Return whether a step is needed, and which checks say so; older records name none."""
    told = _say(words, f"needed.{row['needed']}")
    because = ", ".join(_title(check, words) for check in row.get("because", ()))
    return _say(words, "needed_because", needed=told, checks=because) if because else told


def _details(source: Source) -> Iterable[Section]:
    """Yield every check with its findings in full, and the sources of their evidence."""
    words, teller, sources = source.words, _teller(source), Sources()
    known = [(check, found) for check in CHECKS if (found := _of(source, check))]
    for number, (check, findings) in enumerate(known, start=1):
        worst = min((one["outcome"] for one in findings), key=ORDER.index)
        blocks: list[Block] = []
        titles = _titles(findings, words)
        for place, (title, finding) in enumerate(zip(titles, findings, strict=True), start=1):
            one = teller.finding(finding)
            label = f"{number}.{place}"
            heading = words.say(
                "finding_line", number=label, check=title, outcome=one.outcome_text
            )
            blocks += [
                Heading(heading, (), one.outcome, one.outcome_text),
                Facts(tuple(finding_rows(one, words, ruled=True))),
            ]
            if one.evidence:
                blocks.append(evidence_table(one.evidence, label, sources, words))
        yield Section(_title(check, words), blocks, worst, words.outcome(worst))
    if sources.known:
        yield Section(words.say("sources_heading"), [sources.table(words)])
