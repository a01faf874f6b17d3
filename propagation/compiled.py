"""How loops are compiled: once, kept on disk, without the interpreter's lock.

A kernel is a function of numbers and arrays in which a path is walked point by point; what numpy
can say in whole arrays stays in numpy. The compiler's cache looks at the kernel's own file only:
after changing a kernel that others call from another file, delete `__pycache__`.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

__all__ = ["finite_kernel", "kernel"]

_Function = TypeVar("_Function", bound=Callable[..., Any])


def kernel(function: _Function) -> _Function:
    """Compile a function whose divisions by zero give infinities, as numpy's do."""
    return cast(_Function, njit(cache=True, nogil=True, error_model="numpy")(function))


def finite_kernel(function: _Function) -> _Function:
    """Compile a loop over numbers none of which is NaN, so that it may run in vectors.

    Sums may be taken in another order, which changes their rounding.
    """
    freedoms = {"nnan", "nsz", "reassoc"}
    compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath=freedoms)
    return cast(_Function, compiled(function))
