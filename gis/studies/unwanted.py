"""Who may disturb whom: the stations within reach of a wanted one, by spacing and by distance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.geodesy import distance_km
from gis.register.records import BroadcastStation
from gis.studies.emitter import missing_values
from gis.studies.predictors.base import Limits
from gis.studies.predictors.p1812 import P1812
from propagation.interference.bs412 import Persistence, ProtectionTable, protection_ratio_db

__all__ = ["REACH_KM", "Unwanted", "contributes", "spacing_khz", "unwanted_stations"]

REACH_KM = 300.0
"""How far beyond the wanted station's area other stations are looked for; every study states it.

A choice, not a limit of nature: ducting carries a strong station farther.
"""


@dataclass(frozen=True, slots=True)
class Unwanted:
    """The stations that are computed, and those that could not be."""

    stations: tuple[BroadcastStation, ...]
    not_assessed: tuple[tuple[BroadcastStation, tuple[str, ...]], ...]


def spacing_khz(wanted: BroadcastStation, other: BroadcastStation) -> float:
    """Return the unwanted minus the wanted carrier, to the hertz."""
    return round((other.frequency_mhz - wanted.frequency_mhz) * 1e3, 3)


def contributes(wanted: BroadcastStation, other: BroadcastStation, table: ProtectionTable) -> bool:
    """Return whether the spacing of two stations has a protection ratio at all."""
    ratios = [
        protection_ratio_db(spacing_khz(wanted, other), wanted.reception, persistence, table)
        for persistence in Persistence
    ]
    return bool(np.isfinite(ratios).any())


def unwanted_stations(
    wanted: BroadcastStation,
    stations: Sequence[BroadcastStation],
    table: ProtectionTable,
    *,
    area_radius_km: float,
    flat: bool,
    limits: Limits = P1812.limits,
) -> Unwanted:
    """Return the stations that may disturb a wanted one, by identifier.

    Parameters
    ----------
    wanted : BroadcastStation
        The station whose reception is protected.
    stations : sequence of BroadcastStation
        Stations of the same service, valid on the day judged.
    table : ProtectionTable
        Protection ratios; stations at spacings without one do not contribute.
    area_radius_km : float
        Radius of the wanted station's area; the reach begins at its edge.
    flat : bool
        Whether there is no terrain, so that ground heights are needed on record.
    limits : Limits
        What the model covers; stations outside are not assessed.
    """
    computed, left_out = [], []
    for other in sorted(stations, key=lambda station: station.id):
        if other.id == wanted.id or other.service is not wanted.service:
            continue
        away = distance_km(wanted.longitude, wanted.latitude, other.longitude, other.latitude)
        if away > area_radius_km + REACH_KM or not contributes(wanted, other, table):
            continue
        missing = missing_values(other, flat=flat, limits=limits)
        if missing:
            left_out.append((other, missing))
        else:
            computed.append(other)
    return Unwanted(tuple(computed), tuple(left_out))
