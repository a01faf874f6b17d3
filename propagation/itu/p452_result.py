"""What Rec. ITU-R P.452-18 says of a path: every loss and every parameter, by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from propagation.itu.clear_air_result import ClearAirLoss, Definition

__all__ = ["PARAMETERS", "TERMS", "PathLoss"]

Floats = NDArray[np.float64]

_PROFILE = "of Attachment 2"

PARAMETERS: Final[Mapping[str, Definition]] = MappingProxyType(
    {
        "distance_km": Definition("d", f"section 4 {_PROFILE}"),
        "transmitter_height_above_sea_m": Definition("h_ts", f"section 4 {_PROFILE}"),
        "receiver_height_above_sea_m": Definition("h_rs", f"section 4 {_PROFILE}"),
        "transhorizon": Definition("1 transhorizon, 0 line of sight", f"section 5.1.1 {_PROFILE}"),
        "transmitter_horizon_distance_km": Definition("d_lt", f"section 5.1.3 {_PROFILE}"),
        "receiver_horizon_distance_km": Definition("d_lr", f"section 5.1.5 {_PROFILE}"),
        "transmitter_horizon_elevation_mrad": Definition("theta_t", f"section 5.1.2 {_PROFILE}"),
        "receiver_horizon_elevation_mrad": Definition("theta_r", f"section 5.1.4 {_PROFILE}"),
        "slope_excess_m_per_km": Definition("S_tim - S_tr", "section 4.5"),
        "angular_distance_mrad": Definition("theta", f"section 5.1.6 {_PROFILE}"),
        "sea_fraction": Definition("omega", "section 4.1"),
        "longest_land_section_km": Definition("d_tm", "section 3.2.1"),
        "longest_inland_section_km": Definition("d_lm", "section 3.2.1"),
        "transmitter_coast_distance_km": Definition("d_ct", "section 4.4"),
        "receiver_coast_distance_km": Definition("d_cr", "section 4.4"),
        "path_centre_latitude_deg": Definition("phi", "section 3.2.1"),
        "ducting_incidence_percent": Definition("beta_0", "(2)"),
        "median_effective_earth_radius_km": Definition("a_e", "(6a)"),
        "smooth_surface_at_transmitter_m": Definition("h_st", f"section 5.1.6 {_PROFILE}"),
        "smooth_surface_at_receiver_m": Definition("h_sr", f"section 5.1.6 {_PROFILE}"),
        "ducting_surface_at_transmitter_m": Definition("h_st", f"section 5.1.6.4 {_PROFILE}"),
        "ducting_surface_at_receiver_m": Definition("h_sr", f"section 5.1.6.4 {_PROFILE}"),
        "diffraction_surface_at_transmitter_m": Definition("h_std", f"section 5.1.6.3 {_PROFILE}"),
        "diffraction_surface_at_receiver_m": Definition("h_srd", f"section 5.1.6.3 {_PROFILE}"),
        "transmitter_diffraction_height_m": Definition("h'_te", "(38a)"),
        "receiver_diffraction_height_m": Definition("h'_re", "(38b)"),
        "transmitter_effective_height_m": Definition("h_te", f"section 5.1.6.4 {_PROFILE}"),
        "receiver_effective_height_m": Definition("h_re", f"section 5.1.6.4 {_PROFILE}"),
        "terrain_roughness_m": Definition("h_m", f"section 5.1.6.4 {_PROFILE}"),
        "water_vapour_density_g_per_m3": Definition("rho", "(9a)"),
        "dry_air_specific_attenuation_db_per_km": Definition("gamma_o", "(9)"),
        "water_vapour_specific_attenuation_db_per_km": Definition("gamma_w", "(9)"),
        "time_interpolation": Definition("F_i", "(41)"),
        "angular_interpolation": Definition("F_j", "section 4.5"),
        "distance_interpolation": Definition("F_k", "section 4.5"),
    }
)
"""Definitions of the parameters of a path."""

TERMS: Final[Mapping[str, Definition]] = MappingProxyType(
    {
        "free_space_basic_transmission_loss_db": Definition("L_bfs", "(8), A_g = 0"),
        "gaseous_absorption_db": Definition("A_g", "(9)"),
        "free_space_and_gas_loss_db": Definition("L_bfsg", "(8)"),
        "line_of_sight_loss_p_db": Definition("L_b0p", "(11)"),
        "line_of_sight_loss_b0_db": Definition("L_b0beta", "(12)"),
        "bullington_actual_loss_db": Definition("L_bulla", "(22)"),
        "bullington_smooth_loss_db": Definition("L_bulls", "(22)"),
        "spherical_earth_loss_db": Definition("L_dsph", "section 4.2.2"),
        "diffraction_loss_median_db": Definition("L_d50", "(40)"),
        "diffraction_loss_b0_db": Definition("L_dbeta", "(40)"),
        "diffraction_loss_p_db": Definition("L_dp", "(42)"),
        "basic_loss_diffraction_median_db": Definition("L_bd50", "(43)"),
        "basic_loss_diffraction_p_db": Definition("L_bd", "(44)"),
        "minimum_loss_line_of_sight_db": Definition("L_minb0p", "section 4.5"),
        "ducting_loss_db": Definition("L_ba", "(46)"),
        "minimum_loss_ducting_db": Definition("L_minbap", "section 4.5"),
        "basic_loss_diffraction_ducting_db": Definition("L_bda", "section 4.5"),
        "basic_loss_modified_db": Definition("L_bam", "section 4.5"),
        "aperture_coupling_loss_db": Definition("L_c", "(45b)"),
        "scatter_gaseous_absorption_db": Definition("A_g (3 g/m3)", "(45)"),
        "tropospheric_scatter_loss_db": Definition("L_bs", "(45)"),
        "basic_transmission_loss_db": Definition("L_b", "section 4.5"),
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
        L_b, not exceeded for the given percentage of time.
    vertical : ndarray of bool
        Whether the losses are those of vertical polarisation; for a mixed emission, the one
        with the larger field.
    """

    defined_terms: ClassVar[Mapping[str, Definition]] = TERMS
    defined_parameters: ClassVar[Mapping[str, Definition]] = PARAMETERS

    slope_excess_m_per_km: Floats
    water_vapour_density_g_per_m3: Floats
    dry_air_specific_attenuation_db_per_km: Floats
    water_vapour_specific_attenuation_db_per_km: Floats
    gaseous_absorption_db: Floats
    free_space_and_gas_loss_db: Floats
    aperture_coupling_loss_db: Floats
    scatter_gaseous_absorption_db: Floats
