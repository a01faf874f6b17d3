"""Models whose reference is a table of values, compared by their share of each."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.validation.records import RecommendationResult
from gis.validation.tables import read_columns
from propagation.errors import PropagationError

__all__ = ["Columns", "Table", "check_tables"]

Columns = Mapping[str, NDArray[np.float64]]


class Table(NamedTuple):
    """A table of reference values.

    Attributes
    ----------
    file : str
        Its name.
    headings : int
        Number of lines before the first row.
    asked : tuple of str
        Names of the columns that are asked, in the order that the model takes them.
    answered : tuple of str
        Names of the columns that the model gives, in its order.
    """

    file: str
    headings: int
    asked: tuple[str, ...]
    answered: tuple[str, ...]


def check_tables(
    recommendation: str,
    folder: Path,
    tables: Sequence[Table],
    model: Callable[..., Sequence[NDArray[np.float64]]],
    tolerance: float,
) -> RecommendationResult | None:
    """Compare a model with every row of the tables that are there.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no row.

    Raises
    ------
    FormatError
        If a table cannot be read, or holds what the model refuses.
    """
    cases, shares = 0, [0.0]
    for table in tables:
        file = folder / table.file
        if not file.is_file():
            continue
        columns = read_columns(file, (*table.asked, *table.answered), headings=table.headings)
        cases += columns[table.asked[0]].size
        try:
            found = model(*(columns[name] for name in table.asked))
        except PropagationError as error:
            raise FormatError("validation.not_a_case", file=file.name, value=str(error)) from error
        for value, name in zip(found, table.answered, strict=True):
            shares += [*np.abs(value / columns[name] - 1)]
    if not cases:
        return None
    largest = float(np.max(shares))  # NaN stays NaN, and does not pass
    return RecommendationResult(
        recommendation, cases, largest, tolerance, largest <= tolerance, relative=True
    )
