"""Coverage of one station: its field on a grid, contours, area and communes covered.

The field is computed on radials (`gis.studies.field`) and resampled bilinearly in azimuth and
range, in dB, to a grid in EPSG:4326. Pixels beyond the radius are missing.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.contours import contour_features, geojson_text
from gis.errors import FormatError, TerrainUnavailableError
from gis.raster import Grid, grid_around, write_cog
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.studies.asked import coverage_asked
from gis.studies.communes import Communes, communes_near, coverage_table, points_of
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import PolarField, azimuths_around, polar_field
from gis.studies.method import METHOD_INPUTS
from gis.studies.method_remarks import refuse_without_result
from gis.studies.model import RECEIVER_HEIGHT_M
from gis.studies.parts import (
    Computed,
    Gathered,
    common_inputs,
    method_of,
    moment,
    settings_of,
    stamp,
)
from gis.studies.remarks import remarks_json
from gis.studies.requests import Reader
from gis.studies.snapshots import record_from_json, record_to_json
from gis.studies.steps import area_step_km

__all__ = [
    "CONTOURS_FILE",
    "FIELD_FILE",
    "LARGEST_RADIUS_KM",
    "LEVELS_DBUVM",
    "azimuth_count",
    "compute",
    "default_radius_km",
    "default_step_m",
    "extent_asked",
    "gather",
    "require_field",
]

Values = NDArray[np.float32]

LEVELS_DBUVM = (54.0, 66.0, 74.0)
"""Minimum usable fields of stereophonic reception, rural, urban, large city (BS.412-9)."""

FIELD_FILE = "coverage.tif"
"""Cloud Optimized GeoTIFF, float32, dB(uV/m), EPSG:4326."""

CONTOURS_FILE = "contours.geojson"
"""The area at or above each level."""

LARGEST_RADIUS_KM = 300.0
"""Largest radius of a coverage study."""

_MOST_PIXELS = 40_000_000
_FEWEST_AZIMUTHS = 72
_LARGEST_UNIT = 36 * 2**4  # thinning further saves next to nothing
_STEPS_M = (100.0, 250.0, 500.0, 1000.0, 2000.0)
_PIXELS_PER_RADIUS = 120
_NAMES = (
    "station_id",
    "radius_km",
    "step_m",
    "time_percent",
    "location_percent",
    "receiver_height_m",
    "full_radials",
    *METHOD_INPUTS,
    "jurisdiction",
    "on",
)


def default_radius_km(station: BroadcastStation) -> float:
    """Return the radius of a study that asks for none.

    20 km and 1.5 km for each dB above 1 W e.r.p. (300 W: 57 km, 10 kW: 80 km), at least the
    radio horizon of the antenna above sea level over a smooth Earth of 4/3 radius towards 10 m,
    rounded up to 10 km, at most 300 km. A choice of extent, not a limit of coverage: a station
    may be received farther away.
    """
    power = max(station.erp_total_dbw or 0.0, 0.0)
    height = (station.height_above_ground_m or 0.0) + (station.ground_height_m or 0.0)
    horizon = 4.12 * (math.sqrt(max(height, 0.0)) + math.sqrt(RECEIVER_HEIGHT_M))
    radius = max(20.0 + 1.5 * power, horizon)
    return min(10.0 * math.ceil(radius / 10.0 - 1e-9), LARGEST_RADIUS_KM)


def default_step_m(radius_km: float) -> float:
    """Return the pixel size of a study that asks for none: about 120 pixels a radius."""
    wanted = radius_km * 1e3 / _PIXELS_PER_RADIUS
    return next((step for step in _STEPS_M if step >= wanted), _STEPS_M[-1])


def extent_asked(
    reader: Reader, station: BroadcastStation, usual_step_m: Callable[[float], float]
) -> tuple[float, float]:
    """Return the radius in km and the pixel size in m of a request.

    Parameters
    ----------
    reader : Reader
        The request; of it `radius_km` and `step_m` are read.
    station : BroadcastStation
        The station.
    usual_step_m : callable
        The pixel size of a radius, where the request names none.

    Raises
    ------
    FormatError
        If one is out of range, or they give more than forty million pixels.
    """
    usual_km = default_radius_km(station)
    radius_km = reader.number("radius_km", 1.0, LARGEST_RADIUS_KM, usual_km) or usual_km
    usual_m = usual_step_m(radius_km)
    step_m = reader.number("step_m", 10.0, 10_000.0, usual_m) or usual_m
    _require_size(radius_km, step_m)
    return radius_km, step_m


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides a coverage.

    Parameters
    ----------
    request : mapping
        `station_id`; optional `radius_km`, `step_m` (pixel and range step), `time_percent`
        (1 to 50), `location_percent` (1 to 99), `receiver_height_m`, `full_radials` (a radial
        for each pixel at the edge, and none of them thinned), METHOD_INPUTS, `jurisdiction`, `on`.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where the terrain is.

    Raises
    ------
    GisError
        If the request is not understood, the station is unknown or cannot be assessed, or the
        grid would be too large.
    """
    reader = Reader(request, *_NAMES)
    place, on = moment(reader)
    station = register.station(reader.word("station_id"), SYSTEM)
    emitter, percent = coverage_asked(reader, station, context.ground, context.p1546_curves)
    radius_km, step_m = extent_asked(reader, station, default_step_m)
    full = reader.flag("full_radials")
    settings = replace(
        emitter.over_squares(step_m).settings,
        profile_step_km=area_step_km(
            context.ground,
            emitter.method.predictor,
            radius_km * azimuth_count(radius_km, step_m, full=full),
            step_m / 1e3,
        ),
    )
    communes = communes_near(register, on, station.longitude, station.latitude, radius_km)
    written, geometries = communes.to_json()
    inputs = {
        **common_inputs(place, on, context, settings, emitter.method),
        "station": record_to_json(station),
        "radius_km": radius_km,
        "step_m": step_m,
        "time_percent": percent,
        **({"full_radials": True} if full else {}),
        "levels_dbuvm": list(LEVELS_DBUVM),
        "communes": written,
    }
    return Gathered(inputs, geometries)


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Compute a coverage from what was gathered."""
    inputs = gathered.inputs
    station = record_from_json(BroadcastStation, inputs["station"])
    method = method_of(inputs, context)
    emitter = Emitter(station, context.ground, settings_of(inputs), method)
    radius_km, step_m = float(inputs["radius_km"]), float(inputs["step_m"])
    full = bool(inputs.get("full_radials", False))
    azimuths = azimuth_count(radius_km, step_m, full=full)
    stage = context.stage(0.02, 0.7, "studies.progress_field", station=station.name)
    polar = polar_field(
        emitter,
        stage,
        radius_km=radius_km,
        step_km=step_m / 1e3,
        azimuths_deg=azimuths_around(azimuths),
        thinned=not full,
        time_percents=(float(inputs["time_percent"]),),
    )
    require_field(polar)
    grid = grid_around(station.longitude, station.latitude, radius_km, step_m)
    (field,), within = polar.to_grid(grid, context.stage(0.7, 0.8, "studies.progress_grid"))
    communes = Communes.from_json(inputs["communes"], gathered.geometries)
    at_points = polar.at(*points_of(communes))[0]
    levels = inputs["levels_dbuvm"]
    drawn = context.stage(0.8, 0.99, "studies.progress_grid")
    raster, contours, covered = drawn.together(
        lambda: _raster(field, grid, inputs, context.workers),
        lambda: _contours(field, grid, inputs),
        lambda: coverage_table(communes, field, grid, at_points, levels),
    )
    results = {
        "levels": [_level(feature) for feature in contours["features"]],
        "communes": covered,
        "computation": _computation(polar, radius_km, grid),
        "field_strength_max_dbuvm": _largest(field),
        "remarks": remarks_json(polar.remarks(step_m)),
        "pixels_without_field": within - int(np.count_nonzero(~np.isnan(field))),
    }
    return Computed(results, {FIELD_FILE: raster, CONTOURS_FILE: geojson_text(contours)})


def azimuth_count(radius_km: float, step_m: float, *, full: bool = False) -> int:
    """Return how many radials stand around a station.

    The arc between them at the edge is at most the diagonal of a pixel, which keeps a map nearer
    to the own paths of its pixels than two samplings of the terrain are to each other
    (`tests/gis/test_area_raster.py`); the arc that results is in the results.

    A multiple of 36, and of powers of two, so that radials can thin out towards the mast.

    Parameters
    ----------
    radius_km : float
        How far they reach.
    step_m : float
        Side of a pixel.
    full : bool
        Whether the arc is at most the side of a pixel.
    """
    arc_m = step_m if full else step_m * math.sqrt(2)
    wanted = max(2 * math.pi * radius_km * 1e3 / arc_m, _FEWEST_AZIMUTHS)
    unit = 36
    while 20 * unit <= wanted and unit < _LARGEST_UNIT:
        unit *= 2
    return unit * math.ceil(wanted / unit - 1e-9)


def require_field(polar: PolarField) -> None:
    """Refuse a field of which nothing is known.

    Raises
    ------
    FormatError
        If every receiver lies outside the model's effective heights.
    TerrainUnavailableError
        If the terrain is void on every path.
    """
    if np.isnan(polar.field_strength_dbuvm).all():
        refuse_without_result(polar.emitter, polar.notes)
        name = polar.emitter.station.name
        raise TerrainUnavailableError("studies.no_terrain_around", station=name)


def _require_size(radius_km: float, step_m: float) -> None:
    """Refuse a grid of more than forty million pixels."""
    across = 2 * math.ceil(radius_km * 1e3 / step_m) + 1
    if across**2 > _MOST_PIXELS:
        raise FormatError(
            "studies.too_many_pixels",
            radius_km=radius_km,
            step_m=step_m,
            pixels=across**2,
            limit=_MOST_PIXELS,
        )


def _level(feature: Mapping[str, Any]) -> dict[str, Any]:
    properties = feature["properties"]
    return {
        "field_strength_dbuvm": properties["level_dbuvm"],
        "area_km2": round(properties["area_km2"], 3),
    }


def _largest(field: Values) -> float | None:
    largest = np.fmax.reduce(field, axis=None)
    return None if np.isnan(largest) else round(float(largest), 2)


def _computation(polar: PolarField, radius_km: float, grid: Grid) -> dict[str, Any]:
    """Return how finely the field was computed."""
    azimuths = polar.azimuths_deg.size
    return {
        "azimuths": azimuths,
        "arc_at_edge_m": round(2 * math.pi * radius_km * 1e3 / azimuths, 1),
        "range_step_m": round(polar.polar.step_km * 1e3, 3),
        "radius_km": radius_km,
        "bounds": [round(edge, 6) for edge in grid.bounds],
        "width": grid.width,
        "height": grid.height,
    }


def _raster(field: Values, grid: Grid, inputs: Mapping[str, Any], threads: int) -> bytes:
    tags = {
        **stamp(inputs),
        "UNIT": "dBuV/m",
        "STATION": inputs["station"]["name"],
        "TIME_PERCENT": f"{inputs['time_percent']:g}",
        "LOCATION_PERCENT": f"{inputs['model']['settings']['location_percent']:g}",
    }
    return write_cog(field, grid, tags=tags, threads=threads)


def _contours(field: Values, grid: Grid, inputs: Mapping[str, Any]) -> dict[str, Any]:
    settings = inputs["model"]["settings"]
    properties = {
        **{name.lower(): value for name, value in stamp(inputs).items()},
        "station": inputs["station"]["name"],
        "time_percent": inputs["time_percent"],
        "location_percent": settings["location_percent"],
        "receiver_height_m": settings["receiver_height_above_ground_m"],
    }
    return contour_features(
        field, grid, inputs["levels_dbuvm"], level_name="level_dbuvm", properties=properties
    )
