"""Words that every part of the report of a search for a source takes: names, places, columns."""

from collections.abc import Mapping
from typing import Any

from maps.words import Words

__all__ = ["columns", "position", "say"]


def say(words: Words, key: str, **values: object) -> str:
    """Return a sentence of the catalogue of sources."""
    return words.sentence(f"sources.{key}", values)


def position(at: Mapping[str, Any], words: Words) -> str:
    """Return a place in words."""
    return words.say(
        "position_value",
        latitude=words.number(at["latitude"], 5),
        longitude=words.number(at["longitude"], 5),
    )


def columns(words: Words, *names: str) -> tuple[str, ...]:
    """Return the heads of columns."""
    return tuple(say(words, f"column_{name}") for name in names)
