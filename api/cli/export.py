"""`phusong export`: the register's layers as files for QGIS, Excel and others."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.options import day
from api.cli.work import opened
from gis.errors import FormatError
from gis.exchange.exporting import Format, LayerName, export
from gis.register.scopes import PUBLIC, SYSTEM

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=parser.say("help_export_file"))
    formats = [kind.value for kind in Format]
    parser.add_argument("--format", choices=formats, help=parser.say("help_format"))
    parser.add_argument(
        "--layer",
        action="append",
        choices=[name.value for name in LayerName],
        help=parser.say("help_layer"),
    )
    parser.add_argument("--public", action="store_true", help=parser.say("help_public"))
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    kind = arguments.format or arguments.file.suffix.lstrip(".").lower()
    if kind not in {item.value for item in Format}:
        known = ", ".join(item.value for item in Format)
        raise FormatError("cli.export_format", file=str(arguments.file), known=known)
    tables = kind in (Format.XLSX.value, Format.CSV.value)
    every = [name.value for name in LayerName if not (tables and name is LayerName.BOUNDARIES)]
    scope = PUBLIC if arguments.public else SYSTEM
    with opened(output) as register:
        files = export(
            register,
            scope,
            arguments.layer or every,
            kind,
            arguments.file,
            language=output.language,
            on=day(arguments.on, "--on"),
        )
    for file in files:
        output.say("export_done", file=str(file))
    output.result({"files": [str(file) for file in files], "format": kind})
    return DONE


COMMANDS = (
    Command("export", _configure, _run, "phusong export cong_trinh.gpkg --layer structures"),
)
