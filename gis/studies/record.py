"""The record of a study: what went in, what came out, and the files, each with its hash.

A study is named by what decides its result. The same inputs on the same machine and versions give
the same bytes: no clock time, no path and no identifier stands inside a result, keys are sorted
and numbers are written as `repr` writes them.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gis.errors import FormatError, NotFoundError
from gis.home import UNFINISHED, Home, sweep_unfinished
from gis.studies.context import StudyContext
from gis.studies.summary import SUMMARY_FILE, holds_synthetic, summary_of, summary_to_json

__all__ = [
    "RECORD_FILE",
    "Content",
    "Study",
    "StudyContext",
    "canonical",
    "damaged_files",
    "file_path",
    "is_study_id",
    "load",
    "save",
    "sha256_of",
    "study_id",
    "summary_bytes",
    "touch",
]

RECORD_FILE = "study.json"
"""Name of the record inside a study's folder."""

Content = bytes | Path
"""Content of a file: its bytes, or a file that holds them."""

_ID = re.compile(r"[a-z_]{1,40}-[0-9a-f]{16}")
_FILE_NAME = re.compile(r"[a-z0-9_]{1,60}\.[a-z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class Study:
    """One finished study.

    Attributes
    ----------
    id : str
        Kind and the first 16 hexadecimal digits of the hash of the inputs.
    kind : str
        `coverage`, `interference` or `compliance`.
    inputs : dict
        Everything that decides the result, as JSON values: the request, the records as they were
        on that day, terrain, model edition, rule pack and software versions.
    results : dict
        What came out, as JSON values.
    files : dict
        Name of each file of the study and the SHA-256 of its content.
    """

    id: str
    kind: str
    inputs: dict[str, Any]
    results: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def synthetic(self) -> bool:
        """Whether any record that went in is demonstration data."""
        return holds_synthetic(self.inputs)


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, shortest floats, UTF-8, no NaN.

    Raises
    ------
    ValueError
        If the value holds NaN or an infinity.
    """
    written = json.dumps(
        value, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return written.encode() + b"\n"


def sha256_of(content: Content) -> str:
    """Return the SHA-256 of some bytes, or of a file, in hexadecimal."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def study_id(kind: str, inputs: Mapping[str, Any]) -> str:
    """Return the identifier that a study of these inputs has, whoever runs it."""
    return f"{kind}-{sha256_of(canonical(dict(inputs)))[:16]}"


def save(study: Study, contents: Mapping[str, Content], home: Home) -> Study:
    """Keep a study: all of it or nothing, also when the process is killed in between.

    Parameters
    ----------
    study : Study
        The record; its `files` are filled from the contents.
    contents : mapping
        Content of each file by its name, or a file with it.
    home : Home
        Where studies live.

    Returns
    -------
    Study
        The record as it was kept.
    """
    for name in contents:
        _check_name(name)
    files = {name: sha256_of(content) for name, content in sorted(contents.items())}
    kept = Study(study.id, study.kind, study.inputs, study.results, files)
    home.studies.mkdir(parents=True, exist_ok=True)
    sweep_unfinished(home.studies)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=home.studies))
    try:
        for name, content in contents.items():
            _write(unfinished / name, content)
        record = canonical(_to_json(kept))
        _write(unfinished / RECORD_FILE, record)
        _write(unfinished / SUMMARY_FILE, summary_bytes(kept, len(record)))
        _put_in_place(unfinished, kept, home)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return kept


def summary_bytes(study: Study, record_bytes: int) -> bytes:
    """Return the summary of a study as it stands beside its record of so many bytes."""
    summary = summary_of(study.id, study.kind, study.inputs, study.results, record_bytes)
    return canonical(summary_to_json(summary))


def is_study_id(written: str) -> bool:
    """Return whether a word could name a study."""
    return _ID.fullmatch(written) is not None


def load(identifier: str, home: Home) -> Study:
    """Return a kept study.

    Raises
    ------
    NotFoundError
        If there is no study of this identifier.
    FormatError
        If its record cannot be read.
    """
    record = home.study(identifier) / RECORD_FILE
    if not is_study_id(identifier) or not record.is_file():
        raise NotFoundError("studies.unknown_study", study=identifier)
    try:
        content = json.loads(record.read_bytes())
        return Study(
            id=content["id"],
            kind=content["kind"],
            inputs=content["inputs"],
            results=content["results"],
            files=content["files"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise FormatError("studies.damaged_record", study=identifier) from error


def touch(identifier: str, home: Home) -> None:
    """Make a kept study the newest; its summary stays as new as its record."""
    for name in (RECORD_FILE, SUMMARY_FILE):
        with suppress(FileNotFoundError):
            os.utime(home.study(identifier) / name)


def file_path(study: Study, name: str, home: Home) -> Path:
    """Return where one file of a study is.

    Raises
    ------
    NotFoundError
        If the study has no such file.
    """
    path = home.study(study.id) / name
    if name not in study.files or not path.is_file():
        raise NotFoundError("studies.unknown_file", study=study.id, file=name)
    return path


def damaged_files(study: Study, home: Home) -> list[str]:
    """Return the names of the files that are gone or are no longer what was written."""
    folder = home.study(study.id)
    return [
        name
        for name, digest in sorted(study.files.items())
        if not (folder / name).is_file() or sha256_of(folder / name) != digest
    ]


def _to_json(study: Study) -> dict[str, Any]:
    return {
        "id": study.id,
        "kind": study.kind,
        "inputs": study.inputs,
        "results": study.results,
        "files": study.files,
    }


def _check_name(name: str) -> None:
    if not _FILE_NAME.fullmatch(name) or name in {RECORD_FILE, SUMMARY_FILE}:
        raise ValueError(f"{name!r} is no name for a file of a study")


def _write(path: Path, content: Content) -> None:
    with path.open("wb") as handle:
        if isinstance(content, bytes):
            handle.write(content)
        else:
            with content.open("rb") as source:
                shutil.copyfileobj(source, handle)
        handle.flush()
        os.fsync(handle.fileno())


def _put_in_place(unfinished: Path, study: Study, home: Home) -> None:
    """Rename the finished folder; an identical study that is there already stays."""
    target = home.study(study.id)
    while True:
        try:
            unfinished.rename(target)
        except OSError:
            if _intact(study, home):
                return
            grave = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=home.studies))
            if target.exists():
                target.rename(grave / "old")
            shutil.rmtree(grave, ignore_errors=True)
        else:
            _sync(home.studies)
            return


def _intact(study: Study, home: Home) -> bool:
    try:
        there = load(study.id, home)
    except (NotFoundError, FormatError):
        return False
    return there == study and not damaged_files(there, home)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
