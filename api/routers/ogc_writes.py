"""OGC API - Features, part 4: the department makes, replaces, changes and removes features."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.guard import SAFE_METHODS, GuardedRoute
from api.identity import identity_of
from api.ogc.accepted import require_json_accepted
from api.ogc.answers import item_headers, item_json, item_tag, written
from api.ogc.documents import GEOJSON
from api.ogc.sent import BODY, Sent, require_seen, sent_feature, values_of
from api.roles import methods_at
from api.routers.ogc import collection_of
from api.service import public_url, service_of
from data.text import Language, text
from gis.errors import NotFoundError
from gis.features.collections import COLLECTIONS
from gis.features.reading import Feature, FeatureReader
from gis.features.writing import (
    EDITABLE,
    Editable,
    change_feature,
    create_feature,
    remove_feature,
)

__all__ = ["router"]

router = APIRouter(
    route_class=GuardedRoute, tags=["ogc"], dependencies=[Depends(require_json_accepted)]
)

Body = Annotated[Sent, Depends(sent_feature)]
_ITEMS = "/ogc/collections/{collection_id}/items"
_ITEM = _ITEMS + "/{feature_id}"


@router.options(_ITEMS, status_code=204)
def options_of_items(request: Request, collection_id: str) -> Response:
    """Say by which methods the features can be asked for and written, by those who may."""
    return _allowed(request, collection_id, _ITEMS)


@router.options(_ITEM, status_code=204)
def options_of_item(request: Request, collection_id: str, feature_id: str) -> Response:
    """Say by which methods a feature can be asked for and written, whether or not there is one."""
    del feature_id
    return _allowed(request, collection_id, _ITEM)


def _allowed(request: Request, collection_id: str, path: str) -> Response:
    collection_of(request, collection_id)
    methods = methods_at(path)
    if collection_id not in EDITABLE:
        methods = [one for one in methods if one in SAFE_METHODS]
    return Response(status_code=204, headers={"allow": ", ".join(methods)})


@router.post(_ITEMS, status_code=201, openapi_extra=BODY)
def create(request: Request, collection_id: str, sent: Body) -> Response:
    """Add a feature; Location says where it is."""
    kind = _editable(collection_id)
    place = sent.place
    assert place is not None  # noqa: S101  # a whole feature was read
    service = service_of(request)
    made = create_feature(
        service.register,
        kind,
        values_of(kind, sent.properties),
        place,
        on=service.today(),
        author=identity_of(request).name,
        reason=_reason("created"),
    )
    return _answer(request, collection_id, made.id, 201)


@router.put(_ITEM, openapi_extra=BODY)
def put(request: Request, collection_id: str, feature_id: str, sent: Body) -> Response:
    """Replace a feature: what is not stated is not known any more. It needs If-Match."""
    kind = _editable(collection_id)
    stated = {**kind.unstated(), **values_of(kind, sent.properties)}
    return _changed(request, collection_id, feature_id, Sent(stated, sent.place), "replaced")


@router.patch(_ITEM, openapi_extra=BODY)
def patch(request: Request, collection_id: str, feature_id: str, sent: Body) -> Response:
    """Change some properties of a feature (RFC 7396); null takes one away. It needs If-Match."""
    kind = _editable(collection_id)
    stated = values_of(kind, sent.properties)
    return _changed(request, collection_id, feature_id, Sent(stated, sent.place), "changed")


@router.delete(_ITEM, status_code=204)
def delete(request: Request, collection_id: str, feature_id: str) -> Response:
    """Remove a feature; its history stays. It needs If-Match."""
    kind = _editable(collection_id)
    old, _ = _seen(request, collection_id, feature_id)
    remove_feature(
        service_of(request).register,
        kind,
        old,
        author=identity_of(request).name,
        reason=_reason("removed"),
    )
    return Response(status_code=204)


def _editable(collection_id: str) -> Editable:
    """Return how a collection is written.

    Raises
    ------
    NotFoundError
        If there is none of that name.
    HTTPException
        405 if it is not written here.
    """
    if collection_id not in COLLECTIONS:
        raise NotFoundError("ogc.collection_unknown", name=collection_id[:80])
    if collection_id not in EDITABLE:
        raise HTTPException(405, headers={"allow": "GET, HEAD, OPTIONS"})
    return EDITABLE[collection_id]


def _reader(request: Request) -> FeatureReader:
    return FeatureReader(service_of(request).register, identity_of(request).scope)


def _seen(request: Request, collection_id: str, feature_id: str) -> tuple[Any, Feature]:
    """Return a record and its feature, as the caller says that it saw them."""
    kind = EDITABLE[collection_id]
    old = kind.one(service_of(request).register, feature_id)
    feature = _reader(request).one(COLLECTIONS[collection_id], feature_id)
    require_seen(request, item_tag(feature))
    return old, feature


def _changed(
    request: Request, collection_id: str, feature_id: str, stated: Sent, how: str
) -> Response:
    """Keep values of fields that were judged, and return the feature."""
    service, kind = service_of(request), EDITABLE[collection_id]
    old, _ = _seen(request, collection_id, feature_id)
    change_feature(
        service.register,
        kind,
        old,
        stated.properties,
        stated.place,
        on=service.today(),
        author=identity_of(request).name,
        reason=_reason(how),
    )
    return _answer(request, collection_id, feature_id, 200)


def _reason(how: str) -> str:
    return text(f"ogc.reason_{how}", Language.VI)


def _answer(request: Request, collection_id: str, feature_id: str, status: int) -> Response:
    """Return a feature as it is now."""
    one = _reader(request).one(COLLECTIONS[collection_id], feature_id)
    headers = item_headers(one, None)
    if status == 201:
        address = f"/ogc/collections/{collection_id}/items/{quote(feature_id, safe='')}"
        headers["location"] = f"{public_url(request)}{address}"
    found = item_json(public_url(request), collection_id, one, None)
    return Response(written(found), status, headers, GEOJSON)
