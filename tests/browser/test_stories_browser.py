"""The three people's stories from end to end, by menus and links, on a desk and on a telephone.

Each ends with what the person came for: rows of the register, a report, a request that the other
party has, a printed map, a letter.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

import data
from data.text import VIET_NAM
from gis.register import moments
from gis.register.scopes import SYSTEM
from tests.browser.people import by_menu, fits, pdf_text, pick, tab_to, type_in

WIDTHS = (1440, 390)
MINUTES_MS = 120_000
Tool = Callable[[str], str]
Visits = Callable[..., Any]


def spoiled(folder: Path, width: int) -> Path:
    """A file of three masts, two of them wrong."""
    book = openpyxl.load_workbook(data.path("samples/cot_ang_ten_mau.xlsx"))
    sheet = book.active
    assert sheet is not None
    sheet.delete_rows(5, sheet.max_row)
    for row in (2, 3, 4):
        sheet.cell(row, 2).value = f"CHUYEN-{width}-{row}"
        sheet.cell(row, 3).value = f"Cột câu chuyện {width} số {row}"
    sheet.cell(3, 8).value = "cao lắm"
    sheet.cell(4, 6).value, sheet.cell(4, 7).value = 10.9, 105.55
    file = folder / f"doanh-nghiep-{width}.xlsx"
    book.save(file)
    return file


def mended(file: Path) -> Path:
    """The error report with the wrong cells put right, as a person does it in Excel."""
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    heads = {str(cell.value): cell.column for row in sheet.iter_rows(max_row=3) for cell in row}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "cao lắm":
                cell.value = 47.8
            if cell.value == 105.55 and cell.column == heads["Vĩ độ (WGS84)"]:
                sheet.cell(cell.row, heads["Kinh độ (WGS84)"]).value = 105.55
                cell.value = 10.9
    told = file.with_name("da-sua.xlsx")
    book.save(told)
    return told


def send(page: Page, file: Path) -> None:
    page.locator("select[name=kind]").select_option("structures")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Gửi và kiểm tra").click()


@pytest.mark.parametrize("width", WIDTHS)
def test_staff_bring_a_file_in_and_mend_its_errors(
    visit: Visits, server: Any, tmp_path: Path, width: int
) -> None:
    here = visit("staff", width)
    page: Page = here.open("/")
    page.get_by_role("link", name="Nhập tệp dữ liệu").click()
    send(page, spoiled(tmp_path, width))
    expect(page.locator("table.refused tbody tr")).to_have_count(2)
    expect(page.locator("table.refused")).to_contain_text("cao lắm")
    fits(page)
    with page.expect_download() as errors:
        page.locator("a[href$='errors.xlsx']").first.click()
    report = tmp_path / "loi.xlsx"
    errors.value.save_as(report)
    page.locator(".crumbs a").click()
    send(page, mended(report))
    expect(page.locator("table.refused tbody tr")).to_have_count(0)
    page.locator("form[action$='/commit'] button").click()
    expect(page.locator(".notice.good")).to_be_visible()
    by_menu(page, "Hạ tầng", "Công trình")
    page.locator("input[name=text]").fill(f"câu chuyện {width}")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr", has_text=f"Cột câu chuyện {width} số 3")).to_be_visible()
    fits(page)
    found = server.register.structures(SYSTEM, text=f"câu chuyện {width}")
    kept = {one.code: (one.longitude, one.height_m) for one in found}
    assert kept[f"CHUYEN-{width}-3"][1] == 47.8
    assert kept[f"CHUYEN-{width}-4"][0] == 105.55
    assert here.violations() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_an_operator_plans_a_site_by_pointing_and_reads_its_report(
    visit: Visits, tool: Tool, tmp_path: Path, width: int
) -> None:
    here = visit("operator", width)
    page: Page = here.open("/")
    page.get_by_role("link", name="Xét địa điểm mới").click()
    page.fill("[name=name]", f"Cột câu chuyện {width}")
    pick(page)
    assert float(page.input_value("[name=latitude]")) == pytest.approx(10.8, abs=0.6)
    page.fill("[name=structure_height_m]", "42")
    assert here.violations() == []
    page.get_by_role("button", name="Xét địa điểm").click()
    page.wait_for_url("**/view/studies/*", timeout=MINUTES_MS)
    expect(page.locator("#map-rows tr").first).to_contain_text(f"Cột câu chuyện {width}")
    fits(page)
    report = tmp_path / "dia-diem.pdf"
    address = page.get_by_role("link", name="Báo cáo PDF").get_attribute("href")
    report.write_bytes(page.context.request.get(f"{here.url}{address}").body())
    told = pdf_text(tool("pdftotext"), report)
    assert f"Cột câu chuyện {width}" in told
    assert "không phải là vi phạm" in told or "chấp thuận" in told


def test_a_site_is_planned_by_keyboard_alone(visit: Visits) -> None:
    """From the first page to the report: Tab, Enter, arrows, and the focus is always seen."""
    page: Page = visit("operator").open("/")
    tab_to(page, page.get_by_role("link", name="Xét địa điểm mới"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/view/sites")
    type_in(page, "[name=name]", "Cột bàn phím")
    tab_to(page, page.locator("[data-picker-open]"))
    page.keyboard.press("Enter")
    expect(page.locator(".picker-part[data-ready]")).to_be_visible()
    expect(page.locator(".picker-map")).to_be_focused()
    page.keyboard.press("Enter")
    before = page.input_value("[name=latitude]")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(400)  # the map pans
    page.keyboard.press("Enter")
    expect(page.locator(".picker-said")).to_contain_text("Đã lấy")
    assert float(page.input_value("[name=latitude]")) < float(before), "an arrow moved the map"
    page.keyboard.press("Escape")
    expect(page.locator("[data-picker-open]")).to_be_focused()
    type_in(page, "[name=structure_height_m]", "42")
    tab_to(page, page.get_by_role("button", name="Xét địa điểm"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/view/studies/*", timeout=MINUTES_MS)
    expect(page.locator("#results")).to_contain_text("Cột bàn phím")
    tab_to(page, page.get_by_role("link", name="Báo cáo PDF"))


@pytest.mark.parametrize("width", WIDTHS)
def test_an_operator_finds_a_support_its_owner_accepts_and_the_department_approves(
    visit: Visits, server: Any, width: int
) -> None:
    asking = visit("operator", width)
    page = found_support(asking)
    support = server.register.structure(page.input_value("[name=structure_id]"), SYSTEM)
    expect(page.locator("#support")).to_contain_text(f"{support.name} · {support.code}")
    expect(page.locator("#free")).to_contain_text("Tầng còn trống hôm nay: ")
    assert page.input_value("[name=height_above_ground_m]") == "25", "what was wanted"
    page.fill("[name=technology]", f"5G NR {width}")
    page.fill("[name=purpose]", "Phủ sóng khu dân cư mới")
    fits(page)
    assert asking.violations() == []
    asking.picture(f"sharing-form-{width}")
    page.get_by_role("button", name="Lập bản nháp").click()
    page.locator("details > summary", has_text="Gửi đề nghị").click()
    page.locator("form:has(input[value=submitted]) button").click()
    expect(page.locator("tbody")).to_contain_text("Bắc Ninh")
    case = page.url.rpartition("/")[2]
    fits(page)
    owner = visit("operator-b", width)
    page = owner.open("/")
    open_waiting(page, case, "Trả lời")
    expect(page.locator("main")).to_contain_text(f"5G NR {width}")
    page.locator("details > summary", has_text="Chấp nhận").first.click()
    page.locator("form:has(input[value=accepted]) button").click()
    expect(page.locator(".timeline")).to_contain_text("Đã chấp nhận")
    assert owner.violations() == []
    page = asking.open("/")
    asking.picture(f"answer-{width}")
    open_waiting(page, case, "Đã chấp nhận: Viễn thông Mô phỏng B, ")
    staff = visit("staff", width)
    page = staff.open("/")
    open_waiting(page, case, "Chấp thuận dùng chung")
    number = f"{width}/GP-STTTT"
    take(page, "Sở chấp thuận dùng chung", {"instrument": number})
    expect(page.locator(".timeline")).to_contain_text(number)
    fits(page)
    staff.picture(f"approved-{width}")
    assert staff.violations() == []
    for party in (asking, owner):
        page = party.open("/")
        open_waiting(page, case, "Sở đã chấp thuận dùng chung: Sở ")
        expect(page.locator(".timeline")).to_contain_text(number)
        approval = page.locator("tr", has=page.locator("th", has_text="Chấp thuận dùng chung"))
        expect(approval).to_contain_text("Đúng hạn")


def found_support(asking: Any) -> Page:
    """Search for supports, and ask the first of another owner that may do."""
    page: Page = asking.open("/")
    page.get_by_role("link", name="Tìm công trình dùng chung").click()
    page.fill("[name=latitude]", "10.54")
    page.fill("[name=longitude]", "106.41")
    page.fill("[name=within_km]", "8")
    page.fill("[name=height_m]", "25")
    page.get_by_role("button", name="Tìm", exact=False).last.click()
    page.wait_for_url("**/view/studies/*", timeout=MINUTES_MS)
    next_ = page.locator("section", has=page.locator("#next-heading"))
    offered = next_.locator("li", has_text="Viễn thông Mô phỏng B").first
    expect(offered).to_be_visible()
    fits(page)
    offered.get_by_role("link", name="Đề nghị dùng chung").click()
    return page


def open_waiting(page: Page, case: str, waits: str) -> None:
    """Open a request from the first page, which says what it waits for or what came."""
    row = page.locator(".inbox tr", has=page.locator(f"a[href$='{case}']"))
    expect(row).to_contain_text(waits)
    fits(page)
    row.locator("a").click()
    expect(page.locator(".timeline")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_somebody_looks_an_interference_area_up_and_prints_it(
    visit: Visits, tool: Tool, tmp_path: Path, width: int
) -> None:
    here = visit("staff", width)
    page: Page = here.open("/")
    page.get_by_role("link", name="Tìm một đài phát").first.click()
    page.locator("input[name=text]").fill("thủ thừa")
    page.keyboard.press("Enter")
    page.locator("tbody a", has_text="Thủ Thừa").first.click()
    page.locator("button[name=kind][value=interference]").click()
    page.wait_for_url("**/view/studies/*", timeout=MINUTES_MS)
    expect(page.locator("#map-rows tr").first).to_be_visible()
    fits(page)
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.locator("#map").click(position={"x": box["width"] * 0.6, "y": box["height"] * 0.42})
    expect(page.locator("#map-details")).to_contain_text("dBµV/m", timeout=MINUTES_MS)
    paper = tmp_path / "nhieu.pdf"
    page.pdf(path=str(paper), format="A4", print_background=True)
    told = pdf_text(tool("pdftotext"), paper)
    assert "Thủ Thừa" in told
    assert "Dự báo" in told or "dự báo" in told
    assert "dữ liệu mô phỏng" in told.lower()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_complaint_is_taken_in_and_closed_with_its_letter(
    visit: Visits, tool: Tool, tmp_path: Path, width: int
) -> None:
    here = visit("staff", width)
    page: Page = here.open("/")
    page.get_by_role("link", name="Mở bàn việc").click()
    page.get_by_role("link", name="Lập kháng nghị", exact=True).click()
    for name, value in {
        "complainant": f"Đài Phát thanh câu chuyện {width}",
        "victim_station": "FM mô phỏng Tân An",
        "frequency_mhz": "96.9",
        "began_at": "2026-07-20T08:00",
        "effect": "Tiếng rít, mất sóng buổi tối",
    }.items():
        page.locator(f"form [name={name}]").fill(value)
    page.select_option("select[name=service]", "broadcast_provincial")
    page.select_option("select[name=own_equipment_checked]", "yes")
    pick(page)
    page.get_by_role("button", name="Lập hồ sơ").click()
    case = page.url
    class_ = page.locator("form:has(input[value=accepted]) select[name=class]")
    expect(class_).to_have_value("within_province")  # the one proposed is chosen beforehand
    page.locator(".crumbs a").last.click()
    listed = page.locator("tbody tr", has=page.locator(f"a[href$='{case.rpartition('/')[2]}']"))
    expect(listed).to_contain_text(f"Tổ chức kháng nghị: Đài Phát thanh câu chuyện {width}")
    expect(listed).not_to_contain_text("cá nhân")  # the hint is the form's
    page.goto(case)
    take(page, "Thụ lý và phân loại", {})
    take(page, "Ghi nguồn can nhiễu", {"cause": "Máy phát lệch tần", "evidence": "BB 12"})
    now = moments.now().astimezone(VIET_NAM).strftime("%Y-%m-%dT%H:%M")
    take(page, "Ghi can nhiễu chấm dứt",
         {"ended_at": now, "result": "Đã chỉnh máy phát"})  # fmt: skip
    take(page, "Thông báo kết quả", {})
    fits(page)
    assert here.violations() == []
    with page.expect_download() as letter:
        page.locator("a[href$='interference_result.pdf']").click()
    letter.value.save_as(tmp_path / "ket-qua.pdf")
    told = pdf_text(tool("pdftotext"), tmp_path / "ket-qua.pdf")
    assert f"Đài Phát thanh câu chuyện {width}" in told
    assert "Đã chỉnh máy phát" in told
    by_menu(page, "Bàn việc", "Tất cả hồ sơ")
    assert f"câu chuyện {width}" not in page.locator("main").inner_text(), "it does not run"


def take(page: Page, step: str, details: dict[str, str]) -> None:
    """Take a step of a case: open it, fill it in, press its button."""
    part = page.locator("details.card", has=page.locator("summary", has_text=step)).first
    part.locator("summary").first.click()
    for name, value in details.items():
        part.locator(f"[name={name}]").fill(value)
    with page.expect_navigation():
        part.get_by_role("button", name=step).click()
    expect(page.locator(".timeline")).to_be_visible()
    expect(page.locator("#refused")).to_have_count(0)
