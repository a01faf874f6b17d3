"""An administrator makes a copy of the installation on its page, and takes it."""

import zipfile
from collections.abc import Callable

from playwright.sync_api import expect


def test_a_copy_is_made_and_taken(visit: Callable, tmp_path) -> None:
    here = visit("administrator")
    page = here.open("/view/backups?lang=en")
    expect(page.get_by_role("heading", name="No copy yet")).to_be_visible()
    page.get_by_role("button", name="Make a copy now").click()
    expect(page.locator(".chip.complies")).to_have_text("Proved", timeout=60_000)
    expect(page.get_by_text("was made, and restored to be sure.")).to_be_visible()
    assert here.violations() == [], "with a copy shown"
    with page.expect_download() as found:
        page.get_by_role("button", name="Download").click()
    found.value.save_as(tmp_path / "copy.zip")
    assert "register.gpkg" in zipfile.ZipFile(tmp_path / "copy.zip").namelist()
