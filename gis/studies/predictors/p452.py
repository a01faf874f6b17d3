"""Rec. ITU-R P.452 in studies: paths analysed in a sweep along each radial, or one by one."""

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
    each_receiver,
    explained,
    shared,
)
from propagation.area.paths import radial_paths
from propagation.area.radial import Emission, Radials
from propagation.geometry import effective_earth_radius_km
from propagation.itu import p452, p1812
from propagation.profile import PathProfile

__all__ = ["P452"]

Floats = NDArray[np.float64]

_VALUES_AT_ONCE = 20_000  # of radials between two looks at whether it was cancelled


@dataclass(frozen=True, slots=True)
class P452:
    """Rec. ITU-R P.452 in clear air; it knows the median over locations only."""

    name: ClassVar[str] = "p452"
    edition: ClassVar[str] = p452.EDITION
    limits: ClassVar[Limits] = Limits(
        frequencies_mhz=shared(p452.FREQUENCIES_MHZ, p1812.FREQUENCIES_MHZ),
        distances_km=p452.DISTANCES_KM,
        time_percents=p452.TIME_PERCENTS,
        location_percents=(50.0, 50.0),
    )
    reads: ClassVar[frozenset[str]] = frozenset({"land_cover", "zones"})
    has_clutter: ClassVar[bool] = False
    slow: ClassVar[bool] = True

    def options(self) -> dict[str, Any]:
        """Return that nothing was chosen."""
        return {}

    def along(self, radials: Radials, emission: Emission, check: Check) -> Along:
        """Predict the loss at every receiver.

        Where clutter stands within 50 m of a receiver, and is left out for it alone, each receiver
        has a path of its own; elsewhere the paths of a radial are analysed together.
        """
        shape = radials.terrain_height_m.shape
        losses = np.full((len(emission.time_percents), *shape), np.nan)
        if radials.step_km < p452.CLEAR_OF_CLUTTER_KM and np.any(radials.clutter_height_m):
            for k, rows, profile, latitude in each_receiver(radials, self.limits, check):
                losses[:, rows, k] = self.over(profile, latitude, emission)
            return Along(losses, Counter())
        at_once = max(1, _VALUES_AT_ONCE // shape[1])
        for begin in range(0, shape[0], at_once):
            check()
            part = slice(begin, begin + at_once)
            found = radial_paths(
                radials.part(part),
                emission.transmitter_height_above_ground_m,
                emission.receiver_height_above_ground_m,
                float(effective_earth_radius_km(emission.lapse_rate_nunits_per_km)),
            )
            loss = p452.loss_of_paths(
                found.paths,
                frequency_mhz=emission.frequencies_mhz[0],
                time_percent=np.array(emission.time_percents)[:, np.newaxis],
                path_centre_latitude_deg=found.centre_latitude_deg,
                surface_refractivity_nunits=emission.surface_refractivity_nunits,
                polarization=emission.polarization,
            )
            losses[:, begin + found.radial, found.point] = loss.basic_transmission_loss_db
        return Along(losses, Counter())

    def over(
        self, profile: PathProfile, centre_latitude_deg: Floats, emission: Emission
    ) -> Floats:
        """Predict the loss of paths."""
        percents = np.array(emission.time_percents)[:, np.newaxis]
        found = _path_loss(profile, centre_latitude_deg, emission, percents)
        return found.basic_transmission_loss_db

    def explain(
        self,
        profile: PathProfile,
        centre_latitude_deg: Floats,
        emission: Emission,
        time_percent: float,
    ) -> Explained:
        """Explain the loss of one path by every loss and parameter of the Recommendation."""
        return explained(
            _path_loss(profile, centre_latitude_deg, emission, np.array(time_percent))
        )


def _path_loss(
    profile: PathProfile, centre_latitude_deg: Floats, emission: Emission, time_percent: Floats
) -> p452.PathLoss:
    return p452.basic_transmission_loss(
        profile,
        frequency_mhz=emission.frequencies_mhz[0],
        time_percent=time_percent,
        transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
        receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
        path_centre_latitude_deg=centre_latitude_deg,
        lapse_rate_nunits_per_km=emission.lapse_rate_nunits_per_km,
        surface_refractivity_nunits=emission.surface_refractivity_nunits,
        polarization=emission.polarization,
    )
