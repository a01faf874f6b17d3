"""Fields or levels of many transmitters added up one after another, without keeping any of them.

What is kept does not grow with the number of transmitters. Floating-point sums depend on their
order, so whoever adds keeps one order; then the same fields give the same bytes.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError

__all__ = ["NOBODY", "RunningFields", "RunningNuisance"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]

NOBODY = -1
"""Index of no transmitter."""


class RunningFields:
    """The strongest of many fields, whose it is, and how many reach a threshold.

    The fields are in dB(uV/m), or levels in dBm: in one unit, that of the threshold.

    Parameters
    ----------
    shape : tuple of int
        Shape of the points.
    threshold_db : float
        What a field must reach to be counted.

    Attributes
    ----------
    strongest_db : ndarray
        Largest field added so far; NaN where none is known.
    server_index : ndarray of int32
        Index of the transmitter whose it is, of equal fields the one added first; NOBODY where
        none is known.
    count : ndarray of int32
        How many fields reach the threshold.
    unknown : ndarray of int32
        How many transmitters' fields are not known.
    """

    def __init__(self, shape: tuple[int, ...], threshold_db: float) -> None:
        self.threshold_db = threshold_db
        self.strongest_db: Floats = np.full(shape, np.nan)
        self.server_index: Indices = np.full(shape, NOBODY, dtype=np.int32)
        self.count: Indices = np.zeros(shape, dtype=np.int32)
        self.unknown: Indices = np.zeros(shape, dtype=np.int32)

    def add(self, index: int, field_db: ArrayLike) -> None:
        """Add the field of one transmitter.

        Parameters
        ----------
        index : int
            Who it is, 0 or more.
        field_db : array_like
            Its field at every point; -inf where it has none, NaN where it is not known.

        Raises
        ------
        PropagationError
            If the index is negative or the shape another.
        """
        field = _fitting(index, field_db, self.count.shape)
        first = np.isnan(self.strongest_db) & (field > -np.inf)
        stronger = (field > self.strongest_db) | first
        np.copyto(self.strongest_db, field, where=stronger)
        np.copyto(self.server_index, np.int32(index), where=stronger)
        self.count += field >= self.threshold_db
        self.unknown += np.isnan(field)


class RunningNuisance:
    """The power sum of many nuisance fields, the largest of them, and whose it is.

    Parameters
    ----------
    shape : tuple of int
        Shape of the points.

    Attributes
    ----------
    largest_dbuvm : ndarray
        Largest nuisance field added so far; -inf where none contributes.
    dominant_index : ndarray of int32
        Index of the transmitter whose it is, of equal ones the one added first; NOBODY where none
        contributes.
    unknown : ndarray of int32
        How many transmitters' fields are not known; the sum lacks them.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._power: Floats = np.zeros(shape)
        self.largest_dbuvm: Floats = np.full(shape, -np.inf)
        self.dominant_index: Indices = np.full(shape, NOBODY, dtype=np.int32)
        self.unknown: Indices = np.zeros(shape, dtype=np.int32)

    def add(
        self, index: int, nuisance_dbuvm: ArrayLike, where: NDArray[np.bool_] | None = None
    ) -> None:
        """Add the nuisance field of one transmitter.

        Parameters
        ----------
        index : int
            Who it is, 0 or more.
        nuisance_dbuvm : array_like
            Its nuisance field, dB(uV/m), of every point, or of the m points `where`; -inf
            contributes nothing, NaN is not known.
        where : ndarray of bool, optional
            The points that it disturbs.

        Raises
        ------
        PropagationError
            If the index is negative or the shape another.
        """
        if where is None:
            where = np.ones(self.unknown.shape, dtype=np.bool_)
            nuisance_dbuvm = np.ravel(nuisance_dbuvm)
        nuisance = _fitting(index, nuisance_dbuvm, (int(np.count_nonzero(where)),))
        unknown = np.isnan(nuisance)
        self.unknown[where] += unknown
        nuisance = np.where(unknown, -np.inf, nuisance)
        self._power[where] += 10.0 ** (nuisance / 10.0)
        largest, dominant = self.largest_dbuvm[where], self.dominant_index[where]
        larger = nuisance > largest
        self.largest_dbuvm[where] = np.where(larger, nuisance, largest)
        self.dominant_index[where] = np.where(larger, np.int32(index), dominant)

    @property
    def power_sum_dbuvm(self) -> Floats:
        """Sum of the fields as incoherent powers, dB(uV/m); -inf where none contributes."""
        with np.errstate(divide="ignore"):  # log10(0) is -inf, as it should be
            return np.asarray(10.0 * np.log10(self._power))


def _fitting(index: int, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Return values as an array, refused if they do not fit."""
    found = np.asarray(values, dtype=np.float64)
    if index < 0:
        raise PropagationError(f"the index of a transmitter is 0 or more, not {index}")
    if found.shape != shape:
        raise PropagationError(f"a field of shape {found.shape} on points of shape {shape}")
    return found
