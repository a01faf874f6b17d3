"""Line of sight, tropospheric scatter and ducting in clear air.

Rec. ITU-R P.1812-8, sections 4.2, 4.4 and 4.5; P.452-18, sections 4.1, 4.3 and 4.4, adds gaseous
absorption and the gains of the antennas. The equation numbers are those of the former.

Arrays in the Recommendation's symbols: f in GHz, lengths in km, heights in m, angles in mrad,
p and b0 in per cent.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.itu.path_geometry import PathGeometry
from propagation.itu.path_zones import ZoneSections, inland_influence

__all__ = [
    "LineOfSight",
    "ducting_loss_db",
    "line_of_sight",
    "scatter_beyond_time_db",
    "separation_km",
]

Floats = NDArray[np.float64]

_SEA_DUCT_FRACTION = 0.75 - 1e-12  # omega is a sum of steps: exactly 0.75 must count as 0.75


class LineOfSight(NamedTuple):
    """Basic transmission losses in dB: free space, not exceeded for p % and for b0 % of time.

    `lbfsg` is free space with gaseous absorption; the last two contain it, too.
    """

    lbfs: Floats
    lbfsg: Floats
    lb0p: Floats
    lb0b: Floats


def separation_km(path: PathGeometry) -> Floats:
    """Return the straight distance between the antennas."""
    return np.asarray(np.sqrt(path.d**2 + ((path.hts - path.hrs) / 1000) ** 2))


def line_of_sight(
    path: PathGeometry, f: Floats, p: Floats, b0: Floats, absorption_db: Floats
) -> LineOfSight:
    """Return the losses of line of sight with multipath and focusing, eqs (8) to (11)."""
    lbfs = 92.4 + 20 * np.log10(f) + 20 * np.log10(separation_km(path))
    lbfsg = lbfs + absorption_db
    focus = 2.6 * (1 - np.exp(-0.1 * (path.dlt + path.dlr)))
    rare = [lbfsg + focus * np.log10(percent / 50) for percent in (p, b0)]
    return LineOfSight(lbfs, lbfsg, *rare)


def scatter_beyond_time_db(d: Floats, theta: Floats, f: Floats, n0: Floats) -> Floats:
    """Return what frequency, path and climate give tropospheric scatter, of eqs (44) and (45).

    The constant and the variation with time are each Recommendation's own.
    """
    lf = 25 * np.log10(f) - 2.5 * np.log10(f / 2) ** 2
    return np.asarray(lf + 20 * np.log10(d) + 0.573 * theta - 0.15 * n0)


def ducting_loss_db(
    path: PathGeometry,
    zones: ZoneSections,
    *,
    radius: Floats,
    b0: Floats,
    f: Floats,
    p: Floats,
) -> Floats:
    """Return Lba, ducting and layer reflection not exceeded for p % of time, eq. (46)."""
    fixed = _coupling_loss_db(path, zones, f)
    bounded_t = np.minimum(path.theta_t, 0.1 * path.dlt)  # eq. (52a)
    bounded_r = np.minimum(path.theta_r, 0.1 * path.dlr)
    angle = 1000 * path.d / radius + bounded_t + bounded_r  # eq. (52)
    along = 5e-5 * radius * f ** (1 / 3) * angle  # eq. (51)
    return fixed + along + _time_variation_db(path, zones, radius, b0, p)


def _coupling_loss_db(path: PathGeometry, zones: ZoneSections, f: Floats) -> Floats:
    """Return Af, the coupling between the antennas and the duct, eq. (47)."""
    low = np.where(f < 0.5, 45.375 - 137.0 * f + 92.5 * f * f, 0.0)  # eq. (47a)
    shielding = _shielding_loss_db(path.theta_t, path.dlt, f)
    shielding = shielding + _shielding_loss_db(path.theta_r, path.dlr, f)
    sea = zones.omega >= _SEA_DUCT_FRACTION
    over_sea = _sea_duct_gain_db(zones.dct, path.dlt, path.hts, sea)
    over_sea = over_sea + _sea_duct_gain_db(zones.dcr, path.dlr, path.hrs, sea)
    spread = 102.45 + 20 * np.log10(f) + 20 * np.log10(path.dlt + path.dlr)
    return np.asarray(spread + low + shielding + over_sea)


def _shielding_loss_db(theta: Floats, horizon: Floats, f: Floats) -> Floats:
    """Return Ast or Asr, the diffraction at a site's own horizon, eq. (48)."""
    excess = np.maximum(theta - 0.1 * horizon, 0)
    return np.asarray(
        20 * np.log10(1 + 0.361 * excess * np.sqrt(f * horizon)) + 0.264 * excess * f ** (1 / 3)
    )


def _sea_duct_gain_db(
    coast: Floats, horizon: Floats, height: Floats, sea: NDArray[np.bool_]
) -> Floats:
    """Return Act or Acr, the coupling into a duct over the sea, eq. (49): 0 or negative."""
    near = sea & (coast <= horizon) & (coast <= 5)
    near_km = np.minimum(coast, 5)
    gain = -3 * np.exp(-0.25 * near_km * near_km) * (1 + np.tanh(0.07 * (50 - height)))
    return np.asarray(np.where(near, gain, 0.0))


def _time_variation_db(
    path: PathGeometry, zones: ZoneSections, radius: Floats, b0: Floats, p: Floats
) -> Floats:
    """Return A(p), the variation with time, eqs (53) to (56)."""
    d = path.d
    between = np.minimum(d - path.dlt - path.dlr, 40)  # eq. (56a)
    rough = np.maximum(path.hm - 10, 0)
    mu3 = np.exp(-4.6e-5 * rough * (43 + 6 * between))  # eq. (56)
    alpha = np.maximum(-0.6 - 3.5e-9 * d**3.1 * inland_influence(zones.dlm), -3.4)  # eq. (55a)
    roots = np.sqrt(path.hte) + np.sqrt(path.hre)
    mu2 = np.minimum((500 / radius * d**2 / roots**2) ** alpha, 1)  # eq. (55)
    beta = b0 * mu2 * mu3  # eq. (54)
    lg_beta = np.log10(beta)
    gamma = 1.076 / (2.0058 - lg_beta) ** 1.012
    gamma = gamma * np.exp(-(9.51 - 4.8 * lg_beta + 0.198 * lg_beta**2) * 1e-6 * d**1.13)  # (53a)
    ratio = p / beta
    variation = -12 + (1.2 + 3.7e-3 * d) * np.log10(ratio) + 12 * ratio**gamma  # eq. (53)
    return np.asarray(variation)
