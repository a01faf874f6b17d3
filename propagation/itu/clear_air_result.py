"""What a prediction in clear air says of a path: the part that Recommendations have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from propagation.errors import PropagationError
from propagation.itu.path_rows import spread
from propagation.profile import Polarization

__all__ = ["ClearAirLoss", "Definition", "complete", "for_polarization", "known_polarization"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


class Definition(NamedTuple):
    """What the Recommendation calls a quantity, and the equation or section that defines it."""

    symbol: str
    equation: str


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ClearAirLoss:
    """The prediction for some paths: arrays of the broadcast shape of profile and arguments.

    `terms()` and `parameters()` give the two groups by name. Losses that depend on the
    polarisation are those of the polarisation in `vertical`.

    Attributes
    ----------
    basic_transmission_loss_db : ndarray
        L_b, not exceeded for the given percentages.
    vertical : ndarray of bool
        Whether the losses are those of vertical polarisation; for a mixed emission, the one
        with the larger field.
    """

    defined_terms: ClassVar[Mapping[str, Definition]]
    defined_parameters: ClassVar[Mapping[str, Definition]]

    # The path
    distance_km: Floats
    transmitter_height_above_sea_m: Floats
    receiver_height_above_sea_m: Floats
    transhorizon: Floats
    transmitter_horizon_distance_km: Floats
    receiver_horizon_distance_km: Floats
    transmitter_horizon_elevation_mrad: Floats
    receiver_horizon_elevation_mrad: Floats
    angular_distance_mrad: Floats
    sea_fraction: Floats
    longest_land_section_km: Floats
    longest_inland_section_km: Floats
    transmitter_coast_distance_km: Floats
    receiver_coast_distance_km: Floats
    path_centre_latitude_deg: Floats
    ducting_incidence_percent: Floats
    median_effective_earth_radius_km: Floats
    smooth_surface_at_transmitter_m: Floats
    smooth_surface_at_receiver_m: Floats
    ducting_surface_at_transmitter_m: Floats
    ducting_surface_at_receiver_m: Floats
    diffraction_surface_at_transmitter_m: Floats
    diffraction_surface_at_receiver_m: Floats
    transmitter_diffraction_height_m: Floats
    receiver_diffraction_height_m: Floats
    transmitter_effective_height_m: Floats
    receiver_effective_height_m: Floats
    terrain_roughness_m: Floats
    time_interpolation: Floats
    angular_interpolation: Floats
    distance_interpolation: Floats

    # The losses, in the order in which the Recommendations derive them
    free_space_basic_transmission_loss_db: Floats
    line_of_sight_loss_p_db: Floats
    line_of_sight_loss_b0_db: Floats
    bullington_actual_loss_db: Floats
    bullington_smooth_loss_db: Floats
    spherical_earth_loss_db: Floats
    diffraction_loss_median_db: Floats
    diffraction_loss_b0_db: Floats
    diffraction_loss_p_db: Floats
    basic_loss_diffraction_median_db: Floats
    basic_loss_diffraction_p_db: Floats
    minimum_loss_line_of_sight_db: Floats
    ducting_loss_db: Floats
    minimum_loss_ducting_db: Floats
    basic_loss_diffraction_ducting_db: Floats
    basic_loss_modified_db: Floats
    tropospheric_scatter_loss_db: Floats
    basic_transmission_loss_db: Floats

    vertical: Booleans

    def terms(self) -> Mapping[str, Floats]:
        """Return the losses by name, in the order of the Recommendation, dB."""
        return MappingProxyType({name: getattr(self, name) for name in self.defined_terms})

    def parameters(self) -> Mapping[str, Floats]:
        """Return the parameters of the paths by name, each with its unit in the name."""
        return MappingProxyType({name: getattr(self, name) for name in self.defined_parameters})


_Loss = TypeVar("_Loss", bound=ClearAirLoss)


def known_polarization(polarization: str) -> Polarization:
    """Return a polarisation that was given as such or by its name.

    Raises
    ------
    PropagationError
        If there is none of that name.
    """
    try:
        return Polarization(polarization)
    except ValueError as error:
        known = ", ".join(Polarization)
        raise PropagationError(f"polarization {polarization!r} is none of {known}") from error


def for_polarization(
    predict: Callable[[Booleans], _Loss], polarization: Polarization, axes: int
) -> _Loss:
    """Return a prediction for a polarisation; for mixed, of both the one with the smaller loss.

    Parameters
    ----------
    predict : callable
        Prediction for an array that says whether the polarisation is vertical; its fields
        broadcast.
    polarization : Polarization
        The polarisation.
    axes : int
        Number of axes of everything else that is asked.
    """
    if polarization is not Polarization.MIXED:
        return predict(np.asarray(polarization is Polarization.VERTICAL))
    both = predict(np.array([False, True]).reshape(2, *(1,) * axes))
    loss = both.basic_transmission_loss_db
    wins = loss[1] < loss[0]
    chosen = {
        name: np.where(wins, values[1], values[0])
        for name, values in both.terms().items()
        if values.ndim > axes
    }
    return replace(both, **chosen, vertical=wins)


def complete(loss: _Loss, whole: Floats) -> _Loss:
    """Give every field of a prediction the shape of `whole`, and its NaN."""
    unknown = np.isnan(whole)
    hidden = bool(unknown.any())
    values = {}
    for declared in fields(loss):
        value = np.asarray(getattr(loss, declared.name))
        if hidden and value.dtype == np.float64:
            value = np.where(unknown, np.nan, value)
        values[declared.name] = spread(value, whole.shape)
    return type(loss)(**values)
