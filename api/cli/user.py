"""`phusong user`: add an account, list the accounts, make a link for one sign-in."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import opened
from api.identity import new_link
from api.passwords import hash_password
from data.text import text
from gis.errors import FormatError, NotFoundError
from gis.register.accounts import Account, Accounts

__all__ = ["COMMANDS"]

_ROLES = ("viewer", "operator", "staff", "administrator")


def _configure_add(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help=parser.say("help_account"))
    parser.add_argument("--role", choices=_ROLES, required=True, help=parser.say("help_role"))
    parser.add_argument("--organisation", metavar="ID", help=parser.say("help_organisation"))
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--password-stdin", action="store_true", help=parser.say("help_stdin"))
    how.add_argument("--link", action="store_true", help=parser.say("help_link"))
    _configure_address(parser)


def _configure_list(parser: Parser) -> None:
    del parser


def _configure_link(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help=parser.say("help_account"))
    _configure_address(parser)


def _configure_address(parser: Parser) -> None:
    parser.add_argument("--port", type=int, metavar="N", help=parser.say("help_link_port"))


@contextmanager
def _accounts(output: Output) -> Iterator[Accounts]:
    with opened(output) as register:
        yield Accounts(register)


def _add(arguments: argparse.Namespace, output: Output) -> int:
    hashed = None if arguments.link else hash_password(_password(arguments, output))
    with _accounts(output) as accounts:
        account = accounts.add(
            arguments.name,
            arguments.role,
            organisation_id=arguments.organisation,
            password_hash=hashed,
        )
        path = new_link(accounts, account.id) if arguments.link else None
    output.say("user_added", name=account.name, role=_role(account, output))
    if path is not None:
        _say_link(path, arguments.port, output)
    output.result({**_plain(account), "link": path})
    return DONE


def _list(_arguments: argparse.Namespace, output: Output) -> int:
    with _accounts(output) as accounts:
        found = accounts.accounts()
    if not found:
        output.say("user_none")
        output.result([])
        return DONE
    output.table(
        [output.text(f"user_{name}") for name in ("name", "role", "organisation", "active")],
        [
            (
                account.name,
                _role(account, output),
                account.organisation_id or "",
                output.text("yes" if account.active else "no"),
            )
            for account in found
        ],
    )
    output.result([_plain(account) for account in found])
    return DONE


def _link(arguments: argparse.Namespace, output: Output) -> int:
    with _accounts(output) as accounts:
        account = accounts.by_name(arguments.name)
        if account is None:
            raise NotFoundError("cli.user_unknown", name=arguments.name[:60])
        path = new_link(accounts, account.id)
    _say_link(path, arguments.port, output)
    output.result({**_plain(account), "link": path})
    return DONE


def _say_link(path: str, port: int | None, output: Output) -> None:
    settings = output.settings
    there = f"http://{settings.host}:{port or settings.port}"
    if port is None and settings.public_url:
        there = settings.public_url.rstrip("/")  # a secure cookie is not kept without TLS
    output.say("user_link", link=there + path)


def _password(arguments: argparse.Namespace, output: Output) -> str:
    """Ask for the password twice on the terminal, or read one line of standard input."""
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise FormatError("cli.user_no_terminal")
    first = getpass.getpass(output.text("user_password") + " ")
    if getpass.getpass(output.text("user_password_again") + " ") != first:
        raise FormatError("cli.user_passwords_differ")
    return first


def _role(account: Account, output: Output) -> str:
    return text(f"pages.role_{account.role}", output.language)


def _plain(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "role": str(account.role),
        "organisation_id": account.organisation_id,
        "active": account.active,
    }


COMMANDS = (
    Command("user add", _configure_add, _add, "phusong user add lan --role staff"),
    Command("user list", _configure_list, _list, "phusong user list --json accounts.json"),
    Command("user link", _configure_link, _link, "phusong user link lan"),
)
