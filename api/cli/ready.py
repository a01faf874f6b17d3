"""`phusong ready`: compile what predicts before somebody waits for it."""

import argparse

from api.cli.frame import DONE, Command, Output, Parser
from api.clock import today
from gis.register.store import Register
from gis.studies.context import StudyContext
from gis.studies.heard import rehearse
from gis.terrain.opening import open_ground

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    del parser


def _run(_arguments: argparse.Namespace, output: Output) -> int:
    place, ground = output.settings.place, open_ground(output.settings.ground)
    with Register.open(place.register) as register:
        context = StudyContext(register=register, home=place, ground=ground)
        found = rehearse(context, on=today())
    output.say("ready_done" if found else "ready_nothing")
    return DONE


COMMANDS = (Command("ready", _configure, _run, "phusong ready"),)
