"""Rec. ITU-R P.1812 in studies: the engine of areas, and the paths of points."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gis.studies.predictors.base import (
    Along,
    Check,
    Explained,
    Limits,
    explained,
)
from propagation.area.radial import Emission, Radials, path_losses_db, radial_losses_db
from propagation.itu import p1812
from propagation.profile import PathProfile

__all__ = ["P1812"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class P1812:
    """Rec. ITU-R P.1812, the model of every study that names none."""

    name: ClassVar[str] = "p1812"
    edition: ClassVar[str] = p1812.EDITION
    limits: ClassVar[Limits] = Limits(
        frequencies_mhz=p1812.FREQUENCIES_MHZ,
        distances_km=p1812.DISTANCES_KM,
        resolutions_m=p1812.RESOLUTIONS_M,
    )
    reads: ClassVar[frozenset[str]] = frozenset({"land_cover", "zones"})
    has_clutter: ClassVar[bool] = False
    slow: ClassVar[bool] = False

    def options(self) -> dict[str, Any]:
        """Return that nothing was chosen."""
        return {}

    def along(self, radials: Radials, emission: Emission, check: Check) -> Along:
        """Predict the loss at every receiver in one sweep."""
        check()
        shape = (1, len(emission.time_percents), *radials.terrain_height_m.shape)
        losses = np.full(shape, np.nan, dtype=np.float32)
        radial_losses_db(radials, emission, losses)
        return Along(losses[0], Counter())

    def over(
        self, profile: PathProfile, centre_latitude_deg: Floats, emission: Emission
    ) -> Floats:
        """Predict the loss of paths, each walked to its end as a radial is."""
        losses: Floats = path_losses_db(profile, centre_latitude_deg, emission)[0]
        return losses

    def explain(
        self,
        profile: PathProfile,
        centre_latitude_deg: Floats,
        emission: Emission,
        time_percent: float,
    ) -> Explained:
        """Explain the loss of one path by every loss and parameter of the Recommendation."""
        return explained(_path_loss(profile, centre_latitude_deg, emission, time_percent))


def _path_loss(
    profile: PathProfile, centre_latitude_deg: Floats, emission: Emission, time_percent: float
) -> p1812.PathLoss:
    """Return every loss term of paths for one percentage of time."""
    return p1812.basic_transmission_loss(
        profile,
        frequency_mhz=emission.frequencies_mhz[0],
        time_percent=time_percent,
        transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
        receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
        path_centre_latitude_deg=centre_latitude_deg,
        location_percent=emission.location_percent,
        prediction_resolution_m=emission.prediction_resolution_m,
        polarization=emission.polarization,
        lapse_rate_nunits_per_km=emission.lapse_rate_nunits_per_km,
        surface_refractivity_nunits=emission.surface_refractivity_nunits,
    )
