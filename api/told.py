"""What is needed to tell one caller of cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from api.identity import Identity
from data.text import Language
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import WorkingCalendar

__all__ = ["CallerTold"]


@dataclass(frozen=True, slots=True)
class CallerTold:
    """What is needed to tell one caller of cases.

    Attributes
    ----------
    identity : Identity
        The caller.
    language : Language
        Language of the words.
    at : datetime
        The moment that clocks are read at, UTC.
    rules, calendar
        What terms rest on.
    names : mapping of str to str
        Names of organisations by id.
    """

    identity: Identity
    language: Language
    at: datetime
    rules: CaseRules
    calendar: WorkingCalendar
    names: Mapping[str, str]
