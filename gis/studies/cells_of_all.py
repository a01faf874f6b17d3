"""The cells of several stations among each other: what each does to all, predicted in one walk.

Radials of a station that lead to the cells of one lead on to those of others. So its field is
asked for once in the cells of all whom it may harm by the bound of `service_cells`; who is left
then is searched for in the cells of one station after another, as ever.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gis.register.records import BroadcastStation
from gis.studies.context import Stage
from gis.studies.emitter import Emitter
from gis.studies.neighbourhood import Neighbourhood
from gis.studies.service_cells import (
    ServiceCells,
    Unwanted,
    may_matter,
    own_cells,
    served_cells,
    unwanted_in,
)
from propagation.interference.protection import Protection

__all__ = ["CellsOfAll"]


@dataclass(frozen=True, slots=True, eq=False)
class CellsOfAll:
    """Whose cells are looked for, and among whom.

    Attributes
    ----------
    around : Neighbourhood
        The stations.
    guards : mapping
        What protects the reception of each station whose cells are wanted.
    disturbing : mapping
        Those that may disturb each of them and can be predicted.
    known : mapping
        Cells found before; fields known there are not predicted anew.
    formerly : Emitter or None
        A station that is replaced by one of the others.
    """

    around: Neighbourhood
    guards: Mapping[str, Protection]
    disturbing: Mapping[str, Sequence[BroadcastStation]]
    known: Mapping[str, ServiceCells]
    formerly: Emitter | None = None

    def found(self, stage: Stage) -> dict[str, ServiceCells]:
        """Return the cells of each station.

        Raises
        ------
        CancelledError
            If the work was cancelled.
        """
        wanted = list(self.guards)
        cells = dict(stage.part(0.0, 0.2).spread(CellsOfAll._own, self, wanted))
        self._predict(cells, stage.part(0.2, 0.9))
        those = list(cells.items())
        last = stage.part(0.9, 1.0).spread(CellsOfAll._searched, self, those)
        return {station_id: found for (station_id, _), found in last}

    def _own(self, station_id: str, stage: Stage) -> ServiceCells:
        """Return the cells of a station, with what is known of them."""
        if station_id in self.known:
            return self.known[station_id]
        around, own = self.around, self.around.station(station_id)
        return own_cells(self._emitter(own), around.kinds(own, self.guards[station_id]), stage)

    def _predict(self, cells: dict[str, ServiceCells], stage: Stage) -> None:
        """Add to the cells what those do there who may matter by themselves."""
        asked: defaultdict[str, list[str]] = defaultdict(list)
        emitters: dict[str, Emitter] = {}
        for wanted, other in self._pairs(cells):
            asked[other.station.id].append(wanted)
            emitters[other.station.id] = other
        shared = _Asked(emitters, asked, cells, self.guards)
        added: defaultdict[str, list[Unwanted]] = defaultdict(list)
        longest = sorted(
            asked, key=lambda one: -sum(cells[each].wanted_dbuvm.size for each in asked[one])
        )
        for other_id, found in stage.spread(_unwanted, shared, longest):
            for station_id, one in zip(asked[other_id], found, strict=True):
                if one is not None:
                    added[station_id].append(one)
        for station_id, those in added.items():
            before = cells[station_id]
            cells[station_id] = replace(before, unwanted=(*before.unwanted, *those))

    def _pairs(self, cells: Mapping[str, ServiceCells]) -> Iterator[tuple[str, Emitter]]:
        """Yield stations, and whoever may matter in their cells and is not known there."""
        for station_id, those in cells.items():
            own = self.around.station(station_id)
            others = [self._emitter(one) for one in self.disturbing[station_id]]
            if (former := self._former(own)) is not None:
                others.append(former)
            for other in others:
                unknown = those.of(other.station.id) is None
                if unknown and may_matter(those, other, self.guards[station_id]):
                    yield station_id, other

    def _searched(self, asked: tuple[str, ServiceCells], stage: Stage) -> ServiceCells:
        station_id, cells = asked
        own = self.around.station(station_id)
        return served_cells(
            self._emitter(own),
            [self._emitter(one) for one in self.disturbing[station_id]],
            self.around.kinds(own, self.guards[station_id]),
            self.guards[station_id],
            stage,
            known=cells,
            deviation_db=self.around.deviation_db,
            formerly=self._former(own),
        )

    def _former(self, own: BroadcastStation) -> Emitter | None:
        """Return the station that is replaced, where it disturbed another."""
        one = self.formerly
        return one if one is not None and self.around.disturbs(one.station, own) else None

    def _emitter(self, station: BroadcastStation) -> Emitter:
        return Emitter(station, self.around.ground, self.around.settings)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """In whose cells the field of each station is asked for."""

    emitters: Mapping[str, Emitter]
    asked: Mapping[str, Sequence[str]]
    cells: Mapping[str, ServiceCells]
    guards: Mapping[str, Protection]


def _unwanted(shared: _Asked, other_id: str, stage: Stage) -> list[Unwanted | None]:
    """Return what a station does in the cells in which it is asked for."""
    those = [(shared.cells[one], shared.guards[one]) for one in shared.asked[other_id]]
    return unwanted_in(shared.emitters[other_id], those, stage)
