"""Numbers out of the parameters of a rule, or an error that names the parameter."""

import math
from collections.abc import Mapping, Sequence

from propagation.errors import ParameterError

__all__ = ["number", "numbers"]


def number(parameters: Mapping[str, object], name: str) -> float:
    """Return a finite number.

    Raises
    ------
    ParameterError
        If it is missing or is no finite number.
    """
    value = _given(parameters, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ParameterError(name, "number")
    return float(value)


def numbers(parameters: Mapping[str, object], name: str) -> list[float]:
    """Return a list of finite numbers.

    Raises
    ------
    ParameterError
        If it is missing or is no list of finite numbers.
    """
    values = _given(parameters, name)
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise ParameterError(name, "numbers")
    found = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(found) != len(values) or not all(map(math.isfinite, found)):
        raise ParameterError(name, "numbers")
    return found


def _given(parameters: Mapping[str, object], name: str) -> object:
    if name not in parameters:
        raise ParameterError(name, "absent")
    return parameters[name]
