"""Areas of a raster of numbers: how large, where a letter of each stands, and in which colour.

A raster of best servers or of strongest interferers holds a number at every place. A map names
each area by the letter of the number that it is of, inside the area, never where the mast of
somebody else happens to stand; and areas that touch have different colours as far as they go.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from gis.raster import Grid, read_raster
from maps.palette import AREA_COLOURS

__all__ = ["Areas", "areas_of", "colours_of", "together"]

_MOST_PIXELS = 600
"""Longest side on which letters are placed; a larger raster is thinned out."""

_PATCHES = 6
"""How many patches of a number have letters at most, the largest first."""

_LETTERS = 4
"""How many letters a patch has at most."""

_APART = 0.2
"""How far the letters of a patch stand from each other, of the longest side of the raster."""

_NEAR = (1, 6)
"""Areas so many pixels from each other count as neighbours."""

Ranks = NDArray[np.int64]
Flags = NDArray[np.bool_]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Areas:
    """What a raster of numbers shows.

    Attributes
    ----------
    areas_km2 : dict
        Area of each number that has some.
    places : dict
        Longitude and latitude of the letters of each number, those of larger patches first.
    touching : Counter
        How many pixels of two numbers lie beside each other; the smaller number first.
    """

    areas_km2: dict[int, float]
    places: dict[int, tuple[Place, ...]]
    touching: Counter[tuple[int, int]]


def areas_of(file: Path) -> Areas:
    """Return what a raster of numbers, -1 for none, shows.

    Parameters
    ----------
    file : Path
        A GeoTIFF in EPSG:4326.
    """
    raster = read_raster(file)
    values = raster.values.astype(np.int64)
    known = values >= 0
    weights = np.broadcast_to(raster.grid.pixel_areas_km2(), values.shape)
    sums = np.bincount(values[known], weights[known])
    step = max(1, -(-max(values.shape) // _MOST_PIXELS))
    thin = values[::step, ::step]
    return Areas(
        {number: float(sums[number]) for number in np.flatnonzero(sums).tolist()},
        dict(_places(thin, raster.grid, step)),
        _touching(thin),
    )


def together(first: Path, second: Path) -> Counter[tuple[int, int]]:
    """Return in how many pixels two numbers of two rasters meet: who serves, and who disturbs."""
    one, other = (read_raster(file).values.astype(np.int64) for file in (first, second))
    return _pairs(one, other)


def colours_of(order: Sequence[int], touching: Counter[tuple[int, int]]) -> dict[int, int]:
    """Return the number of a colour for each number, so that neighbours differ.

    The first numbers have a colour each. A later one takes the colour that the fewest pixels
    beside it have, of these the one that was given the least often.

    Parameters
    ----------
    order : sequence of int
        The numbers, those of larger areas first.
    touching : Counter
        How many pixels of two numbers lie beside each other.
    """
    beside: dict[int, Counter[int]] = {number: Counter() for number in order}
    for (one, other), pixels in touching.items():
        if one in beside and other in beside:
            beside[one][other] += pixels
            beside[other][one] += pixels
    given: dict[int, int] = {}
    used: Counter[int] = Counter()
    for number in order:
        meets: Counter[int] = Counter()
        for other, pixels in beside[number].items():
            if other in given:
                meets[given[other]] += pixels
        colour = min(range(AREA_COLOURS), key=lambda one: (meets[one], used[one], one))
        given[number] = colour
        used[colour] += 1
    return given


def _places(values: Ranks, grid: Grid, step: int) -> Iterator[tuple[int, tuple[Place, ...]]]:
    """Yield each number and where its letters stand; `step` pixels of the grid are one value."""
    apart = _APART * max(values.shape)
    boxes: list[Any] = ndimage.find_objects(values + 1)  # None of a number that is nowhere
    for number, box in enumerate(boxes):
        if box is None:
            continue
        top, left = (side.start for side in box)
        found = _middles_of_patches(values[box] == number, apart)
        at = [((top + row) * step + 0.5, (left + column) * step + 0.5) for row, column in found]
        yield (
            number,
            tuple(
                (
                    round(grid.west_deg + across * grid.pixel_width_deg, 6),
                    round(grid.north_deg - down * grid.pixel_height_deg, 6),
                )
                for down, across in at
            ),
        )


def _middles_of_patches(own: Flags, apart: float) -> Iterator[tuple[int, int]]:
    """Yield where letters stand in the patches of a number, the larger patches first."""
    patches, count = ndimage.label(own, structure=np.ones((3, 3)))
    sizes = np.bincount(patches.ravel(), minlength=count + 1)[1:]
    boxes = ndimage.find_objects(patches)
    for patch in np.argsort(-sizes, kind="stable")[:_PATCHES].tolist():
        rows, columns = boxes[patch]
        for row, column in _middles(patches[rows, columns] == patch + 1, apart):
            yield rows.start + row, columns.start + column


def _middles(patch: Flags, apart: float) -> Iterator[tuple[int, int]]:
    """Yield the pixels of a patch that are farthest from its edge, none near one before."""
    inside = ndimage.distance_transform_edt(np.pad(patch, 1))[1:-1, 1:-1]
    rows, columns = np.indices(patch.shape)
    for count in range(_LETTERS):
        row, column = np.unravel_index(int(np.argmax(inside)), patch.shape)
        if inside[row, column] < 1 or (count and inside[row, column] < apart / 8):
            return
        yield int(row), int(column)
        inside[np.hypot(rows - row, columns - column) < apart] = 0


def _touching(values: Ranks) -> Counter[tuple[int, int]]:
    found: Counter[tuple[int, int]] = Counter()
    for near in _NEAR:
        found += _pairs(values[near:], values[:-near])
        found += _pairs(values[:, near:], values[:, :-near])
    return found


def _pairs(one: Ranks, other: Ranks) -> Counter[tuple[int, int]]:
    differ = (one >= 0) & (other >= 0) & (one != other)
    low, high = np.minimum(one, other)[differ], np.maximum(one, other)[differ]
    if not low.size:
        return Counter()
    base = int(high.max()) + 1
    keys, counts = np.unique(low * base + high, return_counts=True)
    pairs = ((int(key) // base, int(key) % base) for key in keys)
    return Counter(dict(zip(pairs, counts.tolist(), strict=True)))
