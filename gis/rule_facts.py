"""What the checks read of records: stations, lines of a plan, and what a commune's kind means."""

from gis.radiated import antenna_model, antenna_pattern_db
from gis.register.records import AdministrativeUnit, BroadcastStation, PlanEntry
from gis.rules import RulePack
from propagation.compliance.facts import PlanFacts, StationFacts
from propagation.compliance.parameters import AREA_CLASS, words
from propagation.interference.bs412 import Area, Reception
from propagation.interference.dvbt2 import mode_from_text
from propagation.interference.protection import Service

__all__ = ["area_class", "plan_facts", "station_facts"]


def station_facts(station: BroadcastStation) -> StationFacts:
    """Return what the checks read of a station's record.

    A station whose record states no pattern has that of its antenna of two angles at the horizon.

    Raises
    ------
    PropagationError
        If a pattern has neither 36 values nor none, or the mode is none of DVB-T2.
    """
    from_antenna = () if station.attenuation_db else antenna_pattern_db(station)
    return StationFacts(
        id=station.id,
        name=station.name,
        programme=station.programme,
        station_class=station.station_class.value,
        frequency_mhz=station.frequency_mhz,
        longitude=station.longitude,
        latitude=station.latitude,
        reception=Reception(station.reception.value),
        polarization=station.polarization,
        erp_total_dbw=station.erp_total_dbw,
        erp_horizontal_dbw=station.erp_horizontal_dbw,
        erp_vertical_dbw=station.erp_vertical_dbw,
        attenuation_db=station.attenuation_db or from_antenna,
        pattern_source=antenna_model(station) if from_antenna else "",
        height_above_ground_m=station.height_above_ground_m,
        effective_height_max_m=station.effective_height_max_m,
        effective_height_m=station.effective_height_m,
        province_code=station.province_code,
        confidence=station.provenance.confidence,
        source=station.provenance.source,
        service=Service(station.service.value),
        mode=None if station.mode is None else mode_from_text(station.mode),
    )


def plan_facts(entry: PlanEntry) -> PlanFacts:
    """Return what the checks read of a line of a channel plan."""
    return PlanFacts(
        id=entry.id,
        plan_id=entry.plan_id,
        frequency_mhz=entry.frequency_mhz,
        programme=entry.programme,
        site_name=entry.site_name,
        station_class=entry.station_class.value,
        instrument=entry.instrument,
        clause=entry.clause,
        antenna_height_m=entry.antenna_height_m,
        effective_height_max_m=entry.effective_height_max_m,
        erp_max_dbw=entry.erp_max_dbw,
        attenuation_db=entry.attenuation_db,
        power_max_kw=entry.power_max_kw,
        polarization=entry.polarization,
        province_code=entry.province_code,
        confidence=entry.provenance.confidence,
        source=entry.provenance.source,
    )


def area_class(unit: AdministrativeUnit, province_code: str, pack: RulePack) -> Area:
    """Return the surroundings that a commune's kind stands for; a labelled default.

    Parameters
    ----------
    unit : AdministrativeUnit
        The commune.
    province_code : str
        Code of the province or city above it.
    pack : RulePack
        Pack whose rule `fm.area_class` says which kinds are urban and which provinces hold a
        large city; kinds that it does not name are rural.

    Raises
    ------
    NotFoundError
        If the pack holds no such rule.
    """
    rule = pack.rule(AREA_CLASS)
    if unit.kind.value not in words(rule, "urban_kinds"):
        return Area.RURAL
    if province_code in words(rule, "large_city_province_codes"):
        return Area.LARGE_CITY
    return Area.URBAN
