"""Pages of a collection and the box it is asked for (OGC 17-069r4, 7.15)."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.requests import Request

from api.errors import InvalidParameterError
from api.service import public_url
from api.whole import number
from gis.register.records import Bounds

__all__ = ["BoundsDep", "LimitQuery", "links", "parse_bounds"]

LimitQuery = Annotated[int, Query(ge=1, le=1000, description="Most items on a page.")]


def parse_bounds(value: str | None) -> Bounds | None:
    """Return a box from `west,south,east,north` in degrees, WGS 84.

    Raises
    ------
    InvalidParameterError
        If it is not four finite numbers in that order, within the Earth.
    """
    if value is None:
        return None
    try:
        west, south, east, north = (number(part) for part in value.split(","))
    except ValueError:
        raise InvalidParameterError("pages.bbox_malformed", value=value[:80]) from None
    on_earth = all(-180 <= x <= 180 for x in (west, east))
    if not on_earth or not all(-90 <= y <= 90 for y in (south, north)):
        raise InvalidParameterError("pages.bbox_outside", value=value[:80])
    if west > east or south > north:
        raise InvalidParameterError("pages.bbox_order", value=value[:80])
    return west, south, east, north


def _bounds(
    bbox: Annotated[
        str | None, Query(description="west,south,east,north in degrees, WGS 84", max_length=200)
    ] = None,
) -> Bounds | None:
    return parse_bounds(bbox)


BoundsDep = Annotated[Bounds | None, Depends(_bounds)]


def links(request: Request, *, limit: int, offset: int, matched: int) -> list[dict[str, str]]:
    """Return the links of a page: itself, the next unless it is the last, the previous."""
    found = [_link(request, "self", limit, offset)]
    if offset + limit < matched:
        found.append(_link(request, "next", limit, offset + limit))
    if offset > 0:
        found.append(_link(request, "prev", limit, max(0, offset - limit)))
    return found


def _link(request: Request, relation: str, limit: int, offset: int) -> dict[str, str]:
    others = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("limit", "offset")
    ]
    query = urlencode([*others, ("limit", limit), ("offset", offset)])
    return {
        "rel": relation,
        "type": "application/geo+json",
        "href": f"{public_url(request)}{request.url.path}?{query}",
    }
