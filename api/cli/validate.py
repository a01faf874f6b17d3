"""`phusong validate`: the models against published reference values."""

import argparse
import math
from pathlib import Path

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from gis.validation import Outcome, RecommendationResult, outcome, unchecked, validate

__all__ = ["COMMANDS"]


def _configure(parser: Parser) -> None:
    parser.add_argument(
        "--reference", type=Path, required=True, metavar="DIR", help=parser.say("help_reference")
    )


def _run(arguments: argparse.Namespace, output: Output) -> int:
    results = validate(arguments.reference)
    verdict = outcome(results)
    output.table(
        [
            output.text(f"validate_{name}")
            for name in ("recommendation", "cases", "difference", "tolerance", "verdict")
        ],
        [
            (
                result.recommendation,
                str(result.cases),
                _in_unit(result.max_difference_db, result),
                _in_unit(result.tolerance_db, result),
                output.text("validate_passed" if result.passed else "validate_failed"),
            )
            for result in results
        ],
    )
    output.say(f"validate_outcome_{verdict.value}", folder=str(arguments.reference))
    if unknown := unchecked(arguments.reference):
        output.say("validate_unchecked", names=", ".join(unknown))
    output.result(
        [
            {
                "recommendation": result.recommendation,
                "cases": result.cases,
                "max_difference_db": _known(result.max_difference_db),
                "tolerance_db": result.tolerance_db,
                "passed": result.passed,
                "relative": result.relative,
            }
            for result in results
        ]
    )
    return DONE if verdict is Outcome.PASSED else LOOK


def _in_unit(value: float, result: RecommendationResult) -> str:
    return f"{value:.2g}" if result.relative else f"{value:.2g} dB"


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


COMMANDS = (
    Command(
        "validate", _configure, _run, "phusong validate --reference reference/ --json out.json"
    ),
)
