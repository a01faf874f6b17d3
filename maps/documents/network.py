"""Report of a network study: what is received and disturbed, by which stations."""

from collections.abc import Mapping
from typing import Any

from maps.documents.common import Source, assemble, left_out_table
from maps.documents.content import Block, Facts, Figure, Key, Paragraph, Report, Section, Table
from maps.documents.figure import network_legend, network_svg, swatch_svg
from maps.palette import interferer_letter
from maps.views import NetworkView
from maps.words import Words

__all__ = ["network_report"]

_AREAS = ("area", "received", "served", "interfered", "overlapping", "incomplete")
_SHARES = ("serves_km2", "served_km2", "interfered_km2", "disturbs_km2")


def network_report(source: Source) -> Report:
    """Return the report of a network study."""
    words, count = source.words, len(source.inputs["stations"])
    sections = [
        Section(words.say("result_heading"), [*_pictures(source), *_result(source)]),
        Section(words.say("network_stations_heading"), _stations(source)),
        Section(
            words.say("network_left_out_heading"),
            left_out_table(
                source.inputs["not_assessed"],
                words,
                caption=words.say("network_left_out_caption"),
                none=words.say("network_left_out_none"),
            ),
        ),
    ]
    return assemble(source, words.say("title_network", count=count), sections)


def _pictures(source: Source) -> list[Block]:
    """Return the maps of the strongest field and of the best servers, where there are any."""
    words, view = source.words, source.view
    if not isinstance(view, NetworkView):
        return []
    told = {"threshold": words.number(view.threshold_dbuvm), "model": view.model}
    return [
        Figure(
            words.say(f"network_map_{name}", **told),
            words.say(f"network_map_{name}_alternative"),
            network_svg(view, name, words.language),
            tuple(Key(each.text, swatch_svg(each)) for each in network_legend(view, name, words)),
        )
        for name in ("strongest", "server")
    ]


def _result(source: Source) -> list[Block]:
    words, results = source.words, source.results
    threshold = words.number(source.inputs["threshold_dbuvm"])
    rows = []
    for name in _AREAS:
        area = results["area_km2" if name == "area" else f"area_{name}_km2"]
        if name != "incomplete" or area > 0:
            label = words.say(f"network_{name}", threshold=threshold)
            rows.append((label, (words.value("area_km2", round(area, 1)),)))
    share = words.percent(results["share_interfered"])
    rows.append((words.say("network_share", threshold=threshold), (share,)))
    key = "network_extent_outline" if source.inputs["outline"] else "network_extent_bounds"
    notes = [words.say(key), words.say("network_method"), words.say("network_limits")]
    return [Facts(tuple(rows)), *(Paragraph(note) for note in notes)]


def _stations(source: Source) -> list[Block]:
    words = source.words
    shown = [row for row in source.results["transmitters"] if any(row[name] for name in _SHARES)]
    silent = len(source.results["transmitters"]) - len(shown)
    blocks: list[Block] = []
    if shown:
        columns = ("letter", "station", "frequency", *(f"network_{name}" for name in _SHARES))
        blocks.append(
            Table(
                words.say("network_stations_caption"),
                tuple(words.say(f"column_{column}") for column in columns),
                tuple(_row(row, words) for row in shown),
                frozenset(range(2, 7)),
                (1, 5, 2, 2, 2, 2, 2),
            )
        )
    if silent:
        blocks.append(Paragraph(words.say("network_silent", count=silent)))
    return blocks


def _row(row: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    return (
        interferer_letter(row["rank"]),
        row["name"],
        words.number(row["frequency_mhz"]),
        *(words.number(row[name], 1) for name in _SHARES),
    )
