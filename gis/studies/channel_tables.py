"""The tables of a search for channels: what passes where, for how many people."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.raster import Grid
from gis.register.records import BroadcastStation
from gis.rules import RulePack
from gis.studies.channel_points import Candidates
from gis.studies.communes import Communes
from propagation.interference.channel_finder import NOBODY, ChannelProtection, PassingChannels

__all__ = ["channel_rows", "people_per_km2", "summary"]

Floats = NDArray[np.float64]


def people_per_km2(communes: Communes, grid: Grid, pack: RulePack) -> Floats:
    """Return the density of the commune of each cell, NaN where none is on record."""
    _, position = communes.on_grid(grid, pack)
    known = [
        one.unit.population / one.unit.area_km2
        if one.unit.population and one.unit.area_km2
        else np.nan
        for one in communes.members
    ]
    return np.array([*known, np.nan])[position]


def summary(
    found: PassingChannels, margin_db: NDArray[np.float32], candidates: Candidates, people: Floats
) -> dict[str, Any]:
    """Return the totals: all cells, those with a channel, those of which nothing is known."""
    area = _areas(candidates)
    some, unknown = found.count > 0, np.isnan(margin_db).all(axis=0)
    return {
        "area_km2": round(float(area.sum()), 3),
        "area_some_km2": round(float(area[some].sum()), 3),
        "area_unknown_km2": round(float(area[unknown].sum()), 3),
        "population": _people(people, area, np.ones(area.shape, dtype=np.bool_)),
        "population_some": _people(people, area, some),
        "channels_passing": int(found.passes.any(axis=1).sum()),
        "most_channels": int(found.count.max(initial=0)),
    }


def channel_rows(
    carriers_khz: Floats,
    found: PassingChannels,
    margins: ChannelProtection,
    candidates: Candidates,
    *,
    stations: Sequence[BroadcastStation],
    people: Floats,
) -> list[dict[str, Any]]:
    """Return a row for each channel, in the order of frequency.

    `closed_by` is the station whose protection decides over the largest area where the channel
    does not pass; none where the new station's own service decides.
    """
    area = _areas(candidates)
    longitude, latitude = candidates.places()
    rows = []
    for channel, carrier_khz in enumerate(carriers_khz):
        passes, margin = found.passes[channel], margins.margin_db[channel]
        known = np.where(np.isfinite(margin), margin, -np.inf)
        best = int(np.argmax(known))
        there = bool(np.isfinite(known[best]))
        rows.append(
            {
                "position": channel,
                "frequency_mhz": round(float(carrier_khz) / 1e3, 6),
                "area_km2": round(float(area[passes].sum()), 3),
                "share": round(float(area[passes].sum() / area.sum()), 6),
                "population": _people(people, area, passes),
                "best_margin_db": round(float(margin[best]), 2) if there else None,
                "best_longitude": round(float(longitude[best]), 6) if there else None,
                "best_latitude": round(float(latitude[best]), 6) if there else None,
                "closed_by": _closing(margins.station[channel], ~passes, area, stations),
            }
        )
    return rows


def _areas(candidates: Candidates) -> Floats:
    grid = candidates.grid
    return np.broadcast_to(grid.pixel_areas_km2(), grid.shape)[candidates.where]


def _people(people: Floats, area: Floats, chosen: NDArray[np.bool_]) -> float | None:
    """Return how many live in some cells, spread evenly in their commune; None if unknown."""
    known = chosen & ~np.isnan(people)
    if not np.isfinite(people).any():
        return None
    return round(float((people[known] * area[known]).sum()), 0)


def _closing(
    index: NDArray[np.int16],
    closed: NDArray[np.bool_],
    area: Floats,
    stations: Sequence[BroadcastStation],
) -> dict[str, Any] | None:
    counted = closed & (index != NOBODY)
    if not counted.any():
        return None
    by_station = np.bincount(index[counted], area[counted], minlength=len(stations))
    first = int(np.argmax(by_station))
    station = stations[first]
    return {
        "station_id": station.id,
        "name": station.name,
        "frequency_mhz": station.frequency_mhz,
        "area_km2": round(float(by_station[first]), 3),
    }
