"""Lines of cable and duct between structures, the ducts in them, and who lies in each."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shapely import LineString

from gis.register.records import Provenance
from gis.register.structures import Lifecycle

__all__ = ["Cable", "Duct", "Route", "RouteKind"]


class RouteKind(StrEnum):
    """How a line runs."""

    DUCT = "duct"  # tuyến cống bể
    AERIAL = "aerial"  # cáp treo
    BURIED = "buried"  # cáp chôn trực tiếp
    TUNNEL = "tunnel"  # hào, tuy nen
    SUBMARINE = "submarine"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """A line of cable or duct from one structure to the next.

    Attributes
    ----------
    code : str
        The owner's own code; unique for each owner.
    from_id, to_id : str
        The structures at its ends.
    geometry : LineString
        The line, WGS 84.
    length_m : float or None
        Length as built; the length of the geometry is computed beside it.
    """

    id: str
    code: str
    name: str | None = None
    kind: RouteKind
    owner_id: str
    from_id: str
    to_id: str
    geometry: LineString
    length_m: float | None = None
    state: Lifecycle | None = None
    shareable: bool | None = None
    confidential: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Duct:
    """A duct of a line, or a duct within a duct.

    Attributes
    ----------
    route_id : str
        The line.
    parent_id : str or None
        The duct that it lies in.
    inner_diameter_mm : float or None
        Its clear width.
    cables : int
        How many cables it takes.
    """

    id: str
    route_id: str
    code: str
    parent_id: str | None = None
    inner_diameter_mm: float | None = None
    cables: int = 1
    provenance: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Cable:
    """A cable of an organisation in a duct.

    Attributes
    ----------
    name : str
        The organisation's own name of it.
    outer_diameter_mm : float or None
        Its width.
    fibres : int or None
        How many it holds.
    """

    id: str
    duct_id: str
    organisation_id: str
    name: str
    outer_diameter_mm: float | None = None
    fibres: int | None = None
    confidential: bool = True
    valid_from: date | None = None
    valid_to: date | None = None
    provenance: Provenance
