"""The folder of copies: what lies in it, and one copy at a time made or proved there."""

import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.text import VIET_NAM
from gis.backup import back_up, prove, read_note
from gis.errors import CancelledError, ConflictError, FormatError, GisError, NotFoundError
from gis.home import Home, sweep_unfinished
from gis.proofs import Proof, Proofs
from gis.register import moments

if sys.platform != "win32":
    import fcntl

__all__ = ["Backups", "StoredBackup", "Work"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.zip")
_STOP_S = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredBackup:
    """A file of the folder.

    Attributes
    ----------
    name : str
        Its name.
    size_bytes : int
        Its size as it lies there.
    made_at : datetime or None
        When it was made, as it says itself; None where it is no copy that can be read.
    files : int
        How many files it holds.
    proof : Proof or None
        When and by whom it was restored to prove it.
    """

    name: str
    size_bytes: int
    made_at: datetime | None
    files: int
    proof: Proof | None


@dataclass(slots=True)
class Work:
    """What is done with a copy now, or was done last.

    Attributes
    ----------
    name : str
        The copy.
    proving : bool
        Whether it is proved again, not made.
    share : float
        What is done of it.
    problem : GisError or None
        Why it could not be done.
    done : bool
        Whether it ended, well or not.
    """

    name: str
    proving: bool
    share: float = 0.0
    problem: GisError | None = None
    done: bool = False


class Backups:
    """The copies of one installation.

    Parameters
    ----------
    home : Home
        The installation.
    folder : Path
        Where its copies lie; made when the first is asked for.
    """

    def __init__(self, home: Home, folder: Path) -> None:
        self.folder = folder
        self._home = home
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()
        self._starting = threading.Lock()
        self.work: Work | None = None

    def listed(self) -> list[StoredBackup]:
        """Return the copies, the newest first, then files that are none."""
        names = [path.name for path in self._files()]
        found = [one for name in names if (one := self._stored(name)) is not None]
        found.sort(key=lambda one: (one.made_at is not None, one.made_at, one.name), reverse=True)
        return found

    def path(self, name: str) -> Path:
        """Return where a copy lies.

        Raises
        ------
        NotFoundError
            If there is no such file in the folder itself.
        """
        path = self.folder / name if _NAME.fullmatch(name) else None
        if path is None or path.is_symlink() or not path.is_file():
            raise NotFoundError("administration.backup_unknown", name=name[:80])
        return path

    def make(self, author: str) -> None:
        """Begin to make a copy, and prove it.

        Raises
        ------
        ConflictError
            If one is made or proved already.
        """
        moment = moments.now().astimezone(VIET_NAM)
        name = f"phusong-{moment:%Y-%m-%d-%H%M%S}.zip"
        target = self.folder / name

        def act(work: Work) -> None:
            back_up(self._home, target, lambda share: self._heard(work, share), author=author)

        self._begin(Work(name, proving=False), act)

    def prove(self, name: str, author: str) -> None:
        """Begin to prove a copy again; raises as `make` and `path`."""
        path = self.path(name)
        self._begin(Work(name, proving=True), lambda _: prove(self._home, path, author=author))

    def stop(self) -> None:
        """End what is being made, and wait for it a while."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(_STOP_S)

    def _files(self) -> list[Path]:
        try:
            return [path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        except OSError:
            return []

    def _stored(self, name: str) -> StoredBackup | None:
        """Return one file; one that goes meanwhile is left out."""
        try:
            path = self.path(name)
            size, proof = path.stat().st_size, Proofs(self._home.proofs).of(path)
            note = read_note(path)
            made = moments.from_text(note.made_at)
        except (NotFoundError, FileNotFoundError):
            return None
        except (FormatError, ValueError, OSError):
            return StoredBackup(name, size, None, 0, None)
        return StoredBackup(name, size, made, len(note.files), proof)

    def _heard(self, work: Work, share: float) -> None:
        if self._ending.is_set():
            raise CancelledError("studies.cancelled")
        work.share = share

    def _begin(self, work: Work, act: Callable[[Work], object]) -> None:
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                raise ConflictError("administration.backup_busy")
            ready = threading.Event()
            refused: list[GisError] = []
            self._thread = threading.Thread(
                target=self._run, args=(work, act, ready, refused), name="backup", daemon=True
            )
            self._thread.start()
            ready.wait()
        if refused:
            raise refused[0]

    def _run(
        self,
        work: Work,
        act: Callable[[Work], object],
        ready: threading.Event,
        refused: list[GisError],
    ) -> None:
        try:
            with _alone(self.folder):
                self.work = work
                ready.set()
                act(work)
        except GisError as error:
            work.problem = error
        except Exception as error:
            _log.exception("a copy could not be made")
            work.problem = FormatError("jobs.failed", detail=type(error).__name__)
        finally:
            if not ready.is_set() and work.problem is not None:
                refused.append(work.problem)
            work.share, work.done = 1.0, True
            ready.set()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder alone, among server processes too."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep_unfinished(folder)
        lock = (folder / ".lock").open("a")
    except OSError as error:
        raise FormatError("administration.backup_folder", path=str(folder)) from error
    with lock:
        if sys.platform != "win32":
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise ConflictError("administration.backup_busy") from None
        yield
