"""Conditions that reads of several tables share: a day, words, a box."""

import math
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, or_

from gis.errors import FormatError
from gis.register import expressions
from gis.register.expressions import meets_box, met_by_index
from gis.register.records import Bounds
from gis.register.rows import fold

__all__ = ["among", "containing", "in_force", "inside", "valid_on"]


def among(
    *wanted: tuple[ColumnElement[Any], Iterable[str] | None],
) -> list[ColumnElement[bool]]:
    """Return the conditions that columns hold one of their words each; None is any."""
    return [expressions.among(kept_in, words) for kept_in, words in wanted if words is not None]


def in_force(kept_in: Table, on: date | None) -> list[ColumnElement[bool]]:
    """Return the condition that a day lies between the first and the last day of validity."""
    if on is None:
        return []
    first, last, day = kept_in.c.valid_from, kept_in.c.valid_to, on.isoformat()
    return [and_(or_(first.is_(None), first <= day), or_(last.is_(None), last >= day))]


def valid_on(first: date | None, last: date | None, day: date) -> bool:
    """Return whether a day lies between two days, each open where it is None."""
    return (first is None or first <= day) and (last is None or last >= day)


def containing(kept_in: Table, text: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions that what is searched holds every word of a text."""
    words = fold(text or "").split()
    return [kept_in.c.search.contains(word, autoescape=True) for word in words]


def inside(
    kept_in: Table, bbox: Bounds | None, *, by_join: bool = False
) -> list[ColumnElement[bool]]:
    """Return the condition that a point lies in a box: by the index, then exactly.

    Parameters
    ----------
    kept_in : Table
        Whose rows are asked for.
    bbox : Bounds or None
        West, south, east, north in degrees; None is anywhere.
    by_join : bool
        Whether the question joins the index: faster, of SQLite, where it is its only box.

    Raises
    ------
    FormatError
        If the box ends before it begins or has an end that is no number.
    """
    if bbox is None:
        return []
    west, south, east, north = bbox
    if not all(map(math.isfinite, bbox)) or west > east or south > north:
        raise FormatError("errors.box_wrong", value=", ".join(map(str, bbox)))
    condition = met_by_index if by_join else meets_box
    return [condition(kept_in, west, south, east, north)]
