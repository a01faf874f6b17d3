"""GDAL reads the register's file, and the file keeps the GeoPackage standard."""

import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import geopandas
import pyogrio
import pytest
from shapely import MultiPolygon, Point, box, from_wkb

from gis.errors import ConflictError, FormatError
from gis.register import blobs, geopackage
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    ImportBatch,
    Organisation,
    OrganisationKind,
    PlanEntry,
    Provenance,
)
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Installation, Structure, StructureKind
from propagation.compliance.records import Confidence

pytestmark = pytest.mark.geopackage

NAME = "Cột phát sóng Bến Lức, đường Nguyễn Hữu Thọ – ấp Rạch Đào"
KNOWN = Provenance(confidence=Confidence.VERIFIED, source="biên bản số 7", batch_id="b")


@pytest.fixture
def filled(
    register: Register,
    make_station: Callable[..., BroadcastStation],
    make_plan_entry: Callable[..., PlanEntry],
    make_unit: Callable[..., AdministrativeUnit],
    make_boundary: Callable[..., Boundary],
) -> Register:
    batch = ImportBatch(
        id="b",
        file_name="trạm.xlsx",
        sha256="0" * 64,
        format="xlsx",
        kind="structures",
        coordinate_system="EPSG:4326",
        imported_at=datetime(2023, 7, 1, 5, 6, 7, 89000, tzinfo=UTC),
        imported_by="lan",
        accepted=1,
        refused=0,
    )
    structure = Structure(
        id="s",
        code="LA-1",
        name=NAME,
        kind=StructureKind.ANTENNA_MAST,
        owner_id="vt",
        longitude=106.41234567890123,
        latitude=10.6,
        height_m=42.125,
        shareable=True,
        valid_from=date(2020, 2, 29),
        provenance=KNOWN,
    )
    installation = Installation(
        id="i", structure_id="s", organisation_id="vt", technology="LTE", provenance=KNOWN
    )
    owner = Organisation(
        id="vt", name="Viễn thông", kind=OrganisationKind.OPERATOR, provenance=KNOWN
    )
    with register.write(author="lan", reason="import") as w:
        w.add_import_batch(batch)
        w.add_organisations([owner])
        w.add_structures([structure])
        w.add_installations([installation])
        w.add_plan_entries(
            [make_plan_entry(), make_plan_entry("q-b", longitude=None, latitude=None)]
        )
        w.add_stations([make_station("d", attenuation_db=tuple(map(float, range(36))))])
        w.add_units([make_unit("80", longitude=106.2, latitude=11.0)])
        w.replace_boundaries([make_boundary("80", 105.5, 10.4, 106.8, 11.8)])
    register.close()  # GDAL reads it in this process: see gis.register.engine
    return register


def test_every_layer_is_listed_and_nothing_secret(filled: Register) -> None:
    layers = {str(name): kind for name, kind in pyogrio.list_layers(filled.path)}
    assert layers == {
        "structures": "Point",
        "broadcast_stations": "Point",
        "plan_entries": "Point",
        "administrative_units": "Point",
        "boundaries": "MultiPolygon",
        "installation_sites": "Point",
        "organisations": None,
        "import_batches": None,
        "measurements": "Point",
        "protected_points": "Point",
        "runways": "Point",
        "aviation_facilities": "Point",
        "planning_zones": "MultiPolygon",
        "roads": "LineString",
        "allotment_points": "Point",
        "installations": None,
        "attachment_levels": None,
        "routes": "LineString",
        "ducts": None,
        "cables": None,
        "contracts": None,
        "published_rents": None,
        "documents": None,
        "duplicate_decisions": None,
        "planned_works": "Unknown",
        "work_sign_ups": None,
        "registration_points": "Point",
        "point_visits": None,
    }


def test_text_coordinates_and_types_are_intact(filled: Register) -> None:
    frame = geopandas.read_file(filled.path, layer="structures")
    assert frame.crs == "EPSG:4326"
    row = frame.iloc[0]
    assert row["name"] == NAME
    assert row.geometry == Point(106.41234567890123, 10.6)
    assert row["height_m"] == 42.125
    assert bool(row["shareable"]) is True
    assert row["valid_from"].date() == date(2020, 2, 29)
    assert row["source"] == "biên bản số 7"
    batch = pyogrio.read_dataframe(filled.path, layer="import_batches").iloc[0]
    assert batch["imported_at"].to_pydatetime() == datetime(2023, 7, 1, 5, 6, 7, 89000, tzinfo=UTC)
    station = geopandas.read_file(filled.path, layer="broadcast_stations").iloc[0]
    assert station["attenuation_db"].startswith("[0.0,1.0,")


def test_layers_agree_with_the_register(filled: Register) -> None:
    sites = geopandas.read_file(filled.path, layer="installation_sites")
    assert list(sites["id"]) == ["i"]
    assert sites.geometry[0] == Point(106.41234567890123, 10.6)
    entries = geopandas.read_file(filled.path, layer="plan_entries").set_index("id")
    assert entries.geometry["q-a"] == Point(106.4, 10.6)
    assert entries.geometry["q-b"] is None
    outline = geopandas.read_file(filled.path, layer="boundaries").geometry[0]
    assert outline.equals_exact(MultiPolygon([box(105.5, 10.4, 106.8, 11.8)]), 0)


def test_gdal_uses_the_index_that_the_register_keeps(filled: Register) -> None:
    inside = geopandas.read_file(filled.path, layer="structures", bbox=(106.4, 10.5, 106.5, 10.7))
    outside = geopandas.read_file(filled.path, layer="structures", bbox=(107.0, 10.5, 108.0, 10.7))
    assert (len(inside), len(outside)) == (1, 0)
    info = pyogrio.read_info(filled.path, layer="structures")
    assert info["capabilities"]["fast_spatial_filter"]
    assert info["features"] == 1
    assert info["total_bounds"] == pytest.approx((106.41234567890123, 10.6) * 2, abs=1e-4)


def test_gdal_reads_from_another_process_while_somebody_writes(filled: Register) -> None:
    with filled.write(author="lan", reason="r") as w:
        w.delete(Installation, ["i"])
        assert w.installations(SYSTEM) == []
        assert _run(READ, filled.path) == "1"
    assert _run(READ, filled.path) == "0"


def test_a_copy_is_whole_and_may_be_read_here(filled: Register, tmp_path: Path) -> None:
    copy = tmp_path / "copy.gpkg"
    filled.copy_to(copy)
    assert list(pyogrio.read_dataframe(copy, layer="structures")["name"]) == [NAME]
    with pytest.raises(ConflictError, match=r"copy\.gpkg"):
        filled.copy_to(copy)
    with filled.write(author="lan", reason="the register goes on") as w:
        w.delete(Installation, ["i"])
    with Register.open(copy) as opened:
        opened.check()
        assert opened.version() != filled.version()


def test_nothing_is_lost_where_gdal_opened_the_live_file_in_the_same_process(
    filled: Register,
) -> None:
    filled.close()
    assert _run(CARELESS, filled.path).split() == ["kept", "kept"]
    with Register.open(filled.path) as again:
        again.check()
        assert {"before", "during"} <= {each.id for each in again.organisations()}


READ = """
import sys, pyogrio
print(len(pyogrio.read_dataframe(sys.argv[1], layer="installations")))
"""

CARELESS = """
import dataclasses, os, signal, sys, pathlib, pyogrio
from gis.register.store import Register
path = pathlib.Path(sys.argv[1])
register = Register.open(path)
one = register.organisation("vt")
pyogrio.read_dataframe(path, layer="installations")
with register.write(author="a", reason="r") as w:
    w.add_organisations([dataclasses.replace(one, id="before")])
print("kept", flush=True)
with register.write(author="a", reason="r") as w:
    w.add_organisations([dataclasses.replace(one, id="during")])
    pyogrio.read_dataframe(path, layer="installations")
print("kept", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _run(program: str, path: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-P", "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Error" not in ran.stderr, ran.stderr
    return ran.stdout.strip()


def test_the_file_says_that_it_is_a_geopackage(filled: Register) -> None:
    with closing(sqlite3.connect(filled.path)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
        assert connection.execute("PRAGMA user_version").fetchone() == (10400,)
        systems = connection.execute("SELECT srs_id FROM gpkg_spatial_ref_sys").fetchall()
        assert {srs for (srs,) in systems} >= {-1, 0, 4326}
        indexed = connection.execute("SELECT table_name FROM gpkg_extensions").fetchall()
        assert {name for (name,) in indexed} == {
            "structures",
            "broadcast_stations",
            "plan_entries",
            "administrative_units",
            "boundaries",
            "measurements",
            "protected_points",
            "allotment_points",
            "routes",
            "runways",
            "aviation_facilities",
            "planning_zones",
            "roads",
            "planned_works",
            "registration_points",
        }
        moments = connection.execute("SELECT last_change FROM gpkg_contents").fetchall()
        assert all(datetime.fromisoformat(moment).tzinfo is not None for (moment,) in moments)


def test_what_gdal_wrote_itself_has_the_same_triggers(filled: Register, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.gpkg"
    frame = geopandas.GeoDataFrame({"id": ["a"]}, geometry=[Point(1, 2)], crs=4326)
    pyogrio.write_dataframe(frame, theirs, layer="structures", dataset_options={"VERSION": "1.4"})
    assert _triggers(theirs) == _triggers(filled.path)


def _triggers(path: Path) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rtree_structures%'"
    )
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute(query)}


def test_an_edit_by_gdal_keeps_the_index_and_is_noticed(filled: Register) -> None:
    frame = (
        geopandas.read_file(filled.path, layer="structures").iloc[:1].drop(columns=["shareable"])
    )
    frame["id"], frame["code"], frame.geometry = "x", "x", [Point(106.9, 10.9)]
    filled.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, filled.path, layer="structures", append=True)
    with Register.open(filled.path) as again:
        assert again.count_structures(SYSTEM, bbox=(106.8, 10.8, 107.0, 11.0)) == 1
        with again.snapshot() as snapshot, snapshot._connected() as connection:
            geopackage.check(connection)


GEOMETRIES = [
    Point(106.5, 10.5),
    MultiPolygon([box(105, 10, 106, 11), box(107, 10, 108, 11)]),
    MultiPolygon(),
    Point(),
]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=["point", "areas", "no areas", "no point"])
def test_a_blob_is_what_gdal_would_read(geometry: Point | MultiPolygon) -> None:
    blob = blobs.to_blob(geometry)
    assert blobs.from_blob(blob).equals_exact(geometry, 0)
    bounds = blobs.blob_bounds(blob)
    assert bounds == (None if geometry.is_empty else geometry.bounds)


def test_a_blob_that_another_program_wrote_big_endian_is_read() -> None:
    point = Point(106.5, 10.5)
    header = b"GP\x00\x00" + (4326).to_bytes(4, "big")
    blob = header + point.wkb
    assert blobs.from_blob(blob) == point
    assert blobs.point_coordinates(blob) == (106.5, 10.5)
    assert blobs.blob_bounds(blob) == point.bounds
    assert from_wkb(blobs.point_blob(106.5, 10.5)[8:]) == point


@pytest.mark.parametrize("blob", [b"", b"GP", b"XX\x00\x01" + b"\0" * 30, b"GP\x00\x01\0\0\0\0\1"])
def test_bytes_that_are_no_geometry_are_refused(blob: bytes) -> None:
    with pytest.raises(FormatError):
        blobs.from_blob(blob)
