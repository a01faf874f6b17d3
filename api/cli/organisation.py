"""`phusong organisation`: record an organisation, list them."""

import argparse

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import opened
from data.text import Language, text
from gis.organisations import add_organisation
from gis.register.records import Organisation, OrganisationKind
from gis.register.scopes import SYSTEM

__all__ = ["COMMANDS"]


def _configure_add(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help=parser.say("help_organisation_name"))
    parser.add_argument(
        "--kind",
        choices=[one.value for one in OrganisationKind],
        default=OrganisationKind.OPERATOR.value,
        help=parser.say("help_organisation_kind"),
    )
    parser.add_argument("--id", metavar="CODE", help=parser.say("help_organisation_id"))


def _configure_list(parser: Parser) -> None:
    del parser


def _add(arguments: argparse.Namespace, output: Output) -> int:
    values = {"name": arguments.name, "kind": OrganisationKind(arguments.kind)}
    with opened(output) as register:
        made = add_organisation(
            register,
            values if arguments.id is None else {**values, "id": arguments.id},
            scope=SYSTEM,
            author="phusong organisation",
            reason=text("organisations.reason_added", Language.VI),
        )
    output.say("organisation_added", name=made.name, id=made.id)
    output.result(_plain(made))
    return DONE


def _list(_arguments: argparse.Namespace, output: Output) -> int:
    with opened(output) as register:
        found = sorted(register.organisations(), key=lambda one: one.name)
    if not found:
        output.say("organisation_none")
        output.result([])
        return DONE
    output.table(
        [text(f"organisations.{name}", output.language) for name in ("id", "name", "kind")],
        [
            (one.id, one.name, text(f"register.organisation_kind.{one.kind}", output.language))
            for one in found
        ],
    )
    output.result([_plain(one) for one in found])
    return DONE


def _plain(one: Organisation) -> dict[str, object]:
    return {"id": one.id, "name": one.name, "kind": one.kind.value}


COMMANDS = (
    Command(
        "organisation add",
        _configure_add,
        _add,
        'phusong organisation add "Viễn thông Hòa Bình" --kind operator --id vthb',
    ),
    Command("organisation list", _configure_list, _list, "phusong organisation list"),
)
