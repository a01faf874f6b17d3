"""How far from its antenna, and from its whole site, a station keeps to the exposure limit.

Far-field free space with full power in every direction, so an upper bound; a computation all the
same, and what it finds is at most *needs verification*. The foot of every structure of the site
is looked at, which anybody can reach; roofs and balconies near by are not in the register.
"""

import math
from collections.abc import Sequence
from typing import Final

from propagation.compliance.conclusions import (
    conclude,
    not_assessable,
    of_rule,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import StationFacts
from propagation.compliance.facts_exposure import ExposureEmitter
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
from propagation.exposure import (
    exposure_share,
    field_v_per_m,
    safety_distance_m,
    site_distance_m,
)
from propagation.units import w_from_dbw

__all__ = ["CHECK", "check"]

CHECK: Final = "exposure"

_LEAST_M: Final = 0.5
"""Nearest that a person is taken to an antenna; at a distance of 0 there is no field."""


def check(
    station: StationFacts,
    emitters: Sequence[ExposureEmitter],
    *,
    rule: Rule,
    base_station_rule: Rule | None,
    all_known: bool = True,
) -> tuple[Finding, ...]:
    """Compute the safety distance of a station and of its site, and the sum at the worst foot.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    emitters : sequence of ExposureEmitter
        Its own antenna and those near.
    rule, base_station_rule : Rule
        `site.exposure.broadcast` (TCVN 3718-1:2005) and `site.exposure.base_station` (QCVN
        8:2022); None where the latter was not in force. A broadcasting station inside the first
        one's frequencies falls under it, everything else inside the second one's under that.
    all_known : bool
        Whether all antennas near that are on record were looked at; where some were left out, or
        nothing is on record, the site is not said to keep to the limit, and a measurement is
        asked for.

    Returns
    -------
    tuple of Finding
        The station alone, then the site with the sum over its frequencies.
    """
    own = next((one for one in emitters if one.id == station.id), None)
    if own is None or not own.known:
        return (_unknown(station, own, rule),)
    near_m = number(rule, "near_distance_m")
    rules = (rule, base_station_rule)
    near = [one for one in emitters if one.distance_m() <= near_m]
    alone = _Antenna.of(own, rules)
    if alone is None:
        return (_out_of_scope(station, rule),)
    judged = _alone(station, alone, rule)
    if len(near) == 1 and (all_known or judged.outcome is not Outcome.COMPLIES):
        return (judged,)
    return (judged, _site(station, near, rules, all_known=all_known))


class _Antenna:
    """An antenna with the limit that holds for it."""

    def __init__(self, emitter: ExposureEmitter, rule: Rule) -> None:
        self.emitter, self.rule = emitter, rule
        self.limit = number(rule, "limit_v_per_m")
        self._factor = number(rule, "reflection_factor")
        self.eirp_w = float(w_from_dbw(emitter.eirp_dbw or 0.0))
        self.safe_m = float(safety_distance_m(self.eirp_w, self.limit, self._factor))
        above_m = (emitter.height_above_ground_m or 0.0) - number(rule, "person_height_m")
        self.above_m = max(above_m, _LEAST_M)

    @classmethod
    def of(cls, emitter: ExposureEmitter, rules: tuple[Rule, Rule | None]) -> "_Antenna | None":
        """Return an antenna that is known and falls under one of the rules."""
        rule = _rule_of(emitter, rules)
        return cls(emitter, rule) if rule is not None and emitter.known else None

    def field(self, foot: ExposureEmitter) -> float:
        """Return the field at a person at the foot of an antenna's structure."""
        away = math.hypot(self.above_m, self.emitter.distance_m(foot.east_m, foot.north_m))
        return float(field_v_per_m(self.eirp_w, away, self._factor))


def _rule_of(emitter: ExposureEmitter, rules: tuple[Rule, Rule | None]) -> Rule | None:
    broadcast, base = rules
    at = emitter.frequency_mhz
    if at is None:
        return None
    if emitter.broadcasting and _holds(broadcast, at):
        return broadcast
    return base if base is not None and _holds(base, at) else None


def _holds(rule: Rule, frequency_mhz: float) -> bool:
    lower, upper = number(rule, "frequency_min_mhz"), number(rule, "frequency_max_mhz")
    return lower <= frequency_mhz <= upper


def _unknown(station: StationFacts, own: ExposureEmitter | None, rule: Rule) -> Finding:
    wanted = []
    if own is None or own.eirp_dbw is None:
        wanted.append("compliance.missing.erp")
    if own is None or own.height_above_ground_m is None:
        wanted.append("compliance.missing.antenna_height")
    if own is not None and own.frequency_mhz is None:
        wanted.append("exposure.missing.frequency")
    return not_assessable(
        CHECK, rule, "exposure.reason.unknown", wanted, values={"station": station.name}
    )


def _out_of_scope(station: StationFacts, rule: Rule) -> Finding:
    return not_assessable(
        CHECK,
        rule,
        "exposure.reason.out_of_scope",
        ("exposure.missing.limit",),
        evidence=(of_station(station, "frequency_mhz", station.frequency_mhz),),
        values={"frequency_mhz": station.frequency_mhz},
    )


def _computed(name: str, value: float, source: str) -> Evidence:
    return Evidence(EvidenceKind.PREDICTION, name, round(value, 3), source, Confidence.DERIVED)


def _alone(station: StationFacts, antenna: _Antenna, rule: Rule) -> Finding:
    kept = antenna.safe_m <= antenna.above_m
    factor = number(antenna.rule, "reflection_factor")
    values: dict[str, Value] = {
        "distance_m": round(antenna.safe_m, 1),
        "above_m": round(antenna.above_m, 1),
        "eirp_w": round(antenna.eirp_w, 1),
        "limit_v_per_m": antenna.limit,
        "factor": factor,
        "share": round(exposure_share([antenna.field(antenna.emitter)], [antenna.limit]), 4),
    }
    finding = unconcluded(
        CHECK,
        antenna.rule,
        f"exposure.reason.alone_{'kept' if kept else 'exceeded'}",
        (
            of_station(station, "eirp_w", round(antenna.eirp_w, 1)),
            of_station(station, "height_above_ground_m", antenna.emitter.height_above_ground_m),
            of_rule(antenna.rule, "limit_v_per_m", antenna.limit),
            _computed("safety_distance_m", antenna.safe_m, antenna.emitter.source),
        ),
        values,
    )
    return _with_measure(antenna.emitter, finding, kept=kept, rule=rule)


def _site(
    station: StationFacts,
    near: Sequence[ExposureEmitter],
    rules: tuple[Rule, Rule | None],
    *,
    all_known: bool,
) -> Finding:
    """Return the sum over the frequencies of a site at its worst foot, and where the sum is 1."""
    antennas = [one for one in (_Antenna.of(emitter, rules) for emitter in near) if one]
    unknown = len(near) - len(antennas)
    shares = [(_share(antennas, foot), foot) for foot in near]
    share, worst = max(shares, key=lambda item: item[0])
    kept = share <= 1
    distance_m = site_distance_m([one.safe_m for one in antennas])
    values: dict[str, Value] = {
        "antennas": len(antennas),
        "unknown": unknown,
        "share": round(share, 4),
        "foot": worst.name,
        "own_share": round(next(each for each, foot in shares if foot.id == station.id), 4),
        "distance_m": round(distance_m, 1),
        "near_m": number(rules[0], "near_distance_m"),
    }
    evidence = (
        *(_computed("safety_distance_m", one.safe_m, _said_of(one)) for one in antennas),
        _computed("exposure_share", share, station.source),
        *(of_rule(rule, "limit_v_per_m", limit) for rule, limit in _limits(antennas)),
    )
    if kept and not all_known:
        partial = unconcluded(CHECK, rules[0], "exposure.reason.site_partial", evidence, values)
        return _with_measure(worst, partial, kept=False, rule=rules[0])
    if kept and unknown:
        return not_assessable(
            CHECK,
            rules[0],
            "exposure.reason.site_unknown",
            ("exposure.missing.antennas",),
            evidence=evidence,
            values=values,
        )
    reason = f"exposure.reason.site_{'kept' if kept else 'exceeded'}"
    finding = unconcluded(CHECK, rules[0], reason, evidence, values)
    return _with_measure(worst, finding, kept=kept, rule=rules[0])


def _share(antennas: Sequence[_Antenna], foot: ExposureEmitter) -> float:
    """Return the sum over the antennas at the foot of one structure."""
    fields = [one.field(foot) for one in antennas]
    return exposure_share(fields, [one.limit for one in antennas])


def _limits(antennas: Sequence[_Antenna]) -> list[tuple[Rule, float]]:
    return list({one.rule.id: (one.rule, one.limit) for one in antennas}.values())


def _said_of(antenna: _Antenna) -> str:
    return f"{antenna.emitter.name}; {antenna.emitter.source}".removesuffix("; ")


def _with_measure(foot: ExposureEmitter, finding: Finding, *, kept: bool, rule: Rule) -> Finding:
    measure = where_to_measure(
        "exposure.measure.field",
        longitude=foot.longitude,
        latitude=foot.latitude,
        height_m=number(rule, "person_height_m"),
        quantity="electric_field",
        distance_m=finding.values["distance_m"],
    )
    outcome = Outcome.COMPLIES if kept else Outcome.NEEDS_VERIFICATION
    return conclude(finding, outcome=outcome, measure=measure)
