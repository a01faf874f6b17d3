"""A made province for site planning: a runway, a DVOR, a mast, zones, and five sites in it."""

from collections.abc import Mapping
from typing import Any

from shapely import MultiPolygon, box

from gis.administration import load_administration
from gis.geodesy import destination
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.siting import (
    AviationFacility,
    FacilityKind,
    PlanningZone,
    Runway,
    ZoneKind,
)
from gis.register.store import Register
from gis.register.structures import Structure, StructureKind
from propagation.compliance.records import Confidence
from propagation.siting.facts import Instrument

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="dữ liệu thử")
THRESHOLD = (106.40, 10.60)
DVOR = (106.10, 11.30)
MAST = (106.25, 10.85)
BORDER = (106.1753, 10.7745)
"""A point of the border as it ships."""


def at(place: tuple[float, float], azimuth_deg: float, metres: float) -> tuple[float, float]:
    """Return the place so far from another."""
    longitude, latitude = destination(*place, azimuth_deg, metres / 1e3)
    return float(longitude), float(latitude)


def fill(register: Register) -> None:
    """Bring everything in."""
    end = at(THRESHOLD, 90.0, 3000.0)
    runway = Runway(
        id="r", aerodrome="Sân bay thử", name="09/27", longitude=THRESHOLD[0],
        latitude=THRESHOLD[1], end_longitude=end[0], end_latitude=end[1], elevation_m=10.0,
        end_elevation_m=12.0, design_group="III", instrument_class=Instrument.PRECISION,
        end_clearway_m=150.0, provenance=KNOWN,
    )  # fmt: skip
    facility = AviationFacility(
        id="d", kind=FacilityKind.DVOR, name="DVOR thử", longitude=DVOR[0], latitude=DVOR[1],
        elevation_m=5.0, provenance=KNOWN,
    )  # fmt: skip
    mast = Structure(
        id="m", code="M1", name="Cột có sẵn", kind=StructureKind.ANTENNA_MAST, owner_id="sao",
        longitude=MAST[0], latitude=MAST[1], height_m=45.0, shareable=True, provenance=KNOWN,
    )  # fmt: skip
    with register.write(author="test", reason="scene") as writer:
        load_administration(writer)
        writer.add_organisations(
            [
                Organisation(id=name, name=title, kind=OrganisationKind.OPERATOR, provenance=KNOWN)
                for name, title in (("hoa", "Viễn thông Hoà Bình"), ("sao", "Sao Mai"))
            ]
        )
        writer.add_structures([mast])
        writer.add_runways([runway])
        writer.add_aviation_facilities([facility])
        writer.add_planning_zones(
            [
                zone("plan", ZoneKind.PLAN, 105.5, 10.0, 107.0, 12.0, mast_classes=("A2b",)),
                zone("water", ZoneKind.WATER, 106.30, 11.30, 106.35, 11.35),
                zone("protected", ZoneKind.PROTECTED, 105.90, 11.60, 105.95, 11.65),
                *(
                    zone(kind.value, kind, 105.0, 10.0, 107.5, 12.5)
                    for kind in (
                        ZoneKind.WATER_EXTENT,
                        ZoneKind.PROTECTED_EXTENT,
                        ZoneKind.RUNWAY_EXTENT,
                        ZoneKind.FACILITY_EXTENT,
                    )
                ),
            ]
        )


def zone(name: str, kind: ZoneKind, *edges: float, **changes: Any) -> PlanningZone:
    values: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "name": f"Vùng {name}",
        "geometry": MultiPolygon([box(*edges)]),
        "provenance": KNOWN,
    }
    return PlanningZone(**{**values, **changes})


_SITES = {
    "approach": at(THRESHOLD, 270.0, 2060.0),
    "dvor": at(DVOR, 45.0, 1000.0),
    "mast": at(MAST, 0.0, 60.0),
    "border": at(BORDER, 60.0, 300.0),
    "clean": (106.20, 11.42),
}


def request(site: str, **changes: Any) -> Mapping[str, Any]:
    """Return what is asked of one of the five sites: a mast of 42 m with antennas at 40 m."""
    longitude, latitude = _SITES[site]
    return {
        "name": site,
        "longitude": longitude,
        "latitude": latitude,
        "kind": "self_supporting",
        "structure_height_m": 42,
        "ground_height_m": 3,
        "urban": False,
        "antennas": [{"height_above_ground_m": 40, "frequency_mhz": 1800, "eirp_dbm": 60}],
        "organisation_id": "hoa",
        "licence": {"number": "12/GP", "kind": "network", "province_codes": ["80"],
                    "valid_from": "2020-01-01", "valid_to": "2030-01-01"},
        "railway_distance_m": 200,
        "on": "2026-08-01",
        **changes,
    }  # fmt: skip
