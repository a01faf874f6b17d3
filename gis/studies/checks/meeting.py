"""Where stations meet: the boundary of the own province, protection against the neighbours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gis.measurements import measurements_of
from gis.register.records import BroadcastStation, Measurement, Service
from gis.register.scopes import SYSTEM
from gis.rule_facts import station_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.model import RECEIVER_HEIGHT_M
from gis.studies.snapshots import record_from_json, record_to_json
from gis.terrain.ground import Remark
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

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather", "remarks"]

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
    """Return what was measured of the stations judged until the day, and what is left out.

    An application stands nowhere yet: nothing can have been measured of it.
    """
    if asked.application is not None:
        return {}
    found: list[dict[str, Any]] = []
    left_out: dict[str, dict[str, Any]] = {}
    for station in sorted(asked.judged, key=lambda station: station.id):
        taken = measurements_of(asked.register, station, SYSTEM, asked.on)
        low = [one for one in taken.measurements if one.height_above_ground_m <= RECEIVER_HEIGHT_M]
        found += [record_to_json(replace(one, station_id=station.id)) for one in low]
        told = {
            "outdated": len(taken.outdated),
            "ambiguous": len(taken.ambiguous),
            "high": len(taken.measurements) - len(low),
        }
        if any(told.values()):
            since = None if taken.since is None else taken.since.isoformat()
            left_out[station.id] = {**told, "since": since}
    parts = {"measurements": found, "left_out": left_out}
    return {name: part for name, part in parts.items() if part}


def remarks(gathered: Mapping[str, Any], names: Mapping[str, str]) -> list[Remark]:
    """Return what measurements no verdict rests on, and why.

    Parameters
    ----------
    gathered : mapping
        What `gather` returned.
    names : mapping
        Names of the stations by id.
    """
    found: list[Remark] = []
    for station_id, told in gathered.get("left_out", {}).items():
        for why in ("outdated", "ambiguous", "high"):
            dated = why == "outdated" and told["since"] is not None
            if told[why]:
                values = {"station": names[station_id], "count": told[why]}
                values |= {"since": told["since"]} if dated else {}
                found.append((f"studies.measured_{why}{'_since' if dated else ''}", values))
    return found


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge the field of a station against its province's boundary and its neighbours."""
    facts = station_facts(station)
    sound = station.service is Service.FM
    measured = _measured(scene, station)
    found = (
        *_at_boundary(scene, facts, scene.meetings.at_boundary(station)),
        *(_at_boundary(scene, facts, measured) if measured else ()),
        *protection_ratios.check(
            facts,
            scene.meetings.pairs(station),
            scene.terrain,
            scene.neighbourhood.standards,
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
