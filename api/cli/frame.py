"""What all commands share: the parser, the exit codes, the errors, and where the answer goes."""

import argparse
import contextlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from data.text import Language, number, text

if TYPE_CHECKING:
    from api.settings import Settings

__all__ = [
    "DONE",
    "INPUT",
    "INTERRUPTED",
    "LOOK",
    "QUESTIONS",
    "STORAGE",
    "USAGE",
    "Command",
    "Output",
    "Parser",
    "Progress",
    "exit_codes",
    "run",
]

DONE, LOOK, USAGE, INPUT, QUESTIONS, STORAGE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
"""Exit codes; docs/cli.md says what each means."""

Progress = Callable[[float, str, Mapping[str, object]], None]

_ARGPARSE = (
    ("required", re.compile(r"the following arguments are required: (?P<names>.+)")),
    ("one_of", re.compile(r"one of the arguments (?P<names>.+) is required")),
    ("unrecognised", re.compile(r"unrecognized arguments: (?P<names>.+)")),
    (
        "choice",
        re.compile(
            r"argument (?P<name>.+?): invalid choice: (?P<value>.+?) \(.*from (?P<known>.+)\)"
        ),
    ),
    ("value", re.compile(r"argument (?P<name>.+?): invalid .+ value: (?P<value>.+)")),
    ("expected", re.compile(r"argument (?P<name>.+?): expected .+")),
    ("together", re.compile(r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)")),
)


def exit_codes(language: Language) -> str:
    """Return the meaning of the exit codes."""
    return text("cli.exit_codes", language)


class Parser(argparse.ArgumentParser):
    """A parser whose help shows an example and which speaks the person's language."""

    def __init__(self, name: str, language: Language, *, example: str = "") -> None:
        self.language = language
        key = name.replace(" ", "_")
        super().__init__(
            prog=f"phusong {name}",
            description=text(f"cli.{key}_summary", language),
            epilog=f"{text('cli.example', language)}\n  {example}\n\n{exit_codes(language)}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title = text("cli.arguments", language)
        self._optionals.title = text("cli.options", language)
        self.add_argument("-h", "--help", action="help", help=self.say("help"))

    def say(self, key: str) -> str:
        """Return a sentence of the command line's catalogue, safe as a help text."""
        return text(f"cli.{key}", self.language).replace("%", "%%")

    def common(self) -> None:
        """Add the options that every command has."""
        self.add_argument("--home", type=Path, metavar="DIR", help=self.say("help_home"))
        self.add_argument(
            "--json",
            nargs="?",
            const="-",
            metavar="FILE",
            help=self.say("help_json"),
        )
        choices = [item.value for item in Language]
        self.add_argument("--lang", choices=choices, help=self.say("help_lang"))

    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong with the arguments, and end."""
        print(self._said(message), file=sys.stderr)
        print(text("cli.see_help", self.language, program=self.prog), file=sys.stderr)
        raise SystemExit(USAGE)

    def format_usage(self) -> str:
        """Return the usage line in the person's language."""
        return super().format_usage().replace("usage:", text("cli.usage", self.language), 1)

    def format_help(self) -> str:
        """Return the help in the person's language."""
        return super().format_help().replace("usage:", text("cli.usage", self.language), 1)

    def _said(self, message: str) -> str:
        for key, pattern in _ARGPARSE:
            found = pattern.fullmatch(message)
            if found:
                return text(f"cli.usage_{key}", self.language, **found.groupdict())
        return text("cli.usage_wrong", self.language, message=message)


@dataclass(slots=True)
class Output:
    """Where the answer of a command goes: sentences for a person, or JSON for a program.

    Attributes
    ----------
    language : Language
        Language of the sentences.
    json_target : str or None
        None for sentences, `-` for JSON on standard output, else a file.
    home : Path or None
        The folder named by --home.
    """

    language: Language
    json_target: str | None = None
    home: Path | None = None
    _settings: "Settings | None" = field(default=None, init=False)

    @property
    def settings(self) -> "Settings":
        """The settings of this installation."""
        if self._settings is None:
            from api.settings import Settings  # noqa: PLC0415 - slow, not for --help

            self._settings = Settings() if self.home is None else Settings(home=self.home)
        return self._settings

    def text(self, key: str, **values: object) -> str:
        """Return a sentence of the command line's catalogue."""
        return text(f"cli.{key}", self.language, **values)

    def say(self, key: str, **values: object) -> None:
        """Say a sentence of the command line's catalogue to the person."""
        self.line(self.text(key, **values))

    def line(self, sentence: str = "") -> None:
        """Write a line for the person, on standard error when JSON has standard output."""
        print(sentence, file=sys.stderr if self.json_target == "-" else sys.stdout)

    def number(self, value: float | None, decimals: int | None = None) -> str:
        """Write a number as the language does."""
        return "–" if value is None else number(value, self.language, decimals)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table for the person."""
        from rich.console import Console  # noqa: PLC0415 - slow, not for --help
        from rich.table import Table  # noqa: PLC0415

        table = Table(*headings, header_style="bold")
        for row in rows:
            table.add_row(*row)
        target = sys.stderr if self.json_target == "-" else sys.stdout
        width = None if target.isatty() else 160
        console = Console(file=target, width=width, highlight=False, markup=False)
        with console.capture() as captured:  # rich itself ends the process on a closed pipe
            console.print(table)
        target.write(captured.get())

    def result(self, payload: object) -> None:
        """Write the answer for programs where --json asked for it; a file all or nothing."""
        if self.json_target is None:
            return
        written = json.dumps(payload, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        if self.json_target == "-":
            sys.stdout.write(written)
            return
        self.write(Path(self.json_target), written)

    def write(self, target: Path, written: str | bytes) -> None:
        """Write a file, all or nothing, and say so."""
        unfinished = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            content = written.encode() if isinstance(written, str) else written
            unfinished.write_bytes(content)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
        self.say("json_written", file=str(target))

    @contextlib.contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show how far long work is, on standard error, and nothing where nobody watches."""
        if not sys.stderr.isatty():
            yield lambda _fraction, _key, _values: None
            return
        from rich.console import Console  # noqa: PLC0415 - slow, not for --help
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
        from rich.progress import Progress as Bar  # noqa: PLC0415

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=1.0)

            def show(fraction: float, key: str, values: Mapping[str, object]) -> None:
                said = text(key, self.language, **values)
                bar.update(task, completed=fraction, description=said)

            yield show


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its words, its options, an example for its help, and what it does."""

    name: str
    configure: Callable[[Parser], None]
    run: Callable[[argparse.Namespace, Output], int]
    example: str


def run(command: Command, arguments: Sequence[str], language: Language) -> int:
    """Parse the arguments, run a command and say its errors in one line; no traceback.

    Returns
    -------
    int
        The exit code.
    """
    parser = Parser(command.name, language, example=command.example)
    command.configure(parser)
    parser.common()
    try:
        parsed = parser.parse_args(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else USAGE
    output = Output(language, parsed.json, parsed.home)
    try:
        code = command.run(parsed, output)
        sys.stdout.flush()  # here, where a reader that has gone is nothing to complain about
        return code
    except KeyboardInterrupt:
        print(text("cli.interrupted", language), file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads any more
        return DONE
    except Exception as error:  # what is not ours goes on as it is
        return _explain(error, language)


def _explain(error: Exception, language: Language) -> int:
    from api.errors import explain  # noqa: PLC0415
    from gis.errors import GisError, StorageError, system_reason  # noqa: PLC0415 - slow, not for --help
    from propagation.errors import PropagationError  # noqa: PLC0415

    if isinstance(error, GisError | PropagationError):
        said = explain(error, language)
        code = STORAGE if isinstance(error, StorageError) else INPUT
    elif isinstance(error, OSError):
        name = error.filename if isinstance(error.filename, str) else str(error.filename or "")
        reason = system_reason(error)
        said, code = text("cli.file_error", language, file=name, reason=reason), INPUT
    elif type(error).__module__.startswith("pydantic"):
        said, code = _settings_error(error, language), USAGE
    else:
        raise error
    print(said, file=sys.stderr)
    return code


def _settings_error(error: Any, language: Language) -> str:
    from api.settings import PEM_MARK  # noqa: PLC0415 - slow, not for --help

    first = error.errors()[0]
    name = "PHUSONG_" + "_".join(str(part) for part in first["loc"]).upper()
    value = str(first.get("input"))
    if PEM_MARK in value:  # nobody sees more of what may be a private key
        value = f"{PEM_MARK} ..."
    return text("cli.setting_wrong", language, name=name, value=value[:80])
