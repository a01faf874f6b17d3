"""A feature as it is answered with, its tag and its headers."""

import hashlib
from typing import Any, Final
from urllib.parse import quote

import orjson
from starlette.requests import Request

from api.ogc.crs import coordinates_in, uri_of
from api.ogc.documents import GEOJSON, link
from gis.features.reading import Feature

__all__ = [
    "feature_json",
    "headers_of",
    "held_already",
    "item_headers",
    "item_json",
    "item_tag",
    "revalidated",
    "tag_of",
    "written",
]

_PREFER_REVALIDATION: Final = "private, no-cache"
_CHARACTERS: Final = 32


def feature_json(one: Feature, epsg: int | None) -> dict[str, Any]:
    """Return a feature as GeoJSON in a system."""
    return {
        "type": "Feature",
        "id": one.id,
        "geometry": None if one.geometry is None else coordinates_in(one.geometry, epsg),
        "properties": orjson.Fragment(one.told),
    }


def item_json(base: str, collection_id: str, one: Feature, epsg: int | None) -> dict[str, Any]:
    """Return a feature that is asked for alone, with its links."""
    above = f"/ogc/collections/{collection_id}"
    return feature_json(one, epsg) | {
        "links": [
            link(base, f"{above}/items/{quote(one.id, safe='')}", "self", GEOJSON),
            link(base, above, "collection"),
        ]
    }


def written(told: dict[str, Any]) -> bytes:
    """Return an answer as JSON."""
    return orjson.dumps(told)


def tag_of(body: bytes) -> str:
    """Return the tag of an answer, the same as long as it says the same."""
    return hashlib.sha256(body).hexdigest()[:_CHARACTERS]


def item_tag(one: Feature) -> str:
    """Return what tells one state of a feature from another, whatever system it is shown in."""
    return tag_of(written(feature_json(one, None)))


def item_headers(one: Feature, epsg: int | None) -> dict[str, str]:
    """Return the headers of a feature; the tag of another system is another representation's."""
    state = item_tag(one)
    return headers_of(state if epsg is None else f"{state}-{epsg}", epsg)


def headers_of(tag: str, epsg: int | None) -> dict[str, str]:
    """Return the headers of an answer in a system."""
    return {"content-crs": f"<{uri_of(epsg)}>", **revalidated(tag)}


def revalidated(tag: str) -> dict[str, str]:
    """Return the headers of an answer that the caller alone may keep, and asks for again."""
    return {
        "etag": f'"{tag}"',
        "cache-control": _PREFER_REVALIDATION,
        "vary": "authorization, cookie, accept-language",
    }


def held_already(request: Request, headers: dict[str, str]) -> bool:
    """Return whether the caller says that it holds the answer of these headers."""
    said = request.headers.get("if-none-match", "")
    held = [one.strip().removeprefix("W/") for one in said.split(",")]
    return headers["etag"] in held or held == ["*"]
