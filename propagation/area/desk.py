"""What the scans of a radial write on: laid out once for a block of radials."""

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import scan

__all__ = ["Desk", "lay_out"]

Desk = tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.bool_]]
"""Numbers, points and marks, in the rows named below, a column for each point of the radial."""

ENDS, SLOPES, SURFACES, HULL, RECORDS = 0, 4, 6, 8, 11
FLAT, RISE, FALL, WORST, SLOPE = range(17, 22)
HORIZONS, UNUSED, INDEX, RUNS = 0, 2, 4, 5
HIDDEN, CLEAR = 0, 1


@scan
def lay_out(size: int) -> Desk:
    """Return a desk for radials of a number of points."""
    return (
        np.zeros((22, size)),
        np.zeros((10, size), np.int32),
        np.zeros((2, size), np.bool_),
    )
