"""`phusong channels`: where, and on which channels, a transmitter could be placed."""

import argparse

from api.cli.coverage import show_files, show_stamps, study_result
from api.cli.frame import DONE, Command, Output, Parser
from api.cli.network import bounds_of
from api.cli.work import studying
from api.clock import judged_today
from gis.studies import Study, run
from gis.studies.channel_proposals import protection_of
from gis.studies.channels_asked import NAMES
from propagation.interference.bs412 import Area, Reception
from propagation.profile import Polarization

__all__ = ["COMMANDS"]

_NUMBERS = (
    ("lowest", "MHZ", "lowest_mhz"),
    ("highest", "MHZ", "highest_mhz"),
    ("step", "M", "step_m"),
    ("service", "KM", "service_km"),
    ("served", "PERCENT", "served_percent"),
    ("reserve", "DB", "reserve_db"),
)
_CHOICES = (("polarization", Polarization), ("reception", Reception), ("area", Area))
_SHOWN = 20


def _configure(parser: Parser) -> None:
    parser.add_argument(
        "--erp-kw", type=float, required=True, metavar="KW", help=parser.say("help_erp_channels")
    )
    parser.add_argument(
        "--height",
        type=float,
        required=True,
        metavar="M",
        dest="height_m",
        help=parser.say("help_height_channels"),
    )
    for name, unit, target in _NUMBERS:
        parser.add_argument(
            f"--{name}",
            type=float,
            metavar=unit,
            dest=target,
            help=parser.say(f"help_{name}_channels"),
        )
    for name, kind in _CHOICES:
        parser.add_argument(
            f"--{name}",
            choices=[one.value for one in kind],
            help=parser.say(f"help_{name}_channels"),
        )
    parser.add_argument(
        "--proposals", type=int, metavar="N", help=parser.say("help_proposals_channels")
    )
    parser.add_argument(
        "--bounds", type=bounds_of, metavar="W,S,E,N", help=parser.say("help_bounds_network")
    )
    parser.add_argument("--jurisdiction", metavar="ID", help=parser.say("help_jurisdiction"))
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    given = {name: getattr(arguments, name) for name in NAMES}
    with studying(output) as context:
        inputs = judged_today({name: value for name, value in given.items() if value is not None})
        study = run("channels", inputs, context)
    _show(study, output)
    show_stamps(study, output)
    show_files(study, output)
    output.result(study_result(study, output))
    return DONE


def _show(study: Study, output: Output) -> None:
    results = study.results
    output.say(
        "channels_area",
        some=output.number(results["area_some_km2"], 1),
        area=output.number(results["area_km2"], 1),
        channels=results["channels_passing"],
    )
    rows = sorted(
        (row for row in results["channels"] if row["area_km2"] > 0),
        key=lambda row: (-row["area_km2"], row["frequency_mhz"]),
    )
    columns = ("channel", "area", "people", "margin", "place")
    output.table(
        [output.text(f"channels_column_{name}") for name in columns],
        [
            (
                f"{output.number(row['frequency_mhz'])} MHz",
                f"{output.number(row['area_km2'], 1)} km²",
                output.number(row["population"], 0),
                f"{output.number(row['best_margin_db'], 1)} dB",
                f"{row['best_latitude']:.5f} {row['best_longitude']:.5f}",
            )
            for row in rows[:_SHOWN]
        ],
    )
    if len(rows) > _SHOWN:
        output.say("channels_further", count=len(rows) - _SHOWN)
    for one in results["proposals"]:
        found = [one[side] for side in ("caused", "received") if one[side] is not None]
        least = min(found, key=lambda side: side["margin_db"], default=None)
        output.say(
            f"channels_{protection_of(one)}",
            frequency=output.number(one["frequency_mhz"]),
            margin="–" if least is None else output.number(least["margin_db"], 1),
            name="–" if least is None else least["name"],
        )


COMMANDS = (
    Command(
        "channels", _configure, _run, "phusong channels --erp-kw 1 --height 60 --json out.json"
    ),
)
