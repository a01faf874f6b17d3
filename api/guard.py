"""The route class of every route: role, query parameters and form token are checked first.

The checks stand before the body is read, so that a stranger cannot make the server work.
"""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from api.characters import FORM_TYPES, form_of, require_whole_characters
from api.drafts import say_taken
from api.errors import (
    CsrfError,
    ForbiddenError,
    InvalidParameterError,
    UnauthenticatedError,
    UnknownParameterError,
)
from api.identity import ANONYMOUS, Identity, identify, identity_of, shows_nothing
from api.language import asked_language
from api.roles import PUBLIC_LAYERS, Role, may
from api.threads import threaded

__all__ = ["SAFE_METHODS", "GuardedRoute"]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_ELSEWHERE = frozenset({"cross-site", "same-site"})
_NEEDS_NO_FORM_TOKEN = frozenset({"/login"})  # begins a session, does nothing in its name
_IN_PERSON = ("/view/account", "/view/users", "/view/grants", "/view/backups")
"""Where accounts, tokens and grants are made, and copies of everything taken: a token that leaks
must not make another, nor take all."""
_NEEDS_NO_IDENTITY = frozenset({"/healthz", "/readyz", "/static/{path:path}"})


class GuardedRoute(APIRoute):
    """A route that nobody reaches unless the table of roles says so."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **named: Any) -> None:
        super().__init__(path, threaded(endpoint), **named)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the guard before it."""
        handler = super().get_route_handler()
        known = _query_names(self.dependant)

        async def guarded(request: Request) -> Response:
            if self.path not in _NEEDS_NO_IDENTITY:
                request.state.identity = (
                    ANONYMOUS
                    if shows_nothing(request)
                    else await asyncio.to_thread(identify, request)
                )
                if self.path in PUBLIC_LAYERS and identity_of(request).account is None:
                    request.state.public = True  # its refusals too: see SecurityHeaders
                request.app.state.service.pace.take(_caller(request))
            _require_role(request, self.path)
            _require_access(request, self.path)
            _require_known_parameters(request, known | {"lang"} | _more(self.endpoint, request))
            asked_language(request)
            if request.method not in SAFE_METHODS:
                await _require_own_form(request)
                await require_whole_characters(request)
            response = await handler(request)
            if request.method not in SAFE_METHODS:
                say_taken(request, response)
            return response

        return guarded


async def _identity(request: Request) -> Identity:
    return ANONYMOUS if shows_nothing(request) else await asyncio.to_thread(identify, request)


def _caller(request: Request) -> str:
    """Return by what a caller is told from others: the account, else the address."""
    account = identity_of(request).account
    if account is not None:
        return account.id
    return request.client.host if request.client else ""


def _more(endpoint: Callable[..., Any], request: Request) -> frozenset[str]:
    """Return the parameters that a route knows by what it is asked about, beside its own."""
    more: Callable[[Request], frozenset[str]] | None = getattr(
        inspect.unwrap(endpoint), "more_parameters", None
    )
    return frozenset() if more is None else more(request)


def _query_names(dependant: Dependant) -> set[str]:
    """Return the query parameters of a route and of everything that it depends on."""
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_query_names(below) for below in dependant.dependencies))


def _require_role(request: Request, path: str) -> None:
    identity = identity_of(request)
    if may(identity.role, request.method, path):
        return
    if identity.role is Role.ANONYMOUS:
        raise UnauthenticatedError("pages.sign_in_first")
    raise ForbiddenError("pages.role_forbids")


def _require_access(request: Request, path: str) -> None:
    """Refuse what a token may not do though its account may."""
    identity = identity_of(request)
    if identity.account is None or identity.session is not None:
        return
    if identity.reads_only and request.method not in SAFE_METHODS:
        raise ForbiddenError("pages.token_reads_only")
    if path.startswith(_IN_PERSON):
        raise ForbiddenError("pages.token_in_person")


def _require_known_parameters(request: Request, known: set[str]) -> None:
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise UnknownParameterError(
                "pages.unknown_parameter", name=name[:80], known=", ".join(sorted(known))
            )
        if name in seen:
            raise InvalidParameterError("pages.repeated_parameter", name=name)
        seen.add(name)


async def _require_own_form(request: Request) -> None:
    """Refuse what another site's page sent in a signed-in person's name."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise CsrfError("pages.foreign_origin")
    if request.headers.get("sec-fetch-site", "none") in _ELSEWHERE:
        raise CsrfError("pages.foreign_origin")
    session = identity_of(request).session
    if session is None or request.url.path in _NEEDS_NO_FORM_TOKEN:
        return
    sent = request.headers.get("x-csrf-token")
    if sent is None and request.headers.get("content-type", "").startswith(FORM_TYPES):
        value = (await form_of(request)).get("csrf_token")
        sent = value if isinstance(value, str) else None
    if sent is None or not session.is_own_token(sent):
        raise CsrfError("pages.csrf_missing")
