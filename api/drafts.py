"""What the browser's keeper of drafts is told: which form was taken, and where it stands.

`static/drafts.js` keeps what was typed until it hears that the server took it: a refusal, a
fault and a lost connection alike tell it nothing.
"""

from typing import Final
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from api.characters import FORM_TYPES
from api.service import service_of

__all__ = ["form_page", "own_address", "say_taken"]

_COOKIE: Final = "phusong_taken"
_WAITS_S: Final = 600


def say_taken(request: Request, response: Response) -> None:
    """Name in a cookie the address whose form was taken; nothing where it was not."""
    form = request.headers.get("content-type", "").startswith(FORM_TYPES)
    if not form or response.status_code >= 400:
        return
    response.set_cookie(
        _COOKIE,
        quote(request.scope["path"], safe=""),
        max_age=_WAITS_S,
        samesite="strict",
        secure=service_of(request).settings.secure_cookies,
        path="/",
    )


def form_page(request: Request) -> str:
    """Return the page that a form which was sent stands on; empty where that is not known."""
    if request.method == "GET":
        return ""
    parts = urlsplit(request.headers.get("referer", ""))
    if parts.netloc != request.headers.get("host"):
        return ""
    asked = {"type": "http", "method": "GET", "path": parts.path, "headers": []}
    routes = request.app.routes
    if not any(route.matches(asked)[0] is Match.FULL for route in routes):
        return ""  # a form that came back, at an address that only takes forms
    return own_address(parts.path + (f"?{parts.query}" if parts.query else ""))


def own_address(target: str) -> str:
    """Return an address of this server, the home page in place of any other."""
    plain = target.isascii() and target.isprintable() and "\\" not in target
    if not plain or not target.startswith("/") or target.startswith("//"):
        return "/"
    return target
