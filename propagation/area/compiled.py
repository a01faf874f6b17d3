"""How kernels are compiled: once, kept on disk, without the interpreter's lock.

`scan` is for loops that carry something from point to point; it rounds exactly as numpy does, so
that ties fall as they do in the plain functions. `formula` is for straight arithmetic without
branches, which the compiler turns into vector instructions; it may fuse a product and a sum.
`part` is a formula that is written into its callers.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

__all__ = ["formula", "part", "scan"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_FUSED = {"contract", "nsz", "nnan", "ninf", "arcp"}


def scan(function: _Function) -> _Function:
    """Compile a loop whose rounding must be numpy's."""
    return cast(_Function, njit(cache=True, nogil=True, error_model="numpy")(function))


def formula(function: _Function) -> _Function:
    """Compile a loop of arithmetic on numbers that are neither NaN nor infinite."""
    compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath=_FUSED)
    return cast(_Function, compiled(function))


def part(function: _Function) -> _Function:
    """Compile arithmetic on numbers that are neither NaN nor infinite into its callers."""
    compiled = njit(nogil=True, error_model="numpy", fastmath=_FUSED, forceinline=True)
    return cast(_Function, compiled(function))
