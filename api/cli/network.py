"""`phusong network`: coverage and interference of a whole network of stations."""

import argparse

from api.cli.coverage import (
    add_irregularity,
    add_losses,
    add_model_options,
    show_files,
    show_stamps,
    study_result,
)
from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import studying
from api.clock import judged_today
from gis.studies import Study, run
from gis.studies.method import METHOD_INPUTS

__all__ = ["COMMANDS", "bounds_of", "words_of"]

_NUMBERS = (
    ("step", "M", "step_m"),
    ("reach", "KM", "reach_km"),
    ("threshold", "DBUVM", "threshold_dbuvm"),
    ("lowest", "MHZ", "lowest_mhz"),
    ("highest", "MHZ", "highest_mhz"),
)
_SHOWN = 20
_AREAS = ("area", "received", "served", "interfered", "overlapping")


def _configure(parser: Parser) -> None:
    parser.add_argument(
        "--bounds", type=bounds_of, metavar="W,S,E,N", help=parser.say("help_bounds_network")
    )
    parser.add_argument(
        "--stations", type=words_of, metavar="ID,ID", help=parser.say("help_stations_network")
    )
    for name, unit, target in _NUMBERS:
        parser.add_argument(
            f"--{name}",
            type=float,
            metavar=unit,
            dest=target,
            help=parser.say(f"help_{name}" if name == "step" else f"help_{name}_network"),
        )
    add_model_options(parser)
    add_irregularity(parser)
    add_losses(parser)
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))


def bounds_of(written: str) -> list[float]:
    """Return the numbers of a rectangle as they are typed, with commas between."""
    return [float(part) for part in written.split(",")]


def words_of(written: str) -> list[str]:
    """Return the words of a list as they are typed, with commas between."""
    return [part.strip() for part in written.split(",")]


def _run(arguments: argparse.Namespace, output: Output) -> int:
    numbers = (target for _, _, target in _NUMBERS)
    names = ("bounds", "stations", "on", "location_percent", *METHOD_INPUTS, *numbers)
    given = {name: getattr(arguments, name) for name in names}
    with studying(output) as context:
        inputs = judged_today({name: value for name, value in given.items() if value is not None})
        study = run("network", inputs, context)
    _show(study, output)
    show_stamps(study, output)
    show_files(study, output)
    output.result(study_result(study, output))
    return DONE


def _show(study: Study, output: Output) -> None:
    results = study.results
    threshold = output.number(study.inputs["threshold_dbuvm"])
    for name in _AREAS:
        area = results["area_km2" if name == "area" else f"area_{name}_km2"]
        output.say(f"network_{name}", area=output.number(area, 1), threshold=threshold)
    columns = ("station", "frequency", "serves", "interfered", "disturbs")
    output.table(
        [output.text(f"network_column_{name}") for name in columns],
        [
            (
                row["name"],
                f"{output.number(row['frequency_mhz'])} MHz",
                *(
                    f"{output.number(row[f'{name}_km2'], 1)} km²"
                    for name in ("serves", "interfered", "disturbs")
                ),
            )
            for row in results["transmitters"][:_SHOWN]
        ],
    )
    further = len(results["transmitters"]) - _SHOWN
    if further > 0:
        output.say("network_further", count=further)


COMMANDS = (
    Command("network", _configure, _run, "phusong network --step 500 --reach 100 --json out.json"),
)
