"""One tile of a network: every station in reach added up, nothing kept that grows with them.

First each station's field is added to the strongest so far, and put aside in a file; then, with
the best server of each pixel known, what each other station asks of it is added up as a nuisance
field. The file lies on disk and goes with the tile.
"""

from collections import Counter
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.raster import Grid
from gis.studies.context import Stage
from gis.studies.emitter import Emitter
from gis.studies.remarks import Gaps
from gis.studies.tile_field import Layout, TileField, tile_field
from propagation.interference.bs412 import (
    Persistence,
    ProtectionTable,
    Reception,
    protection_ratio_db,
)
from propagation.interference.nuisance import nuisance_field_dbuvm
from propagation.interference.running import NOBODY, RunningFields, RunningNuisance

__all__ = ["TIME_PERCENTS", "NetworkTile", "Stations", "spill_bytes", "tile_of"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TIME_PERCENTS = (50.0, 1.0)
"""Wanted and steady fields, tropospheric fields (Rec. ITU-R BS.412-9)."""


@dataclass(frozen=True, slots=True, eq=False)
class Stations:
    """The stations of a network and how they are compared.

    Attributes
    ----------
    emitters : tuple of Emitter
        In the order in which they are added, at 50 % of locations: what they ask of others.
    serving : tuple of Emitter
        The same at the percentage of locations at which they serve.
    layout : Layout
        How their radials lie.
    table : ProtectionTable
        What a nuisance field is.
    threshold_dbuvm : float
        What a field must reach to be received.
    """

    emitters: tuple[Emitter, ...]
    serving: tuple[Emitter, ...]
    layout: Layout
    table: ProtectionTable
    threshold_dbuvm: float

    def frequencies_khz(self) -> Floats:
        """Return the carriers, to the hertz."""
        carriers = [emitter.station.frequency_mhz for emitter in self.emitters]
        return np.round(np.array(carriers, dtype=np.float64) * 1e3, 3)

    def receptions(self) -> NDArray[np.int64]:
        """Return how each is received, as positions in `Reception`."""
        order = [reception.value for reception in Reception]
        return np.array([order.index(one.station.reception.value) for one in self.emitters])


@dataclass(frozen=True, slots=True, eq=False)
class NetworkTile:
    """What came out of a tile; arrays of shape (height, width).

    Attributes
    ----------
    strongest_dbuvm : ndarray
        Strongest field at 50 % of time, NaN where none.
    server, dominant : ndarray of int32
        Positions of the best server and of the largest nuisance, NOBODY where none.
    count, unknown : ndarray of int32
        Stations at or above the threshold, and stations in reach whose field is not known.
    usable_dbuvm : ndarray
        Power sum of the nuisance fields, -inf where none.
    gaps : dict
        Where the ground was not known, by the position of the station.
    notes : dict
        What the model noted of its receivers, by the position of the station.
    cut_off : frozenset of int
        Stations whose field still reaches the threshold where their reach ends.
    """

    strongest_dbuvm: Floats
    server: NDArray[np.int32]
    dominant: NDArray[np.int32]
    count: NDArray[np.int32]
    unknown: NDArray[np.int32]
    usable_dbuvm: Floats
    gaps: dict[int, Gaps]
    notes: dict[int, Counter[str]]
    cut_off: frozenset[int]


def spill_bytes(side: int, stations: int) -> int:
    """Return the largest size of what a tile puts aside on disk."""
    return side * side * stations * len(TIME_PERCENTS) * np.dtype(np.float32).itemsize


def tile_of(stations: Stations, tile: Grid, stage: Stage) -> NetworkTile:
    """Add up the stations of a network on one tile.

    Parameters
    ----------
    stations : Stations
        The network.
    tile : Grid
        The pixels.
    stage : Stage
        Of a context with one worker; asked several times a second whether to stop, and told how
        many of the stations were added up.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    fields = RunningFields(tile.shape, stations.threshold_dbuvm)
    gaps: dict[int, Gaps] = {}
    notes: dict[int, Counter[str]] = {}
    cut_off = set()
    with TemporaryFile(dir=stage.context.scratch) as aside:
        for index, emitter in enumerate(stations.emitters):
            stage.report(index / len(stations.emitters))
            found = tile_field(emitter, tile, stations.layout, TIME_PERCENTS, stage)
            if found is not None:
                served = _serving(stations, index, found, tile, stage)
                fields.add(index, served.field_dbuvm[0])
                found.field_dbuvm.tofile(aside)
                gaps[index], notes[index] = found.gaps, found.notes
                if served.edge_dbuvm >= stations.threshold_dbuvm:
                    cut_off.add(index)
        aside.seek(0)
        nuisance = _nuisance(stations, fields.server_index, tuple(gaps), aside, stage)
    return NetworkTile(
        strongest_dbuvm=fields.strongest_db,
        server=fields.server_index,
        dominant=nuisance.dominant_index,
        count=fields.count,
        unknown=fields.unknown,
        usable_dbuvm=nuisance.power_sum_dbuvm,
        gaps={index: found for index, found in gaps.items() if found.missing},
        notes={index: found for index, found in notes.items() if found},
        cut_off=frozenset(cut_off),
    )


def _serving(
    stations: Stations, index: int, found: TileField, tile: Grid, stage: Stage
) -> TileField:
    """Return the field that a station serves with, at its own percentage of locations."""
    emitter = stations.serving[index]
    if emitter.settings == stations.emitters[index].settings:
        return found
    served = tile_field(emitter, tile, stations.layout, TIME_PERCENTS[:1], stage)
    return found if served is None else served


def _nuisance(
    stations: Stations,
    server: NDArray[np.int32],
    order: tuple[int, ...],
    aside: Any,
    stage: Stage,
) -> RunningNuisance:
    """Add up what the others ask of each pixel's best server, from the fields put aside."""
    running = RunningNuisance(server.shape)
    carriers, receptions = stations.frequencies_khz(), stations.receptions()
    served = server != NOBODY
    wanted_khz, wanted = carriers[server], receptions[server]
    present = np.unique(server[served])
    shape = (len(TIME_PERCENTS), *server.shape)
    for index in order:
        stage.report(0.0)
        field = np.fromfile(aside, dtype=np.float32, count=int(np.prod(shape))).reshape(shape)
        for number, reception in enumerate(Reception):
            near = _contributes(
                carriers[index] - carriers[present], reception.value, stations.table
            )
            where = served & (server != index) & (wanted == number)
            where &= np.isin(server, present[near])
            if where.any():
                spacing = carriers[index] - wanted_khz[where]
                asked = nuisance_field_dbuvm(
                    field[0][where],
                    field[1][where],
                    spacing,
                    reception.value,
                    table=stations.table,
                )
                running.add(index, asked.governing_dbuvm, where)
    return running


def _contributes(spacing_khz: Floats, reception: str, table: ProtectionTable) -> Flags:
    """Return at which spacings there is a protection ratio."""
    ratios = [protection_ratio_db(spacing_khz, reception, each, table) for each in Persistence]
    return np.asarray(np.isfinite(ratios).any(axis=0))
