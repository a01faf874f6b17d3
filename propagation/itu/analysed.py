"""Paths as Recs. ITU-R P.1812 and P.452 see them before a wave is asked about."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.itu.path_geometry import PathGeometry, analyse
from propagation.itu.path_zones import ZoneSections, zone_sections
from propagation.profile import PathProfile, RadioClimaticZone

__all__ = ["AnalysedPaths", "analysed_paths"]

Floats = NDArray[np.float64]


class AnalysedPaths(NamedTuple):
    """What the ground says about paths; arrays that broadcast to one shape.

    Attributes
    ----------
    geometry : PathGeometry
        Horizons, smooth surfaces, roughness, diffraction parameters.
    zones : ZoneSections
        Sections over land and sea.
    radius_km : ndarray
        Median effective Earth radius.
    receiver_height_above_ground_m : ndarray
        Of the receiving antennas.
    receiver_clutter_height_m : ndarray
        Clutter at the receivers.
    receiver_at_sea : ndarray of bool
        Whether the receivers stand in zone B.
    unknown : ndarray
        NaN where a value of the profile is that enters nothing else, 0 elsewhere.
    """

    geometry: PathGeometry
    zones: ZoneSections
    radius_km: Floats
    receiver_height_above_ground_m: Floats
    receiver_clutter_height_m: Floats
    receiver_at_sea: NDArray[np.bool_]
    unknown: Floats


def analysed_paths(
    profile: PathProfile, htg: Floats, hrg: Floats, radius_km: Floats
) -> AnalysedPaths:
    """Analyse the paths of a profile.

    Parameters
    ----------
    profile : PathProfile
        Paths of shape (..., n).
    htg, hrg : ndarray
        Heights of the antennas above ground, m, broadcasting over (...).
    radius_km : ndarray
        Median effective Earth radius, km, broadcasting over (...).

    Returns
    -------
    AnalysedPaths
        Of the broadcast shape.

    Raises
    ------
    PropagationError
        If a profile has too few points, distances that do not increase, infinite heights or
        unknown zones.
    """
    clutter = np.asarray(profile.clutter_height_m, dtype=np.float64)
    return AnalysedPaths(
        geometry=analyse(profile, htg, hrg, radius_km),
        zones=zone_sections(profile),
        radius_km=radius_km,
        receiver_height_above_ground_m=hrg,
        receiver_clutter_height_m=clutter[..., -1],
        receiver_at_sea=np.asarray(profile.zone)[..., -1] == RadioClimaticZone.SEA,
        unknown=0 * (clutter[..., 0] + clutter[..., -1]),
    )
