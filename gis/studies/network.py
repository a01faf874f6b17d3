"""Coverage and interference of a whole network: many stations on one grid.

Each pixel has a best server, the station of the strongest field at 50 % of time; all others ask
something of it, their nuisance fields by the protection ratio of their spacing (Rec. ITU-R
BS.412-9), which add up as powers (GE84's simplified multiplication stays with the study of one
station). The grid is cut into tiles that are computed apart from each other; memory depends on
the tile, not on the area or on how many stations there are. Another percentage of locations than
50 is that of the field which a station serves with; what others ask of it stays at 50 %.
"""

import math
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.home import UNFINISHED
from gis.raster import Grid, grid_over
from gis.raster_tiles import Tile, TiledRaster, cog_by_tiles, tiles_of
from gis.register.reading import Reader as RegisterReader
from gis.register.records import Boundary, BroadcastStation
from gis.rules import load_rule_pack
from gis.studies.communes import boundary_from_json, pixels_of
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.method_remarks import method_remarks, unwanted_remarks
from gis.studies.network_asked import network_asked
from gis.studies.network_sums import NetworkSums
from gis.studies.network_tile import (
    TIME_PERCENTS,
    NetworkTile,
    Stations,
    spill_bytes,
    tile_of,
)
from gis.studies.parts import (
    Computed,
    Gathered,
    common_inputs,
    method_of,
    names_tag,
    rules_from_json,
    rules_json,
    settings_of,
    stamp,
)
from gis.studies.remarks import Gaps, ground_remarks, remarks_json
from gis.studies.snapshots import geometry_hex, record_from_json, record_to_json
from gis.studies.tile_field import Layout
from gis.terrain.ground import Remark
from propagation.compliance.parameters import PROTECTION_RATIO
from propagation.interference.bs412 import protection_from_parameters

__all__ = [
    "FILES",
    "SPILL_BYTES",
    "compute",
    "gather",
    "tile_side",
]

Floats = NDArray[np.float64]
Bounds = tuple[float, float, float, float]

FILES = {
    "strongest.tif": "field_strength_dbuvm",
    "server.tif": "position",
    "usable.tif": "usable_power_sum_dbuvm",
    "margin.tif": "margin_db",
    "dominant.tif": "position",
    "count.tif": "stations",
}
"""What each raster holds: the strongest field; its station, by its position in the inputs; the
power sum of the nuisance fields of the others; the strongest field less that sum; the station of
the largest nuisance field; how many stations reach the threshold. Server, margin and dominant hold
nothing where the threshold is not reached, all of them nothing where there is none."""

SPILL_BYTES = 2**30
"""What one tile may put aside on disk while it is computed; more stations, smaller tiles."""

_TILE = 256
_SMALLEST_TILE = 16
_FEWEST_TILES = 8
_NONE = -1
_MOST_REMARKS = 40
_MOST_NAMES = 5


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides the coverage and interference of a network.

    Parameters
    ----------
    request : mapping
        As of `gis.studies.network_asked.network_asked`.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where the terrain is.

    Raises
    ------
    GisError
        As of `network_asked`.
    """
    wanted = network_asked(request, register, context.ground, context.p1546_curves)
    inputs = {
        **common_inputs(wanted.place, wanted.on, context, wanted.settings, wanted.method),
        "rules": rules_json(
            load_rule_pack(wanted.on, own=context.home.rules), (PROTECTION_RATIO,)
        ),
        "stations": [record_to_json(one) for one in wanted.stations],
        "not_assessed": [
            {"id": one.id, "name": one.name, "missing": list(missing)}
            for one, missing in wanted.not_assessed
        ],
        "bounds": list(wanted.bounds),
        "outline": None if wanted.boundary is None else record_to_json(wanted.boundary),
        "step_m": wanted.step_m,
        "reach_km": wanted.reach_km,
        "threshold_dbuvm": wanted.threshold_dbuvm,
    }
    geometries = {}
    if wanted.boundary is not None:
        digest = inputs["outline"]["geometry"]
        geometries[digest] = geometry_hex(wanted.boundary.geometry)
    return Gathered(inputs, geometries)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The network over its ground, and the grid in tiles."""

    stations: Stations
    grid: Grid
    tiles: tuple[Tile, ...]
    boundary: Boundary | None


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Compute the coverage and interference of a network from what was gathered."""
    inputs = gathered.inputs
    scene = _scene(gathered, context)
    records = [emitter.station for emitter in scene.stations.emitters]
    sums = NetworkSums(records, scene.stations.threshold_dbuvm)
    context.home.studies.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=context.home.studies))
    contents = {name: scratch / name for name in FILES}
    computed = Computed({}, {**contents}, scratch)
    try:
        with _rasters(contents, scene.grid, inputs) as rasters:
            for place, found in _tiles(scene, replace(context, scratch=scratch)):
                part = scene.grid.part(*place)
                areas = np.broadcast_to(part.pixel_areas_km2(), part.shape)
                sums.add(found, areas, _inside(scene.boundary, part))
                for name, values in _bands(found, scene.stations.threshold_dbuvm).items():
                    rasters[name].write(place, values)
    except BaseException:
        computed.discard()
        raise
    return replace(computed, results=_results(scene, sums, inputs))


def _scene(gathered: Gathered, context: StudyContext) -> _Scene:
    inputs = gathered.inputs
    settings = settings_of(inputs)
    step_m = float(inputs["step_m"])
    grid = grid_over(tuple(inputs["bounds"]), step_m)
    records = [record_from_json(BroadcastStation, item) for item in inputs["stations"]]
    side = tile_side(grid, len(records))
    ground = context.ground.holding(_around(grid, records, side * step_m / 1e3))
    rule = rules_from_json(inputs["rules"]).rule(PROTECTION_RATIO)
    method, median = method_of(inputs, context), settings.at_median_locations()
    stations = Stations(
        emitters=tuple(Emitter(one, ground, median, method) for one in records),
        serving=tuple(Emitter(one, ground, settings, method) for one in records),
        layout=Layout.of(float(inputs["reach_km"]), step_m, settings.profile_step_km),
        table=protection_from_parameters(rule.parameters),
        threshold_dbuvm=float(inputs["threshold_dbuvm"]),
    )
    boundary = boundary_from_json(inputs["outline"], gathered.geometries)
    return _Scene(stations, grid, tuple(tiles_of(grid, side)), boundary)


def tile_side(grid: Grid, stations: int) -> int:
    """Return the side of a tile in pixels.

    What a tile puts aside stays within its limit, and there are tiles for several workers.
    """
    side, pixels = _TILE, grid.width * grid.height
    while side > _SMALLEST_TILE and (
        spill_bytes(side, stations) > SPILL_BYTES or pixels < _FEWEST_TILES * side**2
    ):
        side //= 2
    return side


def _around(grid: Grid, stations: Sequence[BroadcastStation], side_km: float) -> Bounds:
    """Return the rectangle within which paths run: grid and stations, and a tile beyond."""
    west, south, east, north = grid.bounds
    lon = [west, east, *(one.longitude for one in stations)]
    lat = [south, north, *(one.latitude for one in stations)]
    high = (1.5 * side_km + 2.0) / 110.0
    wide = high / max(math.cos(math.radians(max(abs(value) for value in lat))), 0.05)
    return min(lon) - wide, min(lat) - high, max(lon) + wide, max(lat) + high


def _tiles(scene: _Scene, context: StudyContext) -> Iterator[tuple[Tile, NetworkTile]]:
    """Yield the tiles in their order, computed by as many workers as there are."""
    stage = context.stage(0.02, 0.95, "studies.progress_network", count=len(scene.tiles))
    parts = [scene.grid.part(*place) for place in scene.tiles]
    found = stage.spread(tile_of, scene.stations, parts)
    yield from ((place, tile) for place, (_, tile) in zip(scene.tiles, found, strict=True))


@contextmanager
def _rasters(
    contents: Mapping[str, Path], grid: Grid, inputs: Mapping[str, Any]
) -> Iterator[dict[str, TiledRaster]]:
    """Yield the rasters of the study, open to be written tile by tile."""
    tags = {
        **stamp(inputs),
        "STATIONS": str(len(inputs["stations"])),
        "REACH_KM": f"{inputs['reach_km']:g}",
        "THRESHOLD_DBUVM": f"{inputs['threshold_dbuvm']:g}",
    }
    names = names_tag(one["name"] for one in inputs["stations"])
    with ExitStack() as stack:
        opened = {}
        for name, path in contents.items():
            quantity = FILES[name]
            numbered = names if quantity == "position" else {}
            real = quantity.rpartition("_")[2] in ("dbuvm", "db")
            unit = {"UNIT": "dB" if quantity.endswith("_db") else "dBuV/m"} if real else {}
            opened[name] = stack.enter_context(
                cog_by_tiles(
                    path,
                    grid,
                    "float32" if real else "int16",
                    tags={**tags, **unit, **numbered, "QUANTITY": quantity},
                    nodata=float("nan") if real else _NONE,
                    overview_resampling="AVERAGE" if real else "NEAREST",
                )
            )
        yield opened


def _bands(found: NetworkTile, threshold_dbuvm: float) -> dict[str, NDArray[Any]]:
    """Return what each raster holds of a tile."""
    received = found.strongest_dbuvm >= threshold_dbuvm
    margin = np.where(received, found.strongest_dbuvm - found.usable_dbuvm, np.nan)
    usable = np.where(np.isfinite(found.usable_dbuvm), found.usable_dbuvm, np.nan)
    count = np.where(np.isnan(found.strongest_dbuvm), _NONE, found.count)
    return {
        "strongest.tif": found.strongest_dbuvm.astype(np.float32),
        "server.tif": np.where(received, found.server, _NONE).astype(np.int16),
        "usable.tif": usable.astype(np.float32),
        "margin.tif": np.where(np.isfinite(margin), margin, np.nan).astype(np.float32),
        "dominant.tif": np.where(received, found.dominant, _NONE).astype(np.int16),
        "count.tif": count.astype(np.int16),
    }


def _inside(boundary: Boundary | None, part: Grid) -> NDArray[np.bool_]:
    """Return which pixels of a tile count in areas: those of the province, else all."""
    if boundary is None:
        return np.ones(part.shape, dtype=np.bool_)
    inside = np.zeros(part.shape, dtype=np.bool_)
    pixels = pixels_of(boundary, part)
    if pixels is not None:
        inside[pixels] = True
    return inside


def _results(scene: _Scene, sums: NetworkSums, inputs: Mapping[str, Any]) -> dict[str, Any]:
    layout, grid = scene.stations.layout, scene.grid
    return {
        **sums.summary(),
        "transmitters": sums.rows(),
        "not_assessed": inputs["not_assessed"],
        "remarks": remarks_json(_remarks(scene, sums, float(inputs["step_m"]))),
        "computation": {
            "azimuths": layout.count,
            "range_step_m": round(layout.step_km * 1e3, 3),
            "time_percents": list(TIME_PERCENTS),
            "tiles": len(scene.tiles),
            "width": grid.width,
            "height": grid.height,
            "bounds": [round(edge, 6) for edge in grid.bounds],
        },
    }


def _remarks(scene: _Scene, sums: NetworkSums, step_m: float) -> list[Remark]:
    """Return what has to be said: what a reach cuts off, the ground, the largest gaps first.

    Beyond a number they are counted only.
    """
    emitters = scene.stations.serving
    found: list[Remark] = [*unwanted_remarks(emitters[0])]
    if sums.cut_off:
        names = [emitters[index].station.name for index in sorted(sums.cut_off)]
        told = ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
        reach_km = scene.stations.layout.reach_km
        values = {"count": len(names), "stations": told, "reach_km": reach_km}
        found.append(("studies.network_cut_off", values))
    missing = {
        index: sum(part[0] for part in gaps.missing.values()) for index, gaps in sums.gaps.items()
    }
    profile_m = scene.stations.layout.step_km * 1e3
    order = sorted(range(len(emitters)), key=lambda index: -missing.get(index, 0))
    for index in order:
        emitter, gaps = emitters[index], sums.gaps.get(index, Gaps())
        found += ground_remarks(emitter.ground, emitter.station, gaps, step_m, profile_m)
        notes = sums.notes.get(index, Counter())
        found += method_remarks(emitter, notes, scene.stations.layout.reach_km, step_m)
    remarks = list({(key, repr(values)): (key, values) for key, values in found}.values())
    if len(remarks) > _MOST_REMARKS:
        further = len(remarks) - _MOST_REMARKS
        return [*remarks[:_MOST_REMARKS], ("studies.network_more_remarks", {"count": further})]
    return remarks
