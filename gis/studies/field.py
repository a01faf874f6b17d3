"""The predicted field of a station: around it on radials, and at single points.

The field is that of the emitter's model (Rec. ITU-R P.1812 unless another was chosen) for the
effective radiated power in the direction of the receiver, horizontal pattern included. Nearer than
0.25 km, where Recommendations do not reach, it is the free-space field at the slant distance;
there is none within the shortest distance of a model that begins farther away.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.raster import Grid
from gis.studies.context import Stage
from gis.studies.emitter import FEWEST_POINTS, NEAREST_KM, Emitter
from gis.studies.method_remarks import method_remarks
from gis.studies.polar import Polar, plane_of_grid
from gis.studies.remarks import Gaps, ground_remarks
from gis.studies.walk import Walk
from gis.terrain.ground import GroundWindows, Remark

__all__ = [
    "PolarField",
    "azimuths_around",
    "azimuths_towards",
    "blocks",
    "fields_at",
    "polar_field",
]

Floats = NDArray[np.float64]

_POINT_CLASS = 16
_BLOCK_VALUES = 120_000
_STRIP_PIXELS = 200_000
_KM_PER_DEGREE = 110.6


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
    azimuths_deg : ndarray, shape (a,)
        Azimuths from true north, equally spaced, increasing; all round, or a sector.
    time_percents : tuple of float
        Percentages of time in which the field is exceeded.
    polar : Polar
        The field in dB(uV/m), pattern included, one quantity for each percentage of time.
    gaps : Gaps
        Where the ground was not known.
    notes : Counter
        What the model noted of its receivers.
    """

    emitter: Emitter
    azimuths_deg: Floats
    time_percents: tuple[float, ...]
    polar: Polar
    gaps: Gaps
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def distances_km(self) -> Floats:
        """Ranges of the points of a radial, from 0."""
        points: Floats = np.arange(self.polar.values.shape[2], dtype=np.float64)
        return points * self.polar.step_km

    def remarks(self, step_m: float) -> list[Remark]:
        """Return what has to be said about the ground under the field, and about the model."""
        emitter = self.emitter
        profile_m = self.polar.step_km * 1e3
        ground = ground_remarks(emitter.ground, emitter.station, self.gaps, step_m, profile_m)
        return [*ground, *method_remarks(emitter, self.notes, self.polar.reach_km, step_m)]

    @property
    def field_strength_dbuvm(self) -> NDArray[np.float32]:
        """The field, shape (p, a, r); NaN where it is not computed."""
        return self.polar.values

    def at(self, longitude: Floats, latitude: Floats) -> Floats:
        """Return the field at points, shape (p, ...), NaN beyond the radius or the sector."""
        lon, lat = np.broadcast_arrays(longitude, latitude)
        return self.at_polar(*self.emitter.towards(lon, lat))

    def at_polar(self, azimuth_deg: Floats, distance_km: Floats) -> Floats:
        """Return the field at azimuths and ranges, as `at` does; near the mast in free space."""
        field = self.polar.at(azimuth_deg, distance_km)
        return self._with_mast(field, azimuth_deg, distance_km)

    def to_grid(self, grid: Grid, stage: Stage) -> tuple[NDArray[np.float32], int]:
        """Return the field at the centres of a grid's pixels, and how many lie within the radius.

        The field has the shape (p, height, width), and is NaN beyond the radius or the sector.
        """
        station = self.emitter.station
        plane = plane_of_grid(grid, station.longitude, station.latitude)
        field = np.empty((len(self.time_percents), *grid.shape), dtype=np.float32)

        def work(rows: range) -> tuple[NDArray[np.float32], int]:
            return self.polar.rows(plane, rows, grid.width)

        within = 0
        for rows, (values, inside) in stage.map(work, _strips(grid)):
            field[:, rows.start : rows.stop] = values
            within += inside
        near = _near(grid, station.longitude, station.latitude)
        longitude, latitude = np.meshgrid(grid.longitudes[near[1]], grid.latitudes[near[0]])
        field[:, near[0], near[1]] = self._with_mast(
            field[:, near[0], near[1]], *self.emitter.towards(longitude, latitude)
        )
        return field, within

    def _with_mast(
        self, field: NDArray[Any], azimuth_deg: Floats, distance_km: Floats
    ) -> NDArray[Any]:
        """Put free space where the Recommendation does not reach, nearest to the mast."""
        close = (distance_km < self.emitter.free_space_km) & ~np.isnan(field).all(axis=0)
        if not np.any(close):
            return field
        found = np.array(field)
        at = (np.broadcast_to(one, close.shape)[close] for one in (azimuth_deg, distance_km))
        found[:, close] = self.emitter.free_space_dbuvm(*at)
        return found


def polar_field(
    emitter: Emitter,
    stage: Stage,
    *,
    radius_km: float,
    step_km: float,
    azimuths_deg: Floats,
    start_km: float = 0.0,
    thinned: bool = False,
    time_percents: Sequence[float] = (50.0, 1.0),
) -> PolarField:
    """Predict the field of a station on radials.

    The terrain of each radial is sampled once, at equal steps that divide the range step; each of
    its points is a receiver.

    Parameters
    ----------
    emitter : Emitter
        The station over its terrain.
    stage : Stage
        Who listens, who may cancel, and how many workers there are.
    radius_km : float
        Largest range, rounded up to a whole number of steps.
    step_km : float
        Largest distance between ranges; no more than the settings' profile step.
    azimuths_deg : ndarray
        Equally spaced azimuths, increasing.
    start_km : float
        Ranges before this are not wanted.
    thinned : bool
        Whether radials all round thin out towards the mast, where they stand closer together
        than the ranges.
    time_percents : sequence of float
        Percentages of time, 1 to 50.
    """
    walk = Walk.over(
        emitter, radius_km, step_km, start_km, azimuths_deg, tuple(time_percents), thinned
    )
    shape = (len(time_percents), azimuths_deg.size, walk.points)
    field = np.full(shape, np.nan, dtype=np.float32)
    tiles = blocks(azimuths_deg.size, walk.points)
    gaps, notes = Gaps(), Counter[str]()

    for rows, (values, missing, noted) in stage.spread(_walked, walk, tiles):
        field[:, rows] = values
        gaps = gaps.and_those(missing)
        notes.update(noted)
    polar = Polar(
        values=field,
        start_deg=float(azimuths_deg[0]),
        spacing_deg=walk.spacing_deg,
        step_km=walk.step_km,
        reach_km=radius_km * (1 + 1e-12),
        rings=walk.rings,
    )
    return PolarField(emitter, azimuths_deg, walk.emission.time_percents, polar, gaps, notes)


def _walked(
    walk: Walk, rows: slice, stage: Stage
) -> tuple[NDArray[np.float32], Gaps, Counter[str]]:
    """Return the field on some of the radials of a walk."""
    return walk.field_dbuvm(rows, stage.check)


def fields_at(
    emitter: Emitter,
    stage: Stage,
    longitude: Floats,
    latitude: Floats,
    *,
    time_percents: Sequence[float] = (50.0, 1.0),
    windows: GroundWindows | None = None,
) -> Floats:
    """Predict the field of a station at points, each over its own path.

    Parameters
    ----------
    emitter, stage, time_percents
        As for `polar_field`.
    longitude, latitude : ndarray, shape (k,)
        The points, degrees.
    windows : GroundWindows, optional
        The ground around the station in memory, where many points are asked about; it is read
        path by path without.

    Returns
    -------
    ndarray, shape (p, k)
        The field for each percentage of time, dB(uV/m).
    """
    azimuth, distance_km = emitter.towards(longitude, latitude)
    field = np.full((len(time_percents), distance_km.size), np.nan)
    close = distance_km < emitter.free_space_km
    reached = ~close & emitter.method.predictor.limits.reaches(distance_km)
    field[:, close] = emitter.free_space_dbuvm(azimuth[close], distance_km[close])
    step_km = emitter.settings.profile_step_km
    classes = np.ceil(distance_km / step_km / _POINT_CLASS).astype(np.intp)
    points = np.maximum(classes * _POINT_CLASS + 1, FEWEST_POINTS)
    tiles = []
    for count in np.unique(points[reached]):
        members = np.flatnonzero((points == count) & reached)
        tiles += [(int(count), members[rows]) for rows in blocks(members.size, int(count))]

    def work(tile: tuple[int, NDArray[np.intp]]) -> Floats:
        count, who = tile
        profile, end = emitter.paths(azimuth[who], distance_km[who], count, windows)
        centre = (emitter.station.latitude + end) / 2
        return emitter.fields_dbuvm(profile, azimuth[who], centre, time_percents)

    for (_, who), values in stage.map(work, tiles):
        field[:, who] = values
    return field


def _near(grid: Grid, longitude: float, latitude: float) -> tuple[slice, slice]:
    """Return the rows and columns of a grid that may lie nearer than the model reaches."""
    spans = []
    for centres, at, km in (
        (grid.latitudes, latitude, _KM_PER_DEGREE),
        (grid.longitudes, longitude, _KM_PER_DEGREE * np.cos(np.radians(latitude))),
    ):
        inside = np.flatnonzero(np.abs(centres - at) * km < 1.1 * NEAREST_KM)
        spans.append(slice(inside[0], inside[-1] + 1) if inside.size else slice(0, 0))
    return spans[0], spans[1]


def _strips(grid: Grid) -> list[range]:
    """Cut a grid into strips of rows, whoever computes them."""
    rows = max(1, _STRIP_PIXELS // grid.width)
    return [range(first, min(first + rows, grid.height)) for first in range(0, grid.height, rows)]


def blocks(count: int, points: int) -> list[slice]:
    """Cut rows into blocks of a fixed number of values, whoever computes them."""
    rows = max(1, _BLOCK_VALUES // max(points, 1))
    return [slice(first, min(first + rows, count)) for first in range(0, count, rows)]
