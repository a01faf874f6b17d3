"""Templates of letters: packaged ones, and the administrator's own in their place.

A template is TOML; its texts hold `{fields}`, and a paragraph that is `@name` alone stands for a
table or a list that the case has. A line that begins with `# ` stands in the middle, in capitals.
A field that nobody knows is refused with file and line. What a step said is named with the step,
`{measured.result}`: two steps may ask for fields of one name.
"""

import string
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from data import path
from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.plain_text import wrong_at

__all__ = ["Template", "filled", "letter_template"]

_MOST_BYTES: Final = 100_000
_TEXTS: Final = ("kind", "symbol", "subject")
_LISTS: Final = ("grounds", "to", "body", "recipients", "signers", "rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A letter before it is filled.

    Attributes
    ----------
    name : str
        Its file, without the ending.
    kind, symbol, subject : str
        Name of the kind (empty for a letter), its abbreviation in the number, what it is about.
    grounds, to, body, recipients, signers : tuple of str
        What it rests on, to whom it goes, what it says, who gets it, who signs.
    rules : tuple of str
        Rules whose labels are told to whoever checks the draft.
    """

    name: str
    kind: str
    symbol: str
    subject: str
    grounds: tuple[str, ...]
    to: tuple[str, ...]
    body: tuple[str, ...]
    recipients: tuple[str, ...]
    signers: tuple[str, ...]
    rules: tuple[str, ...]


def letter_template(
    home: Home, name: str, *, fields: Collection[str], blocks: Collection[str]
) -> Template:
    """Return a template, judged: every field and block that it names is known.

    Parameters
    ----------
    home : Home
        Where the administrator's own lie.
    name : str
        Which letter.
    fields, blocks : collection of str
        What a case can fill in.

    Raises
    ------
    NotFoundError
        If there is no such letter.
    FormatError
        If the file is no template, or names an unknown field; with file, line and what is known.
    """
    file = next((one for one in _places(home, name) if one.is_file()), None)
    if file is None:
        raise NotFoundError("desk.letter_unknown", name=name[:60])
    content = file.read_bytes()
    told = _document(file.name, content)
    template = _template(file.name, name, told)
    lines = content.decode("utf-8").splitlines()
    _require_whole(file.name, template, lines)
    for words in _words(template):
        for unknown in _unknown(file.name, words, fields, blocks):
            raise FormatError(
                "desk.letter_field",
                file=file.name,
                line=_line_of(lines, unknown),
                name=unknown[:60],
                known=", ".join(sorted([*fields, *(f"@{one}" for one in blocks)])),
            )
    return template


def _require_whole(file: str, template: Template, lines: list[str]) -> None:
    """Refuse a template that says nothing, and fields where none are filled in."""
    for name in ("subject", "body"):
        value = getattr(template, name)
        if not "".join(value).strip():
            raise FormatError("desk.letter_empty", file=file, name=name)
    for name in ("kind", "symbol"):
        value = getattr(template, name)
        if any(sign in value for sign in "{}@"):
            line = _line_of(lines, value)
            raise FormatError("desk.letter_field_fixed", file=file, line=line, name=name)


def filled(words: str, values: Mapping[str, str]) -> str:
    """Return a text with its fields filled in; a name may be of a step, before a point."""
    return "".join(
        plain + ("" if name is None else values[name])
        for plain, name, _, _ in string.Formatter().parse(words)
    )


def _places(home: Home, name: str) -> Iterator[Path]:
    if name.replace("_", "").isalnum() and name.isascii():
        yield home.letters / f"{name}.toml"
        yield path("letters") / f"{name}.toml"


def _document(file: str, content: bytes) -> Mapping[str, object]:
    if len(content) > _MOST_BYTES:
        raise _unread(file, "> 100 kB")
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unread(file, "UTF-8", line) from error
    except (ValueError, RecursionError) as error:
        _, at, _ = wrong_at(error)
        raise _unread(file, "TOML", at) from error


def _unread(file: str, reason: str, line: int | None = None) -> FormatError:
    """Return why a file is no template, with the line where that is known."""
    if not line:
        return FormatError("desk.letter_unread", file=file, reason=reason)
    return FormatError("desk.letter_malformed", file=file, line=line, reason=reason)


def _template(file: str, name: str, told: Mapping[str, object]) -> Template:
    unknown = set(told) - {*_TEXTS, *_LISTS}
    if unknown:
        raise _unread(file, ", ".join(sorted(unknown)))

    def several(key: str) -> tuple[str, ...]:
        value = told.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _unread(file, key)
        return tuple(value)

    def one(key: str) -> str:
        value = told.get(key, "")
        if not isinstance(value, str):
            raise _unread(file, key)
        return value

    return Template(
        name=name,
        kind=one("kind"),
        symbol=one("symbol"),
        subject=one("subject"),
        grounds=several("grounds"),
        to=several("to"),
        body=several("body"),
        recipients=several("recipients"),
        signers=several("signers"),
        rules=several("rules"),
    )


def _words(template: Template) -> Iterator[str]:
    yield template.subject
    for several in (
        template.grounds,
        template.to,
        template.body,
        template.recipients,
        template.signers,
    ):
        yield from several


def _unknown(
    file: str, words: str, fields: Collection[str], blocks: Collection[str]
) -> Iterator[str]:
    if words.startswith("@"):
        if words[1:] not in blocks:
            yield words
        return
    try:
        parsed = list(string.Formatter().parse(words))
    except ValueError as error:
        raise _unread(file, words[:60]) from error
    for _, name, spec, conversion in parsed:
        if name is not None and (name not in fields or spec or conversion):
            yield name or "{}"


def _line_of(lines: list[str], name: str) -> int:
    sought = name if name[:1] in "@" or "{" in name else "{" + name
    return next((place for place, line in enumerate(lines, 1) if sought in line), 0)
