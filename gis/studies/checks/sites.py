"""Shared and near sites: intermodulation products, and exposure summed over the antennas."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from shapely import Point

from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure
from gis.rule_facts import station_facts
from gis.studies.antennas_near import (
    apart_m,
    emitter_of,
    installation_row,
    is_of_station,
    station_row,
)
from gis.studies.checks import protected
from gis.studies.checks.scene import Asked, Scene
from gis.works_near import box_around
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
_KINDS: Final = ("stations", "installations")


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
    """Return every station of every service, and the antennas on structures near those judged.

    A public study does not say whether anything was left out: that would tell what is there.
    """
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
        "all_known": not asked.public,
        "confidential": any(row["confidential"] for row in installations),
    }


def with_station(gathered: Mapping[str, Any], station: BroadcastStation) -> dict[str, Any]:
    """Return what was gathered where one station stands on record otherwise."""
    rows = [_station(station) if row["id"] == station.id else row for row in gathered["stations"]]
    return {**gathered, "stations": rows}


def _station(station: BroadcastStation) -> dict[str, Any]:
    return {
        **station_row(station),
        "bandwidth_khz": bandwidth_khz(station.emission, station.service),
    }


def _installations(
    asked: Asked, stations: Sequence[Mapping[str, Any]], near_m: float
) -> list[dict[str, Any]]:
    """Return the antennas of structures near the stations judged, by their identifiers."""
    structures: dict[str, Structure] = {}
    for station in asked.judged:
        box = box_around(Point(station.longitude, station.latitude), near_m)
        for one in asked.register.structures(SYSTEM, bbox=box, on=asked.on):
            structures[one.id] = one
    rows = []
    for structure in structures.values():
        hung = asked.register.installations(SYSTEM, structure_id=structure.id, on=asked.on)
        for item in hung:
            row = {**installation_row(item, structure), "bandwidth_khz": _INSTALLATION_KHZ}
            if not (asked.public and row["confidential"]) and not is_of_station(
                row, stations, near_m
            ):
                rows.append(row)
    return sorted(rows, key=lambda row: str(row["id"]))


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
            all_known=gathered.get("all_known", True),
        ),
    )


def _away_m(station: BroadcastStation, row: Mapping[str, Any]) -> float:
    return apart_m(_place(station), row)


def _place(station: BroadcastStation) -> dict[str, float]:
    return {"longitude": station.longitude, "latitude": station.latitude}


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
    rows = (*gathered["stations"], *gathered["installations"])
    return [emitter_of(row, _place(station)) for row in rows if away[row["id"]] <= near_m]
