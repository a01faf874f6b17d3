"""The rules of sanctions of every day, as this installation has them."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final

from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.rules import judged_pack, rule_paths, versions_of
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule
from propagation.compliance.sanction_rules import ACT, SANCTION
from propagation.compliance.sanctions import Act, ActError, Sanction, sanction

__all__ = ["SanctionBook", "sanctions_in_use"]

_MARK: Final = f'"{SANCTION}'.encode()


class SanctionBook:
    """The rules whose ids begin with `sanction.`, of every day.

    Parameters
    ----------
    contents : mapping of str to bytes
        Rule files by name; those without such a rule are passed over.

    Raises
    ------
    FormatError
        On the first question, if somebody spoilt a rule file.
    """

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = {name: told for name, told in contents.items() if _MARK in told}
        self._days: dict[date, Mapping[str, Rule]] = {}

    @cached_property
    def behaviours(self) -> Mapping[str, Rule]:
        """The newest version of every behaviour, by its name, in the order of the articles."""
        newest = {
            name.removeprefix(ACT): rules[-1]
            for name, rules in versions_of(self._contents).items()
            if name.startswith(ACT)
        }
        return dict(sorted(newest.items(), key=lambda item: (number(item[1], "order"), item[0])))

    @cached_property
    def versions(self) -> Mapping[str, list[Rule]]:
        """Every version of every behaviour, by its name, in the order of `behaviours`."""
        known = versions_of(self._contents)
        return {name: known[f"{ACT}{name}"] for name in self.behaviours}

    def on(self, day: date) -> Mapping[str, Rule]:
        """Return the rules in force on a day, by id."""
        if day not in self._days:
            self._days[day] = judged_pack(day, self._contents).rules
        return self._days[day]

    def judge(self, behaviour: str, judged_on: date, **facts: Any) -> Sanction:
        """Return what the decree of its day says of an act.

        Parameters
        ----------
        behaviour : str
            Name of the behaviour.
        judged_on : date
            The day on which it is looked at.
        **facts
            The other attributes of `Act`, as far as they are known.

        Raises
        ------
        NotFoundError
            If there is no such behaviour.
        FormatError
            If the act cannot have been; the values name the fact.
        """
        if behaviour not in self.behaviours:
            raise NotFoundError("sanctions.unknown_behaviour", behaviour=behaviour[:60])
        try:
            act = Act(behaviour=behaviour, judged_on=judged_on, **facts)
            return sanction(act, self.on(act.counted_on))
        except ActError as error:
            raise FormatError(f"sanctions.wrong_{error.wrong}", name=error.name) from error


def sanctions_in_use(home: Home) -> SanctionBook:
    """Return the rules of sanctions of this installation."""
    files = rule_paths(own=home.rules)
    return SanctionBook({name: file.read_bytes() for name, file in files.items()})
