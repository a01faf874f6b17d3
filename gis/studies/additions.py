"""What may be taken off a predicted field: clutter around the receiver, and the walls of a house.

Rec. ITU-R P.2108, section 3.2, a statistical loss for a receiver below the roofs; and Rec. ITU-R
P.2109, the loss into a building at a horizontal path. Both are percentages of places, not of time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.studies.predictors.base import Predictor, Range, Term, first_value
from gis.studies.requests import Reader
from gis.terrain.ground import Ground
from propagation.itu import p2108, p2109

__all__ = ["ADDITION_INPUTS", "Additions", "additions_asked"]

Floats = NDArray[np.float64]

ADDITION_INPUTS = (
    "clutter_model",
    "clutter_location_percent",
    "building_entry",
    "building_probability_percent",
)
"""Inputs of a request that choose them."""

_NONE = "none"
_P2108 = "p2108"
_LEAST_PERCENT, _MOST_PERCENT = 0.01, 99.99


@dataclass(frozen=True, slots=True)
class Additions:
    """Losses that are added to a model's.

    Attributes
    ----------
    clutter_location_percent : float or None
        Percentage of locations in which the clutter loss of Rec. ITU-R P.2108 is not exceeded;
        None without it.
    building : Building or None
        What houses are made of; None for receivers outdoors.
    building_probability_percent : float
        Percentage of places in houses whose entry loss of Rec. ITU-R P.2109 is not exceeded.
    """

    clutter_location_percent: float | None = None
    building: p2109.Building | None = None
    building_probability_percent: float = 50.0

    @property
    def chosen(self) -> bool:
        """Whether there is any."""
        return self.clutter_location_percent is not None or self.building is not None

    def ranges(self) -> Iterator[tuple[str, Range]]:
        """Yield edition and range of frequencies of each that was chosen."""
        if self.clutter_location_percent is not None:
            yield p2108.EDITION, p2108.TERRESTRIAL_FREQUENCIES_MHZ
        if self.building is not None:
            yield p2109.EDITION, p2109.FREQUENCIES_MHZ

    def require(self, ground: Ground, predictor: Predictor) -> None:
        """Refuse clutter that would be counted twice.

        Raises
        ------
        FormatError
            If the paths carry clutter already, from land cover or a surface model, or the model's
            own curves do.
        """
        if self.clutter_location_percent is None:
            return
        clutter, cover = p2108.EDITION, ground.land_cover
        if predictor.has_clutter:
            raise FormatError("studies.clutter_in_model", clutter=clutter, model=predictor.edition)
        if ground.elevation.surface_model:
            source = ground.elevation.identifier
            raise FormatError("studies.clutter_in_surface", clutter=clutter, source=source)
        if cover is not None and ground.cluttered and "land_cover" in predictor.reads:
            source = cover.identifier
            raise FormatError("studies.clutter_in_land_cover", clutter=clutter, source=source)

    def loss_db(self, frequency_mhz: float, distance_km: Floats) -> Floats:
        """Return what they take off at some distances; NaN nearer than P.2108 reaches."""
        return np.asarray(
            self._clutter_db(frequency_mhz, distance_km)
            + self._building_db(frequency_mhz, distance_km)
        )

    def terms(self, frequency_mhz: float, distance_km: float) -> tuple[Term, ...]:
        """Return each that was chosen as a loss of one path."""
        at, found = np.array([distance_km]), []
        if self.clutter_location_percent is not None:
            clutter = first_value(self._clutter_db(frequency_mhz, at))
            found.append(Term("added_clutter_loss_db", "L_ctt", "P.2108-1, (3)", clutter))
        if self.building is not None:
            entry = first_value(self._building_db(frequency_mhz, at))
            found.append(Term("building_entry_loss_db", "L_BEL", "P.2109-2, (1)", entry))
        return tuple(found)

    def _clutter_db(self, frequency_mhz: float, distance_km: Floats) -> Floats:
        loss = np.zeros(np.shape(distance_km))
        if self.clutter_location_percent is not None:
            shortest = p2108.TERRESTRIAL_SHORTEST_KM
            reached = np.where(distance_km >= shortest - 1e-7, distance_km, np.nan)
            loss += p2108.terrestrial_clutter_loss_db(
                frequency_mhz, np.fmax(reached, shortest) + 0 * reached,
                self.clutter_location_percent,
            )  # fmt: skip
        return loss

    def _building_db(self, frequency_mhz: float, distance_km: Floats) -> Floats:
        loss = np.zeros(np.shape(distance_km))
        if self.building is not None:
            loss += p2109.building_entry_loss_db(
                frequency_mhz, self.building_probability_percent, self.building
            )
        return loss

    def titles(self) -> Iterator[str]:
        """Yield each as captions name it."""
        if self.clutter_location_percent is not None:
            yield f"{p2108.EDITION} ({self.clutter_location_percent:g} %)"
        if self.building is not None:
            made = self.building.value.replace("_", " ")
            yield f"{p2109.EDITION} ({made}, {self.building_probability_percent:g} %)"

    def to_json(self) -> dict[str, Any]:
        """Return them as JSON values."""
        told = asdict(self)
        if self.building is None:
            told["building_probability_percent"] = None
        return told

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Additions":
        """Return what `to_json` wrote."""
        building = written["building"]
        return cls(
            written["clutter_location_percent"],
            None if building is None else p2109.Building(building),
            float(written["building_probability_percent"] or 50.0),
        )


def additions_asked(reader: Reader) -> Additions:
    """Return what a request adds; ADDITION_INPUTS are its names.

    Raises
    ------
    FormatError
        If a choice is none, or a percentage is given without its choice.
    """
    clutter = reader.choice("clutter_model", (_NONE, _P2108), _NONE) == _P2108
    buildings = (_NONE, *(one.value for one in p2109.Building))
    building = reader.choice("building_entry", buildings, _NONE)
    for name, needed, chosen in (
        ("clutter_location_percent", "clutter_model", clutter),
        ("building_probability_percent", "building_entry", building != _NONE),
    ):
        if reader.has(name) and not chosen:
            raise FormatError("studies.percent_of_nothing", name=name, needed=needed)
    limits = _LEAST_PERCENT, _MOST_PERCENT
    percent = reader.number("clutter_location_percent", *limits, 50.0)
    probability = reader.number("building_probability_percent", *limits, 50.0)
    return Additions(
        percent if clutter else None,
        None if building == _NONE else p2109.Building(building),
        50.0 if probability is None else probability,
    )
