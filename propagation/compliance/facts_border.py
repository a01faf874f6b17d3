"""What the check of the border reads: how far another country is, and the field there."""

from dataclasses import dataclass

from propagation.compliance.records import EvidenceKind

__all__ = ["BorderFacts", "BorderPointFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderPointFacts:
    """A point on the border, and the field of the station there.

    Attributes
    ----------
    longitude, latitude : float
        The point, WGS 84 degrees.
    distance_km, azimuth_deg : float
        Distance and bearing from the station.
    tropospheric_dbuvm, steady_dbuvm : float
        Field for 50 % of locations, and 1 % and 50 % of time; NaN where it is not known.
    height_m : float
        Height of the antenna that receives, above ground.
    kind : EvidenceKind
        Prediction or measurement.
    uncertainty_db : float or None
        Expanded uncertainty of a measurement.
    source : str
        Model and edition, or the measurement report.
    """

    longitude: float
    latitude: float
    distance_km: float
    azimuth_deg: float
    tropospheric_dbuvm: float
    steady_dbuvm: float
    height_m: float = 10.0
    kind: EvidenceKind = EvidenceKind.PREDICTION
    uncertainty_db: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderFacts:
    """The border of one country, seen from a station.

    Attributes
    ----------
    country : str
        The country on the other side, as people of both languages read it.
    points : tuple of BorderPointFacts
        Points of its border, one at least, the nearest among them.
    position_uncertainty_km : float
        How far the line drawn may be from the true one.
    official : bool
        Whether the line came from the authority.
    source : str
        Where the line came from.
    erp_dbw : float or None
        Effective radiated power towards the nearest point.
    effective_height_m : float or None
        Effective height of the antenna towards the nearest point.
    effective_height_computed : str or None
        How that height was computed from the terrain; None where it stands in the record.
    points_considered : int
        Of how many points of the line those with a field were chosen.
    """

    country: str
    points: tuple[BorderPointFacts, ...]
    position_uncertainty_km: float
    official: bool
    source: str
    erp_dbw: float | None = None
    effective_height_m: float | None = None
    effective_height_computed: str | None = None
    points_considered: int = 0

    @property
    def considered(self) -> int:
        """Points of the line looked at: those with a field at least."""
        return max(self.points_considered, len(self.points))
