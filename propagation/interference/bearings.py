"""Bearings: their conventions, their errors, and the place at which they cross.

Errors are von Mises, as in Lenth (1981): of mean zero and concentration kappa, here from the
standard error that the station states, ``I1(kappa) / I0(kappa) = exp(-sigma^2 / 2)``. The fix
maximises ``sum kappa_i cos(theta_i - mu_i(x, y))``, mu being the azimuth from station i. Its
covariance would be the inverse of ``sum kappa_i A(kappa_i) g_i g_i'`` with ``A = I1 / I0`` and
``g_i = grad mu_i = (dy, -dx) / d^2``; that is the limit of many bearings, so the likelihood is
summed over the places around the fix in units of it, and its second moment taken.

A compass may be reversed: every bearing of one compass then points the other way. Each compass is
a mixture of both (and each bearing of a share that is nobody's), so that one that is reversed does
not draw the fix away, and is named.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, gammaincinv, i0e, i1e

from propagation.errors import PropagationError, require_range

__all__ = [
    "Bearings",
    "Convention",
    "Fix",
    "Unfixed",
    "compass_deg",
    "concentration",
    "fix",
    "log_bearings",
]

Floats = NDArray[np.float64]

_SOURCE: Final = "a bearing and its standard error"
_GROSS_SHARE: Final = 0.03
_REVERSED_SHARE: Final = 0.1
_NEAREST_KM: Final = 0.05
_CLOSE_KM: Final = 1e-4
_STARTS: Final = 6
_ROUNDS: Final = 60
_CONFIDENCE: Final = 0.95
_CONFIDENT_SQUARE = 2 * float(gammaincinv(1.0, _CONFIDENCE))  # chi-square of two
_DISAGREE: Final = 0.01
_PARALLEL_ERRORS: Final = 3.0
_NEWTON: Final = 12
_WIDTHS: Final = 6.0
_NODES: Final = 41
_RINGS_KM: Final = (1.0, 3.0, 8.0, 20.0, 50.0, 100.0)
_AROUND: Final = 16


class Convention(StrEnum):
    """How an angle is counted."""

    COMPASS = "compass"
    """Clockwise from north."""
    UNIT_CIRCLE = "unit_circle"
    """Counter-clockwise from east."""


class Unfixed(StrEnum):
    """Why bearings give no place."""

    TOO_FEW = "too_few"
    PARALLEL = "parallel"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True, eq=False)
class Bearings:
    """Bearings of one emission.

    Attributes
    ----------
    observed_deg : ndarray, shape (n,)
        Clockwise from north.
    error_deg : ndarray, shape (n,)
        Standard error of each, 0.1 to 90 degrees.
    compass : ndarray of int, shape (n,)
        Which compass it was read on, 0, 1 ...; all bearings of one are reversed, or none.

    Raises
    ------
    PropagationError
        If the arrays do not belong together.
    OutOfRangeError
        If an error is none.
    """

    observed_deg: Floats
    error_deg: Floats
    compass: NDArray[np.intp]

    def __post_init__(self) -> None:
        """Refuse what is no set of bearings."""
        if not self.observed_deg.shape == self.error_deg.shape == self.compass.shape:
            raise PropagationError("a bearing has an angle, an error and a compass")
        require_range("error_deg", self.error_deg, 0.1, 90.0, _SOURCE)

    @property
    def compasses(self) -> int:
        """How many compasses there are."""
        return int(self.compass.max(initial=-1)) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Fix:
    """The place at which bearings cross.

    Attributes
    ----------
    x_km, y_km : float
        East and north.
    covariance_km2 : ndarray, shape (2, 2)
        Of the place.
    semi_major_km, semi_minor_km : float
        Half axes of the ellipse of 95 %.
    orientation_deg : float
        Azimuth of its major axis, 0 to 180.
    reversed : tuple of bool
        Whether each compass fits reversed.
    outlier : tuple of bool
        Whether each bearing fits neither way.
    residual_deg : ndarray, shape (n,)
        Observed less fitted, the reversal taken out, -180 to 180.
    agreement : float
        Probability that bearings with these errors disagree at least as much; 1 of two bearings.
    crosses_as_read : bool
        Whether bearings of at least two places point to it as they were read. Where they do not,
        the place and its ellipse rest on compasses being reversed.
    reading_share : float or None
        How probable that is before anything else is known, against the bearings as read, which
        do not cross: of two places, which nothing confirms. 1 where they cross as read, None where
        a third line meets them there.
    agrees : bool
        Whether they are consistent with one place as read: an agreement of at least 0.01.
    """

    x_km: float
    y_km: float
    covariance_km2: Floats
    semi_major_km: float
    semi_minor_km: float
    orientation_deg: float
    reversed: tuple[bool, ...]
    outlier: tuple[bool, ...]
    residual_deg: Floats
    agreement: float
    crosses_as_read: bool = True
    reading_share: float | None = 1.0

    @property
    def agrees(self) -> bool:
        """Whether the bearings are consistent with one place as read."""
        return self.crosses_as_read and self.agreement >= _DISAGREE

    def holds(self, x_km: float, y_km: float) -> bool:
        """Return whether the ellipse of 95 % holds a place."""
        away = np.array([x_km - self.x_km, y_km - self.y_km])
        return bool(away @ np.linalg.solve(self.covariance_km2, away) <= _CONFIDENT_SQUARE)


def compass_deg(angle_deg: ArrayLike, convention: str = Convention.COMPASS) -> Floats:
    """Return angles clockwise from north, 0 to 360.

    Parameters
    ----------
    angle_deg : array_like
        As the convention counts.
    convention : Convention
        Compass, or unit circle: 0 is east and 90 north there.
    """
    angle = np.asarray(angle_deg, dtype=np.float64)
    turned = angle if Convention(convention) is Convention.COMPASS else 90.0 - angle
    return np.asarray(np.mod(turned, 360.0))


def concentration(error_deg: ArrayLike) -> Floats:
    """Return the von Mises concentration of a standard error.

    Parameters
    ----------
    error_deg : array_like
        Circular standard error, 0.1 to 90 degrees.
    """
    require_range("error_deg", error_deg, 0.1, 90.0, _SOURCE)
    spread = np.radians(np.asarray(error_deg, dtype=np.float64)) ** 2
    length = np.exp(-spread / 2)
    kappa = np.where(length < 0.53, 2 * length + length**3, 1 / spread + 0.5)
    for _ in range(_NEWTON):  # A' = 1 - A/kappa - A^2
        ratio = i1e(kappa) / i0e(kappa)
        slope = np.maximum(1 - ratio / kappa - ratio**2, 1e-12)
        step = np.clip((ratio - length) / slope, -kappa / 2, kappa)
        kappa = np.where(kappa > 1e4, kappa, kappa - step)
    return np.asarray(kappa)


def _log_density(away_deg: Floats, kappa: Floats) -> Floats:
    """Return the logarithm of the von Mises density, for radians."""
    turned = np.cos(np.radians(away_deg)) - 1
    return np.asarray(kappa * turned - np.log(2 * np.pi * i0e(kappa)))


def log_bearings(
    bearings: Bearings,
    expected_deg: Floats,
    spread_deg: Floats | float = 0.0,
    *,
    reversed_share: float = _REVERSED_SHARE,
    gross_share: float = _GROSS_SHARE,
) -> Floats:
    """Return how likely the bearings of each compass are, for each place.

    Parameters
    ----------
    bearings : Bearings
        As observed.
    expected_deg : ndarray, shape (n, c)
        Azimuth from each station to each place.
    spread_deg : ndarray, shape (n, c), or float
        Standard deviation by which a place is blurred there: it may stand for a cell.
    reversed_share : float
        Share of compasses that are reversed.
    gross_share : float
        Share of bearings that have nothing to do with the emission.

    Returns
    -------
    ndarray, shape (compasses, c)
        Logarithm of the density.
    """
    error = np.hypot(bearings.error_deg[:, np.newaxis], spread_deg)
    kappa = concentration(np.minimum(error, 90.0))
    return _log_of_compasses(bearings, expected_deg, kappa, (reversed_share, gross_share))


def _log_of_compasses(
    bearings: Bearings, expected_deg: Floats, kappa: Floats, shares: tuple[float, float]
) -> Floats:
    reversed_share, gross_share = shares
    away = bearings.observed_deg[:, np.newaxis] - expected_deg
    nobody = np.log(gross_share / (2 * np.pi)) if gross_share > 0 else -np.inf
    norm, cosine = np.log(2 * np.pi * i0e(kappa)), np.cos(np.radians(away))
    straight, turned = (
        np.logaddexp(np.log1p(-gross_share) + kappa * (one - 1) - norm, nobody)
        for one in (cosine, -cosine)
    )
    found = np.empty((bearings.compasses, expected_deg.shape[1]))
    for place in range(bearings.compasses):
        own = bearings.compass == place
        found[place] = np.logaddexp(
            np.log1p(-reversed_share) + straight[own].sum(axis=0),
            np.log(reversed_share) + turned[own].sum(axis=0),
        )
    return found


def fix(
    bearings: Bearings,
    x_km: Floats,
    y_km: Floats,
    *,
    farthest_km: float = 150.0,
    reversed_share: float = _REVERSED_SHARE,
) -> Fix | Unfixed:
    """Return the most likely place of an emission.

    Parameters
    ----------
    bearings : Bearings
        At least two.
    x_km, y_km : ndarray, shape (n,)
        Where each was taken, east and north on a plane whose north the bearings count from.
    farthest_km : float
        No place farther than this from every station is a fix.
    reversed_share : float
        Share of compasses that are reversed.

    Returns
    -------
    Fix or Unfixed
        The place, or why there is none: fewer than two stations, bearings along one line or
        parallel within their errors, or bearings that cross nowhere within reach.

    References
    ----------
    .. [Lenth1981] R. V. Lenth, On finding the source of a signal, Technometrics 23 (1981) 149-154.
    """
    solver = _Solver(bearings, x_km, y_km, reversed_share)
    spread = float(np.hypot(np.ptp(x_km), np.ptp(y_km))) if x_km.size else 0.0
    if x_km.size < 2 or spread < _NEAREST_KM:
        return Unfixed.TOO_FEW
    starts = solver.starts(farthest_km)
    order = np.argsort(-solver.log_likelihood(starts))[:_STARTS]
    ends = np.array([solver.climbed(starts[place]) for place in order])
    best = ends[int(np.argmax(solver.log_likelihood(ends)))]
    if np.hypot(best[0] - x_km, best[1] - y_km).min() > farthest_km:
        return Unfixed.PARALLEL if _parallel(bearings) else Unfixed.TOO_FAR
    return solver.told(best)


def _parallel(bearings: Bearings) -> bool:
    """Return whether all lines run one way, or back, within three of their errors."""
    first, second = np.triu_indices(bearings.observed_deg.size, 1)
    apart = np.radians(bearings.observed_deg[first] - bearings.observed_deg[second])
    error = np.radians(np.hypot(bearings.error_deg[first], bearings.error_deg[second]))
    return bool(np.all(np.abs(np.arcsin(np.sin(apart))) <= _PARALLEL_ERRORS * error))


class _Solver:
    """The likelihood of bearings over the plane, climbed with Fisher scoring."""

    def __init__(self, bearings: Bearings, x_km: Floats, y_km: Floats, share: float) -> None:
        self._bearings, self._share = bearings, share
        self._at = np.stack([x_km, y_km], axis=-1)
        self._kappa = concentration(bearings.error_deg)

    def _expected(self, places: Floats) -> tuple[Floats, Floats]:
        """Return azimuth in degrees and distance of places, shapes (n, k)."""
        away = places[np.newaxis] - self._at[:, np.newaxis]
        distance = np.maximum(np.hypot(away[..., 0], away[..., 1]), _NEAREST_KM)
        return np.degrees(np.arctan2(away[..., 0], away[..., 1])), distance

    def log_likelihood(self, places: Floats) -> Floats:
        """Return the logarithm of the likelihood at places, shape (k,)."""
        expected, _ = self._expected(places)
        shares, kappa = (self._share, _GROSS_SHARE), self._kappa[:, np.newaxis]
        told = _log_of_compasses(self._bearings, expected, kappa, shares)
        return np.asarray(told.sum(axis=0))

    def starts(self, farthest_km: float) -> Floats:
        """Return where every two lines cross, and places around the stations."""
        turned = np.radians(self._bearings.observed_deg)
        along = np.stack([np.sin(turned), np.cos(turned)], axis=-1)
        first, second = np.triu_indices(turned.size, 1)
        cross = along[first, 0] * along[second, 1] - along[first, 1] * along[second, 0]
        apart = self._at[second] - self._at[first]
        with np.errstate(divide="ignore", invalid="ignore"):
            far = (apart[:, 0] * along[second, 1] - apart[:, 1] * along[second, 0]) / cross
            met = self._at[first] + far[:, np.newaxis] * along[first]
        met = met[np.isfinite(far) & (np.abs(far) <= farthest_km)]
        ring = np.arange(_AROUND) * (2 * np.pi / _AROUND)
        around = np.stack([np.sin(ring), np.cos(ring)], axis=-1)
        centre = self._at.mean(axis=0)
        rings = [centre + size * around for size in _RINGS_KM if size <= farthest_km]
        return np.concatenate([met, *rings])

    def _shares(self, place: Floats) -> tuple[Floats, Floats]:
        """Return how much each bearing counts straight, and how much reversed."""
        bearings = self._bearings
        expected, _ = self._expected(place[np.newaxis])
        away = bearings.observed_deg - expected[:, 0]
        nobody = np.log(_GROSS_SHARE / (2 * np.pi))
        both = np.empty((2, away.size))
        weights = np.empty((2, away.size))
        for row, turn in enumerate((0.0, 180.0)):
            own = np.log1p(-_GROSS_SHARE) + _log_density(away + turn, self._kappa)
            both[row] = np.logaddexp(own, nobody)
            weights[row] = np.exp(own - both[row])
        prior = np.log([1 - self._share, self._share])
        for compass in range(bearings.compasses):
            own_rows = bearings.compass == compass
            sums = prior + both[:, own_rows].sum(axis=1)
            weights[:, own_rows] *= np.exp(sums - np.logaddexp(*sums))[:, np.newaxis]
        return weights[0], weights[1]

    def climbed(self, start: Floats) -> Floats:
        """Return the top of the hill on which a start lies."""
        place, value = start, float(self.log_likelihood(start[np.newaxis])[0])
        damping = 1e-3
        for _ in range(_ROUNDS):
            slope, information = self._scores(place)
            scale = float(np.trace(information)) or 1.0
            step = np.linalg.solve(information + damping * scale * np.eye(2), slope)
            other = place + step
            found = float(self.log_likelihood(other[np.newaxis])[0])
            if found < value:
                damping *= 8
                if damping > 1e6:
                    break
                continue
            moved = float(np.hypot(*step))
            place, value, damping = other, found, max(damping / 4, 1e-9)
            if moved < _CLOSE_KM:
                break
        return place

    def _scores(self, place: Floats) -> tuple[Floats, Floats]:
        """Return the gradient, and Fisher's information weighted by what counts."""
        straight, turned = self._shares(place)
        expected, distance = self._expected(place[np.newaxis])
        away = np.radians(self._bearings.observed_deg - expected[:, 0])
        pull = self._kappa * np.sin(away) * (straight - turned)
        gradient = self._gradients(place, distance[:, 0])
        slope = (pull[:, np.newaxis] * gradient).sum(axis=0)
        return slope, self._information(gradient, straight + turned)

    def _gradients(self, place: Floats, distance: Floats) -> Floats:
        away = place - self._at
        return np.stack([away[:, 1], -away[:, 0]], axis=-1) / distance[:, np.newaxis] ** 2

    def _information(self, gradient: Floats, weight: Floats) -> Floats:
        strength = weight * self._kappa * i1e(self._kappa) / i0e(self._kappa)
        return np.asarray(np.einsum("i,ij,ik->jk", strength, gradient, gradient))

    def told(self, place: Floats) -> Fix | Unfixed:
        """Return the fix with its ellipse, and what each compass did."""
        bearings = self._bearings
        straight, turned = self._shares(place)
        reversed_ = [
            bool(turned[bearings.compass == one].sum() > straight[bearings.compass == one].sum())
            for one in range(bearings.compasses)
        ]
        expected, distance = self._expected(place[np.newaxis])
        turn = np.array([180.0 if reversed_[one] else 0.0 for one in bearings.compass])
        residual = _wrapped(bearings.observed_deg + turn - expected[:, 0])
        outlier = straight + turned < 0.5
        kept = ~outlier
        information = self._information(
            self._gradients(place, distance[:, 0]), kept.astype(np.float64)
        )
        if np.count_nonzero(kept) < 2 or np.linalg.cond(information) > 1e9:
            return Unfixed.PARALLEL
        covariance = self._spread(place, np.asarray(np.linalg.inv(information)))
        values, vectors = np.linalg.eigh(covariance)
        axes = np.sqrt(values * _CONFIDENT_SQUARE)
        major = vectors[:, 1]
        crosses, share = self._as_read(kept, turn == 0)
        return Fix(
            x_km=float(place[0]),
            y_km=float(place[1]),
            covariance_km2=covariance,
            semi_major_km=float(axes[1]),
            semi_minor_km=float(axes[0]),
            orientation_deg=float(np.degrees(np.arctan2(major[0], major[1])) % 180.0),
            reversed=tuple(reversed_),
            outlier=tuple(bool(one) for one in outlier),
            residual_deg=residual,
            agreement=self._agreement(residual),
            crosses_as_read=crosses,
            reading_share=share,
        )

    def _as_read(
        self, kept: NDArray[np.bool_], straight: NDArray[np.bool_]
    ) -> tuple[bool, float | None]:
        """Return whether two places point there as read, and how probable the reading is."""

        def places(rows: NDArray[np.bool_]) -> int:
            return len(np.unique(np.round(self._at[rows] / _NEAREST_KM), axis=0))

        if places(kept & straight) >= 2:
            return True, 1.0
        if places(kept) > 2:
            return False, None
        turned = len(np.unique(self._bearings.compass[kept & ~straight]))
        as_read, as_fitted = (1 - self._share) ** turned, self._share**turned
        return False, as_fitted / (as_read + as_fitted)

    def _spread(self, place: Floats, covariance: Floats) -> Floats:
        """Return the covariance about the fix, its likelihood weighed over the places around.

        The inverse of the information is that of the limit of many or exact bearings; with few and
        coarse ones the hill is longer on the far side, and its ellipse would hold too little.
        """
        values, vectors = np.linalg.eigh(covariance)
        steps = np.linspace(-_WIDTHS, _WIDTHS, _NODES)
        grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) * np.sqrt(values)
        away = grid @ vectors.T
        found = self.log_likelihood(place + away)
        weight = np.exp(found - found.max())
        weight /= weight.sum()
        return np.asarray(np.einsum("i,ij,ik->jk", weight, away, away))

    def _agreement(self, residual_deg: Floats) -> float:
        """Return the probability of more disagreement: 2 kappa (1 - cos) sums up to chi-square."""
        if residual_deg.size < 3:
            return 1.0
        deviance = 2 * self._kappa * (1 - np.cos(np.radians(residual_deg)))
        return float(chdtrc(residual_deg.size - 2, deviance.sum()))


def _wrapped(angle_deg: Floats) -> Floats:
    return np.asarray(np.mod(angle_deg + 180.0, 360.0) - 180.0)
