"""What a question to a collection says: box, time, filter, properties; refused with reason."""

import math
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Final

from sqlalchemy import ColumnElement
from starlette.requests import Request

from api.errors import BadParameterError
from api.ogc.crs import area_of, epsg_of, in_degrees
from api.whole import number
from data.text import VIET_NAM
from gis.errors import FormatError
from gis.features.collections import Collection
from gis.features.cql2 import Kind, Quantity, condition_of_json, condition_of_text
from gis.features.reading import Asked, Condition
from gis.features.times import day_of, moment_of
from gis.register.records import Bounds

__all__ = ["FILTER_LANGUAGES", "asked_of", "property_names", "time_of"]

FILTER_LANGUAGES: Final = ("cql2-text", "cql2-json")
_OPEN: Final = ("", "..")
_LONGEST_VALUE: Final = 400


def property_names(collection: Collection) -> frozenset[str]:
    """Return the properties that a question may name as parameters (part 1, 7.15.5)."""
    return frozenset(one.name for one in collection.properties if one.kind is not None)


def asked_of(
    request: Request,
    collection: Collection,
    *,
    bbox: str | None,
    bbox_crs: str | None,
    moment: str | None,
    filter_: tuple[str | None, str | None, str | None],
) -> Asked:
    """Return what is asked of a collection.

    Parameters
    ----------
    request : Request
        The request; its other parameters are values of properties.
    collection : Collection
        The collection.
    bbox, bbox_crs : str or None
        Four or six numbers, and the system that they are in.
    moment : str or None
        An instant or an interval (RFC 3339).
    filter_ : tuple of str or None
        A filter, its language, its system.

    Raises
    ------
    BadParameterError
        If one of them makes no sense.
    """
    boxes: tuple[Bounds, ...] = ()
    area = None
    epsg = epsg_of("bbox-crs", bbox_crs)
    if bbox is not None:
        sides = _sides(bbox)
        if epsg is None:
            boxes = _boxes(sides, bbox)
        else:
            if sides[0] > sides[2] or sides[1] > sides[3]:
                raise BadParameterError("ogc.bbox_order", value=bbox[:120])
            area = area_of(sides, epsg)
    return Asked(
        boxes=boxes,
        area=area,
        time=None if moment is None else time_of(moment),
        properties=_properties(request, collection),
        condition=_condition(*filter_),
    )


def _sides(bbox: str) -> Bounds:
    try:
        numbers = [number(part) for part in bbox.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6) or not all(map(math.isfinite, numbers)):
        raise BadParameterError("ogc.bbox_malformed", value=bbox[:120])
    if len(numbers) == 6:
        del numbers[5], numbers[2]
    west, south, east, north = numbers
    return west, south, east, north


def _boxes(sides: Bounds, bbox: str) -> tuple[Bounds, ...]:
    """Return the box in degrees, in two where it crosses the antimeridian."""
    west, south, east, north = sides
    if not (-180 <= west <= 180 and -180 <= east <= 180 and south >= -90 and north <= 90):
        raise BadParameterError("ogc.bbox_off", value=bbox[:120], unit="°")
    if south > north:
        raise BadParameterError("ogc.bbox_order", value=bbox[:120])
    if west <= east:
        return (sides,)
    return (west, south, 180.0, north), (-180.0, south, east, north)


def time_of(said: str) -> tuple[date | None, date | None]:
    """Return the first and the last day of an instant or interval, None where it is open.

    Raises
    ------
    BadParameterError
        If it is none (RFC 3339), or ends before it begins.
    """
    parts = said.split("/")
    if len(parts) > 2 or not said:
        raise BadParameterError("ogc.datetime_malformed", value=said[:80])
    if len(parts) == 1:
        day = _day(said, said)
        return day, day
    first, last = (None if part in _OPEN else _day(part, said) for part in parts)
    if first is None and last is None:  # an interval has one end at least
        raise BadParameterError("ogc.datetime_malformed", value=said[:80])
    if first is not None and last is not None and first > last:
        raise BadParameterError("ogc.datetime_order", value=said[:80])
    return first, last


def _day(part: str, said: str) -> date:
    """Return the day of an instant, as people in Viet Nam count it."""
    try:
        if "T" not in part.upper():
            return day_of(part)
        return moment_of(part).astimezone(VIET_NAM).date()
    except (ValueError, OverflowError):
        raise BadParameterError("ogc.datetime_malformed", value=said[:80]) from None


def _properties(request: Request, collection: Collection) -> dict[str, str]:
    kinds = {one.name: one for one in collection.properties if one.kind is not None}
    found = {}
    for name, value in request.query_params.multi_items():
        if name not in kinds:
            continue
        known = kinds[name]
        sound = len(value) <= _LONGEST_VALUE and "\x00" not in value
        if known.kind is Kind.NUMBER:
            sound = sound and _isnumber(value)
        elif known.kind is Kind.BOOLEAN:
            sound = value in ("true", "false")
        elif known.words:
            sound = value in known.words
        if not sound:
            expected = ", ".join(known.words) or str(known.kind)
            raise BadParameterError(
                "ogc.property_value", name=name, value=value[:80], expected=expected
            )
        found[name] = value
    return found


def _isnumber(value: str) -> bool:
    try:
        return math.isfinite(number(value))
    except ValueError:
        return False


def _condition(filter_: str | None, language: str | None, system: str | None) -> Condition | None:
    epsg = epsg_of("filter-crs", system)
    chosen = FILTER_LANGUAGES[0] if language is None else language
    if chosen not in FILTER_LANGUAGES:
        expected = ", ".join(FILTER_LANGUAGES)
        raise BadParameterError("ogc.filter_language", value=chosen[:40], expected=expected)
    if filter_ is None:
        return None
    read = condition_of_text if chosen == FILTER_LANGUAGES[0] else condition_of_json
    placed = None if epsg is None else partial(in_degrees, epsg=epsg)
    return partial(_read, partial(read, placed=placed), filter_)


def _read(
    read: Callable[[str, Mapping[str, Quantity]], ColumnElement[bool]],
    filter_: str,
    known: Mapping[str, Quantity],
) -> ColumnElement[bool]:
    try:
        return read(filter_, known)
    except FormatError as error:
        raise BadParameterError(error.key, **error.values) from error
