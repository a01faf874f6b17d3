"""The command line: `phusong COMMAND`. A command's module is loaded when it is called."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from api.cli import frame
from api.environment import keep_kernels, language_from_environment
from data.text import Language, text

__all__ = ["COMMANDS", "main"]

COMMANDS = (
    "init",
    "demo",
    "organisation",
    "user",
    "import",
    "antenna",
    "boundaries",
    "zones",
    "terrain",
    "path",
    "link",
    "coverage",
    "interference",
    "network",
    "mobile",
    "channels",
    "sharing",
    "plan-site",
    "check",
    "measured",
    "plans",
    "rules",
    "clock",
    "forget",
    "move",
    "rerun",
    "curves",
    "validate",
    "bench",
    "export",
    "backup",
    "restore",
    "doctor",
    "ready",
    "serve",
)
"""The commands, in the order in which one meets them; each has a module of its name."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (docs/cli.md).

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process by default.
    """
    keep_kernels(Path(__file__).parents[2])
    arguments = _language_last(list(sys.argv[1:] if argv is None else argv))
    language = _language(arguments)
    if not arguments or arguments[0] not in COMMANDS:
        return _overview(_without_language(arguments), language)
    name = arguments[0]
    commands = {command.name: command for command in _module(name).COMMANDS}
    if name in commands:
        return frame.run(commands[name], arguments[1:], language)
    full = " ".join(arguments[:2])
    if full in commands:
        return frame.run(commands[full], arguments[2:], language)
    return _actions(name, list(commands), arguments[1:2], language)


def _actions(name: str, known: list[str], asked: list[str], language: Language) -> int:
    """Show what can follow a command of two words."""
    if asked in (["-h"], ["--help"]):
        print(text("cli.actions", language, name=name, known=_listed(known, language)))
        print(frame.exit_codes(language))
        return frame.DONE
    print(text("cli.unknown_action", language, name=name, known=", ".join(known)), file=sys.stderr)
    return frame.USAGE


def _listed(names: Sequence[str], language: Language) -> str:
    width = max(map(len, names))
    keys = {name: f"cli.{name.replace(' ', '_')}_summary" for name in names}
    return "\n".join(f"  {name:{width}}  {text(keys[name], language)}" for name in names)


def _module(name: str) -> ModuleType:
    """Return the module of a command: `_` for `-`, and at its end where Python keeps the word."""
    module = "import_" if name == "import" else name.replace("-", "_")
    return importlib.import_module(f"api.cli.{module}")


def _language(arguments: Sequence[str]) -> Language:
    """Return the language of --lang, wherever it stands, else that of the environment."""
    for place, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--lang":
            following = "".join(arguments[place + 1 : place + 2])
            return Language.EN if (value or following) == Language.EN.value else Language.VI
    return language_from_environment()


def _language_last(arguments: list[str]) -> list[str]:
    """Put a --lang that stands before the command behind it, where the command reads it."""
    first = "".join(arguments[:1])
    leading = 2 if first == "--lang" else int(first.startswith("--lang="))
    return [*arguments[leading:], *arguments[:leading]]


def _without_language(arguments: Sequence[str]) -> list[str]:
    kept: list[str] = []
    previous = ""
    for argument in arguments:
        if previous != "--lang" and argument.partition("=")[0] != "--lang":
            kept.append(argument)
        previous = argument
    return kept


def _overview(arguments: Sequence[str], language: Language) -> int:
    first = arguments[0] if arguments else ""
    if first == "--version":
        from importlib.metadata import version  # noqa: PLC0415 - slow, and seldom wanted

        print(f"phusong {version('phusong')}")
        return frame.DONE
    if first in ("", "-h", "--help", "help"):
        print(text("cli.overview", language, commands=_listed(COMMANDS, language)))
        print(frame.exit_codes(language))
        return frame.DONE if first else frame.USAGE
    print(text("cli.unknown_command", language, name=first[:60]), file=sys.stderr)
    return frame.USAGE
