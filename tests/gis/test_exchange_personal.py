"""Files of registration points: each disguise of a person's data refused, clean files pass."""

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image as Picture

from data.text import Language
from gis.errors import FormatError
from gis.exchange.importing import ImportAnswers, commit, judge
from gis.exchange.personal_grid import PersonalDataError, Where
from gis.register.points import PointKind, PointState
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from propagation.compliance.records import Confidence

PHONE, PAPER, PERSON = "0912345678", "079123456789", "Nguyễn Văn An"
HEADERS = (
    "Mã điểm", "Tên điểm", "Loại điểm", "Doanh nghiệp viễn thông", "Địa chỉ", "Xã/phường",
    "Kinh độ (WGS 84)", "Vĩ độ", "Doanh nghiệp được ủy quyền", "Số hợp đồng", "Ngày ký hợp đồng",
    "Hợp đồng đến ngày", "Trạng thái", "Từ ngày",
)  # fmt: skip
SHOP = (
    "LA-001", "Cửa hàng Tân An", "cố định", "Sao Mai", "12 Hùng Vương", "Phường Tân An",
    106.412345, 10.532145, None, None, None, None, "hoạt động", date(2026, 7, 1),
)  # fmt: skip
AGENT = (
    "LA-002", "Đại lý Bình Minh", "ủy quyền", "Sao Mai", "Số 13, Quốc lộ 62", "Phường Tân An",
    106.422345, 10.542145, "Công ty Bình Minh", "0123/2026/HĐ-SM", date(2026, 7, 1),
    date(2027, 7, 1), "hoạt động", date(2026, 7, 1),
)  # fmt: skip


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path = tmp_path_factory.mktemp("points") / "register.gpkg"
    known = Provenance(confidence=Confidence.VERIFIED, source="hồ sơ")
    with Register.open(path, create=True) as register:
        with register.write(author="lan", reason="tổ chức") as w:
            w.add_organisations(
                [
                    Organisation(
                        id="sao", name="Sao Mai", kind=OrganisationKind.OPERATOR, provenance=known
                    )
                ]
            )
        yield register


def book(*rows: tuple[object, ...], headers: tuple[str, ...] = HEADERS) -> Workbook:
    made = Workbook()
    for row in (headers, *(rows or (SHOP, AGENT))):
        made.active.append(row)
    return made


def saved(made: Workbook, where: Path, name: str = "diem.xlsx") -> Path:
    file = where / name
    made.save(file)
    return file


def refused(file: Path, office: Register) -> PersonalDataError:
    with pytest.raises(PersonalDataError) as caught:
        judge(file, kind="registration_points", register=office)
    for said in (*(caught.value.say(one) for one in Language), repr(caught.value)):
        assert PHONE not in said
        assert "912345678" not in said
        assert PAPER not in said
        assert PERSON not in said
    return caught.value


def rewritten(file: Path, part: str, change: Callable[[str], str]) -> Path:
    """Rewrite one part of a workbook, or add it."""
    made = file.with_name(f"x-{file.name}")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()) if name == part else content)
        if part not in old.namelist():
            new.writestr(part, change(""))
    shutil.move(made, file)
    return file


def shared(where: Path, words: str, shown: str = "1") -> Path:
    """Write a workbook as Excel does, whose cell O3 shows one of two texts that cells share."""
    made = book()
    made.active["O3"] = "CHUNG"
    file = saved(made, where)
    texts = f'<sst xmlns="x"><si><t>Khác</t></si><si><r><t>{words[:6]}</t></r><r><t>{words[6:]}'
    rewritten(file, "xl/sharedStrings.xml", lambda _: f"{texts}</t></r></si></sst>")
    rewritten(
        file,
        "xl/_rels/workbook.xml.rels",
        lambda xml: xml.replace(
            "</Relationships>",
            '<Relationship Id="rIdT" Type="http://x/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>",
        ),
    )
    cell = re.compile(r'<c r="O3"[^>]*>.*?</c>')
    value = f'<c r="O3" t="s"><v>{shown}</v></c>'
    return rewritten(file, "xl/worksheets/sheet1.xml", lambda xml: cell.sub(value, xml))


def test_points_are_brought_in_row_by_row(office: Register, tmp_path: Path) -> None:
    bad = [
        ("LA-003", "Điểm C", "d", *SHOP[3:]),
        ("LA-004", "Điểm D", "c", "Sao Mai", None, *SHOP[5:]),
        ("LA-005", "Điểm E", "nhà máy", *SHOP[3:]),
        ("LA-006", "Điểm F", "c", "Ai đó", *SHOP[4:]),
        ("LA-007", "Điểm G", "c", *SHOP[3:6], 90.0, 10.5, *SHOP[8:]),
        (*AGENT[:10], date(2027, 7, 1), date(2026, 7, 1), *AGENT[12:]),
    ]
    report = judge(
        saved(book(SHOP, AGENT, *bad), tmp_path), kind="registration_points", register=office
    )
    assert [one.row for one in report.accepted] == [2, 3]
    reasons = [(one.row, one.key.removeprefix("exchange.problem.")) for one in report.problems]
    assert reasons == [
        (4, "point_contract"), (5, "point_address"), (6, "choice"), (7, "organisation_unknown"),
        (8, "outside_country"), (9, "duplicate_in_file"),
    ]  # fmt: skip
    commit(report, office, author="lan")
    shop, agent = sorted(office.points(SYSTEM), key=lambda one: one.code or "")
    assert (shop.kind, shop.state, shop.operator_id) == (PointKind.OWN, PointState.ACTIVE, "sao")
    assert (agent.enterprise, agent.contract_number) == ("Công ty Bình Minh", "0123/2026/HĐ-SM")
    assert (agent.contract_from, agent.contract_to) == (date(2026, 7, 1), date(2027, 7, 1))
    assert shop.longitude == 106.412345
    changed = (*SHOP[:12], "tạm ngừng", SHOP[13])
    answers = ImportAnswers(update=True)
    file = saved(book(changed), tmp_path)
    again = judge(file, kind="registration_points", register=office, answers=answers)
    assert [one.field for row in again.accepted for one in row.changes] == ["state", "source"][:1]
    with office.write(author="lan", reason="bỏ") as w:
        w.undo_batch(office.import_batches()[0].id)
    assert office.points(SYSTEM) == []
    office.check()


# what is refused, and where it is told to stand


def in_cell(made: Workbook) -> None:
    made.active["B3"] = f"gọi {PHONE}"


def as_number(made: Workbook) -> None:
    made.active["O1"], made.active["O3"] = "Thông tin", int(PHONE)


def as_scientific(made: Workbook) -> None:
    made.active["O1"], made.active["O3"] = "Thông tin", float(PAPER)


def in_formula(made: Workbook) -> None:
    made.active["O1"], made.active["O3"] = "Thông tin", f'="SĐT "&"{PHONE}"'


def in_hidden_row(made: Workbook) -> None:
    made.active["B3"] = PAPER
    made.active.row_dimensions[3].hidden = True


def in_hidden_column(made: Workbook) -> None:
    made.active["O1"], made.active["O2"] = "Khác", PAPER
    made.active.column_dimensions["O"].hidden = True


def in_hidden_sheet(made: Workbook) -> None:
    made.create_sheet("Phụ")["C7"] = "0912\u200b345\u200b678"
    made["Phụ"].sheet_state = "hidden"


def in_very_hidden_sheet(made: Workbook) -> None:
    made.create_sheet("Phụ")["C7"] = "０９１２３４５６７８"
    made["Phụ"].sheet_state = "veryHidden"


def in_comment(made: Workbook) -> None:
    made.active["D2"].comment = Comment(f"Chị Lan {PHONE}", "Phòng Viễn thông")


def in_header(made: Workbook) -> None:
    made.active["O1"] = "Số CCCD"


def in_plain_header(made: Workbook) -> None:
    made.active["O1"] = "HO VA TEN"


def in_everyday_header(made: Workbook) -> None:
    made.active["O1"] = "Điện thoại"


def in_other_sheets_header(made: Workbook) -> None:
    sheet = made.create_sheet("Trang 2")
    for row in (("STT", "Số thuê bao", "Ngày sinh"), (1, "x", "y")):
        sheet.append(row)


def in_defined_name(made: Workbook) -> None:
    made.defined_names["lien_he"] = DefinedName("lien_he", attr_text=f'"{PHONE}"')


def as_defined_name(made: Workbook) -> None:
    made.defined_names["SoCCCD"] = DefinedName("SoCCCD", attr_text="Sheet!$A$1")


def in_properties(made: Workbook) -> None:
    made.properties.description = f"Liên hệ {PHONE}"


def in_custom_properties(made: Workbook) -> None:
    made.custom_doc_props.append(StringProperty(name="Ghi chú", value=f"CMND 12345678{9}"))


def in_sheet_name(made: Workbook) -> None:
    made.create_sheet(PHONE)["A1"] = "Trống"


def in_page_header(made: Workbook) -> None:
    made.active.oddHeader.center.text = PHONE


def in_validation(made: Workbook) -> None:
    rule = DataValidation(type="list", formula1=f'"{PHONE},0987654321"')
    made.active.add_data_validation(rule)
    rule.add("O2")


def in_prompt(made: Workbook) -> None:
    rule = DataValidation(type="list", formula1='"a,b"')
    rule.promptTitle, rule.prompt = "Hỏi", f"gọi {PHONE}"
    made.active.add_data_validation(rule)
    rule.add("O2")


def in_link(made: Workbook) -> None:
    made.active["B2"].hyperlink = f"tel:{PHONE}"


DISGUISES: tuple[tuple[Callable[[Workbook], None], dict[str, Any]], ...] = (
    (in_cell, {"where": Where.CELL, "sheet": 1, "row": 3, "column": "B"}),
    (as_number, {"where": Where.CELL, "row": 3, "column": "O"}),
    (as_scientific, {"where": Where.CELL, "row": 3, "column": "O"}),
    (in_formula, {"where": Where.CELL, "row": 3, "column": "O"}),
    (in_hidden_row, {"where": Where.CELL, "row": 3, "hidden": True}),
    (in_hidden_column, {"where": Where.CELL, "column": "O", "hidden": True}),
    (in_hidden_sheet, {"where": Where.CELL, "sheet": 2, "row": 7, "column": "C", "hidden": True}),
    (in_very_hidden_sheet, {"where": Where.CELL, "sheet": 2, "hidden": True}),
    (in_comment, {"where": Where.COMMENT, "sheet": 1, "row": 2, "column": "D"}),
    (in_header, {"where": Where.CELL, "row": 1, "column": "O"}),
    (in_plain_header, {"where": Where.CELL, "row": 1, "column": "O"}),
    (in_everyday_header, {"where": Where.CELL, "row": 1, "column": "O"}),
    (in_other_sheets_header, {"where": Where.CELL, "sheet": 2, "row": 1, "column": "B"}),
    (in_defined_name, {"where": Where.DEFINED_NAME}),
    (as_defined_name, {"where": Where.DEFINED_NAME}),
    (in_properties, {"where": Where.PROPERTIES}),
    (in_custom_properties, {"where": Where.PROPERTIES}),
    (in_sheet_name, {"where": Where.SHEET_NAME, "sheet": 2}),
    (in_page_header, {"where": Where.EDGE, "sheet": 1}),
    (in_validation, {"sheet": 1}),
    (in_prompt, {"sheet": 1}),
    (in_link, {"sheet": 1}),
)


@pytest.mark.parametrize(
    ("disguise", "place"), DISGUISES, ids=[made.__name__ for made, _ in DISGUISES]
)
def test_a_disguise_is_refused_with_its_place(
    office: Register,
    tmp_path: Path,
    disguise: Callable[[Workbook], None],
    place: dict[str, Any],
) -> None:
    made = book()
    disguise(made)
    first = refused(saved(made, tmp_path), office).found[0]
    assert {name: getattr(first, name) for name in place} == place


@pytest.mark.parametrize("name", [f"diem {PHONE}.xlsx", "079 123 456 789.xlsx", "Số CCCD.xlsx"])
def test_the_name_of_a_file_is_looked_at_first(
    office: Register, tmp_path: Path, name: str
) -> None:
    error = refused(saved(book(), tmp_path, name), office)
    assert [one.where for one in error.found] == [Where.FILE_NAME]
    missing = refused(tmp_path / f"khong-co-{PHONE}.doc", office)
    assert missing.found[0].where is Where.FILE_NAME, "whatever else is wrong with it"


def test_a_text_that_no_cell_shows_any_more_is_found(office: Register, tmp_path: Path) -> None:
    assert refused(shared(tmp_path, f"CCCD {PAPER}", shown="1"), office).found[0].row == 3
    assert refused(shared(tmp_path, f"CCCD {PAPER}", shown="0"), office).found[0].where is (
        Where.OTHER
    )
    report = judge(shared(tmp_path, "Điểm B"), kind="registration_points", register=office)
    assert len(report.accepted) == 2


def test_what_a_cache_or_a_drawing_holds_is_found(office: Register, tmp_path: Path) -> None:
    cache = f'<pivotCacheRecords><r><s v="{PERSON}"/><n v="{int(PHONE)}"/></r></pivotCacheRecords>'
    file = rewritten(saved(book(), tmp_path), "xl/pivotCache/pivotCacheRecords1.xml",
                     lambda _: cache)  # fmt: skip
    assert refused(file, office).found[0].where is Where.OTHER
    box = '<xdr:wsDr xmlns:xdr="x" xmlns:a="a"><a:p><a:r><a:t>0912</a:t></a:r><a:r><a:t>.345.678'
    box += "</a:t></a:r></a:p></xdr:wsDr>"
    file = rewritten(saved(book(), tmp_path, "b.xlsx"), "xl/drawings/drawing9.xml", lambda _: box)
    assert refused(file, office).found[0].where is Where.DRAWING
    legacy = f'<xml><v:shape alt="x"><br><font>Zalo {PHONE}</font></v:shape>'
    file = rewritten(saved(book(), tmp_path, "c.xlsx"), "xl/drawings/v1.vml", lambda _: legacy)
    assert refused(file, office).found[0].where is Where.DRAWING


def test_an_embedded_file_cannot_be_looked_into(office: Register, tmp_path: Path) -> None:
    file = rewritten(saved(book(), tmp_path), "xl/embeddings/oleObject1.bin", lambda _: "PK")
    assert [one.where for one in refused(file, office).found] == [Where.EMBEDDED]


@pytest.mark.parametrize(
    "line",
    [
        f"LA-009;Điểm {PHONE};c;Sao Mai;12 Hùng Vương",
        "LA-009;Điểm A;c;Sao Mai;12 Hùng Vương;;;;;;;;;;;;079.123.456.789",
        "LA-009;Điểm A;c;Sao Mai;12 Hùng Vương;;;;;;;;;;;;9,12345678E+08",
        "LA-009;Điểm A;c;Sao Mai;12 Hùng Vương;;;;;;;;;;;;79123456789",
        'LA-009;"Điểm A\nSĐT 0912 345 678";c;Sao Mai;12 Hùng Vương',
        "Họ tên;Số thuê bao",
    ],
)
def test_a_csv_is_looked_through_beyond_its_headers(
    office: Register, tmp_path: Path, line: str
) -> None:
    file = tmp_path / "diem.csv"
    file.write_text("\n".join([";".join(HEADERS), line]), encoding="utf-8")
    first = refused(file, office).found[0]
    assert (first.where, first.row, first.sheet) == (Where.CELL, 2, None)


def test_places_are_told_and_no_more_than_ten(office: Register, tmp_path: Path) -> None:
    made = book()
    for number in range(50):
        made.active.append(("x", f"09123{number:05d}"))
    error = refused(saved(made, tmp_path), office)
    assert len(error.found) == 10
    said = error.say("vi")
    assert "trang tính thứ 1, hàng 4, cột B: số điện thoại" in said
    assert said.count("hàng") == 10


def test_other_formats_and_personal_answers_are_refused(office: Register, tmp_path: Path) -> None:
    file = tmp_path / "diem.geojson"
    file.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(FormatError) as caught:
        judge(file, kind="registration_points", register=office)
    assert caught.value.key == "points.only_tables"
    answers = ImportAnswers(values={"operator_id": f"Sao {PHONE}"})
    with pytest.raises(FormatError) as caught:
        judge(saved(book(), tmp_path), kind="registration_points", register=office,
              answers=answers)  # fmt: skip
    assert PHONE not in caught.value.say("vi")


# twenty clean files


def with_columns(*columns: tuple[str, object]) -> Workbook:
    made = book()
    for place, (header, value) in enumerate(columns, start=len(HEADERS) + 1):
        made.active.cell(1, place, header)
        made.active.cell(2, place, value)
        made.active.cell(3, place, value)
    return made


def with_vn2000() -> Workbook:
    made = Workbook()
    places = HEADERS[6:8]
    headers = tuple(one for one in HEADERS if one not in places)
    made.active.append((*headers, "X (VN-2000, KTT 105°45')", "Y"))
    for row in (SHOP, AGENT):
        made.active.append((*row[:6], *row[8:], 1164543.215, 572432.108))
    return made


def with_title() -> Workbook:
    made = Workbook()
    made.active.append(("DANH SÁCH ĐIỂM ĐĂNG KÝ THÔNG TIN THUÊ BAO",))
    made.active.append(("(Kèm theo Công văn số 1234/SM-KD ngày 27/11/2026)",))
    made.active.append(())
    for row in (HEADERS, SHOP, AGENT):
        made.active.append(row)
    return made


def with_list_sheet() -> Workbook:
    made = book()
    sheet = made.create_sheet("Danh mục")
    for word in ("cố định", "ủy quyền", "ứng dụng"):
        sheet.append((word,))
    sheet.sheet_state = "hidden"
    made.defined_names["loai"] = DefinedName("loai", attr_text="'Danh mục'!$A$1:$A$3")
    rule = DataValidation(type="list", formula1="=loai", prompt="Chọn loại của điểm")
    made.active.add_data_validation(rule)
    rule.add("C2:C100")
    return made


def with_picture(_: Path) -> Workbook:
    picture = io.BytesIO()
    Picture.new("RGB", (8, 8)).save(picture, "png")
    made = book()
    made.active.add_image(Image(picture), "Q2")
    return made


def with_properties() -> Workbook:
    made = book()
    made.properties.creator = made.properties.lastModifiedBy = PERSON
    made.properties.title = "Điểm đăng ký quý IV năm 2026"
    made.properties.created = datetime(2026, 11, 27, 10, 30)
    return made


def with_comment() -> Workbook:
    made = book()
    made.active["E2"].comment = Comment("Địa chỉ theo giấy phép số 12/GP-SM ngày 01/07/2026", "KD")
    return made


def with_edges() -> Workbook:
    made = book()
    made.active.oddFooter.center.text = "Trang &P / &N - in ngày &D"
    made.active.oddHeader.left.text = "Công ty Sao Mai, MST 0100109106"
    return made


CLEAN: tuple[tuple[str, Callable[[Path], Workbook]], ...] = (
    ("plain", lambda _: book()),
    ("vn2000", lambda _: with_vn2000()),
    ("title", lambda _: with_title()),
    ("list", lambda _: with_list_sheet()),
    ("picture", with_picture),
    ("properties", lambda _: with_properties()),
    ("comment", lambda _: with_comment()),
    ("edges", lambda _: with_edges()),
    ("revenue", lambda _: with_columns(("Doanh thu (đồng)", 123456789), ("Phí", "987.654.321 đ"))),
    ("tax", lambda _: with_columns(("Mã số thuế", "0100109106"), ("MST chi nhánh",
                                                                   "0100109106-001"))),
    ("tax numbers", lambda _: with_columns(("Mã số thuế", 100109106))),
    ("counts", lambda _: with_columns(("Số lượng thuê bao phát triển", 1234567), ("STT", 1))),
    ("frequency", lambda _: with_columns(("Tần số (Hz)", 1842500000), ("Băng (MHz)", "947,2"))),
    ("codes", lambda _: with_columns(("Số hiệu thiết bị", "SN0912345678"),
                                     ("Mã trạm phục vụ", "VNPT_LA_000123456"))),
    ("stamps", lambda _: with_columns(("Cập nhật", "2026-11-27 10:30:00"),
                                      ("Phiên bản", "202611271030"))),
    ("papers", lambda _: with_columns(("Giấy phép", "123/GP-BKHCN"),
                                      ("Văn bản", "090/2026/CV-SM ngày 09/12/2026"))),
    ("hotline", lambda _: with_columns(("Tổng đài", "18001091"), ("Chăm sóc", "1900 1800"))),
    ("hours", lambda _: with_columns(("Giờ mở cửa", "07:30-11:30, 13:00-17:00"),
                                     ("Diện tích (m2)", 45.5))),
    ("places", lambda _: with_columns(("Tọa độ", "10°31'55.7\"N 106°24'44.6\"E"))),
    ("ids", lambda _: with_columns(("Mã nội bộ", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"))),
)  # fmt: skip


@pytest.mark.parametrize(("name", "make"), CLEAN, ids=[name for name, _ in CLEAN])
def test_a_clean_file_passes(
    office: Register, tmp_path: Path, name: str, make: Callable[[Path], Workbook]
) -> None:
    del name
    file = saved(make(tmp_path), tmp_path, "Diem dang ky 20261127.xlsx")
    report = judge(file, kind="registration_points", register=office)
    assert len(report.accepted) == 2, [one.say("en") for one in report.problems]


def test_a_clean_csv_passes(office: Register, tmp_path: Path) -> None:
    file = tmp_path / "diem.csv"
    lines = [HEADERS, SHOP, AGENT]
    cells = [["" if one is None else str(one).replace("106.", "106,").replace("10.", "10,")
              for one in line] for line in lines]  # fmt: skip
    file.write_text("\n".join(";".join(line) for line in cells), encoding="utf-8")
    report = judge(file, kind="registration_points", register=office)
    assert len(report.accepted) == 2, [one.say("en") for one in report.problems]
    assert len(CLEAN) == 20
