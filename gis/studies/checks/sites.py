"""Shared and near sites: intermodulation products, and exposure summed over the antennas."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gis.geodesy import azimuth_deg, distance_km
from gis.radiated import erp_all_dbw
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure
from gis.rules import station_facts
from gis.studies.checks import protected
from gis.studies.checks.scene import Asked, Scene
from propagation.compliance import exposure, intermodulation
from propagation.compliance.facts_exposure import ExposureEmitter
from propagation.compliance.facts_intermodulation import (
    CarrierFacts,
    SiteFacts,
    VictimFacts,
    VictimKind,
)
from propagation.compliance.parameters import (
    EXPOSURE_BASE_STATION,
    EXPOSURE_BROADCAST,
    INTERMODULATION,
    number,
)
from propagation.compliance.records import Confidence, Finding, Rule
from propagation.units import dbw_from_dbm, eirp_db_from_erp_db, erp_db_from_eirp_db

__all__ = ["CHECKS", "NAME", "RULES", "bandwidth_khz", "findings", "gather", "with_station"]

NAME = "sites"
CHECKS = (intermodulation.CHECK, exposure.CHECK)
RULES = (INTERMODULATION, EXPOSURE_BROADCAST)

_BANDWIDTH_KHZ: Final = {
    Service.FM: 200.0,
    Service.TELEVISION: 8000.0,
    Service.WIRELESS_PUBLIC_ADDRESS: 200.0,
}
_INSTALLATION_KHZ: Final = 5000.0
"""Width of a carrier of mobile and other services; the register does not hold it."""

_NECESSARY: Final = re.compile(r"(?=.{4})(\d{0,3})([HKMG])(\d{0,3})")
_KHZ: Final = {"H": 1e-3, "K": 1.0, "M": 1e3, "G": 1e6}
_SAME_MHZ: Final = 0.001
_KINDS: Final = ("stations", "installations")
_METRES_PER_DEGREE: Final = 110_570.0


def bandwidth_khz(emission: str | None, service: Service) -> float:
    """Return the necessary bandwidth that a class of emission begins with, else the service's.

    Parameters
    ----------
    emission : str or None
        Radio Regulations, Appendix 1: three digits with the unit in the place of the decimal
        sign, for example 256KF8EHF or 8M00D7W.
    service : Service
        Its channel is taken where the emission states no bandwidth.
    """
    found = _NECESSARY.match(emission or "")
    if found is None or len(found[1]) + len(found[3]) != 3:
        return _BANDWIDTH_KHZ[service]
    width = float(f"{found[1] or 0}.{found[3] or 0}") * _KHZ[found[2]]
    return width or _BANDWIDTH_KHZ[service]


def gather(asked: Asked) -> dict[str, Any]:
    """Return every station of every service, and the antennas on structures near those judged."""
    near_m = max(
        number(asked.pack.rule(rule), "near_distance_m")
        for rule in (INTERMODULATION, EXPOSURE_BROADCAST)
    )
    stations = asked.every_station()
    written = [_station(one) for one in sorted(stations, key=lambda one: one.id)]
    installations = _installations(asked, written, near_m)
    return {
        "stations": written,
        "installations": installations,
        "confidential": any(row["confidential"] for row in installations),
    }


def with_station(gathered: Mapping[str, Any], station: BroadcastStation) -> dict[str, Any]:
    """Return what was gathered where one station stands on record otherwise."""
    rows = [_station(station) if row["id"] == station.id else row for row in gathered["stations"]]
    return {**gathered, "stations": rows}


def _station(station: BroadcastStation) -> dict[str, Any]:
    erp = erp_all_dbw(station)
    return {
        "id": station.id,
        "name": station.name,
        "frequency_mhz": station.frequency_mhz,
        "bandwidth_khz": bandwidth_khz(station.emission, station.service),
        "longitude": station.longitude,
        "latitude": station.latitude,
        "erp_dbw": erp,
        "eirp_dbw": None if erp is None else round(float(eirp_db_from_erp_db(erp)), 4),
        "height_above_ground_m": station.height_above_ground_m,
        "broadcasting": True,
        "source": station.provenance.source,
        "confidence": station.provenance.confidence.value,
    }


def _installations(
    asked: Asked, stations: Sequence[Mapping[str, Any]], near_m: float
) -> list[dict[str, Any]]:
    """Return the antennas of structures near the stations judged, by their identifiers."""
    structures: dict[str, Structure] = {}
    for station in asked.judged:
        dy = near_m / _METRES_PER_DEGREE
        dx = dy / math.cos(math.radians(station.latitude))
        box = (
            station.longitude - dx,
            station.latitude - dy,
            station.longitude + dx,
            station.latitude + dy,
        )
        for one in asked.register.structures(SYSTEM, bbox=box, on=asked.on):
            structures[one.id] = one
    rows = []
    for structure in structures.values():
        for item in asked.register.installations(SYSTEM, structure_id=structure.id):
            eirp = None if item.eirp_dbm is None else float(dbw_from_dbm(item.eirp_dbm))
            erp = None if eirp is None else round(float(erp_db_from_eirp_db(eirp)), 4)
            row = {
                "id": item.id,
                "name": item.technology,
                "frequency_mhz": item.frequency_mhz,
                "bandwidth_khz": _INSTALLATION_KHZ,
                "longitude": structure.longitude,
                "latitude": structure.latitude,
                "erp_dbw": erp,
                "eirp_dbw": None if eirp is None else round(eirp, 4),
                "height_above_ground_m": item.height_above_ground_m,
                "broadcasting": False,
                "confidential": structure.confidential or item.confidential,
                "source": item.provenance.source,
                "confidence": item.provenance.confidence.value,
            }
            if not (asked.public and row["confidential"]) and not _broadcast(
                row, stations, near_m
            ):
                rows.append(row)
    return sorted(rows, key=lambda row: str(row["id"]))


def _broadcast(
    row: Mapping[str, Any], stations: Sequence[Mapping[str, Any]], near_m: float
) -> bool:
    """Return whether an antenna is that of a broadcasting station, which stands there already."""
    at = row["frequency_mhz"]
    return at is not None and any(
        abs(at - one["frequency_mhz"]) < _SAME_MHZ and _apart_m(row, one) <= near_m
        for one in stations
    )


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Look for products of a station's site, and sum the exposure there."""
    gathered = scene.gathered[NAME]
    facts = station_facts(station)
    site_rule = scene.pack.rule(INTERMODULATION)
    near_m = number(site_rule, "near_distance_m")
    away = {row["id"]: _away_m(station, row) for name in _KINDS for row in gathered[name]}
    return (
        *intermodulation.check(
            facts,
            _site(station, gathered, away, near_m, _received(scene, station, site_rule)),
            rule=site_rule,
        ),
        *exposure.check(
            facts,
            _emitters(station, gathered, away, scene),
            rule=scene.pack.rule(EXPOSURE_BROADCAST),
            base_station_rule=scene.pack.rules.get(EXPOSURE_BASE_STATION),
        ),
    )


def _away_m(station: BroadcastStation, row: Mapping[str, Any]) -> float:
    return _apart_m({"longitude": station.longitude, "latitude": station.latitude}, row)


def _apart_m(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    at = (one["longitude"], one["latitude"], other["longitude"], other["latitude"])
    return round(1e3 * float(distance_km(*at)), 3)


def _site(
    station: BroadcastStation,
    gathered: Mapping[str, Any],
    away: Mapping[str, float],
    near_m: float,
    received: Sequence[VictimFacts],
) -> SiteFacts:
    stations = [row for row in gathered["stations"] if row["id"] != station.id]
    rows = [*stations, *gathered["installations"]]
    return SiteFacts(
        bandwidth_khz=bandwidth_khz(station.emission, station.service),
        carriers=tuple(
            CarrierFacts(
                id=row["id"],
                name=row["name"],
                frequency_mhz=row["frequency_mhz"],
                bandwidth_khz=row["bandwidth_khz"],
                distance_m=away[row["id"]],
                erp_dbw=row["erp_dbw"],
                source=row["source"],
                confidence=Confidence(row["confidence"]),
            )
            for row in rows
            if row["frequency_mhz"] is not None
        ),
        victims=(
            *(
                VictimFacts(
                    id=row["id"],
                    name=row["name"],
                    kind=VictimKind.CHANNEL if row["broadcasting"] else VictimKind.RECEIVER,
                    frequency_mhz=row["frequency_mhz"],
                    bandwidth_khz=row["bandwidth_khz"],
                    distance_km=away[row["id"]] / 1e3,
                    confidence=Confidence(row["confidence"]),
                )
                for row in rows
                if row["frequency_mhz"] is not None
                and (row["broadcasting"] or away[row["id"]] <= near_m)
            ),
            *received,
        ),
        unknown_frequencies=sum(
            row["frequency_mhz"] is None and away[row["id"]] <= near_m
            for row in gathered["installations"]
        ),
    )


def _received(scene: Scene, station: BroadcastStation, rule: Rule) -> list[VictimFacts]:
    """Return the receivers of protected points, of which a public study gathers none."""
    points = scene.gathered.get(protected.NAME, {"points": ()})["points"]
    return [
        VictimFacts(
            id=point["id"],
            name=point["name"],
            kind=VictimKind.RECEIVER,
            frequency_mhz=point["frequency_mhz"],
            bandwidth_khz=number(rule, "receiver_width_khz"),
            distance_km=_away_m(station, point) / 1e3,
            confidence=Confidence(point["provenance"]["confidence"]),
        )
        for point in points
        if point["frequency_mhz"] is not None
    ]


def _emitters(
    station: BroadcastStation, gathered: Mapping[str, Any], away: Mapping[str, float], scene: Scene
) -> list[ExposureEmitter]:
    near_m = number(scene.pack.rule(EXPOSURE_BROADCAST), "near_distance_m")
    return [
        ExposureEmitter(
            id=row["id"],
            name=row["name"],
            frequency_mhz=row["frequency_mhz"],
            eirp_dbw=row["eirp_dbw"],
            height_above_ground_m=row["height_above_ground_m"],
            longitude=row["longitude"],
            latitude=row["latitude"],
            **_offset_m(station, row, away[row["id"]]),
            broadcasting=row["broadcasting"],
            source=row["source"],
        )
        for row in (*gathered["stations"], *gathered["installations"])
        if away[row["id"]] <= near_m
    ]


def _offset_m(
    station: BroadcastStation, row: Mapping[str, Any], distance_m: float
) -> dict[str, float]:
    """Return how far east and north of a station an antenna stands."""
    at = (station.longitude, station.latitude, row["longitude"], row["latitude"])
    towards = math.radians(float(azimuth_deg(*at)))
    return {
        "east_m": round(distance_m * math.sin(towards), 3),
        "north_m": round(distance_m * math.cos(towards), 3),
    }
