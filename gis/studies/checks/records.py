"""The records themselves: which of a station's cannot all be right."""

from collections.abc import Iterable
from typing import Any

from gis.register.records import BroadcastStation
from gis.rule_facts import station_facts
from gis.studies.audit import commune_facts, height_facts
from gis.studies.checks.scene import Asked, Scene
from propagation.compliance import data_audit
from propagation.compliance.parameters import DATA_AUDIT
from propagation.compliance.records import Finding

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather"]

NAME = "records"
CHECKS = (data_audit.CHECK,)
RULES = (DATA_AUDIT,)


def gather(asked: Asked) -> dict[str, Any]:
    """Return nothing more: the communes that records name stand in every study."""
    del asked
    return {}


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Audit the record of a station."""
    return data_audit.check(
        station_facts(station),
        commune_facts(station, scene.named.get(station.id)),
        height_facts(station, scene.neighbourhood.ground),
        scene.terrain,
        rule=scene.pack.rule(DATA_AUDIT),
    )
