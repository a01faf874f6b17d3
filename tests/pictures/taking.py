"""Opens each page in Chromium as its person and keeps what is seen.

Fields for days are written as in Viet Nam where Chromium has its languages (chromium-l10n).
"""

import argparse
import io
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from api.roles import Role
from api.tour import SEEN, TOURS
from tests.pictures.listed import WIDTHS, Kept, Shot, committed, every_shot
from tests.pictures.served import Served, served

__all__ = ["PICTURES", "main"]

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "pictures"
_HEIGHTS = {390: 844, 768: 1024, 1440: 900}
_REDUCED = {390: 330, 768: 440, 1440: 720}
"""Width in pixels of the reduced picture of a window."""
_MOST_SCREENS = 2
_SETTLED_MS = 15_000
_LAID = """() => {
  for (const one of document.querySelectorAll('.once-near')) {
    one.style.contentVisibility = 'visible';
  }
}"""
"""What is laid out when it comes near stands in a picture of the whole page."""
_WIDER = "document.documentElement.scrollWidth - innerWidth"


class Camera:
    """A browser with one window for each person, width, language and colours."""

    def __init__(self, server: Served, browser: Browser) -> None:
        self._server = server
        self._browser = browser
        self._signed: dict[Role, list[Any]] = {}
        self._last: tuple[tuple[object, ...], Page] | None = None
        self.problems: list[str] = []

    def take(self, shot: Shot, width: int, *, whole: bool) -> Image.Image:
        """Return a picture of a page: its first screen, or the whole."""
        page = self._page(shot, width)
        path = shot.path.format_map(self._server.made)
        mark = "&" if "?" in path else "?"
        if "lang=" not in path:
            path = f"{path}{mark}lang={shot.language}"
        answer = self._go(page, path)
        where = f"{shot.name} ({shot.role.value}, {width})"
        if shot.name != "not-found" and (answer is None or answer.status >= 400):
            self.problems.append(f"{where}: {answer and answer.status} at {path}")
        self._settle(page, shot, where)
        if page.evaluate(_WIDER) > 0:
            self.problems.append(f"{where}: wider than the window")
        taken = page.screenshot(full_page=whole, animations="disabled", caret="hide")
        return Image.open(io.BytesIO(taken)).convert("RGB")

    def _go(self, page: Page, path: str) -> Any:
        """Open an address; a page that is given as a file, as the file that somebody opens."""
        if "/form.html" not in path:
            return page.goto(self._server.url + path)
        answer = page.context.request.get(self._server.url + path)
        with NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
            file.write(answer.text())
            file.flush()
            page.goto(Path(file.name).as_uri())
        return answer

    def _settle(self, page: Page, shot: Shot, where: str) -> None:
        try:
            if shot.path == "/map":
                page.locator("#map-rows tr").first.wait_for(timeout=_SETTLED_MS)
            if shot.name == "map-click":
                box = page.locator(".leaflet-container").first.bounding_box()
                assert box
                page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
                told = page.locator(
                    "#map-details .map-card"
                )  # the answer, not that it is waited for
                told.first.wait_for(timeout=_SETTLED_MS)
            page.wait_for_load_state("networkidle", timeout=_SETTLED_MS)
            page.evaluate(_LAID)
            if page.locator(".folium-map").count():
                page.locator(".leaflet-pane").first.wait_for(state="attached", timeout=_SETTLED_MS)
                page.wait_for_timeout(700)  # tiles fade in
        except BrowserError as error:
            self.problems.append(f"{where}: {str(error).splitlines()[0]}")

    def _page(self, shot: Shot, width: int) -> Page:
        key = (shot.role, width, shot.dark)
        if self._last is None or self._last[0] != key:
            if self._last is not None:
                self._last[1].context.close()
            self._last = key, self._opened(shot, width)
        return self._last[1]

    def _opened(self, shot: Shot, width: int) -> Page:
        context = self._browser.new_context(
            viewport={"width": width, "height": _HEIGHTS[width]},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            color_scheme="dark" if shot.dark else "light",
            reduced_motion="reduce",
        )
        seen = [
            {"name": f"phusong_tour_{person}", "value": SEEN, "url": self._server.url}
            for person in TOURS
        ]
        context.add_cookies(seen)  # the offer of the tour stands above what is to be shown
        if shot.role is not Role.ANONYMOUS:
            if shot.role not in self._signed:
                context.request.get(self._server.link(shot.role), max_redirects=0)
                self._signed[shot.role] = context.cookies()
            context.add_cookies(self._signed[shot.role])
        page = context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        return page


def _save(picture: Image.Image, kept: Kept) -> None:
    file = PICTURES / kept.file
    file.parent.mkdir(parents=True, exist_ok=True)
    if kept.reduced:
        width = _REDUCED[kept.width]
        most = _HEIGHTS[kept.width] * _MOST_SCREENS
        picture = picture.crop((0, 0, picture.width, min(picture.height, most)))
        size = (width, round(picture.height * width / picture.width))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    picture.save(file, quality=50 if kept.reduced else 72, method=6)


def _in_order(kept: Sequence[Kept]) -> list[Kept]:
    return sorted(kept, key=lambda one: (one.shot.role, one.shot.dark, one.width))


def _taken(camera: Camera, everything: Path | None) -> Iterator[str]:
    for kept in _in_order(committed()):
        _save(camera.take(kept.shot, kept.width, whole=kept.reduced), kept)
        yield kept.file
    if everything is None:
        return
    everything.mkdir(parents=True, exist_ok=True)
    for role in Role:
        for width in WIDTHS:
            for shot in every_shot():
                if shot.role is role:
                    picture = camera.take(shot, width, whole=True)
                    picture.save(everything / f"{shot.name}-{width}.png")
                    yield f"{shot.name}-{width}"


def main(arguments: Sequence[str]) -> int:
    """Take the pictures of the documentation; return 1 where a page was not as it should be."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--all", type=Path, metavar="FOLDER", help="keep every page of every role there, whole"
    )
    asked = parser.parse_args(arguments)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("Chromium is needed: apt install chromium")
        return 2
    options = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
    tongue = {"LANGUAGE": "vi", "LANG": "vi_VN.UTF-8"}  # of the browser's own fields for days
    with served() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*options, "--lang=vi"], env={**os.environ, **tongue}
        )
        camera = Camera(server, browser)
        number = sum(1 for _ in _taken(camera, asked.all))
        browser.close()
    named = {kept.file for kept in committed()}
    for file in PICTURES.rglob("*.*"):
        if file.relative_to(PICTURES).as_posix() not in named:
            file.unlink()
    print(f"{number} pictures")
    print(*camera.problems, sep="\n")
    return 1 if camera.problems else 0
