"""Report of a coverage study: areas at each threshold, communes, the station as studied."""

import math
from collections.abc import Mapping
from typing import Any

from maps.documents.common import Source, assemble, station_facts
from maps.documents.content import Block, Figure, Key, Paragraph, Report, Section, Table
from maps.documents.figure import coverage_legend, coverage_svg, swatch_svg
from maps.views import CoverageView
from maps.words import Words

__all__ = ["coverage_report"]


def coverage_report(source: Source) -> Report:
    """Return the report of a coverage study."""
    words, station = source.words, source.inputs["station"]
    sections = [
        Section(words.say("result_heading"), [*_picture(source), *_result(source)]),
        Section(words.say("communes_heading"), _communes(source)),
        Section(words.say("station_heading"), station_facts(station, words)),
    ]
    return assemble(source, words.say("title_coverage", station=station["name"]), sections)


def _picture(source: Source) -> list[Block]:
    """Return the map, where there is one."""
    words, station, view = source.words, source.inputs["station"], source.view
    if not isinstance(view, CoverageView):
        return []
    legend = tuple(Key(each.text, swatch_svg(each)) for each in coverage_legend(view, words))
    told = {
        "station": station["name"],
        "radius_km": source.inputs["radius_km"],
        "model": view.model,
    }
    at = (station["longitude"], station["latitude"])
    return [
        Figure(
            words.say("map_caption", **told),
            words.say("map_alternative", **told),
            coverage_svg(view, at, words.language),
            legend,
        )
    ]


def _result(source: Source) -> list[Block]:
    words, results = source.words, source.results
    levels = Table(
        words.say("levels_caption"),
        (words.say("column_level"), words.say("column_meaning"), words.say("column_area")),
        tuple(
            (
                words.number(row["field_strength_dbuvm"]),
                words.sentence(f"maps.threshold_{row['field_strength_dbuvm']:g}"),
                words.number(row["area_km2"], 1),
            )
            for row in results["levels"]
        ),
        frozenset({0, 2}),
        (2, 4, 2),
    )
    notes = [
        words.say(
            "coverage_extent",
            radius_km=source.inputs["radius_km"],
            largest=words.number(results["field_strength_max_dbuvm"], 1),
        ),
        words.say("coverage_limits"),
    ]
    if results["pixels_without_field"]:
        notes.append(words.say("pixels_without_field", pixels=results["pixels_without_field"]))
    return [levels, *(Paragraph(note) for note in notes)]


def _communes(source: Source) -> list[Block]:
    words = source.words
    rows = sorted(source.results["communes"], key=_most_covered_first)
    if not rows:
        return [Paragraph(words.say("communes_none"))]
    levels = [row["field_strength_dbuvm"] for row in source.results["levels"]]
    heads = (
        words.say("column_commune"),
        words.say("column_field"),
        *(words.say("column_share", level=level) for level in levels),
        words.say("column_method"),
    )
    table = Table(
        words.say("communes_caption"),
        heads,
        tuple(_commune(row, levels, words) for row in rows),
        frozenset(range(1, len(levels) + 2)),
        (4, 2, *(2 for _ in levels), 3),
    )
    return [table, Paragraph(words.say("communes_note"))]


def _most_covered_first(row: Mapping[str, Any]) -> tuple[float, float, str]:
    field = row["field_strength_dbuvm"]
    shares = sum(row["covered_share"].values())
    return -shares, math.inf if field is None else -field, row["code"]


def _commune(row: Mapping[str, Any], levels: list[float], words: Words) -> tuple[str, ...]:
    method = words.say(f"method.{row['method']}")
    if row["approximate"]:
        method = words.say("method_approximate", method=method)
    return (
        row["name"],
        words.number(row["field_strength_dbuvm"], 1),
        *(words.percent(row["covered_share"][f"{level:g}"]) for level in levels),
        method,
    )
