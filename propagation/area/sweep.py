"""Radials to losses: the one kernel that walks a block of radials.

Parameters are found radial by radial. Losses are worked on in blocks of receivers, of as many
radials as fill one: a path with one receiver costs a receiver, not a block.
"""

import numpy as np
from numpy.typing import NDArray

from propagation.area.desk import lay_out
from propagation.area.diffraction import diffraction, smooth_earth
from propagation.area.losses import fixed, timed
from propagation.area.table import BLOCK, LD_50, LD_B, TIMED
from propagation.area.trace import (
    BEND_50,
    BEND_B,
    FEATURES,
    HTS,
    PARAMETERS,
    STEP,
    distance_terms,
    inland_terms,
    trace,
)
from propagation.compiled import scan

__all__ = ["WAVE", "sweep"]

Floats = NDArray[np.float64]
Losses = NDArray[np.float32] | NDArray[np.float64]
Indices = NDArray[np.int32]
Zones = NDArray[np.int8]
Block = tuple[Floats, Floats, Zones, Indices, Floats]
Place = tuple[float, float]
Climate = tuple[float, float, float]
Asked = tuple[Floats, Floats, Floats]
Buffers = tuple[Floats, Floats, Floats, NDArray[np.int64]]
"""The block, its table, its losses, and what waits: in the first row how many receivers, how many
parts and their flags; then radial, first receiver, place in the block and size of each part."""

WAVE = 5
"""Values of a wave: GHz, its cube root, ground of land and of sea (eq. 29), and whether the
smaller loss of it and the wave before counts (1) or its own (0)."""

_INLAND = 4


@scan
def _known(h: Floats) -> int:
    """Return how many points from the transmitter have a height."""
    for k in range(h.size):
        if np.isnan(h[k]):
            return k
    return h.size


@scan
def _any(values: Floats, count: int) -> bool:
    """Return whether any of the first values, but the transmitter's, is not 0."""
    for k in range(1, count):
        if values[k] != 0.0:
            return True
    return False


@scan
def _inland(zone: Zones, count: int) -> bool:
    """Return whether the first points are all inland."""
    for k in range(count):
        if zone[k] != _INLAND:
            return False
    return True


@scan
def _between(percents: Floats) -> tuple[float, float]:
    """Return the least and the greatest percentage of time."""
    least, greatest = percents[0], percents[0]
    for percent in percents:
        least, greatest = min(least, percent), max(greatest, percent)
    return least, greatest


@scan
def _wave_losses(
    block: Floats,
    work: Floats,
    wave: Floats,
    located: Floats,
    percents: Floats,
    climate: Climate,
    flags: tuple[bool, bool],
    losses: Floats,
) -> None:
    """Write the losses of a block of receivers at one frequency, for each time and location."""
    radius, rare_radius, n0 = climate
    inland, median = flags
    medium = (wave[0], wave[1], wave[2])
    smooth_earth(block, work)
    sea = 0.0 if inland else wave[3]
    if _between(percents)[0] < 50.0:
        diffraction(block, BEND_B, rare_radius, medium, sea, work, LD_B)
    if median:
        diffraction(block, BEND_50, radius, medium, sea, work, LD_50)
    else:
        for i in range(BLOCK):
            work[LD_50 * BLOCK + i] = work[LD_B * BLOCK + i]
    fixed(block, radius, n0, medium, not inland, work)
    for p in range(percents.size):
        timed(work, percents[p], percents[p] == 50.0, located, losses[p])


@scan
def _take_up(found: Floats, begin: int, size: int, place: int, own: Place, block: Floats) -> None:
    """Copy the parameters of some receivers of a radial to a place in the block."""
    for row in range(FEATURES):
        source = found[row, begin : begin + size]
        target = block[row * BLOCK + place : row * BLOCK + place + size]
        for i in range(size):
            target[i] = source[i]
    block[HTS * BLOCK + place : HTS * BLOCK + place + size] = own[0]
    block[STEP * BLOCK + place : STEP * BLOCK + place + size] = own[1]


@scan
def _hand_out(losses: Floats, merge: bool, out: Losses) -> None:
    """Copy losses, or what is less of them and those that are there."""
    for i in range(out.size):
        if not merge or losses[i] < out[i]:
            out[i] = losses[i]


@scan
def _work_off(asked: Asked, climate: Climate, buffers: Buffers, out: Losses) -> None:
    """Write the losses of the receivers that wait in the block, and empty it."""
    waves, located, percents = asked
    block, work, losses, waiting = buffers
    filled, parts = waiting[0, 0], waiting[0, 1]
    if filled == 0:
        return
    for row in range(PARAMETERS):
        block[row * BLOCK + filled : (row + 1) * BLOCK] = block[row * BLOCK + filled - 1]
    flags = (waiting[0, 2] != 0, waiting[0, 3] != 0)
    frequency = -1
    for w in range(waves.shape[0]):
        _wave_losses(block, work, waves[w], located[w], percents, climate, flags, losses)
        merge = waves[w, 4] != 0.0
        frequency += 0 if merge else 1
        for n in range(1, parts + 1):
            r, begin, place, size = waiting[n, 0], waiting[n, 1], waiting[n, 2], waiting[n, 3]
            for p in range(percents.size):
                for spot in range(located.shape[1]):
                    target = out[spot, frequency, p, r, begin : begin + size]
                    _hand_out(losses[p, spot, place : place + size], merge, target)
    waiting[0, :2] = 0


@scan
def _radial(
    found: Floats,
    r: int,
    first: int,
    own: Place,
    flags: tuple[bool, bool],
    asked: Asked,
    climate: Climate,
    buffers: Buffers,
    out: Losses,
) -> None:
    """Let the receivers of a radial, from `first` on, wait in the block; work full blocks off.

    What waits together has the flags of `_wave_losses` in common, whichever radial it is of.
    """
    block, _, _, waiting = buffers
    if waiting[0, 2] != flags[0] or waiting[0, 3] != flags[1]:
        _work_off(asked, climate, buffers, out)
        waiting[0, 2], waiting[0, 3] = flags
    count = found.shape[1]
    begin = first
    while begin < count:
        place = waiting[0, 0]
        size = min(BLOCK - place, count - begin)
        _take_up(found, begin, size, place, own, block)
        waiting[0, 0] += size
        waiting[0, 1] += 1
        part = waiting[waiting[0, 1]]
        part[0], part[1], part[2], part[3] = r, begin, place, size
        begin += size
        if waiting[0, 0] == BLOCK:
            _work_off(asked, climate, buffers, out)


@scan
def sweep(
    x: Floats,
    block: Block,
    heights: tuple[float, float],
    climate: Climate,
    waves: Floats,
    located: Floats,
    percents: Floats,
    enough: float,
    out: Losses,
) -> None:
    """Write the losses of every receiver of a block of radials.

    Parameters
    ----------
    x : ndarray, shape (1, n + 1) or (r, n + 1)
        Distance of the points, km, equal steps from 0; one row for all radials, or one for each.
    block : tuple of ndarray
        Terrain and clutter height (r, n + 1), m; zone (r, n + 1); first receiver (r,); latitude
        of the path's centre as a polynomial of degree 2 of its length (r, 3).
    heights : tuple of float
        Transmitter and receiver above ground, m.
    climate : tuple of float
        Effective radius, median and exceeded for b0 % of time, km; surface refractivity, N-units.
    waves : ndarray, shape (w, WAVE)
        The waves.
    located : ndarray, shape (w, l)
        What percentages of locations add at a receiver within the clutter, dB.
    percents : ndarray, shape (p,)
        Percentages of time.
    enough : float
        As for `worst_in_sight`.
    out : ndarray, shape (l, frequencies, p, r, n + 1)
        Takes the losses, dB; what is not computed stays. Beyond a void of the terrain it is NaN.
    """
    terrain, clutter, zone, first, latitude = block
    curvatures = (500.0 / climate[0], 500.0 / climate[1])
    between = _between(percents)
    buffers = (
        np.empty(PARAMETERS * BLOCK),
        np.empty(TIMED * BLOCK),
        np.empty((percents.size, located.shape[1], BLOCK)),
        np.zeros((BLOCK + 1, 4), dtype=np.int64),
    )
    asked = (waves, located, percents)
    points = x.shape[1]
    space = np.zeros(FEATURES * points)
    desk = lay_out(points)
    laid = dry = 0
    for r in range(terrain.shape[0]):
        if x.shape[0] > 1:
            laid = dry = 0
        along = x[r if x.shape[0] > 1 else 0]
        count = _known(terrain[r])
        out[:, :, :, r, max(count, first[r]) :] = np.nan
        if count <= first[r]:
            continue
        covered = _any(clutter[r], count)
        inland = _inland(zone[r], count)
        h = terrain[r][:count]
        g = h + clutter[r][:count] if covered else h
        centre = (latitude[r, 0], latitude[r, 1], latitude[r, 2])
        found = space[: FEATURES * count].reshape(FEATURES, count)
        if laid != count:
            distance_terms(along[:count], found)
            laid, dry = count, 0
        if inland and dry != count:
            inland_terms(along[:count], found)
        dry = count if inland else 0
        median = trace(
            along[:count],
            h,
            g,
            zone[r][:count],
            first[r],
            heights,
            curvatures,
            centre,
            enough,
            between,
            (covered, inland, False),
            desk,
            found,
        )
        own, flags = (h[0] + heights[0], along[1]), (inland, median)
        _radial(found, r, first[r], own, flags, asked, climate, buffers, out)
    _work_off(asked, climate, buffers, out)
