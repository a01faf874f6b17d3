"""What a row's geometry is, whatever its format calls it: a point, a line, or neither."""

import math
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["Shape", "shape_of"]


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
