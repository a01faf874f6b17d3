"""What a study of a network is asked for: read, filled in, and refused where it cannot be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gis.errors import FormatError
from gis.geodesy import distance_km
from gis.jurisdictions import Jurisdiction
from gis.raster import Grid, grid_over
from gis.register.reading import Reader as RegisterReader
from gis.register.records import Boundary, BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.studies.emitter import missing_values
from gis.studies.parts import moment
from gis.studies.requests import Reader
from gis.terrain.ground import Ground

__all__ = [
    "REACH_KM",
    "Wanted",
    "require_request",
    "stations_in_reach",
    "usual",
    "wanted_network",
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
_NAMES = (
    "stations",
    "lowest_mhz",
    "highest_mhz",
    "bounds",
    "step_m",
    "reach_km",
    "threshold_dbuvm",
    "jurisdiction",
    "on",
)


def require_request(
    request: Mapping[str, object], register: RegisterReader, ground: Ground
) -> None:
    """Refuse a request that is surely wrong, as `gather` does.

    Raises
    ------
    GisError
        If it is not understood, a station is unknown, none is in the band and in reach, the
        province has no outline, or the grid would be too large.
    """
    wanted, _, _ = wanted_network(request, register)
    stations_in_reach(wanted, flat=ground.flat)


def usual(request: Mapping[str, object], register: RegisterReader) -> dict[str, float]:
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
        told["step_m"] = _default_step_m(outlines[0].geometry.bounds)
    band = [one.frequency_mhz for one in register.stations(SYSTEM, service=Service.FM, on=on)]
    return {**told, "lowest_mhz": min(band), "highest_mhz": max(band)} if band else told


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What was asked for, with what was not said filled in."""

    stations: tuple[BroadcastStation, ...]
    boundary: Boundary | None
    bounds: Bounds
    step_m: float
    reach_km: float
    threshold_dbuvm: float

    @property
    def grid(self) -> Grid:
        """The grid of the study."""
        return grid_over(self.bounds, self.step_m)


def wanted_network(
    request: Mapping[str, object], register: RegisterReader
) -> tuple[Wanted, Jurisdiction, date]:
    """Read a request, its jurisdiction and its day."""
    reader = Reader(request, *_NAMES)
    place, on = moment(reader)
    boundary = None if reader.has("bounds") else _outline(place, register, on)
    edges = boundary.geometry.bounds if boundary else reader.bounds("bounds")
    west, south, east, north = (round(float(edge), 9) for edge in edges)
    bounds = (west, south, east, north)
    step = reader.number("step_m", 10.0, 10_000.0, _default_step_m(bounds))
    reach = reader.number("reach_km", 10.0, 300.0, REACH_KM)
    threshold = reader.number("threshold_dbuvm", 0.0, 150.0, _THRESHOLD_DBUVM)
    wanted = Wanted(
        stations=tuple(_chosen(reader, register.stations(SYSTEM, service=Service.FM, on=on))),
        boundary=boundary,
        bounds=bounds,
        step_m=_STEPS_M[-1] if step is None else step,
        reach_km=REACH_KM if reach is None else reach,
        threshold_dbuvm=_THRESHOLD_DBUVM if threshold is None else threshold,
    )
    pixels = wanted.grid.width * wanted.grid.height
    if pixels > _MOST_PIXELS:
        raise FormatError(
            "studies.network_too_many_pixels",
            step_m=wanted.step_m,
            pixels=pixels,
            limit=_MOST_PIXELS,
        )
    return wanted, place, on


def _outline(place: Jurisdiction, register: RegisterReader, on: date) -> Boundary:
    found = register.boundaries(codes=[place.province_code], on=on)
    if not found:
        raise FormatError("studies.network_no_outline", province=place.name())
    return found[0]


def _default_step_m(bounds: Bounds) -> float:
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


def stations_in_reach(
    wanted: Wanted, *, flat: bool
) -> tuple[list[BroadcastStation], list[tuple[BroadcastStation, tuple[str, ...]]]]:
    """Return the stations in reach that can be assessed, and those that cannot with what lacks."""
    bounds, reach_km = wanted.grid.bounds, wanted.reach_km
    inside = [one for one in wanted.stations if _away_km(one, bounds) <= reach_km]
    lacking = [(one, missing) for one in inside if (missing := missing_values(one, flat=flat))]
    without = {one.id for one, _ in lacking}
    stations = sorted((one for one in inside if one.id not in without), key=lambda one: one.id)
    if not inside:
        asked = len(wanted.stations)
        raise FormatError("studies.network_no_stations", asked=asked, reach_km=reach_km)
    if not stations:
        raise FormatError("studies.network_none_complete", count=len(inside), reach_km=reach_km)
    if len(stations) > _MOST_STATIONS:
        raise FormatError(
            "studies.network_too_many_stations",
            count=len(stations),
            limit=_MOST_STATIONS,
            reach_km=reach_km,
        )
    return stations, lacking


def _away_km(station: BroadcastStation, bounds: Bounds) -> float:
    """Return how far a station is from a rectangle, 0 inside."""
    west, south, east, north = bounds
    lon, lat = (
        min(max(value, low), high)
        for value, low, high in (
            (station.longitude, west, east),
            (station.latitude, south, north),
        )
    )
    return float(distance_km(station.longitude, station.latitude, lon, lat))
