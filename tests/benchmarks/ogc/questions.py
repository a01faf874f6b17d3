"""What servers are asked: each question again and again with other values, the same for all."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from tests.benchmarks.ogc.data import AREA

__all__ = ["QUESTIONS", "Question"]

Asked = Iterator[tuple[str, str]]
"""What is added to the path of the items, and the query."""


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of question.

    Attributes
    ----------
    name : str
        As the table says.
    asked : callable
        From the ids of all features, endlessly what is asked.
    """

    name: str
    asked: Callable[[list[str]], Asked]


def _pages(limit: int) -> Callable[[list[str]], Asked]:
    def asked(ids: list[str]) -> Asked:
        whole = max(1, len(ids) // limit)
        for number in count():
            yield "", f"limit={limit}&offset={limit * (number % min(whole, 50))}"

    return asked


def _boxes(ids: list[str]) -> Asked:
    """A box of a twelfth of the area, no two alike, and one of four kinds."""
    del ids
    west, south, east, north = AREA
    drawn = random.Random(3)
    side = 0.3
    while True:
        left = drawn.uniform(west, east - side)
        low = drawn.uniform(south, north - side)
        box = f"{left:.5f},{low:.5f},{left + side:.5f},{low + side:.5f}"
        yield "", f"limit=100&bbox={box}&kind=antenna_mast"


def _singles(ids: list[str]) -> Asked:
    for number in count():
        yield f"/{ids[number * 7_919 % len(ids)]}", ""


QUESTIONS: Final = (
    Question("page-100", _pages(100)),
    Question("page-1000", _pages(1_000)),
    Question("bbox-filter", _boxes),
    Question("single", _singles),
)
