"""`phusong move`: copy a register to another database, and prove the two equal."""

import argparse

from api.cli.frame import DONE, Command, Output, Parser
from gis.register.address import address_of
from gis.register.moving import move

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument("--to", required=True, metavar="URL", help=parser.say("help_move_to"))
    parser.add_argument("--from", dest="source", metavar="URL", help=parser.say("help_move_from"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    own = output.settings.place.register
    source = own if arguments.source is None else address_of(arguments.source)
    target = address_of(arguments.to)
    with output.progress() as progress:
        moved = move(source, target, progress)
    rows = sum(moved.counts.values())
    output.say(
        "move_done",
        source=str(source),
        target=str(target),
        rows=rows,
        tables=len(moved.counts),
        digest=moved.digest,
    )
    output.result(
        {
            "from": str(source),
            "to": str(target),
            "rows": moved.counts,
            "digest": moved.digest,
        }
    )
    return DONE


COMMANDS = (Command("move", _configure, _run, "phusong move --to postgresql://phusong@/phusong"),)
