"""Which announced works lie near a place or near one another, and could be done together."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.affinity import scale

from gis.geodesy import distance_km
from gis.register.works import OPEN_STATES, PlannedWork

__all__ = ["Together", "apart_m", "box_around", "nearest_first", "together"]

_METRES_PER_DEGREE = 110_574.0
"""Of latitude at the equator, the least there is; of longitude it is more, times the cosine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Two works of two owners that could be done together.

    Attributes
    ----------
    first, second : PlannedWork
        The one that begins first, and the other.
    distance_m : float
        Between their nearest points, on the ellipsoid.
    days_between : int
        Days from the end of one to the beginning of the other; 0 where they overlap, or may.
    """

    first: PlannedWork
    second: PlannedWork
    distance_m: float
    days_between: int

    @property
    def end_known(self) -> bool:
        """Whether it is known when the first ends; they count as overlapping where it is not."""
        return self.first.ends_on is not None

    def other(self, work_id: str) -> PlannedWork:
        """Return the one that is not of an id."""
        return self.second if self.first.id == work_id else self.first


def apart_m(one: Point | LineString, other: Point | LineString) -> float:
    """Return the distance in metres between the nearest points of two places, WGS 84.

    The nearest points are found where a degree of longitude is as long as it is halfway between
    them; their distance is that of the geodesic.
    """
    narrow = math.cos(math.radians((one.centroid.y + other.centroid.y) / 2.0))
    origin = (0.0, 0.0)
    pair = [scale(shape, xfact=narrow, yfact=1.0, origin=origin) for shape in (one, other)]
    line = shapely.shortest_line(pair[0], pair[1])
    (x1, y1), (x2, y2) = line.coords
    return 1000.0 * float(distance_km(x1 / narrow, y1, x2 / narrow, y2))


def box_around(place: Point | LineString, radius_m: float) -> tuple[float, float, float, float]:
    """Return a box in degrees that holds all within a distance of a place.

    Near a pole it is as wide as the Earth.
    """
    west, south, east, north = place.bounds
    high = radius_m / _METRES_PER_DEGREE
    steepest = max(abs(south), abs(north)) + high
    wide = high / math.cos(math.radians(steepest)) if steepest < 89.0 else 360.0
    return (
        max(west - wide, -180.0),
        max(south - high, -90.0),
        min(east + wide, 180.0),
        min(north + high, 90.0),
    )


def nearest_first(
    works: Iterable[PlannedWork], place: Point | LineString, radius_m: float
) -> list[tuple[float, PlannedWork]]:
    """Return the works within a distance of a place with their distances in m, nearest first."""
    found = [(apart_m(place, one.geometry), one) for one in works]
    near = [(far, one) for far, one in found if far <= radius_m]
    return sorted(near, key=lambda pair: (pair[0], pair[1].id))


def together(
    works: Iterable[PlannedWork], *, distance_m: float, days_between: int
) -> list[Together]:
    """Return the pairs of works of two owners that are near in space and time.

    Parameters
    ----------
    works : iterable of PlannedWork
        Those that are done or withdrawn do not count.
    distance_m : float
        How far apart they may lie.
    days_between : int
        How many days may lie between the end of one and the beginning of the other; one whose
        end is not known may last until the other begins.

    Returns
    -------
    list of Together
        The nearest first.
    """
    still = [one for one in works if one.state in OPEN_STATES]
    found = []
    for one, other in _near(still, distance_m):
        if one.owner_id == other.owner_id:
            continue
        first, second = sorted((one, other), key=lambda each: (each.begins_on, each.id))
        gap = (second.begins_on - (first.ends_on or second.begins_on)) // timedelta(days=1)
        far = apart_m(first.geometry, second.geometry)
        if far <= distance_m and gap <= days_between:
            pair = Together(first=first, second=second, distance_m=far, days_between=max(gap, 0))
            found.append(pair)
    return sorted(found, key=lambda pair: (pair.distance_m, pair.first.id, pair.second.id))


def _near(
    works: Sequence[PlannedWork], distance_m: float
) -> Iterable[tuple[PlannedWork, PlannedWork]]:
    """Yield each pair whose boxes, widened by a distance, meet."""
    if not works:
        return
    shapes = np.array([one.geometry for one in works], dtype=object)
    west, south, east, north = shapely.bounds(shapes).T
    high = distance_m / _METRES_PER_DEGREE
    steepest = np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)) + high, 89.0))
    wide = high / np.cos(steepest)
    boxes = shapely.box(west - wide, south - high, east + wide, north + high)
    left, right = shapely.STRtree(shapes).query(boxes, predicate="intersects")
    for one, other in zip(left, right, strict=True):
        if works[one].id < works[other].id:
            yield works[one], works[other]
