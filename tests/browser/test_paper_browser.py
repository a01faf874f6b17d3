"""Pages on paper: a report fills its first page, and folds that nobody opened are not printed."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.people import pdf_text


def printed(page: Page, file: Path) -> Path:
    page.pdf(path=str(file), format="A4", print_background=True)
    return file


def test_a_report_of_the_department_fills_its_first_page(
    visit: Callable, tool: Callable[[str], str], tmp_path: Path
) -> None:
    """The charts went to the second page as one, and left half of the first one white."""
    page = visit("staff").open("/view/reports?period=2026&lang=vi")
    expect(page.locator(".bars-wide svg").first).to_be_visible()
    paper = printed(page, tmp_path / "report.pdf")
    read = [tool("pdftotext"), "-bbox", "-f", "1", "-l", "1", str(paper), "-"]
    told = subprocess.run(read, capture_output=True, check=True, text=True).stdout
    height = float(re.findall(r'<page width="[\d.]+" height="([\d.]+)"', told)[0])
    lowest = max(map(float, re.findall(r'yMax="([\d.]+)"', told)))
    assert lowest > 0.75 * height, f"the first page ends at {lowest:.0f} of {height:.0f}"
    words = pdf_text(tool("pdftotext"), paper)
    assert "Mục lục" not in words, "links lead nowhere on paper"
    assert "Dùng chung hạ tầng, theo xã" in words
    assert "dòng nữa trong tệp" in words, "paper says where the rest of a table is"
    assert "Xem cả bảng" not in words, "a link leads nowhere on paper"
    page.get_by_role("link", name="Xem cả bảng").first.click()
    expect(page).to_have_url(re.compile(r"whole=.+#"))
    expect(page.locator("h2:target")).to_be_in_viewport()


def test_folds_that_nobody_opened_are_not_printed(
    visit: Callable, tool: Callable[[str], str], tmp_path: Path
) -> None:
    page = visit("staff").open("/view/desk/interference?lang=vi")
    page.locator("form [name=complainant]").fill("Đài in giấy")
    page.locator("form [name=effect]").fill("Tiếng rít")
    page.get_by_role("button", name="Lập hồ sơ").click()
    contact = page.locator("summary", has_text="Nhập người liên hệ")
    expect(contact).to_be_visible()
    note = page.locator("details.off-paper").first
    note.locator("summary").click()
    said = note.locator("p").inner_text().split(".")[0]
    told = pdf_text(tool("pdftotext"), printed(page, tmp_path / "case.pdf"))
    assert "Người liên hệ của bên kháng nghị" in told
    assert "Chưa có người liên hệ" in told
    assert "Nhập người liên hệ" not in told, "a form that is closed"
    assert " ".join(said.split()) in told, "a note that was opened is printed"
    assert told.count("Ghi chú") == 1, "and no other"
