"""From fields on a grid to areas and people: served, interfered, newly interfered, and by whom.

A cell is covered where the wanted field reaches the minimum field; of the covered cells it is
served where the field reaches the usable field too, otherwise interfered. Newly interfered is what
one station (an application) takes away: served without it, not with it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range

__all__ = ["AreaTotals", "Total", "area_totals"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SOURCE = "area totals"


@dataclass(frozen=True, slots=True, eq=False)
class Total:
    """Area and people of one kind of cells.

    Attributes
    ----------
    area_km2 : float
        Area of all its cells, those in no commune too.
    commune_area_km2 : ndarray, shape (communes,)
        Of it, in each commune.
    population : float or None
        People there; None where no density was given at all.
    commune_population : ndarray, shape (communes,), or None
        Of them, in each commune.
    """

    area_km2: float
    commune_area_km2: Floats
    population: float | None
    commune_population: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class AreaTotals:
    """Totals of one station's area.

    Attributes
    ----------
    covered : Total
        Wanted field at least the minimum field: served if nobody disturbed.
    served : Total
        Of it, at least the usable field.
    interfered : Total
        Of the covered, below the usable field.
    newly_interfered : Total or None
        Of the interfered, served without the one station; None where it was not asked for.
    interferer_area_km2 : ndarray, shape (stations,)
        Interfered area by the station whose nuisance field is the largest.
    interferer_population : ndarray, shape (stations,), or None
        People there.
    unknown_km2 : float
        Area whose wanted, minimum or usable field is not known; in no total.
    population_unknown_km2 : float
        Covered area without a density; its people are in no total.
    """

    covered: Total
    served: Total
    interfered: Total
    newly_interfered: Total | None
    interferer_area_km2: Floats
    interferer_population: Floats | None
    unknown_km2: float
    population_unknown_km2: float


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    area_km2: Floats
    people: Floats | None
    commune: NDArray[np.int64]
    communes: int

    def total(self, chosen: Flags) -> Total:
        area, by_commune = self._sums(self.area_km2, chosen)
        if self.people is None:
            return Total(area, by_commune, None, None)
        people, people_by_commune = self._sums(self.people, chosen)
        return Total(area, by_commune, people, people_by_commune)

    def _sums(self, weight: Floats, chosen: Flags) -> tuple[float, Floats]:
        sums = _by_index(self.commune, weight, chosen, self.communes)
        return float(weight[chosen].sum()), sums


def area_totals(
    wanted_dbuvm: ArrayLike,
    minimum_dbuvm: ArrayLike,
    usable_dbuvm: ArrayLike,
    area_km2: ArrayLike,
    *,
    usable_without_dbuvm: ArrayLike | None = None,
    commune_index: ArrayLike = -1,
    communes: int = 0,
    dominant_index: ArrayLike = -1,
    stations: int = 0,
    population_per_km2: ArrayLike | None = None,
) -> AreaTotals:
    """Add up the cells of one station's area; arguments take the shape of the wanted field.

    Parameters
    ----------
    wanted_dbuvm : array_like, shape (...)
        Wanted field, NaN where it is not known.
    minimum_dbuvm : array_like
        Minimum usable field.
    usable_dbuvm : array_like
        Usable field of all other stations; -inf where nobody disturbs.
    area_km2 : array_like
        Area of each cell, 0 or more; 0 where the cell is not the station's to serve.
    usable_without_dbuvm : array_like, optional
        Usable field without one station, for what it interferes newly.
    commune_index : array_like of int
        Commune of each cell, 0 to `communes` - 1; -1 is none.
    communes : int
        Number of communes.
    dominant_index : array_like of int
        Station of the largest nuisance field, 0 to `stations` - 1; -1 is none.
    stations : int
        Number of stations.
    population_per_km2 : array_like, optional
        Density of each cell, NaN where it is not known.

    Returns
    -------
    AreaTotals
        The totals.

    Raises
    ------
    OutOfRangeError
        If an area or a density is negative, or an index is out of range.
    PropagationError
        If shapes disagree.
    """
    wanted = np.asarray(wanted_dbuvm, dtype=np.float64)
    minimum, usable, area = (
        _like(wanted, values) for values in (minimum_dbuvm, usable_dbuvm, area_km2)
    )
    require_range("area_km2", area, 0, np.inf, _SOURCE)
    people, without_density = _people(wanted, area, population_per_km2)
    cells = _Cells(
        area, people, _index("commune_index", wanted, commune_index, communes), communes
    )
    field = wanted.ravel()
    known = ~np.isnan(field + minimum) & ~np.isnan(usable)
    covered = known & (field >= minimum)
    interfered = covered & (field < usable)
    newly = None
    if usable_without_dbuvm is not None:
        # where the usable field without the station is not known, nothing is newly interfered
        newly = cells.total(interfered & (field >= _like(wanted, usable_without_dbuvm)))
    dominant = _index("dominant_index", wanted, dominant_index, stations)
    return AreaTotals(
        covered=cells.total(covered),
        served=cells.total(covered & ~interfered),
        interfered=cells.total(interfered),
        newly_interfered=newly,
        interferer_area_km2=_by_index(dominant, area, interfered, stations),
        interferer_population=(
            None if people is None else _by_index(dominant, people, interfered, stations)
        ),
        unknown_km2=float(area[~known].sum()),
        population_unknown_km2=float(area[covered & without_density].sum()),
    )


def _like(wanted: Floats, values: ArrayLike) -> Floats:
    """Return values of every cell in a row."""
    try:
        found = np.broadcast_to(np.asarray(values, dtype=np.float64), wanted.shape)
    except ValueError as error:
        raise PropagationError("area totals need arrays of the wanted field's shape") from error
    return found.ravel()


def _index(name: str, wanted: Floats, values: ArrayLike, count: int) -> NDArray[np.int64]:
    """Return whose each cell is, -1 for nobody's."""
    require_range(name, values, -1, count - 1, _SOURCE)
    return _like(wanted, values).astype(np.int64)


def _people(
    wanted: Floats, area: Floats, population_per_km2: ArrayLike | None
) -> tuple[Floats | None, Flags]:
    """Return the people of every cell, 0 where the density is not known, and where that is."""
    if population_per_km2 is None:
        return None, np.zeros(area.shape, dtype=np.bool_)
    density = _like(wanted, population_per_km2)
    require_range("population_per_km2", density, 0, np.inf, _SOURCE)
    unknown = np.isnan(density)
    return np.where(unknown, 0.0, density) * area, unknown


def _by_index(index: NDArray[np.int64], weight: Floats, chosen: Flags, count: int) -> Floats:
    """Return the sum of the chosen cells' weights for each index from 0."""
    counted = chosen & (index >= 0)
    return np.bincount(index[counted], weight[counted], minlength=count).astype(np.float64)
