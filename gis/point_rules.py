"""The rules of subscribers' information of a day: duties, and how long a contact may be kept."""

import calendar
from collections.abc import Mapping
from datetime import date
from typing import Final

from gis.home import Home
from gis.rules import judged_pack, rule_paths
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule

__all__ = ["SUBSCRIBER", "duties", "last_contact_day", "last_day_kept", "subscriber_rules"]

SUBSCRIBER: Final = "subscriber."
"""What the ids of these rules begin with."""

_DUTY: Final = f"{SUBSCRIBER}duty."
_LAST: Final = 1_000
_RETENTION: Final = f"{SUBSCRIBER}contact_retention"


def subscriber_rules(home: Home, day: date) -> Mapping[str, Rule]:
    """Return the rules of subscribers' information in force on a day, by id.

    Raises
    ------
    FormatError
        If somebody spoilt a rule file.
    """
    mark = f'"{SUBSCRIBER}'.encode()
    files = {name: file.read_bytes() for name, file in rule_paths(own=home.rules).items()}
    pack = judged_pack(day, {name: told for name, told in files.items() if mark in told})
    return {name: rule for name, rule in pack.rules.items() if name.startswith(SUBSCRIBER)}


def duties(rules: Mapping[str, Rule]) -> list[Rule]:
    """Return what is asked of operators, in its order; one that names none stands last."""
    found = [rule for name, rule in rules.items() if name.startswith(_DUTY)]
    return sorted(found, key=lambda rule: (rule.parameters.get("order", _LAST), rule.id))


def last_contact_day(rules: Mapping[str, Rule], today: date) -> date | None:
    """Return the last day until which a contact of a point that is entered today may be kept."""
    return last_day_kept(rules.get(_RETENTION), today)


def last_day_kept(rule: Rule | None, today: date) -> date | None:
    """Return the last day of what is entered today and kept for so many months; None without.

    A rule that is not there, or names no number, sets no limit.
    """
    if rule is None or "months" not in rule.parameters:
        return None
    months = today.month - 1 + int(number(rule, "months"))
    year, month = today.year + months // 12, months % 12 + 1
    if year > date.max.year:
        return None
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))
