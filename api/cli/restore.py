"""`phusong restore`: bring back what `phusong backup` made, into an empty folder."""

import argparse
from pathlib import Path

from api.cli.backup import counts, plain
from api.cli.frame import DONE, Command, Output, Parser
from gis.backup import restore
from gis.home import Home

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.zip", help=parser.say("help_backup_file"))


def _restore(arguments: argparse.Namespace, output: Output) -> int:
    home: Home = output.settings.place
    note = restore(arguments.file, home)
    output.say("restore_done", home=str(home.folder), made_at=note.made_at, **counts(note))
    output.say("restore_doors")
    if home.database:
        output.say("restore_move", path=str(home.register_file))
    output.result(plain(note))
    return DONE


COMMANDS = (
    Command("restore", _configure, _restore, "phusong restore phusong.zip --home /srv/new"),
)
