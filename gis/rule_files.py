"""The files of the rule pack in use: read, judged and kept with their history.

An administrator's file lies in `Home.rules` and stands in the place of the packaged one of its
name. Each change is judged with the whole pack before it is kept, and stands in the register's
history with who made it and when, so that an earlier version can be taken back.
"""

import hashlib
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.home import Home
from gis.register import engine
from gis.register.history import Change, note_change
from gis.register.store import Register
from gis.rule_needs import require_kept
from gis.rules import RulePack, judged_pack, load_rule_pack, rule_paths

__all__ = [
    "HISTORY",
    "RuleFile",
    "former_versions",
    "judge_rule_file",
    "keep_rule_file",
    "pack_in_use",
    "rule_file",
    "rule_files",
    "take_back",
]

HISTORY = "rule_files"
"""What the history calls the files; no table of the register holds them."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}\.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """One file of the pack in use.

    Attributes
    ----------
    name : str
        Its name.
    content : str
        What it says; empty for one that is not there yet.
    own : bool
        Whether it is the administrator's own.
    packaged : bool
        Whether the program ships one of this name.
    """

    name: str
    content: str
    own: bool
    packaged: bool

    @property
    def version(self) -> str:
        """SHA-256 of what it says."""
        return hashlib.sha256(self.content.encode()).hexdigest()


def pack_in_use(on: date, home: Home) -> RulePack:
    """Return the pack that studies of this installation rest on.

    Raises
    ------
    FormatError
        If somebody spoilt a file past the program.
    """
    return load_rule_pack(on, own=home.rules)


def rule_files(home: Home) -> list[RuleFile]:
    """Return every file of the pack in use, by name."""
    return [rule_file(home, name) for name in rule_paths(own=home.rules)]


def rule_file(home: Home, name: str) -> RuleFile:
    """Return a file by its name; one that is not there yet is empty.

    Raises
    ------
    NotFoundError
        If it cannot be the name of a rule file.
    """
    if not _NAME.fullmatch(name):
        raise NotFoundError("rules.file_unknown", name=name[:80])
    found = rule_paths(own=home.rules).get(name)
    packaged = name in rule_paths()
    if found is None:
        return RuleFile(name=name, content="", own=False, packaged=False)
    content = found.read_text(encoding="utf-8", errors="replace")
    return RuleFile(name=name, content=content, own=found.parent == home.rules, packaged=packaged)


def judge_rule_file(home: Home, name: str, content: str, on: date) -> RulePack:
    """Return the pack in use with a file as it shall be; nothing is kept.

    Raises
    ------
    FormatError
        If the pack would not be sound; the values name file, line, key and reason.
    NotFoundError
        If it cannot be the name of a rule file.
    """
    if not _NAME.fullmatch(name):
        raise NotFoundError("rules.file_unknown", name=name[:80])
    return _judged(home, name, content, on)


def _judged(home: Home, name: str, content: str | None, on: date) -> RulePack:
    """Return the pack in use with a file as it shall be, None for not there."""
    before = {one: file.read_bytes() for one, file in rule_paths(own=home.rules).items()}
    packaged = {one: file.read_bytes() for one, file in rule_paths().items()}
    contents = {one: found for one, found in before.items() if one != name}
    if content is not None:
        contents[name] = content.encode()
    pack = judged_pack(on, contents)
    require_kept(contents, before, packaged, name)
    return pack


def keep_rule_file(
    register: Register,
    home: Home,
    name: str,
    content: str,
    *,
    author: str,
    expected: str,
    on: date,
) -> RuleFile:
    """Judge a file and keep it in the place of the one of its name.

    Parameters
    ----------
    register, home
        Where its history and itself are kept.
    name, content : str
        The file.
    author : str
        Who changes it.
    expected : str
        Version of the file that the author saw.
    on : date
        Today.

    Raises
    ------
    FormatError, NotFoundError
        As `judge_rule_file`.
    ConflictError
        If somebody changed it meanwhile.
    """
    return _changed(register, home, name, content, author=author, expected=expected, on=on)


def _changed(
    register: Register,
    home: Home,
    name: str,
    content: str | None,
    *,
    author: str,
    expected: str,
    on: date,
) -> RuleFile:
    """Put a file in its place, or take one's own away (None): judged, noted, then done.

    All of it while nobody else may write, so that two who change two files cannot each pass a pack
    that both together spoil. The file is the last that is touched, and stands as it stood if its
    history cannot be kept.
    """
    rule_file(home, name)
    touched: RuleFile | None = None
    try:
        with engine.writing(register.engine) as connection:
            before = rule_file(home, name)
            if before.version != expected:
                raise ConflictError("rules.file_changed", name=name)
            shall = _packaged(name) if content is None else content
            _judged(home, name, shall, on)
            if not before.own if content is None else before.content == content:
                return before
            note_change(
                connection,
                author=author,
                reason="rules",
                table_name=HISTORY,
                record_id=name,
                old=_noted(before),
                new=None if shall is None else {"content": shall, "own": content is not None},
            )
            touched = before
            _place(home.rules / name, content)
    except Exception:
        if touched is not None:
            with suppress(FormatError):
                _place(home.rules / name, touched.content if touched.own else None)
        raise
    return rule_file(home, name)


def _packaged(name: str) -> str | None:
    file = rule_paths().get(name)
    return None if file is None else file.read_text(encoding="utf-8")


def take_back(
    register: Register, home: Home, name: str, revision: int, *, author: str, on: date
) -> RuleFile:
    """Put a file back to what it was before a change, as a change of its own.

    One that was not there before it is taken away again.

    Raises
    ------
    NotFoundError
        If the history knows no such change of this file.
    FormatError
        If the pack would not be sound with it.
    """
    found = [one for one in former_versions(register, name) if one.revision == revision]
    if not found:
        raise NotFoundError("rules.revision_unknown", name=name, revision=revision)
    old = found[0].old
    kept = old is not None and (old["own"] or _packaged(name) is None)
    return _changed(
        register,
        home,
        name,
        old["content"] if kept and old is not None else None,
        author=author,
        expected=rule_file(home, name).version,
        on=on,
    )


def former_versions(register: Register, name: str) -> list[Change]:
    """Return the changes of a file, the newest first."""
    return register.changes(table_name=HISTORY, record_id=name)


def _noted(file: RuleFile) -> dict[str, object] | None:
    """Return a file as the history keeps it, None for one that was not there."""
    return {"content": file.content, "own": file.own} if file.own or file.packaged else None


def _place(file: Path, content: str | None) -> None:
    """Write a file whole or not at all; None takes it away."""
    if content is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(file)
    except OSError as error:
        raise FormatError("rules.file_not_kept", name=file.name) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
