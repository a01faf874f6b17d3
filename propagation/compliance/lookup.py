"""Linear interpolation in the tables of a rule; outside of a table is an error."""

from collections.abc import Sequence

import numpy as np

from propagation.errors import require_range

__all__ = ["bilinear", "piecewise"]


def piecewise(
    name: str, steps: Sequence[float], values: Sequence[float], at: float, source: str
) -> float:
    """Return a value between the steps of a curve.

    Parameters
    ----------
    name : str
        What `at` is, with its unit suffix.
    steps, values : sequence of float
        The curve; the steps increase.
    at : float
        Where to read it.
    source : str
        The instrument and the clause that hold it.

    Raises
    ------
    OutOfRangeError
        If `at` is before the first step or after the last.
    """
    require_range(name, at, steps[0], steps[-1], source)
    return float(np.interp(at, steps, values))


def bilinear(
    table: Sequence[Sequence[float]],
    *,
    rows: tuple[str, Sequence[float], float],
    columns: tuple[str, Sequence[float], float],
    source: str,
) -> float:
    """Return a value between the rows and the columns of a table.

    Parameters
    ----------
    table : sequence of sequence of float
        A row for each step of `rows`, a column for each step of `columns`.
    rows, columns : tuple of str, sequence of float and float
        Name with its unit suffix, steps that increase, and where to read.
    source : str
        The instrument and the clause that hold the table.

    Raises
    ------
    OutOfRangeError
        If either place is outside the table.
    """
    name, steps, at = columns
    across = [piecewise(name, steps, row, at, source) for row in table]
    return piecewise(rows[0], rows[1], across, rows[2], source)
