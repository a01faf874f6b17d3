"""Elementary functions for one number, as the Irregular Terrain Model asks for them.

Those of `area.elementary`, which the libraries' own outweigh, for all the arguments that may come.
"""

import math

from propagation.area import elementary
from propagation.compiled import passage

__all__ = ["cube_root", "decay", "log", "log10"]

_LN_2 = 0.6931471805599453
_GONE = 600.0  # e to its negative is nothing beside anything


@passage
def decay(x: float) -> float:
    """Return e to -x for x >= 0."""
    return elementary.exp(-min(x, _GONE))


@passage
def log(x: float) -> float:
    """Return the natural logarithm, NaN of what is not positive."""
    return elementary.log2(x) * _LN_2 if x > 0 else math.nan


@passage
def log10(x: float) -> float:
    """Return the decimal logarithm, NaN of what is not positive."""
    return elementary.log10(x) if x > 0 else math.nan


@passage
def cube_root(x: float) -> float:
    """Return the cube root of a positive x."""
    return elementary.exp2(elementary.log2(x) / 3.0)
