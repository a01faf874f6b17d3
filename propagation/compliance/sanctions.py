"""What an act may cost: range, article, limitation and who may fine, by the decree of its day.

The decree is that of the day on which the act ended, or of the day judged while it goes on (Nghị
định 174/2026/NĐ-CP, Điều 115). What is not in the data is said, never filled in; a guide to where
the law stands, and no decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from propagation.compliance.days import years_later
from propagation.compliance.parameters import number, numbers, words
from propagation.compliance.records import Rule
from propagation.compliance.sanction_rules import (
    ACT,
    AUTHORITY,
    DECREE,
    LIMITATION,
    SEVERITY,
    Step,
    steps_of,
)
from propagation.errors import StatedError

__all__ = ["Act", "ActError", "Known", "Sanction", "sanction"]

_ROUND: Final = 1e-9
"""Part by which a power may exceed the end of a step and still stand on it: rounding, not law."""


class Known(StrEnum):
    """How much of an answer there is."""

    RANGE = "range"
    FACTS_MISSING = "facts_missing"
    AMOUNT_NOT_IN_DATA = "amount_not_in_data"
    SHARE_NOT_IN_DATA = "share_not_in_data"
    DECREE_NOT_IN_DATA = "decree_not_in_data"


class ActError(StatedError):
    """An act that cannot have been.

    `wrong` is `days_reversed`, `days_ahead`, `not_positive` or `victim`.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act as it is stated; None is *not known*.

    Attributes
    ----------
    behaviour : str
        Name of the behaviour, that of the rule `sanction.act.<behaviour>`.
    judged_on : date
        The day on which it is looked at: of detection, where it goes on.
    began_on, ended_on : date or None
        First and last day; without a last day it goes on.
    power_w : float or None
        Power of the transmitter, W.
    count : int or None
        How many SIMs, points, subscriptions, stations.
    victim : str or None
        The class of victim, one of the rule's `victims`.
    organisation : bool or None
        An organisation, or a person.

    Raises
    ------
    ActError
        If its days, power or count cannot be.
    """

    behaviour: str
    judged_on: date
    began_on: date | None = None
    ended_on: date | None = None
    power_w: float | None = None
    count: int | None = None
    victim: str | None = None
    organisation: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot have been."""
        last = self.ended_on or self.judged_on
        if self.began_on is not None and self.began_on > last:
            raise ActError("began_on", "days_reversed")
        if self.ended_on is not None and self.ended_on > self.judged_on:
            raise ActError("ended_on", "days_ahead")
        if self.power_w is not None and not 0 < self.power_w < float("inf"):
            raise ActError("power_w", "not_positive")
        if self.count is not None and self.count < 1:
            raise ActError("count", "not_positive")

    @property
    def counted_on(self) -> date:
        """The day whose decree governs: that of its end, or that judged while it goes on."""
        return self.ended_on or self.judged_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanction:
    """What the rules say of an act.

    Attributes
    ----------
    known : Known
        How much of it there is.
    act : Act
        The act.
    rule : Rule or None
        The behaviour in the decree that governs; None where it is not in the data.
    decree : Rule or None
        That decree.
    missing : tuple of str
        Facts that are wanted, by their names.
    clause : str
        Where the amount stands.
    minimum_vnd, maximum_vnd : float or None
        The range, halved for a person, times the count where the amount is for each.
    unit_minimum_vnd, unit_maximum_vnd : float or None
        The range for each, where the amount is for each.
    severity : str or None
        The software's own class of it.
    limitation_years, limitation_from, limitation_to, limitation_over : int, date, date, bool
        How long it may be fined, from when, the last day, and whether that is over; None where not
        known.
    limitation_rule, severity_rule : Rule or None
        What these two rest on.
    authorities : tuple of Rule
        Who may fine as much as the maximum, the lowest first.
    """

    known: Known
    act: Act
    rule: Rule | None
    decree: Rule | None
    missing: tuple[str, ...] = ()
    clause: str = ""
    minimum_vnd: float | None = None
    maximum_vnd: float | None = None
    unit_minimum_vnd: float | None = None
    unit_maximum_vnd: float | None = None
    severity: str | None = None
    severity_rule: Rule | None = None
    limitation_years: int | None = None
    limitation_from: date | None = None
    limitation_to: date | None = None
    limitation_over: bool | None = None
    limitation_rule: Rule | None = None
    authorities: tuple[Rule, ...] = ()


def sanction(act: Act, rules: Mapping[str, Rule]) -> Sanction:
    """Return what an act may cost.

    Parameters
    ----------
    act : Act
        The act.
    rules : mapping
        The rules in force on `act.counted_on`, by id.

    Raises
    ------
    ActError
        If its victim is none of the rule's.
    """
    decree, rule = rules.get(DECREE), rules.get(f"{ACT}{act.behaviour}")
    if rule is None:
        known = Known.DECREE_NOT_IN_DATA if decree is None else Known.AMOUNT_NOT_IN_DATA
        return Sanction(known=known, act=act, rule=None, decree=decree)
    steps = steps_of(rule)
    if not steps:
        return _said(Known.AMOUNT_NOT_IN_DATA, act, rule, rules)
    missing = _missing(act, rule)
    if missing:
        return _said(Known.FACTS_MISSING, act, rule, rules, missing=missing)
    step = _step(act, rule, steps)
    if act.organisation is False and (
        decree is None or "individual_share" not in decree.parameters
    ):
        return _said(Known.SHARE_NOT_IN_DATA, act, rule, rules, step=step)
    return _said(Known.RANGE, act, rule, rules, step=step)


def _missing(act: Act, rule: Rule) -> tuple[str, ...]:
    measure = rule.parameters.get("measure")
    wanted = () if measure is None else (str(measure),)
    return tuple(name for name in (*wanted, "organisation") if getattr(act, name) is None)


def _step(act: Act, rule: Rule, steps: Sequence[Step]) -> Step:
    measure = rule.parameters.get("measure")
    if measure is None:
        return steps[0]
    if measure == "victim":
        found = next((one for one in steps if one.victim == act.victim), None)
        if found is None:
            raise ActError("victim", "victim")
        return found
    value = float(getattr(act, str(measure)))
    return next(one for one in steps if one.up_to is None or value <= one.up_to * (1 + _ROUND))


def _said(
    known: Known,
    act: Act,
    rule: Rule,
    rules: Mapping[str, Rule],
    *,
    missing: tuple[str, ...] = (),
    step: Step | None = None,
) -> Sanction:
    """Return an answer with its limitation, and its amounts where the step is known."""
    years = int(number(rule, "limitation_years"))
    first = act.counted_on
    last = years_later(first, years)
    amounts = _amounts(act, rules, step) if known is Known.RANGE and step is not None else {}
    severity = rules.get(SEVERITY)
    return Sanction(
        known=known,
        act=act,
        rule=rule,
        decree=rules.get(DECREE),
        missing=missing,
        clause=rule.clause if step is None else step.clause,
        **amounts,
        severity=None if step is None or severity is None else _class(step, severity),
        severity_rule=severity,
        limitation_years=years,
        limitation_from=first,
        limitation_to=last,
        limitation_over=act.judged_on > last,
        limitation_rule=rules.get(LIMITATION),
        authorities=() if step is None else _authorities(act, rule, step, rules),
    )


def _amounts(act: Act, rules: Mapping[str, Rule], step: Step) -> dict[str, float]:
    share = 1.0 if act.organisation else number(rules[DECREE], "individual_share")
    lowest, largest = step.minimum_vnd * share, step.maximum_vnd * share
    if not step.per_unit:
        return {"minimum_vnd": lowest, "maximum_vnd": largest}
    count = act.count or 1
    return {
        "minimum_vnd": lowest * count,
        "maximum_vnd": largest * count,
        "unit_minimum_vnd": lowest,
        "unit_maximum_vnd": largest,
    }


def _class(step: Step, rule: Rule) -> str:
    names, uppers = words(rule, "classes"), numbers(rule, "up_to_vnd")
    below = sum(step.maximum_vnd > upper for upper in uppers)
    return names[below]


def _authorities(act: Act, rule: Rule, step: Step, rules: Mapping[str, Rule]) -> tuple[Rule, ...]:
    """Return who may fine as much as the maximum of an organisation; a person's halves both."""
    most = step.maximum_vnd * (act.count or 1 if step.per_unit else 1)
    found = [
        one
        for name, one in rules.items()
        if name.startswith(AUTHORITY)
        and rule.parameters["field"] in words(one, "fields")
        and number(one, "maximum_vnd") >= most
    ]
    return tuple(sorted(found, key=lambda one: (number(one, "maximum_vnd"), one.id)))
