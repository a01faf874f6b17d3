"""Mobile networks as records write them: generations by their words, bands by their downlink."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from data import path
from propagation.mobile import Generation

__all__ = ["Band", "band_of", "bands", "generations_of", "usual_generation"]

_TABLE: Final = "tables/mobile.toml"


@dataclass(frozen=True, slots=True)
class Band:
    """A band of mobile networks.

    Attributes
    ----------
    name : str
        As people call it, by its megahertz.
    lower_mhz, upper_mhz : float
        Edges of the downlink, both its own.
    usual : Generation
        What is taken to transmit there where nobody says: a default of this software.
    """

    name: str
    lower_mhz: float
    upper_mhz: float
    usual: Generation


@cache
def bands() -> tuple[Band, ...]:
    """Return the bands, the lowest first."""
    return tuple(Band(**{**row, "usual": Generation(row["usual"])}) for row in _table()["band"])


def band_of(frequency_mhz: float | None) -> str | None:
    """Return the name of the band of a frequency; None where it is of none.

    That whose downlink holds it, or whose name it is: records say 1800 for the band, and no
    station could transmit at such a name that its downlink does not hold.
    """
    if frequency_mhz is None:
        return None
    holding = (
        one.name
        for one in bands()
        if one.lower_mhz <= frequency_mhz <= one.upper_mhz or frequency_mhz == float(one.name)
    )
    return next(holding, None)


def usual_generation(band: str) -> Generation:
    """Return the generation that is taken for a band, by its name, where nobody says."""
    return next(one.usual for one in bands() if one.name == band)


@lru_cache(maxsize=1000)
def generations_of(technology: str) -> frozenset[Generation]:
    """Return the generations that a record's technology names, none where it is another thing.

    Parameters
    ----------
    technology : str
        For example `4G 1800`, `LTE`, `GSM/UMTS`.
    """
    written = technology.casefold()
    return frozenset(one for one, words in _words().items() if words.search(written))


@cache
def _words() -> dict[Generation, re.Pattern[str]]:
    return {
        Generation(name): re.compile(rf"(?<![a-z0-9])(?:{'|'.join(words)})(?![a-z])")
        for name, words in _table()["generation"].items()
    }


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(path(_TABLE).read_text(encoding="utf-8"))
