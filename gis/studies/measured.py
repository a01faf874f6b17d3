"""Measurements of a station beside the prediction at the same points; the two are never mixed.

Each measurement has a path of its own over the ground (Rec. ITU-R P.1812 at 50 % of time and of
locations, the measuring antenna at its own height). An error is the predicted minus the measured
field: above zero the prediction is too strong. Mean, standard deviation (with n - 1), root mean
square and Pearson's correlation are told for all points, by distance and by land cover.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.measurements import Taken
from gis.register.records import BroadcastStation, Measurement
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.method import USUAL
from gis.studies.model import default_settings, model_json, software_json, terrain_json
from gis.studies.predictors.base import MEDIAN_PERCENT
from gis.studies.snapshots import record_to_json
from gis.terrain.ground import Ground

__all__ = ["DISTANCE_EDGES_KM", "compare_measured"]

Floats = NDArray[np.float64]

DISTANCE_EDGES_KM = (0.0, 1.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Where the classes of distance begin; the last has no end. A choice of this software."""

_DECIMALS = 6
_FEWEST_CORRELATED = 3


def compare_measured(
    station: BroadcastStation, taken: Taken, context: StudyContext, *, most: int | None = None
) -> dict[str, Any]:
    """Compare the measurements of a station with its predicted field.

    Parameters
    ----------
    station : BroadcastStation
        The station.
    taken : Taken
        As of `gis.measurements.measurements_of`.
    context : StudyContext
        The ground, and who listens.
    most : int, optional
        Beyond so many measurements only as many are compared, evenly through them; `compared_of`
        then says how many there are.

    Returns
    -------
    dict
        JSON values, the same for the same register, ground and programs: station, model, terrain,
        `pairs`, `overall`, `by_distance`, `by_land_cover`, `left_out`, `ambiguous`, `outdated`,
        `since`.

    Raises
    ------
    GisError
        If no field of the station can be predicted; the key says why.
    """
    chosen = _evenly(taken.measurements, most)
    base = Emitter(station, context.ground, default_settings())
    stage = context.stage(0.0, 1.0, "studies.progress_measured", station=station.name)
    predicted, reasons = _predicted(base, chosen, stage)
    longitude, latitude = _places(chosen)
    azimuth, distance = base.towards(longitude, latitude)
    clutter = _clutter(context.ground, longitude, latitude)
    measured = np.array([one.field_strength_dbuvm for one in chosen], dtype=np.float64)
    known = np.isfinite(predicted)
    left_out = [
        {"id": one.id, "reason": reasons.get(one.id, "not_reached")}
        for one, paired in zip(chosen, known, strict=True)
        if not paired
    ]

    def statistics(members: NDArray[np.bool_]) -> dict[str, Any]:
        return _statistics(measured[members], predicted[members])

    return {
        "station": record_to_json(station),
        "model": model_json(base.settings, context.ground, USUAL),
        "software": software_json(),
        "terrain": terrain_json(context.ground),
        "compared_of": len(taken.measurements),
        "pairs": [
            {
                **_facts(one),
                "distance_km": _rounded(distance[i]),
                "azimuth_deg": _rounded(azimuth[i]),
                "clutter_height_m": None if np.isnan(clutter[i]) else float(clutter[i]),
                "predicted_dbuvm": _rounded(predicted[i]),
                "error_db": _rounded(predicted[i] - measured[i]),
            }
            for i, one in enumerate(chosen)
            if known[i]
        ],
        "overall": statistics(known),
        "by_distance": _by_distance(distance, known, statistics),
        "by_land_cover": _by_clutter(clutter, known, statistics),
        "without_uncertainty": sum(one.uncertainty_db is None for one in chosen),
        "left_out": left_out,
        "ambiguous": list(taken.ambiguous),
        "outdated": list(taken.outdated),
        "since": None if taken.since is None else taken.since.isoformat(),
        "synthetic": station.provenance.synthetic
        or any(one.provenance.synthetic for one in chosen),
    }


def _evenly(measurements: Sequence[Measurement], most: int | None) -> tuple[Measurement, ...]:
    ordered = sorted(measurements, key=lambda one: (one.measured_at, one.id))
    if most is None or len(ordered) <= most:
        return tuple(ordered)
    places = np.linspace(0, len(ordered) - 1, most).round().astype(int)
    return tuple(ordered[place] for place in dict.fromkeys(places.tolist()))


def _places(measurements: Sequence[Measurement]) -> tuple[Floats, Floats]:
    longitude = np.array([one.longitude for one in measurements], dtype=np.float64)
    return longitude, np.array([one.latitude for one in measurements], dtype=np.float64)


def _predicted(
    base: Emitter, measurements: Sequence[Measurement], stage: Stage
) -> tuple[Floats, dict[str, str]]:
    """Return the predicted field at each measurement, and why there is none at some."""
    fields = np.full(len(measurements), np.nan)
    heights = np.array([one.height_above_ground_m for one in measurements], dtype=np.float64)
    lower, upper = base.method.predictor.limits.receiver_heights_m
    reasons = {
        one.id: "height" for one in measurements if not lower <= one.height_above_ground_m <= upper
    }
    levels = [height for height in np.unique(heights) if lower <= height <= upper]
    for done, height in enumerate(levels):
        members = np.flatnonzero(heights == height).tolist()
        settings = replace(base.settings, receiver_height_above_ground_m=float(height))
        places = _places([measurements[member] for member in members])
        part = stage.part(done / len(levels), (done + 1) / len(levels))
        emitter = replace(base, settings=settings)
        fields[members] = fields_at(emitter, part, *places, time_percents=(MEDIAN_PERCENT,))[0]
    return fields, reasons


def _clutter(ground: Ground, longitude: Floats, latitude: Floats) -> Floats:
    """Return the clutter height of the class of land cover at points, NaN where none is known."""
    if ground.land_cover is None or not longitude.size:
        return np.full(longitude.shape, np.nan)
    return ground.land_cover.values_at(longitude, latitude)


def _facts(one: Measurement) -> dict[str, Any]:
    return {
        "id": one.id,
        "measured_at": one.measured_at.isoformat(timespec="milliseconds"),
        "kind": one.kind.value,
        "longitude": one.longitude,
        "latitude": one.latitude,
        "height_above_ground_m": one.height_above_ground_m,
        "measured_dbuvm": one.field_strength_dbuvm,
        "uncertainty_db": one.uncertainty_db,
    }


def _by_distance(
    distance_km: Floats,
    known: NDArray[np.bool_],
    statistics: Callable[[NDArray[np.bool_]], dict[str, Any]],
) -> list[dict[str, Any]]:
    told = []
    for begins, ends in zip(DISTANCE_EDGES_KM, (*DISTANCE_EDGES_KM[1:], None), strict=True):
        inside = known & (distance_km >= begins)
        if ends is not None:
            inside &= distance_km < ends
        if inside.any():
            told.append({"from_km": begins, "to_km": ends, **statistics(inside)})
    return told


def _by_clutter(
    clutter_m: Floats,
    known: NDArray[np.bool_],
    statistics: Callable[[NDArray[np.bool_]], dict[str, Any]],
) -> list[dict[str, Any]]:
    heights = np.unique(clutter_m[known & np.isfinite(clutter_m)])
    told = [
        {"clutter_height_m": float(height), **statistics(known & (clutter_m == height))}
        for height in heights
    ]
    unknown = known & np.isnan(clutter_m)
    if unknown.any():
        told.append({"clutter_height_m": None, **statistics(unknown)})
    return told


def _statistics(measured: Floats, predicted: Floats) -> dict[str, Any]:
    """Return count, mean error, standard deviation, root mean square and correlation."""
    errors = predicted - measured
    count = int(errors.size)
    varied = count >= _FEWEST_CORRELATED and np.ptp(measured) > 0 and np.ptp(predicted) > 0
    return {
        "count": count,
        "mean_error_db": _rounded(errors.mean()) if count else None,
        "standard_deviation_db": _rounded(errors.std(ddof=1)) if count > 1 else None,
        "rms_error_db": _rounded(np.sqrt(np.mean(errors**2))) if count else None,
        "correlation": _rounded(np.corrcoef(measured, predicted)[0, 1]) if varied else None,
    }


def _rounded(value: Any) -> float:
    return round(float(value), _DECIMALS)
