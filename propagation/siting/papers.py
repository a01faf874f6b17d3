"""The papers that a new mast needs, in their order: who answers, and in how many working days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from propagation.compliance.parameters import number, numbers, words
from propagation.compliance.records import Finding, Outcome, Rule
from propagation.siting.parameters import PAPERS, PROCEDURE

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
    """

    step: str
    needed: str
    body: str
    working_days: int | None


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
        Paper(step, _needed(step, findings), body, round(own.get(step, days)) or None)
        for step, body, days in steps
    )


def _needed(step: str, findings: Sequence[Finding]) -> str:
    checks = _ASKED_BY.get(step)
    if checks is None:
        return "yes"
    outcomes = {one.outcome for one in findings if one.check in checks}
    if outcomes & {Outcome.NEEDS_VERIFICATION, Outcome.VIOLATES}:
        return "yes"
    return "unknown" if Outcome.NOT_ASSESSABLE in outcomes else "no"
