"""`phusong plans list` and `phusong plans compare`: versions of channel plans."""

import argparse
from pathlib import Path

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.work import opened
from api.plan_json import comparison_json, plan_json
from api.validity import span
from data.text import text
from gis.plan_versions import compare, comparison_csv, plan_versions, written

__all__ = ["COMMANDS"]


def _configure_list(parser: Parser) -> None:
    del parser


def _list(arguments: argparse.Namespace, output: Output) -> int:
    del arguments
    with opened(output) as register, register.snapshot() as now:
        versions = plan_versions(now)
    heads = ("plan", "instrument", "validity", "confidence", "rows")
    output.table(
        [text(f"plans.column_{name}", output.language) for name in heads],
        [
            (
                one.id,
                "; ".join(one.instruments),
                span(one.valid_from, one.valid_to, output.language),
                "; ".join(
                    text(f"register.confidence.{name}", output.language)
                    for name in one.confidences
                ),
                output.number(one.rows),
            )
            for one in versions
        ],
    )
    output.result({"plans": [plan_json(one) for one in versions]})
    return DONE


def _configure_compare(parser: Parser) -> None:
    parser.add_argument("old", metavar="OLD", help=parser.say("help_plan_old"))
    parser.add_argument("new", metavar="NEW", help=parser.say("help_plan_new"))
    parser.add_argument("--csv", type=Path, metavar="FILE", help=parser.say("help_plan_csv"))


def _compare(arguments: argparse.Namespace, output: Output) -> int:
    with opened(output) as register, register.snapshot() as now:
        compared = compare(now, arguments.old, arguments.new)
    language = output.language
    output.line(
        text(
            "plans.compare_summary",
            language,
            old=compared.old.id,
            new=compared.new.id,
            old_rows=compared.old.rows,
            new_rows=compared.new.rows,
            unchanged=compared.unchanged,
            **compared.counts,
        )
    )
    for one in compared.differences:
        entry = one.entry
        output.line(
            f"  {text(f'plans.{one.kind.value}', language)}: "
            f"{output.number(entry.frequency_mhz)} MHz, {entry.site_name}, {entry.programme}"
        )
        for change in one.changes:
            said = text(
                "plans.change",
                language,
                field=text(f"register.field.{change.field}", language),
                old=written(change.old, language) or text("exchange.empty", language),
                new=written(change.new, language) or text("exchange.empty", language),
            )
            output.line(f"    {said}")
    if arguments.csv is not None:
        output.write(arguments.csv, comparison_csv(compared, language))
    output.result(comparison_json(compared))
    return LOOK if compared.differences else DONE


COMMANDS = (
    Command("plans list", _configure_list, _list, "phusong plans list"),
    Command(
        "plans compare",
        _configure_compare,
        _compare,
        "phusong plans compare fm-tt37-2017 fm-tt43-2026 --csv khac.csv",
    ),
)
