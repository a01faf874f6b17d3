"""Protected contour against interfering contour, both ways, with thresholds from data.

Two rules: a list of fields by the spacing of the carriers (47 CFR 73.509), and the protection
ratios themselves (interfering field = protected field - ratio). The contours come drawn, with the
area where they overlap, how deep, and where. They are predicted, and neither rule binds in Viet
Nam: at most *needs verification*.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from propagation.compliance.conclusions import (
    conclude,
    field_evidence,
    not_assessable,
    of_rule,
    of_station,
    unconcluded,
    where_to_measure,
)
from propagation.compliance.facts import StationFacts, TerrainFacts
from propagation.compliance.facts_interference import ContourFacts, ContourPair
from propagation.compliance.parameters import CONTOUR_OVERLAP
from propagation.compliance.records import Evidence, EvidenceKind, Finding, Outcome, Rule, Value
from propagation.interference.bs412 import (
    Area,
    minimum_field_from_parameters,
    minimum_usable_field_strength_dbuvm,
    protection_from_parameters,
)
from propagation.interference.contours import (
    ContourThreshold,
    contours_from_parameters,
    listed_thresholds,
    ratio_thresholds,
)

__all__ = ["CHECK", "check", "thresholds"]

CHECK: Final = "contour_overlap"


def thresholds(
    wanted: StationFacts,
    unwanted: StationFacts,
    *,
    rule: Rule,
    protection_rule: Rule,
    minimum_field_rule: Rule,
) -> tuple[ContourThreshold, ...] | None:
    """Return the contours that a rule asks to be drawn for one direction of a pair.

    Parameters
    ----------
    wanted, unwanted : StationFacts
        Whose contour is protected, and whose interferes.
    rule : Rule
        `fm.contour_overlap` or `fm.contour_overlap.ratio`.
    protection_rule, minimum_field_rule : Rule
        `fm.protection_ratio` and `fm.minimum_field`, read for the second one.

    Returns
    -------
    tuple of ContourThreshold or None
        Empty where the carriers are too far apart to matter; None where the rule has no value for
        the spacing.

    Raises
    ------
    ParameterError
        If a rule lacks what is read.
    """
    # free of the noise of binary fractions
    spacing_khz = round((unwanted.frequency_mhz - wanted.frequency_mhz) * 1000, 6)
    if rule.id == CONTOUR_OVERLAP:
        return listed_thresholds(contours_from_parameters(rule.parameters), spacing_khz)
    minimum = minimum_usable_field_strength_dbuvm(
        wanted.reception, Area.RURAL, minimum_field_from_parameters(minimum_field_rule.parameters)
    )
    table = protection_from_parameters(protection_rule.parameters)
    return ratio_thresholds(table, minimum, spacing_khz, wanted.reception)


def check(
    station: StationFacts,
    pairs: Sequence[ContourPair],
    terrain: TerrainFacts,
    *,
    rule: Rule,
    protection_rule: Rule,
    minimum_field_rule: Rule,
) -> tuple[Finding, ...]:
    """Judge the contours of a station and of its neighbours by one rule.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    pairs : sequence of ContourPair
        Every other station within reach, with the contours that `thresholds` asks for.
    terrain : TerrainFacts
        The ground that the predictions stood on.
    rule : Rule
        `fm.contour_overlap` or `fm.contour_overlap.ratio`.
    protection_rule, minimum_field_rule : Rule
        `fm.protection_ratio` and `fm.minimum_field`.

    Returns
    -------
    tuple of Finding
        One for each neighbour and direction that the rule speaks of, the largest overlap first,
        those that could not be assessed last; a single *complies* when there is none.
    """
    found = []
    for pair in pairs:
        for case in (
            _Case(station, pair, station, pair.other, "received", pair.received),
            _Case(station, pair, pair.other, station, "caused", pair.caused),
        ):
            asked = thresholds(
                case.wanted,
                case.unwanted,
                rule=rule,
                protection_rule=protection_rule,
                minimum_field_rule=minimum_field_rule,
            )
            if asked != ():
                ruled = (protection_rule, minimum_field_rule)
                found.append(_judged(case, asked, terrain, rule, ruled))
    if not found:
        return (_nobody(station, len(pairs), rule),)
    return tuple(sorted(found, key=_order))


@dataclass(frozen=True, slots=True)
class _Case:
    """One direction of one pair."""

    station: StationFacts
    pair: ContourPair
    wanted: StationFacts
    unwanted: StationFacts
    direction: str
    contours: tuple[ContourFacts, ...]

    @property
    def spacing_khz(self) -> float:
        return round(abs(self.unwanted.frequency_mhz - self.wanted.frequency_mhz) * 1000, 6)


def _order(finding: Finding) -> tuple[bool, float, float]:
    unknown = finding.outcome is Outcome.NOT_ASSESSABLE
    overlap, depth = (finding.values.get(name) for name in ("overlap_km2", "depth_km"))
    return (unknown, -float(overlap or 0.0), -float(depth or 0.0))


def _nobody(station: StationFacts, others: int, rule: Rule) -> Finding:
    finding = unconcluded(
        CHECK,
        rule,
        "contour_overlap.reason.nobody",
        (of_station(station, "frequency_mhz", station.frequency_mhz),),
        {"others": others},
    )
    return conclude(finding, outcome=Outcome.COMPLIES)


def _judged(
    case: _Case,
    asked: tuple[ContourThreshold, ...] | None,
    terrain: TerrainFacts,
    rule: Rule,
    ruled: tuple[Rule, Rule],
) -> Finding:
    values: dict[str, Value] = {
        "other": case.pair.other.name,
        "distance_km": round(case.pair.distance_km, 2),
        "spacing_khz": case.spacing_khz,
    }
    drawn = [one for one in case.contours if _answers(one, asked or ())]
    if asked is None or len(drawn) < len(asked):
        absent = "row" if asked is None else "contours"
        return not_assessable(
            CHECK,
            rule,
            f"contour_overlap.reason.{case.direction}_no_{absent}",
            (f"contour_overlap.missing.{absent}",),
            evidence=_carriers(case),
            values=values,
            counterpart=case.pair.other.id,
        )
    worst = max(drawn, key=_gravity)
    overlaps = _overlaps(worst)
    within_km2 = worst.protected_area_km2
    share = 100 * worst.overlap_area_km2 / within_km2 if overlaps and within_km2 else 0.0
    finding = unconcluded(
        CHECK,
        rule,
        f"contour_overlap.reason.{case.direction}_{_word(worst, overlaps=overlaps)}",
        (*_carriers(case), *_drawn(worst, terrain, rule, ruled)),
        {
            **values,
            "protected_dbuvm": worst.protected_dbuvm,
            "interfering_dbuvm": round(worst.interfering_dbuvm, 1),
            "time_percent": worst.time_percent,
            "overlap_km2": round(worst.overlap_area_km2, 2),
            "overlap_percent": round(share, 2),
            "depth_km": round(worst.depth_km, 2),
            "below_db": None if worst.excess_db is None else round(-worst.excess_db, 1),
            "azimuth_deg": round(worst.azimuth_deg),
        },
        margin_db=None if worst.excess_db is None else -worst.excess_db,
        counterpart=case.pair.other.id,
    )
    return conclude(
        finding,
        outcome=Outcome.VIOLATES if overlaps else Outcome.COMPLIES,
        measure=where_to_measure(
            "contour_overlap.measure.unwanted",
            longitude=worst.longitude,
            latitude=worst.latitude,
            height_m=worst.height_m,
            quantity="field_strength_dbuvm",
            wanted_frequency_mhz=case.wanted.frequency_mhz,
            unwanted_frequency_mhz=case.unwanted.frequency_mhz,
            time_percent=worst.time_percent,
            interfering_dbuvm=round(worst.interfering_dbuvm, 1),
        ),
    )


def _overlaps(contour: ContourFacts) -> bool:
    return contour.overlap_area_km2 > 0 or contour.depth_km > 0


def _gravity(contour: ContourFacts) -> tuple[bool, float, float, float]:
    """Order contours: those that overlap, then by the largest excess of the unwanted field."""
    excess = -math.inf if contour.excess_db is None else contour.excess_db
    return _overlaps(contour), excess, contour.overlap_area_km2, contour.depth_km


def _word(contour: ContourFacts, *, overlaps: bool) -> str:
    """Return whether contours overlap, and if not, whether a field came near at all."""
    if overlaps:
        return "overlap"
    return "clear_far" if contour.excess_db is None else "clear"


def _answers(contour: ContourFacts, asked: Sequence[ContourThreshold]) -> bool:
    """Say whether a contour was drawn for one of the thresholds that the rule asks for."""
    drawn = ContourThreshold(
        contour.protected_dbuvm, contour.interfering_dbuvm, contour.time_percent
    )
    return drawn in asked


def _carriers(case: _Case) -> tuple[Evidence, ...]:
    return (
        of_station(case.wanted, "wanted_frequency_mhz", case.wanted.frequency_mhz),
        of_station(case.unwanted, "unwanted_frequency_mhz", case.unwanted.frequency_mhz),
    )


def _drawn(
    worst: ContourFacts, terrain: TerrainFacts, rule: Rule, ruled: tuple[Rule, Rule]
) -> tuple[Evidence, ...]:
    """Return the thresholds with what they rest on, and what was drawn."""
    thresholds_of = (
        (
            of_rule(ruled[1], "protected_field_dbuvm", worst.protected_dbuvm),
            of_rule(ruled[0], "interfering_field_dbuvm", worst.interfering_dbuvm),
        )
        if rule.id != CONTOUR_OVERLAP
        else (
            of_rule(rule, "protected_field_dbuvm", worst.protected_dbuvm),
            of_rule(rule, "interfering_field_dbuvm", worst.interfering_dbuvm),
        )
    )
    areas = (
        field_evidence(EvidenceKind.PREDICTION, name, value, worst.source, terrain=terrain)
        for name, value in (
            ("protected_area_km2", worst.protected_area_km2),
            ("overlap_area_km2", worst.overlap_area_km2),
            ("depth_km", worst.depth_km),
        )
        if value is not None
    )
    return (*thresholds_of, *areas)
