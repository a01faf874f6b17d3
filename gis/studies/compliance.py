"""Compliance of one station, or of all: facts gathered, fields predicted once, checks called.

No check lives here (they are in `propagation.compliance`). This module finds the boundaries valid
on the day, the other stations within reach and the test points, and has every field predicted that
the checks share; the topics in `gis.studies.checks` gather what else each check reads.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from data.text import Phrase
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
)
from gis.register.scopes import SYSTEM
from gis.rule_facts import station_facts
from gis.rules import load_rule_pack
from gis.studies import remedies
from gis.studies.affected import affected_by
from gis.studies.application import Application, application_asked
from gis.studies.audit import named_commune
from gis.studies.checks import allotment, interference, meeting
from gis.studies.checks.interference import edge_rows
from gis.studies.checks.scene import Asked, Scene
from gis.studies.checks.topics import checks_row, findings_of_judged, gathered_by
from gis.studies.checks.usable_cells import sum_up
from gis.studies.communes import Commune, Communes, boundary_from_json, communes_near
from gis.studies.context import Stage, StudyContext
from gis.studies.coverage import default_radius_km
from gis.studies.findings import finding_to_json
from gis.studies.meetings import Meetings
from gis.studies.model import default_settings
from gis.studies.neighbourhood import Neighbourhood
from gis.studies.parts import (
    Computed,
    Gathered,
    common_inputs,
    moment,
    rules_from_json,
    rules_json,
    settings_of,
)
from gis.studies.plan_match import plan_entry_of
from gis.studies.remarks import profile_remarks, remarks_json, source_remarks
from gis.studies.requests import Reader
from gis.studies.second_opinions import models_asked, with_second_opinions
from gis.studies.snapshots import geometry_hex, record_from_json, record_to_json
from gis.studies.standards import standards_of
from gis.studies.unwanted import REACH_KM, spacing_khz
from gis.terrain.sheet import Bounds
from propagation.compliance.facts import TerrainFacts
from propagation.compliance.objections import Change
from propagation.compliance.records import Finding, summarise
from propagation.compliance.standards import Standards

__all__ = [
    "NAMES",
    "compute",
    "gather",
    "judged_alone",
    "provinces_from_json",
    "provinces_of",
    "require_stations",
]

_PROFILE_STEP_KM = 0.5
NAMES = (
    "station_id",
    "application",
    "service",
    "public",
    "jurisdiction",
    "on",
    *remedies.NAMES,
)
_SERVICES = tuple(one.value for one in Service)


def require_stations(reader: Reader, register: RegisterReader) -> None:
    """Make sure that there is a station of a plan: a check of none would look like a good one.

    Raises
    ------
    FormatError
        If there is none on the day.
    """
    _, on = moment(reader)
    service = _plan_asked(reader)
    if not register.count_stations(SYSTEM, service=service, on=on):
        named = Phrase(f"register.service.{service.value}")
        raise FormatError("studies.nothing_to_check", service=named)


def _plan_asked(reader: Reader) -> Service:
    return Service(reader.choice("service", _SERVICES, Service.FM.value))


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides the compliance of a station, or of all.

    Parameters
    ----------
    request : mapping
        Optional `station_id` or `application` (all stations of `service` without them),
        `service` (`fm` unless said), `public` (leaves out what operators keep confidential),
        `jurisdiction`, `on`, and what `gis.studies.remedies.asked` reads.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where the terrain is.

    Raises
    ------
    GisError
        If the request or the application is not understood, or a station is unknown.
    """
    reader = Reader(request, *NAMES)
    place, on = moment(reader)
    service = _plan_asked(reader)
    alone, application = judged_alone(reader, register, on)
    if alone is not None:
        service = alone.service
    else:
        require_stations(reader, register)
    everyone = register.stations(SYSTEM, service=service, on=on)
    if application is not None:
        everyone = application.among(everyone)
    pack = load_rule_pack(on, own=context.home.rules)
    changes = remedies.asked(reader, usual=_usual_changes(alone, application))
    judged: Sequence[BroadcastStation] = everyone
    if alone is not None:
        judged = [alone]
        retuned = Change.CHANNEL.value in changes["kinds"]
        everyone = _meeting(alone, everyone, standards_of(service, pack), retuned=retuned)
    communes = _communes(register, on, judged)
    written, geometries = communes.to_json()
    named, more = _named(register, on, judged)
    asked = Asked(
        register,
        context,
        on,
        pack,
        judged,
        everyone,
        public=reader.flag("public"),
        application=application,
    )
    checks = gathered_by(asked)
    areas = allotment.areas_of(checks.get(allotment.NAME, {}))
    provinces, outlines = provinces_of(register, on, everyone, areas)
    inputs = {
        **common_inputs(place, on, context, default_settings(profile_step_km=_PROFILE_STEP_KM)),
        "rules": rules_json(pack, sorted(pack.rules)),
        "plan": None if alone is not None else service.value,
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
        "changes": changes,
        "checks": checks,
    }
    inputs["second_models"] = models_asked(context)
    if alone is not None:
        inputs["affected"] = True
    if application is not None:
        replaced = application.replaced
        inputs["application"] = {
            "station_id": application.station.id,
            "replaced": None if replaced is None else record_to_json(replaced),
        }
    return Gathered(inputs, {**geometries, **more, **outlines})


def judged_alone(
    reader: Reader, register: RegisterReader, on: date
) -> tuple[BroadcastStation | None, Application | None]:
    """Return the one station that a request judges, and the application where it is one.

    Raises
    ------
    GisError
        If the application is not understood or not asked for alone, or a station is unknown.
    """
    if not reader.has("application"):
        if not reader.has("station_id"):
            return None, None
        return register.station(reader.word("station_id"), SYSTEM), None
    for name in ("station_id", "service"):
        if reader.has(name):
            raise FormatError("applications.alone", name=name)
    application = application_asked(reader.mapping("application"), register, on)
    return application.station, application


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Judge the stations from what was gathered."""
    changes = gathered.inputs.get("changes")
    searching = _search_begins(changes)
    making = replace(
        context, progress=lambda done, key, values: context.progress(done * searching, key, values)
    )
    scene = _scene(gathered, making)
    if interference.NAME in scene.gathered:
        sum_up(scene, making.stage(0.85, 0.9, "studies.progress_check"))
    found = findings_of_judged(scene, making.stage(0.9, 0.97, "studies.progress_check"))
    models = gathered.inputs.get("second_models", {})
    if models and interference.NAME in scene.gathered:
        found = with_second_opinions(scene, found, models["models"], making)
    rows = []
    for turn, (station_id, findings) in enumerate(found.items()):
        start, end = (
            searching + (1 - searching) * place / len(found) for place in (turn, turn + 1)
        )
        name = scene.neighbourhood.station(station_id).name
        looking = context.stage(start, end, "studies.progress_changes", station=name)
        rows.append(_row(scene, station_id, findings, changes, looking))
    outcomes = Counter(row["outcome"] for row in rows)
    told = {}
    if gathered.inputs.get("affected") and interference.NAME in scene.gathered:
        (alone,) = scene.judged
        told["new_interference"] = affected_by(scene, scene.neighbourhood.station(alone))
    return Computed(
        {
            "stations": rows,
            **told,
            "outcomes": dict(sorted(outcomes.items())),
            "remarks": [
                *remarks_json(
                    [
                        *source_remarks(context.ground),
                        *profile_remarks(context.ground, 1e3 * _PROFILE_STEP_KM),
                        *meeting.remarks(
                            scene.gathered.get(meeting.NAME, {}),
                            {one.id: one.name for one in scene.neighbourhood.stations.values()},
                        ),
                    ]
                ),
                *models.get("remarks", ()),
            ],
        }
    )


def _usual_changes(alone: BroadcastStation | None, application: Application | None) -> str:
    """Return how far a search for changes goes unless said: a plan waits for none of them."""
    if application is not None:
        return "erp"
    return "none" if alone is None else "all"


def _search_begins(changes: Mapping[str, Any] | None) -> float:
    """Return the share of the work that is done when the search for changes begins."""
    return 0.98 if changes is None or len(changes["kinds"]) < 2 else 0.4


def _scene(gathered: Gathered, context: StudyContext) -> Scene:
    inputs, geometries = gathered.inputs, gathered.geometries
    judged = tuple(inputs["judged"])
    stations = [record_from_json(BroadcastStation, item) for item in inputs["stations"]]
    named = {
        station_id: Communes.from_json([item], geometries).members[0]
        for station_id, item in inputs["named_communes"].items()
    }
    pack = rules_from_json(inputs["rules"])
    written = (inputs.get("application") or {}).get("replaced")
    replaced = None if written is None else record_from_json(BroadcastStation, written)
    neighbourhood = Neighbourhood(
        stations={station.id: station for station in stations},
        judged=frozenset(judged),
        communes=Communes.from_json(inputs["communes"], geometries),
        provinces=provinces_from_json(inputs["provinces"], geometries),
        pack=pack,
        standards=standards_of(_service_of(stations), pack),
        settings=settings_of(inputs),
        ground=context.ground.holding(_around([*stations, *([replaced] if replaced else [])])),
        reach_km=float(inputs["reach_km"]),
        replaced=replaced,
    )
    return Scene(
        judged=judged,
        neighbourhood=neighbourhood,
        entries=tuple(record_from_json(PlanEntry, item) for item in inputs["plan_entries"]),
        named=named,
        on=date.fromisoformat(inputs["on"]),
        terrain=TerrainFacts(
            identifier=context.ground.elevation.identifier, flat=context.ground.flat
        ),
        meetings=Meetings.predicted(neighbourhood, context),
        gathered=inputs.get("checks", {}),
        context=context,
    )


def _around(stations: Sequence[BroadcastStation]) -> Bounds:
    """Return the rectangle within which the paths between stations and areas run."""
    if not stations:
        return 0.0, 0.0, 0.0, 0.0
    high = (max(default_radius_km(one) for one in stations) + 1.0) / 110.0
    wide = high / math.cos(math.radians(max(abs(one.latitude) for one in stations)))
    longitudes = [one.longitude for one in stations]
    latitudes = [one.latitude for one in stations]
    return (
        min(longitudes) - wide,
        min(latitudes) - high,
        max(longitudes) + wide,
        max(latitudes) + high,
    )


def _row(
    scene: Scene,
    station_id: str,
    findings: tuple[Finding, ...],
    changes: Mapping[str, Any] | None,
    looking: Stage,
) -> dict[str, Any]:
    station = scene.neighbourhood.station(station_id)
    entry = plan_entry_of(station, scene.entries, scene.on)
    proposed = remedies.changes_of(scene, station, findings, changes, looking)
    return {
        "station_id": station.id,
        "name": station.name,
        "programme": station.programme,
        "frequency_mhz": station.frequency_mhz,
        "longitude": station.longitude,
        "latitude": station.latitude,
        "synthetic": station.provenance.synthetic,
        "plan_entry_id": None if entry is None else entry.id,
        "without": list(scene.missing(station)),
        "outcome": summarise(findings).value,
        "checks": checks_row(scene, findings),
        "edge": edge_rows(scene, station),
        "findings": [
            finding_to_json(finding) | ({"changes": proposed[place]} if place in proposed else {})
            for place, finding in enumerate(findings)
        ],
    }


def _service_of(stations: Sequence[BroadcastStation]) -> Service:
    """Return the one service of a study's stations."""
    return stations[0].service if stations else Service.FM


def _meeting(
    station: BroadcastStation,
    everyone: Sequence[BroadcastStation],
    standards: Standards,
    *,
    retuned: bool,
) -> list[BroadcastStation]:
    """Return a station, those within reach, and whatever adds to what one of them must bear.

    One that may be `retuned` may meet any of those within reach.
    """

    def disturbs(other: BroadcastStation, wanted: BroadcastStation) -> bool:
        return standards.disturbs(station_facts(wanted), spacing_khz(wanted, other))

    near = _reaching(station, everyone)
    found = {one.id: one for one in near}
    for other in near:
        if retuned or disturbs(other, station) or disturbs(station, other):
            for third in _reaching(other, everyone):
                if third.id not in found and disturbs(third, other):
                    found[third.id] = third
    return list(found.values())


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


def provinces_of(
    register: RegisterReader,
    on: date,
    stations: Sequence[BroadcastStation],
    areas: Iterable[str] = (),
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the outline of each station's province and of other units on the day, as JSON."""
    units: dict[str, AdministrativeUnit] = {unit.code: unit for unit in register.units(on=on)}
    written, geometries = {}, {}
    codes = {station.province_code for station in stations if station.province_code}
    for code in sorted(codes.union(areas)):
        boundary = _best(register.boundaries(codes=[code], on=on))
        if boundary is None or code not in units:
            continue
        record = record_to_json(boundary)
        geometries[record["geometry"]] = geometry_hex(boundary.geometry)
        written[code] = {"name": units[code].name, "boundary": record}
    return written, geometries


def provinces_from_json(
    written: Mapping[str, Any], geometries: Mapping[str, str]
) -> dict[str, tuple[str, Boundary]]:
    """Return name and outline of each province that `provinces_of` wrote, by its code."""
    found = {}
    for code, item in written.items():
        boundary = boundary_from_json(item["boundary"], geometries)
        if boundary is not None:
            found[code] = (str(item["name"]), boundary)
    return found


def _best(boundaries: Iterable[Boundary]) -> Boundary | None:
    """Return the official outline, or the one that is least wrong."""
    return min(
        boundaries, key=lambda item: (not item.official, item.position_uncertainty_m), default=None
    )
