"""Roads of the map's own background, as a department brought them in."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shapely import LineString

from gis.register.records import Provenance

__all__ = ["Road", "RoadKind"]


class RoadKind(StrEnum):
    """What a road is, the largest first."""

    EXPRESSWAY = "expressway"
    NATIONAL = "national"
    PROVINCIAL = "provincial"
    DISTRICT = "district"
    COMMUNE = "commune"
    STREET = "street"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Road:
    """A stretch of a road.

    Attributes
    ----------
    code : str or None
        Its number, for example QL.1.
    geometry : LineString
        Where it runs, WGS 84.
    """

    id: str
    kind: RoadKind
    code: str | None = None
    name: str | None = None
    geometry: LineString
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance
