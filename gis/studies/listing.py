"""The studies that are kept, read by their summaries: a list costs no reading of whole records."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gis.errors import FormatError, NotFoundError
from gis.home import UNFINISHED, Home
from gis.studies.record import (
    RECORD_FILE,
    Study,
    is_study_id,
    load,
    summary_bytes,
)
from gis.studies.summary import SUMMARY_FILE, Summary, summary_from_json

__all__ = ["Survey", "list_studies", "newest_readable", "stamp_of_studies", "survey"]


@dataclass(frozen=True, slots=True)
class Survey:
    """What is kept.

    Attributes
    ----------
    studies : list of Summary
        The newest first.
    damaged : list of str
        Identifiers of those whose record cannot be read.
    """

    studies: list[Summary]
    damaged: list[str]


def survey(home: Home, *, kind: str | None = None) -> Survey:
    """Return the studies that are kept, and those that are damaged.

    Parameters
    ----------
    home : Home
        Where studies live.
    kind : str, optional
        Only those of one kind.
    """
    studies, damaged = [], []
    for folder in _folders(home, kind):
        try:
            studies.append(_summary(folder, home))
        except FormatError:
            damaged.append(folder.name)
        except NotFoundError:  # it went while we looked
            continue
    return Survey(studies, damaged)


def list_studies(home: Home, *, kind: str | None = None) -> list[Summary]:
    """Return every study that can be read, the newest first."""
    return survey(home, kind=kind).studies


def stamp_of_studies(home: Home, kind: str) -> tuple[tuple[str, int], ...]:
    """Return what tells whether studies of a kind came, went or were written anew."""
    found = []
    for folder in _folders(home, kind):
        with suppress(OSError):
            found.append((folder.name, (folder / RECORD_FILE).stat().st_mtime_ns))
    return tuple(found)


def newest_readable(studies: Iterator[Summary], home: Home) -> Study | None:
    """Return the first of some studies, whole, that can be read; None where none can."""
    for one in studies:
        with suppress(FormatError, NotFoundError):
            return load(one.id, home)
    return None


def _folders(home: Home, kind: str | None) -> list[Path]:
    """Return the folders of studies, the one whose record is the newest first."""
    if not home.studies.is_dir():
        return []
    found = []
    for folder in home.studies.iterdir():
        if is_study_id(folder.name) and kind in (None, folder.name.rpartition("-")[0]):
            with suppress(OSError):
                found.append((-(folder / RECORD_FILE).stat().st_mtime_ns, folder.name, folder))
    return [folder for *_, folder in sorted(found)]


def _summary(folder: Path, home: Home) -> Summary:
    kept, record = folder / SUMMARY_FILE, folder / RECORD_FILE
    with suppress(OSError, ValueError, KeyError, TypeError):
        of_record, of_summary = record.stat(), kept.stat()
        found = summary_from_json(json.loads(kept.read_bytes()))
        same_length = found.record_bytes == of_record.st_size
        if same_length and of_summary.st_mtime_ns >= of_record.st_mtime_ns:
            return found
    return _made_anew(folder, home)


def _made_anew(folder: Path, home: Home) -> Summary:
    """Make the summary of a record that has none, and keep it where that is possible."""
    length = (folder / RECORD_FILE).stat().st_size
    study = load(folder.name, home)
    try:
        content = summary_bytes(study, length)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError("studies.damaged_record", study=folder.name) from error
    with suppress(OSError):  # a medium that is only read
        handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=home.studies)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(name).replace(folder / SUMMARY_FILE)
    return summary_from_json(json.loads(content))
