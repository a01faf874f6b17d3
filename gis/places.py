"""Where a point lies: in which commune, and how far from the outline of a unit.

With an outline the answer is geometry, as sure as the outline. A commune known only by a point and
bounds is at best a candidate: its bounds are those of the communes it was made of, and may miss
some of it, so nothing is ever certain on them, and no outline is made up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import shapely
from pyproj import Transformer
from shapely import LineString, MultiPolygon
from shapely.geometry.base import BaseGeometry

from gis.administration import COMMUNES
from gis.errors import NotFoundError
from gis.geodesy import GEOD
from gis.register.filters import valid_on
from gis.register.reading import Reader
from gis.register.records import AdministrativeUnit, Boundary
from propagation.compliance.facts import BoundaryFacts

__all__ = [
    "BOUNDS_TOLERANCE_M",
    "CommuneFinder",
    "CommuneGuess",
    "boundary_facts",
    "commune_at",
    "inside_and_distance",
    "length_m",
]

BOUNDS_TOLERANCE_M = 2000.0
"""How far outside its bounds a commune is still a candidate; data/README.md says why."""

_METRES_PER_DEGREE = 111_320.0
_LEAST_PIECE_M = 1.0
_PIECE_DEG = 0.02  # sides are straight in degrees: pieces of 2 km bow by 2 cm on the map


@dataclass(frozen=True, slots=True, kw_only=True)
class CommuneGuess:
    """Which commune a point may lie in.

    Attributes
    ----------
    candidates : tuple of AdministrativeUnit
        The likeliest first; empty where none is known near.
    certain : bool
        Whether there is one candidate, by an official outline, farther from its edge than that
        may be wrong.
    approximate : bool
        Whether any candidate is known by a point and bounds only, or by an outline that is not
        official.
    held : bool
        Whether an official outline holds the first candidate.
    """

    candidates: tuple[AdministrativeUnit, ...]
    certain: bool
    approximate: bool
    held: bool


def commune_at(reader: Reader, longitude: float, latitude: float, on: date) -> CommuneGuess:
    """Return which commune holds a point on a day, as far as that can be said.

    Parameters
    ----------
    reader : Reader
        The register.
    longitude, latitude : float
        WGS 84 degrees.
    on : date
        The day.
    """
    return CommuneFinder(reader, on).at(longitude, latitude)


class CommuneFinder:
    """Which commune holds a point on a day, for many points: units and outlines are read once.

    Parameters
    ----------
    reader : Reader
        The register.
    on : date
        The day.
    before : date, optional
        An earlier day: of several likely communes those come first of which one was made of the
        other.
    every : sequence of AdministrativeUnit, optional
        The units of the register, of any day, from whoever has read them.
    """

    def __init__(
        self,
        reader: Reader,
        on: date,
        before: date | None = None,
        *,
        every: Sequence[AdministrativeUnit] | None = None,
    ) -> None:
        if every is None:
            every = reader.units(on=on if before is None else None, kinds=COMMUNES)
        self._former = None if before is None else CommuneFinder(reader, before, every=every)
        units = {
            unit.code: unit
            for unit in every
            if unit.kind in COMMUNES and valid_on(unit.valid_from, unit.valid_to, on)
        }
        self._units = units
        self._outlines = [b for b in reader.boundaries(codes=units, on=on) if b.unit_code in units]
        self._tree = shapely.STRtree([outline.geometry for outline in self._outlines])
        drawn = {outline.unit_code for outline in self._outlines}
        self._pointed = [
            unit for unit in units.values() if unit.code not in drawn and unit.bounds is not None
        ]
        self._boxes = np.array([unit.bounds for unit in self._pointed], dtype=np.float64)

    @property
    def communes(self) -> tuple[AdministrativeUnit, ...]:
        """The communes of the day."""
        return tuple(self._units.values())

    def likeliest(
        self, points: Sequence[tuple[float, float]]
    ) -> list[tuple[AdministrativeUnit | None, bool]]:
        """Return the first candidate of each point; whether one official outline holds it.

        Where one holds a point no distance is needed, so that many points cost little.

        Parameters
        ----------
        points : sequence of pairs
            Longitude and latitude, WGS 84 degrees.
        """
        places = shapely.points(np.asarray(points, dtype=np.float64).reshape(-1, 2))
        which, held = self._tree.query(places, predicate="covered_by")
        outlines: dict[int, list[int]] = {}
        for point, outline in zip(which.tolist(), held.tolist(), strict=True):
            outlines.setdefault(point, []).append(outline)
        return [self._one_of(outlines.get(n, []), *point) for n, point in enumerate(points)]

    def _one_of(
        self, held: Sequence[int], longitude: float, latitude: float
    ) -> tuple[AdministrativeUnit | None, bool]:
        if len(held) == 1 and (outline := self._outlines[held[0]]).official:
            return self._units[outline.unit_code], True
        candidates = self.agreed(longitude, latitude)[0].candidates
        return (candidates[0] if candidates else None), False

    def agreed(
        self, longitude: float, latitude: float
    ) -> tuple[CommuneGuess, CommuneGuess | None]:
        """Return which commune holds a point, and which held it on the earlier day, if any."""
        now = self.at(longitude, latitude)
        if self._former is None:
            return now, None
        then = self._former.at(longitude, latitude)
        return (now, then) if now.held or then.held else _agreeing(now, then)

    def shares(self, line: LineString) -> list[tuple[AdministrativeUnit | None, float, bool]]:
        """Return which communes a line runs through, and with what share of its length.

        It is cut at the outlines; what lies in none belongs to the likeliest commune of its
        middle. A piece on the edge of two belongs to one of them.

        Parameters
        ----------
        line : LineString
            WGS 84 degrees.

        Returns
        -------
        list of (AdministrativeUnit or None, float, bool)
            The shares sum to 1; the last says whether an official outline was cut at.
        """
        whole_m = length_m(line)
        rest: BaseGeometry = line
        found: dict[str, tuple[AdministrativeUnit | None, float, bool]] = {}
        for place in sorted(self._tree.query(line, predicate="intersects")):
            outline = self._outlines[int(place)]
            piece_m = length_m(shapely.intersection(rest, outline.geometry))
            rest = shapely.difference(rest, outline.geometry)
            if whole_m > 0 and piece_m > _LEAST_PIECE_M:
                unit = self._units[outline.unit_code]
                before = found.get(unit.code, (unit, 0.0, True))
                share = before[1] + piece_m / whole_m
                found[unit.code] = unit, share, before[2] and outline.official
        left = 1.0 - sum(share for _, share, _ in found.values())
        if not found or left * whole_m > _LEAST_PIECE_M:
            middle = (line if rest.is_empty else rest).interpolate(0.5, normalized=True)
            [(likeliest, _)] = self.likeliest([(float(middle.x), float(middle.y))])
            code = "" if likeliest is None else likeliest.code
            before = found.get(code, (likeliest, 0.0, False))
            found[code] = likeliest, before[1] + left, False
            return list(found.values())
        return [(unit, share / (1.0 - left), sure) for unit, share, sure in found.values()]

    def at(self, longitude: float, latitude: float) -> CommuneGuess:
        """Return which commune holds a point, as far as that can be said."""
        near = _by_outline(self._outlines, longitude, latitude)
        if len(near) == 1:
            found, distance_m, inside = near[0]
            if inside and found.official and distance_m > found.position_uncertainty_m:
                only = (self._units[found.unit_code],)
                return CommuneGuess(candidates=only, certain=True, approximate=False, held=True)
        pointed = _by_bounds(self._near(longitude, latitude), longitude, latitude)
        candidates = (*(self._units[outline.unit_code] for outline, _, _ in near), *pointed)
        return CommuneGuess(
            candidates=candidates,
            certain=False,
            approximate=bool(pointed) or any(not outline.official for outline, _, _ in near),
            held=bool(near) and near[0][2] and near[0][0].official,
        )

    def _near(self, longitude: float, latitude: float) -> list[AdministrativeUnit]:
        """Return the communes of which the bounds hold a point or nearly do."""
        if not self._pointed:
            return []
        dx, dy = _reach_deg(latitude, BOUNDS_TOLERANCE_M)
        west, south, east, north = self._boxes.T
        held = (west - dx <= longitude) & (longitude <= east + dx)
        held &= (south - dy <= latitude) & (latitude <= north + dy)
        return [self._pointed[place] for place in np.flatnonzero(held)]


def length_m(geometry: BaseGeometry) -> float:
    """Return the length of lines on the ellipsoid of WGS 84; 0 of what is none."""
    lines = [one for one in shapely.get_parts(geometry) if one.geom_type == "LineString"]
    parts = (np.asarray(one.coords, dtype=np.float64)[:, :2].T for one in lines)
    return sum(float(GEOD.line_length(*part)) for part in parts)


def boundary_facts(
    reader: Reader, unit_code: str, longitude: float, latitude: float, on: date
) -> BoundaryFacts:
    """Return how far a point lies from the outline of a unit that is valid on a day.

    Parameters
    ----------
    reader : Reader
        The register.
    unit_code : str
        Code of the unit, a province for example.
    longitude, latitude : float
        WGS 84 degrees.
    on : date
        The day; the outline valid then is taken, and its uncertainty goes with the distance.

    Raises
    ------
    NotFoundError
        If there is no such unit or no outline of it on that day.
    """
    unit = reader.unit(unit_code, on)
    found = reader.boundaries(codes=[unit_code], on=on)
    if not found:
        raise NotFoundError("register.province_outline_missing", code=unit_code, on=on)
    outline = min(found, key=lambda item: (not item.official, item.position_uncertainty_m))
    inside, distance_m = inside_and_distance(outline.geometry, longitude, latitude)
    return BoundaryFacts(
        unit_code=unit_code,
        unit_name=unit.name,
        inside=inside,
        distance_to_boundary_m=distance_m,
        position_uncertainty_m=outline.position_uncertainty_m,
        official=outline.official,
        valid_from=outline.valid_from,
        valid_to=outline.valid_to,
    )


def _by_outline(
    outlines: Iterable[Boundary], longitude: float, latitude: float
) -> list[tuple[Boundary, float, bool]]:
    """Return the outlines that hold a point, or may: those that hold it first, by distance."""
    found = []
    for outline in outlines:
        box = shapely.bounds(outline.geometry)
        reach = outline.position_uncertainty_m
        if not _within((box[0], box[1], box[2], box[3]), longitude, latitude, reach):
            continue
        inside, distance_m = inside_and_distance(outline.geometry, longitude, latitude)
        if inside or distance_m <= reach:
            found.append((outline, distance_m, inside))
    return sorted(found, key=lambda item: (not item[2], item[1], item[0].unit_code))


def _by_bounds(
    units: Iterable[AdministrativeUnit], longitude: float, latitude: float
) -> tuple[AdministrativeUnit, ...]:
    """Return communes by the distance of their points."""
    scale = np.cos(np.radians(latitude))
    found = []
    for unit in units:
        away = np.inf
        if unit.longitude is not None and unit.latitude is not None:
            away = float(np.hypot((unit.longitude - longitude) * scale, unit.latitude - latitude))
        found.append((away, unit.code, unit))
    return tuple(unit for _, _, unit in sorted(found, key=lambda item: item[:2]))


def _agreeing(today: CommuneGuess, then: CommuneGuess) -> tuple[CommuneGuess, CommuneGuess]:
    """Put first the nearest pair of a commune and one that it was made of."""
    pairs = [
        (new + old, new, old)
        for new, commune in enumerate(today.candidates)
        for old, former in enumerate(then.candidates)
        if former.code in commune.merged_from or former.code == commune.code
    ]
    if not pairs:
        return today, then
    _, new, old = min(pairs)
    return _first(today, new), _first(then, old)


def _first(guess: CommuneGuess, place: int) -> CommuneGuess:
    found = guess.candidates
    ordered = (found[place], *found[:place], *found[place + 1 :])
    return replace(guess, candidates=ordered)


def _within(
    bounds: tuple[float, float, float, float], longitude: float, latitude: float, reach_m: float
) -> bool:
    dx, dy = _reach_deg(latitude, reach_m)
    west, south, east, north = bounds
    return west - dx <= longitude <= east + dx and south - dy <= latitude <= north + dy


def _reach_deg(latitude: float, reach_m: float) -> tuple[float, float]:
    """Return a distance in degrees of longitude and of latitude."""
    dy = reach_m / _METRES_PER_DEGREE
    return dy / max(float(np.cos(np.radians(latitude))), 1e-6), dy


def inside_and_distance(
    outline: MultiPolygon, longitude: float, latitude: float
) -> tuple[bool, float]:
    """Return whether an outline holds a point, and the metres from the point to its line.

    Distances are taken on an azimuthal equidistant map around the point, where those from the
    point are true.

    Parameters
    ----------
    outline : MultiPolygon
        Outline, WGS 84 degrees.
    longitude, latitude : float
        The point.
    """
    point = shapely.Point(longitude, latitude)
    flatten = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=aeqd +lat_0={latitude!r} +lon_0={longitude!r} +ellps=WGS84"
    )
    line = shapely.transform(
        shapely.segmentize(shapely.boundary(outline), _PIECE_DEG),
        lambda xy: np.column_stack(flatten.transform(*xy.T)),
    )
    return bool(outline.covers(point)), float(shapely.distance(line, shapely.Point(0, 0)))
