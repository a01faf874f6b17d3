"""`phusong plan-site`: the planning report of a proposed site."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.path import coordinates
from api.cli.work import studying
from api.clock import judged_today
from data.text import text
from gis.studies import Study, run
from gis.studies.application import read_application
from gis.studies.findings import basis, reason_said, said
from gis.studies.site_asked import SITE_INPUTS
from maps.documents.report import study_html, study_pdf
from maps.words import Words
from propagation.siting.facts import MastKind

__all__ = ["COMMANDS"]

_NUMBERS = (
    ("height", "structure_height_m"),
    ("building-height", "building_height_m"),
    ("reach", "reach_m"),
    ("ground-height", "ground_height_m"),
    ("railway", "railway_distance_m"),
)
_WORST_FIRST = ("violates", "needs_verification", "not_assessable", "complies")


def _configure(parser: Parser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help=parser.say("help_site"))
    parser.add_argument("--at", metavar="LON,LAT", help=parser.say("help_site_at"))
    parser.add_argument(
        "--kind", choices=[one.value for one in MastKind], help=parser.say("help_site_kind")
    )
    for name, target in _NUMBERS:
        parser.add_argument(
            f"--{name}",
            type=float,
            metavar="M",
            dest=target,
            help=parser.say(f"help_site_{name.replace('-', '_')}"),
        )
    parser.add_argument(
        "--operator", dest="organisation_id", metavar="ID", help=parser.say("help_site_operator")
    )
    parser.add_argument("--name", metavar="TEXT", help=parser.say("help_site_name"))
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))
    parser.add_argument("--jurisdiction", metavar="ID", help=parser.say("help_jurisdiction"))
    parser.add_argument("--report", type=Path, metavar="FILE", help=parser.say("help_site_report"))
    parser.add_argument("--exit-code", action="store_true", help=parser.say("help_exit_code"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    asked: dict[str, Any] = {}
    if arguments.file is not None:
        asked = dict(read_application(arguments.file))
    for name in SITE_INPUTS:
        if getattr(arguments, name, None) is not None:
            asked[name] = getattr(arguments, name)
    if arguments.at is not None:
        asked["longitude"], asked["latitude"] = coordinates(arguments.at, "--at")
    with studying(output) as context:
        study = run("site_planning", judged_today(asked), context)
    _show(study, output)
    if arguments.report is not None:
        _write(study, arguments.report, output)
    output.result(
        {
            "study": study.id,
            "on": study.inputs["on"],
            "jurisdiction": study.inputs["jurisdiction"],
            **{name: study.results[name] for name in ("outcome", "mast_class", "surfaces")},
            "papers": study.results["papers"],
            "findings": [_finding(one) for one in study.results["findings"]],
        }
    )
    wrong = study.results["outcome"] in {"violates", "mixed"}
    return LOOK if arguments.exit_code and wrong else DONE


def _finding(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding for a program, its sentence in both languages."""
    rule = written["rule"]
    return {
        "check": written["check"],
        "outcome": written["outcome"],
        "advisory": rule.get("advisory", False),
        "rule": rule["id"],
        "instrument": rule["instrument"],
        "clause": rule["clause"],
        "confidence": rule["confidence"],
        "margin_m": written["values"].get("margin_m"),
        "counterpart": written["counterpart"],
        "reason_vi": reason_said(written, "vi"),
        "reason_en": reason_said(written, "en"),
    }


def _show(study: Study, output: Output) -> None:
    words, language = Words(output.language), output.language
    outcome = words.outcome(study.results["outcome"])
    output.line(words.say("summary_line", outcome=outcome))
    for one in sorted(
        study.results["findings"], key=lambda item: _WORST_FIRST.index(item["outcome"])
    ):
        title = words.sentence(f"planning.check.{one['check'].removeprefix('siting.')}")
        told = text(f"compliance.outcome.{one['outcome']}", language)
        output.line(f"{title}: {told}. {reason_said(one, language)}")
        output.line(f"  {basis(one['rule'], language)}")
        missing = "; ".join(said(key, one["values"], language) for key in one["missing"])
        if missing:
            output.line("  " + text("compliance.missing_line", language, what=missing))
    rows = [
        (
            words.sentence(f"planning.paper.{row['step']}"),
            words.sentence(f"planning.needed.{row['needed']}"),
            words.sentence(f"planning.body.{row['body']}"),
            words.number(row["working_days"]),
        )
        for row in study.results["papers"]
    ]
    if rows:
        names = ("paper", "needed", "body", "days")
        output.table([words.sentence(f"planning.column_{name}") for name in names], rows)
    if study.synthetic:
        output.say("synthetic")
    if study.inputs["terrain"]["flat"]:
        output.say("flat_terrain")
    output.say("check_kept", study=study.id)


def _write(study: Study, file: Path, output: Output) -> None:
    """Write the report, as what its name ends with."""
    if file.suffix.lower() == ".pdf":
        output.write(file, study_pdf(study, output.language))
    else:
        output.write(file, study_html(study, output.language))


COMMANDS = (
    Command(
        "plan-site",
        _configure,
        _run,
        "phusong plan-site --at 106.40,10.60 --kind self_supporting --height 42 --report site.pdf",
    ),
)
