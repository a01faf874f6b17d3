r"""Halves of characters in a body: no file and no answer can hold them, so none comes in.

JSON can write half of a surrogate pair (`"\ud800"`), and so can a form in an odd encoding; an
address cannot.
"""

import re
from collections.abc import Iterator
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from api.errors import InvalidParameterError

__all__ = ["FORM_TYPES", "form_of", "require_whole_characters"]

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
"""How the media types of forms begin."""

_LARGEST_TEXT_BYTES = 8 * 1024 * 1024
"""Longest text of one field of a form with files: a file's text that was shown."""

_HALF = re.compile("[\ud800-\udfff]")
_JSON = re.compile(r"application/([a-z0-9.+-]*\+)?json\b", re.IGNORECASE)


async def form_of(request: Request) -> FormData:
    """Return a request's form; it is read once, and kept with the request."""
    return await request.form(max_part_size=_LARGEST_TEXT_BYTES)


async def require_whole_characters(request: Request) -> None:
    """Refuse a form or JSON with half of a character in a name or a value.

    Raises
    ------
    InvalidParameterError
        Naming where it stands.
    """
    kind = request.headers.get("content-type", "")
    if kind.startswith(FORM_TYPES):
        form = (await form_of(request)).multi_items()
        texts = [(name, one) for name, value in form for one in (name, _said(value))]
    elif _JSON.match(kind):
        texts = list(_texts(await _json(request)))
    else:
        return
    for name, said in texts:
        if _HALF.search(said):
            raise InvalidParameterError(
                "pages.half_character", name=_HALF.sub("\ufffd", name)[:80]
            )


def _said(value: Any) -> str:
    return value if isinstance(value, str) else value.filename or ""


async def _json(request: Request) -> Any:
    """Return what a body says; None where it is no JSON, which is refused elsewhere."""
    try:
        return await request.json()
    except (ValueError, RecursionError):
        return None


def _texts(told: Any) -> Iterator[tuple[str, str]]:
    """Return every text with the name of the field that holds it, names among them."""
    waiting: list[tuple[str, Any]] = [("body", told)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, list):
            waiting += [(name, one) for one in value]
        elif isinstance(value, dict):
            for key, one in value.items():
                yield key, key
                waiting.append((key, one))
