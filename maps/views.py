"""What a map shows: plain values that the caller fills from the register and from studies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gis.register.records import AdministrativeUnit, Boundary, BroadcastStation
from gis.register.siting import PlanningZone
from gis.register.structures import Structure
from gis.register.works import PlannedWork
from gis.studies.ended import Ended
from gis.studies.record import Study
from maps.basemap import DrawnRoads
from maps.figure_views import SiteView, SourceView, SupportsView

__all__ = [
    "ChannelsView",
    "CoverageView",
    "GroundView",
    "InterferenceView",
    "Interferer",
    "JudgedMapView",
    "MobileView",
    "NetworkView",
    "Overlay",
    "Pictures",
    "RegisterView",
    "SourceMapView",
    "StudyView",
    "TileSource",
]

GeoJson = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture that lies on the map.

    Attributes
    ----------
    bounds : tuple of float
        South, west, north, east in degrees; the picture is in Web Mercator between them.
    png : bytes or None
        The picture, embedded in the page when `url` is None.
    url : str or None
        Where the page's own server gives it.
    """

    bounds: tuple[float, float, float, float]
    png: bytes | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundView:
    """The ground that a study was computed over, as its inputs name it.

    Attributes
    ----------
    terrain : str
        The elevation source.
    land_cover : str or None
        The land cover, where there is one.
    clutter_added : bool
        Whether its heights are added to the terrain.
    zones : str or None
        The radio-climatic zones, where they are known.
    remarks : sequence of mapping
        What has to be said, a sentence `vi` and `en` each.
    """

    terrain: str
    land_cover: str | None = None
    clutter_added: bool = False
    zones: str | None = None
    remarks: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """What every study's picture says of itself.

    Attributes
    ----------
    study_id : str
        The study.
    station_name : str
        The station it is about.
    model : str
        Model and edition.
    flat_terrain : bool
        Computed without elevation data; stamped wherever it shows.
    synthetic : bool
        Rests on demonstration data; stamped wherever it shows.
    ground : GroundView or None
        What it was computed over; None where nobody knows.
    """

    study_id: str
    station_name: str
    model: str
    flat_terrain: bool
    synthetic: bool
    ground: GroundView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageView(StudyView):
    """The coverage of one station.

    Attributes
    ----------
    field_strength : Overlay
        Classes of `maps.palette.FIELD_STRENGTH`.
    contours : mapping or None
        GeoJSON feature collection of lines or polygons with `level_dbuvm` in their properties.
    """

    field_strength: Overlay
    contours: GeoJson | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interferer:
    """One station that disturbs another.

    Attributes
    ----------
    rank : int
        Position in the legend, which gives the letter; 0 disturbs, or serves, the largest area.
    name : str
        Name of the station.
    frequency_mhz : float or None
        Its frequency.
    area_km2 : float or None
        Area in which it is the dominant interferer of disturbed reception, or the best server.
    colour : str
        Colour of its areas.
    letters_at : tuple of (float, float)
        Longitude and latitude of its letters, each inside an area of its own.
    mast_at : tuple of float or None
        Longitude and latitude of its mast, None outside the pictures.
    """

    rank: int
    name: str
    frequency_mhz: float | None = None
    area_km2: float | None = None
    colour: str = ""
    letters_at: tuple[tuple[float, float], ...] = ()
    mast_at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterferenceView(StudyView):
    """Where a station is disturbed, and by whom.

    Attributes
    ----------
    dominant : Overlay
        The disturbed area, coloured by the dominant interferer.
    interferers : tuple of Interferer
        Those that dominate somewhere.
    margin : Overlay or None
        Classes of `maps.palette.MARGIN`.
    """

    dominant: Overlay
    interferers: tuple[Interferer, ...]
    margin: Overlay | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView(StudyView):
    """Coverage and interference of a whole network.

    Attributes
    ----------
    strongest : Overlay
        Strongest field, classes of `maps.palette.FIELD_STRENGTH`.
    server : Overlay
        Best server; colours come again after the ninth, not beside each other.
    margin : Overlay
        Strongest field over the nuisance fields of all others, classes of `maps.palette.MARGIN`.
    count : Overlay
        Stations that reach the threshold, classes of `maps.palette.COUNT`.
    interferer : Overlay or None
        Station of the largest nuisance field; each has the colour of its own best served area.
    threshold_dbuvm : float
        What a field must reach to be received.
    servers : tuple of Interferer
        The stations that serve the largest areas, with the area that each serves best.
    further : int
        How many more stations serve some area.
    interferers : tuple of Interferer
        The stations whose nuisance field is the largest somewhere on the picture, with that area.
    """

    strongest: Overlay
    server: Overlay
    margin: Overlay
    count: Overlay
    threshold_dbuvm: float
    servers: tuple[Interferer, ...]
    further: int
    interferer: Overlay | None = None
    interferers: tuple[Interferer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileView(StudyView):
    """Coverage of mobile networks.

    Attributes
    ----------
    technology : str
        Generation of the networks, as people write it.
    minimum_dbm : float
        Level from which there is service.
    server : Overlay
        Best server; colours come again after the ninth, not beside each other.
    level : Overlay
        Strongest level, classes of `maps.palette.mobile_level`.
    sites, operators : Overlay
        How many sites, and how many operators, reach the minimum: classes of
        `maps.palette.SITES` and `maps.palette.OPERATORS`, whose first class is a gap.
    by_operator : tuple of (str, Overlay)
        Name and strongest level of each operator.
    servers : tuple of Interferer
        The transmitters that serve the largest areas.
    further : int
        How many more transmitters serve some area.
    """

    technology: str
    minimum_dbm: float
    server: Overlay
    level: Overlay
    sites: Overlay
    operators: Overlay
    by_operator: tuple[tuple[str, Overlay], ...]
    servers: tuple[Interferer, ...]
    further: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelsView(StudyView):
    """On which channels a new transmitter could stand.

    Attributes
    ----------
    count : Overlay
        How many channels pass, classes of `maps.palette.CHANNELS`.
    margin : Overlay
        Margin of the best channel, classes of `maps.palette.CHANNEL_MARGIN`.
    channels : tuple of (float, Overlay)
        Carrier in MHz and margin of some channels, those that pass over the largest areas first.
    reserve_db : float
        Margin with which a channel passes.
    """

    count: Overlay
    margin: Overlay
    channels: tuple[tuple[float, Overlay], ...]
    reserve_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMapView(StudyView):
    """A search for the source of an interference on a map.

    Attributes
    ----------
    asked, results, observed : mapping
        Of the study's record: the receiver, what was found, what was observed.
    stations : mapping
        Records of the stations that candidates are made of, by their ids.
    places : Overlay
        Where a source outside the register may stand, by all that was observed: classes of
        `maps.palette.CREDIBLE`.
    levels : Overlay or None
        The same by the levels alone; None where there are none.
    bounds : tuple of float
        South, west, north, east of what the map opens on.
    """

    asked: Mapping[str, Any]
    results: Mapping[str, Any]
    observed: Mapping[str, Any]
    stations: Mapping[str, Mapping[str, Any]]
    places: Overlay
    levels: Overlay | None
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMapView(StudyView):
    """A proposed site, or one station, on a map with what the findings of its study name.

    Attributes
    ----------
    study : Study
        The study.
    bounds : tuple of float
        South, west, north, east of what the map opens on.
    looked_km : float or None
        Radius of the circle in which the study says how much its antennas would cover.
    """

    study: Study
    bounds: tuple[float, float, float, float]
    looked_km: float | None = None


Pictures = (
    CoverageView | MobileView | NetworkView | ChannelsView | SiteView | SourceView | SupportsView
)
"""Pictures of a study that its report shows."""


@dataclass(frozen=True, slots=True)
class TileSource:
    """A background map that an administrator has switched on; there is none by default.

    Attributes
    ----------
    url : str
        Address of a tile, with `{z}`, `{x}` and `{y}` in it.
    attribution : str
        Who is named for it.
    deepest : int
        The last level that it has; nearer, its pictures are made larger.
    drawn : bool
        Whether it is drawn here, of vector tiles, so that its colours may be turned at night.
    """

    url: str
    attribution: str
    deepest: int = 19
    drawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterView:
    """Everything one map page shows.

    Attributes
    ----------
    title : str
        Title of the page.
    jurisdiction : str
        Name of the province, in the language of the page.
    on : date
        Day for which the register is shown.
    structures, stations, boundaries, units, works : sequence of records
        What the caller may see, already chosen by its role.
    ended : mapping
        What ended of the papers of a station, by its identifier.
    organisations : mapping
        Name of each organisation by its identifier.
    coverage, interference, network, mobile, channels, source, judged : view or None
        A study's pictures.
    zones : sequence of PlanningZone
        Water and railways, for the map's own background.
    roads : DrawnRoads or None
        Roads, for the same.
    tiles : TileSource or None
        Background map, off by default: a closed network has none.
    chosen : str or None
        The structure that the page is about, drawn as chosen.
    """

    title: str
    jurisdiction: str
    on: date
    structures: Sequence[Structure] = ()
    stations: Sequence[BroadcastStation] = ()
    boundaries: Sequence[Boundary] = ()
    units: Sequence[AdministrativeUnit] = ()
    works: Sequence[PlannedWork] = ()
    ended: Mapping[str, Ended] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)
    coverage: CoverageView | None = None
    interference: InterferenceView | None = None
    network: NetworkView | None = None
    mobile: MobileView | None = None
    channels: ChannelsView | None = None
    source: SourceMapView | None = None
    judged: JudgedMapView | None = None
    zones: Sequence[PlanningZone] = ()
    roads: DrawnRoads | None = None
    tiles: TileSource | None = None
    chosen: str | None = None

    @property
    def studies(self) -> tuple[StudyView, ...]:
        """The studies whose pictures are shown."""
        pictures = (self.coverage, self.interference, self.network, self.mobile, self.channels)
        every: tuple[StudyView | None, ...] = (*pictures, self.source, self.judged)
        return tuple(one for one in every if one is not None)

    @property
    def synthetic(self) -> bool:
        """Whether anything shown is demonstration data."""
        sources = [r.provenance for r in self.structures] + [r.provenance for r in self.stations]
        sources += [one.provenance for one in self.works]
        sources += [one.provenance for one in self.zones]
        if self.roads is not None and self.roads.synthetic:
            return True
        return any(source.synthetic for source in sources) or any(
            s.synthetic for s in self.studies
        )

    @property
    def flat_terrain(self) -> bool:
        """Whether any picture was computed without elevation data."""
        return any(s.flat_terrain for s in self.studies)
