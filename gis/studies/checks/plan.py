"""The channel plan: identity with the plan's line, radiated power and height against it."""

from collections.abc import Iterable
from typing import Any

from gis.register.records import BroadcastStation, StationClass
from gis.rules import RulePack, plan_facts, station_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.plan_match import plan_entry_of, site_distance_km
from propagation.compliance import erp_and_height, plan_identity
from propagation.compliance.parameters import (
    PLAN_ERP,
    PLAN_ERP_LOCAL,
    PLAN_IDENTITY,
    PLAN_IDENTITY_LOCAL,
    RASTER,
    SITE_TOLERANCE,
)
from propagation.compliance.records import Finding, Rule

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather"]

NAME = "plan"
CHECKS = (plan_identity.CHECK, erp_and_height.CHECK)
RULES = (PLAN_IDENTITY, PLAN_ERP, RASTER, SITE_TOLERANCE)


def gather(asked: Asked) -> dict[str, Any]:
    """Return nothing more: the lines of the plans stand in every study."""
    del asked
    return {}


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Compare a station with its line of the plan."""
    entry = plan_entry_of(station, scene.entries, scene.on)
    facts = station_facts(station)
    plan = None if entry is None else plan_facts(entry)
    pack = scene.pack
    return (
        *plan_identity.check(
            facts,
            plan,
            site_distance_km=site_distance_km(station, entry),
            rule=_of_rank(pack, station, PLAN_IDENTITY, PLAN_IDENTITY_LOCAL),
            raster_rule=pack.rule(RASTER),
            site_rule=pack.rule(SITE_TOLERANCE),
        ),
        *erp_and_height.check(facts, plan, rule=_of_rank(pack, station, PLAN_ERP, PLAN_ERP_LOCAL)),
    )


def _of_rank(pack: RulePack, station: BroadcastStation, rule_id: str, local_id: str) -> Rule:
    """Return the rule for a station's rank: annexes II and III list none below the province.

    Packs of somebody's own, and records of earlier studies, may hold one rule for all ranks.
    """
    local = station.station_class is StationClass.OTHER and local_id in pack.rules
    return pack.rule(local_id if local else rule_id)
