"""How a person gets about: by menu and links of a page, by mouse or by keyboard."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

__all__ = ["by_menu", "fits", "pdf_pages", "pdf_text", "pick", "tab_to", "type_in"]

MOST_TABS = 150


def fits(page: Page) -> None:
    """Make sure that the page need not be scrolled sideways."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def by_menu(page: Page, group: str, entry: str) -> None:
    """Open a page by the menu, which a telephone folds."""
    page.wait_for_load_state()  # before its styles are there every page has the folded menu
    whole = page.locator(".menu-all > summary")
    if whole.is_visible():
        whole.click()
    page.locator(".menu-group > summary", has_text=group).click()
    page.locator(".menu-group[open]").get_by_role("link", name=entry, exact=True).click()


def pick(page: Page, across: float = 0.5, down: float = 0.5) -> None:
    """Choose a place on the map of a form, by pointing at it."""
    page.locator("[data-picker-open]").first.click()
    expect(page.locator(".picker-part[data-ready]")).to_be_visible()
    map_ = page.locator(".picker-map")
    box = map_.bounding_box()
    assert box is not None
    map_.click(position={"x": box["width"] * across, "y": box["height"] * down})
    expect(page.locator(".picker-said")).to_contain_text("Đã lấy")


def tab_to(page: Page, wanted: Locator) -> None:
    """Go by Tab to what is wanted, and see the focus there."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            seen = "one => getComputedStyle(one).outlineStyle !== 'none' || one.matches('input')"
            assert wanted.evaluate(seen), "the focus is not seen"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {wanted}")


def type_in(page: Page, field: str, words: str) -> None:
    """Go by Tab to a field and type."""
    tab_to(page, page.locator(field))
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def pdf_text(program: str, file: Path) -> str:
    """Read a PDF's text as a person copies it."""
    done = subprocess.run([program, "-layout", str(file), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode("utf-8").split())


def pdf_pages(program: str, file: Path) -> int:
    """Count the pages of a PDF, as pdfinfo does."""
    said = subprocess.run([program, str(file)], capture_output=True, check=True, text=True).stdout
    return int(re.findall(r"Pages:\s+(\d+)", said)[0])
