"""What one station changes for another at its test points, beside the plan as it was without it.

No check: nothing is judged here. The plan before holds every other station and, where the station
replaces a record, that record; the plan after holds the station in its place. The usable field is
that of simplified multiplication (GE84, Annex 2, chapter 4), and its rise is counted above the
minimum field: where the usable field stays below that, nobody notices a rise.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from propagation.compliance.facts_interference import NuisancePoint, ReceptionFacts
from propagation.compliance.usable_points import TREATY, nuisance_matrix, shielded, silenced
from propagation.interference.bs412 import Area
from propagation.interference.usable import usable_fields_dbuvm

__all__ = ["PointChange", "change_at_points"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointChange:
    """What changes for a station at those of its test points where it is protected.

    Attributes
    ----------
    points : int
        How many these are.
    point : NuisancePoint
        The one at which the usable field rises most.
    usable_before_dbuvm, usable_after_dbuvm : float
        Usable field there; -inf where nobody disturbs.
    rise_db : float
        From the one to the other, each at least the minimum field; below 0 where it falls.
    usable_margin_before_db, usable_margin_after_db : float
        Least wanted field minus usable field, of all points; inf where nobody disturbs.
    protection_margin_before_db, protection_margin_after_db : float
        Least wanted field minus the nuisance field of any one station, of all points.
    own_margin_db : float
        Least wanted field minus the nuisance field of the station itself.
    """

    points: int
    point: NuisancePoint
    usable_before_dbuvm: float
    usable_after_dbuvm: float
    rise_db: float
    usable_margin_before_db: float
    usable_margin_after_db: float
    protection_margin_before_db: float
    protection_margin_after_db: float
    own_margin_db: float


def change_at_points(
    facts: ReceptionFacts,
    station_id: str,
    minimum_dbuvm: Callable[[Area], float],
    *,
    replaced_dbuvm: Floats | None = None,
    location_standard_deviation_db: float,
) -> PointChange | None:
    """Compare the test points of a station with and without another.

    Parameters
    ----------
    facts : ReceptionFacts
        The station received, the other among those that may disturb it.
    station_id : str
        The other: in the register, or applied for.
    minimum_dbuvm : callable
        Minimum field of the station received, by the surroundings of a point.
    replaced_dbuvm : ndarray, shape (points,), optional
        Nuisance field of the record that the other replaces, at every point of `facts`.
    location_standard_deviation_db : float
        Of each field.

    Returns
    -------
    PointChange or None
        None where the other does not count, or no point is protected with every field known.
    """
    column = facts.position(station_id)
    if column is None:
        return None
    rows = shielded(facts, minimum_dbuvm)
    if replaced_dbuvm is not None:
        rows = [row for row in rows if not math.isnan(replaced_dbuvm[row])]
    if not rows:
        return None
    points = [facts.points[row] for row in rows]
    after = nuisance_matrix(facts)[rows]
    before = silenced(after, column)
    if replaced_dbuvm is not None:
        before = np.column_stack([before, replaced_dbuvm[rows]])
    wanted = np.array([point.wanted_dbuvm for point in points])
    least = np.array([minimum_dbuvm(point.area) for point in points])
    sigma = location_standard_deviation_db
    old, new = (usable_fields_dbuvm(one, sigma)[TREATY] for one in (before, after))
    rise = np.maximum(new, least) - np.maximum(old, least)
    worst = int(np.argmax(rise))
    return PointChange(
        points=len(points),
        point=points[worst],
        usable_before_dbuvm=float(old[worst]),
        usable_after_dbuvm=float(new[worst]),
        rise_db=float(rise[worst]),
        usable_margin_before_db=float((wanted - old).min()),
        usable_margin_after_db=float((wanted - new).min()),
        protection_margin_before_db=_least_margin_db(wanted, before),
        protection_margin_after_db=_least_margin_db(wanted, after),
        own_margin_db=_least_margin_db(wanted, after[:, [column]]),
    )


def _least_margin_db(wanted: Floats, nuisance: Floats) -> float:
    return float((wanted - nuisance.max(axis=1, initial=-np.inf)).min())
