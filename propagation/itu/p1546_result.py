"""What Rec. ITU-R P.1546-6 says of a path: every parameter and every step, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from propagation.itu.clear_air_result import Definition

__all__ = ["PARAMETERS", "TERMS", "FieldPrediction"]

Floats = NDArray[np.float64]

PARAMETERS: Final[Mapping[str, Definition]] = MappingProxyType(
    {
        "effective_height_m": Definition("h_1", "section 3"),
        "sea_interpolation": Definition("A", "(24)"),
        "clearance_parameter": Definition("nu", "(32c)"),
        "scatter_angle_deg": Definition("theta_s", "(35)"),
        "modified_clutter_height_m": Definition("R_2'", "(27)"),
        "slope_distance_km": Definition("d_slope", "(37)"),
        "location_standard_deviation_db": Definition("sigma_L", "(34)"),
    }
)
"""Definitions of the parameters of a path."""

TERMS: Final[Mapping[str, Definition]] = MappingProxyType(
    {
        "maximum_field_dbuvm": Definition("E_max", "(42)"),
        "land_field_dbuvm": Definition("E_land", "section 8"),
        "sea_field_dbuvm": Definition("E_sea", "section 8"),
        "mixed_field_dbuvm": Definition("E", "(22)"),
        "clearance_correction_db": Definition("corr. 11", "(32a)"),
        "scatter_field_dbuvm": Definition("E_ts", "(36)"),
        "receiver_height_correction_db": Definition("corr. 9", "(28)"),
        "transmitter_clutter_correction_db": Definition("corr. 10", "(30)"),
        "slope_correction_db": Definition("corr. 14", "(37)"),
        "short_path_field_dbuvm": Definition("E, d < 1 km", "(38)"),
        "location_correction_db": Definition("corr. 12", "(33)"),
        "field_strength_dbuvm": Definition("E", "section 2"),
        "basic_transmission_loss_db": Definition("L_b", "(40)"),
    }
)
"""Definitions of the fields and corrections, in the order of Annex 6, steps 6 to 20."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FieldPrediction:
    """The prediction for some receivers: arrays of the broadcast shape of the arguments.

    A field that has no meaning for a receiver is NaN: the land field of a path over sea, the
    sea field of one over land, what needs clearance angles where none were given, the short
    path's field from 1 km. A correction that does not apply is 0.

    Attributes
    ----------
    field_strength_dbuvm : ndarray
        For 1 kW e.r.p., exceeded for the given percentages of time and of locations.
    basic_transmission_loss_db : ndarray
        The loss that is equivalent to it.
    """

    effective_height_m: Floats
    sea_interpolation: Floats
    clearance_parameter: Floats
    scatter_angle_deg: Floats
    modified_clutter_height_m: Floats
    slope_distance_km: Floats
    location_standard_deviation_db: Floats

    maximum_field_dbuvm: Floats
    land_field_dbuvm: Floats
    sea_field_dbuvm: Floats
    mixed_field_dbuvm: Floats
    clearance_correction_db: Floats
    scatter_field_dbuvm: Floats
    receiver_height_correction_db: Floats
    transmitter_clutter_correction_db: Floats
    slope_correction_db: Floats
    short_path_field_dbuvm: Floats
    location_correction_db: Floats
    field_strength_dbuvm: Floats
    basic_transmission_loss_db: Floats

    def terms(self) -> Mapping[str, Floats]:
        """Return the fields and corrections by name, in the order of the Recommendation."""
        return MappingProxyType({name: getattr(self, name) for name in TERMS})

    def parameters(self) -> Mapping[str, Floats]:
        """Return the parameters of the paths by name, each with its unit in the name."""
        return MappingProxyType({name: getattr(self, name) for name in PARAMETERS})
