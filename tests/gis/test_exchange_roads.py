"""Roads of the map's background: in from every format, refused, drawn on, out, undone."""

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely import LineString, MultiLineString, Point

from gis.exchange.exporting import export
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.report import ImportReport, RowState
from gis.register.roads import Road, RoadKind
from gis.register.scopes import PUBLIC
from gis.register.store import Register

ONE = LineString([(106.40, 10.60), (106.45, 10.62), (106.50, 10.61)])
TWO = LineString([(106.41, 10.50), (106.42, 10.58)])


def brought(register: Register, file: Path, **answers: Any) -> ImportReport:
    return judge(file, kind="roads", register=register, answers=ImportAnswers(**answers))


def written(folder: Path, name: str, *, epsg: int = 4326, **columns: list[Any]) -> Path:
    """A file of two roads by a program that others use; a Shapefile in a zip."""
    told = columns or {"ref": ["QL.1", "ĐT.825"], "highway": ["trunk", "secondary"]}
    frame = geopandas.GeoDataFrame(told, geometry=[ONE, MultiLineString([TWO])], crs=4326)
    frame = frame.to_crs(epsg)
    if not name.endswith(".zip"):
        frame.to_file(folder / name)
        return folder / name
    frame.to_file(folder / "duong.shp", encoding="utf-8")
    with zipfile.ZipFile(folder / name, "w") as packed:
        for part in folder.glob("duong.*"):
            if part.suffix != ".zip":
                packed.write(part, part.name)
    return folder / name


@pytest.mark.parametrize("name", ["duong.geojson", "duong.gpkg", "duong.zip"])
def test_lines_are_roads_by_the_words_that_maps_use(
    office: Register, tmp_path: Path, name: str
) -> None:
    before = office.version()
    report = brought(office, written(tmp_path, name))
    assert (report.questions, report.problems, report.unmapped) == ((), [], ())
    batch = commit(report, office, author="lan")
    first, second = sorted(office.roads(), key=lambda one: str(one.code))
    assert (first.kind, first.code, first.name) == (RoadKind.NATIONAL, "QL.1", None)
    assert first.geometry.equals_exact(ONE, 1e-7)
    assert (second.kind, second.code) == (RoadKind.PROVINCIAL, "ĐT.825")
    assert second.geometry.equals_exact(TWO, 1e-7)
    again = brought(office, tmp_path / name, update=True)
    assert again.states[RowState.UNCHANGED] == 2
    twice = brought(office, tmp_path / name)
    assert {one.key for one in twice.problems} == {"exchange.problem.duplicate_stored"}
    assert office.version() != before
    with office.write(author="lan", reason="hoàn tác") as w:
        w.undo_batch(batch.id)
    assert (office.roads(), office.version()) == ([], before)


def test_a_grid_of_the_province_is_read(office: Register, tmp_path: Path) -> None:
    file = written(
        tmp_path, "duong.gpkg", epsg=9210, code=["ĐH.1", "ĐH.2"], kind=["đường huyện"] * 2
    )
    commit(brought(office, file, crs=9210), office, author="lan")
    first, _ = sorted(office.roads(), key=lambda one: str(one.code))
    assert first.kind is RoadKind.DISTRICT
    assert first.geometry.hausdorff_distance(ONE) < 1e-5


def features(folder: Path, *found: tuple[dict[str, Any], Any]) -> Path:
    file = folder / "duong.geojson"
    told = [
        {"type": "Feature", "properties": said, "geometry": shape.__geo_interface__}
        for said, shape in found
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": told}))
    return file


def test_one_bad_row_never_loses_a_good_one(office: Register, tmp_path: Path) -> None:
    file = features(
        tmp_path,
        ({"name": "Đường 1", "valid_from": "2026-01-01"}, ONE),
        ({"name": "điểm"}, Point(106.4, 10.6)),
        ({"name": "hai đoạn"}, MultiLineString([ONE, TWO])),
        ({"name": "loại lạ", "kind": "đường bay"}, TWO),
        ({"name": "xa"}, LineString([(2.0, 48.0), (2.1, 48.1)])),
        ({"name": "đứng yên"}, LineString([(106.4, 10.6), (106.4, 10.6)])),
    )
    report = brought(office, file)
    assert sorted({one.row for one in report.problems}) == [2, 3, 4, 5, 6]
    for problem in report.problems:
        assert problem.say("vi") != problem.say("en")
    commit(report, office, author="lan")
    (road,) = office.roads()
    assert (road.name, road.kind) == ("Đường 1", RoadKind.OTHER)
    assert office.roads(on=date(2025, 12, 31)) == []


def test_a_table_without_lines_says_what_it_lacks(
    office: Register, write_table: Callable[..., Path]
) -> None:
    file = write_table("duong.csv", ("Tên đường", "Loại đường"), ("A", "quốc lộ"))
    report = judge(file, kind="roads", register=office)
    assert [question.answer for question in report.questions] == ["column.geometry"]


@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_roads_leave_and_come_back(office: Register, tmp_path: Path, format: str) -> None:
    commit(brought(office, written(tmp_path, "duong.geojson")), office, author="lan")
    (out,) = export(office, PUBLIC, ["roads"], format, tmp_path / f"ra.{format}")
    again = brought(office, out, crs=4326, update=True)
    assert (again.questions, again.problems) == ((), [])
    assert again.states[RowState.UNCHANGED] == 2


@pytest.mark.parametrize("format", ["shp", "kml"])
def test_other_programs_read_what_leaves(office: Register, tmp_path: Path, format: str) -> None:
    commit(brought(office, written(tmp_path, "duong.geojson")), office, author="lan")
    suffix = {"shp": "zip"}.get(format, format)
    (out,) = export(office, PUBLIC, ["roads"], format, tmp_path / f"ra.{suffix}")
    found = geopandas.read_file(out)
    lines = [one for one in found.geometry if one.geom_type == "LineString"]
    assert len(lines) == 2


def test_the_history_keeps_a_road(office: Register, tmp_path: Path) -> None:
    commit(brought(office, written(tmp_path, "duong.geojson")), office, author="lan")
    gone = office.roads()[0]
    with office.write(author="lan", reason="bỏ") as w:
        w.delete(Road, [gone.id])
    changes = office.changes(table_name="roads", record_id=gone.id)
    with office.write(author="lan", reason="hoàn tác") as w:
        w.undo_write(changes[0].revision)
    (back,) = (one for one in office.roads() if one.id == gone.id)
    assert back.geometry.equals(gone.geometry)
    office.check()
