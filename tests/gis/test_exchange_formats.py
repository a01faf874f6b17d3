"""KML, KMZ, Shapefile and the map's own formats: read, refused, and what an export loses."""

import json
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas
import pyogrio
import pytest
import shapely

from gis.errors import FormatError
from gis.exchange.answers import QuestionKind
from gis.exchange.error_report import error_report_xlsx
from gis.exchange.exporting import export
from gis.exchange.formats import osm
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.layers import Filters, LayerName, read_layer
from gis.exchange.losing import TEXT_BYTES, Loss, losses, short_names
from gis.exchange.report import RowState
from gis.register.records import Provenance
from gis.register.routes import Route, RouteKind
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import AttachmentLevel, MastClass, Structure, StructureKind
from propagation.compliance.records import Confidence

Write = Callable[..., Path]

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="biên bản")
ONE = Structure(
    id="a", code="LA1", name="Đức Hòa", kind=StructureKind.ANTENNA_MAST, owner_id="sao",
    longitude=106.4133, latitude=10.6561, height_m=42.125, shareable=True,
    address=" ".join(["Ấp"] * 80),
    valid_from=date(2020, 5, 6), mast_class=MastClass.A2A, provenance=KNOWN,
)  # fmt: skip
TWO = Structure(
    id="b", code="LA2", name="Bể & cống <2>", kind=StructureKind.MANHOLE, owner_id="sao",
    longitude=106.42, latitude=10.66, provenance=KNOWN,
)  # fmt: skip
COURSE = shapely.LineString([(106.4133, 10.6561), (106.417, 10.659), (106.42, 10.66)])


@pytest.fixture
def filled(office: Register) -> Register:
    with office.write(author="test", reason="scene") as writer:
        writer.add_structures([ONE, TWO])
        writer.add_levels(
            [
                AttachmentLevel(
                    id="m", structure_id="a", height_from_m=30.0, height_to_m=36.0, slots=3,
                    provenance=KNOWN,
                )
            ]
        )  # fmt: skip
        writer.add_routes(
            [
                Route(
                    id="t", code="T1", kind=RouteKind.DUCT, owner_id="sao", from_id="a",
                    to_id="b", geometry=COURSE, length_m=900.0, provenance=KNOWN,
                )
            ]
        )  # fmt: skip
    return office


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>G1</name><ExtendedData>
 <Data name="Loại"><value>Cột ăng ten</value></Data>
 <SchemaData><SimpleData name="Chủ sở hữu">Sao Mai</SimpleData></SchemaData>
 <Data name="Chiều cao (m)"><value>45</value></Data></ExtendedData>
 <Point><coordinates>106.41,10.65,12</coordinates></Point></Placemark>
<Placemark><name>G2</name><ExtendedData>
 <Data name="Loại"><value>Bể</value></Data><Data name="Chủ sở hữu"><value>Sao Mai</value></Data>
 </ExtendedData><MultiGeometry><Point><coordinates>106.42,10.65</coordinates></Point>
 </MultiGeometry></Placemark>
<Placemark><name>G3</name><ExtendedData>
 <Data name="Loại"><value>Bể</value></Data><Data name="Chủ sở hữu"><value>Sao Mai</value></Data>
 </ExtendedData><Polygon/></Placemark>
</Folder></Document></kml>"""


@pytest.mark.parametrize("ending", ["kml", "kmz"])
def test_placemarks_are_structures_named_by_their_code(
    office: Register, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"cot.{ending}"
    if ending == "kml":
        file.write_text(KML, encoding="utf-8")
    else:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("doc.kml", KML)
            archive.writestr("files/a.png", b"\x89PNG")
    report = judge(file, kind="structures", register=office)
    assert report.questions == ()
    assert [row.record.code for row in report.accepted] == ["G1", "G2"]
    assert (report.accepted[0].record.height_m, report.accepted[0].record.latitude) == (45, 10.65)
    assert [(p.row, p.key) for p in report.problems] == [(3, "exchange.problem.not_a_point")]
    commit(report, office, author="lan")


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (KML[:300], "exchange.file.truncated"),
        (KML.replace("<kml", "<!DOCTYPE kml [<!ENTITY a 'b'>]><kml", 1), "exchange.file.entities"),
        ("{}", "exchange.file.not_what_it_says"),
    ],
)
@pytest.mark.parametrize("ending", ["kml", "kmz"])
def test_a_hostile_kml_is_refused(
    office: Register, tmp_path: Path, content: str, key: str, ending: str
) -> None:
    file = tmp_path / f"x.{ending}"
    if ending == "kml":
        file.write_text(content, encoding="utf-8")
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("doc.kml", content)
        key = "exchange.file.truncated" if content == "{}" else key
    with pytest.raises(FormatError) as caught:
        judge(file, kind="structures", register=office)
    assert caught.value.key == key


@pytest.mark.parametrize("member", ["../doc.kml", "/doc.kml", "c:\\doc.kml"])
@pytest.mark.parametrize("ending", ["kmz", "zip"])
def test_members_with_paths_that_lead_out_are_refused(
    office: Register, tmp_path: Path, member: str, ending: str
) -> None:
    file = tmp_path / f"x.{ending}"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, KML)
    with pytest.raises(FormatError) as caught:
        judge(file, kind="structures", register=office)
    assert caught.value.key == "exchange.file.member_path"


def packed(tmp_path: Path, *, without: str = "", crs: int = 4326) -> Path:
    """Return a Shapefile of two structures as a program writes it."""
    frame = pyogrio.read_dataframe(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"Mã trạm": f"S{n}", "Loại": "Cột ăng ten",
                                       "Đơn vị": "Sao Mai", "Cao": 30.5 + n},
                        "geometry": {"type": "Point", "coordinates": [106.41 + n / 100, 10.65]},
                    }
                    for n in range(2)
                ],
            }
        )
    )  # fmt: skip
    folder = tmp_path / "shp"
    folder.mkdir()
    pyogrio.write_dataframe(frame.to_crs(crs), folder / "cot.shp", encoding="UTF-8")
    file = tmp_path / "cot.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in folder.iterdir():
            if part.suffix != without:
                archive.write(part, part.name)
    return file


def test_a_shapefile_is_read(office: Register, tmp_path: Path) -> None:
    report = judge(packed(tmp_path), kind="structures", register=office)
    assert (report.questions, report.problems) == ((), [])
    first, second = (row.record for row in report.accepted)
    assert (first.code, first.height_m, first.longitude) == ("S0", 30.5, 106.41)
    assert (second.code, second.height_m, second.latitude) == ("S1", 31.5, 10.65)


def test_a_shapefile_without_prj_is_a_question(office: Register, tmp_path: Path) -> None:
    file = packed(tmp_path, without=".prj")
    (question,) = judge(file, kind="structures", register=office).questions
    assert question.kind is QuestionKind.CRS
    answers = ImportAnswers(crs=4326)
    report = judge(file, kind="structures", register=office, answers=answers)
    assert (report.questions, len(report.accepted)) == ((), 2)


def test_a_shapefile_without_its_table_is_refused(office: Register, tmp_path: Path) -> None:
    with pytest.raises(FormatError) as caught:
        judge(packed(tmp_path, without=".dbf"), kind="structures", register=office)
    assert "cot.dbf" in caught.value.say("vi")


@pytest.mark.parametrize("part", ["cot.shp", "cot.dbf"])
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_a_broken_shapefile_is_refused(
    office: Register, tmp_path: Path, part: str, keep: float
) -> None:
    source, file = packed(tmp_path), tmp_path / "x.zip"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[: int(len(content) * keep)] if name == part else content)
    with pytest.raises(FormatError) as caught:
        judge(file, kind="structures", register=office)
    assert caught.value.key == "exchange.file.truncated"


def test_a_shapefile_that_lies_about_its_counts(office: Register, tmp_path: Path) -> None:
    source, file = packed(tmp_path), tmp_path / "x.zip"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = bytearray(old.read(name))
            if name == "cot.dbf":
                struct.pack_into("<I", content, 4, 4_000_000_000)
            new.writestr(name, bytes(content))
    with pytest.raises(FormatError) as caught:
        judge(file, kind="structures", register=office)
    assert caught.value.key == "exchange.file.too_many_rows"


def test_a_shapefile_in_another_encoding_is_refused(office: Register, tmp_path: Path) -> None:
    source, file = packed(tmp_path), tmp_path / "x.zip"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace("Cột".encode(), b"C\xf4t  "))
    with pytest.raises(FormatError) as caught:
        judge(file, kind="structures", register=office)
    assert caught.value.key == "exchange.file.table_encoding"


@pytest.mark.parametrize("name", ["vn.osm", "vietnam-latest.osm.pbf", "vn.osm.bz2"])
def test_the_map_of_a_whole_country_is_refused_before_it_is_read(
    office: Register, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(b"\0" * 100)
    with pytest.raises(FormatError) as caught:
        judge(file, kind="structures", register=office)
    assert caught.value.key == "exchange.hint.osm"


TAGS = [
    ({"man_made": "mast", "tower:type": "communication", "height": "45 m"}, "antenna_mast"),
    ({"man_made": "tower", "communication:mobile_phone": "yes"}, "antenna_mast"),
    ({"man_made": "communications_tower"}, "antenna_mast"),
    ({"man_made": "tower", "tower:type": "bell_tower"}, None),
    ({"man_made": "mast", "tower:type": "lighting"}, "lighting_pole"),
    ({"man_made": "street_cabinet", "utility": "telecom"}, "cabinet"),
    ({"man_made": "street_cabinet", "utility": "power"}, None),
    ({"man_made": "utility_pole", "utility": "telecom"}, "cable_pole"),
    ({"man_made": "utility_pole", "utility": "power"}, "power_pole"),
    ({"power": "tower"}, "power_pole"),
    ({"power": "line"}, None),
    ({"telecom": "exchange"}, "exchange"),
    ({"telecom": "data_center"}, "data_centre"),
    ({"telecom": "distribution_point"}, "other_telecom"),
    ({"highway": "street_lamp"}, "lighting_pole"),
    ({"highway": "residential"}, None),
]


@pytest.mark.parametrize(("tags", "kind"), TAGS)
def test_what_a_feature_of_the_map_is(tags: dict[str, str], kind: str | None) -> None:
    assert osm.kind_of(tags) == kind


@pytest.mark.parametrize("overpass", [False, True])
def test_structures_of_the_map_come_in_and_the_rest_is_counted(
    office: Register, tmp_path: Path, overpass: bool
) -> None:
    places = [(106.30 + n / 100, 10.65) for n in range(len(TAGS))]
    if overpass:
        elements = [
            {"type": "node", "id": 100 + n, "lon": x, "lat": y, "tags": tags}
            for n, ((tags, _), (x, y)) in enumerate(zip(TAGS, places, strict=True))
        ]
        elements.append({"type": "way", "id": 7, "nodes": [100, 102], "tags": TAGS[2][0]})
        content = {"version": 0.6, "elements": elements}
    else:
        features = [
            {"type": "Feature", "properties": {**tags, "@id": f"node/{100 + n}"},
             "geometry": {"type": "Point", "coordinates": [x, y]}}
            for n, ((tags, _), (x, y)) in enumerate(zip(TAGS, places, strict=True))
        ]  # fmt: skip
        content = {"type": "FeatureCollection", "features": features}
    file = tmp_path / "osm.json"
    file.write_text(json.dumps(content))
    answers = ImportAnswers(values={"owner_id": "sao"})
    report = judge(file, kind="structures", register=office, answers=answers)
    assert (report.problems, report.questions) == ([], ())
    wanted = [kind for _, kind in TAGS if kind] + (["antenna_mast"] if overpass else [])
    assert [row.record.kind.value for row in report.accepted] == wanted
    assert report.passed_over == sum(kind is None for _, kind in TAGS)
    assert str(report.passed_over) in report.say("vi")
    first = report.accepted[0].record
    assert (first.code, first.height_m) == ("osm-node-100", 45.0)
    assert "ODbL" in first.provenance.source
    if overpass:
        assert report.accepted[-1].record.longitude == pytest.approx(106.31)
    assert [q.answer for q in judge(file, kind="structures", register=office).questions] == [
        "value.owner_id"
    ]


def test_cells_are_estimated_places_and_no_support(office: Register, tmp_path: Path) -> None:
    file = tmp_path / "452.csv"
    file.write_text(
        "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
        "LTE,452,4,1201,30201,0,106.4133,10.6561,1200,15,1,1500000000,1600000000,0\n"
        "GSM,452,1,1202,30202,0,206.4133,10.6561,800,3,1,1500000000,1600000000,0\n"
    )
    answers = ImportAnswers(values={"owner_id": "sao"})
    report = judge(file, kind="structures", register=office, answers=answers)
    assert report.questions == ()
    assert [problem.row for problem in report.problems] == [3]
    (row,) = report.accepted
    cell = row.record
    assert (cell.code, cell.shareable) == ("cell-lte-452-4-1201-30201", False)
    assert cell.kind is StructureKind.OTHER_TELECOM
    assert "1200 m" in cell.name
    assert cell.provenance.confidence is Confidence.SECONDARY
    assert "CC BY-SA 4.0" in cell.provenance.source


DXF = """0
SECTION
2
HEADER
0
ENDSEC
0
SECTION
2
ENTITIES
0
INSERT
5
1A
8
COT_ANTEN
2
TRU
10
581000.0
20
1177500.0
0
ATTRIB
1
Sao Mai
2
CHU_QUAN
0
ATTRIB
1
42.5
2
CHIEU_CAO
0
SEQEND
0
POINT
5
1B
8
B\\U+1EC2
10
581100.0
20
1177500.0
0
TEXT
1
ghi
0
LWPOLYLINE
5
1C
8
B\\U+1EC2
70
1
10
1.0
20
1.0
0
ENDSEC
0
EOF
"""


def test_a_drawing_gives_points_and_blocks_and_is_asked_its_system(
    office: Register, tmp_path: Path
) -> None:
    file = tmp_path / "v.dxf"
    file.write_text(DXF, encoding="utf-8")
    told = {"owner_id": "sao"}
    report = judge(file, kind="structures", register=office, answers=ImportAnswers(values=told))
    assert [question.kind for question in report.questions] == [QuestionKind.CRS]
    answers = ImportAnswers(values=told, crs=9210)
    report = judge(file, kind="structures", register=office, answers=answers)
    assert report.questions == ()
    mast, manhole = (row.record for row in report.accepted)
    assert (mast.code, mast.kind, mast.height_m) == ("1A", StructureKind.ANTENNA_MAST, 42.5)
    assert (manhole.code, manhole.kind) == ("1B", StructureKind.MANHOLE)
    assert 106 < mast.longitude < 107
    assert [p.key for p in report.problems] == ["exchange.problem.not_a_point"]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (DXF[:200], "exchange.file.truncated"),
        ("x\ny\n", "exchange.file.dxf_broken"),
        ("0\nSECTION\n2\nENTITIES\n0\nENDSEC\n0\nEOF\n", "exchange.file.empty"),
    ],
)
def test_a_broken_drawing_is_refused(
    office: Register, tmp_path: Path, content: str, key: str
) -> None:
    file = tmp_path / "v.dxf"
    file.write_text(content)
    with pytest.raises(FormatError) as caught:
        judge(file, kind="structures", register=office)
    assert caught.value.key == key


# what an export loses


def opened(file: Path) -> tuple[str, dict[str, bytes]]:
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return parts.pop("phieu_du_lieu.txt").decode(), parts


@pytest.mark.parametrize("layer", ["structures", "routes", "levels"])
def test_a_shapefile_loses_exactly_what_its_data_sheet_says(
    filled: Register, tmp_path: Path, layer: str
) -> None:
    (file,) = export(filled, SYSTEM, [layer], "shp", tmp_path / "o.zip", language="en")
    sheet, parts = opened(file)
    (tmp_path / "x").mkdir()
    for name, content in parts.items():
        (tmp_path / "x" / name).write_bytes(content)
    frame = pyogrio.read_dataframe(tmp_path / "x" / f"{layer}.shp")
    assert frame.crs.to_epsg() == 4326
    with filled.snapshot() as now:
        kept = read_layer(now, SYSTEM, LayerName(layer), "en", Filters())
    lost = losses(kept, kml=False)
    for loss in lost:
        assert f"- {loss.say('en')}\n" in sheet
    assert sheet.partition("loses\n")[2].count("\n- ") + 1 == max(1, len(lost))
    renamed = {loss.field: loss.becomes for loss in lost if loss.what == "name"}
    flags = {loss.field for loss in lost if loss.what == "flag"}
    cut = {loss.field for loss in lost if loss.what == "text_cut"}
    for index, column in enumerate(kept.columns):
        name = renamed.get(column.name, column.name)
        assert len(name) <= 10
        for row, read in zip(kept.rows, frame[name], strict=True):
            value = row.values[index]
            if value is None:
                assert pandas.isna(read)
            elif column.name in flags:
                assert read == int(value)
            elif column.name in cut and len(str(value).encode()) > TEXT_BYTES:
                assert value.startswith(read)
                assert TEXT_BYTES - 4 <= len(read.encode()) <= TEXT_BYTES
            elif column.type is date:
                assert read.date() == value
            else:
                assert read == value
    for row, shape in zip(kept.rows, frame.geometry, strict=True):
        assert shape.equals_exact(row.geometry, 0)


def test_the_losses_of_structures_by_hand(filled: Register) -> None:
    with filled.snapshot() as now:
        kept = read_layer(now, SYSTEM, LayerName.STRUCTURES, "en", Filters())
    lost = losses(kept, kml=False)
    assert Loss("name", "ground_height_m", "ground_hei") in lost
    assert Loss("name", "commune_name", "commune_na") in lost
    assert Loss("flag", "shareable", "0, 1") in lost
    assert Loss("text_cut", "address", "1") in lost
    assert not [one for one in lost if one.field in ("code", "name", "height_m")]
    names = short_names(kept.columns)
    assert len(names) == len(set(names))
    typed = losses(kept, kml=True)
    assert Loss("typed", "height_m", "float") in typed
    assert {one.what for one in typed} == {"typed"}


def test_a_shapefile_comes_back_but_for_what_it_lost(filled: Register, tmp_path: Path) -> None:
    (file,) = export(filled, SYSTEM, ["structures"], "shp", tmp_path / "o.zip")
    report = judge(file, kind="structures", register=filled)
    assert (report.problems, report.questions) == ([], ())
    changed = {c.field for row in report.accepted for c in row.changes}
    assert changed == {"address"}
    (file,) = export(filled, SYSTEM, ["routes"], "shp", tmp_path / "t.zip")
    report = judge(file, kind="routes", register=filled)
    assert (report.problems, report.states[RowState.UNCHANGED]) == ([], 1)


def test_kml_keeps_every_value_as_text_and_comes_back(filled: Register, tmp_path: Path) -> None:
    for layer in ("structures", "routes", "levels"):
        (file,) = export(filled, SYSTEM, [layer], "kml", tmp_path / f"{layer}.kml")
        report = judge(file, kind=layer, register=filled)
        assert (layer, report.problems, report.questions) == (layer, [], ())
        assert report.states[RowState.UNCHANGED] == report.rows
        assert "thành văn bản" in file.read_text(encoding="utf-8")
    frame = pyogrio.read_dataframe(tmp_path / "routes.kml")
    assert frame.geometry[0].equals_exact(COURSE, 1e-9)


def test_outlines_are_drawn_and_what_lies_nowhere_is_refused(
    filled: Register, tmp_path: Path
) -> None:
    (file,) = export(filled, SYSTEM, ["boundaries"], "kml", tmp_path / "b.kml")
    assert set(pyogrio.read_dataframe(file).geom_type) <= {"MultiPolygon", "Polygon"}
    export(filled, SYSTEM, ["boundaries"], "shp", tmp_path / "b.zip")
    for format in ("shp", "kml"):
        with pytest.raises(FormatError):
            export(filled, SYSTEM, ["contracts"], format, tmp_path / f"c.{format}")


# marked as a state secret

HEADERS = ("Mã trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ", "Địa chỉ", "Độ mật")


@pytest.mark.parametrize("mark", ["mật", "Tối mật", "TUYỆT MẬT", "A", "SECRET", "xin xem kỹ"])
@pytest.mark.parametrize("name", ["m.csv", "m.xlsx"])
def test_a_row_marked_secret_is_refused_and_kept_nowhere(
    office: Register, write_table: Write, tmp_path: Path, mark: str, name: str
) -> None:
    good = ("M1", "Cột ăng ten", "Sao Mai", "106.41", "10.65", "Ấp 1", "không")
    secret = ("XYZZY", "Cột ăng ten", "Sao Mai", "1.234", "10.66", "PLUGH", mark)
    file = write_table(name, HEADERS, good, secret)
    report = judge(file, kind="structures", register=office)
    assert report.questions == ()
    assert [(p.row, p.key) for p in report.problems] == [(3, "exchange.problem.state_secret")]
    assert (report.secrets, report.rows) == ((3,), 2)
    assert "XYZZY" not in repr(report)
    assert "PLUGH" not in repr(report)
    batch = commit(report, office, author="lan")
    path = error_report_xlsx(report, tmp_path / "loi.xlsx")
    with zipfile.ZipFile(path) as archive:
        written = b"".join(archive.read(part) for part in archive.namelist())
    assert b"XYZZY" not in written
    assert (batch.accepted, batch.refused) == (1, 1)
    register = next((tmp_path / "home").rglob("register.gpkg"))
    assert b"XYZZY" not in register.read_bytes()


def test_the_owners_confidentiality_is_no_secret(office: Register, write_table: Write) -> None:
    headers = (*HEADERS[:-1], "Mật")
    rows = [("M1", "Bể", "Sao Mai", "106.41", "10.65", "", "có"),
            ("M2", "Bể", "Sao Mai", "106.42", "10.65", "", "tối mật")]  # fmt: skip
    report = judge(write_table("m.csv", headers, *rows), kind="structures", register=office)
    assert [row.record.confidential for row in report.accepted] == [True]
    assert report.secrets == (3,)


def test_a_file_stamped_secret_is_refused_whole(office: Register, write_table: Write) -> None:
    row = ("M1", "Bể", "Sao Mai", "106.41", "10.65", "", "")
    file = write_table("m.csv", ("Độ mật: TỐI MẬT",), HEADERS, row)
    with pytest.raises(FormatError) as caught:
        judge(file, kind="structures", register=office)
    assert caught.value.key == "exchange.file.state_secret"
