"""Rows of allotments: each is one calculation point, and those of one allotment must agree."""

from dataclasses import dataclass, field
from typing import Any

from gis.exchange.cells import CellReader
from gis.exchange.fields import plain_field_unit, range_of, tables
from propagation.interference.dvbt2 import CHANNELS, channel_centre_mhz

__all__ = ["READ_INTO", "Allotments", "allotment_point"]

READ_INTO = {"channel_number": "frequency_mhz"}
"""Columns that are no field of a calculation point, and the field that each is read into."""

_AGREE = ("frequency_mhz", "area_code")
_SAME_MHZ = 1e-6


@dataclass(frozen=True, slots=True)
class Allotments:
    """What the rows of a file say of each allotment; an allotment may change from a first day on.

    Attributes
    ----------
    said : dict
        What its first sound row says, by allotment and first day.
    """

    said: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)

    def agree(self, reader: CellReader, values: dict[str, Any]) -> None:
        """Refuse a row that says another channel or area than the first of its allotment."""
        if reader.problems:
            return
        key = (values["allotment"], values["valid_from"])
        first = self.said.setdefault(key, {name: values[name] for name in _AGREE})
        for name in _AGREE:
            if first[name] == values[name]:
                continue
            by_number = name == "frequency_mhz" and reader.cell(name) is None
            column = "channel_number" if by_number else name
            reader.refuse(column, "allotment_contradicts", allotment=key[0], first=first[name])


def allotment_point(reader: CellReader, area_code: str | None) -> dict[str, Any]:
    """Return the values of a calculation point, its place and its days aside."""
    return {
        "allotment": reader.text("allotment"),
        "allotment_name": reader.text("allotment_name"),
        "frequency_mhz": _centre_mhz(reader),
        "area_code": area_code,
        "name": reader.text("name"),
        "reference_dbuvm": _reference(reader),
    }


def _centre_mhz(reader: CellReader) -> float | None:
    """Return the centre of the channel from its frequency, its number or both."""
    frequency, word = reader.number("frequency_mhz"), reader.text("channel_number")
    bands = tables()["service"]["television"]["bands_mhz"]
    if frequency is not None and not any(low <= frequency <= high for low, high in bands):
        told = "; ".join(f"{low:g}-{high:g}" for low, high in bands)
        reader.refuse("frequency_mhz", "band", bands=told)
        return None
    if word is None:
        if frequency is None and not reader.problems:
            reader.refuse("frequency_mhz", "channel_or_frequency")
        return frequency
    number = word.removesuffix(".0")
    if not (number.isdecimal() and CHANNELS[0] <= int(number) <= CHANNELS[1]):
        reader.refuse("channel_number", "channel_number", first=CHANNELS[0], last=CHANNELS[1])
        return None
    centre = float(channel_centre_mhz(int(number)))
    if frequency is not None and abs(frequency - centre) > _SAME_MHZ:
        reader.refuse("frequency_mhz", "channel_frequency", channel=number, frequency=centre)
        return None
    return centre


def _reference(reader: CellReader) -> float | None:
    """Return the reference field; a reference is a level of the field, not of a receiver."""
    name = "reference_dbuvm"
    read = reader.measured(name)
    if read is None:
        return None
    value, unit = read
    if plain_field_unit(unit) != "dbuvm":
        reader.refuse(name, "reference_unit", unit=unit)
        return None
    lower, upper = range_of(name) or (value, value)
    if not lower <= value <= upper:
        reader.refuse(name, "field_range", lower=lower, upper=upper, found=round(value, 2))
        return None
    return value
