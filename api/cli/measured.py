"""`phusong measured`: measurements beside the prediction of a station."""

import argparse

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.work import named_station, studying
from api.clock import today
from api.measured_rows import classes_of, statistics_cells
from data.text import text
from gis.measurements import measurements_of
from gis.register.scopes import SYSTEM
from gis.studies.measured import compare_measured

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument("station", metavar="STATION", help=parser.say("help_station"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    language = output.language
    with studying(output) as context:
        station = context.register.station(
            named_station(context.register, arguments.station), SYSTEM
        )
        with context.register.snapshot() as register:
            taken = measurements_of(register, station, SYSTEM, today())
        outdated = len(taken.outdated)
        if outdated:
            output.line(text("measured.outdated", language, count=outdated))
        if not taken.measurements:
            output.line(text("measured.none", language, station=station.name))
            output.result({"station": station.id, "pairs": []})
            return LOOK
        told = compare_measured(station, taken, context)
    output.line(text("measured.law", language))
    heads = ("class", "count", "mean", "deviation", "rms", "correlation")
    output.table(
        [text(f"measured.column_{name}", language) for name in heads],
        [(name, *statistics_cells(row, language)) for name, row in classes_of(told, language)],
    )
    for key, count in (
        ("without_uncertainty", told["without_uncertainty"]),
        ("left_out", len(told["left_out"])),
        ("ambiguous", len(told["ambiguous"])),
    ):
        if count:
            output.line(text(f"measured.{key}", language, count=count))
    if told["terrain"]["flat"]:
        output.say("flat_terrain")
    if told["synthetic"]:
        output.say("synthetic")
    output.result(told)
    return DONE


COMMANDS = (
    Command("measured", _configure, _run, "phusong measured mp-tan-an --json measured.json"),
)
