"""What a network comes to over an area: added up tile after tile."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.register.records import BroadcastStation
from gis.studies.network_tile import NetworkTile
from gis.studies.remarks import Gaps
from propagation.interference.running import NOBODY

__all__ = ["NetworkSums"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SHARES = ("serves_km2", "served_km2", "interfered_km2", "disturbs_km2")


class NetworkSums:
    """Areas of a network and of each station.

    Parameters
    ----------
    stations : sequence of BroadcastStation
        In the order of their positions.
    threshold_dbuvm : float
        What a field must reach to be received.
    """

    def __init__(self, stations: Sequence[BroadcastStation], threshold_dbuvm: float) -> None:
        self._stations = tuple(stations)
        self._threshold = threshold_dbuvm
        self._areas = dict.fromkeys(
            ("area", "received", "served", "interfered", "overlapping", "incomplete"), 0.0
        )
        self._shares = {name: np.zeros(len(self._stations)) for name in _SHARES}
        self._strongest = -np.inf
        self.gaps: dict[int, Gaps] = {}
        self.notes: dict[int, Counter[str]] = {}
        self.cut_off: set[int] = set()

    def add(self, tile: NetworkTile, areas_km2: Floats, inside: Flags) -> None:
        """Add a tile.

        Parameters
        ----------
        tile : NetworkTile
            What came out.
        areas_km2 : ndarray, shape (height, width)
            Area of each pixel.
        inside : ndarray of bool, shape (height, width)
            Which pixels are asked about.
        """
        received = inside & (tile.strongest_dbuvm >= self._threshold)
        disturbed = received & (tile.strongest_dbuvm < tile.usable_dbuvm)
        told = {
            "area": inside,
            "received": received,
            "served": received & ~disturbed,
            "interfered": disturbed,
            "overlapping": inside & (tile.count >= 2),
            "incomplete": inside & (tile.unknown > 0),
        }
        for name, where in told.items():
            self._areas[name] += float(areas_km2[where].sum())
        places = (tile.server, tile.server, tile.server, tile.dominant)
        wheres = (received, told["served"], disturbed, disturbed)
        for name, place, where in zip(_SHARES, places, wheres, strict=True):
            chosen = where & (place != NOBODY)
            weights, length = areas_km2[chosen], len(self._stations)
            self._shares[name] += np.bincount(place[chosen], weights, minlength=length)
        known = tile.strongest_dbuvm[inside & ~np.isnan(tile.strongest_dbuvm)]
        self._strongest = max(self._strongest, float(known.max(initial=-np.inf)))
        self.cut_off |= tile.cut_off
        for index, gaps in tile.gaps.items():
            self.gaps[index] = self.gaps.get(index, Gaps()).and_those(gaps)
        for index, notes in tile.notes.items():
            self.notes.setdefault(index, Counter()).update(notes)

    def summary(self) -> dict[str, Any]:
        """Return the areas, and what share of what is received is disturbed."""
        received, disturbed = self._areas["received"], self._areas["interfered"]
        strongest = self._strongest
        return {
            **{_named(name): round(value, 3) for name, value in self._areas.items()},
            "share_interfered": round(disturbed / received, 6) if received else None,
            "field_strength_max_dbuvm": round(strongest, 2) if np.isfinite(strongest) else None,
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each station, by the area that it serves best."""
        rows: list[dict[str, Any]] = [
            {
                "position": position,
                "station_id": station.id,
                "name": station.name,
                "frequency_mhz": station.frequency_mhz,
                **{name: round(float(self._shares[name][position]), 3) for name in _SHARES},
            }
            for position, station in enumerate(self._stations)
        ]
        rows.sort(key=lambda row: (-row["serves_km2"], row["station_id"]))
        return [{"rank": rank, **row} for rank, row in enumerate(rows)]


def _named(name: str) -> str:
    return "area_km2" if name == "area" else f"area_{name}_km2"
