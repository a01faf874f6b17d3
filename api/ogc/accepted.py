"""What a caller accepts (RFC 9110, 12.5.1)."""

import re
from typing import Annotated, Final, Literal

from fastapi import Query
from starlette.requests import Request

from api.errors import NotAcceptableError

__all__ = ["require_accepted", "require_json_accepted"]

_NONE: Final = re.compile(r"(^|;)\s*q\s*=\s*0(\.0*)?\s*($|;)")
"""The weight of what is not accepted."""
_MADE: Final = "application/json, application/geo+json, application/schema+json"


async def require_json_accepted(
    request: Request,
    f: Annotated[
        Literal["json"] | None, Query(description="Ask for JSON, whatever the header accepts.")
    ] = None,
) -> None:
    """Refuse who accepts nothing that is made here: JSON of some kind.

    Raises
    ------
    NotAcceptableError
        If nothing is asked for by name, and no range of the header has JSON in it.
    """
    if f is None and not any(_has_json(kind) for kind in _accepted(request)):
        raise NotAcceptableError("ogc.not_acceptable", made=_MADE)


def require_accepted(request: Request, made: str) -> None:
    """Refuse who does not accept the one media type that is made.

    Raises
    ------
    NotAcceptableError
        If no range of the header has it.
    """
    ranges = {"", "*/*", f"{made.partition('/')[0]}/*", made}
    if not ranges & _accepted(request):
        raise NotAcceptableError("ogc.not_acceptable", made=made)


def _accepted(request: Request) -> set[str]:
    """Return the ranges of media types that a caller accepts."""
    accepted = request.headers.get("accept", "*/*")[:2_000].lower()
    ranges = [one.partition(";") for one in accepted.split(",")]
    return {kind.strip() for kind, _, rest in ranges if not _NONE.search(rest)}


def _has_json(kind: str) -> bool:
    return kind in ("", "*/*", "application/*") or kind.endswith(("/json", "+json"))
