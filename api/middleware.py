"""What wraps every answer: the limit on bodies and the headers that protect browsers."""

import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BodyLimit", "SecurityHeaders", "content_security_policy"]


def content_security_policy(nonce: str, *, inline_style: bool = False) -> str:
    """Return the policy of a page: everything from here, scripts and styles by nonce.

    Parameters
    ----------
    nonce : str
        The nonce of this answer.
    inline_style : bool
        Whether the page is a document that carries its own style.
    """
    style = "'self' 'unsafe-inline'" if inline_style else f"'self' 'nonce-{nonce}'"
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src {style}; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; "
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
                headers["cross-origin-resource-policy"] = "same-origin"
                headers["permissions-policy"] = "geolocation=(), camera=(), microphone=()"
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, protected)


class BodyLimit:
    """Refuse a body that is larger than the limit, as soon as that is known."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self.app = app
        self.limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        stated = Headers(scope=scope).get("content-length", "0")
        scope["phusong_body_stated"] = int(stated) if stated.isdecimal() else 0
        read = 0

        async def limited() -> Message:
            nonlocal read
            if scope["phusong_body_stated"] > self.limit_bytes:
                raise HTTPException(413)
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.limit_bytes:
                raise HTTPException(413)
            return message

        await self.app(scope, limited, send)
