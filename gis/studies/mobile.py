"""Coverage of mobile networks: best server, overlap and gaps, by operator and by commune.

Transmitters are the installations of the register on a day, as far as whoever asks may see them.
Each pixel has a best server, the transmitter of the strongest level at half of the time; sites and
operators that reach the minimum level are counted, and where nobody does is a gap. The grid is cut
into tiles; memory depends on the tile and on the number of operators, not on the transmitters.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rasterio.features import geometry_mask
from shapely import MultiPolygon

from gis.geodesy import distance_km
from gis.home import UNFINISHED
from gis.raster import Grid, grid_over
from gis.raster_tiles import Tile, TiledRaster, cog_by_tiles, tiles_of
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation
from gis.rules import load_rule_pack
from gis.studies.communes import Communes, communes_near
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.method_remarks import method_remarks
from gis.studies.mobile_asked import MobileAsked, mobile_asked
from gis.studies.mobile_sites import MobileSites, bounds_around, mobile_sites
from gis.studies.mobile_sums import MobileSums
from gis.studies.mobile_tile import MobileNetworks, MobileTile, mobile_tile, sites_of
from gis.studies.model import FieldSettings, located_settings
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
from gis.studies.snapshots import (
    geometry_from_hex,
    geometry_hex,
    record_from_json,
    record_to_json,
)
from gis.studies.steps import area_step_km
from gis.studies.tile_field import Layout
from gis.terrain.ground import Ground, Remark
from propagation.interference.running import NOBODY
from propagation.mobile import Generation, MobileReference, reference_from_parameters

__all__ = ["FILES", "MOST_OPERATOR_FILES", "compute", "gather", "operator_file"]

FILES: Final = {
    "level.tif": "level_dbm",
    "server.tif": "position",
    "sites.tif": "sites",
    "operators.tif": "operators",
}
"""What each raster holds: the strongest level; its transmitter, by its position in the inputs,
where the minimum is reached; how many sites, and how many operators, reach the minimum. The counts
hold nothing where nobody is known to reach it and a level is not known; nothing has a value
outside the area."""

MOST_OPERATOR_FILES: Final = 12
"""So many operators have a raster of their own; with one operator it is that of all."""

_TILE: Final = 512
_NONE: Final = -1
_COMMUNES_BEYOND_KM: Final = 15.0
_MOST_REMARKS: Final = 40
_MOST_NAMES: Final = 5
_OTHER_HEIGHT: Final = "studies.receiver_height"


def operator_file(position: int) -> str:
    """Return the name of the raster of one operator's best level."""
    return f"operator_{position + 1}.tif"


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides a coverage of mobile networks.

    Parameters
    ----------
    request : mapping
        As of `gis.studies.mobile_asked.mobile_asked`.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where the terrain is.

    Raises
    ------
    GisError
        As of `mobile_asked` and `mobile_sites`.
    """
    asked = mobile_asked(request, register, context.p1546_curves)
    sites = mobile_sites(asked, register, context.ground)
    pack = load_rule_pack(asked.on, own=context.home.rules)
    reference = reference_from_parameters(pack.rule(asked.technology.rule).parameters)
    minimum = asked.minimum_level_dbm
    asked = replace(asked, settings=_settings(asked, len(sites.stations), context.ground))
    communes, outlines = _communes(asked, register).to_json()
    area, geometries = _area_json(asked)
    inputs = {
        **common_inputs(asked.place, asked.on, context, asked.settings, asked.method),
        "rules": rules_json(pack, (asked.technology.rule,)),
        "technology": asked.technology.value,
        "band": asked.band,
        "operators": [{"id": identifier, "name": name} for identifier, name in sites.operators],
        "chosen": asked.operators is not None,
        "stations": [record_to_json(one) for one in sites.stations],
        "not_assessed": _left_out(sites),
        "area": area,
        "communes": communes,
        "step_m": asked.step_m,
        "reach_km": asked.reach_km,
        "minimum_level_dbm": reference.minimum_level_dbm if minimum is None else minimum,
        "asked_by": asked.asked_by,
        "public": asked.public,
        "confidential": sites.confidential,
    }
    return Gathered(inputs, {**geometries, **outlines})


def _settings(asked: MobileAsked, transmitters: int, ground: Ground) -> FieldSettings:
    """Return the settings with the step of the profiles and the square of the locations."""
    limits, step_m = asked.method.predictor.limits, asked.step_m
    radials_km = Layout.of(asked.reach_km, step_m, step_m / 1e3).count * asked.reach_km
    step_km = area_step_km(ground, asked.method.predictor, transmitters * radials_km, step_m / 1e3)
    settings = replace(asked.settings, profile_step_km=step_km)
    return located_settings(settings, limits.resolutions_m, step_m)


def _communes(asked: MobileAsked, register: RegisterReader) -> Communes:
    west, south, east, north = asked.grid.bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    radius_km = float(distance_km(lon, lat, west, south)) + _COMMUNES_BEYOND_KM
    return communes_near(register, asked.on, lon, lat, radius_km)


def _area_json(asked: MobileAsked) -> tuple[dict[str, Any], dict[str, str]]:
    area, geometries = asked.area, {}
    digest = None
    if area.geometry is not None:
        digest = record_to_json(_Outline(area.geometry))["geometry"]
        geometries[digest] = geometry_hex(area.geometry)
    written = {
        "kind": area.kind,
        "bounds": list(area.bounds),
        "geometry": digest,
        "boxes": list(area.boxes),
        "official": area.official,
    }
    return written, geometries


@dataclass(frozen=True, slots=True)
class _Outline:
    geometry: MultiPolygon


def _left_out(sites: MobileSites) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id,
            "name": one.name,
            "organisation_id": one.organisation_id,
            "missing": list(one.missing),
        }
        for one in sites.left_out
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The networks over their ground, the grid in tiles, and what counts in areas."""

    networks: MobileNetworks
    grid: Grid
    tiles: tuple[Tile, ...]
    geometry: MultiPolygon | None
    communes: Communes


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Compute the coverage of mobile networks from what was gathered."""
    inputs = gathered.inputs
    scene = _scene(gathered, context)
    operators = [(one["id"], one["name"]) for one in inputs["operators"]]
    stations = [emitter.station for emitter in scene.networks.emitters]
    sums = MobileSums(stations, operators, scene.communes, scene.grid.bounds)
    context.home.studies.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=context.home.studies))
    contents = {name: scratch / name for name in _quantities(len(operators))}
    computed = Computed({}, {**contents}, scratch)
    try:
        with _rasters(contents, scene.grid, inputs) as rasters:
            for place, found in _tiles(scene, context):
                part = scene.grid.part(*place)
                areas = np.broadcast_to(part.pixel_areas_km2(), part.shape)
                inside = _inside(scene.geometry, part)
                sums.add(found, areas, inside, scene.communes.positions_on(part))
                for name, values in _bands(found, inside).items():
                    if name in rasters:
                        rasters[name].write(place, values)
    except BaseException:
        computed.discard()
        raise
    return replace(computed, results=_results(scene, sums, inputs))


def _scene(gathered: Gathered, context: StudyContext) -> _Scene:
    inputs = gathered.inputs
    settings, method = settings_of(inputs), method_of(inputs, context)
    step_m, reach_km = float(inputs["step_m"]), float(inputs["reach_km"])
    area = inputs["area"]
    grid = grid_over(tuple(area["bounds"]), step_m)
    records = [record_from_json(BroadcastStation, item) for item in inputs["stations"]]
    ground = context.ground.holding(bounds_around(grid, records))
    emitters = tuple(Emitter(one, ground, settings, method) for one in records)
    networks = MobileNetworks(
        emitters=emitters,
        sites=sites_of(emitters, [one["id"] for one in inputs["operators"]]),
        operators=len(inputs["operators"]),
        layout=Layout.of(reach_km, step_m, settings.profile_step_km),
        reference=_reference(inputs),
    )
    digest = area["geometry"]
    return _Scene(
        networks,
        grid,
        tuple(tiles_of(grid, _TILE)),
        None if digest is None else geometry_from_hex(gathered.geometries[digest]),
        Communes.from_json(inputs["communes"], gathered.geometries),
    )


def _reference(inputs: Mapping[str, Any]) -> MobileReference:
    rule = rules_from_json(inputs["rules"]).rule(Generation(inputs["technology"]).rule)
    found = reference_from_parameters(rule.parameters)
    return replace(found, minimum_level_dbm=float(inputs["minimum_level_dbm"]))


def _tiles(scene: _Scene, context: StudyContext) -> Iterator[tuple[Tile, MobileTile]]:
    """Yield the tiles in their order; within each of them sites are predicted by all workers."""
    sites = len(scene.networks.sites)
    edges = [0.02 + 0.95 * place / len(scene.tiles) for place in range(len(scene.tiles) + 1)]
    for place, (start, end) in zip(scene.tiles, pairwise(edges), strict=True):
        stage = context.stage(start, end, "mobile.progress", count=sites)
        yield place, mobile_tile(scene.networks, scene.grid.part(*place), stage)


def _quantities(operators: int) -> dict[str, str]:
    """Return what each file of a study holds."""
    own = range(operators) if 1 < operators <= MOST_OPERATOR_FILES else ()
    return {**FILES, **{operator_file(position): "level_dbm" for position in own}}


@contextmanager
def _rasters(
    contents: Mapping[str, Path], grid: Grid, inputs: Mapping[str, Any]
) -> Iterator[dict[str, TiledRaster]]:
    """Yield the rasters of the study, open to be written tile by tile."""
    tags = {
        **stamp(inputs),
        "TECHNOLOGY": inputs["technology"].upper(),
        "TRANSMITTERS": str(len(inputs["stations"])),
        "REACH_KM": f"{inputs['reach_km']:g}",
        "MINIMUM_LEVEL_DBM": f"{inputs['minimum_level_dbm']:g}",
    }
    names = names_tag(one["name"] for one in inputs["stations"])
    quantities = _quantities(len(inputs["operators"]))
    with ExitStack() as stack:
        opened = {}
        for name, path in contents.items():
            real = quantities[name] == "level_dbm"
            opened[name] = stack.enter_context(
                cog_by_tiles(
                    path,
                    grid,
                    "float32" if real else "int16",
                    tags={
                        **tags,
                        **({"UNIT": "dBm"} if real else {}),
                        **(names if quantities[name] == "position" else {}),
                        "QUANTITY": quantities[name],
                    },
                    nodata=float("nan") if real else _NONE,
                    overview_resampling="AVERAGE" if real else "NEAREST",
                )
            )
        yield opened


def _bands(found: MobileTile, inside: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """Return what each raster holds of a tile."""
    covered, unknown = inside & (found.sites.count > 0), ~inside | found.unknown()
    told: dict[str, NDArray[Any]] = {
        "level.tif": _within(found.best.strongest_db, inside),
        "server.tif": np.where(covered, found.best.server_index, NOBODY).astype(np.int16),
        "sites.tif": np.where(unknown, _NONE, found.sites.count).astype(np.int16),
        "operators.tif": np.where(unknown, _NONE, found.reaching()).astype(np.int16),
    }
    for position, one in enumerate(found.operators):
        told[operator_file(position)] = _within(one.strongest_db, inside)
    return told


def _within(level_dbm: NDArray[np.float64], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.where(inside, level_dbm, np.nan).astype(np.float32)


def _inside(geometry: MultiPolygon | None, part: Grid) -> NDArray[np.bool_]:
    """Return which pixels of a tile count in areas: those whose centre lies in the area."""
    if geometry is None:
        return np.ones(part.shape, dtype=np.bool_)
    return np.asarray(
        geometry_mask([geometry], out_shape=part.shape, transform=part.transform, invert=True)
    )


def _results(scene: _Scene, sums: MobileSums, inputs: Mapping[str, Any]) -> dict[str, Any]:
    layout, grid = scene.networks.layout, scene.grid
    left_out = Counter(one["organisation_id"] for one in inputs["not_assessed"])
    return {
        **sums.summary(),
        "operators": sums.operators(left_out),
        "transmitters": sums.transmitters(),
        "communes": sums.communes(),
        "remarks": remarks_json(_remarks(scene, sums, inputs)),
        "computation": {
            "azimuths": layout.count,
            "range_step_m": round(layout.step_km * 1e3, 3),
            "tiles": len(scene.tiles),
            "sites": len(scene.networks.sites),
            "width": grid.width,
            "height": grid.height,
            "bounds": [round(edge, 6) for edge in grid.bounds],
        },
    }


def _remarks(scene: _Scene, sums: MobileSums, inputs: Mapping[str, Any]) -> list[Remark]:
    """Return what has to be said: of the area, of what a reach cuts off, of ground and model."""
    emitters, layout = scene.networks.emitters, scene.networks.layout
    area, step_m = inputs["area"], float(inputs["step_m"])
    found: list[Remark] = []
    if area["boxes"]:
        found.append(("mobile.boxes", {"units": ", ".join(area["boxes"][:_MOST_NAMES])}))
    elif not area["official"]:
        found.append(("mobile.area_approximate", {}))
    if sums.cut_off:
        names = [emitters[position].station.name for position in sorted(sums.cut_off)]
        told = ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
        values = {"count": len(names), "stations": told, "reach_km": layout.reach_km}
        found.append(("mobile.cut_off", values))
    for position, emitter in enumerate(emitters):
        gaps, notes = sums.gaps.get(position, Gaps()), sums.notes.get(position, Counter())
        profile_m = layout.step_km * 1e3
        found += ground_remarks(emitter.ground, emitter.station, gaps, step_m, profile_m)
        found += method_remarks(emitter, notes, layout.reach_km, step_m)
    kept = [(key, values) for key, values in found if key != _OTHER_HEIGHT]
    remarks = list({(key, repr(values)): (key, values) for key, values in kept}.values())
    if len(remarks) > _MOST_REMARKS:
        further = len(remarks) - _MOST_REMARKS
        return [*remarks[:_MOST_REMARKS], ("studies.network_more_remarks", {"count": further})]
    return remarks
