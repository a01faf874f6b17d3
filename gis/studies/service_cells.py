"""The cells in which a station serves, and what the other stations do in each of them.

The area of a station is cut into cells of 1 km. A cell counts where the station's median field
reaches the minimum field of its surroundings, inside the province in which it is protected. There
the fields of every station are predicted that may disturb it, the strongest first, until those
that are left cannot matter: no path lets a field exceed free space by more than eq. (69) of
P.1812 allows, and at that they stay below the minimum field with their protection ratio, so that
none of them alone breaks a ratio or reaches into a contour, and what they could add together moves
no usable field by more than 0.01 dB.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from gis.geodesy import azimuth_deg, distance_km
from gis.raster import Grid, grid_around
from gis.register.records import BroadcastStation
from gis.studies.context import Stage
from gis.studies.coverage import LARGEST_RADIUS_KM, default_radius_km
from gis.studies.emitter import NEAREST_KM, Emitter
from gis.studies.outlines import Outline
from gis.studies.testpoints import Places, point_name
from gis.studies.tile_field import Layout, pixels_field, pixels_fields, tile_field
from gis.studies.unwanted import REACH_KM, spacing_khz
from propagation.area.bound import largest_field_dbuvm
from propagation.interference.bs412 import Area, Persistence
from propagation.interference.locations import LOCATION_STANDARD_DEVIATION_DB
from propagation.interference.nuisance import nuisance_of
from propagation.interference.protection import Protection

__all__ = [
    "CELL_M",
    "MOST_SHIFT_DB",
    "ServiceCells",
    "Unwanted",
    "field_in_cells",
    "may_matter",
    "own_cells",
    "served_cells",
    "unwanted_in",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CELL_M: Final = 1000.0
"""Side of a cell."""

MOST_SHIFT_DB: Final = 0.01
"""What stations that are left out together may move a usable field, at most."""

TIME_PERCENTS: Final = (50.0, 1.0, 10.0)
"""Steady and tropospheric fields (Rec. ITU-R BS.412-9), and those of interfering contours."""


@dataclass(frozen=True, slots=True, eq=False)
class Unwanted:
    """What one station does in the cells of another.

    Attributes
    ----------
    station : BroadcastStation
        The one that disturbs.
    field_dbuvm : ndarray of float32, shape (3, k)
        Its field for each of TIME_PERCENTS; NaN where not known.
    nuisance_dbuvm : ndarray, shape (k,)
        Its nuisance field, the larger of steady and tropospheric.
    """

    station: BroadcastStation
    field_dbuvm: NDArray[np.float32]
    nuisance_dbuvm: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ServiceCells:
    """The cells in which a station serves.

    Attributes
    ----------
    station : BroadcastStation
        The station.
    longitude, latitude : ndarray, shape (k,)
        Centres of the cells, degrees.
    area_km2 : ndarray, shape (k,)
        Area of each.
    surroundings : ndarray of int, shape (k,)
        Position of each cell's kind in `Area`.
    commune : ndarray of int, shape (k,)
        Position of the commune of each cell among those of the study, -1 where none is known.
    minimum_dbuvm, wanted_dbuvm : ndarray, shape (k,)
        Minimum field, and the station's own median field.
    reach_km : float
        How far the farthest cell is from the station.
    part : Grid
        The part of the grid that holds all cells; without any, nothing of it.
    where : ndarray of bool
        Which of its pixels they are.
    unwanted : tuple of Unwanted
        What the others do there, in the order in which they were added.
    left_out : tuple of str
        Stations that cannot matter there, by identifier.
    formerly : Unwanted or None
        What a record that is replaced did there; None where none is, or it does not reach them.
    unknown_km2 : float
        Area within reach in which the station would be protected and its field is not known.
    """

    station: BroadcastStation
    longitude: Floats
    latitude: Floats
    area_km2: Floats
    surroundings: NDArray[np.int64]
    commune: NDArray[np.int64]
    minimum_dbuvm: Floats
    wanted_dbuvm: Floats
    reach_km: float
    part: Grid
    where: Flags
    unwanted: tuple[Unwanted, ...] = ()
    left_out: tuple[str, ...] = ()
    formerly: Unwanted | None = None
    unknown_km2: float = 0.0

    def of(self, station_id: str) -> Unwanted | None:
        """Return what one station does in the cells; None where it plays no part."""
        return next((one for one in self.unwanted if one.station.id == station_id), None)

    def place(self, position: int, outline: Outline | None) -> Places:
        """Return one cell as a place, with its relation to the station's province."""
        at = slice(position, position + 1)
        longitude, latitude = self.longitude[at], self.latitude[at]
        where = (self.station.longitude, self.station.latitude, longitude[0], latitude[0])
        azimuth, away_km = float(azimuth_deg(*where)), float(distance_km(*where))
        return Places(
            names=(point_name(azimuth, away_km),),
            longitude=longitude,
            latitude=latitude,
            areas=(list(Area)[self.surroundings[position]],),
            boundary=(None if outline is None else outline.facts(longitude, latitude)[0],),
        )

    def nuisance_dbuvm(self) -> Floats:
        """Return the nuisance field of each station in each cell, shape (k, stations)."""
        columns = [one.nuisance_dbuvm for one in self.unwanted]
        return np.stack(columns, axis=-1) if columns else np.empty((self.wanted_dbuvm.size, 0))


Kinds = Callable[[Grid], tuple[NDArray[np.int64], NDArray[np.int64], Floats, Flags]]
"""From a grid to the surroundings, the communes and the minimum fields of its pixels, and whether
the station is protected there."""


def served_cells(
    own: Emitter,
    others: Sequence[Emitter],
    kinds: Kinds,
    protection: Protection,
    stage: Stage,
    *,
    known: ServiceCells | None = None,
    screened: bool = True,
    deviation_db: float = LOCATION_STANDARD_DEVIATION_DB,
    formerly: Emitter | None = None,
) -> ServiceCells:
    """Find the cells in which a station serves, and what others do there.

    Parameters
    ----------
    own : Emitter
        The station.
    others : sequence of Emitter
        Those whose spacing has a protection ratio.
    kinds : callable
        What is known of the pixels of a grid.
    protection : Protection
        What protects the station's reception.
    stage : Stage
        Of a context with one worker.
    known : ServiceCells, optional
        The same cells, found before among other stations: fields known there are not predicted
        anew.
    screened : bool
        Whether stations that cannot matter are left out.
    deviation_db : float
        Standard deviation over locations with which nuisance fields are combined.
    formerly : Emitter, optional
        A station that is replaced by one of the others.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    cells = own_cells(own, kinds, stage) if known is None else known
    if not cells.wanted_dbuvm.size:
        return cells
    search = _Search(cells, protection, stage, deviation_db)
    found = search.over(others, screened=screened)
    return found if formerly is None else search.with_former(found, formerly)


def own_cells(own: Emitter, kinds: Kinds, stage: Stage) -> ServiceCells:
    """Find the cells in which a station serves.

    Parameters
    ----------
    own : Emitter
        The station.
    kinds : callable
        What is known of the pixels of a grid.
    stage : Stage
        Of a context with one worker.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    station, layout = own.station, _layout(own)
    radius_km = default_radius_km(station)
    grid = grid_around(station.longitude, station.latitude, radius_km, CELL_M)
    found = tile_field(own, grid, layout, TIME_PERCENTS[:1], stage)
    field = np.full(grid.shape, np.nan) if found is None else found.field_dbuvm[0]
    surroundings, commune, minimum, protected = kinds(grid)
    longitude, latitude = grid.centres()
    strong = protected & ~(field < minimum)  # or not known
    away_km = np.full(grid.shape, np.inf)
    _, away_km[strong] = own.towards(longitude[strong], latitude[strong])
    within, missing = strong & (away_km <= radius_km), np.isnan(field)
    served = within & ~missing
    unknown = within & missing & (found is not None)
    areas_km2 = np.broadcast_to(grid.pixel_areas_km2(), grid.shape)
    rows, columns = (_span(np.flatnonzero(served.any(axis=axis))) for axis in (1, 0))
    return ServiceCells(
        station=station,
        longitude=longitude[served],
        latitude=latitude[served],
        area_km2=areas_km2[served],
        surroundings=surroundings[served],
        commune=commune[served],
        minimum_dbuvm=minimum[served],
        wanted_dbuvm=field[served].astype(np.float64),
        reach_km=float(away_km[served].max(initial=0.0)),
        part=grid.part(rows, columns),
        where=served[rows.start : rows.stop, columns.start : columns.stop],
        unknown_km2=float(areas_km2[unknown].sum()),
    )


def field_in_cells(
    cells: ServiceCells, other: Emitter, time_percents: tuple[float, ...], stage: Stage
) -> NDArray[np.float32] | None:
    """Return the field of another station in cells, shape (p, k); None where it reaches none.

    Parameters
    ----------
    cells : ServiceCells
        The cells.
    other : Emitter
        The station.
    time_percents : tuple of float
        Percentages of time, 1 to 50.
    stage : Stage
        Of a context with one worker.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    layout = _layout(other)
    found = pixels_field(other, cells.part, layout, time_percents, stage, wanted=cells.where)
    return None if found is None else found.astype(np.float32)


def may_matter(cells: ServiceCells, other: Emitter, protection: Protection) -> bool:
    """Return whether a station may matter in cells by itself, so that it is never left out.

    Parameters
    ----------
    cells : ServiceCells
        The cells.
    other : Emitter
        The station.
    protection : Protection
        What protects the reception there.
    """
    return bool(cells.wanted_dbuvm.size) and _bound_dbuvm(
        cells, other, protection
    ) >= _least_dbuvm(protection)


def unwanted_in(
    other: Emitter, those: Sequence[tuple[ServiceCells, Protection]], stage: Stage
) -> list[Unwanted | None]:
    """Return what a station does in the cells of several, predicted in one walk.

    Parameters
    ----------
    other : Emitter
        The station.
    those : sequence of (ServiceCells, Protection)
        Cells, and what protects the reception there.
    stage : Stage
        Of a context with one worker.

    Returns
    -------
    list of Unwanted or None
        None where it does not reach the cells.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    tiles = [(cells.part, cells.where) for cells, _ in those]
    fields = pixels_fields(other, tiles, _layout(other), TIME_PERCENTS, stage)
    return [
        None if field is None else _doing(cells, other.station, field.astype(np.float32), guard)
        for (cells, guard), field in zip(those, fields, strict=True)
    ]


def _doing(
    cells: ServiceCells,
    station: BroadcastStation,
    field: NDArray[np.float32],
    protection: Protection,
) -> Unwanted:
    """Return what a station does in cells, by its field there."""
    steady, tropospheric = field[:2].astype(np.float64)
    apart_khz = spacing_khz(cells.station, station)
    nuisance = nuisance_of(protection, steady, tropospheric, apart_khz)
    return Unwanted(station, field, nuisance.governing_dbuvm)


def _layout(emitter: Emitter) -> Layout:
    """Return how radials lie, the same for every station of every study."""
    reach_km = LARGEST_RADIUS_KM + REACH_KM
    return Layout.of(reach_km, CELL_M, emitter.settings.profile_step_km)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """The cells of a station, and what protects it there."""

    cells: ServiceCells
    protection: Protection
    stage: Stage
    deviation_db: float

    def over(self, others: Sequence[Emitter], *, screened: bool) -> ServiceCells:
        """Return the cells with what others do there, the strongest first."""
        bounds = [_bound_dbuvm(self.cells, other, self.protection) for other in others]
        order = sorted(range(len(others)), key=lambda k: (-bounds[k], others[k].station.id))
        added: list[Unwanted] = []
        left_out: tuple[str, ...] = ()
        floor = np.full(self.cells.wanted_dbuvm.size, -np.inf)
        least = _least_dbuvm(self.protection)
        for position, k in enumerate(order):
            rest = order[position:]
            tail = np.array([bounds[each] for each in rest])
            alone = tail[0] < least  # the largest of them
            if screened and alone and self._cannot_matter(tail, float(floor.min())):
                left_out = tuple(sorted(others[each].station.id for each in rest))
                break
            self.stage.check()
            one = self._unwanted(others[k])
            if one is not None:
                added.append(one)
                floor = np.fmax(floor, one.nuisance_dbuvm)
        added.sort(key=lambda one: one.station.id)
        return replace(self.cells, unwanted=tuple(added), left_out=left_out)

    def _cannot_matter(self, bounds_dbuvm: Floats, floor_dbuvm: float) -> bool:
        """Return whether fields of at most some bounds move no usable field beyond a floor.

        The floor is the smallest, over the cells, of the largest nuisance field there. Of the
        power sum they raise the power by a share; of the product of probabilities, which is one
        half at the usable field, they take a share that a step along its slope makes up for. The
        slope of its logarithm is least with a single field; more fields make it steeper.
        """
        if not np.isfinite(floor_dbuvm):
            return False
        spread_db = self.deviation_db * math.sqrt(2)
        least_slope = math.sqrt(2 / math.pi) / spread_db
        below = floor_dbuvm - bounds_dbuvm
        power_db = 10 * math.log10(1 + float((10 ** (-below / 10)).sum()))
        product_db = -float(log_ndtr(below / spread_db).sum()) / least_slope
        return max(power_db, product_db) <= MOST_SHIFT_DB

    def with_former(self, cells: ServiceCells, formerly: Emitter) -> ServiceCells:
        """Return cells with what a replaced station did there."""
        self.stage.check()
        return replace(cells, formerly=self._unwanted(formerly))

    def _unwanted(self, other: Emitter) -> Unwanted | None:
        """Return what one station does in the cells, None where it does not reach them."""
        known = self.cells.of(other.station.id)
        if known is not None:
            return known
        return unwanted_in(other, [(self.cells, self.protection)], self.stage)[0]


def _least_dbuvm(protection: Protection) -> float:
    """Return the smallest minimum field of any surroundings."""
    return min(protection.minimum_field_dbuvm(area) for area in Area)


def _bound_dbuvm(cells: ServiceCells, other: Emitter, protection: Protection) -> float:
    """Return a nuisance field that a station exceeds in no cell."""
    wanted, station = cells.station, other.station
    away = distance_km(wanted.longitude, wanted.latitude, station.longitude, station.latitude)
    nearest = max(float(away) - cells.reach_km, NEAREST_KM)
    return max(
        float(
            largest_field_dbuvm(
                station.frequency_mhz, nearest, float(station.erp_total_dbw or 0.0), percent
            )
        )
        + float(protection.ratio_db(spacing_khz(wanted, station), kind))
        for percent, kind in (
            (TIME_PERCENTS[0], Persistence.STEADY),
            (TIME_PERCENTS[1], Persistence.TROPOSPHERIC),
        )
    ) + max(protection.location_correction_db, 0.0)


def _span(found: NDArray[np.intp]) -> range:
    return range(int(found[0]), int(found[-1]) + 1) if found.size else range(0)
