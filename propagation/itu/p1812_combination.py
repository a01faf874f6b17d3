"""Rec. ITU-R P.1812-8, sections 4.3 to 4.9: what it makes of the mechanisms and of locations."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.itu.clear_air_combination import (
    Conditions,
    Mechanisms,
    angular_distance_mrad,
    combined,
    diffraction,
    shared_fields,
)
from propagation.itu.clear_air_mechanisms import (
    ducting_loss_db,
    line_of_sight,
    scatter_beyond_time_db,
)
from propagation.itu.p1812_result import PathLoss
from propagation.itu.path_geometry import PathGeometry
from propagation.itu.path_zones import ZoneSections

__all__ = ["Location", "combine", "tropospheric_scatter_loss_db"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

_NO_GAS = np.zeros(())


class Location(NamedTuple):
    """Variability with location, dB: its standard deviation, and what it adds to the loss."""

    sigma: Floats
    loc: Floats


def combine(
    path: PathGeometry,
    zones: ZoneSections,
    asked: Conditions,
    location: Location,
    vertical: Booleans,
) -> PathLoss:
    """Return the prediction; its fields broadcast among themselves, none is larger than needed.

    Parameters
    ----------
    path : PathGeometry
        The paths.
    zones : ZoneSections
        Their land and sea.
    asked : Conditions
        Frequency, percentage of time and climate.
    location : Location
        Variability with location.
    vertical : ndarray of bool
        Whether the polarisation is vertical.

    Returns
    -------
    PathLoss
        Fields that broadcast to the shape of the prediction.
    """
    theta = angular_distance_mrad(path, asked.radius)
    mechanisms = Mechanisms(
        line_of_sight(path, asked.f, asked.p, asked.b0, _NO_GAS),
        diffraction(path, zones, asked, vertical),
        ducting_loss_db(path, zones, radius=asked.radius, b0=asked.b0, f=asked.f, p=asked.p),
        tropospheric_scatter_loss_db(path.d, theta, asked.f, asked.p, asked.n0),
    )
    total = combined(path.d, (theta - 0.3) / 0.3, zones.omega, asked, mechanisms)
    lb = np.maximum(mechanisms.sight.lb0p, total.lb + location.loc)  # eq. (69)
    return PathLoss(
        **shared_fields(path, zones, asked, mechanisms, total),
        location_standard_deviation_db=location.sigma,
        basic_loss_median_location_db=total.lb,
        location_variability_db=location.loc,
        basic_transmission_loss_db=lb,
        vertical=vertical,
    )


def tropospheric_scatter_loss_db(
    d: Floats, theta: Floats, f: Floats, p: Floats, n0: Floats
) -> Floats:
    """Return Lbs, tropospheric scatter not exceeded for p % of time, eqs (44) and (45)."""
    rare = 10.125 * np.log10(50 / p) ** 0.7
    return 190.1 + scatter_beyond_time_db(d, theta, f, n0) - rare
