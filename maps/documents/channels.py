"""Report of a search for channels: what passes where, what closes a channel, what was checked."""

from collections.abc import Mapping
from typing import Any

from gis.studies.channel_proposals import protection_of
from maps.documents.common import Source, assemble, left_out_table
from maps.documents.content import Block, Facts, Figure, Key, Paragraph, Report, Section, Table
from maps.documents.figure import channels_legend, channels_svg, swatch_svg
from maps.views import ChannelsView
from maps.words import Words

__all__ = ["channels_report"]

_SHOWN = 60
_COLUMNS = ("channel", "area", "population", "margin", "place", "closed")
_PROPOSED = ("channel", "place", "found", "caused", "received", "confirmed")


def channels_report(source: Source) -> Report:
    """Return the report of a search for channels."""
    words, wanted = source.words, source.inputs["wanted"]
    title = _say(
        words,
        "report_title",
        erp=words.number(wanted["erp_kw"]),
        height=words.number(wanted["height_m"]),
    )
    sections = [
        Section(words.say("result_heading"), [*_picture(source), *_summary(source)]),
        Section(_say(words, "channels_heading"), _channels(source)),
        Section(_say(words, "proposals_heading"), _proposals(source)),
        Section(
            _say(words, "left_out_heading"),
            left_out_table(
                source.inputs["not_assessed"],
                words,
                caption=_say(words, "left_out_caption"),
                none=_say(words, "left_out_none"),
            ),
        ),
    ]
    return assemble(source, title, sections)


def _say(words: Words, key: str, **values: object) -> str:
    return words.sentence(f"channels.{key}", values)


def _picture(source: Source) -> list[Block]:
    """Return the map of how many channels pass, where there is one."""
    words, view = source.words, source.view
    if not isinstance(view, ChannelsView):
        return []
    return [
        Figure(
            _say(words, "map_caption"),
            _say(words, "map_alternative"),
            channels_svg(view, words.language),
            tuple(Key(each.text, swatch_svg(each)) for each in channels_legend(view, words)),
        )
    ]


def _summary(source: Source) -> list[Block]:
    words, results, wanted = source.words, source.results, source.inputs["wanted"]
    rows = [
        (_say(words, f"summary_{key}"), (words.value("area_km2", round(results[name], 1)),))
        for key, name in (
            ("area", "area_km2"),
            ("some", "area_some_km2"),
            ("unknown", "area_unknown_km2"),
        )
        if name != "area_unknown_km2" or results[name] > 0
    ]
    rows += [
        (_say(words, "summary_channels"), (words.number(results["channels_passing"]),)),
        (_say(words, "summary_most"), (words.number(results["most_channels"]),)),
    ]
    if results["population_some"] is not None:
        people = words.number(results["population_some"], 0)
        rows.append((_say(words, "summary_population"), (people,)))
    rows += [
        (_say(words, "service_radius"), (words.number(wanted["service_km"]),)),
        (_say(words, "served"), (words.number(wanted["served_percent"]),)),
        (_say(words, "reserve"), (words.number(wanted["reserve_db"]),)),
        (_say(words, "area"), (_say(words, f"area.{wanted['area']}"),)),
        (_say(words, "reception"), (words.value("reception", wanted["reception"]),)),
        (_say(words, "polarization"), (words.value("polarization", wanted["polarization"]),)),
        (_say(words, "step"), (words.number(source.inputs["step_m"]),)),
    ]
    told = {
        "service": words.number(wanted["service_km"]),
        "directions": results["computation"]["directions"],
        "reserve": words.number(wanted["reserve_db"]),
    }
    notes = (
        _say(words, "prediction"),
        _say(words, "method", **told),
        _say(words, "limits"),
        _say(words, "report_guide"),
    )
    return [Facts(tuple(rows)), *(Paragraph(note) for note in notes)]


def _channels(source: Source) -> list[Block]:
    words = source.words
    rows = sorted(
        source.results["channels"],
        key=lambda row: (-row["area_km2"], -_margin(row), row["frequency_mhz"]),
    )
    passing = [row for row in rows if row["area_km2"] > 0]
    shown = rows[: max(len(passing), min(len(rows), _SHOWN))]
    blocks: list[Block] = []
    if not passing:
        blocks.append(Paragraph(_say(words, "channels_none"), strong=True))
    blocks.append(
        Table(
            _say(words, "channels_caption"),
            tuple(_say(words, f"column_{column}") for column in _COLUMNS),
            tuple(_row(row, words) for row in shown),
            frozenset({0, 1, 2, 3}),
            (2, 2, 2, 2, 3, 5),
        )
    )
    if len(shown) < len(rows):
        blocks.append(Paragraph(_say(words, "channels_further", count=len(rows) - len(shown))))
    return blocks


def _margin(row: Mapping[str, Any]) -> float:
    return -1e9 if row["best_margin_db"] is None else float(row["best_margin_db"])


def _row(row: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    closed = row["closed_by"]
    return (
        words.number(row["frequency_mhz"]),
        words.number(row["area_km2"], 1),
        words.number(row["population"], 0),
        words.number(row["best_margin_db"], 1),
        _place(row["best_longitude"], row["best_latitude"], words),
        "–"
        if closed is None
        else _say(
            words,
            "closed_line",
            name=closed["name"],
            frequency=words.number(closed["frequency_mhz"]),
        ),
    )


def _place(longitude: float | None, latitude: float | None, words: Words) -> str:
    if longitude is None or latitude is None:
        return "–"
    where = {"latitude": words.number(latitude, 5), "longitude": words.number(longitude, 5)}
    return _say(words, "place", **where)


def _proposals(source: Source) -> list[Block]:
    words, rows = source.words, source.results["proposals"]
    if not rows:
        return [Paragraph(_say(words, "proposals_none"))]
    return [
        Table(
            _say(words, "proposals_caption"),
            tuple(_say(words, f"column_{column}") for column in _PROPOSED),
            tuple(
                (
                    words.number(row["frequency_mhz"]),
                    _place(row["longitude"], row["latitude"], words),
                    words.number(row["margin_db"], 1),
                    _least(row["caused"], words),
                    _least(row["received"], words),
                    _say(words, f"protection_{protection_of(row)}"),
                )
                for row in rows
            ),
            frozenset({0, 2}),
            (2, 3, 2, 4, 4, 3),
        )
    ]


def _least(found: Mapping[str, Any] | None, words: Words) -> str:
    if found is None:
        return "–"
    margin = words.number(found["margin_db"], 1)
    return _say(words, "margin_of", margin=margin, name=found["name"])
