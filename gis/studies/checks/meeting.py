"""Where stations meet: the boundary of the own province, protection against the neighbours."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gis.register.records import BroadcastStation, Measurement, Service
from gis.register.scopes import SYSTEM
from gis.rules import station_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.model import RECEIVER_HEIGHT_M
from gis.studies.snapshots import record_from_json, record_to_json
from propagation.compliance import boundary_protection, protection_ratios
from propagation.compliance.facts import FieldAtPoint, StationFacts
from propagation.compliance.parameters import (
    BOUNDARY_PROTECTION,
    HIERARCHY,
    MINIMUM_FIELD,
    PROTECTION_RATIO,
)
from propagation.compliance.records import EvidenceKind, Finding, Outcome
from propagation.interference.bs412 import Area

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather"]

NAME = "meeting"
CHECKS = (boundary_protection.CHECK, protection_ratios.CHECK)
RULES = (BOUNDARY_PROTECTION, PROTECTION_RATIO, MINIMUM_FIELD)

_SAME_KHZ = 1.0

_MISSING = {
    "erp_total_dbw": "compliance.missing.erp",
    "height_above_ground_m": "compliance.missing.antenna_height",
    "ground_height_m": "compliance.missing.terrain",
    "frequency_mhz": "compliance.missing.confirmed_record",
    "antenna": "compliance.missing.antenna",
}


def gather(asked: Asked) -> dict[str, Any]:
    """Return what was measured of the stations judged until the day."""
    found = [
        record_to_json(one)
        for station in sorted(asked.judged, key=lambda station: station.id)
        for one in asked.register.measurements(SYSTEM, station_id=station.id)
        if one.measured_at.date() <= asked.on and _comparable(one, station)
    ]
    return {"measurements": found} if found else {}


def _comparable(one: Measurement, station: BroadcastStation) -> bool:
    """Return whether a measurement is of the station's carrier, no higher than limits hold for."""
    apart_khz = abs(one.frequency_mhz - station.frequency_mhz) * 1e3
    return apart_khz <= _SAME_KHZ and one.height_above_ground_m <= RECEIVER_HEIGHT_M


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge the field of a station against its province's boundary and its neighbours."""
    facts, standards = station_facts(station), scene.neighbourhood.standards
    sound = station.service is Service.FM
    measured = _measured(scene, station)
    found = (
        *_at_boundary(scene, facts, scene.meetings.at_boundary(station)),
        *(_at_boundary(scene, facts, measured) if measured else ()),
        *protection_ratios.check(
            facts,
            scene.meetings.pairs(station),
            scene.terrain,
            rule=standards.ratio,
            minimum_field_rule=standards.minimum_field,
            adjacent_rule=standards.adjacent,
            portable_rule=standards.portable,
            hierarchy_rule=scene.pack.rules.get(HIERARCHY) if sound else None,
        ),
    )
    return [_saying_what_is_missing(scene, station, finding) for finding in found]


def _at_boundary(
    scene: Scene, facts: StationFacts, points: Sequence[FieldAtPoint]
) -> tuple[Finding, ...]:
    return boundary_protection.check(
        facts,
        points,
        scene.terrain,
        rule=scene.pack.rule(BOUNDARY_PROTECTION),
        minimum_field_rule=scene.pack.rule(MINIMUM_FIELD),
    )


def _measured(scene: Scene, station: BroadcastStation) -> list[FieldAtPoint]:
    """Return what was measured of a station; predicted and measured points are never mixed."""
    around, outline = scene.neighbourhood, scene.neighbourhood.outline(station)
    written = scene.gathered.get(NAME, {}).get("measurements", ())
    mine = [one for one in written if one["station_id"] == station.id]
    if outline is None or not mine:
        return []
    records = [record_from_json(Measurement, one) for one in mine]
    longitude = np.array([one.longitude for one in records])
    latitude = np.array([one.latitude for one in records])
    order = list(Area)
    areas = around.communes.areas_at(longitude, latitude, scene.pack)
    return [
        FieldAtPoint(
            name=one.report or one.id,
            longitude=one.longitude,
            latitude=one.latitude,
            field_strength_dbuvm=one.field_strength_dbuvm,
            height_m=one.height_above_ground_m,
            area=order[area],
            kind=EvidenceKind.MEASUREMENT,
            uncertainty_db=one.uncertainty_db,
            source=one.report or one.provenance.source,
            boundary=boundary,
        )
        for one, area, boundary in zip(
            records, areas, outline.facts(longitude, latitude), strict=True
        )
    ]


def _saying_what_is_missing(scene: Scene, station: BroadcastStation, finding: Finding) -> Finding:
    """Name the values for want of which a field could not be predicted, where that is why."""
    if finding.outcome is not Outcome.NOT_ASSESSABLE:
        return finding
    concerned = [station]
    if finding.counterpart in scene.neighbourhood.stations:
        concerned.append(scene.neighbourhood.station(str(finding.counterpart)))
    names = [_MISSING[name] for one in concerned for name in scene.missing(one)]
    return replace(finding, missing=tuple(dict.fromkeys(names))) if names else finding
