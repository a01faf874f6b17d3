"""How long the check of a whole plan takes here, on a plan and a terrain made of a seed.

Stations lie anywhere within a square, of powers and heights as plans have them; a third of them
crowd into 0.8 MHz, so that they meet. Nothing of it exists, and all of it is gone afterwards.
"""

import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from affine import Affine

from gis.area_bench import made_heights
from gis.home import Home
from gis.register.records import BroadcastStation, Provenance, Service, StationClass
from gis.register.store import Register
from gis.studies.context import StudyContext
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.raster import RasterTerrain
from propagation.compliance.records import Confidence

__all__ = ["PlanBench", "made_stations"]

_LONGITUDE, _LATITUDE = 106.0, 11.5
_KM_PER_DEGREE = 109.5
_POWERS_DBW: Final = (20.0, 25.0, 30.0, 35.0, 40.0, 43.0)
_HEIGHTS_M: Final = (45.0, 75.0, 125.0)
_CELLS = 4096
_MARGIN_DEG = 5.4
_CROWD = 3
_SOURCE = "phusong bench plan"


@dataclass(frozen=True, slots=True)
class PlanBench:
    """A made plan in a folder of its own.

    Attributes
    ----------
    context : StudyContext
        Register and ground of the plan.
    stations : tuple of BroadcastStation
        Its stations.
    """

    context: StudyContext
    stations: tuple[BroadcastStation, ...]

    @classmethod
    @contextmanager
    def made(
        cls, stations: int, span_km: float, terrain: str, threads: int, seed: int = 1
    ) -> Iterator["PlanBench"]:
        """Yield a plan that is removed afterwards.

        Parameters
        ----------
        stations : int
            How many.
        span_km : float
            Side of the square in which they lie.
        terrain : str
            `fractal` or `delta`.
        threads : int
            Threads of a study.
        seed : int
            Of stations and terrain.
        """
        folder = Path(tempfile.mkdtemp(prefix="phusong-bench-"))
        made = made_stations(stations, span_km, seed)
        try:
            ground = Ground(RasterTerrain(_terrain(folder / "dem.tif", span_km, terrain, seed)))
            with Register.open(folder / "register.gpkg", create=True) as register:
                with register.write(author=_SOURCE, reason=_SOURCE) as writer:
                    writer.add_stations(made)
                yield cls(StudyContext(register, Home(folder), ground, workers=threads), made)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def check(self, station_id: str | None = None) -> float:
        """Return the seconds that a check takes, of the whole plan or of one station.

        What to change is not looked for.
        """
        shutil.rmtree(self.context.home.studies, ignore_errors=True)
        asked: dict[str, object] = {"changes": "none"}
        if station_id is not None:
            asked["station_id"] = station_id
        begun = time.perf_counter()
        run("compliance", asked, self.context)
        return time.perf_counter() - begun

    def with_threads(self, threads: int) -> "PlanBench":
        """Return the same plan with another number of threads."""
        return replace(self, context=replace(self.context, workers=threads))

    @staticmethod
    def memory_mb() -> float:
        """Return the most memory that this process has held."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def made_stations(count: int, span_km: float, seed: int) -> tuple[BroadcastStation, ...]:
    """Return the stations of a plan that does not exist."""
    rng = np.random.default_rng(seed)
    made_up = Provenance(confidence=Confidence.SYNTHETIC, source=_SOURCE)
    channels = np.arange(870, 1080)

    def one(number: int) -> BroadcastStation:
        crowded = number % _CROWD == 0
        tenths = 950 + number // _CROWD % 8 if crowded else int(rng.choice(channels))
        east, north = rng.uniform(-0.5, 0.5, 2) * span_km / _KM_PER_DEGREE
        values: dict[str, Any] = {
            "erp_total_dbw": float(rng.choice(_POWERS_DBW)),
            "height_above_ground_m": float(rng.choice(_HEIGHTS_M)),
            "station_class": list(StationClass)[number % len(StationClass)],
        }
        return BroadcastStation(
            id=f"bench-{number:03d}",
            name=f"Bench {number}",
            programme=f"Bench {number}",
            service=Service.FM,
            frequency_mhz=tenths / 10,
            longitude=_LONGITUDE + float(east),
            latitude=_LATITUDE + float(north),
            provenance=made_up,
            **values,
        )

    return tuple(one(number) for number in range(count))


def _terrain(file: Path, span_km: float, terrain: str, seed: int) -> Path:
    """Write the ground of a plan: cells of some hundred metres, out to where studies reach."""
    side_deg = span_km / _KM_PER_DEGREE + _MARGIN_DEG
    cell = side_deg / _CELLS
    west, north = _LONGITUDE - side_deg / 2, _LATITUDE + side_deg / 2
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        width=_CELLS,
        height=_CELLS,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=Affine(cell, 0.0, west, 0.0, -cell, north),
    ) as raster:
        raster.write(made_heights(terrain, _CELLS, seed).astype(np.float32)[:_CELLS, :_CELLS], 1)
    return file
