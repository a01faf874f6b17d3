"""`phusong link`: a line-of-sight link between two points."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.path import coordinates
from gis.studies.link import LINK_INPUTS, explain_link, link_asked
from gis.terrain.opening import open_ground
from maps.link_words import link_result, link_tables
from maps.path_figure import path_svg
from maps.path_words import path_description
from maps.words import Words

__all__ = ["COMMANDS"]

_NUMBERS = (
    ("from-height", "M", "from_height_m"),
    ("to-height", "M", "to_height_m"),
    ("frequency", "MHZ", "frequency_mhz"),
    ("power", "DBM", "transmitter_power_dbm"),
    ("from-gain", "DBI", "transmitter_gain_dbi"),
    ("to-gain", "DBI", "receiver_gain_dbi"),
    ("losses", "DB", "other_losses_db"),
    ("threshold", "DBM", "receiver_threshold_dbm"),
    ("rain-rate", "MM/H", "rain_rate_mm_per_h"),
    ("log-k", "LG", "geoclimatic_factor_log10"),
    ("dn75", "N", "refractivity_increase_nunits"),
    ("temperature", "C", "temperature_c"),
    ("water-vapour", "G/M3", "water_vapour_density_g_per_m3"),
)


def _configure(parser: Parser) -> None:
    parser.add_argument(
        "--from", dest="start", required=True, metavar="LON,LAT", help=parser.say("help_link_from")
    )
    parser.add_argument("--to", required=True, metavar="LON,LAT", help=parser.say("help_link_to"))
    for name, unit, target in _NUMBERS:
        parser.add_argument(
            f"--{name}",
            type=float,
            metavar=unit,
            dest=target,
            help=parser.say(f"help_link_{name.replace('-', '_')}"),
        )
    parser.add_argument(
        "--polarization",
        choices=("horizontal", "vertical"),
        help=parser.say("help_link_polarization"),
    )
    parser.add_argument("--rain-source", metavar="TEXT", help=parser.say("help_link_rain_source"))
    parser.add_argument(
        "--multipath-source", metavar="TEXT", help=parser.say("help_link_multipath_source")
    )
    parser.add_argument("--figure", type=Path, metavar="FILE.svg", help=parser.say("help_figure"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    ends = {"from": arguments.start, "to": arguments.to}
    given: dict[str, object] = {
        name: value
        for name in LINK_INPUTS
        if (value := getattr(arguments, name, None)) is not None
    }
    for end, written in ends.items():
        pair = coordinates(written, f"--{end}")
        given[f"{end}_longitude"], given[f"{end}_latitude"] = pair
    found = explain_link(link_asked(given), open_ground(output.settings.ground))
    if arguments.figure is not None:
        output.write(arguments.figure, path_svg(found, output.language))
    _show(found, output)
    output.result(found)
    return DONE


def _show(found: Mapping[str, Any], output: Output) -> None:
    words = Words(output.language)
    for sentence in path_description(found, words):
        output.line(sentence)
    columns = (output.text("link_quantity"), output.text("link_value"))
    output.table(columns, link_result(found, words))
    for heading, rows in link_tables(found, words)["sections"]:
        output.line(heading)
        output.table((*columns, "", ""), rows)
    for remark in found["remarks"]:
        output.line(remark[output.language.value])
    if found["terrain"]["flat"]:
        output.say("flat_terrain")
    output.line(words.sentence("links.estimate"))
    output.line(words.sentence("maps.stamp_prediction"))


COMMANDS = (
    Command(
        "link",
        _configure,
        _run,
        "phusong link --from 106.41,10.53 --from-height 45 --to 106.55,10.60 --to-height 40 "
        "--frequency 7500 --power 27 --from-gain 35 --to-gain 35 --threshold -75",
    ),
)
