"""How fast the map opens, and how smoothly it moves, with a register of many structures.

    python tests/benchmarks/map_page.py --structures 20000 --slowed 4

Serves a made register from a process of its own and opens `/map` in Chromium, whose processor is
slowed by the protocol of its developer tools. Prints, for the first visit, where the server makes
the map, and the middle of some rounds, where it is kept: seconds until the
map is drawn with all its objects and the page answers, and until the page is ready (the first
rows of its table stand too, and it answers again), megabytes of the page, the longest task
while the map is moved and zoomed, and how many tasks took over 50 ms. `docs/performance.md` tells
what was found.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browsing import running
from playwright.sync_api import Browser, Page, sync_playwright
from scale import fill

from gis.register.store import Register

WATCH = """() => {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.longTasks.push([one.startTime, one.duration]);
  }).observe({ type: "longtask", buffered: true });
}"""
MARKED = "performance.getEntriesByName('{}')"
WIDTH, HEIGHT = 1440, 900


@contextmanager
def served(structures: int) -> Iterator[str]:
    """Yield the address of a server of a made register."""
    with tempfile.TemporaryDirectory() as folder:
        with Register.open(Path(folder) / "register.gpkg", create=True) as register:
            fill(register, structures)
        with running(folder) as address:
            yield address


def tasks(page: Page) -> list[tuple[float, float]]:
    return page.evaluate("window.longTasks.splice(0)")


def opened(browser: Browser, address: str, slowed: float) -> dict[str, float]:
    """Open the map once in a browser that kept nothing, move it and zoom it."""
    context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
    page = context.new_page()
    page.add_init_script(f"({WATCH})()")
    sent: list[int] = []
    page.on(
        "response",
        lambda answer: sent.append(int(answer.headers.get("content-length", 0))),
    )
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    begun = time.monotonic()
    page.goto(f"{address}/map", wait_until="commit")
    found: dict[str, float] = {}
    for name in ("drawn", "ready"):
        page.wait_for_function(f"() => {MARKED.format(f'map-{name}')}.length", timeout=120_000)
        page.evaluate("() => new Promise((done) => setTimeout(done, 0))")  # it answers
        found[f"{name}_s"] = time.monotonic() - begun
        found[f"{name}_mark_s"] = page.evaluate(
            f"() => {MARKED.format(f'map-{name}')}[0].startTime / 1000"
        )
    found["first_byte_s"] = page.evaluate(
        "() => performance.getEntriesByType('navigation')[0].responseStart / 1000"
    )
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)
    opening = tasks(page)
    found["longest_opening_ms"] = max((took for _, took in opening), default=0.0)
    found["megabytes"] = sum(sent) / 1e6
    found |= {f"{name}_ms": worst for name, worst in moved(page).items()}
    context.close()
    return found


def moved(page: Page) -> dict[str, float]:
    """Drag the map by mouse, move it by keys and zoom by the wheel; return the longest tasks."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    worst: dict[str, float] = {}

    def take(name: str) -> None:
        page.wait_for_timeout(700)
        worst[name] = max((took for _, took in tasks(page)), default=0.0)

    def drag(ways: tuple[int, ...]) -> None:
        for way in ways:
            page.mouse.down()
            for step in range(1, 25):
                page.mouse.move(x + way * 12 * step, y + way * 5 * step)
            page.mouse.up()
            page.mouse.move(x, y)

    tasks(page)
    page.mouse.move(x, y)
    drag((1, -1, 1))
    take("drag")
    for _ in range(4):
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(350)
    take("zoom_in")
    drag((1, -1))
    take("drag_near")
    for _ in range(6):
        page.mouse.wheel(0, 240)
        page.wait_for_timeout(350)
    take("zoom_out")
    page.locator("#map").focus()
    for key in ("ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
        page.wait_for_timeout(350)
    take("keys")
    page.fill("#map-filters input[name=text]", "cột 99")
    page.wait_for_timeout(600)
    take("filter")
    page.mouse.click(x + 17, y + 9)
    take("click")
    return worst


def middle(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in rounds), 2) for name in rounds[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structures", type=int, default=20_000)
    parser.add_argument("--slowed", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--address", help="a server that runs already")
    told = parser.parse_args()
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    options: dict[str, Any] = {
        "executable_path": chromium, "args": ["--no-sandbox", "--disable-dev-shm-usage"],
    }  # fmt: skip

    def measure(address: str) -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**options)
            first = opened(browser, address, told.slowed)  # the server has made no map yet
            rounds = [opened(browser, address, told.slowed) for _ in range(told.rounds)]
            print(
                json.dumps({"first": first, "rounds": rounds, "middle": middle(rounds)}, indent=1)
            )

    if told.address:
        measure(told.address)
    else:
        with served(told.structures) as address:
            measure(address)


if __name__ == "__main__":
    main()
