"""`phusong curves`: whether the tabulated curves of Rec. ITU-R P.1546 can be used."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from gis.curves import required_curves

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help=parser.say("help_curves")
    )


def _run(arguments: argparse.Namespace, output: Output) -> int:
    path = arguments.path or output.settings.p1546_curves
    tables = required_curves(path)
    known = "recognised" if tables.recognised else "unrecognised"
    output.say(f"curves_{known}", path=str(path), digest=tables.sha256)
    output.result({"path": str(path), "sha256": tables.sha256, "recognised": tables.recognised})
    return DONE if tables.recognised else LOOK


COMMANDS = (Command("curves", _configure, _run, "phusong curves duong-cong-p1546/"),)
