"""What a study is run with: where it reads, where it writes, who listens and who may stop it."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from gis.errors import CancelledError
from gis.home import Home
from gis.register.store import Register
from gis.terrain.ground import Ground

__all__ = ["AFAR", "Cluster", "Crew", "Desk", "Stage", "StudyContext", "never_cancelled", "silent"]

_Shared = TypeVar("_Shared")
_Task = TypeVar("_Task")
_Done = TypeVar("_Done")
Progress = Callable[[float, str, Mapping[str, object]], None]

_POLL_S = 0.1
_AHEAD = 4


def silent(fraction: float, key: str, values: Mapping[str, object], /) -> None:
    """Report progress to nobody."""


def never_cancelled() -> bool:
    """Let the work go on."""
    return False


@dataclass(frozen=True, slots=True)
class Desk:
    """Where tasks are handed in.

    Attributes
    ----------
    hand_in : callable
        Takes the place of a task among the tasks, and returns what will come of it.
    ahead : int
        No more tasks than this are handed in at a time.
    look : callable
        Called while nothing comes; raises where nothing can come any more.
    """

    hand_in: Callable[[int], "Future[Any]"]
    ahead: int
    look: Callable[[], None]


class Cluster(Protocol):
    """Other machines that compute tasks."""

    def desk(
        self,
        function: Callable[[Any, Any, "Stage"], Any],
        shared: object,
        tasks: Sequence[Any],
        check: Callable[[], None],
    ) -> AbstractContextManager[Desk]:
        """Open a desk for tasks; leaving gives up what was handed in and not done.

        Parameters
        ----------
        function, shared, tasks
            As for `Stage.spread`.
        check : callable
            Called several times a second while nobody answers; raises to stop.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who does the work, who listens to it and who may stop it.

    Attributes
    ----------
    progress : callable
        Called with the fraction done, the key of a sentence and its values.
    cancelled : callable
        Asked at least every half second whether to stop.
    workers : int
        Threads, none where the caller's own does all; changes the time, never a byte of the
        result.
    cluster : Cluster or None
        Machines that compute tiles in place of threads; the same holds of them.
    scratch : Path or None
        Where much may be put aside on disk; the system's own place without one.
    """

    progress: Progress = silent
    cancelled: Callable[[], bool] = never_cancelled
    workers: int = 1
    cluster: Cluster | None = None
    scratch: Path | None = None

    @property
    def alone(self) -> Self:
        """The same for work within one of several threads: none of its own, and nobody listens."""
        return replace(self, workers=0, cluster=None, progress=silent)

    def heard_by(self, progress: Progress) -> Self:
        """Return the same with another listener."""
        return replace(self, progress=progress)

    def stage(self, start: float, end: float, key: str, **values: object) -> "Stage":
        """Return the listener of one part of the work."""
        return Stage(self, start, end, key, values)


AFAR = Crew(workers=0)
"""The crew of a task on another machine: itself, and nobody listens."""


@dataclass(frozen=True, slots=True)
class StudyContext(Crew):
    """What a study is run with.

    Attributes
    ----------
    register : Register
        Where records are read.
    home : Home
        Where studies are kept.
    ground : Ground
        Heights, land cover, zones.
    p1546_curves : Path or None
        The user's copy of the tabulated curves of Rec. ITU-R P.1546.
    """

    register: Register
    home: Home
    ground: Ground
    p1546_curves: Path | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of the work, between two fractions of the whole."""

    context: Crew
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
        self, work: Callable[[_Task], _Done], tasks: Sequence[_Task]
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
        with self._threads(lambda place: work(tasks[place])) as desk:
            yield from self._in_order(desk, tasks, _Tally(len(tasks)))

    def spread(
        self,
        function: Callable[[_Shared, _Task, "Stage"], _Done],
        shared: _Shared,
        tasks: Sequence[_Task],
    ) -> Iterator[tuple[_Task, _Done]]:
        """Do tasks as `map` does, on the cluster where there is one.

        Parameters
        ----------
        function : callable
            A function of a module: takes what is shared, a task, and a stage that it may ask
            whether to stop and tell how far the task is. It changes nothing that it is given.
        shared : object
            What all tasks need: numbers and records, the ground held in memory; no register, no
            file.
        tasks : sequence
            The tasks, small beside what they share.

        Raises
        ------
        CancelledError
            As of `map`; a task that a machine of the cluster began ends there unheard.
        GisError
            If the cluster cannot be used.
        """
        crew, tally = self.context, _Tally(len(tasks))
        if crew.cluster is not None and crew.workers and len(tasks) > 1:
            with crew.cluster.desk(function, shared, tasks, self.check) as desk:
                yield from self._in_order(desk, tasks, tally)
            return

        def work(place: int) -> _Done:
            quiet = crew.alone.heard_by(partial(tally.note, place))
            return function(shared, tasks[place], quiet.stage(0.0, 1.0, ""))

        if crew.workers == 0:
            for place, done in self.map(work, range(len(tasks))):
                yield tasks[place], done
            return
        with self._threads(work) as desk:
            yield from self._in_order(desk, tasks, tally)

    @contextmanager
    def _threads(self, work: Callable[[int], Any]) -> Iterator[Desk]:
        """Yield a desk whose tasks are done in threads of our own."""
        stop = threading.Event()

        def guarded(place: int) -> Any:
            if stop.is_set():
                raise CancelledError("studies.cancelled")
            return work(place)

        workers = self.context.workers
        pool = ThreadPoolExecutor(max_workers=workers)
        try:
            yield Desk(lambda at: pool.submit(guarded, at), _AHEAD * workers, lambda: None)
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def _in_order(
        self, desk: Desk, tasks: Sequence[_Task], tally: "_Tally"
    ) -> Iterator[tuple[_Task, Any]]:
        """Hand in tasks, a few at a time, and yield them with their results in their order."""
        ahead: deque[Future[Any]] = deque()
        for done, task in enumerate(tasks):
            while len(ahead) < min(desk.ahead, len(tasks) - done):
                place = done + len(ahead)
                future = desk.hand_in(place)
                future.add_done_callback(partial(tally.end, place))
                ahead.append(future)
            future = ahead.popleft()
            while not future.done():
                self.report(tally.share())
                desk.look()
                wait([future], timeout=_POLL_S, return_when=FIRST_COMPLETED)
            yield task, future.result()
            del future
            self.report(tally.share())

    def together(self, *works: Callable[[], Any]) -> list[Any]:
        """Do works that do not need each other in threads and return their results in order.

        Raises
        ------
        CancelledError
            If the work was cancelled.
        """
        return [done for _, done in self.map(lambda work: work(), works)]


class _Tally:
    """How far each of several tasks is."""

    def __init__(self, count: int) -> None:
        self._fractions = [0.0] * count

    def note(self, place: int, fraction: float, *_: object) -> None:
        """Hear how far a task is; it never goes back."""
        self._fractions[place] = max(self._fractions[place], fraction)

    def end(self, place: int, _future: "Future[Any]") -> None:
        self._fractions[place] = 1.0

    def share(self) -> float:
        """Return the share of all that is done."""
        return sum(self._fractions) / max(len(self._fractions), 1)
