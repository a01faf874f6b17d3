"""The rules of conditional equipment, and what each must hold."""

from collections.abc import Callable, Mapping
from typing import Final

from propagation.compliance.parameters import flag, number, numbers, words
from propagation.compliance.records import Rule
from propagation.errors import ParameterError

__all__ = [
    "CONDITIONS",
    "DEVICE",
    "GAPS",
    "ISM",
    "REFERENCES",
    "ROW",
    "STANDINGS",
    "USES",
    "require_device",
]

DEVICE: Final = "device."
ROW: Final = "device.row."
CONDITIONS: Final = "device.conditions"
ISM: Final = "device.ism"
GAPS: Final = "device.gaps"
USES: Final = "device.uses"

STANDINGS: Final = ("exempt", "not_exempt")
REFERENCES: Final = ("erp", "eirp", "conducted")

_MOST_MHZ: Final = 3e6
_POSITIVE: Final = ("power_max_mw", "above_mw", "bandwidth_max_khz")


def require_device(rule: Rule) -> None:
    """Refuse a rule of conditional equipment that lacks what an answer reads; other rules pass.

    Raises
    ------
    ParameterError
        Naming the first parameter that is missing or is not what it should be.
    """
    if rule.id.startswith(ROW):
        _row(rule)
    elif rule.id in _REQUIRED:
        _REQUIRED[rule.id](rule)


def _row(rule: Rule) -> None:
    _chosen(rule, "standing", STANDINGS)
    _band(rule)
    if not words(rule, "uses"):
        raise ParameterError("uses", "words")
    if "power_reference" in rule.parameters:
        _chosen(rule, "power_reference", REFERENCES)
    _limits(rule)
    if "conditions_vi" in rule.parameters or "conditions_en" in rule.parameters:
        _translated(rule, "conditions")


def _band(rule: Rule) -> None:
    lowest, highest = number(rule, "frequency_min_mhz"), number(rule, "frequency_max_mhz")
    if not 0 < lowest <= _MOST_MHZ:
        raise ParameterError("frequency_min_mhz", "range")
    if not lowest <= highest <= _MOST_MHZ:
        raise ParameterError("frequency_max_mhz", "range")


def _limits(rule: Rule) -> None:
    for name in _POSITIVE:
        if name in rule.parameters and number(rule, name) <= 0:
            raise ParameterError(name, "range")
    if "duty_percent_max" in rule.parameters and not 0 < number(rule, "duty_percent_max") <= 100:
        raise ParameterError("duty_percent_max", "range")
    for name in ("indoor_only", "complete"):
        if name in rule.parameters:
            flag(rule, name)


def _chosen(rule: Rule, name: str, choices: tuple[str, ...]) -> None:
    if name not in rule.parameters:
        raise ParameterError(name, "absent")
    if rule.parameters[name] not in choices:
        raise ParameterError(name, "choice")


def _translated(rule: Rule, name: str) -> None:
    if len(words(rule, f"{name}_vi")) != len(words(rule, f"{name}_en")):
        raise ParameterError(f"{name}_en", "grid")


def _conditions(rule: Rule) -> None:
    _translated(rule, "conditions")


def _uses(rule: Rule) -> None:
    _translated(rule, "uses")
    if len(words(rule, "uses")) != len(words(rule, "uses_vi")):
        raise ParameterError("uses_vi", "grid")


def _ism(rule: Rule) -> None:
    if len(numbers(rule, "frequency_min_mhz")) != len(numbers(rule, "frequency_max_mhz")):
        raise ParameterError("frequency_max_mhz", "grid")


_REQUIRED: Final[Mapping[str, Callable[[Rule], None]]] = {
    CONDITIONS: _conditions,
    ISM: _ism,
    GAPS: _uses,
    USES: _uses,
}
