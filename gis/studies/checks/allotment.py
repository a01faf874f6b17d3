"""Allotments of television, and the signals of a single-frequency network at its test points."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from gis.geodesy import distance_km
from gis.register.records import BroadcastStation
from gis.rules import station_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.meetings import Meetings
from gis.studies.testpoints import Places
from propagation.compliance import allotment
from propagation.compliance.facts_network import NetworkFacts, NetworkPoint, Signal
from propagation.compliance.parameters import (
    TV_ALLOTMENT,
    TV_PROTECTION_RATIO,
    TV_SINGLE_FREQUENCY,
)
from propagation.compliance.records import Finding
from propagation.compliance.standards import same_network
from propagation.interference.single_frequency import delay_us
from propagation.itu import p1812

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather"]

NAME = "allotment"
CHECKS = (allotment.CHECK,)
RULES = (TV_ALLOTMENT, TV_SINGLE_FREQUENCY, TV_PROTECTION_RATIO)


def gather(asked: Asked) -> dict[str, Any]:
    """Return nothing more: no Vietnamese allotment is known, and the register keeps none."""
    del asked
    return {}


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge a station's allotment and its single-frequency network."""
    return allotment.check(
        station_facts(station),
        None,
        _network(scene, station),
        scene.terrain,
        rule=scene.pack.rule(TV_ALLOTMENT),
        network_rule=scene.pack.rule(TV_SINGLE_FREQUENCY),
        standards=scene.neighbourhood.standards,
    )


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
