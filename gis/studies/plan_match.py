"""Which line of the plan a station belongs to."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from gis.geodesy import distance_km
from gis.names import name_key
from gis.register.records import BroadcastStation, PlanEntry
from propagation.compliance.records import Confidence

__all__ = ["MATCH_DISTANCE_KM", "SAME_SITE_KM", "plan_entry_of", "site_distance_km"]

MATCH_DISTANCE_KM: Final = 30.0
"""A station without a link to the plan belongs to a line of its frequency within this.

Wider than any site tolerance: a station that moved too far must still be found beside its line.
"""

SAME_SITE_KM: Final = 5.0
"""Lines no farther from a station than this are lines of its site: the wider tolerance of GE84."""

_SAME_FREQUENCY_MHZ: Final = 0.05
_CONFIDENCES: Final = tuple(Confidence)


def plan_entry_of(
    station: BroadcastStation, entries: Sequence[PlanEntry], on: date
) -> PlanEntry | None:
    """Return a station's line in the plan, or None when the plan at hand holds none.

    Lines of the station's service and frequency (within half the raster) not farther than 30 km
    are compared; a line without coordinates never matches by itself. Lines of the station's site
    (within 5 km, or for the same programme) come before the others. Of several lines the one in
    force since the latest day is taken, so that a new version of a plan supersedes an old one
    that nobody ended; a line without a first day is older than any with one. Then the better
    known line, then the nearer, then the smaller id.

    The line that the record names is taken as long as no line in force since a later day stands
    in its place: one of its own frequency at its site, else one of the station's frequency at
    the station's.

    Parameters
    ----------
    station : BroadcastStation
        The station.
    entries : sequence of PlanEntry
        Lines of the plans at hand.
    on : date
        The day judged; lines not in force then do not count.
    """
    valid = [
        entry for entry in entries if entry.service is station.service and _in_force(entry, on)
    ]
    near = [entry for entry in valid if _near(station, entry)]
    linked = next((entry for entry in valid if entry.id == station.plan_entry_id), None)
    if linked is None:
        return _latest(station, near)
    since = _since(linked)
    later = [entry for entry in valid if _since(entry) > since]
    successors = [entry for entry in later if _replaces(entry, linked)]
    own = [entry for entry in near if _since(entry) > since and _of_its_site(station, entry)]
    return _latest(station, successors or own) or linked


def _near(station: BroadcastStation, entry: PlanEntry) -> bool:
    away = site_distance_km(station, entry)
    same = abs(entry.frequency_mhz - station.frequency_mhz) < _SAME_FREQUENCY_MHZ
    return same and away is not None and away <= MATCH_DISTANCE_KM


def _latest(station: BroadcastStation, entries: Iterable[PlanEntry]) -> PlanEntry | None:
    """Return the line that stands for a station, of those that may."""

    def order(entry: PlanEntry) -> tuple[bool, int, int, float, str]:
        away = site_distance_km(station, entry)
        return (
            not _of_its_site(station, entry),
            -_since(entry).toordinal(),
            _CONFIDENCES.index(entry.provenance.confidence),
            MATCH_DISTANCE_KM if away is None else away,
            entry.id,
        )

    return min(entries, key=order, default=None)


def _of_its_site(station: BroadcastStation, entry: PlanEntry) -> bool:
    away = site_distance_km(station, entry)
    here = away is not None and away <= SAME_SITE_KM
    return here or _alike(station.programme, entry.programme)


def _replaces(entry: PlanEntry, older: PlanEntry) -> bool:
    """Return whether a line plans the frequency of an older one at its site."""
    if abs(entry.frequency_mhz - older.frequency_mhz) >= _SAME_FREQUENCY_MHZ:
        return False
    if _alike(entry.site_name, older.site_name):
        return True
    if older.longitude is None or older.latitude is None:
        return False
    if entry.longitude is None or entry.latitude is None:
        return False
    away = distance_km(older.longitude, older.latitude, entry.longitude, entry.latitude)
    return float(away) <= SAME_SITE_KM


def _alike(first: str, second: str) -> bool:
    return bool(name_key(first)) and name_key(first) == name_key(second)


def _since(entry: PlanEntry) -> date:
    return entry.valid_from or date.min


def site_distance_km(station: BroadcastStation, entry: PlanEntry | None) -> float | None:
    """Return the distance between a station and the site of a line; None without coordinates."""
    if entry is None or entry.longitude is None or entry.latitude is None:
        return None
    return float(distance_km(station.longitude, station.latitude, entry.longitude, entry.latitude))


def _in_force(entry: PlanEntry, on: date) -> bool:
    return (entry.valid_from is None or entry.valid_from <= on) and (
        entry.valid_to is None or on <= entry.valid_to
    )
