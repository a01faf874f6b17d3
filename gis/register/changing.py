"""What every part of a write stands on: records of one kind added and changed."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TypeVar

from gis.register.asking import Asking
from gis.register.rows import Record

__all__ = ["Changing"]

R = TypeVar("R", bound=Record)


class Changing(Asking):
    """A reader that may also add and change."""

    @abstractmethod
    def _add(self, record: type[R], records: Iterable[R]) -> None:
        """Add records of one kind."""

    @abstractmethod
    def _change(self, record: type[R], records: Sequence[R], expected: Sequence[R] | None) -> None:
        """Change records of one kind."""
