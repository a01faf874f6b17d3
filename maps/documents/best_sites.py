"""Report of a choice of places: which, what they cover, and how near the least cost that is."""

from collections.abc import Mapping
from typing import Any

from maps.documents.common import Source, assemble
from maps.documents.content import Block, Paragraph, Report, Section, Table
from maps.documents.sharing import supports_map, unseen_said, wanted_facts
from maps.words import Words

__all__ = ["best_sites_report"]

_COLUMNS = ("number", "place", "owner", "where", "height", "covered", "alone", "fit")


def best_sites_report(source: Source) -> Report:
    """Return the report of a choice of places."""
    words = source.words
    sections = [
        Section(words.sentence("supports.conclusion"), _conclusion(source)),
        Section(_say(words, "chosen"), [*supports_map(source), *_chosen(source)]),
        Section(words.sentence("supports.wanted"), wanted_facts(source)),
    ]
    return assemble(source, _say(words, "title"), sections)


def _say(words: Words, key: str, **values: object) -> str:
    return words.sentence(f"best_sites.{key}", values)


def _conclusion(source: Source) -> list[Block]:
    words, results = source.words, source.results
    number = words.number
    wanted = number(source.inputs["wanted"]["wanted_percent"])
    if results["reached"]:
        covered = number(results["covered_percent"], 1)
        count = len(results["chosen"])
        lines = [_say(words, "reached", count=count, covered=covered, wanted=wanted)]
        cost = number(results["cost"], 2)
        if results["proven"]:
            lines.append(_say(words, "proven", cost=cost))
        else:
            least, gap = number(results["least_cost"], 2), number(results["gap_percent"], 2)
            lines.append(_say(words, "gap", cost=cost, least=least, gap=gap))
    else:
        reachable = number(results["reachable_percent"], 1)
        told = {"places": results["places"], "reachable": reachable, "wanted": wanted}
        lines = [_say(words, "not_reached", **told)]
    return [
        *(Paragraph(line, strong=True) for line in lines),
        Paragraph(words.sentence("supports.prediction")),
        *unseen_said(source, source.inputs),
    ]


def _chosen(source: Source) -> list[Block]:
    words, rows = source.words, source.results["chosen"]
    if not rows:
        return [Paragraph(words.sentence("supports.none"))]
    return [
        Table(
            _say(words, "chosen"),
            tuple(_say(words, f"column_{name}") for name in _COLUMNS),
            tuple(_row(number, row, words) for number, row in enumerate(rows, start=1)),
            frozenset({0, 4, 5, 6}),
            (1, 5, 4, 4, 2, 2, 2, 3),
        )
    ]


def _row(number: int, row: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    new = row["structure_id"] is None
    stamp = f" [{words.sentence('register.confidence.synthetic')}]" if row["synthetic"] else ""
    return (
        str(number),
        _say(words, "new") if new else f"{row['name']}{stamp}",
        words.number(None) if new else row["owner"],
        f"{words.number(row['latitude'], 5)}; {words.number(row['longitude'], 5)}",
        words.number(row["mounting_m"], 1),
        words.number(row["covered_percent"], 1),
        words.number(row["alone_percent"], 1),
        words.number(None) if new else words.sentence(f"supports.fit.{row['fit']}"),
    )
