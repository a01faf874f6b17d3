"""Values of a study as words: numbers with their unit, outcomes, names of quantities."""

import re
from collections.abc import Mapping
from typing import Any

from data.text import Language, has, number, text

__all__ = ["Words"]

_UNITS = {
    "dbuvm": "dBµV/m",
    "dbw": "dBW",
    "dbm": "dBm",
    "db": "dB",
    "kw": "kW",
    "w": "W",
    "mhz": "MHz",
    "khz": "kHz",
    "km2": "km²",
    "km": "km",
    "m": "m",
    "deg": "°",
    "percent": "%",
}
_UNIT_IN_LABEL = re.compile(r" \((?:" + "|".join(_UNITS.values()) + r")\)$")
"""A value brings its own unit, so a label of the register's need not."""

_NONE = "–"


class Words:
    """Says things in one language.

    Parameters
    ----------
    language : Language
        The language.
    """

    def __init__(self, language: Language | str) -> None:
        self.language = Language(language)

    def say(self, key: str, /, **values: object) -> str:
        """Return a sentence of the catalogue `documents`."""
        return text(f"documents.{key}", self.language, **values)

    def sentence(self, key: str, values: Mapping[str, Any] | None = None) -> str:
        """Return a sentence of any catalogue; the key itself where there is none."""
        known = {name: _NONE if value is None else value for name, value in (values or {}).items()}
        return text(key, self.language, **known) if has(key) else key

    def number(self, value: float | None, decimals: int | None = None) -> str:
        """Return a number as the language writes it, a dash for none."""
        return _NONE if value is None else number(value, self.language, decimals)

    def percent(self, share: float | None) -> str:
        """Return a share of one as a percentage."""
        return _NONE if share is None else f"{number(100.0 * share, self.language, 1)} %"

    def label(self, name: str) -> str:
        """Return what a quantity is called: ours, else the register's, else its name."""
        for key in (f"documents.quantity.{name}", f"register.field.{name}"):
            if has(key):
                return _UNIT_IN_LABEL.sub("", text(key, self.language))
        return name

    def value(self, name: str, value: object) -> str:
        """Return a value with the unit that its name ends in."""
        if value is None:
            return _NONE
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if isinstance(value, int | float):
            unit = _unit(name)
            return f"{number(value, self.language)} {unit}".strip()
        if isinstance(value, list | tuple):
            return "; ".join(self.value(name, item) for item in value) or _NONE
        for key in (f"register.{name}.{value}", f"register.{_kind(name)}.{value}"):
            if has(key):
                return text(key, self.language)
        return str(value)

    def outcome(self, outcome: str) -> str:
        """Return an outcome in words."""
        return self.say(f"outcome.{outcome}")

    def confidence(self, confidence: str) -> str:
        """Return how well something is known."""
        return text(f"register.confidence.{confidence}", self.language)


def _unit(name: str) -> str:
    return _UNITS.get(name.rpartition("_")[2], "") if "_" in name else ""


def _kind(name: str) -> str:
    return {"kind": "unit_kind"}.get(name, name)
