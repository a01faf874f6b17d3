"""The field of a station on one tile of a grid: no more of its radials than the tile needs.

The radials of a station are the same for every tile, whatever its size: a tile far away takes a
sector of them, one around the mast the inner ranges of those that do not thin out before. So
tiles fit together without a seam, to what the sampling of the ground rounds (1e-3 dB). Where only
some pixels of a tile are wanted, of each radial the steps are walked between which they lie.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from gis.raster import Grid
from gis.studies.context import Stage
from gis.studies.coverage import azimuth_count
from gis.studies.emitter import Emitter
from gis.studies.field import PolarField, blocks
from gis.studies.polar import Polar, pixel_bearings, ring_firsts
from gis.studies.predictors.base import first_point
from gis.studies.remarks import Gaps
from gis.studies.walk import Walk

__all__ = ["Layout", "TileField", "pixels_field", "pixels_fields", "tile_field"]

Floats = NDArray[np.float64]
Values = NDArray[np.float32]
Indices = NDArray[np.int32]
Flags = NDArray[np.bool_]

_HALVINGS = 64
_WIDEST_SECTOR_DEG = 150.0
_ENDS_STEPS = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """How the radials of every station lie.

    Attributes
    ----------
    reach_km : float
        Range beyond which no station is asked.
    step_km : float
        Distance between the points of a radial.
    count : int
        Radials all round.
    last : int
        Last point of a radial.
    """

    reach_km: float
    step_km: float
    count: int
    last: int

    @classmethod
    def of(cls, reach_km: float, step_m: float, profile_step_km: float) -> "Layout":
        """Lay out radials for pixels of a size: neighbours are a pixel apart at the reach."""
        parts = max(1, int(np.ceil(step_m / 1e3 / profile_step_km - 1e-9)))
        step_km = step_m / 1e3 / parts
        steps = int(np.ceil(reach_km / step_km - 1e-9))
        last = _HALVINGS * int(np.ceil(steps / _HALVINGS))
        return cls(reach_km, step_km, azimuth_count(last * step_km, step_m), last)


@dataclass(frozen=True, slots=True, eq=False)
class TileField:
    """The field of a station on a tile.

    Attributes
    ----------
    field_dbuvm : ndarray of float32, shape (p, height, width)
        One for each percentage of time; -inf beyond the reach, NaN where it is not known.
    gaps : Gaps
        Where the ground was not known.
    notes : Counter
        What the model noted of its receivers.
    edge_dbuvm : float
        Largest of the first fields just within the reach, -inf where the reach cuts no pixel off.
    """

    field_dbuvm: Values
    gaps: Gaps
    notes: Counter[str]
    edge_dbuvm: float


@dataclass(frozen=True, slots=True)
class _Sector:
    """The radials of a tile: `rows` of `count` all round, ranges `begin` to `end` of `last`."""

    first: int
    rows: range
    count: int
    begin: int
    end: int
    last: int
    rings: int


def tile_field(
    emitter: Emitter,
    tile: Grid,
    layout: Layout,
    time_percents: tuple[float, ...],
    stage: Stage,
) -> TileField | None:
    """Predict the field of a station at the pixel centres of a tile.

    Parameters
    ----------
    emitter : Emitter
        The station over its terrain.
    tile : Grid
        The pixels.
    layout : Layout
        How radials lie.
    time_percents : tuple of float
        Percentages of time, 1 to 50.
    stage : Stage
        Of a context with one worker; asked several times a second whether to stop.

    Returns
    -------
    TileField or None
        None where no pixel lies within the reach.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    if not _within_reach(emitter, tile, layout):
        return None
    around = _holds(tile, emitter.station.longitude, emitter.station.latitude)
    sector = _sector(emitter, layout, *_edge(emitter, tile), around=around)
    field = _walked(emitter, layout, sector, time_percents, stage)
    values, within = field.to_grid(tile, stage)
    edge_dbuvm = -np.inf
    if within < tile.width * tile.height:
        edge_dbuvm = _mark_beyond(values, emitter, tile, layout.reach_km)
    return TileField(values, field.gaps, field.notes, edge_dbuvm)


def _within_reach(emitter: Emitter, tile: Grid, layout: Layout) -> bool:
    """Return whether any pixel of a tile lies within the reach."""
    if _holds(tile, emitter.station.longitude, emitter.station.latitude):
        return True
    _, distance_km = _edge(emitter, tile)
    return float(distance_km.min()) <= layout.reach_km


def _edge(emitter: Emitter, tile: Grid) -> tuple[Floats, Floats]:
    """Return azimuth and distance of the outermost pixel centres."""
    lon, lat = tile.longitudes, tile.latitudes
    east = np.concatenate([lon, lon, np.full(lat.size, lon[0]), np.full(lat.size, lon[-1])])
    north = np.concatenate([np.full(lon.size, lat[0]), np.full(lon.size, lat[-1]), lat, lat])
    return emitter.towards(east, north)


def _holds(tile: Grid, longitude: float, latitude: float) -> bool:
    """Return whether a point lies within a tile or less than two pixels beside it."""
    west, south, east, north = tile.bounds
    wide, high = 2 * tile.pixel_width_deg, 2 * tile.pixel_height_deg
    return bool(
        west - wide <= longitude <= east + wide and south - high <= latitude <= north + high
    )


def _sector(
    emitter: Emitter, layout: Layout, azimuth: Floats, distance_km: Floats, *, around: bool
) -> _Sector:
    """Return which radials, and which part of them, the points in or on an outline need."""
    first, step_km = first_point(emitter.method.predictor.limits, layout.step_km), layout.step_km
    farthest = min(float(distance_km.max()), layout.reach_km)
    end = max(int(np.ceil(farthest / step_km)) + 1, first + 1)
    count, last = layout.count, layout.last
    while count % 2 == 0 and last // 2 >= end and last // 2 > 4 * first:
        count, last = count // 2, last // 2
    end = min(end, last)
    begin = first if around else max(first, int(float(distance_km.min()) / step_km) - 1)
    _, rings = ring_firsts(count, last + 1, first)
    used = 0
    while used < rings and begin < last // 2 ** (used + 1):
        used += 1
    rows = range(count) if around else _rows(azimuth, 360.0 / count, 2**used)
    if len(rows) >= count:
        rows = range(count)
    return _Sector(first, rows, count, begin, end, last, used)


def _rows(azimuth: Floats, spacing_deg: float, unit: int) -> range:
    """Return the radials between which some azimuths lie, whole units with one to spare."""
    middle = azimuth[0]
    turned = np.mod(azimuth - middle + 180.0, 360.0) - 180.0
    low, high = middle + float(turned.min()), middle + float(turned.max())
    if high - low > _WIDEST_SECTOR_DEG:
        return range(round(360.0 / spacing_deg))
    start = int(np.floor(low / spacing_deg / unit)) - 1
    stop = int(np.ceil(high / spacing_deg / unit)) + 1
    return range(start * unit, stop * unit + 1)


def _walked(
    emitter: Emitter,
    layout: Layout,
    sector: _Sector,
    time_percents: tuple[float, ...],
    stage: Stage,
) -> PolarField:
    """Return the field on the radials of a sector."""
    polar = _empty(layout, sector, len(time_percents))
    rows = np.arange(len(sector.rows))
    walk = _walk(emitter, layout, sector, time_percents, rows=rows, firsts=_firsts(sector))
    gaps, notes = _fill(polar, walk, rows, stage)
    return PolarField(emitter, walk.azimuths_deg, time_percents, polar, gaps, notes)


def _empty(layout: Layout, sector: _Sector, count: int) -> Polar:
    """Return the radials of a sector for some quantities, none of them known yet."""
    spacing = 360.0 / sector.count
    return Polar(
        values=np.full((count, len(sector.rows), sector.last + 1), np.nan, dtype=np.float32),
        start_deg=sector.rows.start * spacing,
        spacing_deg=spacing,
        step_km=layout.step_km,
        reach_km=layout.reach_km,
        rings=sector.rings,
    )


def _firsts(sector: _Sector) -> Indices:
    """Return the first receiver of each radial of a sector."""
    firsts, _ = ring_firsts(sector.count, sector.last + 1, sector.first)
    return np.maximum(firsts[_numbers(sector)], np.int32(sector.begin))


def _numbers(sector: _Sector) -> NDArray[np.intp]:
    return np.mod(np.arange(sector.rows.start, sector.rows.stop), sector.count)


def _azimuths(sector: _Sector) -> Floats:
    return np.asarray(_numbers(sector) * (360.0 / sector.count), dtype=np.float64)


def _walk(
    emitter: Emitter,
    layout: Layout,
    sector: _Sector,
    time_percents: tuple[float, ...],
    *,
    rows: NDArray[np.intp],
    firsts: Indices,
) -> Walk:
    """Return the walk along some radials of a sector."""
    station = emitter.station
    far_km = (sector.end + 1) * layout.step_km
    return Walk(
        emitter=emitter,
        emission=emitter.emission(time_percents),
        ground=emitter.ground.windows(station.longitude, station.latitude, far_km),
        azimuths_deg=_azimuths(sector)[rows],
        step_km=layout.step_km,
        points=sector.end + 1,
        firsts=firsts,
        rings=sector.rings,
    )


def _fill(
    polar: Polar, walk: Walk, rows: NDArray[np.intp], stage: Stage
) -> tuple[Gaps, Counter[str]]:
    """Write the field of a walk to the radials that it is along."""
    gaps, notes = Gaps(), Counter[str]()
    for part in blocks(rows.size, walk.points):
        stage.report(0.0)
        values, missing, noted = walk.field_dbuvm(part, stage.check)
        polar.values[:, rows[part], : walk.points] = values
        gaps = gaps.and_those(missing)
        notes.update(noted)
    return gaps, notes


def pixels_field(
    emitter: Emitter,
    tile: Grid,
    layout: Layout,
    time_percents: tuple[float, ...],
    stage: Stage,
    *,
    wanted: Flags,
) -> Floats | None:
    """Predict the field of a station at some pixel centres of a tile.

    The same radials as of `tile_field`, and the same values to 1e-3 dB; of each radial the steps
    are walked between which wanted pixels lie.

    Parameters
    ----------
    emitter, tile, layout, time_percents, stage
        As for `tile_field`.
    wanted : ndarray of bool, shape (height, width)
        The pixels.

    Returns
    -------
    ndarray, shape (p, k), or None
        Row after row; -inf beyond the reach, NaN where it is not known. None where no pixel of
        the tile lies within the reach, or none is wanted.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    return pixels_fields(emitter, [(tile, wanted)], layout, time_percents, stage)[0]


def pixels_fields(
    emitter: Emitter,
    tiles: Sequence[tuple[Grid, Flags]],
    layout: Layout,
    time_percents: tuple[float, ...],
    stage: Stage,
) -> list[Floats | None]:
    """Predict the field of a station at some pixel centres of several tiles, in one walk.

    Parameters
    ----------
    emitter, layout, time_percents, stage
        As for `tile_field`.
    tiles : sequence of (Grid, ndarray of bool)
        Tiles, and which of their pixels are wanted.

    Returns
    -------
    list of ndarray or None
        For each tile as `pixels_field` gives it, to 1e-3 dB.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    station = emitter.station
    bearings = [
        pixel_bearings(tile, station.longitude, station.latitude, wanted) for tile, wanted in tiles
    ]
    reached = [
        one[1].size > 0
        and (float(one[1].min()) <= layout.reach_km or _within_reach(emitter, tile, layout))
        for one, (tile, _) in zip(bearings, tiles, strict=True)
    ]
    if not any(reached):
        return [None] * len(tiles)
    field = _between(emitter, layout, list(compress(bearings, reached)), time_percents, stage)
    found: list[Floats | None] = []
    for (azimuth, away_km), within in zip(bearings, reached, strict=True):
        values = None
        if within:
            values = field.at_polar(azimuth, away_km)
            values[:, away_km > layout.reach_km] = -np.inf
        found.append(values)
    return found


def _between(
    emitter: Emitter,
    layout: Layout,
    bearings: Sequence[tuple[Floats, Floats]],
    time_percents: tuple[float, ...],
    stage: Stage,
) -> PolarField:
    """Return the field on the steps of each radial between which some points lie."""
    azimuth, away_km = (np.concatenate(each) for each in zip(*bearings, strict=True))
    sector = _sector(emitter, layout, azimuth, away_km, around=False)
    polar = _empty(layout, sector, len(time_percents))
    begins, ends = polar.spans(azimuth, away_km)
    firsts = np.maximum(begins, _firsts(sector))
    lasts = np.maximum(ends, firsts)
    lasts = np.minimum(-(-lasts // _ENDS_STEPS) * _ENDS_STEPS, sector.end)
    # radials of one length follow each other: they share what hangs on the distance alone
    rows = np.argsort(lasts, kind="stable")
    rows = rows[ends[rows] >= 0]
    if rows.size:
        walk = _walk(emitter, layout, sector, time_percents, rows=rows, firsts=firsts[rows])
        walk = replace(walk, lasts=lasts[rows], points=int(lasts[rows[-1]]) + 1)
        _fill(polar, walk, rows, stage)
    return PolarField(emitter, _azimuths(sector), time_percents, polar, Gaps(), Counter())


def _mark_beyond(values: Values, emitter: Emitter, tile: Grid, reach_km: float) -> float:
    """Write -inf where nothing was asked, and return the largest field beside it."""
    longitude, latitude = tile.centres()
    missing = np.isnan(values[0])
    _, away_km = emitter.towards(longitude[missing], latitude[missing])
    beyond = np.zeros(tile.shape, dtype=np.bool_)
    beyond[missing] = away_km > reach_km
    values[:, beyond] = -np.inf
    beside = np.zeros(tile.shape, dtype=np.bool_)
    for one, other in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        beside[one] |= beyond[other]
        beside[other] |= beyond[one]
    return float(np.fmax.reduce(values[0][beside], initial=np.float32(-np.inf)))
