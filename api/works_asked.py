"""What a person typed, or a program sent, of a planned work, and who may do it."""

from collections.abc import Mapping
from typing import Any

import shapely
from shapely import LineString, Point

from api.entered import WrongFieldsError, read_entered
from api.errors import ForbiddenError
from api.identity import Identity
from data.text import CONTROL
from gis.errors import FormatError, GisError
from gis.exchange.coordinates import Axis, parse_pair
from gis.planned_works import MOST_VERTICES
from gis.register.works import PlannedWork, SignUp

__all__ = [
    "EDITED",
    "WANTED",
    "may_act",
    "read_place",
    "read_point",
    "read_wish",
    "read_work",
    "require_act",
    "said_place",
    "shape_of",
]

EDITED = (
    "name",
    "kind",
    "description",
    "begins_on",
    "ends_on",
    "sign_up_until",
    "plan_year",
    "places",
    "ducts",
    "capacity",
    "contact",
    "structure_id",
    "route_id",
)
"""Fields of an announcement that a person types, its owner, place and state aside."""

WANTED = ("places", "ducts", "height_above_ground_m", "note")
"""Fields of a sign-up that a person types."""

_NEEDED = ("name", "kind", "begins_on")
_LONGEST_LINE = 80


def may_act(identity: Identity, organisation_id: str) -> bool:
    """Return whether a caller may act for an organisation: the department, or its own people."""
    return identity.is_staff or identity.scope.own == organisation_id


def require_act(identity: Identity, organisation_id: str, key: str) -> None:
    """Refuse who may not act for an organisation.

    Raises
    ------
    ForbiddenError
        With the sentence of a key.
    """
    if not may_act(identity, organisation_id):
        raise ForbiddenError(key)


def read_work(
    sent: Mapping[str, Any], place: Point | LineString | GisError | None, *, whole: bool
) -> dict[str, Any]:
    """Return the values of an announcement, all that is wrong with it at once.

    Parameters
    ----------
    sent : mapping
        Fields of `EDITED`, and `state` and `state_reason`.
    place : Point, LineString, GisError or None
        Where; what was wrong with it; None where it was not sent.
    whole : bool
        Whether it is a new one, which needs its name, kind, first day and place.

    Raises
    ------
    WrongFieldsError
        With every field that cannot be taken.
    """
    wrong: list[tuple[str, GisError]] = []
    values: dict[str, Any] = {}
    told = dict(sent)
    if whole:
        told = {name: told.get(name) for name in _NEEDED} | told
    try:
        values = read_entered(PlannedWork, (*EDITED, "state", "state_reason"), told)
    except WrongFieldsError as error:
        wrong += error.wrong
    if isinstance(place, GisError):
        wrong.append(("place", place))
    elif place is not None:
        values["geometry"] = place
    elif whole:
        wrong.append(("place", FormatError("works.place_needed")))
    if wrong:
        raise WrongFieldsError(wrong)
    return values


def read_wish(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a sign-up.

    Raises
    ------
    WrongFieldsError
        With every field that cannot be taken.
    """
    return read_entered(SignUp, WANTED, sent)


def read_place(typed: str) -> Point | LineString | GisError:
    """Return where a work lies, or why the text does not say it.

    Each line is a point, latitude before longitude; one line is a point, more are a line.
    """
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    if not lines:
        return FormatError("works.place_needed")
    if len(lines) > MOST_VERTICES:
        return FormatError("works.place_too_long", most=MOST_VERTICES)
    points = []
    for number, line in enumerate(lines, start=1):
        point = read_point(line)
        if point is None:
            value = CONTROL.sub("", line[:_LONGEST_LINE])
            return FormatError("works.place_malformed", line=number, value=value)
        points.append(point)
    return _shape(points)


def read_point(typed: str) -> tuple[float, float] | None:
    """Return longitude and latitude of a text that says latitude first, None where it does not.

    A letter, or a first number that no latitude reaches, says that longitude came first.
    """
    if CONTROL.search(typed):
        return None
    pair = parse_pair(typed)
    if pair is None:
        return None
    first, second = pair
    if first.axis is not None and first.axis is second.axis:
        return None
    exchanged = Axis.LONGITUDE is first.axis or Axis.LATITUDE is second.axis
    if exchanged or (first.axis is None and abs(first.degrees) > 90):
        first, second = second, first
    return (second.degrees, first.degrees) if abs(first.degrees) <= 90 else None


def shape_of(geometry: object) -> Point | LineString | GisError:
    """Return where a work lies of a GeoJSON geometry, or that it is none."""
    wrong = FormatError("works.geometry_malformed")
    if not isinstance(geometry, Mapping) or geometry.keys() != {"type", "coordinates"}:
        return wrong
    kind, told = geometry["type"], geometry["coordinates"]
    pairs = [told] if kind == "Point" else told
    if kind not in ("Point", "LineString") or not isinstance(pairs, list):
        return wrong
    if len(pairs) > MOST_VERTICES:
        return FormatError("works.place_too_long", most=MOST_VERTICES)
    if not all(_is_position(pair) for pair in pairs) or (kind == "LineString" and len(pairs) < 2):
        return wrong
    return _shape([(float(x), float(y)) for x, y in pairs])


def said_place(shape: Point | LineString) -> str:
    """Return a place as `read_place` reads it."""
    return "\n".join(f"{y:.7g}, {x:.8g}" for x, y in shapely.get_coordinates(shape))


def _is_position(pair: object) -> bool:
    if not (isinstance(pair, list) and len(pair) == 2):
        return False
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in pair):
        return False
    return bool(abs(pair[0]) <= 180 and abs(pair[1]) <= 90)


def _shape(points: list[tuple[float, float]]) -> Point | LineString | GisError:
    if len(points) == 1:
        return Point(points[0])
    if len(set(points)) == 1:
        return FormatError("works.place_no_length")
    return LineString(points)
