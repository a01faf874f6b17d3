"""`phusong doctor`: what is wrong with this installation, and how to mend it."""

import argparse

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.clock import today
from api.doctor import Health, looks

__all__ = ["COMMANDS"]

_MARKS = {Health.GOOD: "✓", Health.WARNING: "!", Health.BAD: "✗"}


def _configure(parser: Parser) -> None:
    del parser


def _run(_arguments: argparse.Namespace, output: Output) -> int:
    found = list(looks(output.settings, today()))
    for one in found:
        output.line(f"{_MARKS[one.health]} {one.say(output.language)}")
        if mend := one.say_mend(output.language):
            output.line(f"    {mend}")
    output.result(
        [
            {"name": one.name, "health": one.health.value, "found": one.say(output.language)}
            for one in found
        ]
    )
    return LOOK if any(one.health is Health.BAD for one in found) else DONE


COMMANDS = (Command("doctor", _configure, _run, "phusong doctor"),)
