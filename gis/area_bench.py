"""How fast areas are predicted on this machine, on terrain made from a seed.

The kernel alone walks radials that lie in memory; end to end samples terrain, land cover and zones
along them, computes every loss and resamples to the map's grid. Nothing is written to disk.
"""

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.raster import Grid, grid_around
from gis.studies.coverage import azimuth_count
from gis.studies.polar import Polar, plane_of_grid, ring_firsts
from gis.terrain.window import Window, plane_of, radial_classes, radial_heights_m
from propagation.area.radial import Emission, Radials, first_receiver, radial_losses_db
from propagation.compiled import scan
from propagation.profile import RadioClimaticZone

__all__ = ["SHAPES", "TERRAINS", "AreaBench", "made_heights", "processor_mhz"]

Floats = NDArray[np.float64]

TERRAINS = ("fractal", "delta")
"""Hills of 0 to 900 m, rough at every scale; a plain of 0 to 5 m with noise, to the decimetre."""

SHAPES = ("disc", "square")
"""What a radius reaches to: the edge of a disc, or the sides of the square around it."""

_LONGITUDE, _LATITUDE = 106.4, 10.6
_CELL_DEG = 1 / 3600
_KERNEL_RADIALS = 64
_BLOCK_VALUES = 120_000
_STRIP_PIXELS = 200_000
_CYCLES = 4  # of one multiplication and one exclusive or, each waiting for the last


@scan
def _spin(turns: int) -> int:
    """Turn a chain of whole numbers that cannot be shortened."""
    value = 1
    for _ in range(turns):
        value = (value >> 1) ^ (value * 6364136223846793005)
    return value


def processor_mhz() -> float:
    """Return the clock at which one thread turns a loop just now, from the best of some tries."""
    turns = 2_000_000
    _spin(10)
    return turns * _CYCLES / min(_timed(lambda: _spin(turns)) for _ in range(9)) / 1e6


@dataclass(frozen=True, slots=True, eq=False)
class AreaBench:
    """One area to be predicted again and again.

    Attributes
    ----------
    shape : str
        One of SHAPES.
    radius_km, step_m : float
        Of the map, whose pixels and ranges have one size.
    time_percents : tuple of float
        Percentages of time.
    threads : int
        Threads that share the work.
    heights, classes, zones : Window
        Terrain, land cover and radio-climatic zones in memory, a little wider than the map.
    """

    shape: str
    radius_km: float
    step_m: float
    time_percents: tuple[float, ...]
    threads: int
    heights: Window
    classes: Window
    zones: Window

    @classmethod
    def of(
        cls,
        terrain: str,
        radius_km: float,
        step_m: float,
        time_percents: tuple[float, ...] = (10.0,),
        threads: int = 1,
        *,
        shape: str = "disc",
        seed: int = 1,
    ) -> "AreaBench":
        """Make terrain of 1 second of arc around the station of the bench.

        Parameters
        ----------
        terrain : str
            One of TERRAINS.
        radius_km, step_m, time_percents, threads, shape
            As the attributes.
        seed : int
            Of the terrain.
        """
        side = 2 * math.ceil(radius_km / 110.0 * 1.03 / _CELL_DEG) + 8
        heights = made_heights(terrain, side, seed)
        trees = (_spectral(side, seed + 1, 1.5) > 0.6).astype(np.uint8)
        zone = np.full((side, side), RadioClimaticZone.INLAND, dtype=np.uint8)
        west, north = _LONGITUDE - side / 2 * _CELL_DEG, _LATITUDE + side / 2 * _CELL_DEG

        def cells(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
            return (north - lat) / _CELL_DEG - 0.5, (lon - west) / _CELL_DEG - 0.5

        plane = plane_of(_LONGITUDE, _LATITUDE, _reach_km(shape, radius_km), cells)
        windows = (Window(part, plane) for part in (heights.astype(np.float32), trees, zone))
        return cls(shape, radius_km, step_m, time_percents, threads, *windows)

    @property
    def grid(self) -> Grid:
        """The map's grid."""
        return grid_around(_LONGITUDE, _LATITUDE, self.radius_km, self.step_m)

    def pixels(self) -> int:
        """Return how many pixels of the map have a loss."""
        return int(np.count_nonzero(~np.isnan(self.map()[0])))

    def kernel_receivers_per_s(self, runs: int, *, cluttered: bool) -> list[float]:
        """Return the receivers a second of the kernel on one thread, for each run."""
        points = self._points
        azimuths: Floats = np.arange(_KERNEL_RADIALS, dtype=np.float64) * (360.0 / _KERNEL_RADIALS)
        nearest = first_receiver(self._step_km)
        radials = self._radials(azimuths, np.full(azimuths.size, nearest, dtype=np.int32))
        if not cluttered:
            radials = replace(radials, clutter_height_m=np.zeros_like(radials.terrain_height_m))
        shape = (1, len(self.time_percents), azimuths.size, points)
        out = np.full(shape, np.nan, dtype=np.float64)
        receivers = azimuths.size * (points - nearest) * len(self.time_percents)
        emission = self._emission

        def once() -> None:
            radial_losses_db(radials, emission, out)

        once()
        return [receivers / _timed(once) for _ in range(runs)]

    def map_seconds(self, runs: int) -> list[float]:
        """Return how long the map takes, for each run after one to warm up."""
        self.map()
        return [_timed(self.map) for _ in range(runs)]

    def map(self) -> NDArray[np.float32]:
        """Predict the map: basic transmission loss, shape (p, height, width).

        Nothing is known outside the terrain, so that no receiver is computed there.
        """
        reach_km = _reach_km(self.shape, self.radius_km)
        azimuths = np.arange(azimuth_count(reach_km, self.step_m), dtype=np.float64)
        spacing = 360.0 / azimuths.size
        firsts, rings = ring_firsts(azimuths.size, self._points, first_receiver(self._step_km))
        losses = np.empty((1, len(self.time_percents), azimuths.size, self._points), np.float32)
        losses[..., : first_receiver(self._step_km)] = np.nan  # nearer than the model reaches

        def walk(rows: slice) -> None:
            radials = self._radials(azimuths[rows] * spacing, firsts[rows])
            radial_losses_db(radials, self._emission, losses[:, :, rows])

        self._share(walk, _slices(azimuths.size, _BLOCK_VALUES // self._points))
        polar = Polar(losses[0], 0.0, spacing, self._step_km, reach_km, rings)
        grid = self.grid
        plane = plane_of_grid(grid, _LONGITUDE, _LATITUDE)
        field = np.empty((len(self.time_percents), *grid.shape), dtype=np.float32)

        def resample(rows: slice) -> None:
            field[:, rows], _ = polar.rows(plane, range(rows.start, rows.stop), grid.width)

        self._share(resample, _slices(grid.height, _STRIP_PIXELS // grid.width))
        return field

    @property
    def _step_km(self) -> float:
        return self.step_m / 1e3

    @property
    def _points(self) -> int:
        return math.ceil(_reach_km(self.shape, self.radius_km) / self._step_km - 1e-9) + 1

    @property
    def _emission(self) -> Emission:
        return Emission(
            frequencies_mhz=(600.0,),
            time_percents=self.time_percents,
            transmitter_height_above_ground_m=50.0,
            receiver_height_above_ground_m=1.5,
            lapse_rate_nunits_per_km=52.5,
            surface_refractivity_nunits=380.0,
        )

    def _radials(self, azimuths_deg: Floats, firsts: NDArray[np.int32]) -> Radials:
        step, points = self._step_km, self._points
        clutter, zone = np.zeros(257), np.arange(257, dtype=np.float64)
        clutter[1], zone[256] = 10.0, RadioClimaticZone.INLAND
        zones = radial_classes(self.zones, azimuths_deg, step, points, zone)
        return Radials(
            step_km=step,
            terrain_height_m=radial_heights_m(self.heights, azimuths_deg, step, points),
            clutter_height_m=radial_classes(self.classes, azimuths_deg, step, points, clutter),
            zone=zones.astype(np.int8),
            centre_latitude_deg=np.tile([_LATITUDE, 0.0, 0.0], (azimuths_deg.size, 1)),
            first=firsts,
        )

    def _share(self, work: Callable[[slice], None], tasks: list[slice]) -> None:
        with ThreadPoolExecutor(self.threads) as pool:
            for done in [pool.submit(work, task) for task in tasks]:
                done.result()


def _reach_km(shape: str, radius_km: float) -> float:
    return radius_km * (math.sqrt(2) * 1.002 if shape == "square" else 1.0)


def made_heights(terrain: str, side: int, seed: int) -> Floats:
    """Return made heights, m, shape (side, side).

    Parameters
    ----------
    terrain : str
        One of TERRAINS.
    side : int
        Cells across.
    seed : int
        Of the random numbers.
    """
    shape = _spectral(side, seed, 2.5)
    if terrain == "fractal":
        return shape * 900
    noise = np.random.default_rng(seed).normal(0, 0.4, shape.shape)
    return np.round(shape * 5 + noise, 1)


def _slices(count: int, most: int) -> list[slice]:
    step = max(1, most)
    return [slice(first, min(first + step, count)) for first in range(0, count, step)]


def _spectral(side: int, seed: int, power: float) -> Floats:
    """Return random waves whose amplitude falls with a power of the frequency, 0 to 1."""
    across, along = np.fft.fftfreq(side)[:, np.newaxis], np.fft.rfftfreq(side)
    frequency = np.hypot(across, along)
    frequency[0, 0] = np.inf
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, frequency.shape)
    waves: Any = np.fft.irfft2(frequency**-power * np.exp(1j * phase), s=(side, side))
    return np.asarray((waves - waves.min()) / np.ptp(waves))


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
