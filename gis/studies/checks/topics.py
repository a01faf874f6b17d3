"""The topics of a compliance study, in the order of their findings."""

from collections.abc import Mapping
from typing import Any, Final

from gis.register.records import BroadcastStation
from gis.rules import RulePack
from gis.studies.checks import (
    allotment,
    border,
    documents,
    interference,
    meeting,
    plan,
    protected,
    records,
    sites,
)
from gis.studies.checks.scene import Asked, Scene, Topic
from propagation.compliance.catalogue import CATALOGUE, number_of
from propagation.compliance.records import Finding, Outcome

__all__ = ["TOPICS", "checks_row", "findings_of", "gathered_by"]

TOPICS: Final[tuple[Topic, ...]] = (
    plan,
    meeting,
    interference,
    allotment,
    records,
    documents,
    sites,
    border,
    protected,
)

_FIRST: Final = (plan.NAME, meeting.NAME, records.NAME)
"""The topics of studies that were kept before topics had names."""

_WORST_FIRST: Final = tuple(
    Outcome(name) for name in ("violates", "needs_verification", "not_assessable", "complies")
)


def gathered_by(asked: Asked) -> dict[str, Any]:
    """Return what every topic needs whose rules are in force, by its name."""
    return {topic.NAME: topic.gather(asked) for topic in TOPICS if not _absent(topic, asked.pack)}


def findings_of(
    scene: Scene, station: BroadcastStation, check: str | None = None
) -> tuple[Finding, ...]:
    """Return what every topic finds of a station, or the one topic that calls a check."""
    return tuple(
        finding
        for topic in _present(scene.gathered)
        if check is None or check in topic.CHECKS
        for finding in topic.findings(scene, station)
    )


def checks_row(scene: Scene, findings: tuple[Finding, ...]) -> list[dict[str, Any]]:
    """Return each check of the catalogue with its worst outcome, or why there is none."""
    made = {check for topic in _present(scene.gathered) for check in topic.CHECKS}
    rows = []
    for check in CATALOGUE:
        found = {finding.outcome for finding in findings if finding.check == check}
        worst = next((outcome.value for outcome in _WORST_FIRST if outcome in found), None)
        why = (
            None if worst else f"compliance.no_finding.{'silent' if check in made else 'unruled'}"
        )
        rows.append({"number": number_of(check), "check": check, "outcome": worst, "why": why})
    return rows


def _present(gathered: Mapping[str, Any]) -> list[Topic]:
    return [topic for topic in TOPICS if topic.NAME in (gathered or _FIRST)]


def _absent(topic: Topic, pack: RulePack) -> list[str]:
    return [rule for rule in topic.RULES if rule not in pack.rules]
