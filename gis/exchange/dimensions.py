"""What a field of a file is: its dimension, whether it is required, its own unit."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "ALWAYS",
    "ORIGIN",
    "PLACE",
    "PLACED",
    "SPAN",
    "UNTIL",
    "Dimension",
    "Field",
    "lengths",
    "powers",
]


class Dimension(StrEnum):
    """What a field's value is."""

    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    DAY = "day"
    MOMENT = "moment"
    CLOCK = "clock"
    COUNT = "count"
    AREA = "area"
    MASS = "mass"
    DURATION = "duration"
    MONEY = "money"
    RESISTANCE = "resistance"
    DIAMETER = "diameter"
    FIELD_STRENGTH = "field_strength"
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
    choices : str
        The list of a choice, where it is not called as the field.
    meanwhile : str
        What stands for a constant while nobody has told it.
    """

    name: str
    dimension: Dimension = Dimension.TEXT
    required: bool = False
    constant: bool = False
    unit: str = ""
    choices: str = ""
    meanwhile: str = "?"


PLACE = ("longitude", "latitude", "easting", "northing", "x", "y", "position", "crs")
"""Columns that say where; they become longitude and latitude."""


def lengths(*names: str) -> tuple[Field, ...]:
    """Return fields of lengths in metres."""
    return tuple(Field(name, Dimension.LENGTH, unit="m") for name in names)


def powers(*names: str) -> tuple[Field, ...]:
    """Return fields of powers, their unit behind their name."""
    return tuple(Field(name, Dimension.POWER, unit=name.rpartition("_")[2]) for name in names)


PLACED = tuple(Field(name, Dimension.PLACE) for name in PLACE)
ORIGIN = (
    Field("label"),
    Field("confidence", Dimension.CHOICE),
    Field("source"),
    Field("note"),
    Field("stamp"),
    Field("classification"),
)
UNTIL = Field("valid_to", Dimension.DAY)
SPAN = (Field("valid_from", Dimension.DAY), UNTIL)
ALWAYS = (*PLACED, *SPAN, *ORIGIN)
