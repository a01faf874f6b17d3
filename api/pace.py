"""How many requests one caller may make: a bucket that fills as time goes by (RFC 6585, 4)."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from api.errors import TooManyRequestsError

__all__ = ["Pace"]

_MOST_CALLERS = 10_000
_BUCKET_S = 2.0


class Pace:
    """The buckets of one server process.

    Parameters
    ----------
    per_s : float
        Requests a second that a caller may go on making; a bucket holds those of two seconds.
    clock : callable
        Seconds, never going back.
    """

    def __init__(self, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_s = per_s
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str) -> None:
        """Take one request of a caller's.

        Raises
        ------
        TooManyRequestsError
            With the seconds to wait.
        """
        full = max(1.0, self._per_s * _BUCKET_S)
        with self._lock:
            now = self._clock()
            left, then = self._left.get(caller, (full, now))
            left = min(full, left + (now - then) * self._per_s)
            if left < 1.0:
                seconds = int((1.0 - left) / self._per_s) + 1
                raise TooManyRequestsError("pages.too_many_requests", seconds=seconds)
            self._left[caller] = (left - 1.0, now)
            self._left.move_to_end(caller)
            if len(self._left) > _MOST_CALLERS:
                self._left.popitem(last=False)
