"""Rows of planned works: what an owner announces, and where, as a point or as a line."""

from collections.abc import Mapping
from typing import Any

import shapely
from shapely import LineString, Point

from gis.exchange.cells import CellReader
from gis.exchange.extent import Extent
from gis.exchange.known import Known, organisation
from gis.exchange.lines import LineProblem, Vertices, drawn
from gis.exchange.places import Place, PlaceReader
from gis.register.sign_ups import accepted_more, contradictions
from gis.register.works import PlannedWork, WorkKind, WorkState

__all__ = ["planned_work", "point_of", "refuse_contradicting", "shape_of"]

_LONGEST_WKT = 200
_COUNTED = ("plan_year", "places", "ducts")
_PROBLEMS = {
    "works.ends_before": "span",
    "works.closes_late": "closes_late",
    "works.reason_needed": "missing",
    "works.owner_signed_up": "owner_signed_up",
}
"""What a row is told of what contradicts itself."""


def planned_work(reader: CellReader, known: Known) -> dict[str, Any]:
    """Return the values of a planned work, its place and its origin aside."""
    kind, state = reader.choice("kind"), reader.choice("state")
    days = {name: reader.day(name) for name in ("begins_on", "ends_on", "sign_up_until")}
    begins = days["begins_on"]
    announced = reader.day("announced_on")
    for name, day in (("begins_on", begins), ("announced_on", announced)):
        if day is None and not reader.problems:
            reader.refuse(name, "missing")
    return {
        "name": reader.text("name"),
        "kind": None if kind is None else WorkKind(kind),
        "owner_id": organisation(reader, known, "owner_id", required=True),
        "description": reader.text("description"),
        "contact": reader.text("contact"),
        **days,
        **{name: reader.whole(name) for name in _COUNTED},
        "capacity": reader.text("capacity"),
        "state": WorkState.ANNOUNCED if state is None else WorkState(state),
        "state_reason": reader.text("state_reason"),
        "structure_id": _one(reader, "structure_id", known.sites.structures),
        "route_id": _one(reader, "route_id", known.sites.lines),
        "announced_on": announced,
    }


def _one(reader: CellReader, name: str, find: Any) -> str | None:
    """Return the id of what a row names, or refuse the row where that is none or several."""
    word = reader.text(name)
    if word is None:
        return None
    found = find(word)
    if len(found) == 1:
        return str(found[0].id)
    what = "structure" if name == "structure_id" else "route"
    reader.refuse(name, f"{what}_ambiguous" if found else f"{what}_unknown", count=len(found))
    return None


def point_of(cell: object, placer: PlaceReader) -> Place | None:
    """Return the place of a cell that holds a point as WKT, None where it holds none."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_WKT:
        return None
    try:
        shape = shapely.from_wkt(cell)
    except shapely.errors.GEOSException:
        return None
    if not isinstance(shape, Point) or shape.is_empty:
        return None
    return placer.at("geometry", shape.x, shape.y)


def shape_of(
    values: Mapping[str, Any],
    vertices: Vertices | None,
    place: Place | None,
    at: tuple[float, float],
    *,
    extent: Extent,
    reader: CellReader,
) -> dict[str, Any]:
    """Return the values of a work with its geometry.

    Parameters
    ----------
    values : mapping
        Of the work.
    vertices : Vertices or None
        Of a line, as they stand; None of a point.
    place : Place or None
        The first vertex or the point.
    at : tuple of float
        The same, longitude and latitude.
    extent : Extent
        Where works can lie.
    reader : CellReader
        Takes the problems.
    """
    if place is None:
        if not reader.problems:
            reader.refuse("geometry", "place_missing")
        return dict(values)
    found: Point | LineString | LineProblem = Point(at)
    if vertices is not None:
        found = drawn(vertices, place, extent)
    if isinstance(found, LineProblem):
        reader.refuse("geometry", found.reason, **found.values)
        return dict(values)
    return {**values, "geometry": found}


def refuse_contradicting(reader: CellReader, known: Known, work: PlannedWork) -> bool:
    """Refuse a work that cannot stand as it would be, and return whether it was refused.

    Parameters
    ----------
    reader : CellReader
        Takes the problem.
    known : Known
        Who signed up for what.
    work : PlannedWork
        With what the register has of it and the row does not say.
    """
    sign_ups = known.sign_ups.get(work.id, ())
    for error in contradictions(work, sign_ups):
        reader.refuse(str(error.values["name"]), _PROBLEMS[error.key], begins=work.begins_on)
    more = accepted_more(work, sign_ups)
    if more is not None:
        name, _, taken = more
        reader.refuse(name, "offers_less", taken=taken)
    return bool(reader.problems)
