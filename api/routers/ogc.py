"""OGC API - Features (17-069r4, 18-058r1, 19-079r2): collections and their features."""

import asyncio
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.errors import ForbiddenError, UnauthenticatedError
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language
from api.ogc import documents
from api.ogc.accepted import require_json_accepted
from api.ogc.answers import (
    feature_json,
    headers_of,
    held_already,
    item_headers,
    item_json,
    tag_of,
    written,
)
from api.ogc.asked import asked_of, property_names
from api.ogc.crs import epsg_of
from api.roles import COLLECTIONS as ALLOWED
from api.roles import Role
from api.service import public_url, service_of
from api.viewing import note_told
from api.whole import OffsetQuery
from gis.errors import NotFoundError
from gis.features.collections import COLLECTIONS, Collection
from gis.features.reading import FeatureReader

__all__ = ["collection_of", "more_parameters", "reader_of", "router"]

router = APIRouter(
    route_class=GuardedRoute, tags=["ogc"], dependencies=[Depends(require_json_accepted)]
)

_MOST: Final = 10_000
_USUAL: Final = 100

Limit = Annotated[
    int, Query(ge=1, description="Most features on a page; beyond 10 000 it is 10 000.")
]
Crs = Annotated[str | None, Query(max_length=200, description="URI of the system of the answer.")]


@router.get("/ogc")
def landing(request: Request) -> dict[str, Any]:
    """Where to go on from here."""
    return documents.landing(public_url(request), api_language(request))


@router.get("/ogc/conformance")
def conformance() -> dict[str, list[str]]:
    """The requirements classes that are met."""
    return {"conformsTo": list(documents.CONFORMANCE)}


@router.get("/ogc/collections")
def collections(request: Request) -> dict[str, Any]:
    """The collections that the caller may read."""
    base = public_url(request)
    return {
        "links": [documents.link(base, "/ogc/collections", "self")],
        "collections": [_document(request, one) for one in _allowed(request)],
    }


@router.get("/ogc/collections/{collection_id}")
def collection(request: Request, collection_id: str) -> dict[str, Any]:
    """One collection."""
    return _document(request, collection_of(request, collection_id))


@router.get("/ogc/collections/{collection_id}/queryables")
def queryables(request: Request, collection_id: str) -> Response:
    """What filters may ask about."""
    found = collection_of(request, collection_id)
    described = documents.queryables(public_url(request), found, api_language(request))
    return JSONResponse(described, media_type=documents.SCHEMA)


@router.get("/ogc/collections/{collection_id}/schema")
def schema(request: Request, collection_id: str) -> Response:
    """What a feature says."""
    found = collection_of(request, collection_id)
    described = documents.schema_of(public_url(request), found, api_language(request))
    return JSONResponse(described, media_type=documents.SCHEMA)


def more_parameters(request: Request) -> frozenset[str]:
    """Return the properties of the collection, which its items may be asked by."""
    known = COLLECTIONS.get(request.path_params["collection_id"])
    return frozenset() if known is None else property_names(known)


@router.get("/ogc/collections/{collection_id}/items")
def items(
    request: Request,
    collection_id: str,
    *,
    limit: Limit = _USUAL,
    offset: OffsetQuery = 0,
    bbox: Annotated[str | None, Query(max_length=300)] = None,
    bbox_crs: Annotated[str | None, Query(alias="bbox-crs", max_length=200)] = None,
    datetime: Annotated[str | None, Query(max_length=100)] = None,
    crs: Crs = None,
    filter: Annotated[str | None, Query(max_length=4_000)] = None,
    filter_lang: Annotated[str | None, Query(alias="filter-lang", max_length=40)] = None,
    filter_crs: Annotated[str | None, Query(alias="filter-crs", max_length=200)] = None,
) -> Response:
    """Features of a collection, page by page; other parameters are values of properties."""
    known = collection_of(request, collection_id)
    epsg = epsg_of("crs", crs)
    asked = asked_of(
        request,
        known,
        bbox=bbox,
        bbox_crs=bbox_crs,
        moment=datetime,
        filter_=(filter, filter_lang, filter_crs),
    )
    limit = min(limit, _MOST)  # a larger one is no error (part 1, 7.15.2)
    features, matched = reader_of(request).page(known, asked, limit=limit, offset=offset)
    note_told(request, **{known.id: features})
    found = {
        "type": "FeatureCollection",
        "numberMatched": matched,
        "numberReturned": len(features),
        "links": _pages(request, matched, limit, offset),
        "features": [feature_json(one, epsg) for one in features],
    }
    body = written(found)
    stamped = b'%b,"timeStamp":"%b"}' % (body[:-1], service_of(request).now_text().encode())
    return _answered(request, stamped, headers_of(tag_of(body), epsg))


items.more_parameters = more_parameters  # type: ignore[attr-defined]  # read by the guard


@router.get("/ogc/collections/{collection_id}/items/{feature_id}")
async def item(request: Request, collection_id: str, feature_id: str, crs: Crs = None) -> Response:
    """One feature."""
    known = collection_of(request, collection_id)
    epsg = epsg_of("crs", crs)
    one = await reader_of(request).soon(known, feature_id)
    if identity_of(request).account is not None:
        await asyncio.to_thread(partial(note_told, request, **{known.id: [one]}))
    found = item_json(public_url(request), known.id, one, epsg)
    return _answered(request, written(found), item_headers(one, epsg))


_GEOJSON: Final = documents.GEOJSON


def _answered(request: Request, body: bytes, headers: dict[str, str]) -> Response:
    """Return GeoJSON, or nothing where the caller has it."""
    if held_already(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=_GEOJSON)


def _pages(request: Request, matched: int, limit: int, offset: int) -> list[dict[str, str]]:
    found = [_page(request, "self", limit, offset)]
    if offset + limit < matched:
        found.append(_page(request, "next", limit, offset + limit))
    if offset > 0:
        found.append(_page(request, "prev", limit, max(0, offset - limit)))
    above = request.url.path.removesuffix("/items")
    return [*found, documents.link(public_url(request), above, "collection")]


def _page(request: Request, rel: str, limit: int, offset: int) -> dict[str, str]:
    others = [
        pair for pair in request.query_params.multi_items() if pair[0] not in ("limit", "offset")
    ]
    query = urlencode([*others, ("limit", limit), ("offset", offset)])
    return documents.link(public_url(request), f"{request.url.path}?{query}", rel, _GEOJSON)


def _document(request: Request, one: Collection) -> dict[str, Any]:
    extent = reader_of(request).extent(one)
    return documents.collection_document(public_url(request), one, extent, api_language(request))


def reader_of(request: Request) -> FeatureReader:
    """Return who reads collections as the caller may see them."""
    service = service_of(request)
    return FeatureReader(service.register, identity_of(request).scope, service.counts)


def _allowed(request: Request) -> list[Collection]:
    return documents.allowed(identity_of(request).role)


def collection_of(request: Request, collection_id: str) -> Collection:
    """Return a collection that the caller may read.

    Raises
    ------
    NotFoundError
        If there is none of that name.
    ForbiddenError, UnauthenticatedError
        If the caller's role may not read it.
    """
    found = COLLECTIONS.get(collection_id)
    if found is None:
        raise NotFoundError("ogc.collection_unknown", name=collection_id[:80])
    role = identity_of(request).role
    if role in ALLOWED[found.id]:
        return found
    if role is Role.ANONYMOUS:
        raise UnauthenticatedError("pages.sign_in_first")
    raise ForbiddenError("pages.role_forbids", role=role.value)
