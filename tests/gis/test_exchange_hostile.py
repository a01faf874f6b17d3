"""Files that are broken, are something else, or mean harm: each a clear error, nothing written."""

import json
import sqlite3
import struct
import time
import zipfile

import openpyxl
import pytest

from gis.errors import FormatError
from gis.exchange.formats.ooxml import Book, BrokenBookError
from gis.exchange.importing import ImportAnswers, judge
from gis.exchange.safety import Limits, inspect

HEADERS = ("Mã trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ", "Chiều cao (m)")
GOOD = ("LA1", "Cột ăng ten", "Sao Mai", 106.4133, 10.5361, 42.5)


@pytest.fixture
def refused(office):
    """Judge a file that must be refused whole, and return the error; nothing is written."""

    def attempt(file, **options):
        before = office.version()
        with pytest.raises(FormatError) as caught:
            judge(file, kind="structures", register=office, **options)
        assert office.version() == before
        for language in ("vi", "en"):
            assert file.name in caught.value.say(language)
        return caught.value

    return attempt


@pytest.fixture
def workbook(write_table):
    return write_table("tot.xlsx", HEADERS, GOOD)


def rebuilt(source, target, change):
    """Copy an archive, its members changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = change(member.filename, old.read(member))
            if content is not None:
                new.writestr(member.filename, content)
    return target


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_truncated_xlsx(workbook, refused, tmp_path, keep):
    content = workbook.read_bytes()
    file = tmp_path / "cut.xlsx"
    file.write_bytes(content[: int(len(content) * keep)])
    assert refused(file).key == "exchange.file.truncated"


def test_a_corrupted_xlsx(workbook, refused, tmp_path):
    content = bytearray(workbook.read_bytes())
    with zipfile.ZipFile(workbook) as archive:
        member = archive.getinfo("xl/worksheets/sheet1.xml")
    start = member.header_offset + 60
    content[start : start + 60] = bytes(60)
    file = tmp_path / "bad.xlsx"
    file.write_bytes(content)
    assert refused(file).key == "exchange.file.truncated"


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_a_part_that_ends_too_early(workbook, refused, tmp_path, part):
    file = rebuilt(workbook, tmp_path / "cut.xlsx",
                   lambda name, old: old[: len(old) // 2] if name == part else old)  # fmt: skip
    assert refused(file).key == "exchange.file.truncated"


def test_a_small_file_that_unpacks_to_gigabytes(workbook, refused, tmp_path):
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with zipfile.ZipFile(workbook) as old:
            for member in old.namelist():
                if member != "xl/worksheets/sheet1.xml":
                    archive.writestr(member, old.read(member))
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as stream:
            for _ in range(450):
                stream.write(b"<" * 1_000_000)
    assert file.stat().st_size < 600_000
    assert refused(file).key == "exchange.file.unpacks_too_large"


def test_a_member_packed_beyond_reason(workbook, refused, tmp_path):
    file = rebuilt(workbook, tmp_path / "bomb.xlsx",
                   lambda name, old: b" " * 30_000_000 if "sheet1" in name else old)  # fmt: skip
    assert refused(file).key == "exchange.file.bomb"


def test_a_member_that_lies_about_its_size(workbook, refused, tmp_path):
    """A central directory that says 10 bytes does not let 30 MB through."""
    file = rebuilt(workbook, tmp_path / "lie.xlsx",
                   lambda name, old: b"<a>" * 10_000_000 if "sheet1" in name else old)  # fmt: skip
    content = bytearray(file.read_bytes())
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        size = struct.unpack_from("<I", content, place + 24)[0]
        if size == 30_000_000:
            struct.pack_into("<I", content, place + 24, 10)
        place = content.find(b"PK\x01\x02", place + 4)
    file.write_bytes(content)
    assert refused(file).key == "exchange.file.truncated"


def test_too_many_members(workbook, refused, tmp_path):
    file = rebuilt(workbook, tmp_path / "many.xlsx", lambda name, old: old)
    with zipfile.ZipFile(file, "a") as archive:
        for index in range(1100):
            archive.writestr(f"xl/media/{index}", "x")
    assert refused(file).key == "exchange.file.too_many_members"


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "..\\x", "C:\\x", "xl/../../x.xml"])
def test_a_member_that_leads_out(workbook, refused, tmp_path, name):
    file = rebuilt(workbook, tmp_path / "out.xlsx", lambda member, old: old)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, "x")
    error = refused(file)
    assert error.key == "exchange.file.member_path"
    assert error.values["member"] == name


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name(workbook, refused, tmp_path):
    file = rebuilt(workbook, tmp_path / "two.xlsx", lambda member, old: old)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert refused(file).key == "exchange.file.duplicate_members"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "docProps/core.xml"])
def test_entities_in_a_member(workbook, refused, tmp_path, part, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    padded = "<!-- " + "x" * 2_000_000 + " -->"
    content = (padded + bomb).encode(encoding)
    file = rebuilt(workbook, tmp_path / "dtd.xlsx",
                   lambda name, old: content if name == part else old)  # fmt: skip
    error = refused(file, limits=Limits(ratio=1e9))
    assert error.key == "exchange.file.entities"
    assert error.values["member"] == part


def test_macros_passwords_and_old_formats(workbook, refused, tmp_path):
    macros = rebuilt(workbook, tmp_path / "m.xlsx", lambda name, old: old)
    with zipfile.ZipFile(macros, "a") as archive:
        archive.writestr("xl/vbaProject.bin", "x")
    assert refused(macros).key == "exchange.hint.xlsm"
    protected = tmp_path / "p.xlsx"
    protected.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert refused(protected).key == "exchange.hint.protected"


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.kml", b'<!DOCTYPE k [<!ENTITY x "y">]><kml>&x;</kml>', "file.entities"),
        ("a.kmz", b"PK\x03\x04", "file.truncated"), ("a.xls", b"\xd0\xcf\x11\xe0", "hint.xls"),
        ("a.shp", b"\x00\x00\x27\x0a", "hint.shp"), ("a.zip", b"PK\x03\x04", "file.truncated"),
        ("a.vrt", b"<OGRVRTDataSource/>", "file.format_not_accepted"),
        ("a", b"x", "file.format_not_accepted"), ("a.csv", b"", "file.empty"),
        ("a.xlsx", b"<html></html>", "file.not_what_it_says"),
        ("a.xlsx", b"PK\x03\x04" + bytes(40), "file.truncated"),
        ("a.csv", b"%PDF-1.7", "file.not_what_it_says"),
        ("a.csv", b"PK\x03\x04" + bytes(40), "file.not_what_it_says"),
        ("a.csv", b"SQLite format 3\x00" + bytes(100), "file.not_what_it_says"),
        ("a.csv", b"\n <!DOCTYPE html>", "file.not_what_it_says"),
        ("a.geojson", b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource>",
         "file.not_what_it_says"),
        ("a.geojson", b"[1, 2]", "file.not_what_it_says"),
        ("a.json", b'{"type": "Topology"}', "file.not_a_collection"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "file.json_broken"),
        ("a.geojson", b'{"features": ' + b"[" * 100_000, "file.json_not_plain"),
        ("a.geojson", b'{"features": [{"geometry": {"coordinates": [NaN, 1]}}]}',
         "file.json_not_plain"),
        ("a.gpkg", b"not a database at all, really not one", "file.not_what_it_says"),
        ("a.gpkg", b"SQLite format 3\x00" + bytes(200), "file.not_what_it_says"),
        ("a.gpkg", b"SQLite format 3\x00", "file.truncated"),
    ],
)  # fmt: skip
def test_what_is_not_what_it_says(refused, tmp_path, name, content, key):
    file = tmp_path / name
    file.write_bytes(content)
    assert refused(file).key == f"exchange.{key}"


def test_a_kml_without_placemarks_is_empty(refused, tmp_path):
    file = tmp_path / "a.kml"
    file.write_text("<kml/>")
    assert refused(file).key == "exchange.file.empty"


def test_a_hint_names_what_is_accepted(refused, tmp_path):
    file = tmp_path / "a.ods"
    file.write_text("x")
    assert ".gpkg" in refused(file).say("vi")


@pytest.mark.parametrize("name", ["/vsicurl/http://127.0.0.1/a.geojson", "http://127.0.0.1/a.csv",
                                  "/vsizip/a.zip/a.csv", "/nowhere/a", "a\x00.csv"])  # fmt: skip
def test_paths_that_are_no_files(office, name):
    with pytest.raises(FormatError) as caught:
        judge(name, kind="structures", register=office)
    assert caught.value.key == "exchange.file.not_a_file"


def test_a_folder_and_a_large_file(tmp_path):
    folder = tmp_path / "a.csv"
    folder.mkdir()
    with pytest.raises(FormatError) as caught:
        inspect(folder)
    assert caught.value.key == "exchange.file.not_a_file"
    large = tmp_path / "b.csv"
    with large.open("wb") as stream:
        stream.truncate(200_000_000)
    with pytest.raises(FormatError) as caught:
        inspect(large)
    assert caught.value.key == "exchange.file.too_large"


def _geopackage(path, *statements):
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA application_id = 1196444487")
        for statement in (
            "CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY,"
            " organization TEXT, organization_coordsys_id INTEGER, definition TEXT)",
            "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)",
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INT)",
            "INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84', 4326, 'EPSG', 4326, '')",
            *statements,
        ):
            connection.execute(statement)
    connection.close()
    return path


LAYER = (
    "CREATE TABLE cot (fid INTEGER PRIMARY KEY, geom BLOB, ma TEXT, loai TEXT, don_vi TEXT)",
    "INSERT INTO gpkg_contents VALUES ('cot', 'features')",
    "INSERT INTO gpkg_geometry_columns VALUES ('cot', 'geom', 4326)",
)


def test_a_truncated_geopackage(refused, tmp_path):
    file = _geopackage(tmp_path / "a.gpkg", *LAYER)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    assert refused(file).key == "exchange.file.truncated"


def test_a_damaged_geopackage(refused, tmp_path):
    file = _geopackage(tmp_path / "a.gpkg", *LAYER)
    content = bytearray(file.read_bytes())
    content[100:4096] = b"\xff" * 3996
    file.write_bytes(content)
    assert refused(file).key == "exchange.file.truncated"


def test_a_geopackage_without_its_tables(refused, tmp_path):
    file = tmp_path / "a.gpkg"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA application_id = 1196444487")
        connection.execute("CREATE TABLE x (y)")
    connection.close()
    assert refused(file).key == "exchange.file.truncated"


def test_a_geopackage_that_another_program_holds_open(refused, tmp_path):
    file = _geopackage(tmp_path / "a.gpkg", *LAYER)
    (tmp_path / "a.gpkg-wal").write_bytes(b"x")
    assert refused(file).key == "exchange.file.open_elsewhere"


def test_views_and_virtual_tables_are_not_read(refused, tmp_path):
    file = _geopackage(
        tmp_path / "a.gpkg",
        "CREATE VIEW cot AS SELECT 1 AS fid, NULL AS geom, load_extension('x') AS ma",
        *LAYER[1:],
    )
    assert refused(file).key == "exchange.file.no_header"


def test_damaged_geometries_are_rows(office, tmp_path):
    point = b"GP\x00\x01" + struct.pack("<i", 4326) + struct.pack("<BIdd", 1, 1, 106.4, 10.5)
    line = b"GP\x00\x01" + struct.pack("<i", 4326) + struct.pack("<BII4d", 1, 2, 2, 1, 2, 3, 4)
    blobs = [point, b"GP\x00", b"garbage!", line, None, point[:20], "text"]
    file = _geopackage(tmp_path / "a.gpkg", *LAYER)
    with sqlite3.connect(file) as connection:
        connection.executemany(
            "INSERT INTO cot (geom, ma, loai, don_vi) VALUES (?, ?, 'bể', 'Sao Mai')",
            [(blob, f"LA{i}") for i, blob in enumerate(blobs)],
        )
    connection.close()
    report = judge(file, kind="structures", register=office)
    assert [row.record.code for row in report.accepted] == ["LA0"]
    assert [(p.row, p.key.rpartition(".")[2]) for p in report.problems] == [
        (2, "geometry"), (3, "geometry"), (4, "not_a_point"), (5, "place_missing"),
        (6, "geometry"), (7, "geometry"),
    ]  # fmt: skip


def test_geojson_rows_that_are_none(office, tmp_path):
    good = {"ma": "LA1", "loai": "bể", "don_vi": "Sao Mai"}
    features = [
        {"type": "Feature", "properties": good,
         "geometry": {"type": "Point", "coordinates": [106.4, 10.5, 3]}},
        {"type": "Feature", "properties": {**good, "ma": "LA2"}, "geometry": None},
        {"type": "Feature", "properties": {**good, "ma": "LA3"},
         "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}},
        {"type": "Feature", "properties": {**good, "ma": "LA4"},
         "geometry": {"type": "Point", "coordinates": ["106", True]}},
        {"type": "Feature", "properties": None, "geometry": "x"},
        "text",
    ]  # fmt: skip
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    report = judge(file, kind="structures", register=office)
    assert [row.record.code for row in report.accepted] == ["LA1"]
    found = {(p.row, p.key.rpartition(".")[2]) for p in report.problems}
    assert {(2, "place_missing"), (3, "not_a_point"), (4, "geometry"), (6, "feature")} <= found


@pytest.mark.parametrize(
    ("crs", "epsg"),
    [
        (None, 4326), ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326), ("EPSG:9210", 9210),
        ("urn:ogc:def:crs:EPSG::4756", 4756), ("local grid", None),
    ],
)  # fmt: skip
def test_the_old_crs_member_is_honoured_or_asked(office, tmp_path, crs, epsg):
    place = [572595.687, 1165112.950] if epsg == 9210 else [106.4133, 10.5361]
    content = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature",
                      "properties": {"ma": "LA1", "loai": "bể", "don_vi": "Sao Mai"},
                      "geometry": {"type": "Point", "coordinates": place}}],
    }  # fmt: skip
    if crs is not None:
        content["crs"] = {"type": "name", "properties": {"name": crs}}
    file = tmp_path / "a.geojson"
    file.write_text(json.dumps(content))
    report = judge(file, kind="structures", register=office)
    assert bool(report.questions) == (epsg is None)
    longitude = report.accepted[0].record.longitude
    assert longitude == pytest.approx(106.41508558 if epsg in (4756, 9210) else 106.4133, abs=1e-7)


@pytest.mark.parametrize(("organization", "code", "asked"), [
    ("NONE", -1, True), ("EPSG", 4326, False), ("EPSG", 4756, False)])  # fmt: skip
def test_the_system_of_a_geopackage_is_its_own_or_asked(
    office, tmp_path, organization, code, asked
):
    file = _geopackage(tmp_path / "a.gpkg", *LAYER)
    point = b"GP\x00\x01" + struct.pack("<i", code) + struct.pack("<BIdd", 1, 1, 106.4133, 10.5361)
    with sqlite3.connect(file) as connection:
        connection.execute("INSERT OR REPLACE INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, '')",
                           ("x", code, organization, code))  # fmt: skip
        connection.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", (code,))
        connection.execute("INSERT INTO cot VALUES (1, ?, 'LA1', 'bể', 'Sao Mai')", (point,))
    connection.close()
    report = judge(file, kind="structures", register=office)
    assert bool(report.questions) == asked
    shifted = report.accepted[0].record.longitude == pytest.approx(106.41508558, abs=1e-7)
    assert shifted == (code == 4756)


def test_csv_with_quotes_that_do_not_close(refused, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(
        ";".join(HEADERS) + '\n"LA1;bể;Sao Mai;106.4;10.5;3\nLA2;bể\n', encoding="utf-8"
    )
    error = refused(file)
    assert error.key == "exchange.file.csv_broken"


def test_control_characters_and_broken_letters_are_rows(office, write_table):
    file = write_table("a.csv", (*HEADERS, "Tên"), (*GOOD, "a\x07b"),
                       ("LA2", *GOOD[1:], "x\ufffdy"), ("LA3", *GOOD[1:], "x" * 600))  # fmt: skip
    report = judge(file, kind="structures", register=office)
    reasons = [p.key.rpartition(".")[2] for p in report.problems]
    assert reasons == ["control_character", "control_character", "text_too_long"]


def test_rows_and_columns_are_bounded(office, write_table, refused):
    file = write_table("a.csv", HEADERS, *[(f"LA{i}", *GOOD[1:]) for i in range(6)])
    assert refused(file, limits=Limits(rows=5)).key == "exchange.file.too_many_rows"
    report = judge(file, kind="structures", register=office, limits=Limits(rows=6))
    assert len(report.accepted) == 6


def test_a_hundred_thousand_rows_and_one_bad_one(office, write_table):
    rows = [(f"LA{i}", "bể", "Sao Mai", 106 + i % 999 / 1999, 10.5, 3) for i in range(100_000)]
    rows[77_777] = ("LA77777", "bể", "Sao Mai", 106.1, 10.5, "cao")
    report = judge(write_table("a.csv", HEADERS, *rows), kind="structures", register=office)
    assert (report.rows, len(report.accepted)) == (100_000, 99_999)
    assert [(problem.row, problem.value) for problem in report.problems] == [(77_779, "cao")]


@pytest.mark.parametrize("place", ["A1048577", "A9999999999", "XFE2", "ZZZZZZ2", "2", "Ã2"])
def test_cells_where_no_sheet_has_any(workbook, refused, tmp_path, place):
    row = place.lstrip("ABCDEFXZÃ") or "2"

    def change(name, old):
        if "sheet1" not in name:
            return old
        cell = f'<row r="{row}"><c r="{place}"><v>1</v></c></row></sheetData>'
        return old.replace(b"</sheetData>", cell.encode())

    file = rebuilt(workbook, tmp_path / "far.xlsx", change)
    assert refused(file).key == "exchange.file.truncated"


def test_a_cell_in_the_last_row_costs_nothing(office, workbook, tmp_path):
    def change(name, old):
        cell = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
        return old.replace(b"</sheetData>", cell) if "sheet1" in name else old

    file = rebuilt(workbook, tmp_path / "far.xlsx", change)
    report = judge(file, kind="structures", register=office)
    assert report.rows == 2
    assert report.problems[0].row == 1048576


def test_formulas_are_never_their_cached_value(office, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADERS)
    book.active.append((*GOOD[:3], "=1+106", *GOOD[4:]))
    book.save(tmp_path / "a.xlsx")
    file = rebuilt(tmp_path / "a.xlsx", tmp_path / "b.xlsx",
                   lambda name, old: old.replace(b"<f>1+106</f><v></v>", b"<f>1+106</f><v>107</v>")
                   .replace(b"<f>1+106</f><v/>", b"<f>1+106</f><v>107</v>"))  # fmt: skip
    report = judge(file, kind="structures", register=office, answers=ImportAnswers(crs=4326))
    assert report.problems[0].key == "exchange.problem.formula"
    assert report.problems[0].values["cell"] == "D2"


def test_a_workbook_of_another_program_is_read(office, tmp_path):
    """Inline strings, no style sheet, prefixed names, a relative and an absolute target."""
    main = 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cells = "".join(f'<x:c t="inlineStr"><x:is><x:t>{h}</x:t></x:is></x:c>' for h in HEADERS)
    values = "".join(
        f'<x:c t="str"><x:v>{v}</x:v></x:c>'
        if isinstance(v, str)
        else f"<x:c><x:v>{v}</x:v></x:c>"
        for v in GOOD
    )
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<x:workbook {main} xmlns:r="{rel}"><x:sheets>'
        '<x:sheet name="Một" sheetId="1" r:id="rId9"/></x:sheets></x:workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId9" '
        f'Type="{rel}/worksheet" Target="/xl/worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f"<x:worksheet {main}><x:sheetData><x:row>{cells}</x:row>"
        f"<x:row>{values}</x:row></x:sheetData></x:worksheet>",
    }
    file = tmp_path / "a.xlsx"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    report = judge(file, kind="structures", register=office)
    assert report.problems == []
    assert (report.layer, report.accepted[0].record.height_m) == ("Một", 42.5)


def _by_hand(file, sheet, strings, styles="", properties=""):
    """Write a workbook as Excel lays it out: shared strings, a style sheet, relative targets."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = '<Relationship Id="r{}" Type="{}/{}" Target="{}"/>'
    parts = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{rel}">{properties}<sheets>'
        '<sheet name="Cột" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": "<Relationships>"
        + relation.format(1, rel, "worksheet", "worksheets/sheet1.xml")
        + relation.format(2, rel, "sharedStrings", "sharedStrings.xml")
        + relation.format(3, rel, "styles", "styles.xml")
        + "</Relationships>",
        "xl/sharedStrings.xml": f"<sst {main}>{strings}</sst>",
        "xl/styles.xml": f"<styleSheet {main}>{styles}</styleSheet>",
        "xl/worksheets/sheet1.xml": f"<worksheet {main}>"
        f"<sheetData>{sheet}</sheetData></worksheet>",
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


@pytest.mark.parametrize(
    ("system", "serial"), [("", 44013), ('<workbookPr date1904="1"/>', 42551)]
)
def test_shared_strings_days_and_texts_as_excel_writes_them(office, tmp_path, system, serial):
    words = [*HEADERS, "Từ ngày", "Tên", "LA1", "bể", "Sao Mai"]
    strings = "".join(f"<si><t>{word}</t></si>" for word in words)
    strings += ("<si><r><t xml:space='preserve'>Trạm </t></r><r><rPr/><t>Tân_x0020_An</t></r>"
                "<rPh sb='0' eb='1'><t>đọc</t></rPh></si><si><t>=1</t></si>")  # fmt: skip
    styles = (
        '<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>'
        '<xf numFmtId="170"/><xf numFmtId="0" quotePrefix="1"/></cellXfs>'
    )
    head = "".join(f'<c r="{chr(65 + i)}1" t="s"><v>{i}</v></c>' for i in range(8))

    def row(number, name):
        return (
            f'<row r="{number}"><c r="A{number}" t="s"><v>8</v></c><c r="B{number}" t="s"><v>9</v>'
            f'</c><c r="C{number}" t="s"><v>10</v></c><c r="D{number}"><v>106.4</v></c>'
            f'<c r="E{number}"><v>10.5</v></c><c r="G{number}" s="1"><v>{serial}</v></c>'
            f"{name}</row>"
        )

    sheet = f'<row r="1">{head}</row>' + row(2, '<c r="H2" t="s"><v>11</v></c>')
    file = _by_hand(tmp_path / "a.xlsx", sheet, strings, styles, system)
    record = judge(file, kind="structures", register=office).accepted[0].record
    assert (record.name, record.height_m) == ("Trạm Tân An", None)
    assert record.valid_from.isoformat() == "2020-07-01"
    marked = _by_hand(tmp_path / "b.xlsx",
                      f'<row r="1">{head}</row>' + row(3, '<c r="H3" t="s" s="2"><v>12</v></c>'),
                      strings, styles)  # fmt: skip
    assert judge(marked, kind="structures", register=office).accepted[0].record.name == "=1"
    bare = _by_hand(tmp_path / "c.xlsx",
                    f'<row r="1">{head}</row>' + row(3, '<c r="H3" t="s"><v>12</v></c>'),
                    strings, styles)  # fmt: skip
    problem = judge(bare, kind="structures", register=office).problems[0]
    assert (problem.row, problem.values["cell"]) == (3, "H3")


@pytest.mark.parametrize("index", ["99", "-1", "x"])
def test_a_shared_string_that_is_not_there(refused, tmp_path, index):
    sheet = f'<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>'
    file = _by_hand(tmp_path / "a.xlsx", sheet, "<si><t>Mã</t></si>" * 3)
    assert refused(file).key in ("exchange.file.truncated", "exchange.file.no_header")


def test_a_sheet_whose_part_is_elsewhere(workbook, refused, tmp_path):
    file = rebuilt(workbook, tmp_path / "a.xlsx",
                   lambda name, old: old.replace(b"worksheets/sheet1.xml", b"../../etc/passwd")
                   if name.endswith("workbook.xml.rels") else old)  # fmt: skip
    assert refused(file).key == "exchange.file.truncated"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
def test_the_reader_itself_refuses_a_document_type(workbook, tmp_path, part):
    """Even where the look ahead of it were blind."""
    dtd = b'<!DOCTYPE a [<!ENTITY b "c">]>'
    file = rebuilt(workbook, tmp_path / "dtd.xlsx",
                   lambda name, old: dtd + old if name == part else old)  # fmt: skip
    with pytest.raises(BrokenBookError, match="DOCTYPE"), Book(file) as book:
        list(book.rows(book.sheets[0], 10))


@pytest.mark.parametrize("digits", ["9" * 400, "-" + "9" * 4000])
def test_whole_numbers_that_no_float_holds(office, workbook, tmp_path, digits):
    def enlarge(name, old):
        if "sheet1" not in name:
            return old
        return old.replace(b"42.5", digits.encode()).replace(b"106.4133", digits.encode())

    file = rebuilt(workbook, tmp_path / "huge.xlsx", enlarge)
    report = judge(file, kind="structures", register=office)
    assert not report.accepted
    assert {problem.row for problem in report.problems} == {2}


@pytest.mark.parametrize("digits", ["9" * 400, "-" + "9" * 4000, "9" * 5000])
@pytest.mark.parametrize("place", ["106.25", "42.5"])
def test_whole_numbers_of_json_that_no_float_holds(refused, tmp_path, place, digits):
    feature = {"type": "Feature", "properties": {"ma": "LA1", "chieu_cao_m": 42.5},
               "geometry": {"type": "Point", "coordinates": [106.25, 10.5]}}  # fmt: skip
    content = json.dumps({"type": "FeatureCollection", "features": [feature]})
    file = tmp_path / "huge.geojson"
    file.write_text(content.replace(place, digits))
    assert refused(file).key == "exchange.file.json_not_plain"


def test_a_cell_of_marks_alone_is_a_refused_row_and_costs_nothing(office, write_table):
    marks = "o" + "\u0301\u0323" * 15_000
    file = write_table("dau.csv", (*HEADERS, "Tên"), (*GOOD, marks))
    began = time.process_time()
    report = judge(file, kind="structures", register=office)
    assert time.process_time() - began < 2.0
    assert [p.key.rpartition(".")[2] for p in report.problems] == ["control_character"]
