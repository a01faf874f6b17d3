"""Where in a province, and on which channels, a transmitter could be placed.

Over a grid of places and every channel of the band: the margin by which a transmitter of a stated
power and height keeps the protection of every registered station (`gis.studies.channel_points`)
and serves a stated radius against what they all do (`gis.studies.channel_service`); a channel
passes at a place where both keep a reserve. The best proposals are looked at once more by the
check of a station (`gis.studies.channel_proposals`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.raster import Grid, grid_over, write_cog
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation, Service
from gis.studies.channel_points import (
    TIME_PERCENTS,
    Candidates,
    ProtectedPoints,
    headroom_db,
    protected_points,
)
from gis.studies.channel_proposals import checked_proposals
from gis.studies.channel_service import Ring, nuisance_of_stations, ring_of
from gis.studies.channel_tables import channel_rows, people_per_km2, summary
from gis.studies.channels_asked import Wanted, carriers_khz, cells_of, channels_asked
from gis.studies.communes import Communes, boundary_from_json, communes_near
from gis.studies.compliance import provinces_from_json, provinces_of
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import Emitter
from gis.studies.meetings import Meetings
from gis.studies.model import default_settings
from gis.studies.neighbourhood import Neighbourhood
from gis.studies.parts import (
    Computed,
    Gathered,
    common_inputs,
    rules_from_json,
    rules_json,
    settings_of,
    stamp,
)
from gis.studies.remarks import profile_remarks, remarks_json, source_remarks
from gis.studies.snapshots import geometry_hex, record_from_json, record_to_json
from gis.studies.standards import standards_of
from gis.studies.unwanted import REACH_KM
from propagation.interference.channel_finder import (
    NOBODY,
    ChannelProtection,
    PassingChannels,
    passing_channels,
    service_margin_db,
)
from propagation.interference.protection import Protection

__all__ = ["MOST_MAPS", "channel_file", "compute", "gather"]

Floats = NDArray[np.float64]
Values = NDArray[np.float32]

MOST_MAPS = 12
"""So many channels, those that pass over the largest areas, have a map of their own."""

_PROFILE_STEP_KM = 0.5
_KM_PER_DEGREE = 110.0


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides on which channels a transmitter could be placed.

    Parameters
    ----------
    request : mapping
        As of `gis.studies.channels_asked.channels_asked`.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where the terrain is.

    Raises
    ------
    GisError
        As of `channels_asked`.
    """
    asked = channels_asked(request, register, context.ground, context.home.rules)
    pack = asked.pack
    west, south, east, north = asked.bounds
    middle = ((west + east) / 2, (south + north) / 2)
    radius_km = _KM_PER_DEGREE * math.hypot(east - west, north - south) / 2
    communes = communes_near(register, asked.on, *middle, radius_km + asked.wanted.service_km)
    written, geometries = communes.to_json()
    provinces, outlines = provinces_of(register, asked.on, asked.stations)
    outline = None
    if asked.boundary is not None:
        outline = record_to_json(asked.boundary)
        outlines[outline["geometry"]] = geometry_hex(asked.boundary.geometry)
    inputs = {
        **common_inputs(
            asked.place, asked.on, context, default_settings(profile_step_km=_PROFILE_STEP_KM)
        ),
        "rules": rules_json(pack, sorted(pack.rules)),
        "wanted": asked.wanted.to_json(),
        "province_code": asked.place.province_code,
        "stations": [record_to_json(one) for one in asked.stations],
        "not_assessed": [
            {"id": one.id, "name": one.name, "missing": list(missing)}
            for one, missing in asked.not_assessed
        ],
        "communes": written,
        "provinces": provinces,
        "bounds": list(asked.bounds),
        "outline": outline,
        "step_m": asked.step_m,
        "reach_km": REACH_KM,
    }
    return Gathered(inputs, {**geometries, **outlines})


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The stations, the places and the channels of a search."""

    wanted: Wanted
    around: Neighbourhood
    emitters: tuple[Emitter, ...]
    candidates: Candidates
    protection: Protection
    carriers_khz: Floats
    context: StudyContext

    @property
    def grid(self) -> Grid:
        return self.candidates.grid


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Find the channels from what was gathered."""
    inputs = gathered.inputs
    scene = _scene(gathered, context)
    protected = _protected(scene)
    margins = _protection(scene, protected)
    ring = ring_of(scene.candidates, scene.wanted, context.stage(0.70, 0.76, _FIELDS))
    _serve(scene, ring, margins)
    found = passing_channels(margins.margin_db, scene.wanted.reserve_db)
    people = people_per_km2(scene.around.communes, scene.grid, scene.around.pack)
    rows = channel_rows(
        scene.carriers_khz,
        found,
        margins,
        scene.candidates,
        stations=[emitter.station for emitter in scene.emitters],
        people=people[scene.candidates.where],
    )
    stage = context.stage(0.92, 0.985, "channels.progress_proposals")
    proposals = checked_proposals(scene.around, scene.wanted, inputs["province_code"], rows, stage)
    results = {
        **summary(found, margins.margin_db, scene.candidates, people[scene.candidates.where]),
        "channels": rows,
        "proposals": proposals,
        "not_assessed": inputs["not_assessed"],
        "remarks": remarks_json(
            [
                *source_remarks(context.ground),
                *profile_remarks(context.ground, 1e3 * _PROFILE_STEP_KM),
            ]
        ),
        "computation": {
            "cells": int(scene.candidates.where.sum()),
            "width": scene.grid.width,
            "height": scene.grid.height,
            "bounds": [round(edge, 6) for edge in scene.grid.bounds],
            "protected_points": sum(len(one) for one in protected.values()),
            "time_percents": list(TIME_PERCENTS),
            "directions": ring.azimuths,
        },
    }
    return Computed(results, _rasters(scene, found, margins.margin_db, rows, inputs))


_FIELDS = "channels.progress_service"


def _scene(gathered: Gathered, context: StudyContext) -> _Scene:
    inputs, geometries = gathered.inputs, gathered.geometries
    wanted, settings = Wanted.from_json(inputs["wanted"]), settings_of(inputs)
    pack = rules_from_json(inputs["rules"])
    records = [record_from_json(BroadcastStation, item) for item in inputs["stations"]]
    grid = grid_over(tuple(inputs["bounds"]), float(inputs["step_m"]))
    ground = context.ground.holding(_extent(records, grid, wanted.service_km))
    around = Neighbourhood(
        stations={one.id: one for one in records},
        judged=frozenset(),
        communes=Communes.from_json(inputs["communes"], geometries),
        provinces=provinces_from_json(inputs["provinces"], geometries),
        pack=pack,
        standards=standards_of(Service.FM, pack),
        settings=settings,
        ground=ground,
        reach_km=float(inputs["reach_km"]),
    )
    carriers = carriers_khz(wanted, pack)
    west, south, east, north = grid.bounds
    level = float(ground.elevation.heights_m((west + east) / 2, (south + north) / 2))
    typical = wanted.station(
        (west + east) / 2,
        (south + north) / 2,
        float(carriers[-1]) / 1e3,
        ground_height_m=level if ground.flat else None,
    )
    candidates = Candidates(
        grid=grid,
        where=cells_of(grid, boundary_from_json(inputs["outline"], geometries)),
        emitter=Emitter(typical, ground, settings),
        step_m=float(inputs["step_m"]),
    )
    protection = around.protection(typical)
    if protection is None:
        raise ValueError("FM stations are protected by their rules")
    return _Scene(
        wanted=wanted,
        around=around,
        emitters=tuple(Emitter(one, ground, settings) for one in records),
        candidates=candidates,
        protection=protection,
        carriers_khz=carriers,
        context=context,
    )


def _extent(
    records: list[BroadcastStation], grid: Grid, service_km: float
) -> tuple[float, float, float, float]:
    """Return the rectangle within which paths run: stations with their areas, and the cells."""
    west, south, east, north = grid.bounds
    spare = (100.0 + service_km) / _KM_PER_DEGREE
    lon = [west, east, *(one.longitude for one in records)]
    lat = [south, north, *(one.latitude for one in records)]
    wide = spare / max(math.cos(math.radians(max(abs(one) for one in lat))), 0.05)
    return min(lon) - wide, min(lat) - spare, max(lon) + wide, max(lat) + spare


def _related(scene: _Scene, station: BroadcastStation) -> bool:
    """Return whether any channel of the search is near enough to a station's to count."""
    facts = scene.around.facts(station)
    apart = scene.carriers_khz - round(station.frequency_mhz * 1e3, 3)
    return any(scene.around.standards.disturbs(facts, float(one)) for one in apart)


def _protected(scene: _Scene) -> dict[int, ProtectedPoints]:
    """Return where the stations are protected that a channel may disturb."""
    numbers = [k for k, one in enumerate(scene.emitters) if _related(scene, one.station)]

    shared = (scene.around, scene.emitters, scene.candidates)
    stage = scene.context.stage(0.02, 0.15, "channels.progress_points")
    found = dict(stage.spread(_points_of, shared, numbers))
    return {index: points for index, points in found.items() if points is not None}


def _points_of(
    shared: tuple[Neighbourhood, Sequence[Emitter], Candidates], index: int, stage: Stage
) -> ProtectedPoints | None:
    """Return where one of the stations is protected."""
    around, emitters, candidates = shared
    return protected_points(Meetings(around), emitters[index], candidates, stage)


def _headroom(
    shared: tuple[Mapping[int, ProtectedPoints], Candidates],
    task: tuple[int, slice],
    stage: Stage,
) -> Floats:
    """Return a station's headroom at some of its protected points."""
    protected, candidates = shared
    return headroom_db(protected[task[0]], task[1], candidates, stage)


def _protection(scene: _Scene, protected: Mapping[int, ProtectedPoints]) -> ChannelProtection:
    """Return the least protection margin of every channel at every place."""
    count = int(np.count_nonzero(scene.candidates.where))
    margins = ChannelProtection(scene.carriers_khz, count)
    tasks = [(index, part) for index, points in protected.items() for part in points.parts()]

    total = sum(len(points) for points in protected.values())
    stage = scene.context.stage(0.15, 0.70, "channels.progress_protection", count=total)
    found = stage.spread(_headroom, (protected, scene.candidates), tasks)
    for index, parts in groupby(found, key=lambda one: one[0][0]):
        headroom = reduce(np.minimum, (one for _, one in parts))
        station = scene.emitters[index].station
        protection = scene.around.protection(station)
        if protection is not None:
            carrier_khz = round(station.frequency_mhz * 1e3, 3)
            margins.add(index, carrier_khz, protection, headroom)
    return margins


def _serve(scene: _Scene, ring: Ring, margins: ChannelProtection) -> None:
    """Lower the margins to those by which the new station serves its radius."""
    stage = scene.context.stage(0.76, 0.88, _FIELDS)
    nuisance = nuisance_of_stations(
        scene.emitters,
        scene.candidates,
        ring,
        stage,
        carriers_khz=scene.carriers_khz,
        protection=scene.protection,
    )
    least = scene.protection.minimum_field_dbuvm(scene.wanted.area)
    combining = scene.context.stage(0.88, 0.92, _FIELDS)
    for channel in range(scene.carriers_khz.size):
        combining.report(channel / scene.carriers_khz.size)
        usable = nuisance.usable_dbuvm(channel)[ring.pixel]
        own = service_margin_db(ring.field_dbuvm, usable, least, scene.wanted.served_percent)
        row = margins.margin_db[channel]
        found = own.astype(np.float32)
        less = (found < row) | (np.isnan(found) & ~np.isnan(row))
        row[less] = found[less]
        margins.station[channel, less] = NOBODY


def channel_file(frequency_mhz: float) -> str:
    """Return the name of the file with the margins of a channel."""
    return f"channel_{round(frequency_mhz * 1e3):06d}.tif"


def _rasters(
    scene: _Scene,
    found: PassingChannels,
    margin_db: Values,
    rows: list[dict[str, Any]],
    inputs: Mapping[str, Any],
) -> dict[str, bytes]:
    """Return the rasters: how many channels pass, the best and its margin, and some channels'."""
    tags = {
        **stamp(inputs),
        "ERP_KW": f"{scene.wanted.erp_kw:g}",
        "HEIGHT_M": f"{scene.wanted.height_m:g}",
        "SERVICE_KM": f"{scene.wanted.service_km:g}",
        "RESERVE_DB": f"{scene.wanted.reserve_db:g}",
    }
    where, grid = scene.candidates.where, scene.grid
    best_khz = np.where(found.best >= 0, scene.carriers_khz[found.best], np.nan)
    quantities: dict[str, tuple[NDArray[Any], str, str]] = {
        "best.tif": (best_khz / 1e3, "best_channel_mhz", "MHz"),
        "margin.tif": (found.best_margin_db, "best_margin_db", "dB"),
    }
    by_area = sorted(rows, key=lambda row: (-row["area_km2"], row["frequency_mhz"]))
    for row in by_area[:MOST_MAPS]:
        if row["area_km2"] > 0:
            values = margin_db[row["position"]]
            quantities[channel_file(row["frequency_mhz"])] = (values, "margin_db", "dB")
    count = np.full(grid.shape, -1, dtype=np.int16)
    count[where] = found.count
    contents = {
        "count.tif": write_cog(
            count,
            grid,
            tags={**tags, "QUANTITY": "channels"},
            nodata=-1,
            overview_resampling="NEAREST",
        )
    }
    for name, (values, quantity, unit) in quantities.items():
        picture = np.full(grid.shape, np.nan, dtype=np.float32)
        picture[where] = np.where(np.isfinite(values), values, np.nan)
        told = {**tags, "QUANTITY": quantity, "UNIT": unit}
        contents[name] = write_cog(picture, grid, tags=told, overview_resampling="NEAREST")
    return contents
