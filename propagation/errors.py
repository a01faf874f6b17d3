"""Errors of the numerical core.

PropagationError(ValueError)
    OutOfRangeError          a value leaves the range that a Recommendation states
OutsideValidityWarning       a result is computed outside the conditions a model was made for
"""

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["OutOfRangeError", "OutsideValidityWarning", "PropagationError", "require_range"]


class PropagationError(ValueError):
    """Base of every error that the numerical core raises."""


class OutOfRangeError(PropagationError):
    """A value leaves its permitted range; the parts are attributes so that others can translate.

    Attributes
    ----------
    name : str
        Name of the argument, with its unit suffix.
    value : float
        The first offending value.
    lower, upper : float
        Permitted range.
    source : str
        Recommendation and clause that state the range.
    """

    def __init__(self, name: str, value: float, lower: float, upper: float, source: str) -> None:
        self.name = name
        self.value = value
        self.lower = lower
        self.upper = upper
        self.source = source
        super().__init__(f"{name} = {value:g} is outside {lower:g} to {upper:g} ({source})")

    def __reduce__(self) -> tuple[type, tuple[str, float, float, float, str]]:
        """Pickle by the parts, so that the error crosses processes whole."""
        return type(self), (self.name, self.value, self.lower, self.upper, self.source)


class OutsideValidityWarning(UserWarning):
    """A result was computed outside the conditions that its model was made for."""


def require_range(
    name: str,
    values: ArrayLike,
    lower: float,
    upper: float,
    source: str,
    *,
    inclusive: bool = True,
) -> None:
    """Raise OutOfRangeError unless every value lies in the range; NaN passes.

    Parameters
    ----------
    name : str
        Name of the argument, with its unit suffix.
    values : array_like
        Values to test, any shape.
    lower, upper : float
        The permitted range.
    source : str
        Recommendation and clause that state the range.
    inclusive : bool
        Whether the limits themselves are permitted.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:  # most calls, and an order of magnitude faster than through arrays
        value = float(array)
        outside = value < lower or value > upper or (not inclusive and value in {lower, upper})
        if outside:
            raise OutOfRangeError(name, value, lower, upper, source)
        return
    beyond = (
        (array < lower) | (array > upper) if inclusive else (array <= lower) | (array >= upper)
    )
    if beyond.any():
        raise OutOfRangeError(name, float(array[beyond].flat[0]), lower, upper, source)
