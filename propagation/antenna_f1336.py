"""Recommendation ITU-R F.1336: reference patterns of omnidirectional and sectoral antennas.

Patterns without tilt; tilts are those of `antenna_mounting`, which are the Recommendation's.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range

__all__ = [
    "EDITION",
    "IMPROVED",
    "TYPICAL",
    "Omnidirectional",
    "Sectoral",
    "SideLobeFactors",
    "SideLobes",
    "omnidirectional_gain_dbi",
    "sectoral_gain_dbi",
]

EDITION = "Rec. ITU-R F.1336-5"

Floats = NDArray[np.float64]

_LOWEST_MHZ, _MIDDLE_MHZ, _HIGHEST_MHZ = 400.0, 6000.0, 70_000.0
_OMNIDIRECTIONAL_K_TO_MHZ = 3000.0
_WIDEST_FORMULA_DEG = 120.0  # recommends 3.3


class SideLobes(StrEnum):
    """Which side lobes a pattern has: for the worst case of one interferer, or for many."""

    PEAK = "peak"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class SideLobeFactors:
    """Factors of an antenna's side lobes, recommends 2.3 and 3.1.

    Attributes
    ----------
    omnidirectional : float
        k of omnidirectional antennas to 3 GHz; it is 0 above.
    relative_minimum : float
        k_p or k_a, of the relative minimum gain of sectoral antennas to 6 GHz.
    azimuth, elevation : float
        k_h and k_v, of the leaked power of sectoral antennas to 6 GHz.
    """

    omnidirectional: float
    relative_minimum: float
    azimuth: float
    elevation: float

    def __post_init__(self) -> None:
        """Refuse factors beyond 0 to 1."""
        for name in ("omnidirectional", "relative_minimum", "azimuth", "elevation"):
            require_range(name, getattr(self, name), 0, 1, EDITION)


TYPICAL: Final = SideLobeFactors(0.7, 0.7, 0.8, 0.7)
"""Typical antennas."""

IMPROVED: Final = SideLobeFactors(0.0, 0.7, 0.7, 0.3)
"""Antennas with improved side lobes."""


@dataclass(frozen=True, slots=True)
class Omnidirectional:
    """An antenna that radiates alike in every azimuth.

    Attributes
    ----------
    frequency_mhz : float
        400 to 70 000 MHz.
    maximum_gain_dbi : float
        Gain G_0 in the plane of the axis.
    vertical_beamwidth_deg : float or None
        Width at 3 dB; without it, of the gain by eq. (1b).
    side_lobes : SideLobes
        Peak or average.
    factors : SideLobeFactors
        Typical or improved.
    """

    frequency_mhz: float
    maximum_gain_dbi: float
    vertical_beamwidth_deg: float | None = None
    side_lobes: SideLobes = SideLobes.AVERAGE
    factors: SideLobeFactors = TYPICAL

    def __post_init__(self) -> None:
        """Refuse what leaves the Recommendation."""
        require_range("frequency_mhz", self.frequency_mhz, _LOWEST_MHZ, _HIGHEST_MHZ, EDITION)
        _require_width("vertical_beamwidth_deg", self.theta_3, 180)

    @property
    def theta_3(self) -> float:
        """Width of the vertical cut at 3 dB, degrees."""
        if self.vertical_beamwidth_deg is not None:
            return self.vertical_beamwidth_deg
        return float(107.6 * 10 ** (-0.1 * self.maximum_gain_dbi))  # eq. (1b)


@dataclass(frozen=True, slots=True)
class Sectoral:
    """An antenna of a sector.

    Attributes
    ----------
    frequency_mhz : float
        400 to 70 000 MHz; the pattern changes at 6000 MHz.
    maximum_gain_dbi : float
        Gain G_0 on the axis.
    horizontal_beamwidth_deg : float
        Width at 3 dB, above 0 and below 360 degrees.
    vertical_beamwidth_deg : float or None
        Width at 3 dB; without it, of the gain and the horizontal one, which is defined to 120
        degrees of that.
    side_lobes : SideLobes
        Peak or average.
    factors : SideLobeFactors
        Typical or improved.
    """

    frequency_mhz: float
    maximum_gain_dbi: float
    horizontal_beamwidth_deg: float
    vertical_beamwidth_deg: float | None = None
    side_lobes: SideLobes = SideLobes.AVERAGE
    factors: SideLobeFactors = TYPICAL

    def __post_init__(self) -> None:
        """Refuse what leaves the Recommendation."""
        require_range("frequency_mhz", self.frequency_mhz, _LOWEST_MHZ, _HIGHEST_MHZ, EDITION)
        _require_width("horizontal_beamwidth_deg", self.horizontal_beamwidth_deg, 360)
        wide = self.horizontal_beamwidth_deg > _WIDEST_FORMULA_DEG
        if wide and self.vertical_beamwidth_deg is None:
            raise PropagationError(
                "vertical_beamwidth_deg is needed where horizontal_beamwidth_deg is above "
                f"{_WIDEST_FORMULA_DEG:g} ({EDITION}, recommends 3.3)"
            )
        _require_width("vertical_beamwidth_deg", self.theta_3, 180)

    @property
    def theta_3(self) -> float:
        """Width of the vertical cut at 3 dB, degrees."""
        if self.vertical_beamwidth_deg is not None:
            return self.vertical_beamwidth_deg
        area = 31_000 * 10 ** (-0.1 * self.maximum_gain_dbi)  # recommends 3.3
        return float(area / self.horizontal_beamwidth_deg)


def omnidirectional_gain_dbi(antenna: Omnidirectional, elevation_deg: ArrayLike) -> Floats:
    """Return the gain of an omnidirectional antenna.

    Parameters
    ----------
    antenna : Omnidirectional
        The antenna.
    elevation_deg : array_like
        Above the plane of the axis, -90 to 90 degrees.

    Returns
    -------
    ndarray of float64
        Gain, dBi. NaN yields NaN.

    Raises
    ------
    OutOfRangeError
        If an elevation leaves its range.

    References
    ----------
    .. [F1336] Rec. ITU-R F.1336-5, recommends 2.1 (peak), 2.2 (average), 2.3 and 2.4, eqs (1a)
       to (1d).
    """
    theta = np.abs(_checked_elevation(elevation_deg))
    k = antenna.factors.omnidirectional
    if antenna.frequency_mhz > _OMNIDIRECTIONAL_K_TO_MHZ:
        k = 0.0  # recommends 2.4
    x = theta / antenna.theta_3
    flat = 10 * np.log10(k + 1)
    peak = antenna.side_lobes is SideLobes.PEAK
    floor = 12.0 if peak else 15.0
    main_to, lobes_from = (
        (np.sqrt(1 - flat / 12), 1.0) if peak else (1.0, np.sqrt(1.25 - flat / 12))
    )
    lobes = -floor + 10 * np.log10(np.maximum(x, 1e-9) ** -1.5 + k)
    relative = np.where(x < main_to, -12 * x**2, np.where(x < lobes_from, -floor + flat, lobes))
    return np.asarray(antenna.maximum_gain_dbi + relative)


def sectoral_gain_dbi(
    antenna: Sectoral, azimuth_deg: ArrayLike, elevation_deg: ArrayLike
) -> Floats:
    """Return the gain of a sectoral antenna.

    Angles broadcast; NaN yields NaN.

    Parameters
    ----------
    antenna : Sectoral
        The antenna.
    azimuth_deg : array_like
        From the axis, degrees, any multiple of the circle.
    elevation_deg : array_like
        Above the plane of the axis, -90 to 90 degrees.

    Returns
    -------
    ndarray of float64
        Gain, dBi.

    Raises
    ------
    OutOfRangeError
        If an elevation leaves its range.

    References
    ----------
    .. [F1336] Rec. ITU-R F.1336-5, recommends 3.1 (to 6 GHz) and 3.2 (above), each .1 for peak
       and .2 for average side lobes.
    """
    azimuth = np.asarray(azimuth_deg, dtype=np.float64)
    phi = np.abs(np.mod(azimuth + 180, 360) - 180)
    theta = _checked_elevation(elevation_deg)
    to_6_ghz = antenna.frequency_mhz <= _MIDDLE_MHZ
    relative = _to_6_ghz_db(antenna, phi, theta) if to_6_ghz else _above_db(antenna, phi, theta)
    return np.asarray(antenna.maximum_gain_dbi + relative)


def _to_6_ghz_db(antenna: Sectoral, phi: Floats, theta: Floats) -> Floats:
    """Return the gain relative to the maximum, recommends 3.1, eq. (2a)."""
    step = 0.0 if antenna.side_lobes is SideLobes.PEAK else 3.0
    k_h, k_v = antenna.factors.azimuth, antenna.factors.elevation
    phi_3, theta_3 = antenna.horizontal_beamwidth_deg, antenna.theta_3
    floor = 10 * np.log10(1 + 8 * antenna.factors.relative_minimum)
    g_180 = -12 - step + floor - 15 * np.log10(180 / theta_3)
    across = _azimuth_db(phi / phi_3, k_h, g_180)
    back = _azimuth_db(np.asarray(180 / phi_3), k_h, g_180)
    compression = 1 - across / back  # R: G_hr(0) is 0
    x_v = np.abs(theta) / theta_3
    x_k = np.sqrt(1 - 0.36 * k_v) if step == 0 else np.sqrt(1.33 - 0.33 * k_v)
    lobe = -12 - step + 10 * np.log10(np.maximum(x_v, 1e-9) ** -1.5 + k_v)
    at_4 = 10 * np.log10(4**-1.5 + k_v)
    span = np.log10(22.5 / theta_3)
    incline = (15 * np.log10(180 / theta_3) + at_4 - floor) / span if span > 0 else 0.0  # C
    slope = -12 - step + at_4 - incline * np.log10(np.maximum(x_v, 4) / 4)
    beyond = np.where(x_v < 4, lobe, np.where(x_v < 90 / theta_3, slope, g_180))
    return np.asarray(across + compression * np.where(x_v < x_k, -12 * x_v**2, beyond))


def _azimuth_db(x_h: Floats, k_h: float, g_180: float) -> Floats:
    lambda_kh = 3 * (1 - 0.5**-k_h)
    outside = -12 * np.maximum(x_h, 0.5) ** (2 - k_h) - lambda_kh
    return np.asarray(np.maximum(np.where(x_h <= 0.5, -12 * x_h**2, outside), g_180))


def _above_db(antenna: Sectoral, phi: Floats, theta: Floats) -> Floats:
    """Return the gain relative to the maximum, recommends 3.2, eqs (2d) to (2f)."""
    main_to, floor = (1.0, 12.0) if antenna.side_lobes is SideLobes.PEAK else (1.152, 15.0)
    phi_3, theta_3 = antenna.horizontal_beamwidth_deg, antenna.theta_3
    az, el = np.radians(phi), np.radians(theta)
    psi = np.degrees(np.arccos(np.cos(az) * np.cos(el)))  # eq. (2d4)
    alpha = np.arctan2(np.tan(el), np.sin(az))  # eq. (2d2)
    in_front = np.hypot(np.cos(alpha) / phi_3, np.sin(alpha) / theta_3)
    phi_th = main_to * phi_3
    turned = np.radians(90 * np.maximum(phi - phi_th, 0) / max(180 - phi_th, 1e-9))
    inverse_3m = np.hypot(np.cos(turned) / phi_3, np.sin(turned) / theta_3)
    behind = np.hypot(np.cos(el) * inverse_3m, np.sin(el) / theta_3)
    x = psi * np.where(psi <= 90, in_front, behind)  # eq. (2d5)
    lobes = -floor - 15 * np.log10(np.maximum(x, 1))
    return np.asarray(np.where(x < main_to, -12 * x**2, lobes))


def _checked_elevation(elevation_deg: ArrayLike) -> Floats:
    elevation = np.asarray(elevation_deg, dtype=np.float64)
    require_range("elevation_deg", elevation, -90, 90, EDITION)
    return elevation


def _require_width(name: str, width_deg: float, below_deg: float) -> None:
    require_range(name, width_deg, 0, below_deg, EDITION, inclusive=False)
