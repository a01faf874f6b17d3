"""A province's outline seen from a station: where a ray leaves it, how far points are from it."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gis.register.records import Boundary
from propagation.compliance.facts import BoundaryFacts

__all__ = ["Outline"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """An outline on an azimuthal equidistant map around a point.

    On this map every ray from the point is a geodesic with true lengths. Distances between other
    points and the outline are true to about 0.1 % within 150 km.

    Attributes
    ----------
    boundary : Boundary
        The outline as recorded.
    name : str
        Name of the unit.
    line : shapely geometry
        The outline on the map, metres.
    area : shapely geometry
        The unit on the map, metres.
    transformer : Transformer
        From degrees to the map.
    """

    boundary: Boundary
    name: str
    line: shapely.Geometry
    area: shapely.Geometry
    transformer: Transformer

    @classmethod
    def around(cls, boundary: Boundary, name: str, longitude: float, latitude: float) -> "Outline":
        """Return an outline on the map around a point."""
        transformer = Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
            f" +step +proj=aeqd +lat_0={latitude!r} +lon_0={longitude!r} +ellps=WGS84"
        )
        area = shapely.transform(
            boundary.geometry, lambda xy: np.column_stack(transformer.transform(*xy.T))
        )
        shapely.prepare(area)
        line = shapely.boundary(area)
        shapely.prepare(line)
        return cls(boundary, name, line, area, transformer)

    def crossings_km(self, azimuths_deg: Floats, radius_km: float) -> Floats:
        """Return where each ray from the point first meets the outline, NaN where it does not."""
        reach_m = radius_km * 1e3
        angle = np.radians(azimuths_deg)
        ends = np.column_stack([np.sin(angle), np.cos(angle)]) * reach_m
        rays = shapely.linestrings(np.stack([np.zeros_like(ends), ends], axis=1))
        met = shapely.intersection(rays, self.line)
        away = shapely.distance(met, shapely.Point(0.0, 0.0))
        return np.where(shapely.is_empty(met), np.nan, away) / 1e3

    def nearest(self) -> tuple[float, float]:
        """Return azimuth (degrees) and distance (km) of the outline's point nearest the centre."""
        line = shapely.shortest_line(self.line, shapely.Point(0.0, 0.0))
        east, north = shapely.get_coordinates(line)[0]
        return float(np.degrees(np.arctan2(east, north)) % 360.0), float(
            np.hypot(east, north) / 1e3
        )

    def facts(self, longitude: Floats, latitude: Floats) -> list[BoundaryFacts]:
        """Return where each point lies in relation to the outline."""
        x, y = self.transformer.transform(longitude, latitude)
        points = shapely.points(x, y)
        inside = shapely.covers(self.area, points)
        away = shapely.distance(self.line, points)
        return [
            BoundaryFacts(
                unit_code=self.boundary.unit_code,
                unit_name=self.name,
                inside=bool(is_inside),
                distance_to_boundary_m=round(float(distance_m), 1),
                position_uncertainty_m=self.boundary.position_uncertainty_m,
                official=self.boundary.official,
                valid_from=self.boundary.valid_from,
                valid_to=self.boundary.valid_to,
            )
            for is_inside, distance_m in zip(inside, away, strict=True)
        ]
