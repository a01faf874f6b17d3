"""The border with Cambodia: how far it is from a station, and the field of the station there."""

import csv
import math
import tomllib
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from data import path
from gis.geodesy import azimuth_deg, distance_km
from gis.register.records import BroadcastStation, Service
from gis.rules import station_facts
from gis.studies.audit import height_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.checks.unmade import unmade
from gis.studies.field import fields_at
from propagation.antenna import horizontal_attenuation_db
from propagation.compliance import border
from propagation.compliance.facts_border import BorderFacts, BorderPointFacts
from propagation.compliance.parameters import BORDER_DISTANCE, BORDER_FIELD, TV_BORDER_FIELD
from propagation.compliance.records import Finding
from propagation.itu import p1812

__all__ = ["CHECKS", "NAME", "RULES", "findings", "gather"]

NAME = "border"
CHECKS = (border.CHECK,)
RULES = (BORDER_DISTANCE, BORDER_FIELD)

_TABLE: Final = "tables/border_points.csv"
_ABOUT: Final = "tables/border.toml"

_SECTORS: Final = 36
_MOST_POINTS: Final = 8


def gather(asked: Asked) -> dict[str, Any]:
    """Return the points of the border that ship, and what stretch of it they are."""
    del asked
    about = tomllib.loads(path(_ABOUT).read_text(encoding="utf-8"))
    with path(_TABLE).open(encoding="utf-8", newline="") as file:
        rows = [[float(row["longitude"]), float(row["latitude"])] for row in csv.DictReader(file)]
    return {
        "country": about["country"],
        "points": rows,
        "position_uncertainty_km": about["position_uncertainty_km"],
        "official": False,
        "source": f"{_TABLE} ({about['stretch']})",
    }


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge an FM station by GE84 and one of television by GE06; of others nothing is known."""
    if station.service is Service.TELEVISION:
        return _television(scene, station)
    if station.service is not Service.FM:
        return unmade(scene, station, CHECKS)
    return border.check(
        station_facts(station),
        _facts(scene, station),
        scene.terrain,
        rule=scene.pack.rule(BORDER_DISTANCE),
        field_rule=scene.pack.rule(BORDER_FIELD),
    )


def _television(scene: Scene, station: BroadcastStation) -> tuple[Finding, ...]:
    """Judge a television station; not by rules that were kept before they held a trigger."""
    rule = scene.pack.rules.get(TV_BORDER_FIELD)
    if rule is None:
        return ()
    facts = _facts(scene, station)
    return border.check_television(station_facts(station), facts, scene.terrain, rule=rule)


def _facts(scene: Scene, station: BroadcastStation) -> BorderFacts:
    gathered = scene.gathered[NAME]
    every = np.asarray(gathered["points"], dtype=np.float64)
    away = np.asarray(distance_km(station.longitude, station.latitude, every[:, 0], every[:, 1]))
    bearing = np.asarray(
        azimuth_deg(station.longitude, station.latitude, every[:, 0], every[:, 1])
    )
    chosen = _chosen(away, bearing)
    fields = np.full((2, chosen.size), math.nan)
    source = ""
    if not scene.missing(station):
        emitter = scene.emitter(station)
        stage = scene.context.stage(0.85, 0.85, "studies.progress_field", station=station.name)
        fields = fields_at(
            emitter, stage, every[chosen, 0], every[chosen, 1], time_percents=(1.0, 50.0)
        )
        source = p1812.EDITION
    points = tuple(
        BorderPointFacts(
            longitude=float(every[place, 0]),
            latitude=float(every[place, 1]),
            distance_km=float(away[place]),
            azimuth_deg=float(bearing[place]) % 360.0,
            tropospheric_dbuvm=float(fields[0, column]),
            steady_dbuvm=float(fields[1, column]),
            source=source,
        )
        for column, place in enumerate(chosen)
    )
    towards_deg = points[0].azimuth_deg
    return BorderFacts(
        country=gathered["country"],
        points=points,
        position_uncertainty_km=gathered["position_uncertainty_km"],
        official=gathered["official"],
        source=gathered["source"],
        erp_dbw=_erp_dbw(station, towards_deg),
        effective_height_m=_effective_height_m(scene, station, towards_deg),
    )


def _chosen(away: np.ndarray, bearing: np.ndarray) -> np.ndarray:
    """Return the nearest point of each sector of 10 degrees, the nearest first, some of them."""
    sector = (np.mod(bearing, 360.0) // (360.0 / _SECTORS)).astype(np.intp)
    order = np.lexsort((np.arange(away.size), away))
    _, first = np.unique(sector[order], return_index=True)
    return order[np.sort(first)][:_MOST_POINTS]


def _erp_dbw(station: BroadcastStation, towards_deg: float) -> float | None:
    if station.erp_total_dbw is None:
        return None
    if not station.attenuation_db:
        return station.erp_total_dbw
    lost = horizontal_attenuation_db(station.attenuation_db, towards_deg)
    return station.erp_total_dbw - float(lost)


def _effective_height_m(
    scene: Scene, station: BroadcastStation, towards_deg: float
) -> float | None:
    """Return the effective height towards the border: from the terrain, else as recorded."""
    computed = height_facts(station, scene.neighbourhood.ground)
    place = round(towards_deg / 10) % 36
    known = computed.effective_height_m if computed is not None else station.effective_height_m
    if not known or math.isnan(known[place]):
        return station.effective_height_max_m
    return known[place]
