"""The ground under a study: how high it is, what stands on it, and how near the sea it lies."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.errors import TerrainUnavailableError
from gis.terrain.classes import ClassRaster
from gis.terrain.sheet import Bounds
from gis.terrain.source import ElevationSource
from gis.terrain.window import Window, radial_heights_m
from propagation.profile import RadioClimaticZone

__all__ = ["Ground", "GroundWindows", "Remark", "Surface", "stand"]

Floats = NDArray[np.float64]
Remark = tuple[str, dict[str, Any]]

_SEA_LEVEL_M = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The ground at points.

    Attributes
    ----------
    terrain_height_m : ndarray, shape (...)
        Above mean sea level; NaN where unknown. The sea has 0 m where the elevation is void.
    clutter_height_m : ndarray, shape (...)
        Above the terrain; 0 without land cover, and over a surface model.
    zone : ndarray of int8, shape (...)
        RadioClimaticZone codes; inland where nothing says otherwise.
    uncovered, unzoned : ndarray of bool, shape (...)
        Where a land cover or a zone was looked for and there was no class.
    """

    terrain_height_m: Floats
    clutter_height_m: Floats
    zone: NDArray[np.int8]
    uncovered: NDArray[np.bool_]
    unzoned: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a study stands on.

    Attributes
    ----------
    elevation : ElevationSource
        Heights.
    land_cover : ClassRaster or None
        Heights of clutter by class of land cover.
    zones : ClassRaster or None
        Radio-climatic zones by class.
    remarks : tuple of Remark
        What has to be said about the sources, as keys of sentences with their values.
    """

    elevation: ElevationSource
    land_cover: ClassRaster | None = None
    zones: ClassRaster | None = None
    remarks: tuple[Remark, ...] = field(default=())

    @property
    def flat(self) -> bool:
        """Return whether the heights are an assumption."""
        return self.elevation.flat

    @property
    def damaged(self) -> tuple[str, ...]:
        """Return the names of files of which some cells could not be read so far."""
        sources = (self.elevation, self.land_cover, self.zones)
        return tuple(name for source in sources if source is not None for name in source.damaged)

    @property
    def cluttered(self) -> bool:
        """Return whether clutter is added: there is land cover, and heights are bare ground's."""
        return self.land_cover is not None and not self.elevation.surface_model

    def at(self, longitude: Floats, latitude: Floats) -> Surface:
        """Return the ground at points.

        Parameters
        ----------
        longitude, latitude : ndarray, shape (...)
            WGS 84 degrees.
        """
        heights = self.elevation.heights_m(longitude, latitude)
        clutter = zone = None
        if self.cluttered and self.land_cover is not None:
            clutter = self.land_cover.values_at(longitude, latitude)
        if self.zones is not None:
            zone = self.zones.values_at(longitude, latitude)
        return _surface(heights, clutter, zone)

    def holding(self, bounds: Bounds) -> "Ground":
        """Return the ground with what lies in a rectangle read once, for many windows there.

        Parameters
        ----------
        bounds : tuple of float
            West, south, east, north, WGS 84 degrees.
        """
        cluttered = self.land_cover if self.cluttered else None
        return replace(
            self,
            elevation=self.elevation.holding(bounds),
            land_cover=self.land_cover if cluttered is None else cluttered.holding(bounds),
            zones=None if self.zones is None else self.zones.holding(bounds),
        )

    def windows(self, longitude: float, latitude: float, radius_km: float) -> "GroundWindows":
        """Return the ground around a transmitter in memory.

        Parameters
        ----------
        longitude, latitude : float
            The transmitter, WGS 84 degrees.
        radius_km : float
            How far around.
        """
        around = (longitude, latitude, radius_km)
        cluttered, zones = self.land_cover if self.cluttered else None, self.zones
        return GroundWindows(
            ground=self,
            centre=(longitude, latitude),
            elevation=self.elevation.windows(*around),
            land_cover=() if cluttered is None else cluttered.windows(*around),
            zones=() if zones is None else zones.windows(*around),
        )


@dataclass(frozen=True, slots=True, eq=False)
class GroundWindows:
    """The ground around a transmitter in memory.

    Attributes
    ----------
    ground : Ground
        Whose it is.
    centre : tuple of float
        Longitude and latitude of the transmitter.
    elevation, land_cover, zones : tuple of Window
        Parts of its rasters; none where there is no raster.
    """

    ground: Ground
    centre: tuple[float, float]
    elevation: tuple[Window, ...]
    land_cover: tuple[Window, ...]
    zones: tuple[Window, ...]

    def along(self, azimuths_deg: Floats, step_km: float | Floats, points: int) -> Surface:
        """Return the ground along radials, as `Ground.at` has it at their points.

        Parameters
        ----------
        azimuths_deg : ndarray, shape (a,)
            From true north.
        step_km : float or ndarray, shape (a,)
            Distance between points, of all radials or of each.
        points : int
            Points of a radial, the first at the transmitter.

        Returns
        -------
        Surface
            Of shape (a, points).
        """
        reach = (azimuths_deg, step_km, points)
        heights = self._heights_m(*reach)
        clutter = zone = None
        if self.land_cover and self.ground.land_cover is not None:
            clutter = self.ground.land_cover.along(self.land_cover, *reach)
        if self.zones and self.ground.zones is not None:
            zone = self.ground.zones.along(self.zones, *reach)
        return _surface(heights, clutter, zone)

    def _heights_m(self, azimuths_deg: Floats, step_km: float | Floats, points: int) -> Floats:
        if not self.elevation:
            height = float(self.ground.elevation.heights_m(*self.centre))
            return np.full((azimuths_deg.size, points), height)
        heights = radial_heights_m(self.elevation[0], azimuths_deg, step_km, points)
        for window in self.elevation[1:]:
            unknown = np.isnan(heights)
            if not unknown.any():
                break
            other = radial_heights_m(window, azimuths_deg, step_km, points)
            np.copyto(heights, other, where=unknown)
        return heights


def stand(ground: Ground, heights_m: Floats, own_m: float | None) -> None:
    """Put a station on the ground at the first points of its paths.

    On flat terrain it stands on its recorded ground height; a raster's own height goes before the
    record, which then only fills a void under the station.

    Raises
    ------
    TerrainUnavailableError
        If terrain is flat and no ground height is recorded.
    """
    if ground.flat:
        if own_m is None:
            raise TerrainUnavailableError("terrain.ground_height_required")
        heights_m[..., 0] = own_m
    elif own_m is not None:
        first = heights_m[..., 0]
        heights_m[..., 0] = np.where(np.isnan(first), own_m, first)


def _surface(heights_m: Floats, clutter_m: Floats | None, zone: Floats | None) -> Surface:
    """Return the ground with what is missing filled, and marked; the arrays are taken over."""
    shape = heights_m.shape
    clutter, uncovered = _filled(clutter_m, 0.0, shape)
    if zone is None:
        zones = np.full(shape, RadioClimaticZone.INLAND, dtype=np.int8)
        return Surface(heights_m, clutter, zones, uncovered, _nowhere(shape))
    known, unzoned = _filled(zone, float(RadioClimaticZone.INLAND), shape)
    zones = known.astype(np.int8)
    if np.isnan(heights_m.min(initial=0.0)):
        heights_m[np.isnan(heights_m) & (zones == RadioClimaticZone.SEA)] = _SEA_LEVEL_M
    return Surface(heights_m, clutter, zones, uncovered, unzoned)


def _filled(
    values: Floats | None, fill: float, shape: tuple[int, ...]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return values without gaps, and where the gaps were."""
    if values is None:
        return np.zeros(shape), _nowhere(shape)
    if not np.isnan(values.min(initial=0.0)):
        return values, _nowhere(shape)
    gaps = np.isnan(values)
    values[gaps] = fill
    return values, np.asarray(gaps)


def _nowhere(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.broadcast_to(np.False_, shape)
