"""Which existing supports would carry what somebody wants to hang somewhere.

From a point, a circle or an area: the supports of every owner that whoever asks may see, with
distance, free places and load, the share of the wanted coverage predicted from the height that is
free, intermodulation with the carriers that are known there, asked and published rents, and why
each stands where it does. Supports that their owners do not show are counted for squares of a
tenth of a degree, rounded up: never dropped silently, never located.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from shapely import Point, Polygon
from shapely.affinity import scale

from gis.geodesy import azimuth_deg, distance_km
from gis.register.reading import Reader as RegisterReader
from gis.register.records import Bounds
from gis.register.scopes import SYSTEM, Scope
from gis.register.structures import Structure
from gis.studies.context import Stage, StudyContext
from gis.studies.model import default_settings
from gis.studies.parts import Computed, Gathered, common_inputs, register_mark, settings_of
from gis.studies.remarks import profile_remarks, remarks_json, source_remarks
from gis.studies.sharing_asked import MOST_SCORED, SharingWanted, sharing_asked
from gis.studies.sharing_cover import Mounted, served_cells_of
from gis.studies.sharing_ranks import conclusion, in_order, judged, outlying
from gis.studies.sharing_sites import (
    WEIGHT_STEP_KG,
    WIND_STEP_M2,
    Site,
    is_support,
    sites_of,
)
from gis.studies.snapshots import record_from_json, record_to_json
from propagation.interference.intermodulation import Band, hits

__all__ = [
    "UNSEEN_STEP",
    "compute",
    "gather",
    "ground_said",
    "judged_rows",
    "predicted",
    "site_of",
]

UNSEEN_STEP: Final = 5
"""Supports that are not shown are counted in steps of so many, rounded up."""

_SQUARE_DEG: Final = 0.1
_KM_PER_DEGREE: Final = 111.195
_PROFILE_STEP_KM: Final = 0.1
_ORDERS: Final = (2, 3)


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read the supports in reach, as far as whoever asks may see them.

    Raises
    ------
    GisError
        As of `gis.studies.sharing_asked.sharing_asked`.
    """
    asked = sharing_asked(request)
    wanted = asked.wanted
    box = _box(wanted)
    seen = [
        one for one in register.structures(asked.scope, bbox=box, on=asked.on) if is_support(one)
    ]
    near = sorted(
        ((away, one) for one in seen if (away := _away_km(wanted, one)) <= wanted.within_km),
        key=lambda pair: (pair[0], pair[1].id),
    )
    chosen = [one for _, one in near[:MOST_SCORED]]
    sites = sites_of(register, asked.scope, chosen, asked.on, asked.place.province_code)
    owners = {one.id: one.name for one in register.organisations()}
    settings = default_settings(
        profile_step_km=_PROFILE_STEP_KM,
        receiver_height_above_ground_m=wanted.receiver_height_m,
        location_percent=wanted.location_percent,
        **({} if wanted.location_percent == 50.0 else {"prediction_resolution_m": 100.0}),
    )
    return Gathered(
        {
            **common_inputs(asked.place, asked.on, context, settings),
            **register_mark(register),
            "wanted": wanted.to_json(),
            "asked_by": asked.asked_by,
            "supports": [record_to_json(one) for one in chosen],
            "distances_km": [round(away, 4) for away, _ in near[:MOST_SCORED]],
            "sites": {name: asdict(site) for name, site in sorted(sites.items())},
            "owners": {one.owner_id: owners[one.owner_id] for one in chosen},
            "unscored": max(len(near) - MOST_SCORED, 0),
            "unseen": _unseen(register, asked.scope, box, asked.on),
            "precision": {
                "unseen": UNSEEN_STEP,
                "unseen_square_deg": _SQUARE_DEG,
                "wind_area_m2": WIND_STEP_M2,
                "weight_kg": WEIGHT_STEP_KG,
            },
        }
    )


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Judge and rank the supports from what was gathered."""
    inputs = gathered.inputs
    wanted = SharingWanted.from_json(inputs["wanted"])
    if wanted.covers:
        ordered = judged_rows(inputs, *predicted(inputs, context, (0.05, 0.95)))
    else:
        ordered = judged_rows(inputs, _mounted(inputs), {})
    unseen, unscored = inputs["unseen"], inputs["unscored"]
    said, count = conclusion(ordered, unseen=unseen, unscored=unscored)
    return Computed(
        {
            "supports": ordered,
            "rents_apart": outlying(ordered),
            "conclusion": said,
            "conclusion_count": count,
            "unseen": unseen,
            "unscored": unscored,
            "remarks": ground_said(context) if wanted.covers else [],
        }
    )


def predicted(
    inputs: Mapping[str, Any], context: StudyContext, progress: tuple[float, float]
) -> tuple[list[Mounted], dict[str, NDArray[np.bool_]]]:
    """Predict what an antenna would serve from each support, at the free height that suits best.

    That is the one nearest to the height wanted; where it serves too little, the greatest one if
    it serves more.

    Parameters
    ----------
    inputs : mapping
        As `gather` wrote them, coverage included.
    context : StudyContext
        The terrain; who listens, and how many workers there are.
    progress : (float, float)
        From which share of the whole work to which this is.

    Returns
    -------
    mounted, served : list of Mounted, dict of str to array of bool
        The antennas; which cells of the wanted area each serves, where that can be predicted.
    """
    wanted, settings = SharingWanted.from_json(inputs["wanted"]), settings_of(inputs)
    start, end = progress

    def stage(since: float, until: float) -> Stage:
        lasts = end - start
        return context.stage(start + since * lasts, start + until * lasts, "supports.progress")

    mounted = _mounted(inputs)
    served = served_cells_of(wanted, mounted, settings, context, stage(0.0, 0.5))
    little = [
        one
        for one in mounted
        if one.id in served and 100 * np.mean(served[one.id]) < wanted.wanted_percent
    ]
    higher = _higher(inputs, little)
    above = served_cells_of(wanted, higher, settings, context, stage(0.5, 1.0))
    better = {
        one.id: one
        for one in higher
        if one.id in above and above[one.id].sum() > served[one.id].sum()
    }
    chosen = [better.get(one.id, one) for one in mounted]
    return chosen, {**served, **{name: above[name] for name in better}}


def _mounted(inputs: Mapping[str, Any]) -> list[Mounted]:
    """Return an antenna at the free height nearest to the one wanted, on each support."""
    wanted = SharingWanted.from_json(inputs["wanted"])
    supports = [record_from_json(Structure, item) for item in inputs["supports"]]
    heights = {
        one.id: site_of(inputs["sites"][one.id]).mounting_m(wanted.height_m) for one in supports
    }
    return [
        Mounted(one.id, one.longitude, one.latitude, height, one.ground_height_m)
        for one in supports
        if (height := heights[one.id]) is not None
    ]


def _higher(inputs: Mapping[str, Any], mounted: Sequence[Mounted]) -> list[Mounted]:
    """Return those of some antennas that could hang higher, at the greatest height free."""
    highest = {one.id: site_of(inputs["sites"][one.id]).highest_m() for one in mounted}
    return [
        replace(one, height_m=height)
        for one in mounted
        if (height := highest[one.id]) is not None and height > one.height_m
    ]


def judged_rows(
    inputs: Mapping[str, Any],
    mounted: Sequence[Mounted],
    served: Mapping[str, NDArray[np.bool_]],
) -> list[Mapping[str, Any]]:
    """Return a row for each support that was gathered, the best first.

    Parameters
    ----------
    inputs : mapping
        As `gather` wrote them.
    mounted : sequence of Mounted
        The antenna on each support that has a place for one.
    served : mapping
        Which cells of the wanted area each support would serve, where that was predicted.
    """
    supports = [record_from_json(Structure, item) for item in inputs["supports"]]
    heights = {one.id: one.height_m for one in mounted}
    return in_order(
        [
            _row(inputs, one, float(away_km), heights.get(one.id), served.get(one.id))
            for one, away_km in zip(supports, inputs["distances_km"], strict=True)
        ]
    )


def _row(
    inputs: Mapping[str, Any],
    one: Structure,
    away_km: float,
    height: float | None,
    cells: NDArray[np.bool_] | None,
) -> dict[str, Any]:
    site, wanted = site_of(inputs["sites"][one.id]), SharingWanted.from_json(inputs["wanted"])
    products = _products(wanted, site)
    percent = None if cells is None else round(100 * float(np.mean(cells)), 3)
    said = judged(
        wanted,
        site,
        away_km=away_km,
        shareable=one.shareable,
        state=one.state,
        mounting_m=height,
        covered_percent=percent,
        products=products,
    )
    return {
        "structure_id": one.id,
        "code": one.code,
        "name": one.name,
        "kind": one.kind.value,
        "owner": inputs["owners"][one.owner_id],
        "longitude": one.longitude,
        "latitude": one.latitude,
        "synthetic": one.provenance.synthetic,
        "distance_km": round(away_km, 3),
        "azimuth_deg": _azimuth(wanted, one),
        "mounting_m": height,
        "free_places": sum(places for _, _, places in site.levels),
        "levels": [list(level) for level in site.levels],
        "wind_left_m2": site.wind_left_m2,
        "weight_left_kg": site.weight_left_kg,
        "covered_percent": percent,
        "products": products,
        "rent_vnd": site.rent_vnd,
        "rent_unit": site.rent_unit,
        "published": list(site.published),
        "fit": said.fit.value,
        "reasons": [{"key": key, "values": dict(values)} for key, values in said.reasons],
    }


def ground_said(context: StudyContext) -> list[dict[str, Any]]:
    """Return what has to be said about the ground under predicted coverage."""
    return remarks_json(
        [*source_remarks(context.ground), *profile_remarks(context.ground, 1e3 * _PROFILE_STEP_KM)]
    )


# --- where ---


def _box(wanted: SharingWanted) -> Bounds:
    """Return the rectangle in which supports are looked for."""
    if wanted.area:
        west, south, east, north = Polygon(wanted.area).bounds
        reach_km = wanted.within_km
    else:
        west = east = wanted.longitude
        south = north = wanted.latitude
        reach_km = wanted.within_km + (wanted.radius_km if wanted.covers else 0.0)
    high = 1.01 * reach_km / _KM_PER_DEGREE + 1e-6
    wide = high / math.cos(math.radians(max(abs(south), abs(north))))
    return west - wide, south - high, east + wide, north + high


def _away_km(wanted: SharingWanted, one: Structure) -> float:
    """Return how far a support stands from the place, the circle or the area; 0 within."""
    if not wanted.area:
        away = distance_km(wanted.longitude, wanted.latitude, one.longitude, one.latitude)
        return max(float(away) - (wanted.radius_km if wanted.covers else 0.0), 0.0)
    narrow = math.cos(math.radians(wanted.latitude))
    area, point = (
        scale(shape, narrow, 1.0, origin=(0, 0))
        for shape in (Polygon(wanted.area), Point(one.longitude, one.latitude))
    )
    return float(area.distance(point)) * _KM_PER_DEGREE


def _azimuth(wanted: SharingWanted, one: Structure) -> float:
    at = (wanted.longitude, wanted.latitude, one.longitude, one.latitude)
    return round(float(azimuth_deg(*at)), 1)


def _unseen(register: RegisterReader, scope: Scope, box: Bounds, on: date) -> int:
    """Return how many supports are not shown in the squares that a rectangle touches, rounded up.

    The squares are the same for everybody who asks, so asking again and again about smaller
    places tells no more.
    """
    if scope.sees_all:
        return 0
    west, south = (math.floor(edge / _SQUARE_DEG) * _SQUARE_DEG for edge in box[:2])
    east, north = (math.ceil(edge / _SQUARE_DEG) * _SQUARE_DEG for edge in box[2:])
    squares = (west, south, east, north)
    there, shown = (
        {one.id for one in register.structures(of, bbox=squares, on=on) if is_support(one)}
        for of in (SYSTEM, scope)
    )
    return math.ceil(len(there - shown) / UNSEEN_STEP) * UNSEEN_STEP


# --- what ---


def site_of(written: Mapping[str, Any]) -> Site:
    """Return what was known of a support, as `gather` wrote it."""
    levels = tuple((float(low), float(high), int(free)) for low, high, free in written["levels"])
    tuples = {name: tuple(written[name]) for name in ("carriers_mhz", "published")}
    return Site(**{**written, **tuples, "levels": levels})


def _products(wanted: SharingWanted, site: Site) -> int | None:
    """Return how many products of the wanted carrier with those of a site hit one of them."""
    if wanted.frequency_mhz is None or not site.carriers_mhz:
        return None
    own = Band(wanted.frequency_mhz, wanted.bandwidth_khz)
    carriers = [own, *(Band(one, wanted.bandwidth_khz) for one in site.carriers_mhz)]
    return len(hits(carriers, carriers, orders=_ORDERS, must_hold=0))
