"""What the checks of a proposed site read: plain records of numbers, words and dates.

No geometry lives here: distances, offsets from runways and inside flags come filled in.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from propagation.compliance.facts import TerrainFacts
from propagation.compliance.records import Confidence

__all__ = [
    "FARTHEST_THRESHOLD_M",
    "FacilityFacts",
    "Instrument",
    "Known",
    "LicenceFacts",
    "MastKind",
    "RunwayFacts",
    "SiteFacts",
    "SupportFacts",
    "ZoneFacts",
]

FARTHEST_THRESHOLD_M: Final = 10_000.0
"""The farthest that a directional facility stands from the threshold that it serves."""


class MastKind(StrEnum):
    """How a structure that carries antennas stands."""

    SELF_SUPPORTING = "self_supporting"
    GUYED = "guyed"
    ROOFTOP = "rooftop"
    CONCEALED = "concealed"


class Known(StrEnum):
    """How far what stands near a site is known."""

    ALL = "all"
    """Everything on record was looked at."""
    WITHHELD = "withheld"
    """What its owners keep confidential was left out."""
    NOTHING = "nothing"
    """No structure at all is on record."""


class Instrument(StrEnum):
    """What a runway is equipped for."""

    VISUAL = "visual"
    NON_PRECISION = "non_precision"
    PRECISION = "precision"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A proposed structure.

    Attributes
    ----------
    height_m : float
        Its top above ground, lightning rod included; of a mast on a building with the building.
    building_height_m : float or None
        Height of the building that it stands on.
    reach_m : float or None
        Horizontal reach of its outermost part from its axis.
    transmits : bool
        Whether antennas are proposed.
    ground_elevation_m : float
        Ground above mean sea level.
    ground_stated : bool
        Whether the request states it; else it is the terrain's.
    terrain : TerrainFacts
        Where the ground comes from where nobody stated it.
    urban : bool or None
        Whether the commune is urban; None where it is not known.
    province_code : str
        The province.
    source : str
        Where all this was read.
    """

    name: str
    longitude: float
    latitude: float
    kind: MastKind
    height_m: float
    building_height_m: float | None
    reach_m: float | None
    transmits: bool
    ground_elevation_m: float
    ground_stated: bool
    terrain: TerrainFacts
    urban: bool | None
    province_code: str
    source: str

    @property
    def top_elevation_m(self) -> float:
        """Return its top above mean sea level."""
        return self.ground_elevation_m + self.height_m

    @property
    def mast_height_m(self) -> float:
        """Return the height of the mast itself, the building taken off."""
        return self.height_m - (self.building_height_m or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunwayFacts:
    """A runway, and where a site lies in its plane.

    Attributes
    ----------
    group : str
        Aerodrome design group, I to V.
    instrument : Instrument
        What it is equipped for.
    military : bool
        Whether the aerodrome is a military one.
    length_m : float
        Between the two thresholds.
    elevations_m : tuple of two floats
        Of the thresholds, above mean sea level.
    aerodrome_elevation_m : float
        Of the aerodrome.
    strip_beyond_m : float
        How far the strip reaches beyond each runway end.
    strip_width_m : float
        Whole width of the strip.
    clearways_m : tuple of two floats
        Length of the clearway beyond each threshold's runway end.
    x_m, y_m : float
        The site: from the first threshold towards the second, and across.
    strip_stated : bool
        Whether the record states the strip; else it is a usual one.
    """

    id: str
    name: str
    group: str
    instrument: Instrument
    military: bool
    length_m: float
    elevations_m: tuple[float, float]
    aerodrome_elevation_m: float
    strip_beyond_m: float
    strip_width_m: float
    clearways_m: tuple[float, float]
    x_m: float
    y_m: float
    source: str = ""
    confidence: Confidence = Confidence.VERIFIED
    strip_stated: bool = True

    @property
    def strip_confidence(self) -> Confidence:
        """Return how well the strip is known: a usual one is recalled."""
        return self.confidence if self.strip_stated else Confidence.RECALLED

    def outward_m(self, end: int) -> float:
        """Return how far out of a threshold the site lies, against the direction of landing.

        Parameters
        ----------
        end : int
            0 the first threshold, 1 the second.
        """
        return -self.x_m if end == 0 else self.x_m - self.length_m

    @property
    def across_m(self) -> float:
        """Return how far from the centreline the site lies."""
        return abs(self.y_m)

    @property
    def nearest_elevation_m(self) -> float:
        """Return the elevation of the runway's point nearest to the site."""
        share = min(max(self.x_m / self.length_m, 0.0), 1.0)
        first, second = self.elevations_m
        return first + share * (second - first)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityFacts:
    """An aeronautical radio facility, and where a site lies from it.

    Attributes
    ----------
    kind : str
        As the rules of building restricted areas name it.
    elevation_m : float or None
        Of the ground at the antenna.
    distance_m : float
        Of the site.
    along_m, across_m : float or None
        The site ahead of the antenna and beside its axis; None where no direction is on record.
    threshold_m : float or None
        From the antenna to the threshold that it serves.
    """

    id: str
    name: str
    kind: str
    elevation_m: float | None
    distance_m: float
    along_m: float | None = None
    across_m: float | None = None
    threshold_m: float | None = None
    source: str = ""
    confidence: Confidence = Confidence.VERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFacts:
    """The licence that an operator hands in.

    Attributes
    ----------
    kind : str
        As the rule names kinds; empty where it is not stated.
    province_codes : tuple of str
        Where it holds; empty for the whole country.
    valid_from, valid_to : date or None
        First and last day; None where it is not stated.
    """

    number: str
    kind: str
    province_codes: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportFacts:
    """A structure that stands near.

    Attributes
    ----------
    height_m : float or None
        Its top above ground, a building under it included.
    usable : bool
        Whether an antenna could hang on it now, if its owner agrees.
    standing : bool
        Whether it was built; else it is planned or approved.
    shareable : bool or None
        Whether its owner offers it; None where that is not known.
    same_operator : bool or None
        Whether it is the applicant's; None where the applicant is not known.
    """

    id: str
    name: str
    owner: str
    distance_m: float
    height_m: float | None
    usable: bool
    standing: bool
    shareable: bool | None
    same_operator: bool | None
    source: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFacts:
    """A zone of a layer, and where a site lies from it.

    Attributes
    ----------
    kind : str
        Kind of the layer.
    inside : bool
        Whether the site lies in it.
    distance_m : float
        To its edge.
    mast_classes : tuple of str
        Classes of masts that it allows; empty where its record names none.
    height_limit_m : float or None
        Height above ground that was agreed for it.
    """

    id: str
    name: str
    kind: str
    inside: bool
    distance_m: float
    mast_classes: tuple[str, ...] = ()
    height_limit_m: float | None = None
    source: str = ""
    confidence: Confidence = Confidence.VERIFIED
