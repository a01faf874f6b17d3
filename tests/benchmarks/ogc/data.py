"""Made structures for measuring the OGC API, in a register and as others keep the same rows."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg
import pyogrio
import shapely
from sqlalchemy import URL

from gis.features.collections import COLLECTIONS
from gis.features.reading import Asked, FeatureReader
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.scopes import PUBLIC
from gis.register.store import Register
from gis.register.structures import Lifecycle, Structure, StructureKind
from propagation.compliance.records import Confidence

__all__ = ["AREA", "fill", "write_geopackage", "write_table"]

AREA: Final = (105.9, 10.0, 107.0, 11.1)
"""West, south, east, north of what is made, in degrees."""

TABLE: Final = "structures"
_KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="dữ liệu mô phỏng")
_OWNERS: Final = ("hoa", "sao", "song", "dong")
_KINDS: Final = (
    StructureKind.ANTENNA_MAST,
    StructureKind.CABLE_POLE,
    StructureKind.MANHOLE,
    StructureKind.CABINET,
)
_COMMUNES: Final = ("Xã Bình Hoà", "Xã Bến Lức", "Phường Tân An", "Xã Thạnh Hoá", "Xã Đức Huệ")


def fill(register: Register, count: int, *, hidden: float = 0.1) -> None:
    """Fill an empty register with structures, of which a part is confidential."""
    random = np.random.default_rng(1)
    places = random.uniform(AREA[:2], AREA[2:], (count, 2)).round(6)
    drawn = random.integers(0, 1_000, (count, 4))
    heights = random.uniform(6.0, 110.0, count).round(1)
    secret = random.random(count) < hidden
    structures = (
        Structure(
            id=f"s{k:06}",
            code=f"T{k}",
            name=f"Cột Tân An {k}",
            kind=_KINDS[drawn[k, 0] % len(_KINDS)],
            owner_id=_OWNERS[drawn[k, 1] % len(_OWNERS)],
            longitude=float(places[k, 0]),
            latitude=float(places[k, 1]),
            height_m=float(heights[k]),
            ground_height_m=float(drawn[k, 2] % 7),
            commune_name=_COMMUNES[drawn[k, 3] % len(_COMMUNES)],
            address=f"Ấp {drawn[k, 3] % 40}, đường số {drawn[k, 2]}",
            shareable=bool(drawn[k, 3] % 2),
            confidential=bool(secret[k]),
            state=Lifecycle.IN_USE,
            provenance=_KNOWN,
        )
        for k in range(count)
    )
    with register.write(author="bench", reason="made structures") as writer:
        writer.add_organisations(
            Organisation(id=name, name=name, kind=OrganisationKind.OPERATOR, provenance=_KNOWN)
            for name in _OWNERS
        )
        writer.add_structures(list(structures))


def _public(register: Register) -> tuple[list[str], list[list[Any]], list[tuple[float, float]]]:
    """Return names, values and places of what everyone sees, as the API tells it."""
    collection = COLLECTIONS[TABLE]
    names = ["id", *(one.name for one in collection.properties)]
    rows: list[list[Any]] = []
    places: list[tuple[float, float]] = []
    for one in FeatureReader(register, PUBLIC).each(collection, Asked()):
        assert isinstance(one.geometry, tuple)
        said = {"id": one.id, **one.properties}
        rows.append([_plain(said[name]) for name in names])
        places.append(one.geometry)
    return names, rows, places


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def write_geopackage(register: Register, path: Path) -> None:
    """Write what everyone sees into a GeoPackage of one table, its ids indexed."""
    names, rows, places = _public(register)
    columns = [np.array(values, dtype=_dtype(values)) for values in zip(*rows, strict=True)]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.points(np.array(places))),
        columns,
        names,
        layer=TABLE,
        driver="GPKG",
        geometry_type="Point",
        crs="EPSG:4326",
    )
    with closing(sqlite3.connect(path)) as file:
        file.execute(f"CREATE UNIQUE INDEX by_id ON {TABLE} (id)")
        file.execute(f"CREATE INDEX by_kind ON {TABLE} (kind)")
        file.execute("ANALYZE")
        file.commit()


def _dtype(values: Iterable[Any]) -> Any:
    kinds = {type(value) for value in values if value is not None}
    return np.float64 if kinds == {float} else np.int64 if kinds == {int} else object


def write_table(register: Register, url: URL) -> None:
    """Write what everyone sees into a table of a PostGIS database, with its indices."""
    names, rows, places = _public(register)
    kinds = {float: "double precision", int: "integer"}
    columns = [_kind(values, kinds) for values in zip(*rows, strict=True)]
    said = ", ".join(f'"{name}" {kind}' for name, kind in zip(names, columns, strict=True))
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        connection.execute(f"CREATE TABLE {TABLE} ({said}, geom geometry(Point, 4326))")  # type: ignore[arg-type]
        with connection.cursor() as cursor, cursor.copy(f"COPY {TABLE} FROM STDIN") as copy:  # type: ignore[arg-type]
            for row, (lon, lat) in zip(rows, places, strict=True):
                copy.write_row([*row, f"SRID=4326;POINT({lon!r} {lat!r})"])
        for statement in (
            f"ALTER TABLE {TABLE} ADD PRIMARY KEY (id)",
            f"CREATE INDEX ON {TABLE} USING gist (geom)",
            f"CREATE INDEX ON {TABLE} (kind)",
            f"ANALYZE {TABLE}",
        ):
            connection.execute(statement)  # type: ignore[arg-type]


def _kind(values: Iterable[Any], kinds: dict[type, str]) -> str:
    found = {type(value) for value in values if value is not None}
    return kinds[found.pop()] if len(found) == 1 and found <= set(kinds) else "text"
