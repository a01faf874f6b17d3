"""The communes of a study: which lie near, what kind of surroundings they are, what reaches them.

A commune whose outline is on record is judged by its area. One that is known only by a point is
judged at that point, and the table says so; no outline is ever constructed for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import geometry_mask, rasterize
from scipy.spatial import KDTree

from gis.administration import COMMUNES
from gis.geodesy import distance_km
from gis.raster import Grid
from gis.register.reading import Reader as RegisterReader
from gis.register.records import AdministrativeUnit, Boundary, UnitKind
from gis.rule_facts import area_class
from gis.rules import RulePack
from gis.studies.snapshots import (
    geometry_from_hex,
    geometry_hex,
    record_from_json,
    record_to_json,
)
from propagation.interference.bs412 import Area

__all__ = [
    "Commune",
    "Communes",
    "boundary_from_json",
    "communes_near",
    "coverage_table",
    "pixels_of",
    "points_of",
]

Floats = NDArray[np.float64]
Pixels = tuple[NDArray[np.intp], NDArray[np.intp]]

_NEAREST_COMMUNE_KM = 10.0
_NO_COMMUNE = -1
_KM_PER_DEGREE = 111.2


@dataclass(frozen=True, slots=True, eq=False)
class Commune:
    """A commune, the province it belongs to, and its outline where there is one."""

    unit: AdministrativeUnit
    province_code: str | None
    boundary: Boundary | None

    @property
    def located(self) -> bool:
        """Whether its point is on record."""
        return self.unit.longitude is not None and self.unit.latitude is not None

    def area(self, pack: RulePack) -> Area:
        """Return the surroundings that a rule pack gives this kind of commune."""
        return area_class(self.unit, self.province_code or "", pack)


@dataclass(frozen=True, slots=True, eq=False)
class Communes:
    """The communes near a place."""

    members: tuple[Commune, ...]

    def to_json(self) -> tuple[list[dict[str, Any]], dict[str, str]]:
        """Return the communes as JSON values, and their outlines by their hashes."""
        written, geometries = [], {}
        for commune in self.members:
            boundary = None
            if commune.boundary is not None:
                boundary = record_to_json(commune.boundary)
                geometries[boundary["geometry"]] = geometry_hex(commune.boundary.geometry)
            written.append(
                {
                    "unit": record_to_json(commune.unit),
                    "province_code": commune.province_code,
                    "boundary": boundary,
                }
            )
        return written, geometries

    @classmethod
    def from_json(
        cls, written: Sequence[Mapping[str, Any]], geometries: Mapping[str, str]
    ) -> "Communes":
        """Return the communes that `to_json` wrote."""
        return cls(
            tuple(
                Commune(
                    record_from_json(AdministrativeUnit, item["unit"]),
                    item["province_code"],
                    boundary_from_json(item["boundary"], geometries),
                )
                for item in written
            )
        )

    def on_grid(self, grid: Grid, pack: RulePack) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the surroundings of a grid's pixels, as `areas_at`, and their communes.

        Both have the shape of the grid; communes are as of `positions_on`.
        """
        order = list(Area)
        positions = self.positions_on(grid)
        classes = [order.index(commune.area(pack)) for commune in self.members]
        rural = order.index(Area.RURAL)
        return np.array([*classes, rural], dtype=np.int64)[positions], positions

    def positions_on(self, grid: Grid) -> NDArray[np.int64]:
        """Return the communes of a grid's pixels, as positions among the members.

        The commune in whose outline a pixel's centre lies; else the one whose point is nearest,
        within 10 km; -1 where there is none.
        """
        members = self.members
        positions = np.full(grid.shape, _NO_COMMUNE, dtype=np.int64)
        outlines = [
            (commune.boundary.geometry, k)
            for k, commune in enumerate(members)
            if commune.boundary is not None
        ]
        if outlines:
            rasterize(outlines, out=positions, transform=grid.transform)
        located = [k for k, commune in enumerate(members) if commune.located]
        unknown = positions == _NO_COMMUNE
        if located and unknown.any():
            longitude, latitude = (axis[unknown] for axis in grid.centres())
            nearest, near = _nearest([members[k] for k in located], longitude, latitude)
            positions[unknown] = np.where(near, np.array(located)[nearest], _NO_COMMUNE)
        return positions

    def areas_at(self, longitude: Floats, latitude: Floats, pack: RulePack) -> NDArray[np.int64]:
        """Return the surroundings of points as positions in `Area`.

        The commune whose outline holds a point decides; without outlines the nearest commune
        point within 10 km; else the place is rural.
        """
        order = list(Area)
        found = np.full(np.shape(longitude), order.index(Area.RURAL), dtype=np.int64)
        located = [commune for commune in self.members if commune.located]
        classes = np.array(
            [order.index(commune.area(pack)) for commune in located], dtype=np.int64
        )
        nearest, near = _nearest(located, longitude, latitude)
        found[near] = classes[nearest[near]] if located else found[near]
        for commune in self.members:
            if commune.boundary is not None:
                inside = shapely.contains_xy(commune.boundary.geometry, longitude, latitude)
                found[inside] = order.index(commune.area(pack))
        return found


def communes_near(
    register: RegisterReader, on: date, longitude: float, latitude: float, radius_km: float
) -> Communes:
    """Return the communes valid on a date whose point or box lies within a radius, by code."""
    units = {unit.code: unit for unit in register.units(on=on)}
    near = []
    for unit in units.values():
        if unit.kind in COMMUNES and _within(unit, longitude, latitude, radius_km):
            near.append(unit)
    near.sort(key=lambda unit: unit.code)
    codes = [unit.code for unit in near]
    outlines = {
        boundary.unit_code: boundary
        for boundary in (register.boundaries(codes=codes, on=on) if codes else ())
    }
    return Communes(
        tuple(Commune(unit, _province(unit, units), outlines.get(unit.code)) for unit in near)
    )


def coverage_table(
    communes: Communes, field: Floats, grid: Grid, at_points: Floats, levels: Sequence[float]
) -> list[dict[str, Any]]:
    """Return what reaches each commune.

    Parameters
    ----------
    communes : Communes
        The communes.
    field : ndarray, shape (height, width)
        The field on the grid, NaN where it is not known.
    grid : Grid
        The grid.
    at_points : ndarray, shape (k,)
        The field at the point of each commune, NaN where either is not known.
    levels : sequence of float
        Levels that count as covered.

    Returns
    -------
    list of dict
        For each commune with a known field: `method` is `area` (share of the outline's pixels
        that reach each level) or `point` (the field at the commune's one point, an
        approximation).
    """
    rows = []
    areas = grid.pixel_areas_km2()[:, 0]
    for commune, value in zip(communes.members, at_points, strict=True):
        inside = pixels_of(commune.boundary, grid)
        there = np.empty(0) if inside is None else field[inside]
        by_area = not np.isnan(there).all()
        if not by_area and np.isnan(value):
            continue
        weights = areas[inside[0]] if inside is not None and by_area else np.ones(1)
        reached = there if by_area else np.array([value])
        rows.append(
            {
                "code": commune.unit.code,
                "name": commune.unit.name,
                "kind": commune.unit.kind.value,
                "method": "area" if by_area else "point",
                "approximate": not by_area or not (commune.boundary and commune.boundary.official),
                "field_strength_dbuvm": None if np.isnan(value) else round(float(value), 2),
                "covered_share": {
                    f"{level:g}": _share(reached >= level, weights) for level in levels
                },
            }
        )
    return rows


def _share(reached: NDArray[np.bool_], weights: Floats) -> float:
    return round(float(weights[reached].sum() / weights.sum()), 4)


def boundary_from_json(
    written: Mapping[str, Any] | None, geometries: Mapping[str, str]
) -> Boundary | None:
    """Return the boundary that was written with the hash of its outline."""
    if written is None:
        return None
    outline = geometry_from_hex(geometries[written["geometry"]])
    return record_from_json(Boundary, {**written, "geometry": outline})


def points_of(communes: Communes) -> tuple[Floats, Floats]:
    """Return longitude and latitude of each commune's point, NaN where it has none."""
    longitude = [commune.unit.longitude for commune in communes.members]
    latitude = [commune.unit.latitude for commune in communes.members]
    return np.array(longitude, dtype=np.float64), np.array(latitude, dtype=np.float64)


def _within(unit: AdministrativeUnit, longitude: float, latitude: float, radius_km: float) -> bool:
    if unit.longitude is None or unit.latitude is None:
        return False
    return bool(distance_km(longitude, latitude, unit.longitude, unit.latitude) <= radius_km)


def _province(unit: AdministrativeUnit, units: Mapping[str, AdministrativeUnit]) -> str | None:
    """Climb to the province; a circle in the records ends the climb."""
    seen = {unit.code}
    code = unit.parent_code
    while code is not None and code not in seen:
        seen.add(code)
        parent = units.get(code)
        if parent is None or parent.kind in (UnitKind.PROVINCE, UnitKind.CITY_PROVINCE):
            return code
        code = parent.parent_code
    return None


def _nearest(
    located: Sequence[Commune], longitude: Floats, latitude: Floats
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the nearest commune of each point, and whether it is near enough to count."""
    shape = np.shape(longitude)
    if not located:
        return np.zeros(shape, dtype=np.intp), np.zeros(shape, dtype=np.bool_)
    east = np.array([commune.unit.longitude for commune in located], dtype=np.float64)
    north = np.array([commune.unit.latitude for commune in located], dtype=np.float64)
    shrink = float(np.cos(np.radians(north.mean())))
    tree = KDTree(np.stack([east * shrink, north], axis=-1))
    where = np.stack([np.asarray(longitude) * shrink, np.asarray(latitude)], axis=-1)
    away, index = tree.query(where)
    return np.asarray(index, dtype=np.intp), np.asarray(
        away * _KM_PER_DEGREE <= _NEAREST_COMMUNE_KM
    )


def pixels_of(boundary: Boundary | None, grid: Grid) -> Pixels | None:
    """Return rows and columns of the pixels whose centre lies inside an outline, None without."""
    if boundary is None:
        return None
    west, south, east, north = boundary.geometry.bounds
    top = max(0, int((grid.north_deg - north) / grid.pixel_height_deg) - 1)
    bottom = min(grid.height, int((grid.north_deg - south) / grid.pixel_height_deg) + 2)
    left = max(0, int((west - grid.west_deg) / grid.pixel_width_deg) - 1)
    right = min(grid.width, int((east - grid.west_deg) / grid.pixel_width_deg) + 2)
    if bottom <= top or right <= left:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    inside = geometry_mask(
        [boundary.geometry],
        out_shape=(bottom - top, right - left),
        transform=grid.transform @ Affine.translation(left, top),
        invert=True,
    )
    rows, columns = np.nonzero(inside)
    return rows + top, columns + left
