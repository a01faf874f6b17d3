"""A case of interference as layers of a GeoPackage: victim, bearings, levels, candidates, ellipse.

The file carries no time of its own, so the same case gives the same bytes.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis.geodesy import destination
from gis.studies.record import Study

__all__ = ["write_layers"]

_RAY_KM: Final = 50.0
_CHANGED: Final = "2000-01-01T00:00:00.000Z"

_Row = tuple[BaseGeometry, Mapping[str, Any]]


def write_layers(path: Path, facts: Mapping[str, Any], study: Study | None) -> bool:
    """Write what is known of a case, and say whether anything was.

    Parameters
    ----------
    path : Path
        The file wanted.
    facts : mapping
        The facts of the case.
    study : Study, optional
        The search that was attached.

    Returns
    -------
    bool
        False where neither a place is stated nor a search attached: no file then.
    """
    layers: dict[str, list[_Row]] = {"dai_bi_nhieu": list(_victim(facts))}
    if study is not None:
        observed, results = study.inputs["observed"], study.results
        layers |= {
            "huong_song": [_bearing(one) for one in observed["bearings"]],
            "muc_truong": [_point(one) for one in observed["levels"]],
            "ung_vien": list(_candidates(results["candidates"])),
            "elip_95": list(_ellipse(results["fix"])),
        }
    written = {name: rows for name, rows in layers.items() if rows}
    for name, rows in written.items():
        _write(path, name, rows)
    if written:
        _without_time(path)
    return bool(written)


def _victim(facts: Mapping[str, Any]) -> Iterator[_Row]:
    if "longitude" in facts and "latitude" in facts:
        names = ("complainant", "victim_station", "service", "frequency_mhz", "bandwidth_khz")
        told = {name: facts[name] for name in names if name in facts}
        yield shapely.Point(facts["longitude"], facts["latitude"]), told


def _bearing(row: Mapping[str, Any]) -> _Row:
    """Return a bearing as the line along which it points."""
    at = (row["longitude"], row["latitude"])
    end = destination(*at, row["bearing_deg"], _RAY_KM)
    line = shapely.LineString([at, tuple(float(one.ravel()[0]) for one in end)])
    return line, {name: row[name] for name in ("station", "bearing_deg", "error_deg", "at")}


def _point(row: Mapping[str, Any]) -> _Row:
    told = {name: row[name] for name in ("name", "kind", "value_dbuvm", "uncertainty_db")}
    return shapely.Point(row["longitude"], row["latitude"]), told


def _candidates(rows: Sequence[Mapping[str, Any]]) -> Iterator[_Row]:
    for rank, row in enumerate(rows, start=1):
        told = {name: row[name] for name in ("key", "mechanism", "name", "probability")}
        yield shapely.Point(row["longitude"], row["latitude"]), {"rank": rank, **told}


def _ellipse(fixed: Mapping[str, Any] | None) -> Iterator[_Row]:
    if fixed is not None and fixed["reason"] is None:
        names = ("semi_major_km", "semi_minor_km", "orientation_deg")
        told = {"percent": 95, **{name: fixed[name] for name in names}}
        told["crosses_as_read"] = str(fixed.get("crosses_as_read", "")).lower()
        yield shapely.Polygon(fixed["ellipse"]), told


def _write(path: Path, name: str, rows: Sequence[_Row]) -> None:
    fields = list(rows[0][1])
    data: list[NDArray[Any]] = [
        np.array([row[1][one] for row in rows], dtype=_kind(rows, one)) for one in fields
    ]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([row[0] for row in rows], dtype=object)),
        field_data=data,
        fields=fields,
        layer=name,
        driver="GPKG",
        geometry_type=rows[0][0].geom_type,
        crs="EPSG:4326",
        append=path.exists(),
    )


def _kind(rows: Sequence[_Row], field: str) -> type:
    values = [row[1][field] for row in rows]
    numbers = all(isinstance(one, int | float) for one in values)
    return (int if all(isinstance(one, int) for one in values) else float) if numbers else object


def _without_time(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE gpkg_contents SET last_change = ?", [_CHANGED])
        connection.execute("VACUUM")
