"""What is sent to be kept: a feature in GeoJSON, and which state of it was seen (part 4)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from api.entered import WrongFieldsError, read_entered
from api.errors import (
    BadParameterError,
    NotAsSeenError,
    SeenStateNeededError,
    UnreadableKindError,
)
from api.ogc.crs import CRS84
from gis.errors import FormatError, GisError
from gis.features.writing import AZIMUTHS, Editable

__all__ = ["BODY", "Sent", "require_seen", "sent_feature", "values_of"]

_KINDS: Final = ("application/geo+json", "application/json")
_MERGED: Final = "application/merge-patch+json"
_READ_ONLY: Final = frozenset(
    {"confidence", "source", "synthetic", "antenna", "emission", "hours", "mode"}
)
"""Properties that a feature shows and that are not written here: passed over, so that a program
can send back what it was given."""

BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"$ref": "#/components/schemas/SentFeature"}} for kind in _KINDS
        },
    }
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A feature that was sent.

    Attributes
    ----------
    properties : mapping
        As they were sent.
    place : tuple of float or None
        Longitude and latitude; None where no geometry was sent.
    """

    properties: Mapping[str, Any]
    place: tuple[float, float] | None


async def sent_feature(request: Request) -> Sent:
    """Read the body of a request.

    Raises
    ------
    UnreadableKindError
        If it says that it is no GeoJSON.
    BadParameterError
        If it is none.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    accepted = (*_KINDS, _MERGED) if request.method == "PATCH" else _KINDS
    if kind not in accepted:
        raise UnreadableKindError("ogc.content_type", kind=kind[:60], read=", ".join(accepted))
    system = request.headers.get("content-crs", "").strip("<> ")
    if system not in ("", CRS84):
        raise BadParameterError("ogc.content_crs", value=system[:120])
    body = await request.body()
    try:
        read = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadParameterError("ogc.no_geojson", reason=str(error)[:120]) from error
    return _feature(read, whole=request.method != "PATCH")


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _feature(read: Any, *, whole: bool) -> Sent:
    if not isinstance(read, dict) or read.get("type", "Feature") != "Feature":
        raise BadParameterError("ogc.no_geojson", reason="type")
    if whole and not {"type", "geometry", "properties"} <= set(read):
        raise BadParameterError("ogc.no_geojson", reason="type, geometry, properties")
    properties = read.get("properties", {})
    if not isinstance(properties, dict):
        raise BadParameterError("ogc.no_geojson", reason="properties")
    place = None if not whole and "geometry" not in read else _point(read["geometry"])
    return Sent(properties, place)


def _point(geometry: Any) -> tuple[float, float]:
    is_point = isinstance(geometry, dict) and geometry.get("type") == "Point"
    coordinates: Any = geometry.get("coordinates") if is_point else None
    sound = (
        isinstance(coordinates, list)
        and 2 <= len(coordinates) <= 3
        and all(_is_number(one) for one in coordinates)
    )
    if not sound or abs(coordinates[0]) > 180 or abs(coordinates[1]) > 90:
        raise FormatError("ogc.no_point", name="geometry")
    return float(coordinates[0]), float(coordinates[1])


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def values_of(kind: Editable, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a record's fields that properties state.

    Raises
    ------
    WrongFieldsError
        With every property that cannot be read, or may not be set.
    """
    wrong: list[tuple[str, GisError]] = []
    lists: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for name, value in properties.items():
        if name in kind.lists:
            try:
                lists[name] = _numbers(value)
            except FormatError as error:
                wrong.append((name, error))
        elif isinstance(value, list | dict):
            wrong.append((name[:60], FormatError("infrastructure.unknown_field")))
        elif name not in _READ_ONLY:
            plain[name] = value
    names = [name for name in kind.fields if name not in kind.lists]
    try:
        values = read_entered(kind.record, names, plain)
    except WrongFieldsError as error:
        raise WrongFieldsError([*wrong, *error.wrong]) from error
    if wrong:
        raise WrongFieldsError(wrong)
    return values | lists


def _numbers(value: Any) -> tuple[float, ...]:
    if value is None:
        return ()
    sound = isinstance(value, list) and len(value) in (0, AZIMUTHS) and all(map(_is_number, value))
    if not sound or any(abs(one) > 10_000 for one in value):
        raise FormatError("ogc.no_list", count=AZIMUTHS)
    return tuple(float(one) for one in value)


def require_seen(request: Request, tag: str) -> None:
    """Refuse to change what the caller did not see as it is.

    Raises
    ------
    SeenStateNeededError
        If the caller does not say what it saw (RFC 6585, 3).
    NotAsSeenError
        If it saw something else (RFC 9110, 13.1.1).
    """
    said = request.headers.get("if-match")
    if said is None:
        raise SeenStateNeededError("ogc.if_match_needed")
    if said.strip() == "*":
        return
    digests = [one.strip().strip('"').partition("-")[0] for one in said.split(",")]
    if tag.strip('"') not in digests:
        raise NotAsSeenError("ogc.not_as_seen")
