"""Errors of the numerical core.

PropagationError(ValueError)
    OutOfRangeError          a value leaves the range that a Recommendation states
    ParameterError           a parameter of a rule is absent or is not what it should be
    StatedError              a fact that somebody states cannot be
OutsideValidityWarning       a result is computed outside the conditions a model was made for
"""

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "OutOfRangeError",
    "OutsideValidityWarning",
    "ParameterError",
    "PropagationError",
    "StatedError",
    "require_range",
]

_WRONG_PARAMETER = {
    "absent": "is missing",
    "number": "must be a finite number",
    "flag": "must be true or false",
    "words": "must be a list of words",
    "numbers": "must be a list of finite numbers",
    "starts_at_zero": "must be a list that starts at 0",
    "increasing": "must increase",
    "range": "lies outside the range that the method takes",
    "grid": "must have as many values as its steps",
    "length": "must hold as many values as spacing_khz",
    "code_rates": "must hold one value for each of the six code rates",
    "share": "must be above 0 and below 100",
    "building": "must be a kind of building of Rec. ITU-R P.2109",
    "term": "must be a term such as 7 working_days",
    "authority": "must be one of the authorities that the rule lists",
    "choice": "must be one of the words that the rule takes",
}


class PropagationError(ValueError):
    """Base of every error that the numerical core raises."""


class StatedError(PropagationError):
    """A fact that somebody states cannot be; the parts are attributes so that others can say them.

    Attributes
    ----------
    name : str
        The fact that is wrong.
    wrong : str
        What is wrong, in a word.
    """

    def __init__(self, name: str, wrong: str) -> None:
        self.name = name
        self.wrong = wrong
        super().__init__(f"{name}: {wrong}")

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Pickle by the parts, so that the error crosses processes whole."""
        return type(self), (self.name, self.wrong)


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


class ParameterError(PropagationError):
    """A parameter of a rule is not what it should be; the parts are attributes to be translated.

    Attributes
    ----------
    name : str
        Name of the parameter.
    wrong : str
        What is wrong: `absent`, `number`, `flag`, `words`, `numbers`, `starts_at_zero`,
        `increasing`, `range`, `grid`, `length`, `code_rates`, `share`, `building`, `term`,
        `authority` or `choice`.
    """

    def __init__(self, name: str, wrong: str) -> None:
        self.name = name
        self.wrong = wrong
        super().__init__(f"{name} {_WRONG_PARAMETER[wrong]}")

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        """Pickle by the parts, so that the error crosses processes whole."""
        return type(self), (self.name, self.wrong)


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
