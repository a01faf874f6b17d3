"""Accounts, sessions, API tokens and one-time links, in the register's file.

Storage only. Whoever calls makes the secrets and hashes them: a password with a slow hash, a
session's secret, a token or a link with SHA-256, in hexadecimal, here called its digest. A digest
that is unknown, expired, used, revoked or of an account that is no longer active finds nobody, and
nothing says which of these it was.
"""

import unicodedata
import uuid
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    delete,
    insert,
    or_,
    select,
    true,
    update,
)

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.register import engine, moments
from gis.register.account_records import Access, Account, Session, Token
from gis.register.history import note_change
from gis.register.schema import accounts, api_tokens, login_links, organisations, sessions
from gis.register.scopes import Role
from gis.register.store import Register

__all__ = ["Access", "Account", "Accounts", "Session", "Token"]

_ACCOUNT_ROLES = (Role.VIEWER, Role.OPERATOR, Role.STAFF, Role.ADMINISTRATOR)
_PROGRAM = "phusong"
_LONGEST_NAME = 100
_NOT_TOLD = frozenset({"password_hash"})


class Accounts:
    """The accounts of one register."""

    def __init__(self, register: Register) -> None:
        self._engine = register.engine

    # accounts

    def add(
        self,
        name: str,
        role: Role | str,
        *,
        organisation_id: str | None = None,
        password_hash: str | None = None,
        author: str = _PROGRAM,
    ) -> Account:
        """Add an account.

        Raises
        ------
        ConflictError
            If the name is taken.
        FormatError
            If the name is empty or too long, the role is none of the four, or an operator has
            no organisation.
        NotFoundError
            If there is no such organisation.
        """
        account = Account(
            id=uuid.uuid4().hex,
            name=unicodedata.normalize("NFC", name).strip(),
            role=_role(role),
            organisation_id=organisation_id,
            password_hash=password_hash,
            created_at=moments.now(),
        )
        with engine.writing(self._engine) as connection:
            _require_sound(connection, account)
            connection.execute(insert(accounts), [_row(account)])
            _note(connection, author, None, account)
        return account

    def account(self, account_id: str) -> Account:
        """Return one account.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        """
        with engine.reading(self._engine) as connection:
            return _account(connection, account_id)

    def by_name(self, name: str) -> Account | None:
        """Return the account of a name in any case, or None."""
        with engine.reading(self._engine) as connection:
            query = select(accounts).where(accounts.c.name_key == _name_key(name))
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _from_row(row)

    def by_subject(self, subject: str) -> Account | None:
        """Return the account that an identity service opens for somebody, or None."""
        with engine.reading(self._engine) as connection:
            query = select(accounts).where(accounts.c.subject == subject)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _from_row(row)

    def link(self, account_id: str, subject: str | None) -> Account:
        """Let an identity service open an account for somebody, or no longer.

        Raises
        ------
        ConflictError
            If it opens another account for the same.
        """
        with engine.writing(self._engine) as connection:
            same = (accounts.c.subject == subject, accounts.c.id != account_id)
            if connection.execute(select(accounts.c.id).where(*same)).first() is not None:
                raise ConflictError("errors.subject_taken")
            own = _account(connection, account_id)
            return _change(connection, own, replace(own, subject=subject), author=own.name)

    def accounts(self) -> list[Account]:
        """Return every account, by name."""
        with engine.reading(self._engine) as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.name_key)).mappings()
            return [_from_row(row) for row in rows]

    def set_active(self, account_id: str, active: bool, *, author: str = _PROGRAM) -> Account:
        """Let an account in again, or keep it out from this moment on.

        One that is kept out loses its sessions, links and tokens. What an account is called and
        may stays: jobs and writes are known by that name.

        Raises
        ------
        ConflictError
            If nobody would be left to administer the register.
        NotFoundError
            If there is none of that id.
        """
        with engine.writing(self._engine) as connection:
            old = _account(connection, account_id)
            return _change(connection, old, replace(old, active=active), author=author)

    def set_password(
        self, account_id: str, password_hash: str | None, *, author: str = _PROGRAM
    ) -> Account:
        """Give an account another password, which ends its sessions, links and tokens."""
        with engine.writing(self._engine) as connection:
            old = _account(connection, account_id)
            changed = replace(old, password_hash=password_hash)
            return _change(connection, old, changed, author=author)

    # sessions

    def add_session(
        self, digest: str, account_id: str, csrf_secret: str, expires_at: datetime
    ) -> None:
        """Keep a session; sessions that expired are forgotten on the way.

        Raises
        ------
        NotFoundError
            If there is no such account.
        """
        now = moments.to_text(moments.now())
        with engine.writing(self._engine) as connection:
            _account(connection, account_id)
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            row = {
                "digest": digest,
                "account_id": account_id,
                "csrf_secret": csrf_secret,
                "created_at": now,
                "expires_at": moments.to_text(expires_at),
            }
            connection.execute(insert(sessions), [row])

    def session(self, digest: str) -> tuple[Session, Account] | None:
        """Return the session of a digest and whose it is, or None."""
        with engine.reading(self._engine) as connection:
            found = _find(connection, sessions, digest)
        if found is None:
            return None
        account, row = found
        session = Session(
            digest=digest,
            account_id=account.id,
            csrf_secret=row["csrf_secret"],
            created_at=moments.from_text(row["created_at"]),
            expires_at=moments.from_text(row["expires_at"]),
        )
        return session, account

    def end_session(self, digest: str) -> None:
        """Forget one session."""
        with engine.writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest))

    # API tokens

    def add_token(
        self,
        name: str,
        digest: str,
        account_id: str,
        expires_at: datetime | None = None,
        *,
        access: Access = Access.READ,
    ) -> Token:
        """Keep a token under a name that says what it is for; it reads, unless more is asked.

        Raises
        ------
        NotFoundError
            If there is no such account.
        """
        row = {
            "digest": digest,
            "id": uuid.uuid4().hex,
            "name": unicodedata.normalize("NFC", name),
            "account_id": account_id,
            "created_at": moments.to_text(moments.now()),
            "expires_at": None if expires_at is None else moments.to_text(expires_at),
            "revoked_at": None,
            "access": access.value,
        }
        with engine.writing(self._engine) as connection:
            _account(connection, account_id)
            connection.execute(insert(api_tokens), [row])
        return _token(row)

    def token(self, digest: str) -> tuple[Token, Account] | None:
        """Return the token of a digest and whose it is, or None."""
        with engine.reading(self._engine) as connection:
            found = _find(connection, api_tokens, digest, api_tokens.c.revoked_at.is_(None))
        return None if found is None else (_token(found[1]), found[0])

    def tokens(self, account_id: str) -> list[Token]:
        """Return every token of an account, oldest first."""
        query = select(api_tokens).where(api_tokens.c.account_id == account_id)
        query = query.order_by(api_tokens.c.created_at, api_tokens.c.id)
        with engine.reading(self._engine) as connection:
            return [_token(dict(row)) for row in connection.execute(query).mappings()]

    def revoke_token(self, token_id: str, account_id: str | None = None) -> None:
        """Revoke a token, of one account where one is given.

        Raises
        ------
        NotFoundError
            If there is no such token, or it is somebody else's.
        """
        where = [api_tokens.c.id == token_id]
        if account_id is not None:
            where.append(api_tokens.c.account_id == account_id)
        now = moments.to_text(moments.now())
        with engine.writing(self._engine) as connection:
            changed = connection.execute(update(api_tokens).where(*where).values(revoked_at=now))
            if changed.rowcount != 1:
                raise NotFoundError("errors.token_unknown", id=token_id)

    def end_all(self) -> None:
        """End every session, link and token: what is brought back must not open what was shut."""
        now = moments.to_text(moments.now())
        standing = api_tokens.c.revoked_at.is_(None)
        with engine.writing(self._engine) as connection:
            connection.execute(delete(sessions))
            connection.execute(delete(login_links))
            connection.execute(update(api_tokens).where(standing).values(revoked_at=now))

    # one-time links

    def add_link(self, digest: str, account_id: str, expires_at: datetime) -> None:
        """Keep a link that signs in once; it replaces the account's links before it.

        Raises
        ------
        NotFoundError
            If there is no such account.
        """
        row = {
            "digest": digest,
            "account_id": account_id,
            "created_at": moments.to_text(moments.now()),
            "expires_at": moments.to_text(expires_at),
        }
        with engine.writing(self._engine) as connection:
            _account(connection, account_id)
            _end_links(connection, account_id)
            connection.execute(insert(login_links), [row])

    def use_link(self, digest: str) -> Account | None:
        """Use up a link and return whose it was; None for everyone but the first."""
        with engine.writing(self._engine) as connection:
            found = _find(connection, login_links, digest, login_links.c.used_at.is_(None))
            if found is None:
                return None
            by_digest = login_links.c.digest == digest
            now = moments.to_text(moments.now())
            connection.execute(update(login_links).where(by_digest).values(used_at=now))
        return found[0]


def _change(connection: Connection, old: Account, new: Account, *, author: str) -> Account:
    """Write what an account becomes; the old one was read in this same write."""
    _require_sound(connection, new)
    _require_administrator(connection, new)
    connection.execute(update(accounts).where(accounts.c.id == new.id).values(_row(new)))
    if not new.active or new.password_hash != old.password_hash:
        _end_access(connection, new.id)
    _note(connection, author, old, new)
    return new


def _end_access(connection: Connection, account_id: str) -> None:
    """End the sessions, links and tokens of an account."""
    connection.execute(delete(sessions).where(sessions.c.account_id == account_id))
    _end_links(connection, account_id)
    standing = (api_tokens.c.account_id == account_id, api_tokens.c.revoked_at.is_(None))
    now = moments.to_text(moments.now())
    connection.execute(update(api_tokens).where(*standing).values(revoked_at=now))


def _end_links(connection: Connection, account_id: str) -> None:
    """Forget the links of an account, and everybody's that have expired."""
    now = moments.to_text(moments.now())
    ended = or_(login_links.c.account_id == account_id, login_links.c.expires_at <= now)
    connection.execute(delete(login_links).where(ended))


def _find(
    connection: Connection,
    table: Table,
    digest: str,
    condition: ColumnElement[bool] | None = None,
) -> tuple[Account, dict[str, Any]] | None:
    """Return the account and the row of a digest that still opens something."""
    now = moments.to_text(moments.now())
    where = (
        table.c.digest == digest,
        or_(table.c.expires_at.is_(None), table.c.expires_at > now),
        true() if condition is None else condition,
    )
    row = connection.execute(select(table).where(*where)).mappings().one_or_none()
    if row is None:
        return None
    account = _account(connection, row["account_id"])
    return (account, dict(row)) if account.active else None


def _account(connection: Connection, account_id: str) -> Account:
    query = select(accounts).where(accounts.c.id == account_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("errors.account_unknown", id=account_id)
    return _from_row(row)


def _role(role: Role | str) -> Role:
    found = next((each for each in _ACCOUNT_ROLES if each == role), None)
    if found is None:
        raise FormatError(
            "errors.account_role", value=str(role), expected=", ".join(_ACCOUNT_ROLES)
        )
    return found


def _require_sound(connection: Connection, account: Account) -> None:
    if not 0 < len(account.name) <= _LONGEST_NAME:
        raise FormatError("errors.account_name", value=account.name, longest=_LONGEST_NAME)
    if account.role is Role.OPERATOR and account.organisation_id is None:
        raise FormatError("errors.account_organisation", name=account.name)
    same_name = (accounts.c.name_key == _name_key(account.name), accounts.c.id != account.id)
    if connection.execute(select(accounts.c.id).where(*same_name)).first() is not None:
        raise ConflictError("errors.account_taken", name=account.name)
    wanted = account.organisation_id
    known = select(organisations.c.id).where(organisations.c.id == wanted)
    if wanted is not None and connection.execute(known).first() is None:
        raise NotFoundError("errors.organisation_unknown", id=wanted)


def _require_administrator(connection: Connection, new: Account) -> None:
    """Refuse to keep the last administrator out."""
    administrators = select(accounts.c.id).where(
        accounts.c.role == Role.ADMINISTRATOR.value, accounts.c.active == true()
    )
    there = set(connection.execute(administrators).scalars())
    if there == {new.id} and not new.active:
        raise ConflictError("errors.last_administrator", name=new.name)


def _note(connection: Connection, author: str, old: Account | None, new: Account) -> None:
    note_change(
        connection,
        author=author,
        reason="account",
        table_name=accounts.name,
        record_id=new.id,
        old=None if old is None else _told(old),
        new=_told(new)
        | {"password_changed": old is None or old.password_hash != new.password_hash},
    )


def _told(account: Account) -> dict[str, Any]:
    """Return what the history may say of an account: everything but the password's hash."""
    return {name: value for name, value in _row(account).items() if name not in _NOT_TOLD}


def _row(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "name_key": _name_key(account.name),
        "role": account.role.value,
        "organisation_id": account.organisation_id,
        "password_hash": account.password_hash,
        "active": account.active,
        "created_at": moments.to_text(account.created_at),
        "subject": account.subject,
    }


def _from_row(row: Any) -> Account:
    values = {field.name: row[field.name] for field in fields(Account)}
    values["role"] = Role(values["role"])
    values["created_at"] = moments.from_text(values["created_at"])
    return Account(**values)


def _token(row: dict[str, Any]) -> Token:
    values = {field.name: row[field.name] for field in fields(Token)}
    for name in ("created_at", "expires_at", "revoked_at"):
        values[name] = None if values[name] is None else moments.from_text(values[name])
    values["access"] = Access(values["access"])
    return Token(**values)


def _name_key(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()
