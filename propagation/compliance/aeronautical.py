"""Whether a broadcasting station keeps clear of ILS, VOR and communication above 108 MHz.

A screen by distance (GE84, Table 5.1, read but not binding here) and the criteria A1, A2, B1 and
B2 at test points (Rec. ITU-R SM.1009-1, recalled). Fields are predictions and the rules advisory,
so the outcome is at most *needs verification*.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from propagation.compliance import aeronautical_criteria as criteria
from propagation.compliance.conclusions import (
    conclude,
    not_assessable,
    of_rule,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import StationFacts
from propagation.compliance.facts_aeronautical import (
    AeronauticalPoint,
    BroadcastSignal,
    Radionavigation,
)
from propagation.compliance.lookup import bilinear
from propagation.compliance.parameters import grid, numbers
from propagation.compliance.records import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Rule,
    Value,
)

__all__ = ["CHECK", "check", "separation_km"]

CHECK: Final = "aeronautical"

Criterion = Callable[[str, AeronauticalPoint, Rule], Iterator[criteria.Case | criteria.Unknown]]

_CRITERIA: Final[tuple[tuple[str, Criterion], ...]] = (
    ("a1", criteria.a1),
    ("a2", criteria.a2),
    ("b1", criteria.b1),
    ("b2", criteria.b2),
)

_WANTED: Final = {
    "no_kind": "point_kind",
    "no_frequency": "point_frequency",
    "not_received": "field_and_erp",
}
"""What each reason for leaving points out asks for."""


def separation_km(rule: Rule, erp_dbw: float, frequency_mhz: float) -> float:
    """Return the distance from a test point beyond which GE84 expects no harm.

    Linear in dBW and in MHz between the rows and columns of Table 5.1 (how the treaty interpolates
    is not in the copy at hand); a power below the first row is read in it, a frequency below the
    first column in it, as the table's headings *15 dBW or less* and *100 MHz or less* say.

    Parameters
    ----------
    rule : Rule
        `fm.aeronautical.separation`, which holds the table.
    erp_dbw : float
        Effective radiated power.
    frequency_mhz : float
        Carrier.

    Raises
    ------
    OutOfRangeError
        If the power or the frequency is above the table.

    References
    ----------
    .. [GE84] Final Acts Geneva 1984, Annex 5, Table 5.1.
    """
    powers, carriers = numbers(rule, "erp_dbw"), numbers(rule, "frequency_mhz")
    return bilinear(
        grid(rule, "separation_km", "erp_dbw", "frequency_mhz"),
        rows=("erp_dbw", powers, max(erp_dbw, powers[0])),
        columns=("frequency_mhz", carriers, max(frequency_mhz, carriers[0])),
        source=f"{rule.instrument}, {rule.clause}",
    )


def check(
    station: StationFacts,
    points: Sequence[AeronauticalPoint],
    *,
    rule: Rule,
    separation_rule: Rule,
) -> tuple[Finding, ...]:
    """Judge a station at aeronautical test points.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    points : sequence of AeronauticalPoint
        Test points; the station is one of the signals of each.
    rule, separation_rule : Rule
        `fm.aeronautical` and `fm.aeronautical.separation`.

    Returns
    -------
    tuple of Finding
        The screen at the point that keeps it least, then of each criterion the worst case and
        every reason why it could not be worked out somewhere; then the points left out, by name.
    """
    if not points:
        absent = not_assessable(
            CHECK,
            rule,
            "aeronautical.reason.no_points",
            ("aeronautical.missing.points",),
            values={"station": station.name},
        )
        return (absent,)
    typed = [point for point in points if point.kind is not Radionavigation.UNKNOWN]
    found = _screen(station, typed, separation_rule) if typed else []
    complete = [point for point in points if point.received]
    present = [point for point in complete if _holds(point, station)]
    if present:
        for name, criterion in _CRITERIA:
            found += _criterion(station, present, (name, criterion), rule)
    lacking = (
        ("no_kind", [point for point in points if point.kind is Radionavigation.UNKNOWN]),
        ("no_frequency", [point for point in typed if not point.received]),
        ("not_received", [point for point in complete if not _holds(point, station)]),
    )
    return (*found, *(_left_out(rule, why, some) for why, some in lacking if some))


def _holds(point: AeronauticalPoint, station: StationFacts) -> bool:
    return any(signal.station_id == station.id for signal in point.signals)


def _left_out(rule: Rule, why: str, points: Sequence[AeronauticalPoint]) -> Finding:
    """Return which points some criteria could not be worked out at, and for want of what."""
    return not_assessable(
        CHECK,
        rule,
        f"aeronautical.reason.{why}",
        (f"aeronautical.missing.{_WANTED[why]}",),
        values={"count": len(points), "names": ", ".join(sorted(one.name for one in points))},
    )


def _screen(
    station: StationFacts, points: Sequence[AeronauticalPoint], rule: Rule
) -> list[Finding]:
    here = [
        (point, signal)
        for point in points
        for signal in point.signals
        if signal.station_id == station.id
    ]
    powers, carriers = numbers(rule, "erp_dbw"), numbers(rule, "frequency_mhz")
    if any(signal.erp_dbw is None for _, signal in here) or not here:
        return [_unscreened(rule, "screen_unknown", "compliance.missing.erp")]
    outside = [
        signal
        for _, signal in here
        if (signal.erp_dbw or 0.0) > powers[-1] or signal.frequency_mhz > carriers[-1]
    ]
    if outside:
        return [_unscreened(rule, "screen_outside", "aeronautical.missing.larger_table")]
    cases = [
        (
            signal.distance_km - separation_km(rule, signal.erp_dbw or 0.0, signal.frequency_mhz),
            point,
            signal,
        )
        for point, signal in here
    ]
    return [_screened(station, rule, min(cases, key=lambda case: case[0]), len(cases))]


def _unscreened(rule: Rule, reason: str, missing: str) -> Finding:
    return not_assessable(CHECK, rule, f"aeronautical.reason.{reason}", (missing,))


def _screened(
    station: StationFacts,
    rule: Rule,
    case: tuple[float, AeronauticalPoint, BroadcastSignal],
    count: int,
) -> Finding:
    spare_km, point, signal = case
    kept = spare_km >= 0
    finding = unconcluded(
        CHECK,
        rule,
        f"aeronautical.reason.screen_{'kept' if kept else 'within'}",
        (
            of_station(station, "frequency_mhz", signal.frequency_mhz),
            of_station(station, "erp_total_dbw", signal.erp_dbw),
            _of_point(point, "distance_to_point_km", round(signal.distance_km, 1)),
        ),
        {
            "point": point.name,
            "distance_km": round(signal.distance_km, 1),
            "needed_km": round(signal.distance_km - spare_km, 1),
            "points": count,
        },
    )
    return conclude(
        finding,
        outcome=Outcome.COMPLIES if kept else Outcome.NEEDS_VERIFICATION,
        missing=("aeronautical.missing.aviation_view",),
    )


def _criterion(
    station: StationFacts,
    points: Sequence[AeronauticalPoint],
    named: tuple[str, Criterion],
    rule: Rule,
) -> list[Finding]:
    """Return the worst case of one criterion over the points, and why others are not known."""
    name, criterion = named
    cases: list[tuple[float, criteria.Case, AeronauticalPoint]] = []
    unknown: Counter[criteria.Unknown] = Counter()
    for point in points:
        for found in criterion(station.id, point, rule):
            if isinstance(found, criteria.Case):
                cases.append((found.margin_db, found, point))
            else:
                unknown[found] += 1
    findings = [
        not_assessable(
            CHECK,
            rule,
            f"aeronautical.reason.{why.reason}",
            (f"aeronautical.missing.{why.missing}",),
            values={"count": count},
        )
        for why, count in unknown.items()
    ]
    if cases:
        _, case, point = min(cases, key=lambda item: item[0])
        return [_judged(station, rule, case, point), *findings]
    return findings or [_silent(station, rule, name, len(points))]


def _silent(station: StationFacts, rule: Rule, name: str, count: int) -> Finding:
    """Return that no product and no carrier is near enough for a criterion to speak."""
    finding = unconcluded(
        CHECK,
        rule,
        f"aeronautical.reason.{name}_silent",
        (of_station(station, "frequency_mhz", station.frequency_mhz),),
        {"points": count},
    )
    return conclude(finding, outcome=Outcome.COMPLIES)


def _judged(
    station: StationFacts, rule: Rule, case: criteria.Case, point: AeronauticalPoint
) -> Finding:
    kept = case.margin_db >= 0
    values: dict[str, Value] = {**case.values, "margin_db": round(case.margin_db, 2)}
    facts = ("field_dbuvm", *_SPURIOUS, "power_dbm", "n1_dbm", "n2_dbm")
    evidence = (
        of_station(station, "frequency_mhz", station.frequency_mhz),
        _of_point(point, "aeronautical_frequency_mhz", point.frequency_mhz),
        *(
            Evidence(EvidenceKind.PREDICTION, item, values[item], point.name, Confidence.DERIVED)
            for item in facts
            if item in values
        ),
        *(of_rule(rule, item, values[item]) for item in _LIMITS if item in values),
    )
    finding = unconcluded(
        CHECK,
        rule,
        f"aeronautical.reason.{case.criterion}_{'kept' if kept else 'exceeded'}",
        evidence,
        values,
        margin_db=case.margin_db,
    )
    measure = where_to_measure(
        "aeronautical.measure.point",
        longitude=point.longitude,
        latitude=point.latitude,
        height_m=point.height_m,
        quantity="field_strength",
        point=point.name,
        point_mhz=point.frequency_mhz,
    )
    return conclude(
        finding,
        outcome=Outcome.COMPLIES if kept else Outcome.NEEDS_VERIFICATION,
        measure=measure,
        missing=("aeronautical.missing.aviation_view",),
    )


_SPURIOUS: Final = ("spurious_by_power_db", "spurious_by_erp_db")
_LIMITS: Final = ("protected_dbuvm", "ratio_db", "limit_dbm", "constant_db")


def _of_point(point: AeronauticalPoint, name: str, value: Value) -> Evidence:
    source = f"{point.name}; {point.source}"
    return Evidence(EvidenceKind.RECORD, name, value, source, point.confidence)
