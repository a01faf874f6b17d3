"""Results that take seconds, kept with what they rest on, and made anew once that changed."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from gis.register import moments

__all__ = ["Kept", "KeptResults"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """A result and its moment.

    Attributes
    ----------
    stamp : hashable
        What it rests on: versions of all that went in, and who may see it.
    value : object
        The result; nobody changes it.
    made_at : datetime
        When it was computed, UTC.
    """

    stamp: Hashable
    value: T
    made_at: datetime


class KeptResults:
    """The last result of each name; of two who ask at once one computes and both are told."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept[Any]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, name: str, stamp: Hashable, make: Callable[[], T]) -> Kept[T]:
        """Return a result that rests on a stamp, made now where none is kept.

        Parameters
        ----------
        name : str
            Which result.
        stamp : hashable
            Read before the result is made, so that one that changed meanwhile is made anew.
        make : callable
            Computes it.
        """
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            found = self._kept.get(name)
            if found is None or found.stamp != stamp:
                found = self._kept[name] = Kept(stamp, make(), moments.now())
            return found
