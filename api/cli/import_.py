"""`phusong import`: judge an operator's file, ask what it leaves open, bring it in."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, LOOK, QUESTIONS, Command, Output, Parser
from api.cli.work import opened
from api.clock import today
from gis.exchange.answers import ImportAnswers
from gis.exchange.importing import ImportKind, commit, error_report_xlsx, judge
from gis.exchange.report import ImportReport
from gis.jurisdictions import jurisdiction, jurisdiction_on

__all__ = ["COMMANDS"]

_SHOWN = 20


def _configure(parser: Parser) -> None:
    kinds = [kind.value for kind in ImportKind]
    parser.add_argument("file", type=Path, metavar="FILE", help=parser.say("help_file"))
    parser.add_argument("--kind", choices=kinds, required=True, help=parser.say("help_kind"))
    parser.add_argument("--dry-run", action="store_true", help=parser.say("help_dry_run"))
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=parser.say("help_answer"),
    )
    parser.add_argument("--jurisdiction", metavar="ID", help=parser.say("help_jurisdiction"))
    parser.add_argument("--errors", type=Path, metavar="FILE.xlsx", help=parser.say("help_errors"))
    parser.add_argument("--author", default="phusong import", help=parser.say("help_author"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    pairs = [tuple(answer.partition("=")[::2]) for answer in arguments.answer]
    named = arguments.jurisdiction
    where = jurisdiction_on(today()) if named is None else jurisdiction(named)
    with opened(output) as register:
        report = judge(
            arguments.file,
            kind=arguments.kind,
            register=register,
            answers=ImportAnswers.from_pairs(pairs),
            jurisdiction=where,
        )
        _show(report, output)
        if arguments.errors is not None and report.refused:
            error_report_xlsx(report, arguments.errors, output.language)
            output.say("import_errors", file=str(arguments.errors))
        batch = None
        if not (report.provisional or arguments.dry_run) and report.accepted:
            batch = commit(report, register, author=arguments.author)
            output.say("import_done", batch=batch.id, accepted=batch.accepted)
        elif not report.provisional:
            output.say("import_nothing_written")
    output.result(
        {**report.to_json(output.language), "batch": None if batch is None else batch.id}
    )
    if report.provisional:
        return QUESTIONS
    return LOOK if report.refused else DONE


def _show(report: ImportReport, output: Output) -> None:
    output.line(report.say(output.language))
    for problem in report.problems[:_SHOWN]:
        output.line(f"  {problem.say(output.language)}")
    if len(report.problems) > _SHOWN:
        output.say("import_more", count=len(report.problems) - _SHOWN)
    for row in report.accepted:
        for change in row.changes:
            output.line(f"  {row.record.id}: {change.say(output.language)}")
    for question in report.questions:
        output.line(f"? {question.say(output.language)}")
        for option in question.options:
            pairs = " ".join(f"--answer {key}={value}" for key, value in option.answers)
            output.line(f"    {pairs}    {option.say(output.language)}")
        if not question.options:
            output.line(f"    --answer {question.answer}=...")


COMMANDS = (
    Command(
        "import",
        _configure,
        _run,
        "phusong import cot_ang_ten.xlsx --kind structures --answer crs=9210 --dry-run",
    ),
)
