"""The fields that each kind of file brings, and the words for their values.

Words live in data/tables/headers.toml; what a field is lives here.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from data import path
from data.text import Language, has, text
from gis.exchange.report import ImportKind
from gis.names import plain_key
from gis.register.antennas import Antenna

__all__ = [
    "ANTENNA",
    "FIELDS",
    "PLACE",
    "Dimension",
    "Field",
    "choice",
    "range_of",
    "tables",
    "title",
    "unit_factor",
]


class Dimension(StrEnum):
    """What a field's value is."""

    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    DAY = "day"
    LENGTH = "length"
    FREQUENCY = "frequency"
    POWER = "power"
    SERIES = "series"
    ANGLE = "angle"
    DECIBEL = "decibel"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record.

    Attributes
    ----------
    name : str
        Its name in the record, with the unit suffix.
    dimension : Dimension
        What it is.
    required : bool
        Whether every row must have it.
    constant : bool
        Whether one value for the whole file may be given instead of a column.
    unit : str
        The record's own unit.
    """

    name: str
    dimension: Dimension = Dimension.TEXT
    required: bool = False
    constant: bool = False
    unit: str = ""


PLACE = ("longitude", "latitude", "easting", "northing", "x", "y", "position", "crs")
"""Columns that say where; they become longitude and latitude."""


def _lengths(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, Dimension.LENGTH, unit="m") for name in names)


def _powers(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, Dimension.POWER, unit=name.rpartition("_")[2]) for name in names)


_ALWAYS = (
    *(Field(name, Dimension.PLACE) for name in PLACE),
    Field("valid_from", Dimension.DAY),
    Field("valid_to", Dimension.DAY),
    Field("label"),
    Field("confidence", Dimension.CHOICE),
    Field("source"),
    Field("note"),
    Field("stamp"),
)
_FREQUENCY = Field("frequency_mhz", Dimension.FREQUENCY, required=True, unit="mhz")

ANTENNA: Mapping[str, str] = {f"antenna_{one.name}": one.name for one in fields(Antenna)}
"""The columns of a station's antenna of two angles, and the field of `Antenna` of each."""

_ANTENNA_DIMENSIONS = {
    "name": Dimension.TEXT,
    "kind": Dimension.CHOICE,
    "side_lobes": Dimension.CHOICE,
    "side_lobe_quality": Dimension.CHOICE,
    "horizontal_attenuation_db": Dimension.SERIES,
    "vertical_attenuation_db": Dimension.SERIES,
}


def _antenna() -> Iterator[Field]:
    for column, own in ANTENNA.items():
        unit = own.rpartition("_")[2]
        usual = Dimension.ANGLE if unit == "deg" else Dimension.DECIBEL
        dimension = _ANTENNA_DIMENSIONS.get(own)
        yield Field(column, dimension or usual, unit="" if dimension else unit)


FIELDS: Mapping[ImportKind, tuple[Field, ...]] = {
    ImportKind.STRUCTURES: (
        Field("id"),
        Field("code", required=True),
        Field("name"),
        Field("kind", Dimension.CHOICE, required=True, constant=True),
        Field("owner_id", required=True, constant=True),
        *_lengths("height_m", "ground_height_m"),
        Field("commune_name"),
        Field("address"),
        Field("shareable", Dimension.FLAG),
        Field("confidential", Dimension.FLAG),
        *_ALWAYS,
    ),
    ImportKind.STATIONS: (
        Field("id"),
        Field("name"),
        Field("programme", required=True),
        Field("service", Dimension.CHOICE),
        Field("station_class", Dimension.CHOICE),
        _FREQUENCY,
        Field("channel"),
        Field("organisation_id"),
        Field("structure_id"),
        Field("plan_entry_id"),
        *_powers("erp_total_dbw", "erp_horizontal_dbw", "erp_vertical_dbw"),
        Field("attenuation_db", Dimension.SERIES),
        Field("polarization", Dimension.CHOICE),
        *_lengths("height_above_ground_m", "ground_height_m", "effective_height_max_m"),
        Field("effective_height_m", Dimension.SERIES),
        Field("reception", Dimension.CHOICE),
        Field("emission"),
        Field("mode"),
        Field("hours"),
        Field("commune_name"),
        Field("province_code"),
        Field("licence_number"),
        Field("licence_from", Dimension.DAY),
        Field("licence_to", Dimension.DAY),
        *_powers("licence_power_w"),
        *_antenna(),
        *_ALWAYS,
    ),
    ImportKind.PLAN: (
        Field("id"),
        Field("plan_id", required=True, constant=True),
        Field("service", Dimension.CHOICE),
        _FREQUENCY,
        Field("programme", required=True),
        Field("site_name", required=True),
        Field("station_class", Dimension.CHOICE),
        *_lengths("antenna_height_m", "effective_height_max_m"),
        *_powers("erp_max_dbw", "power_max_kw"),
        Field("attenuation_db", Dimension.SERIES),
        Field("polarization", Dimension.CHOICE),
        Field("province_code"),
        Field("instrument", required=True, constant=True),
        Field("clause", required=True, constant=True),
        *_ALWAYS,
    ),
}
"""Every field that a file of each kind may bring."""

_CHOICES = {"kind": "structure_kind"}


@cache
def tables() -> dict[str, Any]:
    """Return data/tables/headers.toml."""
    return tomllib.loads(path("tables/headers.toml").read_text(encoding="utf-8"))


def title(field: str, language: Language | str = Language.VI) -> str:
    """Return the name of a field for people."""
    own = f"exchange.field.{field}"
    return text(own if has(own) else f"register.field.{field}", language)


@lru_cache(maxsize=4096)
def choice(field: str, word: str) -> str | None:
    """Return the value of a choice that a word means, or None.

    Parameters
    ----------
    field : str
        `kind`, `service`, `polarization` ... or `flag`.
    word : str
        As it stands in the cell.
    """
    return _choices(_CHOICES.get(field, field)).get(plain_key(word))


@cache
def _choices(name: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for value, words in tables()["choices"][name].items():
        titles = [
            text(f"register.{name}.{value}", language)
            for language in Language
            if has(f"register.{name}.{value}")
        ]
        for word in (value, *titles, *words):
            known.setdefault(plain_key(word), value)
    return known


def range_of(field: str) -> tuple[float, float] | None:
    """Return the least and the largest sane value of a field in the record's unit, or None."""
    found = tables()["ranges"].get(field)
    return None if found is None else (float(found[0]), float(found[1]))


@lru_cache(maxsize=1024)
def unit_factor(dimension: Dimension, unit: str) -> tuple[float, bool] | None:
    """Return what one of a unit is in m, MHz or W, and whether it is a level instead.

    A level's first number is the level of 1 W. None when the unit is none of the dimension.
    """
    units = tables()["units"]
    small = unit.casefold().strip()
    if dimension is not Dimension.POWER:
        factor = units.get(dimension.value, {}).get(small)
        return None if factor is None else (float(factor), False)
    if small in units["power_level"]:
        return float(units["power_level"][small]), True
    factor = units["power_as_written"].get(unit.strip(), units["power"].get(small))
    return None if factor is None else (float(factor), False)
