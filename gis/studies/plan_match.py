"""Which line of the plan a station belongs to."""

from collections.abc import Sequence
from datetime import date

from gis.geodesy import distance_km
from gis.register.records import BroadcastStation, PlanEntry

__all__ = ["MATCH_DISTANCE_KM", "plan_entry_of", "site_distance_km"]

MATCH_DISTANCE_KM = 30.0
"""A station without a link to the plan belongs to the nearest line of its frequency within this.

Wider than any site tolerance: a station that moved too far must still be found beside its line.
"""

_SAME_FREQUENCY_MHZ = 0.05


def plan_entry_of(
    station: BroadcastStation, entries: Sequence[PlanEntry], on: date
) -> PlanEntry | None:
    """Return a station's line in the plan, or None when the plan at hand holds none.

    The line that the record names comes first, if it is of the same service. Without one it is
    the nearest line of the same service and frequency (within half the raster) not farther than
    30 km; a line without coordinates never matches by itself.

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
    for entry in valid:
        if station.plan_entry_id is not None and entry.id == station.plan_entry_id:
            return entry
    near = []
    for entry in valid:
        away = site_distance_km(station, entry)
        same = abs(entry.frequency_mhz - station.frequency_mhz) < _SAME_FREQUENCY_MHZ
        if same and away is not None:
            near.append((away, entry.id, entry))
    if not near:
        return None
    away, _, nearest = min(near, key=lambda item: item[:2])
    return nearest if away <= MATCH_DISTANCE_KM else None


def site_distance_km(station: BroadcastStation, entry: PlanEntry | None) -> float | None:
    """Return the distance between a station and the site of a line; None without coordinates."""
    if entry is None or entry.longitude is None or entry.latitude is None:
        return None
    return float(distance_km(station.longitude, station.latitude, entry.longitude, entry.latitude))


def _in_force(entry: PlanEntry, on: date) -> bool:
    return (entry.valid_from is None or entry.valid_from <= on) and (
        entry.valid_to is None or on <= entry.valid_to
    )
