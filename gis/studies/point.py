"""Why the field at one point is what it is, and who disturbs it there: a click on the map.

Any model explains itself (`Predictor.explain`); what stands in the way is the same for all.

The path is computed from the station to the point itself, at the steps of the elevation or in a
thousand steps, whichever are shorter, of 20 to 250 m. The map is interpolated between radials,
and samples its paths at its own steps (`gis.studies.steps`); where those are coarser than the
elevation the map says so, and differs by a decibel or two over hills.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError, TerrainUnavailableError
from gis.geodesy import destination
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.rules import RulePack, load_rule_pack
from gis.studies.asked import INTERFERENCE_TIME_PERCENTS, PathAsked
from gis.studies.communes import communes_near
from gis.studies.context import StudyContext
from gis.studies.emitter import FEWEST_POINTS, Emitter
from gis.studies.field import fields_at
from gis.studies.method import method_title
from gis.studies.method_remarks import path_remarks, polarization_remarks
from gis.studies.model import model_json, software_json, terrain_json
from gis.studies.predictors.base import Explained, Term
from gis.studies.remarks import point_remarks, remarks_json
from gis.studies.sight import sight_json
from gis.studies.steps import COARSEST_STEP_KM, FINEST_STEP_KM
from gis.studies.unwanted import Unwanted, spacing_khz, unwanted_stations
from gis.terrain.ground import Ground
from propagation.compliance.parameters import MINIMUM_FIELD, PROTECTION_RATIO
from propagation.interference.assessment import Interference, assess_interference
from propagation.interference.bs412 import (
    Area,
    Persistence,
    minimum_field_from_parameters,
    minimum_usable_field_strength_dbuvm,
    protection_from_parameters,
    protection_ratio_db,
)
from propagation.itu import p1812
from propagation.profile import PathProfile

__all__ = [
    "area_at",
    "explain",
    "explain_interference",
    "explain_path",
    "field_at",
    "known",
    "profile_json",
    "step_for",
    "towards",
]

Floats = NDArray[np.float64]

_USUAL_STEPS = 1000
_MOST_STEPS = 4000
_FARTHEST_KM = 1000.0
_COMMUNES_KM = 15.0


def explain(
    station: BroadcastStation,
    longitude: float,
    latitude: float,
    context: StudyContext,
    *,
    on: date,
    asked: PathAsked | None = None,
) -> dict[str, Any]:
    """Explain the field of a station at a point, and the interference there.

    Parameters
    ----------
    station : BroadcastStation
        The wanted station.
    longitude, latitude : float
        The point, WGS 84 degrees.
    context : StudyContext
        Register and terrain.
    on : date
        The day whose stations, communes and rules count.
    asked : PathAsked, optional
        How it is predicted; Rec. ITU-R P.1812 and the settings of the plans unless given.

    Returns
    -------
    dict
        `path` as of `explain_path` and `interference` as of `explain_interference`, JSON values.

    Raises
    ------
    GisError
        If the station cannot be assessed, the point is none or too far, or the terrain has a
        void on the path.
    """
    found = explain_interference(station, longitude, latitude, context, on=on, asked=asked)
    return {
        "path": explain_path(station, longitude, latitude, context, asked=asked),
        "interference": found,
    }


def explain_path(
    station: BroadcastStation,
    longitude: float,
    latitude: float,
    context: StudyContext,
    *,
    asked: PathAsked | None = None,
) -> dict[str, Any]:
    """Explain the field of a station at a point: profile, every loss, power, field.

    Parameters
    ----------
    station : BroadcastStation
        The station.
    longitude, latitude : float
        The point, WGS 84 degrees.
    context : StudyContext
        Register and terrain.
    asked : PathAsked, optional
        How it is predicted; Rec. ITU-R P.1812 and the settings of the plans unless given.

    Returns
    -------
    dict
        Position, distance, e.r.p. towards the point, with an antenna of two angles `departure`
        (elevation, whether it is that of the horizon, attenuation), `inputs` with the model's
        settings, land cover, zones and the versions of the software, the profile, what stands in
        the way (`sight`, as of `gis.studies.sight.sight_json`), and in `predictions`, for each
        percentage of time, the field, every loss term and every path parameter of the model with
        symbol and equation. Nearer than 0.25 km the method is `free_space` where the model begins
        there, and
        there are no terms, no profile and no sight.

    Raises
    ------
    GisError
        If the station cannot be assessed, the point is none, too far or beyond the model, the
        model does not cover what is asked, or the terrain has a void on the path.
    """
    asked = asked or PathAsked()
    emitter, azimuth, distance = towards(station, longitude, latitude, context, asked)
    emitter.emission(asked.time_percents)
    told = {
        "station_id": station.id,
        "station": station.name,
        "frequency_mhz": station.frequency_mhz,
        "longitude": longitude,
        "latitude": latitude,
        "distance_km": round(distance, 4),
        "azimuth_deg": round(azimuth, 3),
        "model": method_title(emitter.method.to_json()),
        "terrain": terrain_json(context.ground),
        "inputs": {
            "model": model_json(emitter.settings, context.ground, emitter.method),
            "software": software_json(),
        },
        "evidence": "prediction",
    }
    about = [*point_remarks(context.ground, station, distance), *polarization_remarks(emitter)]
    if distance < emitter.free_space_km:
        field = float(emitter.free_space_dbuvm(np.array([azimuth]), np.array([distance]))[0])
        told |= _departing(emitter, azimuth, emitter.slants_deg(np.array([distance])))
        near: dict[str, Any] = {
            "field_strength_dbuvm": known(field),
            "terms": [],
            "parameters": [],
        }
        return {
            **told,
            "remarks": remarks_json(about),
            "method": "free_space",
            "profile": None,
            "sight": None,
            "predictions": [{**near, "time_percent": one} for one in asked.time_percents],
        }
    _require_reach(emitter, distance)
    found, notes = _predicted(emitter, azimuth, distance, asked.time_percents)
    remarks = remarks_json([*about, *path_remarks(emitter, notes)])
    return {**told, "remarks": remarks, "method": emitter.method.predictor.name, **found}


def explain_interference(
    station: BroadcastStation,
    longitude: float,
    latitude: float,
    context: StudyContext,
    *,
    on: date,
    asked: PathAsked | None = None,
) -> dict[str, Any]:
    """Explain who disturbs a station at a point: nuisance fields, usable field, dominant station.

    Returns
    -------
    dict
        Wanted field, surroundings and minimum field, usable field by both methods, margin, and a
        row for each station within reach, the largest nuisance field first; `not_assessed` names
        those that lack what a prediction needs.
    """
    emitter, _, distance = towards(station, longitude, latitude, context, asked or PathAsked())
    emitter.emission(INTERFERENCE_TIME_PERCENTS)
    median = emitter.settings.at_median_locations()
    pack = load_rule_pack(on, own=context.home.rules)
    table = protection_from_parameters(pack.rule(PROTECTION_RATIO).parameters)
    found = unwanted_stations(
        station,
        context.register.stations(SYSTEM, service=station.service, on=on),
        table,
        area_radius_km=distance,
        flat=context.ground.flat,
        limits=emitter.method.predictor.limits,
    )
    area = area_at(context, on, longitude, latitude, pack)
    minimum = minimum_usable_field_strength_dbuvm(
        station.reception, area, minimum_field_from_parameters(pack.rule(MINIMUM_FIELD).parameters)
    )
    wanted = field_at(emitter, longitude, latitude, context)[:1]
    others = [
        field_at(
            Emitter(other, context.ground, median, emitter.method), longitude, latitude, context
        )
        for other in found.stations
    ]
    unwanted = np.array(others, dtype=np.float64).reshape(-1, 2).T
    assessed = assess_interference(
        wanted,
        unwanted[:1],
        unwanted[1:],
        [spacing_khz(station, other) for other in found.stations],
        station.reception,
        minimum_field_dbuvm=minimum,
        table=table,
    )
    return {
        "wanted_dbuvm": known(wanted[0]),
        "area": area.value,
        "minimum_field_dbuvm": minimum,
        "usable_power_sum_dbuvm": known(assessed.usable_power_sum_dbuvm[0]),
        "usable_simplified_dbuvm": known(assessed.usable_simplified_dbuvm[0]),
        "margin_db": known(assessed.margin_db[0]),
        "served": bool(assessed.served[0]),
        "interfered": bool(assessed.interfered[0]),
        "interferers": _rows(station, found, unwanted, assessed, pack),
        "not_assessed": [
            {"station_id": other.id, "name": other.name, "missing": list(missing)}
            for other, missing in found.not_assessed
        ],
    }


def towards(
    station: BroadcastStation,
    longitude: float,
    latitude: float,
    context: StudyContext,
    asked: PathAsked,
) -> tuple[Emitter, float, float]:
    """Return a station at the steps of a path to a point, with azimuth and distance in km.

    Raises
    ------
    FormatError
        If the point is none or too far.
    """
    if not (-180 <= longitude <= 180 and -80 <= latitude <= 80):
        raise FormatError("studies.wrong_point", longitude=longitude, latitude=latitude)
    emitter = Emitter(station, context.ground, asked.settings, asked.method)
    azimuth, distance = emitter.towards(np.array([longitude]), np.array([latitude]))
    if distance[0] > _FARTHEST_KM:
        raise FormatError(
            "studies.point_too_far", distance_km=round(float(distance[0])), limit=_FARTHEST_KM
        )
    step_km = step_for(context.ground, float(distance[0]))
    finer = replace(emitter, settings=replace(asked.settings, profile_step_km=step_km))
    return finer, float(azimuth[0]), float(distance[0])


def step_for(ground: Ground, distance_km: float) -> float:
    """Return the step of a profile: the cells of the elevation, or a thousandth of the path."""
    cell_km = ground.elevation.cell_m / 1e3 or COARSEST_STEP_KM
    finest = max(min(cell_km, distance_km / _USUAL_STEPS), FINEST_STEP_KM)
    return min(finest, COARSEST_STEP_KM)


def _require_reach(emitter: Emitter, distance_km: float) -> None:
    """Refuse a point at which the model has no result."""
    limits = emitter.method.predictor.limits
    if not limits.reaches(np.array(distance_km)):
        lower, upper = limits.distances_km
        raise FormatError(
            "studies.point_outside_model",
            station=emitter.station.name,
            model=emitter.method.predictor.edition,
            distance_km=round(distance_km, 3),
            lower=lower,
            upper=upper,
        )


def _predicted(
    emitter: Emitter, azimuth: float, distance_km: float, time_percents: Sequence[float]
) -> tuple[dict[str, Any], Mapping[str, int]]:
    """Return profile, sight and predictions of a path, and what the model noted."""
    steps = min(math.ceil(distance_km / emitter.settings.profile_step_km - 1e-9), _MOST_STEPS)
    points = max(steps + 1, FEWEST_POINTS)
    along = np.linspace(0.0, distance_km, points)
    profile, end = emitter.paths(np.array([azimuth]), np.array([distance_km]), points)
    profile = replace(profile, distance_km=along)
    _require_ground(emitter, azimuth, along, profile.terrain_height_m[0])
    centre = (emitter.station.latitude + end) / 2
    settings = emitter.settings
    heights = (
        float(emitter.station.height_above_ground_m or 0.0),
        settings.receiver_height_above_ground_m,
    )
    explained = [emitter.explain(profile, centre, percent) for percent in time_percents]
    _require_height(emitter, explained[0])
    elevation = emitter.departures_deg(along, profile.terrain_height_m)[..., -1]
    straight = emitter.departures_deg(along[[0, -1]], profile.terrain_height_m[:, [0, -1]])
    departing = _departing(emitter, azimuth, elevation, float(straight[0, -1]))
    power = emitter.erp_dbw(np.array([azimuth]), elevation)
    told: dict[str, Any] = {
        **departing,
        "profile": profile_json(profile, *heights),
        "sight": sight_json(
            profile,
            centre,
            heights_above_ground_m=heights,
            lapse_rate_nunits_per_km=settings.lapse_rate_nunits_per_km,
            frequency_mhz=emitter.station.frequency_mhz,
        ),
        "predictions": [
            _prediction(emitter, power, distance_km, percent, found)
            for percent, found in zip(time_percents, explained, strict=True)
        ],
    }
    return told, explained[0].notes


def profile_json(
    profile: PathProfile, transmitter_height_m: float, receiver_height_m: float
) -> dict[str, Any]:
    """Return the ground of one path, of shape (1, n), and the antennas over it."""
    return {
        "distance_km": np.round(np.ravel(profile.distance_km), 4).tolist(),
        "terrain_height_m": np.round(profile.terrain_height_m[0], 2).tolist(),
        "clutter_height_m": np.round(profile.clutter_height_m[0], 2).tolist(),
        "zone": profile.zone[0].tolist(),
        "transmitter_height_above_ground_m": transmitter_height_m,
        "receiver_height_above_ground_m": receiver_height_m,
    }


def _prediction(
    emitter: Emitter, erp_dbw: Floats, distance_km: float, percent: float, found: Explained
) -> dict[str, Any]:
    """Return the field for one percentage of time, with what leads to it."""
    frequency_mhz = emitter.station.frequency_mhz
    added = emitter.added_db(np.array([distance_km]))
    field = p1812.field_strength_dbuvm(
        found.loss_db + added,
        frequency_mhz=frequency_mhz,
        erp_dbw=erp_dbw,
    )
    terms = (*found.terms, *emitter.method.additions.terms(frequency_mhz, distance_km))
    return {
        "time_percent": percent,
        "field_strength_dbuvm": known(float(field[0])),
        "terms": [_term_json(term) for term in terms],
        "parameters": [_term_json(term) for term in found.parameters],
    }


def _require_height(emitter: Emitter, found: Explained) -> None:
    """Refuse a path whose effective height the model does not cover."""
    within = emitter.method.predictor.limits.effective_heights_m
    if math.isnan(found.loss_db) and within is not None:
        raise FormatError(
            "studies.point_height_outside",
            station=emitter.station.name,
            model=emitter.method.predictor.edition,
            lower=within[0],
            upper=within[1],
        )


def _departing(
    emitter: Emitter, azimuth: float, elevation_deg: Floats, straight_deg: float | None = None
) -> dict[str, Any]:
    """Return the power towards a point and, of an antenna of two angles, the direction."""
    power = float(emitter.erp_dbw(np.array([azimuth]), elevation_deg)[0])
    told: dict[str, Any] = {"erp_dbw": round(power, 3)}
    if emitter.station.antenna is not None:
        elevation = float(elevation_deg[0])
        horizon = straight_deg is not None and elevation > straight_deg
        told["departure"] = {
            "elevation_deg": round(elevation, 4),
            "towards": "horizon" if horizon else "receiver",
            "attenuation_db": round(float(emitter.station.erp_total_dbw or 0.0) - power, 3),
        }
    return told


def _require_ground(emitter: Emitter, azimuth: float, along: Floats, heights_m: Floats) -> None:
    """Refuse a path whose ground is not known, and say where that begins."""
    voids = np.flatnonzero(np.isnan(heights_m))
    if voids.size == 0:
        return
    station, away = emitter.station, float(along[voids[0]])
    longitude, latitude = destination(station.longitude, station.latitude, azimuth, away)
    raise TerrainUnavailableError(
        "studies.terrain_void",
        station=station.name,
        longitude=f"{float(longitude):.5f}",
        latitude=f"{float(latitude):.5f}",
        distance_km=round(away, 3),
    )


def _term_json(term: Term) -> dict[str, Any]:
    value = term.value if isinstance(term.value, str) else known(term.value)
    return {**term._asdict(), "value": value}


def field_at(emitter: Emitter, longitude: float, latitude: float, context: StudyContext) -> Floats:
    """Return the field of a station at the point for 50 % and 1 % of time, shape (2,)."""
    stage = context.stage(0.0, 1.0, "studies.progress_field", station=emitter.station.name)
    return fields_at(emitter, stage, np.array([longitude]), np.array([latitude]))[:, 0]


def area_at(
    context: StudyContext, on: date, longitude: float, latitude: float, pack: RulePack
) -> Area:
    """Return the surroundings at a point, from the rules' lists of communes."""
    communes = communes_near(context.register, on, longitude, latitude, _COMMUNES_KM)
    where = communes.areas_at(np.array([longitude]), np.array([latitude]), pack)
    return list(Area)[int(where[0])]


def _rows(
    wanted: BroadcastStation,
    found: Unwanted,
    fields: Floats,
    assessed: Interference,
    pack: RulePack,
) -> list[dict[str, Any]]:
    table = protection_from_parameters(pack.rule(PROTECTION_RATIO).parameters)
    rows = []
    for number, other in enumerate(found.stations):
        rare = bool(assessed.nuisance.tropospheric_governs[0, number])
        persistence = Persistence.TROPOSPHERIC if rare else Persistence.STEADY
        spacing = spacing_khz(wanted, other)
        ratio = protection_ratio_db(spacing, wanted.reception, persistence, table)
        rows.append(
            {
                "station_id": other.id,
                "name": other.name,
                "frequency_mhz": other.frequency_mhz,
                "spacing_khz": spacing,
                "steady_field_dbuvm": known(fields[0, number]),
                "tropospheric_field_dbuvm": known(fields[1, number]),
                "persistence": persistence.value,
                "protection_ratio_db": known(float(ratio)),
                "nuisance_field_dbuvm": known(assessed.nuisance.governing_dbuvm[0, number]),
                "dominant": number == int(assessed.dominant_index[0]),
            }
        )
    return sorted(rows, key=_largest_first)


def _largest_first(row: Mapping[str, Any]) -> tuple[float, str]:
    nuisance = row["nuisance_field_dbuvm"]
    return (math.inf if nuisance is None else -nuisance, row["station_id"])


def known(value: float) -> float | None:
    """Return a number to the thousandth; None for NaN and infinities, which JSON has not."""
    return round(float(value), 3) if math.isfinite(value) else None
