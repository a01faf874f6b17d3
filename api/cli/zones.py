"""`phusong zones import`: zones of layers for the planning of sites."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.work import opened
from gis.exchange.zones import commit_zones, judge_zones
from gis.register.siting import ZoneKind
from propagation.compliance.records import Confidence

__all__ = ["COMMANDS"]

_SHOWN = 20


def _configure(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=parser.say("help_zone_file"))
    parser.add_argument(
        "--kind",
        required=True,
        choices=[one.value for one in ZoneKind],
        help=parser.say("help_zone_kind"),
    )
    parser.add_argument("--source", metavar="TEXT", help=parser.say("help_source"))
    parser.add_argument("--official", action="store_true", help=parser.say("help_zone_official"))
    parser.add_argument("--dry-run", action="store_true", help=parser.say("help_dry_run"))
    parser.add_argument("--author", default="phusong zones import", help=parser.say("help_author"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    with opened(output) as register:
        report = judge_zones(
            arguments.file,
            register,
            kind=ZoneKind(arguments.kind),
            source=arguments.source,
            confidence=Confidence.VERIFIED if arguments.official else Confidence.SECONDARY,
        )
        output.say("zones_judged", accepted=len(report.accepted), refused=len(report.problems))
        for problem in report.problems[:_SHOWN]:
            output.line(f"  {problem.say(output.language)}")
        if len(report.problems) > _SHOWN:
            output.say("import_more", count=len(report.problems) - _SHOWN)
        batch = None
        if report.accepted and not arguments.dry_run:
            batch = commit_zones(report, register, author=arguments.author)
            output.say("boundaries_done", batch=batch.id, accepted=len(report.accepted))
        else:
            output.say("import_nothing_written")
    output.result(
        {
            "file": report.file.name,
            "sha256": report.file.sha256,
            "kind": report.kind.value,
            "accepted": [zone.id for zone in report.accepted],
            "problems": [problem.to_json(output.language) for problem in report.problems],
            "batch": None if batch is None else batch.id,
        }
    )
    return LOOK if report.problems or not report.accepted else DONE


COMMANDS = (
    Command(
        "zones import",
        _configure,
        _run,
        "phusong zones import quy_hoach.geojson --kind plan --official",
    ),
)
