"""Scenes with planted violations: small registers over a level plain, judged by real studies.

The plain is *known* to be level (its heights are no assumption), so that predictions on it can say
*complies*; it lies far from the border unless a scene goes there. Powers are low and masts short:
the areas stay small.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from shapely import MultiPolygon, box

from gis.geodesy import destination
from gis.home import Home
from gis.register.allotments import AllotmentPoint
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Measurement,
    PlanEntry,
    ProtectedPoint,
    ProtectedPointKind,
    Provenance,
    Service,
    StationClass,
    UnitKind,
)
from gis.studies.context import StudyContext
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from propagation.compliance.records import Confidence
from tests.prepared import empty_register

ON = "2025-08-01"
EAST_DEG, NORTH_DEG = 108.0, 16.0
"""The plain's middle, 600 km from the border points that ship."""
GROUND_M, MAST_M = 2.0, 20.0
PROVENANCE = Provenance(confidence=Confidence.VERIFIED, source="cảnh dựng")

Finding = dict[str, Any]
Row = dict[str, Any]
Rows = dict[str, Row]

ALWAYS = {("protected_sites", "blanketing_unknown")}
"""Asked of every station, as long as nobody counted the people around masts."""


class Plain(FlatTerrain):
    """A plain whose height was surveyed."""

    flat = False

    @property
    def identifier(self) -> str:
        """Return its name."""
        return "plain 2 m, surveyed"


def station(station_id: str, frequency_mhz: float = 95.0, **changes: Any) -> BroadcastStation:
    """Return a station of 1 W on a mast of 20 m that nothing is to be said against."""
    values: dict[str, Any] = {
        "id": station_id,
        "name": f"Đài {station_id}",
        "programme": f"Chương trình {station_id}",
        "service": Service.FM,
        "station_class": StationClass.OTHER,
        "frequency_mhz": frequency_mhz,
        "longitude": EAST_DEG,
        "latitude": NORTH_DEG,
        "erp_total_dbw": 0.0,
        "height_above_ground_m": MAST_M,
        "ground_height_m": GROUND_M,
        "provenance": PROVENANCE,
    }
    return BroadcastStation(**{**values, **changes})


def entry_of(one: BroadcastStation, **changes: Any) -> PlanEntry:
    """Return the line of a plan that fits a station to the last digit."""
    values: dict[str, Any] = {
        "id": f"q-{one.id}",
        "plan_id": "quy-hoach",
        "service": one.service,
        "frequency_mhz": one.frequency_mhz,
        "programme": one.programme,
        "site_name": f"Cột {one.id}",
        "station_class": one.station_class,
        "longitude": one.longitude,
        "latitude": one.latitude,
        "antenna_height_m": one.height_above_ground_m,
        "erp_max_dbw": one.erp_total_dbw,
        "instrument": "Quy hoạch",
        "clause": f"Dòng {one.id}",
        "provenance": PROVENANCE,
    }
    return PlanEntry(**{**values, **changes})


def away(
    longitude: float, latitude: float, azimuth_deg: float, distance_km: float
) -> dict[str, float]:
    """Return longitude and latitude of a place so far in a direction, as named values."""
    lon, lat = destination(longitude, latitude, np.array([azimuth_deg]), np.array([distance_km]))
    return {"longitude": float(lon[0]), "latitude": float(lat[0])}


def point(kind: ProtectedPointKind, **changes: Any) -> ProtectedPoint:
    """Return a point whose reception is protected."""
    values: dict[str, Any] = {
        "id": kind.value,
        "kind": kind,
        "name": f"Điểm {kind.value}",
        "longitude": EAST_DEG,
        "latitude": NORTH_DEG,
        "provenance": PROVENANCE,
    }
    return ProtectedPoint(**{**values, **changes})


def unit(code: str, name: str, kind: UnitKind = UnitKind.COMMUNE, **changes: Any) -> Any:
    """Return an administrative unit without a point of its own."""
    values: dict[str, Any] = {
        "code": code,
        "name": name,
        "kind": kind,
        "parent_code": None,
        "valid_from": None,
        "valid_to": None,
        "provenance": PROVENANCE,
    }
    return AdministrativeUnit(**{**values, **changes})


def outline(code: str, *edges: float, **changes: Any) -> Boundary:
    """Return an official outline, true to 10 m, from west, south, east, north."""
    values: dict[str, Any] = {
        "unit_code": code,
        "geometry": MultiPolygon([box(*edges)]),
        "position_uncertainty_m": 10.0,
        "official": True,
        "valid_from": None,
        "valid_to": None,
        "provenance": PROVENANCE,
    }
    return Boundary(**{**values, **changes})


def square_km(longitude: float, latitude: float, half_km: float) -> tuple[float, ...]:
    """Return west, south, east, north of a square around a place."""
    sides = (away(longitude, latitude, 90.0 * k, half_km) for k in range(4))
    north, east, south, west = sides
    return west["longitude"], south["latitude"], east["longitude"], north["latitude"]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What stands in a register; `rules` are files of an administrator's own, by their names."""

    stations: Sequence[BroadcastStation]
    entries: Sequence[PlanEntry] = ()
    units: Sequence[AdministrativeUnit] = ()
    boundaries: Sequence[Boundary] = ()
    service: Service = Service.FM
    on: str = ON
    points: Sequence[ProtectedPoint] = ()
    measurements: Sequence[Measurement] = ()
    allotments: Sequence[AllotmentPoint] = ()
    rules: Mapping[str, str] = field(default_factory=dict)

    def changed(self, change: Callable[[BroadcastStation], BroadcastStation]) -> "Scene":
        """Return the scene with every station changed."""
        return replace(self, stations=[change(one) for one in self.stations])

    def louder(self, by_db: Mapping[str, float]) -> "Scene":
        """Return the scene with some stations louder by so many decibels."""
        return self.changed(
            lambda one: replace(
                one, erp_total_dbw=(one.erp_total_dbw or 0.0) + by_db.get(one.id, 0.0)
            )
        )


def judged(
    scene: Scene, folder: Path, *, listening: Mapping[str, Any] | None = None, **asked: Any
) -> Rows:
    """Return the row of each station, by its identifier, of the scene's compliance study.

    Of all stations, or as `asked`; `listening` are parts of the study's context.
    """
    home = Home(folder)
    for name, text in scene.rules.items():
        home.rules.mkdir(exist_ok=True)
        (home.rules / name).write_text(text, encoding="utf-8")
    with empty_register(home.register) as register:
        with register.write(author="test", reason="scene") as writer:
            writer.add_plan_entries(scene.entries)
            writer.add_stations(scene.stations)
            writer.add_units(scene.units)
            writer.replace_boundaries(scene.boundaries)
            writer.add_protected_points(scene.points)
            writer.add_allotment_points(scene.allotments)
            writer.add_measurements(scene.measurements)
        parts = {"workers": 1, **(listening or {})}
        context = StudyContext(register, home, Ground(Plain(GROUND_M)), **parts)
        request = {"on": scene.on, **(asked or {"service": scene.service.value})}
        results = run("compliance", request, context).results
    return {row["station_id"]: row for row in results["stations"]}


def last(finding: Finding) -> str:
    """Return the last part of a finding's reason."""
    return str(finding["reason"]).rpartition(".")[2]


def findings(row: Row, check: str, reason: str = "") -> list[Finding]:
    """Return the findings of a check whose reason ends so."""
    return [one for one in row["findings"] if one["check"] == check and last(one).endswith(reason)]


def finding(row: Row, check: str, reason: str, counterpart: str | None = None) -> Finding:
    """Return the one finding of a check with a reason, and of a counterpart where one is named."""
    some = [one for one in findings(row, check) if last(one) == reason]
    found = [one for one in some if counterpart in (None, one["counterpart"])]
    told = sorted({(one["reason"], one["outcome"]) for one in row["findings"]})
    assert len(found) == 1, (check, reason, counterpart, told)
    return found[0]


def objections(row: Row) -> set[tuple[str, str]]:
    """Return check and reason of everything that objects to a station."""
    return {
        (one["check"], last(one))
        for one in row["findings"]
        if one["outcome"] in {"violates", "needs_verification"}
    } - ALWAYS


def value_of(one: Finding, name: str) -> Any:
    """Return a fact of a finding's evidence."""
    return next(item["value"] for item in one["evidence"] if item["name"] == name)


def breaches_of_the_law(rows: Iterable[Row]) -> list[tuple[str, str, str]]:
    """Return every *violates* that rests on a prediction, an approximation or nothing."""
    return [
        (row["station_id"], one["check"], one["reason"])
        for row in rows
        for one in row["findings"]
        if one["outcome"] == "violates"
        and (
            not one["evidence"]
            or one["reservations"]
            or any(item["kind"] == "prediction" for item in one["evidence"])
            or one["rule"]["confidence"] == "recalled"
            or not one["rule"]["binding"]
        )
    ]


def free_space_dbuvm(erp_dbw: float, distance_km: float) -> float:
    """Return 106.92 dB(uV/m) for 1 kW e.r.p. at 1 km, as printed everywhere."""
    return 76.92 + erp_dbw - 20 * math.log10(distance_km)
