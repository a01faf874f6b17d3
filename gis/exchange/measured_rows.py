"""Rows of measurements: levels become fields only with the antenna's factor, and say so.

A receiver gives the level at its input. Into 50 ohm, 0 dBm is 106.99 dB(uV), taken as 107 dB; the
field is that level plus the factor of the antenna, dB(1/m), plus the loss of the cable.
"""

import math
from collections.abc import Mapping
from typing import Any

from gis.exchange.cells import CellReader
from gis.exchange.fields import Dimension, plain_field_unit, range_of, unit_factor
from gis.measurements import same_carrier
from gis.names import name_key
from gis.register.records import BroadcastStation, MeasurementKind

__all__ = ["DBM_TO_DBUV", "READ_INTO", "Stations", "measurement"]

DBM_TO_DBUV = 107.0
"""Level of 0 dBm at 50 ohm in dB(uV): 10 lg(50) + 90 = 106.99, rounded as receivers print it."""

READ_INTO: Mapping[str, str] = {
    "measured_time": "measured_at",
    "antenna_factor_db": "field_strength_dbuvm",
    "cable_loss_db": "field_strength_dbuvm",
    "standard_uncertainty_db": "uncertainty_db",
}
"""Columns that are no field of a measurement, and the field that each is read into."""

_FREQUENCIES_MHZ = (30.0, 6000.0)
_COVERAGE_FACTOR = 2.0


class Stations:
    """The stations of the register, by id and by a name that only one has.

    Parameters
    ----------
    stations : sequence of BroadcastStation
        All of them.
    """

    def __init__(self, stations: list[BroadcastStation]) -> None:
        self._by_id = {station.id: station for station in stations}
        self._by_name: dict[str, list[BroadcastStation]] = {}
        for station in stations:
            self._by_name.setdefault(name_key(station.name), []).append(station)

    def named(self, word: str, frequency_mhz: float | None) -> BroadcastStation | None:
        """Return the station of an id or a name; two of one name are told apart by the carrier."""
        if word in self._by_id:
            return self._by_id[word]
        found = self._by_name.get(name_key(word), [])
        if len(found) > 1 and frequency_mhz is not None:
            found = [one for one in found if same_carrier(one.frequency_mhz, frequency_mhz)]
        return found[0] if len(found) == 1 else None


def measurement(reader: CellReader, stations: Stations) -> dict[str, Any]:
    """Return the values of a measurement, its place aside; the reader takes what is wrong."""
    frequency_mhz, station_id = _what(reader, stations)
    kind = reader.choice("kind")
    return {
        "frequency_mhz": frequency_mhz,
        "station_id": station_id,
        "measured_at": reader.moment("measured_at", "measured_time"),
        "field_strength_dbuvm": _field_strength(reader),
        "height_above_ground_m": reader.number("height_above_ground_m"),
        "uncertainty_db": _uncertainty(reader),
        "kind": None if kind is None else MeasurementKind(kind),
        "equipment": reader.text("equipment"),
        "report": reader.text("report"),
    }


def _what(reader: CellReader, stations: Stations) -> tuple[float | None, str | None]:
    """Return the carrier that was measured, and the station where the row names one."""
    frequency = reader.number("frequency_mhz", _FREQUENCIES_MHZ)
    word = reader.text("station_id")
    if word is None:
        if frequency is None and not reader.problems:
            reader.refuse("frequency_mhz", "station_or_frequency")
        return frequency, None
    station = stations.named(word, frequency)
    if station is None:
        reader.refuse("station_id", "station_unknown")
        return None, None
    if frequency is not None and not same_carrier(station.frequency_mhz, frequency):
        reader.refuse(
            "frequency_mhz", "station_frequency", station=station.name,
            frequency=station.frequency_mhz,
        )  # fmt: skip
        return None, None
    return station.frequency_mhz if frequency is None else frequency, station.id


def _field_strength(reader: CellReader) -> float | None:
    """Return the field in dB(uV/m) from what the receiver gave."""
    field = "field_strength_dbuvm"
    factor, loss = reader.number("antenna_factor_db"), reader.number("cable_loss_db")
    read = reader.measured(field)
    if read is None:
        return None
    number, unit = read
    level = plain_field_unit(unit)
    linear = unit_factor(Dimension.FIELD_STRENGTH, unit)
    if linear is not None and not linear[1]:
        if number <= 0:
            reader.refuse(field, "power")
            return None
        value = 20 * math.log10(number * linear[0])
    elif level == "dbuvm":
        value = number
    elif factor is None:
        reader.refuse(field, "level_without_antenna_factor", unit=unit)
        return None
    else:
        value = number + factor + (loss or 0.0) + (DBM_TO_DBUV if level == "dbm" else 0.0)
    lower, upper = range_of(field) or (-math.inf, math.inf)
    if not lower <= value <= upper:
        reader.refuse(field, "field_range", lower=lower, upper=upper, found=round(value, 2))
        return None
    return round(value, 6)


def _uncertainty(reader: CellReader) -> float | None:
    """Return the expanded uncertainty (k = 2); a standard one is doubled."""
    expanded = reader.number("uncertainty_db")
    standard = reader.number("standard_uncertainty_db")
    return expanded if standard is None else _COVERAGE_FACTOR * standard
