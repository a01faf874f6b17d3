"""A file through the import pages, in a real Chromium on a real server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

import data
from api.app import create_app
from api.identity import new_link
from api.settings import Settings
from gis.demo import load_demonstration
from gis.register.store import Register
from tests.browser.accessibility import violations

SAMPLE = data.path("samples/cot_ang_ten_mau.xlsx")
CHANNELS = data.path("samples/dai_fm_mau.csv")


@dataclass
class Site:
    """A running server and a way to sign in."""

    url: str
    link: Callable[[], str]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    home = tmp_path / "home"
    home.mkdir()
    with Register.open(home / "register.gpkg", create=True) as register:
        load_demonstration(register)
    app = create_app(Settings(home=home, workers=0, max_upload_mb=1))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="none")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    accounts = app.state.service.accounts
    account = accounts.add("lan", "staff")
    url = f"http://127.0.0.1:{port}"
    yield Site(url, lambda: url + new_link(accounts, account.id))
    server.should_exit = True
    thread.join()


@pytest.fixture
def opened(chromium: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    pages: list[Page] = []
    complaints: list[str] = []

    def make(width: int, language: str) -> Page:
        page = chromium.new_page(viewport={"width": width, "height": 900})
        pages.append(page)
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(site.link())
        page.goto(f"{site.url}/view/imports?lang={language}")
        return page

    yield make
    for page in pages:
        page.close()
    assert [said for said in complaints if "422" not in said] == []


def fits(page: Page) -> bool:
    """Whether the page itself need not be scrolled sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return bool(wide <= 0)


@pytest.fixture
def looked_at(picture: Callable[..., None]) -> Callable[[Page, str], None]:
    """Check a page, and keep its picture where a person wants to see it."""

    def look(page: Page, name: str) -> None:
        picture(page, name)
        assert violations(page) == [], name
        assert fits(page), name

    return look


def send(page: Page, kind: str, file: Path) -> None:
    page.locator("select[name=kind]").select_option(kind)
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[enctype] button").press("Enter")


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_a_file_goes_in_and_comes_out_again(
    opened: Callable[..., Page],
    looked_at: Callable[[Page, str], None],
    width: int,
    language: str,
    tmp_path: Path,
) -> None:
    page = opened(width, language)
    name = f"{language}-{width}"
    looked_at(page, f"imports-empty-{name}")

    send(page, "structures", SAMPLE)
    expect(page.locator("h1")).to_have_text(SAMPLE.name)
    expect(page.locator("table.refused tbody tr")).to_have_count(6)
    looked_at(page, f"import-{name}")
    with page.expect_download() as download:
        page.locator("a[href$='errors.xlsx']").click()
    assert download.value.suggested_filename == f"{SAMPLE.stem}-errors.xlsx"
    page.locator("form[action$='/commit'] button").press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("18")
    looked_at(page, f"import-done-{name}")

    page.goto(page.url.rpartition("/")[0])
    page.locator("details.undo summary").press("Enter")
    looked_at(page, f"imports-undo-{name}")
    page.locator("details.undo button").press("Enter")
    expect(page.locator(".chip.cancelled")).to_have_count(1)

    broken = tmp_path / "hong.xlsx"
    broken.write_bytes(SAMPLE.read_bytes()[:2000])
    send(page, "structures", broken)
    expect(page.locator(".notice.bad")).to_contain_text("hong.xlsx")


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_questions_are_answered_with_the_keyboard(
    opened: Callable[..., Page],
    looked_at: Callable[[Page, str], None],
    width: int,
    language: str,
    tmp_path: Path,
) -> None:
    page = opened(width, language)
    changed = tmp_path / CHANNELS.name  # the shipped rows are in the register already
    written = CHANNELS.read_text(encoding="utf-8")
    assert written.count(";60;20;") == 1
    changed.write_text(written.replace(";60;20;", ";60;21;"), encoding="utf-8")
    send(page, "plan", changed)
    commit = page.locator("form[action$='/commit'] button")
    expect(commit).to_be_disabled()
    looked_at(page, f"import-question-{language}-{width}")
    page.locator("fieldset input[type=radio]").first.press("Space")
    page.keyboard.press("Enter")
    expect(commit).to_be_enabled()
    expect(page.locator(".answers")).to_contain_text("WGS 84 (EPSG:4326)")
    looked_at(page, f"import-answered-{language}-{width}")


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_foreign_headers_are_mapped_and_brought_in(
    opened: Callable[..., Page],
    looked_at: Callable[[Page, str], None],
    width: int,
    language: str,
    tmp_path: Path,
) -> None:
    page = opened(width, language)
    foreign = tmp_path / "la.csv"
    hostile = "<b id=hostile>x</b>"
    rows = f"A;B;C;D;E;{hostile}\nLX1;Cột ăng ten;mo-phong-a;106,4133;10,5361;42,5\n"
    foreign.write_text(rows, encoding="utf-8")
    send(page, "structures", foreign)
    expect(page.locator("#columns")).to_have_attribute("open", "")
    expect(page.locator("#hostile")).to_have_count(0)
    expect(page.locator("form[action$='/commit'] button")).to_be_disabled()
    looked_at(page, f"import-columns-{language}-{width}")
    chosen = {"code": "1", "kind": "2", "owner_id": "3", "longitude": "4", "latitude": "5"}
    for name, number in chosen.items():
        page.locator(f"#column-{name}").select_option(number)
    page.locator("#column-height_m").select_option(label=hostile)
    page.locator("#columns button.primary").press("Enter")
    page.locator("input[value='crs=4326'], option[value='crs=4326']").first.wait_for(
        state="attached"
    )
    page.locator("fieldset input[value='crs=4326']").press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("form[action$='/commit'] button")).to_be_enabled()
    page.locator("#columns summary").press("Enter")
    expect(page.locator("#sample-code")).to_have_text("LX1")
    looked_at(page, f"import-mapped-{language}-{width}")
    page.locator("form[action$='/commit'] button").press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("1")
