"""Which cells of a wanted area an antenna would serve from a place: one sweep of radials each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import distance_km
from gis.raster import Grid
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import Emitter, missing_values
from gis.studies.model import FieldSettings
from gis.studies.sharing_asked import SharingWanted
from gis.studies.tile_field import Layout, pixels_field
from gis.terrain.ground import Ground

__all__ = ["Mounted", "served_cells_of"]

Flags = NDArray[np.bool_]

_KM_PER_DEGREE: Final = 111.195
_MEDIAN_TIME: Final = (50.0,)
_SPARE_DEG: Final = 0.02


@dataclass(frozen=True, slots=True)
class Mounted:
    """An antenna at a place.

    Attributes
    ----------
    id : str
        The place.
    longitude, latitude : float
        Degrees.
    height_m : float
        Of the antenna above ground.
    ground_height_m : float or None
        Of the ground above mean sea level, where recorded; read on flat terrain only.
    """

    id: str
    longitude: float
    latitude: float
    height_m: float
    ground_height_m: float | None


def served_cells_of(
    wanted: SharingWanted,
    mounted: Sequence[Mounted],
    settings: FieldSettings,
    context: StudyContext,
    stage: Stage,
) -> dict[str, Flags]:
    """Return which cells of the wanted area each antenna serves, by place.

    Places from which it cannot be predicted, for want of a value or of terrain, are left out.

    Parameters
    ----------
    wanted : SharingWanted
        Area, carrier, power and minimum field.
    mounted : sequence of Mounted
        The antennas.
    settings : FieldSettings
        How fields are predicted.
    context, stage : StudyContext, Stage
        The terrain; who listens, and how many workers there are.
    """
    grid, within = wanted.grid()
    ground = _held(context.ground, grid, mounted)
    stations = {}
    for one in mounted:
        station = replace(
            wanted.emission(one.id, one.longitude, one.latitude),
            height_above_ground_m=one.height_m,
            ground_height_m=one.ground_height_m if ground.flat else None,
        )
        if not missing_values(station, flat=ground.flat):
            stations[one.id] = Emitter(station, ground, settings)
    pixel_m = 1e3 * _KM_PER_DEGREE * grid.pixel_height_deg
    layout = Layout.of(_reach_km(grid, mounted), pixel_m, settings.profile_step_km)
    minimum = float(wanted.minimum_dbuvm or 0.0)

    shared = _Circle(stations, grid, within, layout, minimum)
    shares = stage.spread(_served, shared, sorted(stations))
    return {name: cells for name, cells in shares if cells is not None}


@dataclass(frozen=True, slots=True, eq=False)
class _Circle:
    """Who serves which of the cells that are wanted, from what field on."""

    stations: Mapping[str, Emitter]
    grid: Grid
    within: Flags
    layout: Layout
    minimum_dbuvm: float


def _served(circle: _Circle, name: str, stage: Stage) -> Flags | None:
    """Return which cells a station serves; None where its field is not known in one."""
    found = pixels_field(
        circle.stations[name],
        circle.grid,
        circle.layout,
        _MEDIAN_TIME,
        stage,
        wanted=circle.within,
    )
    if found is None:
        return np.zeros(int(circle.within.sum()), dtype=np.bool_)
    field = found[0]
    return None if np.isnan(field).any() else np.asarray(field >= circle.minimum_dbuvm)


def _held(ground: Ground, grid: Grid, mounted: Sequence[Mounted]) -> Ground:
    west, south, east, north = grid.bounds
    lon, lat = [one.longitude for one in mounted], [one.latitude for one in mounted]
    return ground.holding(
        (
            min([west, *lon]) - _SPARE_DEG,
            min([south, *lat]) - _SPARE_DEG,
            max([east, *lon]) + _SPARE_DEG,
            max([north, *lat]) + _SPARE_DEG,
        )
    )


def _reach_km(grid: Grid, mounted: Sequence[Mounted]) -> float:
    """Return how far it is from the farthest place to the farthest corner of the area."""
    west, south, east, north = grid.bounds
    corners = [(lon, lat) for lon in (west, east) for lat in (south, north)]
    farthest = [
        float(distance_km(one.longitude, one.latitude, *corner))
        for one in mounted
        for corner in corners
    ]
    return max(farthest, default=1.0) + 0.1
