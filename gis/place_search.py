"""Where something is that a person names.

Coordinates, a commune of today or of before, a station by name or frequency, a structure by name,
code or address.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from gis.exchange.coordinates import Angle, Axis, parse_pair
from gis.names import commune_key, name_key, plain_key
from gis.register.reading import Reader
from gis.register.records import AdministrativeUnit, BroadcastStation, UnitKind
from gis.register.scopes import Scope
from gis.register.structures import Structure

__all__ = ["LONGEST_TEXT", "FoundPlace", "PlaceKind", "find_places"]

LONGEST_TEXT: Final = 100
_FREQUENCY: Final = re.compile(r"(\d{2,4}(?:[.,]\d{1,4})?)\s*(?:mhz)?", re.IGNORECASE)
_NEAR_MHZ: Final = 0.0505  # what a person leaves out of "98,5"
_COUNTRY: Final = (102.0, 8.0, 115.0, 24.0)
_COMMUNES: Final = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP)
_MOST_OF_A_KIND: Final = 8


class PlaceKind(StrEnum):
    """What was found."""

    COORDINATES = "coordinates"
    UNIT = "unit"
    FORMER_UNIT = "former_unit"
    STATION = "station"
    STRUCTURE = "structure"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPlace:
    """Something that a text may mean.

    Attributes
    ----------
    kind : PlaceKind
        What it is.
    id : str
        Its name in the register, empty for coordinates.
    name : str
        As it is written there.
    longitude, latitude : float
        WGS 84 degrees.
    frequency_mhz : float or None
        Of a station.
    until : date or None
        Last day of a unit that is no more.
    now : tuple of str
        What it is part of today, as far as units say what they were made of.
    within : str or None
        Commune or place that it is in.
    """

    kind: PlaceKind
    id: str
    name: str
    longitude: float
    latitude: float
    frequency_mhz: float | None = None
    until: date | None = None
    now: tuple[str, ...] = ()
    within: str | None = None


def find_places(reader: Reader, scope: Scope, text: str, on: date) -> list[FoundPlace]:
    """Return what a text may mean: what has exactly that name, then the likeliest of each kind.

    Parameters
    ----------
    reader : Reader
        The register.
    scope : Scope
        The caller; what it may not see is not found.
    text : str
        What was typed; case and Vietnamese marks do not matter.
    on : date
        The day of what is of today.
    """
    wanted = text.strip()[:LONGEST_TEXT]
    if not wanted:
        return []
    place = _coordinates(wanted)
    if place is not None:
        return [place]
    found = [
        *_stations(reader, scope, wanted, on),
        *_units(reader, wanted, on),
        *_structures(reader, scope, wanted, on),
    ]
    return sorted(found, key=lambda one: _unlike(one, wanted))


def _unlike(place: FoundPlace, text: str) -> int:
    """Return 0 for what is named as typed, 1 for that but for marks, 2 for everything else.

    A unit is also called by its name without the word for its kind.
    """
    unit = place.kind in (PlaceKind.UNIT, PlaceKind.FORMER_UNIT)
    names = (place.name, commune_key(place.name)) if unit else (place.name,)
    for rank, key in enumerate((name_key, plain_key)):
        if key(text) and any(key(text) == key(name) for name in names):
            return rank
    return 2


def _coordinates(text: str) -> FoundPlace | None:
    pair = parse_pair(text)
    if pair is None:
        return None
    one, other = pair
    for longitude, latitude in ((one, other), (other, one)):
        if _is_pair(longitude, latitude):
            return FoundPlace(
                kind=PlaceKind.COORDINATES,
                id="",
                name=text,
                longitude=longitude.degrees,
                latitude=latitude.degrees,
            )
    return None


def _is_pair(longitude: Angle, latitude: Angle) -> bool:
    """Return whether two angles may be these: by their letters, else inside the country."""
    if longitude.axis is Axis.LATITUDE or latitude.axis is Axis.LONGITUDE:
        return False
    if longitude.axis is Axis.LONGITUDE or latitude.axis is Axis.LATITUDE:
        return abs(latitude.degrees) <= 90
    west, south, east, north = _COUNTRY
    return west <= longitude.degrees <= east and south <= latitude.degrees <= north


def _stations(reader: Reader, scope: Scope, text: str, on: date) -> Iterator[FoundPlace]:
    found = {
        one.id: one for one in reader.stations(scope, text=text, on=on, limit=_MOST_OF_A_KIND)
    }
    typed = _FREQUENCY.fullmatch(text)
    if typed is not None:
        wanted = float(typed[1].replace(",", "."))
        tuned = [one for one in reader.stations(scope, on=on) if _near(one, wanted)]
        found |= {one.id: one for one in sorted(tuned, key=lambda one: _off(one, wanted))}
    for one in list(found.values())[:_MOST_OF_A_KIND]:
        yield FoundPlace(
            kind=PlaceKind.STATION,
            id=one.id,
            name=one.name,
            longitude=one.longitude,
            latitude=one.latitude,
            frequency_mhz=one.frequency_mhz,
        )


def _off(station: BroadcastStation, wanted_mhz: float) -> float:
    return abs(station.frequency_mhz - wanted_mhz)


def _near(station: BroadcastStation, wanted_mhz: float) -> bool:
    return _off(station, wanted_mhz) <= _NEAR_MHZ


def _units(reader: Reader, text: str, on: date) -> Iterator[FoundPlace]:
    wanted = plain_key(text)
    known = reader.units()
    matched = [unit for unit in known if wanted and wanted in plain_key(unit.name)]
    for unit in sorted(matched, key=lambda unit: _rank(unit, text, on))[:_MOST_OF_A_KIND]:
        place = _place(unit, known)
        if place is None:
            continue
        former = unit.valid_to is not None and unit.valid_to < on
        longitude, latitude = place
        yield FoundPlace(
            kind=PlaceKind.FORMER_UNIT if former else PlaceKind.UNIT,
            id=unit.code,
            name=unit.name,
            longitude=longitude,
            latitude=latitude,
            until=unit.valid_to if former else None,
            now=tuple(one.name for one in _made_of(unit, known)) if former else (),
            within=_parent(unit, known),
        )


def _rank(unit: AdministrativeUnit, text: str, on: date) -> tuple[bool, bool, bool, str]:
    """Return what orders units: whole names, marks as typed, those of today, then by name."""
    whole = plain_key(unit.name).endswith(f" {plain_key(text)}")
    marked = name_key(text) in name_key(unit.name)
    former = unit.valid_to is not None and unit.valid_to < on
    return not whole, not marked, former, plain_key(unit.name)


def _place(
    unit: AdministrativeUnit, known: Iterable[AdministrativeUnit]
) -> tuple[float, float] | None:
    """Return where a unit is: its point, or that of what was made of it."""
    for one in (unit, *_made_of(unit, known)):
        if one.longitude is not None and one.latitude is not None:
            return one.longitude, one.latitude
    return None


def _made_of(
    unit: AdministrativeUnit, known: Iterable[AdministrativeUnit]
) -> list[AdministrativeUnit]:
    return [one for one in known if unit.code in one.merged_from and one.id != unit.id]


def _parent(unit: AdministrativeUnit, known: Iterable[AdministrativeUnit]) -> str | None:
    if unit.kind not in _COMMUNES:
        return None
    last = unit.valid_to or date.max
    parents = [one for one in known if one.code == unit.parent_code]
    return next((one.name for one in parents if (one.valid_to or date.max) >= last), None)


def _structures(reader: Reader, scope: Scope, text: str, on: date) -> Iterator[FoundPlace]:
    for one in reader.structures(scope, text=text, on=on, limit=_MOST_OF_A_KIND):
        yield _structure(one)


def _structure(one: Structure) -> FoundPlace:
    return FoundPlace(
        kind=PlaceKind.STRUCTURE,
        id=one.id,
        name=one.name or one.code,
        longitude=one.longitude,
        latitude=one.latitude,
        within=one.commune_name,
    )
