"""Whether television keeps to its allotment, and whether its network disturbs itself.

In the manner of GE06: the channel is the allotment's, the site lies in its area, and the fields of
all its assignments together do not exceed, at the calculation points, that of the reference
network by more than a margin. A single-frequency network is judged at its test points by the
effective C/I of `propagation.interference.single_frequency` against the ratio of its mode, with
the correction for locations of check 3 and the noise of its minimum median field. Both rules are
recalled and do not bind: what they say is told beside.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from propagation.compliance.conclusions import (
    boundary_evidence,
    conclude,
    field_evidence,
    not_assessable,
    of_rule,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import StationFacts, TerrainFacts
from propagation.compliance.facts_network import (
    AllotmentFacts,
    CalculationPoint,
    NetworkFacts,
    NetworkPoint,
)
from propagation.compliance.parameters import number
from propagation.compliance.records import (
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Rule,
    Value,
)
from propagation.compliance.standards import Standards
from propagation.compliance.unknowns import Unknowns
from propagation.interference.dvbt2 import Mode
from propagation.interference.protection import Service, TelevisionProtection
from propagation.interference.single_frequency import NetworkTiming, network_fields

__all__ = ["CHECK", "check", "timing_of"]

CHECK: Final = "allotment"


def check(
    station: StationFacts,
    allotment: AllotmentFacts | None,
    network: NetworkFacts | None,
    terrain: TerrainFacts,
    *,
    rule: Rule,
    network_rule: Rule,
    standards: Standards,
) -> tuple[Finding, ...]:
    """Judge an assignment against its allotment, and its single-frequency network.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    allotment : AllotmentFacts or None
        Its allotment; None if none is known.
    network : NetworkFacts or None
        Its single-frequency network; None if it transmits alone.
    terrain : TerrainFacts
        The ground that the predictions stood on.
    rule, network_rule : Rule
        `tv.allotment` and `tv.single_frequency`, in force on the date judged.
    standards : Standards
        What protects television that day.

    Returns
    -------
    tuple of Finding
        Channel, site and field against the allotment, then the network; none for a station that
        is not of television.
    """
    if station.service is not Service.TELEVISION:
        return ()
    found = _of_allotment(station, allotment, terrain, rule)
    if network is not None:
        found = (*found, _of_network(station, network, terrain, network_rule, standards))
    return found


def timing_of(mode: Mode | None, rule: Rule) -> NetworkTiming | None:
    """Return the intervals of a mode; None where its guard interval is not known."""
    if mode is None:
        return None
    useful_us, guard_us = mode.useful_symbol_us, mode.guard_interval_us
    equalised_us = mode.equalisation_us(number(rule, "equalisation_share"))
    if useful_us is None or guard_us is None or equalised_us is None:
        return None
    return NetworkTiming(useful_us, guard_us, equalised_us)


def _of_allotment(
    station: StationFacts, allotment: AllotmentFacts | None, terrain: TerrainFacts, rule: Rule
) -> tuple[Finding, ...]:
    if allotment is None:
        none = not_assessable(
            CHECK,
            rule,
            "television.reason.allotment_unknown",
            ("television.missing.allotment",),
            evidence=(of_station(station, "frequency_mhz", station.frequency_mhz),),
            values={"frequency_mhz": station.frequency_mhz},
        )
        return (none,)
    return (
        _channel(station, allotment, rule),
        _site(allotment, rule),
        _field(allotment, terrain, rule),
    )


def _channel(station: StationFacts, allotment: AllotmentFacts, rule: Rule) -> Finding:
    off_khz = abs(station.frequency_mhz - allotment.frequency_mhz) * 1000
    kept = off_khz <= number(rule, "frequency_tolerance_khz")
    finding = unconcluded(
        CHECK,
        rule,
        f"television.reason.allotment_channel_{'kept' if kept else 'left'}",
        (
            of_station(station, "frequency_mhz", station.frequency_mhz),
            _of_allotment_record(allotment, "allotment_frequency_mhz", allotment.frequency_mhz),
        ),
        {
            "allotment": allotment.id,
            "frequency_mhz": station.frequency_mhz,
            "allotment_frequency_mhz": allotment.frequency_mhz,
        },
        counterpart=allotment.id,
    )
    return conclude(finding, outcome=Outcome.COMPLIES if kept else Outcome.VIOLATES)


def _site(allotment: AllotmentFacts, rule: Rule) -> Finding:
    site = allotment.site
    if site is None or site.inside is None:
        return not_assessable(
            CHECK,
            rule,
            "television.reason.allotment_area_unknown",
            ("television.missing.allotment_area",),
            values={"allotment": allotment.id},
            counterpart=allotment.id,
        )
    finding = unconcluded(
        CHECK,
        rule,
        f"television.reason.allotment_site_{'inside' if site.inside else 'outside'}",
        boundary_evidence(site),
        {
            "allotment": allotment.id,
            "distance_to_boundary_m": round(site.distance_to_boundary_m),
        },
        counterpart=allotment.id,
    )
    return conclude(finding, outcome=Outcome.COMPLIES if site.inside else Outcome.VIOLATES)


def _field(allotment: AllotmentFacts, terrain: TerrainFacts, rule: Rule) -> Finding:
    margin_allowed_db = number(rule, "margin_db")
    known = [one for one in allotment.points if not math.isnan(one.field_strength_dbuvm)]
    if not known:
        return not_assessable(
            CHECK,
            rule,
            "television.reason.allotment_no_point",
            ("television.missing.calculation_points",),
            values={"allotment": allotment.id},
            counterpart=allotment.id,
        )
    unknown = Unknowns(points=len(allotment.points) - len(known), source=terrain.identifier)
    worst = min(known, key=lambda one: one.reference_dbuvm - one.field_strength_dbuvm)
    limit_dbuvm = worst.reference_dbuvm + margin_allowed_db
    margin_db = limit_dbuvm - worst.field_strength_dbuvm
    finding = unconcluded(
        CHECK,
        rule,
        f"television.reason.allotment_field_{'kept' if margin_db >= 0 else 'exceeded'}",
        (
            _predicted("field_strength_dbuvm", worst.field_strength_dbuvm, worst, terrain),
            _of_allotment_record(
                allotment, "reference_field_strength_dbuvm", worst.reference_dbuvm
            ),
        ),
        {
            "allotment": allotment.id,
            "point": worst.name,
            "field_dbuvm": round(worst.field_strength_dbuvm, 1),
            "limit_dbuvm": round(limit_dbuvm, 1),
            "margin_db": round(margin_db, 1),
            "points": len(known),
        },
        margin_db=margin_db,
        counterpart=allotment.id,
    )
    outcome = Outcome.COMPLIES if margin_db >= 0 else Outcome.VIOLATES
    measure = where_to_measure(
        "television.measure.allotment",
        longitude=worst.longitude,
        latitude=worst.latitude,
        height_m=worst.height_m,
        quantity="field_strength_dbuvm",
        point=worst.name,
        limit_dbuvm=round(limit_dbuvm, 1),
    )
    reason = "television.reason.allotment_field_"
    return unknown.conclude(finding, reason, outcome=outcome, measure=measure)


def _of_network(
    station: StationFacts,
    network: NetworkFacts,
    terrain: TerrainFacts,
    rule: Rule,
    standards: Standards,
) -> Finding:
    timing = timing_of(station.mode, rule)
    protection = standards.protection(station)
    if timing is None or not isinstance(protection, TelevisionProtection):
        return not_assessable(
            CHECK,
            rule,
            "television.reason.network_no_guard_interval",
            ("television.missing.guard_interval",),
            values={"transmitters": network.transmitters},
        )
    receiving = _Receiving(timing, number(rule, "detection_db"), protection)
    met = [_Met.at(point, receiving) for point in network.points]
    known = [one for one in met if not math.isnan(one.ratio_db)]
    if not known:
        return not_assessable(
            CHECK,
            rule,
            "television.reason.network_no_point",
            ("compliance.missing.test_point",),
            values={"transmitters": network.transmitters},
        )
    disturbed = [one for one in known if not math.isinf(one.ratio_db)]
    worst = min(disturbed or known, key=lambda one: one.margin_db)
    values: dict[str, Value] = {
        "transmitters": network.transmitters,
        "mode": str(station.mode),
        "guard_interval_us": round(timing.guard_interval_us, 1),
        "carrier_to_noise_db": protection.carrier_to_noise_db,
        "point": worst.point.name,
        "points": len(known),
    }
    limits = (
        of_rule(standards.ratio_rule(0.0), "carrier_to_noise_db", protection.carrier_to_noise_db),
        *worst.limits(standards.minimum_rule(station)),
    )
    finding, kept, measure = _network_finding(station, rule, terrain, worst, limits, values)
    unknown = Unknowns(points=len(met) - len(known), source=terrain.identifier)
    outcome = Outcome.COMPLIES if kept else Outcome.VIOLATES
    reason = "television.reason.network_"
    return unknown.conclude(finding, reason, outcome=outcome, measure=measure)


@dataclass(frozen=True, slots=True)
class _Receiving:
    """How a receiver of the network takes its signals."""

    timing: NetworkTiming
    detection_db: float
    protection: TelevisionProtection


@dataclass(frozen=True, slots=True)
class _Met:
    """What one point of a network says.

    Its margin is that of the useful field above what it takes against noise and late signals
    together, as powers: the minimum median field, which keeps the ratio above noise at the wanted
    share of locations, and the disturbing field raised by the ratio and by the correction for
    locations of two fields that vary (the one of check 3).
    """

    point: NetworkPoint
    useful_dbuvm: float
    disturbing_dbuvm: float
    ratio_db: float
    minimum_dbuvm: float
    location_correction_db: float
    margin_db: float

    @classmethod
    def at(cls, point: NetworkPoint, receiving: _Receiving) -> "_Met":
        signals, protection = point.signals, receiving.protection
        found = network_fields(
            np.array([one.median_dbuvm for one in signals]),
            np.array([one.rare_dbuvm for one in signals]),
            np.array([one.arrival_us for one in signals]),
            receiving.timing,
            detection_db=receiving.detection_db,
        )
        minimum = protection.minimum_field_dbuvm(point.area)
        raised = float(found.disturbing_dbuvm) + protection.carrier_to_noise_db
        raised += protection.location_correction_db
        needed = 10 * math.log10(10 ** (minimum / 10) + 10 ** (raised / 10))
        useful = float(found.useful_dbuvm)
        return cls(
            point=point,
            useful_dbuvm=useful,
            disturbing_dbuvm=float(found.disturbing_dbuvm),
            ratio_db=float(found.ratio_db),
            minimum_dbuvm=minimum,
            location_correction_db=protection.location_correction_db,
            margin_db=useful - needed,
        )

    def limits(self, rule: Rule) -> tuple[Evidence, ...]:
        """Return what the rule of the minimum field asks at the point."""
        return (
            of_rule(rule, "minimum_field_dbuvm", round(self.minimum_dbuvm, 2)),
            of_rule(rule, "location_correction_db", round(self.location_correction_db, 2)),
        )


def _network_finding(  # noqa: PLR0917 (the parts of one finding)
    station: StationFacts,
    rule: Rule,
    terrain: TerrainFacts,
    worst: _Met,
    limits: tuple[Evidence, ...],
    values: dict[str, Value],
) -> tuple[Finding, bool, Mapping[str, Value] | None]:
    """Return the finding at the worst point, whether it is kept, and what to measure."""
    useful = _predicted("useful_field_strength_dbuvm", worst.useful_dbuvm, worst.point, terrain)
    if math.isinf(worst.ratio_db):
        finding = unconcluded(
            CHECK, rule, "television.reason.network_all_useful", (useful, *limits), values
        )
        return finding, True, None
    kept = worst.margin_db >= 0
    disturbing = _predicted(
        "disturbing_field_strength_dbuvm", worst.disturbing_dbuvm, worst.point, terrain
    )
    told: dict[str, Value] = {
        "ratio_db": round(worst.ratio_db, 1),
        "margin_db": round(worst.margin_db, 1),
        "minimum_field_dbuvm": round(worst.minimum_dbuvm, 1),
        "location_correction_db": round(worst.location_correction_db, 1),
    }
    finding = unconcluded(
        CHECK,
        rule,
        f"television.reason.network_{'kept' if kept else 'disturbed'}",
        (useful, disturbing, *limits),
        {**values, **told},
        margin_db=worst.margin_db,
    )
    measure = where_to_measure(
        "television.measure.network",
        longitude=worst.point.longitude,
        latitude=worst.point.latitude,
        height_m=worst.point.height_m,
        quantity="modulation_error_ratio_db",
        point=worst.point.name,
        frequency_mhz=station.frequency_mhz,
    )
    return finding, kept, measure


def _predicted(
    name: str, value: float, point: CalculationPoint | NetworkPoint, terrain: TerrainFacts
) -> Evidence:
    return field_evidence(EvidenceKind.PREDICTION, name, value, point.source, terrain=terrain)


def _of_allotment_record(allotment: AllotmentFacts, name: str, value: float) -> Evidence:
    return Evidence(EvidenceKind.RECORD, name, value, allotment.source, allotment.confidence)
