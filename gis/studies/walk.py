"""The walk along the radials of a station: its terrain, its losses, its field."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import destination
from gis.studies.emitter import Emitter
from gis.studies.polar import ring_firsts
from gis.studies.predictors.base import Check, first_point
from gis.studies.remarks import Gaps
from gis.terrain.ground import GroundWindows, stand
from propagation.area.radial import Emission, Radials
from propagation.itu import p1812

__all__ = ["Walk"]

Floats = NDArray[np.float64]
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Radials of one station, ready to be computed block by block.

    Attributes
    ----------
    emitter : Emitter
        The station.
    emission : Emission
        What is asked of its radials.
    ground : GroundWindows
        The ground around it.
    azimuths_deg : ndarray, shape (a,)
        The radials.
    step_km : float
        Distance between points.
    points : int
        Points of a radial.
    firsts : ndarray of int32, shape (a,)
        First receiver of each radial.
    rings : int
        How often the radials thin out towards the station.
    lasts : ndarray of int32, shape (a,), optional
        Last receiver of each radial; else it is the last point.
    """

    emitter: Emitter
    emission: Emission
    ground: GroundWindows
    azimuths_deg: Floats
    step_km: float
    points: int
    firsts: NDArray[np.int32]
    rings: int
    lasts: NDArray[np.int32] | None = None

    @classmethod
    def over(
        cls,
        emitter: Emitter,
        radius_km: float,
        step_km: float,
        start_km: float,
        azimuths_deg: Floats,
        time_percents: tuple[float, ...],
        thinned: bool,
    ) -> "Walk":
        """Lay out radials from a range to a radius."""
        parts = max(1, int(np.ceil(step_km / emitter.settings.profile_step_km - 1e-9)))
        points = parts * max(1, int(np.ceil(radius_km / step_km - 1e-9))) + 1
        step_km = step_km / parts
        nearest = first_point(emitter.method.predictor.limits, step_km)
        first = max(nearest, int(np.floor(start_km / step_km)))
        spacing = float(azimuths_deg[1] - azimuths_deg[0])
        firsts, rings = np.full(azimuths_deg.size, first, dtype=np.int32), 0
        if thinned and start_km == 0 and np.isclose(spacing * azimuths_deg.size, 360.0):
            firsts, rings = ring_firsts(azimuths_deg.size, points, first)
        station = emitter.station
        ground = emitter.ground.windows(station.longitude, station.latitude, radius_km + step_km)
        return cls(
            emitter,
            emitter.emission(time_percents),
            ground,
            azimuths_deg,
            step_km,
            points,
            firsts,
            rings,
        )

    @property
    def spacing_deg(self) -> float:
        """Angle between neighbouring radials."""
        return float(self.azimuths_deg[1] - self.azimuths_deg[0])

    def field_dbuvm(self, rows: slice, check: Check) -> tuple[Values, Gaps, Counter[str]]:
        """Return the field on some of the radials, the gaps there, and the notes of the model.

        The field has the shape (p, rows, points); `check` stops the work when it was cancelled.
        """
        radials, gaps = self.radials(rows)
        azimuths = self.azimuths_deg[rows]
        frequency_mhz = self.emission.frequencies_mhz[0]
        predictor = self.emitter.method.predictor
        losses, notes = predictor.along(radials, self.emission, check)
        distance: Floats = np.arange(self.points, dtype=np.float64) * self.step_km
        losses[..., ~predictor.limits.reaches(distance)] = np.nan
        reference = p1812.field_strength_dbuvm(0.0, frequency_mhz=frequency_mhz, erp_dbw=0.0)
        elevation = self.emitter.departures_deg(distance, radials.terrain_height_m)
        towards = self.emitter.erp_dbw(azimuths[:, np.newaxis], elevation)
        power = (float(reference) + towards).astype(losses.dtype)
        field: Values = np.subtract(power, losses).astype(np.float32, copy=False)
        if self.emitter.method.additions.chosen:
            field -= self.emitter.added_db(distance).astype(np.float32)
        near = int(self.firsts.min())
        if self.emitter.free_space_km and near == first_point(predictor.limits, self.step_km):
            known = ~np.isnan(losses).all(axis=2, keepdims=True)
            field[..., :near] = np.where(known, self._mast(azimuths, near), np.nan)
        return field, gaps, notes

    def radials(self, rows: slice) -> tuple[Radials, Gaps]:
        """Return the terrain of some of the radials, and its gaps."""
        azimuths = self.azimuths_deg[rows]
        surface = self.ground.along(azimuths, self.step_km, self.points)
        heights = surface.terrain_height_m
        stand(self.emitter.ground, heights, self.emitter.station.ground_height_m)
        gaps = Gaps.of(surface, azimuths, self.step_km)
        if self.lasts is not None:
            heights[np.arange(self.points) > self.lasts[rows, np.newaxis]] = np.nan
        radials = Radials(
            step_km=self.step_km,
            terrain_height_m=heights,
            clutter_height_m=surface.clutter_height_m,
            zone=surface.zone,
            centre_latitude_deg=self._centre_latitudes(azimuths),
            first=self.firsts[rows],
        )
        return radials, gaps

    def _centre_latitudes(self, azimuths_deg: Floats) -> Floats:
        """Return the latitude of the paths' centres as polynomials of their length."""
        station = self.emitter.station
        length = (self.points - 1) * self.step_km
        _, middle = destination(station.longitude, station.latitude, azimuths_deg, length / 4)
        _, far = destination(station.longitude, station.latitude, azimuths_deg, length / 2)
        rise, end = middle - station.latitude, far - station.latitude
        linear, square = 4 * rise - end, 2 * end - 4 * rise
        base = np.full(azimuths_deg.size, station.latitude)
        return np.stack([base, linear / length, square / length**2], axis=1)

    def _mast(self, azimuths_deg: Floats, count: int) -> Floats:
        """Return the free-space field at the points before the first receiver."""
        distance: Floats = np.arange(count, dtype=np.float64) * self.step_km
        return self.emitter.free_space_dbuvm(azimuths_deg[:, np.newaxis], distance)
