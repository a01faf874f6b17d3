"""The border with Cambodia: how far it is from a station, and the field of the station there."""

import math
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import azimuth_deg, distance_km
from gis.land_border import land_border
from gis.radiated import level_erp_dbw
from gis.register.records import BroadcastStation, Service
from gis.rule_facts import station_facts
from gis.studies.audit import height_facts
from gis.studies.checks.scene import Asked, Scene
from gis.studies.checks.unmade import unmade
from gis.studies.field import fields_at
from propagation.compliance import border
from propagation.compliance.facts_border import BorderFacts, BorderPointFacts
from propagation.compliance.parameters import BORDER_DISTANCE, BORDER_FIELD, TV_BORDER_FIELD
from propagation.compliance.records import Finding
from propagation.itu import p1812

__all__ = ["CHECKS", "NAME", "RULES", "chosen_points", "findings", "gather"]

NAME = "border"
CHECKS = (border.CHECK,)
RULES = (BORDER_DISTANCE, BORDER_FIELD)

Floats = NDArray[np.float64]

_SECTORS: Final = 36
_MOST_POINTS: Final = 8
_LEAST_KM: Final = 1e-3


def gather(asked: Asked) -> dict[str, Any]:
    """Return the points of the border that ship, and what stretch of it they are."""
    del asked
    shipped = land_border()
    return {
        "country": shipped.country,
        "points": shipped.points.tolist(),
        "position_uncertainty_km": shipped.position_uncertainty_km,
        "official": False,
        "source": shipped.source,
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
    chosen = chosen_points(away, bearing, level_erp_dbw(station, bearing))
    fields = np.full((2, chosen.size), math.nan)
    source = ""
    if not scene.missing(station):
        emitter = scene.emitter(station)
        stage = scene.context.alone.stage(0.0, 1.0, "")
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
    towards = level_erp_dbw(station, towards_deg)
    height_m, computed = _effective_height(scene, station, towards_deg)
    return BorderFacts(
        country=gathered["country"],
        points=points,
        position_uncertainty_km=gathered["position_uncertainty_km"],
        official=gathered["official"],
        source=gathered["source"],
        erp_dbw=None if towards is None else float(towards),
        effective_height_m=height_m,
        effective_height_computed=computed,
        points_considered=int(away.size),
    )


def chosen_points(away: Floats, bearing: Floats, erp_dbw: Floats | None) -> NDArray[np.intp]:
    """Return the nearest point, then those of the largest field in free space, one a sector.

    The power towards a point counts as its distance does: a lobe towards another sector is not
    missed because the border is farther there.
    """
    free_db = -20 * np.log10(np.maximum(away, _LEAST_KM)) + (0.0 if erp_dbw is None else erp_dbw)
    sector = (np.mod(bearing, 360.0) // (360.0 / _SECTORS)).astype(np.intp)
    order = np.lexsort((np.arange(away.size), away, -free_db))
    nearest = int(np.argmin(away))
    order = np.concatenate(([nearest], order[order != nearest]))
    _, first = np.unique(sector[order[1:]], return_index=True)
    return np.concatenate((order[:1], order[1:][np.sort(first)]))[:_MOST_POINTS]


def _effective_height(
    scene: Scene, station: BroadcastStation, towards_deg: float
) -> tuple[float | None, str | None]:
    """Return the effective height towards the border, and how it was computed.

    From the terrain, else as recorded.
    """
    place = round(towards_deg / 10) % 36
    computed = height_facts(station, scene.neighbourhood.ground)
    if computed is not None and not math.isnan(computed.effective_height_m[place]):
        return computed.effective_height_m[place], computed.source
    if station.effective_height_m:
        return station.effective_height_m[place], None
    return station.effective_height_max_m, None
