"""`phusong rerun`: a study computed again from its record, and compared."""

import argparse
from dataclasses import replace
from pathlib import Path

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.work import studying
from gis.home import Home
from gis.studies import load, rerun
from gis.studies.record import RECORD_FILE

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument("study", metavar="STUDY", help=parser.say("help_study"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    folder = Path(arguments.study)
    if folder.name == RECORD_FILE:
        folder = folder.parent
    with studying(output) as running:
        elsewhere = (folder / RECORD_FILE).is_file()
        home = Home(folder.resolve().parents[1]) if elsewhere else running.home
        comparison = rerun(load(folder.name, home), replace(running, home=home))
    shown = (*comparison.versions, *comparison.differences)
    if shown:
        names = ("where", "recorded", "again", "tolerated")
        output.table(
            [output.text(f"rerun_{name}") for name in names],
            [
                (
                    item.where,
                    item.recorded,
                    item.again,
                    output.text("yes" if item.tolerated else "no"),
                )
                for item in shown
            ],
        )
    for name in comparison.damaged:
        output.say("rerun_damaged", file=name)
    key = "identical" if comparison.identical else "agrees" if comparison.agrees else "differs"
    output.say(
        f"rerun_{key}",
        study=comparison.study_id,
        share=output.number(100 * comparison.share_equal, 3),
    )
    output.result(comparison.to_json())
    return DONE if comparison.agrees else LOOK


COMMANDS = (Command("rerun", _configure, _run, "phusong rerun coverage-0123456789abcdef"),)
