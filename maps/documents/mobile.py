"""Report of a mobile coverage: what is covered, by whom, in which commune, and where by nobody."""

from collections.abc import Mapping
from typing import Any

from maps.documents.common import Source, assemble, left_out_table
from maps.documents.content import Block, Facts, Figure, Key, Paragraph, Report, Section, Table
from maps.documents.figure import mobile_legend, mobile_svg, swatch_svg
from maps.palette import interferer_letter
from maps.views import MobileView
from maps.words import Words

__all__ = ["mobile_report"]

_AREAS = ("area", "covered", "gap", "unknown", "overlap", "shared")
_MOST_OPERATORS = 5
_MOST_TRANSMITTERS = 60


def mobile_report(source: Source) -> Report:
    """Return the report of a mobile coverage."""
    words = source.words
    sections = [
        Section(words.say("result_heading"), [*_pictures(source), *_result(source)]),
        Section(_say(words, "by_operator"), _operators(source)),
        Section(_say(words, "communes"), _communes(source)),
        Section(_say(words, "transmitters"), _transmitters(source)),
        Section(
            _say(words, "left_out"),
            left_out_table(
                source.inputs["not_assessed"],
                words,
                caption=_say(words, "left_out_caption"),
                none=_say(words, "left_out_none"),
            ),
        ),
    ]
    title = _say(words, "report_title", technology=source.inputs["technology"].upper())
    return assemble(source, title, sections)


def _say(words: Words, key: str, **values: object) -> str:
    return words.sentence(f"mobile.{key}", values)


def _pictures(source: Source) -> list[Block]:
    """Return the maps of the best servers and of the gaps, where there are any."""
    words, view = source.words, source.view
    if not isinstance(view, MobileView):
        return []
    return [
        Figure(
            _say(words, f"layer_{name}"),
            _say(words, f"alternative_{name}"),
            mobile_svg(view, name, words.language),
            tuple(Key(each.text, swatch_svg(each)) for each in mobile_legend(view, name, words)),
        )
        for name in ("server", "operators")
    ]


def _result(source: Source) -> list[Block]:
    words, inputs, results = source.words, source.inputs, source.results
    number = words.number
    rows = [(_say(words, f"asked_{name}"), (told,)) for name, told in _asked(source)]
    for name in _AREAS:
        area = results["area_km2" if name == "area" else f"{name}_km2"]
        if name != "unknown" or area > 0:
            share = words.percent(area / results["area_km2"] if results["area_km2"] else None)
            told = words.value("area_km2", round(area, 1))
            rows.append((_say(words, name), (told if name == "area" else f"{told} ({share})",)))
    lead = _say(
        words,
        "conclusion",
        covered=number(100 * (results["share_covered"] or 0.0), 1),
        gap=number(results["gap_km2"], 1),
        technology=inputs["technology"].upper(),
    )
    notes = [
        "prediction",
        "method",
        "antennas",
        "public_only" if inputs["public"] else _seen(inputs),
    ]
    return [
        Paragraph(lead, strong=True),
        Facts(tuple(rows)),
        *(Paragraph(_say(words, note)) for note in notes),
    ]


def _seen(inputs: Mapping[str, Any]) -> str:
    return "seen_staff" if inputs["asked_by"] is None else "seen_operator"


def _asked(source: Source) -> list[tuple[str, str]]:
    """Return what was asked for, in words."""
    words, inputs = source.words, source.inputs
    names = [one["name"] for one in inputs["operators"]]
    (rule,) = inputs["rules"]["rules"].values()
    level = words.number(inputs["minimum_level_dbm"])
    if inputs["minimum_level_dbm"] == rule["parameters"]["minimum_level_dbm"]:
        told = {
            "level": level,
            "instrument": rule["instrument"],
            "label": words.confidence(rule["confidence"]),
        }
        minimum = _say(words, "level_of_rule", **told)
    else:
        minimum = _say(words, "level_of_request", level=level)
    band = inputs["band"]
    return [
        ("technology", _say(words, f"generation_{inputs['technology']}")),
        ("band", _say(words, "all_bands") if band is None else f"{band} MHz"),
        ("operators", "; ".join(names)),
        ("area", _say(words, f"area_{inputs['area']['kind']}")),
        ("minimum", minimum),
        ("part", _say(words, "part", parts=words.number(rule["parameters"]["power_parts"]))),
    ]


def _operators(source: Source) -> list[Block]:
    words = source.words
    columns = (
        "operator",
        "bands",
        "sites",
        "transmitters",
        "left_out",
        "covered",
        "share",
        "only",
    )
    rows = tuple(_operator(row, words) for row in source.results["operators"])
    return [
        Table(
            _say(words, "by_operator"),
            tuple(_say(words, f"head_{name}") for name in columns),
            rows,
            frozenset(range(2, 8)),
            (4, 4, 2, 2, 2, 2, 2, 2),
        ),
        Paragraph(_say(words, "only_note")),
    ]


def _operator(row: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    bands = "; ".join(
        _say(
            words,
            "band_sites",
            band=one["band"] or _say(words, "other_band"),
            sites=one["sites"],
        )
        for one in row["bands"]
    )
    return (
        row["name"],
        bands or words.number(None),
        words.number(row["sites"]),
        words.number(row["transmitters"]),
        words.number(row["left_out"]),
        words.number(row["covered_km2"], 1),
        words.percent(row["share_covered"]),
        words.number(row["only_km2"], 1),
    )


def _communes(source: Source) -> list[Block]:
    """Return the table of the communes, the least covered first; few operators have columns."""
    words, rows = source.words, source.results["communes"]
    if not rows:
        return [Paragraph(_say(words, "no_communes"))]
    operators = source.inputs["operators"]
    own = operators if 1 < len(operators) <= _MOST_OPERATORS else ()
    people = any(row["population"] is not None for row in rows)
    heads = [
        *(_say(words, f"head_{name}") for name in ("commune", "area", "share", "gap", "overlap")),
        *(_say(words, "head_of", name=one["name"]) for one in own),
        *([_say(words, "head_population")] if people else []),
    ]
    blocks: list[Block] = [
        Table(
            _say(words, "communes_caption"),
            tuple(heads),
            tuple(_commune(row, len(own), words, people=people) for row in rows),
            frozenset(range(1, len(heads))),
            (4, *(2 for _ in heads[1:])),
        )
    ]
    if any(row["method"] == "nearest" for row in rows):
        blocks.append(Paragraph(_say(words, "nearest_note")))
    if any(not row["whole"] for row in rows):
        blocks.append(Paragraph(_say(words, "part_note")))
    blocks.append(Paragraph(_say(words, "people_note" if people else "no_people_note")))
    return blocks


def _commune(
    row: Mapping[str, Any], operators: int, words: Words, *, people: bool
) -> tuple[str, ...]:
    marks = "".join(
        mark
        for mark, shown in (("*", row["method"] == "nearest"), ("†", not row["whole"]))
        if shown
    )
    cells = [
        f"{row['name']}{marks}",
        words.number(row["area_km2"], 1),
        words.percent(row["share_covered"]),
        words.number(row["gap_km2"], 1),
        words.number(row["overlap_km2"], 1),
        *(words.percent(share) for share in row["operators"][:operators]),
    ]
    if people:
        covered, whole = row["population_covered"], row["population"]
        cells.append(f"{words.number(covered)} / {words.number(whole)}")
    return tuple(cells)


def _transmitters(source: Source) -> list[Block]:
    words, rows = source.words, source.results["transmitters"]
    names = {one["id"]: one["name"] for one in source.inputs["operators"]}
    shown = [row for row in rows if row["serves_km2"] > 0][:_MOST_TRANSMITTERS]
    blocks: list[Block] = []
    if shown:
        columns = ("letter", "transmitter", "operator", "frequency", "serves")
        blocks.append(
            Table(
                _say(words, "transmitters_caption"),
                tuple(_say(words, f"head_{name}") for name in columns),
                tuple(
                    (
                        interferer_letter(row["rank"]),
                        row["name"],
                        names.get(row["organisation_id"], row["organisation_id"]),
                        words.number(row["frequency_mhz"]),
                        words.number(row["serves_km2"], 1),
                    )
                    for row in shown
                ),
                frozenset({3, 4}),
                (1, 6, 4, 2, 2),
            )
        )
    further = len(rows) - len(shown)
    if further:
        blocks.append(Paragraph(_say(words, "transmitters_further", count=further)))
    return blocks
