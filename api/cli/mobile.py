"""`phusong mobile`: what the mobile sites of the register cover, and where nobody does."""

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
from api.cli.network import bounds_of, words_of
from api.cli.work import studying
from api.clock import judged_today
from data.text import text
from gis.mobile import bands
from gis.studies import Study, run
from gis.studies.mobile_asked import NAMES
from propagation.mobile import Generation

__all__ = ["COMMANDS"]

_NUMBERS = (
    ("lon", "longitude", "register.field.longitude"),
    ("lat", "latitude", "register.field.latitude"),
    ("radius", "radius_km", "mobile.radius"),
    ("step", "step_m", "pages.ask_step"),
    ("reach", "reach_km", "mobile.reach"),
    ("minimum", "minimum_level_dbm", "mobile.minimum_level"),
    ("receiver-height", "receiver_height_m", "pages.ask_height"),
)
_LISTS = (("operators", "mobile.operators"), ("units", "mobile.units"))
_SHOWN = 20
_AREAS = ("area", "covered", "gap", "overlap", "shared")


def _configure(parser: Parser) -> None:
    def told(key: str) -> str:
        return text(key, parser.language).replace("%", "%%")

    parser.add_argument(
        "--technology", choices=[one.value for one in Generation], help=told("mobile.technology")
    )
    parser.add_argument("--band", choices=[one.name for one in bands()], help=told("mobile.band"))
    for name, key in _LISTS:
        parser.add_argument(f"--{name}", type=words_of, metavar="ID,ID", help=told(key))
    parser.add_argument(
        "--bounds", type=bounds_of, metavar="W,S,E,N", help=told("mobile.area_bounds")
    )
    for name, target, key in _NUMBERS:
        parser.add_argument(f"--{name}", type=float, metavar="N", dest=target, help=told(key))
    add_model_options(parser)
    add_irregularity(parser)
    add_losses(parser)
    parser.add_argument("--public", action="store_const", const=True, help=told("mobile.public"))
    parser.add_argument("--jurisdiction", metavar="ID", help=parser.say("help_jurisdiction"))
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    given = {name: getattr(arguments, name, None) for name in NAMES}
    with studying(output) as context:
        inputs = judged_today({name: value for name, value in given.items() if value is not None})
        study = run("mobile", inputs, context)
    _show(study, output)
    show_stamps(study, output)
    show_files(study, output)
    output.result(study_result(study, output))
    return DONE


def _show(study: Study, output: Output) -> None:
    results, language = study.results, output.language
    for name in _AREAS:
        area = results["area_km2" if name == "area" else f"{name}_km2"]
        output.line(f"{text(f'mobile.{name}', language)}: {output.number(area, 1)} km²")
    columns = ("operator", "sites", "transmitters", "left_out", "share")
    output.table(
        [text(f"mobile.head_{name}", language) for name in columns],
        [
            (
                row["name"],
                output.number(row["sites"]),
                output.number(row["transmitters"]),
                output.number(row["left_out"]),
                output.number(100 * (row["share_covered"] or 0.0), 1),
            )
            for row in results["operators"]
        ],
    )
    output.table(
        [text(f"mobile.head_{name}", language) for name in ("commune", "area", "share")],
        [
            (
                row["name"],
                output.number(row["area_km2"], 1),
                output.number(100 * row["share_covered"], 1),
            )
            for row in results["communes"][:_SHOWN]
        ],
    )
    output.line(text("mobile.prediction", language))


COMMANDS = (
    Command("mobile", _configure, _run, "phusong mobile --technology 4g --band 1800 --step 250"),
)
