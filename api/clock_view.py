"""Rules, days and clocks of cases as pages and programs are told of them, in a language."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from api.geojson import plain
from data.text import Language, text
from gis.cases.clocks import Clock, Reminder
from gis.cases.working_days import DayStatus, WorkingCalendar, local_day
from gis.terms import Term
from propagation.compliance.records import Rule

__all__ = ["clock_json", "day_json", "reminder_json", "rule_json", "said_term"]


@cache
def said_term(term: Term, language: Language) -> str:
    """Return a term in words."""
    return text(f"calendar.unit.{term.unit.value}", language, count=term.count)


def rule_json(rule: Rule, language: Language) -> dict[str, Any]:
    """Return a rule with its label."""
    vietnamese = language is Language.VI
    return {
        "id": rule.id,
        "title": rule.title_vi if vietnamese else rule.title_en,
        "instrument": rule.instrument,
        "clause": rule.clause if vietnamese else rule.clause_en or rule.clause,
        "confidence": rule.confidence.value,
        "confidence_text": text(f"register.confidence.{rule.confidence.value}", language),
        "binding": rule.binding,
        "of_province": rule.parameters.get("of_province"),
        "source": rule.source if vietnamese else rule.source_en or rule.source,
        "note": rule.note_vi if vietnamese else rule.note_en,
    }


def day_json(status: DayStatus, language: Language) -> dict[str, Any]:
    """Return a day of the calendar with its label."""
    return {
        "day": status.day.isoformat(),
        "kind": status.kind.value,
        "kind_text": text(f"calendar.kind.{status.kind.value}", language),
        "working": status.working,
        "name": status.name(language),
        "instead_of": plain(status.instead_of),
        "instrument": status.instrument,
        "confidence": status.confidence.value,
        "source": status.source,
    }


def reminder_json(reminder: Reminder) -> dict[str, Any]:
    """Return a reminder: what is left, also in the unit of the term."""
    return {
        "clock": reminder.clock.name,
        "working_days_left": reminder.working_days_left,
        "left": reminder.left,
        "unit": reminder.clock.unit.value,
    }


def clock_json(
    clock: Clock,
    at: datetime,
    calendar: WorkingCalendar,
    language: Language,
    said: Callable[[str], str],
) -> dict[str, Any]:
    """Return a clock at a moment; `said` knows the words of its case."""
    state, due = clock.state(at), clock.due
    between: list[DayStatus] = []
    if due is not None:
        between = calendar.between(min(local_day(clock.started_at), due.on), due.on)
    return {
        "name": clock.name,
        "text": said(f"clock.{clock.name}"),
        "party": clock.party,
        "state": state.value,
        "state_text": text(f"requests.clock_state.{state.value}", language),
        "started_at": plain(clock.started_at),
        "terms": [str(one) for one in clock.terms],
        "terms_text": [said_term(one, language) for one in clock.terms],
        "due_on": None if due is None else due.on.isoformat(),
        "due_at": None if due is None else plain(due.at),
        "ended_at": plain(clock.ended_at),
        "crosses": plain(clock.crosses(at)),
        "rule": None if clock.rule is None else rule_json(clock.rule, language),
        "days_off": [day_json(one, language) for one in between],
    }
