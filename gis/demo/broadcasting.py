"""Broadcast stations of the demonstration and their lines in a plan that is no plan."""

import math
from collections.abc import Mapping
from typing import Any

from gis.demo.description import description, synthetic
from gis.plans import packaged_rows, row_provenance
from gis.register.records import (
    BroadcastStation,
    Organisation,
    OrganisationKind,
    PlanEntry,
    Provenance,
    Reception,
    Service,
    StationClass,
)
from propagation.compliance.records import Confidence
from propagation.profile import Polarization

__all__ = ["known_organisations", "known_stations", "mast_id", "stations", "synthetic_plan"]

_PLAIN_M = 2.0
_EMISSION = {Reception.STEREO: "256KF8EHF", Reception.MONO: "180KF3EGN"}
_TRANSMITTER_SHARE = 0.5


def known_organisations() -> tuple[Organisation, ...]:
    """Return the real broadcasters that the packaged rows name."""
    return tuple(
        Organisation(
            id=item["id"],
            name=item["name"],
            kind=OrganisationKind(item["kind"]),
            provenance=Provenance(
                confidence=Confidence(item["confidence"]), source=item["source"]
            ),
        )
        for item in description()["known_organisation"]
    )


def known_stations() -> tuple[BroadcastStation, ...]:
    """Return the packaged rows that print coordinates, as the stations they once were.

    Their radiated power is not stated, so it is not here. The line that each is linked to is of a
    plan that ended, and their licences are not known.
    """
    owner = description()["known_organisation"][0]["id"]
    return tuple(
        BroadcastStation(
            id=f"dai-{row['id']}",
            name=f"{row['programme']} - {row['site_name']}",
            programme=row["programme"],
            service=Service.FM,
            station_class=StationClass(row["station_class"]),
            frequency_mhz=float(row["frequency_mhz"]),
            longitude=float(row["longitude"]),
            latitude=float(row["latitude"]),
            organisation_id=owner,
            plan_entry_id=row["id"],
            height_above_ground_m=_number(row["antenna_height_m"]),
            ground_height_m=_number(row["ground_height_m"]),
            provenance=row_provenance(number, row),
        )
        for number, row in packaged_rows()
        if row["longitude"]
    )


def stations() -> tuple[BroadcastStation, ...]:
    """Return the synthetic stations, faults included, with all technical data."""
    return tuple(_station(item) for item in description()["station"])


def synthetic_plan() -> tuple[PlanEntry, ...]:
    """Return one line of the synthetic plan for each synthetic station."""
    plan = description()["plan"]
    return tuple(
        PlanEntry(
            id=_entry_id(item),
            plan_id=plan["id"],
            service=Service.FM,
            frequency_mhz=item["frequency_mhz"],
            programme=item["programme"],
            site_name=item.get("commune", item["name"]),
            station_class=StationClass(item["station_class"]),
            longitude=item["longitude"],
            latitude=item["latitude"],
            antenna_height_m=float(item["height_above_ground_m"]),
            effective_height_max_m=_effective_height_m(item),
            erp_max_dbw=_dbw(item.get("plan_erp_w", item["erp_w"])),
            attenuation_db=_pattern(item.get("pattern")),
            polarization=Polarization(item["polarization"]),
            province_code=item.get("province_code"),
            instrument=plan["instrument"],
            clause=f"Dòng {line}",
            valid_from=item.get("valid_from"),
            valid_to=item.get("valid_to"),
            provenance=synthetic(),
        )
        for line, item in enumerate(description()["station"], start=1)
    )


def mast_id(item: Mapping[str, Any]) -> str:
    """Return the identifier of the structure that carries a station."""
    return f"{item['id']}-cot"


def _station(item: Mapping[str, Any]) -> BroadcastStation:
    total = _dbw(item["erp_w"])
    polarization = Polarization(item["polarization"])
    reception = Reception(item.get("reception", Reception.STEREO))
    height = _effective_height_m(item)
    half = _dbw(item["erp_w"] / 2)
    horizontal, vertical = {
        Polarization.HORIZONTAL: (total, None),
        Polarization.VERTICAL: (None, total),
        Polarization.MIXED: (half, half),
    }[polarization]
    return BroadcastStation(
        id=item["id"],
        name=item["name"],
        programme=item["programme"],
        service=Service.FM,
        station_class=StationClass(item["station_class"]),
        frequency_mhz=item["frequency_mhz"],
        longitude=item["longitude"],
        latitude=item["latitude"],
        organisation_id=_broadcaster(),
        structure_id=mast_id(item) if item.get("on_mast") else None,
        plan_entry_id=_entry_id(item),
        erp_total_dbw=total,
        erp_horizontal_dbw=horizontal,
        erp_vertical_dbw=vertical,
        attenuation_db=_pattern(item.get("pattern")),
        polarization=polarization,
        height_above_ground_m=float(item["height_above_ground_m"]),
        ground_height_m=item["ground_height_m"],
        effective_height_max_m=height,
        effective_height_m=(height,) * 36,
        reception=reception,
        emission=_EMISSION[reception],
        hours="05:00-23:00",
        commune_name=item.get("commune"),
        province_code=item.get("province_code"),
        licence_number=f"MP-{item['id'].upper()}",
        licence_from=description()["licence"]["from"],
        licence_to=description()["licence"]["to"],
        licence_power_w=item["erp_w"] * _TRANSMITTER_SHARE,
        valid_from=item.get("valid_from"),
        valid_to=item.get("valid_to"),
        provenance=synthetic(),
    )


def _entry_id(item: Mapping[str, Any]) -> str:
    return f"qh-{item['id']}"


def _broadcaster() -> str:
    return next(
        str(item["id"])
        for item in description()["organisation"]
        if item["kind"] == OrganisationKind.BROADCASTER
    )


def _effective_height_m(item: Mapping[str, Any]) -> float:
    """Return the height above the plain, which is what 3 to 15 km of it average to."""
    return float(item["ground_height_m"] + item["height_above_ground_m"] - _PLAIN_M)


def _pattern(item: Mapping[str, Any] | None) -> tuple[float, ...]:
    """Return a cardioid of 36 attenuations, 0 dB towards its main direction."""
    if item is None:
        return ()
    turns = (math.radians(10 * k - item["towards_deg"]) for k in range(36))
    return tuple(round(item["reduction_db"] * (1 - math.cos(turn)) / 2, 1) for turn in turns)


def _dbw(power_w: float) -> float:
    return round(10 * math.log10(power_w), 6)


def _number(text: str) -> float | None:
    return float(text) if text else None
