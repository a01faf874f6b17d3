"""What bears the mark of a state secret is seen in every format, whatever the answers say."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gis.errors import FormatError
from gis.exchange.error_report import error_report_xlsx
from gis.exchange.importing import ImportAnswers, judge
from gis.exchange.report import ImportReport
from gis.register.store import Register

Write = Callable[..., Path]

OWNER = {"owner_id": "sao"}
HEADERS = ("Mã trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ", "Địa chỉ", "Độ mật")
ROW = ("XYZZY", "Bể", "Sao Mai", "106.42", "10.65", "PLUGH")
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{document}<Folder>{folder}
<Placemark><name>G1</name><ExtendedData>
 <Data name="Loại"><value>Bể</value></Data><Data name="Chủ sở hữu"><value>Sao Mai</value></Data>
 <Data name="Mã"><value>G1</value></Data></ExtendedData>
 <Point><coordinates>106.41,10.65</coordinates></Point></Placemark>
<Placemark>{placemark}<ExtendedData>
 <Data name="Loại"><value>Bể</value></Data><Data name="Chủ sở hữu"><value>Sao Mai</value></Data>
 <Data name="Mã"><value>XYZZY</value></Data>{data}
 </ExtendedData><Point><coordinates>106.42,10.65</coordinates></Point></Placemark>
</Folder></Document></kml>"""
DRAWN = "0\nINSERT\n5\n{code}\n8\n{layer}\n2\nCOT\n10\n581000.0\n20\n{north}\n"


def kml(where: Path, **parts: str) -> Path:
    file = where / "m.kml"
    empty = {"document": "", "folder": "", "placemark": "", "data": ""}
    file.write_text(KML.format(**empty | parts), encoding="utf-8")
    return file


def is_withheld(report: ImportReport, folder: Path, row: int) -> None:
    assert report.secrets == (row,)
    assert "XYZZY" not in repr(report)
    assert {len(one.cells) for one in report.refused} <= {len(report.header)}
    assert error_report_xlsx(report, folder / "loi.xlsx").is_file()


@pytest.mark.parametrize("overpass", [False, True])
def test_a_mark_on_a_feature_of_the_map_is_seen(
    office: Register, tmp_path: Path, overpass: bool
) -> None:
    marks = [{}, {"name": "XYZZY", "Độ mật": "Tối mật"}]
    tags = [{"man_made": "mast", "tower:type": "communication", **mark} for mark in marks]
    content: dict[str, object]
    if overpass:
        content = {"elements": [
            {"type": "node", "id": 8 + n, "lon": 106.41 + n / 100, "lat": 10.65, "tags": one}
            for n, one in enumerate(tags)
        ]}  # fmt: skip
    else:
        content = {"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {**one, "@id": f"node/{8 + n}"},
             "geometry": {"type": "Point", "coordinates": [106.41 + n / 100, 10.65]}}
            for n, one in enumerate(tags)
        ]}  # fmt: skip
    file = tmp_path / "osm.json"
    file.write_text(json.dumps(content))
    report = judge(file, kind="structures", register=office, answers=ImportAnswers(values=OWNER))
    is_withheld(report, tmp_path, 2)
    assert (report.rows, len(report.accepted), report.passed_over) == (2, 1, 0)


def test_a_mark_on_a_cell_of_a_radio_network_is_seen(office: Register, tmp_path: Path) -> None:
    file = tmp_path / "452.csv"
    file.write_text(
        "radio,mcc,net,area,cell,lon,lat,range,secrecy\n"
        "LTE,452,4,1201,30201,106.41,10.65,1200,\n"
        "XYZZY,452,4,1201,30202,106.42,10.65,1200,TUYỆT MẬT\n"
    )
    report = judge(file, kind="structures", register=office, answers=ImportAnswers(values=OWNER))
    is_withheld(report, tmp_path, 3)
    assert len(report.accepted) == 1


@pytest.mark.parametrize("marks", [("không", "Mật"), ("Mật", "không"), ("", "Tối mật")])
@pytest.mark.parametrize("headers", [("Độ mật", "Phân loại mật"), ("Độ mật", "Độ mật")])
def test_every_column_of_secrecy_is_read(
    office: Register,
    write_table: Write,
    tmp_path: Path,
    marks: tuple[str, str],
    headers: tuple[str, str],
) -> None:
    file = write_table("m.csv", (*HEADERS[:-1], *headers), (*ROW, *marks))
    is_withheld(judge(file, kind="structures", register=office), tmp_path, 2)


@pytest.mark.parametrize(
    "columns",
    [{"classification": ""}, {"classification": "Địa chỉ"}, {"note": "Độ mật"}, {"name": "7"}],
)
def test_no_answer_switches_the_mark_off(
    office: Register, write_table: Write, tmp_path: Path, columns: dict[str, str]
) -> None:
    file = write_table("m.csv", HEADERS, (*ROW, "Tối mật"))
    answers = ImportAnswers(columns=columns)
    report = judge(file, kind="structures", register=office, answers=answers)
    is_withheld(report, tmp_path, 2)


def test_a_mark_is_seen_where_the_kind_has_no_such_field(
    office: Register, write_table: Write, tmp_path: Path
) -> None:
    headers = ("Mã xã", "Dân số", "Năm dân số", "Nguồn dân số", "Độ mật")
    file = write_table("m.csv", headers, ("XYZZY", "1200", "2024", "Cục Thống kê", "Mật"))
    is_withheld(judge(file, kind="population", register=office), tmp_path, 2)


@pytest.mark.parametrize(
    "parts",
    [
        {"document": "<name>TUYỆT MẬT</name>"},
        {"document": "<description>&lt;b&gt;Độ mật&lt;/b&gt;: Mật</description>"},
        {"document": "<description>Theo công văn, tài liệu TỐI MẬT của tỉnh</description>"},
        {"folder": "<name>Trạm viễn thông (Mật)</name>"},
        {"folder": "<description><![CDATA[<p>TỐI MẬT</p>]]></description>"},
    ],
)
def test_a_mark_on_a_folder_of_placemarks_refuses_the_file(
    office: Register, tmp_path: Path, parts: dict[str, str]
) -> None:
    with pytest.raises(FormatError) as caught:
        judge(kml(tmp_path, **parts), kind="structures", register=office)
    assert caught.value.key == "exchange.file.state_secret"


@pytest.mark.parametrize(
    "parts",
    [
        {"placemark": "<name>MẬT</name>"},
        {"placemark": "<name>X</name><description>TỐI MẬT</description>"},
        {"placemark": "<description><![CDATA[<td>Độ mật</td><td>Mật</td>]]></description>"},
        {"placemark": "<description>MẬT</description>",
         "data": '<Data name="description"><value>ok</value></Data>'},
        {"placemark": "<name>MẬT</name>",
         "data": '<Data name="Placemark"><value>X</value></Data>'},
        {"data": '<Data name="Độ mật"><value>không</value></Data>'
                 '<Data name="Độ mật"><value>Mật</value></Data>'},
    ],
)  # fmt: skip
def test_a_mark_on_a_placemark_refuses_its_row(
    office: Register, tmp_path: Path, parts: dict[str, str]
) -> None:
    report = judge(kml(tmp_path, **parts), kind="structures", register=office)
    is_withheld(report, tmp_path, 2)
    assert len(report.accepted) == 1


@pytest.mark.parametrize(
    "parts",
    [
        {"document": "<name>Mật độ cột ăng ten</name>"},
        {"folder": "<name>Bảo mật: không</name>"},
        {"placemark": "<name>X</name><description>Trạm bà Nguyễn Thị Mật</description>"},
        {
            "document": "<description><![CDATA[<td>Bí mật nhà nước</td> <td>không</td>]]>"
            "</description>"
        },
        {"document": "<description>VN-2000, KTT 105°45'</description>"},
    ],
)
def test_words_that_are_no_mark_refuse_nothing(
    office: Register, tmp_path: Path, parts: dict[str, str]
) -> None:
    report = judge(kml(tmp_path, **parts), kind="structures", register=office)
    assert (report.problems, report.questions) == ([], ())
    assert [row.record.longitude for row in report.accepted] == [106.41, 106.42]


def test_a_layer_of_a_drawing_may_bear_the_mark(office: Register, tmp_path: Path) -> None:
    drawn = DRAWN.format(code="1A", layer="COT_ANTEN", north="1177500.0")
    secret = DRAWN.format(code="XYZZY", layer="MẬT", north="1177600.0")
    file = tmp_path / "m.dxf"
    file.write_text(
        f"0\nSECTION\n2\nENTITIES\n{drawn}{secret}0\nENDSEC\n0\nEOF\n", encoding="utf-8"
    )
    answers = ImportAnswers(values=OWNER, crs=9210)
    report = judge(file, kind="structures", register=office, answers=answers)
    is_withheld(report, tmp_path, 2)
    assert len(report.accepted) == 1
