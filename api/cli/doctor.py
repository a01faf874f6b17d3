"""`phusong doctor`: what is wrong with this installation, and how to mend it."""

import argparse

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.clock import today
from api.doctor import Health, Look, looks
from data.text import has, text
from gis.errors import GisError

__all__ = ["COMMANDS"]

_MARKS = {Health.GOOD: "✓", Health.WARNING: "!", Health.BAD: "✗"}


def _configure(parser: Parser) -> None:
    del parser


def _run(_arguments: argparse.Namespace, output: Output) -> int:
    found = list(looks(output.settings, today()))
    for one in found:
        output.line(f"{_MARKS[one.health]} {_said(one, one.key, output)}")
        mend = f"{one.key}_mend"
        if one.health is not Health.GOOD and has(f"doctor.{mend}"):
            output.line(f"    {_said(one, mend, output)}")
    output.result(
        [
            {"name": one.name, "health": one.health.value, "found": _said(one, one.key, output)}
            for one in found
        ]
    )
    return LOOK if any(one.health is Health.BAD for one in found) else DONE


def _said(one: Look, key: str, output: Output) -> str:
    language = output.language
    values = {
        name: value.say(language) if isinstance(value, GisError) else value
        for name, value in one.values.items()
    }
    return text(f"doctor.{key}", language, **values)


COMMANDS = (Command("doctor", _configure, _run, "phusong doctor"),)
