"""The rules of sanctions: what each must hold, and their steps as plain records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from propagation.compliance.parameters import number, numbers, words
from propagation.compliance.records import Rule
from propagation.errors import ParameterError

__all__ = [
    "ACT",
    "AUTHORITY",
    "DECREE",
    "FIELDS",
    "LIMITATION",
    "MEASURES",
    "SANCTION",
    "SEVERITY",
    "Step",
    "require_sanction",
    "steps_of",
]

SANCTION: Final = "sanction."
ACT: Final = "sanction.act."
AUTHORITY: Final = "sanction.authority."
DECREE: Final = "sanction.decree"
LIMITATION: Final = "sanction.limitation"
SEVERITY: Final = "sanction.severity"

FIELDS: Final = ("telecom", "radio")
"""Telecommunications, or radio frequencies, of which the regional centre has a part."""

MEASURES: Final = ("power_w", "count", "victim")
"""What the steps of an act go by."""

_MOST_VND: Final = 1e12
_BOTH: Final = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an act's amounts.

    Attributes
    ----------
    up_to : float or None
        Last value of the measure in this step; None for the last step, and where the steps do not
        go by a number.
    victim : str
        The class of victim; empty where the steps do not go by it.
    minimum_vnd, maximum_vnd : float
        For an organisation.
    clause : str
        Where the step stands.
    per_unit : bool
        Whether the amount is for each thing counted.
    """

    up_to: float | None
    victim: str
    minimum_vnd: float
    maximum_vnd: float
    clause: str
    per_unit: bool


def steps_of(rule: Rule) -> tuple[Step, ...]:
    """Return the steps of an act, none where its amounts are not in the data.

    Raises
    ------
    ParameterError
        If the rule's lists do not go together.
    """
    if "minimum_vnd" not in rule.parameters and "maximum_vnd" not in rule.parameters:
        return ()
    lowest, largest = numbers(rule, "minimum_vnd"), numbers(rule, "maximum_vnd")
    uppers, victims = _ladder(rule)
    count = max(len(uppers), len(victims))
    clauses = words(rule, "clauses") if "clauses" in rule.parameters else (rule.clause,) * count
    per_unit = _flags(rule, "per_unit", count)
    for name, values in (
        ("minimum_vnd", lowest),
        ("maximum_vnd", largest),
        ("clauses", clauses),
        ("per_unit", per_unit),
    ):
        if len(values) != count:
            raise ParameterError(name, "grid")
    return tuple(
        Step(
            up_to=uppers[place] if uppers else None,
            victim=victims[place] if victims else "",
            minimum_vnd=lowest[place],
            maximum_vnd=largest[place],
            clause=clauses[place],
            per_unit=per_unit[place],
        )
        for place in range(count)
    )


def _ladder(rule: Rule) -> tuple[tuple[float | None, ...], tuple[str, ...]]:
    """Return the upper ends of the steps, or the victims that they go by."""
    measure = rule.parameters.get("measure")
    if measure is None:
        return (None,), ()
    if measure not in MEASURES:
        raise ParameterError("measure", "choice")
    if measure == "victim":
        found = words(rule, "victims")
        if not found:
            raise ParameterError("victims", "words")
        return (), found
    uppers = numbers(rule, "up_to")
    if any(after <= before for before, after in pairwise(uppers)):
        raise ParameterError("up_to", "increasing")
    return (*uppers, None), ()


def _flags(rule: Rule, name: str, count: int) -> tuple[bool, ...]:
    value = rule.parameters.get(name)
    if value is None:
        return (False,) * count
    if not isinstance(value, list | tuple) or not all(isinstance(one, bool) for one in value):
        raise ParameterError(name, "flag")
    return tuple(value)


def require_sanction(rule: Rule) -> None:
    """Refuse a rule of sanctions that lacks what an answer reads; other rules pass.

    Raises
    ------
    ParameterError
        Naming the first parameter that is missing or is not what it should be.
    """
    if rule.id.startswith(ACT):
        _act(rule)
    elif rule.id.startswith(AUTHORITY):
        _fields(rule, words(rule, "fields"))
        _between(rule, "maximum_vnd", 1, _MOST_VND)
    elif rule.id in _REQUIRED:
        _REQUIRED[rule.id](rule)


def _act(rule: Rule) -> None:
    field = rule.parameters.get("field")
    _fields(rule, (field,))
    number(rule, "order")
    if not number(rule, "limitation_years").is_integer():
        raise ParameterError("limitation_years", "range")
    _between(rule, "limitation_years", 1, 10)
    for one in steps_of(rule):
        if not 0 < one.minimum_vnd <= one.maximum_vnd <= _MOST_VND:
            raise ParameterError("maximum_vnd", "range")
    for name in ("added", "victims"):
        _translated(rule, name)
    if rule.parameters.get("measure") == "count":
        for language in _BOTH:
            _said(rule, f"unit_{language}")


def _fields(rule: Rule, given: tuple[object, ...]) -> None:
    name = "field" if "field" in rule.parameters else "fields"
    if not given or any(one is None for one in given):
        raise ParameterError(name, "absent")
    if any(one not in FIELDS for one in given):
        raise ParameterError(name, "choice")


def _translated(rule: Rule, name: str) -> None:
    """Read lists that say the same in both languages."""
    given = [language for language in _BOTH if f"{name}_{language}" in rule.parameters]
    if name == "victims" and rule.parameters.get("measure") == "victim":
        given = list(_BOTH)
    lengths = {language: len(words(rule, f"{name}_{language}")) for language in given}
    if given and (len(given) < len(_BOTH) or len(set(lengths.values())) > 1):
        raise ParameterError(f"{name}_vi" if "vi" not in given else f"{name}_en", "grid")
    if name == "victims" and given and lengths["vi"] != len(words(rule, name)):
        raise ParameterError("victims_vi", "grid")


def _said(rule: Rule, name: str) -> None:
    value = rule.parameters.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ParameterError(name, "absent" if value is None else "words")


def _between(rule: Rule, name: str, least: float, most: float) -> None:
    if not least <= number(rule, name) <= most:
        raise ParameterError(name, "range")


def _decree(rule: Rule) -> None:
    if "individual_share" in rule.parameters:
        _between(rule, "individual_share", 0.01, 1)


def _severity(rule: Rule) -> None:
    uppers = numbers(rule, "up_to_vnd")
    if any(after <= before for before, after in pairwise(uppers)):
        raise ParameterError("up_to_vnd", "increasing")
    if len(words(rule, "classes")) != len(uppers) + 1:
        raise ParameterError("classes", "grid")
    if any(one not in _CLASSES for one in words(rule, "classes")):
        raise ParameterError("classes", "choice")


_CLASSES: Final = ("low", "medium", "high", "very_high")
_REQUIRED: Final[Mapping[str, Callable[[Rule], None]]] = {DECREE: _decree, SEVERITY: _severity}
