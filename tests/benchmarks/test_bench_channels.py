"""Laws of the channel finder's speed: ratios within one run, which no machine changes."""

import time

import numpy as np

from gis.raster import grid_over
from gis.studies.channels_asked import Wanted
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.model import default_settings
from gis.studies.tile_field import Layout, pixels_field
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain


def test_a_sweep_for_few_cells_costs_less() -> None:
    """A strip of six in a hundred cells, on the near side: less than half of a whole sweep."""
    ground = Ground(FlatTerrain())
    stage = StudyContext(None, None, ground, workers=0).stage(0.0, 1.0, "")  # type: ignore[arg-type]
    wanted = Wanted(erp_kw=1.0, height_m=60.0)
    station = wanted.station(106.0, 10.5, 100.0, ground_height_m=5.0)
    emitter = Emitter(station, ground, default_settings(profile_step_km=0.5))
    grid, layout = grid_over((106.3, 10.0, 107.3, 11.0), 1000.0), Layout.of(400.0, 1000.0, 0.5)
    longitude, latitude = grid.centres()
    strip = (np.abs(latitude - 10.5) < 0.1) & (longitude < 106.6)
    least = {"strip": np.inf, "all": np.inf}
    for _ in range(10):
        for name, cells in (("strip", strip), ("all", np.ones_like(strip))):
            begun = time.process_time()
            pixels_field(emitter, grid, layout, (50.0, 1.0), stage, wanted=cells)
            least[name] = min(least[name], time.process_time() - begun)
    assert least["strip"] < 0.5 * least["all"]
