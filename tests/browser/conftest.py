"""The real server as its own process, and Chromium with nothing else to talk to."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from api.identity import new_link
from gis.demo import load_demonstration
from gis.register.accounts import Accounts
from gis.register.store import Register
from tests.browser.accessibility import violations

_SERVE = "import sys, api.cli; sys.exit(api.cli.main())"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_BACKGROUND = Path(__file__).parents[1] / "reference" / "basemap.pmtiles"
_ORGANISATIONS = {"operator": "mo-phong-a", "operator-b": "mo-phong-b"}
_PICTURES = os.environ.get("PHUSONG_TEST_SCREENSHOTS")


@dataclass
class Server:
    """A server of the demonstration register.

    Attributes
    ----------
    url : str
        Its address, without a slash at the end.
    register : Register
        The register that it serves.
    folder : Path
        Its home.
    """

    url: str
    register: Register
    folder: Path

    def link(self, role: str) -> str:
        """Return a fresh one-time link of the account of a role."""
        accounts = Accounts(self.register)
        account = accounts.by_name(f"{role}-1") or accounts.add(
            f"{role}-1", role.partition("-")[0], organisation_id=_ORGANISATIONS.get(role)
        )
        return self.url + new_link(accounts, account.id)


@contextmanager
def serving(home: Path, background: Path) -> Iterator[Server]:
    """Serve the demonstration register as `phusong serve` does, with a background map."""
    with Register.open(home / "register.gpkg", create=True) as register:
        load_demonstration(register)
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _SERVE, "serve", "--port", "0"],
            env={
                **os.environ,
                "PHUSONG_HOME": str(home),
                "PHUSONG_LANG": "en",
                "PHUSONG_MAP_PMTILES": str(background),
                "PHUSONG_MAP_TILES_ATTRIBUTION": "nền mô phỏng <b>",
            },
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            text=True,
        )
        try:
            assert process.stdout is not None
            said = ""
            while (found := _ADDRESS.search(said)) is None:
                line = process.stdout.readline()
                assert line, f"the server ended: {said}"
                said += line
            yield Server(found[0], register, home)
        finally:
            process.terminate()
            process.communicate(timeout=30)
        assert process.returncode == 0, "the server stops cleanly"


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the demonstration register to every test that needs no other."""
    with serving(tmp_path_factory.mktemp("home"), _BACKGROUND) as served:
        yield served


@pytest.fixture(scope="package")
def chromium(tool: Callable[[str], str]) -> Iterator[Browser]:
    """Start Chromium without a window of its own, as Debian ships it for this.

    Its shared memory lies on disk, as /dev/shm may be small.
    """
    options = ["--no-sandbox", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=tool("chromium-headless-shell"), args=options
        )


def _picture(page: Page, name: str, *, full_page: bool = True) -> None:
    if _PICTURES:
        page.screenshot(path=Path(_PICTURES) / f"{name}.png", full_page=full_page)


@pytest.fixture
def picture() -> Callable[..., None]:
    """Keep a page's picture in the folder that a person who wants to look at it names."""
    return _picture


@dataclass
class Visit:
    """A browser of one person, with what it asked for and complained about."""

    page: Page
    url: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of the server."""
        self.page.goto(self.url + path)
        return self.page

    def picture(self, name: str, *, full_page: bool = True) -> None:
        """Keep the page's picture where a person wants to see it."""
        _picture(self.page, name, full_page=full_page)

    def violations(self) -> list[str]:
        """What axe-core finds, every rule on, nothing left out."""
        return violations(self.page)


def _visit(server: Server, chromium: Browser, role: str, width: int) -> Visit:
    context = chromium.new_context(viewport={"width": width, "height": 900}, locale="vi-VN")
    made = Visit(context.new_page(), server.url)
    made.page.on("request", lambda request: made.requests.append(request.url))
    made.page.on("console", lambda message: made.complaints.append(message.text))
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    if role != "anonymous":
        answer = context.request.get(server.link(role), max_redirects=0)  # no page to draw
        assert answer.status == 303
    return made


def _require_nothing_outside(visit: Visit) -> None:
    asked = [url for url in visit.requests if not url.startswith(("data:", "blob:"))]
    assert asked, "nothing was asked for: the log is broken"
    assert {url for url in asked if not url.startswith(f"{visit.url}/")} == set()


@pytest.fixture
def visit(server: Server, chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a browser as somebody of a role; every request that leaves 127.0.0.1 is a failure."""
    visits: list[Visit] = []

    def make(role: str = "anonymous", width: int = 1440) -> Visit:
        visits.append(_visit(server, chromium, role, width))
        return visits[-1]

    yield make
    for made in visits:
        made.page.context.close()
        _require_nothing_outside(made)


@pytest.fixture(scope="module")
def kept_visit(server: Server, chromium: Browser) -> Iterator[Callable[[str, int], Visit]]:
    """Open one browser for each role and width, and keep it until the end of the file."""
    there: dict[tuple[str, int], Visit] = {}

    def make(role: str, width: int) -> Visit:
        if (role, width) not in there:
            there[role, width] = _visit(server, chromium, role, width)
        return there[role, width]

    yield make
    for made in there.values():
        made.page.context.close()


@pytest.fixture
def same_visit(
    kept_visit: Callable[[str, int], Visit],
) -> Iterator[Callable[[str, int], Visit]]:
    """Do as `visit` does, in the browser that an earlier test of the file opened.

    For tests that look at pages and change nothing: a page opened anew costs a fifth of a second.
    """
    used: list[Visit] = []

    def make(role: str, width: int) -> Visit:
        made = kept_visit(role, width)
        made.requests.clear()
        made.complaints.clear()
        used.append(made)
        return made

    yield make
    for made in used:
        _require_nothing_outside(made)


WORDS = """svg => [...svg.querySelectorAll('text')].map(t => {
  const b = t.getBoundingClientRect();
  return {words: t.textContent, left: b.left, right: b.right, top: b.top, bottom: b.bottom};
})"""
BOX = "svg => { const b = svg.getBoundingClientRect(); return {left: b.left, right: b.right}; }"


@pytest.fixture
def misplaced() -> Callable[[Locator], list[str]]:
    """Return the words of a drawing that lie over other words, or leave its sides."""

    def found(figure: Locator) -> list[str]:
        words, box = figure.evaluate(WORDS), figure.evaluate(BOX)
        assert words, "a drawing without words"
        over = [
            f"{one['words']} over {other['words']}"
            for one, other in combinations(words, 2)
            if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
            and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 3
        ]
        outside = [
            one["words"]
            for one in words
            if not box["left"] - 1 <= one["left"] <= one["right"] <= box["right"] + 1
        ]
        return over + outside

    return found
