"""A line-of-sight link in words: the tables beside its figure."""

from collections.abc import Mapping, Sequence
from typing import Any

from data.text import text
from maps.path_words import profile_tables
from maps.point import term_row
from maps.words import Words

__all__ = ["link_result", "link_tables"]

Row = tuple[str, str, str, str]

_DECIMALS = {"percent": 5, "alpha": 4, "k": 5, "factor": 3, "ratio": 2}


def link_tables(link: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return the tables of a link, as rows of words.

    Parameters
    ----------
    link : mapping
        Of `gis.studies.link.explain_link`.
    words : Words
        The language.

    Returns
    -------
    dict
        `sections`, each a heading and rows of quantity, value, symbol and place; `points`,
        `profile` and `profile_note` as of `maps.path_words.profile_tables`.
    """
    return {
        "sections": [
            (_say(words, f"heading_{name}"), _rows(link[key], words))
            for name, key in (("budget", "terms"), ("rain", "rain"), ("multipath", "multipath"))
            if link[key]
        ],
        **profile_tables(link, words),
    }


def link_result(link: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Return what a link comes to: level, margin, availability, and what is missing."""
    values = {term["name"]: term["value"] for term in link["terms"]}
    rows = [
        (text(f"maps.term.{name}", words.language), words.value(name, round(values[name], 1)))
        for name in ("received_level_dbm", "fade_margin_db")
        if name in values
    ]
    available = link["availability_percent"]
    said = _say(words, "availability_unknown") if available is None else _share(available, words)
    rows.append((_say(words, "availability"), said))
    if available is not None:
        minutes = words.number(link["outage_minutes_per_year"], 1)
        rows.append((_say(words, "outage"), _say(words, "minutes", minutes=minutes)))
    if link["missing"]:
        names = ", ".join(_say(words, f"form_{name}") for name in link["missing"])
        rows.append((_say(words, "lacking"), names))
    return rows


def _share(percent: float, words: Words) -> str:
    return f"{words.number(percent, 5)} %"


def _rows(terms: Sequence[Mapping[str, Any]], words: Words) -> list[Row]:
    return [_row(term, words) for term in terms]


def _row(term: Mapping[str, Any], words: Words) -> Row:
    """Return a quantity with as many decimals as it needs."""
    row = term_row(term, words)
    decimals = _DECIMALS.get(term["name"].rpartition("_")[2])
    value = row["value"]
    if decimals is not None:
        unit = " %" if term["name"].endswith("percent") else ""
        value = f"{words.number(term['value'], decimals)}{unit}"
    return row["label"], value, term["symbol"], row["where"]


def _say(words: Words, key: str, **values: object) -> str:
    return text(f"links.{key}", words.language, **values)
