"""Report of an interference study: who disturbs whom, where, by how much, who was considered."""

from collections.abc import Mapping
from typing import Any

from gis.geodesy import distance_km
from maps.documents.common import Source, assemble, station_facts
from maps.documents.content import Block, Facts, Paragraph, Report, Section, Table
from maps.palette import interferer_letter
from maps.words import Words

__all__ = ["interference_report"]


def interference_report(source: Source) -> Report:
    """Return the report of an interference study."""
    words, station = source.words, source.inputs["station"]
    sections = [
        Section(words.say("result_heading"), _result(source)),
        Section(words.say("interferers_heading"), _interferers(source)),
        Section(words.say("considered_heading"), _considered(source)),
        Section(words.say("disturbed_communes_heading"), _communes(source)),
        Section(words.say("station_heading"), station_facts(station, words)),
    ]
    return assemble(source, words.say("title_interference", station=station["name"]), sections)


def _result(source: Source) -> list[Block]:
    words, results = source.words, source.results
    usable = results["usable_field_dbuvm"]
    rows = [
        (words.say("area_served"), (_area(results["area_served_km2"], words),)),
        (words.say("area_interfered"), (_area(results["area_interfered_km2"], words),)),
        (words.say("share_interfered"), (words.percent(results["share_interfered"]),)),
        (words.say("area_unknown"), (_area(results["area_without_result_km2"], words),)),
    ]
    rows += [
        (
            words.say("usable_field", method=words.say(f"summation.{method}")),
            (
                words.say(
                    "usable_field_value",
                    median=words.number(usable[method]["median"], 1),
                    largest=words.number(usable[method]["max"], 1),
                ),
            ),
        )
        for method in sorted(usable)
    ]
    return [Facts(tuple(rows)), Paragraph(words.say("interference_limits"))]


def _interferers(source: Source) -> list[Block]:
    words, rows = source.words, source.results["interferers"]
    if not rows:
        return [Paragraph(words.sentence("maps.interference_none"))]
    columns = ("letter", "station", "frequency", "area", "worst_margin", "tropospheric", "where")
    table = Table(
        words.say("interferers_caption"),
        tuple(words.say(f"column_{column}") for column in columns),
        tuple(
            (
                interferer_letter(row["rank"]),
                row["name"],
                words.number(row["frequency_mhz"]),
                words.number(row["area_km2"], 1),
                words.number(row["worst_margin_db"], 1),
                words.percent(row["tropospheric_share"]),
                words.say(
                    "position_value",
                    latitude=words.number(row["label_at"][1], 4),
                    longitude=words.number(row["label_at"][0], 4),
                ),
            )
            for row in rows
        ),
        frozenset({2, 3, 4, 5}),
        (1, 5, 2, 2, 2, 3, 4),
    )
    return [table, Paragraph(words.say("interferers_note"))]


def _considered(source: Source) -> list[Block]:
    words, wanted = source.words, source.inputs["station"]
    dominant = {row["station_id"] for row in source.results["interferers"]}
    rows = sorted(
        (_considered_row(wanted, other, other["id"] in dominant, words), other["id"])
        for other in source.inputs["unwanted"]
    )
    found = [(away, cells) for (away, cells), _ in rows]
    unknown = [
        (
            item["name"],
            words.number(None),
            words.number(None),
            words.say(
                "considered_not_assessed",
                missing=", ".join(words.label(name) for name in item["missing"]),
            ),
        )
        for item in source.inputs["not_assessed"]
    ]
    if not found and not unknown:
        return [Paragraph(words.say("considered_none"))]
    columns = ("station", "frequency", "distance", "considered")
    return [
        Table(
            words.say("considered_caption"),
            tuple(words.say(f"column_{column}") for column in columns),
            (*(cells for _, cells in found), *unknown),
            frozenset({1, 2}),
            (5, 2, 2, 5),
        )
    ]


def _considered_row(
    wanted: Mapping[str, Any], other: Mapping[str, Any], dominates: bool, words: Words
) -> tuple[float, tuple[str, ...]]:
    away = float(
        distance_km(wanted["longitude"], wanted["latitude"], other["longitude"], other["latitude"])
    )
    return away, (
        other["name"],
        words.number(other["frequency_mhz"]),
        words.number(away, 1),
        words.say("considered_dominates" if dominates else "considered_does_not"),
    )


def _communes(source: Source) -> list[Block]:
    words, rows = source.words, source.results["communes"]
    if not rows:
        return [Paragraph(words.say("disturbed_communes_none"))]
    columns = ("commune", "share_disturbed", "by", "worst_margin", "method")
    return [
        Table(
            words.say("disturbed_communes_caption"),
            tuple(words.say(f"column_{column}") for column in columns),
            tuple(
                (
                    row["name"],
                    words.percent(row["share_interfered"]),
                    row["by"]["name"],
                    words.number(row["worst_margin_db"], 1),
                    words.say(f"method.{row['method']}"),
                )
                for row in rows
            ),
            frozenset({1, 3}),
            (4, 3, 4, 2, 3),
        )
    ]


def _area(value: float | None, words: Words) -> str:
    return words.value("area_km2", None if value is None else round(value, 1))
