"""Tables of an interference study: how much is served, how much is disturbed, where, by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.raster import Grid
from gis.register.records import BroadcastStation
from gis.studies.communes import Commune, Communes, pixels_of, points_of
from propagation.interference.assessment import Interference

__all__ = ["Disturbance", "commune_rows", "interferer_rows", "summary"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Disturbance:
    """An assessment over the pixels of a wanted station's area.

    Attributes
    ----------
    grid : Grid
        The grid that holds the area.
    inside : ndarray of bool, shape (height, width)
        Pixels of the area, k of them.
    assessed : Interference
        The assessment, points of shape (k,) in the order of the pixels.
    stations : tuple of BroadcastStation
        The unwanted stations, in the order of the assessment.
    """

    grid: Grid
    inside: NDArray[np.bool_]
    assessed: Interference
    stations: tuple[BroadcastStation, ...]

    @property
    def areas_km2(self) -> Floats:
        """Area of each pixel, shape (k,)."""
        return np.broadcast_to(self.grid.pixel_areas_km2(), self.grid.shape)[self.inside]

    def on_grid(self, values: Floats) -> NDArray[np.float32]:
        """Return values of the pixels on the grid, NaN outside."""
        whole = np.full(self.grid.shape, np.nan, dtype=np.float32)
        whole[self.inside] = values
        return whole

    def order(self) -> list[int]:
        """Return the stations that dominate disturbed pixels, the largest area first."""
        dominant = self.assessed.dominant_index[self.assessed.interfered]
        areas = self.areas_km2[self.assessed.interfered]
        disturbed = np.bincount(dominant, weights=areas, minlength=len(self.stations))
        present = [index for index in range(len(self.stations)) if disturbed[index] > 0]
        return sorted(present, key=lambda index: (-disturbed[index], self.stations[index].id))

    def ranks_on_grid(self, nodata: int) -> NDArray[np.int16]:
        """Return the rank of the dominant interferer where reception is disturbed."""
        ranks = np.full(len(self.stations) + 1, nodata, dtype=np.int16)
        for rank, index in enumerate(self.order()):
            ranks[index] = rank
        whole = np.full(self.grid.shape, nodata, dtype=np.int16)
        chosen = np.where(self.assessed.interfered, self.assessed.dominant_index, -1)
        whole[self.inside] = ranks[chosen]
        return whole


def summary(found: Disturbance) -> dict[str, Any]:
    """Return the areas that are served and that are disturbed, and what share that is."""
    areas, assessed = found.areas_km2, found.assessed
    served = float(areas[assessed.served].sum())
    disturbed = float(areas[assessed.interfered].sum())
    covered = served + disturbed
    return {
        "area_served_km2": round(served, 3),
        "area_interfered_km2": round(disturbed, 3),
        "share_interfered": round(disturbed / covered, 6) if covered else None,
        "area_without_result_km2": round(float(areas[np.isnan(assessed.margin_db)].sum()), 3),
        "usable_field_dbuvm": {
            "power_sum": _spread(assessed.usable_power_sum_dbuvm, assessed.served),
            "simplified_multiplication": _spread(
                assessed.usable_simplified_dbuvm, assessed.served
            ),
        },
    }


def interferer_rows(found: Disturbance) -> list[dict[str, Any]]:
    """Return one row for each station that dominates somewhere, by rank."""
    longitude, latitude = found.grid.centres()
    lon, lat = longitude[found.inside], latitude[found.inside]
    rows = []
    for rank, index in enumerate(found.order()):
        station = found.stations[index]
        mine = found.assessed.interfered & (found.assessed.dominant_index == index)
        rare = found.assessed.dominant_tropospheric[mine]
        middle = _middle(lon[mine], lat[mine])
        rows.append(
            {
                "rank": rank,
                "station_id": station.id,
                "name": station.name,
                "frequency_mhz": station.frequency_mhz,
                "area_km2": round(float(found.areas_km2[mine].sum()), 3),
                "tropospheric_share": round(float(rare.mean()), 4),
                "worst_margin_db": round(float(found.assessed.margin_db[mine].min()), 2),
                "label_at": [round(middle[0], 6), round(middle[1], 6)],
            }
        )
    return rows


def commune_rows(found: Disturbance, communes: Communes) -> list[dict[str, Any]]:
    """Return the communes where reception is disturbed, and by whom.

    A commune with an outline is judged by the area of its pixels, one without at its point.
    """
    number = np.full(found.grid.shape, -1, dtype=np.int64)
    number[found.inside] = np.arange(int(found.inside.sum()))
    rows, columns = found.grid.pixel_of(*points_of(communes))
    table = []
    for commune, row, column in zip(communes.members, rows, columns, strict=True):
        inside = pixels_of(commune.boundary, found.grid)
        by_area = inside is not None and bool((number[inside] >= 0).any())
        if inside is not None and by_area:
            members = number[inside]
            members = members[members >= 0]
        else:
            members = number[[row], [column]] if row >= 0 else np.empty(0, dtype=np.int64)
            members = members[members >= 0]
        entry = _commune_row(found, commune, members, by_area)
        if entry is not None:
            table.append(entry)
    return table


def _commune_row(
    found: Disturbance, commune: Commune, members: NDArray[np.int64], by_area: bool
) -> dict[str, Any] | None:
    """Return a commune's row, or None when nothing disturbs it."""
    disturbed = members[found.assessed.interfered[members]]
    if disturbed.size == 0:
        return None
    areas = found.areas_km2
    by_station = np.bincount(
        found.assessed.dominant_index[disturbed],
        weights=areas[disturbed],
        minlength=len(found.stations),
    )
    worst = int(np.argmax(by_station))
    official = commune.boundary is not None and commune.boundary.official
    return {
        "code": commune.unit.code,
        "name": commune.unit.name,
        "kind": commune.unit.kind.value,
        "method": "area" if by_area else "point",
        "approximate": not (by_area and official),
        "share_interfered": round(float(areas[disturbed].sum() / areas[members].sum()), 4),
        "by": _named(found.stations[worst]),
        "worst_margin_db": round(float(found.assessed.margin_db[disturbed].min()), 2),
    }


def _named(station: BroadcastStation) -> Mapping[str, Any]:
    return {
        "station_id": station.id,
        "name": station.name,
        "frequency_mhz": station.frequency_mhz,
    }


def _spread(values: Floats, where: NDArray[np.bool_]) -> dict[str, float | None]:
    known: Sequence[float] = values[where & np.isfinite(values)].tolist()
    if not known:
        return {"median": None, "max": None}
    return {"median": round(float(np.median(known)), 2), "max": round(max(known), 2)}


def _middle(longitude: Floats, latitude: Floats) -> tuple[float, float]:
    """Return the point nearest the mean of points."""
    away = (longitude - longitude.mean()) ** 2 + (latitude - latitude.mean()) ** 2
    nearest = int(np.argmin(away))
    return float(longitude[nearest]), float(latitude[nearest])
