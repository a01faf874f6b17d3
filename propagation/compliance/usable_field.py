"""Nuisance fields, usable fields, and whether a station is accepted beside the others.

Received: at each test point where the station is protected, the usable field of all others, by
simplified multiplication (GE84, Annex 2, chapter 4), and whether the wanted field reaches it.
Caused: at the test points of every other station, the usable field with and without this one, and
what GE84, Article 4.3.7.1, says of the two. Power sum, t-LNM and a seeded Monte-Carlo stand
beside: where one of them concludes otherwise the finding is *model-sensitive*, with the spread.

The fields are predicted and the treaty does not bind in Viet Nam: at most *needs verification*.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from propagation.compliance.agreement import Agreement, Vote, agreement_of, spread_db
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
from propagation.compliance.facts import StationFacts, TerrainFacts
from propagation.compliance.facts_interference import NuisancePoint, ReceptionFacts
from propagation.compliance.records import Evidence, EvidenceKind, Finding, Outcome, Rule, Value
from propagation.compliance.unknowns import Unknowns
from propagation.compliance.usable_points import (
    SAMPLING_ERRORS,
    TREATY,
    Comparison,
    PointUsable,
    Settings,
    drawn,
    settings,
    shielded,
    some_points,
    unknown_points,
    usable_at_points,
)
from propagation.interference.acceptance import Acceptance
from propagation.interference.bs412 import (
    Area,
    MinimumField,
    minimum_field_from_parameters,
    minimum_usable_field_strength_dbuvm,
)
from propagation.interference.usable import (
    ANALYTIC,
    Method,
)

__all__ = ["CHECK", "check"]

CHECK: Final = "usable_field"

Floats = NDArray[np.float64]


def check(
    station: StationFacts,
    received: ReceptionFacts,
    caused: Sequence[ReceptionFacts],
    terrain: TerrainFacts,
    *,
    rule: Rule,
    summation_rule: Rule,
    minimum_field_rule: Rule,
    locations: Floats | None = None,
) -> tuple[Finding, ...]:
    """Judge what all others do to a station, and what it does to each of them.

    Parameters
    ----------
    station : StationFacts
        The station judged: in the register, or applied for.
    received : ReceptionFacts
        Its own test points.
    caused : sequence of ReceptionFacts
        The test points of other stations, the station judged among the `others` of each; those
        where it is not, or contributes nowhere, are not spoken of.
    terrain : TerrainFacts
        The ground that the predictions stood on.
    rule, summation_rule, minimum_field_rule : Rule
        `fm.usable_field`, `fm.summation` and `fm.minimum_field`, in force on the date judged.
    locations : ndarray, optional
        From `drawn`, for as many stations as any reception has others; drawn anew when absent,
        with the same result, in some 10 ms.

    Returns
    -------
    tuple of Finding
        What is received, then one for each station affected, worst margin first; those that
        could not be assessed last.
    """
    numbers = settings(rule, summation_rule)
    if locations is None:
        locations = drawn(numbers, max(len(one.others) for one in (received, *caused)))
    judge = _Judge(
        station,
        terrain,
        rule,
        summation_rule,
        minimum_field_rule,
        numbers,
        locations,
        minimum_field_from_parameters(minimum_field_rule.parameters),
    )
    others = [found for one in caused if (found := judge.caused(one)) is not None]
    return (judge.received(received), *sorted(others, key=_margin))


def _margin(finding: Finding) -> float:
    return math.inf if finding.margin_db is None else finding.margin_db


@dataclass(frozen=True, slots=True)
class _Judge:
    """Everything that both directions need."""

    station: StationFacts
    terrain: TerrainFacts
    rule: Rule
    summation_rule: Rule
    minimum_rule: Rule
    numbers: Settings
    locations: Floats
    minimum: MinimumField

    def received(self, facts: ReceptionFacts) -> Finding:
        """Return what all others do to the station."""
        shielded, unknown = self._protected(facts)
        if not shielded:
            return self._no_point("received_no_point", facts, unknown)
        chosen = some_points(facts, shielded)
        points = usable_at_points(chosen, self.numbers, self.locations)
        margins = {
            method: [one.point.wanted_dbuvm - one.usable_dbuvm[method] for one in points]
            for method in Method
        }
        row = int(np.argmin(margins[TREATY]))
        worst = points[row]
        values: dict[str, Value] = {
            "points": len(points),
            "others": len(facts.others),
            "point": worst.point.name,
            "direction": "received",
        }
        if not worst.contributors:
            finding = unconcluded(
                CHECK,
                self.rule,
                "usable_field.reason.received_nobody",
                (of_station(self.station, "frequency_mhz", self.station.frequency_mhz),),
                values,
            )
            reason = "usable_field.reason.received_"
            return unknown.conclude(finding, reason, outcome=Outcome.COMPLIES)
        votes = [Vote(min(margins[method])) for method in ANALYTIC]
        votes.append(
            Vote(margins[Method.MONTE_CARLO][row], SAMPLING_ERRORS * worst.standard_error_db)
        )
        margin = margins[TREATY][row]
        agreement = agreement_of(votes)
        finding = unconcluded(
            CHECK,
            self.rule,
            f"usable_field.reason.received_{'kept' if margin >= 0 else 'broken'}_{agreement}",
            (*self._evidence(facts, worst), *self._limits(facts, worst.point)),
            {
                **values,
                **_levels(worst, agreement),
                "margin_db": round(margin, 1),
                "lacking_db": round(max(0.0, -margin), 1),
                "wanted_dbuvm": round(worst.point.wanted_dbuvm, 1),
                "below_reference": worst.usable_dbuvm[TREATY]
                <= self.numbers.reference_field_dbuvm,
            },
            margin_db=margin,
        )
        return self._concluded(finding, facts, worst.point, unknown)

    def caused(self, facts: ReceptionFacts) -> Finding | None:
        """Return what the station does to another one; None where that is nothing."""
        if {self.station.id, facts.wanted.id} & {one.id for one in facts.unknown}:
            return self._not_computed(facts)
        column = facts.position(self.station.id)
        if column is None or all(
            point.nuisance_dbuvm[column] == -math.inf for point in facts.points
        ):
            return None
        shielded, unknown = self._protected(facts)
        if not shielded:
            return self._no_point("caused_no_point", facts, unknown)
        comparison = Comparison.of(
            some_points(facts, shielded), column, self.numbers, self.locations
        )
        row = comparison.decisive
        point = comparison.facts.points[row]
        state = comparison.state(row)
        values: dict[str, Value] = {
            "other": facts.wanted.name,
            "points": len(shielded),
            "point": point.name,
            "direction": "caused",
        }
        if state is Acceptance.NOT_AFFECTED:
            return self._untouched(facts, Unknowns(points=unknown.points), values)
        agreement = agreement_of(comparison.votes())
        worst = comparison.with_station(row)
        levels = _levels(worst, agreement)
        without, margin = float(comparison.without[TREATY][row]), comparison.margin_db(row)
        # without the station nobody disturbs, so that there is no rise to speak of
        alone = without == -math.inf
        unruled = "_alone" if alone and state is Acceptance.AGREEMENT_REQUIRED else ""
        finding = unconcluded(
            CHECK,
            self.rule,
            f"usable_field.reason.caused_{state}{unruled}_{agreement}",
            (
                *self._evidence(facts, worst),
                *self._field("usable_field_without_dbuvm", without, point),
                *self._limits(facts, point),
            ),
            {
                **values,
                **levels,
                "without_dbuvm": None if alone else round(without, 1),
                "rise_db": None if alone else round(worst.usable_dbuvm[TREATY] - without, 2),
                "margin_db": round(margin, 2),
                "state": state.value,
                "reference_field_dbuvm": self.numbers.reference_field_dbuvm,
                "largest_rise_db": self.numbers.largest_rise_db,
            },
            margin_db=margin,
            counterpart=facts.wanted.id,
        )
        return self._concluded(finding, facts, point, unknown)

    def _protected(self, facts: ReceptionFacts) -> tuple[list[int], Unknowns]:
        """Return the points where a station is protected, and what is not known."""

        def least(area: Area) -> float:
            return self._minimum(facts, area)

        unknown = Unknowns(
            points=unknown_points(facts, least),
            stations=facts.unknown,
            source=self.terrain.identifier,
        )
        return shielded(facts, least), unknown

    def _minimum(self, facts: ReceptionFacts, area: Area) -> float:
        return minimum_usable_field_strength_dbuvm(facts.wanted.reception, area, self.minimum)

    def _no_point(self, reason: str, facts: ReceptionFacts, unknown: Unknowns) -> Finding:
        own = facts.wanted.id == self.station.id
        return not_assessable(
            CHECK,
            self.rule,
            f"usable_field.reason.{reason}",
            ("compliance.missing.test_point", *unknown.missing),
            evidence=(
                of_station(facts.wanted, "frequency_mhz", facts.wanted.frequency_mhz),
                *unknown.evidence,
            ),
            values={
                **({} if own else {"other": facts.wanted.name}),
                "points": len(facts.points),
                **unknown.values,
            },
            counterpart=None if own else facts.wanted.id,
        )

    def _untouched(
        self, facts: ReceptionFacts, unknown: Unknowns, values: Mapping[str, Value]
    ) -> Finding | None:
        """Return what is caused where nothing changes: nothing, unless some points are unknown."""
        if not unknown:
            return None
        finding = unconcluded(
            CHECK,
            self.rule,
            "usable_field.reason.caused_points_unknown",
            (of_station(facts.wanted, "frequency_mhz", facts.wanted.frequency_mhz),),
            values,
            counterpart=facts.wanted.id,
        )
        reason = "usable_field.reason.caused_"
        return unknown.conclude(finding, reason, outcome=Outcome.COMPLIES)

    def _not_computed(self, facts: ReceptionFacts) -> Finding:
        """Return what is caused to another where the field of one of the two is not known."""
        pair = {self.station.id, facts.wanted.id}
        unknown = Unknowns(stations=tuple(one for one in facts.unknown if one.id in pair))
        return not_assessable(
            CHECK,
            self.rule,
            "usable_field.reason.caused_unknown",
            unknown.missing,
            evidence=(
                of_station(facts.wanted, "frequency_mhz", facts.wanted.frequency_mhz),
                *unknown.evidence,
            ),
            values={"other": facts.wanted.name, "direction": "caused", **unknown.values},
            counterpart=facts.wanted.id,
        )

    def _evidence(self, facts: ReceptionFacts, found: PointUsable) -> tuple[Evidence, ...]:
        """Return the fields at a point: wanted, usable by each method, and who disturbs."""
        point = found.point
        return (
            of_station(facts.wanted, "wanted_frequency_mhz", facts.wanted.frequency_mhz),
            *self._field("wanted_field_strength_dbuvm", point.wanted_dbuvm, point),
            *(
                one
                for method, level in found.usable_dbuvm.items()
                for one in self._field(f"usable_field_{method}_dbuvm", level, point)
            ),
            *self._field("standard_error_db", found.standard_error_db, point),
            *(
                one
                for other in found.contributors
                for one in self._field(
                    "nuisance_field_strength_dbuvm",
                    point.nuisance_dbuvm[facts.others.index(other)],
                    point,
                    f"{other.name}, {other.frequency_mhz:g} MHz; ",
                )
            ),
        )

    def _field(
        self, name: str, value: float, point: NuisancePoint, whose: str = ""
    ) -> tuple[Evidence, ...]:
        if not math.isfinite(value):
            return ()
        source = f"{whose}{point.source}"
        kind = EvidenceKind.PREDICTION
        return (field_evidence(kind, name, value, source, terrain=self.terrain),)

    def _limits(self, facts: ReceptionFacts, point: NuisancePoint) -> tuple[Evidence, ...]:
        minimum = self._minimum(facts, point.area)
        sigma = self.numbers.location_standard_deviation_db
        around = boundary_evidence(point.boundary) if point.boundary is not None else ()
        return (
            *around,
            of_rule(self.minimum_rule, "minimum_field_dbuvm", minimum),
            of_rule(self.summation_rule, "location_standard_deviation_db", sigma),
        )

    def _concluded(
        self, finding: Finding, facts: ReceptionFacts, point: NuisancePoint, unknown: Unknowns
    ) -> Finding:
        margin = finding.margin_db or 0.0
        return unknown.conclude(
            finding,
            f"usable_field.reason.{finding.values['direction']}_",
            outcome=measured_outcome(margin, EvidenceKind.PREDICTION, None),
            measure=where_to_measure(
                "usable_field.measure.nuisance",
                longitude=point.longitude,
                latitude=point.latitude,
                height_m=point.height_m,
                quantity="field_strength_dbuvm",
                point=point.name,
                wanted_frequency_mhz=facts.wanted.frequency_mhz,
                contributors=str(finding.values["contributors"]),
            ),
        )


def _levels(found: PointUsable, agreement: Agreement) -> dict[str, Value]:
    """Return the usable fields and who makes them up, as values of a sentence."""
    levels = found.usable_dbuvm
    return {
        **{f"{method}_dbuvm": round(level, 1) for method, level in levels.items()},
        "usable_dbuvm": round(levels[TREATY], 1),
        "standard_error_db": round(found.standard_error_db, 2),
        "agreement": agreement.value,
        "spread_db": round(spread_db(levels.values()), 1),
        "contributors": ", ".join(one.name for one in found.contributors),
    }
