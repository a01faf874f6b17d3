"""What a data audit compares a record with: the commune it names, the height of its terrain."""

import math
from collections.abc import Iterable

import numpy as np

from gis.geodesy import distance_km
from gis.names import commune_key
from gis.places import BOUNDS_TOLERANCE_M
from gis.register.records import AdministrativeUnit, BroadcastStation
from gis.studies.communes import Commune
from gis.studies.outlines import Outline
from gis.studies.testpoints import AZIMUTHS_DEG
from gis.terrain.ground import Ground
from gis.terrain.profiles import radial_surface
from propagation.compliance.facts import CommuneFacts, HeightFacts

__all__ = ["commune_facts", "height_facts", "named_commune"]

_METHOD = "ITU-R P.1546-6, 3-15 km"
_NEAR_KM, _FAR_KM, _STEP_KM = 3.0, 15.0, 0.1
_METRES_PER_DEGREE = 111_320.0


def named_commune(
    station: BroadcastStation, units: Iterable[AdministrativeUnit]
) -> AdministrativeUnit | None:
    """Return the commune that a record names: of those of that name the nearest."""
    if station.commune_name is None:
        return None
    key = commune_key(station.commune_name)
    named = [unit for unit in units if commune_key(unit.name) == key]
    return min(named, key=lambda unit: (_away_km(station, unit), unit.code), default=None)


def commune_facts(station: BroadcastStation, commune: Commune | None) -> CommuneFacts | None:
    """Return where a station lies in relation to the commune that its record names."""
    if commune is None:
        return None
    unit, boundary = commune.unit, None
    if commune.boundary is not None:
        around = Outline.around(commune.boundary, unit.name, station.longitude, station.latitude)
        where = np.array([station.longitude]), np.array([station.latitude])
        boundary = around.facts(*where)[0]
    away = _away_km(station, unit)
    return CommuneFacts(
        code=unit.code,
        name=unit.name,
        inside_bounds=_inside_bounds(station, unit),
        distance_to_point_km=round(away, 3) if math.isfinite(away) else None,
        boundary=boundary,
    )


def height_facts(station: BroadcastStation, ground: Ground) -> HeightFacts | None:
    """Return the effective height computed from the terrain between 3 and 15 km.

    The height of the antenna above the mean of the ground from 3 to 15 km on each of 36 azimuths
    (Rec. ITU-R P.1546-6, Annex 5, section 3), and the largest of them. On flat terrain the station
    stands at its recorded ground height.
    """
    height = station.height_above_ground_m
    if height is None or (ground.flat and station.ground_height_m is None):
        return None
    distances = np.concatenate(
        ([0.0], np.arange(_NEAR_KM, _FAR_KM + _STEP_KM / 2, _STEP_KM, dtype=np.float64))
    )
    _, _, surface = radial_surface(
        ground,
        (station.longitude, station.latitude),
        AZIMUTHS_DEG,
        distances,
        transmitter_ground_height_m=station.ground_height_m,
    )
    heights = surface.terrain_height_m
    effective = heights[:, 0] + height - heights[:, 1:].mean(axis=-1)
    known = effective[~np.isnan(effective)]
    if known.size == 0:
        return None
    return HeightFacts(
        effective_height_max_m=round(float(known.max()), 2),
        source=_METHOD,
        effective_height_m=tuple(round(float(each), 2) for each in effective),
    )


def _away_km(station: BroadcastStation, unit: AdministrativeUnit) -> float:
    if unit.longitude is None or unit.latitude is None:
        return math.inf
    return float(distance_km(station.longitude, station.latitude, unit.longitude, unit.latitude))


def _inside_bounds(station: BroadcastStation, unit: AdministrativeUnit) -> bool | None:
    if unit.bounds is None:
        return None
    west, south, east, north = unit.bounds
    dy = BOUNDS_TOLERANCE_M / _METRES_PER_DEGREE
    dx = dy / math.cos(math.radians(station.latitude))
    return (
        west - dx <= station.longitude <= east + dx
        and south - dy <= station.latitude <= north + dy
    )
