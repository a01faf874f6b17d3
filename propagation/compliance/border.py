"""Whether a station would need coordination with the neighbour, by the numbers of GE84.

Viet Nam and Cambodia are outside the planning area of GE84, so nothing here binds: the rules are
advisory and the outcome is at most *needs verification*; those of GE06 for television the same.
What binds is the law: coordination goes through the ministry (Luật Tần số vô tuyến điện
42/2009/QH12, Điều 41, 43, 44).
"""

import math
from dataclasses import dataclass
from typing import Final

from propagation.compliance.conclusions import (
    conclude,
    field_evidence,
    measured_outcome,
    not_assessable,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import StationFacts, TerrainFacts
from propagation.compliance.facts_border import BorderFacts, BorderPointFacts
from propagation.compliance.lookup import bilinear
from propagation.compliance.parameters import grid, number, numbers
from propagation.compliance.records import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Reservation,
    Rule,
    Value,
)
from propagation.compliance.unknowns import Unknowns

__all__ = ["CHECK", "check", "check_television", "coordination_distance_km"]

CHECK: Final = "border"


def coordination_distance_km(rule: Rule, erp_dbw: float, effective_height_m: float) -> float:
    """Return the distance within which GE84 asks for coordination, over land.

    Linear in dBW and in the effective height; heights below 10 m and above 1800 m are taken as
    10 m and 1800 m, as Annex 4 states.

    Parameters
    ----------
    rule : Rule
        `fm.border.distance`, which holds the table.
    erp_dbw : float
        Effective radiated power.
    effective_height_m : float
        Effective height of the antenna.

    Raises
    ------
    OutOfRangeError
        If the power is outside the table.

    References
    ----------
    .. [GE84] Final Acts Geneva 1984, Annex 4, distances over land, 50 % of locations.
    """
    heights = numbers(rule, "height_m")
    clamped_m = min(max(effective_height_m, heights[0]), heights[-1])
    return bilinear(
        grid(rule, "land_km", "erp_dbw", "height_m"),
        rows=("erp_dbw", numbers(rule, "erp_dbw"), erp_dbw),
        columns=("effective_height_m", heights, clamped_m),
        source=f"{rule.instrument}, {rule.clause}",
    )


def check(
    station: StationFacts,
    border: BorderFacts | None,
    terrain: TerrainFacts,
    *,
    rule: Rule,
    field_rule: Rule,
) -> tuple[Finding, ...]:
    """Compare the distance to a border, and the field there, with the numbers of GE84.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    border : BorderFacts or None
        The nearest border; None if no line is at hand.
    terrain : TerrainFacts
        The ground that predictions stood on.
    rule, field_rule : Rule
        `fm.border.distance` and `fm.border.field`.

    Returns
    -------
    tuple of Finding
        The distance, then the field for 1 % and for 50 % of time.
    """
    if border is None or not border.points:
        return (_no_line(station, rule),)
    return (
        _distance(station, border, terrain, rule),
        _field(station, border, terrain, _Trigger.of(field_rule, "tropospheric")),
        _field(station, border, terrain, _Trigger.of(field_rule, "steady")),
    )


def check_television(
    station: StationFacts, border: BorderFacts | None, terrain: TerrainFacts, *, rule: Rule
) -> tuple[Finding, ...]:
    """Compare the field of a television station at a border with the triggers of GE06.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    border : BorderFacts or None
        The nearest border; None if no line is at hand.
    terrain : TerrainFacts
        The ground that predictions stood on.
    rule : Rule
        `tv.border.field`: the field for 1 % of time that asks for coordination, by band.

    Returns
    -------
    tuple of Finding
        The field for 1 % of time; no distance: GE06 has no table of it.
    """
    if border is None or not border.points:
        return (_no_line(station, rule),)
    ends, limits = numbers(rule, "band_end_mhz"), numbers(rule, "tropospheric_dbuvm")
    above = [
        limit for end, limit in zip(ends, limits, strict=True) if station.frequency_mhz <= end
    ]
    if station.frequency_mhz < number(rule, "band_start_mhz") or not above:
        return (
            not_assessable(
                CHECK,
                rule,
                "border.reason.television_no_trigger",
                ("border.missing.trigger",),
                evidence=(of_station(station, "frequency_mhz", station.frequency_mhz),),
                values={"frequency_mhz": station.frequency_mhz},
            ),
        )
    trigger = _Trigger(rule, "tropospheric", "television_field", above[0])
    return (_field(station, border, terrain, trigger),)


@dataclass(frozen=True, slots=True)
class _Trigger:
    """A field at the border that asks for coordination: for what time, and how it is spoken of."""

    rule: Rule
    name: str
    reason: str
    limit_dbuvm: float

    @classmethod
    def of(cls, rule: Rule, name: str) -> "_Trigger":
        """Read a trigger of GE84."""
        return cls(rule, name, f"field_{name}", number(rule, f"{name}_dbuvm"))


def _no_line(station: StationFacts, rule: Rule) -> Finding:
    return not_assessable(
        CHECK,
        rule,
        "border.reason.no_line",
        ("border.missing.line",),
        values={"station": station.name},
    )


def _line(border: BorderFacts, point: BorderPointFacts) -> Evidence:
    held = () if border.official else (Reservation.APPROXIMATE_BOUNDARY,)
    return Evidence(
        EvidenceKind.RECORD,
        "distance_to_border_km",
        round(point.distance_km, 1),
        border.source,
        Confidence.VERIFIED if border.official else Confidence.DERIVED,
        border.position_uncertainty_km,
        frozenset(held),
    )


def _considered(border: BorderFacts) -> Evidence:
    """Return of how many points of the line those with a field were chosen."""
    held = () if border.official else (Reservation.APPROXIMATE_BOUNDARY,)
    known = Confidence.VERIFIED if border.official else Confidence.DERIVED
    name, count = "border_points_considered", border.considered
    return Evidence(EvidenceKind.RECORD, name, count, border.source, known, None, frozenset(held))


def _where(border: BorderFacts, point: BorderPointFacts) -> dict[str, Value]:
    return {
        "country": border.country,
        "distance_km": round(point.distance_km, 1),
        "azimuth_deg": round(point.azimuth_deg),
        "uncertainty_km": border.position_uncertainty_km,
    }


def _height(
    station: StationFacts, border: BorderFacts, height_m: float, terrain: TerrainFacts
) -> Evidence:
    """Return the effective height as what it is: of the record, or computed from the terrain."""
    name, source = "effective_height_m", border.effective_height_computed
    if source is None:
        return of_station(station, name, round(height_m, 1))
    return field_evidence(EvidenceKind.PREDICTION, name, height_m, source, terrain=terrain)


def _distance(
    station: StationFacts, border: BorderFacts, terrain: TerrainFacts, rule: Rule
) -> Finding:
    nearest = min(border.points, key=lambda one: one.distance_km)
    where, line = _where(border, nearest), _line(border, nearest)
    erp, height = border.erp_dbw, border.effective_height_m
    if erp is None or height is None:
        wanted = (
            *(("compliance.missing.erp",) if erp is None else ()),
            *(("compliance.missing.effective_height",) if height is None else ()),
        )
        reason = "border.reason.distance_unknown"
        return not_assessable(CHECK, rule, reason, wanted, evidence=(line,), values=where)
    powers, heights = numbers(rule, "erp_dbw"), numbers(rule, "height_m")
    evidence = (
        line,
        of_station(station, "erp_towards_border_dbw", round(erp, 2)),
        _height(station, border, height, terrain),
    )
    values = {**where, "erp_dbw": round(erp, 2), "height_m": round(height, 1)}
    if erp > powers[-1]:
        return not_assessable(
            CHECK,
            rule,
            "border.reason.power_beyond_table",
            ("border.missing.larger_table",),
            evidence=evidence,
            values={**values, "largest_dbw": powers[-1]},
        )
    needed_km = coordination_distance_km(rule, max(erp, powers[0]), height)
    kept = nearest.distance_km - border.position_uncertainty_km >= needed_km
    reason = "kept" if kept else "within"
    if erp < powers[0]:
        reason += "_low_power"
    elif not heights[0] <= height <= heights[-1]:
        reason += "_clamped"
    values |= {
        "needed_km": round(needed_km, 1),
        "least_dbw": powers[0],
        "least_m": heights[0],
        "most_m": heights[-1],
    }
    finding = unconcluded(CHECK, rule, f"border.reason.distance_{reason}", evidence, values)
    return conclude(
        finding,
        outcome=Outcome.COMPLIES if kept else Outcome.NEEDS_VERIFICATION,
        missing=("border.missing.coordination",),
    )


def _field(
    station: StationFacts,
    border: BorderFacts,
    terrain: TerrainFacts,
    trigger: _Trigger,
) -> Finding:
    """Compare the largest field on the border with the trigger of one share of time."""
    rule, name, limit = trigger.rule, trigger.name, trigger.limit_dbuvm
    points = [one for one in border.points if not math.isnan(getattr(one, f"{name}_dbuvm"))]
    unknown = Unknowns(points=len(border.points) - len(points), source=terrain.identifier)
    if not points:
        nearest = min(border.points, key=lambda one: one.distance_km)
        return not_assessable(
            CHECK,
            rule,
            f"border.reason.{trigger.reason}_unknown",
            ("border.missing.field",),
            evidence=(_line(border, nearest),),
            values={"limit_dbuvm": limit},
        )
    worst = max(points, key=lambda one: float(getattr(one, f"{name}_dbuvm")))
    field = float(getattr(worst, f"{name}_dbuvm"))
    margin_db = limit - field
    outcome = measured_outcome(margin_db, worst.kind, worst.uncertainty_db)
    kept = outcome is Outcome.COMPLIES
    finding = unconcluded(
        CHECK,
        rule,
        f"border.reason.{trigger.reason}_{'kept' if kept else 'exceeded'}",
        (
            _line(border, worst),
            _considered(border),
            field_evidence(
                worst.kind,
                f"{name}_field_at_border_dbuvm",
                field,
                worst.source,
                terrain=terrain,
                uncertainty=worst.uncertainty_db,
            ),
        ),
        {
            **_where(border, worst),
            "field_dbuvm": round(field, 1),
            "limit_dbuvm": limit,
            "margin_db": round(margin_db, 1),
            "points": len(points),
            "points_considered": border.considered,
        },
        margin_db=margin_db,
    )
    measure = where_to_measure(
        "border.measure.field",
        longitude=worst.longitude,
        latitude=worst.latitude,
        height_m=worst.height_m,
        quantity="field_strength",
        frequency_mhz=station.frequency_mhz,
        limit_dbuvm=limit,
        time_percent=1 if name == "tropospheric" else 50,
    )
    reason = f"border.reason.{trigger.reason}_"
    return unknown.conclude(finding, reason, outcome=outcome, measure=measure)
