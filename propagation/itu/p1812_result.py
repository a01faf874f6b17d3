"""What Rec. ITU-R P.1812-8 says of a path: every loss and every parameter, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from propagation.itu.clear_air_result import ClearAirLoss, Definition

__all__ = ["PARAMETERS", "TERMS", "PathLoss"]

Floats = NDArray[np.float64]

PARAMETERS: Final[Mapping[str, Definition]] = MappingProxyType(
    {
        "distance_km": Definition("d", "section 3.1"),
        "transmitter_height_above_sea_m": Definition("h_ts", "section 3.8"),
        "receiver_height_above_sea_m": Definition("h_rs", "section 3.8"),
        "transhorizon": Definition("1 transhorizon, 0 line of sight", "(79)"),
        "transmitter_horizon_distance_km": Definition("d_lt", "(80)"),
        "receiver_horizon_distance_km": Definition("d_lr", "(83)"),
        "transmitter_horizon_elevation_mrad": Definition("theta_t", "(79)"),
        "receiver_horizon_elevation_mrad": Definition("theta_r", "(82)"),
        "angular_distance_mrad": Definition("theta", "(84)"),
        "sea_fraction": Definition("omega", "section 4.1"),
        "longest_land_section_km": Definition("d_tm", "section 3.6"),
        "longest_inland_section_km": Definition("d_lm", "section 3.6"),
        "transmitter_coast_distance_km": Definition("d_ct", "section 3.4"),
        "receiver_coast_distance_km": Definition("d_cr", "section 3.4"),
        "path_centre_latitude_deg": Definition("phi", "section 3.5"),
        "ducting_incidence_percent": Definition("b_0", "(5)"),
        "median_effective_earth_radius_km": Definition("a_e", "(7a)"),
        "smooth_surface_at_transmitter_m": Definition("h_st", "(87)"),
        "smooth_surface_at_receiver_m": Definition("h_sr", "(88)"),
        "ducting_surface_at_transmitter_m": Definition("h_st", "(92a)"),
        "ducting_surface_at_receiver_m": Definition("h_sr", "(92b)"),
        "diffraction_surface_at_transmitter_m": Definition("h_std", "(91)"),
        "diffraction_surface_at_receiver_m": Definition("h_srd", "(91)"),
        "transmitter_diffraction_height_m": Definition("h'_tc", "(37a)"),
        "receiver_diffraction_height_m": Definition("h'_rc", "(37b)"),
        "transmitter_effective_height_m": Definition("h_te", "(94a)"),
        "receiver_effective_height_m": Definition("h_re", "(94b)"),
        "terrain_roughness_m": Definition("h_m", "(95)"),
        "time_interpolation": Definition("F_i", "(40)"),
        "angular_interpolation": Definition("F_j", "(57)"),
        "distance_interpolation": Definition("F_k", "(58)"),
        "location_standard_deviation_db": Definition("sigma_L", "(64)"),
    }
)
"""Definitions of the parameters of a path (Attachment 1 and section 3)."""

TERMS: Final[Mapping[str, Definition]] = MappingProxyType(
    {
        "free_space_basic_transmission_loss_db": Definition("L_bfs", "(8)"),
        "line_of_sight_loss_p_db": Definition("L_b0p", "(10)"),
        "line_of_sight_loss_b0_db": Definition("L_b0b", "(11)"),
        "bullington_actual_loss_db": Definition("L_bulla", "(21)"),
        "bullington_smooth_loss_db": Definition("L_bulls", "(21)"),
        "spherical_earth_loss_db": Definition("L_dsph", "(27)"),
        "diffraction_loss_median_db": Definition("L_d50", "(39)"),
        "diffraction_loss_b0_db": Definition("L_db", "(39)"),
        "diffraction_loss_p_db": Definition("L_dp", "(41)"),
        "basic_loss_diffraction_median_db": Definition("L_bd50", "(42)"),
        "basic_loss_diffraction_p_db": Definition("L_bd", "(43)"),
        "minimum_loss_line_of_sight_db": Definition("L_minb0p", "(59)"),
        "ducting_loss_db": Definition("L_ba", "(46)"),
        "minimum_loss_ducting_db": Definition("L_minbap", "(60)"),
        "basic_loss_diffraction_ducting_db": Definition("L_bda", "(61)"),
        "basic_loss_modified_db": Definition("L_bam", "(62)"),
        "tropospheric_scatter_loss_db": Definition("L_bs", "(44)"),
        "basic_loss_median_location_db": Definition("L_bc", "(63)"),
        "location_variability_db": Definition("L_loc", "(67)"),
        "basic_transmission_loss_db": Definition("L_b", "(69)"),
    }
)
"""Definitions of the losses (section 4), in the order of their derivation."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PathLoss(ClearAirLoss):
    """The prediction for some paths: arrays of the broadcast shape of profile and arguments.

    `terms()` and `parameters()` give the two groups by name; TERMS and PARAMETERS say what the
    Recommendation calls each, and where it defines it. Losses that depend on the
    polarisation are those of the polarisation in `vertical`.

    Attributes
    ----------
    basic_transmission_loss_db : ndarray
        L_b, not exceeded for the given percentages of time and of locations.
    vertical : ndarray of bool
        Whether the losses are those of vertical polarisation; for a mixed emission, the one
        with the larger field.
    """

    defined_terms: ClassVar[Mapping[str, Definition]] = TERMS
    defined_parameters: ClassVar[Mapping[str, Definition]] = PARAMETERS

    location_standard_deviation_db: Floats
    basic_loss_median_location_db: Floats
    location_variability_db: Floats
