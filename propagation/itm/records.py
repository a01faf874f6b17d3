"""What the Irregular Terrain Model is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag, StrEnum
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.profile import Polarization

__all__ = [
    "PARAMETERS",
    "TERMS",
    "Conditions",
    "ConfidenceReliability",
    "ItmLoss",
    "ItmWarning",
    "PropagationMode",
    "RadioClimate",
    "Siting",
    "TimeLocationSituation",
    "VariabilityMode",
]

Floats = NDArray[np.float64]

_PROGRAM = "ITM 1.4"

TERMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "free_space_basic_transmission_loss_db": ("L_fs", _PROGRAM),
        "reference_attenuation_db": ("A_ref", "section 4"),
        "variability_db": ("V", "section 5"),
        "basic_transmission_loss_db": ("L_b", _PROGRAM),
    }
)
"""Losses in the order of their derivation: symbol, and where it is defined.

Sections are those of Hufford, The ITS Irregular Terrain Model, version 1.2.2: the algorithm; the
rest is as NTIA's program has it.
"""

PARAMETERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "distance_km": ("d", _PROGRAM),
        "transmitter_horizon_distance_km": ("d_L1", "section 3"),
        "receiver_horizon_distance_km": ("d_L2", "section 3"),
        "transmitter_horizon_elevation_mrad": ("theta_e1", "section 3"),
        "receiver_horizon_elevation_mrad": ("theta_e2", "section 3"),
        "transmitter_effective_height_m": ("h_e1", "section 3"),
        "receiver_effective_height_m": ("h_e2", "section 3"),
        "terrain_irregularity_m": ("Delta h", "section 1"),
        "path_refractivity_nunits": ("N_s", "section 1"),
        "effective_earth_radius_km": ("a", "section 1"),
    }
)
"""What describes a path, as TERMS does losses."""


class RadioClimate(StrEnum):
    """Radio climate, in the order of the model's own codes 1 to 7."""

    EQUATORIAL = "equatorial"
    CONTINENTAL_SUBTROPICAL = "continental_subtropical"
    MARITIME_SUBTROPICAL = "maritime_subtropical"
    DESERT = "desert"
    CONTINENTAL_TEMPERATE = "continental_temperate"
    MARITIME_TEMPERATE_OVER_LAND = "maritime_temperate_over_land"
    MARITIME_TEMPERATE_OVER_SEA = "maritime_temperate_over_sea"


class VariabilityMode(StrEnum):
    """How time, location and situation go together, in the order of the model's codes 0 to 3.

    Single message: all three as one. Accidental: location goes with situation (interference).
    Mobile: location goes with time. Broadcast: each by itself.
    """

    SINGLE_MESSAGE = "single_message"
    ACCIDENTAL = "accidental"
    MOBILE = "mobile"
    BROADCAST = "broadcast"


class Siting(StrEnum):
    """How the place of a terminal was chosen, in the order of the model's codes 0 to 2."""

    RANDOM = "random"
    CAREFUL = "careful"
    VERY_CAREFUL = "very_careful"


class PropagationMode(IntEnum):
    """What carries the wave at the distance that was asked."""

    UNKNOWN = 0
    LINE_OF_SIGHT = 1
    DIFFRACTION = 2
    TROPOSCATTER = 3


class ItmWarning(IntFlag):
    """What to be careful about; the bits are those of NTIA's program."""

    TRANSMITTER_HEIGHT = 0x0001
    """Transmitting antenna below 1 m or above 1000 m."""
    RECEIVER_HEIGHT = 0x0002
    """Receiving antenna below 1 m or above 1000 m."""
    FREQUENCY = 0x0004
    """Frequency below 40 MHz or above 10 GHz."""
    DISTANCE_ABOVE_1000_KM = 0x0008
    DISTANCE_ABOVE_2000_KM = 0x0010
    DISTANCE_SHORT_FOR_HEIGHTS = 0x0020
    """Distance below five times the difference of the effective heights."""
    DISTANCE_BELOW_1_KM = 0x0040
    TRANSMITTER_HORIZON_ANGLE = 0x0080
    """Horizon more than 0.2 rad above or below the horizontal: angles are no longer small."""
    RECEIVER_HORIZON_ANGLE = 0x0100
    TRANSMITTER_HORIZON_NEAR = 0x0200
    """Horizon nearer than a tenth of that of the smooth Earth."""
    RECEIVER_HORIZON_NEAR = 0x0400
    TRANSMITTER_HORIZON_FAR = 0x0800
    """Horizon farther than three times that of the smooth Earth."""
    RECEIVER_HORIZON_FAR = 0x1000
    EXTREME_VARIABILITY = 0x2000
    """A percentage lies more than 3.1 standard deviations out."""
    SURFACE_REFRACTIVITY = 0x4000
    """Refractivity at the height of the path is below 250 N-units."""


@dataclass(frozen=True, slots=True)
class TimeLocationSituation:
    """Percentages for which the loss is not exceeded, each above 0 and below 100."""

    time_percent: ArrayLike = 50.0
    location_percent: ArrayLike = 50.0
    situation_percent: ArrayLike = 50.0


@dataclass(frozen=True, slots=True)
class ConfidenceReliability:
    """The same in two numbers: reliability is of time, confidence of situations, locations 50 %.

    Each is above 0 and below 100 per cent.
    """

    confidence_percent: ArrayLike = 50.0
    reliability_percent: ArrayLike = 50.0


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Conditions:
    """What is asked of a path beside its ground; arrays broadcast with each other and the paths.

    Attributes
    ----------
    frequency_mhz : array_like
        20 to 20 000 MHz.
    transmitter_height_above_ground_m, receiver_height_above_ground_m : array_like
        Heights of the antennas above ground, 0.5 to 3000 m.
    surface_refractivity_nunits : array_like
        Refractivity reduced to sea level, 250 to 400 N-units.
    climate : RadioClimate
        Radio climate.
    polarization : Polarization
        Horizontal or vertical.
    relative_permittivity, conductivity_s_per_m : array_like
        Of the ground: 1 or more; positive, S/m. The defaults are those of average ground.
    statistics : TimeLocationSituation or ConfidenceReliability
        Percentages for which the loss is not exceeded.
    variability_mode : VariabilityMode
        How time, location and situation go together.
    with_location_variability, with_situation_variability : bool
        Whether these vary; False is what the model's codes call plus 10 and plus 20.
    """

    frequency_mhz: ArrayLike
    transmitter_height_above_ground_m: ArrayLike
    receiver_height_above_ground_m: ArrayLike
    surface_refractivity_nunits: ArrayLike
    climate: str
    polarization: str = Polarization.VERTICAL
    relative_permittivity: ArrayLike = 15.0
    conductivity_s_per_m: ArrayLike = 0.005
    statistics: TimeLocationSituation | ConfidenceReliability = TimeLocationSituation()
    variability_mode: str = VariabilityMode.BROADCAST
    with_location_variability: bool = True
    with_situation_variability: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class ItmLoss:
    """Loss of paths, with what leads to it; arrays of one shape.

    Attributes
    ----------
    basic_transmission_loss_db : ndarray
        Free space, reference attenuation and variability together.
    free_space_basic_transmission_loss_db : ndarray
        Loss of free space, with the model's rounded constant 32.45 dB.
    reference_attenuation_db : ndarray
        Median attenuation below free space under the reference atmosphere, 0 or more.
    variability_db : ndarray
        What climate and percentages add; mostly negative below 50 %.
    mode : ndarray of int8
        PropagationMode codes; UNKNOWN where an input was NaN.
    warnings : ndarray of int32
        ItmWarning bits; 0 where there is nothing to say, or an input was NaN.
    distance_km : ndarray
        Length of the path.
    transmitter_horizon_distance_km, receiver_horizon_distance_km : ndarray
        Distances of the horizons; of a path well in sight, those of the effective heights.
    transmitter_horizon_elevation_mrad, receiver_horizon_elevation_mrad : ndarray
        Elevation angles of the horizons.
    transmitter_effective_height_m, receiver_effective_height_m : ndarray
        Heights above the dominant reflecting plane.
    terrain_irregularity_m : ndarray
        Interdecile range of the terrain about its fitted line, extended to long paths (delta h).
    path_refractivity_nunits : ndarray
        Surface refractivity at the height of the path.
    effective_earth_radius_km : ndarray
        Effective radius of the Earth under that refractivity.
    """

    basic_transmission_loss_db: Floats
    free_space_basic_transmission_loss_db: Floats
    reference_attenuation_db: Floats
    variability_db: Floats
    mode: NDArray[np.int8]
    warnings: NDArray[np.int32]
    distance_km: Floats
    transmitter_horizon_distance_km: Floats
    receiver_horizon_distance_km: Floats
    transmitter_horizon_elevation_mrad: Floats
    receiver_horizon_elevation_mrad: Floats
    transmitter_effective_height_m: Floats
    receiver_effective_height_m: Floats
    terrain_irregularity_m: Floats
    path_refractivity_nunits: Floats
    effective_earth_radius_km: Floats
