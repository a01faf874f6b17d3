"""Acts that visits to registration points found, counted, and what they may cost.

The ladders go by SIMs and by points. Visits under one decree count together, those under another
for themselves; whether the law counts them as one act is for whoever decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from gis.register.points import PointVisit
from gis.sanctions import SanctionBook
from propagation.compliance.sanction_rules import DECREE
from propagation.compliance.sanctions import Sanction

__all__ = ["POINTS", "SIMS", "PointAct", "acts_found"]

SIMS: Final = "subscriber_sims"
"""The act counted by SIMs whose information does not match, NĐ 174/2026/NĐ-CP Điều 34."""
POINTS: Final = "subscriber_points"
"""The act counted by points that do not meet what they must, the same article."""


@dataclass(frozen=True, slots=True)
class PointAct:
    """One act, counted.

    Attributes
    ----------
    behaviour : str
        `SIMS` or `POINTS`.
    count : int
        How many SIMs or points.
    seen_on : date
        When it was seen last.
    sanction : Sanction
        What the decree of that day says: a guide, no decision.
    """

    behaviour: str
    count: int
    seen_on: date
    sanction: Sanction


def acts_found(visits: Iterable[PointVisit], book: SanctionBook) -> list[PointAct]:
    """Return the acts that visits found, by the decree of their day, the newest decree first.

    Parameters
    ----------
    visits : iterable of PointVisit
        Visits to the points of one operator.
    book : SanctionBook
        The rules of sanctions.

    Raises
    ------
    FormatError
        If somebody spoilt a rule file.
    """
    by_decree: dict[date | None, list[PointVisit]] = {}
    for one in visits:
        decree = book.on(one.visited_on).get(DECREE)
        by_decree.setdefault(None if decree is None else decree.valid_from, []).append(one)
    newest = sorted(by_decree, key=lambda day: day or date.min, reverse=True)
    return [act for day in newest for act in _acts(by_decree[day], book)]


def _acts(visits: Sequence[PointVisit], book: SanctionBook) -> Iterable[PointAct]:
    sims = [one for one in visits if one.mismatched]
    yield from _act(SIMS, sum(one.mismatched for one in sims), sims, book)
    breaches = [one for one in visits if one.point_breach]
    yield from _act(POINTS, len({one.point_id for one in breaches}), breaches, book)


def _act(
    behaviour: str, count: int, visits: Sequence[PointVisit], book: SanctionBook
) -> Iterable[PointAct]:
    if not visits:
        return
    last = max(one.visited_on for one in visits)
    found = book.judge(behaviour, last, count=count, organisation=True)
    yield PointAct(behaviour, count, last, found)
