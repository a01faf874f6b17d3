"""Doubts about a whole file: read in the wrong grid, in the wrong datum, or turned around."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.exchange.answers import ImportAnswers, Option, Question, QuestionKind
from gis.exchange.datum import crs_name, fitting
from gis.exchange.extent import Communes, Extent
from gis.exchange.places import Measure, Place
from gis.geodesy import PROJECTIONS, VN2000, WGS84, azimuth_deg, distance_km, is_vn2000, to_wgs84

__all__ = ["ask_datum", "ask_meridian", "ask_shifted", "ask_swapped", "located"]

Floats = NDArray[np.float64]

_SHIFT_M = 225.5
_SHIFT_TOLERANCE_M = 25.0
_SHIFT_AZIMUTH_DEG = 120.0
_AZIMUTH_TOLERANCE_DEG = 10.0
_MOST = 0.8
_FEW = 0.5
_ENOUGH_ROWS = 3
_OPTIONS = 8


@dataclass(frozen=True, slots=True)
class _Fit:
    epsg: int
    share: float


def located(places: Sequence[Place | None], assumed: int | None = None) -> tuple[Floats, Floats]:
    """Return WGS 84 longitude and latitude of each place; NaN where there is none.

    Parameters
    ----------
    places : sequence of Place or None
        One a row.
    assumed : int, optional
        System for places that wait for one.
    """
    longitude = np.full(len(places), np.nan)
    latitude = np.full(len(places), np.nan)
    by_system: dict[int, list[int]] = {}
    for index, place in enumerate(places):
        epsg = None if place is None else place.epsg if place.epsg is not None else assumed
        if epsg is not None:
            by_system.setdefault(epsg, []).append(index)
    for epsg, indices in by_system.items():
        these = [place for index in indices if (place := places[index]) is not None]
        lon, lat = to_wgs84([p.x for p in these], [p.y for p in these], epsg)
        longitude[indices], latitude[indices] = lon, lat
    return longitude, latitude


def ask_datum(
    places: Sequence[Place | None],
    extent: Extent,
    preferred: Sequence[int],
    words: str,
) -> Question | None:
    """Return the question for the coordinate system of places that name none."""
    waiting = [place for place in places if place is not None and place.epsg is None]
    if not waiting:
        return None
    degrees = [place for place in waiting if place.measure is Measure.DEGREES]
    metres = [place for place in waiting if place.measure is Measure.METRES]
    options = [WGS84, VN2000] if degrees else []
    if metres:
        fits = [fit for fit in _fits(metres, extent) if fit.share > _FEW]
        grids = [fit.epsg for fit in fits] or [e for e in preferred if e in PROJECTIONS]
        grids.sort(key=lambda epsg: epsg not in preferred)
        options += grids[:_OPTIONS] if not degrees else []
    key = f"exchange.question.{'crs' if degrees else 'crs_grid'}{'' if words else '_unsaid'}"
    return Question(
        QuestionKind.CRS,
        "crs",
        key,
        {"count": len(waiting), **({"said": words} if words else {})},
        tuple(_system_option(epsg) for epsg in options),
    )


def ask_swapped(places: Sequence[Place | None], answers: ImportAnswers) -> Question | None:
    """Return the question whether longitude and latitude are exchanged throughout."""
    placed = [place for place in places if place is not None]
    swapped = sum(place.swapped for place in placed)
    if answers.swap is not None or swapped < 2 or swapped < 0.9 * len(placed):
        return None
    options = tuple(
        Option((("swap", answer),), f"exchange.option.swap_{answer}") for answer in ("yes", "no")
    )
    return Question(
        QuestionKind.SWAPPED, "swap", "exchange.question.swapped", {"count": swapped}, options
    )


def ask_meridian(
    places: Sequence[Place | None],
    names: Sequence[str | None],
    communes: Communes,
    extent: Extent,
    answers: ImportAnswers,
) -> Question | None:
    """Return the question about the grid, when only another one puts rows where they say.

    Rows are judged by the commune that they name, or by the province when they name none.
    """
    if QuestionKind.CENTRAL_MERIDIAN.value in answers.confirmed:
        return None
    chosen = [
        index
        for index, place in enumerate(places)
        if place is not None and place.measure is Measure.METRES and place.epsg is not None
    ]
    if not chosen:
        return None
    these = [place for index in chosen if (place := places[index]) is not None]
    named = [names[index] for index in chosen]
    known = communes.known(named)
    if known.sum() >= min(_ENOUGH_ROWS, len(these)):
        these = [place for place, use in zip(these, known, strict=True) if use]
        named = [name for name, use in zip(named, known, strict=True) if use]
    elif extent.name:
        named = []
    else:
        return None
    own = these[0].epsg or 0
    share = _share(these, None, named, communes, extent)
    others = [
        _Fit(epsg, _share(these, epsg, named, communes, extent))
        for epsg in fitting()
        if epsg != own
    ]
    best = max(others, key=lambda fit: fit.share)
    if share >= _FEW or best.share < _MOST:
        return None
    offered = [fit.epsg for fit in others if fit.share >= best.share - 0.05][:3]
    confirm = Option(
        (("confirm", QuestionKind.CENTRAL_MERIDIAN.value),),
        "exchange.option.keep_crs",
        {"crs": crs_name(own)},
    )
    return Question(
        QuestionKind.CENTRAL_MERIDIAN,
        "crs",
        "exchange.question.central_meridian",
        {
            "crs": crs_name(own),
            "inside": round(100 * share),
            "other": crs_name(best.epsg),
            "other_inside": round(100 * best.share),
            "where": "; ".join(sorted({n for n in named if n})[:3]) or extent.name,
        },
        (*(_system_option(epsg) for epsg in offered), confirm),
    )


def ask_shifted(
    stored: tuple[Floats, Floats],
    read: tuple[Floats, Floats],
    places: Sequence[Place],
    answers: ImportAnswers,
) -> Question | None:
    """Return the question about the datum, when the file sits beside the register's own points.

    About 225 m at azimuth 120 degrees is what VN-2000 taken for WGS 84 makes (regulation of the
    datum's parameters: QĐ 05/2007/QĐ-BTNMT); seen from the file, or from the register.

    Parameters
    ----------
    stored, read : tuple of ndarray
        Longitude and latitude of the same points in the register and in the file.
    places : sequence of Place
        What the file says of them.
    answers : ImportAnswers
        `confirm=shifted` settles it.
    """
    if QuestionKind.SHIFTED.value in answers.confirmed or len(places) == 0:
        return None
    metres = distance_km(*read, *stored) * 1000
    towards = azimuth_deg(*read, *stored)
    near = np.abs(metres - _SHIFT_M) <= _SHIFT_TOLERANCE_M
    for azimuth, becomes_vn2000 in (
        (_SHIFT_AZIMUTH_DEG, True),
        (_SHIFT_AZIMUTH_DEG + 180, False),
    ):
        turned = np.abs((towards - azimuth + 180) % 360 - 180) <= _AZIMUTH_TOLERANCE_DEG
        hits = near & turned
        if hits.sum() >= max(1, _MOST * len(places)):
            return _shifted(places[0], float(np.median(metres[hits])),
                            float(np.median(towards[hits])), int(hits.sum()),
                            becomes_vn2000=becomes_vn2000)  # fmt: skip
    return None


def _shifted(
    place: Place, metres: float, azimuth: float, count: int, *, becomes_vn2000: bool
) -> Question:
    own = place.epsg if place.epsg is not None else WGS84
    other = _twin(own, vn2000=becomes_vn2000)
    confirm = Option(
        (("confirm", QuestionKind.SHIFTED.value),),
        "exchange.option.keep_crs",
        {"crs": crs_name(own)},
    )
    options = (confirm,) if other is None else (_system_option(other), confirm)
    return Question(
        QuestionKind.SHIFTED,
        "crs",
        "exchange.question.shifted",
        {
            "count": count,
            "distance": round(metres),
            "azimuth": round(azimuth),
            "crs": crs_name(own),
            "other": crs_name(other if other is not None else own),
        },
        options,
    )


def _twin(epsg: int, *, vn2000: bool) -> int | None:
    """Return the same kind of coordinates on the other datum."""
    if is_vn2000(epsg) == vn2000:
        return None
    if epsg in (WGS84, VN2000):
        return VN2000 if vn2000 else WGS84
    grid = PROJECTIONS[epsg]
    same = [
        other
        for other, its in PROJECTIONS.items()
        if its.vn2000 == vn2000
        and its.central_meridian_deg == grid.central_meridian_deg
        and its.scale == grid.scale
    ]
    return same[0] if same else None


def _system_option(epsg: int) -> Option:
    return Option((("crs", str(epsg)),), "exchange.option.crs", {"crs": crs_name(epsg)})


def _fits(places: Sequence[Place], extent: Extent) -> list[_Fit]:
    found = []
    for epsg in fitting():
        lon, lat = to_wgs84([p.x for p in places], [p.y for p in places], epsg)
        found.append(_Fit(epsg, float(extent.holds(lon, lat).mean())))
    return found


def _share(
    places: Sequence[Place],
    epsg: int | None,
    names: Sequence[str | None],
    communes: Communes,
    extent: Extent,
) -> float:
    moved = places if epsg is None else [place._replace(epsg=epsg) for place in places]
    lon, lat = located(moved)
    inside = communes.hold(names, lon, lat) if names else extent.holds(lon, lat)
    return float(inside.mean())
