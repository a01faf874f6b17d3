"""The register as GeoJSON, page by page; every caller sees what its scope allows."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.errors import InvalidParameterError
from api.geojson import collection, feature
from api.guard import GuardedRoute
from api.identity import identity_of
from api.paging import BoundsDep, LimitQuery, links
from api.service import service_of
from api.structure_view import note_structure, read_structure, reading_of, told
from api.viewing import note_ids, note_told
from api.whole import OffsetQuery
from gis.free_ducts import free_way
from gis.register.records import AdministrativeUnit, Bounds, PlanEntry, Service, UnitKind
from gis.register.rows import fold
from gis.register.structures import Lifecycle, StructureKind

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["register"])

Text = Annotated[str | None, Query(max_length=200, description="Part of a name or a code.")]
On = Annotated[date | None, Query(description="Only what existed on this day.")]
KnownOn = Annotated[
    date | None, Query(description="As the register knew it at the end of this day.")
]
Word = Annotated[str | None, Query(max_length=200)]
Kinds = Annotated[str | None, Query(max_length=400, description="One, or several by commas.")]

Kind = TypeVar("Kind", bound=StrEnum)


def _page(
    request: Request, records: Iterable[Any], matched: int, limit: int, offset: int
) -> JSONResponse:
    linked = links(request, limit=limit, offset=offset, matched=matched)
    found = collection(records, matched=matched, links=linked)
    return JSONResponse(found, media_type="application/geo+json")


def _slice(request: Request, records: Sequence[Any], limit: int, offset: int) -> JSONResponse:
    return _page(request, records[offset : offset + limit], len(records), limit, offset)


def _kinds(value: str | None, kinds: type[Kind]) -> list[Kind] | None:
    """Return the kinds that a list names.

    Raises
    ------
    InvalidParameterError
        If one is none of ours.
    """
    if value is None:
        return None
    try:
        return [kinds(part.strip()) for part in value.split(",")]
    except ValueError:
        expected = ", ".join(kind.value for kind in kinds)
        raise InvalidParameterError(
            "pages.unknown_kind", value=value[:80], expected=expected
        ) from None


def _has_words(where: str, text: str | None) -> bool:
    known = fold(where)
    return all(word in known for word in fold(text or "").split())


def _inside(
    records: Iterable[PlanEntry | AdministrativeUnit], bbox: Bounds | None
) -> list[PlanEntry | AdministrativeUnit]:
    """Return the records whose point lies in a box; without a box all of them."""
    if bbox is None:
        return list(records)
    west, south, east, north = bbox
    return [
        record
        for record in records
        if record.longitude is not None
        and record.latitude is not None
        and west <= record.longitude <= east
        and south <= record.latitude <= north
    ]


@router.get("/structures")
def structures(
    request: Request,
    *,
    bbox: BoundsDep,
    kind: Kinds = None,
    owner_id: Word = None,
    state: Annotated[Lifecycle | None, Query()] = None,
    text: Text = None,
    on: On = None,
    known_on: KnownOn = None,
    limit: LimitQuery = 100,
    offset: OffsetQuery = 0,
) -> JSONResponse:
    """Structures: public ones, an operator's own, for the department all."""
    scope = identity_of(request).scope
    wanted: dict[str, Any] = {
        "bbox": bbox,
        "kinds": _kinds(kind, StructureKind),
        "owner_id": owner_id,
        "state": state,
        "text": text,
        "on": on,
    }
    with reading_of(service_of(request), identity_of(request), known_on) as register:
        found = register.structures(scope, **wanted, limit=limit, offset=offset)
        matched = register.count_structures(scope, **wanted)
    note_told(request, structures=found)
    return _page(request, found, matched, limit, offset)


@router.get("/structures/{structure_id}")
def structure(
    request: Request, structure_id: str, on: On = None, known_on: KnownOn = None
) -> JSONResponse:
    """One structure and what belongs to it, as far as the caller may see it."""
    service, identity = service_of(request), identity_of(request)
    view = read_structure(service, identity, structure_id, on or service.today(), known_on)
    note_structure(request, view)
    found = feature(view.structure)
    found["properties"] |= told(view)
    return JSONResponse(found, media_type="application/geo+json")


@router.get("/free-ducts")
def free_ducts(
    request: Request,
    from_id: Annotated[str, Query(max_length=200)],
    to_id: Annotated[str, Query(max_length=200)],
    on: On = None,
) -> dict[str, Any]:
    """The shortest way of free ducts between two structures, with the free ducts of each line."""
    service, scope = service_of(request), identity_of(request).scope
    day, today = on or service.today(), service.today()
    with service.register.snapshot() as register:
        way = free_way(register, scope, from_id, to_id, day, open_day=day == today)
    note_told(request, routes=[leg.route for leg in way.legs])
    note_ids(request, structures=way.structure_ids)
    return {
        "computed_length_m": round(way.computed_length_m, 2),
        "built_length_m": way.built_length_m,
        "structure_ids": list(way.structure_ids),
        "legs": [
            {
                "route_id": leg.route.id,
                "code": leg.route.code,
                "owner_id": leg.route.owner_id,
                "computed_length_m": round(leg.computed_length_m, 2),
                "built_length_m": leg.route.length_m,
                "ducts": [
                    {"id": one.duct.id, "code": one.duct.code, "free": one.free}
                    for one in leg.free
                ],
            }
            for leg in way.legs
        ],
    }


@router.get("/stations")
def stations(
    request: Request,
    *,
    bbox: BoundsDep,
    service: Annotated[Service | None, Query()] = None,
    text: Text = None,
    on: On = None,
    limit: LimitQuery = 100,
    offset: OffsetQuery = 0,
) -> JSONResponse:
    """Broadcast stations."""
    scope = identity_of(request).scope
    wanted: dict[str, Any] = {"bbox": bbox, "service": service, "text": text, "on": on}
    with service_of(request).register.snapshot() as register:
        found = register.stations(scope, **wanted, limit=limit, offset=offset)
        matched = register.count_stations(scope, **wanted)
    note_told(request, stations=found)
    return _page(request, found, matched, limit, offset)


@router.get("/stations/{station_id}")
def station(request: Request, station_id: str) -> JSONResponse:
    """One broadcast station."""
    found = service_of(request).register.station(station_id, identity_of(request).scope)
    note_told(request, stations=[found])
    return JSONResponse(feature(found), media_type="application/geo+json")


@router.get("/plan-entries")
def plan_entries(
    request: Request,
    *,
    bbox: BoundsDep,
    service: Annotated[Service | None, Query()] = None,
    plan_id: Word = None,
    text: Text = None,
    on: On = None,
    limit: LimitQuery = 100,
    offset: OffsetQuery = 0,
) -> JSONResponse:
    """Lines of channel plans; one without a position has no geometry and is in no box."""
    found = service_of(request).register.plan_entries(service=service, plan_id=plan_id, on=on)
    named = [one for one in found if _has_words(f"{one.programme} {one.site_name}", text)]
    return _slice(request, _inside(named, bbox), limit, offset)


@router.get("/units")
def units(
    request: Request,
    *,
    bbox: BoundsDep,
    kind: Kinds = None,
    parent_code: Word = None,
    text: Text = None,
    on: On = None,
    limit: LimitQuery = 100,
    offset: OffsetQuery = 0,
) -> JSONResponse:
    """Administrative units, as points."""
    kinds = _kinds(kind, UnitKind)
    found = service_of(request).register.units(on=on, kinds=kinds, parent_code=parent_code)
    named = [unit for unit in found if _has_words(f"{unit.code} {unit.name}", text)]
    return _slice(request, _inside(named, bbox), limit, offset)


@router.get("/boundaries")
def boundaries(
    request: Request,
    *,
    bbox: BoundsDep,
    code: Kinds = None,
    on: On = None,
    limit: LimitQuery = 10,
    offset: OffsetQuery = 0,
) -> JSONResponse:
    """Outlines of units, each with how far it may be from the truth."""
    codes = None if code is None else [part.strip() for part in code.split(",")]
    found = service_of(request).register.boundaries(codes=codes, on=on)
    if bbox is not None:
        found = [one for one in found if _meet(one.geometry.bounds, bbox)]
    return _slice(request, found, limit, offset)


def _meet(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
