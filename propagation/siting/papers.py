"""The papers that a new mast needs, in their order: who answers, and in how many working days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from propagation.compliance.parameters import number, numbers, words
from propagation.compliance.records import Finding, Outcome, Rule
from propagation.siting.parameters import PAPERS, PROCEDURE
from propagation.siting.surroundings import incomplete

__all__ = ["Paper", "papers"]

_ASKED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "aviation": (
        "siting.height",
        "siting.surfaces",
        "siting.area_2a",
        "siting.restricted",
        "siting.radio_station",
        "siting.military",
    ),
    "sharing": ("siting.sharing",),
    "data": ("siting.data",),
}
"""Checks whose findings say whether a step is needed; every other step always is."""

_ANSWERS: Final = (
    ("yes", (Outcome.NEEDS_VERIFICATION, Outcome.VIOLATES)),
    ("unknown", (Outcome.NOT_ASSESSABLE,)),
)
"""What outcomes say of a step, the first that any has."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One step.

    Attributes
    ----------
    step : str
        Which.
    needed : str
        `yes`, `no`, or `unknown` where a check that decides it could not be made.
    body : str
        Who answers.
    working_days : int or None
        In how many working days; None where no term is known.
    because : tuple of str
        The checks that made it needed, or that could not say; empty where it always is, or is not.
    """

    step: str
    needed: str
    body: str
    working_days: int | None
    because: tuple[str, ...] = ()


def papers(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> tuple[Paper, ...]:
    """Return the steps in their order; none where no rule of them is in force.

    Parameters
    ----------
    findings : sequence of Finding
        What the other checks found.
    rules : mapping
        The rules in force.
    """
    rule = rules.get(PAPERS)
    if rule is None:
        return ()
    own = {"aviation": number(rules[PROCEDURE], "working_days")} if PROCEDURE in rules else {}
    steps = zip(
        words(rule, "steps"), words(rule, "bodies"), numbers(rule, "working_days"), strict=True
    )
    return tuple(
        Paper(step, needed, body, round(own.get(step, days)) or None, because)
        for step, body, days in steps
        for needed, because in (_needed(step, findings),)
    )


def _needed(step: str, findings: Sequence[Finding]) -> tuple[str, tuple[str, ...]]:
    """Return whether a step is needed, and the checks that say so."""
    checks = _ASKED_BY.get(step)
    if checks is None:
        return "yes", ()
    asked = [one for one in findings if one.check in checks]
    for needed, outcomes in _ANSWERS:
        because = dict.fromkeys(one.check for one in asked if _says(one) in outcomes)
        if because:
            return needed, tuple(because)
    return "no", ()


def _says(finding: Finding) -> Outcome:
    """Return what a finding says of a step: that records may not be all says nothing of it."""
    return Outcome.NOT_ASSESSABLE if incomplete(finding) else finding.outcome
