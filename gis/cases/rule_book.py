"""The rules of cases of every day: what a clock or a step of one date rests on."""

from collections.abc import Callable, Mapping
from datetime import date

from gis.errors import NotFoundError
from gis.home import Home
from gis.jurisdictions import jurisdiction_on
from gis.rules import rule_paths, rules_by_day
from gis.terms import COUNTING, DECIDER, DESK, DUTY, GROUND, SHARING, WORKS, Counting, counting_of
from propagation.compliance.parameters import number, words
from propagation.compliance.records import Rule

__all__ = ["CaseRules", "rules_in_use"]

_MARKS = tuple(f'"{prefix}'.encode() for prefix in (SHARING, DESK))


class CaseRules:
    """The rules whose ids begin with `sharing.` or `case.`, by date and province.

    A rule of the province in charge on a day (`sharing.answer.80`) goes before the general one.

    Parameters
    ----------
    contents : mapping of str to bytes
        Rule files by name; those without such a rule are passed over.
    """

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = {
            name: told for name, told in contents.items() if any(mark in told for mark in _MARKS)
        }
        self._by_day: Callable[[date], Mapping[str, Rule]] | None = None
        self._days: dict[date, Mapping[str, Rule]] = {}
        self._provinces: dict[date, str] = {}

    def on(self, day: date) -> Mapping[str, Rule]:
        """Return the rules in force on a day, by id.

        Raises
        ------
        FormatError
            If somebody spoilt a rule file.
        """
        if day not in self._days:
            if self._by_day is None:
                self._by_day = rules_by_day(self._contents)
            self._days[day] = self._by_day(day)
        return self._days[day]

    def rule(self, rule_id: str, day: date) -> Rule | None:
        """Return the version of a rule in force on a day, the province's before the general."""
        rules = self.on(day)
        return rules.get(f"{rule_id}.{self._province(day)}") or rules.get(rule_id)

    def _province(self, day: date) -> str:
        """Return the code of the province in charge on a day, empty where none is known."""
        if day not in self._provinces:
            try:
                self._provinces[day] = jurisdiction_on(day).province_code
            except NotFoundError:
                self._provinces[day] = ""
        return self._provinces[day]

    def counting(self, day: date) -> Counting:
        """Return how terms that begin on a day are counted."""
        rule = self.rule(COUNTING, day)
        return Counting() if rule is None else counting_of(rule)

    def grounds(self, day: date) -> list[Rule]:
        """Return the grounds on which a request may be refused on a day, in their order."""
        found = [rule for name, rule in self.on(day).items() if name.startswith(GROUND)]
        return sorted(found, key=lambda rule: (number(rule, "order"), rule.id))

    def authorities(self, day: date) -> tuple[str, ...]:
        """Return who may have decided a dispute, as the rule of a day lists them."""
        rule = self.rule(DECIDER, day)
        return () if rule is None else words(rule, "authorities")

    def duties(self, day: date, state: str) -> list[Rule]:
        """Return the duties that are shown in a state on a day."""
        return [
            rule
            for name, rule in sorted(self.on(day).items())
            if name.startswith(DUTY) and state in words(rule, "states")
        ]

    def duties_of_works(self, day: date, kind: str) -> list[Rule]:
        """Return the duties of who announces a work of a kind on a day, in their order."""
        found = [
            rule
            for name, rule in self.on(day).items()
            if name.startswith(WORKS) and "kinds" in rule.parameters
        ]
        told = [rule for rule in found if kind in words(rule, "kinds")]
        return sorted(told, key=lambda rule: (number(rule, "order"), rule.id))


def rules_in_use(home: Home) -> CaseRules:
    """Return the rules of cases of this installation."""
    files = rule_paths(own=home.rules)
    return CaseRules({name: file.read_bytes() for name, file in files.items()})
