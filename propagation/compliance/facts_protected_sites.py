"""What the check of protected sites reads: monitoring stations, and who lives near the mast."""

from dataclasses import dataclass

from propagation.compliance.records import EvidenceKind

__all__ = ["MonitoringFacts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringFacts:
    """A monitoring station of the frequency authority, and the field of the station judged there.

    Attributes
    ----------
    longitude, latitude, height_m : float
        The monitoring station's antenna; height above ground.
    distance_km : float
        Distance from the station judged.
    field_dbuvm : float
        Field for 50 % of locations and of time; NaN where it is not known.
    kind : EvidenceKind
        Prediction or measurement.
    uncertainty_db : float or None
        Expanded uncertainty of a measurement.
    source : str
        Model and edition, or the measurement report.
    """

    id: str
    name: str
    longitude: float
    latitude: float
    distance_km: float
    field_dbuvm: float
    height_m: float = 10.0
    kind: EvidenceKind = EvidenceKind.PREDICTION
    uncertainty_db: float | None = None
    source: str = ""
