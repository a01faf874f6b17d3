"""How kernels are compiled: once, kept on disk, without the interpreter's lock.

`scan` is for loops that carry something from point to point; it rounds exactly as numpy does, so
that ties fall as they do in the plain functions. `formula` is for straight arithmetic without
branches, which the compiler turns into vector instructions; it may fuse a product and a sum.
`part` is a formula that is written into its callers.

What was compiled is kept beside the code, or where NUMBA_CACHE_DIR says; `api.environment` and
the tests name a folder there for each state of the sources, since the compiler itself looks at a
kernel's own file only. Where nothing can be written, kernels are compiled in each process anew,
with a warning.
"""

import warnings
from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

__all__ = ["KernelCacheWarning", "formula", "part", "passage", "scan", "tally"]

_Function = TypeVar("_Function", bound=Callable[..., Any])

_FUSED = {"contract", "nsz", "nnan", "ninf", "arcp"}


class KernelCacheWarning(UserWarning):
    """Compiled kernels cannot be kept: each process takes half a minute to compile them."""


def _kept(function: _Function, **options: Any) -> _Function:
    """Compile a function that others call, and keep what was compiled."""
    try:
        return cast(_Function, njit(cache=True, nogil=True, **options)(function))
    except RuntimeError:
        warnings.warn(
            "compiled kernels cannot be kept, neither beside the code nor in NUMBA_CACHE_DIR: "
            "each process takes half a minute to compile them",
            KernelCacheWarning,
            stacklevel=3,
        )
        return cast(_Function, njit(nogil=True, **options)(function))


def scan(function: _Function) -> _Function:
    """Compile a loop whose rounding must be numpy's."""
    return _kept(function, error_model="numpy")


def formula(function: _Function) -> _Function:
    """Compile a loop of arithmetic on numbers that are neither NaN nor infinite."""
    return _kept(function, error_model="numpy", fastmath=_FUSED)


def tally(function: _Function) -> _Function:
    """Compile a loop over numbers that are not NaN, whose sums may be taken in any order."""
    return _kept(function, error_model="numpy", fastmath={"nnan", "nsz", "reassoc", "contract"})


def part(function: _Function) -> _Function:
    """Compile arithmetic on numbers that are neither NaN nor infinite into its callers."""
    compiled = njit(nogil=True, error_model="numpy", fastmath=_FUSED, forceinline=True)
    return cast(_Function, compiled(function))


def passage(function: _Function) -> _Function:
    """Compile a passage of a scan into its callers, so that handing it tables costs nothing."""
    return cast(_Function, njit(nogil=True, error_model="numpy", inline="always")(function))
