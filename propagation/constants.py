"""Physical constants and the reference values of Recommendations, the unit in each name."""

from typing import Final

__all__ = [
    "DIPOLE_GAIN_DBI",
    "EARTH_RADIUS_KM",
    "FREE_SPACE_IMPEDANCE_OHM",
    "FREE_SPACE_LOSS_CONSTANT_DB",
    "SPEED_OF_LIGHT_M_PER_S",
]

SPEED_OF_LIGHT_M_PER_S: Final = 299_792_458.0
"""Speed of light in vacuum, exact (SI)."""

FREE_SPACE_IMPEDANCE_OHM: Final = 376.730_313_412
"""Impedance of free space (CODATA 2022)."""

EARTH_RADIUS_KM: Final = 6371.0
"""Mean radius of the Earth, as the P series uses it (Rec. ITU-R P.1812-8, section 3.7)."""

DIPOLE_GAIN_DBI: Final = 2.15
"""Gain of a half-wave dipole over an isotropic antenna (Rec. ITU-R P.341-7; BS.561: 2.15 dB)."""

FREE_SPACE_LOSS_CONSTANT_DB: Final = 32.447_783_221_883_37
"""20 lg(4 pi / c) for MHz and km; Rec. ITU-R P.525-5, eq. (5), rounds it to 32.4."""
