"""`phusong forget`: remove the contacts of registration points whose last day is over."""

import argparse

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import opened
from api.clock import today
from gis.register.point_contacts import PointContacts

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    del parser


def _run(_arguments: argparse.Namespace, output: Output) -> int:
    with opened(output) as register:
        removed = PointContacts(register).forget_expired(today())
    output.say("forget_done", count=removed)
    output.result({"removed": removed})
    return DONE


COMMANDS = (Command("forget", _configure, _run, "phusong forget"),)
