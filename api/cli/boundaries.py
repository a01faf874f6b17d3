"""`phusong boundaries import`: outlines of administrative units in the place of those there."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.options import day
from api.cli.work import opened
from gis.errors import FormatError
from gis.exchange.boundaries import BoundaryReport, commit_boundaries, judge_boundaries
from gis.jurisdictions import jurisdictions

__all__ = ["COMMANDS"]

_UNCERTAINTY_M = 100.0
"""Taken where nobody says how far the outlines may be from the truth; said so each time."""

_SHOWN = 20


def _configure(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=parser.say("help_boundary_file"))
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_boundary_on"))
    parser.add_argument(
        "--uncertainty", type=float, metavar="M", help=parser.say("help_uncertainty")
    )
    parser.add_argument("--approximate", action="store_true", help=parser.say("help_approximate"))
    parser.add_argument("--source", metavar="TEXT", help=parser.say("help_source"))
    parser.add_argument("--crs", type=int, metavar="EPSG", help=parser.say("help_crs"))
    parser.add_argument("--layer", metavar="NAME", help=parser.say("help_boundary_layer"))
    parser.add_argument("--dry-run", action="store_true", help=parser.say("help_dry_run"))
    parser.add_argument(
        "--author", default="phusong boundaries import", help=parser.say("help_author")
    )


def _run(arguments: argparse.Namespace, output: Output) -> int:
    on = day(arguments.on) or jurisdictions()[-1].on
    uncertainty_m = arguments.uncertainty
    if uncertainty_m is None:
        uncertainty_m = _UNCERTAINTY_M
        output.say("boundaries_uncertainty", metres=uncertainty_m)
    elif not 0 < uncertainty_m <= 100_000:
        raise FormatError("cli.path_positive", name="--uncertainty", value=str(uncertainty_m))
    with opened(output) as register:
        report = judge_boundaries(
            arguments.file,
            register,
            on=on,
            position_uncertainty_m=uncertainty_m,
            source=arguments.source,
            official=not arguments.approximate,
            crs=arguments.crs,
            layer=arguments.layer,
        )
        _show(report, output)
        batch = None
        if report.accepted and not arguments.dry_run:
            batch = commit_boundaries(report, register, author=arguments.author)
            output.say("boundaries_done", batch=batch.id, accepted=len(report.accepted))
        else:
            output.say("import_nothing_written")
    output.result(
        {**report.to_json(output.language), "batch": None if batch is None else batch.id}
    )
    return LOOK if report.problems or not report.accepted else DONE


def _show(report: BoundaryReport, output: Output) -> None:
    output.line(report.say(output.language))
    for problem in report.problems[:_SHOWN]:
        output.line(f"  {problem.say(output.language)}")
    if len(report.problems) > _SHOWN:
        output.say("import_more", count=len(report.problems) - _SHOWN)


COMMANDS = (
    Command(
        "boundaries import",
        _configure,
        _run,
        "phusong boundaries import dia_gioi.gpkg --on 2025-07-01 --uncertainty 10",
    ),
)
