"""How long one question to a register may take, and the end of all of them when a server stops.

A question is one statement: what is computed between two of them does not count.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from gis.errors import TooLongError

__all__ = ["Limit", "Watch"]

_WATCH: Final = "phusong_watch"
_WHOLE: Final = 20
"""So many times as long may a question take that reads a whole layer for a file."""
_LEFT_S: Final = 1.0
"""What questions still have once all are ended: the pages that say so ask some, too."""


class Watch:
    """The time of one connection's questions.

    Attributes
    ----------
    driver : Any
        The driver's own connection.
    """

    def __init__(self, limit: "Limit", driver: Any, longest_s: float) -> None:
        self.driver = driver
        self._limit = limit
        self._longest_s = longest_s
        self._until = math.inf

    def begin(self) -> None:
        """Begin a question.

        Raises
        ------
        TooLongError
            If none is answered any more.
        """
        now = time.monotonic()
        if now > self._limit.last:
            raise self._limit.said()
        self._until = min(now + self._longest_s, self._limit.last)

    def over(self) -> bool:
        """Return whether the question has had its time."""
        return time.monotonic() > self._until

    def end(self) -> None:
        """Say that it has had it."""
        self._until = -math.inf


class Limit:
    """What one engine allows.

    Parameters
    ----------
    engine : Engine
        From which no connection was taken yet.
    longest_s : float
        How long a question may take, in seconds.

    Attributes
    ----------
    last : float
        Until when questions are answered at all, of the monotonic clock.
    """

    def __init__(self, engine: Engine, longest_s: float) -> None:
        self.longest_s = longest_s
        self.last = math.inf
        self._running: set[Watch] = set()
        self._lock = threading.Lock()
        event.listen(engine, "before_cursor_execute", _begin)

    def longest(self, *, whole: bool) -> float:
        """Return how long a question may take, in seconds; longer where whole layers are read."""
        return self.longest_s * (_WHOLE if whole else 1)

    @contextmanager
    def watching(self, connection: Connection, *, whole: bool) -> Iterator[Watch]:
        """Watch a connection's questions; `whole` as `longest`."""
        driver = connection.connection.driver_connection
        watch = Watch(self, driver, self.longest(whole=whole))
        info = connection.info
        info[_WATCH] = watch
        with self._lock:
            self._running.add(watch)
        try:
            yield watch
        finally:
            with self._lock:
                self._running.discard(watch)
            info.pop(_WATCH, None)

    def end_all(self, cancel: Callable[[Any], None]) -> None:
        """End the questions that run, and soon all others.

        Parameters
        ----------
        cancel : callable
            Ends what a driver's connection is at.
        """
        self.last = min(self.last, time.monotonic() + _LEFT_S)
        with self._lock:  # none of them is given back, and to a writer, meanwhile
            for watch in self._running:
                watch.end()
                cancel(watch.driver)

    def said(self, *, whole: bool = False) -> TooLongError:
        """Return what a person is told whose question was ended."""
        seconds = self.longest(whole=whole)
        if self.last < math.inf:
            return TooLongError("errors.server_stops")
        return TooLongError("errors.question_long", seconds=f"{seconds:g}")


def _begin(connection: Connection, *_: object) -> None:
    watch: Watch | None = connection.info.get(_WATCH)
    if watch is not None:
        watch.begin()
