"""Whether the station radiates more, or stands higher, than its entry in the plan allows.

Records against records, so the finding can be *violates*; but for effective heights computed from
the terrain and patterns computed from an antenna's model, which ask to be verified. A power that
the plan prints without saying that it is radiated cannot be compared with an e.r.p.: the antenna's
gain lies between them.
"""

import math
from typing import Final

from propagation.compliance.conclusions import (
    conclude,
    field_evidence,
    not_assessable,
    of_plan,
    of_power,
    of_station,
    unconcluded,
)
from propagation.compliance.facts import (
    AZIMUTHS,
    HeightFacts,
    PlanFacts,
    StationFacts,
    TerrainFacts,
)
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

__all__ = ["CHECK", "check"]

CHECK: Final = "erp_and_height"

_DECIMALS: Final = 6
"""To these decimals powers and heights are compared: 30.01 dBW exceed 30 dBW by 0.01 dB."""


_STEP_DEG: Final = 360 // AZIMUTHS


def check(
    station: StationFacts,
    plan: PlanFacts | None,
    height: HeightFacts | None,
    terrain: TerrainFacts,
    *,
    rule: Rule,
) -> tuple[Finding, ...]:
    """Compare radiated power, pattern, heights and polarisation with the plan entry.

    Parameters
    ----------
    station : StationFacts
        The station as recorded.
    plan : PlanFacts or None
        Its entry in the plan.
    height : HeightFacts or None
        The effective heights computed from the terrain; None if they could not be.
    terrain : TerrainFacts
        The ground that the computation stood on.
    rule : Rule
        `fm.plan.erp` (`fm.plan.erp.local` for a station that is neither national nor provincial),
        in force on the date judged.

    Returns
    -------
    tuple of Finding
        The e.r.p., then pattern, heights and polarisation, or that the entry does not state
        them. Margins of the e.r.p. are in dB; for heights the values hold the metres.
    """
    if plan is None:
        absent = not_assessable(
            CHECK,
            rule,
            "compliance.reason.erp_no_entry",
            ("compliance.missing.plan_entry",),
            values={"programme": station.programme},
        )
        return (absent,)
    found = [_total(station, plan, rule)]
    if plan.attenuation_db:
        found.append(_pattern(station, plan, rule))
    found += _heights(station, plan, rule)
    if plan.effective_height_max_m is not None:
        found.append(_over_terrain(plan, height, terrain, rule))
    found.append(_polarization(station, plan, rule))
    return tuple(found)


def _concluded(
    rule: Rule,
    reason: str,
    evidence: tuple[Evidence, ...],
    values: dict[str, Value],
    *,
    kept: bool,
    margin_db: float | None = None,
) -> Finding:
    key = f"compliance.reason.{reason}"
    finding = unconcluded(CHECK, rule, key, evidence, values, margin_db=margin_db)
    return conclude(finding, outcome=Outcome.COMPLIES if kept else Outcome.VIOLATES)


def _total(station: StationFacts, plan: PlanFacts, rule: Rule) -> Finding:
    erp, limit = station.erp_all_dbw, plan.erp_max_dbw
    if limit is None:
        return _no_limit(station, plan, rule)
    if erp is None:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.erp_unknown",
            ("compliance.missing.erp",),
            evidence=(of_plan(plan, "erp_max_dbw", limit),),
            values={"erp_max_kw": _kw(limit), "plan_id": plan.plan_id},
        )
    margin_db = limit - erp
    excess_w = 10 ** (erp / 10) - 10 ** (limit / 10)
    kept = _within(-margin_db, number(rule, "erp_tolerance_db"))
    return _concluded(
        rule,
        "erp_kept" if kept else "erp_exceeded",
        (*of_power(station), of_plan(plan, "erp_max_dbw", limit)),
        {
            "erp_kw": _kw(erp),
            "erp_max_kw": _kw(limit),
            "excess_w": round(excess_w, 1),
            "margin_db": round(margin_db, 2),
            "plan_id": plan.plan_id,
        },
        kept=kept,
        margin_db=margin_db,
    )


def _no_limit(station: StationFacts, plan: PlanFacts, rule: Rule) -> Finding:
    evidence = of_power(station)
    if plan.power_max_kw is None:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.plan_states_no_erp",
            ("compliance.missing.plan_erp",),
            evidence=evidence,
            values={"plan_id": plan.plan_id},
        )
    return not_assessable(
        CHECK,
        rule,
        "compliance.reason.plan_states_power_only",
        ("compliance.missing.plan_erp",),
        evidence=(*evidence, of_plan(plan, "power_max_kw", plan.power_max_kw)),
        values={"power_max_kw": plan.power_max_kw, "plan_id": plan.plan_id},
    )


def _pattern(station: StationFacts, plan: PlanFacts, rule: Rule) -> Finding:
    """Compare at each of the 36 azimuths; the worst is reported.

    A record without a pattern says nothing of azimuths where the entry allows less: such a station
    keeps the entry if it does so with its full power all round, and is not assessable otherwise.
    """
    told: dict[str, Value] = {"plan_id": plan.plan_id}
    power = station.erp_all_dbw
    for known, reason, missing in (
        (plan.erp_max_dbw, "pattern_without_erp", "compliance.missing.plan_erp"),
        (power, "pattern_unknown", "compliance.missing.erp"),
    ):
        if known is None:
            return not_assessable(
                CHECK, rule, f"compliance.reason.{reason}", (missing,), values=told
            )
    lost = station.attenuation_db or (0.0,) * AZIMUTHS
    radiated = [float(power or 0.0) - part for part in lost]
    limits = [float(plan.erp_max_dbw or 0.0) - part for part in plan.attenuation_db]
    margins = [limit - erp for limit, erp in zip(limits, radiated, strict=True)]
    worst = min(range(len(margins)), key=margins.__getitem__)
    limit, erp = round(limits[worst], 3), radiated[worst]
    kept = _within(-margins[worst], number(rule, "erp_tolerance_db"))
    allowed = of_plan(plan, "erp_max_at_azimuth_dbw", limit)
    if not (kept or station.attenuation_db) and any(plan.attenuation_db):
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.pattern_not_recorded",
            ("compliance.missing.pattern",),
            evidence=(*of_power(station), allowed),
            values={**told, "azimuth_deg": worst * _STEP_DEG, "erp_max_kw": _kw(limit)},
        )
    return _concluded(
        rule,
        "pattern_kept" if kept else "pattern_exceeded",
        (_at_azimuth(station, round(erp, 3)), allowed),
        {
            "azimuth_deg": worst * _STEP_DEG,
            "erp_kw": _kw(erp),
            "erp_max_kw": _kw(limit),
            "excess_w": round(10 ** (erp / 10) - 10 ** (limit / 10), 1),
            "margin_db": round(margins[worst], 2),
            "plan_id": plan.plan_id,
        },
        kept=kept,
        margin_db=margins[worst],
    )


def _at_azimuth(station: StationFacts, erp_dbw: float) -> Evidence:
    """Return the power at an azimuth: of the record, or derived from the antenna's model."""
    name = "erp_at_azimuth_dbw"
    if not station.pattern_source:
        return of_station(station, name, erp_dbw)
    recalled = station.confidence is Confidence.RECALLED
    return Evidence(
        EvidenceKind.RECORD,
        name,
        erp_dbw,
        f"{station.source}; {station.pattern_source}",
        Confidence.RECALLED if recalled else Confidence.DERIVED,
    )


def _heights(station: StationFacts, plan: PlanFacts, rule: Rule) -> list[Finding]:
    if plan.effective_height_max_m is None and plan.antenna_height_m is None:
        return [_unstated(plan, rule, "height")]
    found = []
    if plan.effective_height_max_m is not None:
        found.append(_effective(station, plan, rule, plan.effective_height_max_m))
    if plan.antenna_height_m is not None:
        above_m, limit_m = station.height_above_ground_m, plan.antenna_height_m
        found.append(_height(station, plan, rule, "antenna_height", above_m, limit_m))
    return found


def _unstated(plan: PlanFacts, rule: Rule, what: str) -> Finding:
    return not_assessable(
        CHECK,
        rule,
        f"compliance.reason.plan_states_no_{what}",
        (f"compliance.missing.plan_{what}",),
        values={"plan_id": plan.plan_id},
    )


def _effective(station: StationFacts, plan: PlanFacts, rule: Rule, limit: float) -> Finding:
    """Compare the largest effective height on record, by azimuth where that is where it stands."""
    stated, by_azimuth = station.effective_height_max_m, station.effective_height_m
    if not by_azimuth or (stated is not None and stated > max(by_azimuth)):
        return _height(station, plan, rule, "effective_height", stated, limit)
    worst = max(range(AZIMUTHS), key=by_azimuth.__getitem__)
    value = by_azimuth[worst]
    kept = _within(value - limit, number(rule, "height_tolerance_m"))
    return _concluded(
        rule,
        f"effective_height_at_azimuth_{'kept' if kept else 'exceeded'}",
        (
            of_station(station, "effective_height_m", value),
            of_plan(plan, "effective_height_max_m", limit),
        ),
        {
            "azimuth_deg": worst * _STEP_DEG,
            "height_m": value,
            "limit_m": limit,
            "excess_m": round(value - limit, 2),
            "plan_id": plan.plan_id,
        },
        kept=kept,
    )


def _over_terrain(
    plan: PlanFacts, height: HeightFacts | None, terrain: TerrainFacts, rule: Rule
) -> Finding:
    """Compare the largest effective height over the terrain, of 36 azimuths: a prediction."""
    limit = float(plan.effective_height_max_m or 0.0)
    in_plan = of_plan(plan, "effective_height_max_m", limit)
    values: dict[str, Value] = {"limit_m": limit, "plan_id": plan.plan_id}
    by_azimuth = () if height is None or terrain.flat else height.effective_height_m
    known = [k for k, one in enumerate(by_azimuth) if not math.isnan(one)]
    if height is None or not known:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.effective_height_terrain_unknown",
            ("compliance.missing.terrain",),
            evidence=(in_plan,),
            values=values,
        )
    worst = max(known, key=by_azimuth.__getitem__)
    value = by_azimuth[worst]
    kept = _within(value - limit, number(rule, "terrain_height_tolerance_m"))
    computed = field_evidence(
        EvidenceKind.PREDICTION,
        "effective_height_computed_m",
        value,
        height.source,
        terrain=terrain,
    )
    finding = unconcluded(
        CHECK,
        rule,
        f"compliance.reason.effective_height_terrain_{'kept' if kept else 'exceeded'}",
        (computed, in_plan),
        {
            **values,
            "azimuth_deg": worst * _STEP_DEG,
            "azimuths": len(known),
            "height_m": round(value, 1),
            "excess_m": round(value - limit, 2),
        },
    )
    return conclude(
        finding,
        outcome=Outcome.COMPLIES if kept else Outcome.VIOLATES,
        missing=() if kept else ("compliance.missing.height_survey",),
    )


def _height(  # noqa: PLR0917 (one comparison of two records, all its parts)
    station: StationFacts,
    plan: PlanFacts,
    rule: Rule,
    name: str,
    value: float | None,
    limit: float,
) -> Finding:
    in_plan = of_plan(plan, f"{name}_max_m", limit)
    if value is None:
        return not_assessable(
            CHECK,
            rule,
            f"compliance.reason.{name}_unknown",
            (f"compliance.missing.{name}",),
            evidence=(in_plan,),
            values={"limit_m": limit, "plan_id": plan.plan_id},
        )
    kept = _within(value - limit, number(rule, "height_tolerance_m"))
    return _concluded(
        rule,
        f"{name}_kept" if kept else f"{name}_exceeded",
        (of_station(station, f"{name}_m", value), in_plan),
        {
            "height_m": value,
            "limit_m": limit,
            "excess_m": round(value - limit, 2),
            "plan_id": plan.plan_id,
        },
        kept=kept,
    )


def _polarization(station: StationFacts, plan: PlanFacts, rule: Rule) -> Finding:
    if plan.polarization is None:
        return _unstated(plan, rule, "polarization")
    kept = station.polarization == plan.polarization
    return _concluded(
        rule,
        "polarization_same" if kept else "polarization_other",
        (
            of_station(station, "polarization", str(station.polarization)),
            of_plan(plan, "plan_polarization", str(plan.polarization)),
        ),
        {"plan_id": plan.plan_id},
        kept=kept,
    )


def _within(excess: float, tolerance: float) -> bool:
    """Say whether an excess is within its tolerance, free of the noise of binary fractions."""
    return round(excess - tolerance, _DECIMALS) <= 0


def _kw(erp_dbw: float) -> float:
    return round(float(10 ** (erp_dbw / 10)) / 1000, 6)
