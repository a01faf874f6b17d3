"""Who calls: sessions, tokens and one-time links. Secrets are kept as hashes only.

A session's secret travels in an HttpOnly cookie and is stored as its SHA-256 (it has 256 random
bits, so a slow hash would add nothing); a password is stored as argon2id (`api.passwords`). Every
form of a signed-in person carries the session's token against cross-site requests.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from api.errors import UnauthenticatedError
from api.passwords import is_password
from api.roles import STAFF, Role
from api.settings import Settings
from api.throttle import Throttle
from gis.register.accounts import Access, Account, Accounts, Token
from gis.register.scopes import PUBLIC, Scope

__all__ = [
    "ANONYMOUS",
    "LINK_HOURS",
    "SESSION_COOKIE",
    "BrowserSession",
    "Identity",
    "check_password",
    "identify",
    "identity_of",
    "new_link",
    "new_token",
    "shows_nothing",
    "sign_in",
    "sign_out",
    "use_link",
]

SESSION_COOKIE = "phusong_session"
"""Cookie that carries the secret of a session."""

LINK_HOURS = 24.0
"""Life of a link for one sign-in, in hours."""

_TOKEN_PREFIX = "phusong_"  # noqa: S105 - what a token begins with, so that scanners find it
_TOKEN_USER = "token"  # noqa: S105 - a name, and no secret
_BY_LINK = "link-"


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """The session of a signed-in browser.

    Attributes
    ----------
    digest : str
        SHA-256 of its secret.
    form_token : str
        What each form must carry.
    """

    digest: str
    form_token: str

    @property
    def by_link(self) -> bool:
        """Whether a one-time link began it, so that a lost password may be replaced."""
        return self.form_token.startswith(_BY_LINK)

    def is_own_token(self, sent: str) -> bool:
        """Return whether a form's token is this session's."""
        return hmac.compare_digest(sent.encode(), self.form_token.encode())


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls.

    Attributes
    ----------
    account : Account or None
        None for everyone who has not signed in.
    role : Role
        What the caller is.
    session : BrowserSession or None
        None for a program with a token.
    reads_only : bool
        Whether it came with a token that may only read.
    areas : tuple of bytes
        Areas in which an operator may see the structures of others too.
    """

    account: Account | None = None
    role: Role = Role.ANONYMOUS
    session: BrowserSession | None = None
    reads_only: bool = False
    areas: tuple[bytes, ...] = ()

    @property
    def organisation_id(self) -> str | None:
        """The organisation of the account."""
        return None if self.account is None else self.account.organisation_id

    @property
    def name(self) -> str:
        """The name of the account, empty for a stranger."""
        return "" if self.account is None else self.account.name

    @property
    def is_staff(self) -> bool:
        """Whether the caller works for the department."""
        return self.role in STAFF

    @property
    def scope(self) -> Scope:
        """What the caller may see of the register."""
        return PUBLIC if self.account is None else replace(self.account.scope, areas=self.areas)


ANONYMOUS = Identity()
"""Somebody who has not said who it is."""


def identity_of(request: Request) -> Identity:
    """Return who calls, as the guard found out."""
    identity: Identity = getattr(request.state, "identity", ANONYMOUS)
    return identity


def shows_nothing(request: Request) -> bool:
    """Return whether a caller shows neither a token nor a session, so that nobody is looked up."""
    return "authorization" not in request.headers and SESSION_COOKIE not in request.cookies


def identify(request: Request) -> Identity:
    """Find out who calls: by the token of a program, else by the cookie of a browser.

    Raises
    ------
    UnauthenticatedError
        If a token is shown that is unknown, expired or revoked.
    """
    service = request.app.state.service
    accounts: Accounts = service.accounts
    shown = _token_shown(request.headers.get("authorization", ""))
    if shown is not None:
        known = accounts.token(_digest(shown))
        if known is None:
            raise UnauthenticatedError("pages.token_refused")
        token, account = known
        found = Identity(account, Role(account.role.value), reads_only=token.access is Access.READ)
    else:
        found = _by_session(request, accounts)
    if found.scope.own is None:
        return found
    return replace(found, areas=service.grants.areas(found.scope.own, service.today()))


def is_still(request: Request) -> bool:
    """Return whether what a caller has shown opens the same account as when it was let in.

    For what goes on for long after the guard; unlike a request it is no use of a session.
    """
    identity, accounts = identity_of(request), request.app.state.service.accounts
    shown = _token_shown(request.headers.get("authorization", ""))
    if shown is not None:
        known = accounts.token(_digest(shown))
    else:
        known = None if identity.session is None else accounts.session(identity.session.digest)
    return known is not None and known[1] == identity.account


def _token_shown(header: str) -> str | None:
    """Return the token of a program, None where none is shown.

    Programs that know passwords only, as QGIS 3.22, send it as that of the user `token`. Other
    users of Basic are those of a proxy before this server.
    """
    scheme, _, shown = header.partition(" ")
    if scheme.lower() == "bearer":
        return shown.strip()
    if scheme.lower() != "basic":
        return None
    try:
        user, _, secret = base64.b64decode(shown.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return secret if user == _TOKEN_USER else None


def _by_session(request: Request, accounts: Accounts) -> Identity:
    """Return who is signed in in a browser; a session that was not used for long ends here."""
    secret = request.cookies.get(SESSION_COOKIE)
    found = accounts.session(_digest(secret)) if secret else None
    if found is None:
        return ANONYMOUS
    session, account = found
    if not request.app.state.service.attendance.attend(session.digest, session.created_at):
        accounts.end_session(session.digest)
        return ANONYMOUS
    own = BrowserSession(session.digest, session.csrf_secret)
    return Identity(account, Role(account.role.value), own)


def check_password(
    accounts: Accounts, throttle: Throttle, name: str, password: str, address: str
) -> Account | None:
    """Return the account that a name and a password open, None where they open none.

    An unknown name, an account that is kept out and a wrong password are not told apart, neither
    by the answer nor by the time that it takes.

    Raises
    ------
    TooManyAttemptsError
        If there were too many failures before.
    StorageError
        If the attempt cannot be counted.
    """
    throttle.attempt(name, address)
    account = accounts.by_name(name)
    known = account if account is not None and account.active else None
    if is_password(known.password_hash if known else None, password):
        throttle.succeeded(name, address)
        return known
    return None


def sign_in(
    request: Request, response: Response, account: Account, *, by_link: bool = False
) -> None:
    """Begin a session and put its secret into the answer's cookie; an old session ends."""
    settings: Settings = request.app.state.service.settings
    accounts: Accounts = request.app.state.service.accounts
    old = request.cookies.get(SESSION_COOKIE)
    if old:
        accounts.end_session(_digest(old))
    secret = secrets.token_urlsafe(32)
    life = timedelta(hours=settings.session_hours)
    form_token = (_BY_LINK if by_link else "") + secrets.token_urlsafe(32)
    accounts.add_session(_digest(secret), account.id, form_token, datetime.now(UTC) + life)
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=int(life.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
        path="/",
    )


def sign_out(request: Request, response: Response) -> None:
    """End the caller's session and take its cookie away."""
    session = identity_of(request).session
    if session is not None:
        request.app.state.service.accounts.end_session(session.digest)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


def new_link(accounts: Accounts, account_id: str, *, hours: float = LINK_HOURS) -> str:
    """Make a link for one sign-in and return its path; only its hash is kept."""
    secret = secrets.token_urlsafe(32)
    accounts.add_link(_digest(secret), account_id, datetime.now(UTC) + timedelta(hours=hours))
    return f"/login/link/{secret}"


def use_link(accounts: Accounts, secret: str) -> Account | None:
    """Use up a link and return its account; None where it was used, has expired or is none."""
    return accounts.use_link(_digest(secret))


def new_token(
    accounts: Accounts,
    account_id: str,
    name: str,
    *,
    days: float | None,
    access: Access = Access.READ,
) -> tuple[str, Token]:
    """Make an API token and return it, for the only time, with what is kept of it."""
    secret = _TOKEN_PREFIX + secrets.token_urlsafe(32)
    expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
    kept = accounts.add_token(name, _digest(secret), account_id, expires_at, access=access)
    return secret, kept


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
