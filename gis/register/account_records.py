"""What is kept of who may sign in: accounts, sessions, tokens."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gis.register.scopes import Role, Scope

__all__ = ["Access", "Account", "Session", "Token"]


class Access(StrEnum):
    """What a token may do of what its account may."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in.

    Attributes
    ----------
    name : str
        What is typed to sign in; no other account has it in another case.
    organisation_id : str or None
        Whose confidential records an operator sees.
    password_hash : str or None
        None: signs in by one-time link only.
    active : bool
        An account that is not active stays, for the history, and opens nothing.
    subject : str or None
        Issuer and subject of the identity service that it may sign in by; see `api.federation`.
    """

    id: str
    name: str
    role: Role
    organisation_id: str | None = None
    password_hash: str | None = None
    active: bool = True
    created_at: datetime
    subject: str | None = None

    @property
    def scope(self) -> Scope:
        """What the account may see of the register."""
        return Scope(self.role, self.organisation_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in, until it expires; moments are UTC.

    Attributes
    ----------
    csrf_secret : str
        What the tokens against cross-site requests of this session are made from.
    """

    digest: str
    account_id: str
    csrf_secret: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A key that a program carries; its secret is not kept.

    Attributes
    ----------
    access : Access
        Whether it may only read.
    """

    id: str
    name: str
    account_id: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    access: Access
