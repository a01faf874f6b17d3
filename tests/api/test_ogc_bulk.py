"""Whole collections as files: the same features as the pages tell, read by GDAL."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyogrio
import pytest

from gis.features.collections import COLLECTIONS
from gis.register.scopes import SYSTEM
from tests.api.ogc_server import Served, kept, serving

FORMULA = '=HYPERLINK("http://127.0.0.1")'


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("bulk") / "home"
    with kept(home) as settings, serving(settings, "staff") as served:
        register = served.service.register
        (one,) = register.structures(SYSTEM, limit=1)
        with register.write(author="t", reason="t") as writer:
            writer.update_structures([replace(one, name=FORMULA)])
        yield served


def pages(served: Served, collection: str, **asked: Any) -> list[dict[str, Any]]:
    found = served.json(f"/ogc/collections/{collection}/items", limit=10_000, **asked)
    features: list[dict[str, Any]] = found["features"]
    return features


def file(served: Served, collection: str, wanted: str, **asked: Any) -> bytes:
    answer = served.get(f"/ogc/collections/{collection}/bulk", f=wanted, **asked)
    assert answer.status_code == 200, answer.text[:300]
    assert f"phusong-{collection}.{wanted}" in answer.headers["content-disposition"]
    content: bytes = answer.content
    return content


@pytest.mark.parametrize("collection", list(COLLECTIONS))
def test_every_collection_in_every_format(staff: Served, collection: str, tmp_path: Path) -> None:
    known = pages(staff, collection)
    lines = file(staff, collection, "geojsonseq").decode().split("\x1e")[1:]
    told = [json.loads(line) for line in lines]
    assert [one["id"] for one in told] == [one["id"] for one in known]
    assert [one["properties"] for one in told] == [one["properties"] for one in known]
    whole = json.loads(file(staff, collection, "geojson"))
    assert whole == {"type": "FeatureCollection", "features": told}
    rows = list(csv.DictReader(io.StringIO(file(staff, collection, "csv").decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == [one["id"] for one in known]
    for ending in ("gpkg", "fgb", "kml"):
        path = tmp_path / f"whole.{ending}"
        path.write_bytes(file(staff, collection, ending))
        read = pyogrio.read_dataframe(path)
        key, name = ("identifier", "Name") if ending == "kml" else ("id", "name")
        assert sorted(read[key]) == sorted(one["id"] for one in known)
        texts = "name" if "name" in known[0]["properties"] else "source"
        shown = name if texts == "name" else texts
        assert sorted(read[shown]) == sorted(one["properties"][texts] for one in known)
        if COLLECTIONS[collection].geometry is not None:
            assert read.crs.to_epsg() == 4326
            placed = sum(one["geometry"] is not None for one in known)
            assert read.geometry.notna().sum() == placed


def test_filtered_as_items_are(staff: Served) -> None:
    for asked in (
        {"bbox": "106.3,10.4,106.6,10.7"},
        {"filter": "kind = 'antenna_mast' AND height_m > 40"},
        {"owner_id": "mo-phong-a"},
        {"datetime": "2010-01-01"},
    ):
        lines = file(staff, "structures", "geojsonseq", **asked).decode().split("\x1e")[1:]
        found = [json.loads(line)["id"] for line in lines]
        assert found == [one["id"] for one in pages(staff, "structures", **asked)]
        assert found
    address = "/ogc/collections/structures/bulk"
    for wrong in ({"f": "shp"}, {"filter": "x ="}, {"bbox": "1"}, {"nothing": "1"}):
        assert staff.get(address, **wrong).status_code == 400


def test_what_a_spreadsheet_would_compute_is_text(staff: Served) -> None:
    rows = list(csv.DictReader(io.StringIO(file(staff, "structures", "csv").decode("utf-8-sig"))))
    assert f"'{FORMULA}" in {row["name"] for row in rows}
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())


def test_looks_are_kept(staff: Served) -> None:
    file(staff, "structures", "csv")
    with sqlite3.connect(staff.service.home.viewings) as database:
        (table,) = database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' LIMIT 1"
        ).fetchone()
        addresses = [str(row) for row in database.execute(f"SELECT * FROM {table}")]
    assert any("/ogc/collections/structures/bulk?f=csv" in row for row in addresses)
