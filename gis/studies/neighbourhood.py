"""The stations of a study: who is near whom, who may disturb whom, and where one is protected."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import distance_km
from gis.raster import Grid
from gis.register.records import Boundary, BroadcastStation
from gis.rule_facts import station_facts
from gis.rules import RulePack
from gis.studies.communes import Communes, pixels_of
from gis.studies.coverage import default_radius_km
from gis.studies.model import FieldSettings
from gis.studies.outlines import Outline
from gis.studies.service_cells import Kinds
from gis.studies.unwanted import spacing_khz
from gis.terrain.ground import Ground
from propagation.compliance.boundary_protection import protected_inside_only
from propagation.compliance.facts import (
    StationFacts,
)
from propagation.compliance.parameters import SUMMATION, number
from propagation.compliance.standards import Standards
from propagation.interference.bs412 import Area
from propagation.interference.locations import LOCATION_STANDARD_DEVIATION_DB
from propagation.interference.protection import Protection

__all__ = ["Neighbourhood"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

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
        Name and outline of each province, and of each other unit that is an allotment's area, by
        code.
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
    replaced : BroadcastStation or None
        The record that the station judged would replace: what it does to the others is predicted,
        and it plays no other part.
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
    replaced: BroadcastStation | None = None
    _facts: dict[str, StationFacts] = field(default_factory=dict, init=False, repr=False)
    _near: dict[str, tuple[tuple[BroadcastStation, float], ...]] = field(
        default_factory=dict, init=False, repr=False
    )
    _outlines: dict[str, Outline] = field(default_factory=dict, repr=False)

    def facts(self, station: BroadcastStation) -> StationFacts:
        """Return what checks read of a station's record."""
        if station.id not in self._facts:
            self._facts[station.id] = station_facts(station)
        return self._facts[station.id]

    def station(self, station_id: str) -> BroadcastStation:
        """Return a station."""
        return self.stations[station_id]

    def outline(self, station: BroadcastStation) -> Outline | None:
        """Return the outline of a station's province on a map around the station."""
        found = self.provinces.get(station.province_code or "")
        if found is None:
            return None
        if station.id not in self._outlines:
            name, boundary = found
            around = Outline.around(boundary, name, station.longitude, station.latitude)
            self._outlines[station.id] = around
        return self._outlines[station.id]

    def minimum_dbuvm(self, station: BroadcastStation) -> float:
        """Return the smallest minimum field of a station's reception; inf if it is not known."""
        protection = self.standards.protection(station_facts(station))
        return math.inf if protection is None else protection.minimum_field_dbuvm(Area.RURAL)

    def neighbours(self, station: BroadcastStation) -> tuple[tuple[BroadcastStation, float], ...]:
        """Return the other stations within reach and their distances, by identifier."""
        if station.id not in self._near:
            self._near[station.id] = self._found_near(station)
        return self._near[station.id]

    def _found_near(self, station: BroadcastStation) -> tuple[tuple[BroadcastStation, float], ...]:
        others = [self.stations[one] for one in sorted(self.stations) if one != station.id]
        longitude = np.array([other.longitude for other in others], dtype=np.float64)
        latitude = np.array([other.latitude for other in others], dtype=np.float64)
        away = distance_km(station.longitude, station.latitude, longitude, latitude)
        own = default_radius_km(station)
        return tuple(
            (other, float(km))
            for other, km in zip(others, away, strict=True)
            if km <= max(own, default_radius_km(other)) + self.reach_km
        )

    @property
    def deviation_db(self) -> float:
        """The standard deviation over locations with which nuisance fields are combined."""
        rule = self.pack.rules.get(SUMMATION)
        if rule is None:
            return LOCATION_STANDARD_DEVIATION_DB
        return number(rule, "location_standard_deviation_db")

    def protection(self, station: BroadcastStation) -> Protection | None:
        """Return what protects a station's reception; None where that is not known."""
        return self.standards.protection(self.facts(station))

    def kinds(self, station: BroadcastStation, protection: Protection) -> Kinds:
        """Return what is known of pixels: their surroundings, and where a station is protected."""
        minimum = np.array([protection.minimum_field_dbuvm(area) for area in Area])
        bound = protected_inside_only(self.facts(station))
        found = self.provinces.get(station.province_code or "") if bound else None

        def of(grid: Grid) -> tuple[Indices, Indices, Floats, Flags]:
            surroundings, commune = self.communes.on_grid(grid, self.pack)
            protected = np.ones(grid.shape, dtype=np.bool_)
            if found is not None:
                inside = pixels_of(found[1], grid)
                protected[:] = False
                if inside is not None:
                    protected[inside] = True
            return surroundings, commune, minimum[surroundings], protected

        return of

    def disturbs(self, unwanted: BroadcastStation, wanted: BroadcastStation) -> bool:
        """Return whether the spacing of two stations has a protection ratio."""
        return self.standards.disturbs(self.facts(wanted), spacing_khz(wanted, unwanted))
