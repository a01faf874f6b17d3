"""The structures nearest to a place, by the length of the geodesic."""

import math
from collections.abc import Iterable
from datetime import date

import numpy as np

from gis.geodesy import distance_km
from gis.register.records import Bounds
from gis.register.scopes import Scope
from gis.register.sites import SitesReader
from gis.register.structures import Structure, StructureKind

__all__ = ["nearest_structures"]

_FIRST_KM = 1.0
_FARTHEST_KM = 20_040.0
"""Half of a meridian and more: nothing on Earth is farther away."""

_LEAST_KM_PER_DEGREE = 110.57
"""Of latitude, at the equator; of longitude at the equator it is more, 111.3."""


def nearest_structures(
    register: SitesReader,
    scope: Scope,
    longitude: float,
    latitude: float,
    count: int,
    *,
    kinds: Iterable[StructureKind] | None = None,
    shareable: bool | None = None,
    on: date | None = None,
) -> list[tuple[float, Structure]]:
    """Return the structures nearest to a place with their distances in km, the nearest first.

    Boxes that hold ever larger circles are asked for until one circle holds enough: what is
    outside a box lies outside its circle, so none of it is nearer.

    Parameters
    ----------
    register : SitesReader
        The register.
    scope : Scope
        The caller.
    longitude, latitude : float
        The place.
    count : int
        How many.
    kinds, shareable, on
        As of `SitesReader.structures`.
    """
    wanted = None if kinds is None else list(kinds)
    radius_km = _FIRST_KM
    while True:
        box = _box(longitude, latitude, radius_km)
        found = register.structures(scope, bbox=box, kinds=wanted, shareable=shareable, on=on)
        away_km = distance_km(
            longitude,
            latitude,
            np.array([one.longitude for one in found]),
            np.array([one.latitude for one in found]),
        )
        within = int(np.count_nonzero(away_km <= radius_km))
        if within >= count or radius_km >= _FARTHEST_KM:
            order = sorted(range(len(found)), key=lambda k: (away_km[k], found[k].id))
            return [(float(away_km[k]), found[k]) for k in order[:count]]
        radius_km = min(2 * radius_km, _FARTHEST_KM)


def _box(longitude: float, latitude: float, radius_km: float) -> Bounds:
    """Return a box that holds a circle; all longitudes where the circle holds a pole."""
    high = radius_km / _LEAST_KM_PER_DEGREE
    south, north = max(latitude - high, -90.0), min(latitude + high, 90.0)
    steepest = math.cos(math.radians(min(max(abs(south), abs(north)), 90.0)))
    wide = high / steepest if steepest > 0 else math.inf
    if wide >= 180 or not -180 <= longitude - wide <= longitude + wide <= 180:
        return -180.0, south, 180.0, north
    return longitude - wide, south, longitude + wide, north
