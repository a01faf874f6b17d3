"""A station with what a request makes of it: refused at once where it cannot be assessed."""

from pathlib import Path

from gis.register.records import BroadcastStation
from gis.studies.emitter import Emitter
from gis.studies.method import method_asked
from gis.studies.model import RECEIVER_HEIGHT_M, default_settings
from gis.studies.predictors.base import MEDIAN_PERCENT
from gis.studies.requests import Reader
from gis.terrain.ground import Ground
from propagation.itu import p1812

__all__ = [
    "INTERFERENCE_TIME_PERCENTS",
    "coverage_asked",
    "interference_asked",
    "location_asked",
]

INTERFERENCE_TIME_PERCENTS = (50.0, 1.0)
"""Percentages of time of steady and of tropospheric interference (Rec. ITU-R BS.412-9)."""

_INTERFERENCE_STEP_KM = 0.5


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

    Of the request `location_percent` and MODEL_INPUTS are read. Parameters and errors
    as of `coverage_asked`.
    """
    settings = default_settings(
        profile_step_km=_INTERFERENCE_STEP_KM, location_percent=location_asked(reader)
    )
    emitter = Emitter(station, ground, settings, method_asked(reader, curves))
    emitter.emission(INTERFERENCE_TIME_PERCENTS)
    return emitter
