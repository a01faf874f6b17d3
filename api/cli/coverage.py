"""`phusong coverage`: where a station is received."""

import argparse

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import named_station, studying
from api.clock import judged_today
from gis.studies import Study, run
from gis.studies.additions import ADDITION_INPUTS
from gis.studies.method import AREA_MODEL_INPUTS, method_title
from gis.studies.predictors.itm import Irregularity
from gis.studies.predictors.registry import MODELS
from gis.studies.record import RECORD_FILE
from propagation.hata.okumura import Environment
from propagation.itu.p2109 import Building

__all__ = [
    "COMMANDS",
    "add_area_options",
    "add_irregularity",
    "add_losses",
    "add_model_options",
    "area_inputs",
    "show_files",
]


def add_area_options(parser: Parser) -> None:
    """Add the options of a study over an area."""
    parser.add_argument("station", metavar="STATION", help=parser.say("help_station"))
    parser.add_argument(
        "--radius", type=float, metavar="KM", dest="radius_km", help=parser.say("help_radius")
    )
    parser.add_argument(
        "--step", type=float, metavar="M", dest="step_m", help=parser.say("help_step")
    )
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))


def add_model_options(parser: Parser) -> None:
    """Add the choice of the model, and of the percentage of locations."""
    parser.add_argument("--model", choices=tuple(MODELS), help=parser.say("help_model"))
    parser.add_argument(
        "--environment",
        choices=[one.value for one in Environment],
        help=parser.say("help_environment"),
    )
    parser.add_argument(
        "--location",
        type=float,
        metavar="PERCENT",
        dest="location_percent",
        help=parser.say("help_location"),
    )


def add_irregularity(parser: Parser) -> None:
    """Add where ITM takes the irregularity of the terrain, in an area."""
    parser.add_argument(
        "--irregularity",
        choices=[one.value for one in Irregularity],
        help=parser.say("help_irregularity"),
    )


def add_losses(parser: Parser) -> None:
    """Add the choice of what is taken off the field."""
    parser.add_argument(
        "--clutter", choices=("none", "p2108"), dest="clutter_model",
        help=parser.say("help_clutter"),
    )  # fmt: skip
    parser.add_argument(
        "--clutter-percent", type=float, metavar="PERCENT", dest="clutter_location_percent",
        help=parser.say("help_clutter_percent"),
    )  # fmt: skip
    parser.add_argument(
        "--building", choices=("none", *(one.value for one in Building)), dest="building_entry",
        help=parser.say("help_building"),
    )  # fmt: skip
    parser.add_argument(
        "--building-percent", type=float, metavar="PERCENT", dest="building_probability_percent",
        help=parser.say("help_building_percent"),
    )  # fmt: skip


def area_inputs(arguments: argparse.Namespace, *names: str) -> dict[str, object]:
    """Return what was asked for, without what was not said."""
    given = {
        name: getattr(arguments, name)
        for name in ("radius_km", "step_m", "on", "location_percent", *AREA_MODEL_INPUTS, *names)
    }
    return judged_today({name: value for name, value in given.items() if value is not None})


def show_stamps(study: Study, output: Output) -> None:
    """Say what keeps the result from being taken for more than it is."""
    if study.synthetic:
        output.say("synthetic")
    output.say("model_used", model=method_title(study.inputs["model"]))
    if study.inputs["terrain"]["flat"]:
        output.say("flat_terrain")
    for remark in study.results.get("remarks", ()):
        output.line(remark[output.language.value])


def show_files(study: Study, output: Output) -> None:
    """Say where the study is and what is in it."""
    folder = output.settings.place.study(study.id)
    output.say("study_kept", study=study.id, folder=str(folder))
    for name in sorted(study.files):
        output.line(f"  {folder / name}")


def study_result(study: Study, output: Output) -> dict[str, object]:
    """Return a study for a program: what came out, and where its files are."""
    folder = output.settings.place.study(study.id)
    return {
        "study": study.id,
        "kind": study.kind,
        "record": str(folder / RECORD_FILE),
        "files": {name: str(folder / name) for name in sorted(study.files)},
        "terrain": study.inputs["terrain"],
        "model": method_title(study.inputs["model"]),
        "results": study.results,
    }


def _configure(parser: Parser) -> None:
    add_area_options(parser)
    add_model_options(parser)
    add_irregularity(parser)
    add_losses(parser)
    parser.add_argument(
        "--time-percent", type=float, metavar="PERCENT", help=parser.say("help_time_percent")
    )
    parser.add_argument(
        "--receiver-height",
        type=float,
        metavar="M",
        dest="receiver_height_m",
        help=parser.say("help_receiver_height"),
    )
    parser.add_argument(
        "--full-radials", action="store_true", default=None, help=parser.say("help_full_radials")
    )


def _run(arguments: argparse.Namespace, output: Output) -> int:
    with studying(output) as context:
        names = ("time_percent", "receiver_height_m", "full_radials", *ADDITION_INPUTS)
        inputs = area_inputs(arguments, *names)
        station = named_station(context.register, arguments.station)
        study = run("coverage", {**inputs, "station_id": station}, context)
    output.table(
        (output.text("coverage_level"), output.text("coverage_area")),
        [
            (
                f"{output.number(row['field_strength_dbuvm'])} dBµV/m",
                f"{output.number(row['area_km2'], 1)} km²",
            )
            for row in study.results["levels"]
        ],
    )
    show_stamps(study, output)
    show_files(study, output)
    output.result(study_result(study, output))
    return DONE


COMMANDS = (
    Command(
        "coverage", _configure, _run, "phusong coverage mp-tan-an --radius 60 --json out.json"
    ),
)
