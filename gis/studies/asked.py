"""A station with what a request makes of it: refused at once where it cannot be assessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gis.register.records import BroadcastStation
from gis.studies.emitter import Emitter
from gis.studies.method import MODEL_INPUTS, USUAL, Method, method_asked, method_recorded
from gis.studies.model import (
    POINT_RESOLUTION_M,
    RECEIVER_HEIGHT_M,
    FieldSettings,
    default_settings,
    located_settings,
)
from gis.studies.predictors.base import MEDIAN_PERCENT, Range
from gis.studies.requests import Reader
from gis.terrain.ground import Ground
from propagation.itu import p1812

__all__ = [
    "INTERFERENCE_STEP_KM",
    "INTERFERENCE_TIME_PERCENTS",
    "PATH_INPUTS",
    "PathAsked",
    "coverage_asked",
    "interference_asked",
    "location_asked",
    "path_asked",
    "path_recorded",
]

INTERFERENCE_TIME_PERCENTS = (50.0, 1.0)
"""Percentages of time of steady and of tropospheric interference (Rec. ITU-R BS.412-9)."""

PATH_INPUTS = ("receiver_height_m", "time_percent", "location_percent", *MODEL_INPUTS)
"""Inputs of a request about the path to a point."""

INTERFERENCE_STEP_KM = 0.5
"""Largest distance between the points of the profiles of an interference by a slow model."""


@dataclass(frozen=True, slots=True)
class PathAsked:
    """How the path to a point is predicted.

    Attributes
    ----------
    settings : FieldSettings
        Height of the receiver, locations, and the air.
    method : Method
        The model, and what is added to its loss.
    time_percents : tuple of float
        Percentages of time, the first of which is the one that was asked for.
    """

    settings: FieldSettings = field(default_factory=default_settings)
    method: Method = USUAL
    time_percents: tuple[float, ...] = INTERFERENCE_TIME_PERCENTS


def path_asked(reader: Reader, curves: Path | None, base: PathAsked | None = None) -> PathAsked:
    """Return how a request wants the path to a point predicted.

    Parameters
    ----------
    reader : Reader
        The request; of it PATH_INPUTS are read.
    curves : Path or None
        The user's copy of the curves of Rec. ITU-R P.1546.
    base : PathAsked, optional
        What holds where the request says nothing, as of `path_recorded`.

    Raises
    ------
    GisError
        If the request is not understood.
    """
    known = base or PathAsked()
    method = known.method
    if any(reader.has(name) for name in MODEL_INPUTS):
        method = method_asked(reader, curves, of_area=False)
    usual = known.settings
    lowest, highest = p1812.HEIGHTS_M
    height = reader.number(
        "receiver_height_m", lowest, highest, usual.receiver_height_above_ground_m
    )
    location = reader.number("location_percent", *p1812.LOCATION_PERCENTS, usual.location_percent)
    percent = reader.number("time_percent", *p1812.TIME_PERCENTS)
    settings = replace(
        usual,
        receiver_height_above_ground_m=height or usual.receiver_height_above_ground_m,
        location_percent=location or usual.location_percent,
        prediction_resolution_m=None,
    )
    square_m = usual.prediction_resolution_m or POINT_RESOLUTION_M
    limits = method.predictor.limits
    return PathAsked(
        settings=located_settings(settings, limits.resolutions_m, square_m),
        method=method,
        time_percents=_times(known.time_percents, limits.time_percents, percent),
    )


def _times(known: tuple[float, ...], within: Range, asked: float | None) -> tuple[float, ...]:
    """Return the percentage of time asked for, else those known ones that a model covers.

    Where it covers none of them the first stays, which the model then refuses with its range.
    """
    if asked is not None:
        return (asked,)
    return tuple(one for one in known if within[0] <= one <= within[1]) or known[:1]


def path_recorded(inputs: Mapping[str, Any], curves: Path | None) -> PathAsked:
    """Return how a study predicts, from its inputs: its map is explained as it was computed.

    Raises
    ------
    GisError
        If the study is of another edition of the model, or the curves are missing or others.
    """
    if "model" not in inputs:
        return PathAsked()
    percents = (float(inputs.get("time_percent", MEDIAN_PERCENT)), *INTERFERENCE_TIME_PERCENTS[1:])
    method = method_recorded(inputs["model"], curves)
    lower, upper = method.predictor.limits.time_percents
    return PathAsked(
        settings=FieldSettings(**inputs["model"]["settings"]),
        method=method,
        time_percents=tuple(dict.fromkeys(one for one in percents if lower <= one <= upper)),
    )


def location_asked(reader: Reader) -> float:
    """Return the percentage of locations of a request, 1 to 99; 50 unless it says."""
    percent = reader.number("location_percent", *p1812.LOCATION_PERCENTS, MEDIAN_PERCENT)
    return MEDIAN_PERCENT if percent is None else percent


def coverage_asked(
    reader: Reader, station: BroadcastStation, ground: Ground, curves: Path | None
) -> tuple[Emitter, float]:
    """Return the station of a coverage, and the percentage of time.

    Parameters
    ----------
    reader : Reader
        The request; of it `time_percent`, `location_percent`, `receiver_height_m` and
        METHOD_INPUTS are read.
    station : BroadcastStation
        The station.
    ground : Ground
        What it stands on.
    curves : Path or None
        The user's copy of the curves of Rec. ITU-R P.1546.

    Raises
    ------
    GisError
        If the request is not understood, or the station cannot be assessed so.
    """
    lower, upper = p1812.HEIGHTS_M
    height = reader.number("receiver_height_m", lower, upper, RECEIVER_HEIGHT_M)
    percent = reader.number("time_percent", *p1812.TIME_PERCENTS, MEDIAN_PERCENT)
    settings = default_settings(
        receiver_height_above_ground_m=height or RECEIVER_HEIGHT_M,
        location_percent=location_asked(reader),
    )
    emitter = Emitter(station, ground, settings, method_asked(reader, curves))
    emitter.emission((percent or MEDIAN_PERCENT,))
    return emitter, percent or MEDIAN_PERCENT


def interference_asked(
    reader: Reader, station: BroadcastStation, ground: Ground, curves: Path | None
) -> Emitter:
    """Return the wanted station of an interference, at the percentage of locations asked for.

    Of the request `location_percent` and AREA_MODEL_INPUTS are read. Parameters and errors
    as of `coverage_asked`.
    """
    settings = default_settings(
        profile_step_km=INTERFERENCE_STEP_KM, location_percent=location_asked(reader)
    )
    emitter = Emitter(station, ground, settings, method_asked(reader, curves))
    emitter.emission(INTERFERENCE_TIME_PERCENTS)
    return emitter
