"""`phusong path`: every loss term between a transmitter and a point."""

import argparse
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from api.cli.coverage import add_model_options
from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import named_station, opened
from gis.errors import FormatError
from gis.register.records import (
    BroadcastStation,
    Provenance,
    Service,
    StationClass,
)
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.studies.asked import PATH_INPUTS, path_asked
from gis.studies.context import StudyContext
from gis.studies.emitter import NEAREST_KM
from gis.studies.point import explain_path
from gis.studies.requests import Reader
from gis.terrain.opening import open_ground
from maps.path_figure import path_svg
from maps.point import point_answer
from propagation.compliance.records import Confidence
from propagation.profile import Polarization

__all__ = ["COMMANDS", "coordinates"]

_PAIR = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,; ]\s*(-?\d+(?:\.\d+)?)\s*")


def _configure(parser: Parser) -> None:
    start = parser.add_mutually_exclusive_group(required=True)
    start.add_argument("--station", metavar="ID", help=parser.say("help_station"))
    start.add_argument("--from", dest="start", metavar="LON,LAT", help=parser.say("help_from"))
    parser.add_argument("--to", required=True, metavar="LON,LAT", help=parser.say("help_to"))
    parser.add_argument(
        "--frequency", type=float, metavar="MHZ", help=parser.say("help_frequency")
    )
    parser.add_argument("--erp", type=float, metavar="W", help=parser.say("help_erp"))
    parser.add_argument("--height", type=float, metavar="M", help=parser.say("help_height"))
    parser.add_argument("--ground", type=float, metavar="M", help=parser.say("help_ground"))
    parser.add_argument(
        "--polarization",
        choices=[item.value for item in Polarization],
        default=Polarization.HORIZONTAL.value,
        help=parser.say("help_polarization"),
    )
    parser.add_argument(
        "--receiver-height",
        type=float,
        metavar="M",
        dest="receiver_height_m",
        help=parser.say("help_receiver_height"),
    )
    add_model_options(parser)
    parser.add_argument(
        "--time",
        type=float,
        metavar="PERCENT",
        dest="time_percent",
        help=parser.say("help_time_path"),
    )
    parser.add_argument("--figure", type=Path, metavar="FILE.svg", help=parser.say("help_figure"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    longitude, latitude = coordinates(arguments.to, "--to")
    with _transmitter(arguments, output) as (station, register):
        context = StudyContext(
            register=register,
            home=output.settings.place,
            ground=open_ground(output.settings.ground),
        )
        said = {name: getattr(arguments, name) for name in PATH_INPUTS}
        asked = path_asked(Reader(said, *PATH_INPUTS), output.settings.p1546_curves)
        explained = explain_path(station, longitude, latitude, context, asked=asked)
    synthetic = station.provenance.synthetic
    if arguments.figure is not None:
        _draw(arguments.figure, explained, synthetic, output)
    _show(point_answer(explained, output.language, synthetic=synthetic), output)
    output.result({**explained, "synthetic": synthetic})
    return DONE


def _draw(file: Path, explained: Mapping[str, Any], synthetic: bool, output: Output) -> None:
    """Write the figure of a path to a file."""
    if explained["sight"] is None:
        raise FormatError("paths.too_near", station=explained["station"], limit=NEAREST_KM)
    output.write(file, path_svg(explained, output.language, synthetic=synthetic))


@contextmanager
def _transmitter(
    arguments: argparse.Namespace, output: Output
) -> Iterator[tuple[BroadcastStation, Register]]:
    if arguments.station is not None:
        with opened(output) as register:
            yield register.station(named_station(register, arguments.station), SYSTEM), register
        return
    station = _typed(arguments)
    with (
        TemporaryDirectory() as folder,
        Register.open(Path(folder) / "empty.gpkg", create=True) as empty,
    ):
        yield station, empty


def _typed(arguments: argparse.Namespace) -> BroadcastStation:
    """Return the transmitter that the arguments describe."""
    for name in ("frequency", "erp", "height"):
        value = getattr(arguments, name)
        if value is None:
            raise FormatError("cli.path_needs", name=f"--{name}")
        if not (math.isfinite(value) and value > 0):
            raise FormatError("cli.path_positive", name=f"--{name}", value=str(value))
    longitude, latitude = coordinates(arguments.start, "--from")
    return BroadcastStation(
        id="typed",
        name=arguments.start,
        programme="",
        service=Service.FM,
        station_class=StationClass.OTHER,
        frequency_mhz=arguments.frequency,
        longitude=longitude,
        latitude=latitude,
        erp_total_dbw=10 * math.log10(arguments.erp),
        height_above_ground_m=arguments.height,
        ground_height_m=arguments.ground,
        polarization=Polarization(arguments.polarization),
        provenance=Provenance(confidence=Confidence.SECONDARY, source="phusong path"),
    )


def coordinates(written: str, name: str) -> tuple[float, float]:
    """Return longitude and latitude as a person wrote them after an option.

    Raises
    ------
    FormatError
        If they are no such pair, or stand the wrong way round.
    """
    found = _PAIR.fullmatch(written)
    if found is None:
        raise FormatError("cli.pair_malformed", name=name, value=written[:60])
    longitude, latitude = float(found[1]), float(found[2])
    if abs(latitude) > 90 and abs(longitude) <= 90:
        raise FormatError("cli.pair_swapped", name=name, value=written[:60])
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise FormatError("cli.pair_outside", name=name, value=written[:60])
    return longitude, latitude


def _show(answer: Mapping[str, Any], output: Output) -> None:
    output.line(answer["heading"])
    for stamp in answer["stamps"]:
        output.line(f"  [{stamp}]")
    for section in answer["sections"]:
        output.table(
            (section["heading"], "", ""),
            [(row["label"], row["value"], row["note"]) for row in section["rows"]],
        )
    for note in answer["notes"]:
        output.line(note)


COMMANDS = (
    Command(
        "path",
        _configure,
        _run,
        "phusong path --from 106.41,10.53 --to 106.66,10.78 --frequency 96.9 --erp 1000"
        " --height 60 --ground 2",
    ),
)
