"""Values of a study as words: numbers with their unit, outcomes, names of quantities."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from data.text import Language, has, number, text, when
from gis.land_border import BORDER_TABLE
from gis.plans import named_plan
from gis.studies.site_scene import SOURCE as PROPOSED
from gis.terrain.source import flat_height_m

__all__ = ["Words", "shortened", "watts"]

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
    "mrad": "mrad",
    "percent": "%",
    "nunits": "N",
    "nunits_per_km": "N/km",
    "db_per_km": "dB/km",
    "g_per_m3": "g/m³",
    "m_per_km": "m/km",
    "mm_per_h": "mm/h",
    "v_per_m": "V/m",
}
_UNIT_IN_LABEL = re.compile(r" \((?:" + "|".join(_UNITS.values()) + r")\)$")
"""A value brings its own unit, so a label of the register's need not."""

_LISTS = {"kind": "unit_kind", "plan_id": "plan", "plan_polarization": "polarization"}
"""Names of quantities whose words stand under another name."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NONE = "–"


def watts(power_dbw: float, language: Language) -> str:
    """Return a power in dBW as people say it, in W or kW with three or four digits."""
    power_w = 10.0 ** (power_dbw / 10.0)
    value, unit = (power_w / 1000.0, "kW") if power_w >= 1000.0 else (power_w, "W")
    decimals = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{number(round(value, decimals), language)} {unit}"


_HASH = re.compile(r"(\b[0-9a-f]{12})[0-9a-f]{20,}")


def shortened(identifier: str) -> str:
    """Return the name of a source with its hash as short as people compare it."""
    return _HASH.sub(r"\1…", identifier)


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
        """Return a sentence of any catalogue; the key itself where there is none.

        A study keeps the values of the day it was run; a value that today's sentence names and
        the study has not is a dash.
        """
        known = named_plan(values or {}, self.language)
        known = {name: _NONE if value is None else value for name, value in known.items()}
        while has(key):
            try:
                return text(key, self.language, **known)
            except KeyError as missing:
                known[str(missing.args[0])] = _NONE
        return key

    def source(self, identifier: str) -> str:
        """Return the name of a source; what comes with this software in words."""
        if identifier == PROPOSED:
            return self.say("source_proposed")
        if identifier.startswith(BORDER_TABLE):
            return self.say("source_border")
        height_m = flat_height_m(identifier)
        return identifier if height_m is None else self.say("terrain_flat", height_m=height_m)

    def number(self, value: float | None, decimals: int | None = None) -> str:
        """Return a number as the language writes it, a dash for none."""
        return _NONE if value is None else number(value, self.language, decimals)

    def percent(self, share: float | None) -> str:
        """Return a share of one as a percentage."""
        return _NONE if share is None else f"{number(100.0 * share, self.language, 1)} %"

    def label(self, name: str, check: str = "") -> str:
        """Return what a quantity is called: as a check's evidence, ours, the register's, its name.

        The same name may be a record's value as evidence, and the plan's in a list of its line.
        """
        of_check = (f"{check}.evidence.{name}", f"compliance.evidence.{name}") if check else ()
        keys = (*of_check, f"documents.quantity.{name}", f"register.field.{name}")
        for key in keys:
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
            gap = "" if unit == "°" else " "
            said = f"{number(value, self.language)}{gap}{unit}".strip()
            return f"{said} ({watts(value, self.language)})" if unit == "dBW" else said
        if isinstance(value, list | tuple):
            return "; ".join(self.value(name, item) for item in value) or _NONE
        return self._word(name, str(value))

    def _word(self, name: str, value: str) -> str:
        """Return a word of the register's own lists, a day as people write it, else the text."""
        key = f"register.{_LISTS.get(name, name)}.{value}"
        if has(key):
            return text(key, self.language)
        if _DAY.fullmatch(value):
            return when(date.fromisoformat(value), self.language)
        return value

    def outcome(self, outcome: str) -> str:
        """Return an outcome in words."""
        return text(f"compliance.summary.{outcome}", self.language)

    def confidence(self, confidence: str) -> str:
        """Return how well something is known."""
        return text(f"register.confidence.{confidence}", self.language)


def _unit(name: str) -> str:
    """Return the unit that a name ends in; that of a rate is longer than the last word."""
    last = name.rpartition("_")[2] if "_per_" not in name else "_".join(name.split("_")[-3:])
    return _UNITS.get(last, "") if "_" in name else ""
