"""What has to be said beside a field about the model that predicted it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gis.errors import FormatError
from gis.studies.emitter import NEAREST_KM, Emitter
from gis.studies.model import RECEIVER_HEIGHT_M
from gis.studies.predictors.base import (
    LIMITED,
    MEDIAN_PERCENT,
    OUTSIDE,
    RECEIVERS,
    WARNED,
    Range,
)
from gis.studies.predictors.itm import Irregularity, Itm
from gis.studies.predictors.p452 import P452
from gis.studies.predictors.p1546 import P1546
from gis.studies.predictors.p1812 import P1812
from gis.studies.predictors.registry import DEFAULT
from gis.terrain.ground import Remark
from propagation.hata.okumura import BASE_HEIGHTS_M
from propagation.itm.radial import INTERPOLATED_DB
from propagation.itu import p2108
from propagation.itu.p1812_location import VARIED_BELOW_M
from propagation.profile import Polarization

__all__ = [
    "location_remarks",
    "method_remarks",
    "path_remarks",
    "polarization_remarks",
    "refuse_without_result",
    "unwanted_remarks",
]

_POLARIZED = frozenset({P1812.name, P452.name, Itm.name})
"""Models whose loss depends on the polarisation."""


def method_remarks(
    emitter: Emitter, notes: Counter[str], reach_km: float, step_m: float
) -> list[Remark]:
    """Return what has to be said about the model of a field.

    Parameters
    ----------
    emitter : Emitter
        The station.
    notes : Counter
        What the model noted of its receivers.
    reach_km : float
        How far the field was asked for.
    step_m : float
        Side of a pixel.
    """
    return [
        *location_remarks(emitter, step_m),
        *_about_height(emitter),
        *_about_reach(emitter, reach_km),
        *_about_ground(emitter),
        *polarization_remarks(emitter),
        *_about_irregularity(emitter),
        *_noted(emitter, notes),
    ]


def _about_height(emitter: Emitter) -> Iterator[Remark]:
    """Yield that a field is not at the height that the levels of the rules are meant for."""
    height_m = emitter.settings.receiver_height_above_ground_m
    if height_m != RECEIVER_HEIGHT_M:
        yield "studies.receiver_height", {"height_m": height_m, "usual_m": RECEIVER_HEIGHT_M}


def _about_irregularity(emitter: Emitter) -> Iterator[Remark]:
    predictor = emitter.method.predictor
    if isinstance(predictor, Itm) and predictor.irregularity is Irregularity.INTERPOLATED:
        rms_db, most_db, largest_db = INTERPOLATED_DB
        yield (
            "studies.irregularity_interpolated",
            {
                "model": predictor.edition,
                "rms_db": rms_db,
                "most_db": most_db,
                "largest_db": largest_db,
            },
        )


def polarization_remarks(emitter: Emitter) -> list[Remark]:
    """Return what has to be said where a station of mixed polarisation has one field only."""
    predictor = emitter.method.predictor
    if emitter.station.polarization is not Polarization.MIXED or predictor.name not in _POLARIZED:
        return []
    return [("studies.polarization_mixed", {"model": predictor.edition})]


def location_remarks(emitter: Emitter, square_m: float) -> Iterator[Remark]:
    """Yield what has to be said of a percentage of locations that is not 50.

    Parameters
    ----------
    emitter : Emitter
        The station.
    square_m : float
        Side of the squares that were asked for: a pixel, or around a point.
    """
    settings = emitter.settings
    if settings.location_percent == MEDIAN_PERCENT:
        return
    told = {"model": emitter.method.predictor.edition, "percent": settings.location_percent}
    side_m = settings.prediction_resolution_m
    if side_m is None:
        yield "studies.locations", told
        return
    yield "studies.locations_within", {**told, "square_m": side_m}
    height_m = settings.receiver_height_above_ground_m
    bare = emitter.method.predictor.name == DEFAULT and not emitter.ground.cluttered
    if bare and height_m >= VARIED_BELOW_M:
        yield "studies.locations_open", {**told, "height_m": height_m}
    within = emitter.method.predictor.limits.resolutions_m
    if within is not None and side_m != square_m:
        lower, upper = within
        told = {"model": told["model"], "lower": lower, "upper": upper}
        yield "studies.locations_limited", {**told, "square_m": square_m, "taken_m": side_m}


def path_remarks(emitter: Emitter, notes: Mapping[str, int]) -> list[Remark]:
    """Return what has to be said about the model of one path.

    Parameters
    ----------
    emitter : Emitter
        The station.
    notes : mapping
        Of `Explained`.
    """
    square_m = emitter.settings.prediction_resolution_m or 0.0
    model = {"model": emitter.method.predictor.edition}
    keys = (key for name, key in _PATH_NOTES.items() if notes.get(name))
    return [
        *location_remarks(emitter, square_m),
        *_about_ground(emitter),
        *((key, model) for key in keys),
    ]


_PATH_NOTES = {LIMITED: "studies.path_limited", WARNED: "studies.path_warned"}


def unwanted_remarks(wanted: Emitter) -> Iterator[Remark]:
    """Yield that unwanted fields stay at 50 % of locations, where the wanted one does not."""
    if wanted.settings.location_percent != MEDIAN_PERCENT:
        yield "studies.locations_wanted", {"percent": wanted.settings.location_percent}


def refuse_without_result(emitter: Emitter, notes: Counter[str]) -> None:
    """Refuse a field that lies outside the model's effective heights everywhere.

    Raises
    ------
    FormatError
        With the model and the range.
    """
    within = emitter.method.predictor.limits.effective_heights_m
    if notes[OUTSIDE] and not notes[RECEIVERS] and within is not None:
        raise FormatError("studies.model_no_result", **_told(emitter, within))


def _about_reach(emitter: Emitter, reach_km: float) -> Iterator[Remark]:
    limits = emitter.method.predictor.limits
    lower, upper = limits.distances_km
    if lower > NEAREST_KM or reach_km > upper * (1 + 1e-9):
        yield "studies.model_distances", _told(emitter, limits.distances_km)
    if emitter.method.additions.clutter_location_percent is not None:
        yield (
            "studies.clutter_distances",
            {"model": p2108.EDITION, "lower": p2108.TERRESTRIAL_SHORTEST_KM},
        )


def _about_ground(emitter: Emitter) -> Iterator[Remark]:
    predictor, ground = emitter.method.predictor, emitter.ground
    if ground.cluttered and "land_cover" not in predictor.reads:
        yield "studies.model_without_land_cover", {"model": predictor.edition}
    if ground.zones is not None and "zones" not in predictor.reads:
        yield "studies.model_without_zones", {"model": predictor.edition}
    if ground.zones is None and "zones" in predictor.reads and predictor.name != DEFAULT:
        yield "studies.model_inland", {"model": predictor.edition}
    if isinstance(predictor, P1546) and not predictor.curves.recognised:
        yield "studies.curves_unknown", {"source": predictor.curves.curves.source}


def _noted(emitter: Emitter, notes: Counter[str]) -> Iterator[Remark]:
    limits = emitter.method.predictor.limits
    asked = notes[RECEIVERS] + notes[OUTSIDE]
    heights = limits.effective_heights_m or BASE_HEIGHTS_M
    for name, key, within in (
        (OUTSIDE, "studies.model_height_outside", heights),
        (LIMITED, "studies.model_height_limited", heights),
        (WARNED, "studies.model_warned", None),
    ):
        if notes[name]:
            percent = max(0.001, round(100 * notes[name] / asked, 3))
            yield key, {**_told(emitter, within), "percent": percent}


def _told(emitter: Emitter, within: Range | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "model": emitter.method.predictor.edition,
        "station": emitter.station.name,
    }
    return told if within is None else {**told, "lower": within[0], "upper": within[1]}
