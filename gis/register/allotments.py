"""Allotments of television as the register keeps them: one record for each calculation point."""

from dataclasses import dataclass
from datetime import date

from gis.register.records import Provenance

__all__ = ["AllotmentPoint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllotmentPoint:
    """A calculation point of an allotment of television, with what the allotment is.

    The points of one allotment say the same channel and area.

    Attributes
    ----------
    allotment : str
        The allotment that the point is of.
    allotment_name : str or None
        Its name for people.
    frequency_mhz : float
        Centre of its channel.
    area_code : str
        Code of the administrative unit whose outline, as valid on a day, is its area.
    name : str
        Name of the point.
    reference_dbuvm : float
        Field of the reference network there, dB(uV/m), 10 m above ground, 1 % of time.
    """

    id: str
    allotment: str
    allotment_name: str | None = None
    frequency_mhz: float
    area_code: str
    name: str
    longitude: float
    latitude: float
    reference_dbuvm: float
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance
