"""Usable fields at the test points of a station, by every method, with and without another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from propagation.compliance.agreement import Vote
from propagation.compliance.facts import StationFacts
from propagation.compliance.facts_interference import NuisancePoint, ReceptionFacts
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule
from propagation.interference.acceptance import Acceptance, acceptance, acceptance_margin_db
from propagation.interference.bs412 import Area
from propagation.interference.monte_carlo import (
    SampledUsableField,
    location_deviates,
    location_factors,
    sampled_usable_field,
)
from propagation.interference.usable import (
    ANALYTIC,
    Method,
    dominant_contributors,
    usable_fields_dbuvm,
)

__all__ = [
    "SAMPLING_ERRORS",
    "TREATY",
    "Comparison",
    "PointUsable",
    "Settings",
    "drawn",
    "nuisance_matrix",
    "settings",
    "shielded",
    "silenced",
    "some_points",
    "unknown_points",
    "usable_at_points",
]

Floats = NDArray[np.float64]

TREATY: Final = Method.SIMPLIFIED_MULTIPLICATION
"""The method that decides."""
SAMPLING_ERRORS: Final = 2.0
"""So many standard errors of sampling are no disagreement."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers of the two rules.

    Attributes
    ----------
    reference_field_dbuvm, largest_rise_db : float
        Of the acceptance rule (`fm.usable_field`).
    location_standard_deviation_db : float
        Of each field (`fm.summation`).
    draws, seed : int
        Of the Monte-Carlo (`fm.summation`).
    """

    reference_field_dbuvm: float
    largest_rise_db: float
    location_standard_deviation_db: float
    draws: int
    seed: int


def settings(rule: Rule, summation_rule: Rule) -> Settings:
    """Read the rules `fm.usable_field` and `fm.summation`.

    Raises
    ------
    ParameterError
        If a rule lacks a number.
    """
    return Settings(
        reference_field_dbuvm=number(rule, "reference_field_dbuvm"),
        largest_rise_db=number(rule, "largest_rise_db"),
        location_standard_deviation_db=number(summation_rule, "location_standard_deviation_db"),
        draws=int(number(summation_rule, "draws")),
        seed=int(number(summation_rule, "seed")),
    )


def drawn(numbers: Settings, stations: int) -> Floats:
    """Draw the locations of the Monte-Carlo, once for a whole plan.

    Parameters
    ----------
    numbers : Settings
        Draws, seed and standard deviation.
    stations : int
        At least as many as the other stations of any one reception.

    Returns
    -------
    ndarray, shape (stations + 1, draws)
        Factors of power (`propagation.interference.monte_carlo.location_factors`).
    """
    deviates = location_deviates(stations, numbers.draws, numbers.seed)
    return location_factors(deviates, numbers.location_standard_deviation_db)


@dataclass(frozen=True, slots=True)
class PointUsable:
    """The usable field at one test point, at 50 % of locations.

    Attributes
    ----------
    point : NuisancePoint
        The point, with the nuisance field of every station.
    usable_dbuvm : mapping of Method to float
        Usable field by each method; -inf where nobody disturbs, NaN where a field is not known.
    standard_error_db : float
        Standard error of the Monte-Carlo.
    contributors : tuple of StationFacts
        Who makes up 90 % of the nuisance power, at most five, the largest first.
    """

    point: NuisancePoint
    usable_dbuvm: Mapping[Method, float]
    standard_error_db: float
    contributors: tuple[StationFacts, ...]


def usable_at_points(
    reception: ReceptionFacts, numbers: Settings, locations: Floats
) -> tuple[PointUsable, ...]:
    """Return the usable field by all four methods at every test point of a station.

    Parameters
    ----------
    reception : ReceptionFacts
        The station and its points.
    numbers : Settings
        From `settings`.
    locations : ndarray
        From `drawn`.
    """
    nuisance = nuisance_matrix(reception)
    by_method = usable_fields_dbuvm(nuisance, numbers.location_standard_deviation_db)
    sampled = _sampled(nuisance, locations)
    return tuple(
        PointUsable(
            point=point,
            usable_dbuvm={
                **{method: float(level[row]) for method, level in by_method.items()},
                Method.MONTE_CARLO: float(sampled.usable_dbuvm[row]),
            },
            standard_error_db=float(sampled.standard_error_db[row]),
            contributors=_contributors(reception, nuisance[row]),
        )
        for row, point in enumerate(reception.points)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Usable fields at the points of one station with and without another.

    The Monte-Carlo is made at the decisive point only, by the treaty's method the worst.
    """

    facts: ReceptionFacts
    numbers: Settings
    locations: Floats
    column: int
    within: Mapping[Method, Floats]
    without: Mapping[Method, Floats]

    @classmethod
    def of(
        cls, facts: ReceptionFacts, column: int, numbers: Settings, locations: Floats
    ) -> "Comparison":
        """Compare with and without the station at a place among the others."""
        nuisance = nuisance_matrix(facts)
        sigma = numbers.location_standard_deviation_db
        within = usable_fields_dbuvm(nuisance, sigma)
        without = usable_fields_dbuvm(silenced(nuisance, column), sigma)
        return cls(facts, numbers, locations, column, within, without)

    def margin_db(self, row: int, method: Method = TREATY) -> float:
        """Return the margin of the acceptance rule at a point."""
        return self._margin(float(self.within[method][row]), float(self.without[method][row]))

    def state(self, row: int) -> Acceptance:
        """Return what the acceptance rule says of a point, by the treaty's method."""
        return acceptance(
            float(self.within[TREATY][row]),
            float(self.without[TREATY][row]),
            reference_field_dbuvm=self.numbers.reference_field_dbuvm,
            largest_rise_db=self.numbers.largest_rise_db,
        )

    @property
    def decisive(self) -> int:
        """The point with the least margin, of those where the station contributes at all."""
        rows = range(len(self.facts.points))
        return min(
            rows, key=lambda row: (self.state(row) is Acceptance.NOT_AFFECTED, self.margin_db(row))
        )

    def votes(self) -> list[Vote]:
        """Return the least margin by each method, and that of the draws at the decisive point."""
        rows = range(len(self.facts.points))
        found = [Vote(min(self.margin_db(row, method) for row in rows)) for method in ANALYTIC]
        nuisance = nuisance_matrix(self.facts)[[self.decisive]]
        both = np.concatenate([nuisance, silenced(nuisance, self.column)])
        sampled = _sampled(both, self.locations)
        within, without = (float(level) for level in sampled.usable_dbuvm)
        doubt = SAMPLING_ERRORS * float(sampled.standard_error_db[0])
        return [*found, Vote(self._margin(within, without), doubt)]

    def with_station(self, row: int) -> PointUsable:
        """Return the usable field of all at a point."""
        return usable_at_points(some_points(self.facts, [row]), self.numbers, self.locations)[0]

    def _margin(self, within: float, without: float) -> float:
        return acceptance_margin_db(
            within,
            without,
            reference_field_dbuvm=self.numbers.reference_field_dbuvm,
            largest_rise_db=self.numbers.largest_rise_db,
        )


def some_points(facts: ReceptionFacts, rows: Sequence[int]) -> ReceptionFacts:
    """Return a station with some of its points."""
    return replace(facts, points=tuple(facts.points[row] for row in rows))


def shielded(facts: ReceptionFacts, minimum_dbuvm: Callable[[Area], float]) -> list[int]:
    """Return the points where the wanted station is protected and every field is known.

    Parameters
    ----------
    facts : ReceptionFacts
        The station and its points.
    minimum_dbuvm : callable
        Minimum field of its reception, by the surroundings of a point.
    """
    return [
        row
        for row, point in enumerate(facts.points)
        if point.known and _may_be_protected(point, minimum_dbuvm(point.area))
    ]


def unknown_points(facts: ReceptionFacts, minimum_dbuvm: Callable[[Area], float]) -> int:
    """Return at how many points the wanted station may be protected and a field is not known."""
    return sum(
        not point.known and _may_be_protected(point, minimum_dbuvm(point.area))
        for point in facts.points
    )


def _may_be_protected(point: NuisancePoint, minimum_dbuvm: float) -> bool:
    """Say whether a point is inside and not too weak; where its field is not known it may be."""
    inside = point.boundary is None or point.boundary.inside is not False
    return inside and not point.wanted_dbuvm < minimum_dbuvm


def nuisance_matrix(facts: ReceptionFacts) -> Floats:
    """Return the nuisance fields, shape (points, stations)."""
    rows = [point.nuisance_dbuvm for point in facts.points]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(facts.others))


def silenced(nuisance: Floats, column: int) -> Floats:
    """Return nuisance fields without one station."""
    quiet = nuisance.copy()
    quiet[:, column] = -np.inf
    return quiet


def _sampled(nuisance: Floats, locations: Floats) -> SampledUsableField:
    """Draw the usable field at points; station j always has row j + 1 of the draws."""
    return sampled_usable_field(nuisance, locations[: nuisance.shape[1] + 1])


def _contributors(facts: ReceptionFacts, nuisance: Floats) -> tuple[StationFacts, ...]:
    return tuple(facts.others[position] for position in dominant_contributors(nuisance))
