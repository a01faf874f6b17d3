"""Compliance of one station, or of all: facts gathered, fields predicted once, checks called.

No check lives here (they are in `propagation.compliance`). This module finds the line of the plan,
the boundary valid on the day, the other stations within reach and the test points, and predicts
every field that a check needs: once for each station, at all points at which anyone asks for it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gis.administration import COMMUNES
from gis.errors import FormatError
from gis.geodesy import distance_km
from gis.register.reading import Reader as RegisterReader
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    PlanEntry,
    Service,
    StationClass,
)
from gis.register.scopes import SYSTEM
from gis.rules import RulePack, load_rule_pack, plan_facts, station_facts
from gis.studies.audit import commune_facts, height_facts, named_commune
from gis.studies.communes import Commune, Communes, boundary_from_json, communes_near
from gis.studies.context import StudyContext
from gis.studies.coverage import default_radius_km
from gis.studies.emitter import missing_values
from gis.studies.findings import finding_to_json
from gis.studies.meetings import Meetings, Neighbourhood
from gis.studies.model import default_settings
from gis.studies.parts import (
    Computed,
    Gathered,
    common_inputs,
    moment,
    rules_from_json,
    rules_json,
    settings_of,
)
from gis.studies.plan_match import plan_entry_of, site_distance_km
from gis.studies.remarks import profile_remarks, remarks_json, source_remarks
from gis.studies.requests import Reader
from gis.studies.snapshots import geometry_hex, record_from_json, record_to_json
from gis.studies.unwanted import REACH_KM
from propagation.compliance import (
    boundary_protection,
    data_audit,
    erp_and_height,
    plan_identity,
    protection_ratios,
)
from propagation.compliance.facts import TerrainFacts
from propagation.compliance.parameters import (
    BOUNDARY_PROTECTION,
    DATA_AUDIT,
    MINIMUM_FIELD,
    PLAN_ERP,
    PLAN_ERP_LOCAL,
    PLAN_IDENTITY,
    PLAN_IDENTITY_LOCAL,
    PROTECTION_RATIO,
    RASTER,
    SITE_TOLERANCE,
)
from propagation.compliance.records import Finding, Outcome, Rule, summarise
from propagation.interference.bs412 import protection_from_parameters

__all__ = ["NAMES", "compute", "gather"]

_PROFILE_STEP_KM = 0.5
NAMES = ("station_id", "jurisdiction", "on")
_MISSING = {
    "erp_total_dbw": "compliance.missing.erp",
    "height_above_ground_m": "compliance.missing.antenna_height",
    "ground_height_m": "compliance.missing.terrain",
    "frequency_mhz": "compliance.missing.confirmed_record",
    "antenna": "compliance.missing.antenna",
}


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides the compliance of a station, or of all.

    Parameters
    ----------
    request : mapping
        Optional `station_id` (all stations without it), `jurisdiction`, `on`.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where the terrain is.

    Raises
    ------
    GisError
        If the request is not understood, the station is unknown, or no rules speak of its
        service.
    """
    reader = Reader(request, *NAMES)
    place, on = moment(reader)
    everyone = register.stations(SYSTEM, service=Service.FM, on=on)
    judged = everyone
    if reader.has("station_id"):
        judged = [_judged(register, reader.word("station_id"))]
        everyone = _reaching(judged[0], everyone)
    communes = _communes(register, on, judged)
    written, geometries = communes.to_json()
    named, more = _named(register, on, judged)
    provinces, outlines = _provinces(register, on, everyone)
    pack = load_rule_pack(on)
    inputs = {
        **common_inputs(place, on, context, default_settings(profile_step_km=_PROFILE_STEP_KM)),
        "rules": rules_json(pack, sorted(pack.rules)),
        "judged": sorted(station.id for station in judged),
        "stations": [record_to_json(one) for one in sorted(everyone, key=lambda one: one.id)],
        "plan_entries": [
            record_to_json(entry)
            for entry in sorted(register.plan_entries(on=on), key=lambda entry: entry.id)
        ],
        "communes": written,
        "named_communes": named,
        "provinces": provinces,
        "reach_km": REACH_KM,
    }
    return Gathered(inputs, {**geometries, **more, **outlines})


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Judge the stations from what was gathered."""
    scene = _scene(gathered, context)
    meetings = Meetings.predicted(scene.neighbourhood, context)
    rows = []
    for number, station_id in enumerate(scene.judged):
        station = scene.neighbourhood.station(station_id)
        start = 0.85 + 0.14 * number / len(scene.judged)
        context.stage(start, 1.0, "studies.progress_check", station=station.name).report(0.0)
        rows.append(_row(scene, meetings, station))
    outcomes = Counter(row["outcome"] for row in rows)
    return Computed(
        {
            "stations": rows,
            "outcomes": dict(sorted(outcomes.items())),
            "remarks": remarks_json(
                [
                    *source_remarks(context.ground),
                    *profile_remarks(context.ground, 1e3 * _PROFILE_STEP_KM),
                ]
            ),
        }
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """Everything that the checks need, read back from the inputs."""

    judged: tuple[str, ...]
    neighbourhood: Neighbourhood
    entries: tuple[PlanEntry, ...]
    named: Mapping[str, Commune]
    on: date
    terrain: TerrainFacts

    @property
    def pack(self) -> RulePack:
        return self.neighbourhood.pack


def _scene(gathered: Gathered, context: StudyContext) -> _Scene:
    inputs, geometries = gathered.inputs, gathered.geometries
    judged = tuple(inputs["judged"])
    stations = [record_from_json(BroadcastStation, item) for item in inputs["stations"]]
    named = {
        station_id: Communes.from_json([item], geometries).members[0]
        for station_id, item in inputs["named_communes"].items()
    }
    provinces = {}
    for code, item in inputs["provinces"].items():
        boundary = boundary_from_json(item["boundary"], geometries)
        if boundary is not None:
            provinces[code] = (str(item["name"]), boundary)
    pack = rules_from_json(inputs["rules"])
    neighbourhood = Neighbourhood(
        stations={station.id: station for station in stations},
        judged=frozenset(judged),
        communes=Communes.from_json(inputs["communes"], geometries),
        provinces=provinces,
        pack=pack,
        protection=protection_from_parameters(pack.rule(PROTECTION_RATIO).parameters),
        settings=settings_of(inputs),
        ground=context.ground,
        reach_km=float(inputs["reach_km"]),
    )
    return _Scene(
        judged=judged,
        neighbourhood=neighbourhood,
        entries=tuple(record_from_json(PlanEntry, item) for item in inputs["plan_entries"]),
        named=named,
        on=date.fromisoformat(inputs["on"]),
        terrain=TerrainFacts(
            identifier=context.ground.elevation.identifier, flat=context.ground.flat
        ),
    )


def _row(scene: _Scene, meetings: Meetings, station: BroadcastStation) -> dict[str, Any]:
    entry = plan_entry_of(station, scene.entries, scene.on)
    findings = (
        *_plan_findings(scene, station, entry),
        *_field_findings(scene, meetings, station),
        *_audit_findings(scene, station),
    )
    return {
        "station_id": station.id,
        "name": station.name,
        "programme": station.programme,
        "frequency_mhz": station.frequency_mhz,
        "longitude": station.longitude,
        "latitude": station.latitude,
        "synthetic": station.provenance.synthetic,
        "plan_entry_id": None if entry is None else entry.id,
        "without": list(missing_values(station, flat=scene.terrain.flat)),
        "outcome": summarise(findings).value,
        "findings": [finding_to_json(finding) for finding in findings],
    }


def _plan_findings(
    scene: _Scene, station: BroadcastStation, entry: PlanEntry | None
) -> Iterable[Finding]:
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


def _field_findings(
    scene: _Scene, meetings: Meetings, station: BroadcastStation
) -> Iterable[Finding]:
    facts = station_facts(station)
    minimum = scene.pack.rule(MINIMUM_FIELD)
    found = (
        *boundary_protection.check(
            facts,
            meetings.at_boundary(station),
            scene.terrain,
            rule=scene.pack.rule(BOUNDARY_PROTECTION),
            minimum_field_rule=minimum,
        ),
        *protection_ratios.check(
            facts,
            meetings.pairs(station),
            scene.terrain,
            rule=scene.pack.rule(PROTECTION_RATIO),
            minimum_field_rule=minimum,
        ),
    )
    return [_saying_what_is_missing(scene, station, finding) for finding in found]


def _saying_what_is_missing(scene: _Scene, station: BroadcastStation, finding: Finding) -> Finding:
    """Name the values for want of which a field could not be predicted, where that is why."""
    if finding.outcome is not Outcome.NOT_ASSESSABLE:
        return finding
    concerned = [station]
    if finding.counterpart in scene.neighbourhood.stations:
        concerned.append(scene.neighbourhood.station(str(finding.counterpart)))
    names = [
        _MISSING[name]
        for one in concerned
        for name in missing_values(one, flat=scene.terrain.flat)
    ]
    return replace(finding, missing=tuple(dict.fromkeys(names))) if names else finding


def _audit_findings(scene: _Scene, station: BroadcastStation) -> Iterable[Finding]:
    return data_audit.check(
        station_facts(station),
        commune_facts(station, scene.named.get(station.id)),
        height_facts(station, scene.neighbourhood.ground),
        scene.terrain,
        rule=scene.pack.rule(DATA_AUDIT),
    )


def _judged(register: RegisterReader, station_id: str) -> BroadcastStation:
    station = register.station(station_id, SYSTEM)
    if station.service is not Service.FM:
        raise FormatError("studies.no_rules_for_service", station=station.name)
    return station


def _reaching(
    station: BroadcastStation, everyone: Sequence[BroadcastStation]
) -> list[BroadcastStation]:
    """Return a station and those whose area or its own lies within the reach of the other."""
    near = {station.id: station}
    for other in everyone:
        away = distance_km(station.longitude, station.latitude, other.longitude, other.latitude)
        if away <= max(default_radius_km(station), default_radius_km(other)) + REACH_KM:
            near.setdefault(other.id, other)
    return list(near.values())


def _communes(register: RegisterReader, on: date, judged: Sequence[BroadcastStation]) -> Communes:
    """Return the communes in the areas of the stations judged, by code."""
    found: dict[str, Commune] = {}
    for station in judged:
        near = communes_near(
            register, on, station.longitude, station.latitude, default_radius_km(station)
        )
        found.update((commune.unit.code, commune) for commune in near.members)
    return Communes(tuple(found[code] for code in sorted(found)))


def _named(
    register: RegisterReader, on: date, judged: Sequence[BroadcastStation]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the commune that each record names, as JSON values, with their outlines."""
    units = register.units(on=on, kinds=COMMUNES)
    written, geometries = {}, {}
    for station in judged:
        unit = named_commune(station, units)
        if unit is None:
            continue
        outline = _best(register.boundaries(codes=[unit.code], on=on))
        rows, outlines = Communes((Commune(unit, station.province_code, outline),)).to_json()
        written[station.id] = rows[0]
        geometries.update(outlines)
    return written, geometries


def _provinces(
    register: RegisterReader, on: date, stations: Sequence[BroadcastStation]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the outline of each station's province on the day, as JSON values."""
    units: dict[str, AdministrativeUnit] = {unit.code: unit for unit in register.units(on=on)}
    written, geometries = {}, {}
    for code in sorted({station.province_code for station in stations if station.province_code}):
        boundary = _best(register.boundaries(codes=[code], on=on))
        if boundary is None or code not in units:
            continue
        record = record_to_json(boundary)
        geometries[record["geometry"]] = geometry_hex(boundary.geometry)
        written[code] = {"name": units[code].name, "boundary": record}
    return written, geometries


def _best(boundaries: Iterable[Boundary]) -> Boundary | None:
    """Return the official outline, or the one that is least wrong."""
    return min(
        boundaries, key=lambda item: (not item.official, item.position_uncertainty_m), default=None
    )
