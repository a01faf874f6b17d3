"""Marks of a state secret in any column, beside the table, and in what of a file is not read."""

import json
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pyogrio
import pytest
import shapely
from openpyxl import Workbook
from openpyxl.comments import Comment

from gis.errors import FormatError
from gis.exchange.importing import ImportAnswers, judge
from gis.exchange.marks import bears_mark
from gis.exchange.report import ImportReport
from gis.register.store import Register

ANSWERS = ImportAnswers(values={"owner_id": "sao", "kind": "manhole"}, crs=4326)
HEADERS = ("Mã trạm", "Kinh độ", "Vĩ độ", "Ghi chú")
GOOD, MARKED = ("M1", "106.41", "10.65", "tốt"), ("XYZZY", "106.42", "10.65", "Tối mật")
PLACE = shapely.Point(106.41, 10.65)


def judged(register: Register, file: Path) -> ImportReport:
    return judge(file, kind="structures", register=register, answers=ANSWERS)


def is_refused_whole(register: Register, file: Path) -> None:
    with pytest.raises(FormatError) as caught:
        judged(register, file)
    assert caught.value.key == "exchange.file.state_secret"


@pytest.mark.parametrize(
    "text",
    [
        "Mật", "MẬT", " Tối Mật ", "tuyệt mật", "toi mat", "TUYET MAT", "Tối\u00a0mật", "Tối_mật",
        unicodedata.normalize("NFD", "Mật"), unicodedata.normalize("NFD", "Tối mật"),
        "công trình tối mật", "Ghi chú: Mật", "(Mật)", "Độ mật: MẬT", "Độ mật: A", "độ mật:mat",
        "Mật, không chia sẻ", "Mật.", "TỐI MẬT!", "M Ậ T", "T Ố I  M Ậ T", "đóng dấu MẬT",
        "Tài liệu mật", "ds_Tối_mật", "\ufeffMật", "SECRET", "Top Secret", '{"Độ mật": "Mật"}',
        r"{\fArial|b0;MẬT}", r"\LMẬT\l", "Công văn mật", "công_văn  MẬT số 12", "CÔNGVĂN MẬT",
        "văn bản  mật", "đóng dấuMẬT", "tốimật", "TUYỆTMẬT", "tuyetmat", "TỐI - MẬT", "TOPSECRET",
        "Mật số 2", "MẬT SỐ: 02", "Trạm A; mật số 2/2026", "Ghi chú: Mật số 2", "Mật 02",
        "Mật 02/2026; hết",
        "Trạm A - Mật no. 2", "thuộc danh mục bí mật nhà nước", "Bí mật Nhà nước độ Mật",
        "thuoc danh muc bi mat nha nuoc", "chứa bí mật nhà nước", "BÍ MẬT  NHÀ NƯỚC",
        "Không chia sẻ vì là bí mật nhà nước", "Thuộc bí mật nhà nước: có",
        "không thuộc mạng A, là bí mật nhà nước",
        "thuộc loại MẬT", "Cột thuộc diện mật", "trạm này xếp độ Mật", "hồ sơ thuộc mức mật số 2",
        "Tèi mËt", "Ghi chó: mËt", "MËt", "Toái maät", "MAÄT", "Tuyeät maät",
        "M\u200bật", "T\u200bố\u2060i m\u200dật", "M\u00adật", "M\ufe0fậ\u034ft", "ＭẬＴ",
        "Ｔốｉ　ｍậｔ",
        "ＭＡ\u0302\u0323Ｔ", "ｔｏｉ　ｍａｔ", "ＴＯＰ ＳＥＣＲＥＴ", "Ⓜậⓣ", "𝐌ậ𝐭",
        "Độ mật：ＡＢ", "công văn ｍật",
    ],
)  # fmt: skip
def test_a_mark_is_seen_however_it_is_written(text: str) -> None:
    assert bears_mark(text)


@pytest.mark.parametrize(
    "text",
    [
        "mật độ dân cư", "Mật độ cột", "bảo mật", "an ninh, bảo mật, PCCC", "tài liệu bảo mật",
        "Trạm bà Nguyễn Thị Mật", "mất", "Mặt", "Mát", "MAT", "mat", "buổi tối mật độ xe cao",
        "dấu mật độ", "tài liệu mật mã", "Độ mật", "Độ mật:", "Độ mật: không", "Bảo mật: có",
        "Mật: có", "không mật", "mật ong", "Mật khẩu", "Mật Sơn", "a", "b", "c", "bà Mật",
        "mật độ số 2", "Mật độ: 2", "bà Mật số 2", "Trạm bà Mật 2", "công văn mật mã",
        "công văn về mật độ", "buổi tối mậtđộ", "Mật Sơn số 2", "két mật số 2", "bảo mật số 2",
        "Mật 2 lít", "không thuộc diện mật", "chưa xếp loại mật", "Không thuộc loại mật",
        "thuộc loại mật độ cao", "Nhµ m¸y mËt ong", "maät ñoä",
        "ｍậｔ　độ", "m\u200bật độ", "bảo\u200b mật", "Độ mật：ｋｈôｎｇ", "ｍất",
        "không thuộc danh mục bí mật nhà nước", "Không phải là bí mật nhà nước",
        "Thuộc bí mật nhà nước: không", "theo Luật Bảo vệ bí mật nhà nước", "bí mật kinh doanh",
    ],
)  # fmt: skip
def test_words_with_the_syllable_are_no_mark(text: str) -> None:
    assert not bears_mark(text)


def features(*notes: str) -> list[dict[str, Any]]:
    return [
        {"type": "Feature", "properties": {"Mã trạm": code, "Ghi chú": note},
         "geometry": {"type": "Point", "coordinates": [106.41 + n / 100, 10.65]}}
        for n, (code, note) in enumerate(zip(("M1", "XYZZY"), notes, strict=False))
    ]  # fmt: skip


def geojson(where: Path, content: dict[str, Any]) -> Path:
    file = where / "m.geojson"
    file.write_text(json.dumps(content))
    return file


def frame(*notes: str) -> Any:
    return geopandas.GeoDataFrame.from_features(features(*notes), crs=4326)


def shapefile(where: Path, table: Any, **others: bytes) -> Path:
    folder, file = where / "shp", where / "m.zip"
    folder.mkdir()
    pyogrio.write_dataframe(table, folder / "a.shp", encoding="UTF-8")
    with zipfile.ZipFile(file, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, part.name)
        for name, content in others.items():
            archive.writestr(name.replace("__", "."), content)
    return file


def table_file(where: Path, ending: str, note: str) -> Path:
    file = where / f"m.{ending}"
    if ending == "csv":
        rows = (HEADERS, GOOD, (*MARKED[:3], note))
        file.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    elif ending == "xlsx":
        book = Workbook()
        for row in (HEADERS, GOOD, (*MARKED[:3], note)):
            book.active.append(row)
        book.save(file)
    elif ending == "geojson":
        file = geojson(where, {"type": "FeatureCollection", "features": features("tốt", note)})
    elif ending == "gpkg":
        pyogrio.write_dataframe(frame("tốt", note), file, layer="structures")
    elif ending == "zip":
        file = shapefile(where, frame("tốt", note))
    elif ending == "kml":
        marks = [
            f'<Placemark><name>{code}</name><ExtendedData><Data name="Ghi chú"><value>{words}'
            "</value></Data></ExtendedData><Point><coordinates>106.4,10.65</coordinates></Point>"
            "</Placemark>"
            for code, words in (("M1", "tốt"), ("XYZZY", note))
        ]
        file.write_text(f"<kml><Document>{''.join(marks)}</Document></kml>", encoding="utf-8")
    else:
        file.write_text(dxf(inserted("M1", "tốt"), inserted("XYZZY", note)), encoding="utf-8")
    return file


def inserted(code: str, note: str) -> str:
    place = f"5\n{code}\n8\nBể\n2\nB\n10\n106.4{len(code)}\n20\n10.65"
    told = "".join(f"0\nATTRIB\n2\n{name}\n1\n{value}\n" for name, value in
                   (("MA TRAM", code), ("GHI CHU", note)))  # fmt: skip
    return f"0\nINSERT\n{place}\n{told}0\nSEQEND\n"


def dxf(*entities: str) -> str:
    return f"0\nSECTION\n2\nENTITIES\n{''.join(entities)}0\nENDSEC\n0\nEOF\n"


ENDINGS = ["csv", "xlsx", "geojson", "gpkg", "zip", "kml", "dxf"]


@pytest.mark.parametrize(
    "note",
    [
        "Tối mật",
        " MẬT ",
        "công trình tuyệt mật",
        "Công văn mật",
        "Mật số 2",
        "thuộc danh mục bí mật nhà nước",
    ],
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_mark_in_any_column_refuses_its_row(
    office: Register, tmp_path: Path, ending: str, note: str
) -> None:
    report = judged(office, table_file(tmp_path, ending, note))
    assert (len(report.secrets), report.rows) == (1, 2)
    assert "XYZZY" not in repr(report)


@pytest.mark.parametrize("header", ["Độ m\u200bật", "Ｄｏ　ｍａｔ", "Đ\u2060ộ mật"])
def test_a_column_of_secrecy_is_seen_however_its_header_is_written(
    office: Register, write_table: Callable[..., Path], header: str
) -> None:
    rows = ((*GOOD[:3], "không"), (*MARKED[:3], "Ａ"))
    report = judged(office, write_table("m.csv", (*HEADERS[:3], header), *rows))
    assert (report.secrets, report.rows) == ((3,), 2)


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_column_is_refused_for_the_syllable(
    office: Register, tmp_path: Path, ending: str
) -> None:
    report = judged(office, table_file(tmp_path, ending, "mật độ dân cư; bảo mật; bà Mật"))
    assert (report.secrets, report.rows, len(report.accepted)) == ((), 2, 2)


def book(*rows: tuple[str, ...]) -> Workbook:
    made = Workbook()
    for row in rows or (HEADERS, GOOD):
        made.active.append(row)
    return made


def other_sheet(made: Workbook, *rows: tuple[str, ...], hidden: bool = False) -> None:
    sheet = made.create_sheet("Khác")
    sheet.sheet_state = "hidden" if hidden else "visible"
    for row in rows:
        sheet.append(row)


def titled() -> Workbook:
    made = book(("DANH SÁCH TRẠM - MẬT",), HEADERS, GOOD)
    made.active.merge_cells("A1:D1")
    return made


def with_sheet(*rows: tuple[str, ...], hidden: bool = False) -> Workbook:
    made = book()
    other_sheet(made, *rows, hidden=hidden)
    return made


def with_cell(place: str, words: str) -> Workbook:
    made = book()
    made.active[place] = words
    return made


def printed() -> Workbook:
    made = book()
    made.active.oddHeader.center.text = "MẬT"
    made.active.oddHeader.center.size = 14
    return made


def commented() -> Workbook:
    made = book()
    made.active["A2"].comment = Comment("Độ mật: Mật", "lan")
    return made


def described() -> Workbook:
    made = book()
    made.properties.keywords = "tối mật"
    return made


def named() -> Workbook:
    made = book()
    made.active.title = "Mật"
    return made


STAMPED: dict[str, Callable[[], Workbook]] = {
    "title merged over the table": titled,
    "title as the header of a column": lambda: book(("TỐI MẬT",), ("", *HEADERS), ("1", *GOOD)),
    "row of another sheet": lambda: with_sheet(HEADERS, MARKED),
    "row of a hidden sheet": lambda: with_sheet(
        ("Mã trạm", "Kinh độ", "Vĩ độ", "Độ mật"), ("XYZZY", "1", "1", "xin xem"), hidden=True
    ),
    "row of a sheet of another kind": lambda: with_sheet(
        ("Tên", "Hãng", "Độ mật"), ("XYZZY", "x", "A")
    ),
    "words of a sheet that is no table": lambda: with_sheet(("Tài liệu này", "TỐI MẬT")),
    "cell beyond the last header": lambda: with_cell("H2", "Mật"),
    "cell below the table and beyond it": lambda: with_cell("H9", "TUYỆT MẬT"),
    "printed edge": printed,
    "comment": commented,
    "property": described,
    "name of the sheet": named,
}


@pytest.mark.parametrize("how", list(STAMPED))
def test_a_mark_anywhere_in_a_workbook_refuses_it(
    office: Register, tmp_path: Path, how: str
) -> None:
    file = tmp_path / "m.xlsx"
    STAMPED[how]().save(file)
    is_refused_whole(office, file)


@pytest.mark.parametrize(("header", "mark"), [("Độ mật", "A"), ("Ghi chú", "Tối mật")])
def test_a_merged_mark_is_of_every_row_that_it_covers(
    office: Register, tmp_path: Path, header: str, mark: str
) -> None:
    rows = [(f"M{n}", "106.4", f"10.6{n}", mark if n == 2 else "") for n in range(1, 6)]
    made, file = book((*HEADERS[:3], header), *rows), tmp_path / "m.xlsx"
    made.active.merge_cells("D3:D5")
    made.save(file)
    report = judged(office, file)
    assert (report.secrets, len(report.accepted)) == ((3, 4, 5), 2)


def test_other_merged_cells_say_nothing_of_further_rows(office: Register, tmp_path: Path) -> None:
    rows = [("M1", "106.4", "10.61", "tốt"), ("M2", "106.4", "10.62", "")]
    made, file = book(HEADERS, *rows), tmp_path / "m.xlsx"
    made.active.merge_cells("D2:D3")
    made.save(file)
    report = judged(office, file)
    assert (report.secrets, len(report.accepted)) == ((), 2)
    assert "tốt" not in repr(report.accepted[1])


def test_a_workbook_without_a_mark_is_read(office: Register, tmp_path: Path) -> None:
    made, file = book(), tmp_path / "m.xlsx"
    other_sheet(made, ("Mã trạm", "Tên", "Mật", "Độ mật"), ("A", "Mật Sơn", "có", "không"))
    other_sheet(made, ("Mật độ dân cư", "120"), hidden=True)
    made.active.oddHeader.center.text = "Bảo mật: không"
    made.save(file)
    assert len(judged(office, file).accepted) == 1


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_header_of_secrecy_over_two_rows_is_no_stamp(
    office: Register, write_table: Callable[..., Path], ending: str
) -> None:
    upper = ("Mã trạm", "Tọa độ", "", "Mật", "Bí mật nhà nước")
    lower = ("", "Kinh độ", "Vĩ độ", "", "")
    file = write_table(f"m.{ending}", upper, lower, ("M1", "106.41", "10.65", "có", "không"))
    report = judged(office, file)
    assert [getattr(row.record, "confidential", None) for row in report.accepted] == [True]


def test_a_mark_beyond_the_headers_of_a_csv_refuses_it(
    office: Register, write_table: Callable[..., Path]
) -> None:
    is_refused_whole(office, write_table("m.csv", HEADERS, GOOD, ("", "", "", "", "Mật")))


@pytest.mark.parametrize("name", ["Trạm (MẬT).csv", "ds_tối_mật.csv", "Trạm - Mật.csv"])
def test_a_mark_in_the_name_of_a_file_refuses_it(
    office: Register, write_table: Callable[..., Path], name: str
) -> None:
    is_refused_whole(office, write_table(name, HEADERS, GOOD))


@pytest.mark.parametrize(
    "more",
    [
        {"name": "MẬT"},
        {"metadata": {"Độ mật": "Tối mật"}},
        {"features": [{**features("tốt")[0], "Độ mật": "Mật"}]},
        {"features": [{**features("tốt")[0], "properties": "TỐI MẬT"}]},
        {"elements": [{"type": "node", "id": 1, "lon": 106.4, "lat": 10.6, "note": "tối mật",
                       "tags": {"man_made": "mast"}}]},
        {"elements": [], "remark": "tuyệt mật"},
    ],
)  # fmt: skip
def test_a_mark_beside_the_properties_refuses_the_file(
    office: Register, tmp_path: Path, more: dict[str, Any]
) -> None:
    content = {"type": "FeatureCollection", "features": features("tốt"), **more}
    is_refused_whole(office, geojson(tmp_path, content))


def test_a_mark_within_a_property_refuses_the_row(office: Register, tmp_path: Path) -> None:
    one = features("tốt")[0]
    one["properties"]["thêm"] = {"Độ mật": unicodedata.normalize("NFD", "Mật")}
    file = geojson(tmp_path, {"type": "FeatureCollection", "features": [one]})
    assert judged(office, file).secrets == (1,)


def test_a_mark_in_another_layer_refuses_the_geopackage(office: Register, tmp_path: Path) -> None:
    file = tmp_path / "m.gpkg"
    pyogrio.write_dataframe(frame("tốt"), file, layer="structures")
    assert len(judged(office, file).accepted) == 1
    pyogrio.write_dataframe(pandas.DataFrame({"Độ mật": ["C"]}), file, layer="khac", append=True)
    is_refused_whole(office, file)


@pytest.mark.parametrize("name", ["b__dbf", "ghi_chu__txt", "a__shp__xml"])
def test_a_mark_in_another_file_of_the_archive_refuses_it(
    office: Register, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    pyogrio.write_dataframe(frame("Tối mật"), folder / "b.shp", encoding="UTF-8")
    text = "<metadata>\n<use>TỐI MẬT</use>\n</metadata>".encode()
    content = (folder / "b.dbf").read_bytes() if name.endswith("dbf") else text
    is_refused_whole(office, shapefile(tmp_path, frame("tốt"), **{name: content}))


def test_a_mark_on_a_deleted_record_refuses_the_shapefile(
    office: Register, tmp_path: Path
) -> None:
    source, file = shapefile(tmp_path, frame("Tối mật", "tốt")), tmp_path / "x.zip"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = bytearray(old.read(name))
            if name == "a.dbf":
                content[int.from_bytes(content[8:10], "little")] = ord("*")
            new.writestr(name, bytes(content))
    is_refused_whole(office, file)


KML = "<kml><Document>{}<Placemark><name>M1</name>{}<Point><coordinates>106.4,10.65</coordinates>\
</Point></Placemark></Document></kml>"


def test_a_mark_in_another_document_refuses_the_kmz(office: Register, tmp_path: Path) -> None:
    file = tmp_path / "m.kmz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.kml", KML.format("<name>Mật</name>", ""))
        archive.writestr("doc.kml", KML.format("", ""))
    is_refused_whole(office, file)


def test_a_mark_in_any_word_of_a_kml_is_seen(office: Register, tmp_path: Path) -> None:
    file = tmp_path / "m.kml"
    file.write_text(KML.format("<Snippet>MẬT</Snippet>", ""), encoding="utf-8")
    is_refused_whole(office, file)
    file.write_text(KML.format("", "<address>Tuyệt mật</address>"), encoding="utf-8")
    assert judged(office, file).secrets == (1,)


@pytest.mark.parametrize(
    "mark",
    [
        "0\nTEXT\n8\nKHUNG\n10\n0\n20\n0\n1\nTÀI LIỆU TỐI MẬT\n",
        "0\nMTEXT\n8\nKHUNG\n1\n{\\fArial|b1;M\\U+1EACT}\n",
        "0\nCIRCLE\n8\nMẬT\n10\n1\n20\n1\n40\n2\n",
        "0\nPOINT\n8\nA\n10\n106.4\n20\n10.6\n1001\nACAD\n1000\nTuyệt mật\n",
    ],
)
def test_a_mark_in_the_words_of_a_drawing_refuses_it(
    office: Register, tmp_path: Path, mark: str
) -> None:
    file = tmp_path / "m.dxf"
    file.write_text(dxf(inserted("M1", "tốt"), mark), encoding="utf-8")
    is_refused_whole(office, file)


@pytest.mark.parametrize("name", ["note", "address", "classification"])
def test_an_answer_that_bears_a_mark_is_refused(
    office: Register, tmp_path: Path, name: str
) -> None:
    answers = ImportAnswers(values={**ANSWERS.values, name: "Tối mật"}, crs=4326)
    with pytest.raises(FormatError) as caught:
        judge(table_file(tmp_path, "csv", "tốt"), kind="structures", register=office,
              answers=answers)  # fmt: skip
    assert caught.value.key == "exchange.answer_secret"
    assert "mật" not in repr(caught.value.values)
