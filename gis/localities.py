"""Where a structure lies in the order of the state: commune, district, province, on a day.

Derived from outlines where there are any, else from points and bounds of communes, which is said;
communes of two days help each other, since a new commune is made of old ones. Districts were no
more from 2025-07-01, but plans and licences name them: they are read of the last day they stood.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import shapely

from gis.administration import PROVINCES
from gis.places import CommuneFinder, CommuneGuess
from gis.register.filters import valid_on
from gis.register.reading import Reader
from gis.register.records import AdministrativeUnit, UnitKind

__all__ = [
    "DISTRICTS",
    "Locality",
    "commune_finder",
    "last_district_day",
    "localities",
    "locality_at",
]

DISTRICTS = (UnitKind.DISTRICT, UnitKind.TOWN, UnitKind.CITY)
"""The kinds of the middle level, which there was until 2025-06-30."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality:
    """Where a point lies on a day.

    Attributes
    ----------
    on : date
        The day.
    communes, districts, provinces : tuple of AdministrativeUnit
        The likeliest first; more than one where that cannot be told, none where none is known or,
        of districts, where there were none on that day.
    certain : bool
        Whether an official outline of the commune says so, away from its edge.
    approximate : bool
        Whether any of it rests on points and bounds, or on outlines that are not official.
    """

    on: date
    communes: tuple[AdministrativeUnit, ...]
    districts: tuple[AdministrativeUnit, ...]
    provinces: tuple[AdministrativeUnit, ...]
    certain: bool
    approximate: bool

    @property
    def commune(self) -> AdministrativeUnit | None:
        """The likeliest commune."""
        return self.communes[0] if self.communes else None

    @property
    def district(self) -> AdministrativeUnit | None:
        """The likeliest district."""
        return self.districts[0] if self.districts else None

    @property
    def province(self) -> AdministrativeUnit | None:
        """The likeliest province."""
        return self.provinces[0] if self.provinces else None


def locality_at(reader: Reader, longitude: float, latitude: float, on: date) -> Locality:
    """Return commune, district and province of a point on a day, as far as that can be said.

    Parameters
    ----------
    reader : Reader
        The register.
    longitude, latitude : float
        WGS 84 degrees.
    on : date
        The day.
    """
    every = reader.units()
    guess = CommuneFinder(reader, on, every=every).at(longitude, latitude)
    return _locality(reader, guess, (longitude, latitude), on, every)


def localities(
    reader: Reader, longitude: float, latitude: float, on: date
) -> tuple[Locality, Locality | None]:
    """Return where a point lies on a day, and where it lay on the last day of the districts.

    The second is None where districts still stood on the day, or none are known. Of the communes
    of the two days those come first of which one was made of the other.
    """
    every = reader.units()
    place, before = (longitude, latitude), last_district_day(every, on)
    today, then = CommuneFinder(reader, on, before, every=every).agreed(longitude, latitude)
    now = _locality(reader, today, place, on, every)
    if before is None or then is None:
        return now, None
    return now, _locality(reader, then, place, before, every)


def commune_finder(reader: Reader, on: date) -> CommuneFinder:
    """Return what finds the likeliest communes of many points, as `localities` tells them."""
    every = reader.units()
    return CommuneFinder(reader, on, last_district_day(every, on), every=every)


def last_district_day(every: Iterable[AdministrativeUnit], on: date) -> date | None:
    """Return the last day before another on which there were districts, None where none ended."""
    districts = [unit for unit in every if unit.kind in DISTRICTS]
    if any(unit.valid_to is None or unit.valid_to >= on for unit in districts):
        return None
    return max((unit.valid_to for unit in districts if unit.valid_to is not None), default=None)


def _locality(
    reader: Reader,
    guess: CommuneGuess,
    place: tuple[float, float],
    on: date,
    every: Iterable[AdministrativeUnit],
) -> Locality:
    units = {unit.code: unit for unit in every if valid_on(unit.valid_from, unit.valid_to, on)}
    chains = [_above(unit, units) for unit in guess.candidates]
    provinces = _distinct(u for chain in chains for u in chain if u.kind in PROVINCES)
    by_outline = () if guess.candidates else _provinces_around(reader, place, units.values(), on)
    return Locality(
        on=on,
        communes=guess.candidates,
        districts=_distinct(u for chain in chains for u in chain if u.kind in DISTRICTS),
        provinces=provinces or by_outline,
        certain=guess.certain,
        approximate=guess.approximate or bool(by_outline),
    )


def _above(
    unit: AdministrativeUnit, units: dict[str, AdministrativeUnit]
) -> list[AdministrativeUnit]:
    """Return the units above one, from below; a circle in the records ends the climb."""
    found: list[AdministrativeUnit] = []
    seen = {unit.code}
    code = unit.parent_code
    while code is not None and code in units and code not in seen:
        seen.add(code)
        found.append(units[code])
        code = units[code].parent_code
    return found


def _distinct(units: Iterable[AdministrativeUnit]) -> tuple[AdministrativeUnit, ...]:
    return tuple({unit.code: unit for unit in units}.values())


def _provinces_around(
    reader: Reader,
    place: tuple[float, float],
    units: Iterable[AdministrativeUnit],
    on: date,
) -> tuple[AdministrativeUnit, ...]:
    """Return the provinces whose outline holds a point of which no commune is known."""
    provinces = {unit.code: unit for unit in units if unit.kind in PROVINCES}
    around = [
        outline.unit_code
        for outline in reader.boundaries(codes=provinces, on=on)
        if shapely.contains_xy(outline.geometry, *place)
    ]
    return tuple(provinces[code] for code in dict.fromkeys(around))
