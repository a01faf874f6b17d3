"""Radials to losses: the one kernel that walks a block of radials."""

import numpy as np
from numpy.typing import NDArray

from propagation.area.desk import lay_out
from propagation.area.diffraction import diffraction, smooth_earth
from propagation.area.losses import fixed, timed
from propagation.area.table import BLOCK, LD_50, LD_B, TIMED
from propagation.area.trace import BEND_50, BEND_B, FEATURES, distance_terms, inland_terms, trace
from propagation.compiled import scan

__all__ = ["WAVE", "sweep"]

Floats = NDArray[np.float64]
Losses = NDArray[np.float32] | NDArray[np.float64]
Indices = NDArray[np.int32]
Zones = NDArray[np.int8]
Block = tuple[Floats, Floats, Zones, Indices, Floats]

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
    climate: tuple[float, float, float, float, float],
    flags: tuple[bool, bool],
    losses: Floats,
) -> None:
    """Write the losses of a block of receivers at one frequency, for each time and location."""
    hts, step, radius, rare_radius, n0 = climate
    inland, median = flags
    medium = (wave[0], wave[1], wave[2])
    smooth_earth(block, work)
    sea = 0.0 if inland else wave[3]
    if _between(percents)[0] < 50.0:
        diffraction(block, BEND_B, rare_radius, step, medium, sea, work, LD_B)
    if median:
        diffraction(block, BEND_50, radius, step, medium, sea, work, LD_50)
    else:
        for i in range(BLOCK):
            work[LD_50 * BLOCK + i] = work[LD_B * BLOCK + i]
    fixed(block, hts, radius, n0, medium, not inland, work)
    for p in range(percents.size):
        timed(work, percents[p], percents[p] == 50.0, located, losses[p])


@scan
def _take_up(found: Floats, begin: int, size: int, block: Floats) -> None:
    """Copy the parameters of some receivers; the last of them fills what is left."""
    for row in range(FEATURES):
        source = found[row, begin : begin + size]
        target = block[row * BLOCK : (row + 1) * BLOCK]
        for i in range(size):
            target[i] = source[i]
        for i in range(size, BLOCK):
            target[i] = source[size - 1]


@scan
def _hand_out(losses: Floats, merge: bool, out: Losses) -> None:
    """Copy losses, or what is less of them and those that are there."""
    for i in range(out.size):
        if not merge or losses[i] < out[i]:
            out[i] = losses[i]


@scan
def _radial(
    found: Floats,
    first: int,
    waves: Floats,
    located: Floats,
    percents: Floats,
    climate: tuple[float, float, float, float, float],
    flags: tuple[bool, bool],
    buffers: tuple[Floats, Floats, Floats],
    out: Losses,
) -> None:
    """Write the losses of one radial, shape (l, frequencies, p, points), from `first` on."""
    block, work, losses = buffers
    count = found.shape[1]
    for begin in range(first, count, BLOCK):
        size = min(BLOCK, count - begin)
        _take_up(found, begin, size, block)
        frequency = -1
        for w in range(waves.shape[0]):
            _wave_losses(block, work, waves[w], located[w], percents, climate, flags, losses)
            merge = waves[w, 4] != 0.0
            frequency += 0 if merge else 1
            for p in range(percents.size):
                for place in range(located.shape[1]):
                    target = out[place, frequency, p, begin : begin + size]
                    _hand_out(losses[p, place], merge, target)


@scan
def sweep(
    x: Floats,
    block: Block,
    heights: tuple[float, float],
    climate: tuple[float, float, float],
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
    radius, rare_radius, n0 = climate
    curvatures = (500.0 / radius, 500.0 / rare_radius)
    between = _between(percents)
    buffers = (
        np.empty(FEATURES * BLOCK),
        np.empty(TIMED * BLOCK),
        np.empty((percents.size, located.shape[1], BLOCK)),
    )
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
        place = (h[0] + heights[0], along[1], radius, rare_radius, n0)
        flags = (inland, median)
        _radial(found, first[r], waves, located, percents, place, flags, buffers, out[:, :, :, r])
