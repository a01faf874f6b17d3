"""What wraps every answer: the limits on bodies and the headers that protect browsers."""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = [
    "BodyLimit",
    "BodyTooLarge",
    "HeadAsGet",
    "LastResort",
    "SecurityHeaders",
    "content_security_policy",
]

_FILES_GO_TO = frozenset(
    {"/imports", "/view/imports", "/view/sources", "/studies/interference-source"}
)
_FILES_GO_BELOW = re.compile(r"/view/desk/.+|/desk/[^/]+/[^/]+/files")
_USED_UP = "/login/"
_OTHER_BODIES_BYTES = 512 * 1024
_FILE_NAME = re.compile(rb'filename="([^"\r\n]{1,120})"')
_HEAD_BYTES = 65_536
_SILENCE_S = 20.0
_SLOWEST_BYTES_S = 2_000.0


def content_security_policy(
    nonce: str, *, inline_style: bool = False, pictures_from: str = ""
) -> str:
    """Return the policy of a page: everything from here, scripts and styles by nonce.

    Parameters
    ----------
    nonce : str
        The nonce of this answer.
    inline_style : bool
        Whether the page is a document that carries its own style.
    pictures_from : str
        Origin that pictures may come from besides, of a tile server; none where it is empty.
    """
    style = "'self' 'unsafe-inline'" if inline_style else f"'self' 'nonce-{nonce}'"
    pictures = f"'self' data: blob: {pictures_from}".rstrip()
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src {style}; "
        f"img-src {pictures}; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """Add the protecting headers to every answer, and a nonce to every request's state."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", content_security_policy(nonce))
                headers["x-content-type-options"] = "nosniff"
                headers["x-frame-options"] = "DENY"
                headers["referrer-policy"] = "same-origin"
                headers["cross-origin-opener-policy"] = "same-origin"
                if scope["state"].get("public"):  # the guard says so
                    headers["access-control-allow-origin"] = "*"
                    headers["cross-origin-resource-policy"] = "cross-origin"
                headers.setdefault("cross-origin-resource-policy", "same-origin")
                headers["permissions-policy"] = "geolocation=(), camera=(), microphone=()"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, protected)


class HeadAsGet:
    """Answer HEAD as GET without the body; where GET uses up a link to sign in, not at all."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what would stream on is told that nobody listens."""
        asked = scope["type"] == "http" and scope["method"] == "HEAD"
        if not asked or scope["path"].startswith(_USED_UP):
            await self.app(scope, receive, send)
            return
        as_get = {**scope, "method": "GET"}
        over = False

        async def heard() -> Message:
            return {"type": "http.disconnect"} if over else await receive()

        async def without_body(message: Message) -> None:
            nonlocal over
            if message["type"] != "http.response.body":
                await send(message)
            elif not over:
                over = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        try:
            await self.app(as_get, heard, without_body)
        finally:
            scope["route"] = as_get.get("route")


class LastResort:
    """Answer what no handler knew, inside the headers that every answer carries.

    Starlette's own last handler stands outside every middleware.

    Parameters
    ----------
    app : ASGIApp
        What is wrapped.
    answer : callable
        Makes the answer from the request and what was raised.
    """

    def __init__(
        self, app: ASGIApp, answer: Callable[[Request, Exception], Awaitable[Response]]
    ) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is half sent already is cut."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = False

        async def noted(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except Exception as error:
            response = await self.answer(Request(scope, receive), error)
            if began:
                raise
            await response(scope, receive, send)


class BodyLimit:
    """Refuse a body that is too large, as soon as that is known, and one that does not come.

    Only a file to be brought in may be large; everything else is a form or a short request.

    Parameters
    ----------
    app : ASGIApp
        What is wrapped.
    limit_bytes : int
        Largest body with a file.
    silence_s : float
        Longest wait for the next piece; a body may come no slower than 2 kB/s on the whole.
    """

    def __init__(self, app: ASGIApp, limit_bytes: int, silence_s: float = _SILENCE_S) -> None:
        self.app = app
        self.limit_bytes = limit_bytes
        self.silence_s = silence_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        body = _Body(receive, self._limit(scope["path"]), self.silence_s)
        body.state(int(stated) if stated.isdecimal() and len(stated) < 20 else 0)
        await self.app(scope, body.receive, send)

    def _limit(self, path: str) -> int:
        if path in _FILES_GO_TO or _FILES_GO_BELOW.fullmatch(path):
            return self.limit_bytes
        return min(self.limit_bytes, _OTHER_BODIES_BYTES)


class BodyTooLarge(HTTPException):
    """Too much of a body: with the limit, and the name of the file where it is known.

    Parameters
    ----------
    limit_bytes : int
        The limit.
    file : str
        The first file's name; empty where none is known.
    """

    def __init__(self, limit_bytes: int, file: str = "") -> None:
        super().__init__(413)
        self.limit_bytes = limit_bytes
        self.file = file


def _file_name(message: Message) -> str:
    """Return the name of the first file that a piece of a form begins."""
    found = _FILE_NAME.search(message.get("body", b"")[:_HEAD_BYTES])
    return "" if found is None else found[1].decode("utf-8", "replace")


class _Body:
    """The body of one request, as it comes."""

    def __init__(self, receive: Receive, limit_bytes: int, silence_s: float) -> None:
        self._receive = receive
        self._limit_bytes = limit_bytes
        self._silence_s = silence_s
        self._stated = 0
        self._read = 0
        self._waited_s = 0.0
        self._whole = False
        self._name = ""

    def state(self, length: int) -> None:
        """Note how long the body says it is."""
        self._stated = length

    async def receive(self) -> Message:
        """Return the next piece.

        Raises
        ------
        HTTPException
            413 if there is too much of it, 408 if it comes too slowly.
        """
        if self._whole:  # what follows is the end of the connection, whenever that is
            return await self._receive()
        if self._stated > self._limit_bytes:
            raise BodyTooLarge(self._limit_bytes, _file_name(await self._next()))
        message = await self._next()
        self._name = self._name or _file_name(message)
        self._read += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._read > self._limit_bytes:
            raise BodyTooLarge(self._limit_bytes, self._name)
        if self._waited_s > self._silence_s + self._read / _SLOWEST_BYTES_S:
            raise HTTPException(408, headers={"connection": "close"})
        return message

    async def _next(self) -> Message:
        began = time.monotonic()
        try:
            return await asyncio.wait_for(self._receive(), self._silence_s)
        except TimeoutError:
            raise HTTPException(408, headers={"connection": "close"}) from None
        finally:
            self._waited_s += time.monotonic() - began
