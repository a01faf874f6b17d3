"""Accounts, sessions, tokens and links as stored: nothing expired, revoked or used lets in."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.register import engine
from gis.register.accounts import Account, Accounts
from gis.register.moments import now
from gis.register.schema import accounts as table
from gis.register.store import Register

HOUR = timedelta(hours=1)


@pytest.fixture
def accounts(register: Register) -> Accounts:
    return Accounts(register)


def test_a_name_is_one_account_whatever_its_letters(accounts: Accounts) -> None:
    added = accounts.add("Nguyễn Văn Lan", "staff")
    assert accounts.by_name("nguyễn văn lan") == added
    with pytest.raises(ConflictError):
        accounts.add("NGUYỄN VĂN LAN", "viewer")
    assert accounts.accounts() == [added]


def test_an_account_needs_a_name_a_role_and_an_operator_its_organisation(
    accounts: Accounts,
) -> None:
    with pytest.raises(FormatError):
        accounts.add("  ", "staff")
    with pytest.raises(FormatError):
        accounts.add("lan", "root")
    with pytest.raises(FormatError):
        accounts.add("lan", "operator")
    with pytest.raises(NotFoundError):
        accounts.add("lan", "operator", organisation_id="nobody")
    assert accounts.accounts() == []


def test_a_session_lets_in_until_it_expires_or_ends(accounts: Accounts) -> None:
    lan = accounts.add("lan", "staff")
    accounts.add_session("d1", lan.id, "c", now() + HOUR)
    accounts.add_session("d2", lan.id, "c", now() - HOUR)
    found = accounts.session("d1")
    assert found is not None
    assert found[1] == lan
    assert found[0].expires_at > now()
    assert accounts.session("d2") is None
    accounts.end_session("d1")
    assert accounts.session("d1") is None


def test_who_is_kept_out_is_out_at_once(accounts: Accounts) -> None:
    lan = accounts.add("lan", "staff")
    accounts.add_session("d", lan.id, "c", now() + HOUR)
    accounts.add_token("script", "t", lan.id)
    accounts.add_link("l", lan.id, now() + HOUR)
    accounts.set_active(lan.id, False)
    assert accounts.session("d") is None
    assert accounts.token("t") is None
    assert accounts.use_link("l") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda accounts, lan: accounts.set_password(lan.id, "$argon2id$..."),
        lambda accounts, lan: accounts.link(lan.id, "somebody"),
    ],
    ids=["password", "subject"],
)
def test_an_account_being_closed_is_not_reopened_by_a_change_that_waited(
    register: Register, accounts: Accounts, change: Callable[[Accounts, Account], Account]
) -> None:
    lan = accounts.add("lan", "staff")
    with ThreadPoolExecutor(1) as pool:
        with engine.writing(register.engine) as connection:
            waiting = pool.submit(change, accounts, lan)
            time.sleep(0.3)  # it has read by now what it reads outside of its write
            closed = table.update().where(table.c.id == lan.id).values(active=False)
            connection.execute(closed)
        waiting.result(20)
    assert not accounts.account(lan.id).active


def test_a_new_password_ends_the_sessions_and_tokens(accounts: Accounts) -> None:
    lan, mai = accounts.add("lan", "staff"), accounts.add("mai", "staff")
    accounts.add_session("d", lan.id, "c", now() + HOUR)
    accounts.add_token("script", "t", lan.id)
    accounts.add_token("script", "t2", mai.id)
    accounts.set_password(lan.id, "$argon2id$...")
    assert accounts.session("d") is None
    assert accounts.token("t") is None
    assert accounts.token("t2") is not None
    assert accounts.account(lan.id).password_hash == "$argon2id$..."


def test_a_token_works_until_revoked_or_expired_and_only_its_owner_revokes(
    accounts: Accounts,
) -> None:
    lan, mai = accounts.add("lan", "staff"), accounts.add("mai", "viewer")
    token = accounts.add_token("script", "t1", lan.id)
    accounts.add_token("old", "t2", lan.id, now() - HOUR)
    assert accounts.token("t1") == (token, lan)
    assert accounts.token("t2") is None
    with pytest.raises(NotFoundError):
        accounts.revoke_token(token.id, mai.id)
    accounts.revoke_token(token.id, lan.id)
    assert accounts.token("t1") is None
    assert [item.name for item in accounts.tokens(lan.id)] == ["script", "old"]


def test_a_link_works_once_and_not_late(accounts: Accounts) -> None:
    lan = accounts.add("lan", "staff")
    accounts.add_link("l2", accounts.add("mai", "staff").id, now() - HOUR)
    accounts.add_link("l1", lan.id, now() + HOUR)
    assert accounts.use_link("l1") == lan
    assert accounts.use_link("l1") is None
    assert accounts.use_link("l2") is None
    assert accounts.use_link("unknown") is None


def test_a_link_lets_in_one_of_many_that_come_at_once(accounts: Accounts) -> None:
    lan = accounts.add("lan", "staff")
    accounts.add_link("l", lan.id, now() + HOUR)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(accounts.use_link, ["l"] * 8))
    assert [account for account in found if account is not None] == [lan]


def test_composed_and_decomposed_letters_are_one_name(accounts: Accounts) -> None:
    added = accounts.add("La\u0302n", "viewer")
    assert added.name == "L\u00e2n"
    assert accounts.by_name("l\u00e2n") == accounts.by_name("la\u0302n") == added


def test_the_last_administrator_stays(accounts: Accounts) -> None:
    first = accounts.add("mai", "administrator")
    with pytest.raises(ConflictError, match="mai"):
        accounts.set_active(first.id, False)
    accounts.add("lan", "administrator")
    assert not accounts.set_active(first.id, False).active


def test_the_history_knows_accounts_and_no_password(
    accounts: Accounts, register: Register
) -> None:
    lan = accounts.add("lan", "staff", password_hash="$argon2id$one", author="mai")
    accounts.set_password(lan.id, "$argon2id$two", author="mai")
    new, old = register.changes(table_name="accounts")
    assert (new.author, old.old) == ("mai", None)
    assert new.new is not None
    assert new.new["password_changed"] is True
    assert "argon2id" not in repr((new, old))
