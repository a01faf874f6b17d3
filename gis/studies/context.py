"""What a study is run with: where it reads, where it writes, who listens and who may stop it."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from gis.errors import CancelledError
from gis.home import Home
from gis.register.store import Register
from gis.terrain.ground import Ground

__all__ = ["Stage", "StudyContext", "never_cancelled", "silent"]

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")

_POLL_S = 0.1
_AHEAD = 4


def silent(fraction: float, key: str, values: Mapping[str, object], /) -> None:
    """Report progress to nobody."""


def never_cancelled() -> bool:
    """Let the work go on."""
    return False


@dataclass(frozen=True, slots=True)
class StudyContext:
    """What a study is run with.

    Attributes
    ----------
    register : Register
        Where records are read.
    home : Home
        Where studies are kept.
    ground : Ground
        Heights, land cover, zones.
    progress : callable
        Called with the fraction done, the key of a sentence and its values.
    cancelled : callable
        Asked at least every half second whether to stop.
    workers : int
        Threads, none where the caller's own does all; changes the time, never a byte of the
        result.
    p1546_curves : Path or None
        The user's copy of the tabulated curves of Rec. ITU-R P.1546.
    """

    register: Register
    home: Home
    ground: Ground
    progress: Callable[[float, str, Mapping[str, object]], None] = silent
    cancelled: Callable[[], bool] = never_cancelled
    workers: int = 1
    p1546_curves: Path | None = None

    @property
    def alone(self) -> "StudyContext":
        """The same for work within one of several threads: none of its own, and nobody listens."""
        return replace(self, workers=0, progress=silent)

    def stage(self, start: float, end: float, key: str, **values: object) -> "Stage":
        """Return the listener of one part of the work."""
        return Stage(self, start, end, key, values)


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the work, between two fractions of the whole."""

    context: StudyContext
    start: float
    end: float
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def check(self) -> None:
        """Stop when a person cancelled.

        Raises
        ------
        CancelledError
            If the work was cancelled.
        """
        if self.context.cancelled():
            raise CancelledError("studies.cancelled")

    def report(self, fraction: float) -> None:
        """Tell how far this part is, and stop when a person cancelled.

        Raises
        ------
        CancelledError
            If the work was cancelled.
        """
        self.check()
        done = self.start + (self.end - self.start) * min(max(fraction, 0.0), 1.0)
        self.context.progress(done, self.key, self.values)

    def part(self, start: float, end: float) -> "Stage":
        """Return the listener of a part of this part, between two fractions of it."""
        span = self.end - self.start
        return Stage(
            self.context,
            self.start + start * span,
            self.start + end * span,
            self.key,
            self.values,
        )

    def map(
        self,
        work: Callable[[_Task], _Done],
        tasks: Sequence[_Task],
        share: Callable[[], float] | None = None,
    ) -> Iterator[tuple[_Task, _Done]]:
        """Do tasks in threads and yield each with its result, in the order of the tasks.

        The tasks are the same for any number of workers, so are the results. No more than a few
        results are kept at a time.

        Parameters
        ----------
        work : callable
            Does one task.
        tasks : sequence
            The tasks.
        share : callable, optional
            Returns the share that is done, where tasks are long; else whole tasks are counted.

        Raises
        ------
        CancelledError
            If the work was cancelled; tasks not begun are dropped, those begun end unheard.
        """
        if self.context.workers == 0:
            for task in tasks:
                self.check()
                yield task, work(task)
            return
        yield from self._in_threads(work, tasks, share)

    def _in_threads(
        self,
        work: Callable[[_Task], _Done],
        tasks: Sequence[_Task],
        share: Callable[[], float] | None,
    ) -> Iterator[tuple[_Task, _Done]]:
        stop = threading.Event()

        def guarded(task: _Task) -> _Done:
            if stop.is_set():
                raise CancelledError("studies.cancelled")
            return work(task)

        workers = self.context.workers
        ahead: deque[Future[_Done]] = deque()
        pool = ThreadPoolExecutor(max_workers=workers)
        try:
            for done, task in enumerate(tasks):
                while len(ahead) < min(_AHEAD * workers, len(tasks) - done):
                    ahead.append(pool.submit(guarded, tasks[done + len(ahead)]))
                future = ahead.popleft()
                while not future.done():
                    self.report(share() if share else done / len(tasks))
                    wait([future], timeout=_POLL_S, return_when=FIRST_COMPLETED)
                yield task, future.result()
                del future
                self.report(share() if share else (done + 1) / len(tasks))
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def together(self, *works: Callable[[], Any]) -> list[Any]:
        """Do works that do not need each other in threads and return their results in order.

        Raises
        ------
        CancelledError
            If the work was cancelled.
        """
        return [done for _, done in self.map(lambda work: work(), works)]
