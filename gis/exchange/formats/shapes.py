"""What a row's geometry is, whatever its format calls it: a point, a line, or neither."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gis.errors import FormatError
from gis.exchange.safety import Inspected, Limits
from gis.exchange.table import Row, Table

__all__ = ["Shape", "shape_of", "table_of"]


class Shape(NamedTuple):
    """The last fields of a `Row`, in their order."""

    point: tuple[float, float] | None
    geometry_problem: str | None
    line: tuple[tuple[float, float], ...] | None


def shape_of(kind: str, vertices: Sequence[tuple[float, float]] | None) -> Shape:
    """Return the geometry of a row.

    Parameters
    ----------
    kind : str
        `Point`, `LineString`, or anything else, which is neither.
    vertices : sequence or None
        East and north of each; None where they cannot be read.
    """
    if kind not in ("Point", "LineString"):
        return Shape(None, "exchange.problem.not_a_point", None)
    sound = vertices and all(math.isfinite(number) for pair in vertices for number in pair)
    if not vertices or not sound or (kind == "Point" and len(vertices) != 1):
        return Shape(None, "exchange.problem.geometry", None)
    if kind == "Point":
        return Shape(vertices[0], None, None)
    return Shape(None, "exchange.problem.not_a_point", tuple(vertices))


def table_of(
    file: Inspected,
    limits: Limits,
    names: Sequence[str],
    found: Sequence[tuple[Mapping[str, str], Shape]],
    *,
    crs: int | None,
    crs_text: str,
    passed_over: int = 0,
    beside: Iterable[str] = (),
) -> Table:
    """Return the table of features that name their own values.

    Parameters
    ----------
    file, limits : Inspected, Limits
        The file, and how much of it is read.
    names : sequence of str
        Every name of a value, in the order of the columns.
    found : sequence
        Values and geometry of each feature.
    crs, crs_text : int or None, str
        The coordinate system, and how the format says it.
    passed_over : int
        Features that are not read.
    beside : iterable of str
        Words of the file outside of its features, which may bear a mark of secrecy.

    Raises
    ------
    FormatError
        If there is no feature, or too many columns.
    """
    if not found:
        raise FormatError("exchange.file.empty", file=file.name)
    if len(names) > limits.columns:
        raise FormatError("exchange.file.too_many_columns", file=file.name, limit=limits.columns)
    return Table(
        file=file.name,
        format=file.format,
        layer=None,
        header=tuple(names),
        header_row=None,
        rows=[
            Row(number, tuple(values.get(name) for name in names), *shape)
            for number, (values, shape) in enumerate(found, start=1)
        ],
        has_points=True,
        crs=crs,
        crs_text=crs_text,
        passed_over=passed_over,
        beside=tuple(dict.fromkeys(beside)),
    )
