"""Whether the station is the one that the plan names: band, raster, frequency, programme, site.

The plan binds; the raster is recalled; the site tolerance is that of GE84, Article 4.2.4 c, a
reference method that does not bind here, so a distant site is at most *needs verification*. Of
television no tolerance is known, of wireless public address no raster either: not assessable.
"""

import re
import unicodedata
from typing import Final

from propagation.compliance.conclusions import (
    conclude,
    not_assessable,
    of_plan,
    of_station,
    unconcluded,
)
from propagation.compliance.facts import PlanFacts, StationFacts
from propagation.compliance.parameters import flag, number
from propagation.compliance.records import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Rule,
    Value,
)
from propagation.interference.protection import Service

__all__ = ["CHECK", "check", "same_name"]

CHECK: Final = "plan_identity"

_LOCAL: Final = "other"
"""Neither national nor provincial: the plan's tables do not list such stations one by one."""

_WORST_FIRST: Final = (Confidence.RECALLED, Confidence.DERIVED, Confidence.SECONDARY)
"""How two records are known together: as well as the worse of them."""

_WORD: Final = re.compile("(?:[^\\W_]|[\u0300-\u036f])+")

_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
"""Combining grave, acute, tilde, hook above, dot below: the tone marks of Vietnamese."""


def same_name(first: str, second: str) -> bool:
    """Return whether two Vietnamese names are the same but for what a typist may vary.

    That is case, spaces, punctuation and the place of the tone mark: nobody is told of a violation
    because *VOV1* was typed *VOV 1*.

    Parameters
    ----------
    first, second : str
        Names; *hoà* and *hòa* are the same, *hoa* and *hoà* are not.
    """
    return _key(first) == _key(second)


def _key(name: str) -> str:
    words = _WORD.findall(unicodedata.normalize("NFD", name.casefold()))
    return "".join("".join(sorted(word, key=lambda letter: letter in _TONES)) for word in words)


def check(
    station: StationFacts,
    plan: PlanFacts | None,
    *,
    site_distance_km: float | None,
    rule: Rule,
    raster_rule: Rule,
    site_rule: Rule | None,
) -> tuple[Finding, ...]:
    """Compare a station with its entry in the plan.

    Parameters
    ----------
    station : StationFacts
        The station as recorded.
    plan : PlanFacts or None
        Its entry; None if the plan at hand holds none.
    site_distance_km : float or None
        Distance between the recorded site and that of the entry; None if the entry has none.
    rule, raster_rule, site_rule : Rule
        `fm.plan.identity` (`fm.plan.identity.local` for a station that is neither national nor
        provincial), `fm.raster` and `fm.site_tolerance`, in force on the date judged; of
        other services `tv.plan.identity` and `tv.raster`, or those of `pa`, and None.

    Returns
    -------
    tuple of Finding
        Band, raster, and either the missing entry or frequency, programme and site.
    """
    always = (_band(station, rule), _raster(station, raster_rule))
    if plan is None:
        return (*always, _no_entry(station, rule))
    return (
        *always,
        _frequency(station, plan, rule),
        _programme(station, plan, rule),
        _site(station, plan, site_distance_km, rule, site_rule),
    )


def _finding(rule: Rule, reason: str, evidence: tuple[Evidence, ...], **values: object) -> Finding:
    """Return a finding to be concluded."""
    given = {k: v if isinstance(v, str | int | float) else str(v) for k, v in values.items()}
    return Finding(
        CHECK, rule, Outcome.NEEDS_VERIFICATION, evidence, reason, given, missing=("-",)
    )


def _judge(
    rule: Rule, reasons: tuple[str, str], evidence: tuple[Evidence, ...], kept: bool, **v: object
) -> Finding:
    finding = _finding(rule, f"compliance.reason.{reasons[not kept]}", evidence, **v)
    return conclude(finding, outcome=Outcome.COMPLIES if kept else Outcome.VIOLATES)


def _band(station: StationFacts, rule: Rule) -> Finding:
    lower, upper = number(rule, "frequency_min_mhz"), number(rule, "frequency_max_mhz")
    return _judge(
        rule,
        ("band_kept", "band_left"),
        (of_station(station, "frequency_mhz", station.frequency_mhz),),
        lower <= station.frequency_mhz <= upper,
        frequency_mhz=station.frequency_mhz,
        frequency_min_mhz=lower,
        frequency_max_mhz=upper,
    )


def _raster(station: StationFacts, rule: Rule) -> Finding:
    carrier = of_station(station, "frequency_mhz", station.frequency_mhz)
    if "raster_khz" not in rule.parameters:
        return not_assessable(
            CHECK,
            rule,
            "public_address.reason.raster_unknown",
            ("public_address.missing.raster",),
            evidence=(carrier,),
            values={"frequency_mhz": station.frequency_mhz},
        )
    raster_khz = number(rule, "raster_khz")
    of_channels = "raster_origin_mhz" in rule.parameters
    origin_khz = 1000 * number(rule, "raster_origin_mhz") if of_channels else 0.0
    from_origin_khz = station.frequency_mhz * 1000 - origin_khz
    off_khz = _free_of_noise(
        abs(from_origin_khz - round(from_origin_khz / raster_khz) * raster_khz)
    )
    return _judge(
        rule,
        ("channel_kept", "channel_left") if of_channels else ("raster_kept", "raster_left"),
        (carrier,),
        off_khz <= number(rule, "frequency_tolerance_khz"),
        frequency_mhz=station.frequency_mhz,
        raster_khz=raster_khz,
        off_khz=round(off_khz, 3),
        **({"origin_mhz": origin_khz / 1000} if of_channels else {}),
    )


def _free_of_noise(off_khz: float) -> float:
    """Return a difference to the millihertz: 100.0 less 99.999 MHz is 1 kHz and no more."""
    return round(off_khz, 6)


def _no_entry(station: StationFacts, rule: Rule) -> Finding:
    evidence = (
        of_station(station, "frequency_mhz", station.frequency_mhz),
        of_station(station, "programme", station.programme),
    )
    values: dict[str, Value] = {
        "programme": station.programme,
        "frequency_mhz": station.frequency_mhz,
    }
    if station.station_class == _LOCAL and station.service is Service.FM:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.plan_lists_no_local",
            ("compliance.missing.assignment",),
            evidence=evidence,
            values=values,
        )
    if not flag(rule, "table_complete"):
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.plan_table_absent",
            ("compliance.missing.official_plan_table",),
            evidence=evidence,
            values=values,
        )
    reason = "compliance.reason.plan_entry_absent"
    finding = unconcluded(CHECK, rule, reason, evidence, values)
    return conclude(finding, outcome=Outcome.VIOLATES)


def _frequency(station: StationFacts, plan: PlanFacts, rule: Rule) -> Finding:
    off_khz = _free_of_noise(abs(station.frequency_mhz - plan.frequency_mhz) * 1000)
    return _judge(
        rule,
        ("frequency_same", "frequency_other"),
        (
            of_station(station, "frequency_mhz", station.frequency_mhz),
            of_plan(plan, "plan_frequency_mhz", plan.frequency_mhz),
        ),
        off_khz <= number(rule, "frequency_tolerance_khz"),
        frequency_mhz=station.frequency_mhz,
        plan_frequency_mhz=plan.frequency_mhz,
        off_khz=round(off_khz, 3),
        plan_id=plan.plan_id,
    )


def _programme(station: StationFacts, plan: PlanFacts, rule: Rule) -> Finding:
    return _judge(
        rule,
        ("programme_same", "programme_other"),
        (
            of_station(station, "programme", station.programme),
            of_plan(plan, "plan_programme", plan.programme),
        ),
        same_name(station.programme, plan.programme),
        programme=station.programme,
        plan_programme=plan.programme,
        plan_id=plan.plan_id,
    )


def _site(
    station: StationFacts,
    plan: PlanFacts,
    distance_km: float | None,
    identity_rule: Rule,
    tolerance_rule: Rule | None,
) -> Finding:
    rule = tolerance_rule or identity_rule
    site = of_plan(plan, "site_name", plan.site_name)
    if distance_km is None:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.site_unknown",
            ("compliance.missing.plan_coordinates",),
            evidence=(site,),
            values={"site_name": plan.site_name},
        )
    evidence = (site, _distance(station, plan, distance_km))
    if tolerance_rule is None:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.site_no_tolerance",
            ("compliance.missing.site_tolerance",),
            evidence=evidence,
            values={"distance_km": round(distance_km, 2), "site_name": plan.site_name},
        )
    near = number(rule, "tolerance_at_or_above_km")
    far = number(rule, "tolerance_below_km")
    values: dict[str, Value] = {"distance_km": round(distance_km, 2), "site_name": plan.site_name}
    if station.erp_all_dbw is None:
        if near < distance_km <= far:
            return not_assessable(
                CHECK,
                rule,
                "compliance.reason.site_tolerance_unknown",
                ("compliance.missing.erp",),
                evidence=evidence,
                values={**values, "near_km": near, "far_km": far},
            )
        tolerance = near if distance_km <= near else far  # whatever the power is
    else:
        erp_w = 10 ** (station.erp_all_dbw / 10)
        strong = erp_w >= number(rule, "erp_threshold_w") * (1 - 1e-9)
        tolerance = near if strong else far
    return _judge(
        rule,
        ("site_kept", "site_left"),
        evidence,
        distance_km <= tolerance,
        **values,
        tolerance_km=tolerance,
    )


def _distance(station: StationFacts, plan: PlanFacts, distance_km: float) -> Evidence:
    """Return the distance of two recorded sites; it is known as well as the worse of them."""
    both = (station.confidence, plan.confidence)
    worse = next((one for one in _WORST_FIRST if one in both), station.confidence)
    return Evidence(
        EvidenceKind.RECORD,
        "site_distance_km",
        round(distance_km, 3),
        f"{station.source}; {plan.source}",
        worse,
    )
