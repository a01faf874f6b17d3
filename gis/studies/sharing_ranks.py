"""Which supports would do, why, and in which order: from facts alone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from gis.register.structures import Lifecycle, Structure
from gis.studies.sharing_asked import SharingWanted
from gis.studies.sharing_sites import WEIGHT_STEP_KG, WIND_STEP_M2, Site

__all__ = ["Fit", "Judged", "conclusion", "in_order", "judged", "judged_alone", "outlying"]


_LEAST_RENTS = 5
_FENCE = 1.5
_AGAINST = frozenset(
    {
        "full",
        "too_low",
        "wind_none",
        "wind_short",
        "weight_none",
        "weight_short",
        "covers_little",
    }
)
"""Sentences of which one alone says that a support would not do."""


class Fit(StrEnum):
    """Whether a support would do."""

    FITS = "fits"
    POSSIBLE = "possible"
    NOT = "does_not_fit"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of one support.

    Attributes
    ----------
    fit : Fit
        Whether it would do; possible where something is not known.
    reasons : tuple of (str, mapping)
        Sentences of the catalogue `sharing` with their values, those against it first.
    """

    fit: Fit
    reasons: tuple[tuple[str, Mapping[str, Any]], ...]


def judged(
    wanted: SharingWanted,
    site: Site,
    *,
    away_km: float,
    shareable: bool | None,
    state: Lifecycle | None,
    mounting_m: float | None,
    covered_percent: float | None,
    products: int | None,
) -> Judged:
    """Judge one support.

    Parameters
    ----------
    wanted : SharingWanted
        What shall hang there.
    site : Site
        What is known of it.
    away_km : float
        How far it stands from the place, the circle or the area.
    shareable : bool or None
        Whether its owner lets others on, as recorded.
    state : Lifecycle or None
        Whether it stands already, as recorded.
    mounting_m : float or None
        Height above ground at which the antenna would hang.
    covered_percent : float or None
        Share of the wanted area that is served from there; None where not predicted.
    products : int or None
        Intermodulation products, with the wanted carrier, on a carrier of the site; None where
        there is no carrier to look at.
    """
    found = [
        *_places(wanted, site, mounting_m, covered_percent),
        *_load(wanted, site),
        *_coverage(wanted, mounting_m, covered_percent),
        *_distance(wanted, away_km),
        *_neighbours(site, products),
        *([] if shareable is not None else [_Said(Fit.POSSIBLE, "owner_not_said")]),
        *([_Said(Fit.POSSIBLE, "being_built")] if state is Lifecycle.UNDER_CONSTRUCTION else []),
    ]
    order = (Fit.NOT, Fit.POSSIBLE, Fit.FITS)
    ranked = sorted(found, key=lambda one: order.index(one.fit))
    return Judged(ranked[0].fit, tuple((one.key, one.values) for one in ranked))


def judged_alone(structure: Structure, site: Site) -> Judged:
    """Judge a support for some antenna of which nothing is said, at the greatest free height.

    It is what a search says of the support that stands where it looks.
    """
    top_m = site.highest_m()
    wanted = SharingWanted.at_height(structure.longitude, structure.latitude, top_m or 0.0)
    return judged(
        wanted,
        site,
        away_km=0.0,
        shareable=structure.shareable,
        state=structure.state,
        mounting_m=top_m,
        covered_percent=None,
        products=None,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """One sentence about a support: what it speaks for, and its values."""

    fit: Fit
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


def _places(
    wanted: SharingWanted, site: Site, mounting_m: float | None, covered_percent: float | None
) -> Iterator[_Said]:
    """Say at what height it would hang: where coverage was asked for, that decides instead."""
    if mounting_m is None:
        yield _Said(Fit.NOT, "full") if site.levels else _Said(Fit.POSSIBLE, "no_height")
        return
    values = {"height_m": round(mounting_m, 1), "wanted_m": wanted.height_m}
    if mounting_m >= wanted.height_m or covered_percent is not None:
        yield _Said(Fit.FITS, "height", values)
    else:
        yield _Said(Fit.POSSIBLE if wanted.covers else Fit.NOT, "too_low", values)
    if not site.levels:
        yield _Said(Fit.POSSIBLE, "places_unknown")
    elif site.unplaced >= site.free_at(mounting_m):
        values = {"count": site.unplaced, "free": site.free_at(mounting_m)}
        yield _Said(Fit.POSSIBLE, "unplaced", values)


def _load(wanted: SharingWanted, site: Site) -> Iterator[_Said]:
    for name, left, needed, step in (
        ("wind", site.wind_left_m2, wanted.wind_area_m2, WIND_STEP_M2),
        ("weight", site.weight_left_kg, wanted.weight_kg, WEIGHT_STEP_KG),
    ):
        if left is None:
            yield _Said(Fit.POSSIBLE, f"{name}_unknown")
        elif left >= needed and left > 0:
            yield _Said(Fit.FITS, f"{name}_left", {"left": left})
        elif site.in_steps and needed < left + step:
            values = {"left": left, "most": left + step, "needed": needed}
            yield _Said(Fit.POSSIBLE, f"{name}_near", values)
        elif needed <= 0:
            yield _Said(Fit.NOT, f"{name}_none")
        else:
            yield _Said(Fit.NOT, f"{name}_short", {"left": left, "needed": needed})


def _coverage(
    wanted: SharingWanted, mounting_m: float | None, covered_percent: float | None
) -> Iterator[_Said]:
    if covered_percent is not None:
        values = {"percent": round(covered_percent, 1), "wanted": wanted.wanted_percent}
        enough = covered_percent >= wanted.wanted_percent
        yield (
            _Said(Fit.FITS, "covers", values)
            if enough
            else _Said(Fit.NOT, "covers_little", values)
        )
    elif wanted.covers and mounting_m is not None:
        yield _Said(Fit.POSSIBLE, "coverage_unknown")


def _distance(wanted: SharingWanted, away_km: float) -> Iterator[_Said]:
    """Say that it stands outside what is to be covered, where no coverage was asked for."""
    radius_km = 0.0 if wanted.area else wanted.radius_km
    if not wanted.covers and away_km > radius_km:
        yield _Said(Fit.POSSIBLE, "outside", {"away_km": round(away_km, 1)})


def _neighbours(site: Site, products: int | None) -> Iterator[_Said]:
    if products:
        yield _Said(Fit.POSSIBLE, "intermodulation", {"count": products})
    elif products == 0:
        yield _Said(Fit.FITS, "no_intermodulation", {"count": len(site.carriers_mhz)})
    if site.others:
        yield _Said(Fit.POSSIBLE, "others")


def in_order(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return rows, the best first: fit, covered share, rent, distance.

    Where it was not predicted what a support would serve, its distance goes before its rent.
    """
    ranks = {fit.value: rank for rank, fit in enumerate(Fit)}

    def place(row: Mapping[str, Any]) -> tuple[int, float, tuple[float, float], str]:
        rent = float("inf") if row["rent_vnd"] is None else row["rent_vnd"]
        covered, away = row["covered_percent"], row["distance_km"]
        last = (away, rent) if covered is None else (rent, away)
        return ranks[row["fit"]], -(covered or 0.0), last, row["structure_id"]

    return sorted(rows, key=place)


def outlying(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return which asked rents lie apart from those of the same kind of structure and unit.

    Apart is more than one and a half times the distance of the quartiles beyond them (Tukey's
    fences), among at least five that ask.

    Parameters
    ----------
    rows : sequence of mapping
        With `structure_id`, `kind`, `rent_unit` and `rent_vnd`.

    Returns
    -------
    dict
        By `structure_id`: `high` or not, `median_vnd` of those that ask, and their `count`.
    """
    alike: dict[tuple[str, str | None], list[Mapping[str, Any]]] = {}
    for row in rows:
        if row["rent_vnd"] is not None:
            alike.setdefault((row["kind"], row["rent_unit"]), []).append(row)
    found = {}
    for group in alike.values():
        if len(group) < _LEAST_RENTS:
            continue
        rents = [row["rent_vnd"] for row in group]
        low, median, high = map(float, np.percentile(rents, (25, 50, 75)))
        beyond = _FENCE * (high - low)
        for row in group:
            if not low - beyond <= row["rent_vnd"] <= high + beyond:
                told = {"high": row["rent_vnd"] > high, "median_vnd": median}
                found[row["structure_id"]] = {**told, "count": len(group)}
    return found


def conclusion(
    rows: Sequence[Mapping[str, Any]], *, unseen: int, unscored: int
) -> tuple[str, int]:
    """Return the sentence that says whether an existing support would do, and how many it counts.

    That none will is said only where every support in reach was looked at; where nothing but
    predicted coverage speaks against one of them, that is said with it.
    """
    counted = Counter(row["fit"] for row in rows)
    for fit in (Fit.FITS, Fit.POSSIBLE):
        if counted[fit.value]:
            return fit.value, counted[fit.value]
    if unseen or unscored:
        return "none_seen", len(rows)
    return "none_predicted" if any(map(_on_prediction, rows)) else "none", len(rows)


def _on_prediction(row: Mapping[str, Any]) -> bool:
    """Return whether nothing but predicted coverage speaks against a support."""
    return {one["key"] for one in row["reasons"]} & _AGAINST == {"covers_little"}
