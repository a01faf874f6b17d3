"""Hata's formula, that of COST 231, and NTIA's extended Hata, in studies.

The effective height of the base station is that of Rec. ITU-R P.1546, Annex 5, section 3: above
the mean of the terrain between 3 and 15 km on the way to the receiver, as Okumura defined it.
"""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from gis.studies.predictors.base import (
    LIMITED,
    OUTSIDE,
    RECEIVERS,
    WARNED,
    Along,
    Check,
    Explained,
    Limits,
    Range,
    Term,
    each_receiver,
    first_value,
    named_terms,
    point_distances_km,
    shared,
)
from propagation.area.radial import Emission, Radials
from propagation.hata import extended, okumura
from propagation.hata.extended import ExtendedHataLoss, ExtendedHataWarning
from propagation.hata.okumura import Environment
from propagation.itu import p1812
from propagation.itu.p1546_path import profile_parameters
from propagation.itu.p1546_radial import radial_parameters
from propagation.profile import PathProfile, RadioClimaticZone

__all__ = ["Cost231Hata", "ExtendedHata", "OkumuraHata"]

Floats = NDArray[np.float64]

_MEDIAN = (50.0, 50.0)
_REPORT = "TR-15-517"
_BASE_HEIGHT = "P.1546, section 3"
_LIMITED = ExtendedHataWarning.BASE_HEIGHT_LIMITED | ExtendedHataWarning.MOBILE_HEIGHT_LIMITED


def _limits(frequencies_mhz: Range) -> Limits:
    """Return what a formula of Hata covers in its band: medians, in time and over locations."""
    return Limits(
        frequencies_mhz=frequencies_mhz,
        distances_km=okumura.DISTANCES_KM,
        receiver_heights_m=okumura.MOBILE_HEIGHTS_M,
        time_percents=_MEDIAN,
        location_percents=_MEDIAN,
        effective_heights_m=okumura.BASE_HEIGHTS_M,
    )


def _measured(profile: PathProfile, emission: Emission) -> tuple[Floats, Floats]:
    """Return distance and effective height of the base station of paths."""
    found = profile_parameters(
        profile,
        transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
        receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
    )
    distance, height = np.broadcast_arrays(found.distance_km, found.effective_height_m)
    return distance, height


class _Formula(ABC):
    """What the two formulas share: distance and effective height decide."""

    __slots__ = ()

    limits: ClassVar[Limits]
    reads: ClassVar[frozenset[str]] = frozenset()
    has_clutter: ClassVar[bool] = True
    slow: ClassVar[bool] = False
    place: ClassVar[str]

    @abstractmethod
    def _loss_db(self, emission: Emission, distance_km: Floats, height_m: Floats) -> Floats:
        """Return the loss at distances and effective heights that the formula covers."""

    def along(self, radials: Radials, emission: Emission, check: Check) -> Along:
        """Predict the loss at every receiver from its distance and the effective height."""
        check()
        heights = radial_parameters(
            radials.step_km,
            radials.terrain_height_m,
            radials.zone,
            transmitter_height_above_ground_m=emission.transmitter_height_above_ground_m,
            receiver_height_above_ground_m=emission.receiver_height_above_ground_m,
        ).effective_height_m
        distance = np.broadcast_to(point_distances_km(radials), heights.shape)
        first = radials.first[:, np.newaxis]
        wanted = self.limits.reaches(distance) & (np.arange(heights.shape[1]) >= first)
        known = wanted & ~np.isnan(heights)
        losses = np.full((1, *heights.shape), np.nan)
        losses[0, known] = self._covered(emission, distance[known], heights[known])
        without = int(np.count_nonzero(np.isnan(losses[0, known])))
        return Along(
            losses,
            Counter({RECEIVERS: int(np.count_nonzero(known)) - without, OUTSIDE: without}),
        )

    def over(
        self, profile: PathProfile, centre_latitude_deg: Floats, emission: Emission
    ) -> Floats:
        """Predict the loss of paths; the latitude plays no part."""
        del centre_latitude_deg
        return self._covered(emission, *_measured(profile, emission))[np.newaxis]

    def explain(
        self,
        profile: PathProfile,
        centre_latitude_deg: Floats,
        emission: Emission,
        time_percent: float,
    ) -> Explained:
        """Explain the loss of one path: the formula has distance and effective height."""
        del centre_latitude_deg, time_percent
        distance, height = _measured(profile, emission)
        loss = first_value(self._covered(emission, distance, height))
        return Explained(
            loss,
            (Term("basic_transmission_loss_db", "L_p", self.place, loss),),
            (
                Term("distance_km", "d", self.place, first_value(distance)),
                Term("effective_height_m", "h_b", _BASE_HEIGHT, first_value(height)),
                Term(
                    "receiver_height_above_ground_m", "h_m", self.place,
                    emission.receiver_height_above_ground_m,
                ),
            ),
        )  # fmt: skip

    def _covered(self, emission: Emission, distance_km: Floats, height_m: Floats) -> Floats:
        """Return the loss, NaN where the effective height leaves the range."""
        lower, upper = okumura.BASE_HEIGHTS_M
        inside = (height_m >= lower) & (height_m <= upper)
        distance = np.clip(distance_km[inside], *okumura.DISTANCES_KM)  # by less than a millimetre
        losses = np.full(height_m.shape, np.nan)
        losses[inside] = self._loss_db(emission, distance, height_m[inside])
        return losses


@dataclass(frozen=True, slots=True)
class OkumuraHata(_Formula):
    """Hata's formula: medians in time and over locations."""

    environment: Environment

    name: ClassVar[str] = "okumura_hata"
    edition: ClassVar[str] = okumura.OKUMURA_SOURCE
    limits: ClassVar[Limits] = _limits(okumura.OKUMURA_FREQUENCIES_MHZ)
    place: ClassVar[str] = "Hata 1980"

    def options(self) -> dict[str, Any]:
        """Return the surroundings of the receivers."""
        return {"environment": self.environment.value}

    def _loss_db(self, emission: Emission, distance_km: Floats, height_m: Floats) -> Floats:
        return okumura.okumura_hata_loss_db(
            emission.frequencies_mhz[0],
            distance_km,
            base_height_m=height_m,
            mobile_height_m=emission.receiver_height_above_ground_m,
            environment=self.environment,
        )


@dataclass(frozen=True, slots=True)
class Cost231Hata(_Formula):
    """COST 231's formula, in a medium city or suburbs: medians in time and over locations."""

    name: ClassVar[str] = "cost231_hata"
    edition: ClassVar[str] = okumura.COST231_SOURCE
    limits: ClassVar[Limits] = _limits(okumura.COST231_FREQUENCIES_MHZ)
    place: ClassVar[str] = "section 4.4.1"

    def options(self) -> dict[str, Any]:
        """Return that nothing was chosen."""
        return {}

    def _loss_db(self, emission: Emission, distance_km: Floats, height_m: Floats) -> Floats:
        return okumura.cost231_hata_loss_db(
            emission.frequencies_mhz[0],
            distance_km,
            base_height_m=height_m,
            mobile_height_m=emission.receiver_height_above_ground_m,
        )


@dataclass(frozen=True, slots=True)
class ExtendedHata:
    """NTIA's extended Hata: medians in time, with its own corrections for the terrain."""

    environment: Environment

    name: ClassVar[str] = "ehata"
    edition: ClassVar[str] = extended.EDITION
    limits: ClassVar[Limits] = Limits(
        frequencies_mhz=extended.FITTED_FREQUENCIES_MHZ,
        distances_km=extended.DISTANCES_KM,
        transmitter_heights_m=shared(extended.HEIGHTS_M, p1812.HEIGHTS_M),
        receiver_heights_m=okumura.MOBILE_HEIGHTS_M,
        time_percents=_MEDIAN,
    )
    reads: ClassVar[frozenset[str]] = frozenset({"zones"})
    has_clutter: ClassVar[bool] = True
    slow: ClassVar[bool] = True

    def options(self) -> dict[str, Any]:
        """Return the surroundings of the receivers."""
        return {"environment": self.environment.value}

    def along(self, radials: Radials, emission: Emission, check: Check) -> Along:
        """Predict the loss at every receiver, each over its own path."""
        losses = np.full((1, *radials.terrain_height_m.shape), np.nan)
        notes: Counter[str] = Counter()
        for k, rows, profile, _ in each_receiver(radials, self.limits, check):
            found = self._found(profile, emission)
            losses[0, rows, k] = found.basic_transmission_loss_db
            limited = found.warnings & _LIMITED != 0
            notes[RECEIVERS] += rows.size
            notes[LIMITED] += int(np.count_nonzero(limited))
            notes[WARNED] += int(np.count_nonzero(found.warnings & ~_LIMITED != 0))
        return Along(losses, notes)

    def over(
        self, profile: PathProfile, centre_latitude_deg: Floats, emission: Emission
    ) -> Floats:
        """Predict the loss of paths; the latitude plays no part."""
        del centre_latitude_deg
        return self._found(profile, emission).basic_transmission_loss_db[np.newaxis]

    def explain(
        self,
        profile: PathProfile,
        centre_latitude_deg: Floats,
        emission: Emission,
        time_percent: float,
    ) -> Explained:
        """Explain the loss of one path by the corrections for its terrain."""
        del centre_latitude_deg, time_percent
        found = self._found(profile, emission)
        told = (extended.TERMS, extended.PARAMETERS)
        terms, parameters = (
            named_terms({name: getattr(found, name) for name in names}, names) for names in told
        )
        bits = int(first_value(found.warnings))
        return Explained(
            first_value(found.basic_transmission_loss_db),
            terms,
            (
                Term("distance_km", "d", _REPORT, first_value(profile.distance_km[..., -1])),
                *parameters,
            ),
            Counter({LIMITED: int(bits & _LIMITED != 0), WARNED: int(bits & ~_LIMITED != 0)}),
        )

    def _found(self, profile: PathProfile, emission: Emission) -> ExtendedHataLoss:
        points = profile.terrain_height_m.shape[-1]
        return extended.extended_hata_loss(
            profile.terrain_height_m,
            profile.distance_km[..., -1] * 1e3 / (points - 1),
            frequency_mhz=emission.frequencies_mhz[0],
            base_height_m=emission.transmitter_height_above_ground_m,
            mobile_height_m=emission.receiver_height_above_ground_m,
            environment=self.environment,
            location_percent=emission.location_percent,
            over_sea=profile.zone == RadioClimaticZone.SEA,
        )
