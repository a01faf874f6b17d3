"""What leaves the register comes back the same, and edits come back as differences."""

import csv
import itertools
import json
from dataclasses import fields, replace
from datetime import date

import openpyxl
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.demo import load_demonstration
from gis.errors import FormatError
from gis.exchange import exporting
from gis.exchange.exporting import export
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.report import RowState
from gis.register.records import Provenance
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.structures import (
    Lifecycle,
    MastClass,
    PowerSupply,
    RentUnit,
    Structure,
    StructureKind,
)
from propagation.compliance.records import Confidence

LAYERS = ("structures", "stations", "plan")


def _structure(name="Trạm Đức Hòa", **changes):
    values = {
        "id": "a", "code": "LA1", "name": name, "kind": StructureKind.ANTENNA_MAST,
        "owner_id": "sao", "longitude": 106.4133, "latitude": 10.5361,
        "provenance": Provenance(confidence=Confidence.VERIFIED, source="hồ sơ"),
    }  # fmt: skip
    return Structure(**{**values, **changes})


FULL = {
    "height_m": 42.5, "ground_height_m": 3.25, "commune_name": "Xã Mỹ Quý", "address": "Ấp 1",
    "shareable": False, "confidential": True, "valid_from": date(2019, 2, 28),
    "valid_to": date(2039, 12, 31), "state": Lifecycle.UNDER_CONSTRUCTION, "manager_id": "hoa",
    "mast_class": MastClass.A2B, "building_height_m": 18.0, "reach_m": 1.75, "concealed": True,
    "wind_area_limit_m2": 12.5, "load_limit_kg": 850.0,
    "power_supply": PowerSupply.GRID_AND_GENERATOR, "backup_power_hours": 6.5,
    "rent_asked_vnd": 7_250_000.0, "rent_unit": RentUnit.POSITION, "lightning_protected": False,
    "obstacle_lights": True, "earthing_resistance_ohm": 3.85, "inspected_on": date(2026, 3, 5),
    "neighbours_inhabited": True, "neighbours_top_m": 9.5,
    "neighbours_seen_on": date(2026, 2, 3), "neighbours_source": "khảo sát",
}  # fmt: skip
"""Every field that a structure may leave empty, filled."""

AMOUNTS = st.floats(0.25, 300.0).map(lambda value: round(value, 3))
FLAGS = st.none() | st.booleans()
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2025, 12, 31))


def _some(values):
    return st.none() | st.sampled_from(list(values))


STRUCTURES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(list(StructureKind)),
        "state": _some(Lifecycle),
        "mast_class": _some(MastClass),
        "power_supply": _some(PowerSupply),
        "rent_unit": _some(RentUnit),
        "concealed": FLAGS,
        "lightning_protected": FLAGS,
        "obstacle_lights": FLAGS,
        "shareable": FLAGS,
        "confidential": st.booleans(),
        "height_m": st.none() | AMOUNTS,
        "building_height_m": st.none() | AMOUNTS.filter(lambda value: value >= 1),
        "reach_m": st.none() | st.floats(0.0, 50.0).map(lambda value: round(value, 2)),
        "wind_area_limit_m2": st.none() | AMOUNTS,
        "load_limit_kg": st.none() | AMOUNTS.map(lambda value: value * 1000),
        "backup_power_hours": st.none() | AMOUNTS,
        "rent_asked_vnd": st.none() | st.integers(0, 10**9).map(float),
        "earthing_resistance_ohm": st.none() | AMOUNTS,
        "inspected_on": DAYS,
        "valid_from": DAYS,
        "manager_id": _some(["hoa", "sao"]),
    }
)


def _put(register, *structures):
    with register.write(author="test", reason="scene") as writer:
        writer.add_structures(structures)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_the_demonstration_comes_back_unchanged(register, tmp_path, format, language):
    load_demonstration(register)
    files = export(register, SYSTEM, LAYERS, format, tmp_path / f"o.{format}", language=language)
    assert len(files) == (1 if format in ("gpkg", "xlsx") else 3)
    for number, kind in enumerate(LAYERS):
        file = files[min(number, len(files) - 1)]
        report = judge(file, kind=kind, register=register)
        assert (report.problems, report.questions) == ([], ())
        assert report.states[RowState.UNCHANGED] == report.rows > 0


@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_and_fills_an_empty_register_with_the_same(register, tmp_path, format):
    from gis.register.store import Register

    load_demonstration(register)
    files = export(register, SYSTEM, LAYERS, format, tmp_path / f"o.{format}")
    with Register.open(tmp_path / "other" / "register.gpkg", create=True) as other:
        with other.write(author="test", reason="scene") as writer:
            writer.add_organisations(register.organisations())
        for kind in ("plan", "structures", "stations"):
            number = LAYERS.index(kind)
            report = judge(files[min(number, len(files) - 1)], kind=kind, register=other)
            assert (report.problems, report.questions) == ([], ())
            commit(report, other, author="lan")
        report = judge(files[0], kind="structures", register=register)
        assert {row.record.id for row in report.accepted} == {
            s.id for s in other.structures(SYSTEM)
        }
        stations = {s.id: s for s in register.stations(SYSTEM)}
        for station in other.stations(SYSTEM):
            mine = stations[station.id]
            assert station.attenuation_db == pytest.approx(mine.attenuation_db)
            assert station.erp_total_dbw == pytest.approx(mine.erp_total_dbw)
            assert station.provenance.confidence is mine.provenance.confidence


def test_every_field_of_a_structure_is_tried():
    filled = {*FULL, "id", "code", "name", "kind", "owner_id", "longitude", "latitude"}
    assert filled | {"provenance"} == {each.name for each in fields(Structure)}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_every_field_of_a_structure_comes_back(office, tmp_path, format, language):
    _put(office, _structure(**FULL))
    (stored,) = office.structures(SYSTEM)
    target = tmp_path / f"o.{format}"
    (file,) = export(office, SYSTEM, ["structures"], format, target, language=language)
    report = judge(file, kind="structures", register=office)
    assert (report.problems, report.questions, report.states[RowState.UNCHANGED]) == ([], (), 1)
    with office.write(author="test", reason="scene") as writer:
        writer.delete(Structure, ["a"])
    batch = commit(judge(file, kind="structures", register=office), office, author="lan")
    (back,) = office.structures(SYSTEM)
    origin = replace(stored.provenance, batch_id=batch.id, row=back.provenance.row)
    assert back == replace(stored, provenance=origin)


@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_any_structure_comes_back(office, tmp_path, format):
    @settings(max_examples=12, deadline=None, database=None)
    @given(st.lists(STRUCTURES, min_size=1, max_size=4))
    def tried(drawn):
        wanted = [_structure(id=f"s{n}", code=f"M{n}", **values) for n, values in enumerate(drawn)]
        with office.write(author="test", reason="scene") as writer:
            writer.delete(Structure, [one.id for one in office.structures(SYSTEM)])
            writer.add_structures(wanted)
        (file,) = export(office, SYSTEM, ["structures"], format, tmp_path / f"o.{format}")
        report = judge(file, kind="structures", register=office)
        assert (report.problems, report.questions) == ([], ())
        assert report.states[RowState.UNCHANGED] == len(wanted), report.to_json("en")["changes"]

    tried()


def test_gdal_reads_vietnamese_types_and_places(office, tmp_path):
    _put(office, _structure(height_m=42.5, shareable=True, commune_name="Xã Mỹ Quý"))
    file = export(office, SYSTEM, ["structures", "boundaries"], "gpkg", tmp_path / "o.gpkg")[0]
    assert {name for name, _ in pyogrio.list_layers(file)} == {"structures", "boundaries"}
    frame = pyogrio.read_dataframe(file, layer="structures")
    assert frame.crs.to_epsg() == 4326
    row = frame.iloc[0]
    assert (row["name"], row["commune_name"], row.height_m) == ("Trạm Đức Hòa", "Xã Mỹ Quý", 42.5)
    assert (row.geometry.x, row.geometry.y) == (106.4133, 10.5361)
    assert bool(row.shareable) is True
    assert row.address is None
    outlines = pyogrio.read_dataframe(file, layer="boundaries")
    assert set(outlines.geom_type) == {"MultiPolygon"}
    assert any("Tây Ninh" in name for name in outlines["name"])


def test_geojson_follows_the_standard(office, tmp_path):
    _put(office, _structure(valid_from=None))
    file = export(office, SYSTEM, ["structures"], "geojson", tmp_path / "o.geojson")[0]
    content = json.loads(file.read_text(encoding="utf-8"))
    assert "crs" not in content
    assert content["features"][0]["geometry"] == {"type": "Point",
                                                  "coordinates": [106.4133, 10.5361]}  # fmt: skip
    assert "Trạm Đức Hòa" in file.read_text(encoding="utf-8")
    outlines = export(office, SYSTEM, ["boundaries"], "geojson", tmp_path / "b.geojson")[0]
    ring = json.loads(outlines.read_text())["features"][0]["geometry"]["coordinates"][0][0]
    twice_area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
    assert twice_area > 0


@pytest.mark.parametrize("text", ["=1+1", "+84 912", "-A", "@trạm", "=cmd|' /C calc'!A0"])
def test_cells_that_begin_like_a_formula_are_text(office, tmp_path, text):
    _put(office, _structure(text))
    table = export(office, SYSTEM, ["structures"], "csv", tmp_path / "o.csv")[0]
    with table.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter=";"))
    assert f"'{text}" in rows[1]
    sheet = export(office, SYSTEM, ["structures"], "xlsx", tmp_path / "o.xlsx")[0]
    cells = list(openpyxl.load_workbook(sheet).active.iter_rows())[1]
    cell = next(cell for cell in cells if cell.value == text)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    for file in (table, sheet):
        report = judge(file, kind="structures", register=office)
        assert report.states[RowState.UNCHANGED] == 1, report.problems


def test_edits_come_back_as_differences_and_are_applied(office, tmp_path):
    _put(office, _structure(height_m=30.0, address="Ấp 1"), _structure(id="b", code="LA2"))
    file = export(office, SYSTEM, ["structures"], "xlsx", tmp_path / "o.xlsx")[0]
    book = openpyxl.load_workbook(file)
    rows = {row[0].value: row for row in book.active.iter_rows()}
    titles = [cell.value for cell in rows["Mã hồ sơ"]]
    rows["a"][titles.index("Chiều cao công trình (m)")].value = 36.5
    rows["a"][titles.index("Địa chỉ")].value = None
    rows["a"][titles.index("Mã số")].value = "LA9"
    book.save(file)
    report = judge(file, kind="structures", register=office)
    assert report.states == {RowState.NEW: 0, RowState.CHANGED: 1, RowState.UNCHANGED: 1}
    changed = next(row for row in report.accepted if row.state is RowState.CHANGED)
    assert {(c.field, c.old, c.new) for c in changed.changes} == {
        ("code", "LA1", "LA9"), ("height_m", 30.0, 36.5), ("address", "Ấp 1", None)}  # fmt: skip
    assert report.to_json("vi")["changes"][0]["id"] == "a"
    commit(report, office, author="lan")
    record = office.structure("a", SYSTEM)
    assert (record.code, record.height_m, record.address) == ("LA9", 36.5, None)
    assert record.provenance.confidence is Confidence.VERIFIED
    assert len(office.changes(table_name="structures", record_id="a")) == 2


def test_an_edit_that_takes_a_code_in_use_is_refused(office, tmp_path):
    _put(office, _structure(), _structure(id="b", code="LA2"))
    file = export(office, SYSTEM, ["structures"], "csv", tmp_path / "o.csv")[0]
    text = file.read_text(encoding="utf-8-sig").replace(";LA2;", ";LA1;")
    file.write_text(text, encoding="utf-8")
    report = judge(file, kind="structures", register=office)
    assert [p.key for p in report.problems] == ["exchange.problem.duplicate_stored"]


def test_only_what_a_caller_may_see_leaves(office, tmp_path):
    _put(office, _structure(), _structure(id="b", code="LA2", confidential=True))
    mine, theirs = Scope(Role.OPERATOR, "sao"), Scope(Role.OPERATOR, "hoa")
    for scope, count in ((PUBLIC, 1), (theirs, 1), (mine, 2), (SYSTEM, 2)):
        for format in ("gpkg", "geojson", "xlsx", "csv"):
            file = export(office, scope, ["structures"], format, tmp_path / f"o.{format}")[0]
            report = judge(file, kind="structures", register=office)
            assert report.rows == count


def test_demonstration_data_is_stamped(office, tmp_path):
    origin = Provenance(confidence=Confidence.SYNTHETIC, source="x")
    _put(office, _structure(provenance=origin))
    for format in ("geojson", "csv"):
        file = export(office, SYSTEM, ["structures"], format, tmp_path / f"o.{format}")[0]
        assert "mô phỏng" in file.read_text(encoding="utf-8")


def test_numbers_in_csv_have_one_reading(office, tmp_path):
    _put(office, _structure(height_m=42.125, longitude=106.413))
    for language, sign in (("vi", ","), ("en", ".")):
        file = export(office, SYSTEM, ["structures"], "csv", tmp_path / "o.csv",
                      language=language)[0]  # fmt: skip
        text = file.read_text(encoding="utf-8-sig")
        assert f"42{sign}1250" in text
        report = judge(file, kind="structures", register=office)
        assert (report.questions, report.states[RowState.UNCHANGED]) == ((), 1)


def test_empty_layers_are_files_too(office, tmp_path):
    for format in ("gpkg", "geojson", "xlsx", "csv"):
        file = export(office, SYSTEM, ["structures"], format, tmp_path / f"o.{format}")[0]
        assert file.stat().st_size > 0
    assert pyogrio.read_info(tmp_path / "o.gpkg", layer="structures")["features"] == 0


@pytest.mark.parametrize(("layers", "format"), [(["x"], "csv"), (["structures"], "dxf"),
                                                (["boundaries"], "csv"), ([], "csv")])  # fmt: skip
def test_what_cannot_be_exported(office, tmp_path, layers, format):
    with pytest.raises(FormatError):
        export(office, SYSTEM, layers, format, tmp_path / "o")


def test_a_failed_export_leaves_the_old_file(office, tmp_path, monkeypatch):
    file = export(office, SYSTEM, ["structures"], "csv", tmp_path / "o.csv")[0]
    before = file.read_bytes()
    monkeypatch.setattr(exporting, "csv_text", None)
    _put(office, _structure())
    with pytest.raises(TypeError):
        export(office, SYSTEM, ["structures"], "csv", file)
    assert file.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "o.csv"]


def test_qgis_edits_of_a_geopackage_come_back(office, tmp_path):
    _put(office, _structure(), _structure(id="b", code="LA2"))
    file = export(office, SYSTEM, ["structures"], "gpkg", tmp_path / "o.gpkg")[0]
    frame = pyogrio.read_dataframe(file, layer="structures")
    frame.loc[frame.id == "b", "name"] = "Tên mới"
    moved = tmp_path / "sua.gpkg"
    pyogrio.write_dataframe(frame.to_crs(9210), moved, layer="structures")
    report = judge(moved, kind="structures", register=office, answers=ImportAnswers())
    assert "9210" in report.coordinate_system
    changed = [row for row in report.accepted if row.state is RowState.CHANGED]
    names = {change.field for row in changed for change in row.changes}
    assert "name" in names
