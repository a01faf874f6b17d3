"""Where a station is disturbed, and by whom, over its area.

Wanted field at 50 % of time, unwanted fields at 50 % (steady) and 1 % (tropospheric), all at 50 %
of locations and 10 m above ground (Rec. ITU-R BS.412-9); both methods of summation, one decides.
Another percentage of locations is that of the wanted field; unwanted ones stay at 50 %.
The receiving antenna's discrimination (Rec. ITU-R BS.599) is off unless asked for; it then points
at the wanted station.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import azimuth_deg, distance_km
from gis.raster import Grid, grid_around, write_cog
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.rules import load_rule_pack
from gis.studies.asked import INTERFERENCE_STEP_KM, INTERFERENCE_TIME_PERCENTS, interference_asked
from gis.studies.communes import Communes, communes_near
from gis.studies.context import Stage, StudyContext
from gis.studies.coverage import (
    azimuth_count,
    extent_asked,
    require_field,
)
from gis.studies.coverage import default_step_m as coverage_step_m
from gis.studies.disturbed import Disturbance, commune_rows, interferer_rows, summary
from gis.studies.emitter import Emitter
from gis.studies.field import PolarField, azimuths_around, azimuths_towards, polar_field
from gis.studies.method import AREA_MODEL_INPUTS
from gis.studies.method_remarks import unwanted_remarks
from gis.studies.parts import (
    Computed,
    Gathered,
    common_inputs,
    method_of,
    moment,
    names_tag,
    rules_from_json,
    rules_json,
    settings_of,
    stamp,
)
from gis.studies.remarks import remarks_json
from gis.studies.requests import Reader
from gis.studies.snapshots import record_from_json, record_to_json
from gis.studies.steps import area_step_km
from gis.studies.unwanted import REACH_KM, spacing_khz, unwanted_stations
from gis.terrain.ground import Remark
from propagation.antenna import bs599_discrimination_db
from propagation.compliance.parameters import AREA_CLASS, MINIMUM_FIELD, PROTECTION_RATIO
from propagation.compliance.records import Rule
from propagation.interference.assessment import Interference, Summation, assess_interference
from propagation.interference.bs412 import (
    Area,
    minimum_field_from_parameters,
    minimum_usable_field_strength_dbuvm,
    protection_from_parameters,
)

__all__ = ["FILES", "compute", "default_step_m", "gather"]

Floats = NDArray[np.float64]

FILES = {
    "interference.tif": "margin_db",
    "carrier_to_interference.tif": "carrier_to_interference_db",
    "usable_power_sum.tif": "usable_power_sum_dbuvm",
    "usable_simplified.tif": "usable_simplified_dbuvm",
    "dominant.tif": "rank",
}
"""What each raster holds; `dominant.tif` holds the rank of the dominant interferer in the table of
the results where reception is disturbed, and nothing elsewhere."""

_COARSER = 2.0
_NO_STATION = -1
_NAMES = (
    "station_id",
    "radius_km",
    "step_m",
    "location_percent",
    "antenna_discrimination",
    "summation",
    *AREA_MODEL_INPUTS,
    "jurisdiction",
    "on",
)
_RULES = (PROTECTION_RATIO, MINIMUM_FIELD, AREA_CLASS)


def default_step_m(radius_km: float) -> float:
    """Return the pixel size of a study that asks for none: twice that of a coverage."""
    return _COARSER * coverage_step_m(radius_km)


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides where a station is disturbed.

    Parameters
    ----------
    request : mapping
        `station_id`; optional `radius_km`, `step_m`, `location_percent` (1 to 99, of the wanted
        field), `antenna_discrimination` (false), `summation` (`simplified_multiplication` or
        `power_sum`), AREA_MODEL_INPUTS, `jurisdiction`, `on`.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where the terrain is.

    Raises
    ------
    GisError
        If the request is not understood, or the station is unknown or cannot be assessed.
    """
    reader = Reader(request, *_NAMES)
    place, on = moment(reader)
    wanted = register.station(reader.word("station_id"), SYSTEM)
    emitter = interference_asked(reader, wanted, context.ground, context.p1546_curves)
    radius_km, step_m = extent_asked(reader, wanted, default_step_m)
    pack = load_rule_pack(on, own=context.home.rules)
    table = protection_from_parameters(pack.rule(PROTECTION_RATIO).parameters)
    unwanted = unwanted_stations(
        wanted,
        register.stations(SYSTEM, service=wanted.service, on=on),
        table,
        area_radius_km=radius_km,
        flat=context.ground.flat,
        limits=emitter.method.predictor.limits,
    )
    reach_km = max(
        [radius_km, *(_away_km(wanted, other) + radius_km for other in unwanted.stations)]
    )
    settings = replace(
        emitter.over_squares(step_m).settings,
        profile_step_km=area_step_km(
            context.ground,
            emitter.method.predictor,
            (1 + len(unwanted.stations)) * reach_km * azimuth_count(reach_km, step_m),
            step_m / 1e3,
            slow_km=INTERFERENCE_STEP_KM,
        ),
    )
    near = communes_near(register, on, wanted.longitude, wanted.latitude, radius_km)
    communes, geometries = near.to_json()
    methods = tuple(method.value for method in Summation)
    inputs = {
        **common_inputs(place, on, context, settings, emitter.method),
        "rules": rules_json(pack, _RULES),
        "station": record_to_json(wanted),
        "unwanted": [record_to_json(station) for station in unwanted.stations],
        "not_assessed": [
            {"id": station.id, "name": station.name, "missing": list(missing)}
            for station, missing in unwanted.not_assessed
        ],
        "radius_km": radius_km,
        "reach_km": REACH_KM,
        "step_m": step_m,
        "antenna_discrimination": reader.flag("antenna_discrimination"),
        "summation": reader.choice(
            "summation", methods, Summation.SIMPLIFIED_MULTIPLICATION.value
        ),
        "communes": communes,
    }
    return Gathered(inputs, geometries)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The wanted station, those against it, and the pixels of its area."""

    wanted: Emitter
    unwanted: tuple[Emitter, ...]
    grid: Grid
    longitude: Floats
    latitude: Floats
    inside: NDArray[np.bool_]
    radius_km: float
    step_m: float


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Compute where a station is disturbed from what was gathered."""
    inputs = gathered.inputs
    scene = _scene(inputs, context)
    pack = rules_from_json(inputs["rules"])
    communes = Communes.from_json(inputs["communes"], gathered.geometries)
    areas = communes.areas_at(scene.longitude, scene.latitude, pack)
    (wanted, steady, tropospheric), remarks = _all_fields(scene, context)
    assessed = assess_interference(
        wanted,
        steady,
        tropospheric,
        _spacings(scene),
        scene.wanted.station.reception,
        minimum_field_dbuvm=_minimum(scene.wanted.station, areas, pack.rule(MINIMUM_FIELD)),
        discrimination_db=_discrimination(scene) if inputs["antenna_discrimination"] else 0.0,
        table=protection_from_parameters(pack.rule(PROTECTION_RATIO).parameters),
        summation=Summation(inputs["summation"]),
    )
    drawn = context.stage(0.95, 1.0, "studies.progress_grid")
    drawn.report(0.0)
    stations = tuple(emitter.station for emitter in scene.unwanted)
    found = Disturbance(scene.grid, scene.inside, assessed, stations)
    results = {
        **summary(found),
        "interferers": interferer_rows(found),
        "communes": commune_rows(found, communes),
        "not_assessed": inputs["not_assessed"],
        "remarks": remarks_json(remarks),
        "radius_km": scene.radius_km,
        "width": scene.grid.width,
        "height": scene.grid.height,
        "bounds": [round(edge, 6) for edge in scene.grid.bounds],
    }
    return Computed(results, _files(found, inputs, drawn))


def _scene(inputs: Mapping[str, Any], context: StudyContext) -> _Scene:
    settings, method = settings_of(inputs), method_of(inputs, context)
    median = settings.at_median_locations()
    station = record_from_json(BroadcastStation, inputs["station"])
    others = [record_from_json(BroadcastStation, item) for item in inputs["unwanted"]]
    wanted = Emitter(station, context.ground, settings, method)
    radius_km, step_m = float(inputs["radius_km"]), float(inputs["step_m"])
    grid = grid_around(station.longitude, station.latitude, radius_km, step_m)
    longitude, latitude = grid.centres()
    _, away_km = wanted.towards(longitude, latitude)
    inside = np.asarray(away_km <= radius_km)
    return _Scene(
        wanted=wanted,
        unwanted=tuple(Emitter(other, context.ground, median, method) for other in others),
        grid=grid,
        longitude=longitude[inside],
        latitude=latitude[inside],
        inside=inside,
        radius_km=radius_km,
        step_m=step_m,
    )


def _all_fields(
    scene: _Scene, context: StudyContext
) -> tuple[tuple[Floats, Floats, Floats], list[Remark]]:
    """Return the wanted field, shape (k,), and the unwanted fields, shape (k, stations).

    With them comes what has to be said about the ground.
    """
    share = 0.93 / (1 + len(scene.unwanted))

    def stage(number: int, emitter: Emitter) -> Stage:
        start = 0.02 + number * share
        name = emitter.station.name
        return context.stage(start, start + share, "studies.progress_field", station=name)

    polar = polar_field(
        scene.wanted,
        stage(0, scene.wanted),
        radius_km=scene.radius_km,
        step_km=scene.step_m / 1e3,
        azimuths_deg=azimuths_around(azimuth_count(scene.radius_km, scene.step_m)),
        time_percents=(50.0,),
    )
    require_field(polar)
    wanted = polar.at(scene.longitude, scene.latitude)[0]
    remarks = [*unwanted_remarks(scene.wanted), *polar.remarks(scene.step_m)]
    steady = np.empty((wanted.size, len(scene.unwanted)))
    tropospheric = np.empty_like(steady)
    for number, emitter in enumerate(scene.unwanted):
        polar = _unwanted_field(scene, emitter, stage(number + 1, emitter))
        fields = polar.at(scene.longitude, scene.latitude)
        steady[:, number], tropospheric[:, number] = fields
        remarks += polar.remarks(scene.step_m)
    return (wanted, steady, tropospheric), remarks


def _unwanted_field(scene: _Scene, emitter: Emitter, stage: Stage) -> PolarField:
    """Return an unwanted station's field on the radials that meet the area."""
    own, other = scene.wanted.station, emitter.station
    away = _away_km(own, other)
    step_km = scene.step_m / 1e3
    farthest = away + scene.radius_km + step_km
    count = azimuth_count(farthest, scene.step_m)
    start = 0.0
    azimuths = azimuths_around(count)
    if away > 1.05 * scene.radius_km + step_km:
        spacing = 360.0 / count
        half = math.degrees(math.asin(scene.radius_km / away)) + 2 * spacing
        towards = float(azimuth_deg(other.longitude, other.latitude, own.longitude, own.latitude))
        azimuths = azimuths_towards(towards, half, spacing)
        start = away - scene.radius_km - step_km
    return polar_field(
        emitter,
        stage,
        radius_km=farthest,
        step_km=step_km,
        azimuths_deg=azimuths,
        start_km=start,
        time_percents=INTERFERENCE_TIME_PERCENTS,
    )


def _away_km(one: BroadcastStation, other: BroadcastStation) -> float:
    return float(distance_km(one.longitude, one.latitude, other.longitude, other.latitude))


def _spacings(scene: _Scene) -> Floats:
    own = scene.wanted.station
    return np.array(
        [spacing_khz(own, emitter.station) for emitter in scene.unwanted], dtype=np.float64
    )


def _minimum(wanted: BroadcastStation, areas: NDArray[np.int64], rule: Rule) -> Floats:
    """Return the minimum usable field of each point."""
    table = minimum_field_from_parameters(rule.parameters)
    values = [minimum_usable_field_strength_dbuvm(wanted.reception, area, table) for area in Area]
    return np.array(values, dtype=np.float64)[areas]


def _discrimination(scene: _Scene) -> Floats:
    """Return what an antenna that points at the wanted station takes off each other one."""
    own = scene.wanted.station
    towards = azimuth_deg(scene.longitude, scene.latitude, own.longitude, own.latitude)
    lost = np.zeros((scene.longitude.size, len(scene.unwanted)))
    for number, emitter in enumerate(scene.unwanted):
        other = emitter.station
        angle = azimuth_deg(scene.longitude, scene.latitude, other.longitude, other.latitude)
        between = np.abs(np.mod(angle - towards + 180.0, 360.0) - 180.0)
        lost[:, number] = bs599_discrimination_db(between)
    return lost


def _files(found: Disturbance, inputs: Mapping[str, Any], stage: Stage) -> dict[str, bytes]:
    """Return the rasters, written beside each other."""
    tags = {
        **stamp(inputs),
        "STATION": inputs["station"]["name"],
        "SUMMATION": inputs["summation"],
    }
    written = stage.map(lambda name: _raster(found, name, tags), tuple(FILES))
    return dict(written)


def _raster(found: Disturbance, name: str, tags: Mapping[str, str]) -> bytes:
    quantity = FILES[name]
    if quantity == "rank":
        names = names_tag(found.stations[index].name for index in found.order())
        return write_cog(
            found.ranks_on_grid(_NO_STATION),
            found.grid,
            tags={**tags, **names, "QUANTITY": quantity},
            nodata=_NO_STATION,
            overview_resampling="NEAREST",
        )
    assessed: Interference = found.assessed
    unit = "dBuV/m" if quantity.endswith("dbuvm") else "dB"
    values = getattr(assessed, quantity)
    return write_cog(
        found.on_grid(np.where(np.isfinite(values), values, np.nan)),
        found.grid,
        tags={**tags, "QUANTITY": quantity, "UNIT": unit},
    )
