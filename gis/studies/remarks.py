"""What has to be said beside a result: where the ground was not known, and what it is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.text import Language, text
from gis.geodesy import destination
from gis.register.records import BroadcastStation
from gis.terrain.ground import Ground, Remark, Surface

__all__ = [
    "Gaps",
    "flat_remarks",
    "ground_remarks",
    "point_remarks",
    "profile_remarks",
    "remarks_json",
    "source_remarks",
]

Floats = NDArray[np.float64]

_KEYS = {"land_cover": "studies.ground_uncovered", "zones": "studies.ground_unzoned"}
_FINER, _COARSER = 0.999, 1.02
_MAST_DIFFERS_M = 10.0
_MOUNTAIN_M = 100.0


@dataclass(frozen=True, slots=True)
class Gaps:
    """Points of radials at which the ground was not known.

    Attributes
    ----------
    points : int
        Points that were looked at.
    missing : mapping
        For `elevation`, `land_cover` and `zones`, where points are missing: how many, and
        distance in km and azimuth in degrees of the nearest.
    """

    points: int = 0
    missing: Mapping[str, tuple[int, float, float]] = field(default_factory=dict)

    @classmethod
    def of(cls, surface: Surface, azimuths_deg: Floats, step_km: float) -> "Gaps":
        """Count along radials that start at a station."""
        missing = {}
        named = {"land_cover": surface.uncovered, "zones": surface.unzoned}
        if np.isnan(surface.terrain_height_m.min(initial=0.0)):
            named = {"elevation": np.isnan(surface.terrain_height_m), **named}
        for name, gaps in named.items():
            if gaps.strides[-1] and gaps.any():  # an array without strides is one False for all
                column = int(gaps.any(axis=0).argmax())
                row = int(gaps[:, column].argmax())
                place = (column * step_km, float(azimuths_deg[row]))
                missing[name] = (int(np.count_nonzero(gaps)), *place)
        return cls(surface.terrain_height_m.size, missing)

    def and_those(self, other: "Gaps") -> "Gaps":
        """Return both together."""
        missing = dict(self.missing)
        for name, (count, *place) in other.missing.items():
            mine, first, azimuth = missing.get(name, (0, np.inf, 0.0))
            missing[name] = (count + mine, *min((first, azimuth), (place[0], place[1])))
        return Gaps(self.points + other.points, missing)


def ground_remarks(
    ground: Ground, station: BroadcastStation, gaps: Gaps, step_m: float, profile_step_m: float
) -> list[Remark]:
    """Return what has to be said about the ground around a station.

    Parameters
    ----------
    ground : Ground
        The ground.
    station : BroadcastStation
        The station.
    gaps : Gaps
        Where the ground was not known.
    step_m, profile_step_m : float
        Size of the pixels, and distance between the points of the profiles.
    """
    remarks = [*source_remarks(ground), *_about_step(ground, step_m)]
    remarks += profile_remarks(ground, profile_step_m)
    remarks += _about_mast(ground, station)
    for name, (count, distance_km, azimuth_deg) in gaps.missing.items():
        lon, lat = destination(station.longitude, station.latitude, azimuth_deg, distance_km)
        values = {
            "station": station.name,
            "percent": _percent(count / gaps.points),
            "longitude": f"{float(lon):.5f}",
            "latitude": f"{float(lat):.5f}",
            "distance_km": round(distance_km, 3),
        }
        key = _KEYS.get(name)
        if key is None:
            inside = ground.elevation.covers(np.atleast_1d(lon), np.atleast_1d(lat))[0]
            key = "studies.ground_void" if inside else "studies.ground_beyond"
        remarks.append((key, values))
    return remarks


def profile_remarks(ground: Ground, profile_step_m: float) -> list[Remark]:
    """Return what has to be said where profiles are coarser than the terrain that they cross."""
    cell_m = ground.elevation.cell_m
    if not 0 < _COARSER * cell_m < profile_step_m:
        return []
    values = {"step_m": round(profile_step_m, 1), "cell_m": round(cell_m, 1)}
    return [("studies.step_coarser", values)]


def point_remarks(ground: Ground, station: BroadcastStation, distance_km: float) -> list[Remark]:
    """Return what has to be said about the path from a station to a point."""
    remarks = [*source_remarks(ground), *flat_remarks(ground, station)]
    remarks += _about_mast(ground, station)
    if distance_km < _ON_THE_MAST_KM:
        values = {"station": station.name, "distance_m": round(distance_km * 1e3, 1)}
        remarks.append(("studies.point_on_mast", values))
    return remarks


_ON_THE_MAST_KM = 0.001


def flat_remarks(ground: Ground, station: BroadcastStation) -> list[Remark]:
    """Say that flat ground around a station on a mountain overstates how far it reaches."""
    own = station.ground_height_m
    if not ground.flat or own is None:
        return []
    flat = float(ground.elevation.heights_m(station.longitude, station.latitude))
    if not abs(own - flat) > _MOUNTAIN_M:
        return []
    values = {"station": station.name, "recorded_m": round(own, 1), "flat_m": round(flat, 1)}
    return [("studies.flat_around_mountain", values)]


def remarks_json(remarks: Iterable[Remark]) -> list[dict[str, Any]]:
    """Return remarks as they stand in results: key, and the sentence in both languages."""
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for key, values in remarks:
        vi, en = (text(key, language, **values) for language in (Language.VI, Language.EN))
        told[key, vi] = {"key": key, "vi": vi, "en": en}
    return list(told.values())


def source_remarks(ground: Ground) -> list[Remark]:
    """Return what was found when the sources were opened, and when they were read."""
    damaged: list[Remark] = [("terrain.damaged", {"file": name}) for name in ground.damaged]
    return [*ground.remarks, *damaged]


def _about_step(ground: Ground, step_m: float) -> list[Remark]:
    cell_m = ground.elevation.cell_m
    if step_m >= _FINER * cell_m:
        return []
    return [("studies.step_finer", {"step_m": round(step_m, 1), "cell_m": round(cell_m, 1)})]


def _about_mast(ground: Ground, station: BroadcastStation) -> list[Remark]:
    """Say where the recorded ground is not that of the terrain, or lies above the antenna."""
    own, height = station.ground_height_m, station.height_above_ground_m
    if ground.flat or own is None or height is None:
        return []
    terrain = float(ground.elevation.heights_m(station.longitude, station.latitude))
    values: dict[str, Any] = {
        "station": station.name,
        "terrain_m": round(terrain, 1),
        "longitude": f"{station.longitude:.5f}",
        "latitude": f"{station.latitude:.5f}",
    }
    if own + height < terrain:
        antenna = {"antenna_m": round(own + height, 1)}
        return [("studies.antenna_below_ground", {**values, **antenna})]
    if not abs(own - terrain) > _MAST_DIFFERS_M:
        return []
    recorded = {"recorded_m": round(own, 1), "limit_m": _MAST_DIFFERS_M}
    return [("studies.mast_ground_differs", {**values, **recorded})]


def _percent(share: float) -> float:
    return max(0.001, round(100 * share, 3))
