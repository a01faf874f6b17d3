"""Rule packs: the dated rules in `data/rules/*.toml`, and records as the facts that checks read.

A rule has one or more versions, each with its span of validity; a check names the version in
force on the date it judges. An administrator may keep a folder of their own in the place of the
packaged one. The whole folder is judged when it is loaded: a rule that a check could not read is
refused then, with file, line and key, never in the middle of a study.

The pack in use is the packaged one, with the files of the administrator's own folder
(`Home.rules`) in the place of those of their names or beside them: so that a rule that ships later
is in force without a word, and a rule that was edited stays as it was edited.
"""

import hashlib
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from data import path
from gis.errors import FormatError, NotFoundError
from gis.plain_text import wrong_at
from gis.terms import require_cases
from propagation.compliance.device_rules import require_device
from propagation.compliance.records import Confidence, Rule
from propagation.compliance.sanction_rules import require_sanction
from propagation.errors import ParameterError
from propagation.siting.parameters import require_parameters

__all__ = [
    "RulePack",
    "Span",
    "judged_pack",
    "load_rule_pack",
    "rule_paths",
    "rules_by_day",
    "spans_of",
    "versions_of",
]

Span = tuple[date | None, date | None]
"""A first and a last day; None is open."""

_REQUIRED: Final = (
    "id",
    "title_vi",
    "title_en",
    "instrument",
    "clause",
    "confidence",
    "source",
    "binding",
)
_OPTIONAL: Final = (
    "valid_from",
    "valid_to",
    "note_vi",
    "note_en",
    "clause_en",
    "source_en",
    "parameters",
    "advisory",
)
_CONFIDENCES: Final = (
    Confidence.VERIFIED,
    Confidence.SECONDARY,
    Confidence.DERIVED,
    Confidence.RECALLED,
)
_HEADER: Final = re.compile(r"^\s*\[\[\s*rule\s*\]\]", re.MULTILINE)
_MOST_BYTES: Final = 1_000_000
_MOST_WHOLE: Final = 2**53


@dataclass(frozen=True, slots=True)
class RulePack:
    """The rules of one folder as they stand on one date.

    Attributes
    ----------
    id : str
        Name of the pack.
    version : str
        SHA-256 over the names and contents of its files.
    on : date
        The date judged.
    rules : mapping of str to Rule
        The version in force of each rule, by its id.
    files : mapping of str to str
        The file that each of them stands in.
    """

    id: str
    version: str
    on: date
    rules: Mapping[str, Rule] = field(repr=False)
    files: Mapping[str, str] = field(default_factory=dict, repr=False)

    def rule(self, rule_id: str) -> Rule:
        """Return the version in force of a rule.

        Raises
        ------
        NotFoundError
            If the pack holds no such rule for this date.
        """
        found = self.rules.get(rule_id)
        if found is None:
            raise NotFoundError("rules.not_in_force", rule=rule_id, on=self.on)
        return found


def load_rule_pack(on: date, folder: Path | None = None, *, own: Path | None = None) -> RulePack:
    """Load and judge a rule pack.

    Parameters
    ----------
    on : date
        The date judged; of each rule the version in force then is taken.
    folder : Path, optional
        Folder of TOML files in the place of the packaged one. `pack.toml` names the pack.
    own : Path, optional
        Folder whose files stand in the place of those of their names, or beside them; it may be
        empty or not there. For the pack in use it is `Home.rules`.

    Raises
    ------
    FormatError
        If a file is no TOML, or a rule is not what it should be; the values name file, line
        (where known), key and reason.
    NotFoundError
        If the folder holds no rule pack.
    """
    contents = {name: _read(file) for name, file in rule_paths(folder, own).items()}
    if "pack.toml" not in contents:
        raise NotFoundError("rules.pack_absent", folder=str(folder or path("rules")))
    return judged_pack(on, contents)


def rule_paths(folder: Path | None = None, own: Path | None = None) -> dict[str, Path]:
    """Return the files of a pack by name, as `load_rule_pack` takes them."""
    found: dict[str, Path] = {}
    for source in (path("rules") if folder is None else folder, own):
        if source is not None and source.is_dir():
            found |= {file.name: file for file in source.glob("*.toml")}
    return dict(sorted(found.items()))


def judged_pack(on: date, contents: Mapping[str, bytes]) -> RulePack:
    """Judge the files of a pack by their contents.

    Raises
    ------
    FormatError
        As `load_rule_pack`.
    """
    name, digest, versions = _judged(tuple(sorted(contents.items())))
    in_force = [version for version in versions if version.covers(on)]
    return RulePack(
        name,
        digest,
        on,
        {version.rule.id: version.rule for version in in_force},
        {version.rule.id: version.file.name for version in in_force},
    )


def rules_by_day(contents: Mapping[str, bytes]) -> Callable[[date], Mapping[str, Rule]]:
    """Return what tells the rules in force on any day, by id; the files are judged once.

    Raises
    ------
    FormatError
        As `load_rule_pack`.
    """
    _, _, versions = _judged(tuple(sorted(contents.items())))
    return lambda on: {one.rule.id: one.rule for one in versions if one.covers(on)}


def spans_of(contents: Mapping[str, bytes]) -> dict[str, list[Span]]:
    """Return the first and the last day of every version of each rule of some files, by its id.

    Raises
    ------
    FormatError
        As `load_rule_pack`.
    """
    return {
        name: [(rule.valid_from, rule.valid_to) for rule in rules]
        for name, rules in versions_of(contents).items()
    }


def versions_of(contents: Mapping[str, bytes]) -> dict[str, list[Rule]]:
    """Return every version of each rule of some files, by its id, the oldest first.

    Raises
    ------
    FormatError
        As `load_rule_pack`.
    """
    found: dict[str, list[Rule]] = {}
    for version in _judged(tuple(sorted(contents.items())))[2]:
        found.setdefault(version.rule.id, []).append(version.rule)
    return {
        name: sorted(rules, key=lambda rule: rule.valid_from or date.min)
        for name, rules in found.items()
    }


@dataclass(frozen=True, slots=True)
class _Version:
    """One version of a rule and where it stands."""

    rule: Rule
    file: Path
    line: int | None

    def covers(self, on: date) -> bool:
        start, end = self.rule.valid_from, self.rule.valid_to
        return (start is None or start <= on) and (end is None or on <= end)

    def overlaps(self, other: "_Version") -> bool:
        first = max(self.rule.valid_from or date.min, other.rule.valid_from or date.min)
        last = min(self.rule.valid_to or date.max, other.rule.valid_to or date.max)
        return first <= last


@lru_cache(maxsize=4)
def _judged(contents: tuple[tuple[str, bytes], ...]) -> tuple[str, str, tuple[_Version, ...]]:
    """Return name, hash and all versions of the rules of a pack, judged once while it is in use.

    Judging takes twenty milliseconds, which every page and study of checks would wait for.
    """
    digest = hashlib.sha256()
    versions: list[_Version] = []
    name = ""
    for file_name, content in contents:
        file = Path(file_name)
        if len(content) > _MOST_BYTES:
            raise _refused(file, None, "-", "file_too_large", most=_MOST_BYTES)
        digest.update(f"{file_name}\0{len(content)}\0".encode())
        digest.update(content)
        document = _document(file, content)
        if file_name == "pack.toml":
            name = _pack_name(file, document)
        versions += _versions(file, content, document)
    _refuse_overlaps(versions)
    return name, digest.hexdigest(), tuple(versions)


def _refused(file: Path, line: int | None, key: str, reason: str, **values: object) -> FormatError:
    where = f"{file.name}:{line}" if line else file.name
    return FormatError(
        f"rules.{reason}", file=file.name, line=line, where=where, name=key, **values
    )


def _read(file: Path) -> bytes:
    if file.stat().st_size > _MOST_BYTES:
        raise _refused(file, None, "-", "file_too_large", most=_MOST_BYTES)
    return file.read_bytes()


def _document(file: Path, content: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _refused(file, line, "-", "file_not_utf8") from error
    except (ValueError, RecursionError) as error:  # a number too long is no TOMLDecodeError
        kind, at, column = wrong_at(error)
        reason = f"file_not_toml_{kind}"
        raise _refused(file, at, "-", reason, column=column, problem=str(error)) from error


def _pack_name(file: Path, document: Mapping[str, object]) -> str:
    pack = document.get("pack")
    name = pack.get("id") if isinstance(pack, dict) else None
    if not isinstance(name, str) or not name:
        raise _refused(file, None, "pack.id", "value_wrong", expected="text")
    return name


def _versions(file: Path, content: bytes, document: Mapping[str, object]) -> Iterator[_Version]:
    for key in document:
        if key not in ("rule", "pack"):
            raise _refused(file, None, key, "key_unknown")
    given = document.get("rule", [])
    if not isinstance(given, list):
        raise _refused(file, None, "rule", "value_wrong", expected="[[rule]]")
    text = content.decode("utf-8")
    starts = [text.count("\n", 0, found.end()) + 1 for found in _HEADER.finditer(text)]
    # written otherwise (an inline table), the tables cannot be told apart by their headers
    lines: list[int | None] = [*starts] if len(starts) == len(given) else [None] * len(given)
    for table, line in zip(given, lines, strict=True):
        if not isinstance(table, dict):
            raise _refused(file, line, "rule", "value_wrong", expected="[[rule]]")
        try:
            yield _Version(_rule(file, line, table), file, line)
        except FormatError as error:
            raise _nearer(error, file, line, text) from error


def _nearer(error: FormatError, file: Path, line: int | None, text: str) -> FormatError:
    """Return a refusal at the line of the key that it names, where its rule has that line."""
    key = re.compile(rf"\s*{re.escape(str(error.values['name']))}\s*=")
    for number, written in enumerate(text.split("\n")[line or 0 :], start=(line or 0) + 1):
        if line is None or _HEADER.match(written):
            break
        if key.match(written):
            kept = {
                name: value
                for name, value in error.values.items()
                if name not in ("file", "line", "where", "name")
            }
            name, reason = str(error.values["name"]), error.key.partition(".")[2]
            return _refused(file, number, name, reason, **kept)
    return error


def _rule(file: Path, line: int | None, table: Mapping[str, object]) -> Rule:
    for key in table:
        if key not in (*_REQUIRED, *_OPTIONAL):
            raise _refused(file, line, key, "key_unknown")
    for key in _REQUIRED:
        if key not in table:
            raise _refused(file, line, key, "key_absent")
    start, end = _day(file, line, table, "valid_from"), _day(file, line, table, "valid_to")
    if start is not None and end is not None and end < start:
        raise _refused(file, line, "valid_to", "dates_reversed", start=start, end=end)
    given = table.get("parameters", {})
    if not isinstance(given, dict):
        raise _refused(file, line, "parameters", "value_wrong", expected="[rule.parameters]")
    for name, value in given.items():
        if (wrong := _not_plain(value)) is not None:
            raise _refused(file, line, name, f"parameter_{wrong}", rule=table["id"])
    said = {key: _said(file, line, table, key) for key in _REQUIRED if key not in _NOT_TEXT}
    rule = Rule(
        **said,
        valid_from=start,
        valid_to=end,
        confidence=_confidence(file, line, table),
        binding=_flag(file, line, table, "binding"),
        advisory=_flag(file, line, table, "advisory"),
        parameters=given,
        **{key: _note(file, line, table, key) for key in _NOTES},
    )
    try:
        require_parameters(rule)
        require_cases(rule)
        require_sanction(rule)
        require_device(rule)
    except ParameterError as error:
        reason = f"parameter_{error.wrong}"
        raise _refused(file, line, error.name, reason, rule=rule.id) from error
    return rule


_NOTES: Final = ("note_vi", "note_en", "clause_en", "source_en")
_NOT_TEXT: Final = ("confidence", "binding")


def _not_plain(value: object) -> str | None:
    """Return what no study could keep: a time, or a number that is not finite or too large."""
    if isinstance(value, list | dict):
        inner = value if isinstance(value, list) else value.values()
        wrong = next((found for one in inner if (found := _not_plain(one))), None)
        return "numbers" if wrong == "number" else wrong
    if isinstance(value, float) and not math.isfinite(value):
        return "number"
    if isinstance(value, int) and abs(value) > _MOST_WHOLE:
        return "number"
    return None if isinstance(value, str | int | float) else "plain"


def _said(file: Path, line: int | None, table: Mapping[str, object], key: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise _refused(file, line, key, "value_wrong", expected="text")
    return value


def _note(file: Path, line: int | None, table: Mapping[str, object], key: str) -> str:
    return _said(file, line, table, key) if key in table else ""


def _flag(file: Path, line: int | None, table: Mapping[str, object], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise _refused(file, line, key, "value_wrong", expected="true, false")
    return value


def _confidence(file: Path, line: int | None, table: Mapping[str, object]) -> Confidence:
    value = table["confidence"]
    if not isinstance(value, str) or value not in _CONFIDENCES:
        expected = ", ".join(_CONFIDENCES)
        raise _refused(file, line, "confidence", "value_wrong", expected=expected)
    return Confidence(value)


def _day(file: Path, line: int | None, table: Mapping[str, object], key: str) -> date | None:
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _refused(file, line, key, "value_wrong", expected="YYYY-MM-DD")
    return value


def _refuse_overlaps(versions: list[_Version]) -> None:
    by_id: dict[str, list[_Version]] = {}
    for version in versions:
        for earlier in by_id.setdefault(version.rule.id, []):
            if version.overlaps(earlier):
                other = (
                    f"{earlier.file.name}:{earlier.line}" if earlier.line else (earlier.file.name)
                )
                raise _refused(
                    version.file,
                    version.line,
                    "valid_from",
                    "versions_overlap",
                    rule=version.rule.id,
                    other=other,
                )
        by_id[version.rule.id].append(version)
