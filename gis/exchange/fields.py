"""The fields that each kind of file brings, and the words for their values.

Words live in data/tables/headers.toml; what a field is lives here.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache, lru_cache
from typing import Any

from data import path
from data.text import Language, Phrase, has, text
from gis.exchange.dimensions import (
    ALWAYS,
    ORIGIN,
    PLACE,
    PLACED,
    SPAN,
    UNTIL,
    Dimension,
    Field,
    lengths,
    powers,
)
from gis.exchange.report import ImportKind
from gis.exchange.site_fields import SITE_FIELDS
from gis.names import plain_key
from gis.register.antennas import Antenna

__all__ = [
    "ANTENNA",
    "FIELDS",
    "FIELD_LEVELS",
    "PLACE",
    "Dimension",
    "Field",
    "choice",
    "plain_field_unit",
    "range_of",
    "tables",
    "title",
    "title_key",
    "titles_of",
    "unit_factor",
]


def _decibels(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, Dimension.DECIBEL, unit="db") for name in names)


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
        Field(
            "kind",
            Dimension.CHOICE,
            required=True,
            constant=True,
            choices="structure_kind",
            meanwhile="other_telecom",
        ),
        Field("owner_id", required=True, constant=True),
        *lengths("height_m", "ground_height_m"),
        Field("commune_name"),
        Field("address"),
        Field("shareable", Dimension.FLAG),
        Field("confidential", Dimension.FLAG),
        Field("state", Dimension.CHOICE, choices="lifecycle"),
        Field("manager_id"),
        Field("mast_class", Dimension.CHOICE),
        *lengths("building_height_m", "reach_m"),
        Field("concealed", Dimension.FLAG),
        Field("wind_area_limit_m2", Dimension.AREA, unit="m2"),
        Field("load_limit_kg", Dimension.MASS, unit="kg"),
        Field("power_supply", Dimension.CHOICE),
        Field("backup_power_hours", Dimension.DURATION, unit="h"),
        Field("rent_asked_vnd", Dimension.MONEY, unit="vnd"),
        Field("rent_unit", Dimension.CHOICE),
        Field("lightning_protected", Dimension.FLAG),
        Field("obstacle_lights", Dimension.FLAG),
        Field("earthing_resistance_ohm", Dimension.RESISTANCE, unit="ohm"),
        Field("inspected_on", Dimension.DAY),
        Field("neighbours_inhabited", Dimension.FLAG),
        *lengths("neighbours_top_m"),
        Field("neighbours_seen_on", Dimension.DAY),
        Field("neighbours_source"),
        *ALWAYS,
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
        *powers("erp_total_dbw", "erp_horizontal_dbw", "erp_vertical_dbw"),
        Field("attenuation_db", Dimension.SERIES),
        Field("polarization", Dimension.CHOICE),
        *lengths("height_above_ground_m", "ground_height_m", "effective_height_max_m"),
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
        *powers("licence_power_w"),
        Field("certificate_number"),
        Field("certificate_to", Dimension.DAY),
        Field("equipment_conformity"),
        Field("equipment_conformity_to", Dimension.DAY),
        *_antenna(),
        *ALWAYS,
    ),
    ImportKind.PLAN: (
        Field("id"),
        Field("plan_id", required=True, constant=True),
        Field("service", Dimension.CHOICE),
        _FREQUENCY,
        Field("programme", required=True),
        Field("site_name", required=True),
        Field("station_class", Dimension.CHOICE),
        *lengths("antenna_height_m", "effective_height_max_m"),
        *powers("erp_max_dbw", "power_max_kw"),
        Field("attenuation_db", Dimension.SERIES),
        Field("polarization", Dimension.CHOICE),
        Field("province_code"),
        Field("instrument", required=True, constant=True),
        Field("clause", required=True, constant=True),
        *PLACED,
        Field("valid_from", Dimension.DAY, constant=True, meanwhile="-"),
        UNTIL,
        *ORIGIN,
    ),
    ImportKind.MEASUREMENTS: (
        Field("id"),
        Field("station_id"),
        Field("frequency_mhz", Dimension.FREQUENCY, unit="mhz"),
        Field("measured_at", Dimension.MOMENT, required=True),
        Field("measured_time", Dimension.CLOCK),
        Field("field_strength_dbuvm", Dimension.FIELD_STRENGTH, required=True, unit="dbuvm"),
        *_decibels("antenna_factor_db", "cable_loss_db"),
        *_decibels("uncertainty_db", "standard_uncertainty_db"),
        Field(
            "height_above_ground_m",
            Dimension.LENGTH,
            required=True,
            constant=True,
            unit="m",
            meanwhile="10",
        ),
        Field(
            "kind",
            Dimension.CHOICE,
            required=True,
            constant=True,
            choices="measurement_kind",
            meanwhile="fixed",
        ),
        Field("equipment"),
        Field("report"),
        *PLACED,
        *ORIGIN,
    ),
    ImportKind.PROTECTED_POINTS: (
        Field("id"),
        Field(
            "kind",
            Dimension.CHOICE,
            required=True,
            constant=True,
            choices="protected_point_kind",
            meanwhile="test_point",
        ),
        Field("name", required=True),
        *lengths("height_m"),
        Field("frequency_mhz", Dimension.FREQUENCY, unit="mhz"),
        Field("volume"),
        *ALWAYS,
    ),
    ImportKind.ALLOTMENTS: (
        Field("id"),
        Field("allotment", required=True),
        Field("allotment_name"),
        Field("frequency_mhz", Dimension.FREQUENCY, unit="mhz"),
        Field("channel_number"),
        Field("area_code", required=True),
        Field("name", required=True),
        Field("reference_dbuvm", Dimension.FIELD_STRENGTH, required=True, unit="dbuvm"),
        *ALWAYS,
    ),
    ImportKind.RUNWAYS: (
        Field("id"),
        Field("aerodrome", required=True),
        Field("name", required=True),
        Field("end_longitude", Dimension.ANGLE, required=True, unit="deg"),
        Field("end_latitude", Dimension.ANGLE, required=True, unit="deg"),
        Field("elevation_m", Dimension.LENGTH, required=True, unit="m"),
        Field("end_elevation_m", Dimension.LENGTH, required=True, unit="m"),
        *lengths(
            "aerodrome_elevation_m",
            "strip_beyond_m",
            "strip_width_m",
            "clearway_m",
            "end_clearway_m",
        ),
        Field("design_group", required=True),
        Field("instrument_class", Dimension.CHOICE, required=True),
        Field("military", Dimension.FLAG),
        *ALWAYS,
    ),
    ImportKind.FACILITIES: (
        Field("id"),
        Field("kind", Dimension.CHOICE, required=True, choices="facility_kind"),
        Field("name", required=True),
        *lengths("elevation_m", "threshold_m"),
        Field("direction_deg", Dimension.ANGLE, unit="deg"),
        *ALWAYS,
    ),
    ImportKind.ROADS: (
        Field("id"),
        Field("kind", Dimension.CHOICE, choices="road_kind"),
        Field("code"),
        Field("name"),
        Field("geometry"),
        Field("crs", Dimension.PLACE),
        *SPAN,
        *ORIGIN,
    ),
    ImportKind.POPULATION: (
        Field("code", required=True),
        Field("population", Dimension.COUNT, required=True, unit="người"),
        Field("population_year", required=True, constant=True, meanwhile="2000"),
        Field("population_source", required=True, constant=True),
        Field("note"),
    ),
    **SITE_FIELDS,
}
"""Every field that a file of each kind may bring."""


@cache
def tables() -> dict[str, Any]:
    """Return data/tables/headers.toml."""
    return tomllib.loads(path("tables/headers.toml").read_text(encoding="utf-8"))


def title(field: str, language: Language | str = Language.VI) -> str:
    """Return the name of a field for people."""
    return text(title_key(field), language)


def title_key(field: str) -> str:
    """Return the sentence that names a field for people."""
    own = f"exchange.field.{field}"
    return own if has(own) else f"register.field.{field}"


@lru_cache(maxsize=4096)
def choice(name: str, word: str) -> str | None:
    """Return the value of a choice that a word means, or None.

    Parameters
    ----------
    name : str
        `structure_kind`, `service`, `polarization` ... or `flag`.
    word : str
        As it stands in the cell.
    """
    return _choices(name).get(plain_key(word))


def titles_of(name: str) -> tuple[Phrase, ...]:
    """Return what the values of a choice are called, as one may write them in a cell."""
    return tuple(Phrase(f"register.{name}.{value}") for value in tables()["choices"][name])


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


FIELD_LEVELS = ("dbuvm", "dbuv", "dbm")
"""Units in which receivers give what they measure: of the field, at 50 ohm, and its power."""


def plain_field_unit(unit: str) -> str:
    """Return a unit of a measured field without what writers vary: `dB(µV/m)` is `dbuvm`."""
    small = unit.casefold().replace("\N{GREEK SMALL LETTER MU}", "u").replace("v/m", "vm")
    return small.translate({ord(mark): None for mark in "() "})


@lru_cache(maxsize=1024)
def unit_factor(dimension: Dimension, unit: str) -> tuple[float, bool] | None:
    """Return what one of a unit is in m, MHz or W, and whether it is a level instead.

    A level's first number is the level of 1 W. Of a field strength the number is what one is in
    uV/m; its levels are read by `gis.exchange.measured_rows`. None when the unit is none of the
    dimension.
    """
    units = tables()["units"]
    small = unit.casefold().strip()
    if dimension is Dimension.FIELD_STRENGTH:
        plain = plain_field_unit(unit)
        factor = units["field_strength"].get(plain)
        return (0.0, True) if plain in FIELD_LEVELS else factor and (float(factor), False)
    if dimension is not Dimension.POWER:
        factor = units.get(dimension.value, {}).get(small)
        return None if factor is None else (float(factor), False)
    if small in units["power_level"]:
        return float(units["power_level"][small]), True
    factor = units["power_as_written"].get(unit.strip(), units["power"].get(small))
    return None if factor is None else (float(factor), False)
