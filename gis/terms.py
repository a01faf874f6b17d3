"""Terms as rules state them: so many working days, calendar days, months or hours.

What the rules of sharing must hold stands here too, so that a rule pack is judged with it before
it is kept (`gis.rules`), long before a clock reads it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gis.dossier_words import AUTHORITIES, CONSENTS, DOCUMENTS
from gis.errors import FormatError
from propagation.compliance.parameters import flag, number, numbers, words
from propagation.compliance.records import Rule
from propagation.errors import ParameterError

__all__ = [
    "ANSWER",
    "APPROVAL",
    "COMPLETENESS",
    "COUNTING",
    "DECIDER",
    "DECISION",
    "DESK",
    "DOSSIER",
    "DOSSIER_TYPE",
    "DUTY",
    "FEE",
    "GROUND",
    "INSPECTION_NOTICE",
    "INSPECTION_ONCE",
    "INSPECTION_ORDER",
    "INSPECTION_PLAN_DUE",
    "INSPECTION_RISK",
    "INTERFERENCE_ACTS",
    "INTERFERENCE_CLASSES",
    "INTERFERENCE_CONTACT",
    "MEDIATION",
    "REMINDER",
    "SHARING",
    "SUPPLEMENT",
    "TARIFF_KNOWN",
    "WORKS",
    "WORKS_ANSWER",
    "WORKS_PLAN_DUE",
    "WORKS_SIGN_UP",
    "WORKS_START",
    "WORKS_TOGETHER",
    "Counting",
    "Term",
    "TermUnit",
    "counting_of",
    "require_cases",
    "term_of",
]

SHARING: Final = "sharing."
"""How the ids of the rules of sharing begin."""

DESK: Final = "case."
"""How the ids of the rules of the department's own procedures begin."""

DOSSIER: Final = "case.dossier."
"""How the ids of the rules of licence dossiers begin."""

DOSSIER_TYPE: Final = f"{DOSSIER}type"
FEE: Final = f"{DOSSIER}fee."
TARIFF_KNOWN: Final = f"{DOSSIER}tariff"
"""What the law asks of one type of dossier; its id ends with the type."""

COUNTING: Final = "sharing.counting"
COMPLETENESS: Final = "sharing.completeness"
SUPPLEMENT: Final = "sharing.supplement"
ANSWER: Final = "sharing.answer"
APPROVAL: Final = "sharing.approval"
MEDIATION: Final = "sharing.mediation"
DECISION: Final = "sharing.decision"
DECIDER: Final = "sharing.decider"
REMINDER: Final = "sharing.reminder"
GROUND: Final = "sharing.ground."
"""How the ids of the grounds of a refusal begin; each is a rule, so that each has its label."""

WORKS: Final = "sharing.works."
"""How the ids of the rules of planned works begin."""

WORKS_SIGN_UP: Final = "sharing.works.sign_up"
WORKS_START: Final = "sharing.works.start"
WORKS_ANSWER: Final = "sharing.works.answer"
WORKS_PLAN_DUE: Final = "sharing.works.plan_due"
WORKS_TOGETHER: Final = "sharing.works.together"

INSPECTION_PLAN_DUE: Final = "case.inspection_plan.due"
INSPECTION_ONCE: Final = "case.inspection.once_a_year"
INSPECTION_NOTICE: Final = "case.inspection.notice"
INSPECTION_ORDER: Final = "case.inspection.order"
INSPECTION_RISK: Final = "case.inspection.risk."
"""How the ids of the reasons begin for which a structure is visited first."""

INTERFERENCE_CLASSES: Final = "case.interference.classes"
INTERFERENCE_ACTS: Final = "case.interference.acts"
INTERFERENCE_CONTACT: Final = "case.interference.contact_retention"

DUTY: Final = "sharing.duty."
"""How the ids of the duties begin that are shown in the states that they name."""

_LONGEST: Final = 1000
_WRITTEN: Final = re.compile(r"([0-9]{1,4}) ?([a-z_]+)")


class TermUnit(StrEnum):
    """What a term is counted in."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    HOURS = "hours"


_SHORT: Final[Mapping[str, TermUnit]] = MappingProxyType(
    {
        "wd": TermUnit.WORKING_DAYS,
        "d": TermUnit.CALENDAR_DAYS,
        "m": TermUnit.MONTHS,
        "h": TermUnit.HOURS,
    }
)


@dataclass(frozen=True, slots=True)
class Term:
    """So many of a unit.

    Attributes
    ----------
    count : int
        How many, 1 to 1000.
    unit : TermUnit
        Of what.

    Raises
    ------
    FormatError
        If the count lies outside its range.
    """

    count: int
    unit: TermUnit

    def __post_init__(self) -> None:
        """Refuse a term that is none."""
        if not 1 <= self.count <= _LONGEST:
            raise FormatError("calendar.term_range", value=self.count, most=_LONGEST)

    @classmethod
    def parse(cls, written: str) -> "Term":
        """Return the term that a text states: `7 working_days`, `7wd`, `15d`, `2m`, `24h`.

        Raises
        ------
        FormatError
            If it states none.
        """
        found = _WRITTEN.fullmatch(written.strip())
        name = found[2] if found else ""
        if found is None or (name not in _SHORT and name not in set(TermUnit)):
            raise FormatError("calendar.term_malformed", value=written[:40])
        return cls(int(found[1]), _SHORT[name] if name in _SHORT else TermUnit(name))

    def __str__(self) -> str:
        """Return it as rules write it."""
        return f"{self.count} {self.unit.value}"


@dataclass(frozen=True, slots=True)
class Counting:
    """How terms are counted.

    Attributes
    ----------
    first_day_counted : bool
        Whether the day of the event that begins a term is its first day.
    moves_to_working_day : bool
        Whether a term of days or months that ends on a day off ends on the next working day.
    """

    first_day_counted: bool = False
    moves_to_working_day: bool = True


def term_of(rule: Rule, name: str = "term") -> Term | None:
    """Return a term of a rule, None where the rule states none.

    Raises
    ------
    ParameterError
        If what stands there is no term.
    """
    value = rule.parameters.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ParameterError(name, "term")
    try:
        return Term.parse(value)
    except FormatError as error:
        raise ParameterError(name, "term") from error


def counting_of(rule: Rule) -> Counting:
    """Return how a rule says that terms are counted.

    Raises
    ------
    ParameterError
        If it does not say it.
    """
    return Counting(flag(rule, "first_day_counted"), flag(rule, "moves_to_working_day"))


def require_cases(rule: Rule) -> None:
    """Refuse a rule of cases that lacks what a clock or a step reads; other rules pass.

    Raises
    ------
    ParameterError
        Naming the first parameter that is missing or is not what it should be.
    """
    if not rule.id.startswith((SHARING, DESK)):
        return
    for name in rule.parameters:
        if name == "term" or name.endswith("_term"):
            term_of(rule, name)
    for known, required in _REQUIRED.items():
        if rule.id == known or rule.id.startswith(f"{known}."):
            required(rule)


def _completeness(rule: Rule) -> None:
    if flag(rule, "deemed_complete") and term_of(rule) is None:
        raise ParameterError("term", "absent")


def _answer(rule: Rule) -> None:
    flag(rule, "from_completeness")


def _decider(rule: Rule) -> None:
    for name in ("local", "wider"):
        value = rule.parameters.get(name)
        if not isinstance(value, str):
            raise ParameterError(name, "absent" if value is None else "authority")
        if value not in words(rule, "authorities"):
            raise ParameterError(name, "authority")


def _of_one_length(*names: str) -> Callable[[Rule], None]:
    """Return what refuses a rule whose lists of words are not of one length."""

    def required(rule: Rule) -> None:
        sizes = {name: len(words(rule, name)) for name in names}
        for name, size in sizes.items():
            if size != sizes[names[0]]:
                raise ParameterError(name, "words")

    return required


def _acts(rule: Rule) -> None:
    _of_one_length("acts", "classes")(rule)
    _of_one_length("victim_classes", "victims")(rule)


def _reminder(rule: Rule) -> None:
    if any(not one.is_integer() or one < 0 for one in numbers(rule, "working_days_before")):
        raise ParameterError("working_days_before", "range")


def _duty(rule: Rule) -> None:
    words(rule, "states")


def _ground(rule: Rule) -> None:
    number(rule, "order")


def _plan_due(rule: Rule) -> None:
    for name, most in (("month", 12), ("day", 31)):
        if not (number(rule, name).is_integer() and 1 <= number(rule, name) <= most):
            raise ParameterError(name, "range")


def _together(rule: Rule) -> None:
    for name in ("distance_m", "days_between"):
        if number(rule, name) < 0:
            raise ParameterError(name, "range")


_THRESHOLDS: Final = {
    "age": "years",
    "earthing_large": "resistance_ohm",
    "tall": "height_m",
    "exposure": "person_m",
    "complaint": "years",
    "long_ago": "years",
}


def _points(rule: Rule) -> None:
    reason = rule.id.removeprefix(INSPECTION_RISK).split(".")[0]
    for name in ("points", *filter(None, [_THRESHOLDS.get(reason)])):
        if number(rule, name) < 0:
            raise ParameterError(name, "range")


def _once(rule: Rule) -> None:
    if number(rule, "most") < 1:
        raise ParameterError("most", "range")


def _dossier_type(rule: Rule) -> None:
    for name, value in rule.parameters.items():
        if name == "documents" or name.startswith("documents_"):
            if set(words(rule, name)) - set(DOCUMENTS):
                raise ParameterError(name, "words")
        elif not isinstance(value, str):
            raise ParameterError(name, "words")
    words(rule, "documents")
    for name, known in (("authority", AUTHORITIES), ("consent", CONSENTS)):
        if rule.parameters.get(name) not in known:
            raise ParameterError(name, "authority")


def _dossier_decision(rule: Rule) -> None:
    flag(rule, "from_completeness")


def _dossier_days(rule: Rule) -> None:
    for name in ("equipment", "band", "orbit"):
        if number(rule, name) <= 0:
            raise ParameterError(name, "range")


def _dossier_papers(rule: Rule) -> None:
    words(rule, "codes")
    if set(words(rule, "papers")) - set(DOCUMENTS):
        raise ParameterError("papers", "words")


def _dossier_fee(rule: Rule) -> None:
    words(rule, "types")
    words(rule, "purposes")
    if number(rule, "amount_vnd") < 0:
        raise ParameterError("amount_vnd", "range")


_REQUIRED: Final[Mapping[str, Callable[[Rule], object]]] = MappingProxyType(
    {
        COUNTING: counting_of,
        COMPLETENESS: _completeness,
        ANSWER: _answer,
        DECIDER: _decider,
        REMINDER: _reminder,
        GROUND.rstrip("."): _ground,
        DUTY.rstrip("."): _duty,
        WORKS_PLAN_DUE: _plan_due,
        WORKS_TOGETHER: _together,
        INSPECTION_PLAN_DUE: _plan_due,
        INSPECTION_ONCE: _once,
        INSPECTION_RISK.rstrip("."): _points,
        DOSSIER_TYPE: _dossier_type,
        f"{DOSSIER}decision": _dossier_decision,
        f"{DOSSIER}renewal": _dossier_days,
        f"{DOSSIER}longest": _dossier_days,
        f"{DOSSIER}papers_by_data": _dossier_papers,
        FEE.rstrip("."): _dossier_fee,
        INTERFERENCE_CLASSES: _of_one_length("services", "classes", "clauses"),
        INTERFERENCE_ACTS: _acts,
    }
)
