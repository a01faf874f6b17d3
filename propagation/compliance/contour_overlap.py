"""Protected contour against interfering contour, both ways, with thresholds from data.

Two rules: a list of fields by the spacing of the carriers (47 CFR 73.509), and the protection
ratios themselves (interfering field = protected field - ratio). The contours come drawn, with the
area where they overlap, how deep, and where. They are predicted, and neither rule binds in Viet
Nam: at most *needs verification*.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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

__all__ = ["CHECK", "Contours", "check"]

CHECK: Final = "contour_overlap"

_Thresholds = tuple[ContourThreshold, ...] | None
_Asking = Callable[[float, str], _Thresholds]
"""From the spacing in kHz and how the wanted station is received to the contours asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Contours:
    """Which contours a rule asks to be drawn; its tables are read once for all pairs.

    Attributes
    ----------
    rule : Rule
        `fm.contour_overlap` or `fm.contour_overlap.ratio`.
    protection_rule, minimum_field_rule : Rule
        `fm.protection_ratio` and `fm.minimum_field`, read for the second one.
    """

    rule: Rule
    protection_rule: Rule
    minimum_field_rule: Rule
    _asked: _Asking
    _known: dict[tuple[float, str], _Thresholds] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, rule: Rule, protection_rule: Rule, minimum_field_rule: Rule) -> "Contours":
        """Read the tables.

        Raises
        ------
        ParameterError
            If a rule lacks what is read.
        """
        listed = rule.id == CONTOUR_OVERLAP
        asked = _listed(rule) if listed else _by_ratio(protection_rule, minimum_field_rule)
        return cls(rule, protection_rule, minimum_field_rule, asked)

    def thresholds(self, wanted: StationFacts, unwanted: StationFacts) -> _Thresholds:
        """Return the contours that the rule asks to be drawn for one direction of a pair.

        Parameters
        ----------
        wanted, unwanted : StationFacts
            Whose contour is protected, and whose interferes.

        Returns
        -------
        tuple of ContourThreshold or None
            Empty where the carriers are too far apart to matter; None where the rule has no value
            for the spacing.
        """
        # free of the noise of binary fractions
        spacing_khz = round((unwanted.frequency_mhz - wanted.frequency_mhz) * 1000, 6)
        key = (spacing_khz, wanted.reception)
        if key not in self._known:
            self._known[key] = self._asked(*key)
        return self._known[key]


def _listed(rule: Rule) -> _Asking:
    table = contours_from_parameters(rule.parameters)
    return lambda spacing_khz, _: listed_thresholds(table, spacing_khz)


def _by_ratio(protection_rule: Rule, minimum_field_rule: Rule) -> _Asking:
    table = protection_from_parameters(protection_rule.parameters)
    fields = minimum_field_from_parameters(minimum_field_rule.parameters)

    def asked(spacing_khz: float, reception: str) -> _Thresholds:
        minimum = minimum_usable_field_strength_dbuvm(reception, Area.RURAL, fields)
        return ratio_thresholds(table, minimum, spacing_khz, reception)

    return asked


def check(
    station: StationFacts,
    pairs: Sequence[ContourPair],
    terrain: TerrainFacts,
    contours: Contours,
) -> tuple[Finding, ...]:
    """Judge the contours of a station and of its neighbours by one rule.

    Parameters
    ----------
    station : StationFacts
        The station judged.
    pairs : sequence of ContourPair
        Every other station within reach, with the contours that are asked for.
    terrain : TerrainFacts
        The ground that the predictions stood on.
    contours : Contours
        The rule, with what it asks for.

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
            asked = contours.thresholds(case.wanted, case.unwanted)
            if asked != ():
                found.append(_judged(case, asked, terrain, contours))
    if not found:
        return (_nobody(station, len(pairs), contours.rule),)
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
    asked: _Thresholds,
    terrain: TerrainFacts,
    contours: Contours,
) -> Finding:
    values: dict[str, Value] = {
        "other": case.pair.other.name,
        "distance_km": round(case.pair.distance_km, 2),
        "spacing_khz": case.spacing_khz,
    }
    rule = contours.rule
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
        (*_carriers(case), *_drawn(worst, terrain, contours)),
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


def _drawn(worst: ContourFacts, terrain: TerrainFacts, contours: Contours) -> tuple[Evidence, ...]:
    """Return the thresholds with what they rest on, and what was drawn."""
    listed = contours.rule.id == CONTOUR_OVERLAP
    minimum = contours.rule if listed else contours.minimum_field_rule
    ratio = contours.rule if listed else contours.protection_rule
    thresholds_of = (
        of_rule(minimum, "protected_field_dbuvm", worst.protected_dbuvm),
        of_rule(ratio, "interfering_field_dbuvm", worst.interfering_dbuvm),
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
