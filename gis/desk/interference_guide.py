"""What the law says beside a case of interference: the class of its victim, and possible acts.

Both guide and decide nothing: whoever accepts a case chooses its class, whoever is competent
chooses a sanction. What a rule does not say is not filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from data.text import VIET_NAM
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import local_day
from gis.desk.interference_clocks import class_of
from gis.desk.procedure import Standing
from gis.sanctions import SanctionBook
from gis.terms import INTERFERENCE_ACTS, INTERFERENCE_CLASSES
from propagation.compliance.parameters import words
from propagation.compliance.records import Rule
from propagation.compliance.sanctions import Sanction

__all__ = ["Proposed", "chosen_class", "possible_acts", "proposed_class"]

_ANY: Final = "any"


@dataclass(frozen=True, slots=True)
class Proposed:
    """The class that a service suggests.

    Attributes
    ----------
    class_ : str
        One of `gis.desk.interference.CLASSES`.
    clause : str
        Where the fine for disturbing such a service stands; `-` where nowhere.
    rule : Rule
        What says so.
    """

    class_: str
    clause: str
    rule: Rule


def proposed_class(service: object, rules: CaseRules, day: date) -> Proposed | None:
    """Return the class that a service suggests on a day; None where no rule says."""
    rule = rules.rule(INTERFERENCE_CLASSES, day)
    if rule is None:
        return None
    rows = zip(
        words(rule, "services"), words(rule, "classes"), words(rule, "clauses"), strict=True
    )
    return next(
        (Proposed(class_, clause, rule) for one, class_, clause in rows if one == service), None
    )


def chosen_class(standing: Standing) -> str | None:
    """Return the class that a person chose; None before."""
    return class_of(standing.events)


def possible_acts(
    standing: Standing, class_: str, book: SanctionBook, rules: CaseRules
) -> list[Sanction]:
    """Return what the decree of its day says of each act that a found source may be.

    The ranges are those of an organisation.

    Parameters
    ----------
    standing : Standing
        The case. The interference began when the complainant says; it ended when that was
        recorded, or goes on.
    class_ : str
        The class of the victim.
    book : SanctionBook
        The rules of sanctions.
    rules : CaseRules
        Which acts are looked at.

    Raises
    ------
    FormatError
        If a rule file is spoilt.
    """
    today = local_day(standing.at)
    rule = rules.rule(INTERFERENCE_ACTS, today)
    if rule is None:
        return []
    victims = dict(zip(words(rule, "victim_classes"), words(rule, "victims"), strict=True))
    days = _days(standing, today)
    return [
        book.judge(
            act,
            today,
            victim=_victim(book, act, victims.get(class_)),
            organisation=True,
            **days,
        )
        for act, classes in zip(words(rule, "acts"), words(rule, "classes"), strict=True)
        if act in book.behaviours and (classes == _ANY or class_ in classes.split())
    ]


def _victim(book: SanctionBook, act: str, victim: str | None) -> str | None:
    """Return the class of victim as an act's rule calls it; None where its fine is not by it."""
    rule = book.behaviours[act]
    by_victim = rule.parameters.get("measure") == "victim"
    return victim if by_victim and victim in words(rule, "victims") else None


def _days(standing: Standing, today: date) -> Mapping[str, Any]:
    """Return first and last day of the interference, as far as they can be."""
    ended = standing.holding("ended")
    last = None if ended is None else min(_day(ended.details["ended_at"]), today)
    began = _day(standing.facts["began_at"]) if "began_at" in standing.facts else None
    known = began is not None and began <= (last or today)
    return {"began_on": began if known else None, "ended_on": last}


def _day(moment: object) -> date:
    return datetime.fromisoformat(str(moment)).astimezone(VIET_NAM).date()
