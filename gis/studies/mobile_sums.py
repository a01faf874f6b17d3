"""Areas of mobile coverage, summed tile by tile: of all, of each operator, of each commune."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.mobile import band_of
from gis.register.records import BroadcastStation
from gis.studies.communes import Commune, Communes
from gis.studies.mobile_tile import MobileTile
from gis.studies.remarks import Gaps
from propagation.interference.running import NOBODY

__all__ = ["MobileSums"]

Bounds = tuple[float, float, float, float]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_ALL = ("area", "covered", "gap", "unknown", "overlap", "shared")


class MobileSums:
    """Adds up the tiles of a study.

    Parameters
    ----------
    stations : sequence of BroadcastStation
        The transmitters, in the order of their positions.
    operators : sequence of (str, str)
        Identifier and name of each operator.
    communes : Communes
        Those near the area.
    bounds : tuple of float
        Edges of the grid.
    """

    def __init__(
        self,
        stations: Sequence[BroadcastStation],
        operators: Sequence[tuple[str, str]],
        communes: Communes,
        bounds: Bounds,
    ) -> None:
        self._stations, self._operators = tuple(stations), tuple(operators)
        self._communes, self._bounds = communes, bounds
        self._all = dict.fromkeys(_ALL, 0.0)
        self._serves = np.zeros(len(self._stations))
        self._reached, self._only = np.zeros((2, len(self._operators)))
        count = len(communes.members) + 1  # the last one is no commune
        self._whole = np.zeros(count)
        self._of_communes = {name: np.zeros(count) for name in _ALL}
        self._by_operator = np.zeros((len(self._operators), count))
        self._strongest = -np.inf
        self.gaps: dict[int, Gaps] = {}
        self.notes: dict[int, Counter[str]] = {}
        self.cut_off: set[int] = set()

    def add(
        self, tile: MobileTile, areas_km2: Floats, inside: Flags, commune: NDArray[np.int64]
    ) -> None:
        """Add a tile.

        Parameters
        ----------
        tile : MobileTile
            What came out.
        areas_km2 : ndarray, shape (height, width)
            Area of each pixel.
        inside : ndarray of bool, shape (height, width)
            Which pixels are asked about.
        commune : ndarray of int, shape (height, width)
            Positions of the communes, -1 where there is none.
        """
        reaching = tile.reaching()
        unknown = inside & tile.unknown()
        covered = inside & (tile.sites.count > 0)
        told = {
            "area": inside,
            "covered": covered,
            "gap": inside & ~covered & ~unknown,
            "unknown": unknown,
            "overlap": inside & (tile.sites.count >= 2),
            "shared": inside & (reaching >= 2),
        }
        count = len(self._whole)
        self._whole += np.bincount(np.ravel(commune) % count, np.ravel(areas_km2), count)
        for name, where in told.items():
            self._all[name] += float(areas_km2[where].sum())
            self._of_communes[name] += self._sum(where, areas_km2, commune)
        for position, one in enumerate(tile.operators):
            where = inside & (one.count > 0)
            self._reached[position] += float(areas_km2[where].sum())
            self._only[position] += float(areas_km2[where & (reaching == 1)].sum())
            self._by_operator[position] += self._sum(where, areas_km2, commune)
        served = covered & (tile.best.server_index != NOBODY)
        self._serves += np.bincount(
            tile.best.server_index[served], areas_km2[served], len(self._stations)
        )
        self._note(tile, inside)

    def _sum(self, where: Flags, areas_km2: Floats, commune: NDArray[np.int64]) -> Floats:
        count = len(self._whole)
        return np.bincount(commune[where] % count, areas_km2[where], count).astype(np.float64)

    def _note(self, tile: MobileTile, inside: Flags) -> None:
        known = tile.best.strongest_db[inside & ~np.isnan(tile.best.strongest_db)]
        self._strongest = max(self._strongest, float(known.max(initial=-np.inf)))
        self.cut_off |= tile.cut_off
        for position, gaps in tile.gaps.items():
            self.gaps[position] = self.gaps.get(position, Gaps()).and_those(gaps)
        for position, notes in tile.notes.items():
            self.notes.setdefault(position, Counter()).update(notes)

    def summary(self) -> dict[str, Any]:
        """Return the areas of all operators together."""
        strongest = self._strongest
        return {
            **{_named(name): round(value, 3) for name, value in self._all.items()},
            "share_covered": _share(self._all["covered"], self._all["area"]),
            "level_max_dbm": round(strongest, 2) if np.isfinite(strongest) else None,
        }

    def operators(self, left_out: Mapping[str, int]) -> list[dict[str, Any]]:
        """Return one row for each operator, with how many of its installations were left out."""
        rows = []
        for position, (identifier, name) in enumerate(self._operators):
            mine = [one for one in self._stations if one.organisation_id == identifier]
            bands = sorted({band_of(one.frequency_mhz) or "" for one in mine})
            rows.append(
                {
                    "id": identifier,
                    "name": name,
                    "sites": len({one.structure_id for one in mine}),
                    "transmitters": len(mine),
                    "left_out": left_out.get(identifier, 0),
                    "covered_km2": round(float(self._reached[position]), 3),
                    "share_covered": _share(self._reached[position], self._all["area"]),
                    "only_km2": round(float(self._only[position]), 3),
                    "bands": [_band(name, mine) for name in bands],
                }
            )
        return rows

    def transmitters(self) -> list[dict[str, Any]]:
        """Return one row for each transmitter, by the area that it serves best."""
        rows: list[dict[str, Any]] = [
            {
                "position": position,
                "station_id": one.id,
                "name": one.name,
                "organisation_id": one.organisation_id,
                "frequency_mhz": one.frequency_mhz,
                "band": band_of(one.frequency_mhz),
                "serves_km2": round(float(self._serves[position]), 3),
            }
            for position, one in enumerate(self._stations)
        ]
        rows.sort(key=lambda row: (-row["serves_km2"], row["station_id"]))
        return [{"rank": rank, **row} for rank, row in enumerate(rows)]

    def communes(self) -> list[dict[str, Any]]:
        """Return one row for each commune that has a part of the area, the least covered first."""
        rows = [
            self._commune(position, one)
            for position, one in enumerate(self._communes.members)
            if self._of_communes["area"][position] > 0
        ]
        rows.sort(key=lambda row: (row["share_covered"], row["code"]))
        return rows

    def _commune(self, position: int, commune: Commune) -> dict[str, Any]:
        sums = {name: float(found[position]) for name, found in self._of_communes.items()}
        share = _share(sums["covered"], sums["area"]) or 0.0
        whole = self._is_whole(position, commune)
        people = commune.unit.population
        return {
            "code": commune.unit.code,
            "name": commune.unit.name,
            "kind": commune.unit.kind.value,
            "method": "nearest" if commune.boundary is None else "outline",
            "approximate": commune.boundary is None or not commune.boundary.official,
            "whole": whole,
            **{_named(name): round(value, 3) for name, value in sums.items()},
            "share_covered": share,
            "operators": [
                _share(float(found[position]), sums["area"]) for found in self._by_operator
            ],
            "population": people,
            "population_covered": None if people is None or not whole else round(people * share),
        }

    def _is_whole(self, position: int, commune: Commune) -> bool:
        """Return whether all of a commune was asked about, as far as its edges are known."""
        edges = (
            commune.unit.bounds if commune.boundary is None else commune.boundary.geometry.bounds
        )
        west, south, east, north = self._bounds
        if edges is not None and not (
            west <= edges[0] and south <= edges[1] and edges[2] <= east and edges[3] <= north
        ):
            return False
        inside = self._of_communes["area"][position]
        return commune.boundary is None or bool(inside >= 0.995 * self._whole[position])


def _band(name: str, stations: Sequence[BroadcastStation]) -> dict[str, Any]:
    mine = [one for one in stations if (band_of(one.frequency_mhz) or "") == name]
    return {
        "band": name or None,
        "sites": len({one.structure_id for one in mine}),
        "transmitters": len(mine),
    }


def _named(name: str) -> str:
    return "area_km2" if name == "area" else f"{name}_km2"


def _share(part: float, whole: float) -> float | None:
    return round(float(part) / float(whole), 6) if whole else None
