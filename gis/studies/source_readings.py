"""Readings of one compass at one place: one bearing, whose error does not shrink by repeating.

What a compass is off, and what reflects around it, is the same in every reading; the stated
standard error is mostly that. So readings of a station at a place share an error of the stated
size, and only what they scatter averages: ``sqrt(sigma^2 + s^2 / n)``. Where they scatter by more
than twice what is stated they are not of one thing, and s counts whole.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from gis.studies.source_observed import BearingSeen
from gis.terrain.ground import Remark

__all__ = ["one_a_place"]

_PLACE_DECIMALS: Final = 3
"""Places within about 100 m are one."""

_LARGEST_DEG: Final = 90.0
_SCATTERS: Final = 2.0


def one_a_place(
    seen: Sequence[BearingSeen],
) -> tuple[tuple[BearingSeen, ...], list[Remark]]:
    """Return one bearing for each station and place, and what is to be said of it.

    Parameters
    ----------
    seen : sequence of BearingSeen
        Every reading.
    """
    groups: dict[tuple[Any, ...], list[BearingSeen]] = {}
    for one in seen:
        place = (round(one.longitude, _PLACE_DECIMALS), round(one.latitude, _PLACE_DECIMALS))
        groups.setdefault((one.station, *place), []).append(one)
    found = tuple(_mean(rows) for rows in groups.values())
    return found, list(_remarks(groups.values(), found))


def _mean(rows: Sequence[BearingSeen]) -> BearingSeen:
    if len(rows) == 1:
        return rows[0]
    mean, scatter = _circular(rows)
    stated = _stated(rows)
    random = scatter if scatter > _SCATTERS * stated else scatter / math.sqrt(len(rows))
    error = min(math.hypot(stated, random), _LARGEST_DEG)
    return replace(rows[0], bearing_deg=mean, error_deg=round(error, 3))


def _stated(rows: Sequence[BearingSeen]) -> float:
    """Return the standard error that readings state, in the mean of their squares."""
    return math.sqrt(sum(one.error_deg**2 for one in rows) / len(rows))


def _circular(rows: Sequence[BearingSeen]) -> tuple[float, float]:
    """Return the circular mean and standard deviation of readings."""
    mean = complex(np.mean(np.exp(1j * np.radians([one.bearing_deg for one in rows]))))
    length = min(max(abs(mean), 1e-3), 1.0)
    spread = math.degrees(math.sqrt(-2 * math.log(length)))
    return round(math.degrees(math.atan2(mean.imag, mean.real)) % 360.0, 3), spread


def _remarks(groups: Any, found: Sequence[BearingSeen]) -> Iterator[Remark]:
    count = sum(len(rows) for rows in groups)
    if count > len(found):
        yield "sources.readings_merged", {"count": count, "bearings": len(found)}
    for rows in groups:
        scatter = _circular(rows)[1]
        if len(rows) > 1 and scatter > _SCATTERS * _stated(rows):
            told = {"scatter": round(scatter, 1), "error": round(_stated(rows), 1)}
            yield "sources.readings_scatter", {"name": rows[0].station, **told}
