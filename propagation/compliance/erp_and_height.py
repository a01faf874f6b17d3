"""Whether the station radiates more, or stands higher, than its entry in the plan allows.

Records against records, so the finding can be *violates*. A power that the plan prints without
saying that it is radiated cannot be compared with an e.r.p.: the antenna's gain lies between them.
"""

from typing import Final

from propagation.compliance.conclusions import (
    conclude,
    not_assessable,
    of_plan,
    of_station,
    unconcluded,
)
from propagation.compliance.facts import PlanFacts, StationFacts
from propagation.compliance.parameters import number
from propagation.compliance.records import Evidence, Finding, Outcome, Rule, Value

__all__ = ["CHECK", "check"]

CHECK: Final = "erp_and_height"

_DECIMALS: Final = 6
"""To these decimals powers and heights are compared: 30.01 dBW exceed 30 dBW by 0.01 dB."""


def check(station: StationFacts, plan: PlanFacts | None, *, rule: Rule) -> tuple[Finding, ...]:
    """Compare radiated power, pattern, heights and polarisation with the plan entry.

    Parameters
    ----------
    station : StationFacts
        The station as recorded.
    plan : PlanFacts or None
        Its entry in the plan.
    rule : Rule
        `fm.plan.erp` (`fm.plan.erp.local` for a station that is neither national nor provincial),
        in force on the date judged.

    Returns
    -------
    tuple of Finding
        The e.r.p., then whatever else the entry states. Margins of the e.r.p. are in dB; for
        heights the values hold the metres.
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
    if plan.polarization is not None:
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
    erp, limit = station.erp_total_dbw, plan.erp_max_dbw
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
        (of_station(station, "erp_total_dbw", erp), of_plan(plan, "erp_max_dbw", limit)),
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
    evidence: tuple[Evidence, ...] = ()
    if station.erp_total_dbw is not None:
        evidence = (of_station(station, "erp_total_dbw", station.erp_total_dbw),)
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
    """Compare at each of the 36 azimuths; the worst is reported."""
    if plan.erp_max_dbw is None:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.pattern_without_erp",
            ("compliance.missing.plan_erp",),
            values={"plan_id": plan.plan_id},
        )
    if station.erp_total_dbw is None:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.pattern_unknown",
            ("compliance.missing.erp",),
            values={"plan_id": plan.plan_id},
        )
    lost = station.attenuation_db or (0.0,) * len(plan.attenuation_db)
    radiated = [station.erp_total_dbw - part for part in lost]
    limits = [plan.erp_max_dbw - part for part in plan.attenuation_db]
    margins = [limit - erp for limit, erp in zip(limits, radiated, strict=True)]
    worst = min(range(len(margins)), key=margins.__getitem__)
    limit, erp = round(limits[worst], 3), radiated[worst]
    kept = _within(-margins[worst], number(rule, "erp_tolerance_db"))
    return _concluded(
        rule,
        "pattern_kept" if kept else "pattern_exceeded",
        (
            of_station(station, "erp_at_azimuth_dbw", round(erp, 3)),
            of_plan(plan, "erp_max_at_azimuth_dbw", limit),
        ),
        {
            "azimuth_deg": worst * 10,
            "erp_kw": _kw(erp),
            "erp_max_kw": _kw(limit),
            "excess_w": round(10 ** (erp / 10) - 10 ** (limit / 10), 1),
            "margin_db": round(margins[worst], 2),
            "plan_id": plan.plan_id,
        },
        kept=kept,
        margin_db=margins[worst],
    )


def _heights(station: StationFacts, plan: PlanFacts, rule: Rule) -> list[Finding]:
    effective = station.effective_height_max_m
    if effective is None and station.effective_height_m:
        effective = max(station.effective_height_m)
    compared = (
        ("effective_height", effective, plan.effective_height_max_m),
        ("antenna_height", station.height_above_ground_m, plan.antenna_height_m),
    )
    return [
        _height(station, plan, rule, name, value, limit)
        for name, value, limit in compared
        if limit is not None
    ]


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
    kept = station.polarization == plan.polarization
    return _concluded(
        rule,
        "polarization_same" if kept else "polarization_other",
        (
            of_station(station, "polarization", str(station.polarization)),
            of_plan(plan, "polarization", str(plan.polarization)),
        ),
        {"plan_id": plan.plan_id},
        kept=kept,
    )


def _within(excess: float, tolerance: float) -> bool:
    """Say whether an excess is within its tolerance, free of the noise of binary fractions."""
    return round(excess - tolerance, _DECIMALS) <= 0


def _kw(erp_dbw: float) -> float:
    return round(float(10 ** (erp_dbw / 10)) / 1000, 6)
