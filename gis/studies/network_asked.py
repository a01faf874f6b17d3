"""What a study of a network is asked, with what was not said filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gis.errors import FormatError
from gis.geodesy import distance_km
from gis.jurisdictions import Jurisdiction
from gis.raster import Grid, grid_over
from gis.register.reading import Reader as RegisterReader
from gis.register.records import Boundary, BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure
from gis.studies.asked import location_asked
from gis.studies.emitter import Emitter, missing_values
from gis.studies.method import METHOD_INPUTS, Method, method_asked
from gis.studies.model import FieldSettings, default_settings, located_settings
from gis.studies.network_tile import TIME_PERCENTS
from gis.studies.parts import moment
from gis.studies.requests import Reader
from gis.terrain.ground import Ground

__all__ = [
    "REACH_KM",
    "NetworkAsked",
    "away_km",
    "default_step_m",
    "network_asked",
    "province_outline",
    "usual_network",
]

Bounds = tuple[float, float, float, float]

REACH_KM = 150.0
"""How far a station is taken into account where nobody says; every study states it.

A choice, not a limit of nature: ducting carries a strong station farther.
"""

_THRESHOLD_DBUVM = 54.0
_STEPS_M = (100.0, 250.0, 500.0, 1000.0, 2000.0)
_PIXELS_ACROSS = 400
_MOST_PIXELS = 100_000_000
_MOST_STATIONS = 5000
_PROFILE_STEP_KM = 0.5
_NAMES = (
    "stations",
    "lowest_mhz",
    "highest_mhz",
    "bounds",
    "step_m",
    "reach_km",
    "threshold_dbuvm",
    "location_percent",
    *METHOD_INPUTS,
    "jurisdiction",
    "on",
)


@dataclass(frozen=True, slots=True, eq=False)
class NetworkAsked:
    """A network, and what is asked of it.

    Attributes
    ----------
    place : Jurisdiction
        Whose study it is.
    on : date
        The day judged.
    stations : tuple of BroadcastStation
        Those that are predicted, by identifier.
    not_assessed : tuple of (BroadcastStation, tuple of str)
        Those in reach that lack what a prediction needs, or that the model does not cover, with
        the names of the values.
    boundary : Boundary or None
        The outline of the province; None where a rectangle was asked for.
    bounds : tuple of float
        West, south, east, north.
    step_m, reach_km, threshold_dbuvm : float
        Pixel, reach of a station, and what a field must reach to be received.
    settings : FieldSettings
        What decides the field that a station serves with.
    method : Method
        The model, and what is added to its loss.
    """

    place: Jurisdiction
    on: date
    stations: tuple[BroadcastStation, ...]
    not_assessed: tuple[tuple[BroadcastStation, tuple[str, ...]], ...]
    boundary: Boundary | None
    bounds: Bounds
    step_m: float
    reach_km: float
    threshold_dbuvm: float
    settings: FieldSettings
    method: Method


def network_asked(
    request: Mapping[str, object],
    register: RegisterReader,
    ground: Ground,
    curves: Path | None,
) -> NetworkAsked:
    """Return what a request asks of a network.

    Parameters
    ----------
    request : mapping
        All optional: `stations` (identifiers; else every FM station in reach), `lowest_mhz` and
        `highest_mhz`, `bounds` (west, south, east, north; else the province), `step_m`,
        `reach_km` (10 to 300), `threshold_dbuvm`, `location_percent` (1 to 99, of the field that
        serves), METHOD_INPUTS, `jurisdiction`, `on`.
    register : Reader
        The register at one moment.
    ground : Ground
        What the stations stand on.
    curves : Path or None
        The user's copy of the curves of Rec. ITU-R P.1546.

    Raises
    ------
    GisError
        If the request is not understood, a station is unknown, none is in reach, the model covers
        none of them or not what is asked, the province has no outline, or the grid would be too
        large.
    """
    reader = Reader(request, *_NAMES)
    place, on = moment(reader)
    boundary = None if reader.has("bounds") else province_outline(place, register, on)
    edges = boundary.geometry.bounds if boundary else reader.bounds("bounds")
    west, south, east, north = (round(float(edge), 9) for edge in edges)
    bounds = (west, south, east, north)
    step = reader.number("step_m", 10.0, 10_000.0, default_step_m(bounds))
    step_m = _STEPS_M[-1] if step is None else step
    reach = reader.number("reach_km", 10.0, 300.0, REACH_KM)
    reach_km = REACH_KM if reach is None else reach
    threshold = reader.number("threshold_dbuvm", 0.0, 150.0, _THRESHOLD_DBUVM)
    chosen = _chosen(reader, register.stations(SYSTEM, service=Service.FM, on=on))
    grid = _grid(bounds, step_m)
    method, settings = method_asked(reader, curves), _settings(reader)
    inside = [one for one in chosen if away_km(one, grid.bounds) <= reach_km]
    stations, left_out = _sorted_out(inside, ground, settings, method)
    _require_number(len(stations), len(inside), len(chosen), reach_km)
    return NetworkAsked(
        place=place,
        on=on,
        stations=stations,
        not_assessed=left_out,
        boundary=boundary,
        bounds=bounds,
        step_m=step_m,
        reach_km=reach_km,
        threshold_dbuvm=_THRESHOLD_DBUVM if threshold is None else threshold,
        settings=located_settings(settings, method.predictor.limits.resolutions_m, step_m),
        method=method,
    )


def usual_network(request: Mapping[str, object], register: RegisterReader) -> dict[str, float]:
    """Return what a study of the province takes where nobody says.

    Parameters
    ----------
    request : mapping
        Of it `jurisdiction` and `on` are read.
    register : Reader
        The register at one moment.

    Returns
    -------
    dict
        `reach_km`, `threshold_dbuvm`; `step_m` where the province has an outline; `lowest_mhz`
        and `highest_mhz` of the FM stations, where there are any.
    """
    place, on = moment(Reader(request, *_NAMES))
    told = {"reach_km": REACH_KM, "threshold_dbuvm": _THRESHOLD_DBUVM}
    outlines = register.boundaries(codes=[place.province_code], on=on)
    if outlines:
        told["step_m"] = default_step_m(outlines[0].geometry.bounds)
    band = [one.frequency_mhz for one in register.stations(SYSTEM, service=Service.FM, on=on)]
    return {**told, "lowest_mhz": min(band), "highest_mhz": max(band)} if band else told


def _require_number(usable: int, inside: int, chosen: int, reach_km: float) -> None:
    """Refuse a network without a station that can be predicted, or with too many."""
    if inside == 0:
        raise FormatError("studies.network_no_stations", asked=chosen, reach_km=reach_km)
    if usable == 0:
        raise FormatError("studies.network_none_complete", count=inside, reach_km=reach_km)
    if usable > _MOST_STATIONS:
        raise FormatError(
            "studies.network_too_many_stations",
            count=usable,
            limit=_MOST_STATIONS,
            reach_km=reach_km,
        )


def _settings(reader: Reader) -> FieldSettings:
    return default_settings(
        profile_step_km=_PROFILE_STEP_KM, location_percent=location_asked(reader)
    )


def _grid(bounds: Bounds, step_m: float) -> Grid:
    """Return the grid, unless it is too large."""
    grid = grid_over(bounds, step_m)
    pixels = grid.width * grid.height
    if pixels > _MOST_PIXELS:
        raise FormatError(
            "studies.network_too_many_pixels", step_m=step_m, pixels=pixels, limit=_MOST_PIXELS
        )
    return grid


def _sorted_out(
    inside: Sequence[BroadcastStation], ground: Ground, settings: FieldSettings, method: Method
) -> tuple[tuple[BroadcastStation, ...], tuple[tuple[BroadcastStation, tuple[str, ...]], ...]]:
    """Return the stations that can be predicted, and the others with what they lack.

    A model that covers none of those that are complete, or not what is asked, is refused.
    """
    limits = method.predictor.limits
    lacking = {one.id: missing_values(one, flat=ground.flat, limits=limits) for one in inside}
    stations = sorted((one for one in inside if not lacking[one.id]), key=lambda one: one.id)
    complete = (one for one in inside if not missing_values(one, flat=ground.flat))
    for one in stations or list(complete)[:1]:
        Emitter(one, ground, settings, method).emission(TIME_PERCENTS)
    left_out = tuple((one, lacking[one.id]) for one in inside if lacking[one.id])
    return tuple(stations), left_out


def province_outline(place: Jurisdiction, register: RegisterReader, on: date) -> Boundary:
    """Return the outline of a study's province.

    Raises
    ------
    FormatError
        If none is on record.
    """
    found = register.boundaries(codes=[place.province_code], on=on)
    if not found:
        raise FormatError("studies.network_no_outline", province=place.name())
    return found[0]


def default_step_m(bounds: Bounds) -> float:
    """Return the pixel size of a study that asks for none: about 400 pixels across."""
    west, south, east, north = bounds
    middle = (south + north) / 2
    wide = float(distance_km(west, middle, east, middle))
    high = float(distance_km(west, south, west, north))
    wanted = max(wide, high) * 1e3 / _PIXELS_ACROSS
    return next((step for step in _STEPS_M if step >= wanted), _STEPS_M[-1])


def _chosen(reader: Reader, everyone: Sequence[BroadcastStation]) -> list[BroadcastStation]:
    """Return the stations that were named, or all, within the frequencies that were named."""
    names = reader.words("stations", _MOST_STATIONS)
    known = {one.id: one for one in everyone}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise FormatError("studies.network_unknown_station", name=unknown[0])
    lowest = reader.number("lowest_mhz", 30.0, 6000.0, 30.0) or 30.0
    highest = reader.number("highest_mhz", 30.0, 6000.0, 6000.0) or 6000.0
    if highest < lowest:
        raise FormatError("studies.network_no_frequencies", lowest=lowest, highest=highest)
    chosen = everyone if names is None else [known[name] for name in dict.fromkeys(names)]
    if not chosen:
        raise FormatError("studies.network_no_fm")
    within = [one for one in chosen if lowest <= one.frequency_mhz <= highest]
    if not within:
        there = [one.frequency_mhz for one in chosen]
        raise FormatError(
            "studies.network_none_in_band",
            lowest=lowest,
            highest=highest,
            count=len(chosen),
            first=min(there),
            last=max(there),
        )
    return within


def away_km(station: BroadcastStation | Structure, bounds: Bounds) -> float:
    """Return how far a station or a structure is from a rectangle, 0 inside."""
    west, south, east, north = bounds
    lon, lat = (
        min(max(value, low), high)
        for value, low, high in (
            (station.longitude, west, east),
            (station.latitude, south, north),
        )
    )
    return float(distance_km(station.longitude, station.latitude, lon, lat))
