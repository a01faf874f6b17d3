"""Where stations meet: the boundary of the own province, protection against the neighbours."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from gis.register.records import BroadcastStation
from gis.rules import station_facts
from gis.studies.checks.scene import Asked, Scene
from propagation.compliance import boundary_protection, protection_ratios
from propagation.compliance.parameters import (
    BOUNDARY_PROTECTION,
    MINIMUM_FIELD,
    PROTECTION_RATIO,
)
from propagation.compliance.records import Finding, Outcome

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather"]

NAME = "meeting"
CHECKS = (boundary_protection.CHECK, protection_ratios.CHECK)
RULES = (BOUNDARY_PROTECTION, PROTECTION_RATIO, MINIMUM_FIELD)

_MISSING = {
    "erp_total_dbw": "compliance.missing.erp",
    "height_above_ground_m": "compliance.missing.antenna_height",
    "ground_height_m": "compliance.missing.terrain",
    "frequency_mhz": "compliance.missing.confirmed_record",
    "antenna": "compliance.missing.antenna",
}


def gather(asked: Asked) -> dict[str, Any]:
    """Return nothing more: stations, communes and provinces stand in every study."""
    del asked
    return {}


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge the field of a station against its province's boundary and its neighbours."""
    facts = station_facts(station)
    minimum = scene.pack.rule(MINIMUM_FIELD)
    found = (
        *boundary_protection.check(
            facts,
            scene.meetings.at_boundary(station),
            scene.terrain,
            rule=scene.pack.rule(BOUNDARY_PROTECTION),
            minimum_field_rule=minimum,
        ),
        *protection_ratios.check(
            facts,
            scene.meetings.pairs(station),
            scene.terrain,
            rule=scene.pack.rule(PROTECTION_RATIO),
            minimum_field_rule=minimum,
        ),
    )
    return [_saying_what_is_missing(scene, station, finding) for finding in found]


def _saying_what_is_missing(scene: Scene, station: BroadcastStation, finding: Finding) -> Finding:
    """Name the values for want of which a field could not be predicted, where that is why."""
    if finding.outcome is not Outcome.NOT_ASSESSABLE:
        return finding
    concerned = [station]
    if finding.counterpart in scene.neighbourhood.stations:
        concerned.append(scene.neighbourhood.station(str(finding.counterpart)))
    names = [_MISSING[name] for one in concerned for name in scene.missing(one)]
    return replace(finding, missing=tuple(dict.fromkeys(names))) if names else finding
