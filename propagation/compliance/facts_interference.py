"""What the checks of interference read: nuisance fields at test points, contours that meet, areas.

Fields, contours and areas come filled in by whoever has a map.
"""

import math
from dataclasses import dataclass

from propagation.compliance.facts import AZIMUTHS, BoundaryFacts, StationFacts
from propagation.errors import PropagationError
from propagation.interference.bs412 import Area

__all__ = [
    "AreaFacts",
    "AreaShare",
    "ContourFacts",
    "ContourPair",
    "NuisancePoint",
    "ReceptionFacts",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class NuisancePoint:
    """A test point of a wanted station, with what every other station does there.

    Attributes
    ----------
    wanted_dbuvm : float
        Wanted field, 50 % of locations and of time; NaN where it is not known.
    nuisance_dbuvm : tuple of float
        Governing nuisance field of each other station, in the order of
        `ReceptionFacts.others`: unwanted field + protection ratio - discrimination, the larger of
        steady and tropospheric. -inf contributes nothing, NaN is not known.
    distance_km, azimuth_deg : float or None
        Where the point lies, from the wanted station.
    height_m : float
        Height of the antenna that receives, above ground.
    area : Area
        Surroundings of the point.
    source : str
        Model and edition.
    boundary : BoundaryFacts or None
        Where it lies in relation to the wanted station's own province; outside it the station is
        not protected.
    """

    name: str
    longitude: float
    latitude: float
    wanted_dbuvm: float
    nuisance_dbuvm: tuple[float, ...]
    distance_km: float | None = None
    azimuth_deg: float | None = None
    height_m: float = 10.0
    area: Area = Area.RURAL
    source: str = ""
    boundary: BoundaryFacts | None = None

    @property
    def known(self) -> bool:
        """Whether the wanted field and every nuisance field are."""
        return not any(math.isnan(one) for one in (self.wanted_dbuvm, *self.nuisance_dbuvm))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionFacts:
    """A station that is received, its test points, and who may disturb it there.

    Attributes
    ----------
    wanted : StationFacts
        The station received.
    others : tuple of StationFacts
        Every other station, in one order for all points.
    points : tuple of NuisancePoint
        Up to 36 test points.
    unknown : tuple of StationFacts
        Who may disturb it too and whose field cannot be computed: within reach, at a spacing that
        counts. The station itself is among them where its own cannot.

    Raises
    ------
    PropagationError
        If there are more points, or a point has not one nuisance field for each station.
    """

    wanted: StationFacts
    others: tuple[StationFacts, ...]
    points: tuple[NuisancePoint, ...]
    unknown: tuple[StationFacts, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what does not fit."""
        if len(self.points) > AZIMUTHS:
            raise PropagationError(
                f"{self.wanted.id}: at most {AZIMUTHS} test points, not {len(self.points)}"
            )
        for point in self.points:
            if len(point.nuisance_dbuvm) != len(self.others):
                raise PropagationError(
                    f"{self.wanted.id}, {point.name}: {len(point.nuisance_dbuvm)} nuisance fields "
                    f"for {len(self.others)} stations"
                )

    def position(self, station_id: str) -> int | None:
        """Return where a station stands among the others, None if it does not."""
        ids = [other.id for other in self.others]
        return ids.index(station_id) if station_id in ids else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContourFacts:
    """Protected contour of one station against interfering contour of another.

    Attributes
    ----------
    protected_dbuvm, interfering_dbuvm, time_percent : float
        The thresholds that the contours were drawn for.
    protected_area_km2 : float or None
        Area inside the protected contour; None where it was not drawn, as the unwanted field
        reaches the interfering one nowhere near it.
    overlap_area_km2 : float
        Of that area, what lies inside the interfering contour.
    depth_km : float
        How far the interfering contour reaches into the protected one where it reaches deepest;
        0 where it does not reach in.
    azimuth_deg : float
        From the wanted station towards that place.
    longitude, latitude : float
        That place.
    excess_db : float or None
        Largest unwanted field inside the protected contour over the interfering field; below 0
        where the two do not overlap; None where none was computed: it cannot matter.
    height_m : float
        Height of the antenna that receives, above ground.
    source : str
        Model and edition.
    """

    protected_dbuvm: float
    interfering_dbuvm: float
    time_percent: float
    protected_area_km2: float | None
    overlap_area_km2: float
    depth_km: float
    azimuth_deg: float
    longitude: float
    latitude: float
    excess_db: float | None = None
    height_m: float = 10.0
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContourPair:
    """Another station within reach, and the contours of the two.

    Attributes
    ----------
    other : StationFacts
        The other station.
    distance_km : float
        Distance between the two.
    received : tuple of ContourFacts
        Own protected contour against its interfering one, for each threshold of the rule; empty
        where they could not be drawn.
    caused : tuple of ContourFacts
        Its protected contour against the own interfering one.
    """

    other: StationFacts
    distance_km: float
    received: tuple[ContourFacts, ...] = ()
    caused: tuple[ContourFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaShare:
    """A part of a station's interfered area: of one commune, or by one interferer.

    Attributes
    ----------
    id, name : str
        Code and name of the commune, or the station's.
    area_km2 : float
        Interfered area.
    population : float or None
        People there, where a density is known.
    """

    id: str
    name: str
    area_km2: float
    population: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaFacts:
    """Areas and people of one station's service.

    Attributes
    ----------
    wanted : StationFacts
        The station received.
    covered_km2, interfered_km2 : float
        Area above the minimum field; of it the area below the usable field.
    newly_interfered_km2 : float or None
        Of that, what one station (the one judged, or an application) takes away.
    unknown_km2 : float
        Area without a field, in no total.
    unknown : tuple of StationFacts
        Who may disturb it too and whose field cannot be computed; the station itself among them
        where its own cannot.
    covered_population, interfered_population, newly_interfered_population : float or None
        People there; None where no density was given.
    communes : tuple of AreaShare
        The communes with interfered (newly interfered) area, the largest first.
    interferers : tuple of AreaShare
        The interfered area by dominant station, the largest first.
    cell_km : float
        Side of the cells.
    longitude, latitude : float or None
        The worst place, to be measured: where the margin is least.
    source : str
        Model and edition.
    """

    wanted: StationFacts
    covered_km2: float
    interfered_km2: float
    cell_km: float
    newly_interfered_km2: float | None = None
    unknown_km2: float = 0.0
    unknown: tuple[StationFacts, ...] = ()
    covered_population: float | None = None
    interfered_population: float | None = None
    newly_interfered_population: float | None = None
    communes: tuple[AreaShare, ...] = ()
    interferers: tuple[AreaShare, ...] = ()
    longitude: float | None = None
    latitude: float | None = None
    height_m: float = 10.0
    source: str = ""
