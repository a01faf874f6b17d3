"""The elevation at which a wave leaves the transmitting antenna, at every receiver of a radial."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["departure_elevation_deg"]

Floats = NDArray[np.float64]


def departure_elevation_deg(
    distance_km: ArrayLike,
    terrain_height_m: ArrayLike,
    *,
    transmitter_height_above_ground_m: float,
    receiver_height_above_ground_m: float,
    effective_earth_radius_km: float,
) -> Floats:
    """Return the elevation of the ray that leaves the antenna towards each point of profiles.

    Towards a receiver in sight it is that of the straight ray over the effective Earth; towards
    one that is not, that of the transmitter's horizon before it. So it is the larger of the two,
    and a running maximum along the profile gives it for every point as a receiver.

    The Recommendation prints this angle for the geometry of a path. That the antenna's vertical
    pattern is read at it, at every percentage of time, is our own choice: it prints no rule for
    patterns. Clutter raises no horizon here, as in the Recommendation.

    Parameters
    ----------
    distance_km : array_like, shape (n,) or (..., n)
        Distances of the points, the first 0, increasing.
    terrain_height_m : array_like, shape (..., n)
        Heights of the ground above sea level; the first carries the antenna.
    transmitter_height_above_ground_m, receiver_height_above_ground_m : float
        Heights of the antennas.
    effective_earth_radius_km : float
        Median effective Earth radius.

    Returns
    -------
    ndarray of float64, shape (..., n)
        Elevations above the horizontal, degrees; at the first point straight up or down, or 0
        where the receiver is the antenna itself. NaN from the first void on.

    References
    ----------
    .. [P1812] Rec. ITU-R P.1812-8, Attachment 1 to Annex 1, eqs (76) to (79): theta_t.
    .. [P452] Rec. ITU-R P.452-18, Attachment 2 to Annex 1, section 5.1.2: the same.
    """
    distance = np.asarray(distance_km, dtype=np.float64)
    heights = np.asarray(terrain_height_m, dtype=np.float64)
    antenna = heights[..., :1] + transmitter_height_above_ground_m
    ahead = distance[..., 1:]
    fall = 500 / effective_earth_radius_km * ahead
    steepest = np.maximum.accumulate((heights[..., 1:] - antenna) / ahead - fall, axis=-1)
    rise = heights + receiver_height_above_ground_m - antenna
    slope = np.empty(np.broadcast_shapes(distance.shape, heights.shape))
    slope[..., 0] = np.where(rise[..., 0] == 0, 0.0, np.copysign(np.inf, rise[..., 0]))
    slope[..., 1:] = rise[..., 1:] / ahead - fall
    np.maximum(slope[..., 2:], steepest[..., :-1], out=slope[..., 2:])
    return np.asarray(np.degrees(np.arctan(slope / 1000)))
