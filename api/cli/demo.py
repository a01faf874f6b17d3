"""`phusong demo`: the demonstration register."""

import argparse
from dataclasses import asdict

from api.cli.frame import DONE, Command, Output, Parser
from gis.demo import load_demonstration
from gis.register.store import Register

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    del parser


def _run(_arguments: argparse.Namespace, output: Output) -> int:
    path = output.settings.place.register
    with Register.open(path, create=True) as register:
        counts = load_demonstration(register)
    said = asdict(counts)
    output.say("demo_loaded" if counts.loaded else "demo_there", path=str(path), **said)
    output.result({"register": str(path), **said})
    return DONE


COMMANDS = (Command("demo", _configure, _run, "phusong demo && phusong serve"),)
