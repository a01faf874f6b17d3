"""`phusong clock START TERM`: the day on which a term ends."""

import argparse
from datetime import date, datetime

from api.cli.frame import DONE, Command, Output, Parser
from api.clock_view import day_json, rule_json, said_term
from data.text import text, when
from gis.cases.rule_book import rules_in_use
from gis.cases.working_days import calendar_in_use, local_day, read_start
from gis.terms import COUNTING, Term, TermUnit

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument("start", metavar="START", help=parser.say("help_clock_start"))
    parser.add_argument("term", metavar="TERM", help=parser.say("help_clock_term"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    start, term = read_start(arguments.start), Term.parse(arguments.term)
    home, language = output.settings.place, output.language
    calendar, rules = calendar_in_use(home), rules_in_use(home)
    day = local_day(start) if isinstance(start, datetime) else start
    due = calendar.end_of_term(start, term, rules.counting(day))
    said = {"start": when(start, language), "term": said_term(term, language)}
    if term.unit is TermUnit.HOURS:
        output.line(text("calendar.due_at", language, **said, due=when(due.at, language)))
    else:
        output.line(text("calendar.due", language, **said, due=when(due.on, language)))
    between = [day_json(one, language) for one in calendar.between(day, due.on)]
    if between:
        heads = ("day", "kind", "name", "label")
        output.table(
            [text(f"calendar.column_{name}", language) for name in heads],
            [
                (
                    when(date.fromisoformat(one["day"]), language),
                    one["kind_text"],
                    one["name"],
                    f"{one['instrument']} ({_confidence(one, output)})",
                )
                for one in between
            ],
        )
    rule = rules.rule(COUNTING, day)
    told = None if rule is None else rule_json(rule, language)
    if told is not None:
        label = {name: told[name] for name in ("instrument", "clause", "note")}
        label["confidence"] = told["confidence_text"]
        output.line(text("calendar.counting", language, **label))
    output.result(
        {
            "start": start.isoformat(),
            "term": str(term),
            "due_on": due.on.isoformat(),
            "due_at": due.at.isoformat(),
            "days_off": between,
            "rule": told,
        }
    )
    return DONE


def _confidence(one: dict[str, str], output: Output) -> str:
    return text(f"register.confidence.{one['confidence']}", output.language)


COMMANDS = (Command("clock", _configure, _run, "phusong clock 2026-02-10 7wd"),)
