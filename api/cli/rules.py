"""`phusong rules show` and `phusong rules check`: the rule pack in use, and a file for it."""

import argparse
import tomllib
from pathlib import Path

from api.cli.frame import DONE, Command, Output, Parser
from api.cli.options import day
from api.clock import today
from api.geojson import plain
from api.validity import span
from data.text import Language, text
from gis.errors import FormatError
from gis.rule_files import judge_rule_file, pack_in_use, rule_files

__all__ = ["COMMANDS"]


def _configure_show(parser: Parser) -> None:
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_rules_on"))


def _show(arguments: argparse.Namespace, output: Output) -> int:
    home = output.settings.place
    pack = pack_in_use(day(arguments.on) or today(), home)
    own = [file.name for file in rule_files(home) if file.own]
    language = output.language
    output.line(text("rules.pack", language, pack=pack.id, version=pack.version))
    if own:
        output.line(text("rules.pack_own", language, files=", ".join(own)))
    else:
        output.line(text("rules.pack_packaged", language))
    heads = ("rule", "instrument", "validity", "standing")
    rules = [pack.rules[name] for name in sorted(pack.rules)]
    output.table(
        [text(f"rules.column_{name}", language) for name in heads],
        [
            (
                rule.id,
                f"{rule.instrument}; "
                f"{rule.clause if language is Language.VI else rule.clause_en or rule.clause}",
                span(rule.valid_from, rule.valid_to, output.language),
                f"{text('rules.binding' if rule.binding else 'rules.reference', language)}, "
                f"{text(f'register.confidence.{rule.confidence}', language)}",
            )
            for rule in rules
        ],
    )
    output.result(
        {
            "pack": pack.id,
            "version": pack.version,
            "on": pack.on.isoformat(),
            "own": own,
            "rules": [{**plain(rule), "file": pack.files[rule.id]} for rule in rules],
        }
    )
    return DONE


def _configure_check(parser: Parser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=parser.say("help_rules_file"))


def _check(arguments: argparse.Namespace, output: Output) -> int:
    file: Path = arguments.file
    try:
        content = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FormatError("rules.file_not_utf8", where=file.name) from error
    pack = judge_rule_file(output.settings.place, file.name, content, today())
    count = len(tomllib.loads(content).get("rule", []))
    output.say("rules_check_good", file=file.name, count=count, version=pack.version[:12])
    output.result({"file": file.name, "versions": count, "pack": pack.id, "version": pack.version})
    return DONE


COMMANDS = (
    Command("rules show", _configure_show, _show, "phusong rules show --on 2026-09-05"),
    Command("rules check", _configure_check, _check, "phusong rules check fm_plan.toml"),
)
