"""A proposed site as it is asked for: read strictly, and placed in its province."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from gis.errors import FormatError, NotFoundError
from gis.jurisdictions import Jurisdiction
from gis.places import boundary_facts, commune_at, inside_and_distance
from gis.register.reading import Reader as RegisterReader
from gis.register.records import UnitKind
from gis.rule_facts import area_class
from gis.rules import RulePack
from gis.structure_edits import HIGHEST_MAST_M
from gis.studies.parts import moment
from gis.studies.requests import Reader
from gis.terrain.ground import Ground
from propagation.interference.bs412 import Area
from propagation.mobile import Generation
from propagation.siting.facts import MastKind

__all__ = ["LIMITS", "SITE_INPUTS", "Asked", "Proposed", "site_asked"]

SITE_INPUTS: Final = (
    "name",
    "longitude",
    "latitude",
    "kind",
    "structure_height_m",
    "building_height_m",
    "reach_m",
    "ground_height_m",
    "antennas",
    "organisation_id",
    "licence",
    "railway_distance_m",
    "urban",
    "jurisdiction",
    "on",
    "public",
)
"""What a request may state."""

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "longitude": (-180.0, 180.0),
    "latitude": (-90.0, 90.0),
    "structure_height_m": (1.0, HIGHEST_MAST_M),
    "building_height_m": (1.0, HIGHEST_MAST_M),
    "reach_m": (0.0, 50.0),
    "ground_height_m": (-20.0, 3200.0),
    "railway_distance_m": (0.0, 100_000.0),
    "height_above_ground_m": (0.5, HIGHEST_MAST_M),
    "frequency_mhz": (30.0, 90_000.0),
    "eirp_dbm": (-30.0, 100.0),
}
"""Ranges of its numbers; both ends belong to them."""

_LICENCE: Final = ("number", "kind", "province_codes", "valid_from", "valid_to")
_ANTENNA: Final = ("height_above_ground_m", "frequency_mhz", "eirp_dbm")
_TECHNOLOGIES: Final = tuple(one.value for one in Generation)
_MOST_ANTENNAS: Final = 20
_MOST_PROVINCES: Final = 63
_LONGEST: Final = 200
_COUNTRY: Final = ((102.0, 118.0), (8.0, 23.5))
_PROVINCES: Final = (UnitKind.PROVINCE, UnitKind.CITY_PROVINCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a request states of a site.

    Attributes
    ----------
    height_m : float
        Top of the structure above ground, lightning rod and building included.
    antennas : tuple of dict
        `height_above_ground_m`, and where they are stated `frequency_mhz`, `eirp_dbm` and
        `technology` (2g, 3g, 4g, 5g).
    organisation_id : str or None
        The applicant, where it is in the register.
    licence : dict or None
        `number`, `kind`, `province_codes`, `valid_from`, `valid_to`.
    urban : bool or None
        Whether the place is urban, where the request says so.
    public : bool
        Whether what others keep confidential stays out.
    """

    name: str
    longitude: float
    latitude: float
    kind: MastKind
    height_m: float
    building_height_m: float | None
    reach_m: float | None
    ground_height_m: float | None
    antennas: tuple[dict[str, Any], ...]
    organisation_id: str | None
    licence: dict[str, Any] | None
    railway_distance_m: float | None
    urban: bool | None
    public: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "kind": self.kind.value, "antennas": list(self.antennas)}

    @property
    def wanted_height_m(self) -> float:
        """Return the height of the highest antenna, that of the structure where there is none."""
        heights = [one["height_above_ground_m"] for one in self.antennas]
        return max(heights, default=self.height_m)


@dataclass(frozen=True, slots=True)
class Asked:
    """A site, whose it is, and what is known of its place.

    Attributes
    ----------
    place : Jurisdiction
        Whose study it is.
    on : date
        The day judged.
    proposed : Proposed
        What the request states.
    ground_elevation_m : float
        As stated, else the terrain's.
    urban : bool or None
        Whether its commune is urban; None where that is not sure.
    commune : str or None
        Its likeliest commune.
    """

    place: Jurisdiction
    on: date
    proposed: Proposed
    ground_elevation_m: float
    urban: bool | None
    commune: str | None


def site_asked(
    request: Mapping[str, object], register: RegisterReader, ground: Ground, pack: RulePack
) -> Asked:
    """Return what a request asks.

    Parameters
    ----------
    request : mapping
        SITE_INPUTS, JSON values.
    register : Reader
        Where outlines, communes and organisations are.
    ground : Ground
        Where the ground's height comes from unless the request states it.
    pack : RulePack
        The rules in force, which say what is urban.

    Raises
    ------
    FormatError
        If a value is missing, unknown or out of range, latitude and longitude are exchanged, or
        the site lies in another province, in the sea or abroad.
    NotFoundError
        If the applicant is not in the register.
    """
    reader = Reader(request, *SITE_INPUTS)
    _require_order(request.get("longitude"), request.get("latitude"))
    place, on = moment(reader)
    proposed = _proposed(reader)
    _require_place(proposed, register, place, on)
    if proposed.organisation_id is not None:
        register.organisation(proposed.organisation_id)
    urban, commune = _surroundings(proposed, register, place, on, pack)
    elevation = proposed.ground_height_m
    if elevation is None:
        found = float(ground.elevation.heights_m(proposed.longitude, proposed.latitude))
        if math.isnan(found):  # void, or beyond the terrain
            raise FormatError("planning.no_ground", name="ground_height_m")
        elevation = round(found, 2)
    return Asked(place, on, proposed, elevation, urban, commune)


def _proposed(reader: Reader) -> Proposed:
    kind = MastKind(_needed_choice(reader))
    height = _needed(reader, "structure_height_m")
    building = _number(reader, "building_height_m")
    if building is not None and building >= height:
        raise FormatError(
            "planning.building_higher", name="building_height_m", value=building, height=height
        )
    if building is not None and kind is not MastKind.ROOFTOP:
        raise FormatError("planning.no_building", name="building_height_m", value=building)
    return Proposed(
        name=_text(reader, "name") or "",
        longitude=_needed(reader, "longitude"),
        latitude=_needed(reader, "latitude"),
        kind=kind,
        height_m=height,
        building_height_m=building,
        reach_m=_number(reader, "reach_m"),
        ground_height_m=_number(reader, "ground_height_m"),
        antennas=_antennas(reader, height),
        organisation_id=_text(reader, "organisation_id"),
        licence=_licence(reader),
        railway_distance_m=_number(reader, "railway_distance_m"),
        urban=reader.flag("urban") if reader.has("urban") else None,
        public=reader.flag("public"),
    )


def _number(reader: Reader, name: str) -> float | None:
    return reader.number(name, *LIMITS[name])


def _needed(reader: Reader, name: str) -> float:
    value = _number(reader, name)
    if value is None:
        lower, upper = LIMITS[name]
        raise FormatError("planning.lacks", name=name, lower=lower, upper=upper)
    return value


def _needed_choice(reader: Reader) -> str:
    kinds = tuple(one.value for one in MastKind)
    if not reader.has("kind"):
        raise FormatError("planning.lacks_kind", name="kind", expected=", ".join(kinds))
    return reader.choice("kind", kinds, kinds[0])


def _text(reader: Reader, name: str) -> str | None:
    if not reader.has(name):
        return None
    word = " ".join(reader.word(name).split())
    if len(word) > _LONGEST:
        raise FormatError("planning.too_long", name=name, most=_LONGEST)
    return word


def _antennas(reader: Reader, height_m: float) -> tuple[dict[str, Any], ...]:
    if not reader.has("antennas"):
        return ()
    given = reader.items("antennas", _MOST_ANTENNAS)
    found = []
    for one in given:
        each = Reader(one, *_ANTENNA, "technology")
        values: dict[str, Any] = {name: _number(each, name) for name in _ANTENNA}
        values["technology"] = each.choice("technology", _TECHNOLOGIES, "") or None
        above = values["height_above_ground_m"]
        if above is None:
            raise FormatError("planning.lacks_antenna_height", name="height_above_ground_m")
        if above > height_m:
            raise FormatError(
                "planning.antenna_above", name="height_above_ground_m", value=above, most=height_m
            )
        found.append({name: value for name, value in values.items() if value is not None})
    return tuple(found)


def _licence(reader: Reader) -> dict[str, Any] | None:
    if not reader.has("licence"):
        return None
    each = Reader(reader.mapping("licence"), *_LICENCE)
    first, last = each.day("valid_from"), each.day("valid_to")
    if first is not None and last is not None and last < first:
        raise FormatError("planning.licence_dates", name="valid_to", first=first, last=last)
    return {
        "number": _text(each, "number") or "–",
        "kind": _text(each, "kind") or "",
        "province_codes": each.words("province_codes", _MOST_PROVINCES) or [],
        "valid_from": None if first is None else first.isoformat(),
        "valid_to": None if last is None else last.isoformat(),
    }


def _require_order(longitude: object, latitude: object) -> None:
    """Refuse a longitude and a latitude that are those of the country once exchanged."""
    if not (isinstance(longitude, int | float) and isinstance(latitude, int | float)):
        return
    longitudes, latitudes = _COUNTRY
    if _within(latitude, longitudes) and _within(longitude, latitudes):
        raise FormatError(
            "planning.swapped", name="longitude", longitude=longitude, latitude=latitude
        )


def _require_place(
    proposed: Proposed, register: RegisterReader, place: Jurisdiction, on: date
) -> None:
    """Refuse a site that does not lie in the province, as sure as its outline is."""
    longitude, latitude = proposed.longitude, proposed.latitude
    try:
        own = boundary_facts(register, place.province_code, longitude, latitude, on)
    except NotFoundError:
        return  # no outline, so that nothing can be said
    if own.inside or own.distance_to_boundary_m <= own.position_uncertainty_m:
        return
    values: dict[str, Any] = {
        "name": "longitude",
        "longitude": longitude,
        "latitude": latitude,
        "province": place.name(),
        "distance_km": round(own.distance_to_boundary_m / 1e3, 1),
    }
    names = {unit.code: unit.name for unit in register.units(on=on, kinds=_PROVINCES)}
    for outline in register.boundaries(codes=names, on=on):
        if inside_and_distance(outline.geometry, longitude, latitude)[0]:
            other = names[outline.unit_code]
            raise FormatError("planning.other_province", **values, other=other)
    raise FormatError("planning.nowhere", **values)


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _surroundings(
    proposed: Proposed,
    register: RegisterReader,
    place: Jurisdiction,
    on: date,
    pack: RulePack,
) -> tuple[bool | None, str | None]:
    """Return whether the place is urban, where its likeliest communes agree, and the first."""
    guess = commune_at(register, proposed.longitude, proposed.latitude, on)
    name = guess.candidates[0].name if guess.candidates else None
    if proposed.urban is not None:
        return proposed.urban, name
    kinds = {
        area_class(unit, place.province_code, pack) is not Area.RURAL for unit in guess.candidates
    }
    return (kinds.pop() if len(kinds) == 1 else None), name
