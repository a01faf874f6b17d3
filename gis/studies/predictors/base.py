"""What a model that predicts fields is asked, what it covers, and what it answers."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from propagation.area.radial import Emission, Losses, Radials, first_receiver
from propagation.itu import p1812
from propagation.itu.clear_air_result import ClearAirLoss
from propagation.profile import PathProfile

__all__ = [
    "FREE_SPACE_KM",
    "LIMITED",
    "MEDIAN_PERCENT",
    "OUTSIDE",
    "RECEIVERS",
    "WARNED",
    "Along",
    "Check",
    "Explained",
    "Limits",
    "Predictor",
    "Range",
    "Term",
    "each_receiver",
    "explained",
    "first_point",
    "first_value",
    "named_terms",
    "point_distances_km",
    "shared",
]

Floats = NDArray[np.float64]
Range = tuple[float, float]
Check = Callable[[], None]
"""Raises CancelledError when the work was cancelled; slow models ask at least twice a second."""

FREE_SPACE_KM = p1812.DISTANCES_KM[0]
"""Nearer than this the field is that of free space, where a model begins no farther away."""

MEDIAN_PERCENT = 50.0
"""Half of the time, or of the locations."""

RECEIVERS, OUTSIDE, LIMITED, WARNED = "receivers", "outside", "limited", "warned"
"""What is counted along radials: receivers with a result; those without one because the effective
height leaves the model's range; those computed at the nearer limit of a height; those that the
model itself warns of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a model covers in a study; both ends of each range belong to it.

    Attributes
    ----------
    frequencies_mhz : tuple of float
        Frequencies.
    distances_km : tuple of float
        Lengths of path; elsewhere there is no result.
    transmitter_heights_m, receiver_heights_m : tuple of float
        Heights of the antennas above ground.
    time_percents, location_percents : tuple of float
        Percentages; 50 to 50 where the model knows the median only.
    effective_heights_m : tuple of float or None
        Heights of the transmitting antenna above the terrain of a path; elsewhere there is no
        result.
    resolutions_m : tuple of float or None
        Sides of the squares over which it knows how locations vary, None where it does not ask.
    """

    frequencies_mhz: Range
    distances_km: Range
    transmitter_heights_m: Range = p1812.HEIGHTS_M
    receiver_heights_m: Range = p1812.HEIGHTS_M
    time_percents: Range = p1812.TIME_PERCENTS
    location_percents: Range = p1812.LOCATION_PERCENTS
    effective_heights_m: Range | None = None
    resolutions_m: Range | None = None

    def reaches(self, distance_km: Floats) -> NDArray[np.bool_]:
        """Return which distances the model covers, to the tenth of a millimetre."""
        lower, upper = self.distances_km
        return np.asarray((distance_km >= lower - 1e-7) & (distance_km <= upper + 1e-7))


class Along(NamedTuple):
    """What a model finds along radials.

    Attributes
    ----------
    losses_db : ndarray, shape (p, a, n + 1)
        Basic transmission loss for each percentage of time, such that eq. (70) of Rec. ITU-R
        P.1812 makes it the model's field; NaN where there is none.
    notes : Counter
        How many receivers have, or lack, a result for which reason.
    """

    losses_db: Losses
    notes: Counter[str]


class Term(NamedTuple):
    """One quantity that leads to a loss.

    Attributes
    ----------
    name : str
        Its name, with its unit.
    symbol, equation : str
        What its source calls it, and where it defines it: an equation, or `section` and a number.
    value : float or str
        NaN where it has no meaning for the path; a word where it is one of a list.
    """

    name: str
    symbol: str
    equation: str
    value: float | str


class Explained(NamedTuple):
    """What leads to the loss of one path.

    Attributes
    ----------
    loss_db : float
        As of `Predictor.over`.
    terms, parameters : tuple of Term
        Losses and fields in the order of their derivation, and what describes the path.
    notes : mapping
        LIMITED and WARNED, 1 where they hold.
    """

    loss_db: float
    terms: tuple[Term, ...]
    parameters: tuple[Term, ...]
    notes: Mapping[str, int] = MappingProxyType({})


class Predictor(Protocol):
    """A model; its fields are its options, which stand in the record of a study.

    Attributes
    ----------
    name : str
        How requests name it.
    edition : str
        What it is, with its edition.
    limits : Limits
        What it covers.
    reads : frozenset of str
        What it takes from the ground besides heights: `land_cover`, `zones`.
    has_clutter : bool
        Whether its curves already hold the clutter around a receiver.
    slow : bool
        Whether a receiver costs ten times what it does in the others, or more.
    """

    name: ClassVar[str]
    edition: ClassVar[str]
    limits: ClassVar[Limits]
    reads: ClassVar[frozenset[str]]
    has_clutter: ClassVar[bool]
    slow: ClassVar[bool]

    def options(self) -> dict[str, Any]:
        """Return what was chosen of the model, as JSON values."""
        ...

    def along(self, radials: Radials, emission: Emission, check: Check) -> Along:
        """Predict the loss at every receiver along radials."""
        ...

    def over(
        self, profile: PathProfile, centre_latitude_deg: Floats, emission: Emission
    ) -> Floats:
        """Predict the loss of paths without voids, in equal steps, shape (p, k)."""
        ...

    def explain(
        self,
        profile: PathProfile,
        centre_latitude_deg: Floats,
        emission: Emission,
        time_percent: float,
    ) -> Explained:
        """Explain the loss of one path, of shape (1, n), for one percentage of time."""
        ...


def first_value(values: Any) -> float:
    """Return the first of some values."""
    return float(np.ravel(values)[0])


def named_terms(
    values: Mapping[str, Any], definitions: Mapping[str, tuple[str, str]]
) -> tuple[Term, ...]:
    """Return named values of the first path, with symbol and equation.

    Parameters
    ----------
    values : mapping
        Arrays by name, in their order.
    definitions : mapping
        Symbol and equation by name.
    """
    return tuple(
        Term(name, *definitions[name], first_value(value)) for name, value in values.items()
    )


def explained(found: ClearAirLoss) -> Explained:
    """Return the loss of one path in clear air with every loss and parameter that leads to it."""
    return Explained(
        first_value(found.basic_transmission_loss_db),
        named_terms(found.terms(), found.defined_terms),
        named_terms(found.parameters(), found.defined_parameters),
    )


def shared(first: Range, second: Range) -> Range:
    """Return what two ranges share."""
    return max(first[0], second[0]), min(first[1], second[1])


def first_point(limits: Limits, step_km: float) -> int:
    """Return the first point of a radial at which a model has an answer in a study."""
    return max(first_receiver(step_km), int(np.ceil(limits.distances_km[0] / step_km - 1e-7)))


def point_distances_km(radials: Radials) -> Floats:
    """Return the distances of the points of radials."""
    points: Floats = np.arange(radials.terrain_height_m.shape[1], dtype=np.float64)
    return points * radials.step_km


def each_receiver(
    radials: Radials, limits: Limits, check: Check
) -> Iterator[tuple[int, NDArray[np.intp], PathProfile, Floats]]:
    """Yield the paths to each receiver of radials that a model covers.

    Yields
    ------
    int
        Which receiver.
    ndarray of int, shape (k,)
        The radials on which it is wanted, and no void lies before it.
    PathProfile
        Their paths, shape (k, receiver + 1).
    ndarray, shape (k,)
        Latitude of the paths' centres.
    """
    distance = point_distances_km(radials)
    heights = radials.terrain_height_m
    unknown = np.isnan(heights)
    first_void = np.where(unknown.any(axis=1), unknown.argmax(axis=1), heights.shape[1])
    wanted = np.flatnonzero(limits.reaches(distance))
    for k in wanted[wanted >= int(radials.first.min())].tolist():
        check()
        rows = np.flatnonzero((radials.first <= k) & (first_void > k))
        if rows.size == 0:
            continue
        base, linear, square = radials.centre_latitude_deg[rows].T
        profile = PathProfile(
            distance_km=distance[: k + 1],
            terrain_height_m=heights[rows, : k + 1],
            clutter_height_m=radials.clutter_height_m[rows, : k + 1],
            zone=radials.zone[rows, : k + 1],
        )
        yield k, rows, profile, base + distance[k] * (linear + distance[k] * square)
