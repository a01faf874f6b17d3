"""The antennas that stand near a place, as the register knows them: plain rows for the checks."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from shapely import Point

from gis.geodesy import azimuth_deg, distance_km
from gis.radiated import erp_all_dbw
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM, Scope
from gis.register.structures import Installation, Lifecycle, Structure, StructureKind
from gis.works_near import box_around
from propagation.compliance.facts_exposure import ExposureEmitter
from propagation.units import dbw_from_dbm, eirp_db_from_erp_db, erp_db_from_eirp_db

__all__ = [
    "antennas_near",
    "apart_m",
    "emitter_of",
    "installation_row",
    "is_of_station",
    "station_row",
]

_SAME_MHZ: Final = 0.001
_STANDS_NOT: Final = (Lifecycle.PLANNED, Lifecycle.APPROVED, Lifecycle.RETIRED)


def station_row(station: BroadcastStation) -> dict[str, Any]:
    """Return what a broadcasting station radiates, and from where."""
    erp = erp_all_dbw(station)
    return {
        "id": station.id,
        "name": station.name,
        "frequency_mhz": station.frequency_mhz,
        "longitude": station.longitude,
        "latitude": station.latitude,
        "erp_dbw": erp,
        "eirp_dbw": None if erp is None else round(float(eirp_db_from_erp_db(erp)), 4),
        "height_above_ground_m": station.height_above_ground_m,
        "broadcasting": True,
        "source": station.provenance.source,
        "confidence": station.provenance.confidence.value,
    }


def installation_row(item: Installation, structure: Structure) -> dict[str, Any]:
    """Return what an antenna of a structure radiates, and whether that is confidential."""
    eirp = None if item.eirp_dbm is None else float(dbw_from_dbm(item.eirp_dbm))
    erp = None if eirp is None else round(float(erp_db_from_eirp_db(eirp)), 4)
    return {
        "id": item.id,
        "name": item.technology,
        "frequency_mhz": item.frequency_mhz,
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


def is_of_station(
    row: Mapping[str, Any], stations: Iterable[Mapping[str, Any]], near_m: float
) -> bool:
    """Return whether an antenna is that of a broadcasting station, which stands there already."""
    at = row["frequency_mhz"]
    return at is not None and any(
        abs(at - one["frequency_mhz"]) < _SAME_MHZ and apart_m(row, one) <= near_m
        for one in stations
    )


def apart_m(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return how far apart two places are."""
    at = (one["longitude"], one["latitude"], other["longitude"], other["latitude"])
    return round(1e3 * float(distance_km(*at)), 3)


def emitter_of(row: Mapping[str, Any], place: Mapping[str, Any]) -> ExposureEmitter:
    """Return an antenna as the check of exposure reads it, seen from a place."""
    at = (place["longitude"], place["latitude"], row["longitude"], row["latitude"])
    away_m, towards = apart_m(place, row), math.radians(float(azimuth_deg(*at)))
    return ExposureEmitter(
        id=row["id"],
        name=row["name"],
        frequency_mhz=row["frequency_mhz"],
        eirp_dbw=row["eirp_dbw"],
        height_above_ground_m=row["height_above_ground_m"],
        longitude=row["longitude"],
        latitude=row["latitude"],
        east_m=round(away_m * math.sin(towards), 3),
        north_m=round(away_m * math.cos(towards), 3),
        broadcasting=row["broadcasting"],
        source=row["source"],
    )


def antennas_near(
    register: RegisterReader,
    scope: Scope,
    place: tuple[float, float],
    near_m: float,
    on: date,
) -> list[dict[str, Any]]:
    """Return the antennas on record around a place, by their identifiers.

    A mast that stands there without any antenna on record is a row without frequency, power and
    height: what hangs on it is not known.

    Parameters
    ----------
    register : Reader
        The register at one moment.
    scope : Scope
        Whose eyes see structures and what hangs on them.
    place : tuple
        Longitude and latitude, degrees.
    near_m : float
        How far to look.
    on : date
        The day: what was planned or retired then does not stand.
    """
    centre = {"longitude": place[0], "latitude": place[1]}
    box = box_around(Point(place), near_m)
    stations = register.stations(SYSTEM, bbox=box, on=on)
    broadcast = [station_row(one) for one in stations]
    carrying = {one.structure_id for one in stations}
    rows = [*broadcast]
    for structure in register.structures(scope, bbox=box, on=on):
        if structure.state in _STANDS_NOT:
            continue
        hung = _hung(register, scope, structure, on)
        rows += [row for row in hung if not is_of_station(row, broadcast, near_m)]
        bare = not hung and structure.id not in carrying
        if bare and structure.kind is StructureKind.ANTENNA_MAST:
            rows.append(_bare(structure))
    near = [row for row in rows if apart_m(centre, row) <= near_m]
    return sorted(near, key=lambda row: str(row["id"]))


def _hung(
    register: RegisterReader, scope: Scope, structure: Structure, on: date
) -> list[dict[str, Any]]:
    rows = (
        installation_row(item, structure)
        for item in register.installations(scope, structure_id=structure.id, on=on)
    )
    return [{**row, "name": f"{structure.name}, {row['name']}"} for row in rows]


def _bare(structure: Structure) -> dict[str, Any]:
    """Return the row of a mast of which no antenna is on record."""
    unknown = ("frequency_mhz", "erp_dbw", "eirp_dbw", "height_above_ground_m")
    return {
        "id": structure.id,
        "name": structure.name,
        **dict.fromkeys(unknown),
        "longitude": structure.longitude,
        "latitude": structure.latitude,
        "broadcasting": False,
        "confidential": structure.confidential,
        "source": structure.provenance.source,
        "confidence": structure.provenance.confidence.value,
    }
