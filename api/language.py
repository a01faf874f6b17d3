"""Which language a request is answered in."""

from starlette.requests import Request

from api.errors import InvalidParameterError
from data.text import Language

__all__ = ["COOKIE", "api_language", "asked_language", "page_language", "safe_language"]

COOKIE = "phusong_lang"
"""Cookie that remembers the language of the pages."""


def asked_language(request: Request) -> Language | None:
    """Return the language of the query parameter `lang`.

    Raises
    ------
    InvalidParameterError
        If it names a language that we do not have.
    """
    asked = request.query_params.get("lang")
    if asked is None:
        return None
    try:
        return Language(asked)
    except ValueError:
        raise InvalidParameterError("pages.unknown_language", value=asked[:40]) from None


def page_language(request: Request) -> Language:
    """Return the language of a page: the address, then the cookie, then Vietnamese."""
    asked = asked_language(request)
    if asked is not None:
        return asked
    return Language.EN if request.cookies.get(COOKIE) == Language.EN.value else Language.VI


def api_language(request: Request) -> Language:
    """Return the language of an answer to a program: the address, then Accept-Language."""
    asked = asked_language(request)
    if asked is not None:
        return asked
    best, best_weight = Language.VI, 0.0
    for item in request.headers.get("accept-language", "")[:500].split(","):
        tag, _, weight_text = item.strip().partition(";q=")
        try:
            weight = float(weight_text or 1)
            language = Language(tag.strip().lower()[:2])
        except ValueError:
            continue
        if weight > best_weight:
            best, best_weight = language, weight
    return best


def safe_language(request: Request, *, page: bool) -> Language:
    """Return the language to say an error in; never raises."""
    try:
        return page_language(request) if page else api_language(request)
    except InvalidParameterError:
        return Language.VI
