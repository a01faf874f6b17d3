"""Stations on record that stand where bearings cross, whether or not a mechanism is known."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gis.geodesy import azimuth_deg, distance_km
from gis.register.records import BroadcastStation
from gis.studies.source_records import Mechanism

__all__ = ["standing"]

_RECORD_KM: Final = 0.1
"""By how much a recorded place may be off: the ellipse is taken wider by it."""

_MOST: Final = 20


def standing(
    fixed: Mapping[str, Any] | None,
    stations: Sequence[BroadcastStation],
    rows: Sequence[Mapping[str, Any]],
    received: str | None,
) -> list[dict[str, Any]]:
    """Return the stations within the ellipse of 95 % of a fix, the nearest first.

    Parameters
    ----------
    fixed : mapping or None
        As `gis.studies.source_fix.fix_json` tells it.
    stations : sequence of BroadcastStation
        All that were looked at.
    rows : sequence of mapping
        Every candidate.
    received : str or None
        The station that is received.

    Returns
    -------
    list of dict
        `id`, `name`, `frequency_mhz`, `distance_km` from the fix, `received`, and `keys` of the
        candidates that it takes part in; none where nothing that is known explains it. Receivers
        that are tuned to a station do not stand where it does.
    """
    if fixed is None or fixed["reason"] is not None:
        return []
    found = []
    for one in stations:
        away = float(
            distance_km(fixed["longitude"], fixed["latitude"], one.longitude, one.latitude)
        )
        if away <= fixed["semi_major_km"] + _RECORD_KM and _holds(fixed, one, away):
            keys = [
                row["key"]
                for row in rows
                if one.id in row["stations"] and row["mechanism"] != Mechanism.LOCAL_OSCILLATOR
            ]
            found.append(
                {
                    "id": one.id,
                    "name": one.name,
                    "frequency_mhz": one.frequency_mhz,
                    "distance_km": round(away, 3),
                    "received": one.id == received,
                    "keys": keys,
                }
            )
    found.sort(key=lambda one: (one["distance_km"], one["id"]))
    return found[:_MOST]


def _holds(fixed: Mapping[str, Any], one: BroadcastStation, away_km: float) -> bool:
    azimuth = azimuth_deg(fixed["longitude"], fixed["latitude"], one.longitude, one.latitude)
    turn = math.radians(float(azimuth) - fixed["orientation_deg"])
    along = away_km * math.cos(turn) / (fixed["semi_major_km"] + _RECORD_KM)
    across = away_km * math.sin(turn) / (fixed["semi_minor_km"] + _RECORD_KM)
    return bool(along**2 + across**2 <= 1.0)
