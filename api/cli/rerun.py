"""`phusong rerun`: a study computed again from its record, and compared."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.work import studying
from data.text import has, text
from gis.home import Home
from gis.studies import load, rerun
from gis.studies.differing import FindingDifference
from gis.studies.record import RECORD_FILE
from maps.words import Words

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
    if comparison.findings:
        heads = ("station", "what", "recorded", "again", "tolerated")
        words = Words(output.language)
        output.table(
            [output.text(f"rerun_{name}") for name in heads],
            [_told(item, output, words) for item in comparison.findings],
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


def _told(item: FindingDifference, output: Output, words: Words) -> tuple[str, ...]:
    part, _, name = item.what.partition("/")
    key = f"cli.rerun_part_{part}"
    told = text(key, output.language) if has(key) else part
    if name:
        of, _, detail = name.partition("/")
        label = f"compliance.evidence.{of}"
        named = text(label, output.language) if has(label) else words.label(of)
        told = f"{told}: {named}" + (f" ({detail})" if detail else "")
    return (
        f"{item.station} ({item.rule})",
        told,
        _value(item.what, item.recorded, words),
        _value(item.what, item.again, words),
        output.text("yes" if item.tolerated else "no"),
    )


def _value(what: str, value: Any, words: Words) -> str:
    if isinstance(value, dict) and "reason" in value:
        return words.sentence(value["reason"], value["values"])
    if what == "outcome":
        return words.outcome(str(value))
    if what.startswith("missing") and isinstance(value, str):
        return words.sentence(value)
    if isinstance(value, list):
        return "; ".join(words.sentence(str(one)) for one in value) or words.value(what, None)
    return words.value(what.rpartition("/")[2], value)


COMMANDS = (Command("rerun", _configure, _run, "phusong rerun coverage-0123456789abcdef"),)
