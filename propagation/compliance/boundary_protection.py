"""Whether a provincial station covers more than its own province, as its outline stood that day.

The field at the boundary and beyond it is compared with the minimum usable field: where it is
reached outside, the station covers another province (Thông tư 37/2017/TT-BTTTT, Điều 4, and what
follows it). The other half of the rule, that the station is protected inside only, is kept by
`protection_ratios`. A measurement speaks of its own point only, never of the whole boundary, and
one made lower than 10 m keeps nothing: the field is larger higher up. Predicted fields,
approximate outlines and flat terrain make it at most *needs verification*, with the place to
measure at.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from propagation.compliance.conclusions import (
    boundary_evidence,
    field_evidence,
    measured_outcome,
    not_assessable,
    of_rule,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import (
    BoundaryFacts,
    FieldAtPoint,
    StationFacts,
    TerrainFacts,
)
from propagation.compliance.parameters import words
from propagation.compliance.records import (
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Rule,
    Value,
)
from propagation.compliance.unknowns import Unknowns
from propagation.interference.bs412 import (
    MinimumField,
    minimum_field_from_parameters,
    minimum_usable_field_strength_dbuvm,
)
from propagation.interference.protection import Service

__all__ = ["CHECK", "applies", "check", "protected_inside_only"]

CHECK: Final = "boundary_protection"

_NATIONAL: Final = "national"

_RULE_HEIGHT_M: Final = 10.0
"""Height above ground that the minimum usable field holds for (Rec. ITU-R BS.412-9)."""

_ON_THE_LINE_M: Final = 10.0
"""How far a point computed on an outline may lie from it: it is found on a map projection."""


def applies(station: StationFacts, rule: Rule) -> bool:
    """Return whether the rule speaks of this station: FM, its class, and no exempt province."""
    if station.service is not Service.FM:  # nothing like it is known of the other services
        return False
    exempt = station.province_code in words(rule, "exempt_province_codes")
    return station.station_class in words(rule, "classes") and not exempt


def protected_inside_only(station: StationFacts) -> bool:
    """Return whether a station is protected inside its own province only.

    A national station is bound to no province, wherever its mast stands: it is protected wherever
    it serves. That a province's stations may cover others (`exempt_province_codes`) does not
    protect them there. Of the other services nothing like it is known.
    """
    return station.service is Service.FM and station.station_class != _NATIONAL


def check(
    station: StationFacts,
    points: Sequence[FieldAtPoint],
    terrain: TerrainFacts,
    *,
    rule: Rule,
    minimum_field_rule: Rule,
) -> tuple[Finding, ...]:
    """Judge the field of a station at and beyond the boundary of its province.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    points : sequence of FieldAtPoint
        Its field, 50 % of locations and of time, at points with their relation to the boundary
        of its own province. Points inside, farther from the outline than it may be wrong, do
        not count.
    terrain : TerrainFacts
        The ground that the predictions stood on.
    rule, minimum_field_rule : Rule
        `fm.boundary_protection` and `fm.minimum_field`, in force on the date judged.

    Returns
    -------
    tuple of Finding
        One finding at the worst point; none for a station of which the rule does not speak.
    """
    if not applies(station, rule):
        return ()
    minimum = minimum_field_from_parameters(minimum_field_rule.parameters)
    places = [
        _Place(point, point.boundary, _limit(station, point, minimum) - point.field_strength_dbuvm)
        for point in points
        if point.boundary is not None
    ]
    beyond = [place for place in places if not _surely_inside(place.boundary)]
    outside = [place for place in beyond if not math.isnan(place.margin_db)]
    unknown = Unknowns(points=len(beyond) - len(outside), source=terrain.identifier)
    if not outside:
        return (_no_point(station, bool(places), unknown, rule),)
    telling = [place for place in outside if not _tells_nothing(place)]
    worst = _worst(telling or outside)
    reach_m = max(
        (
            place.boundary.distance_to_boundary_m
            for place in outside
            if place.margin_db <= 0 and place.boundary.inside is False
        ),
        default=0.0,
    )
    counted = {"points": len(telling), "points_low": len(outside) - len(telling)}
    rules = (rule, minimum_field_rule)
    judged, outcome, measure = _judge(
        station, worst, {**counted, "reach_m": reach_m}, terrain, rules
    )
    reason = f"compliance.reason.boundary_{_basis(worst.point)}_"
    return (unknown.conclude(judged, reason, outcome=outcome, measure=measure),)


@dataclass(frozen=True, slots=True)
class _Place:
    """A point at or beyond the boundary, and how far the field stays below the limit there."""

    point: FieldAtPoint
    boundary: BoundaryFacts
    margin_db: float


def _worst(places: Sequence[_Place]) -> _Place:
    """Return the smallest margin; where the limit is broken outside already, the worst there.

    A point inside the outline, nearer to it than it may be wrong, may lie outside in truth: it
    decides only when every point outside keeps the limit.
    """
    broken = [place for place in places if place.margin_db < 0 and _outside(place.boundary)]
    return min(broken or places, key=lambda place: place.margin_db)


def _low(place: _Place) -> bool:
    """Return whether a point was measured lower than the limit holds for."""
    measured = place.point.kind is EvidenceKind.MEASUREMENT
    return measured and place.point.height_m < _RULE_HEIGHT_M


def _tells_nothing(place: _Place) -> bool:
    """Return whether a limit is kept only because the field was measured too low."""
    return _low(place) and _bare(place) is Outcome.COMPLIES


def _bare(place: _Place) -> Outcome:
    point = place.point
    return measured_outcome(place.margin_db, point.kind, point.uncertainty_db)


def _outside(boundary: BoundaryFacts) -> bool:
    on_the_line = boundary.distance_to_boundary_m < _ON_THE_LINE_M
    return boundary.inside is not True or on_the_line


def _surely_inside(boundary: BoundaryFacts) -> bool:
    beyond_doubt = boundary.distance_to_boundary_m > (
        boundary.position_uncertainty_m + _ON_THE_LINE_M
    )
    return boundary.inside is True and beyond_doubt


def _limit(station: StationFacts, point: FieldAtPoint, minimum: MinimumField) -> float:
    return minimum_usable_field_strength_dbuvm(station.reception, point.area, minimum)


def _no_point(station: StationFacts, bounded: bool, unknown: Unknowns, rule: Rule) -> Finding:
    missing = "compliance.missing.boundary_point" if bounded else "compliance.missing.boundary"
    return not_assessable(
        CHECK,
        rule,
        "compliance.reason.boundary_no_point",
        unknown.missing or (missing,),
        evidence=(
            of_station(station, "frequency_mhz", station.frequency_mhz),
            *unknown.evidence,
        ),
        values=unknown.values,
    )


def _judge(
    station: StationFacts,
    worst: _Place,
    told: Mapping[str, float],
    terrain: TerrainFacts,
    rules: tuple[Rule, Rule],
) -> tuple[Finding, Outcome, Mapping[str, Value]]:
    """Return the finding at the worst point, with its bare outcome and what to measure."""
    rule, minimum_rule = rules
    point, boundary, margin_db = worst.point, worst.boundary, worst.margin_db
    limit = point.field_strength_dbuvm + margin_db
    measured = point.kind is EvidenceKind.MEASUREMENT
    finding = unconcluded(
        CHECK,
        rule,
        f"compliance.reason.boundary_{_said(worst)}",
        (
            field_evidence(
                point.kind,
                "field_strength_dbuvm",
                point.field_strength_dbuvm,
                point.source,
                terrain=terrain,
                uncertainty=point.uncertainty_db,
            ),
            *((_receiving_height(point),) if measured else ()),
            *boundary_evidence(boundary),
            of_rule(minimum_rule, "minimum_field_dbuvm", limit),
            *_power(station),
        ),
        {
            "point": point.name,
            "longitude": round(point.longitude, 5),
            "latitude": round(point.latitude, 5),
            "unit": boundary.unit_name,
            "field_dbuvm": round(point.field_strength_dbuvm, 1),
            "limit_dbuvm": limit,
            "margin_db": round(margin_db, 1),
            "distance_to_boundary_m": round(boundary.distance_to_boundary_m),
            "position_uncertainty_m": round(boundary.position_uncertainty_m),
            "reach_beyond_km": round(told["reach_m"] / 1000, 2),
            "points": told["points"],
            "points_low": told["points_low"],
            "height_m": point.height_m,
            "rule_height_m": _RULE_HEIGHT_M,
        },
        margin_db=margin_db,
        counterpart=boundary.unit_code,
    )
    outcome = Outcome.NEEDS_VERIFICATION if _tells_nothing(worst) else _bare(worst)
    return finding, outcome, _measure(station, point, limit)


def _basis(point: FieldAtPoint) -> str:
    return "measured" if point.kind is EvidenceKind.MEASUREMENT else "predicted"


def _said(worst: _Place) -> str:
    """Return the end of the key of what is said."""
    if worst.point.kind is not EvidenceKind.MEASUREMENT:
        return f"predicted_{'kept' if worst.margin_db >= 0 else 'exceeded'}"
    if worst.margin_db < 0:
        return "measured_exceeded"
    return "measured_low" if _low(worst) else "measured_kept_at_points"


def _receiving_height(point: FieldAtPoint) -> Evidence:
    """Return how high a measuring antenna stood."""
    return Evidence(EvidenceKind.RECORD, "receiving_height_m", point.height_m, point.source)


def _power(station: StationFacts) -> tuple[Evidence, ...]:
    """Return the recorded power where a prediction stands on it."""
    if station.erp_total_dbw is None:
        return ()
    return (of_station(station, "erp_total_dbw", station.erp_total_dbw),)


def _measure(station: StationFacts, point: FieldAtPoint, limit: float) -> Mapping[str, Value]:
    return where_to_measure(
        "compliance.measure.field_strength",
        longitude=point.longitude,
        latitude=point.latitude,
        height_m=max(point.height_m, _RULE_HEIGHT_M),
        quantity="field_strength_dbuvm",
        point=point.name,
        frequency_mhz=station.frequency_mhz,
        time_percent=point.time_percent,
        limit_dbuvm=limit,
    )
