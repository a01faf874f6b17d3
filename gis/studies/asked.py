"""A station with what a request makes of it: refused at once where it cannot be assessed."""

from pathlib import Path

from gis.register.records import BroadcastStation
from gis.studies.emitter import Emitter
from gis.studies.method import method_asked
from gis.studies.model import RECEIVER_HEIGHT_M, default_settings
from gis.studies.requests import Reader
from gis.terrain.ground import Ground
from propagation.itu import p1812

__all__ = [
    "INTERFERENCE_STEP_KM",
    "INTERFERENCE_TIME_PERCENTS",
    "coverage_asked",
    "interference_asked",
]

INTERFERENCE_TIME_PERCENTS = (50.0, 1.0)
"""Percentages of time of steady and of tropospheric interference (Rec. ITU-R BS.412-9)."""

_MEDIAN_PERCENT = 50.0
INTERFERENCE_STEP_KM = 0.5
"""Largest distance between the points of the profiles of an interference by a slow model."""


def coverage_asked(
    reader: Reader, station: BroadcastStation, ground: Ground, curves: Path | None
) -> tuple[Emitter, float]:
    """Return the station of a coverage, and the percentage of time.

    Parameters
    ----------
    reader : Reader
        The request; of it `time_percent`, `receiver_height_m` and METHOD_INPUTS are read.
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
    percent = reader.number("time_percent", *p1812.TIME_PERCENTS, _MEDIAN_PERCENT)
    settings = default_settings(receiver_height_above_ground_m=height or RECEIVER_HEIGHT_M)
    emitter = Emitter(station, ground, settings, method_asked(reader, curves))
    emitter.emission((percent or _MEDIAN_PERCENT,))
    return emitter, percent or _MEDIAN_PERCENT


def interference_asked(
    reader: Reader, station: BroadcastStation, ground: Ground, curves: Path | None
) -> Emitter:
    """Return the wanted station of an interference; of the request MODEL_INPUTS are read.

    Parameters and errors as of `coverage_asked`.
    """
    settings = default_settings(profile_step_km=INTERFERENCE_STEP_KM)
    emitter = Emitter(station, ground, settings, method_asked(reader, curves))
    emitter.emission(INTERFERENCE_TIME_PERCENTS)
    return emitter
