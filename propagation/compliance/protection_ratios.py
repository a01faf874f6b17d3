"""Co- and adjacent-channel protection, both ways, against every station within reach.

At each point where the wanted station serves (its field reaches the minimum field, inside its own
province), the wanted field is compared with the unwanted one raised by the protection ratio
(Rec. ITU-R BS.412-9), steady and tropospheric; the worst point is reported. The fields are
predicted, so the outcome is at most *needs verification*, and says what to measure, where.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from propagation.compliance.conclusions import (
    boundary_evidence,
    conclude,
    field_evidence,
    measured_outcome,
    not_assessable,
    of_rule,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import PairFacts, ProtectionPoint, StationFacts, TerrainFacts
from propagation.compliance.records import (
    Evidence,
    Finding,
    Outcome,
    Rule,
    Value,
)
from propagation.interference.bs412 import (
    MinimumField,
    Persistence,
    ProtectionTable,
    minimum_field_from_parameters,
    minimum_usable_field_strength_dbuvm,
    protection_from_parameters,
    protection_ratio_db,
)
from propagation.interference.nuisance import nuisance_field_dbuvm

__all__ = ["CHECK", "check"]

CHECK: Final = "protection_ratios"


def check(
    station: StationFacts,
    pairs: Sequence[PairFacts],
    terrain: TerrainFacts,
    *,
    rule: Rule,
    minimum_field_rule: Rule,
) -> tuple[Finding, ...]:
    """Judge the protection of a station and of its neighbours.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    pairs : sequence of PairFacts
        Every other station within reach, with the points where the two meet.
    terrain : TerrainFacts
        The ground that the predictions stood on.
    rule, minimum_field_rule : Rule
        `fm.protection_ratio` and `fm.minimum_field`, in force on the date judged.

    Returns
    -------
    tuple of Finding
        One for each neighbour and direction whose carriers are close enough, worst margin first,
        those that could not be assessed last; a single *complies* when no neighbour is.
    """
    table = protection_from_parameters(rule.parameters)
    minimum = minimum_field_from_parameters(minimum_field_rule.parameters)
    found = [
        _direction(case, rule, minimum_field_rule, table, minimum)
        for case in _cases(station, pairs, terrain)
        if _contributes(case, table)
    ]
    if not found:
        return (_nobody(station, len(pairs), rule),)
    return tuple(sorted(found, key=_margin))


@dataclass(frozen=True, slots=True)
class _Case:
    """One direction of one pair: who is wanted, who is not, and where they meet."""

    wanted: StationFacts
    unwanted: StationFacts
    other: StationFacts
    distance_km: float
    points: tuple[ProtectionPoint, ...]
    terrain: TerrainFacts

    @property
    def direction(self) -> str:
        return "received" if self.unwanted is self.other else "caused"

    @property
    def spacing_khz(self) -> float:
        """Unwanted minus wanted carrier, free of the noise of binary fractions."""
        return round((self.unwanted.frequency_mhz - self.wanted.frequency_mhz) * 1000, 6)


def _cases(
    station: StationFacts, pairs: Sequence[PairFacts], terrain: TerrainFacts
) -> Iterator[_Case]:
    for pair in pairs:
        other, far = pair.other, pair.distance_km
        yield _Case(station, other, other, far, pair.received, terrain)
        yield _Case(other, station, other, far, pair.caused, terrain)


def _contributes(case: _Case, table: ProtectionTable) -> bool:
    return any(
        math.isfinite(
            float(protection_ratio_db(case.spacing_khz, case.wanted.reception, kind, table))
        )
        for kind in Persistence
    )


def _margin(finding: Finding) -> float:
    return math.inf if finding.margin_db is None else finding.margin_db


def _nobody(station: StationFacts, others: int, rule: Rule) -> Finding:
    return Finding(
        check=CHECK,
        rule=rule,
        outcome=Outcome.COMPLIES,
        evidence=(
            of_station(station, "frequency_mhz", station.frequency_mhz),
            of_station(station, "stations_compared", others),
        ),
        reason="compliance.reason.protection_nobody",
        values={"others": others, "frequency_mhz": station.frequency_mhz},
    )


@dataclass(frozen=True, slots=True)
class _Meeting:
    """What one point says."""

    point: ProtectionPoint
    margin_db: float
    ratio_db: float
    unwanted_dbuvm: float
    tropospheric: bool


def _meet(case: _Case, point: ProtectionPoint, table: ProtectionTable) -> _Meeting:
    wanted = case.wanted.reception
    nuisance = nuisance_field_dbuvm(
        point.steady_dbuvm,
        point.tropospheric_dbuvm,
        case.spacing_khz,
        wanted,
        point.discrimination_db,
        table=table,
    )
    tropospheric = bool(nuisance.tropospheric_governs)
    kind = Persistence.TROPOSPHERIC if tropospheric else Persistence.STEADY
    return _Meeting(
        point=point,
        margin_db=point.wanted_dbuvm - float(nuisance.governing_dbuvm),
        ratio_db=float(protection_ratio_db(case.spacing_khz, wanted, kind, table)),
        unwanted_dbuvm=point.tropospheric_dbuvm if tropospheric else point.steady_dbuvm,
        tropospheric=tropospheric,
    )


def _protected(point: ProtectionPoint, wanted: StationFacts, minimum: MinimumField) -> bool:
    """Say whether the wanted station is protected at a point: inside, and above the minimum."""
    if not point.known or (point.boundary is not None and point.boundary.inside is False):
        return False
    least = minimum_usable_field_strength_dbuvm(wanted.reception, point.area, minimum)
    return point.wanted_dbuvm >= least


def _direction(
    case: _Case, rule: Rule, minimum_rule: Rule, table: ProtectionTable, minimum: MinimumField
) -> Finding:
    points = [point for point in case.points if _protected(point, case.wanted, minimum)]
    values: dict[str, Value] = {
        "other": case.other.name,
        "distance_km": round(case.distance_km, 2),
        "spacing_khz": abs(case.spacing_khz),
    }
    if not points:
        return not_assessable(
            CHECK,
            rule,
            f"compliance.reason.protection_{case.direction}_no_point",
            ("compliance.missing.test_point",),
            evidence=_records(case),
            values=values,
            counterpart=case.other.id,
        )
    worst = min((_meet(case, point, table) for point in points), key=lambda one: one.margin_db)
    outcome = measured_outcome(worst.margin_db, worst.point.kind, worst.point.uncertainty_db)
    kept = "kept" if worst.margin_db >= 0 else "broken"
    least = minimum_usable_field_strength_dbuvm(case.wanted.reception, worst.point.area, minimum)
    finding = unconcluded(
        CHECK,
        rule,
        f"compliance.reason.protection_{case.direction}_{kept}",
        (
            *_records(case),
            *_fields(case, worst),
            of_rule(minimum_rule, "minimum_field_dbuvm", least),
        ),
        {
            **values,
            "point": worst.point.name,
            "margin_db": round(worst.margin_db, 1),
            "ratio_db": round(worst.point.wanted_dbuvm - worst.unwanted_dbuvm, 1),
            "protection_ratio_db": round(worst.ratio_db, 1),
            "time_percent": 1 if worst.tropospheric else 50,
            "points": len(points),
        },
        margin_db=worst.margin_db,
        counterpart=case.other.id,
    )
    return conclude(finding, outcome=outcome, measure=_measure(case, worst))


def _records(case: _Case) -> tuple[Evidence, ...]:
    """Return what the records say of the two carriers and powers."""
    powers = [
        of_station(one, f"{name}_erp_total_dbw", one.erp_total_dbw)
        for one, name in ((case.wanted, "wanted"), (case.unwanted, "unwanted"))
        if one.erp_total_dbw is not None
    ]
    return (
        of_station(case.wanted, "wanted_frequency_mhz", case.wanted.frequency_mhz),
        of_station(case.unwanted, "unwanted_frequency_mhz", case.unwanted.frequency_mhz),
        *powers,
    )


def _fields(case: _Case, worst: _Meeting) -> tuple[Evidence, ...]:
    point = worst.point
    found = [
        field_evidence(
            point.kind,
            name,
            value,
            point.source,
            terrain=case.terrain,
            uncertainty=point.uncertainty_db,
        )
        for name, value in (
            ("wanted_field_strength_dbuvm", point.wanted_dbuvm),
            ("unwanted_steady_field_strength_dbuvm", point.steady_dbuvm),
            ("unwanted_tropospheric_field_strength_dbuvm", point.tropospheric_dbuvm),
        )
    ]
    if point.boundary is not None:
        found += boundary_evidence(point.boundary)
    return tuple(found)


def _measure(case: _Case, worst: _Meeting) -> Mapping[str, Value]:
    point = worst.point
    return where_to_measure(
        "compliance.measure.protection",
        longitude=point.longitude,
        latitude=point.latitude,
        height_m=point.height_m,
        quantity="field_strength_dbuvm",
        point=point.name,
        wanted_frequency_mhz=case.wanted.frequency_mhz,
        unwanted_frequency_mhz=case.unwanted.frequency_mhz,
        time_percent=1 if worst.tropospheric else 50,
        protection_ratio_db=round(worst.ratio_db, 1),
    )
