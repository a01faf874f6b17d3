"""Build data/tables/border_points.csv: points of the land border of Tây Ninh and Long An.

The border is what remains of the outlines of the two provinces (before 2025-07-01) where no other
Vietnamese province lies within a kilometre: all their Vietnamese neighbours are in the file, and
neither has a coast. So the points are as uncertain as those outlines. The same input gives the
same bytes.
"""

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
from shapely.ops import linemerge

import data

PROVINCES = ("72", "80")
EPSG = 32648
APART_M = 1000.0
SPACING_M = 1000.0


def main(folder: Path) -> None:
    """Write the table into a folder."""
    outlines = gpd.read_file(data.path("admin/provinces.geojson"), engine="pyogrio")
    old = outlines[outlines["valid_to"].notna()].to_crs(EPSG).set_index("code")
    rows = []
    for code in PROVINCES:
        others = old.drop(index=code).geometry.union_all().buffer(APART_M)
        free = old.geometry[code].boundary.difference(others)
        merged = linemerge(free) if free.geom_type == "MultiLineString" else free
        parts = list(getattr(merged, "geoms", [merged]))
        longest = max(parts, key=lambda part: part.length)
        steps = np.arange(0, longest.length, SPACING_M)
        found = gpd.GeoSeries([longest.interpolate(step) for step in steps], crs=EPSG)
        rows += [(point.x, point.y) for point in found.to_crs(4326)]
    text = "longitude,latitude\n" + "".join(f"{x:.4f},{y:.4f}\n" for x, y in rows)
    (folder / "border_points.csv").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
