"""Accounts, for administrators: who may sign in, as what, and a link for the first time."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.errors import status_of
from api.guard import GuardedRoute
from api.identity import LINK_HOURS, identity_of, new_link
from api.pages import render
from api.roles import Role
from api.service import public_url, service_of
from gis.errors import ConflictError, GisError
from gis.register.accounts import Account

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/view/users")
def users_page(request: Request) -> Response:
    """Show the accounts."""
    return _page(request)


@router.post("/view/users")
def add_user(
    request: Request,
    name: Annotated[str, Form(max_length=200)],
    role: Annotated[Literal["viewer", "operator", "staff", "administrator"], Form()],
    organisation_id: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Add an account and show the link for its first sign-in, for the only time."""
    accounts = service_of(request).accounts
    try:
        account = accounts.add(
            name, role, organisation_id=organisation_id or None, author=identity_of(request).name
        )
    except GisError as error:
        typed = {"name": name, "role": role, "organisation_id": organisation_id}
        return _page(request, problem=error, typed=typed)
    return _page(request, account=account, link=_full_link(request, account))


@router.post("/view/users/{account_id}/active")
def set_active(
    request: Request, account_id: str, active: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """Let an account in or keep it out; an administrator cannot lock the own door."""
    own = identity_of(request).account
    if own is not None and own.id == account_id and active == "no":
        raise ConflictError("pages.own_account")
    service_of(request).accounts.set_active(
        account_id, active == "yes", author=identity_of(request).name
    )
    return RedirectResponse("/view/users", 303)


@router.post("/view/users/{account_id}/link")
def link_for_user(request: Request, account_id: str) -> Response:
    """Show a link for one sign-in, with which a lost password can be replaced."""
    account = service_of(request).accounts.account(account_id)
    if not account.active:
        raise ConflictError("pages.account_kept_out", name=account.name)
    return _page(request, account=account, link=_full_link(request, account))


def _full_link(request: Request, account: Account) -> str:
    path = new_link(service_of(request).accounts, account.id)
    return f"{public_url(request)}{path}"


def _page(
    request: Request,
    *,
    account: Account | None = None,
    link: str = "",
    problem: GisError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    service = service_of(request)
    organisations = service.register.organisations()
    own = identity_of(request).account
    return render(
        request,
        "users.html",
        status_code=200 if problem is None else status_of(problem),
        accounts=service.accounts.accounts(),
        own_id=own.id if own is not None else "",
        organisations=organisations,
        names={one.id: one.name for one in organisations},
        roles=[role.value for role in Role if role is not Role.ANONYMOUS],
        account=account,
        link=link,
        hours=LINK_HOURS,
        problem=problem,
        typed=typed or {"name": "", "role": Role.STAFF.value, "organisation_id": ""},
    )
