"""Rec. ITU-R P.1812-8 at every receiver along radials, in one sweep.

Along a radial nearly everything of the method is carried from one receiver to the next, so that
a receiver costs the same however far it is. The numbers are those of
`propagation.itu.p1812.basic_transmission_loss` over the same profile, to 1e-9 dB but for exact
ties; equal steps and one refractivity for each radial are what it asks for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.area.sweep import WAVE, sweep
from propagation.errors import PropagationError, require_range
from propagation.geometry import effective_earth_radius_km
from propagation.itu.clear_air_result import known_polarization
from propagation.itu.inverse_normal import inverse_complementary_normal
from propagation.itu.p526 import ground_factor
from propagation.itu.path_geometry import B0_RADIUS_KM, FEWEST_POINTS
from propagation.profile import PathProfile, Polarization

__all__ = [
    "SHORTEST_KM",
    "Emission",
    "Radials",
    "checked",
    "first_receiver",
    "losses_of_places_db",
    "path_losses_db",
    "radial_losses_db",
]

Floats = NDArray[np.float64]
Losses = NDArray[np.float32] | NDArray[np.float64]

SHORTEST_KM = 0.25
"""Shortest path of the Recommendation."""

_SOURCE = "Rec. ITU-R P.1812-8"
_CLEAR = 0.78**2 * 0.2998 / 0.002 * (1 + 1e-9)  # nu = -0.78, eqs (12) and (15): no loss beyond


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """What is asked of the radials of one transmitter.

    Attributes
    ----------
    frequencies_mhz : tuple of float
        30 to 6000 MHz; they share the geometry.
    time_percents : tuple of float
        1 to 50 % of time; they share the diffraction.
    transmitter_height_above_ground_m, receiver_height_above_ground_m : float
        1 to 3000 m.
    lapse_rate_nunits_per_km, surface_refractivity_nunits : float
        Of the transmitter's surroundings.
    location_percent : float
        1 to 99 % of locations.
    prediction_resolution_m : float
        Side of the square over which locations vary.
    polarization : Polarization
        Mixed takes, receiver by receiver, the smaller loss.

    Raises
    ------
    OutOfRangeError
        If a value leaves its range.
    PropagationError
        If there is no frequency or no percentage, or the polarisation is none.
    """

    frequencies_mhz: tuple[float, ...]
    time_percents: tuple[float, ...]
    transmitter_height_above_ground_m: float
    receiver_height_above_ground_m: float
    lapse_rate_nunits_per_km: float
    surface_refractivity_nunits: float
    location_percent: float = 50.0
    prediction_resolution_m: float = 100.0
    polarization: Polarization = Polarization.HORIZONTAL

    def __post_init__(self) -> None:
        """Refuse what the Recommendation does not cover; a polarisation may be named."""
        object.__setattr__(self, "polarization", known_polarization(self.polarization))
        if not self.frequencies_mhz or not self.time_percents:
            raise PropagationError("at least one frequency and one percentage of time are needed")
        for name, lower, upper in (
            ("frequencies_mhz", 30, 6000),
            ("time_percents", 1, 50),
            ("transmitter_height_above_ground_m", 1, 3000),
            ("receiver_height_above_ground_m", 1, 3000),
            ("surface_refractivity_nunits", 0, np.inf),
            ("location_percent", 1, 99),
        ):
            require_range(name, getattr(self, name), lower, upper, _SOURCE)
        require_range(
            "prediction_resolution_m",
            self.prediction_resolution_m,
            0,
            np.inf,
            _SOURCE,
            inclusive=False,
        )

    def waves(self) -> Floats:
        """Return the waves as the kernel reads them."""
        bands = [f / 1000 for f in self.frequencies_mhz]
        mixed = self.polarization is Polarization.MIXED
        planes = (False, True) if mixed else (self.polarization is Polarization.VERTICAL,)
        rows = np.empty((len(bands), len(planes), WAVE))
        for row, f in zip(rows, bands, strict=True):
            for wave, vertical in zip(row, planes, strict=True):
                land, sea = ground_factor(f, vertical=vertical)
                wave[:] = f, np.cbrt(f), land, sea, mixed and vertical
        return rows.reshape(-1, WAVE)

    def located_db(self, location_percents: Sequence[float]) -> Floats:
        """Return what locations add at a receiver within the clutter, eqs (64) to (67).

        The shape is (waves, percentages of locations).
        """
        percents: Floats = np.asarray(location_percents, dtype=np.float64)
        require_range("location_percent", percents, 1, 99, _SOURCE)
        f = self.waves()[:, :1]
        sigma = (0.52 + 0.024 * f) * self.prediction_resolution_m**0.28
        quantile = np.where(percents == 50, 0.0, inverse_complementary_normal(percents / 100))
        located: Floats = -quantile * sigma
        return located


@dataclass(frozen=True, slots=True, eq=False)
class Radials:
    """Terrain along radials of one transmitter, in equal steps from it.

    Attributes
    ----------
    step_km : float
        Distance between points.
    terrain_height_m : ndarray, shape (a, n + 1)
        Above mean sea level; NaN where unknown, and no receiver beyond is computed.
    clutter_height_m : ndarray, shape (a, n + 1)
        Above the terrain.
    zone : ndarray of int8, shape (a, n + 1)
        RadioClimaticZone codes.
    centre_latitude_deg : ndarray, shape (a, 3)
        Latitude of the path's centre as a polynomial of degree 2 of the path's length in km.
    first : ndarray of int32, shape (a,)
        First receiver that is wanted on each radial; `first_receiver` is the least that is.
    """

    step_km: float
    terrain_height_m: Floats
    clutter_height_m: Floats
    zone: NDArray[np.int8]
    centre_latitude_deg: Floats
    first: NDArray[np.int32]

    def part(self, rows: slice) -> "Radials":
        """Return some of the radials."""
        return replace(
            self,
            terrain_height_m=self.terrain_height_m[rows],
            clutter_height_m=self.clutter_height_m[rows],
            zone=self.zone[rows],
            centre_latitude_deg=self.centre_latitude_deg[rows],
            first=self.first[rows],
        )


def first_receiver(step_km: float) -> int:
    """Return the first point of a radial at which the Recommendation has an answer."""
    return max(FEWEST_POINTS - 1, int(np.ceil(SHORTEST_KM / step_km - 1e-9)))


def radial_losses_db(radials: Radials, emission: Emission, out: Losses | None = None) -> Losses:
    """Predict the basic transmission loss at every receiver along radials.

    Parameters
    ----------
    radials : Radials
        `a` radials of n + 1 points, n at least 3.
    emission : Emission
        What is asked.
    out : ndarray of float32 or float64, optional
        Of the result's shape; receivers before the first of a radial keep what it holds.

    Returns
    -------
    ndarray, shape (frequencies, percents, a, n + 1)
        Loss in dB; float64 without `out`. NaN before the first receiver, and beyond a void.

    Raises
    ------
    PropagationError
        If shapes disagree, a first receiver is too near, or the radials are too long.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8 (09/2025), Annex 1.
    """
    wanted = (
        len(emission.frequencies_mhz),
        len(emission.time_percents),
        *radials.terrain_height_m.shape,
    )
    losses = np.full(wanted, np.nan) if out is None else out
    if losses.shape != wanted:
        raise PropagationError(f"out has the shape {losses.shape}, not {wanted}")
    _sweep(radials, emission, (emission.location_percent,), losses[np.newaxis])
    return losses


def losses_of_places_db(
    radials: Radials,
    emission: Emission,
    receiver_heights_above_ground_m: Sequence[float],
    location_percents: Sequence[float],
) -> Floats:
    """Predict the losses for several receiver heights and percentages of locations at once.

    The terrain is sampled once for all of them, and the locations share everything else.

    Parameters
    ----------
    radials, emission
        As for `radial_losses_db`; the emission's own receiver height and percentage do not count.
    receiver_heights_above_ground_m : sequence of float
        1 to 3000 m.
    location_percents : sequence of float
        1 to 99 % of locations.

    Returns
    -------
    ndarray, shape (heights, locations, frequencies, percents, a, n + 1)
        As of `radial_losses_db`.

    Raises
    ------
    PropagationError
        As `radial_losses_db`, or if a height or a percentage leaves its range.
    """
    shape = (
        len(receiver_heights_above_ground_m),
        len(location_percents),
        len(emission.frequencies_mhz),
        len(emission.time_percents),
        *radials.terrain_height_m.shape,
    )
    losses = np.full(shape, np.nan)
    for height_m, those in zip(receiver_heights_above_ground_m, losses, strict=True):
        raised = replace(emission, receiver_height_above_ground_m=height_m)
        _sweep(radials, raised, location_percents, those)
    return losses


def _sweep(
    radials: Radials, emission: Emission, location_percents: Sequence[float], losses: Losses
) -> None:
    """Write the losses, shape (locations, frequencies, percents, a, n + 1)."""
    ground = (
        radials.terrain_height_m,
        radials.clutter_height_m,
        radials.zone,
        radials.first,
        radials.centre_latitude_deg,
    )
    _run(checked(radials)[np.newaxis], ground, emission, location_percents, losses)


def _run(
    x: Floats,
    ground: tuple[Floats, Floats, NDArray[np.int8], NDArray[np.int32], Floats],
    emission: Emission,
    location_percents: Sequence[float],
    losses: Losses,
) -> None:
    waves = emission.waves()
    radius = float(effective_earth_radius_km(emission.lapse_rate_nunits_per_km))
    sweep(
        x,
        ground,
        (emission.transmitter_height_above_ground_m, emission.receiver_height_above_ground_m),
        (radius, B0_RADIUS_KM, emission.surface_refractivity_nunits),
        waves,
        emission.located_db(location_percents),
        np.array(emission.time_percents, dtype=np.float64),
        _CLEAR / waves[:, 0].min(),
        losses,
    )


def path_losses_db(
    profile: PathProfile, centre_latitude_deg: ArrayLike, emission: Emission
) -> Floats:
    """Predict the basic transmission loss of paths, each of a length of its own.

    The walk of `radial_losses_db` with the end of each path as its only receiver.

    Parameters
    ----------
    profile : PathProfile
        `k` paths of n + 1 points in equal steps; arrays (k, n + 1), distances also (n + 1,).
    centre_latitude_deg : array_like, shape (k,)
        Latitude of the centre of each path.
    emission : Emission
        What is asked.

    Returns
    -------
    ndarray, shape (frequencies, percents, k)
        Loss in dB; NaN for a path that crosses a void.

    Raises
    ------
    PropagationError
        If the steps of a path are not equal, or it is too short or too long.
    """
    heights = np.ascontiguousarray(profile.terrain_height_m, dtype=np.float64)
    shape = heights.shape
    x = np.ascontiguousarray(np.broadcast_to(profile.distance_km, shape), dtype=np.float64)
    length = x[:, -1:]
    if shape[1] < FEWEST_POINTS or not np.allclose(
        x, length * np.linspace(0.0, 1.0, shape[1]), rtol=0, atol=1e-9 * float(length.max())
    ):
        raise PropagationError("paths need at least four points in equal steps")
    require_range("path length in km", length, SHORTEST_KM, 3000, _SOURCE)
    latitude = np.zeros((shape[0], 3))
    latitude[:, 0] = centre_latitude_deg
    losses = np.full(
        (1, len(emission.frequencies_mhz), len(emission.time_percents), *shape), np.nan
    )
    clutter = np.ascontiguousarray(profile.clutter_height_m, dtype=np.float64)
    zone = np.ascontiguousarray(profile.zone, dtype=np.int8)
    last = np.full(shape[0], shape[1] - 1, dtype=np.int32)
    ground = (heights, clutter, zone, last, latitude)
    _run(x, ground, emission, (emission.location_percent,), losses)
    return losses[0, ..., -1]


def checked(radials: Radials) -> Floats:
    """Return the distances of the points of radials that the kernel can walk, km.

    Raises
    ------
    PropagationError
        If shapes disagree, a first receiver is too near, or the radials are too long.
    """
    shape = radials.terrain_height_m.shape
    least = first_receiver(radials.step_km)
    if shape[1] <= least:
        raise PropagationError(f"radials of {shape[1]} points are too short: {least + 1} needed")
    for name in ("clutter_height_m", "zone"):
        if getattr(radials, name).shape != shape:
            raise PropagationError(f"{name} does not have the terrain's shape {shape}")
    if radials.first.shape != shape[:1] or radials.centre_latitude_deg.shape != (shape[0], 3):
        raise PropagationError("first or centre_latitude_deg does not fit the number of radials")
    if np.any(radials.first < least):
        raise PropagationError(f"the first receiver is at least point {least}")
    require_range("radial length in km", (shape[1] - 1) * radials.step_km, 0.25, 3000, _SOURCE)
    x: Floats = np.arange(shape[1], dtype=np.float64) * radials.step_km
    return x
