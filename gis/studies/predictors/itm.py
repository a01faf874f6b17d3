"""The Irregular Terrain Model in studies: a sweep along each radial, a profile to each point."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gis.studies.predictors.base import (
    RECEIVERS,
    WARNED,
    Along,
    Check,
    Explained,
    Limits,
    Term,
    first_value,
    named_terms,
    shared,
)
from propagation.area.radial import Emission, Radials
from propagation.itm import prediction as itm
from propagation.itm.radial import USUAL_EVERY, radial_loss
from propagation.itm.records import (
    PARAMETERS,
    TERMS,
    Conditions,
    ItmLoss,
    PropagationMode,
    RadioClimate,
    TimeLocationSituation,
)
from propagation.itu import p1812
from propagation.profile import PathProfile, Polarization

__all__ = ["Irregularity", "Itm"]

Floats = NDArray[np.float64]

_OWN_NAMES = {
    "transmitter_effective_height_m": "transmitter_height_above_plane_m",
    "receiver_effective_height_m": "receiver_height_above_plane_m",
}
"""Where a name would mean another height in the Recommendations."""

_VALUES_AT_ONCE = 20_000  # of a sweep between two looks at whether it was cancelled


class Irregularity(StrEnum):
    """Where the irregularity of the terrain is that of the receiver's own path, in an area."""

    EXACT = "exact"
    """At every receiver."""
    INTERPOLATED = "interpolated"
    """At some, and interpolated between: `propagation.itm.radial` says how far off that is."""


@dataclass(frozen=True, slots=True)
class Itm:
    """The Irregular Terrain Model, broadcast mode, at 50 % of situations.

    Of a mixed polarisation the smaller loss of the two counts, as in Rec. ITU-R P.1812.

    Attributes
    ----------
    climate : RadioClimate
        Radio climate.
    irregularity : Irregularity
        Of the receivers of an area; that of a single path is always exact.
    """

    climate: RadioClimate
    irregularity: Irregularity = Irregularity.EXACT

    name: ClassVar[str] = "itm"
    edition: ClassVar[str] = itm.EDITION
    limits: ClassVar[Limits] = Limits(
        frequencies_mhz=shared(itm.FREQUENCIES_MHZ, p1812.FREQUENCIES_MHZ),
        distances_km=itm.DISTANCES_KM,
        transmitter_heights_m=shared(itm.HEIGHTS_M, p1812.HEIGHTS_M),
        receiver_heights_m=shared(itm.HEIGHTS_M, p1812.HEIGHTS_M),
    )
    reads: ClassVar[frozenset[str]] = frozenset()
    has_clutter: ClassVar[bool] = False
    slow: ClassVar[bool] = False

    def options(self) -> dict[str, Any]:
        """Return the climate, and the irregularity where it is not exact."""
        if self.irregularity is Irregularity.EXACT:
            return {"climate": self.climate.value}
        return {"climate": self.climate.value, "irregularity": self.irregularity.value}

    def along(self, radials: Radials, emission: Emission, check: Check) -> Along:
        """Predict the loss at every receiver, a sweep for each percentage of time."""
        shape = radials.terrain_height_m.shape
        losses = np.full((len(emission.time_percents), *shape), np.nan)
        warned = np.zeros(shape, dtype=np.bool_)
        at_once = max(1, _VALUES_AT_ONCE // shape[1])
        every = 1 if self.irregularity is Irregularity.EXACT else USUAL_EVERY
        for first in range(0, shape[0], at_once):
            part = slice(first, first + at_once)
            for row, percent in enumerate(emission.time_percents):
                for conditions in self._conditions(emission, percent):
                    check()
                    found = radial_loss(
                        radials.terrain_height_m[part],
                        radials.step_km * 1e3,
                        conditions,
                        irregularity_every=every,
                    )
                    losses[row, part] = np.fmin(
                        losses[row, part], found.basic_transmission_loss_db
                    )
                    warned[part] |= found.warnings != 0
        wanted = np.arange(shape[1]) >= radials.first[:, np.newaxis]
        known = wanted & ~np.isnan(losses[0])
        counts = {RECEIVERS: known, WARNED: known & warned}
        return Along(
            losses, Counter({name: int(np.count_nonzero(one)) for name, one in counts.items()})
        )

    def over(
        self, profile: PathProfile, centre_latitude_deg: Floats, emission: Emission
    ) -> Floats:
        """Predict the loss of paths; the air is that of the climate, whatever the latitude."""
        del centre_latitude_deg
        return np.stack(
            [
                np.min(
                    [
                        found.basic_transmission_loss_db
                        for found in self._found(profile, emission, percent)
                    ],
                    axis=0,
                )
                for percent in emission.time_percents
            ]
        )

    def explain(
        self,
        profile: PathProfile,
        centre_latitude_deg: Floats,
        emission: Emission,
        time_percent: float,
    ) -> Explained:
        """Explain the loss of one path by mode, attenuation and variability."""
        del centre_latitude_deg
        found = min(
            self._found(profile, emission, time_percent),
            key=lambda one: first_value(one.basic_transmission_loss_db),
        )
        mode = PropagationMode(int(first_value(found.mode))).name.lower()
        values = {name: getattr(found, name) for name in (*TERMS, *PARAMETERS)}
        return Explained(
            first_value(found.basic_transmission_loss_db),
            named_terms({name: values[name] for name in TERMS}, TERMS),
            (
                Term("propagation_mode", "–", "section 4", mode),
                *(
                    term._replace(name=_OWN_NAMES.get(term.name, term.name))
                    for term in named_terms(
                        {name: values[name] for name in PARAMETERS}, PARAMETERS
                    )
                ),
            ),
            Counter({WARNED: int(first_value(found.warnings) != 0)}),
        )

    def _found(
        self, profile: PathProfile, emission: Emission, time_percent: float
    ) -> Iterator[ItmLoss]:
        """Yield the loss of paths, for each plane of polarisation."""
        points = profile.terrain_height_m.shape[-1]
        step_m = profile.distance_km[..., -1] * 1e3 / (points - 1)
        for conditions in self._conditions(emission, time_percent):
            yield itm.point_to_point_loss(profile.terrain_height_m, step_m, conditions)

    def _conditions(self, emission: Emission, time_percent: float) -> Iterator[Conditions]:
        """Yield what is asked, for each plane of polarisation."""
        mixed = emission.polarization is Polarization.MIXED
        planes = (Polarization.HORIZONTAL, Polarization.VERTICAL)
        for plane in planes if mixed else (emission.polarization,):
            yield Conditions(
                frequency_mhz=emission.frequencies_mhz[0],
                transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
                receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
                surface_refractivity_nunits=emission.surface_refractivity_nunits,
                climate=self.climate,
                polarization=plane,
                statistics=TimeLocationSituation(time_percent, emission.location_percent),
            )
