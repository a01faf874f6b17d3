"""One tile of mobile coverage: sites added up one after another, none of them kept.

The field of each transmitter becomes the level of its reference part. The best of one operator's
transmitters on one structure is the level of the site, not known where none of them reaches the
minimum and one of them is not known; sites are counted, and each operator's best level and that of
all are kept.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.raster import Grid
from gis.studies.context import Stage
from gis.studies.emitter import Emitter
from gis.studies.mobile_sites import TIME_PERCENTS
from gis.studies.remarks import Gaps
from gis.studies.tile_field import Layout, TileField, tile_field
from propagation.interference.running import RunningFields
from propagation.mobile import MobileReference, level_dbm

__all__ = ["MobileNetworks", "MobileTile", "Site", "mobile_tile", "sites_of"]

Floats = NDArray[np.float64]

_LAST_PIXELS = 2.0
_KM_PER_DEGREE = 111.195


@dataclass(frozen=True, slots=True)
class Site:
    """The transmitters of one operator on one structure.

    Attributes
    ----------
    operator : int
        Position of the operator.
    positions : tuple of int
        Positions of the transmitters.
    """

    operator: int
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class MobileNetworks:
    """The networks of a study.

    Attributes
    ----------
    emitters : tuple of Emitter
        The transmitters.
    sites : tuple of Site
        Which of them stand together.
    operators : int
        How many operators there are.
    layout : Layout
        How radials lie.
    reference : MobileReference
        Which part of the power is compared with which level.
    """

    emitters: tuple[Emitter, ...]
    sites: tuple[Site, ...]
    operators: int
    layout: Layout
    reference: MobileReference

    def level_dbm(self, position: int, field_dbuvm: ArrayLike) -> Floats:
        """Return the level of a transmitter's reference part in its field."""
        frequency_mhz = self.emitters[position].station.frequency_mhz
        return level_dbm(field_dbuvm, frequency_mhz, self.reference)


@dataclass(frozen=True, slots=True, eq=False)
class MobileTile:
    """What came out of a tile; arrays of shape (height, width).

    Attributes
    ----------
    best : RunningFields
        Of all transmitters: the strongest level, and whose it is.
    sites : RunningFields
        Of the sites: how many reach the minimum.
    operators : tuple of RunningFields
        The same for the sites of each operator.
    gaps : dict
        Where the ground was not known, by the position of the transmitter.
    notes : dict
        What the model noted of its receivers, by the position of the transmitter.
    cut_off : frozenset of int
        Transmitters whose level still reaches the minimum where their reach ends.
    """

    best: RunningFields
    sites: RunningFields
    operators: tuple[RunningFields, ...]
    gaps: dict[int, Gaps]
    notes: dict[int, Counter[str]]
    cut_off: frozenset[int]

    def reaching(self) -> NDArray[np.int32]:
        """Return how many operators reach the minimum."""
        found = np.zeros(self.sites.count.shape, dtype=np.int32)
        for one in self.operators:
            found += one.count > 0
        return found

    def unknown(self) -> NDArray[np.bool_]:
        """Return where nobody is known to reach the minimum, and somebody's level is not known."""
        return np.asarray((self.sites.count == 0) & (self.sites.unknown > 0))


def sites_of(emitters: Sequence[Emitter], operators: Sequence[str]) -> tuple[Site, ...]:
    """Return the sites of transmitters that stand in the order of their operators and structures.

    Parameters
    ----------
    emitters : sequence of Emitter
        The transmitters.
    operators : sequence of str
        Identifiers of the operators.
    """
    order = {name: position for position, name in enumerate(operators)}

    def where(position: int) -> tuple[str, str]:
        station = emitters[position].station
        return station.organisation_id or "", station.structure_id or ""

    return tuple(
        Site(order[operator], tuple(positions))
        for (operator, _), positions in groupby(range(len(emitters)), where)
    )


def mobile_tile(
    networks: MobileNetworks,
    tile: Grid,
    stage: Stage,
) -> MobileTile:
    """Add up the sites of mobile networks on one tile.

    Parameters
    ----------
    networks : MobileNetworks
        The networks.
    tile : Grid
        The pixels.
    stage : Stage
        Its workers predict sites; who listens hears the share that is done.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    minimum = networks.reference.minimum_level_dbm
    best, sites = RunningFields(tile.shape, minimum), RunningFields(tile.shape, minimum)
    operators = tuple(RunningFields(tile.shape, minimum) for _ in range(networks.operators))
    gaps: dict[int, Gaps] = {}
    notes: dict[int, Counter[str]] = {}
    cut_off = set()
    asked = [(site, tile) for site in networks.sites]
    for number, ((site, _), found) in enumerate(stage.spread(_fields, networks, asked)):
        levels = []
        for position, field in found:
            level = networks.level_dbm(position, field.field_dbuvm[0])
            best.add(position, level)
            levels.append(level)
            if field.gaps.missing:
                gaps[position] = field.gaps
            if field.notes:
                notes[position] = field.notes
            if networks.level_dbm(position, field.edge_dbuvm) >= minimum:
                cut_off.add(position)
        if levels:
            together = _site_level(levels, minimum)
            sites.add(number, together)
            operators[site.operator].add(number, together)
    return MobileTile(best, sites, operators, gaps, notes, frozenset(cut_off))


def _site_level(levels: Sequence[Floats], minimum_dbm: float) -> Floats:
    """Return the best level of a site: NaN where none reaches the minimum and one is not known."""
    best: Floats = np.fmax.reduce(levels)
    unknown = np.isnan(levels).any(axis=0) & ~(best >= minimum_dbm)
    return np.where(unknown, np.nan, best)


def _fields(
    networks: MobileNetworks, asked: tuple[Site, Grid], stage: Stage
) -> list[tuple[int, TileField]]:
    """Return the field of each transmitter of a site that reaches a tile.

    Those of one carrier at one height have one loss: it is predicted once, for a power of 0 dBW
    all round, to which the power of each sector towards the pixel is added. A sector's pattern is
    the same at every elevation.
    """

    def path(position: int) -> tuple[float, float]:
        station = networks.emitters[position].station
        return station.frequency_mhz, station.height_above_ground_m or 0.0

    site, tile = asked
    found: list[tuple[int, TileField]] = []
    for _, alike in groupby(sorted(site.positions, key=path), path):
        found += _together(networks, list(alike), tile, stage)
    return found


def _together(
    networks: MobileNetworks, positions: Sequence[int], tile: Grid, stage: Stage
) -> Iterator[tuple[int, TileField]]:
    """Yield the fields of transmitters of one carrier at one height of one structure."""
    first = networks.emitters[positions[0]]
    around = replace(first, station=replace(first.station, antenna=None, erp_total_dbw=0.0))
    found = tile_field(around, tile, networks.layout, TIME_PERCENTS, stage)
    if found is None:
        return
    azimuth, away_km = first.towards(*tile.centres())
    reach_km, level = networks.layout.reach_km, np.zeros(1)
    last = (away_km <= reach_km) & (away_km > reach_km - _LAST_PIXELS * _pixel_km(tile))
    for position in positions:
        field = found.field_dbuvm + networks.emitters[position].erp_dbw(azimuth, level)
        edge = float(np.fmax.reduce(field[0][last], initial=-np.inf))
        values = field.astype(np.float32)
        yield position, replace(found, field_dbuvm=values, edge_dbuvm=edge)


def _pixel_km(tile: Grid) -> float:
    """Return the side of a tile's pixels, near enough."""
    return tile.pixel_height_deg * _KM_PER_DEGREE
