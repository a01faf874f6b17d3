"""Antennas of stations as rows and forms bring them, judged in one place, and hung."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.text import Phrase
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.exchange.antennas import GainUnit, parse_msi
from gis.exchange.cells import CellReader
from gis.exchange.fields import ANTENNA, FIELDS, Dimension
from gis.exchange.report import ImportKind
from gis.register.antennas import (
    Antenna,
    AntennaKind,
    SideLobeQuality,
    limits_of,
    pattern_of,
    wrong,
)
from gis.register.records import BroadcastStation
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from propagation.antenna_f1336 import SideLobes

__all__ = ["ASKED", "CUTS_ASKED", "antenna_asked", "antenna_of_row", "hang", "take_down"]

_COLUMNS = {own: column for column, own in ANTENNA.items()}
_DIMENSIONS = {
    ANTENNA[each.name]: each.dimension
    for each in FIELDS[ImportKind.STATIONS]
    if each.name in ANTENNA
}
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{0,20})?", re.ASCII)
_CHOICES = {
    "kind": AntennaKind,
    "side_lobes": SideLobes,
    "side_lobe_quality": SideLobeQuality,
}
ASKED = tuple(name for name, kind in _DIMENSIONS.items() if kind is not Dimension.SERIES)
"""What a form asks, by the fields of `Antenna`; cuts come as a file."""


CUTS_ASKED = ("gain_unit",)
"""What a form asks of an antenna file beside it."""


def hang(
    register: Register,
    station_id: str,
    asked: Mapping[str, str],
    *,
    author: str,
    file: tuple[bytes, str] | None = None,
    seen: str | None = None,
) -> BroadcastStation:
    """Give a station the antenna that a form describes, in the place of the one that it has.

    Parameters
    ----------
    register : Register
        The register.
    station_id : str
        The station.
    asked, file
        As for `antenna_asked`.
    author : str
        Who does it; the history says so.
    seen : str, optional
        `record_digest` of the station that the caller saw; without it nothing is compared.

    Raises
    ------
    NotFoundError
        If there is no such station.
    ConflictError
        If somebody changed it since.
    FormatError
        If the form or the file is not understood.
    """
    with register.write(author=author, reason="antenna") as writer:
        station = writer.station(station_id, SYSTEM)
        if seen is not None and record_digest(station) != seen:
            raise ConflictError("errors.record_changed", id=station_id)
        antenna = antenna_asked(asked, station.frequency_mhz, file=file, standing=station.antenna)
        changed = replace(station, antenna=antenna)
        writer.update_stations([changed], [station])
    return changed


def take_down(register: Register, station_id: str, *, author: str) -> BroadcastStation:
    """Take a station's antenna of two angles away; its 36 azimuths stay.

    Raises
    ------
    NotFoundError
        If there is no such station, or it has no such antenna.
    """
    with register.write(author=author, reason="antenna") as writer:
        station = writer.station(station_id, SYSTEM)
        if station.antenna is None:
            raise NotFoundError("antennas.none", station=station.name)
        changed = replace(station, antenna=None)
        writer.update_stations([changed], [station])
    return changed


def antenna_of_row(reader: CellReader, frequency_mhz: float | None) -> Antenna | None:
    """Return the antenna of a row, None where it has none; what is wrong is a problem of the row.

    Columns of an antenna belong together: the row says all of it.
    """
    if not any(reader.has(column) for column in ANTENNA):
        return None
    values = {name: _cell(reader, name) for name in _DIMENSIONS}
    given = {name: value for name, value in values.items() if value not in (None, ())}
    try:
        return _made(given, frequency_mhz) if given else None
    except FormatError as error:
        name = str(error.values["name"])
        reader.refuse(_COLUMNS.get(name, name), "antenna", expected=_expected(error))
        return None


def antenna_asked(
    asked: Mapping[str, str],
    frequency_mhz: float,
    *,
    file: tuple[bytes, str] | None = None,
    standing: Antenna | None = None,
) -> Antenna:
    """Return the antenna that a form describes.

    Parameters
    ----------
    asked : mapping
        Texts by the names of ASKED, empty where nothing was written; `gain_unit` says what the
        gain of a file is over that does not say so itself.
    frequency_mhz : float
        The station's carrier.
    file : tuple of bytes and str, optional
        An antenna file in the MSI Planet format and its name, for the kind `cuts`. Its name and
        gain are taken from it where the form leaves them empty.
    standing : Antenna, optional
        The station's antenna; without a file its cuts stay, so that it can be turned and tilted.

    Raises
    ------
    FormatError
        If the form or the file is not understood; field or line, value and what is expected are
        named.
    """
    values: dict[str, Any] = {}
    for name in ASKED:
        word = asked.get(name, "").strip()
        if word:
            values[name] = _typed(name, word)
    if values.get("kind") is AntennaKind.CUTS:
        values = {**_cuts(asked, file, standing), **values}
    elif file is not None:
        raise wrong("kind", file[1], Phrase("register.antenna_kind.cuts"))
    return _made(values, frequency_mhz)


def _made(values: Mapping[str, Any], frequency_mhz: float | None) -> Antenna:
    if "kind" not in values:
        raise wrong("kind", None, ", ".join(AntennaKind))
    antenna = Antenna(**values)
    if frequency_mhz is not None:
        pattern_of(antenna, frequency_mhz)
    return antenna


def _cuts(
    asked: Mapping[str, str], file: tuple[bytes, str] | None, standing: Antenna | None
) -> dict[str, Any]:
    """Return what an antenna file says, or the cuts that the station has."""
    if file is None:
        if standing is None or standing.kind is not AntennaKind.CUTS:
            raise wrong("horizontal_attenuation_db", None, Phrase("antennas.expected_file"))
        kept = ("name", "maximum_gain_dbi", "horizontal_attenuation_db", "vertical_attenuation_db")
        return {name: getattr(standing, name) for name in kept}
    unit = asked.get("gain_unit", "").strip()
    if unit and unit not in {each.value for each in GainUnit}:
        raise FormatError(
            "antennas.unknown_gain_unit", value=unit[:40], expected=", ".join(GainUnit)
        )
    read = parse_msi(*file, gain_unit=GainUnit(unit) if unit else None)
    vertical = read.cuts.vertical_attenuation_db
    return {
        "name": read.name or None,
        "maximum_gain_dbi": read.maximum_gain_dbi,
        "horizontal_attenuation_db": tuple(read.cuts.horizontal_attenuation_db.tolist()),
        "vertical_attenuation_db": () if vertical is None else tuple(vertical.tolist()),
    }


def _typed(name: str, word: str) -> Any:
    """Return the value of a field that somebody typed; a comma before the decimals will do."""
    dimension = _DIMENSIONS[name]
    if dimension is Dimension.TEXT:
        return word
    if dimension is Dimension.CHOICE:
        known = {each.value: each for each in _CHOICES[name]}
        if word not in known:
            raise wrong(name, word[:40], ", ".join(known))
        return known[word]
    if not _NUMBER.fullmatch(word):
        lower, upper = limits_of(name)
        raise wrong(name, word[:40], f"{lower:g} … {upper:g}")
    return float(word.replace(",", "."))


def _cell(reader: CellReader, name: str) -> Any:
    field, dimension = _COLUMNS[name], _DIMENSIONS[name]
    if dimension is Dimension.TEXT:
        return reader.text(field)
    if dimension is Dimension.CHOICE:
        word = reader.choice(field)
        return None if word is None else _CHOICES[name](word)
    return reader.circle(field) if dimension is Dimension.SERIES else reader.number(field)


def _expected(error: FormatError) -> object:
    if "expected" in error.values:
        return error.values["expected"]
    return f"{error.values['lower']:g} … {error.values['upper']:g} ({error.values['source']})"
