"""Signing in and out, the caller's own password and tokens."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.drafts import own_address
from api.errors import FederationError, TooManyAttemptsError, UnauthenticatedError, status_of
from api.federation import Arrival
from api.guard import GuardedRoute
from api.identity import (
    check_password,
    identity_of,
    new_token,
    sign_in,
    sign_out,
    use_link,
)
from api.language import safe_language
from api.pages import render
from api.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, hash_password
from api.service import public_url, service_of
from data.text import text
from gis.errors import FormatError, GisError, NotFoundError
from gis.register.accounts import Access, Account

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

NameField = Annotated[str, Form(max_length=200)]
PasswordField = Annotated[str, Form(max_length=LONGEST_PASSWORD)]
ServiceWord = Annotated[str, Query(max_length=4_000)]
Done = Literal["password", "revoked", "linked", "unlinked"]
_DAYS = (30, 90, 365)
_AWAY_COOKIE = "phusong_away"
_AWAY_PATH = "/login/service/back"
_AWAY_S = 900


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    """Show the form, or go on where somebody is signed in already."""
    target = own_address(next)
    if identity_of(request).account is not None:
        return RedirectResponse(target, 303)
    return _form(request, target)


@router.post("/login")
def login(
    request: Request,
    name: NameField,
    password: PasswordField,
    next: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Begin a session, or say that the two do not fit."""
    target = own_address(next)
    service = service_of(request)
    language = safe_language(request, page=True)
    address = request.client.host if request.client else ""
    try:
        account = check_password(service.accounts, service.throttle, name, password, address)
    except TooManyAttemptsError as error:
        return _form(request, target, name=name, message=error.say(language), status_code=429)
    if account is None:
        message = text("pages.sign_in_failed", language)
        return _form(request, target, name=name, message=message, status_code=401)
    response = RedirectResponse(target, 303)
    sign_in(request, response, account)
    return response


@router.get("/login/link/{secret}")
def login_by_link(request: Request, secret: str) -> Response:
    """Use a link up, begin a session and say so on the first page."""
    account = use_link(service_of(request).accounts, secret)
    if account is None:
        message = text("pages.link_spent", safe_language(request, page=True))
        return _form(request, "/", message=message, status_code=410)
    response = RedirectResponse("/?signed_in=link", 303)
    sign_in(request, response, account, by_link=True)
    return response


@router.get("/login/service")
def login_by_service(request: Request, next: str = "/") -> Response:
    """Send the browser to the identity service."""
    return _depart(request, own_address(next))


@router.get("/login/service/back")
def back_from_service(
    request: Request,
    *,
    state: ServiceWord = "",
    code: ServiceWord = "",
    error: ServiceWord = "",
    error_description: ServiceWord = "",
    iss: ServiceWord = "",
    session_state: ServiceWord = "",
) -> Response:
    """Begin a session for whom the identity service names, or link the own account."""
    del error_description, iss, session_state  # the service may say them; its token says more
    service = service_of(request)
    brought = request.cookies.get(_AWAY_COOKIE, "")
    try:
        if error or not code or not service.federation.is_on:
            raise FederationError("identity.oidc_refused")
        found = service.federation.arrive(_back_address(request), state, brought, code)
        if found.account_id:
            return _linked(request, found)
        account = service.accounts.by_subject(found.subject)
        if account is None or not account.active:
            raise FederationError("identity.oidc_unknown", name=found.name)
    except GisError as refused:
        message = refused.say(safe_language(request, page=True))
        return _form(request, "/", message=message, status_code=status_of(refused))
    response = RedirectResponse(own_address(found.target), 303)
    response.delete_cookie(_AWAY_COOKIE, path=_AWAY_PATH)
    sign_in(request, response, account)
    return response


@router.post("/view/account/link")
def link(request: Request) -> Response:
    """Send a signed-in person to the identity service, to link the own account."""
    return _depart(request, "/view/account?done=linked", _own(request).id)


@router.post("/view/account/unlink")
def unlink(request: Request) -> Response:
    """Let the identity service open the own account no longer."""
    service_of(request).accounts.link(_own(request).id, None)
    return RedirectResponse("/view/account?done=unlinked", 303)


@router.post("/logout")
def logout(request: Request) -> Response:
    """End the session."""
    response = RedirectResponse("/", 303)
    sign_out(request, response)
    return response


@router.get("/session")
def session(request: Request) -> dict[str, Any]:
    """Say whether the caller is signed in; a page asks while somebody types, so that it lasts."""
    identity, settings = identity_of(request), service_of(request).settings
    return {"signed_in": identity.account is not None, "idle_minutes": settings.idle_minutes}


@router.get("/view/account")
def account_page(request: Request, done: Done | None = None) -> Response:
    """Show the caller's account."""
    return _account(request, done=done)


@router.post("/view/account/password")
def change_password(
    request: Request,
    password: PasswordField,
    repeated: PasswordField,
    current: PasswordField = "",
) -> Response:
    """Set the password, end every session of the account, begin a new one here."""
    service = service_of(request)
    account = _own(request)
    try:
        if not _may_replace(request, account, current):
            raise FormatError("pages.password_wrong")
        if password != repeated:
            raise FormatError("pages.password_differs")
        service.accounts.set_password(account.id, hash_password(password))
    except GisError as error:
        return _account(request, problem=error)
    response = RedirectResponse("/view/account?done=password", 303)
    sign_in(request, response, account)
    return response


@router.post("/view/account/tokens")
def add_token(
    request: Request,
    name: Annotated[str, Form(min_length=1, max_length=100)],
    days: Annotated[int, Form(ge=1, le=_DAYS[-1])] = _DAYS[0],
    access: Annotated[Access, Form()] = Access.READ,
) -> Response:
    """Make an API token and show it for the only time."""
    secret, _ = new_token(
        service_of(request).accounts, _own(request).id, name, days=days, access=access
    )
    return _account(request, secret=secret)


@router.post("/view/account/tokens/{token_id}/revoke")
def revoke_token(request: Request, token_id: str) -> Response:
    """Make one of the caller's tokens worthless."""
    service_of(request).accounts.revoke_token(token_id, _own(request).id)
    return RedirectResponse("/view/account?done=revoked", 303)


def _depart(request: Request, target: str, account_id: str = "") -> Response:
    service = service_of(request)
    if not service.federation.is_on:
        raise NotFoundError("identity.oidc_off")
    back = _back_address(request)
    address, secret = service.federation.depart(back, target, account_id)
    response = RedirectResponse(address, 303)
    response.set_cookie(
        _AWAY_COOKIE,
        secret,
        max_age=_AWAY_S,
        httponly=True,
        samesite="lax",
        secure=service.settings.secure_cookies,
        path=_AWAY_PATH,
    )
    return response


def _linked(request: Request, found: Arrival) -> Response:
    """Link the account of whoever is signed in, where it is the one that left for that."""
    if _own(request).id != found.account_id:
        raise FederationError("identity.oidc_not_from_here")
    service_of(request).accounts.link(found.account_id, found.subject)
    return RedirectResponse(found.target, 303)


def _back_address(request: Request) -> str:
    return f"{public_url(request)}{_AWAY_PATH}"


def _own(request: Request) -> Account:
    account = identity_of(request).account
    if account is None:
        raise UnauthenticatedError("pages.sign_in_first")
    return account


def _may_replace(request: Request, account: Account, current: str) -> bool:
    """Return whether the caller has shown the password, or came by a link in its place.

    Raises
    ------
    TooManyAttemptsError
        If it was guessed at too often.
    """
    session = identity_of(request).session
    if session is not None and session.by_link:
        return True
    service = service_of(request)
    address = request.client.host if request.client else ""
    known = check_password(service.accounts, service.throttle, account.name, current, address)
    return known is not None and known.id == account.id


def _form(
    request: Request, target: str, *, name: str = "", message: str = "", status_code: int = 200
) -> Response:
    return render(
        request,
        "login.html",
        status_code=status_code,
        next=target,
        name=name,
        message=message,
        by_service=service_of(request).federation.is_on,
    )


def _account(
    request: Request,
    *,
    done: Done | None = None,
    secret: str = "",
    problem: GisError | None = None,
) -> Response:
    service = service_of(request)
    account = _own(request)
    session = identity_of(request).session
    names = {one.id: one.name for one in service.register.organisations()}
    return render(
        request,
        "account.html",
        status_code=200 if problem is None else status_of(problem),
        account=account,
        organisation=names.get(account.organisation_id or "", ""),
        by_link=session is not None and session.by_link,
        by_service=service.federation.is_on,
        tokens=service.accounts.tokens(account.id),
        now=datetime.now(UTC),
        days=_DAYS,
        accesses=[one.value for one in Access],
        shortest=SHORTEST_PASSWORD,
        longest=LONGEST_PASSWORD,
        done=done,
        secret=secret,
        problem=problem,
    )
