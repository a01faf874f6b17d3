"""What a visit's answers are held against: the rule's limit, and the register as it was that day.

Who writes a visit down says what was measured and what a paper on site shows. What is allowed is
never theirs to say: a limit is the rule's, a licensed value the register's. The visit keeps both
beside what was said, so that a later change of the register changes no visit.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from gis.cases.working_days import end_of_day
from gis.desk.checklists import Comparison, Item, Outcome, checklist, excess
from gis.desk.inspection_days import DAYS
from gis.desk.procedure import Act
from gis.desk.registered import Registered, inspected_object, registered
from gis.desk.stated_days import stated_day
from gis.errors import FormatError
from gis.register.reading import Reader
from gis.register.scopes import SYSTEM

__all__ = ["REGISTER", "answers_with_register", "differs", "visit_against_register"]

REGISTER: Final = "register"
"""What a visit keeps of the register, by the item's name."""


def visit_against_register(act: Act) -> Mapping[str, object]:
    """Return what the register says of what a visit looked at, as known on the day of it.

    Of what came into the register only later, it is what stands there now.

    Raises
    ------
    FormatError
        If an outcome contradicts what is allowed.
    """
    filled: Any = act.details["checklist"]
    day = stated_day(act.kind, act.details, DAYS) or act.today
    with act.register.as_known(end_of_day(day), SYSTEM) as then:
        beside = _beside(then, filled)
    if beside is None:
        beside = _beside(act.reader, filled)
    kept = {}
    for answer in filled["answers"]:
        item = checklist(filled["list"]).item(answer["item"])
        known = None if item is None else (beside or {}).get(item.id)
        if item is None or known is None:
            known = Registered(None, None if item is None else item.limit)
        if item is not None:
            _require_agreement(item, answer, known.expected)
            told = {"value": _plain(known.value), "expected": known.expected}
            kept[item.id] = {name: value for name, value in told.items() if value is not None}
    return {REGISTER: kept}


def _beside(reader: Reader, filled: Mapping[str, Any]) -> Mapping[str, Registered] | None:
    """Return what the register says beside each item; None where it does not know the object."""
    known = checklist(filled["list"])
    seen = inspected_object(reader, known.object, filled["object_id"])
    return None if seen.record is None else registered(reader, known, seen)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _require_agreement(item: Item, answer: Mapping[str, Any], expected: float | None) -> None:
    """Refuse an outcome that a value contradicts; without anything to hold it against, none."""
    if item.comparison is None or "value" not in answer or expected is None:
        return
    beyond = excess(item, answer["value"], expected)
    if answer["outcome"] == Outcome.NOT_MET and beyond <= 0.0:
        raise FormatError("desk_inspection.value_keeps", item=item.id)
    if answer["outcome"] == Outcome.MET and beyond > answer["uncertainty"]:
        raise FormatError("desk_inspection.value_breaks", item=item.id)


def answers_with_register(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the checklist of a visit, each answer with what it is held against.

    Parameters
    ----------
    details : mapping
        What the event `visited` keeps.
    """
    filled = details["checklist"]
    kept: Mapping[str, Any] = details.get(REGISTER, {})
    answers = [
        {**one, "expected": None, "registered": None, **_renamed(kept.get(one["item"], {}))}
        for one in filled["answers"]
    ]
    return {**filled, "answers": answers}


def _renamed(kept: Mapping[str, Any]) -> dict[str, Any]:
    names = {"value": "registered", "expected": "expected"}
    return {names[name]: value for name, value in kept.items()}


def differs(item: Item, answer: Mapping[str, Any]) -> bool:
    """Return whether a paper shown on site says something else than what is on record."""
    shown, known = answer.get("shown"), answer.get("registered")
    if shown is None or known is None or isinstance(known, list):
        return False
    if isinstance(shown, str) or isinstance(known, str):
        return str(shown).casefold().split() != str(known).casefold().split()
    tolerance = item.tolerance if item.comparison is Comparison.EQUAL else 0.0
    return abs(float(shown) - float(known)) > tolerance
