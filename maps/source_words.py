"""What the report, the map and the pages of a search for a source call the same things."""

from collections.abc import Mapping
from typing import Any, Final

from maps.words import Words

__all__ = [
    "MOST_ROWS",
    "OUTSIDE",
    "columns",
    "measurement_title",
    "measurement_value",
    "named",
    "position",
    "say",
    "share",
]

OUTSIDE: Final = "not_in_register"
"""Key of the candidate that is in no register."""

MOST_ROWS: Final = 20
"""Candidates that are shown, the likeliest first."""


def say(words: Words, key: str, **values: object) -> str:
    """Return a sentence of the catalogue `sources`."""
    return words.sentence(f"sources.{key}", values)


def position(at: Mapping[str, Any], words: Words) -> str:
    """Return latitude and longitude in words."""
    return words.say(
        "position_value",
        latitude=words.number(at["latitude"], 5),
        longitude=words.number(at["longitude"], 5),
    )


def columns(words: Words, *names: str) -> tuple[str, ...]:
    """Return the heads of columns."""
    return tuple(say(words, f"column_{name}") for name in names)


def share(value: float, words: Words) -> str:
    """Return a probability; one that rounds to nothing or to certainty is not said to be that."""
    percent = 100.0 * value
    if 0 < percent < 0.1:
        return f"< {words.number(0.1, 1)} %"
    if percent > 99.9:
        return f"> {words.number(99.9, 1)} %"
    return f"{words.number(percent, 1)} %"


def named(row: Mapping[str, Any], names: Mapping[str, str], words: Words) -> str:
    """Return what a candidate is called: its mechanism and its stations, `names` by their ids."""
    mechanism = say(words, f"mechanism.{row['mechanism']}")
    if row["key"] == OUTSIDE:
        return mechanism
    told = "; ".join(names.get(one, one) for one in row["stations"])
    return say(words, "candidate", mechanism=mechanism, name=told)


def measurement_title(place: int, one: Mapping[str, Any], words: Words) -> str:
    """Return what a proposed measurement is, with its place among them."""
    if one["kind"] == "bearing":
        told = say(words, "next_bearing", error=words.number(one["error_deg"], 0))
    else:
        told = say(words, "next_level", uncertainty=words.number(one["uncertainty_db"], 0))
    return f"{place}. {told}"


def measurement_value(one: Mapping[str, Any], candidate: str, words: Words) -> str:
    """Return what a proposed measurement would show if a candidate, `first` or `second`, is it."""
    value = one[candidate]
    if value is None:
        return say(words, "next_silent")
    if one["kind"] == "bearing":
        return f"{words.number(value, 0)}°"
    return f"{words.number(value, 0)} dB(µV/m)"
