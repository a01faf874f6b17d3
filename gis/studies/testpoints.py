"""Where the field of a station is judged: its service edge, the boundary, the communes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import destination
from gis.rules import RulePack
from gis.studies.communes import Communes, points_of
from gis.studies.emitter import NEAREST_KM
from gis.studies.field import PolarField
from gis.studies.outlines import Outline
from propagation.compliance.facts import BoundaryFacts
from propagation.interference.bs412 import Area

__all__ = [
    "AZIMUTHS_DEG",
    "Places",
    "Surroundings",
    "boundary_places",
    "commune_places",
    "edge_places",
    "point_name",
]

Floats = NDArray[np.float64]

AZIMUTHS_DEG = np.arange(36, dtype=np.float64) * 10.0
"""One direction each 10 degrees, as GE84 states patterns."""

_BEYOND_KM = (0.0, 2.0, 5.0, 10.0, 20.0)
_JUST_INSIDE_KM = 0.1
_TO_SPARE_DB = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Named points with their surroundings and their relation to a province.

    Attributes
    ----------
    names : tuple of str
        Azimuth and distance from the station, or the name of the commune.
    longitude, latitude : ndarray, shape (k,)
        Degrees.
    areas : tuple of Area
        Surroundings of each point.
    boundary : tuple of BoundaryFacts or None
        Relation to the station's own province; None without an outline.
    """

    names: tuple[str, ...]
    longitude: Floats
    latitude: Floats
    areas: tuple[Area, ...]
    boundary: tuple[BoundaryFacts | None, ...]

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.names)


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What decides how points around a station are judged.

    Attributes
    ----------
    outline : Outline or None
        The station's province on a map around the station.
    communes : Communes
        For the surroundings of the points.
    pack : RulePack
        Rules in force.
    """

    outline: Outline | None
    communes: Communes
    pack: RulePack

    def places(self, polar: PolarField, azimuth_deg: Floats, distance_km: Floats) -> Places:
        """Return the points at azimuths and ranges from a station."""
        station = polar.emitter.station
        longitude, latitude = destination(
            station.longitude, station.latitude, azimuth_deg, distance_km
        )
        order = list(Area)
        areas = self.communes.areas_at(longitude, latitude, self.pack)
        return Places(
            names=tuple(
                point_name(azimuth, away)
                for azimuth, away in zip(azimuth_deg, distance_km, strict=True)
            ),
            longitude=longitude,
            latitude=latitude,
            areas=tuple(order[area] for area in areas),
            boundary=_boundary(self.outline, longitude, latitude),
        )


def point_name(azimuth_deg: float, distance_km: float) -> str:
    """Return the name of a point by where it lies from the station."""
    return f"{azimuth_deg:03.0f}° / {distance_km * 1000:.0f} m"


def edge_places(polar: PolarField, around: Surroundings, minimum_dbuvm: float) -> Places:
    """Return a station's service edge: up to one point on each of 36 azimuths.

    It is the farthest range at which the median field reaches the minimum field with 0.5 dB to
    spare (so that the point itself is still served when its own path is sampled otherwise), or
    the edge of the station's province where that is nearer: outside it is not protected.

    Parameters
    ----------
    polar : PolarField
        Field on the 36 azimuths; its first percentage of time is the median.
    around : Surroundings
        Province, communes, rules.
    minimum_dbuvm : float
        Minimum usable field.
    """
    reached = polar.field_strength_dbuvm[0] >= minimum_dbuvm + _TO_SPARE_DB
    farthest = np.where(reached, polar.distances_km, 0.0).max(axis=1)
    if around.outline is not None:
        met = around.outline.crossings_km(polar.azimuths_deg, float(polar.distances_km[-1]))
        farthest = np.fmin(farthest, met - _JUST_INSIDE_KM)
    known = farthest >= NEAREST_KM
    return around.places(polar, polar.azimuths_deg[known], farthest[known])


def boundary_places(polar: PolarField, around: Surroundings) -> Places:
    """Return points where rays from a station meet its province's outline, and beyond.

    On each of 36 azimuths and towards the outline's nearest point: at the outline's own
    uncertainty before the ray first meets it (the true boundary may be as near as that), where it
    meets it, at the uncertainty beyond that, and 2, 5, 10 and 20 km farther, within the reach of
    the field. No point without an outline.
    """
    nowhere = np.empty(0, dtype=np.float64)
    if around.outline is None:
        return around.places(polar, nowhere, nowhere)
    reach_km = float(polar.distances_km[-1])
    met = around.outline.crossings_km(polar.azimuths_deg, reach_km)
    azimuth_deg, nearest_km = around.outline.nearest()
    azimuths, met = np.append(polar.azimuths_deg, azimuth_deg), np.append(met, nearest_km)
    doubt_km = around.outline.boundary.position_uncertainty_m / 1e3
    beyond = np.array(sorted({-doubt_km, 0.0, *(doubt_km + step for step in _BEYOND_KM)}))
    azimuth, distance = np.broadcast_arrays(azimuths[:, np.newaxis], met[:, np.newaxis] + beyond)
    near_km = np.minimum(met, float(polar.distances_km[0]))[:, np.newaxis]
    wanted = (np.nan_to_num(distance, nan=np.inf) <= reach_km) & (distance >= near_km)
    return around.places(polar, azimuth[wanted], distance[wanted])


def commune_places(around: Surroundings) -> Places:
    """Return the points of the communes."""
    longitude, latitude = points_of(around.communes)
    return Places(
        names=tuple(commune.unit.name for commune in around.communes.members),
        longitude=longitude,
        latitude=latitude,
        areas=tuple(commune.area(around.pack) for commune in around.communes.members),
        boundary=_boundary(around.outline, longitude, latitude),
    )


def _boundary(
    outline: Outline | None, longitude: Floats, latitude: Floats
) -> tuple[BoundaryFacts | None, ...]:
    if outline is None:
        return (None,) * longitude.size
    return tuple(outline.facts(longitude, latitude))
