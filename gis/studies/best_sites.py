"""Which places, together, cover a wanted area at the least cost: existing supports, new masts.

Places are the supports that a search for sharing would look at and, where asked, points of a grid
on free ground. Each is predicted once; then so few, or so cheap ones are chosen that the share is
reached: exactly up to 200 places, beyond with the gap to what every choice costs at least.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from gis.errors import FormatError
from gis.raster import grid_over
from gis.register.reading import Reader as RegisterReader
from gis.studies import sharing
from gis.studies.context import StudyContext
from gis.studies.parts import Computed, Gathered, settings_of
from gis.studies.requests import Reader
from gis.studies.sharing_asked import MOST_SCORED, SharingWanted, sharing_asked
from gis.studies.sharing_asked import NAMES as SHARING_NAMES
from gis.studies.sharing_cover import Mounted, served_cells_of
from propagation.set_cover import choose_places

__all__ = ["MOST_PLACES", "NAMES", "compute", "gather", "require_asked"]

MOST_PLACES: Final = 600
"""So many places, supports and points of the ground, are looked at in all."""

_OWN: Final = ("ground_step_m", "support_cost", "ground_cost")
NAMES = (*SHARING_NAMES, *_OWN)

_SECONDS: Final = 120.0


def require_asked(request: Mapping[str, object]) -> None:
    """Refuse a request that cannot be answered.

    Raises
    ------
    GisError
        If it is not understood, asks for no coverage, or for too many points of the ground.
    """
    asked = sharing_asked(_of_sharing(request))
    if not asked.wanted.covers:
        raise FormatError("supports.without_coverage", name="frequency_mhz")
    _ground(asked.wanted, _own(request)["ground_step_m"])


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read the supports in reach and lay out the points of the ground.

    Parameters
    ----------
    request : mapping
        As of `gis.studies.sharing`, coverage included; `ground_step_m` (100 to 10000; without it
        no free ground is looked at), `support_cost` and `ground_cost` (0.01 to 1000, 1 and 3
        unless said): what a place on a support, and a new mast, cost against each other.

    Raises
    ------
    GisError
        As of `require_asked`.
    """
    require_asked(request)
    own = _own(request)
    gathered = sharing.gather(_of_sharing(request), register, context)
    wanted = SharingWanted.from_json(gathered.inputs["wanted"])
    return Gathered(
        {**gathered.inputs, **own, "ground": _ground(wanted, own["ground_step_m"])},
        gathered.geometries,
    )


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Choose places from what was gathered."""
    inputs = gathered.inputs
    wanted = SharingWanted.from_json(inputs["wanted"])
    mounted, served = sharing.predicted(inputs, context, (0.05, 0.5))
    fit = {row["structure_id"]: row for row in sharing.judged_rows(inputs, mounted, served)}
    new = _new(inputs, wanted, context)
    stage = context.stage(0.5, 0.9, "supports.progress")
    served |= served_cells_of(wanted, new, settings_of(inputs), context, stage)
    places = [*(one for one in mounted if _carries(fit[one.id])), *new]
    names = [one.id for one in places if one.id in served]
    context.stage(0.9, 0.98, "best_sites.progress").report(0.0)
    at = {one.id: one for one in places}
    costs = [inputs["support_cost"] if name in fit else inputs["ground_cost"] for name in names]
    share = wanted.wanted_percent / 100
    results: dict[str, Any] = {"places": len(names), "supports_looked_at": len(fit)}
    if not names:
        return Computed({**results, **_nothing(0.0), "remarks": sharing.ground_said(context)})
    covers = np.stack([served[name] for name in names])
    found = choose_places(covers, np.ones(covers.shape[1]), costs, share, most_seconds=_SECONDS)
    chosen = [_row(at[names[k]], covers, k, found.places, fit) for k in found.places]
    told = {
        "chosen": chosen,
        "reached": bool(found.places),
        "covered_percent": round(100 * found.covered_share, 3),
        "reachable_percent": round(100 * found.reachable_share, 3),
        "cost": round(found.cost, 6),
        "least_cost": round(found.bound, 6),
        "gap_percent": round(100 * found.gap, 4),
        "proven": found.proven,
    }
    return Computed({**results, **told, "remarks": sharing.ground_said(context)})


def _nothing(reachable: float) -> dict[str, Any]:
    return {
        "chosen": [],
        "reached": False,
        "covered_percent": reachable,
        "reachable_percent": reachable,
        "cost": 0.0,
        "least_cost": 0.0,
        "gap_percent": 0.0,
        "proven": True,
    }


def _of_sharing(request: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in request.items() if name not in _OWN}


def _own(request: Mapping[str, object]) -> dict[str, float | None]:
    reader = Reader(request, *NAMES)
    return {
        "ground_step_m": reader.number("ground_step_m", 100.0, 10_000.0),
        "support_cost": reader.number("support_cost", 0.01, 1000.0, 1.0),
        "ground_cost": reader.number("ground_cost", 0.01, 1000.0, 3.0),
    }


def _ground(wanted: SharingWanted, step_m: float | None) -> list[list[float]]:
    """Return the points of the ground at which a mast could be new: a grid over the wanted area.

    Raises
    ------
    FormatError
        If they are too many.
    """
    if step_m is None:
        return []
    area, _ = wanted.grid()
    west, south, east, north = area.bounds
    high_m = 111_195.0 * (north - south)
    wide_m = 111_195.0 * (east - west) * math.cos(math.radians(wanted.latitude))
    count = math.ceil(high_m / step_m) * math.ceil(wide_m / step_m)
    if count > MOST_PLACES - MOST_SCORED:
        limit = MOST_PLACES - MOST_SCORED
        raise FormatError("best_sites.too_many", step_m=step_m, count=count, limit=limit)
    longitude, latitude = grid_over(area.bounds, step_m).centres()
    return [
        [round(float(lon), 6), round(float(lat), 6)]
        for lon, lat in zip(longitude.ravel(), latitude.ravel(), strict=True)
    ]


def _carries(row: Mapping[str, Any]) -> bool:
    """Return whether a support may have a place and carry the equipment."""
    return not {said["key"] for said in row["reasons"]} & {"full", "wind_short", "weight_short"}


def _new(inputs: Mapping[str, Any], wanted: SharingWanted, context: StudyContext) -> list[Mounted]:
    """Return the antennas on new masts; on flat terrain their ground is that of the terrain."""
    elevation, flat = context.ground.elevation, context.ground.flat
    return [
        Mounted(
            f"+{number:04d}",
            lon,
            lat,
            wanted.height_m,
            float(elevation.heights_m(lon, lat)) if flat else None,
        )
        for number, (lon, lat) in enumerate(inputs["ground"], start=1)
    ]


def _row(
    one: Mounted, covers: Any, place: int, chosen: tuple[int, ...], fit: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is told of a chosen place: what it covers, and what nobody else chosen does."""
    others = [k for k in chosen if k != place]
    beside = covers[others].any(axis=0) if others else np.zeros(covers.shape[1], dtype=np.bool_)
    row = fit.get(one.id)
    return {
        "structure_id": None if row is None else one.id,
        "name": None if row is None else row["name"],
        "owner": None if row is None else row["owner"],
        "kind": None if row is None else row["kind"],
        "synthetic": False if row is None else row["synthetic"],
        "longitude": one.longitude,
        "latitude": one.latitude,
        "mounting_m": one.height_m,
        "covered_percent": round(100 * float(covers[place].mean()), 3),
        "alone_percent": round(100 * float((covers[place] & ~beside).mean()), 3),
        "fit": None if row is None else row["fit"],
    }
