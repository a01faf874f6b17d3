"""Every error as problem details (RFC 9457), or as a page when a person asked for a page."""

import asyncio
import errno
import logging
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.drafts import form_page
from api.entered import WrongFieldsError
from api.errors import (
    STATUS,
    InvalidParameterError,
    UnauthenticatedError,
    explain,
    explain_validation,
    status_of,
    title_of,
)
from api.identity import identify
from api.language import safe_language
from api.middleware import BodyTooLarge
from api.pages import render as render_page
from api.pages import wants_page
from data.text import Language, has, text
from gis.errors import FormatError, GisError, StorageError, system_reason
from gis.personal import masked

__all__ = ["broken", "install", "problem"]

_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG})
_AGAIN_S = "5"
"""When to ask again where the register cannot be used: what ails it seldom heals sooner."""
_BY_STANDARD = "/ogc"
"""Where a standard says what a value that makes no sense is answered with."""
_PROCESSES = "/ogc/processes/"
_LOG = logging.getLogger(__name__)


def problem(
    status: int,
    detail: str,
    language: Language,
    *,
    headers: dict[str, str] | None = None,
    **extensions: Any,
) -> JSONResponse:
    """Return problem details; `extensions` are further members."""
    return JSONResponse(
        {
            "type": "about:blank",
            "title": title_of(status, language),
            "status": status,
            "detail": detail,
            **extensions,
        },
        status,
        headers={**(headers or {}), "content-language": language.value},
        media_type="application/problem+json",
    )


def _answer(request: Request, status: int, detail: str, **more: Any) -> Response:
    page = wants_page(request)
    language = safe_language(request, page=page)
    headers = more.pop("headers", None)
    if not page:
        return problem(status, detail, language, headers=headers, **more)
    response = render_page(
        request,
        "error.html",
        status_code=status,
        title=title_of(status, language),
        detail=detail,
        errors=more.get("errors", []),
        form=form_page(request),
        sign_in=status == 401,
    )
    response.headers.update(headers or {})
    return response


async def _known(request: Request, error: Exception) -> Response:
    page = wants_page(request)
    language = safe_language(request, page=page)
    if isinstance(error, UnauthenticatedError):
        if page and request.method == "GET":
            target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/login?next={quote(target)}", 303)
        headers = {"www-authenticate": 'Bearer realm="phusong"'}
        return _answer(request, 401, explain(error, language), headers=headers)
    code: dict[str, Any] = {"code": error.key} if isinstance(error, GisError) else {}
    if isinstance(error, GisError) and not page:
        code |= _fields(request, error, language)
    if hasattr(error, "type_uri"):
        code["type"] = error.type_uri
    status = _by_standard(request, status_of(error), error)
    if status == 503:
        code["headers"] = {"retry-after": _AGAIN_S}
    if status == 429 and isinstance(error, GisError) and "seconds" in error.values:
        code["headers"] = {"retry-after": str(error.values["seconds"])}
    return _answer(request, status, explain(error, language), **code)


async def _http(request: Request, error: Exception) -> Response:
    await _find_caller(request)
    status = error.status_code if isinstance(error, HTTPException) else 400
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    language = safe_language(request, page=wants_page(request))
    key = f"pages.explain_{status}"
    detail = text(key if has(key) else "pages.explain_other", language, status=status)
    if isinstance(error, BodyTooLarge):
        key = "pages.too_large_file" if error.file else "pages.too_large"
        most = error.limit_bytes / 1e6
        detail = text(key, language, file=masked(error.file), most=most)
    return _answer(request, status, detail, headers=headers)


async def _find_caller(request: Request) -> None:
    """Find out who calls where no guard did, so that the page of the error has its menu."""
    if wants_page(request) and not hasattr(request.state, "identity"):
        with suppress(GisError):
            request.state.identity = await asyncio.to_thread(identify, request)


async def _invalid(request: Request, error: Exception) -> Response:
    page = wants_page(request)
    language = safe_language(request, page=page)
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    said = explain_validation(errors, language, page=page)
    detail = "; ".join(f"{item['name']}: {item['reason']}" for item in said)
    status = _by_standard(request, 422, error)
    return _answer(request, status, detail, errors=said)


def _fields(request: Request, error: GisError, language: Language) -> dict[str, Any]:
    """Return the fields of what was sent that an error is about, as programs call them."""
    if isinstance(error, WrongFieldsError):
        wrong = [(name, one.say(language)) for name, one in error.wrong]
    elif isinstance(error, FormatError) and isinstance(error.values.get("name"), str):
        wrong = [(str(error.values["name"]), error.say(language))]
    else:
        return {}
    where = "query" if request.method == "GET" else "body"
    return {"errors": [{"in": where, "name": name, "reason": said} for name, said in wrong]}


def _by_standard(request: Request, status: int, error: Exception) -> int:
    """Return the status of a refusal: 400 where a standard says so of a question."""
    path = request.url.path
    asked = request.method == "GET" or path.startswith(_PROCESSES)
    asked = asked or isinstance(error, InvalidParameterError | RequestValidationError)
    return 400 if status == 422 and asked and path.startswith(_BY_STANDARD) else status


async def _storage(request: Request, error: Exception) -> Response:
    """Say that the disk takes nothing more; whatever else the system says is a fault."""
    if not isinstance(error, OSError) or error.errno not in _DISK:
        raise error
    _LOG.error("%s %s: %s", request.method, _loggable(request), error)
    detail = system_reason(error)  # without the path, which is nobody's business
    return await _known(request, StorageError("errors.register_disk_full", detail=detail))


async def broken(request: Request, error: Exception) -> Response:
    """Log what nobody foresaw and say no more than that it happened."""
    _LOG.error("%s %s failed", request.method, _loggable(request), exc_info=error)
    language = safe_language(request, page=False)
    return problem(500, text("pages.explain_500", language), language)


def _loggable(request: Request) -> str:
    """Return the path for the log, in one line and without the secret of a link."""
    path = request.url.path
    return ascii("/login/link/..." if path.startswith("/login/link/") else path)


def install(app: FastAPI) -> None:
    """Install the handlers of every error."""
    for kind in STATUS:
        app.add_exception_handler(kind, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(OSError, _storage)
