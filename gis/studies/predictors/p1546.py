"""Rec. ITU-R P.1546 in studies: effective heights, clearance angles and sea from the terrain."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gis.curves import CurveTables
from gis.studies.predictors.base import (
    OUTSIDE,
    RECEIVERS,
    Along,
    Check,
    Explained,
    Limits,
    Term,
    first_value,
    named_terms,
    point_distances_km,
    shared,
)
from propagation.area.radial import Emission, Radials
from propagation.itu import p1546, p1812
from propagation.itu.p1546_path import ProfileParameters, profile_parameters
from propagation.itu.p1546_radial import radial_parameters
from propagation.profile import PathProfile

__all__ = ["P1546"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class P1546:
    """Rec. ITU-R P.1546 with terrain, the receiver in rural surroundings.

    Attributes
    ----------
    curves : CurveTables
        The user's copy of the tabulated curves.
    warm_sea : bool
        Whether the sea is warm.
    """

    curves: CurveTables
    warm_sea: bool

    name: ClassVar[str] = "p1546"
    edition: ClassVar[str] = p1546.EDITION
    limits: ClassVar[Limits] = Limits(
        frequencies_mhz=shared(p1546.FREQUENCIES_MHZ, p1812.FREQUENCIES_MHZ),
        distances_km=p1546.DISTANCES_KM,
        transmitter_heights_m=p1546.HEIGHTS_M,
        receiver_heights_m=p1546.HEIGHTS_M,
        time_percents=p1546.TIME_PERCENTS,
        location_percents=p1546.LOCATION_PERCENTS,
        effective_heights_m=(-np.inf, p1546.LARGEST_EFFECTIVE_HEIGHT_M),
        resolutions_m=p1546.RESOLUTIONS_M,
    )
    reads: ClassVar[frozenset[str]] = frozenset({"zones"})
    has_clutter: ClassVar[bool] = True
    slow: ClassVar[bool] = False

    def options(self) -> dict[str, Any]:
        """Return the sea, and which curves they are."""
        return {"warm_sea": self.warm_sea, "curves_sha256": self.curves.sha256}

    def along(self, radials: Radials, emission: Emission, check: Check) -> Along:
        """Predict the loss at every receiver from what the terrain says of its path."""
        check()
        found = radial_parameters(
            radials.step_km,
            radials.terrain_height_m,
            radials.zone,
            transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
            receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
        )
        shape = radials.terrain_height_m.shape
        losses = np.full((len(emission.time_percents), *shape), np.nan)
        points = np.arange(shape[1])
        wanted = self.limits.reaches(point_distances_km(radials)) & (
            points >= radials.first[:, np.newaxis]
        )
        known = wanted & ~np.isnan(found.effective_height_m)
        covered = known & (found.effective_height_m <= p1546.LARGEST_EFFECTIVE_HEIGHT_M)
        asked = ProfileParameters(*(values[covered] for values in found))
        losses[:, covered] = self._losses(asked, emission)
        outside = int(np.count_nonzero(known & ~covered))
        return Along(
            losses, Counter({RECEIVERS: int(np.count_nonzero(covered)), OUTSIDE: outside})
        )

    def over(
        self, profile: PathProfile, centre_latitude_deg: Floats, emission: Emission
    ) -> Floats:
        """Predict the loss of paths; the curves are the same at every latitude."""
        del centre_latitude_deg
        found = profile_parameters(
            profile,
            transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
            receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
        )
        found = ProfileParameters(*np.broadcast_arrays(*found))
        covered = found.effective_height_m <= p1546.LARGEST_EFFECTIVE_HEIGHT_M
        losses = np.full((len(emission.time_percents), covered.size), np.nan)
        asked = ProfileParameters(*(values[covered] for values in found))
        losses[:, covered] = self._losses(asked, emission)
        return losses

    def explain(
        self,
        profile: PathProfile,
        centre_latitude_deg: Floats,
        emission: Emission,
        time_percent: float,
    ) -> Explained:
        """Explain the loss of one path by the fields and corrections of Annex 6."""
        del centre_latitude_deg
        path = profile_parameters(
            profile,
            transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
            receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
        )
        if first_value(path.effective_height_m) > p1546.LARGEST_EFFECTIVE_HEIGHT_M:
            return Explained(np.nan, (), ())
        found = self._fields(path, emission, time_percent)
        return Explained(
            first_value(_equivalent_loss(found.field_strength_dbuvm, emission)),
            named_terms(found.terms(), p1546.TERMS),
            (
                Term("distance_km", "d", "section 2", first_value(path.distance_km)),
                *named_terms(found.parameters(), p1546.PARAMETERS),
                Term("sea_fraction", "–", "section 8", first_value(path.sea_fraction)),
            ),
        )

    def _losses(self, paths: ProfileParameters, emission: Emission) -> Floats:
        """Return the losses that eq. (70) of Rec. ITU-R P.1812 makes the fields of the curves."""
        fields = [
            self._fields(paths, emission, percent, with_steps=False).field_strength_dbuvm
            for percent in emission.time_percents
        ]
        return _equivalent_loss(np.stack(fields), emission)

    def _fields(
        self,
        paths: ProfileParameters,
        emission: Emission,
        time_percent: float,
        *,
        with_steps: bool = True,
    ) -> p1546.FieldPrediction:
        """Return the fields of 1 kW."""
        return p1546.predict_field(
            self.curves.curves,
            **paths._asdict(),
            frequency_mhz=emission.frequencies_mhz[0],
            time_percent=time_percent,
            transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
            receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
            warm_sea=self.warm_sea,
            location_percent=emission.location_percent,
            prediction_resolution_m=emission.prediction_resolution_m,
            surface_refractivity_nunits=emission.surface_refractivity_nunits,
            with_steps=with_steps,
        )


def _equivalent_loss(field_dbuvm: Floats, emission: Emission) -> Floats:
    """Return the loss that eq. (70) of Rec. ITU-R P.1812 makes a field of 1 kW."""
    without_loss = p1812.field_strength_dbuvm(
        0.0, frequency_mhz=emission.frequencies_mhz[0], erp_dbw=30.0
    )
    return np.asarray(without_loss - field_dbuvm)
