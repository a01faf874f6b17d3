"""What was acknowledged, and by that what the register must hold."""

import threading
from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Import", "Kept", "Ledger", "Seen"]


@dataclass
class Kept:
    """A structure that one writer alone changes.

    Attributes
    ----------
    id, code, name : str
        As last acknowledged, or found after an answer that did not come.
    tag : str
        Its ETag.
    removed : bool
        Whether it is gone.
    names : list of str
        Every name that it had, one for each write that was kept.
    unsure : set of str or None
        Names of writes that were not answered and not found; None is a removal.
    """

    id: str
    code: str
    name: str
    tag: str
    removed: bool = False
    names: list[str] = field(default_factory=list)
    unsure: set[str | None] = field(default_factory=set)


@dataclass(frozen=True)
class Seen:
    """A change of the structure that all change, by the name that was seen before."""

    before: str
    after: str


@dataclass(frozen=True)
class Import:
    """An import that was acknowledged."""

    batch: str
    codes: tuple[str, ...]


@dataclass
class Ledger:
    """Everything that was acknowledged.

    Attributes
    ----------
    structures : dict
        By id.
    unsure_new : dict
        Name by code of new structures whose writing was not answered.
    contended : list of Seen
        Acknowledged changes of the structure that all change.
    imports : list of Import
        Acknowledged imports.
    jobs : set of str
        Acknowledged jobs.
    answers : Counter
        How often each method was answered with what; 0 is no answer.
    slowest_s : dict
        Longest wait for an answer of a kind, or for none.
    late : Counter
        What was not acknowledged and yet is there, by what was answered.
    given_up : int
        Jobs that failed after their last attempt.
    wrong : list of str
        What must not be.
    """

    structures: dict[str, Kept] = field(default_factory=dict)
    unsure_new: dict[str, str] = field(default_factory=dict)
    contended: list[Seen] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    jobs: set[str] = field(default_factory=set)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    slowest_s: dict[str, float] = field(default_factory=dict)
    late: Counter[str] = field(default_factory=Counter)
    given_up: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, kind: str, status: int, seconds: float) -> None:
        """Count an answer."""
        with self.lock:
            self.answers[kind, status] += 1
            self.slowest_s[kind] = max(seconds, self.slowest_s.get(kind, 0.0))

    def acknowledged(self) -> int:
        """Return how many writes were acknowledged."""
        return sum(
            count for (kind, status), count in self.answers.items()
            if 200 <= status < 300 and kind != "read"
        )  # fmt: skip

    def told(self, status: int) -> int:
        """Return how often something was answered with a status."""
        return sum(count for (_, found), count in self.answers.items() if found == status)
