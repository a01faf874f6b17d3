"""Whether a station floods a monitoring station, or the receivers of those who live near its mast.

Both limits are those of the FCC, recalled; no Vietnamese text with numbers was found. The rules
are advisory, and the outcome is at most *needs verification*.
"""

import math
from collections.abc import Sequence
from typing import Final

from propagation.compliance.conclusions import (
    conclude,
    field_evidence,
    measured_outcome,
    not_assessable,
    of_power,
    of_rule,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import StationFacts, TerrainFacts
from propagation.compliance.facts_protected_sites import MonitoringFacts
from propagation.compliance.parameters import number
from propagation.compliance.records import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Rule,
    Value,
)
from propagation.exposure import safety_distance_m
from propagation.units import eirp_db_from_erp_db, mvm_from_dbuvm, w_from_dbw

__all__ = ["CHECK", "blanketing_distance_km", "check"]

CHECK: Final = "protected_sites"


def blanketing_distance_km(rule: Rule, erp_dbw: float) -> float:
    """Return the distance in free space at which a field has fallen to the blanketing one.

    Parameters
    ----------
    rule : Rule
        `fm.blanketing`, which holds the field: 115 dB(uV/m) is 0.394 sqrt(P/kW) km.
    erp_dbw : float
        Effective radiated power.

    References
    ----------
    .. [CFR73] 47 CFR 73.318 (recalled), which prints the same relation.
    """
    limit_v_per_m = mvm_from_dbuvm(number(rule, "blanketing_dbuvm")) / 1e3
    eirp_w = w_from_dbw(eirp_db_from_erp_db(erp_dbw))
    return float(safety_distance_m(eirp_w, limit_v_per_m)) / 1e3


def check(
    station: StationFacts,
    monitoring: Sequence[MonitoringFacts] | None,
    population: float | None,
    terrain: TerrainFacts,
    *,
    rule: Rule,
    blanketing_rule: Rule | None,
) -> tuple[Finding, ...]:
    """Judge the field of a station at monitoring stations, and its blanketing area.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    monitoring : sequence of MonitoringFacts or None
        Monitoring stations with its field there; None where no table of them was imported.
    population : float or None
        People within the blanketing distance of its mast, by the mean density of its commune;
        None where that is not known. Fewer than the rule's least are nobody.
    terrain : TerrainFacts
        The ground that predictions stood on.
    rule, blanketing_rule : Rule
        `site.monitoring` and `fm.blanketing`; None where none of blanketing speaks of the service.

    Returns
    -------
    tuple of Finding
        One for each monitoring station within reach, or that there is none; then blanketing.
    """
    return (
        *_monitored(station, monitoring, terrain, rule),
        *(() if blanketing_rule is None else (_blanketing(station, population, blanketing_rule),)),
    )


def _monitored(
    station: StationFacts,
    monitoring: Sequence[MonitoringFacts] | None,
    terrain: TerrainFacts,
    rule: Rule,
) -> list[Finding]:
    if monitoring is None:
        missing = ("protected_sites.missing.monitoring",)
        values: dict[str, Value] = {"station": station.name}
        reason = "protected_sites.reason.monitoring_unknown"
        return [not_assessable(CHECK, rule, reason, missing, values=values)]
    radius_km = number(rule, "radius_km")
    near = [site for site in monitoring if site.distance_km <= radius_km]
    if not near:
        finding = unconcluded(
            CHECK,
            rule,
            "protected_sites.reason.monitoring_far",
            (of_station(station, "frequency_mhz", station.frequency_mhz),),
            {"radius_km": radius_km, "count": len(monitoring)},
        )
        return [conclude(finding, outcome=Outcome.COMPLIES)]
    return [_at(station, site, terrain, rule) for site in near]


def _at(
    station: StationFacts, site: MonitoringFacts, terrain: TerrainFacts, rule: Rule
) -> Finding:
    limit = number(rule, "limit_dbuvm")
    values: dict[str, Value] = {
        "site": site.name,
        "distance_km": round(site.distance_km, 1),
        "limit_dbuvm": limit,
    }
    if math.isnan(site.field_dbuvm):
        reason = "protected_sites.reason.monitoring_no_field"
        missing = ("protected_sites.missing.field",)
        return not_assessable(CHECK, rule, reason, missing, values=values, counterpart=site.id)
    margin_db = limit - site.field_dbuvm
    outcome = measured_outcome(margin_db, site.kind, site.uncertainty_db)
    kept = outcome is Outcome.COMPLIES
    values |= {"field_dbuvm": round(site.field_dbuvm, 1), "margin_db": round(margin_db, 1)}
    finding = unconcluded(
        CHECK,
        rule,
        f"protected_sites.reason.monitoring_{'kept' if kept else 'exceeded'}",
        (
            field_evidence(
                site.kind,
                "field_strength_dbuvm",
                site.field_dbuvm,
                site.source,
                terrain=terrain,
                uncertainty=site.uncertainty_db,
            ),
            of_rule(rule, "limit_dbuvm", limit),
        ),
        values,
        margin_db=margin_db,
        counterpart=site.id,
    )
    measure = where_to_measure(
        "protected_sites.measure.monitoring",
        longitude=site.longitude,
        latitude=site.latitude,
        height_m=site.height_m,
        quantity="field_strength",
        site=site.name,
        frequency_mhz=station.frequency_mhz,
        limit_dbuvm=limit,
    )
    return conclude(finding, outcome=outcome, measure=measure)


def _inhabited(population: float | None, least: float) -> str:
    if population is None:
        return "unknown"
    return "inhabited" if population >= least else "empty"


def _blanketing(station: StationFacts, population: float | None, rule: Rule) -> Finding:
    erp = station.erp_all_dbw
    if erp is None:
        reason = "protected_sites.reason.blanketing_no_erp"
        missing = ("compliance.missing.erp",)
        return not_assessable(CHECK, rule, reason, missing, values={"station": station.name})
    distance_km = blanketing_distance_km(rule, erp)
    values: dict[str, Value] = {
        "distance_m": round(1e3 * distance_km),
        "limit_dbuvm": number(rule, "blanketing_dbuvm"),
        "population": population if population is None else round(population),
    }
    state = _inhabited(population, number(rule, "least_population"))
    finding = unconcluded(
        CHECK,
        rule,
        f"protected_sites.reason.blanketing_{state}",
        (
            *of_power(station),
            Evidence(
                EvidenceKind.PREDICTION,
                "blanketing_distance_m",
                round(1e3 * distance_km, 1),
                f"{rule.instrument}, {rule.clause}",
                Confidence.DERIVED,
            ),
        ),
        {name: value for name, value in values.items() if value is not None},
    )
    outcome = Outcome.COMPLIES if state == "empty" else Outcome.NEEDS_VERIFICATION
    wanted = ("protected_sites.missing.population",) if population is None else ()
    return conclude(
        finding, outcome=outcome, missing=(*wanted, "protected_sites.missing.complaints")
    )
