"""`phusong antenna`: the antenna of two angles of a station: shown, hung, taken down."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.work import named_station, opened
from api.geojson import plain
from data.text import text
from gis.errors import FormatError
from gis.exchange.antennas import FILE_BYTES, GainUnit
from gis.exchange.station_antennas import ASKED, hang, take_down
from gis.register.antennas import AntennaKind, antenna_facts
from gis.register.scopes import SYSTEM

__all__ = ["COMMANDS"]

_AUTHOR = "phusong antenna"


def _configure(parser: Parser) -> None:
    parser.add_argument("station", metavar="ID", help=parser.say("help_station"))
    parser.add_argument("--msi", type=Path, metavar="FILE", help=parser.say("help_antenna_msi"))
    parser.add_argument(
        "--gain-unit",
        choices=[unit.value for unit in GainUnit],
        help=parser.say("help_antenna_gain_unit"),
    )
    for name in ASKED:
        label = text(f"register.field.antenna_{name}", parser.language)
        if name == "kind":
            label = f"{label}: {', '.join(AntennaKind)}"
        parser.add_argument(f"--{name.replace('_', '-')}", metavar=_metavar(name), help=label)
    parser.add_argument("--remove", action="store_true", help=parser.say("help_antenna_remove"))


def _metavar(name: str) -> str:
    unit = name.rpartition("_")[2]
    return unit.upper() if unit in ("deg", "db", "dbi") else "TEXT"


def _run(arguments: argparse.Namespace, output: Output) -> int:
    asked = {name: getattr(arguments, name) or "" for name in (*ASKED, "gain_unit")}
    given = any(asked.values()) or arguments.msi is not None
    if given and arguments.remove:
        raise FormatError("cli.antenna_both")
    with opened(output) as register:
        station = register.station(named_station(register, arguments.station), SYSTEM)
        if arguments.remove:
            station = take_down(register, station.id, author=_AUTHOR)
        elif given:
            file = None
            if arguments.msi is not None:
                asked["kind"] = asked["kind"] or AntennaKind.CUTS.value
                file = _read(arguments.msi)
            station = hang(register, station.id, asked, author=_AUTHOR, file=file)
    output.line(f"{station.name} ({station.id})")
    if station.antenna is None:
        output.say("antenna_none")
    else:
        headings = [
            text(f"pages.column_{name}", output.language) for name in ("parameter", "value")
        ]
        output.table(headings, antenna_facts(station.antenna, output.language))
    output.result({"station": station.id, "antenna": plain(station.antenna)})
    return DONE


def _read(path: Path) -> tuple[bytes, str]:
    if not path.is_file():
        raise FormatError("exchange.file.not_a_file", file=path.name)
    with path.open("rb") as stream:
        return stream.read(FILE_BYTES + 1), path.name


COMMANDS = (
    Command("antenna", _configure, _run, "phusong antenna mp-a --msi yagi.msi --bearing-deg 30"),
)
