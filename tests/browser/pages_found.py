"""Every page that a role reaches: the menu's, and whatever these lead to, one of each kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from api.roles import ROUTES, Role

__all__ = ["Found", "found_by"]

_ALONE = ("/", "/map", "/login", "/docs")


@dataclass(frozen=True)
class Found:
    """A page as it was answered.

    Attributes
    ----------
    path : str
        Its address, with what is asked.
    html : str
        Its text.
    status : int
        HTTP status of the answer.
    """

    path: str
    html: str
    status: int


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        target = dict(attrs).get("href")
        if tag == "a" and target:
            self.found.append(target)


def _is_page(path: str) -> bool:
    return path in _ALONE or path.startswith("/view/")


def _pattern(route: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]*\})", route)
    return re.compile(
        "".join(
            (".+" if part.endswith(":path}") else "[^/]+") if part[:1] == "{" else re.escape(part)
            for part in parts
        )
    )


_ROUTES = sorted(
    ((route, _pattern(route)) for method, route in ROUTES if method == "GET" and _is_page(route)),
    key=lambda pair: pair[0].count("{"),
)


def _kind(address: str) -> tuple[str, ...]:
    """Return what makes a page one of its kind: its route, and the names of what is asked."""
    split = urlsplit(address)
    route = next((name for name, pattern in _ROUTES if pattern.fullmatch(split.path)), split.path)
    return (route, *sorted(parse_qs(split.query)))


def found_by(client: httpx.Client, role: str) -> Iterator[Found]:
    """Walk through the pages of a role.

    Parameters
    ----------
    client : httpx.Client
        Signed in as somebody of that role.
    role : str
        The role, which says what the menu and the table of routes give it.
    """
    waiting = [
        name for name, _ in _ROUTES if "{" not in name and Role(role) in ROUTES["GET", name]
    ]
    seen: set[tuple[str, ...]] = set()
    while waiting:
        address = waiting.pop(0)
        kind = _kind(address)
        if kind in seen or "lang" in kind or not _is_page(urlsplit(address).path):
            continue
        answer = client.get(address)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        seen.add(kind)
        links = _Links()
        links.feed(answer.text)
        here = str(client.base_url.join(address))
        targets = [urljoin(here, target).partition("#")[0] for target in links.found]
        root = str(client.base_url).rstrip("/") + "/"
        waiting += ["/" + one.removeprefix(root) for one in targets if one.startswith(root)]
        yield Found(address, answer.text, answer.status_code)
