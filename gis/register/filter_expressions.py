"""What a filter says that each database says in its own words: relations, folded texts, times."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, Double, LargeBinary, Text, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from gis.register.arithmetic import COMPUTED, OPERATORS
from gis.register.blobs import SRS_ID
from gis.register.columns import Moment
from gis.register.expressions import written
from gis.register.geopackage import ACCENTI, CASEI, LIKE, RELATES

__all__ = [
    "RELATIONS",
    "computed",
    "ends_of",
    "folded",
    "is_like",
    "moment_of",
    "relates",
    "without_marks",
]

_SQLITE, _POSTGRESQL = "sqlite", "postgresql"
_MARKS: Final = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"


class _Relates(FunctionElement[bool]):
    """Whether a geometry stands to an area as the name says; one class for each relation."""

    type = Boolean()
    inherit_cache = True
    name = "intersects"


class _Folded(FunctionElement[str]):
    inherit_cache = True
    name = "folded"
    type = Text()


class _WithoutMarks(FunctionElement[str]):
    inherit_cache = True
    name = "without_marks"
    type = Text()


class _IsLike(FunctionElement[bool]):
    inherit_cache = True
    name = "is_like"
    type = Boolean()


class _MomentOf(FunctionElement[str]):
    inherit_cache = True
    name = "moment_of"
    type = Moment()


class _Computed(FunctionElement[float]):
    """What is computed with two numbers; one class for each operator."""

    type = Double[float]()
    inherit_cache = True
    name = "+"


class _End(FunctionElement[float]):
    """An end of a geometry; one class for each."""

    type = Double[float]()
    inherit_cache = True
    name = "MinX"


def _named(kind: type[Any], name: str) -> type[Any]:
    """Return the class of one name: what SQLAlchemy keeps of a statement goes by the class."""
    return type(f"{kind.__name__}_{name}", (kind,), {"name": name, "inherit_cache": True})


RELATIONS: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {
        name: _named(_Relates, name)
        for name in (
            "contains",
            "crosses",
            "disjoint",
            "equals",
            "intersects",
            "overlaps",
            "touches",
            "within",
        )
    }
)
_OPERATORS: Final = {name: _named(_Computed, name) for name in OPERATORS}
_ENDS: Final = tuple(_named(_End, name) for name in ("MinX", "MinY", "MaxX", "MaxY"))


def relates(geometry: ColumnElement[Any], area: bytes, relation: str) -> ColumnElement[bool]:
    """Return the condition that a geometry stands to an area, WKB, as one of `RELATIONS` says."""
    found: ColumnElement[bool] = RELATIONS[relation](geometry, literal(area, LargeBinary()))
    return found


def folded(text: ColumnElement[Any]) -> ColumnElement[str]:
    """Return a text without case: full case folding, NFC."""
    return _Folded(text)


def without_marks(text: ColumnElement[Any]) -> ColumnElement[str]:
    """Return a text without marks; the letter with a stroke becomes d."""
    return _WithoutMarks(text)


def is_like(text: ColumnElement[Any], pattern: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a text is like a pattern of `%`, `_` and backslashes."""
    return _IsLike(text, pattern)


def moment_of(day: ColumnElement[Any], ending: str) -> ColumnElement[str]:
    """Return a moment of a day; `ending` is the rest of its text."""
    return _MomentOf(day, literal(ending, Text()))


def computed(
    operator: str, one: ColumnElement[Any], other: ColumnElement[Any]
) -> ColumnElement[float]:
    """Return what is computed with two numbers by one of `OPERATORS`; what none holds is refused.

    A remainder is of the sign of the first number, and what divides by zero is not known.
    """
    found: ColumnElement[float] = _OPERATORS[operator](one, other)
    return found


def ends_of(geometry: ColumnElement[Any]) -> tuple[ColumnElement[float], ...]:
    """Return west, south, east, north of a geometry."""
    return tuple(kind(geometry) for kind in _ENDS)


@compiles(_Relates, _SQLITE)
def _by_function(element: _Relates, compiler: SQLCompiler, **options: Any) -> str:
    geometry, area = written(element, compiler, **options)
    return f"({RELATES}({geometry}, {area}, '{element.name}') = 1)"


@compiles(_Relates, _POSTGRESQL)
def _by_postgis(element: _Relates, compiler: SQLCompiler, **options: Any) -> str:
    geometry, area = written(element, compiler, **options)
    return f"ST_{element.name.capitalize()}({geometry}, ST_GeomFromWKB({area}, {SRS_ID}))"


@compiles(_Folded, _SQLITE)
def _casei(element: _Folded, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = written(element, compiler, **options)
    return f"{CASEI}({text})"


@compiles(_Folded, _POSTGRESQL)
def _lower(element: _Folded, compiler: SQLCompiler, **options: Any) -> str:
    """Lower the letters, and those two whose folding differs from that."""
    (text,) = written(element, compiler, **options)
    lowered = f'lower(CAST({text} AS text) COLLATE "und-x-icu")'
    return f"(normalize(replace(replace({lowered}, 'ß', 'ss'), 'ς', 'σ'), NFC) COLLATE \"C\")"


@compiles(_WithoutMarks, _SQLITE)
def _accenti(element: _WithoutMarks, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = written(element, compiler, **options)
    return f"{ACCENTI}({text})"


@compiles(_WithoutMarks, _POSTGRESQL)
def _normalized(element: _WithoutMarks, compiler: SQLCompiler, **options: Any) -> str:
    (text,) = written(element, compiler, **options)
    plain = f"replace(replace(CAST({text} AS text), 'đ', 'd'), 'Đ', 'D')"
    return f"(regexp_replace(normalize({plain}, NFD), '{_MARKS}', '', 'g') COLLATE \"C\")"


@compiles(_IsLike, _SQLITE)
def _like_by_function(element: _IsLike, compiler: SQLCompiler, **options: Any) -> str:
    text, pattern = written(element, compiler, **options)
    return f"({LIKE}({text}, {pattern}) = 1)"


@compiles(_IsLike, _POSTGRESQL)
def _like_by_like(element: _IsLike, compiler: SQLCompiler, **options: Any) -> str:
    r"""Say LIKE; a backslash that stands last, which PostgreSQL refuses, means itself."""
    text, pattern = written(element, compiler, **options)
    whole = rf"regexp_replace({pattern}, '(^|[^\\])(\\\\)*\\$', '\&\\')"
    return f"({text} LIKE {whole})"


@compiles(_MomentOf, _SQLITE)
def _joined(element: _MomentOf, compiler: SQLCompiler, **options: Any) -> str:
    day, ending = written(element, compiler, **options)
    return f"({day} || {ending})"


@compiles(_MomentOf, _POSTGRESQL)
def _cast(element: _MomentOf, compiler: SQLCompiler, **options: Any) -> str:
    day, ending = written(element, compiler, **options)
    return f"CAST(CAST(CAST({day} AS date) AS text) || {ending} AS timestamp with time zone)"


@compiles(_Computed, _SQLITE)
def _computed_by_function(element: _Computed, compiler: SQLCompiler, **options: Any) -> str:
    one, other = written(element, compiler, **options)
    return f"{COMPUTED}({one}, {other}, '{element.name}')"


@compiles(_Computed, _POSTGRESQL)
def _computed_in_place(element: _Computed, compiler: SQLCompiler, **options: Any) -> str:
    one, other = (
        f"CAST({each} AS double precision)" for each in written(element, compiler, **options)
    )
    if element.name not in ("/", "%", "div"):
        return f"({one} {element.name} {other})"
    divided = f"({one} / nullif({other}, 0))"
    if element.name == "%":
        return f"({one} - {other} * trunc({divided}))"
    return divided if element.name == "/" else f"floor({divided})"


@compiles(_End, _SQLITE)
def _end_of_blob(element: _End, compiler: SQLCompiler, **options: Any) -> str:
    (geometry,) = written(element, compiler, **options)
    return f"ST_{element.name}({geometry})"


@compiles(_End, _POSTGRESQL)
def _end_of_geometry(element: _End, compiler: SQLCompiler, **options: Any) -> str:
    (geometry,) = written(element, compiler, **options)
    return f"ST_{element.name[-1]}{element.name[:-1]}({geometry})"
