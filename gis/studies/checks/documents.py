"""The documents of a station: licence, inspection, conformity, on the day judged."""

from collections.abc import Iterable
from typing import Any

from gis.register.records import BroadcastStation
from gis.rule_facts import station_facts
from gis.studies.checks.scene import Asked, Scene
from propagation.compliance import validity
from propagation.compliance.facts_validity import DocumentFacts, ValidityFacts
from propagation.compliance.parameters import CERTIFICATE, CONFORMITY, LICENCE
from propagation.compliance.records import Finding

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather"]

NAME = "documents"
CHECKS = (validity.CHECK,)
RULES = (LICENCE,)


def gather(asked: Asked) -> dict[str, Any]:
    """Return nothing more: the documents stand in the stations' records."""
    del asked
    return {}


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge the dates of a station's documents."""
    return validity.check(
        station_facts(station),
        _facts(station),
        on=scene.on,
        rule=scene.pack.rule(LICENCE),
        certificate_rule=scene.pack.rules.get(CERTIFICATE),
        conformity_rule=scene.pack.rules.get(CONFORMITY),
    )


def _facts(station: BroadcastStation) -> ValidityFacts:
    """Return the documents that a record states."""
    return ValidityFacts(
        licence=DocumentFacts(
            number=station.licence_number,
            valid_from=station.licence_from,
            valid_to=station.licence_to,
        ),
        certificate=DocumentFacts(
            number=station.certificate_number, valid_to=station.certificate_to
        ),
        conformity=DocumentFacts(
            number=station.equipment_conformity, valid_to=station.equipment_conformity_to
        ),
        transmitter_power_w=station.licence_power_w,
    )
