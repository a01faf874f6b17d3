"""`phusong interference`: where a station is disturbed, and by whom."""

import argparse

from api.cli.coverage import (
    add_area_options,
    add_irregularity,
    add_model_options,
    area_inputs,
    show_files,
    show_stamps,
    study_result,
)
from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import named_station, studying
from gis.studies import Study, run

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    add_area_options(parser)
    add_model_options(parser)
    add_irregularity(parser)
    parser.add_argument(
        "--antenna-discrimination",
        action="store_const",
        const=True,
        help=parser.say("help_discrimination"),
    )
    parser.add_argument(
        "--summation",
        choices=("simplified_multiplication", "power_sum"),
        help=parser.say("help_summation"),
    )


def _run(arguments: argparse.Namespace, output: Output) -> int:
    with studying(output) as context:
        inputs = area_inputs(arguments, "antenna_discrimination", "summation")
        station = named_station(context.register, arguments.station)
        study = run("interference", {**inputs, "station_id": station}, context)
    if study.results["interferers"]:
        _show(study, output)
    else:
        output.say("interference_none")
    show_stamps(study, output)
    show_files(study, output)
    output.result(study_result(study, output))
    return DONE


def _show(study: Study, output: Output) -> None:
    names = ("interferer", "frequency", "disturbed_area")
    output.table(
        [output.text(f"interference_{name}") for name in names],
        [
            (
                row["name"],
                f"{output.number(row['frequency_mhz'])} MHz",
                f"{output.number(row['area_km2'], 1)} km²",
            )
            for row in study.results["interferers"]
        ],
    )


COMMANDS = (
    Command(
        "interference", _configure, _run, "phusong interference mp-tan-an --summation power_sum"
    ),
)
