"""Allotments of television, and the signals of a single-frequency network at its test points.

A station is an assignment of the allotment on its channel whose area holds it; of several the
smallest, of none the nearest within 50 km.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import distance_km
from gis.register.allotments import AllotmentPoint
from gis.register.records import BroadcastStation, Service
from gis.rule_facts import station_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.field import fields_at
from gis.studies.meetings import Meetings
from gis.studies.outlines import Outline
from gis.studies.snapshots import record_from_json, record_to_json
from gis.studies.testpoints import Places
from propagation.compliance import allotment
from propagation.compliance.facts import BoundaryFacts
from propagation.compliance.facts_network import (
    AllotmentFacts,
    CalculationPoint,
    NetworkFacts,
    NetworkPoint,
    Signal,
)
from propagation.compliance.parameters import (
    TV_ALLOTMENT,
    TV_PROTECTION_RATIO,
    TV_SINGLE_FREQUENCY,
)
from propagation.compliance.records import Finding
from propagation.compliance.standards import same_network
from propagation.interference.dvbt2 import CHANNEL_WIDTH_MHZ
from propagation.interference.single_frequency import delay_us
from propagation.interference.summation import power_sum_dbuvm
from propagation.itu import p1812

__all__ = ["CHECKS", "NAME", "RULES", "areas_of", "findings", "gather"]

Floats = NDArray[np.float64]

NAME = "allotment"
CHECKS = (allotment.CHECK,)
RULES = (TV_ALLOTMENT, TV_SINGLE_FREQUENCY, TV_PROTECTION_RATIO)


_REACH_KM: Final = 50.0
"""So far outside the area of an allotment a station on its channel is still held against it."""


def gather(asked: Asked) -> dict[str, Any]:
    """Return the calculation points of the day, where there are any and television is judged."""
    if all(one.service is not Service.TELEVISION for one in asked.judged):
        return {}
    points = asked.register.allotment_points(on=asked.on)
    written = [record_to_json(point) for point in sorted(points, key=lambda point: point.id)]
    return {"points": written} if written else {}


def areas_of(gathered: Mapping[str, Any]) -> set[str]:
    """Return the codes of the units that are areas of what was gathered."""
    return {point["area_code"] for point in gathered.get("points", ())}


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge a station's allotment and its single-frequency network."""
    return allotment.check(
        station_facts(station),
        _facts(scene, station),
        _network(scene, station),
        scene.terrain,
        rule=scene.pack.rule(TV_ALLOTMENT),
        network_rule=scene.pack.rule(TV_SINGLE_FREQUENCY),
        standards=scene.neighbourhood.standards,
    )


@dataclass(frozen=True, slots=True)
class _Allotment:
    """An allotment by what its points say of it, and the points."""

    id: str
    frequency_mhz: float
    area_code: str
    points: tuple[AllotmentPoint, ...]

    @property
    def key(self) -> tuple[str, float, str]:
        return self.id, self.frequency_mhz, self.area_code


def _allotments(scene: Scene) -> tuple[_Allotment, ...]:
    def read() -> tuple[_Allotment, ...]:
        points: dict[tuple[str, float, str], list[AllotmentPoint]] = {}
        for written in scene.gathered[NAME].get("points", ()):
            point = record_from_json(AllotmentPoint, written)
            named = (point.allotment, point.frequency_mhz, point.area_code)
            points.setdefault(named, []).append(point)
        return tuple(_Allotment(*one, tuple(points[one])) for one in sorted(points))

    return scene.once((NAME, "all"), read)


def _site(scene: Scene, station: BroadcastStation, area_code: str) -> BoundaryFacts | None:
    """Return where a station lies in relation to an area; None where its outline is not known."""
    found = scene.neighbourhood.provinces.get(area_code)
    if found is None:
        return None
    at = (station.longitude, station.latitude)
    name, boundary = found

    def placed() -> BoundaryFacts:
        around = Outline.around(boundary, name, *at)
        (site,) = around.facts(np.array(at[:1]), np.array(at[1:]))
        return site

    return scene.once((NAME, "site", area_code, *at), placed)


def _own(
    scene: Scene, station: BroadcastStation
) -> tuple[_Allotment, BoundaryFacts | None] | None:
    """Return the allotment that a station is an assignment of, and where it lies to its area.

    An area without an outline holds the stations whose record names it as their province.
    """
    ranked = []
    for one in _allotments(scene):
        if abs(one.frequency_mhz - station.frequency_mhz) >= CHANNEL_WIDTH_MHZ / 2:
            continue
        site = _site(scene, station, one.area_code)
        if site is None:
            rank = (1, 0.0) if station.province_code == one.area_code else None
        elif site.inside:
            rank = (0, scene.neighbourhood.provinces[one.area_code][1].geometry.area)
        else:
            near = site.distance_to_boundary_m <= 1e3 * _REACH_KM
            rank = (2, site.distance_to_boundary_m) if near else None
        if rank is not None:
            ranked.append((rank, one.key, one, site))
    if not ranked:
        return None
    *_, one, site = min(ranked, key=lambda found: found[:2])
    return one, site


def _facts(scene: Scene, station: BroadcastStation) -> AllotmentFacts | None:
    """Return a station's allotment, with the fields of all its assignments as powers."""
    own = _own(scene, station)
    if own is None:
        return None
    one, site = own
    fields = [_fields(scene, station, one.points)]
    for other in _others(scene, station, one):
        key = (NAME, "fields", other.id, one.key)
        fields.append(scene.once(key, partial(_fields, scene, other, one.points)))
    total = power_sum_dbuvm(np.stack(fields), axis=0)
    known = one.points[0].provenance
    return AllotmentFacts(
        id=one.id,
        frequency_mhz=one.frequency_mhz,
        site=site,
        points=tuple(
            CalculationPoint(
                name=point.name,
                longitude=point.longitude,
                latitude=point.latitude,
                field_strength_dbuvm=float(field),
                reference_dbuvm=point.reference_dbuvm,
                height_m=scene.neighbourhood.settings.receiver_height_above_ground_m,
                source=p1812.EDITION,
            )
            for point, field in zip(one.points, total, strict=True)
        ),
        source=known.source,
        confidence=known.confidence,
    )


def _others(
    scene: Scene, station: BroadcastStation, allotted: _Allotment
) -> Iterator[BroadcastStation]:
    """Yield the other assignments of an allotment, by their identifiers."""
    for _, other in sorted(scene.neighbourhood.stations.items()):
        own = _own(scene, other) if other.id != station.id else None
        if own is not None and own[0].key == allotted.key:
            yield other


def _fields(scene: Scene, station: BroadcastStation, points: Sequence[AllotmentPoint]) -> Floats:
    """Return the field of a station at points for 1 % of time; NaN where it is not known."""
    if scene.missing(station):
        return np.full(len(points), math.nan)
    stage = scene.context.alone.stage(0.0, 1.0, "")
    longitude = np.array([point.longitude for point in points])
    latitude = np.array([point.latitude for point in points])
    emitter = scene.emitter(station)
    found: Floats = fields_at(emitter, stage, longitude, latitude, time_percents=(1.0,))[0]
    return found


def _network(scene: Scene, station: BroadcastStation) -> NetworkFacts | None:
    """Return the network that a station is of; None if it transmits alone.

    Without the field of every transmitter there is no point: a missing one may be the one that
    disturbs.
    """
    own = station_facts(station)
    others = [
        other
        for other, _ in scene.neighbourhood.neighbours(station)
        if same_network(own, station_facts(other))
    ]
    if not others:
        return None
    transmitters = [station, *others]
    known = all(one.id in scene.meetings.edges for one in transmitters)
    points = tuple(_points(scene.meetings, station, transmitters)) if known else ()
    return NetworkFacts(transmitters=len(transmitters), points=points)


def _points(
    meetings: Meetings, station: BroadcastStation, transmitters: Sequence[BroadcastStation]
) -> Iterator[NetworkPoint]:
    """Yield the points that the network serves: the station's own edge, and the communes."""
    least = meetings.around.minimum_dbuvm(station)
    sets = ((f"edge {station.id}", meetings.edges[station.id]), ("communes", None))
    for name, edges in sets:
        places = meetings.communes[station.id] if edges is None else edges
        fields = np.stack([meetings.fields[one.id, name] for one in transmitters])
        # where one field is not known the point may be served, unless it lies nowhere
        weak = np.max(fields[:, 0], axis=0) < least
        placed = np.isfinite(places.longitude + places.latitude)
        for k in np.nonzero(placed & ~weak)[0]:
            yield _point(meetings, places, int(k), transmitters, fields[:, :, k])


def _point(
    meetings: Meetings,
    places: Places,
    k: int,
    transmitters: Sequence[BroadcastStation],
    fields: np.ndarray[Any, np.dtype[np.float64]],
) -> NetworkPoint:
    lon, lat = float(places.longitude[k]), float(places.latitude[k])
    signals = tuple(
        Signal(
            transmitter=one.name,
            median_dbuvm=float(median),
            rare_dbuvm=float(rare),
            arrival_us=float(delay_us(distance_km(lon, lat, one.longitude, one.latitude))),
        )
        for one, (median, rare) in zip(transmitters, fields, strict=True)
    )
    return NetworkPoint(
        name=places.names[k],
        longitude=lon,
        latitude=lat,
        signals=signals,
        height_m=meetings.around.settings.receiver_height_above_ground_m,
        area=places.areas[k],
        source=p1812.EDITION,
    )
