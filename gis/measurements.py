"""Which measurements are a station's: one answer for verdicts, comparisons and tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from data.text import VIET_NAM
from gis.register.reading import Reader
from gis.register.records import BroadcastStation, Measurement
from gis.register.scopes import SYSTEM, Scope

__all__ = ["CARRIER_TOLERANCE_MHZ", "Taken", "measurements_of", "same_carrier"]

CARRIER_TOLERANCE_MHZ: Final = 0.05
"""How far a measured carrier may be from the recorded one: half the raster, as import takes it."""

_ROUNDING_MHZ: Final = 1e-9

_SAME: Final[Mapping[str, float]] = {
    "longitude": 0.0005,
    "latitude": 0.0005,
    "height_above_ground_m": 0.5,
    "frequency_mhz": 0.001,
    "erp_total_dbw": 0.01,
}
"""What a field depends on, and how far two records of one installation may differ in it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The measurements of a station on a day.

    Attributes
    ----------
    measurements : tuple of Measurement
        Those made of the station as it is recorded, by id.
    ambiguous : tuple of str
        Ids of those on its carrier that name no station, where others have that carrier too.
    outdated : tuple of str
        Ids of those made of what stood there before, or on a carrier that is no longer its own.
    since : date or None
        The day since which the station stands as it is recorded; None where nothing tells.
    """

    measurements: tuple[Measurement, ...]
    ambiguous: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    since: date | None = None


def measurements_of(register: Reader, station: BroadcastStation, scope: Scope, on: date) -> Taken:
    """Return the measurements of a station made until a day, as far as a caller may see them.

    They are those that name the station, and those that name none on a carrier that no other
    station of any service had on the day of the measurement. Those made before the record came
    into force, or before its site, height, frequency or power last changed in the register, were
    made of something else: they are outdated, as are those on a carrier that it has no longer.

    Parameters
    ----------
    register : Reader
        The register at one moment.
    station : BroadcastStation
        The station.
    scope : Scope
        Who asks.
    on : date
        The day judged, in Viet Nam; what was measured later does not count.
    """
    named = register.measurements(scope, station_id=station.id)
    unnamed = [
        one
        for one in register.measurements(
            scope, frequency_mhz=station.frequency_mhz, tolerance_mhz=CARRIER_TOLERANCE_MHZ
        )
        if one.station_id is None
    ]
    found = [one for one in (*named, *unnamed) if _day(one) <= on]
    if not found:
        return Taken(())
    others = register.stations(SYSTEM) if unnamed else []
    since = _stands_since(register, station)
    taken, ambiguous, outdated = [], [], []
    for one in sorted(found, key=lambda one: one.id):
        if one.station_id is None and _shared(one, station, others):
            ambiguous.append(one.id)
        elif (since is not None and _day(one) < since) or not same_carrier(
            one.frequency_mhz, station.frequency_mhz
        ):
            outdated.append(one.id)
        else:
            taken.append(one)
    return Taken(tuple(taken), tuple(ambiguous), tuple(outdated), since)


def same_carrier(first_mhz: float, second_mhz: float) -> bool:
    """Return whether two frequencies may be readings of one carrier."""
    return abs(first_mhz - second_mhz) <= CARRIER_TOLERANCE_MHZ + _ROUNDING_MHZ


def _day(one: Measurement) -> date:
    return one.measured_at.astimezone(VIET_NAM).date()


def _shared(
    one: Measurement, station: BroadcastStation, others: Iterable[BroadcastStation]
) -> bool:
    """Return whether another station had the carrier on the day of a measurement."""
    day = _day(one)
    return any(
        other.id != station.id
        and same_carrier(other.frequency_mhz, one.frequency_mhz)
        and (other.valid_from is None or other.valid_from <= day)
        and (other.valid_to is None or day <= other.valid_to)
        for other in others
    )


def _stands_since(register: Reader, station: BroadcastStation) -> date | None:
    """Return the day since which a station stands as recorded, as far as the register tells."""
    changed = next(
        (
            change.at.astimezone(VIET_NAM).date()
            for change in register.changes(table_name="broadcast_stations", record_id=station.id)
            if _differ(change.old, change.new)
        ),
        None,
    )
    return max((day for day in (station.valid_from, changed) if day is not None), default=None)


def _differ(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> bool:
    """Return whether a change moved, retuned or altered a station; a value added tells nothing."""
    if old is None or new is None:
        return False
    pairs = ((old.get(name), new.get(name), most) for name, most in _SAME.items())
    return any(
        before is not None and after is not None and abs(before - after) > most
        for before, after, most in pairs
    )
