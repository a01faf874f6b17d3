"""What a new station would serve around each place, and what the others do there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import destination
from gis.raster import Grid
from gis.studies.channel_points import TIME_PERCENTS, Candidates
from gis.studies.channels_asked import Wanted
from gis.studies.context import Stage
from gis.studies.emitter import FEWEST_POINTS, Emitter
from gis.studies.tile_field import Layout, pixels_field
from gis.terrain.profiles import profile_of
from propagation.interference.channel_finder import ChannelNuisance
from propagation.interference.protection import Protection, has_ratio

__all__ = ["Ring", "nuisance_of_stations", "ring_of"]

Floats = NDArray[np.float64]

_AZIMUTHS: Final = 8
_PATHS_A_BLOCK: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """The points around each place that a new station has to serve.

    Attributes
    ----------
    grid : Grid
        The cells, and beyond them as many as the points need.
    where : ndarray of bool, shape (height, width)
        The pixels of that grid in which points lie.
    pixel : ndarray of int, shape (places, azimuths)
        Which of those, row after row, each point lies in.
    field_dbuvm : ndarray of float32, shape (places, azimuths)
        Median field of the new station there; NaN where the path is not known.
    azimuths : int
        Directions, equally spaced from north.
    """

    grid: Grid
    where: NDArray[np.bool_]
    pixel: NDArray[np.int64]
    field_dbuvm: NDArray[np.float32]
    azimuths: int


def ring_of(candidates: Candidates, wanted: Wanted, stage: Stage) -> Ring:
    """Predict the field of a new station at every place, all round at the radius it serves.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    longitude, latitude = candidates.places()
    azimuths: Floats = np.arange(_AZIMUTHS, dtype=np.float64) * (360.0 / _AZIMUTHS)
    far_lon, far_lat = destination(
        longitude[:, np.newaxis], latitude[:, np.newaxis], azimuths, wanted.service_km
    )
    grid = _wider(candidates, wanted.service_km)
    row, column = grid.pixel_of(far_lon, far_lat)
    field = np.empty(far_lon.shape, dtype=np.float32)
    places = max(1, _PATHS_A_BLOCK // _AZIMUTHS)
    blocks = [slice(first, first + places) for first in range(0, longitude.size, places)]

    near = (longitude[:, np.newaxis], latitude[:, np.newaxis])
    paths = _Paths(candidates.emitter, near, (far_lon, far_lat), wanted.service_km)
    for rows, values in stage.spread(_fields_dbuvm, paths, blocks):
        field[rows] = values
    where = np.zeros(grid.shape, dtype=np.bool_)
    where[row, column] = True
    number = np.cumsum(where).reshape(grid.shape) - 1
    return Ring(grid, where, number[row, column].astype(np.int64), field, _AZIMUTHS)


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """Paths of one length: from where, shape (places, 1), and to where, (places, azimuths)."""

    emitter: Emitter
    near: tuple[Floats, Floats]
    far: tuple[Floats, Floats]
    length_km: float


def _fields_dbuvm(paths: _Paths, rows: slice, stage: Stage) -> Floats:
    """Return the field at the ends of some paths, shape (places, azimuths)."""
    stage.check()
    emitter, length_km = paths.emitter, paths.length_km
    near, far = ((one[0][rows], one[1][rows]) for one in (paths.near, paths.far))
    points = max(FEWEST_POINTS, int(np.ceil(length_km / emitter.settings.profile_step_km)) + 1)
    share = np.linspace(0.0, 1.0, points)
    # within some ten kilometres a geodesic is straight in degrees to less than a metre
    longitude, latitude = (
        (one[..., np.newaxis] + (other - one)[..., np.newaxis] * share).reshape(-1, points)
        for one, other in zip(near, far, strict=True)
    )
    profile = profile_of(share * length_km, emitter.ground.at(longitude, latitude))
    azimuth = np.zeros(len(longitude))  # the candidate radiates alike all round
    centre: Floats = latitude.mean(axis=-1)
    field: Floats = emitter.fields_dbuvm(profile, azimuth, centre, TIME_PERCENTS[:1])[0]
    return field.reshape(far[0].shape)


def _wider(candidates: Candidates, service_km: float) -> Grid:
    """Return the grid with a rim that holds every point served."""
    grid = candidates.grid
    rim = int(np.ceil(service_km * 1e3 / candidates.step_m * 1.05)) + 2
    return replace(
        grid,
        west_deg=grid.west_deg - rim * grid.pixel_width_deg,
        north_deg=grid.north_deg + rim * grid.pixel_height_deg,
        width=grid.width + 2 * rim,
        height=grid.height + 2 * rim,
    )


def nuisance_of_stations(
    emitters: Sequence[Emitter],
    candidates: Candidates,
    ring: Ring,
    stage: Stage,
    *,
    carriers_khz: Floats,
    protection: Protection,
) -> ChannelNuisance:
    """Add up what the stations do on every channel wherever a new one may have to serve.

    Parameters
    ----------
    emitters : sequence of Emitter
        The stations, in the order in which they are added.
    candidates : Candidates
        The places; how radials lie.
    ring : Ring
        Whose points the fields are wanted at.
    stage : Stage
        Who listens.
    carriers_khz : ndarray
        The channels.
    protection : Protection
        What protects the new station's reception.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    total = ChannelNuisance(carriers_khz, int(np.count_nonzero(ring.where)), protection)
    related = [
        one
        for one in emitters
        if any(has_ratio(protection, float(apart)) for apart in carriers_khz - _khz(one))
    ]

    shared = (related, ring, candidates.layout)
    for number, fields in stage.spread(_on_ring, shared, range(len(related))):
        if fields is not None:
            total.add(_khz(related[number]), fields)
    return total


def _on_ring(
    shared: tuple[Sequence[Emitter], Ring, Layout], number: int, stage: Stage
) -> Floats | None:
    """Return the field of one of the stations wherever a new one may have to serve."""
    emitters, ring, layout = shared
    return pixels_field(
        emitters[number], ring.grid, layout, TIME_PERCENTS, stage, wanted=ring.where
    )


def _khz(emitter: Emitter) -> float:
    return round(emitter.station.frequency_mhz * 1e3, 3)
