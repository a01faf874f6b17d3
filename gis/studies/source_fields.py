"""Predicted fields of candidate sources where something was observed, and how they are seen there.

A station is predicted over its own path to each point. A source that is in no register may stand
in any cell around: there the path is walked from the point outwards, one sweep for all cells. The
loss of Rec. ITU-R P.1812 hardly depends on which end transmits; the antenna heights are exchanged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import GEOD, distance_km
from gis.raster import Grid
from gis.register.records import BroadcastStation, Provenance, Service, StationClass
from gis.studies.context import Stage
from gis.studies.emitter import Emitter
from gis.studies.field import azimuths_around, fields_at, polar_field
from gis.studies.model import default_settings
from gis.studies.source_products import Predicts
from gis.studies.source_records import Victim
from gis.terrain.ground import Ground
from propagation.compliance.records import Confidence

__all__ = [
    "Cells",
    "Points",
    "azimuths_from",
    "cells_seen",
    "grounded",
    "predicts_at",
    "station_fields",
    "transmitter_at",
]

Floats = NDArray[np.float64]

_PER_NEPER: Final = 17.4
"""dB for a relative change of distance, where a field falls with its square."""

_MOST_BLUR_DB: Final = 10.0
_AZIMUTHS: Final = 240
_STEP_KM: Final = 0.25
_MARGIN_KM: Final = 1.0
_SPARE_DEG: Final = 0.05
_TIMES: Final = (50.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points at which something was observed.

    Attributes
    ----------
    longitude, latitude, height_above_ground_m : ndarray, shape (n,)
        Where the antenna was.
    """

    longitude: Floats
    latitude: Floats
    height_above_ground_m: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[float, float, float]]) -> "Points":
        """Return points of longitude, latitude and height."""
        table = np.array(rows, dtype=np.float64).reshape(-1, 3)
        return cls(table[:, 0], table[:, 1], table[:, 2])


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells in which a source may stand, as the points see them.

    Attributes
    ----------
    grid : Grid
        The cells.
    azimuth_deg, distance_km : ndarray, shape (n, m)
        From each point to each cell.
    field_dbuvm : ndarray, shape (n, m)
        Median field at each point of 1 W e.r.p. in each cell; NaN where it is not known.
    blur_deg, blur_db : ndarray, shape (n, m)
        Standard deviations of azimuth and level within a cell.
    """

    grid: Grid
    azimuth_deg: Floats
    distance_km: Floats
    field_dbuvm: Floats
    blur_deg: Floats
    blur_db: Floats


def grounded(station: BroadcastStation, ground: Ground) -> BroadcastStation:
    """Return a station with the ground's height where its own is not recorded and is needed."""
    if not ground.flat or station.ground_height_m is not None:
        return station
    height = float(ground.elevation.heights_m(station.longitude, station.latitude))
    return replace(station, ground_height_m=height)


def station_fields(
    emitters: Sequence[BroadcastStation], points: Points, ground: Ground, stage: Stage
) -> Floats:
    """Return the fields of stations at points for 50 % and 1 % of time.

    Returns
    -------
    ndarray, shape (2, n, c)
        dB(uV/m); NaN where a path crosses a void.
    """
    found = np.full((len(_TIMES), points.longitude.size, len(emitters)), np.nan)
    tasks = [(k, grounded(one, ground)) for k, one in enumerate(emitters)]
    if len(tasks) > 1:
        ground = _held(ground, emitters, points.longitude, points.latitude)
    for (column, _), fields in stage.spread(_at_points, (points, ground), tasks):
        found[:, :, column] = fields
    return found


def _held(
    ground: Ground, stations: Sequence[BroadcastStation], longitude: Floats, latitude: Floats
) -> Ground:
    """Return the ground with what lies between stations and places read once."""
    lon = [*(one.longitude for one in stations), *longitude.tolist()]
    lat = [*(one.latitude for one in stations), *latitude.tolist()]
    spare = _SPARE_DEG
    return ground.holding((min(lon) - spare, min(lat) - spare, max(lon) + spare, max(lat) + spare))


def _at_points(
    shared: tuple[Points, Ground], task: tuple[int, BroadcastStation], stage: Stage
) -> Floats:
    """Return the fields of a station at points, those of one height together."""
    (points, ground), station = shared, task[1]
    fields = np.full((len(_TIMES), points.longitude.size), np.nan)
    away = distance_km(station.longitude, station.latitude, points.longitude, points.latitude)
    windows = ground.windows(station.longitude, station.latitude, float(np.max(away)) + _MARGIN_KM)
    for height in np.unique(points.height_above_ground_m):
        own = points.height_above_ground_m == height
        settings = default_settings(receiver_height_above_ground_m=float(height))
        fields[:, own] = fields_at(
            Emitter(station, ground, settings),
            stage,
            points.longitude[own],
            points.latitude[own],
            time_percents=_TIMES,
            windows=windows,
        )
    return fields


def predicts_at(victim: Victim, ground: Ground, stage: Stage) -> Predicts:
    """Return what predicts the fields of stations at a victim."""
    at = Points.of([(victim.longitude, victim.latitude, victim.height_above_ground_m)])

    def predicted(emitters: Sequence[BroadcastStation]) -> Floats:
        return np.asarray(station_fields(emitters, at, ground, stage)[:, 0])

    return predicted


def azimuths_from(points: Points, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Return azimuth in degrees and distance in km from each point to each place, (n, m)."""
    shape = (points.longitude.size, longitude.size)
    ends = [
        np.ascontiguousarray(np.broadcast_to(one, shape))
        for one in (
            points.longitude[:, np.newaxis],
            points.latitude[:, np.newaxis],
            longitude[np.newaxis],
            latitude[np.newaxis],
        )
    ]
    azimuth, _, metres = GEOD.inv(ends[0], ends[1], ends[2], ends[3])
    return np.mod(azimuth, 360.0), np.asarray(metres) / 1e3


def cells_seen(
    points: Points,
    grid: Grid,
    ground: Ground,
    stage: Stage,
    *,
    frequency_mhz: float,
    source_height_m: float,
) -> Cells:
    """Return how points see the cells of a grid, and the field of 1 W in each at each point.

    Parameters
    ----------
    points : Points
        The points.
    grid : Grid
        The cells.
    ground : Ground
        Heights, land cover, zones.
    stage : Stage
        Who listens, and may cancel.
    frequency_mhz : float
        Of the emission.
    source_height_m : float
        Height of the source's antenna above ground, where nobody knows it.
    """
    longitude, latitude = (one.ravel() for one in grid.centres())
    azimuth, distance = azimuths_from(points, longitude, latitude)
    settings = default_settings(receiver_height_above_ground_m=source_height_m)
    heights = points.height_above_ground_m
    places = zip(points.longitude, points.latitude, heights, strict=True)
    standing = [
        transmitter_at(float(lon), float(lat), float(height), frequency_mhz)
        for lon, lat, height in places
    ]
    held = _held(ground, standing, longitude, latitude)
    emitters = [Emitter(grounded(one, ground), held, settings) for one in standing]
    field = np.full(azimuth.shape, np.nan)
    shared = (emitters, azimuth, distance)
    for row, values in stage.spread(_in_cells, shared, range(len(emitters))):
        field[row] = values
    side_km = float(np.sqrt(grid.pixel_areas_km2().mean()))
    spread_km = side_km / np.sqrt(12)
    away = np.maximum(distance, spread_km)
    return Cells(
        grid=grid,
        azimuth_deg=azimuth,
        distance_km=distance,
        field_dbuvm=field,
        blur_deg=np.degrees(np.arctan(spread_km / away)),
        blur_db=np.minimum(_PER_NEPER * spread_km / away, _MOST_BLUR_DB),
    )


def _in_cells(shared: tuple[Sequence[Emitter], Floats, Floats], row: int, stage: Stage) -> Floats:
    """Return the field at every cell of a transmitter that stands at one of the points."""
    emitters, azimuth, distance = shared
    polar = polar_field(
        emitters[row],
        stage,
        radius_km=float(distance[row].max()) + _MARGIN_KM,
        step_km=_STEP_KM,
        azimuths_deg=azimuths_around(_AZIMUTHS),
        thinned=True,
        time_percents=(50.0,),
    )
    return np.asarray(polar.at_polar(azimuth[row], distance[row])[0])


def transmitter_at(
    longitude: float, latitude: float, height_above_ground_m: float, frequency_mhz: float
) -> BroadcastStation:
    """Return 1 W e.r.p. at a place, alike in all directions: an FM station received in stereo."""
    return BroadcastStation(
        id="point",
        name="point",
        programme="",
        service=Service.FM,
        station_class=StationClass.OTHER,
        frequency_mhz=min(max(frequency_mhz, 30.0), 6000.0),
        longitude=longitude,
        latitude=latitude,
        erp_total_dbw=0.0,
        height_above_ground_m=height_above_ground_m,
        provenance=Provenance(confidence=Confidence.DERIVED, source=""),
    )
