"""`phusong check`: the findings of one station, or of all."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.work import named_station, studying
from api.clock import judged_today
from data.text import Language, text
from gis.errors import FormatError, GisError
from gis.register.records import Service
from gis.register.scopes import SYSTEM
from gis.studies import Study, export, remedies, run
from gis.studies.application import application_asked, read_application
from gis.studies.context import StudyContext
from gis.studies.findings import basis
from gis.studies.parts import moment
from gis.studies.requests import Reader
from maps.documents.affected import affected_columns, affected_numbers
from maps.words import Words

__all__ = ["COMMANDS"]

_WRONG = frozenset({"violates", "mixed"})
_WORST_FIRST = ("violates", "needs_verification", "not_assessable", "complies")


def _configure(parser: Parser) -> None:
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("station", nargs="?", metavar="STATION", help=parser.say("help_station"))
    which.add_argument(
        "--application", type=Path, metavar="FILE", help=parser.say("help_application")
    )
    which.add_argument(
        "--plan", choices=tuple(one.value for one in Service), help=parser.say("help_plan")
    )
    parser.add_argument("--on", metavar="YYYY-MM-DD", help=parser.say("help_on"))
    parser.add_argument("--jurisdiction", metavar="ID", help=parser.say("help_jurisdiction"))
    parser.add_argument(
        "--changes", choices=("none", "erp", "all"), help=parser.say("help_changes")
    )
    for name in ("height-step-m", "height-floor-m"):
        parser.add_argument(
            f"--{name}", type=float, metavar="M", help=parser.say(f"help_{name.replace('-', '_')}")
        )
    parser.add_argument("--exit-code", action="store_true", help=parser.say("help_exit_code"))


def _run(arguments: argparse.Namespace, output: Output) -> int:
    inputs: dict[str, object] = {}
    for name in ("on", "jurisdiction", *remedies.NAMES):
        if getattr(arguments, name) is not None:
            inputs[name] = getattr(arguments, name)
    service = Service(arguments.plan or Service.FM)
    with studying(output) as context:
        if arguments.application is not None:
            inputs["application"] = _application(arguments.application, context, inputs, output)
        elif arguments.station is not None:
            inputs["station_id"] = named_station(context.register, arguments.station)
        elif not context.register.stations(SYSTEM, service=service, limit=1):
            output.say("check_none")
            output.result({"study": None, "stations": []})
            return DONE
        else:
            inputs["service"] = service.value
        study = run("compliance", judged_today(inputs), context)
    stations = export(study)
    if stations:
        _show(study, stations, output, everything=arguments.plan is None)
    else:
        output.say("check_none")
    output.result(_result(study, stations))
    wrong = any(station["outcome"] in _WRONG for station in stations)
    return LOOK if arguments.exit_code and wrong else DONE


def _application(
    file: Path, context: StudyContext, inputs: Mapping[str, object], output: Output
) -> dict[str, object]:
    """Read an application from a file; what is wrong with it is said with the file's name."""
    written = read_application(file)
    asked = judged_today(inputs)
    _, on = moment(Reader(asked, *asked))
    try:
        with context.register.snapshot() as register:
            application_asked(written, register, on)
    except GisError as error:
        said = error.say(output.language)
        raise FormatError("applications.file_wrong", file=file.name, problem=said) from error
    return written


def _show(study: Study, stations: list, output: Output, *, everything: bool) -> None:  # type: ignore[type-arg]  # JSON
    output.table(
        [output.text(f"check_{name}") for name in ("station", "frequency", "outcome", "clauses")],
        [
            (
                _named(station, output),
                f"{output.number(station['frequency_mhz'])} MHz",
                text(f"compliance.summary.{station['outcome']}", output.language),
                "; ".join(_clauses(station, output.language)),
            )
            for station in stations
        ],
    )
    _show_reasons(stations, output, everything=everything)
    _show_affected(study, output)
    if study.synthetic:
        output.say("synthetic")
    if study.inputs["terrain"]["flat"]:
        output.say("flat_terrain")
    for remark in study.results.get("remarks", ()):
        output.line(remark[output.language.value])
    output.say("check_kept", study=study.id)


def _named(station: dict, output: Output) -> str:  # type: ignore[type-arg]  # JSON
    """Return the name of a station, with its stamp where it is simulated."""
    name: str = station["name"]
    return output.text("synthetic_mark", name=name) if station["synthetic"] else name


def _clauses(station: dict, language: Language) -> list[str]:  # type: ignore[type-arg]  # JSON
    """Return the clauses that decided the outcome, each once."""
    decisive = [
        finding
        for finding in station["findings"]
        if finding["outcome"] in ("violates", "needs_verification")
        and not finding["rule"]["advisory"]
    ]
    return list(dict.fromkeys(basis(item["rule"], language) for item in decisive))


def _show_reasons(stations: list, output: Output, *, everything: bool) -> None:  # type: ignore[type-arg]  # JSON
    shown = None if everything else {"violates"}
    for station in stations:
        for finding in sorted(station["findings"], key=_gravity):
            if shown is not None and finding["outcome"] not in shown:
                continue
            outcome = text(f"compliance.outcome.{finding['outcome']}", output.language)
            reason = finding[f"reason_{output.language.value}"]
            output.line(f"{_named(station, output)}: {outcome}. {reason}")
            missing = "; ".join(item[output.language.value] for item in finding["missing"])
            if missing:
                output.line("  " + text("compliance.missing_line", output.language, what=missing))
            if finding["measure"] is not None:
                what = finding["measure"][output.language.value]
                output.line("  " + text("compliance.measure_line", output.language, what=what))
            for change in finding["changes"]:
                what = change[output.language.value]
                output.line("  " + text("remedies.line", output.language, what=what))


def _show_affected(study: Study, output: Output) -> None:
    """Show what a station changes for the others, the gravest first."""
    affected = study.results.get("new_interference")
    if affected is None:
        return
    language = output.language
    output.line(text("applications.heading", language))
    if affected["stations"]:
        names = affected_columns(affected["stations"])
        columns = [text(f"applications.column_{name}", language) for name in names]
        rows = [_affected_row(row, names, output) for row in affected["stations"]]
        output.table([output.text("check_station"), *columns], rows)
    elif not affected["not_assessed"]:
        output.line(text("applications.none", language))
    words = Words(language)
    for row in affected["not_assessed"]:
        missing = ", ".join(words.label(name) for name in row["missing"])
        output.line(text("applications.not_assessed", language, name=row["name"], missing=missing))


def _affected_row(row: dict, names: Sequence[str], output: Output) -> tuple[str, ...]:  # type: ignore[type-arg]  # JSON
    numbers = affected_numbers(row, names)
    return _named(row, output), *(output.number(value, decimals) for value, decimals in numbers)


def _gravity(finding: dict) -> int:  # type: ignore[type-arg]  # JSON
    """Return the place of a finding in a list that begins with the worst."""
    return _WORST_FIRST.index(finding["outcome"])


def _result(study: Study, stations: list) -> dict[str, object]:  # type: ignore[type-arg]  # JSON
    return {
        "study": study.id,
        "on": study.inputs["on"],
        "jurisdiction": study.inputs["jurisdiction"],
        "terrain": study.inputs["terrain"],
        "rules": {name: study.inputs["rules"][name] for name in ("pack", "version")},
        "stations": stations,
        **{name: study.inputs[name] for name in ("application",) if name in study.inputs},
        **{name: study.results[name] for name in ("new_interference",) if name in study.results},
    }


COMMANDS = (Command("check", _configure, _run, "phusong check --plan fm --json findings.json"),)
