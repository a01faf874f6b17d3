"""Planning of a site: one report of what is asked of a proposed structure, with clauses.

Aviation (surfaces computed in three dimensions around every runway on record, restricted areas of
radio facilities, marking, data), the operator's licence, plan zone and class of mast, sharing
first and spacing, railway, border, water and protected areas, exposure; what its antennas would
cover; then the papers in their order. Nothing is written to the register.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from gis.administration import PROVINCES
from gis.register.reading import Reader as RegisterReader
from gis.register.scopes import SYSTEM
from gis.register.siting import ZoneKind
from gis.rules import RulePack, load_rule_pack
from gis.studies.antennas_near import emitter_of
from gis.studies.context import StudyContext
from gis.studies.findings import finding_to_json
from gis.studies.model import software_json, terrain_json
from gis.studies.parts import Computed, Gathered, moment, rules_from_json, rules_json
from gis.studies.remarks import remarks_json, source_remarks
from gis.studies.requests import Reader
from gis.studies.site_asked import SITE_INPUTS, Proposed, site_asked
from gis.studies.site_coverage import compute_coverage, gather_coverage
from gis.studies.site_scene import (
    SOURCE,
    border_of,
    emitters_near,
    emitters_of,
    facility_facts,
    licence_facts,
    nearest_border,
    runway_facts,
    support_facts,
    supports_known,
    supports_near,
    zone_facts,
    zones_around,
)
from gis.studies.snapshots import record_to_json
from gis.terrain.ground import Remark
from propagation.compliance import exposure
from propagation.compliance.facts import StationFacts, TerrainFacts
from propagation.compliance.parameters import (
    AREA_CLASS,
    EXPOSURE_BASE_STATION,
    EXPOSURE_BROADCAST,
)
from propagation.compliance.records import Finding, summarise
from propagation.siting import aviation, facilities, planning, surroundings
from propagation.siting.facts import Known, MastKind, RunwayFacts, SiteFacts, ZoneFacts
from propagation.siting.papers import papers
from propagation.siting.parameters import MAST_CLASS, STRIP
from propagation.siting.sharing import sharing, spacing
from propagation.units import erp_db_from_eirp_db

__all__ = ["CHECKS", "compute", "gather"]

CHECKS: Final = (
    "siting.height",
    "siting.surfaces",
    "siting.area_2a",
    "siting.restricted",
    "siting.radio_station",
    "siting.military",
    "siting.marking",
    "siting.data",
    "siting.licence",
    "siting.plan_zone",
    "siting.sharing",
    "siting.spacing",
    "siting.railway",
    "siting.border_belt",
    "siting.layers",
    exposure.CHECK,
)
"""Every check in the order of the report."""

_PREFIXES: Final = ("aviation.", "siting.")
_OTHERS: Final = (AREA_CLASS, EXPOSURE_BROADCAST, EXPOSURE_BASE_STATION)


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides about a site.

    Parameters
    ----------
    request : mapping
        `gis.studies.site_asked.SITE_INPUTS`.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where terrain and rules are.

    Raises
    ------
    GisError
        As of `gis.studies.site_asked.site_asked`.
    """
    place, on = moment(Reader(request, *SITE_INPUTS))
    pack = load_rule_pack(on, own=context.home.rules)
    asked = site_asked(request, register, context.ground, pack)
    proposed = asked.proposed
    runways = [
        one for one in register.runways(SYSTEM, on=on) if not (proposed.public and one.military)
    ]
    facilities = register.aviation_facilities(SYSTEM, on=on)
    supports = supports_near(register, proposed, on, pack)
    emitters = emitters_near(register, proposed, on, pack)
    covered = gather_coverage(asked, register, context.ground, pack)
    known = [*supports, *emitters, covered, *({"confidential": one.military} for one in runways)]
    inputs = {
        "jurisdiction": place.id,
        "province_code": place.province_code,
        "province_names": _province_names(register, proposed, on),
        "on": on.isoformat(),
        "terrain": terrain_json(context.ground),
        "software": software_json(),
        "rules": rules_json(pack, sorted([*_rule_names(pack), *covered.pop("rules")])),
        "asked": proposed.to_json(),
        "ground_elevation_m": asked.ground_elevation_m,
        "urban": asked.urban,
        "commune": asked.commune,
        "runways": [record_to_json(one) for one in sorted(runways, key=lambda one: one.id)],
        "facilities": [record_to_json(one) for one in sorted(facilities, key=lambda one: one.id)],
        "supports": supports,
        "emitters": emitters,
        "supports_known": supports_known(register, proposed, on).value,
        "zones": zones_around(register.planning_zones(on=on), proposed),
        "border": nearest_border(proposed),
        **covered,
        "confidential": not proposed.public and any(one.get("confidential") for one in known),
        "remarks": remarks_json([*source_remarks(context.ground), *_left_out(proposed)]),
    }
    return Gathered(inputs)


def _province_names(register: RegisterReader, proposed: Proposed, on: date) -> dict[str, str]:
    """Return what the register calls the provinces that the licence names, by their codes."""
    codes = () if proposed.licence is None else proposed.licence["province_codes"]
    known = {unit.code: unit.name for unit in register.units(on=on, kinds=PROVINCES)}
    return {code: known[code] for code in codes if code in known}


def _left_out(proposed: Proposed) -> list[Remark]:
    """Return what a public study says of what it was made without."""
    return [("planning.public_remark", {})] if proposed.public else []


def _rule_names(pack: RulePack) -> list[str]:
    own = [name for name in pack.rules if name.startswith(_PREFIXES)]
    return sorted([*own, *(name for name in _OTHERS if name in pack.rules)])


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Judge the site from what was gathered."""
    stage = context.stage(0.02, 0.99, "planning.progress")
    stage.report(0.0)
    inputs = gathered.inputs
    proposed = _proposed(inputs["asked"])
    pack = rules_from_json(inputs["rules"])
    site = _site(proposed, inputs)
    strip = pack.rule(STRIP)
    runways = tuple(runway_facts(row, proposed, strip) for row in inputs["runways"])
    zones = zone_facts(inputs["zones"])
    findings = (
        *_aviation(site, runways, zones, inputs, pack),
        *_planning(site, zones, inputs, pack),
        *_exposure(site, proposed, inputs, pack),
    )
    steps = papers(findings, pack.rules)
    summary = summarise(findings).value
    results: dict[str, Any] = {
        "outcome": summary,
        "outcomes": {summary: 1},
        "mast_class": _class(site, pack),
        "findings": [finding_to_json(one) for one in findings],
        "surfaces": _surface_rows(site, runways, pack),
        "papers": [
            {
                "step": one.step,
                "needed": one.needed,
                "body": one.body,
                "working_days": one.working_days,
                "because": list(one.because),
            }
            for one in steps
        ],
        "remarks": inputs["remarks"],
    }
    if "coverage" in inputs:  # older records have none
        results["coverage"] = compute_coverage(inputs, proposed, context, stage)
    return Computed(results)


def _proposed(written: Mapping[str, Any]) -> Proposed:
    named = {"kind": MastKind(written["kind"]), "antennas": tuple(written["antennas"])}
    return Proposed(**{**written, **named})


def _site(proposed: Proposed, inputs: Mapping[str, Any]) -> SiteFacts:
    terrain = inputs["terrain"]
    return SiteFacts(
        name=proposed.name,
        longitude=proposed.longitude,
        latitude=proposed.latitude,
        kind=proposed.kind,
        height_m=proposed.height_m,
        building_height_m=proposed.building_height_m,
        reach_m=proposed.reach_m,
        transmits=bool(proposed.antennas),
        ground_elevation_m=inputs["ground_elevation_m"],
        ground_stated=proposed.ground_height_m is not None,
        terrain=TerrainFacts(identifier=terrain["identifier"], flat=terrain["flat"]),
        urban=inputs["urban"],
        province_code=inputs["province_code"],
        source=SOURCE,
    )


def _aviation(
    site: SiteFacts,
    runways: tuple[RunwayFacts, ...],
    zones: tuple[ZoneFacts, ...],
    inputs: Mapping[str, Any],
    pack: RulePack,
) -> tuple[Finding, ...]:
    rules, proposed = pack.rules, _proposed(inputs["asked"])
    aids = tuple(facility_facts(row, proposed) for row in inputs["facilities"])
    agreed = [zone for zone in zones if zone.kind == ZoneKind.AGREED_HEIGHT.value]
    runways_lack, aids_lack = (surroundings.unseen(one, zones) for one in ("runway", "facility"))
    restricted = facilities.restricted_areas(site, aids, rules, lacking=aids_lack)
    # a public report names no runway of the military, so it does not know that there is none
    withheld = proposed.public
    under = any(aviation.surfaces_of(runway, rules) for runway in runways)
    known = under or (runways_lack is None and not withheld)
    return (
        *aviation.height(site, rules),
        *aviation.obstacle_surfaces(
            site, runways, agreed, rules, withheld=withheld, lacking=runways_lack
        ),
        *aviation.area_2a(site, runways, rules),
        *restricted,
        *facilities.tall(site, rules),
        *facilities.radio_station(site, restricted, rules),
        *aviation.military(site, runways, rules, withheld=withheld),
        *aviation.marking(site, under=under if known else None, rules=rules),
        *aviation.data_duty(site, runways, rules, withheld=withheld, lacking=runways_lack),
    )


def _planning(
    site: SiteFacts,
    zones: tuple[ZoneFacts, ...],
    inputs: Mapping[str, Any],
    pack: RulePack,
) -> tuple[Finding, ...]:
    rules, proposed = pack.rules, _proposed(inputs["asked"])
    of = {kind: [zone for zone in zones if zone.kind == kind.value] for kind in ZoneKind}
    supports, known = inputs["supports"], Known(inputs["supports_known"])
    licence = licence_facts(inputs["asked"]["licence"])
    on = date.fromisoformat(inputs["on"])
    return (
        *planning.licence(site, licence, on, rules),
        *planning.plan_zone(site, of[ZoneKind.PLAN], rules),
        *sharing(site, support_facts(supports), proposed.wanted_height_m, rules, known=known),
        *spacing(site, support_facts(supports, masts=True), rules, known=known),
        *surroundings.railway(site, proposed.railway_distance_m, zones, rules),
        *surroundings.border_belt(border_of(inputs["border"]), of[ZoneKind.BORDER_BELT], rules),
        *surroundings.layers(site, zones, rules),
    )


def _exposure(
    site: SiteFacts, proposed: Proposed, inputs: Mapping[str, Any], pack: RulePack
) -> tuple[Finding, ...]:
    """Return what the antennas proposed radiate at the foot of masts, with those that stand near.

    Records of before say nothing of those near: they are judged as they were.
    """
    rule, emitters = pack.rules.get(EXPOSURE_BROADCAST), emitters_of(proposed)
    if rule is None or not emitters:
        return ()
    first = emitters[0]
    station = StationFacts(
        id=first.id,
        name=first.name,
        programme="",
        station_class="other",
        frequency_mhz=first.frequency_mhz or 0.0,
        longitude=site.longitude,
        latitude=site.latitude,
        erp_total_dbw=None
        if first.eirp_dbw is None
        else float(erp_db_from_eirp_db(first.eirp_dbw)),
        height_above_ground_m=first.height_above_ground_m,
        source=SOURCE,
    )
    base = pack.rules.get(EXPOSURE_BASE_STATION)
    place = {"longitude": site.longitude, "latitude": site.latitude}
    near = [emitter_of(row, place) for row in inputs.get("emitters", ())]
    known = "emitters" not in inputs or Known(inputs["supports_known"]) is Known.ALL
    return exposure.check(
        station, [*emitters, *near], rule=rule, base_station_rule=base, all_known=known
    )


def _class(site: SiteFacts, pack: RulePack) -> str | None:
    rule = pack.rules.get(MAST_CLASS)
    return None if rule is None else planning.mast_class(site, rule)


def _surface_rows(
    site: SiteFacts, runways: tuple[RunwayFacts, ...], pack: RulePack
) -> list[dict[str, Any]]:
    """Return every surface that the site lies under, with what it leaves free."""
    return [
        {
            "runway_id": runway.id,
            "runway": runway.name,
            "surface": one.name,
            "end": one.end,
            "elevation_m": round(one.elevation_m, 2),
            "allowed_height_m": round(one.elevation_m - site.ground_elevation_m, 2),
            "penetration_m": round(max(site.top_elevation_m - one.elevation_m, 0.0), 2),
            "instrument": one.rule.instrument,
            "clause": one.rule.clause,
            "clause_en": one.rule.clause_en,
        }
        for runway in runways
        for one in aviation.surfaces_of(runway, pack.rules)
    ]
