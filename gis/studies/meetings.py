"""Where stations meet: the test points of each, and every field at them, predicted once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import distance_km
from gis.register.records import BroadcastStation
from gis.rule_facts import station_facts
from gis.studies.cells_of_all import CellsOfAll
from gis.studies.context import Stage, StudyContext
from gis.studies.coverage import default_radius_km
from gis.studies.emitter import Emitter, missing_values
from gis.studies.field import PolarField, fields_at, polar_field
from gis.studies.neighbourhood import Neighbourhood
from gis.studies.service_cells import ServiceCells
from gis.studies.testpoints import (
    AZIMUTHS_DEG,
    Places,
    Surroundings,
    boundary_places,
    commune_places,
    edge_places,
)
from propagation.compliance.boundary_protection import applies, protected_inside_only
from propagation.compliance.facts import (
    BoundaryFacts,
    FieldAtPoint,
    PairFacts,
    ProtectionPoint,
)
from propagation.compliance.parameters import BOUNDARY_PROTECTION
from propagation.compliance.standards import same_network
from propagation.itu import p1812

__all__ = ["Meetings"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

_RANGE_STEP_KM = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Meetings:
    """Test points and fields of every station that could be predicted.

    Attributes
    ----------
    around : Neighbourhood
        The stations.
    cells : mapping
        Cells in which each station serves, and what the others do there.
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
    known : Meetings or None
        What was predicted before for the same stations, places and ground, and is not again.
    """

    around: Neighbourhood
    cells: dict[str, ServiceCells] = field(default_factory=dict)
    edges: dict[str, Places] = field(default_factory=dict)
    boundaries: dict[str, Places] = field(default_factory=dict)
    communes: dict[str, Places] = field(default_factory=dict)
    fields: dict[tuple[str, str], Floats] = field(default_factory=dict)
    _against: dict[str, tuple[BroadcastStation, ...]] = field(
        default_factory=dict, init=False, repr=False
    )
    known: "Meetings | None" = None
    _distances: dict[tuple[str, str], Floats] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def predicted(
        cls, around: Neighbourhood, context: StudyContext, known: "Meetings | None" = None
    ) -> "Meetings":
        """Predict every field that the checks of the judged stations need.

        Parameters
        ----------
        around : Neighbourhood
            The stations.
        context : StudyContext
            Who listens, and how many workers there are.
        known : Meetings, optional
            What is taken from before; nothing of a station that was not the same then.
        """
        meetings = cls(around, known=known)
        concerned, adding = meetings.concerned(), meetings.contributors()
        for number, station_id in enumerate(concerned):
            start, end = _part(0.02, 0.15, number, len(concerned))
            meetings._place(station_id, context, start, end)
        meetings._fill_cells(concerned, context)
        emitters = [meetings._emitter(station_id) for station_id in adding]
        if (replaced := meetings._formerly()) is not None:
            emitters.append(replaced)
        meetings._fill_fields(emitters, context)
        return meetings

    def concerned(self) -> list[str]:
        """Return the stations that are judged or share carriers with one, and are assessable.

        None of a service of which no ratio and no minimum field is known: no field decides there.
        """
        if self.around.standards.minimum_field is None:
            return []
        found = set(self.around.judged)
        for station_id in self.around.judged:
            station = self.around.station(station_id)
            for other, _ in self.around.neighbours(station):
                if self.around.disturbs(other, station) or self.around.disturbs(station, other):
                    found.add(other.id)
        return self._assessable(found)

    def contributors(self) -> list[str]:
        """Return the stations concerned, and whatever disturbs one of them and is assessable."""
        concerned = self.concerned()
        found = set(concerned)
        for station_id in concerned:
            found.update(other.id for other in self._disturbing(self.around.station(station_id)))
        return self._assessable(found)

    def _assessable(self, found: Iterable[str]) -> list[str]:
        return sorted(one for one in found if self._known(self.around.station(one)))

    def _disturbing(self, wanted: BroadcastStation) -> tuple[BroadcastStation, ...]:
        """Return the stations within reach of one that may disturb it; none of its own network."""
        if wanted.id not in self._against:
            around, own = self.around, self.around.facts(wanted)
            self._against[wanted.id] = tuple(
                other
                for other, _ in around.neighbours(wanted)
                if around.disturbs(other, wanted) and not same_network(own, around.facts(other))
            )
        return self._against[wanted.id]

    def disturbing(self, station: BroadcastStation) -> list[BroadcastStation]:
        """Return the stations whose fields were predicted at a station's service edge."""
        return [
            other
            for other in self._disturbing(station)
            if (other.id, f"edge {station.id}") in self.fields
        ]

    def unknown(self, station: BroadcastStation) -> list[BroadcastStation]:
        """Return those of a station and of whoever may disturb it that cannot be predicted."""
        return [one for one in (station, *self._disturbing(station)) if not self._known(one)]

    def without(self, station_id: str) -> "Meetings":
        """Return what was predicted and does not hang on one station's record."""
        edge = f"edge {station_id}"
        return Meetings(
            self.around,
            cells={
                name: replace(
                    cells,
                    unwanted=tuple(one for one in cells.unwanted if one.station.id != station_id),
                )
                for name, cells in self.cells.items()
                if name != station_id
            },
            edges={name: places for name, places in self.edges.items() if name != station_id},
            communes={
                name: places for name, places in self.communes.items() if name != station_id
            },
            fields={
                key: values
                for key, values in self.fields.items()
                if key[0] != station_id and key[1] not in {edge, "boundary"}
            },
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

    def _formerly(self) -> Emitter | None:
        """Return the station that is replaced, where its field can be predicted."""
        replaced, around = self.around.replaced, self.around
        if replaced is None or not self._known(replaced):
            return None
        return Emitter(replaced, around.ground, around.settings)

    def _fill_cells(self, concerned: Sequence[str], context: StudyContext) -> None:
        """Find the cells of the stations, and what the others do there."""
        stations = [self.around.station(one) for one in concerned]
        guards = {one.id: self.around.protection(one) for one in stations}
        among = CellsOfAll(
            self.around,
            {one: guard for one, guard in guards.items() if guard is not None},
            {one.id: [*filter(self._known, self._disturbing(one))] for one in stations},
            {} if self.known is None else self.known.cells,
            self._formerly(),
        )
        self.cells.update(among.found(context.stage(0.15, 0.5, "studies.progress_cells")))

    def _known(self, station: BroadcastStation) -> bool:
        return not missing_values(station, flat=self.around.ground.flat)

    def edge(self, station_id: str, stage: Stage) -> PolarField:
        """Find the service edge of a station and the points of the communes around it.

        Returns
        -------
        PolarField
            The median field on the 36 azimuths on which the edge was looked for.
        """
        around, emitter = self.around, self._emitter(station_id)
        station = emitter.station
        polar: PolarField = polar_field(
            emitter,
            stage,
            radius_km=default_radius_km(station),
            step_km=_RANGE_STEP_KM,
            azimuths_deg=AZIMUTHS_DEG,
            time_percents=(50.0,),
        )
        outline = around.outline(station) if self._bound(station) else None
        protected = Surroundings(outline, around.communes, around.pack)
        self.communes[station_id] = commune_places(protected)
        self.edges[station_id] = edge_places(polar, protected, around.minimum_dbuvm(station))
        return polar

    def _place(self, station_id: str, context: StudyContext, start: float, end: float) -> None:
        """Find the service edge of a station, and its boundary points if it is judged."""
        if self.known is not None and station_id in self.known.edges:
            self.communes[station_id] = self.known.communes[station_id]
            self.edges[station_id] = self.known.edges[station_id]
            return
        around, station = self.around, self.around.station(station_id)
        stage = context.stage(start, end, "studies.progress_field", station=station.name)
        polar = self.edge(station_id, stage)
        facts, rule = around.facts(station), around.pack.rule(BOUNDARY_PROTECTION)
        if station_id in around.judged and applies(facts, rule):
            bounded = Surroundings(around.outline(station), around.communes, around.pack)
            self.boundaries[station_id] = boundary_places(polar, bounded)

    def _fill_fields(self, emitters: Sequence[Emitter], context: StudyContext) -> None:
        """Predict each station's field at every point at which a check asks for it."""
        stage = context.stage(0.5, 0.85, "studies.progress_points")
        before = {} if self.known is None else self.known.fields
        tasks = []
        for number, emitter in enumerate(emitters):
            station, missing = emitter.station, {}
            for name, places in self._asked(station):
                if (station.id, name) in before:
                    self.fields[station.id, name] = before[station.id, name]
                else:
                    missing[name] = places
            if missing:
                tasks.append((number, missing))
        for (number, _), found in stage.spread(_predicted, emitters, tasks):
            for name, values in found.items():
                self.fields[emitters[number].station.id, name] = values

    def _asked(self, station: BroadcastStation) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
        """Yield the sets of points at which a station's field is needed."""
        if station.id in self.communes:
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
            away = (self._away_km(wanted, name, places), self._away_km(unwanted, name, places))
            for k in range(len(places)):
                weak = own[k] < least  # not so where the field is not known
                placed = np.isfinite(places.longitude[k] + places.latitude[k])
                if placed and not weak and _may_be_protected(places.boundary[k]):
                    yield self._point(
                        places, k, (own[k], others[0, k], others[1, k]), (away[0][k], away[1][k])
                    )
        yield from self._worst_cell(wanted, unwanted)

    def _worst_cell(
        self, wanted: BroadcastStation, unwanted: BroadcastStation
    ) -> Iterator[ProtectionPoint]:
        """Yield the cell of the wanted station's service where an unwanted one disturbs most."""
        cells = self.cells.get(wanted.id)
        one = None if cells is None else cells.of(unwanted.id)
        if cells is None or one is None:
            return
        margin = cells.wanted_dbuvm - one.nuisance_dbuvm
        if np.isnan(margin).all():
            return
        k = int(np.nanargmin(margin))
        places = cells.place(k, self.around.outline(wanted) if self._bound(wanted) else None)
        steady, tropospheric = (float(field) for field in one.field_dbuvm[:2, k])
        fields = (float(cells.wanted_dbuvm[k]), steady, tropospheric)
        at = places.longitude[0], places.latitude[0]
        away = [float(distance_km(*at, one.longitude, one.latitude)) for one in (wanted, unwanted)]
        yield self._point(places, 0, fields, (away[0], away[1]))

    def _away_km(self, station: BroadcastStation, name: str, places: Places) -> Floats:
        """Return how far from a station the points of a set lie."""
        key = (station.id, name)
        if key not in self._distances:
            self._distances[key] = distance_km(
                station.longitude, station.latitude, places.longitude, places.latitude
            )
        return self._distances[key]

    def _bound(self, station: BroadcastStation) -> bool:
        return protected_inside_only(self.around.facts(station))

    def _point(
        self,
        places: Places,
        k: int,
        fields: tuple[float, float, float],
        away_km: tuple[float, float],
    ) -> ProtectionPoint:
        return ProtectionPoint(
            name=places.names[k],
            longitude=float(places.longitude[k]),
            latitude=float(places.latitude[k]),
            wanted_dbuvm=float(fields[0]),
            steady_dbuvm=float(fields[1]),
            tropospheric_dbuvm=float(fields[2]),
            distance_to_wanted_km=round(float(away_km[0]), 3),
            distance_to_unwanted_km=round(float(away_km[1]), 3),
            height_m=self.around.settings.receiver_height_above_ground_m,
            area=places.areas[k],
            source=p1812.EDITION,
            boundary=places.boundary[k],
        )


def _predicted(
    emitters: Sequence[Emitter],
    asked: tuple[int, Mapping[str, tuple[Floats, Floats]]],
    stage: Stage,
) -> dict[str, Floats]:
    """Return the field of one of several stations at each of its sets of points."""
    emitter, sets = emitters[asked[0]], asked[1]
    station = emitter.station
    longitude, latitude = (
        np.concatenate([places[axis] for places in sets.values()]) for axis in (0, 1)
    )
    away = distance_km(station.longitude, station.latitude, longitude, latitude)
    farthest_km = float(np.nanmax(away, initial=_RANGE_STEP_KM))
    windows = emitter.ground.windows(station.longitude, station.latitude, farthest_km)
    fields = fields_at(emitter, stage, longitude, latitude, windows=windows)
    found, first = {}, 0
    for name, (those, _) in sets.items():
        found[name] = fields[:, first : first + those.size]
        first += those.size
    return found


def _part(start: float, end: float, number: int, count: int) -> tuple[float, float]:
    """Return the span of one of several works within a span."""
    share = (end - start) / max(1, count)
    return start + number * share, start + (number + 1) * share


def _may_be_protected(boundary: BoundaryFacts | None) -> bool:
    return boundary is None or boundary.inside is not False
