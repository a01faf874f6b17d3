"""How fast every page opens, and what it weighs, with a register of many structures.

    python tests/benchmarks/pages.py --structures 20000 --slowed 4

Serves the demonstration with made structures beside it, finds the pages that a role reaches (the
menu's and one of each kind that these lead to), and opens each in Chromium, whose processor is
slowed by the protocol of its developer tools: twice, the second counts where the first waited for
something that the server keeps. Prints seconds until the page has loaded and answers, and
kilobytes of everything that it asked for; what is slower or heavier than wanted is marked. The
map has a benchmark of its own (`map_page.py`).
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from browsing import running
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from scale import fill

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from pages_found import found_by  # noqa: E402

WANTED_S, WANTED_KB = 1.0, 300
ANSWERS = """() => new Promise((done) => requestAnimationFrame(() =>
  setTimeout(() => done(performance.now() / 1000), 0)))"""


@contextmanager
def served(structures: int) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the address of a server, and a cookie of a session for each role."""
    from api.identity import new_link
    from gis.demo import load_demonstration, load_demonstration_desk
    from gis.home import Home
    from gis.register.accounts import Accounts
    from gis.register.store import Register

    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        with Register.open(home.register, create=True) as register:
            load_demonstration(register)
            load_demonstration_desk(register, home)
            fill(register, structures)
            accounts = Accounts(register)
            links = {
                role: new_link(accounts, accounts.add(role, role, organisation_id=own).id)
                for role, own in (
                    ("operator", "mo-phong-a"), ("staff", None), ("administrator", None),
                )
            }  # fmt: skip
        with running(folder) as address:
            yield address, links


def opened(context: BrowserContext, address: str, slowed: float) -> tuple[float, float]:
    """Return seconds until a page answers, and kilobytes of all that it asked for."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    page.goto(address, wait_until="load")
    seconds = page.evaluate(ANSWERS)
    page.close()
    return float(seconds), sum(sizes) / 1000


def walked(browser: Browser, address: str, link: str, role: str, slowed: float) -> list[dict]:
    """Open every page of a role."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN")
    if role != "anonymous":
        context.request.get(address + link, max_redirects=0)
    cookies = {one["name"]: one["value"] for one in context.cookies()}
    found = []
    with httpx.Client(
        base_url=address, cookies=cookies, headers={"accept": "text/html"}, timeout=120
    ) as client:
        paths = [one.path for one in found_by(client, role)]
    for path in paths:
        if path.startswith("/map"):
            continue
        tries = [opened(context, address + path, slowed) for _ in range(2)]
        found.append(
            {
                "role": role,
                "path": path,
                "first_s": round(tries[0][0], 2),
                "seconds": round(min(tries)[0], 2),
                "kilobytes": round(tries[1][1]),
            }
        )
    context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--structures", type=int, default=20_000)
    parser.add_argument("--slowed", type=float, default=4.0)
    told = parser.parse_args()
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    rows = []
    with served(told.structures) as (address, links), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for role in ("anonymous", *links):
            rows += walked(browser, address, links.get(role, ""), role, told.slowed)
    rows.sort(key=lambda row: -row["seconds"])
    for row in rows:
        over = row["seconds"] > WANTED_S or row["kilobytes"] > WANTED_KB
        sys.stdout.write(f"{'*' if over else ' '} {json.dumps(row, ensure_ascii=False)}\n")
    slow = sum(row["seconds"] > WANTED_S for row in rows)
    heavy = sum(row["kilobytes"] > WANTED_KB for row in rows)
    sys.stdout.write(f"{len(rows)} pages, {slow} over {WANTED_S} s, {heavy} over {WANTED_KB} KB\n")


if __name__ == "__main__":
    main()
