"""CQL2 (OGC 21-065r2) as conditions of the register's SQL.

Text is read by the package `cql2`, JSON is the same tree. What a caller may not see is no value
here either: a filter is made of the columns as they are shown, not of those that are kept.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import cql2
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, func, literal, not_, or_

from gis.errors import FormatError
from gis.features.times import day_of
from gis.features.times import moment_of as moment_at
from gis.register import moments
from gis.register.arithmetic import OPERATORS
from gis.register.columns import Day, Moment
from gis.register.filter_expressions import (
    RELATIONS,
    computed,
    folded,
    is_like,
    moment_of,
    relates,
    without_marks,
)

__all__ = ["Kind", "Quantity", "condition_of_json", "condition_of_text"]

_LONGEST_TEXT: Final = 4_000
_DEEPEST: Final = 24
_MOST_NODES: Final = 900
"""What a filter may hold, each part as often as a database is asked for it: else what nests in
six hundred characters asks a million times. SQLite takes no chain of more than 1,000."""
_FIRST, _LAST = "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"
_BEGINS, _ENDS = "T00:00:00.000Z", "T23:59:59.999Z"
_NEVER_NESTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_OPENED = re.compile(r"[(]|\bnot\b|-", re.IGNORECASE)


class Kind(StrEnum):
    """What a value is."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "string"
    DAY = "date"
    MOMENT = "date-time"
    GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value of a question.

    Attributes
    ----------
    kind : Kind
        What it is.
    sql : ColumnElement
        Its expression; a day and a moment are the texts that the register keeps.
    shape : BaseGeometry or None
        A geometry that the question states.
    """

    kind: Kind
    sql: ColumnElement[Any]
    shape: Any = None


@dataclass(frozen=True, slots=True)
class _Span:
    """A time with its first and its last millisecond, each the text of a moment."""

    start: ColumnElement[str]
    end: ColumnElement[str]


Known = Mapping[str, Quantity]
Placed = Callable[[BaseGeometry], BaseGeometry]
_COMPARED: Final[Mapping[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_SPATIAL: Final = frozenset(f"s_{relation}" for relation in RELATIONS)
_TEMPORAL: Final[Mapping[str, Callable[[_Span, _Span], ColumnElement[bool]]]] = {
    "t_after": lambda a, b: a.start > b.end,
    "t_before": lambda a, b: a.end < b.start,
    "t_contains": lambda a, b: and_(a.start < b.start, a.end > b.end),
    "t_disjoint": lambda a, b: or_(a.end < b.start, a.start > b.end),
    "t_during": lambda a, b: and_(a.start > b.start, a.end < b.end),
    "t_equals": lambda a, b: and_(a.start == b.start, a.end == b.end),
    "t_finishedBy": lambda a, b: and_(a.start < b.start, a.end == b.end),
    "t_finishes": lambda a, b: and_(a.start > b.start, a.end == b.end),
    "t_intersects": lambda a, b: and_(a.end >= b.start, a.start <= b.end),
    "t_meets": lambda a, b: a.end == b.start,
    "t_metBy": lambda a, b: a.start == b.end,
    "t_overlappedBy": lambda a, b: and_(a.start > b.start, a.start < b.end, a.end > b.end),
    "t_overlaps": lambda a, b: and_(a.start < b.start, a.end > b.start, a.end < b.end),
    "t_startedBy": lambda a, b: and_(a.start == b.start, a.end > b.end),
    "t_starts": lambda a, b: and_(a.start == b.start, a.end < b.end),
}


def condition_of_text(
    text: str, known: Known, *, placed: Placed | None = None
) -> ColumnElement[bool]:
    """Return the condition that a CQL2 text states.

    Parameters
    ----------
    text : str
        The filter.
    known : mapping
        What may be asked about, by name.
    placed : callable, optional
        Brings a geometry that the filter states into degrees; it is in degrees without it.

    Raises
    ------
    FormatError
        If it is too long or too deep, no CQL2, or asks what makes no sense.
    """
    if len(text) > _LONGEST_TEXT:
        raise FormatError("errors.filter_long", longest=_LONGEST_TEXT)
    bare = _NEVER_NESTED.sub("''", text)
    if _depth(bare) > _DEEPEST:  # the parser goes as deep as it is sent
        raise FormatError("errors.filter_deep", deepest=_DEEPEST)
    try:
        tree = cql2.parse_text(text).to_json()
    except Exception as error:  # no narrower one says that POINT EMPTY is no position
        raise FormatError("errors.filter_unread", reason=_first_line(error)) from error
    return _condition(tree, known, placed)


def condition_of_json(
    text: str, known: Known, *, placed: Placed | None = None
) -> ColumnElement[bool]:
    """Return the condition that a CQL2 JSON states; see `condition_of_text`."""
    if len(text) > _LONGEST_TEXT:
        raise FormatError("errors.filter_long", longest=_LONGEST_TEXT)
    if max(map(text.count, "[{")) > _LONGEST_TEXT // 4:
        raise FormatError("errors.filter_deep", deepest=_DEEPEST)
    try:
        tree = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError("errors.filter_unread", reason=_first_line(error)) from error
    return _condition(tree, known, placed)


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _first_line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said[:200]


def _depth(bare: str) -> int:
    """Return how deep a text nests: open brackets, and what stands before something else."""
    deepest = depth = 0
    for part in re.finditer(r"[()]|\bnot\b|-|\S", bare, re.IGNORECASE):
        if part[0] == ")":
            depth -= 1
        elif _OPENED.fullmatch(part[0]):
            depth += part[0] == "("
            deepest = max(deepest, depth)
    runs = re.findall(r"(?:\bnot\b\s*|-\s*){2,}", bare, re.IGNORECASE)
    return max(deepest, *(len(run) for run in runs), 0)


def _condition(tree: Any, known: Known, placed: Placed | None) -> ColumnElement[bool]:
    found = _Reader(known, placed).value(tree, 0)
    if found.kind is not Kind.BOOLEAN:
        raise FormatError("errors.filter_no_condition")
    return found.sql


class _Reader:
    """Reads one tree."""

    def __init__(self, known: Known, placed: Placed | None) -> None:
        self._known = known
        self._placed = placed
        self._nodes = 0
        self._times = 1

    def value(self, node: Any, depth: int) -> Quantity:
        """Return what a node says."""
        self._nodes += self._times
        if depth > _DEEPEST or self._nodes > _MOST_NODES:
            raise FormatError("errors.filter_deep", deepest=_DEEPEST)
        if isinstance(node, bool):
            return Quantity(Kind.BOOLEAN, literal(node))
        if isinstance(node, int | float):
            return Quantity(Kind.NUMBER, literal(float(node)))
        if isinstance(node, str):
            return Quantity(Kind.TEXT, literal(_whole(node)))
        if not isinstance(node, dict):
            raise _senseless(node)
        if "op" in node:
            return self._operation(node, depth)
        return self._named(node)

    def _named(self, node: Mapping[str, Any]) -> Quantity:
        if "property" in node:
            name = node["property"]
            if not isinstance(name, str) or name not in self._known:
                known = ", ".join(sorted(self._known))
                raise FormatError("errors.filter_property", name=str(name)[:80], known=known)
            return self._known[name]
        if "date" in node:
            return Quantity(Kind.DAY, _time(Kind.DAY, node["date"]))
        if "timestamp" in node:
            return Quantity(Kind.MOMENT, _time(Kind.MOMENT, node["timestamp"]))
        if "bbox" in node or "type" in node:
            return _geometry(node, self._placed)
        raise _senseless(node)

    def _operation(self, node: Mapping[str, Any], depth: int) -> Quantity:
        name, parts = node.get("op"), node.get("args")
        if not isinstance(name, str) or not isinstance(parts, list):
            raise _senseless(node)
        if name in ("and", "or"):
            return self._joined(name, parts, depth)
        if name in _TEMPORAL:
            return self._temporal(name, parts, depth)
        if name in ("in", "between", "like", "isNull", "not", "casei", "accenti"):
            return self._special(name, parts, depth)
        if len(parts) != 2:
            raise FormatError("errors.filter_operator", name=name[:40])
        one, other = (self._repeated(part, depth, 2 if name == "%" else 1) for part in parts)
        if name in _COMPARED:
            return _truth(_COMPARED[name](*_alike(name, one, other)))
        if name in OPERATORS:
            numbers = _numbers(name, one, other)
            return Quantity(Kind.NUMBER, computed(name, *numbers))
        if name in _SPATIAL:
            return _truth(_related(name, one, other))
        raise FormatError("errors.filter_operator", name=name[:40])

    def _repeated(self, node: Any, depth: int, times: int) -> Quantity:
        """Return what a node says that a database is asked for several times."""
        self._times *= times
        found = self.value(node, depth + 1)
        self._times //= times
        return found

    def _joined(self, name: str, parts: Sequence[Any], depth: int) -> Quantity:
        if not parts:
            raise FormatError("errors.filter_operator", name=name)
        conditions = [self._truth_of(part, depth) for part in parts]
        return _truth(and_(*conditions) if name == "and" else or_(*conditions))

    def _truth_of(self, node: Any, depth: int) -> ColumnElement[bool]:
        found = self.value(node, depth + 1)
        if found.kind is not Kind.BOOLEAN:
            raise FormatError("errors.filter_no_condition")
        return found.sql

    def _special(self, name: str, parts: Sequence[Any], depth: int) -> Quantity:
        wanted = {"between": 3, "in": 2, "like": 2}.get(name, 1)
        if len(parts) != wanted:
            raise FormatError("errors.filter_operator", name=name)
        if name == "not":
            return _truth(not_(self._truth_of(parts[0], depth)))
        one = self._repeated(parts[0], depth, _times(name, parts))
        if name == "isNull":
            return _truth(one.sql.is_(None))
        if name in ("casei", "accenti"):
            plain = folded if name == "casei" else without_marks
            return Quantity(Kind.TEXT, plain(_text(name, one)))
        if name == "like":
            pattern = self.value(parts[1], depth + 1)
            return _truth(is_like(_text(name, one), _text(name, pattern)))
        others = parts[1] if name == "in" else parts[1:]
        if not isinstance(others, list | tuple) or not others:
            raise FormatError("errors.filter_operator", name=name)
        sides = [_alike(name, one, self.value(part, depth + 1)) for part in others]
        return _truth(_among(name, one, sides))

    def _temporal(self, name: str, parts: Sequence[Any], depth: int) -> Quantity:
        if len(parts) != 2:
            raise FormatError("errors.filter_operator", name=name)
        one, other = (self._span(part, depth) for part in parts)
        return _truth(_TEMPORAL[name](one, other))

    def _span(self, node: Any, depth: int) -> _Span:
        if isinstance(node, dict) and "interval" in node:
            ends = node["interval"]
            if not isinstance(ends, list) or len(ends) != 2:
                raise _senseless(node)
            first, last = ends
            return _Span(
                self._end(first, depth, open_end=_FIRST).start,
                self._end(last, depth, open_end=_LAST).end,
            )
        return _span_of(self.value(node, depth + 1))

    def _end(self, node: Any, depth: int, *, open_end: str) -> _Span:
        """Return an end of an interval, open where it is `..` or nothing is known."""
        if node == "..":
            return _Span(literal(open_end, Moment()), literal(open_end, Moment()))
        if isinstance(node, str):
            is_day = "T" not in node.upper()
            kind = Kind.DAY if is_day else Kind.MOMENT
            return _span_of(Quantity(kind, _time(kind, node)))
        found = _span_of(self.value(node, depth + 1))
        return _Span(
            func.coalesce(found.start, literal(open_end, Moment())),
            func.coalesce(found.end, literal(open_end, Moment())),
        )


def _times(name: str, parts: Sequence[Any]) -> int:
    """Return how often a database is asked for what is compared: PostgreSQL writes it out."""
    if not (isinstance(parts[0], dict) and "op" in parts[0]):
        return 1
    if name == "in" and isinstance(parts[1], list):
        return max(1, len(parts[1]))
    return 2 if name == "between" else 1


def _among(name: str, one: Quantity, sides: Sequence[tuple[Any, Any]]) -> ColumnElement[bool]:
    """Return the condition of `in` or `between`, from pairs of what is compared and with what."""
    if all(mine is one.sql for mine, _ in sides):  # written once, however long it is
        values = [theirs for _, theirs in sides]
        return one.sql.in_(values) if name == "in" else one.sql.between(*values)
    if name == "in":
        return or_(*(mine == theirs for mine, theirs in sides))
    (mine, low), (other, high) = sides
    return and_(mine >= low, other <= high)


def _truth(sql: Any) -> Quantity:
    return Quantity(Kind.BOOLEAN, sql)


def _senseless(node: object) -> FormatError:
    return FormatError("errors.filter_node", node=str(node)[:80])


def _whole(text: str) -> str:
    """Return a text that a database can be asked about."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FormatError("errors.filter_unread", reason="UTF-8") from None
    if "\x00" in text:
        raise FormatError("errors.filter_unread", reason="NUL")
    return text


def _day(said: object) -> str:
    try:
        return day_of(str(said)).isoformat()
    except ValueError:
        raise FormatError("errors.filter_time", value=str(said)[:40]) from None


def _moment(said: object) -> str:
    try:
        return moments.to_text(moment_at(str(said)))
    except (ValueError, OverflowError, FormatError):
        raise FormatError("errors.filter_time", value=str(said)[:40]) from None


def _time(kind: Kind, said: object) -> ColumnElement[str]:
    if kind is Kind.DAY:
        return literal(_day(said), Day())
    return literal(_moment(said), Moment())


def _geometry(node: Mapping[str, Any], placed: Placed | None) -> Quantity:
    try:
        if "bbox" in node:
            sides = [float(side) for side in node["bbox"]]
            west, south, east, north = sides if len(sides) == 4 else (*sides[:2], *sides[3:5])
            shape: BaseGeometry = shapely.box(west, south, east, north)
        else:
            shape = shapely.from_geojson(json.dumps(node))
        if placed is not None and not shape.is_empty:
            shape = placed(shape)
        sound = not shape.is_empty and all(map(_is_degree, shape.bounds)) and shape.is_valid
    except (ShapelyError, ValueError, TypeError, OverflowError):
        sound = False
    if not sound:
        raise FormatError("errors.filter_geometry", value=str(dict(node))[:80])
    return Quantity(Kind.GEOMETRY, literal(shapely.to_wkb(shape)), shape)


def _is_degree(side: float) -> bool:
    return -360.0 <= side <= 360.0


def _alike(name: str, one: Quantity, other: Quantity) -> tuple[Any, Any]:
    """Return two sides that can be compared: of one kind, or a day beside a moment."""
    if one.kind is other.kind and one.kind is not Kind.GEOMETRY:
        return one.sql, other.sql
    times = (Kind.DAY, Kind.MOMENT)
    if one.kind in times and other.kind in times:
        return _span_of(one).start, _span_of(other).start
    for mine, theirs in ((one, other), (other, one)):
        if mine.kind in times and theirs.kind is Kind.TEXT:  # a day written as a text
            said = getattr(theirs.sql, "value", None)
            sides = (mine.sql, _time(mine.kind, said))
            return sides if mine is one else sides[::-1]
    raise FormatError("errors.filter_kinds", name=name, one=one.kind, other=other.kind)


def _numbers(name: str, one: Quantity, other: Quantity) -> tuple[Any, Any]:
    if one.kind is Kind.NUMBER and other.kind is Kind.NUMBER:
        return one.sql, other.sql
    raise FormatError("errors.filter_kinds", name=name, one=one.kind, other=other.kind)


def _text(name: str, found: Quantity) -> Any:
    if found.kind is not Kind.TEXT:
        raise FormatError("errors.filter_kinds", name=name, one=found.kind, other=Kind.TEXT)
    return found.sql


def _span_of(found: Quantity) -> _Span:
    if found.kind is Kind.DAY:
        return _Span(moment_of(found.sql, _BEGINS), moment_of(found.sql, _ENDS))
    if found.kind is Kind.MOMENT:
        return _Span(found.sql, found.sql)
    raise FormatError("errors.filter_kinds", name="t_", one=found.kind, other=Kind.MOMENT)


def _related(name: str, one: Quantity, other: Quantity) -> ColumnElement[bool]:
    if {one.kind, other.kind} != {Kind.GEOMETRY} or (one.shape is None) == (other.shape is None):
        raise FormatError("errors.filter_kinds", name=name, one=one.kind, other=other.kind)
    turned = one.shape is not None
    kept, stated = (other, one) if turned else (one, other)
    relation = name.removeprefix("s_")
    if turned:
        relation = {"contains": "within", "within": "contains"}.get(relation, relation)
    return relates(kept.sql, shapely.to_wkb(stated.shape), relation)
