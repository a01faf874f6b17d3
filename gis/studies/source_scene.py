"""What of the register and of the map goes into a search for a source."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely import MultiPolygon, Polygon, box
from shapely.ops import unary_union

from gis.geodesy import distance_km
from gis.land_border import land_border
from gis.mobile import generations_of
from gis.raster import Grid
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation, UnitKind
from gis.register.scopes import SYSTEM
from gis.studies.mobile_sites import in_use, transmitters_of
from gis.studies.snapshots import geometry_hex, record_from_json, record_to_json
from gis.studies.source_asked import SourceAsked
from gis.studies.source_observed import (
    BearingSeen,
    FrequencySeen,
    LevelSeen,
    LogEntry,
    Observed,
)
from gis.terrain.ground import Ground

__all__ = [
    "beyond_border",
    "border_around",
    "land_around",
    "observed_from_json",
    "observed_json",
    "transmitters_around",
]

_METRES_PER_DEGREE: Final = 110_570.0
_INSTALLATION: Final = "5M00G7W"
"""Emission of a mobile carrier; the register holds no width."""

_INSTALLATION_KHZ: Final = 5000.0
_SAME_MHZ: Final = 0.001
_SAME_KM: Final = 1.0
_PROVINCES: Final = (UnitKind.PROVINCE, UnitKind.CITY_PROVINCE)
_AROUND_DEG: Final = 3.0
_BORDER_STEP_KM: Final = 1.0
"""Spacing of the points of the border, but for gaps of its stretch."""


def transmitters_around(
    asked: SourceAsked, register: RegisterReader, ground: Ground, reach_km: float
) -> tuple[list[BroadcastStation], bool]:
    """Return all that may disturb: broadcasting, and mobile carriers near the channel.

    Returns
    -------
    list of BroadcastStation
        Within reach, valid on the day, by identifier.
    bool
        Whether any of them is kept confidential by its owner.
    """
    at = (asked.asked["longitude"], asked.asked["latitude"])
    dy = reach_km * 1e3 / _METRES_PER_DEGREE
    dx = dy / math.cos(math.radians(at[1]))
    area = (at[0] - dx, at[1] - dy, at[0] + dx, at[1] + dy)
    stations = [
        one
        for one in register.stations(SYSTEM, bbox=area, on=asked.on)
        if float(distance_km(*at, one.longitude, one.latitude)) <= reach_km
    ]
    mobile, confidential = _mobile(asked, register, ground, area)
    mobile = [one for one in mobile if not _same(one, stations)]
    return sorted([*stations, *mobile], key=lambda one: one.id), confidential


def _same(one: BroadcastStation, stations: Sequence[BroadcastStation]) -> bool:
    """Return whether an installation is that of a broadcasting station, which is there already."""
    return any(
        abs(one.frequency_mhz - other.frequency_mhz) < _SAME_MHZ
        and float(distance_km(one.longitude, one.latitude, other.longitude, other.latitude))
        <= _SAME_KM
        for other in stations
    )


def _mobile(
    asked: SourceAsked,
    register: RegisterReader,
    ground: Ground,
    area: tuple[float, float, float, float],
) -> tuple[list[BroadcastStation], bool]:
    """Return the carriers of installations on or beside the channel."""
    near_mhz = (1.5 * asked.asked["bandwidth_khz"] + _INSTALLATION_KHZ) / 1e3
    wanted = [
        one
        for one in register.installations(SYSTEM, on=asked.on)
        if one.frequency_mhz is not None
        and generations_of(one.technology)
        and abs(one.frequency_mhz - asked.asked["frequency_mhz"]) <= near_mhz
    ]
    if not wanted:
        return [], False
    standing = {one.id: one for one in register.structures(SYSTEM, bbox=area)}
    near = [
        (one, standing[one.structure_id])
        for one in wanted
        if one.structure_id in standing and in_use(standing[one.structure_id], asked.on)
    ]
    found, _ = transmitters_of(near, flat=ground.flat)
    secret = any(one.confidential or structure.confidential for one, structure in near)
    return [replace(one, emission=_INSTALLATION) for one in found], secret


@dataclass(frozen=True, slots=True)
class _Outline:
    geometry: MultiPolygon


def land_around(register: RegisterReader, asked: SourceAsked) -> tuple[str | None, dict[str, str]]:
    """Return the digest of the provinces' outlines around the victim, and the outlines by digest.

    None where there are none, so that nothing can be said of what lies abroad.
    """
    lon, lat = asked.asked["longitude"], asked.asked["latitude"]
    around = box(lon - _AROUND_DEG, lat - _AROUND_DEG, lon + _AROUND_DEG, lat + _AROUND_DEG)
    codes = [unit.code for unit in register.units(on=asked.on, kinds=_PROVINCES)]
    outlines = [
        shapely.make_valid(one.geometry).intersection(around)
        for one in register.boundaries(codes=codes, on=asked.on)
        if one.geometry.intersects(around)
    ]
    if not outlines:
        return None, {}
    union = unary_union(outlines)
    parts = [one for one in getattr(union, "geoms", [union]) if isinstance(one, Polygon)]
    whole = MultiPolygon(parts)
    digest = record_to_json(_Outline(whole))["geometry"]
    return digest, {digest: geometry_hex(whole)}


def border_around(asked: SourceAsked) -> dict[str, Any]:
    """Return the points of the land border around the victim, and what they are."""
    shipped = land_border()
    away = np.abs(shipped.points - [asked.asked["longitude"], asked.asked["latitude"]])
    return {
        "country": shipped.country,
        "points": shipped.points[(away <= _AROUND_DEG).all(axis=1)].tolist(),
        "position_uncertainty_km": shipped.position_uncertainty_km,
        "source": shipped.source,
    }


def beyond_border(
    land: MultiPolygon | None, border: Mapping[str, Any], grid: Grid
) -> NDArray[np.bool_]:
    """Return which cells of a grid lie beyond the land border, shape (height, width).

    Those outside every province on record whose nearest place in one is at the border: within its
    uncertainty and the spacing of its points. What lies outside across any other edge is at sea,
    or in a province without an outline, and nothing is said of it.
    """
    longitude, latitude = grid.centres()
    beyond = np.zeros(longitude.size, dtype=bool)
    points = np.asarray(border["points"], dtype=np.float64).reshape(-1, 2)
    if land is None or not points.size:
        return beyond.reshape(grid.shape)
    out = np.flatnonzero(~shapely.contains_xy(land, longitude.ravel(), latitude.ravel()))
    if out.size:
        cells = shapely.points(longitude.ravel()[out], latitude.ravel()[out])
        edges = shapely.get_coordinates(shapely.shortest_line(land, cells))[::2]
        east = _METRES_PER_DEGREE * math.cos(math.radians(float(latitude.mean())))
        plane = np.array([east, _METRES_PER_DEGREE]) / 1e3
        away_km, _ = cKDTree(points * plane).query(edges * plane)
        beyond[out] = away_km <= border["position_uncertainty_km"] + _BORDER_STEP_KM
    return beyond.reshape(grid.shape)


def observed_json(observed: Observed) -> dict[str, Any]:
    """Return what was observed as JSON values."""
    seen = observed.frequency
    return {
        "bearings": [record_to_json(one) for one in observed.bearings],
        "levels": [record_to_json(one) for one in observed.levels],
        "frequency": None if seen is None else record_to_json(seen),
        "log": [record_to_json(one) for one in observed.log],
    }


def observed_from_json(written: Mapping[str, Any]) -> Observed:
    """Return what `observed_json` wrote."""
    seen = written["frequency"]
    return Observed(
        bearings=tuple(record_from_json(BearingSeen, one) for one in written["bearings"]),
        levels=tuple(record_from_json(LevelSeen, one) for one in written["levels"]),
        frequency=None if seen is None else record_from_json(FrequencySeen, seen),
        log=tuple(record_from_json(LogEntry, one) for one in written["log"]),
    )
