"""The part of a report of a search for a source that tells where bearings cross."""

from collections.abc import Mapping, Sequence
from typing import Any

from maps.documents.common import Source
from maps.documents.content import Block, Paragraph, Table
from maps.source_words import columns, position, say
from maps.words import Words

__all__ = ["fix_blocks"]


def fix_blocks(source: Source) -> list[Block]:
    """Return where bearings cross, on what that rests, and what stands there."""
    words, fixed = source.words, source.results["fix"]
    if fixed is None:
        return [Paragraph(say(words, "fix_none"))]
    if fixed["reason"] is not None:
        return [Paragraph(say(words, f"fix_{fixed['reason']}"), strong=True)]
    crosses = fixed.get("crosses_as_read", True)  # older studies do not say
    blocks: list[Block] = [
        *([] if crosses else [Paragraph(_uncrossed(fixed, words), strong=True)]),
        Paragraph(
            say(
                words,
                "fix_told" if crosses else "fix_told_reversed",
                position=position(fixed, words),
                major=words.number(fixed["semi_major_km"], 2),
                minor=words.number(fixed["semi_minor_km"], 2),
                orientation=words.number(fixed["orientation_deg"], 0),
            )
        ),
        Paragraph(say(words, "fix_method")),
    ]
    for name in fixed["reversed"]:
        blocks.append(Paragraph(say(words, "fix_reversed", name=name), strong=True))
    if crosses and not fixed["agrees"]:
        told = words.number(fixed["agreement"], 4)
        blocks.append(Paragraph(say(words, "fix_disagrees", agreement=told), strong=True))
    blocks += [Paragraph(_stands(one, source), strong=True) for one in _standing(source)]
    return [*blocks, _bearings(source, fixed)]


def _uncrossed(fixed: Mapping[str, Any], words: Words) -> str:
    """Return that the lines do not cross as read, and how little the reversed reading is."""
    names = ", ".join(fixed["reversed"])
    share = fixed["reading_share"]
    if share is None:
        return say(words, "fix_uncrossed_more", names=names)
    told = {"share": words.number(100 * share, 1), "other": words.number(100 * (1 - share), 1)}
    return say(words, "fix_uncrossed", names=names, **told)


def _standing(source: Source) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = source.results.get("standing", ())
    return found


def _stands(one: Mapping[str, Any], source: Source) -> str:
    """Return that a station on record stands there, and whether anything known explains it."""
    words = source.words
    kind = "received" if one["received"] else "known" if one["keys"] else "unknown"
    ranks = [
        str(rank)
        for rank, row in enumerate(source.results["candidates"], start=1)
        if row["key"] in one["keys"]
    ]
    return say(
        words,
        f"standing_{kind}",
        name=one["name"],
        frequency=words.number(one["frequency_mhz"]),
        distance=words.number(one["distance_km"], 2),
        ranks=", ".join(ranks) or "–",
    )


def _bearings(source: Source, fixed: Mapping[str, Any]) -> Table:
    words, seen = source.words, source.inputs["observed"]["bearings"]
    rows = []
    for row, told in zip(seen, fixed["bearings"], strict=True):
        remark = "fix_row_reversed" if row["station"] in fixed["reversed"] else None
        remark = "fix_outlier" if told["outlier"] else remark
        rows.append(
            (
                row["station"],
                f"{words.number(row['bearing_deg'], 1)}°",
                f"{words.number(row['error_deg'], 1)}°",
                f"{words.number(told['residual_deg'], 1)}°",
                "" if remark is None else say(words, remark),
            )
        )
    return Table(
        say(words, "fix_caption"),
        columns(words, "station", "bearing", "error", "residual", "remark"),
        tuple(rows),
        frozenset({1, 2, 3}),
        (4, 2, 2, 2, 5),
    )
