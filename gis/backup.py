"""Copies of an installation, made while it works, proved by restoring them.

A copy is a ZIP with a list of its files and their SHA-256. The register goes first, as one state;
what it refers to lies in files that are only ever added, under their hash or as whole folders, so
that everything that this state names is there. Left out is what is made again or fetched: caches,
terrain tiles, and what is half written; and the copies themselves.
"""

import hashlib
import json
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from gis.errors import ConflictError, FormatError, StorageError
from gis.home import UNFINISHED, Home
from gis.proofs import Proofs
from gis.register import moments
from gis.register.accounts import Accounts
from gis.register.moving import copy
from gis.register.store import Register

__all__ = ["BackupNote", "back_up", "last_backup", "prove", "read_note", "restore"]

_NOTE: Final = "phusong-backup.json"
_FORMAT: Final = "phusong-backup-1"
_PIECE: Final = 1 << 20
_MOST_NOTE_BYTES: Final = 256 << 20
_LEFT_OUT: Final = ("backups", "cache", "tiles")
_NOT_COPIED: Final = ("-wal", "-shm", "-journal", "-lock", ".lock")

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class BackupNote:
    """What a copy says of itself.

    Attributes
    ----------
    made_at : str
        When, UTC.
    register_version : str
        Version of the register's content.
    files : dict
        SHA-256 and size in bytes of each file, by its path.
    """

    made_at: str
    register_version: str
    files: dict[str, tuple[str, int]]

    @property
    def size_bytes(self) -> int:
        """All files together, unpacked."""
        return sum(size for _, size in self.files.values())


def back_up(
    home: Home,
    target: Path,
    progress: Progress = lambda _: None,
    *,
    author: str = "phusong backup",
) -> BackupNote:
    """Write a copy of an installation to a file, and prove it by restoring it beside that file.

    Parameters
    ----------
    home : Home
        The installation; it may be at work.
    target : Path
        The file, which must not be there; it appears when it is whole and proved.
    progress : callable
        Is told the share that is done.
    author : str
        Who makes it; noted with the proof.

    Raises
    ------
    ConflictError
        If there is such a file already.
    StorageError
        If the disk is full, or the copy cannot be restored to what it says.
    """
    if target.exists():
        raise ConflictError("errors.file_exists", path=str(target))
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=target.absolute().parent) as folder:
        made = Path(folder) / "backup.zip"
        try:
            note = _write(home, made, Path(folder), progress)
            proof = Home(Path(folder) / "proof")
            restore(made, proof)
        except OSError as error:
            raise StorageError("errors.register_disk_full", detail=str(error)) from error
        made.chmod(0o600)  # it holds all that the home folder keeps for its owner alone
        made.replace(target)
    home.last_backup.write_text(note.made_at, "utf-8")
    Proofs(home.proofs).keep(target, author=author)
    progress(1.0)
    return note


def prove(home: Home, copy: Path, *, author: str) -> BackupNote:
    """Restore a copy beside its file, compare it as `restore` does, and note that it was proved.

    Raises
    ------
    FormatError, StorageError
        As of `restore`; then it no longer counts as proved.
    """
    proofs = Proofs(home.proofs)
    proofs.forget(copy)
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=copy.absolute().parent) as folder:
        try:
            note = restore(copy, Home(Path(folder) / "proof"))
        except OSError as error:
            raise StorageError("errors.register_disk_full", detail=str(error)) from error
    proofs.keep(copy, author=author)
    return note


def last_backup(home: Home) -> datetime | None:
    """Return when the last copy was made, None where none is known of."""
    try:
        return moments.from_text(home.last_backup.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _write(home: Home, made: Path, folder: Path, progress: Progress) -> BackupNote:
    snapshot = Home(folder).register_file
    name = snapshot.name
    with Register.open(home.register) as register:
        if isinstance(register.address, Path):
            register.copy_to(snapshot)
        else:
            copy(register, snapshot, lambda *_: None)
    with Register.open(snapshot) as register:
        version = register.version()
    files: dict[str, tuple[str, int]] = {}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        _add(archive, files, name, snapshot)
        others = [each for each in _others(home, folder.parent) if each[0] != name]
        for done, (name, path) in enumerate(others):
            progress(0.1 + 0.6 * done / len(others))
            _add(archive, files, name, path)
        note = BackupNote(moments.to_text(moments.now()), version, files)
        archive.writestr(_NOTE, json.dumps(_told(note), ensure_ascii=False, indent=1))
    return note


def _others(home: Home, copies: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and path of every file that goes into a copy beside the register."""
    root, copies = home.folder.resolve(), copies.resolve()
    inside = copies != root and copies.is_relative_to(root)
    for path in sorted(home.folder.rglob("*")):
        name = path.relative_to(home.folder)
        parts = name.parts
        if path.is_symlink() or not path.is_file() or parts[0] in _LEFT_OUT:
            continue
        if inside and path.resolve().is_relative_to(copies):
            continue
        if path.name.endswith(_NOT_COPIED) or any(part.startswith(UNFINISHED) for part in parts):
            continue
        yield name.as_posix(), path


def _add(
    archive: zipfile.ZipFile, files: dict[str, tuple[str, int]], name: str, path: Path
) -> None:
    """Add one file; one that went meanwhile, as a job that ended takes its own, is left out."""
    if path.suffix == ".sqlite3":
        _add_database(archive, files, name, path)
        return
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return
    with source, archive.open(name, "w", force_zip64=True) as into:
        files[name] = _copied(source, into)


def _add_database(
    archive: zipfile.ZipFile, files: dict[str, tuple[str, int]], name: str, path: Path
) -> None:
    """Add one state of a small database that may be written meanwhile."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite3") as copy:
        with closing(sqlite3.connect(path)) as here, closing(sqlite3.connect(copy.name)) as there:
            here.backup(there)
        with Path(copy.name).open("rb") as source, archive.open(name, "w") as into:
            files[name] = _copied(source, into)


def _copied(source: IO[bytes], into: IO[bytes]) -> tuple[str, int]:
    """Copy a file piece by piece and return its SHA-256 and its size."""
    digest, size = hashlib.sha256(), 0
    while piece := source.read(_PIECE):
        digest.update(piece)
        size += len(piece)
        into.write(piece)
    return digest.hexdigest(), size


def read_note(copy: Path) -> BackupNote:
    """Return what a copy says of itself.

    Raises
    ------
    FormatError
        If the file is no copy of an installation.
    """
    try:
        with zipfile.ZipFile(copy) as archive:
            if archive.getinfo(_NOTE).file_size > _MOST_NOTE_BYTES:
                raise ValueError(_NOTE)
            told = json.loads(archive.read(_NOTE))
        if told["format"] != _FORMAT:
            raise ValueError(told["format"])
        files = {str(name): (str(sha), int(size)) for name, (sha, size) in told["files"].items()}
        return BackupNote(str(told["made_at"]), str(told["register_version"]), files)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError) as error:
        raise FormatError("errors.backup_not_one", path=str(copy)) from error


def _told(note: BackupNote) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "made_at": note.made_at,
        "register_version": note.register_version,
        "files": note.files,
    }


def restore(copy: Path, home: Home) -> BackupNote:
    """Bring an installation back into a folder that is not there, or is empty.

    Every file is compared with the list, the register is checked as `Register.check` does; the
    folder appears when all of it is whole. Sessions, links to sign in and API tokens end with it:
    some may have been ended after the copy was made.

    Raises
    ------
    FormatError
        If the file is no copy of an installation.
    ConflictError
        If there is something in the folder.
    StorageError
        If a file of the copy is missing, damaged or not on its list, or the disk is full.
    """
    note = read_note(copy)
    if home.folder.exists() and any(home.folder.iterdir()):
        raise ConflictError("errors.home_not_empty", path=str(home.folder))
    home.folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    beside = home.folder.absolute().parent
    with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=beside) as folder:
        made = Home(Path(folder) / "home")
        _unpack(copy, note, made.folder)
        with Register.open(made.register) as register:
            register.check()
            if register.version() != note.register_version:
                raise StorageError("errors.backup_differs", name=made.register_file.name)
            Accounts(register).end_all()
        if home.folder.exists():
            home.folder.rmdir()
        shutil.move(made.folder, home.folder)
    return note


def _unpack(copy: Path, note: BackupNote, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    with zipfile.ZipFile(copy) as archive:
        for name, (digest, size) in note.files.items():
            target = folder / name
            if not target.resolve().is_relative_to(folder.resolve()):
                raise StorageError("errors.backup_differs", name=name[:200])
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                member = archive.getinfo(name)
                if member.file_size != size:
                    raise StorageError("errors.backup_differs", name=name[:200])
                with archive.open(member) as source, target.open("xb") as into:
                    found = _copied(source, into)
            except (KeyError, zipfile.BadZipFile, FileExistsError) as error:
                raise StorageError("errors.backup_differs", name=name[:200]) from error
            if found != (digest, size):
                raise StorageError("errors.backup_differs", name=name[:200])
            target.chmod(0o600)
