"""What the drawings of a report show: plain values, filled from studies."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["SiteMark", "SiteView", "SourceMark", "SourceView", "SupportMark", "SupportsView"]


@dataclass(frozen=True, slots=True)
class SiteMark:
    """Something near a proposed site.

    Attributes
    ----------
    kind : str
        `support`, `facility` or `runway`.
    name : str
        Its name.
    distance_m, azimuth_deg : float
        From the site; of a runway to its nearer threshold.
    ends : tuple of (float, float)
        Azimuth and distance of both thresholds of a runway.
    id : str
        Of its record.
    """

    kind: str
    name: str
    distance_m: float
    azimuth_deg: float
    ends: tuple[tuple[float, float], ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteView:
    """What the small map of a proposed site shows.

    Attributes
    ----------
    name : str
        Name of the site.
    longitude, latitude : float
        Where it is, WGS 84 degrees.
    marks : tuple of SiteMark
        What lies near, the nearest first.
    further : int
        How many more there are.
    """

    name: str
    longitude: float
    latitude: float
    marks: tuple[SiteMark, ...]
    further: int = 0


@dataclass(frozen=True, slots=True)
class SourceMark:
    """Something on the map of a search for a source.

    Attributes
    ----------
    kind : str
        `candidate`, `bearing`, `level` or `next`, a proposed measurement.
    azimuth_deg, distance_m : float
        From the receiver that is disturbed.
    bearing_deg : float or None
        Where a bearing points.
    turned : bool
        Whether that is opposite to what was read, as the compass fits reversed.
    """

    kind: str
    azimuth_deg: float
    distance_m: float
    bearing_deg: float | None = None
    turned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """What the map of a search for a source shows, all of it by azimuth and distance.

    Attributes
    ----------
    marks : tuple of SourceMark
        Candidates in the order of their ranks, then bearings, levels, what to measure next.
    ellipse : tuple of (float, float)
        Corners of the ellipse of 95 %; empty without a fix.
    crosses_as_read : bool
        Whether bearings cross there as read; else they do only where compasses are reversed.
    areas : mapping
        Rectangles, four corners each, of where a source outside the register may stand.
    """

    marks: tuple[SourceMark, ...]
    ellipse: tuple[tuple[float, float], ...]
    areas: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]]
    crosses_as_read: bool = True


@dataclass(frozen=True, slots=True)
class SupportMark:
    """A support that a search found, or a place that was chosen.

    Attributes
    ----------
    kind : str
        `fits`, `possible` or `does_not_fit` of a search; `existing` or `new` of a choice.
    azimuth_deg, distance_m : float
        From the middle of what is wanted.
    """

    kind: str
    azimuth_deg: float
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportsView:
    """What the map of a search for supports shows.

    Attributes
    ----------
    study_kind : str
        `sharing` or `best_sites`.
    marks : tuple of SupportMark
        In the order of the table's rows.
    area : tuple of (float, float)
        Azimuth and distance of the corners of what shall be covered; empty where nothing shall.
    """

    study_kind: str
    marks: tuple[SupportMark, ...]
    area: tuple[tuple[float, float], ...] = ()
