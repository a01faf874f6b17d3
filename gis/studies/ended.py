"""Stations whose papers ended: a licence whose last day is past, or a line of a plan that ended.

What a register holds says nothing of what is on air, so such a station stays in every calculation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from data.text import Phrase
from gis.register.reading import Reader
from gis.register.records import BroadcastStation, PlanEntry
from gis.studies.plan_match import plan_entry_of

__all__ = ["Ended", "Paper", "ended_of", "ended_on"]


class Paper(StrEnum):
    """What ended."""

    LICENCE = "licence"
    PLAN_LINE = "plan_line"


@dataclass(frozen=True, slots=True)
class Ended:
    """The paper of a station that ended.

    Attributes
    ----------
    paper : Paper
        Its licence; the line of the plan where no last day of a licence is known.
    last_day : date
        The last day on which it was in force.
    """

    paper: Paper
    last_day: date

    @property
    def key(self) -> Phrase:
        """The sentence that says it; its placeholder is `last_day`."""
        return Phrase(f"register.ended.{self.paper}")


def ended_of(
    station: BroadcastStation, entries: Mapping[str, PlanEntry], on: date
) -> Ended | None:
    """Return which paper of a station ended before a day, None where none did.

    A licence in force goes before the plan, and so does a later line that took the place of the
    one that ended.

    Parameters
    ----------
    station : BroadcastStation
        The station.
    entries : mapping
        All lines of plans, ended ones too, by their identifiers.
    on : date
        The day judged.
    """
    if station.licence_to is not None:
        return Ended(Paper.LICENCE, station.licence_to) if station.licence_to < on else None
    entry = entries.get(station.plan_entry_id or "")
    if entry is None or entry.valid_to is None or entry.valid_to >= on:
        return None
    if plan_entry_of(station, list(entries.values()), on) is not None:
        return None
    return Ended(Paper.PLAN_LINE, entry.valid_to)


def ended_on(register: Reader, stations: Iterable[BroadcastStation], on: date) -> dict[str, Ended]:
    """Return what ended before a day, by the stations' identifiers.

    Parameters
    ----------
    register : Reader
        The register at one moment.
    stations : iterable of BroadcastStation
        Those asked about.
    on : date
        The day judged.
    """
    listed: Sequence[BroadcastStation] = list(stations)
    linked = any(one.plan_entry_id and one.licence_to is None for one in listed)
    entries = {one.id: one for one in register.plan_entries()} if linked else {}
    found = {one.id: ended_of(one, entries, on) for one in listed}
    return {name: ended for name, ended in found.items() if ended is not None}
