"""What a caller accepts (RFC 9110, 12.5.1); everything here is JSON of some kind."""

from typing import Final

from starlette.requests import Request

from api.errors import NotAcceptableError

__all__ = ["require_json_accepted"]

_MADE: Final = "application/json, application/geo+json, application/schema+json"


async def require_json_accepted(request: Request) -> None:
    """Refuse who accepts nothing that is made here.

    Raises
    ------
    NotAcceptableError
        If no range of the header has JSON in it.
    """
    accepted = request.headers.get("accept", "*/*")[:2_000].lower()
    ranges = [one.partition(";") for one in accepted.split(",")]
    kinds = {kind.strip() for kind, _, rest in ranges if rest.replace(" ", "") != "q=0"}
    if not any(_has_json(kind) for kind in kinds):
        raise NotAcceptableError("ogc.not_acceptable", made=_MADE)


def _has_json(kind: str) -> bool:
    return kind in ("", "*/*", "application/*") or kind.endswith(("/json", "+json"))
