"""Where a new station must not break another's protection, and what it would do there.

The field of a candidate at a protected point is the field at the candidate of a transmitter that
stands at the point: path and losses are the same, read backwards. So one sweep from each protected
point, with the heights of the two antennas exchanged, gives the field of every candidate there; it
walks no farther along each radial than candidates lie (`gis.studies.tile_field.pixels_field`).
Rec. ITU-R P.1812 is reciprocal but for how the path is sampled.

Protected points are the service edge on up to 36 azimuths, with the field of the weakest cell
beside it, and weak cells inside it. In the cells beside a candidate, where the sweeps from afar
say nothing, its field counts as large as any path allows (`propagation.area.bound`).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import azimuth_deg, distance_km
from gis.raster import Grid, grid_around
from gis.register.records import BroadcastStation
from gis.studies.context import Stage
from gis.studies.coverage import LARGEST_RADIUS_KM, default_radius_km
from gis.studies.emitter import NEAREST_KM, Emitter
from gis.studies.field import fields_at
from gis.studies.meetings import Meetings
from gis.studies.service_cells import CELL_M, ServiceCells, served_cells
from gis.studies.testpoints import Places
from gis.studies.tile_field import Layout, pixels_field
from gis.studies.unwanted import REACH_KM
from propagation.area.bound import largest_field_dbuvm

__all__ = ["TIME_PERCENTS", "Candidates", "ProtectedPoints", "headroom_db", "protected_points"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TIME_PERCENTS: Final = (50.0, 1.0)
"""Steady and tropospheric fields (Rec. ITU-R BS.412-9)."""

_SECTORS: Final = 12
_SECTOR_DEG: Final = 10.0
_INNER: Final = 2 / 3
_WEAK_DB: Final = 6.0
_HIDDEN_DEG: Final = 100.0
_EVERY: Final = 7
_PIXELS_A_SWEEP: Final = 2
_SWEEPS_A_PART: Final = 8
_NEIGHBOURS: Final = (-1, 0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The places at which a transmitter may stand.

    Attributes
    ----------
    grid : Grid
        The cells.
    where : ndarray of bool, shape (height, width)
        Those that count.
    emitter : Emitter
        The transmitter, at any of them; its settings are those of a receiver 10 m high.
    step_m : float
        Side of a cell.
    """

    grid: Grid
    where: Flags
    emitter: Emitter
    step_m: float

    def places(self) -> tuple[Floats, Floats]:
        """Return longitude and latitude of the cells that count, shape (k,)."""
        longitude, latitude = self.grid.centres()
        return longitude[self.where], latitude[self.where]

    @property
    def layout(self) -> Layout:
        """How radials lie: the sweeps are half as dense as the cells, and interpolated."""
        step_m = _PIXELS_A_SWEEP * self.step_m
        settings = self.emitter.settings
        return Layout.of(LARGEST_RADIUS_KM + REACH_KM, step_m, settings.profile_step_km)

    def seen_from(self, longitude: float, latitude: float, frequency_mhz: float) -> Emitter:
        """Return the transmitter put to a protected point, received where candidates stand."""
        station, settings = self.emitter.station, self.emitter.settings
        ground = self.emitter.ground
        level = float(ground.elevation.heights_m(longitude, latitude)) if ground.flat else None
        return replace(
            self.emitter,
            station=replace(
                station,
                longitude=longitude,
                latitude=latitude,
                frequency_mhz=frequency_mhz,
                height_above_ground_m=settings.receiver_height_above_ground_m,
                ground_height_m=level,
            ),
            settings=replace(
                settings, receiver_height_above_ground_m=float(station.height_above_ground_m or 0)
            ),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ProtectedPoints:
    """Where a station is protected.

    Attributes
    ----------
    station : BroadcastStation
        The station.
    longitude, latitude : ndarray, shape (k,)
        Service edge, then weak cells.
    wanted_dbuvm : ndarray, shape (k,)
        Its own median field there, at the edge the least of the cells around.
    cells : ServiceCells
        All cells of its service.
    """

    station: BroadcastStation
    longitude: Floats
    latitude: Floats
    wanted_dbuvm: Floats
    cells: ServiceCells

    def __len__(self) -> int:
        """Return the number of points."""
        return self.longitude.size

    def parts(self) -> list[slice]:
        """Cut the points into parts of a fixed size, whoever sweeps them; at least one."""
        starts = range(0, max(len(self), 1), _SWEEPS_A_PART)
        return [slice(start, start + _SWEEPS_A_PART) for start in starts]


def protected_points(
    meetings: Meetings, emitter: Emitter, candidates: Candidates, stage: Stage
) -> ProtectedPoints | None:
    """Find where a station is protected against candidates.

    Of a station that stands apart from all of them, points behind its mast are left out, those
    more than 100 degrees off every direction to a candidate, and every second azimuth: on a round
    edge the nearest point then lies 1.5 % of the radius farther away at most.

    Parameters
    ----------
    meetings : Meetings
        Finds service edges; nothing is predicted in it yet.
    emitter : Emitter
        The station.
    candidates : Candidates
        Where the new station may stand.
    stage : Stage
        Of a context with one worker.

    Returns
    -------
    ProtectedPoints or None
        None where nothing protects the station.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    station, around = emitter.station, meetings.around
    protection = around.protection(station)
    if protection is None:
        return None
    meetings.edge(station.id, stage)
    cells = served_cells(emitter, (), around.kinds(station, protection), protection, stage)
    places = meetings.edges[station.id]
    wanted = fields_at(
        emitter, stage, places.longitude, places.latitude, time_percents=TIME_PERCENTS[:1]
    )[0]
    served = _served(wanted, around.minimum_dbuvm(station))
    served &= _chosen(station, (places.longitude, places.latitude), candidates)
    wanted = np.fmin(wanted, _outer(cells, azimuth_deg(*_seen(station, places))))
    weak = _weak(cells)
    return ProtectedPoints(
        station=station,
        longitude=np.concatenate([places.longitude[served], cells.longitude[weak]]),
        latitude=np.concatenate([places.latitude[served], cells.latitude[weak]]),
        wanted_dbuvm=np.concatenate([wanted[served], cells.wanted_dbuvm[weak]]),
        cells=cells,
    )


def _served(wanted_dbuvm: Floats, minimum_dbuvm: float) -> Flags:
    """Return which edge points are served on their own path too."""
    with np.errstate(invalid="ignore"):
        return np.asarray(wanted_dbuvm >= minimum_dbuvm)


def _seen(station: BroadcastStation, places: Places) -> tuple[float, float, Floats, Floats]:
    return station.longitude, station.latitude, places.longitude, places.latitude


def _outer(cells: ServiceCells, azimuths_deg: Floats) -> Floats:
    """Return the least field of a station in the outer cells of the sector of each azimuth.

    A service edge is found with half a decibel to spare; beside it lie cells that are served with
    none. NaN where a sector has no cell.
    """
    found = np.full(azimuths_deg.size, np.nan)
    if not cells.longitude.size or not azimuths_deg.size:
        return found
    at = (cells.station.longitude, cells.station.latitude, cells.longitude, cells.latitude)
    azimuth, away = azimuth_deg(*at), distance_km(*at)
    for number, centre in enumerate(azimuths_deg):
        off = np.abs(np.mod(azimuth - centre + 180.0, 360.0) - 180.0)
        members = np.flatnonzero(off <= _SECTOR_DEG / 2)
        outer = members[away[members] > _INNER * away[members].max(initial=0.0)]
        if outer.size:
            found[number] = cells.wanted_dbuvm[outer].min()
    return found


def _weak(cells: ServiceCells) -> NDArray[np.intp]:
    """Return, of each of 12 sectors, the weakest cell well inside it where one is weak at all."""
    at = (cells.station.longitude, cells.station.latitude, cells.longitude, cells.latitude)
    if not cells.longitude.size:
        return np.empty(0, dtype=np.intp)
    azimuth, away = azimuth_deg(*at), distance_km(*at)
    sector = np.floor(azimuth / (360.0 / _SECTORS)).astype(np.intp) % _SECTORS
    spare = cells.wanted_dbuvm - cells.minimum_dbuvm
    found = []
    for number in range(_SECTORS):
        members = np.flatnonzero(sector == number)
        inner = members[away[members] <= _INNER * away[members].max(initial=0.0)]
        if inner.size and spare[inner].min() <= _WEAK_DB:
            found.append(int(inner[np.argmin(spare[inner])]))
    return np.array(found, dtype=np.intp)


def _chosen(
    station: BroadcastStation, edge: tuple[Floats, Floats], candidates: Candidates
) -> Flags:
    """Return which points of a service edge are swept.

    All of them near the candidates. Of a station that stands apart, twice its service away, every
    second azimuth on the side from which candidates are seen, and the nearest point.
    """
    longitude, latitude = candidates.places()
    where = (longitude[::_EVERY], latitude[::_EVERY])
    away = distance_km(station.longitude, station.latitude, *where)
    at = (station.longitude, station.latitude, *edge)
    count = edge[0].size
    if not count or float(away.min()) < 2 * float(distance_km(*at).max()):
        return np.ones(count, dtype=np.bool_)
    direction = azimuth_deg(station.longitude, station.latitude, *where)
    turned = np.mod(direction - direction[0] + 180.0, 360.0) - 180.0
    centre = direction[0] + (turned.min() + turned.max()) / 2
    half = (turned.max() - turned.min()) / 2
    off = np.abs(np.mod(azimuth_deg(*at) - centre + 180.0, 360.0) - 180.0)
    chosen = (off <= half + _HIDDEN_DEG) & (np.arange(count) % 2 == 0)
    nearest = int(np.argmin(away))
    apart = distance_km(where[0][nearest], where[1][nearest], *edge)
    chosen[int(np.argmin(apart))] = True
    return np.asarray(chosen)


def headroom_db(
    points: ProtectedPoints, part: slice, candidates: Candidates, stage: Stage
) -> Floats:
    """Return a station's headroom over each candidate at some of its protected points.

    The cells beside a candidate count with the first points. The least of all parts is the
    station's.

    Parameters
    ----------
    points : ProtectedPoints
        Where the station is protected.
    part : slice
        Which of the points, one of `ProtectedPoints.parts`.
    candidates : Candidates
        Where the new station may stand.
    stage : Stage
        Of a context with one worker.

    Returns
    -------
    ndarray, shape (2, k)
        Least difference of the station's field and the candidate's, for 50 % and 1 % of time;
        inf where it is protected nowhere, NaN where a path is not known.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    if part.start == 0:
        least = beside_db(points, candidates)
    else:
        least = np.full((len(TIME_PERCENTS), np.count_nonzero(candidates.where)), np.inf)
    frequency_mhz, layout = points.station.frequency_mhz, candidates.layout
    for longitude, latitude, wanted in zip(
        points.longitude[part], points.latitude[part], points.wanted_dbuvm[part], strict=True
    ):
        stage.check()
        placed = candidates.seen_from(float(longitude), float(latitude), frequency_mhz)
        field = pixels_field(
            placed, candidates.grid, layout, TIME_PERCENTS, stage, wanted=candidates.where
        )
        if field is not None:
            least = np.minimum(least, wanted - field)
    return least


def beside_db(points: ProtectedPoints, candidates: Candidates) -> Floats:
    """Return the headroom of a station in the cells beside each candidate, shape (2, k)."""
    cells, station = points.cells, points.station
    longitude, latitude = candidates.places()
    least: Floats = np.full((len(TIME_PERCENTS), longitude.size), np.inf)
    if not cells.longitude.size:
        return least
    grid = grid_around(station.longitude, station.latitude, default_radius_km(station), CELL_M)
    wanted = np.full(grid.shape, np.nan)
    wanted[grid.pixel_of(cells.longitude, cells.latitude)] = cells.wanted_dbuvm
    row, column = _pixel(grid, longitude, latitude)
    for down in _NEIGHBOURS:
        for right in _NEIGHBOURS:
            i, j = row + down, column + right
            inside = (i >= 0) & (i < grid.height) & (j >= 0) & (j < grid.width)
            there = np.flatnonzero(inside)
            there = there[~np.isnan(wanted[i[there], j[there]])]
            if not there.size:
                continue
            i, j = i[there], j[there]
            away = distance_km(
                longitude[there], latitude[there], grid.longitudes[j], grid.latitudes[i]
            )
            field = _largest_dbuvm(candidates.emitter, station.frequency_mhz, away)
            least[:, there] = np.minimum(least[:, there], wanted[i, j] - field)
    return least


def _pixel(
    grid: Grid, longitude: Floats, latitude: Floats
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return row and column of points, also of those outside a grid."""
    column = np.floor((longitude - grid.west_deg) / grid.pixel_width_deg)
    row = np.floor((grid.north_deg - latitude) / grid.pixel_height_deg)
    return row.astype(np.intp), column.astype(np.intp)


def _largest_dbuvm(emitter: Emitter, frequency_mhz: float, distance: Floats) -> Floats:
    """Return a field that a candidate does not exceed at some distances, shape (2, k)."""
    slant_km = np.hypot(np.minimum(distance, NEAREST_KM), emitter.mast_height_m / 1e3)
    shortest = np.where(distance < NEAREST_KM, np.minimum(slant_km, NEAREST_KM), distance)
    power = float(emitter.station.erp_total_dbw or 0.0)
    return np.stack(
        [
            largest_field_dbuvm(frequency_mhz, np.maximum(shortest, 1e-3), power, percent)
            for percent in TIME_PERCENTS
        ]
    )
