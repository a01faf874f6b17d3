"""The channel plan: identity with the plan's line, radiated power and height against it."""

from collections.abc import Iterable
from typing import Any

from gis.register.records import BroadcastStation
from gis.rule_facts import plan_facts, station_facts
from gis.studies.audit import height_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.plan_match import plan_entry_of, site_distance_km
from gis.studies.standards import rules_of
from propagation.compliance import erp_and_height, plan_identity
from propagation.compliance.parameters import (
    PLAN_ERP,
    PLAN_IDENTITY,
    RASTER,
    SITE_TOLERANCE,
)
from propagation.compliance.records import Finding

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
    judged = plan is not None and plan.effective_height_max_m is not None
    height = height_facts(station, scene.neighbourhood.ground) if judged else None
    pack, rules = scene.pack, rules_of(station.service)
    identity_rule, erp_rule = rules.of_rank(pack, station)
    return (
        *plan_identity.check(
            facts,
            plan,
            site_distance_km=site_distance_km(station, entry),
            rule=identity_rule,
            raster_rule=pack.rule(rules.raster),
            site_rule=None if rules.site is None else pack.rule(rules.site),
        ),
        *erp_and_height.check(facts, plan, height, scene.terrain, rule=erp_rule),
    )
