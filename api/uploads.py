"""Files that people sent to be imported: kept under the home, judged as often as need be.

An import is named by the hash of its file and its kind, so that the same file sent twice is one
import; its record says who sent it and what was answered. Nothing is in the register before the
commit, and everything here survives a restart of the server.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO

from api.identity import Identity
from data.text import Language
from gis.alone import alone_in
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.exchange.importing import (
    ImportAnswers,
    ImportKind,
    ImportReport,
    error_report_xlsx,
    judge,
)
from gis.exchange.personal_file import refuse_name
from gis.exchange.personal_grid import PersonalDataError
from gis.geodesy import is_projected
from gis.home import UNFINISHED, Home, sweep_unfinished
from gis.jurisdictions import Jurisdiction
from gis.register.store import Register

__all__ = [
    "REMOVED",
    "SecretFileError",
    "Upload",
    "answer",
    "digest_of",
    "discard",
    "file_of",
    "judged",
    "judged_first",
    "keep",
    "keep_error_reports",
    "kept_error_report",
    "may_see",
    "note_batch",
    "plain_name",
    "upload",
    "uploads",
]

_ID = re.compile(r"[a-z_]{1,20}-[0-9a-f]{16}")
_RECORD = "upload.json"
_CHUNK = 1 << 20
_SEVERAL = frozenset({"crs", "confirm"})
_LONGEST_NAME = 120
_LISTED = 20
_MOST_WAITING = 20
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_STAMPED = "exchange.file.state_secret"


class SecretFileError(FormatError):
    """A file that is, or holds, what is marked as a state secret; it was removed from here."""


REMOVED = (SecretFileError, PersonalDataError)
"""What a file is refused for that is not kept any longer."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that was sent.

    Attributes
    ----------
    id : str
        Kind and the first 16 hexadecimal digits of the hash of the file.
    file_name : str
        The name under which it was sent, without folders.
    kind : str
        What it brings.
    sent_by : str
        Account that sent it.
    answers : dict
        What was answered, by the keys that questions show.
    batch_id : str or None
        The import that came of it.
    organisation_id : str or None
        The organisation of who sent it.
    header : list of str
        Its headers, once it was brought in.
    owner_id : str or None
        The organisation of all its records, once they were brought in and have one alone.
    only_owner : str or None
        The organisation that sent it and may bring only its own records; None for the department.
    """

    id: str
    file_name: str
    kind: str
    sent_by: str
    answers: dict[str, str] = field(default_factory=dict)
    batch_id: str | None = None
    organisation_id: str | None = None
    header: list[str] = field(default_factory=list)
    owner_id: str | None = None
    only_owner: str | None = None


def keep(
    home: Home,
    stream: IO[bytes],
    *,
    file_name: str,
    kind: ImportKind,
    sent_by: str,
    organisation_id: str | None = None,
    only_owner: str | None = None,
) -> Upload:
    """Keep a file and its record: all of it or nothing.

    The same file sent again begins anew, unless it was brought in before: then its record stays.
    What an organisation sends is apart from what the department or another one sends, and of it
    only the last files that wait are kept.

    Raises
    ------
    FormatError
        If the file is empty or has no name, or the name of a file of registration points tells a
        person's data.
    """
    name = plain_name(file_name)
    if kind is ImportKind.POINTS:
        refuse_name(name)
    home.uploads.mkdir(parents=True, exist_ok=True)
    sweep_unfinished(home.uploads)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=home.uploads))
    try:
        digest = hashlib.sha256(b"" if only_owner is None else f"{only_owner}\0".encode())
        with (unfinished / name).open("wb") as target:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if (unfinished / name).stat().st_size == 0:
            raise FormatError("pages.file_empty", file=name)
        own = f"{kind.value}-{digest.hexdigest()[:16]}"
        sent = Upload(own, name, kind.value, sent_by, organisation_id=organisation_id,
                      only_owner=only_owner)  # fmt: skip
        _write(unfinished, sent)
        settled = _settle(home, unfinished, sent)
        _keep_last(home, only_owner)
        return settled
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _keep_last(home: Home, only_owner: str | None) -> None:
    """Remove the files of an organisation that wait longest, beyond the most that may wait."""
    if only_owner is not None:
        waiting = [one for one in uploads(home)
                   if one.only_owner == only_owner and one.batch_id is None]  # fmt: skip
        for one in waiting[_MOST_WAITING:]:
            discard(home, one)


def _settle(home: Home, unfinished: Path, sent: Upload) -> Upload:
    """Move a finished folder to its place, also where another request does the same."""
    target = home.uploads / sent.id
    with alone_in(home.uploads):
        with suppress(NotFoundError):
            before = upload(home, sent.id)
            if before.batch_id is not None:
                return before
        _remove(target)
        unfinished.rename(target)
    return sent


def _remove(folder: Path) -> None:
    """Remove a folder that others may be reading: all of it at once, for them."""
    aside = folder.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    with suppress(FileNotFoundError):
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def plain_name(name: str) -> str:
    """Return a file name without folders and without what no file system likes."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = _UNSAFE.sub("_", plain).strip().lstrip(".")
    if not plain:
        raise FormatError("pages.file_unnamed")
    stem, dot, ending = plain.rpartition(".")
    shortened = f"{stem[:_LONGEST_NAME]}{dot}{ending[:10]}" if dot else plain[:_LONGEST_NAME]
    while len(shortened.encode()) > 240:
        stem = stem[:-1]
        shortened = f"{stem}{dot}{ending[:10]}"
    return f"{shortened}.bin" if shortened == _RECORD else shortened


def _write(folder: Path, sent: Upload) -> None:
    unfinished = folder / f".{_RECORD}.{os.getpid()}"
    with unfinished.open("w", encoding="utf-8") as target:
        json.dump(asdict(sent), target, ensure_ascii=False, indent=1)
        target.flush()
        os.fsync(target.fileno())
    unfinished.replace(folder / _RECORD)


def upload(home: Home, upload_id: str) -> Upload:
    """Return the record of a file that was sent.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    try:
        known = upload_id if _ID.fullmatch(upload_id) else ""
        record = (home.uploads / known / _RECORD).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError("pages.import_unknown", id=upload_id[:60]) from None
    return Upload(**json.loads(record))


def may_see(identity: Identity, sent: Upload) -> bool:
    """Return whether a file is the caller's to see: the department's are nobody else's."""
    if identity.is_staff:
        return True
    return sent.only_owner is not None and sent.only_owner == identity.scope.own


def uploads(home: Home) -> list[Upload]:
    """Return the files that were sent, the newest first; one that goes meanwhile is left out."""
    if not home.uploads.is_dir():
        return []
    found: list[tuple[int, str, Upload]] = []
    for folder in home.uploads.iterdir():
        with suppress(NotFoundError, FileNotFoundError):
            sent = upload(home, folder.name)
            found.append((-folder.stat().st_mtime_ns, folder.name, sent))
    found.sort(key=lambda one: one[:2])
    return [sent for *_, sent in found]


def digest_of(sent: Upload, report: ImportReport) -> str:
    """Return what stands for the answers of a file and what it would do to the register.

    It is another where an answer is, where a row is judged otherwise, or where what a row changes
    stands otherwise in the register now.
    """
    rows = [
        (one.row, one.state.value, one.record.id, [repr(change) for change in one.changes])
        for one in report.accepted
    ]
    refused = [one.row for one in report.refused]
    told = json.dumps([sorted(sent.answers.items()), rows, refused], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def file_of(home: Home, sent: Upload) -> Path:
    """Return where the file lies."""
    return home.uploads / sent.id / sent.file_name


def answer(
    home: Home, register: Register, sent: Upload, answers: Mapping[str, str], place: Jurisdiction
) -> tuple[Upload, ImportReport]:
    """Note answers beside those given before, once the file was judged with them.

    An empty one takes an answer back.

    Raises
    ------
    FormatError
        If an answer is none that can be given, or the file cannot be read with it: then what was
        answered before stands.
    ConflictError
        If somebody else answered, or brought the file in, meanwhile.
    """
    together = dict(sent.answers)
    for name, value in answers.items():
        together[name] = _beside(together.get(name, ""), value) if name in _SEVERAL else value
    kept = {name: value.strip() for name, value in together.items() if value.strip()}
    ImportAnswers.from_pairs(kept)
    changed = replace(sent, answers=kept)
    report = judged(home, register, changed, place)
    with alone_in(home.uploads):
        now = upload(home, sent.id)
        if (now.answers, now.batch_id) != (sent.answers, sent.batch_id):
            raise ConflictError("pages.import_changed", file=sent.file_name)
        _write(home.uploads / sent.id, changed)
    return changed, report


def _beside(before: str, value: str) -> str:
    """Return doubts or systems together: a new system in degrees leaves one in metres in force.

    Nothing takes all of them back.
    """
    new = [part.strip() for part in value.split(",") if part.strip()]
    old = [part.strip() for part in before.split(",") if part.strip()]
    if not new:
        return ""
    if any(part.isdecimal() for part in new):
        replaced = {is_projected(int(part)) for part in new if part.isdecimal()}
        old = [part for part in old if is_projected(int(part)) not in replaced]
    return ",".join(dict.fromkeys([*old, *new]))


def note_batch(
    home: Home, sent: Upload, batch_id: str, header: Sequence[str], owner_id: str | None
) -> Upload:
    """Note the import that came of a file, its headers, and whose records they are.

    Raises
    ------
    NotFoundError
        If the file was removed meanwhile.
    """
    changed = replace(sent, batch_id=batch_id, header=list(header), owner_id=owner_id)
    with alone_in(home.uploads):
        upload(home, sent.id)
        _write(home.uploads / sent.id, changed)
    return changed


def discard(home: Home, sent: Upload) -> None:
    """Remove a file that cannot be read or may not be kept, with its record."""
    with alone_in(home.uploads):
        _remove(home.uploads / sent.id)


def keep_error_reports(home: Home, sent: Upload, report: ImportReport) -> None:
    """Keep the refused rows of a file as they were when the others were brought in."""
    for language in Language:
        error_report_xlsx(report, _error_report(home, sent, language), language)


def kept_error_report(home: Home, sent: Upload, language: Language) -> Path | None:
    """Return the report that was kept when a file was brought in, or None."""
    path = _error_report(home, sent, language)
    return path if path.is_file() else None


def _error_report(home: Home, sent: Upload, language: Language) -> Path:
    return home.uploads / sent.id / f".errors-{language.value}.xlsx"


def judged_first(
    home: Home, register: Register, sent: Upload, place: Jurisdiction
) -> ImportReport | None:
    """Judge a file that was just sent; one that cannot be read, or holds a secret, is not kept.

    Returns
    -------
    ImportReport or None
        None for a file that was brought in before.

    Raises
    ------
    FormatError
        If the file cannot be read at all, or a row is marked as a state secret.
    """
    if sent.batch_id is not None:
        return None
    try:
        return judged(home, register, sent, place)
    except FormatError:
        discard(home, sent)
        raise


def judged(home: Home, register: Register, sent: Upload, place: Jurisdiction) -> ImportReport:
    """Judge a file against the register as it is now; structures must lie in the province.

    Raises
    ------
    SecretFileError, PersonalDataError
        If the file or a row is marked as a state secret, or holds a person's data: it is not kept
        any longer.
    FormatError
        If the file cannot be read at all.
    """
    try:
        report = judge(
            file_of(home, sent),
            kind=sent.kind,
            register=register,
            answers=ImportAnswers.from_pairs(sent.answers),
            jurisdiction=place,
            only_owner=sent.only_owner,
        )
    except PersonalDataError:
        discard(home, sent)
        raise
    except FormatError as error:
        if error.key != _STAMPED:
            raise
        discard(home, sent)
        raise SecretFileError(error.key, **error.values) from error
    if report.secrets:
        discard(home, sent)
        rows = ", ".join(map(str, report.secrets[:_LISTED]))
        more = " …" if len(report.secrets) > _LISTED else ""
        raise SecretFileError("exchange.file.secret_rows", file=sent.file_name, rows=rows + more)
    return report
