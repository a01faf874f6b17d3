"""Where stations meet: the test points of each, and every field at them, predicted once."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import distance_km
from gis.register.records import Boundary, BroadcastStation
from gis.rules import RulePack, station_facts
from gis.studies.communes import Communes
from gis.studies.context import StudyContext
from gis.studies.coverage import default_radius_km
from gis.studies.emitter import Emitter, missing_values
from gis.studies.field import PolarField, fields_at, polar_field
from gis.studies.model import FieldSettings
from gis.studies.outlines import Outline
from gis.studies.testpoints import (
    AZIMUTHS_DEG,
    Places,
    Surroundings,
    boundary_places,
    commune_places,
    edge_places,
)
from gis.studies.unwanted import spacing_khz
from gis.terrain.ground import Ground
from propagation.compliance.boundary_protection import applies, protected_inside_only
from propagation.compliance.facts import BoundaryFacts, FieldAtPoint, PairFacts, ProtectionPoint
from propagation.compliance.parameters import BOUNDARY_PROTECTION
from propagation.compliance.standards import Standards
from propagation.interference.bs412 import Area
from propagation.itu import p1812

__all__ = ["Meetings", "Neighbourhood"]

Floats = NDArray[np.float64]

_RANGE_STEP_KM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """The stations of a study, and what they stand among.

    Attributes
    ----------
    stations : mapping
        Every station by identifier.
    judged : frozenset of str
        Those that are judged; the others are their neighbours.
    communes : Communes
        Communes in the areas of the stations judged.
    provinces : mapping
        Name and outline of each province by code.
    pack : RulePack
        Rules in force on the day judged.
    standards : Standards
        What protects the stations of the service by them.
    settings : FieldSettings
        How fields are predicted.
    ground : Ground
        Heights, land cover, zones.
    reach_km : float
        How far beyond an area another station is looked for.
    """

    stations: Mapping[str, BroadcastStation]
    judged: frozenset[str]
    communes: Communes
    provinces: Mapping[str, tuple[str, Boundary]]
    pack: RulePack
    standards: Standards
    settings: FieldSettings
    ground: Ground
    reach_km: float
    _disturbed: dict[tuple[str, float], bool] = field(default_factory=dict, repr=False)

    def station(self, station_id: str) -> BroadcastStation:
        """Return a station."""
        return self.stations[station_id]

    def outline(self, station: BroadcastStation) -> Outline | None:
        """Return the outline of a station's province on a map around the station."""
        found = self.provinces.get(station.province_code or "")
        if found is None:
            return None
        name, boundary = found
        return Outline.around(boundary, name, station.longitude, station.latitude)

    def minimum_dbuvm(self, station: BroadcastStation) -> float:
        """Return the smallest minimum field of a station's reception; inf if it is not known."""
        protection = self.standards.protection(station_facts(station))
        return math.inf if protection is None else protection.minimum_field_dbuvm(Area.RURAL)

    def neighbours(self, station: BroadcastStation) -> Iterator[tuple[BroadcastStation, float]]:
        """Yield the other stations within reach and their distances, by identifier."""
        for other_id in sorted(self.stations):
            other = self.stations[other_id]
            if other_id == station.id:
                continue
            away = float(
                distance_km(station.longitude, station.latitude, other.longitude, other.latitude)
            )
            area = max(default_radius_km(station), default_radius_km(other))
            if away <= area + self.reach_km:
                yield other, away

    def disturbs(self, unwanted: BroadcastStation, wanted: BroadcastStation) -> bool:
        """Return whether the spacing of two stations has a protection ratio; asked once each."""
        asked = wanted.id, spacing_khz(wanted, unwanted)
        if asked not in self._disturbed:
            self._disturbed[asked] = self.standards.disturbs(station_facts(wanted), asked[1])
        return self._disturbed[asked]


@dataclass(frozen=True, slots=True, eq=False)
class Meetings:
    """Test points and fields of every station that could be predicted.

    Attributes
    ----------
    around : Neighbourhood
        The stations.
    edges : mapping
        Service edge of each station.
    boundaries : mapping
        Points at and beyond the province's boundary of each station judged.
    communes : mapping
        Points of the communes, in relation to the province in which each station is protected;
        none for a national station.
    fields : mapping
        Field of a station, shape (2, k) for 50 % and 1 % of time, at a set of points: the edge of
        a station, the boundary points, the communes.
    """

    around: Neighbourhood
    edges: dict[str, Places] = field(default_factory=dict)
    boundaries: dict[str, Places] = field(default_factory=dict)
    communes: dict[str, Places] = field(default_factory=dict)
    fields: dict[tuple[str, str], Floats] = field(default_factory=dict)

    @classmethod
    def predicted(cls, around: Neighbourhood, context: StudyContext) -> "Meetings":
        """Predict every field that the checks of the judged stations need."""
        meetings = cls(around)
        concerned = meetings.concerned()
        share = 0.83 / (2 * max(1, len(concerned)))
        for number, station_id in enumerate(concerned):
            start = 0.02 + number * share
            meetings._place(station_id, context, start, start + share)
        for number, station_id in enumerate(concerned):
            start = 0.02 + (len(concerned) + number) * share
            meetings._predict(station_id, context, start, start + share)
        return meetings

    def concerned(self) -> list[str]:
        """Return the stations that are judged or share carriers with one, and are assessable.

        None of a service of which no ratio and no minimum field is known: no field decides there.
        """
        if self.around.standards.minimum_field is None:
            return []
        found = set()
        for station_id in self.around.judged:
            found.add(station_id)
            station = self.around.station(station_id)
            for other, _ in self.around.neighbours(station):
                if self.around.disturbs(other, station) or self.around.disturbs(station, other):
                    found.add(other.id)
        flat = self.around.ground.flat
        return sorted(
            one for one in found if not missing_values(self.around.station(one), flat=flat)
        )

    def at_boundary(self, station: BroadcastStation) -> list[FieldAtPoint]:
        """Return a station's median field at and beyond its province's boundary."""
        places = self.boundaries.get(station.id)
        if places is None:
            return []
        median = self.fields[station.id, "boundary"][0]
        away = distance_km(station.longitude, station.latitude, places.longitude, places.latitude)
        return [
            FieldAtPoint(
                name=places.names[k],
                longitude=float(places.longitude[k]),
                latitude=float(places.latitude[k]),
                field_strength_dbuvm=float(median[k]),
                distance_km=round(float(away[k]), 3),
                height_m=self.around.settings.receiver_height_above_ground_m,
                area=places.areas[k],
                source=p1812.EDITION,
                boundary=places.boundary[k],
            )
            for k in range(len(places))
        ]

    def pairs(self, station: BroadcastStation) -> list[PairFacts]:
        """Return every other station within reach, with the points where the two meet."""
        return [
            PairFacts(
                other=station_facts(other),
                distance_km=away,
                received=tuple(self._protected(station, other)),
                caused=tuple(self._protected(other, station)),
            )
            for other, away in self.around.neighbours(station)
        ]

    def _emitter(self, station_id: str) -> Emitter:
        around = self.around
        return Emitter(around.station(station_id), around.ground, around.settings)

    def _place(self, station_id: str, context: StudyContext, start: float, end: float) -> None:
        """Find the service edge of a station, and its boundary points if it is judged."""
        around, emitter = self.around, self._emitter(station_id)
        station = emitter.station
        stage = context.stage(start, end, "studies.progress_field", station=station.name)
        polar: PolarField = polar_field(
            emitter,
            stage,
            radius_km=default_radius_km(station),
            step_km=_RANGE_STEP_KM,
            azimuths_deg=AZIMUTHS_DEG,
            time_percents=(50.0,),
        )
        facts, rule = station_facts(station), around.pack.rule(BOUNDARY_PROTECTION)
        outline = around.outline(station) if protected_inside_only(facts) else None
        protected = Surroundings(outline, around.communes, around.pack)
        self.communes[station_id] = commune_places(protected)
        self.edges[station_id] = edge_places(polar, protected, around.minimum_dbuvm(station))
        if station_id in around.judged and applies(facts, rule):
            bounded = Surroundings(around.outline(station), around.communes, around.pack)
            self.boundaries[station_id] = boundary_places(polar, bounded)

    def _predict(self, station_id: str, context: StudyContext, start: float, end: float) -> None:
        """Predict a station's field at every point at which a check asks for it."""
        emitter = self._emitter(station_id)
        sets = dict(self._asked(emitter.station))
        if not sets:
            return
        stage = context.stage(start, end, "studies.progress_field", station=emitter.station.name)
        found = fields_at(
            emitter,
            stage,
            np.concatenate([longitude for longitude, _ in sets.values()]),
            np.concatenate([latitude for _, latitude in sets.values()]),
        )
        first = 0
        for name, (longitude, _) in sets.items():
            self.fields[station_id, name] = found[:, first : first + longitude.size]
            first += longitude.size

    def _asked(self, station: BroadcastStation) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
        """Yield the sets of points at which a station's field is needed."""
        communes = self.communes[station.id]
        yield "communes", (communes.longitude, communes.latitude)
        if station.id in self.boundaries:
            places = self.boundaries[station.id]
            yield "boundary", (places.longitude, places.latitude)
        for other_id, places in self.edges.items():
            other = self.around.station(other_id)
            if other_id == station.id or self.around.disturbs(station, other):
                yield f"edge {other_id}", (places.longitude, places.latitude)

    def _protected(
        self, wanted: BroadcastStation, unwanted: BroadcastStation
    ) -> Iterator[ProtectionPoint]:
        """Yield the points of the wanted station's service that an unwanted one may disturb."""
        if wanted.id not in self.edges or unwanted.id not in self.edges:
            return
        if not self.around.disturbs(unwanted, wanted):
            return
        sets = (
            (f"edge {wanted.id}", self.edges[wanted.id]),
            ("communes", self.communes[wanted.id]),
        )
        least = self.around.minimum_dbuvm(wanted)
        for name, places in sets:
            own, others = self.fields[wanted.id, name][0], self.fields[unwanted.id, name]
            for k in range(len(places)):
                if own[k] >= least and _may_be_protected(places.boundary[k]):
                    yield self._point(
                        wanted, unwanted, places, k, (own[k], others[0, k], others[1, k])
                    )

    def _point(
        self,
        wanted: BroadcastStation,
        unwanted: BroadcastStation,
        places: Places,
        k: int,
        fields: tuple[float, float, float],
    ) -> ProtectionPoint:
        lon, lat = float(places.longitude[k]), float(places.latitude[k])
        to_wanted = float(distance_km(lon, lat, wanted.longitude, wanted.latitude))
        to_unwanted = float(distance_km(lon, lat, unwanted.longitude, unwanted.latitude))
        return ProtectionPoint(
            name=places.names[k],
            longitude=lon,
            latitude=lat,
            wanted_dbuvm=float(fields[0]),
            steady_dbuvm=float(fields[1]),
            tropospheric_dbuvm=float(fields[2]),
            distance_to_wanted_km=round(to_wanted, 3),
            distance_to_unwanted_km=round(to_unwanted, 3),
            height_m=self.around.settings.receiver_height_above_ground_m,
            area=places.areas[k],
            source=p1812.EDITION,
            boundary=places.boundary[k],
        )


def _may_be_protected(boundary: BoundaryFacts | None) -> bool:
    return boundary is None or boundary.inside is not False
