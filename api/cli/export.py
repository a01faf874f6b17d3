"""`phusong export`: the register's layers as files for QGIS, Excel and others."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.options import day
from api.cli.work import opened
from gis.errors import FormatError
from gis.exchange.exporting import ExportFormat, LayerName, export, formats_of
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register

__all__ = ["COMMANDS"]

_ENDINGS = {f".{kind.ending}": kind for kind in ExportFormat}


def _configure(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=parser.say("help_export_file"))
    parser.add_argument(
        "--layer",
        action="append",
        choices=[name.value for name in LayerName],
        help=parser.say("help_export_layer"),
    )
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--public", action="store_true", help=parser.say("help_export_public"))
    whose.add_argument("--organisation", metavar="ID", help=parser.say("help_export_organisation"))
    parser.add_argument(
        "--record-kind", action="append", default=[], help=parser.say("help_export_record_kind")
    )
    parser.add_argument("--owner", metavar="ID", help=parser.say("help_export_owner"))
    parser.add_argument(
        "--bbox",
        type=float,
        nargs=4,
        metavar=("WEST", "SOUTH", "EAST", "NORTH"),
        help=parser.say("help_export_bbox"),
    )
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    kind = _ENDINGS.get(arguments.file.suffix.lower())
    if kind is None:
        raise FormatError(
            "cli.export_format", file=str(arguments.file), expected=", ".join(_ENDINGS)
        )
    every = [name for name in LayerName if kind.value in formats_of(name)]
    box = arguments.bbox
    with opened(output) as register:
        files = export(
            register,
            _scope(register, arguments),
            arguments.layer or every,
            kind,
            arguments.file,
            language=output.language,
            on=day(arguments.on),
            kinds=arguments.record_kind,
            owner_id=arguments.owner,
            bbox=None if box is None else (box[0], box[1], box[2], box[3]),
        )
    for file in files:
        output.say("export_written", file=str(file), size=file.stat().st_size)
    output.result({"files": [str(file) for file in files], "format": kind.value})
    return DONE


def _scope(register: Register, arguments: argparse.Namespace) -> Scope:
    if arguments.organisation is not None:
        return Scope(Role.OPERATOR, register.organisation(arguments.organisation).id)
    return PUBLIC if arguments.public else SYSTEM


COMMANDS = (
    Command("export", _configure, _run, "phusong export cong_trinh.gpkg --layer structures"),
)
