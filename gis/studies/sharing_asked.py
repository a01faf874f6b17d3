"""What a search for shared supports is asked, with what was not said filled in."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from gis.errors import FormatError
from gis.jurisdictions import Jurisdiction
from gis.raster import Grid, grid_around, grid_over
from gis.register.records import BroadcastStation, Provenance, Service, StationClass
from gis.register.scopes import SYSTEM, Role, Scope
from gis.studies.parts import moment
from gis.studies.predictors.p1812 import P1812
from gis.studies.requests import Reader
from propagation.compliance.records import Confidence
from propagation.profile import Polarization

__all__ = ["MOST_SCORED", "NAMES", "SharingAsked", "SharingWanted", "sharing_asked"]

Floats = NDArray[np.float64]

MOST_SCORED = 50
"""So many supports, the nearest ones, are looked at."""

NAMES = (
    "longitude",
    "latitude",
    "area",
    "radius_km",
    "within_km",
    "frequency_mhz",
    "bandwidth_khz",
    "erp_dbw",
    "height_m",
    "minimum_dbuvm",
    "wanted_percent",
    "location_percent",
    "receiver_height_m",
    "wind_area_m2",
    "weight_kg",
    "asked_by",
    "jurisdiction",
    "on",
)

_MOST_CORNERS = 200
_MOST_CELLS = 10_000
_FINEST_M, _COARSEST_M = 50.0, 1000.0
_USUAL: Mapping[str, tuple[float, float, float]] = {
    "radius_km": (0.1, 30.0, 2.0),
    "within_km": (0.0, 30.0, 3.0),
    "bandwidth_khz": (1.0, 200_000.0, 10_000.0),
    "height_m": (1.0, 350.0, 30.0),
    "wanted_percent": (1.0, 100.0, 90.0),
    "location_percent": (1.0, 99.0, 50.0),
    "receiver_height_m": (1.0, 100.0, 1.5),
    "wind_area_m2": (0.0, 200.0, 0.0),
    "weight_kg": (0.0, 100_000.0, 0.0),
}
"""Lower and upper end of each number, and what it is where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingWanted:
    """What somebody wants to hang somewhere.

    Attributes
    ----------
    longitude, latitude : float
        Where; of an area, its middle.
    area : tuple of (float, float)
        Corners of the area to be covered; empty where it is the circle of `radius_km`.
    radius_km : float
        Radius of the circle to be covered.
    within_km : float
        How far from the circle or the area a support may stand.
    frequency_mhz, erp_dbw, minimum_dbuvm : float or None
        Carrier, power in the horizontal plane, all round, and the field that serves; None where
        no coverage was asked for.
    bandwidth_khz : float
        Width of the emission, and of those on site whose width is not recorded.
    height_m : float
        Height above ground wanted for the antenna.
    wanted_percent : float
        Share of the area that has to be served.
    location_percent, receiver_height_m : float
        Where the field has to be exceeded.
    wind_area_m2, weight_kg : float
        What it takes of what a support may carry.
    """

    longitude: float
    latitude: float
    area: tuple[tuple[float, float], ...]
    radius_km: float
    within_km: float
    frequency_mhz: float | None
    bandwidth_khz: float
    erp_dbw: float | None
    height_m: float
    minimum_dbuvm: float | None
    wanted_percent: float
    location_percent: float
    receiver_height_m: float
    wind_area_m2: float
    weight_kg: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "area": [list(corner) for corner in self.area]}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "SharingWanted":
        """Return what `to_json` wrote."""
        corners = tuple((float(lon), float(lat)) for lon, lat in written["area"])
        return cls(**{**written, "area": corners})

    @classmethod
    def at_height(cls, longitude: float, latitude: float, height_m: float) -> "SharingWanted":
        """Return an antenna of which only place and height are said."""
        usual: dict[str, Any] = {name: value for name, (_, _, value) in _USUAL.items()}
        place = {"longitude": longitude, "latitude": latitude, "area": ()}
        carrier = dict.fromkeys(("frequency_mhz", "erp_dbw", "minimum_dbuvm"))
        return cls(**{**usual, **place, **carrier, "height_m": height_m})

    @property
    def covers(self) -> bool:
        """Whether coverage was asked for."""
        return self.frequency_mhz is not None

    def grid(self) -> tuple[Grid, NDArray[np.bool_]]:
        """Return the cells to be covered: a grid, and which of its pixels count."""
        if self.area:
            outline = Polygon(self.area)
            step_m = _step_m(_square_km(outline.bounds))
            grid = grid_over(outline.bounds, step_m)
            longitude, latitude = grid.centres()
            return grid, shapely.contains_xy(outline, longitude, latitude)
        grid = grid_around(
            self.longitude, self.latitude, self.radius_km, _step_m((2 * self.radius_km) ** 2)
        )
        longitude, latitude = grid.centres()
        east = (longitude - self.longitude) * math.cos(math.radians(self.latitude))
        away_km = 111.195 * np.hypot(east, latitude - self.latitude)
        return grid, away_km <= self.radius_km

    def emission(self, identifier: str, longitude: float, latitude: float) -> BroadcastStation:
        """Return the transmitter on a support, without its height."""
        return BroadcastStation(
            id=identifier,
            name=identifier,
            programme="",
            service=Service.FM,
            station_class=StationClass.OTHER,
            frequency_mhz=float(self.frequency_mhz or 0.0),
            longitude=longitude,
            latitude=latitude,
            erp_total_dbw=self.erp_dbw,
            polarization=Polarization.VERTICAL,
            provenance=Provenance(confidence=Confidence.DERIVED, source="phusong sharing"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class SharingAsked:
    """A search for supports.

    Attributes
    ----------
    place, on : Jurisdiction, date
        Whose study it is, and the day.
    wanted : SharingWanted
        What shall hang there.
    asked_by : str or None
        The organisation that asks; None for the department.
    """

    place: Jurisdiction
    on: date
    wanted: SharingWanted
    asked_by: str | None

    @property
    def scope(self) -> Scope:
        """What whoever asks may see."""
        return SYSTEM if self.asked_by is None else Scope(Role.OPERATOR, self.asked_by)


def sharing_asked(request: Mapping[str, object]) -> SharingAsked:
    """Return what a request asks.

    Parameters
    ----------
    request : mapping
        `longitude` and `latitude`, or `area` (a ring of corners, longitude before latitude);
        all else optional. Coverage is looked at where `frequency_mhz`, `erp_dbw` and
        `minimum_dbuvm` are given, all three. `asked_by` is set by the service, for an operator.

    Raises
    ------
    GisError
        If the request is not understood.
    """
    reader = Reader(request, *NAMES)
    place, on = moment(reader)
    corners = _corners(request["area"]) if reader.has("area") else ()
    if corners:
        middle = Polygon(corners).representative_point()
        longitude, latitude = float(middle.x), float(middle.y)
    else:
        for name in ("longitude", "latitude"):
            if not reader.has(name):
                raise FormatError("supports.without_place", name=name)
        longitude = reader.number("longitude", -180.0, 180.0) or 0.0
        latitude = reader.number("latitude", -80.0, 80.0) or 0.0
    numbers = {
        name: reader.number(name, lower, upper, usual)
        for name, (lower, upper, usual) in _USUAL.items()
    }
    return SharingAsked(
        place=place,
        on=on,
        wanted=SharingWanted.from_json(
            {
                "longitude": round(longitude, 7),
                "latitude": round(latitude, 7),
                "area": corners,
                **_coverage(reader),
                **numbers,
            }
        ),
        asked_by=reader.word("asked_by") if reader.has("asked_by") else None,
    )


def _coverage(reader: Reader) -> dict[str, float | None]:
    """Return carrier, power and minimum field, all of them or none."""
    lowest, highest = P1812.limits.frequencies_mhz
    ranges = {
        "frequency_mhz": (lowest, highest),
        "erp_dbw": (-40.0, 70.0),
        "minimum_dbuvm": (-20.0, 150.0),
    }
    found = {name: reader.number(name, *limits) for name, limits in ranges.items()}
    absent = [name for name, value in found.items() if value is None]
    if absent and len(absent) < len(found):
        raise FormatError("supports.without_coverage", name=absent[0])
    return found


def _corners(value: object) -> tuple[tuple[float, float], ...]:
    """Return the corners of a ring that encloses an area.

    Raises
    ------
    FormatError
        If they are no such ring.
    """
    found = value if isinstance(value, list | tuple) else ()
    corners = tuple(
        (float(one[0]), float(one[1]))
        for one in found
        if isinstance(one, list | tuple)
        and len(one) == 2
        and all(type(part) in {int, float} for part in one)
        and -180 <= one[0] <= 180
        and -80 <= one[1] <= 80
    )
    if len(corners) < len(found) or not 3 <= len(corners) <= _MOST_CORNERS:
        raise FormatError("supports.wrong_area", most=_MOST_CORNERS)
    ring = Polygon(corners)
    if not ring.is_valid or ring.area == 0:
        raise FormatError("supports.wrong_area", most=_MOST_CORNERS)
    if _square_km(ring.bounds) > _MOST_CELLS * (_COARSEST_M / 1e3) ** 2:
        raise FormatError("supports.too_large", most_km=100)
    return corners


def _square_km(bounds: tuple[float, float, float, float]) -> float:
    west, south, east, north = bounds
    wide = (east - west) * 111.195 * math.cos(math.radians((south + north) / 2))
    return wide * (north - south) * 111.195


def _step_m(square_km: float) -> float:
    """Return the side of a cell by which an area has no more cells than are looked at."""
    side_m = 1e3 * math.sqrt(square_km / _MOST_CELLS)
    return min(max(math.ceil(side_m / 10) * 10.0, _FINEST_M), _COARSEST_M)
