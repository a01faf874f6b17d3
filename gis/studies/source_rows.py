"""The candidates of a search for a source as JSON values: the likeliest first, and why."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.geodesy import azimuth_deg, distance_km
from gis.raster import Grid
from gis.studies.source_family import Outside, exempt_rows, most_erp_dbw
from gis.studies.source_records import Hypothesis
from gis.studies.source_weighing import Weighed

__all__ = ["OUTSIDE", "candidates", "rounded", "share"]

OUTSIDE: Final = "not_in_register"
"""Key of the candidate that is in no register."""


def candidates(weighed: Weighed, land: shapely.MultiPolygon | None) -> list[dict[str, Any]]:
    """Return every candidate with the columns of the posterior that it is made of.

    What is outside the register is one candidate; its `parts` say what it may be.
    """
    case = weighed.case
    rows = [_registered(weighed, column, one, land) for column, one in enumerate(case.hypotheses)]
    rows.append(_outside(weighed, land))
    for row in rows:
        row.update(_probabilities(weighed, row["columns"]))
    return _ranked(rows)


def _ranked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (-row["probability"], row["key"]))


def _probabilities(weighed: Weighed, columns: list[int]) -> dict[str, float]:
    found = weighed.found
    return {
        "probability": share(found.probability[columns].sum()),
        "prior": share(found.path[0][columns].sum()),
    }


def _registered(
    weighed: Weighed, column: int, one: Hypothesis, land: shapely.MultiPolygon | None
) -> dict[str, Any]:
    victim, emitter = weighed.case.victim, one.emitter
    fields = weighed.fields[:, 0, column]
    at = (victim.longitude, victim.latitude, emitter.longitude, emitter.latitude)
    point = shapely.Point(emitter.longitude, emitter.latitude)
    return {
        "key": one.key,
        "mechanism": one.mechanism.value,
        "stations": list(one.stations),
        "name": emitter.name,
        "longitude": emitter.longitude,
        "latitude": emitter.latitude,
        "distance_km": round(float(distance_km(*at)), 2),
        "azimuth_deg": round(float(azimuth_deg(*at)) % 360.0, 1),
        "emission_mhz": round(one.emission_mhz, 6),
        "on_air": one.on_air,
        "field_50_dbuvm": rounded(fields[0]),
        "field_1_dbuvm": rounded(fields[1]),
        "ratio_db": list(one.ratio_db),
        "excess_db": rounded(weighed.excess_db[column]),
        "deviation_db": round(one.deviation_db, 2),
        "assumed": list(one.assumed),
        "hours": "; ".join(dict.fromkeys(each for each in one.hours if each)) or None,
        "abroad": None if land is None else not land.covers(point),
        "values": dict(one.values),
        "columns": [column],
    }


def _outside(weighed: Weighed, land: shapely.MultiPolygon | None) -> dict[str, Any]:
    """Return the candidate that is in no register, with its parts."""
    grid, places = weighed.cells.grid, weighed.places_map
    return {
        "key": OUTSIDE,
        "mechanism": OUTSIDE,
        "stations": [],
        "name": "",
        **_likeliest(grid, places),
        "abroad_share": None if land is None else round(_abroad(land, grid, places), 4),
        "parts": _ranked([_part(weighed, part) for part in weighed.parts]),
        "columns": list(weighed.outside.values()),
    }


def _part(weighed: Weighed, part: Outside) -> dict[str, Any]:
    """Return one of the things that a source outside the register may be."""
    case, column = weighed.case, weighed.outside[part]
    values: dict[str, Any] = {}
    if part is Outside.EXEMPT:
        rows = exempt_rows(case.rules.exempt, case.victim)
        values["rules"] = [one.id for one in rows]
        values["most_erp_dbw"] = round(most_erp_dbw(case.rules, rows), 1)
    elif part is not Outside.NOTHING:
        values["most_erp_dbw"] = case.value("highest_erp_dbw")
    at = {}
    if part is not Outside.NOTHING:
        cloud, grid = weighed.found.clouds[column], weighed.cells.grid
        at = _likeliest(grid, cloud.places().reshape(grid.shape))
    return {
        "key": f"{OUTSIDE}:{part}",
        "mechanism": part.value,
        **at,
        "values": values,
        **_probabilities(weighed, [column]),
    }


def _likeliest(grid: Grid, places: NDArray[np.float64]) -> dict[str, float]:
    row, column = np.unravel_index(int(places.argmax()), places.shape)
    return {
        "longitude": round(float(grid.longitudes[column]), 5),
        "latitude": round(float(grid.latitudes[row]), 5),
    }


def _abroad(land: shapely.MultiPolygon, grid: Grid, places: NDArray[np.float64]) -> float:
    """Return the share of a source outside the register that stands outside every province."""
    longitude, latitude = grid.centres()
    inside = shapely.contains_xy(land, longitude.ravel(), latitude.ravel())
    return float(places.ravel()[~inside].sum())


def share(value: float) -> float:
    """Return a probability with as many digits as a small one needs."""
    return float(f"{min(max(float(value), 0.0), 1.0):.6g}")


def rounded(value: float | None) -> float | None:
    """Return a level to the hundredth; None where there is none."""
    return None if value is None or np.isnan(value) else round(float(value), 2)
