"""`phusong init`: an empty register with the administrative units that ship."""

import argparse

from api.cli.frame import DONE, Command, Output, Parser
from gis.administration import load_administration
from gis.errors import ConflictError
from gis.register.store import Register

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    del parser


def _run(_arguments: argparse.Namespace, output: Output) -> int:
    path = output.settings.place.register
    if Register.exists(path):
        raise ConflictError("cli.init_exists", path=str(path))
    with Register.open(path, create=True) as register:
        with register.write(author="phusong init", reason="init") as writer:
            units, boundaries = load_administration(writer)
        output.say("init_done", path=str(path), units=units, boundaries=boundaries)
        output.result(
            {
                "register": str(path),
                "units": units,
                "boundaries": boundaries,
                "version": register.version(),
            }
        )
    return DONE


COMMANDS = (Command("init", _configure, _run, "phusong init --home /srv/phusong"),)
