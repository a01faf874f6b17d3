"""Slows down whoever guesses passwords; kept in memory, so a restart forgives."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from api.errors import TooManyAttemptsError

__all__ = ["Throttle"]

_MOST_KEYS = 10_000
_FORGIVEN_AFTER_S = 900.0


@dataclass(frozen=True, slots=True)
class _Limit:
    free: int
    longest_s: float


_PAIR = _Limit(5, 900.0)  # one account from one address
_ADDRESS = _Limit(50, 300.0)  # one address, whatever the account
_NAME = _Limit(30, 20.0)  # one account from everywhere: short, so that nobody is locked out


@dataclass(slots=True)
class _Failures:
    count: int
    last: float


class Throttle:
    """Counts failed attempts to sign in, by account, by address and by both.

    Beyond the free attempts the wait doubles with each failure, up to a longest one.

    Parameters
    ----------
    clock : callable
        Seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def check(self, name: str, address: str) -> None:
        """Refuse an attempt that comes too soon.

        Raises
        ------
        TooManyAttemptsError
            With the seconds to wait.
        """
        with self._lock:
            wait = max(self._wait(key, limit) for key, limit in _keys(name, address))
        if wait > 0:
            raise TooManyAttemptsError("pages.too_many_attempts", seconds=int(wait) + 1)

    def failed(self, name: str, address: str) -> None:
        """Count a failed attempt."""
        moment = self._clock()
        with self._lock:
            for key, _ in _keys(name, address):
                known = self._failures.pop(key, None)
                old = known is None or moment - known.last > _FORGIVEN_AFTER_S
                count = 1 if known is None or old else known.count + 1
                self._failures[key] = _Failures(count, moment)
            while len(self._failures) > _MOST_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of an account from an address."""
        with self._lock:
            self._failures.pop(_keys(name, address)[0][0], None)

    def _wait(self, key: tuple[str, str], limit: _Limit) -> float:
        known = self._failures.get(key)
        if known is None or known.count < limit.free:
            return 0.0
        pause = min(2.0 ** min(known.count - limit.free, 20), limit.longest_s)
        return known.last + pause - self._clock()


def _keys(name: str, address: str) -> list[tuple[tuple[str, str], _Limit]]:
    who = name.strip().casefold()[:200]
    return [((who, address), _PAIR), (("", address), _ADDRESS), ((who, ""), _NAME)]
