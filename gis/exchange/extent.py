"""Where positions can be: the province with a margin, its communes, the country."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.exchange.fields import tables
from gis.exchange.report import ImportKind
from gis.jurisdictions import Jurisdiction
from gis.names import commune_key
from gis.register.reading import Reader
from gis.register.records import UnitKind

__all__ = ["Communes", "Extent", "extent_of"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_KM_PER_DEGREE = 111.0
_COMMUNES = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP)
_COMMUNE_MARGIN_DEG = 0.01
_OF_SITES = (ImportKind.STRUCTURES, ImportKind.ROUTES, ImportKind.WORKS, ImportKind.POINTS)


@dataclass(frozen=True, slots=True)
class Extent:
    """An area in which positions are taken.

    Attributes
    ----------
    name : str
        Of the province; empty for the country.
    margin_km : float
        Around it.
    area : geometry
        With its margin, WGS 84 degrees.
    """

    name: str
    margin_km: float
    area: BaseGeometry

    def holds(self, longitude: Floats, latitude: Floats) -> Flags:
        """Return which points lie in it."""
        inside = shapely.contains_xy(self.area, longitude, latitude)
        return np.asarray(inside, dtype=np.bool_)


def extent_of(register: Reader, kind: ImportKind, jurisdiction: Jurisdiction | None) -> Extent:
    """Return where rows of a kind can lie.

    Structures, lines and registration points lie in the province of the jurisdiction or just
    beyond its (perhaps approximate) outline, stations within reach of it, plan entries anywhere in
    the country.
    Without a jurisdiction it is the country.
    """
    extent = tables()["extent"]
    country = shapely.box(*extent["national"])
    of_sites = kind in _OF_SITES
    if jurisdiction is None or not (kind.placed or of_sites):
        return Extent("", 0.0, country)
    margin_km = float(extent["structures_km" if of_sites else "stations_km"])
    code, on = jurisdiction.province_code, jurisdiction.on
    outlines = register.boundaries(codes=[code], on=on)
    if outlines:
        margin_km += max(outline.position_uncertainty_m for outline in outlines) / 1000
        shape = shapely.union_all([outline.geometry for outline in outlines])
    else:
        bounds = [u.bounds for u in register.units(on=on) if u.code == code and u.bounds]
        if not bounds:
            return Extent("", 0.0, country)
        shape = shapely.box(*bounds[0])
    name = jurisdiction.name()
    return Extent(name, margin_km, shape.buffer(margin_km / _KM_PER_DEGREE, quad_segs=8))


class Communes:
    """The communes that the register knows, by name.

    Parameters
    ----------
    register : Reader
        The register.
    on : date or None
        The day on which they exist; without it all of them.
    """

    def __init__(self, register: Reader, on: date | None) -> None:
        units = register.units(on=on, kinds=_COMMUNES)
        outlines: dict[str, list[BaseGeometry]] = {}
        for outline in register.boundaries(codes=[unit.code for unit in units], on=on):
            margin = outline.position_uncertainty_m / 1000 / _KM_PER_DEGREE
            outlines.setdefault(outline.unit_code, []).append(outline.geometry.buffer(margin))
        self._areas: dict[str, BaseGeometry] = {}
        for unit in units:
            areas = outlines.get(unit.code, [])
            if not areas and unit.bounds is not None:
                areas = [shapely.box(*unit.bounds).buffer(_COMMUNE_MARGIN_DEG)]
            key = commune_key(unit.name)
            if areas:
                known = [self._areas[key]] if key in self._areas else []
                self._areas[key] = shapely.union_all([*known, *areas])

    def known(self, names: Sequence[str | None]) -> Flags:
        """Return which names are of a commune with an area."""
        return np.array([n is not None and commune_key(n) in self._areas for n in names], bool)

    def hold(self, names: Sequence[str | None], longitude: Floats, latitude: Floats) -> Flags:
        """Return which points lie in the commune named beside them; False where none is known."""
        keys = np.array([commune_key(name) if name else "" for name in names])
        inside = np.zeros(len(keys), dtype=np.bool_)
        for key in np.unique(keys):
            area = self._areas.get(str(key))
            if area is not None:
                those = keys == key
                inside[those] = shapely.contains_xy(area, longitude[those], latitude[those])
        return inside
