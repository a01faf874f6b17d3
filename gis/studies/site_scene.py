"""What a site planning study gathers around a site, and the facts that its checks read."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import numpy as np
from shapely import Point

from gis.geodesy import GEOD, distance_km
from gis.land_border import land_border
from gis.places import inside_and_distance
from gis.register.reading import Reader as RegisterReader
from gis.register.scopes import SYSTEM, Role, Scope
from gis.register.siting import AviationFacility, PlanningZone, Runway
from gis.register.structures import Lifecycle, Structure, StructureKind
from gis.rules import RulePack
from gis.studies.antennas_near import antennas_near
from gis.studies.sharing_sites import SUPPORTS, is_support
from gis.studies.site_asked import Proposed
from gis.studies.snapshots import record_from_json
from gis.works_near import box_around
from propagation.compliance.facts import BoundaryFacts
from propagation.compliance.facts_exposure import ExposureEmitter
from propagation.compliance.parameters import EXPOSURE_BROADCAST, number
from propagation.compliance.records import Confidence, Rule
from propagation.siting.facts import (
    FacilityFacts,
    Known,
    LicenceFacts,
    RunwayFacts,
    SupportFacts,
    ZoneFacts,
)
from propagation.siting.parameters import SHARING, SPACING, spacing_rows
from propagation.units import dbw_from_dbm

__all__ = [
    "SOURCE",
    "border_of",
    "emitters_near",
    "emitters_of",
    "facility_facts",
    "licence_facts",
    "nearest_border",
    "runway_facts",
    "seen_around",
    "support_facts",
    "supports_known",
    "supports_near",
    "zone_facts",
    "zones_around",
]

SOURCE: Final = "đề nghị / the request"
"""Where the facts of a proposal come from."""

_LEAST_REACH_M: Final = 500.0
_SAME_SITE_M: Final = 30.0
"""How far a record of the very site proposed may lie from it: a second of arc."""

_NOT_YET: Final = (Lifecycle.PLANNED, Lifecycle.APPROVED)


# --- gathered from the register ---


def seen_around(proposed: Proposed) -> Scope:
    """Return what a study of a site may see: what its applicant may where it is public."""
    return Scope(Role.OPERATOR, proposed.organisation_id) if proposed.public else SYSTEM


def supports_near(
    register: RegisterReader, proposed: Proposed, on: date, pack: RulePack
) -> list[dict[str, Any]]:
    """Return the structures within reach of the rules of sharing and spacing, the nearest first.

    Those that others keep confidential are there unless the study is public; those that were
    retired are not. Of each: whether it can be used now, and whether it counts for spacing.
    """
    reach_m = _reach_m(pack)
    scope = seen_around(proposed)
    box = box_around(Point(proposed.longitude, proposed.latitude), reach_m)
    names = {one.id: one.name for one in register.organisations()}
    rows = []
    for one in register.structures(scope, bbox=box, kinds=SUPPORTS, on=on):
        away = _apart_m(proposed, one.longitude, one.latitude)
        if away > reach_m or one.state is Lifecycle.RETIRED:
            continue
        rows.append(
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind.value,
                "owner": names.get(one.owner_id, one.owner_id),
                "longitude": one.longitude,
                "latitude": one.latitude,
                "distance_m": away,
                "height_m": one.top_m,
                "usable": is_support(one),
                "standing": one.state not in _NOT_YET,
                "spaced": _counts_for_spacing(one, proposed, away),
                "shareable": one.shareable,
                "same_operator": None
                if proposed.organisation_id is None
                else one.owner_id == proposed.organisation_id,
                "confidential": one.confidential,
                "source": one.provenance.source,
                "confidence": one.provenance.confidence.value,
            }
        )
    return sorted(rows, key=lambda row: (row["distance_m"], row["id"]))


def _counts_for_spacing(structure: Structure, proposed: Proposed, away_m: float) -> bool:
    """Return whether a mast may stand too near: the applicant's own mere plans do not.

    Nor does the record of the very site proposed, once it was approved.
    """
    own = proposed.organisation_id is not None and structure.owner_id == proposed.organisation_id
    planned = own and structure.state is Lifecycle.PLANNED
    itself = own and structure.state in _NOT_YET and away_m <= _SAME_SITE_M
    return structure.kind is StructureKind.ANTENNA_MAST and not (planned or itself)


def supports_known(register: RegisterReader, proposed: Proposed, on: date) -> Known:
    """Return how far what stands near can be known from the register."""
    if proposed.public:
        return Known.WITHHELD
    anything = register.structures(SYSTEM, kinds=SUPPORTS, on=on, limit=1)
    return Known.ALL if anything else Known.NOTHING


def _reach_m(pack: RulePack) -> float:
    """Return how far the rules of sharing and spacing look."""
    reach = _LEAST_REACH_M
    if SHARING in pack.rules:
        reach = max(reach, number(pack.rule(SHARING), "radius_m"))
    for name, rule in pack.rules.items():
        if name.startswith(SPACING):
            reach = max(reach, *(float(row["distance_m"]) for row in spacing_rows(rule)))
    return reach


def _apart_m(proposed: Proposed, longitude: float, latitude: float) -> float:
    at = (proposed.longitude, proposed.latitude, longitude, latitude)
    return round(1e3 * float(distance_km(*at)), 2)


def zones_around(zones: Iterable[PlanningZone], proposed: Proposed) -> list[dict[str, Any]]:
    """Return every zone with whether the site lies in it and how far its edge is."""
    rows = []
    for zone in sorted(zones, key=lambda one: one.id):
        inside, away = inside_and_distance(zone.geometry, proposed.longitude, proposed.latitude)
        rows.append(
            {
                "id": zone.id,
                "name": zone.name,
                "kind": zone.kind.value,
                "inside": inside,
                "distance_m": round(away, 2),
                "mast_classes": list(zone.mast_classes),
                "height_limit_m": zone.height_limit_m,
                "source": zone.provenance.source,
                "confidence": zone.provenance.confidence.value,
            }
        )
    return rows


def nearest_border(proposed: Proposed) -> dict[str, Any]:
    """Return how far the nearest point of the border that ships is, and how sure that is."""
    border = land_border()
    away = distance_km(
        proposed.longitude, proposed.latitude, border.points[:, 0], border.points[:, 1]
    )
    return {
        "country": border.country,
        "distance_m": round(1e3 * float(np.min(away)), 1),
        "position_uncertainty_m": 1e3 * border.position_uncertainty_km,
        "official": False,
        "source": border.source,
    }


# --- facts for the checks ---


def runway_facts(written: dict[str, Any], proposed: Proposed, strip: Rule) -> RunwayFacts:
    """Return a runway with the place of a site in its own plane.

    The plane touches the Earth at the first threshold; directions and distances from there are
    those of the geodesics.

    Parameters
    ----------
    written : dict
        The runway, as the study holds it.
    proposed : Proposed
        The site.
    strip : Rule
        `aviation.strip`: the strip where the record states none.
    """
    one = record_from_json(Runway, written)
    azimuth, _, length = GEOD.inv(one.longitude, one.latitude, one.end_longitude, one.end_latitude)
    towards, _, away = GEOD.inv(one.longitude, one.latitude, proposed.longitude, proposed.latitude)
    turned = math.radians(towards - azimuth)
    known = one.provenance
    highest = max(one.elevation_m, one.end_elevation_m)
    stated, beyond, width = one.aerodrome_elevation_m, one.strip_beyond_m, one.strip_width_m
    return RunwayFacts(
        id=one.id,
        name=f"{one.aerodrome} {one.name}",
        group=one.design_group,
        instrument=one.instrument_class,
        military=one.military,
        length_m=float(length),
        elevations_m=(one.elevation_m, one.end_elevation_m),
        aerodrome_elevation_m=highest if stated is None else stated,
        strip_beyond_m=number(strip, "beyond_m") if beyond is None else beyond,
        strip_width_m=number(strip, "width_m") if width is None else width,
        clearways_m=(one.clearway_m, one.end_clearway_m),
        x_m=float(away) * math.cos(turned),
        y_m=float(away) * math.sin(turned),
        source=known.source,
        confidence=known.confidence,
        strip_stated=None not in (beyond, width),
    )


def facility_facts(written: dict[str, Any], proposed: Proposed) -> FacilityFacts:
    """Return a facility with the place of a site ahead of it and beside its axis."""
    one = record_from_json(AviationFacility, written)
    towards, _, away = GEOD.inv(one.longitude, one.latitude, proposed.longitude, proposed.latitude)
    along = across = None
    if one.direction_deg is not None:
        turned = math.radians(towards - one.direction_deg)
        along, across = float(away) * math.cos(turned), float(away) * math.sin(turned)
    return FacilityFacts(
        id=one.id,
        name=one.name,
        kind=one.kind.value,
        elevation_m=one.elevation_m,
        distance_m=float(away),
        along_m=along,
        across_m=across,
        threshold_m=one.threshold_m,
        source=one.provenance.source,
        confidence=one.provenance.confidence,
    )


def support_facts(
    rows: Iterable[Mapping[str, Any]], *, masts: bool = False
) -> tuple[SupportFacts, ...]:
    """Return the structures near, all of them or only the masts that count for spacing."""
    return tuple(
        SupportFacts(
            id=row["id"],
            name=row["name"],
            owner=row["owner"],
            distance_m=row["distance_m"],
            height_m=row["height_m"],
            usable=row["usable"],
            standing=row["standing"],
            shareable=row["shareable"],
            same_operator=row["same_operator"],
            source=row["source"],
            confidence=Confidence(row["confidence"]),
        )
        for row in rows
        if not masts or row["spaced"]
    )


def zone_facts(rows: Iterable[Mapping[str, Any]]) -> tuple[ZoneFacts, ...]:
    """Return the zones around."""
    return tuple(
        ZoneFacts(
            **{
                **row,
                "mast_classes": tuple(row["mast_classes"]),
                "confidence": Confidence(row["confidence"]),
            }
        )
        for row in rows
    )


def licence_facts(written: Mapping[str, Any] | None) -> LicenceFacts | None:
    """Return the licence that was handed in."""
    if written is None:
        return None
    first, last = written["valid_from"], written["valid_to"]
    return LicenceFacts(
        number=written["number"],
        kind=written["kind"],
        province_codes=tuple(written["province_codes"]),
        valid_from=None if first is None else date.fromisoformat(first),
        valid_to=None if last is None else date.fromisoformat(last),
        source=SOURCE,
    )


def border_of(written: Mapping[str, Any]) -> BoundaryFacts:
    """Return how far the border is."""
    return BoundaryFacts(
        unit_code="",
        unit_name=written["source"],
        inside=False,
        distance_to_boundary_m=written["distance_m"],
        position_uncertainty_m=written["position_uncertainty_m"],
        official=written["official"],
    )


def emitters_near(
    register: RegisterReader, proposed: Proposed, on: date, pack: RulePack
) -> list[dict[str, Any]]:
    """Return the antennas that stand near, whose exposure adds to that of the antennas proposed.

    Those that others keep confidential are there unless the study is public.
    """
    rule = pack.rules.get(EXPOSURE_BROADCAST)
    if rule is None or not proposed.antennas:
        return []
    place = (proposed.longitude, proposed.latitude)
    return antennas_near(
        register, seen_around(proposed), place, number(rule, "near_distance_m"), on
    )


def emitters_of(proposed: Proposed) -> list[ExposureEmitter]:
    """Return the antennas proposed, the strongest first; those without a power are last."""
    found = [
        ExposureEmitter(
            id=f"antenna-{place}",
            name=f"{one['height_above_ground_m']:g} m",
            frequency_mhz=one.get("frequency_mhz"),
            eirp_dbw=None if "eirp_dbm" not in one else float(dbw_from_dbm(one["eirp_dbm"])),
            height_above_ground_m=one["height_above_ground_m"],
            longitude=proposed.longitude,
            latitude=proposed.latitude,
            east_m=0.0,
            north_m=0.0,
            broadcasting=False,
            source=SOURCE,
        )
        for place, one in enumerate(proposed.antennas, start=1)
    ]
    return sorted(
        found, key=lambda one: (math.inf if one.eirp_dbw is None else -one.eirp_dbw, one.id)
    )
