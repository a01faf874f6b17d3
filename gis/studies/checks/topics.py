"""The topics of a compliance study, in the order of their findings."""

from collections.abc import Mapping
from dataclasses import replace
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
from gis.studies.context import Stage
from propagation.compliance.catalogue import CATALOGUE, number_of
from propagation.compliance.records import Finding, Outcome

__all__ = ["TOPICS", "checks_row", "findings_of", "findings_of_judged", "gathered_by"]

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


def findings_of_judged(scene: Scene, stage: Stage) -> dict[str, tuple[Finding, ...]]:
    """Return what every topic finds of every station judged.

    Stations are judged side by side; of a single one, the topics are.
    """
    quiet, topics = replace(scene, context=scene.context.alone), _present(scene.gathered)
    parts = [topics] if len(scene.judged) > 1 else [[topic] for topic in topics]
    asked = [(station_id, part) for station_id in scene.judged for part in parts]

    def work(task: tuple[str, list[Topic]]) -> tuple[Finding, ...]:
        station = quiet.neighbourhood.station(task[0])
        return tuple(one for topic in task[1] for one in topic.findings(quiet, station))

    found: dict[str, tuple[Finding, ...]] = dict.fromkeys(scene.judged, ())
    for (station_id, _), those in stage.map(work, asked):
        found[station_id] += those
    return found


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
