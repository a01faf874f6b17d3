"""`phusong sharing`: which existing supports would carry what somebody wants to hang."""

import argparse

from api.cli.coverage import show_files, show_stamps, study_result
from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import studying
from api.clock import judged_today
from data.text import text
from gis.studies import Study, run
from gis.studies.sharing_asked import NAMES

__all__ = ["COMMANDS"]

_NUMBERS = (
    ("lon", "longitude"),
    ("lat", "latitude"),
    ("within", "within_km"),
    ("height", "height_m"),
    ("radius", "radius_km"),
    ("frequency", "frequency_mhz"),
    ("erp", "erp_dbw"),
    ("minimum", "minimum_dbuvm"),
    ("share", "wanted_percent"),
    ("locations", "location_percent"),
    ("receiver-height", "receiver_height_m"),
    ("bandwidth", "bandwidth_khz"),
    ("wind-area", "wind_area_m2"),
    ("weight", "weight_kg"),
)
_SHOWN = 20
_COLUMNS = ("support", "owner", "distance", "height", "covered", "fit")


def _corner(written: str) -> list[list[float]]:
    """Return the corners of `LON,LAT LON,LAT ...`."""
    return [[float(part) for part in corner.split(",")] for corner in written.split()]


def _configure(parser: Parser) -> None:
    for name, target in _NUMBERS:
        parser.add_argument(
            f"--{name}",
            type=float,
            metavar="N",
            dest=target,
            help=text(f"supports.{target}", parser.language).replace("%", "%%"),
        )
    parser.add_argument(
        "--area", type=_corner, metavar="LON,LAT ...", help=text("supports.area", parser.language)
    )
    parser.add_argument("--jurisdiction", metavar="ID", help=parser.say("help_jurisdiction"))
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    given = {name: getattr(arguments, name, None) for name in NAMES}
    with studying(output) as context:
        inputs = judged_today({name: value for name, value in given.items() if value is not None})
        study = run("sharing", inputs, context)
    _show(study, output)
    show_stamps(study, output)
    show_files(study, output)
    output.result(study_result(study, output))
    return DONE


def _show(study: Study, output: Output) -> None:
    rows, count = study.results["supports"], study.results["conclusion_count"]
    said = f"supports.conclusion_{study.results['conclusion']}"
    output.line(text(said, output.language, count=count))
    output.table(
        [text(f"supports.column_{name}", output.language) for name in _COLUMNS],
        [
            (
                row["name"],
                row["owner"],
                output.number(row["distance_km"], 2),
                output.number(row["mounting_m"], 1),
                output.number(row["covered_percent"], 1),
                text(f"supports.fit.{row['fit']}", output.language),
            )
            for row in rows[:_SHOWN]
        ],
    )


COMMANDS = (
    Command("sharing", _configure, _run, "phusong sharing --lon 106.40 --lat 10.53 --within 5"),
)
