"""Report of a search for the source of an interference: hypotheses ranked, and why."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from maps.documents.common import Source, assemble
from maps.documents.content import Block, Facts, Figure, Paragraph, Report, Section, Table
from maps.documents.source_fix import fix_blocks
from maps.figure_views import SourceView
from maps.source_figure import source_svg
from maps.source_words import (
    MOST_ROWS,
    OUTSIDE,
    columns,
    measurement_title,
    measurement_value,
    named,
    position,
    say,
    share,
)
from maps.words import Words
from propagation.compliance.source_rules import LAW

__all__ = ["brief_parts", "source_parts", "source_report"]

_ATTENUATOR_DB: Final = 10
_BRIEF: Final = (0, 1, 2, 6)
"""Columns of a narrow ranking: rank, candidate, probability, why."""


def source_report(source: Source) -> Report:
    """Return the report of a search for a source."""
    words = source.words
    asked = source.inputs["asked"]
    name = asked["name"] or position(asked, words)
    return assemble(source, say(words, "report_title", name=name), source_parts(source).values())


def source_parts(source: Source) -> dict[str, Section]:
    """Return the parts of a report, by their names, in their order: a letter may hold some."""
    heads: dict[str, Callable[[Source], list[Block]]] = {
        "ranking": _ranking,
        "map": _map,
        "observed": _observations,
        "fix": fix_blocks,
        "next": _next,
        "remedies": _remedies,
        "law": _law,
    }
    made = {name: part(source) for name, part in heads.items()}
    return {
        name: Section(say(source.words, f"{name}_heading"), blocks)
        for name, blocks in made.items()
        if blocks
    }


def brief_parts(source: Source) -> dict[str, Section]:
    """Return the same parts for a page or a letter beside other things: a narrow ranking."""
    parts = source_parts(source)
    ranking = parts["ranking"]
    return parts | {"ranking": Section(ranking.heading, [_brief(one) for one in ranking.blocks])}


def _brief(block: Block) -> Block:
    """Return a table without the columns that the whole report is opened for."""
    if not isinstance(block, Table):
        return block
    columns, *rows = (
        tuple(row[place] for place in _BRIEF) for row in (block.columns, *block.rows)
    )
    return Table(block.caption, columns, tuple(rows), widths=(2, 6, 3, 9))


def _named(row: Mapping[str, Any], source: Source) -> str:
    """Return what a candidate is called: its mechanism and its stations."""
    names = {one["id"]: one["name"] for one in source.inputs["stations"]}
    return named(row, names, source.words)


def _by_key(source: Source) -> dict[str, str]:
    named: dict[str, str] = {}
    for row in source.results["candidates"]:
        named[row["key"]] = _named(row, source)
        for part in row.get("parts", ()):
            told = {"mechanism": named[row["key"]]}
            name = say(source.words, f"mechanism.{part['mechanism']}")
            named[part["key"]] = say(source.words, "candidate", name=name, **told)
    return named


# --- ranking ---


def _ranking(source: Source) -> list[Block]:
    words, results = source.words, source.results
    rows = results["candidates"]
    first = rows[0]
    told = say(
        words,
        "conclusion",
        name=_named(first, source),
        probability=share(first["probability"], words),
    )
    names = ("rank", "candidate", "probability", "field", "excess", "distance", "why")
    table = Table(
        say(words, "ranking_caption"),
        columns(words, *names),
        tuple(
            line
            for rank, row in enumerate(rows[:MOST_ROWS], start=1)
            for line in _candidate(rank, row, source)
        ),
        frozenset({0, 2, 4}),
        (1, 5, 2, 3, 2, 3, 6),
    )
    further = results["further"] + max(len(rows) - MOST_ROWS, 0)
    return [
        Paragraph(told, strong=True),
        Paragraph(say(words, "not_evidence"), strong=True),
        Paragraph(_victim(source)),
        table,
        *([Paragraph(say(words, "further", count=further))] if further else []),
        Paragraph(say(words, "prior_note")),
    ]


def _victim(source: Source) -> str:
    words, asked, wanted = source.words, source.inputs["asked"], source.results["wanted_dbuvm"]
    how = "assumed"
    if asked["wanted_dbuvm"] is not None:
        how = "stated"
    elif source.results["wanted_predicted"]:
        how = "predicted"
    key = "wanted_none" if wanted is None else f"wanted_{how}"
    return say(
        words,
        "victim_line",
        position=position(asked, words),
        frequency=words.number(asked["frequency_mhz"]),
        service=say(words, f"service_{asked['service']}"),
        wanted=say(words, key, value=words.number(wanted, 1)),
    )


def _candidate(rank: int, row: Mapping[str, Any], source: Source) -> Iterator[tuple[str, ...]]:
    """Yield the line of a candidate, and those of its parts beneath it."""
    words = source.words
    probability = share(row["probability"], words)
    if row["key"] == OUTSIDE:
        why = "; ".join(_why_outside(row, words))
        yield str(rank), _named(row, source), probability, "–", "–", "–", why
        for place, part in enumerate(row.get("parts", ()), start=1):  # old studies have none
            name = say(words, f"mechanism.{part['mechanism']}")
            stated, why = share(part["probability"], words), "; ".join(_why_part(part, source))
            yield f"{rank}.{place}", name, stated, "–", "–", "–", why
        return
    fields = "{} / {}".format(*(words.number(row[f"field_{one}_dbuvm"], 1) for one in ("50", "1")))
    away = f"{words.number(row['distance_km'], 1)} / {words.number(row['azimuth_deg'], 0)}°"
    excess = words.number(row["excess_db"], 1)
    why = "; ".join(_why(row, source))
    yield str(rank), _named(row, source), probability, fields, excess, away, why


def _why(row: Mapping[str, Any], source: Source) -> Iterable[str]:
    words, values = source.words, row["values"]
    mhz = words.number(row["emission_mhz"])
    mechanism = row["mechanism"]
    if "formula" in values:
        carriers = ", ".join(values["carriers"])
        told = {"formula": values["formula"], "order": values["order"], "frequency": mhz}
        yield say(words, "why_product", carriers=carriers, **told)
        yield from _why_product(values, words)
    elif mechanism == "harmonic":
        yield say(words, "why_harmonic", order=values["order"], frequency=mhz)
    elif mechanism == "local_oscillator":
        between = words.number(round(row["emission_mhz"], 3))
        yield say(words, "why_oscillator", frequency=between)
    elif "spacing_khz" in values:
        yield say(words, "why_spacing", spacing_khz=words.number(values["spacing_khz"]))
    if "mask_dbc" in values:
        yield _why_mask(values, source)
    if not row["on_air"]:
        yield say(words, "why_receiver")
    if row["assumed"]:
        names = ", ".join(words.label(name) for name in row["assumed"])
        yield say(words, "why_assumed", names=names)
    if row["hours"]:
        yield say(words, "why_hours", hours=row["hours"])
    if row["abroad"]:
        yield say(words, "why_abroad")


def _why_mask(values: Mapping[str, Any], source: Source) -> str:
    """Return what a station may send beside its channel, with the label of the limit."""
    words, rules = source.words, source.inputs["rules"]["rules"]
    label = ""
    if "mask" in values:  # older studies name no rule
        label = f" ({words.confidence(rules[values['mask']]['confidence'])})"
    return say(words, "why_mask", mask_dbc=words.number(values["mask_dbc"]), label=label)


def _why_product(values: Mapping[str, Any], words: Words) -> Iterable[str]:
    """Yield what is said of products between sites, and of those that a receiver makes."""
    if "apart_m" in values:
        yield say(words, "why_near", apart_m=words.number(values["apart_m"]))
    if "intercept_dbuvm" in values:
        levels = ", ".join(words.number(one, 1) for one in values["levels_dbuvm"])
        told = {"intercept": words.number(values["intercept_dbuvm"]), "order": values["order"]}
        yield say(words, "why_strong", levels=levels, **told)
        if values["intermediate"]:
            yield say(words, "why_intermediate")
        drop = words.number(_ATTENUATOR_DB * values["order"])
        yield say(words, "why_attenuator", drop=drop)


def _why_part(part: Mapping[str, Any], source: Source) -> Iterable[str]:
    """Yield what is said of one of the things that a source outside the register may be."""
    words, values, border = source.words, part["values"], source.inputs["border"]
    kind = part["mechanism"]
    if kind == "nothing_on_air":
        yield say(words, "part_nothing")
        return
    most = words.number(values["most_erp_dbw"])
    if kind == "exempt_device":
        rules, title = source.inputs["rules"]["rules"], f"title_{words.language.value}"
        names = "; ".join(
            f"{rules[one][title]} ({words.confidence(rules[one]['confidence'])})"
            for one in values["rules"]
        )
        yield say(words, "part_exempt", most=most, names=names)
    elif kind == "foreign":
        uncertainty = words.number(border["position_uncertainty_km"], 1)
        yield say(words, "part_foreign", country=border["country"], uncertainty=uncertainty)
    else:
        yield say(words, "part_any", most=most)
    yield say(words, "outside_place", position=position(part, words))


def _why_outside(row: Mapping[str, Any], words: Words) -> Iterable[str]:
    yield say(words, "outside_place", position=position(row, words))
    if row["abroad_share"]:
        yield say(words, "outside_abroad", share=share(row["abroad_share"], words))


# --- map and observations ---


def _map(source: Source) -> list[Block]:
    """Return the map on paper; a page shows it itself."""
    words, view = source.words, source.view
    if not isinstance(view, SourceView):
        return []
    title = say(words, "map_title")
    return [Figure(title, title, source_svg(view, words.language), ())]


def _observations(source: Source) -> list[Block]:
    words, names = source.words, _by_key(source)
    rows = []
    for one in source.results["observations"]:
        title = _observation(one, source)
        moved = [
            effect
            for effect in one["effects"]
            if max(effect["before"], effect["after"]) >= 0.01 or effect is one["effects"][0]
        ]
        for place, effect in enumerate(moved):
            rows.append(
                (
                    title if place == 0 else "",
                    names[effect["key"]],
                    share(effect["before"], words),
                    share(effect["after"], words),
                    words.number(round(effect["log10_factor"], 2), 2),
                )
            )
    if not rows:
        return [Paragraph(say(words, "observed_none"))]
    return [
        Table(
            say(words, "observed_caption"),
            columns(words, "observation", "effect", "before", "after", "factor"),
            tuple(rows),
            frozenset({2, 3, 4}),
            (5, 6, 2, 2, 2),
        )
    ]


def _observation(one: Mapping[str, Any], source: Source) -> str:
    words, observed = source.words, source.inputs["observed"]
    if one["kind"] == "bearing":
        stations = list(dict.fromkeys(row["station"] for row in observed["bearings"]))
        name = stations[one["place"]]
        angles = ", ".join(
            f"{words.number(row['bearing_deg'], 1)}° ± {words.number(row['error_deg'], 1)}°"
            for row in observed["bearings"]
            if row["station"] == name
        )
        return say(words, "observation_bearing", name=name, angles=angles)
    if one["kind"] == "level":
        row = observed["levels"][one["place"]]
        key = "observation_below" if row["kind"] == "below" else "observation_level"
        return say(words, key, name=row["name"], value=words.number(row["value_dbuvm"], 1))
    if one["kind"] == "frequency":
        mhz = words.number(observed["frequency"]["frequency_mhz"])
        return say(words, "observation_frequency", frequency=mhz)
    heard = sum(row["heard"] for row in observed["log"])
    silent = len(observed["log"]) - heard
    return say(words, "observation_log", heard=heard, silent=silent)


# --- what next ---


def _next(source: Source) -> list[Block]:
    words, told, rows = source.words, source.results["next"], source.results["candidates"]
    if told is None or not told["points"]:
        return [Paragraph(say(words, "next_none"))]
    lead = say(
        words,
        "next_lead",
        first=_named(rows[0], source),
        second=_named(rows[1], source),
        entropy=words.number(round(told["entropy_bits"], 3), 3),
    )
    table = Table(
        say(words, "next_caption"),
        columns(words, "measurement", "place", "bits", "first", "second"),
        tuple(
            _measurement(place, one, words) for place, one in enumerate(told["points"], start=1)
        ),
        frozenset({2}),
        (5, 5, 2, 3, 3),
    )
    return [Paragraph(lead), table]


def _measurement(place: int, one: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    bits = words.number(round(one["bits"], 3), 3)
    shown = (measurement_value(one, name, words) for name in ("first", "second"))
    title = measurement_title(place, one, words)
    return title, position(one, words), bits, *shown


# --- remedies and law ---


def _remedies(source: Source) -> list[Block]:
    words, told = source.words, source.results["remedies"]
    if told is None:
        return [Paragraph(say(words, "remedies_none"))]
    rows = []
    for one in told["measures"]:
        works = {True: "works_yes", False: "works_no", None: "works_unknown"}[one["works"]]
        if one["smallest"]:
            works = "works_smallest"
        rows.append(
            (
                say(words, f"measure.{one['measure']}"),
                say(words, works),
                _change(one, words),
                words.number(one["excess_db"], 1),
            )
        )
    return [
        Paragraph(say(words, "remedies_for", name=_by_key(source)[told["key"]])),
        Table(
            say(words, "remedies_caption"),
            columns(words, "measure", "works", "change", "excess"),
            tuple(rows),
            frozenset({3}),
            (4, 4, 6, 2),
        ),
        Paragraph(say(words, "remedies_note")),
    ]


def _change(one: Mapping[str, Any], words: Words) -> str:
    if one["reason"]:
        return say(words, f"reason_{one['reason']}")
    if one["works"] is False and one["measure"] == "frequency":
        return "–"
    values = {
        name: words.number(value) if isinstance(value, int | float) else value or "–"
        for name, value in one["values"].items()
    }
    return say(words, f"change_{one['measure']}", **values)


def _law(source: Source) -> list[Block]:
    words, rules = source.words, source.inputs["rules"]["rules"]
    english = words.language.value == "en"
    rows: list[tuple[str, ...]] = []
    for name in LAW:
        rule = rules.get(name)
        if rule is None:
            continue
        clause = rule["clause_en"] if english and rule.get("clause_en") else rule["clause"]
        rows.append(
            (
                rule["title_en" if english else "title_vi"],
                f"{rule['instrument']}, {clause}",
                words.confidence(rule["confidence"]),
                rule["note_en" if english else "note_vi"] or "",
            )
        )
    return [
        Table(
            say(words, "law_caption"),
            columns(words, "rule", "clause", "confidence", "note"),
            tuple(rows),
            widths=(4, 4, 2, 7),
        ),
        Facts(((say(words, "column_remark"), (say(words, "not_evidence"),)),)),
    ]
