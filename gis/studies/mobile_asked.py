"""What a study of mobile coverage is asked, with what was not said filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from gis.errors import FormatError
from gis.geodesy import destination
from gis.jurisdictions import Jurisdiction
from gis.mobile import bands
from gis.raster import Grid, grid_over
from gis.register.reading import Reader as RegisterReader
from gis.register.records import AdministrativeUnit
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.studies.asked import location_asked
from gis.studies.method import METHOD_INPUTS, Method, method_asked
from gis.studies.model import FieldSettings, default_settings
from gis.studies.network_asked import default_step_m, province_outline
from gis.studies.parts import moment
from gis.studies.requests import Reader
from propagation.mobile import Generation

__all__ = ["NAMES", "REACH_KM", "RECEIVER_HEIGHT_M", "MobileArea", "MobileAsked", "mobile_asked"]

Bounds = tuple[float, float, float, float]

REACH_KM: Final = 20.0
"""How far a transmitter is taken into account where nobody says; every study states it."""

RECEIVER_HEIGHT_M: Final = 1.5
"""Height of a telephone where nobody says."""

NAMES: Final = (
    "technology",
    "band",
    "operators",
    "units",
    "bounds",
    "longitude",
    "latitude",
    "radius_km",
    "step_m",
    "reach_km",
    "minimum_level_dbm",
    "receiver_height_m",
    "location_percent",
    *METHOD_INPUTS,
    "public",
    "asked_by",
    "jurisdiction",
    "on",
)

_MOST_PIXELS: Final = 25_000_000
_MOST_NAMES: Final = 500
_RADIUS_KM: Final = 10.0
_CIRCLE_DEG: Final = np.arange(0.0, 360.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class MobileArea:
    """Where coverage is asked for.

    Attributes
    ----------
    kind : str
        `province`, `units`, `bounds` or `circle`.
    bounds : tuple of float
        West, south, east, north of the grid.
    geometry : MultiPolygon or None
        What counts within; None where the whole rectangle does.
    boxes : tuple of str
        Names of units whose outline is not on record, and whose bounds stand for it.
    official : bool
        Whether every outline of a unit is official.
    """

    kind: str
    bounds: Bounds
    geometry: MultiPolygon | None
    boxes: tuple[str, ...] = ()
    official: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class MobileAsked:
    """A study of mobile coverage.

    Attributes
    ----------
    place, on : Jurisdiction, date
        Whose study it is, and the day.
    technology : Generation
        Which networks.
    band : str or None
        Their band; None for all.
    operators : tuple of str or None
        Identifiers of the operators; None for all.
    area : MobileArea
        Where.
    step_m, reach_km : float
        Pixel, and reach of a transmitter.
    minimum_level_dbm : float or None
        Level from which there is service; None is the rule's.
    settings : FieldSettings
        What else decides a field.
    method : Method
        The model, and what is added to its loss.
    asked_by : str or None
        The organisation that asks; None for the department.
    public : bool
        Whether only what everybody may see goes in.
    """

    place: Jurisdiction
    on: date
    technology: Generation
    band: str | None
    operators: tuple[str, ...] | None
    area: MobileArea
    step_m: float
    reach_km: float
    minimum_level_dbm: float | None
    settings: FieldSettings
    method: Method
    asked_by: str | None
    public: bool

    @property
    def scope(self) -> Scope:
        """What goes in: what whoever asks may see, or what everybody may."""
        if self.public:
            return PUBLIC
        return SYSTEM if self.asked_by is None else Scope(Role.OPERATOR, self.asked_by)

    @property
    def grid(self) -> Grid:
        """The pixels."""
        return grid_over(self.area.bounds, self.step_m)


def mobile_asked(
    request: Mapping[str, object], register: RegisterReader, curves: Path | None
) -> MobileAsked:
    """Return what a request asks of mobile networks.

    Parameters
    ----------
    request : mapping
        All optional: `technology` (2g, 3g, 4g, 5g; 4g unless said), `band` (name of a band),
        `operators` (identifiers of organisations); where: `units` (codes of communes, districts
        or the province), or `bounds` (west, south, east, north), or `longitude`, `latitude` and
        `radius_km` (0.5 to 100), else the province; `step_m` (10 to 10000), `reach_km` (1 to 100),
        `minimum_level_dbm` (-150 to 0; else the rule's), `receiver_height_m` (1 to 100),
        `location_percent` (1 to 99), METHOD_INPUTS, `public` (only what everybody may see),
        `asked_by` (set by the service), `jurisdiction`, `on`.
    register : Reader
        The register at one moment.
    curves : Path or None
        The user's copy of the curves of Rec. ITU-R P.1546.

    Raises
    ------
    GisError
        If the request is not understood, an area is told in two ways, an operator or a unit is
        unknown, a unit has no place, the province no outline, or the grid would be too large.
    """
    reader = Reader(request, *NAMES)
    place, on = moment(reader)
    area = _area(reader, place, register, on)
    usual_m = default_step_m(area.bounds)
    step_m = reader.number("step_m", 10.0, 10_000.0, usual_m) or usual_m
    technology = reader.choice(
        "technology", tuple(one.value for one in Generation), Generation.LTE.value
    )
    band = reader.choice("band", tuple(one.name for one in bands()), "")
    height = reader.number("receiver_height_m", 1.0, 100.0, RECEIVER_HEIGHT_M)
    asked = MobileAsked(
        place=place,
        on=on,
        technology=Generation(technology),
        band=band or None,
        operators=_operators(reader, register),
        area=area,
        step_m=step_m,
        reach_km=reader.number("reach_km", 1.0, 100.0, REACH_KM) or REACH_KM,
        minimum_level_dbm=reader.number("minimum_level_dbm", -150.0, 0.0),
        settings=default_settings(
            receiver_height_above_ground_m=height or RECEIVER_HEIGHT_M,
            location_percent=location_asked(reader),
        ),
        method=method_asked(reader, curves),
        asked_by=reader.word("asked_by") if reader.has("asked_by") else None,
        public=reader.flag("public"),
    )
    _require_size(asked.grid, step_m)
    return asked


def _require_size(grid: Grid, step_m: float) -> None:
    pixels = grid.width * grid.height
    if pixels > _MOST_PIXELS:
        raise FormatError(
            "studies.network_too_many_pixels", step_m=step_m, pixels=pixels, limit=_MOST_PIXELS
        )


def _operators(reader: Reader, register: RegisterReader) -> tuple[str, ...] | None:
    """Return the operators that are asked for; each is an organisation of the register."""
    wanted = reader.words("operators", _MOST_NAMES)
    if wanted is None:
        return None
    known = {one.id for one in register.organisations()}
    for name in wanted:
        if name not in known:
            raise FormatError("mobile.unknown_operator", name="operators", value=name)
    return tuple(sorted(set(wanted)))


def _area(reader: Reader, place: Jurisdiction, register: RegisterReader, on: date) -> MobileArea:
    """Return where coverage is asked for: one way of saying it, or the province."""
    ways = [name for name in ("units", "bounds", "longitude") if reader.has(name)]
    circle = [name for name in ("latitude", "radius_km") if reader.has(name)]
    if not ways and circle:
        raise FormatError("mobile.without_place", name="longitude")
    others = [*ways[1:], *(circle if ways != ["longitude"] else ())]
    if others:
        raise FormatError("mobile.several_areas", name=others[0], other=ways[0])
    if not ways:
        outline = province_outline(place, register, on)
        return _of_geometry("province", outline.geometry, official=outline.official)
    if ways == ["bounds"]:
        return MobileArea("bounds", _rounded(reader.bounds("bounds")), None)
    if ways == ["longitude"]:
        return _circle(reader)
    codes = reader.words("units", _MOST_NAMES) or []
    return _of_units([register.unit(code, on) for code in dict.fromkeys(codes)], register, on)


def _circle(reader: Reader) -> MobileArea:
    if not reader.has("latitude"):
        raise FormatError("mobile.without_place", name="latitude")
    longitude = reader.number("longitude", -180.0, 180.0) or 0.0
    latitude = reader.number("latitude", -80.0, 80.0) or 0.0
    radius_km = reader.number("radius_km", 0.5, 100.0, _RADIUS_KM) or _RADIUS_KM
    east, north = destination(longitude, latitude, _CIRCLE_DEG, radius_km)
    ring = Polygon(np.column_stack([east, north]))
    return _of_geometry("circle", MultiPolygon([ring]))


def _of_units(
    units: Sequence[AdministrativeUnit], register: RegisterReader, on: date
) -> MobileArea:
    """Return the outlines of some units together; bounds where there is no outline."""
    found = register.boundaries(codes=[one.code for one in units], on=on)
    outlines = {one.unit_code: one for one in found}
    parts: list[MultiPolygon | Polygon] = [one.geometry for one in found]
    boxed = [one for one in units if one.code not in outlines]
    for one in boxed:
        if one.bounds is None:
            raise FormatError("mobile.unit_without_place", unit=one.code)
        parts.append(shapely.box(*one.bounds))
    joined = shapely.normalize(shapely.union_all(parts))
    pieces = [part for part in shapely.get_parts(joined) if isinstance(part, Polygon)]
    return _of_geometry(
        "units",
        MultiPolygon(pieces),
        boxes=tuple(one.name for one in boxed),
        official=not boxed and all(one.official for one in found),
    )


def _of_geometry(
    kind: str, geometry: MultiPolygon, boxes: tuple[str, ...] = (), *, official: bool = True
) -> MobileArea:
    return MobileArea(kind, _rounded(geometry.bounds), geometry, boxes, official)


def _rounded(edges: Sequence[float]) -> Bounds:
    west, south, east, north = (round(float(edge), 9) for edge in edges)
    return west, south, east, north
