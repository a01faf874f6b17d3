"""Where something is that a person names.

Coordinates, a commune of today or of before, a station by name or frequency, a structure by name,
code or address.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from gis.errors import NotFoundError
from gis.exchange.datum import crs_name
from gis.jurisdictions import jurisdiction_on
from gis.names import commune_key, name_key, plain_key
from gis.place_words import Fit, Typed, fit_of, typed_of
from gis.register.reading import Reader
from gis.register.records import AdministrativeUnit, UnitKind
from gis.register.scopes import Scope
from gis.register.structures import Structure
from gis.typed_place import readings

__all__ = ["LONGEST_TEXT", "FoundPlace", "PlaceKind", "find_places"]

LONGEST_TEXT: Final = 100
_COMMUNES: Final = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP)
_MOST_OF_A_KIND: Final = 8
_MOST_LOOKED_AT: Final = 1000


class PlaceKind(StrEnum):
    """What was found."""

    COORDINATES = "coordinates"
    UNIT = "unit"
    FORMER_UNIT = "former_unit"
    STATION = "station"
    STRUCTURE = "structure"


_OF_UNITS: Final = frozenset({PlaceKind.UNIT, PlaceKind.FORMER_UNIT})


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
        Commune or place that it is in; the system of coordinates in metres.
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

    Only what bears the text best is told: what has its words whole hides what only begins with
    them.

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
    places = _coordinates(reader, wanted, on)
    if places:
        return places
    typed = typed_of(wanted)
    found = [
        *_stations(reader, scope, typed, on),
        *_units(reader, typed, wanted, on),
        *_structures(reader, scope, typed, on),
    ]
    best = min((fit for fit, _ in found), default=Fit.PHRASE)
    meant = [place for fit, place in found if fit is best]
    return sorted(meant, key=lambda one: _unlike(one, wanted))


def _unlike(place: FoundPlace, text: str) -> int:
    """Return 0 for what is named as typed, 1 for that but for marks, 2 for everything else.

    A unit is also called by its name without the word for its kind; where only that word is
    another one than was typed it comes after those, but before what merely holds the words.
    """
    if place.kind not in _OF_UNITS:
        names: tuple[str, ...] = (place.name,)
    else:
        names = (place.name, commune_key(place.name))
    for rank, key in enumerate((name_key, plain_key)):
        if key(text) and any(key(text) == key(name) for name in names):
            return rank
    return 2 if place.kind in _OF_UNITS and commune_key(text) == commune_key(place.name) else 3


def _coordinates(reader: Reader, text: str, on: date) -> list[FoundPlace]:
    """Return every place that a text gives by coordinates; one of a grid says which."""
    grids: tuple[int, ...] = ()
    within = None
    with suppress(NotFoundError):
        department = jurisdiction_on(on)
        grids = department.crs_epsg
        within = reader.unit(department.province_code, on).bounds
    return [
        FoundPlace(
            kind=PlaceKind.COORDINATES,
            id="",
            name=text,
            longitude=one.longitude,
            latitude=one.latitude,
            within=None if one.epsg is None else crs_name(one.epsg),
        )
        for one in readings(text, grids, within)
    ]


def _stations(
    reader: Reader, scope: Scope, typed: Typed, on: date
) -> Iterator[tuple[Fit, FoundPlace]]:
    fits = []
    for one in reader.stations(scope, on=on):
        names = (one.name, one.programme, one.channel, one.commune_name, one.licence_number)
        fit = fit_of(typed, names, one.service, one.frequency_mhz)
        if fit is not None:
            off = abs(one.frequency_mhz - (typed.frequency_mhz or one.frequency_mhz))
            fits.append((fit, off, one))
    for fit, _, one in sorted(fits, key=lambda each: each[:2])[:_MOST_OF_A_KIND]:
        yield (
            fit,
            FoundPlace(
                kind=PlaceKind.STATION,
                id=one.id,
                name=one.name,
                longitude=one.longitude,
                latitude=one.latitude,
                frequency_mhz=one.frequency_mhz,
            ),
        )


def _units(reader: Reader, typed: Typed, text: str, on: date) -> Iterator[tuple[Fit, FoundPlace]]:
    known = reader.units()
    for kinds_count in (False, True):  # a kind that a unit is called by is meant, else any
        fits = [
            (fit, unit)
            for unit in known
            if (fit := fit_of(typed, (unit.name,), unit.kind if kinds_count else None)) is not None
        ]
        if any(fit <= Fit.WORDS for fit, _ in fits):
            break
    fits.sort(key=lambda one: (one[0], _rank(one[1], text, on)))
    for fit, unit in fits[:_MOST_OF_A_KIND]:
        place = _place(unit, known)
        if place is None:
            continue
        former = unit.valid_to is not None and unit.valid_to < on
        longitude, latitude = place
        found = FoundPlace(
            kind=PlaceKind.FORMER_UNIT if former else PlaceKind.UNIT,
            id=unit.code,
            name=unit.name,
            longitude=longitude,
            latitude=latitude,
            until=unit.valid_to if former else None,
            now=tuple(one.name for one in _made_of(unit, known)) if former else (),
            within=_parent(unit, known),
        )
        yield fit, found


def _rank(unit: AdministrativeUnit, text: str, on: date) -> tuple[bool, bool, bool, str]:
    """Return what orders units: whole names, marks as typed, those of today, then by name."""
    whole = commune_key(unit.name) in (name_key(text), commune_key(text))
    marked = commune_key(text) in name_key(unit.name)
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


def _structures(
    reader: Reader, scope: Scope, typed: Typed, on: date
) -> Iterator[tuple[Fit, FoundPlace]]:
    words = (*typed.named, *typed.numbered)
    text = " ".join(words or typed.terms)
    found = reader.structures(scope, text=text, on=on, limit=_MOST_LOOKED_AT)
    fits = [
        (fit, one)
        for one in found
        if (fit := fit_of(typed, (one.name, one.code, one.commune_name, one.address), one.kind))
        is not None
    ]
    for fit, one in sorted(fits, key=lambda each: each[0])[:_MOST_OF_A_KIND]:
        yield fit, _structure(one)


def _structure(one: Structure) -> FoundPlace:
    return FoundPlace(
        kind=PlaceKind.STRUCTURE,
        id=one.id,
        name=one.name or one.code,
        longitude=one.longitude,
        latitude=one.latitude,
        within=one.commune_name,
    )
