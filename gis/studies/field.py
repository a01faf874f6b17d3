"""The predicted field of a station: around it on radials, and at single points.

The field is that of Rec. ITU-R P.1812 for the effective radiated power in the direction of the
receiver, horizontal pattern included. Nearer than 0.25 km, where the Recommendation does not
reach, it is the free-space field at the slant distance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.raster import Grid
from gis.studies.context import Stage
from gis.studies.emitter import FEWEST_POINTS, NEAREST_KM, Emitter
from propagation.profile import PathProfile, RadioClimaticZone

__all__ = ["PolarField", "azimuths_around", "azimuths_towards", "fields_at", "polar_field"]

Floats = NDArray[np.float64]

_POINT_CLASS = 16
_BLOCK_VALUES = 120_000
_TERRAIN_SHARE = 0.1


def azimuths_around(count: int) -> Floats:
    """Return equally spaced azimuths all round, the first due north."""
    return np.arange(count, dtype=np.float64) * (360.0 / count)


def azimuths_towards(centre_deg: float, half_width_deg: float, spacing_deg: float) -> Floats:
    """Return equally spaced azimuths of a sector, increasing, possibly beyond 360."""
    steps = int(np.ceil(half_width_deg / spacing_deg))
    return centre_deg + np.arange(-steps, steps + 1, dtype=np.float64) * spacing_deg


@dataclass(frozen=True, slots=True, eq=False)
class PolarField:
    """The field of a station on radials.

    Attributes
    ----------
    emitter : Emitter
        Whose field it is.
    distances_km : ndarray, shape (r,)
        Ranges, increasing, at least 0.25 km.
    azimuths_deg : ndarray, shape (a,)
        Azimuths from true north, equally spaced, increasing; all round, or a sector.
    time_percents : tuple of float
        Percentages of time in which the field is exceeded.
    field_strength_dbuvm : ndarray, shape (p, r, a)
        The field, dB(uV/m), pattern included.
    """

    emitter: Emitter
    distances_km: Floats
    azimuths_deg: Floats
    time_percents: tuple[float, ...]
    field_strength_dbuvm: Floats

    @property
    def spacing_deg(self) -> float:
        """Angle between neighbouring radials."""
        return float(self.azimuths_deg[1] - self.azimuths_deg[0])

    @property
    def all_round(self) -> bool:
        """Whether the azimuths close the circle."""
        return bool(np.isclose(self.azimuths_deg.size * self.spacing_deg, 360.0))

    def at(self, longitude: Floats, latitude: Floats) -> Floats:
        """Return the field at points, shape (p, ...), NaN beyond the radius or the sector.

        Bilinear in azimuth and range, in dB.
        """
        lon, lat = np.broadcast_arrays(longitude, latitude)
        return self.at_polar(*self.emitter.towards(lon, lat))

    def at_polar(self, azimuth_deg: Floats, distance_km: Floats) -> Floats:
        """Return the field at azimuths and ranges, as `at` does."""
        ranges = self.distances_km
        upper = np.clip(np.searchsorted(ranges, distance_km), 1, ranges.size - 1)
        along = (distance_km - ranges[upper - 1]) / (ranges[upper] - ranges[upper - 1])
        tolerance = 1e-9 * ranges[-1]
        outside = (distance_km < ranges[0] - tolerance) | (distance_km > ranges[-1] + tolerance)
        left, right, across, beside = self._between(azimuth_deg)
        values = self.field_strength_dbuvm
        near = values[:, upper - 1, left] * (1 - across) + values[:, upper - 1, right] * across
        far = values[:, upper, left] * (1 - across) + values[:, upper, right] * across
        field = np.where(outside | beside, np.nan, near * (1 - along) + far * along)
        close = (distance_km < NEAREST_KM) & ~beside
        if ranges[0] > NEAREST_KM or not np.any(close):
            return field
        return np.where(close, self.emitter.free_space_dbuvm(azimuth_deg, distance_km), field)

    def to_grid(self, grid: Grid) -> Floats:
        """Return the field at the centres of a grid's pixels, shape (p, height, width)."""
        return self.at(*grid.centres())

    def _between(
        self, azimuth_deg: Floats
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats, NDArray[np.bool_]]:
        """Return the radials beside azimuths, the right one's weight, and what lies outside."""
        count = self.azimuths_deg.size
        turned = np.mod(azimuth_deg - self.azimuths_deg[0], 360.0) / self.spacing_deg
        left = np.floor(turned).astype(np.intp)
        if self.all_round:
            within = np.zeros(np.shape(azimuth_deg), dtype=np.bool_)
            return left % count, (left + 1) % count, turned - left, within
        beside = turned > count - 1
        left = np.minimum(left, count - 2)
        return left, left + 1, turned - left, beside


def polar_field(
    emitter: Emitter,
    stage: Stage,
    *,
    radius_km: float,
    step_km: float,
    azimuths_deg: Floats,
    start_km: float = 0.0,
    time_percents: Sequence[float] = (50.0, 1.0),
) -> PolarField:
    """Predict the field of a station on radials.

    The terrain of each radial is sampled once, at equal steps that divide the range step; the
    profile of a receiver is the part of it up to the receiver.

    Parameters
    ----------
    emitter : Emitter
        The station over its terrain.
    stage : Stage
        Who listens, who may cancel, and how many workers there are.
    radius_km : float
        Largest range, rounded up to a whole number of steps.
    step_km : float
        Distance between ranges.
    azimuths_deg : ndarray
        Equally spaced azimuths, increasing.
    start_km : float
        Ranges before this are not wanted.
    time_percents : sequence of float
        Percentages of time, 1 to 50.
    """
    parts = max(1, int(np.ceil(step_km / emitter.settings.profile_step_km - 1e-9)))
    rings = max(1, int(np.ceil(radius_km / step_km - 1e-9)))
    along = np.arange(rings * parts + 1, dtype=np.float64) * (step_km / parts)
    radials, end_latitude = _radials(emitter, stage.part(0.0, _TERRAIN_SHARE), azimuths_deg, along)
    distances, points = _rings(rings, parts, step_km, start_km)
    field = np.full((len(time_percents), distances.size, azimuths_deg.size), np.nan)
    own_latitude = emitter.station.latitude

    def work(tile: tuple[int, slice]) -> Floats:
        ring, rows = tile
        azimuths = azimuths_deg[rows]
        if points[ring] >= FEWEST_POINTS:
            profile = _cut(radials, rows, int(points[ring]))
        else:
            reach = np.linspace(0.0, float(distances[ring]), FEWEST_POINTS)
            profile, _ = emitter.paths(azimuths, reach)
        half = float(distances[ring]) / float(along[-1]) / 2
        centre = own_latitude + (end_latitude[rows] - own_latitude) * half
        return emitter.fields_dbuvm(profile, azimuths, centre, time_percents)

    tiles = [
        (ring, rows)
        for ring in range(distances.size)
        for rows in _blocks(azimuths_deg.size, int(points[ring]))
    ]
    for (ring, rows), values in stage.part(_TERRAIN_SHARE, 1.0).map(work, tiles):
        field[:, ring, rows] = values
    percents = tuple(float(percent) for percent in time_percents)
    return PolarField(emitter, distances, azimuths_deg, percents, field)


def fields_at(
    emitter: Emitter,
    stage: Stage,
    longitude: Floats,
    latitude: Floats,
    *,
    time_percents: Sequence[float] = (50.0, 1.0),
) -> Floats:
    """Predict the field of a station at points, each over its own path.

    Parameters
    ----------
    emitter, stage, time_percents
        As for `polar_field`.
    longitude, latitude : ndarray, shape (k,)
        The points, degrees.

    Returns
    -------
    ndarray, shape (p, k)
        The field for each percentage of time, dB(uV/m).
    """
    azimuth, distance_km = emitter.towards(longitude, latitude)
    field = np.full((len(time_percents), distance_km.size), np.nan)
    close = distance_km < NEAREST_KM
    field[:, close] = emitter.free_space_dbuvm(azimuth[close], distance_km[close])
    step_km = emitter.settings.profile_step_km
    classes = np.ceil(distance_km / step_km / _POINT_CLASS).astype(np.intp)
    points = np.maximum(classes * _POINT_CLASS + 1, FEWEST_POINTS)
    tiles = []
    for count in np.unique(points[~close]):
        members = np.flatnonzero((points == count) & ~close)
        tiles += [(int(count), members[rows]) for rows in _blocks(members.size, int(count))]

    def work(tile: tuple[int, NDArray[np.intp]]) -> Floats:
        count, who = tile
        steps = np.linspace(0.0, 1.0, count)
        profile, end = emitter.paths(azimuth[who], distance_km[who, np.newaxis] * steps)
        centre = (emitter.station.latitude + end) / 2
        return emitter.fields_dbuvm(profile, azimuth[who], centre, time_percents)

    for (_, who), values in stage.map(work, tiles):
        field[:, who] = values
    return field


def _rings(
    rings: int, parts: int, step_km: float, start_km: float
) -> tuple[Floats, NDArray[np.intp]]:
    """Return the ranges and the points of the profile to each; the first may be 0.25 km."""
    numbers = np.arange(max(1, int(np.floor(start_km / step_km))), rings + 1)
    numbers = numbers[numbers * step_km >= NEAREST_KM]
    distances: Floats = numbers * np.float64(step_km)
    points = (numbers * parts + 1).astype(np.intp)
    if start_km < step_km and (distances.size < 2 or distances[0] > NEAREST_KM):
        distances = np.concatenate(([NEAREST_KM], distances))
        points = np.concatenate(([0], points))
    return distances, points


def _radials(
    emitter: Emitter, stage: Stage, azimuths_deg: Floats, along_km: Floats
) -> tuple[PathProfile, Floats]:
    """Return the terrain of every radial to its end, sampled in blocks of radials."""

    def sample(rows: slice) -> tuple[PathProfile, Floats]:
        return emitter.paths(azimuths_deg[rows], along_km)

    tiles = _blocks(azimuths_deg.size, along_km.size)
    blocks = [block for _, block in stage.map(sample, tiles)]
    whole = PathProfile(
        distance_km=along_km,
        terrain_height_m=np.concatenate([profile.terrain_height_m for profile, _ in blocks]),
        clutter_height_m=np.zeros(along_km.shape),
        zone=np.full(along_km.shape, RadioClimaticZone.INLAND, dtype=np.int8),
    )
    return whole, np.concatenate([latitude for _, latitude in blocks])


def _cut(radials: PathProfile, rows: slice, points: int) -> PathProfile:
    """Return the first part of some radials."""
    return PathProfile(
        distance_km=radials.distance_km[:points],
        terrain_height_m=np.ascontiguousarray(radials.terrain_height_m[rows, :points]),
        clutter_height_m=radials.clutter_height_m[:points],
        zone=radials.zone[:points],
    )


def _blocks(count: int, points: int) -> list[slice]:
    """Cut rows into blocks of a fixed number of values, whoever computes them."""
    rows = max(1, _BLOCK_VALUES // max(points, 1))
    return [slice(first, min(first + rows, count)) for first in range(0, count, rows)]
