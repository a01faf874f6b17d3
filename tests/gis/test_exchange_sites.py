"""Equipment, levels, lines, ducts, cables, contracts and rents brought in, refused, and back."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyogrio
import pytest
import shapely

from gis.errors import FormatError
from gis.exchange.answers import QuestionKind
from gis.exchange.error_report import error_report_xlsx
from gis.exchange.exporting import export
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.report import ImportReport, RowState
from gis.jurisdictions import jurisdiction
from gis.register.records import Provenance
from gis.register.routes import RouteKind
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import Structure, StructureKind
from propagation.compliance.records import Confidence

Write = Callable[..., Path]

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="biên bản")
SITES = ("installations", "levels", "routes", "ducts", "cables", "contracts", "published_rents")


def structure(code: str, longitude: float, owner: str = "sao", **changes: object) -> Structure:
    values: dict[str, object] = {
        "id": f"{owner}-{code}", "code": code, "name": code, "kind": StructureKind.MANHOLE,
        "owner_id": owner, "longitude": longitude, "latitude": 10.65, "provenance": KNOWN,
    }  # fmt: skip
    return Structure(**{**values, **changes})


@pytest.fixture
def scene(office: Register) -> Register:
    """A mast and two manholes of Sao Mai; the other operator has a manhole of the same code."""
    with office.write(author="test", reason="scene") as writer:
        writer.add_structures(
            [
                structure(
                    "C1", 106.40, kind=StructureKind.ANTENNA_MAST, height_m=42.0, shareable=True
                ),
                structure("B1", 106.41),
                structure("B2", 106.42),
                structure("B1", 106.43, "hoa"),
            ]
        )
    return office


HEADERS = {
    "installations": ("Mã công trình", "Nhà mạng", "Công nghệ", "Độ cao lắp đặt (m)", "Phương vị",
                      "Tần số (MHz)", "EIRP (W)", "Diện tích đón gió (m²)", "Khối lượng (kg)",
                      "Từ ngày", "Đến ngày"),
    "levels": ("Mã cột", "Từ độ cao (m)", "Đến độ cao (m)", "Số vị trí", "Dành riêng"),
    "routes": ("Mã tuyến", "Loại tuyến", "Chủ sở hữu", "Điểm đầu", "Điểm cuối", "Chiều dài (m)",
               "WKT (WGS 84)"),
    "ducts": ("Mã tuyến", "Mã ống", "Ống chứa", "Đường kính trong", "Số cáp"),
    "cables": ("Mã tuyến", "Mã ống", "Chủ cáp", "Tên cáp", "Đường kính ngoài (mm)", "Số sợi"),
    "contracts": ("Số hợp đồng", "Bên cho thuê", "Bên thuê", "Mã công trình", "Mức lắp đặt",
                  "Mã tuyến", "Mã ống", "Vị trí số", "Giá thuê (đồng/tháng)", "Đơn vị tính",
                  "Ngày bắt đầu", "Ngày kết thúc"),
    "published_rents": ("Loại công trình", "Phân loại cột", "Đơn vị tính", "Giá (nghìn đồng)",
                        "Mã tỉnh", "Quyết định", "Điều khoản", "Từ ngày"),
}  # fmt: skip
LINE = "LINESTRING (106.41 10.65, 106.415 10.6504, 106.42 10.65)"
GOOD = {
    "installations": ("C1", "Viễn thông Hoà Bình", "5G NR", "38,5", "120", "3500", "1000", "0,6",
                      "25", "01/01/2026", "31/12/2030"),
    "levels": ("C1", "30", "36", "3", "1"),
    "routes": ("T1", "Cống bể", "Sao Mai", "B1", "B2", "1101,5", LINE),
    "ducts": ("T1", "1", "", "104", "2"),
    "cables": ("T1", "1", "Viễn thông Hoà Bình", "Cáp 48 FO", "14,5", "48"),
    "contracts": ("01/HĐ", "Sao Mai", "Viễn thông Hoà Bình", "C1", "30-36", "", "", "2",
                  "7.250.000", "vị trí", "01/01/2026", "31/12/2026"),
    "published_rents": ("Cột ăng ten", "A2a", "vị trí", "5.500", "80", "QĐ 12/2026", "Phụ lục I",
                        "01/07/2026"),
}  # fmt: skip


def brought(register: Register, file: Path, kind: str, **options: object) -> ImportReport:
    return judge(file, kind=kind, register=register, **options)


def taken(register: Register, write: Write, kind: str, *rows: Sequence[str]) -> ImportReport:
    """Bring good rows in."""
    report = brought(register, write(f"{kind}.csv", HEADERS[kind], *(rows or [GOOD[kind]])), kind)
    assert (report.questions, report.problems, report.unmapped) == ((), [], ())
    commit(report, register, author="lan")
    return report


@pytest.fixture
def filled(scene: Register, write_table: Write) -> Register:
    for kind in ("levels", "installations", "routes", "ducts", "cables", "contracts"):
        taken(scene, write_table, kind)
    taken(scene, write_table, "published_rents")
    return scene


def test_every_kind_is_read_with_the_words_of_operators(filled: Register) -> None:
    (equipment,) = filled.installations(SYSTEM)
    assert (equipment.structure_id, equipment.organisation_id) == ("sao-C1", "hoa")
    assert (equipment.eirp_dbm, equipment.azimuth_deg) == (60.0, 120.0)
    assert (equipment.wind_area_m2, equipment.valid_to) == (0.6, date(2030, 12, 31))
    assert equipment.confidential is True
    (level,) = filled.levels(SYSTEM)
    assert (level.height_from_m, level.slots, level.reserved) == (30.0, 3, 1)
    (route,) = filled.routes(SYSTEM)
    assert (route.kind, route.from_id, route.to_id) == (RouteKind.DUCT, "sao-B1", "sao-B2")
    assert route.geometry.wkt == shapely.from_wkt(LINE).wkt
    (duct,) = filled.ducts(SYSTEM)
    assert (duct.route_id, duct.inner_diameter_mm, duct.cables) == (route.id, 104.0, 2)
    (cable,) = filled.cables(SYSTEM)
    assert (cable.duct_id, cable.fibres, cable.outer_diameter_mm) == (duct.id, 48, 14.5)
    (contract,) = filled.contracts(SYSTEM)
    assert (contract.level_id, contract.slot, contract.rent_vnd) == (level.id, 2, 7_250_000.0)
    (rent,) = filled.published_rents()
    assert (rent.amount_vnd, rent.province_code) == (5_500_000.0, "80")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("format", ["gpkg", "geojson", "xlsx", "csv"])
def test_every_kind_leaves_and_comes_back(
    filled: Register, tmp_path: Path, format: str, language: str
) -> None:
    for kind in SITES:
        target = tmp_path / f"{kind}.{format}"
        (file,) = export(filled, SYSTEM, [kind], format, target, language=language)
        report = brought(filled, file, kind)
        assert (kind, report.problems, report.questions) == (kind, [], ())
        assert report.states[RowState.UNCHANGED] == report.rows == 1, report.to_json()["changes"]


def test_an_import_of_lines_is_undone_and_brought_in_again(
    scene: Register, write_table: Write
) -> None:
    before = scene.version()
    file = write_table("t.csv", HEADERS["routes"], GOOD["routes"])
    batch = commit(brought(scene, file, "routes"), scene, author="lan")
    with scene.write(author="lan", reason="hoàn tác") as writer:
        writer.undo_batch(batch.id)
    assert (scene.routes(SYSTEM), scene.version()) == ([], before)


def test_edits_of_lines_and_contracts_come_back_as_differences(
    filled: Register, write_table: Write
) -> None:
    moved = (*GOOD["routes"][:5], "1200", LINE.replace("10.6504", "10.6508"))
    answers = ImportAnswers(update=True)
    file = write_table("t.csv", HEADERS["routes"], moved)
    report = brought(filled, file, "routes", answers=answers)
    (row,) = report.accepted
    assert {change.field for change in row.changes} == {"length_m", "geometry"}
    assert "3" in next(c for c in row.changes if c.field == "geometry").say("vi")
    commit(report, filled, author="lan")
    assert filled.routes(SYSTEM)[0].length_m == 1200.0
    dearer = (*GOOD["contracts"][:8], "8.000.000", *GOOD["contracts"][9:])
    file = write_table("h.csv", HEADERS["contracts"], dearer)
    report = brought(filled, file, "contracts", answers=answers)
    commit(report, filled, author="lan")
    assert filled.contracts(SYSTEM)[0].rent_vnd == 8_000_000.0


def put(kind: str, **changes: str) -> tuple[str, ...]:
    """Return the good row of a kind with other cells, by position `c0`, `c1` ..."""
    cells = list(GOOD[kind])
    for name, value in changes.items():
        cells[int(name[1:])] = value
    return tuple(cells)


@pytest.mark.parametrize(
    ("kind", "row", "reason", "column"),
    [
        ("installations", put("installations", c0="C9", c2="4G"), "structure_unknown", 0),
        ("installations", put("installations", c0="B1", c2="4G"), "structure_ambiguous", 0),
        ("installations", put("installations", c3="55"), "above_structure", 3),
        ("installations", put("installations", c4="400"), "range", 4),
        ("installations", put("installations", c10="31/12/2025"), "span", 10),
        ("installations", put("installations", c2=""), "missing", 2),
        ("installations", GOOD["installations"], "duplicate_stored", 0),
        ("levels", put("levels", c1="37", c2="36"), "height_order", 2),
        ("levels", put("levels", c2="60"), "above_structure", 2),
        ("levels", put("levels", c1="10", c3="2,5"), "whole_number", 3),
        ("levels", put("levels", c1="10", c4="4"), "reserved_above", 4),
        ("routes", put("routes", c0="T2", c3="B9"), "structure_unknown", 3),
        ("routes", put("routes", c0="T2", c4="B1"), "same_ends", 4),
        ("routes", put("routes", c0="T2", c6="LINESTRING (106.41 10.65)"), "not_a_line", 6),
        ("routes", put("routes", c0="T2", c6="POINT (106.41 10.65)"), "not_a_line", 6),
        ("routes", put("routes", c0="T2", c6=LINE.replace("106.42", "106.44")), "line_ends", 6),
        ("routes", put("routes", c0="T2", c6="LINESTRING (10.65 106.41, 10.65 106.42)"),
         "swapped", 6),
        ("ducts", put("ducts", c0="T9"), "route_unknown", 0),
        ("ducts", put("ducts", c1="2", c2="9"), "parent_unknown", 2),
        ("ducts", put("ducts", c1="2", c3="1"), "range", 3),
        ("cables", put("cables", c1="9"), "duct_unknown", 1),
        ("cables", put("cables", c3="Cáp 2", c4="120"), "wider_than_duct", 4),
        ("contracts", put("contracts", c0="02", c7="2"), "slot_taken", 7),
        ("contracts", put("contracts", c0="02", c7="4"), "slot_unknown", 7),
        ("contracts", put("contracts", c0="02", c4="", c7="1"), "slot_nowhere", 7),
        ("contracts", put("contracts", c0="02", c11="31/12/2025"), "span", 11),
        ("contracts", put("contracts", c0="02", c4="10-20"), "level_unknown", 4),
        ("contracts", put("contracts", c0="02", c3="", c4=""), "contract_of_nothing", 3),
        ("contracts", put("contracts", c0="02", c1="Viễn thông Hoà Bình"), "not_the_owners", 3),
        ("contracts", put("contracts", c0="02", c2="Sao Mai", c7="1"), "contract_with_itself", 2),
        ("contracts", put("contracts", c0="02", c7="1", c10=""), "missing", 10),
        ("contracts", put("contracts", c0="02", c4="", c5="T1", c6="1", c7=""), "contract_of_two",
         6),
        ("contracts", put("contracts", c0="02", c3="", c5="T1", c6="1", c7=""), "contract_of_two",
         6),
        ("published_rents", put("published_rents", c2="cái"), "choice", 2),
        ("published_rents", put("published_rents", c3=""), "missing", 3),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_field_and_loses_no_good_one(
    filled: Register,
    write_table: Write,
    *,
    kind: str,
    row: Sequence[str],
    reason: str,
    column: int,
) -> None:
    other = {
        "installations": put("installations", c2="LTE"),
        "levels": put("levels", c1="20", c2="26"),
        "routes": put("routes", c0="T3"),
        "ducts": put("ducts", c1="3"),
        "cables": put("cables", c3="Cáp 3"),
        "contracts": put("contracts", c0="03", c7="3"),
        "published_rents": put("published_rents", c5="QĐ 13"),
    }[kind]
    report = brought(filled, write_table("x.csv", HEADERS[kind], row, other), kind)
    assert [p.key.rpartition(".")[2] for p in report.problems] == [reason]
    (problem,) = report.problems
    assert (problem.row, problem.field) == (2, HEADERS[kind][column])
    for language in ("vi", "en"):
        assert problem.reason(language)
        assert problem.expected(language)
    assert [one.state for one in report.accepted] == [RowState.NEW]
    commit(report, filled, author="lan")


def test_one_place_sold_twice_in_one_file(filled: Register, write_table: Write) -> None:
    rows = [put("contracts", c0=number, c7="3") for number in ("05", "06")]
    later = put("contracts", c0="07", c7="3", c10="01/01/2027", c11="")
    report = brought(filled, write_table("h.csv", HEADERS["contracts"], *rows, later), "contracts")
    assert [p.key for p in report.problems] == ["exchange.problem.slot_taken"]
    assert [row.record.number for row in report.accepted] == ["05", "07"]
    commit(report, filled, author="lan")
    assert len(filled.contracts(SYSTEM)) == 3


def test_ducts_lie_in_ducts_of_the_same_file(filled: Register, write_table: Write) -> None:
    rows = [put("ducts", c1="2", c2="1"), put("ducts", c1="2.1", c2="2")]
    rows.append(put("ducts", c1="2.2", c2="x"))
    report = brought(filled, write_table("o.csv", HEADERS["ducts"], *rows), "ducts")
    assert [p.row for p in report.problems] == [4]
    commit(report, filled, author="lan")
    by_code = {duct.code: duct for duct in filled.ducts(SYSTEM)}
    assert by_code["2.1"].parent_id == by_code["2"].id
    assert by_code["2"].parent_id == by_code["1"].id
    turned = [put("ducts", c1="1", c2="2.1")]
    file = write_table("o.csv", HEADERS["ducts"], *turned)
    report = brought(filled, file, "ducts", answers=ImportAnswers(update=True))
    assert [p.key for p in report.problems] == ["exchange.problem.duct_within_itself"]


def test_a_line_without_a_geometry_runs_straight_and_says_so(
    scene: Register, write_table: Write
) -> None:
    headers, row = HEADERS["routes"][:-1], GOOD["routes"][:-1]
    report = brought(scene, write_table("t.csv", headers, row), "routes")
    (accepted,) = report.accepted
    assert accepted.record.geometry.wkt == "LINESTRING (106.41 10.65, 106.42 10.65)"
    assert accepted.record.provenance.confidence is Confidence.DERIVED
    assert "vẽ thẳng" in accepted.record.provenance.source


def test_lines_of_geojson_and_geopackage_keep_their_course(
    scene: Register, tmp_path: Path
) -> None:
    names = ("Mã tuyến", "Loại tuyến", "Chủ sở hữu", "Điểm đầu", "Điểm cuối")
    feature = {
        "type": "Feature",
        "properties": dict(zip(names, GOOD["routes"], strict=False)),
        "geometry": shapely.geometry.mapping(shapely.from_wkt(LINE)),
    }
    file = tmp_path / "t.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    (row,) = brought(scene, file, "routes").accepted
    assert row.record.geometry.wkt == shapely.from_wkt(LINE).wkt
    frame = pyogrio.read_dataframe(file)
    pyogrio.write_dataframe(frame, tmp_path / "t.gpkg", layer="tuyen", promote_to_multi=True)
    report = brought(scene, tmp_path / "t.gpkg", "routes")
    assert "4326" in report.coordinate_system
    assert report.accepted[0].record.geometry.equals_exact(shapely.from_wkt(LINE), 1e-7)


def test_a_line_whose_system_is_not_said_is_asked_about(
    scene: Register, write_table: Write
) -> None:
    headers = (*HEADERS["routes"][:-1], "WKT")
    report = brought(scene, write_table("t.csv", headers, GOOD["routes"]), "routes")
    assert [question.kind for question in report.questions] == [QuestionKind.CRS]


def test_an_operator_brings_in_only_its_own(filled: Register, write_table: Write) -> None:
    for kind, row in (
        ("levels", put("levels", c1="20", c2="26")),
        ("routes", put("routes", c0="T4")),
        ("ducts", put("ducts", c1="4")),
        ("contracts", put("contracts", c0="04", c7="3")),
    ):
        file = write_table("x.csv", HEADERS[kind], row)
        assert not brought(filled, file, kind, only_owner="sao").problems
        theirs = brought(filled, file, kind, only_owner="hoa")
        assert {p.key for p in theirs.problems} >= {"exchange.problem.owner_not_yours"}


def test_levels_and_lines_are_seen_where_their_structures_are(
    filled: Register, tmp_path: Path
) -> None:
    (file,) = export(filled, PUBLIC, ["levels"], "geojson", tmp_path / "m.geojson")
    (feature,) = json.loads(file.read_text())["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [106.40, 10.65]}
    for scope, count in ((PUBLIC, 0), (Scope(Role.OPERATOR, "hoa"), 1), (SYSTEM, 1)):
        (file,) = export(filled, scope, ["contracts"], "geojson", tmp_path / "h.geojson")
        assert len(json.loads(file.read_text())["features"]) == count


def test_an_export_is_filtered_by_kind_owner_box_and_day(filled: Register, tmp_path: Path) -> None:
    def count(layer: str, **wanted: object) -> int:
        (file,) = export(filled, SYSTEM, [layer], "geojson", tmp_path / "f.geojson", **wanted)
        return len(json.loads(file.read_text())["features"])

    assert count("structures") == 4
    assert count("structures", kinds=["antenna_mast"]) == 1
    assert count("structures", owner_id="hoa") == 1
    assert count("structures", bbox=(106.405, 10.6, 106.425, 10.7)) == 2
    assert count("routes", bbox=(106.414, 10.6, 106.416, 10.7)) == 1
    assert count("routes", bbox=(106.5, 10.6, 106.6, 10.7)) == 0
    assert count("contracts", on=date(2027, 1, 1)) == 0
    for layer, wanted in (
        ("contracts", {"bbox": (106.0, 10.0, 107.0, 11.0)}),
        ("levels", {"owner_id": "sao"}),
        ("contracts", {"kinds": ["duct"]}),
        ("structures", {"bbox": (107.0, 10.0, 106.0, 11.0)}),
    ):
        with pytest.raises(FormatError):
            count(layer, **wanted)


def test_a_line_too_long_for_a_cell_is_refused_not_cut(filled: Register, tmp_path: Path) -> None:
    (route,) = filled.routes(SYSTEM)
    many = [(106.41 + n * 1e-6 / 3, 10.65 + n * 1e-7 / 3) for n in range(3000)]
    with filled.write(author="lan", reason="thử") as writer:
        writer.update_routes([replace(route, geometry=shapely.LineString(many))])
    with pytest.raises(FormatError) as caught:
        export(filled, SYSTEM, ["routes"], "xlsx", tmp_path / "t.xlsx")
    assert "T1" in caught.value.say("vi")


MAST = ("Mã trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ", "Chiều cao (m)")


def test_one_bad_place_among_five_thousand_loses_no_other(
    office: Register, write_table: Write
) -> None:
    rows = [
        (f"M{n}", "Cột ăng ten", "Sao Mai", f"{106.3 + n % 100 * 1e-3:.4f}",
         f"{10.6 + n // 100 * 1e-3:.4f}", "30") for n in range(5000)
    ]  # fmt: skip
    wrong = {
        7: ("swapped", (*rows[7][:3], rows[7][4], rows[7][3], "30")),
        99: ("outside_province", (*rows[99][:3], "105.85", "21.03", "30")),
        1234: ("outside_province", (*rows[1234][:3], "109.5", "10.5", "30")),
        4321: ("too_high", (*rows[4321][:5], "351")),
    }
    for number, (_, row) in wrong.items():
        rows[number] = row
    rows.append((*rows[0][:1], "Tòa nhà", *rows[0][2:5], "461"))
    rows[-1] = ("NHA", *rows[-1][1:])
    report = judge(
        write_table("m.csv", MAST, *rows), kind="structures", register=office,
        jurisdiction=jurisdiction("tay-ninh-2025"),
    )  # fmt: skip
    assert report.questions == ()
    found = {problem.row - 2: problem.key.rpartition(".")[2] for problem in report.problems}
    assert found == {number: reason for number, (reason, _) in wrong.items()}
    assert len(report.accepted) == 5001 - len(wrong)


def test_reports_name_the_refused_rows(
    filled: Register, write_table: Write, tmp_path: Path
) -> None:
    file = write_table("o.csv", HEADERS["ducts"], put("ducts", c0="T9"))
    report = brought(filled, file, "ducts")
    path = error_report_xlsx(report, tmp_path / "loi.xlsx")
    assert path.stat().st_size > 0
    assert report.to_json("vi")["problems"][0]["value"] == "T9"


def test_no_more_contracts_than_places(filled: Register, write_table: Write) -> None:
    """Of three places one is let; a contract that names none takes one all the same."""
    rows = [put("contracts", c0=number, c7="") for number in ("05", "06", "07")]
    report = brought(filled, write_table("h.csv", HEADERS["contracts"], *rows), "contracts")
    assert [p.key for p in report.problems] == ["exchange.problem.places_taken"]
    assert [row.record.number for row in report.accepted] == ["05", "06"]
    commit(report, filled, author="lan")
    whole = [put("contracts", c0=number, c4="", c7="") for number in ("08", "09")]
    rows = [whole[0], (*whole[1][:10], "01/01/2031", "")]
    report = brought(filled, write_table("h2.csv", HEADERS["contracts"], *rows), "contracts")
    assert [p.key for p in report.problems] == ["exchange.problem.structure_full"]
    assert [row.record.number for row in report.accepted] == ["09"], "later there is room"
    commit(report, filled, author="lan")


def test_ducts_around_and_within_are_let_once_row_by_row(
    filled: Register, write_table: Write
) -> None:
    """Duct 1 takes two cables until ducts lie in it; what the rows say, the commit holds to."""
    taken(filled, write_table, "ducts", put("ducts", c1="1.1", c2="1"),
          put("ducts", c1="1.1.1", c2="1.1"), put("ducts", c1="2"))  # fmt: skip

    def let(number: str, code: str, slot: str = "", *days: str) -> tuple[str, ...]:
        row = put("contracts", c0=number, c3="", c4="", c5="T1", c6=code, c7=slot)
        return (*row[:10], *days) if days else row

    rows = [
        let("D1", "1.1.1"),
        let("D2", "1"),  # holds 1.1.1
        let("D3", "1.1"),  # in between
        let("D4", "2", "2"),
        let("D5", "1", "2"),  # holds ducts: one place
        let("D6", "1", "", "01/01/2027", ""),
        let("D7", "1.1", "", "01/06/2027", ""),  # lies in 1
        let("D8", "1", "", "01/06/2027", ""),
    ]
    report = brought(filled, write_table("h.csv", HEADERS["contracts"], *rows), "contracts")
    told = [(p.row, p.field, p.key.rpartition(".")[2]) for p in report.problems]
    assert told == [
        (3, "Mã ống", "duct_let_with_another"),
        (4, "Mã ống", "duct_let_with_another"),
        (6, "Vị trí số", "slot_unknown"),
        (8, "Mã ống", "duct_let_with_another"),
        (9, "Mã ống", "places_taken"),
    ]
    assert "D1" in report.problems[0].reason("vi")
    assert [row.record.number for row in report.accepted] == ["D1", "D4", "D6"]
    commit(report, filled, author="lan")
    assert len(filled.contracts(SYSTEM)) == 4


def test_an_operator_does_not_verify_its_own_records(office: Register, write_table: Write) -> None:
    """A row may repeat that a record is verified; what it then changes is so no longer."""
    sure = structure("S1", 106.41)
    derived = structure("S2", 106.42, provenance=replace(KNOWN, confidence=Confidence.DERIVED))
    labelled = structure("S3", 106.44)
    with office.write(author="test", reason="scene") as writer:
        writer.add_structures([sure, derived, labelled])
    header = ("Mã hồ sơ", "Mã trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ", "Tên",
              "confidence")  # fmt: skip

    def row(own: str, code: str, longitude: str, name: str, confidence: str) -> tuple[str, ...]:
        return own, code, "Bể", "Sao Mai", longitude, "10.65", name, confidence

    rows = [
        row("", "N1", "106.45", "N1", "verified"),
        row("", "N2", "106.46", "N2", "secondary"),
        row("sao-S1", "S1", "106.41", "Tên mới", "verified"),
        row("sao-S2", "S2", "106.42", "S2", "verified"),
        row("sao-S3", "S3", "106.44", "S3", "verified"),
    ]
    file = write_table("x.csv", header, *rows)
    departments = judge(file, kind="structures", register=office)
    assert (departments.problems, len(departments.accepted)) == ([], 5)
    report = judge(file, kind="structures", register=office, only_owner="sao")
    assert [(p.row, p.field, p.value, p.key.rpartition(".")[2]) for p in report.problems] == [
        (2, "confidence", "verified", "not_yours_to_verify"),
        (5, "confidence", "verified", "not_yours_to_verify"),
    ]
    assert "secondary" in report.problems[0].expected("vi")
    told = [(one.row, one.state.value, one.record.provenance.confidence.value)
            for one in report.accepted]  # fmt: skip
    assert told == [
        (3, "new", "secondary"), (4, "changed", "secondary"), (6, "unchanged", "verified"),
    ]  # fmt: skip
    assert {one.field for one in report.accepted[1].changes} == {"name", "confidence"}
    assert all(change.say("vi") for change in report.accepted[1].changes)
    bare = write_table("y.csv", header[:-1], *(one[:-1] for one in (rows[1], rows[2])))
    quiet = judge(bare, kind="structures", register=office, only_owner="sao")
    assert [one.record.provenance.confidence.value for one in quiet.accepted] == [
        "secondary", "secondary",
    ]  # fmt: skip
    for answers in ({"confidence": "verified"}, {"value.confidence": "verified"}):
        given = ImportAnswers.from_pairs(answers)
        if "confidence" in answers:
            with pytest.raises(FormatError) as refused:
                judge(bare, kind="structures", register=office, only_owner="sao", answers=given)
            assert refused.value.key == "exchange.not_yours_to_verify"
            continue
        found = judge(bare, kind="structures", register=office, only_owner="sao", answers=given)
        assert Confidence.VERIFIED not in {
            one.record.provenance.confidence for one in found.accepted
        }
    marks = write_table("z.csv", (*header[:-1], "Nhãn"), (*rows[0][:-1], "[V1] biên bản"))
    (problem,) = judge(marks, kind="structures", register=office, only_owner="sao").problems
    assert (problem.field, problem.key) == ("Nhãn", "exchange.problem.not_yours_to_verify")


CHANGING = ("Mã hồ sơ", *HEADERS["contracts"])


def edited(register: Register, number: str, **changes: str) -> tuple[str, ...]:
    """Return the row of a contract that stands, with its identifier and some cells changed."""
    (one,) = (each for each in register.contracts(SYSTEM) if each.number == number)
    cells = put("contracts", c0=number, c7="" if one.slot is None else str(one.slot))
    return (one.id, *(changes.get(f"c{i}", cell) for i, cell in enumerate(cells)))


def test_contracts_of_a_file_are_judged_by_what_it_leaves(
    filled: Register, write_table: Write
) -> None:
    """Two change places, one ends where the next begins; a wish that fails gives nothing up."""
    taken(filled, write_table, "contracts", put("contracts", c0="02/HĐ", c7="3"))

    def changed(*rows: Sequence[str]) -> ImportReport:
        return brought(filled, write_table("s.csv", CHANGING, *rows), "contracts")

    def slots() -> dict[str, tuple[int | None, date]]:
        return {one.number: (one.slot, one.valid_from) for one in filled.contracts(SYSTEM)}

    swap = changed(edited(filled, "01/HĐ", c7="3"), edited(filled, "02/HĐ", c7="2"))
    assert swap.problems == []
    commit(swap, filled, author="lan")
    assert {name: slot for name, (slot, _) in slots().items()} == {"01/HĐ": 3, "02/HĐ": 2}

    new = ("", *put("contracts", c0="03/HĐ", c7="3", c10="01/07/2026", c11=""))
    for rows in (
        [edited(filled, "01/HĐ", c7="3", c11="30/06/2026"), new],
        [new, edited(filled, "01/HĐ", c7="3", c11="30/06/2026")],
    ):
        follow = changed(*rows)
        assert follow.problems == [], "one ends, the next begins"
    commit(follow, filled, author="lan")
    assert slots()["03/HĐ"] == (3, date(2026, 7, 1))

    refused = changed(
        ("", *put("contracts", c0="04/HĐ", c7="2")),  # free only if the next row moved
        edited(filled, "02/HĐ", c7="3"),  # let to 01 and 03
        ("", *put("contracts", c0="05/HĐ", c7="1")),
    )
    assert [(p.row, p.key.rpartition(".")[2]) for p in refused.problems] == [
        (2, "slot_taken"),
        (3, "slot_taken"),
    ]
    commit(refused, filled, author="lan")
    assert sorted(slots()) == ["01/HĐ", "02/HĐ", "03/HĐ", "05/HĐ"]


def test_a_contract_that_only_changes_its_rent_takes_no_second_place(
    filled: Register, write_table: Write
) -> None:
    rows = [
        edited(filled, "01/HĐ", c8="8.000.000"),
        *(("", *put("contracts", c0=number, c7="")) for number in ("02/HĐ", "03/HĐ")),
    ]
    report = brought(filled, write_table("s.csv", CHANGING, *rows), "contracts")
    assert report.problems == []
    commit(report, filled, author="lan")
    assert len(filled.contracts(SYSTEM)) == 3


IN_DUCT = {"c0": "D1", "c3": "", "c4": "", "c5": "T1", "c6": "1", "c7": "2"}
MASTS = ("Mã hồ sơ", "Mã trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ", "Chiều cao (m)")


def _mast(own: str, code: str, longitude: str, height: str) -> tuple[str, ...]:
    return own, code, "Cột ăng ten", "Sao Mai", longitude, "10.65", height


@pytest.mark.parametrize(
    ("kind", "header", "bad", "good", "field", "key"),
    [
        ("levels", None, put("levels", c3="1", c4="0"), put("levels", c1="20", c2="22"),
         "Số vị trí", "more_let"),
        ("structures", MASTS, _mast("sao-C1", "C1", "106.40", "20"), _mast("", "N", "106.45", "9"),
         "Chiều cao (m)", "level_above_structure"),
        ("ducts", None, put("ducts", c4="1"), put("ducts", c1="9"), "Số cáp", "more_let"),
        ("ducts", None, put("ducts", c1="1.1", c2="1"), put("ducts", c1="9"), "Ống chứa",
         "more_let"),
    ],
)  # fmt: skip
def test_a_row_that_takes_away_what_is_let_loses_no_other(
    filled: Register,
    write_table: Write,
    *,
    kind: str,
    header: tuple[str, ...] | None,
    bad: tuple[str, ...],
    good: tuple[str, ...],
    field: str,
    key: str,
) -> None:
    taken(filled, write_table, "contracts", put("contracts", **IN_DUCT))
    version, revision = filled.version(), filled.revision()
    file = write_table("x.csv", header or HEADERS[kind], bad, good)
    report = brought(filled, file, kind, answers=ImportAnswers(update=True))
    assert [(p.row, p.field, p.key) for p in report.problems] == [(2, field, f"errors.{key}")]
    assert [row.row for row in report.accepted] == [3]
    for language in ("vi", "en"):
        assert report.problems[0].reason(language) != report.problems[0].expected(language)
    assert (filled.version(), filled.revision()) == (version, revision), "tried, not kept"
    commit(report, filled, author="lan")
