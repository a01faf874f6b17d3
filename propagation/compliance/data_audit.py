"""Records that cannot all be right: coordinate, effective height, power by class.

House rules: they bind nobody, so what they find is at most *needs verification*.
"""

import math
from collections.abc import Sequence
from typing import Final

from propagation.compliance.conclusions import (
    boundary_evidence,
    conclude,
    field_evidence,
    not_assessable,
    of_power,
    of_rule,
    of_station,
    unconcluded,
)
from propagation.compliance.facts import CommuneFacts, HeightFacts, StationFacts, TerrainFacts
from propagation.compliance.parameters import number
from propagation.compliance.records import (
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Reservation,
    Rule,
    Value,
)

__all__ = ["CHECK", "check"]

CHECK: Final = "data_audit"

_ROUNDING_DB: Final = 0.1
"""What rounding of printed powers explains: 0.1 dB is 2.3 %."""


def check(
    station: StationFacts,
    commune: CommuneFacts | None,
    height: HeightFacts | None,
    terrain: TerrainFacts,
    *,
    rule: Rule,
) -> tuple[Finding, ...]:
    """Audit the record of one station.

    Parameters
    ----------
    station : StationFacts
        The station as recorded.
    commune : CommuneFacts or None
        The commune that the record names; None if it names none, or one that nobody knows.
    height : HeightFacts or None
        The effective height computed from the terrain; None if it could not be.
    terrain : TerrainFacts
        The ground that the computation stood on.
    rule : Rule
        `audit.data`, in force on the date judged.

    Returns
    -------
    tuple of Finding
        Coordinate, effective height, power by class; and where the record states powers by
        polarisation or effective heights by azimuth, those.
    """
    found = [
        _coordinate(station, commune, rule),
        _effective_height(station, height, terrain, rule),
        _class(station, rule),
    ]
    components = _components(station, rule)
    if components is not None:
        found.append(components)
    if station.effective_height_m and height is not None:
        known = [
            azimuth
            for azimuth, computed in enumerate(height.effective_height_m)
            if not math.isnan(computed)
        ]
        if known:
            found.append(_effective_height_by_azimuth(station, height, known, terrain, rule))
    return tuple(found)


def _coordinate(station: StationFacts, commune: CommuneFacts | None, rule: Rule) -> Finding:
    where = (
        of_station(station, "longitude", station.longitude),
        of_station(station, "latitude", station.latitude),
    )
    if commune is None:
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.coordinate_no_commune",
            ("compliance.missing.commune",),
            evidence=where,
        )
    if commune.boundary is None or commune.boundary.inside is None:
        return _coordinate_by_bounds(commune, rule, where)
    boundary = commune.boundary
    if not boundary.certain:
        reason, outcome = "coordinate_near_boundary", Outcome.NEEDS_VERIFICATION
    elif boundary.inside:
        reason, outcome = "coordinate_inside", Outcome.COMPLIES
    else:
        reason, outcome = "coordinate_outside", Outcome.VIOLATES
    values: dict[str, Value] = {
        "commune": commune.name,
        "distance_m": round(boundary.distance_to_boundary_m),
        "position_uncertainty_m": round(boundary.position_uncertainty_m),
    }
    key = f"compliance.reason.{reason}"
    finding = unconcluded(CHECK, rule, key, (*where, *boundary_evidence(boundary)), values)
    return conclude(finding, outcome=outcome, missing=("compliance.missing.site_visit",))


def _coordinate_by_bounds(
    commune: CommuneFacts, rule: Rule, where: tuple[Evidence, ...]
) -> Finding:
    """Judge where only the commune's point and bounds are known: never better than a doubt."""
    values: dict[str, Value] = {"commune": commune.name}
    missing = ("compliance.missing.official_boundary",)
    if commune.distance_to_point_km is not None:
        values["distance_km"] = round(commune.distance_to_point_km, 2)
    if commune.inside_bounds is None or commune.inside_bounds:
        # inside the box says little: a neighbour lies in it too
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.coordinate_no_outline",
            missing,
            evidence=where,
            values=values,
        )
    bounds = Evidence(
        EvidenceKind.RECORD,
        "inside_bounds",
        False,
        commune.name,
        reservations=frozenset({Reservation.APPROXIMATE_BOUNDARY}),
    )
    key = "compliance.reason.coordinate_outside_bounds"
    finding = unconcluded(CHECK, rule, key, (*where, bounds), values)
    return conclude(finding, outcome=Outcome.VIOLATES)


def _effective_height(
    station: StationFacts, height: HeightFacts | None, terrain: TerrainFacts, rule: Rule
) -> Finding:
    stored = station.effective_height_max_m
    if stored is None and station.effective_height_m:
        stored = max(station.effective_height_m)
    if stored is None or height is None:
        missing = "effective_height" if stored is None else "terrain"
        return not_assessable(
            CHECK,
            rule,
            "compliance.reason.effective_height_not_compared",
            (f"compliance.missing.{missing}",),
        )
    computed = height.effective_height_max_m
    tolerance = _height_tolerance_m(computed, rule)
    kept = abs(stored - computed) <= tolerance
    finding = unconcluded(
        CHECK,
        rule,
        f"compliance.reason.effective_height_{'agrees' if kept else 'differs'}",
        (
            of_station(station, "effective_height_m", stored),
            field_evidence(
                EvidenceKind.PREDICTION,
                "effective_height_computed_m",
                computed,
                height.source,
                terrain=terrain,
            ),
        ),
        {
            "stored_m": round(stored, 1),
            "computed_m": round(computed, 1),
            "difference_m": round(stored - computed, 1),
            "tolerance_m": round(tolerance, 1),
        },
    )
    return conclude(
        finding,
        outcome=Outcome.COMPLIES if kept else Outcome.VIOLATES,
        missing=() if kept else ("compliance.missing.height_survey",),
    )


def _height_tolerance_m(computed_m: float, rule: Rule) -> float:
    share = number(rule, "effective_height_tolerance_percent") / 100
    return max(number(rule, "effective_height_tolerance_m"), share * abs(computed_m))


def _effective_height_by_azimuth(
    station: StationFacts,
    height: HeightFacts,
    known: Sequence[int],
    terrain: TerrainFacts,
    rule: Rule,
) -> Finding:
    """Compare azimuth by azimuth; the one that leaves its tolerance by most is reported."""

    def excess_m(azimuth: int) -> float:
        computed = height.effective_height_m[azimuth]
        off = abs(station.effective_height_m[azimuth] - computed)
        return off - _height_tolerance_m(computed, rule)

    worst = max(known, key=excess_m)
    stored, computed = station.effective_height_m[worst], height.effective_height_m[worst]
    kept = excess_m(worst) <= 0
    finding = unconcluded(
        CHECK,
        rule,
        f"compliance.reason.effective_height_azimuth_{'agrees' if kept else 'differs'}",
        (
            of_station(station, "effective_height_m", stored),
            field_evidence(
                EvidenceKind.PREDICTION,
                "effective_height_computed_m",
                computed,
                height.source,
                terrain=terrain,
            ),
        ),
        {
            "azimuth_deg": worst * 10,
            "azimuths": len(known),
            "azimuths_differing": sum(excess_m(azimuth) > 0 for azimuth in known),
            "stored_m": round(stored, 1),
            "computed_m": round(computed, 1),
            "difference_m": round(stored - computed, 1),
            "tolerance_m": round(_height_tolerance_m(computed, rule), 1),
        },
    )
    return conclude(
        finding,
        outcome=Outcome.COMPLIES if kept else Outcome.VIOLATES,
        missing=() if kept else ("compliance.missing.height_survey",),
    )


def _class(station: StationFacts, rule: Rule) -> Finding:
    erp = station.erp_all_dbw
    if erp is None:
        return not_assessable(
            CHECK, rule, "compliance.reason.class_power_unknown", ("compliance.missing.erp",)
        )
    limit = number(rule, f"{station.station_class}_erp_max_dbw")
    margin_db = limit - erp
    kept = margin_db >= 0
    finding = unconcluded(
        CHECK,
        rule,
        f"compliance.reason.class_power_{'plausible' if kept else 'implausible'}",
        (
            *of_power(station),
            of_rule(rule, "erp_plausible_max_dbw", limit),
        ),
        {
            "erp_kw": round(10 ** (erp / 10) / 1000, 3),
            "limit_kw": round(10 ** (limit / 10) / 1000, 3),
            "margin_db": round(margin_db, 2),
        },
        margin_db=margin_db,
    )
    return conclude(finding, outcome=Outcome.COMPLIES if kept else Outcome.VIOLATES)


def _components(station: StationFacts, rule: Rule) -> Finding | None:
    """Compare the total power with the sum of its parts.

    The other checks read the larger of the two; a total that is neither is still a doubt.
    """
    total = station.erp_total_dbw
    parts = {
        name: value
        for name, value in (
            ("erp_horizontal_dbw", station.erp_horizontal_dbw),
            ("erp_vertical_dbw", station.erp_vertical_dbw),
        )
        if value is not None
    }
    if total is None or not parts:
        return None
    sum_w = sum(10 ** (value / 10) for value in parts.values())
    off_db = total - 10 * math.log10(sum_w)
    kept = abs(off_db) <= _ROUNDING_DB
    finding = unconcluded(
        CHECK,
        rule,
        f"compliance.reason.erp_parts_{'agree' if kept else 'differ'}",
        (
            of_station(station, "erp_total_dbw", total),
            *(of_station(station, name, value) for name, value in parts.items()),
        ),
        {
            "erp_kw": round(10 ** (total / 10) / 1000, 6),
            "sum_kw": round(sum_w / 1000, 6),
            "difference_db": round(off_db, 2),
        },
    )
    return conclude(finding, outcome=Outcome.COMPLIES if kept else Outcome.VIOLATES)
