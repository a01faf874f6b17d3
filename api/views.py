"""What a map page shows to one caller: the register on a day, and a study's pictures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shapely import Point, box

from api.identity import Identity
from api.roles import may
from api.service import Service
from data.text import Language, text
from gis.errors import NotFoundError
from gis.home import Home
from gis.jurisdictions import Jurisdiction, jurisdiction_on, jurisdictions
from gis.register.reading import Reader
from gis.register.records import AdministrativeUnit, BroadcastStation, UnitKind
from gis.register.structures import Structure
from gis.register.works import OPEN_STATES, PlannedWork
from gis.studies.ended import ended_on
from gis.studies.record import Study
from gis.studies.sharing_sites import SUPPORTS
from gis.works_near import box_around
from maps.background import deepest
from maps.basemap import BASEMAP_ZONES, DrawnRoads, drawn_roads
from maps.judged_map import judged_name, judges_one_place, named_stations
from maps.studies import (
    channels_view,
    coverage_view,
    interference_view,
    judged_map_view,
    mobile_view,
    network_view,
    source_map_view,
)
from maps.views import JudgedMapView, RegisterView, StudyView, TileSource

__all__ = [
    "area_then",
    "jurisdiction_of",
    "open_works_condition",
    "picture_view",
    "register_view",
    "study_view",
]

_LARGEST_MAP = 20_000
_NEIGHBOURS_M = 2_000.0
_WIDER_DEG = 0.03
_COMMUNES = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP)


def jurisdiction_of(on: date) -> Jurisdiction:
    """Return the jurisdiction in charge on a day; the nearest where none is known."""
    try:
        return jurisdiction_on(on)
    except NotFoundError:
        known = jurisdictions()
        first = known[0].valid_from
        return known[0] if first is not None and on < first else known[-1]


def register_view(
    service: Service, identity: Identity, language: Language, *, on: date
) -> RegisterView:
    """Return the register as a caller may see it on a day."""
    place = jurisdiction_of(on)
    with service.register.snapshot() as register:
        provinces = (place.province_code, *place.neighbours)
        stations = register.stations(identity.scope, on=on)
        return RegisterView(
            title=text("pages.map_title", language, place=place.name(language)),
            jurisdiction=place.name(language),
            on=on,
            structures=register.structures(identity.scope, on=on, limit=_LARGEST_MAP),
            stations=stations,
            ended=ended_on(register, stations, on),
            boundaries=register.boundaries(codes=provinces, on=on),
            units=_communes(register.units(on=on), place.province_code),
            works=_open_works(register.works(identity.scope, states=OPEN_STATES), on)
            if may(identity.role, "GET", "/planned-works")
            else (),
            organisations={one.id: one.name for one in register.organisations()},
            zones=[zone for zone in register.planning_zones(on=on) if zone.kind in BASEMAP_ZONES],
            roads=_roads(service, register, on),
            tiles=_tiles(service),
        )


def area_then(service: Service, language: Language, on: date | None) -> str:
    """Return that the area of a day was another than today's; empty where it is the same."""
    now, then = jurisdiction_of(service.today()), jurisdiction_of(on or service.today())
    if then.id == now.id:
        return ""
    names = {"then": then.name(language), "now": now.name(language)}
    return text("pages.map_area_then", language, day=on, **names)


def _roads(service: Service, register: Reader, on: date) -> DrawnRoads | None:
    """Return the roads of a day as they are drawn, kept as long as they are what they were."""
    stamp = (register.layer_version("roads"), on)
    return service.kept.get("roads", stamp, lambda: drawn_roads(register.roads(on=on))).value


def _tiles(service: Service) -> TileSource | None:
    """Return the background map that the administrator set; there is none otherwise."""
    settings = service.settings
    if settings.map_tiles:
        return TileSource(settings.map_tiles, settings.map_tiles_attribution)
    if service.basemap is None:
        return None
    return TileSource(
        "/map/background/{z}/{x}/{y}",
        settings.map_tiles_attribution,
        deepest=deepest(service.basemap),
        drawn=service.basemap.vector,
    )


def _open_works(works: Sequence[PlannedWork], on: date) -> list[PlannedWork]:
    """Return what was announced by a day and is not over on it."""
    return [
        one
        for one in works
        if one.announced_on <= on and (one.ends_on is None or one.ends_on >= on)
    ]


def open_works_condition(on: date) -> str:
    """Return what the map shows of planned works on a day, as a filter (CQL2) says it."""
    states = ",".join(f"'{one.value}'" for one in OPEN_STATES)
    day = f"DATE('{on.isoformat()}')"
    return (
        f"state IN ({states}) AND announced_on <= {day} AND (ends_on IS NULL OR ends_on >= {day})"
    )


def _communes(units: Sequence[AdministrativeUnit], province_code: str) -> list[AdministrativeUnit]:
    """Return the communes of a province, directly below it or below its districts."""
    below = {unit.code for unit in units if unit.parent_code == province_code}
    parents = below | {province_code}
    return [unit for unit in units if unit.kind in _COMMUNES and unit.parent_code in parents]


def study_view(
    service: Service, identity: Identity, study: Study, language: Language
) -> RegisterView:
    """Return a study's pictures over the stations of its day."""
    on = date.fromisoformat(study.inputs["on"])
    place = jurisdiction_of(on)
    named = {
        "station": judged_name(study)
        if judges_one_place(study)
        else study.inputs.get("station", study.inputs.get("asked", {})).get("name"),
        "count": len(study.inputs.get("stations", ())),
    }
    pictures = _pictures(study, service)
    with service.register.snapshot() as register:
        if "judged" in pictures:
            beside = _beside(pictures["judged"], register, identity, on)
        elif study.kind == "mobile":
            beside = _Beside(_carrying(study, register, identity), (), ())
        else:
            beside = _Beside((), register.stations(identity.scope, on=on), ())
        return RegisterView(
            title=text(f"pages.study_title_{study.kind}", language, **named),
            jurisdiction=place.name(language),
            on=on,
            structures=beside.structures,
            stations=beside.stations,
            ended=ended_on(register, beside.stations, on),
            boundaries=register.boundaries(codes=(place.province_code,), on=on),
            units=beside.units,
            organisations={one.id: one.name for one in register.organisations()},
            **pictures,
        )


def _carrying(study: Study, register: Reader, identity: Identity) -> list[Structure]:
    """Return the structures that carry what a study predicted, as far as the caller may see."""
    carrying = {one.get("structure_id") for one in study.inputs.get("stations", ())}
    return [one for one in register.structures(identity.scope) if one.id in carrying]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the map of a study shows of the register, as far as the caller may see it."""

    structures: Sequence[Structure]
    stations: Sequence[BroadcastStation]
    units: Sequence[AdministrativeUnit]


def _beside(judged: JudgedMapView, register: Reader, identity: Identity, on: date) -> _Beside:
    """Return supports within two kilometres, stations and communes on the map of what was judged.

    Stations that are objects of the study itself are left out.
    """
    south, west, north, east = judged.bounds
    frame = box(west - _WIDER_DEG, south - _WIDER_DEG, east + _WIDER_DEG, north + _WIDER_DEG)
    told = {one["id"] for one in judged.study.inputs.get("supports", ())}
    around = box_around(Point((west + east) / 2, (south + north) / 2), _NEIGHBOURS_M)
    standing = register.structures(identity.scope, bbox=around, kinds=SUPPORTS, on=on)
    named = named_stations(judged.study)
    return _Beside(
        [one for one in standing if one.id not in told],
        [
            one
            for one in register.stations(identity.scope, on=on)
            if one.id not in named and frame.covers(Point(one.longitude, one.latitude))
        ],
        [
            one
            for one in register.units(on=on, kinds=_COMMUNES)
            if one.longitude is not None
            and one.latitude is not None
            and frame.covers(Point(one.longitude, one.latitude))
        ],
    )


def picture_view(service: Service, study: Study) -> RegisterView:
    """Return a study's pictures alone, to lie on another map."""
    return RegisterView(
        title="",
        jurisdiction="",
        on=date.fromisoformat(study.inputs["on"]),
        **_pictures(study, service),
    )


def _pictures(study: Study, service: Service) -> dict[str, Any]:
    """Return the pictures of a study, by the name that a view has for them."""
    if judges_one_place(study):
        return {"judged": judged_map_view(study)}
    if study.kind not in _PICTURES:
        return {}
    name, make = _PICTURES[study.kind]
    return {name: make(study, service.home)}


_PICTURES: Mapping[str, tuple[str, Callable[[Study, Home], StudyView]]] = {
    "coverage": ("coverage", coverage_view),
    "interference": ("interference", interference_view),
    "network": ("network", network_view),
    "mobile": ("mobile", mobile_view),
    "channels": ("channels", channels_view),
    "interference_source": ("source", source_map_view),
}
