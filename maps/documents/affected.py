"""What one station changes for the others, in the report: the gravest first, then both ways."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from data.text import text
from maps.documents.common import Source
from maps.documents.content import Block, Heading, Paragraph, Section, Table
from maps.words import Words

__all__ = ["affected_columns", "affected_numbers", "affected_sections", "application_stamps"]

LEAST_RISE_DB: Final = 0.1
"""A rise below this, with no margin below 0, gets no table of its own in the report."""

_COLUMNS: Final = (
    "spacing",
    "rise",
    "margin_before",
    "margin_after",
    "newly",
    "share",
    "people",
    "received",
)
_PEOPLE: Final = "newly_interfered_population"
_SIDES: Final = ("caused", "received")
_VALUES: Final = (("distance_km", 1), ("wanted_dbuvm", 1), ("nuisance_dbuvm", 1), ("margin_db", 1))
_HEADS: Final = ("distance", "wanted", "nuisance", "margin")


def application_stamps(source: Source) -> tuple[str, ...]:
    """Return what must be said of a station that is applied for, beside its name."""
    application = source.inputs.get("application")
    if application is None:
        return ()
    replaced, language = application["replaced"], source.words.language
    if replaced is None:
        return (text("applications.stamp", language),)
    return (text("applications.stamp_replaces", language, name=replaced["name"]),)


def affected_sections(source: Source) -> list[Section]:
    """Return the tables of a study of one station; none where the study has none."""
    affected = source.results.get("new_interference")
    if affected is None:
        return []
    words, rows = source.words, affected["stations"]
    blocks: list[Block] = [Paragraph(_explained(source))]
    if rows:
        blocks += [_table(rows, words), Paragraph(_say("margins", words))]
        blocks += [Paragraph(line) for row in rows for line in _places(row, words)]
    elif not affected["not_assessed"]:
        blocks.append(Paragraph(_say("none", words)))
    for one in affected["not_assessed"]:
        missing = ", ".join(words.label(name) for name in one["missing"])
        blocks.append(Paragraph(_say("not_assessed", words, name=one["name"], missing=missing)))
    blocks += _directions(rows, words)
    return [Section(_say("heading", words), blocks)]


def _say(key: str, words: Words, **values: object) -> str:
    return text(f"applications.{key}", words.language, **values)


def _explained(source: Source) -> str:
    application = source.inputs.get("application") or {}
    replaced = application.get("replaced")
    if replaced is None:
        return _say("explained_new", source.words)
    return _say("explained_replaced", source.words, name=replaced["name"])


def _table(rows: Sequence[Mapping[str, Any]], words: Words) -> Table:
    columns = affected_columns(rows)
    return Table(
        _say("caption", words),
        (words.say("column_station"), *(_say(f"column_{name}", words) for name in columns)),
        tuple(_cells(row, columns, words) for row in rows),
        frozenset(range(1, 1 + len(columns))),
        (5, *(2,) * len(columns)),
    )


def affected_columns(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the columns of the table: that of people only where population is known."""
    known = any((row["area"] or {}).get(_PEOPLE) is not None for row in rows)
    return tuple(name for name in _COLUMNS if known or name != "people")


def affected_numbers(
    row: Mapping[str, Any], columns: Sequence[str]
) -> list[tuple[float | None, int]]:
    """Return the numbers of a station in some columns, each with its decimals."""
    area = row["area"] or {}
    numbers = {
        "spacing": (row["spacing_khz"], 0),
        "rise": (row["rise_db"], 2),
        "margin_before": (row["protection_margin_before_db"], 1),
        "margin_after": (row["protection_margin_after_db"], 1),
        "newly": (area.get("newly_interfered_km2"), 1),
        "share": (area.get("newly_interfered_percent"), 2),
        "people": (area.get(_PEOPLE), 0),
        "received": (row["received_margin_db"], 1),
    }
    return [numbers[name] for name in columns]


def _cells(row: Mapping[str, Any], columns: Sequence[str], words: Words) -> tuple[str, ...]:
    numbers = affected_numbers(row, columns)
    return _name(row, words), *(words.number(value, decimals) for value, decimals in numbers)


def _name(row: Mapping[str, Any], words: Words) -> str:
    name: str = row["name"]
    return words.say("synthetic_name", name=name) if row["synthetic"] else name


def _places(row: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Yield where a station is interfered newly, and what it gains."""
    area = row["area"] or {}
    if area.get("newly_interfered_km2"):
        communes = [
            _say(
                "commune",
                words,
                name=one["name"],
                newly_km2=words.number(one["newly_interfered_km2"], 1),
            )
            for one in area["communes"]
        ]
        yield _say(
            "communes",
            words,
            name=row["name"],
            newly_km2=words.number(area["newly_interfered_km2"], 1),
            covered_km2=words.number(area["covered_km2"], 1),
            communes=", ".join(communes) or _say("no_commune", words),
        )
    if area.get("no_longer_interfered_km2"):
        gained = words.number(area["no_longer_interfered_km2"], 1)
        yield _say("gained", words, name=row["name"], gained_km2=gained)


def _directions(rows: Sequence[Mapping[str, Any]], words: Words) -> list[Block]:
    """Return the two meeting azimuth by azimuth, for every station that is touched."""
    blocks: list[Block] = []
    touched = [row for row in rows if _touched(row)]
    for row in touched:
        name = row["name"]
        blocks += [
            Heading(_say("directions_heading", words, name=name)),
            Paragraph(_say("directions_note", words, name=name)),
            Table(
                _say("directions_caption", words, name=name),
                (
                    _say("column_azimuth", words),
                    *(_say(f"column_{head}", words) for _ in _SIDES for head in _HEADS),
                ),
                tuple(_azimuth(one, words) for one in row["directions"]),
                frozenset(range(1 + len(_SIDES) * len(_HEADS))),
            ),
        ]
    if len(touched) < len(rows):
        left_out = len(rows) - len(touched)
        least = words.number(LEAST_RISE_DB)
        blocks.append(
            Paragraph(_say("directions_left_out", words, count=left_out, least_db=least))
        )
    return blocks


def _touched(row: Mapping[str, Any]) -> bool:
    margins = (row["own_margin_db"], row["received_margin_db"])
    broken = any(margin is not None and margin < 0 for margin in margins)
    area = row["area"] or {}
    changed = abs(row["rise_db"] or 0.0) >= LEAST_RISE_DB
    return bool(row["directions"]) and (
        broken or changed or bool(area.get("newly_interfered_km2"))
    )


def _azimuth(row: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    cells = [words.number(row["azimuth_deg"], 0)]
    for side in _SIDES:
        found = row[side] or {}
        cells += [words.number(found.get(name), decimals) for name, decimals in _VALUES]
    return tuple(cells)
