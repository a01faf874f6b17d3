"""Points that are protected from broadcasting: aeronautical test points, monitoring stations."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely

from gis.geodesy import azimuth_deg, distance_km
from gis.radiated import level_erp_dbw
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.rule_facts import station_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.field import fields_at
from gis.studies.snapshots import record_to_json
from propagation.compliance import aeronautical, protected_sites
from propagation.compliance.facts_aeronautical import (
    AeronauticalPoint,
    BroadcastSignal,
    Radionavigation,
)
from propagation.compliance.facts_protected_sites import MonitoringFacts
from propagation.compliance.parameters import (
    AERONAUTICAL,
    AERONAUTICAL_SEPARATION,
    BLANKETING,
    MONITORING,
)
from propagation.compliance.records import Confidence, Finding
from propagation.exposure import field_v_per_m
from propagation.itu import p1812
from propagation.units import dbuvm_from_mvm, eirp_db_from_erp_db, w_from_dbw

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather"]

NAME = "protected"
CHECKS = (aeronautical.CHECK, protected_sites.CHECK)
RULES = (AERONAUTICAL, AERONAUTICAL_SEPARATION, MONITORING, BLANKETING)

_KINDS: Final = {
    "ils_localizer": Radionavigation.ILS,
    "vor": Radionavigation.VOR,
    "com": Radionavigation.COM,
}
_MONITORING: Final = "monitoring_station"
_REACH_KM: Final = 500.0
"""Coordination distance to radionavigation (GE84, Annex 4, chapter 3)."""

_HORIZON_KM: Final = 4.12
"""Radio horizon in km of a height of 1 m over an Earth of 4/3 its radius."""


def gather(asked: Asked) -> dict[str, Any]:
    """Return the protected points of the day; they are the department's."""
    if asked.public:
        return {"points": [], "confidential": False}
    points = asked.register.protected_points(SYSTEM, on=asked.on)
    written = [record_to_json(point) for point in sorted(points, key=lambda point: point.id)]
    return {"points": written, "confidential": bool(written)}


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge a station at aeronautical test points and monitoring stations."""
    points = scene.gathered[NAME]["points"]
    facts, sound = station_facts(station), station.service is Service.FM
    monitored = [point for point in points if point["kind"] == _MONITORING]
    return (
        *(_at_aeronautical_points(scene, station, points) if sound else ()),
        *protected_sites.check(
            facts,
            _monitoring(scene, station, monitored) if monitored else None,
            _people(scene, station) if sound else None,
            scene.terrain,
            rule=scene.pack.rule(MONITORING),
            blanketing_rule=scene.pack.rule(BLANKETING) if sound else None,
        ),
    )


def _at_aeronautical_points(
    scene: Scene, station: BroadcastStation, points: Sequence[Mapping[str, Any]]
) -> Iterable[Finding]:
    """Judge a station of the band below the aeronautical one; the rules speak of no other."""
    return aeronautical.check(
        station_facts(station),
        _aeronautical(scene, station, points),
        rule=scene.pack.rule(AERONAUTICAL),
        separation_rule=scene.pack.rule(AERONAUTICAL_SEPARATION),
    )


def _aeronautical(
    scene: Scene, station: BroadcastStation, points: Sequence[Mapping[str, Any]]
) -> list[AeronauticalPoint]:
    """Return the aeronautical points within reach, with the stations above their horizon."""
    found = []
    for point in points:
        if point["kind"] == _MONITORING or _away_km(station, point) > _REACH_KM:
            continue
        carrier_mhz = point["frequency_mhz"]
        others = [
            other
            for other in scene.neighbourhood.stations.values()
            if other.id != station.id and _in_sight(other, point)
        ]
        found.append(
            AeronauticalPoint(
                id=point["id"],
                name=point["name"],
                kind=_KINDS.get(point["kind"], Radionavigation.UNKNOWN),
                frequency_mhz=math.nan if carrier_mhz is None else carrier_mhz,
                longitude=point["longitude"],
                latitude=point["latitude"],
                height_m=point["height_m"] or 0.0,
                signals=tuple(_signal(one, point, station) for one in (station, *others)),
                source=point["provenance"]["source"],
                confidence=Confidence(point["provenance"]["confidence"]),
            )
        )
    return found


def _away_km(station: BroadcastStation, point: Mapping[str, Any]) -> float:
    return float(
        distance_km(station.longitude, station.latitude, point["longitude"], point["latitude"])
    )


def _above_sea_m(station: BroadcastStation) -> float:
    return (station.ground_height_m or 0.0) + (station.height_above_ground_m or 0.0)


def _in_sight(station: BroadcastStation, point: Mapping[str, Any]) -> bool:
    """Return whether a point is within the radio horizon; one of no height within reach."""
    away, height_m = _away_km(station, point), point["height_m"]
    if height_m is None:
        return away <= _REACH_KM
    heights = (max(_above_sea_m(station), 0.0), max(height_m, 0.0))
    return away <= _HORIZON_KM * sum(math.sqrt(height) for height in heights)


def _signal(
    station: BroadcastStation, point: Mapping[str, Any], judged: BroadcastStation
) -> BroadcastSignal:
    """Return a station at a point: its e.r.p. towards it, and its field in free space."""
    away = _away_km(station, point)
    own_at, judged_at = (
        (station.longitude, station.latitude),
        (judged.longitude, judged.latitude),
    )
    at = (*own_at, point["longitude"], point["latitude"])
    towards = level_erp_dbw(station, azimuth_deg(*at))
    erp, field = None if towards is None else float(towards), math.nan
    if erp is not None:
        up_m = (point["height_m"] or 0.0) - _above_sea_m(station)
        slant_m = max(math.hypot(1e3 * away, up_m), 1.0)
        eirp_w = w_from_dbw(eirp_db_from_erp_db(erp))
        field = float(dbuvm_from_mvm(1e3 * field_v_per_m(eirp_w, slant_m)))
    return BroadcastSignal(
        station_id=station.id,
        name=station.name,
        frequency_mhz=station.frequency_mhz,
        distance_to_judged_m=1e3 * float(distance_km(*judged_at, *own_at)),
        distance_km=away,
        field_dbuvm=field,
        erp_dbw=erp,
        transmitter_power_w=station.licence_power_w,
    )


def _people(scene: Scene, station: BroadcastStation) -> float | None:
    """Return the people within a station's blanketing distance by its commune's mean density.

    None where the power is not known, or no outline of a commune with people on record holds the
    station.
    """
    if station.erp_total_dbw is None:
        return None
    for commune in scene.neighbourhood.communes.members:
        unit, boundary = commune.unit, commune.boundary
        if boundary is None or unit.population is None or not unit.area_km2:
            continue
        if shapely.contains_xy(boundary.geometry, station.longitude, station.latitude):
            rule = scene.pack.rule(BLANKETING)
            away_km = protected_sites.blanketing_distance_km(rule, station.erp_total_dbw)
            return unit.population / unit.area_km2 * math.pi * away_km**2
    return None


def _monitoring(
    scene: Scene, station: BroadcastStation, points: Sequence[Mapping[str, Any]]
) -> list[MonitoringFacts]:
    """Return monitoring stations with the field of a station there."""
    fields = np.full(len(points), math.nan)
    if not scene.missing(station):
        stage = scene.context.alone.stage(0.0, 1.0, "")
        longitude = np.array([point["longitude"] for point in points])
        latitude = np.array([point["latitude"] for point in points])
        emitter = scene.emitter(station)
        fields = fields_at(emitter, stage, longitude, latitude, time_percents=(50.0,))[0]
    return [
        MonitoringFacts(
            id=point["id"],
            name=point["name"],
            longitude=point["longitude"],
            latitude=point["latitude"],
            distance_km=_away_km(station, point),
            field_dbuvm=float(field),
            source=p1812.EDITION,
        )
        for point, field in zip(points, fields, strict=True)
    ]
