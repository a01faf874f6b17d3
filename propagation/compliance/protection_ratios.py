"""Co- and adjacent-channel protection, both ways, against every station within reach.

At each point where the wanted station serves (its field reaches the minimum field, inside its own
province), the wanted field is compared with the unwanted one raised by the protection ratio
of its service (FM: Rec. ITU-R BS.412-9; DVB-T2: Rec. ITU-R BT.2033-2), steady and tropospheric;
the worst point is reported. The fields are predicted, so the outcome is at most *needs
verification*, and says what to measure, where. A service without known ratios is not assessable.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

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
from propagation.compliance.facts import PairFacts, ProtectionPoint, StationFacts, TerrainFacts
from propagation.compliance.hierarchy import Standing, standing
from propagation.compliance.parameters import words
from propagation.compliance.records import (
    Evidence,
    Finding,
    Outcome,
    Rule,
    Value,
)
from propagation.compliance.standards import Standards, same_network
from propagation.compliance.unknowns import Unknowns
from propagation.interference.bs412 import Persistence
from propagation.interference.nuisance import nuisance_of
from propagation.interference.protection import Protection, Service

__all__ = ["CHECK", "check"]

CHECK: Final = "protection_ratios"

_NO_POINT: Final = "compliance.missing.test_point"
_NO_MODE: Final = "television.missing.mode"

_BROKEN: Final = {
    Standing.ALIKE: "broken",
    Standing.SECONDARY: "secondary",
    Standing.FROM_BELOW: "broken_from_below",
}
"""What a reason says where the protection ratio is not kept."""


def check(
    station: StationFacts,
    pairs: Sequence[PairFacts],
    terrain: TerrainFacts,
    standards: Standards,
    hierarchy_rule: Rule | None = None,
) -> tuple[Finding, ...]:
    """Judge the protection of a station and of its neighbours.

    Stations of one single-frequency network do not count against one another: how they disturb
    themselves is judged by `allotment`.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    pairs : sequence of PairFacts
        Every other station within reach, with the points where the two meet; those of other
        services do not count.
    terrain : TerrainFacts
        The ground that the predictions stood on.
    standards : Standards
        The rules in force on the date judged that protect stations of the service.
    hierarchy_rule : Rule, optional
        `fm.hierarchy`, of sound only: a secondary station has no claim against a higher one.

    Returns
    -------
    tuple of Finding
        One for each neighbour and direction whose carriers are close enough, worst margin first,
        those that could not be assessed last; a single *complies* when no neighbour is.
    """
    if station.service is Service.WIRELESS_PUBLIC_ADDRESS:
        return (_unknown(station, standards.ratio),)
    found = [
        _direction(case, standards)
        for case in _cases(station, pairs, terrain, hierarchy_rule)
        if standards.disturbs(case.wanted, case.spacing_khz)
    ]
    if not found:
        return (_nobody(station, len(pairs), standards.ratio),)
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
    hierarchy: Rule | None

    @property
    def standing(self) -> Standing:
        return standing(self.wanted, self.unwanted, self.hierarchy)

    @property
    def direction(self) -> str:
        return "received" if self.unwanted is self.other else "caused"

    @property
    def spacing_khz(self) -> float:
        """Unwanted minus wanted carrier, free of the noise of binary fractions."""
        return round((self.unwanted.frequency_mhz - self.wanted.frequency_mhz) * 1000, 6)


def _cases(
    station: StationFacts,
    pairs: Sequence[PairFacts],
    terrain: TerrainFacts,
    hierarchy: Rule | None,
) -> Iterator[_Case]:
    for pair in pairs:
        if same_network(station, pair.other):
            continue
        other, far = pair.other, pair.distance_km
        yield _Case(station, other, other, far, pair.received, terrain, hierarchy)
        yield _Case(other, station, other, far, pair.caused, terrain, hierarchy)


def _margin(finding: Finding) -> float:
    return math.inf if finding.margin_db is None else finding.margin_db


def _unknown(station: StationFacts, rule: Rule) -> Finding:
    """Say that nothing is known of what protects a service."""
    return not_assessable(
        CHECK,
        rule,
        "public_address.reason.protection_unknown",
        ("public_address.missing.protection_ratio",),
        evidence=(of_station(station, "frequency_mhz", station.frequency_mhz),),
        values={"frequency_mhz": station.frequency_mhz},
    )


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


def _worst(case: _Case, points: Sequence[ProtectionPoint], protection: Protection) -> int:
    """Return the position of the point with the least margin, of equal ones the first."""
    wanted, steady, rare, lost = np.array(
        [
            (one.wanted_dbuvm, one.steady_dbuvm, one.tropospheric_dbuvm, one.discrimination_db)
            for one in points
        ]
    ).T
    nuisance = nuisance_of(protection, steady, rare, case.spacing_khz, lost)
    return int(np.argmin(wanted - nuisance.governing_dbuvm))


def _meet(case: _Case, point: ProtectionPoint, protection: Protection) -> _Meeting:
    nuisance = nuisance_of(
        protection,
        point.steady_dbuvm,
        point.tropospheric_dbuvm,
        case.spacing_khz,
        point.discrimination_db,
    )
    tropospheric = bool(nuisance.tropospheric_governs)
    kind = Persistence.TROPOSPHERIC if tropospheric else Persistence.STEADY
    return _Meeting(
        point=point,
        margin_db=point.wanted_dbuvm - float(nuisance.governing_dbuvm),
        ratio_db=float(protection.ratio_db(case.spacing_khz, kind)),
        unwanted_dbuvm=point.tropospheric_dbuvm if tropospheric else point.steady_dbuvm,
        tropospheric=tropospheric,
    )


def _protected(point: ProtectionPoint, protection: Protection) -> bool:
    """Say whether the wanted station is protected at a point, or may be: inside, not too weak.

    Where its field is not known it may be.
    """
    if point.boundary is not None and point.boundary.inside is False:
        return False
    return not point.wanted_dbuvm < protection.minimum_field_dbuvm(point.area)


def _direction(case: _Case, standards: Standards) -> Finding:
    protection = standards.protection(case.wanted)
    if protection is None:
        return _without(case, standards, "television.reason.protection_{}_no_mode", _NO_MODE)
    protected = [point for point in case.points if _protected(point, protection)]
    points = [point for point in protected if point.known]
    unknown = Unknowns(points=len(protected) - len(points), source=case.terrain.identifier)
    if not points:
        reason = "compliance.reason.protection_{}_no_point"
        return _without(case, standards, reason, _NO_POINT, unknown)
    worst = _meet(case, points[_worst(case, points, protection)], protection)
    kept = worst.margin_db >= 0
    outcome = measured_outcome(worst.margin_db, worst.point.kind, worst.point.uncertainty_db)
    if not kept and case.standing is Standing.SECONDARY:
        outcome = Outcome.COMPLIES
    finding = unconcluded(
        CHECK,
        standards.ratio_rule(case.spacing_khz),
        _reason(case, protection, kept=kept),
        (
            *_records(case),
            *(() if kept else _ranks(case)),
            *_fields(case, worst),
            *_limits(case, standards, protection, worst.point),
        ),
        {
            **_values(case),
            "point": worst.point.name,
            "longitude": round(worst.point.longitude, 5),
            "latitude": round(worst.point.latitude, 5),
            "margin_db": round(worst.margin_db, 1),
            "ratio_db": round(worst.point.wanted_dbuvm - worst.unwanted_dbuvm, 1),
            "protection_ratio_db": round(worst.ratio_db, 1),
            "time_percent": 1 if worst.tropospheric else 50,
            "points": len(points),
            **_of_mast(worst.point),
            **_of_mode(case, protection),
        },
        margin_db=worst.margin_db,
        counterpart=case.other.id,
    )
    reason = f"compliance.reason.protection_{case.direction}_"
    return unknown.conclude(finding, reason, outcome=outcome, measure=_measure(case, worst))


def _without(
    case: _Case, standards: Standards, reason: str, missing: str, unknown: Unknowns | None = None
) -> Finding:
    """Return the finding of a direction that could not be judged."""
    unknown = unknown or Unknowns()
    return not_assessable(
        CHECK,
        standards.ratio_rule(case.spacing_khz),
        reason.format(case.direction),
        (missing, *unknown.missing),
        evidence=(*_records(case), *unknown.evidence),
        values={**_values(case), **unknown.values},
        counterpart=case.other.id,
    )


def _reason(case: _Case, protection: Protection, *, kept: bool) -> str:
    word = "kept" if kept else _BROKEN[case.standing]
    if protection.location_correction_db:
        return f"television.reason.protection_{case.direction}_{word}"
    return f"compliance.reason.protection_{case.direction}_{word}"


def _ranks(case: _Case) -> tuple[Evidence, ...]:
    """Return the rule of rank where it says something of the two."""
    if case.hierarchy is None or case.standing is Standing.ALIKE:
        return ()
    order = " > ".join(words(case.hierarchy, "rank_order"))
    return (of_rule(case.hierarchy, "rank_order", order),)


def _values(case: _Case) -> dict[str, Value]:
    return {
        "other": case.other.name,
        "distance_km": round(case.distance_km, 2),
        "spacing_khz": abs(case.spacing_khz),
        "direction": case.direction,
    }


def _of_mast(point: ProtectionPoint) -> dict[str, Value]:
    """Return how far the point is from the mast of who disturbs: at its foot everybody is lost."""
    far = point.distance_to_unwanted_km
    return {} if far is None else {"unwanted_km": round(far, 1)}


def _of_mode(case: _Case, protection: Protection) -> dict[str, Value]:
    """Return what the sentence of a digital service says besides."""
    if case.wanted.mode is None:
        return {}
    return {
        "mode": str(case.wanted.mode),
        "location_correction_db": round(protection.location_correction_db, 1),
    }


def _limits(
    case: _Case, standards: Standards, protection: Protection, point: ProtectionPoint
) -> tuple[Evidence, ...]:
    """Return what the rules of the minimum field and of the locations ask."""
    rule = standards.minimum_rule(case.wanted)
    least = protection.minimum_field_dbuvm(point.area)
    correction = protection.location_correction_db
    if not correction:
        return (of_rule(rule, "minimum_field_dbuvm", least),)
    return (
        of_rule(rule, "minimum_field_dbuvm", round(least, 2)),
        of_rule(rule, "location_correction_db", round(correction, 2)),
    )


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
