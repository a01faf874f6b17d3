"""The Irregular Terrain Model for every receiver along a radial, in one sweep.

The numbers are those of the path function: horizons are followed (`radial_horizons`), mean
heights and fitted lines come from running sums, and the rest is the same code, the loss in blocks
of receivers (`blocks`). The irregularity of the terrain can be taken at every n-th receiver only
and interpolated, which is the one approximation, and is chosen by the caller.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.compiled import passage, scan
from propagation.errors import PropagationError, require_range
from propagation.itm.asking import EDITION, known_row, matrix, model_codes
from propagation.itm.batch import Asked, limits_of, statistics_of, wave_of
from propagation.itm.blocks import (
    BLOCK,
    FREE_SPACE,
    REFERENCE,
    VARIED,
    Block,
    block_of_paths,
    join_terminals,
    predict,
    put_path,
)
from propagation.itm.diffraction import Terminals
from propagation.itm.irregularity import Room, irregularity_m, room_for_samples
from propagation.itm.profile import (
    Ends,
    Horizons,
    Window,
    considered,
    curvature_of,
    fit_window,
    fitted,
    in_plain_sight,
)
from propagation.itm.radial_horizons import follower, horizons_at
from propagation.itm.records import Conditions

__all__ = ["INTERPOLATED_DB", "USUAL_EVERY", "RadialLoss", "radial_loss"]

USUAL_EVERY: Final = 4
"""Receivers between which areas interpolate the irregularity of the terrain."""

INTERPOLATED_DB: Final = (0.1, 0.7, 8.0)
"""How far off that is, dB: root mean square, at 999 receivers in 1000, and at any."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FIRST_RECEIVER = 2  # intervals from the transmitter
_PART = 100  # of a path: receivers between which is interpolated are no farther apart
_EVEN = 0.1  # relative change of the irregularity that is interpolated; more is computed
_JUMP = 4.0  # irregularities that neighbouring points may differ by; beyond all is computed


@dataclass(frozen=True, slots=True, eq=False)
class RadialLoss:
    """Loss at every point of radials; arrays of the shape of the terrain.

    Attributes
    ----------
    basic_transmission_loss_db, reference_attenuation_db : ndarray
        As in ItmLoss. NaN at the transmitter and its neighbour, where a height of the path is
        NaN, and where the refractivity leaves 150 to 400 N-units.
    mode : ndarray of int8
        PropagationMode codes, UNKNOWN where the loss is.
    warnings : ndarray of int32
        ItmWarning bits.
    """

    basic_transmission_loss_db: Floats
    reference_attenuation_db: Floats
    mode: NDArray[np.int8]
    warnings: NDArray[np.int32]


def radial_loss(
    terrain_height_m: ArrayLike,
    step_m: float,
    conditions: Conditions,
    *,
    irregularity_every: int = 1,
) -> RadialLoss:
    """Predict the loss from the first point of radials to every other point.

    Parameters
    ----------
    terrain_height_m : array_like, shape (..., n)
        Heights above mean sea level, transmitter first, evenly spaced, n at least 3; -500 to
        9000 m. From a NaN on, the losses of a radial are NaN.
    step_m : float
        Distance between neighbouring points, m, positive.
    conditions : Conditions
        What is asked, numbers only; one for all radials.
    irregularity_every : int
        At 1 the irregularity of the terrain is that of each path; at n it is taken at every n-th
        receiver, no farther apart than 1 % of the path, and interpolated between where it changes
        by no more than 10 % from one to the next. Where neighbouring points of the radial differ
        in height by more than four times the irregularity (a lone peak, which the samples of a
        path meet or miss), it is taken at every receiver from there on. Against the path function
        the loss is then off by no more than INTERPOLATED_DB says, for n up to 8, of plains, hills,
        cliffs, coasts and peaks; the largest differences are at single receivers, where the mode
        switches.

    Returns
    -------
    RadialLoss
        Arrays of the terrain's shape.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.
    PropagationError
        If a radial has too few points, the conditions hold arrays, or a name is none that the
        model knows.

    References
    ----------
    .. [ALG] Hufford, The ITS Irregular Terrain Model, version 1.2.2: the algorithm, 1995.
    """
    terrain = np.asarray(terrain_height_m, dtype=np.float64)
    if terrain.ndim == 0 or terrain.shape[-1] <= _FIRST_RECEIVER:
        raise PropagationError("a radial needs at least 3 points")
    require_range("terrain_height_m", terrain, -500, 9000, EDITION)
    require_range("step_m", step_m, 0, np.inf, EDITION, inclusive=False)
    require_range("irregularity_every", irregularity_every, 1, 1000, EDITION)
    asked, shape = matrix(conditions, {Asked.STEP_M: step_m}, ())
    if shape or np.isnan(asked).any():
        raise PropagationError("a radial is asked for in numbers, not in arrays or NaN")
    rows = np.ascontiguousarray(terrain).reshape(-1, terrain.shape[-1])
    # a radial's results lie together, so that one compiled sweep serves any number of radials
    losses = np.full((len(rows), 2, rows.shape[1]), np.nan)
    codes = np.zeros((len(rows), 2, rows.shape[1]), dtype=np.int32)
    for k, heights in enumerate(rows):
        _sweep(
            heights,
            asked[0],
            known_row(conditions),
            model_codes(conditions),
            int(irregularity_every),
            losses[k],
            codes[k],
        )
    loss, reference = (losses[:, i].reshape(terrain.shape) for i in (0, 1))
    modes, bits = (codes[:, i].reshape(terrain.shape) for i in (0, 1))
    return RadialLoss(loss, reference, modes.astype(np.int8), bits)


@scan
def _sweep(
    heights: Floats,
    row: Floats,
    climate_row: Floats,
    model: tuple[bool, int, bool, bool],
    every: int,
    losses: Floats,
    codes: NDArray[np.int32],
) -> None:
    """Write loss and reference attenuation, mode and warnings of every receiver of a radial."""
    points = _unbroken(heights)
    wave = wave_of(row, model[0])
    climate, deviates = statistics_of(row, wave, climate_row, model)
    bits = limits_of(row)
    found = _geometry(heights, row, points, every)
    block = block_of_paths()
    for first in range(_FIRST_RECEIVER, points, BLOCK):
        count = min(BLOCK, points - first)
        for j in range(count):
            put_path(_path_at(first + j, row, found), block, j)
        join_terminals(block.numbers, count)
        predict(block.numbers, block.codes, count, wave, climate, deviates, True)
        _write(found, first, count, block, bits, losses, codes)


@scan
def _unbroken(heights: Floats) -> int:
    """Return how many points come before the first NaN."""
    for i in range(heights.shape[0]):
        if math.isnan(heights[i]):
            return i
    return len(heights)


@scan
def _path_at(k: int, row: Floats, found: Floats) -> Terminals:
    """Return what `join_terminals` takes of the path to a receiver."""
    f = found[k]
    return Terminals(
        k * row[9], row[1], row[2], f[6], f[7], f[2], f[3], f[0], f[1], f[8], f[5], f[4]
    )


@scan
def _write(
    found: Floats,
    first: int,
    count: int,
    block: Block,
    bits: int,
    losses: Floats,
    codes: NDArray[np.int32],
) -> None:
    """Write what was predicted for a block, but where the model does not know the air."""
    numbers = block.numbers
    for j in range(count):
        k = first + j
        if 150 <= found[k, 4] <= 400:
            losses[0, k] = numbers[FREE_SPACE * BLOCK + j] + numbers[VARIED * BLOCK + j]
            losses[1, k] = numbers[REFERENCE * BLOCK + j]
            codes[0, k] = block.codes[j]
            codes[1, k] = block.codes[BLOCK + j] | bits


@scan
def _geometry(heights: Floats, row: Floats, points: int, every: int) -> Floats:
    """Return what is found of the path to every receiver; `_path_at` says where what stands."""
    step, h1, h2 = row[9], row[1], row[2]
    sums = _running_sums(heights, points)
    carried = follower(points)
    found = np.empty((points, 11))
    for k in range(_FIRST_RECEIVER, points):
        ends = Ends(k, step, h1, h2)
        surface = curvature_of(_mean_height_m(sums, heights[0], k), row[3])
        seen = horizons_at(heights, ends, surface.curvature, carried)
        start, end = considered(ends, seen)
        drop1, drop2 = _drops_m(heights, sums, ends, seen, (start, end))
        found[k] = (
            seen.theta1, seen.theta2, seen.dl1, seen.dl2, surface.refractivity,
            surface.curvature, drop1, drop2, math.nan, start, end,
        )  # fmt: skip
    _irregularities(heights, Ends(0, step, h1, h2), every, found)
    return found


@scan
def _running_sums(heights: Floats, points: int) -> Floats:
    """Return the sums of heights over the first, and of their first moments, before each point."""
    sums = np.empty((2, points + 1))
    sums[0, 0] = sums[1, 0] = 0.0
    for i in range(points):
        above = heights[i] - heights[0]
        sums[0, i + 1] = sums[0, i] + above
        sums[1, i + 1] = sums[1, i] + i * above
    return sums


@scan
def _mean_height_m(sums: Floats, base: float, intervals: int) -> float:
    """Return the mean height of the middle four fifths of a path from its running sums."""
    edge = int(0.1 * intervals)
    total = sums[0, intervals - edge + 1] - sums[0, edge]
    return float(base + total / (intervals - 2 * edge + 1))


@scan
def _drops_m(
    heights: Floats, sums: Floats, ends: Ends, seen: Horizons, considered_m: tuple[float, float]
) -> tuple[float, float]:
    """Return how far the ground stands above its fitted lines at both ends, m."""
    n, step = ends.intervals, ends.step
    start, end = considered_m
    if in_plain_sight(n * step, seen):
        window = fit_window(n, start / step, end / step)
        total, moment = _window_sums(heights, sums, window)
        near, far = fitted(window, total, moment, 0.0), fitted(window, total, moment, float(n))
    else:
        window = fit_window(n, start / step, 0.9 * seen.dl1 / step)
        total, moment = _window_sums(heights, sums, window)
        near = fitted(window, total, moment, 0.0)
        window = fit_window(n, (n * step - 0.9 * seen.dl2) / step, end / step)
        total, moment = _window_sums(heights, sums, window)
        far = fitted(window, total, moment, float(n))
    return -near, heights[n] - heights[0] - far


@scan
def _window_sums(heights: Floats, sums: Floats, window: Window) -> tuple[float, float]:
    """Return what `profile.window_sums` does, of heights over the first, from running sums."""
    first, last = window.first, window.last
    half1 = 0.5 * (heights[first] - heights[0])
    half2 = 0.5 * (heights[last] - heights[0])
    total = sums[0, last + 1] - sums[0, first] - half1 - half2
    moment = sums[1, last + 1] - sums[1, first] - first * half1 - last * half2
    return total, moment - 0.5 * (first + last) * total


@scan
def _irregularities(heights: Floats, ends: Ends, every: int, found: Floats) -> None:
    """Write the irregularity of every path, of some by straight lines between others.

    A feature that is narrower than the distance of samples is met by some paths and missed by
    others; where it is also high, nothing is interpolated.
    """
    points = found.shape[0]
    samples = room_for_samples()
    last, jump = _FIRST_RECEIVER, 0.0
    found[last, 8] = _irregularity_at(heights, last, ends, found, samples)
    while last < points - 1:
        k = min(last + min(every, 1 + last // _PART), points - 1)
        found[k, 8] = _irregularity_at(heights, k, ends, found, samples)
        for i in range(last, k):
            jump = max(jump, abs(heights[i + 1] - heights[i]))
        apart = found[k, 8] - found[last, 8]
        least = min(found[k, 8], found[last, 8])
        is_even = abs(apart) <= _EVEN * least and jump <= _JUMP * least
        for i in range(last + 1, k):
            if is_even:
                found[i, 8] = found[last, 8] + apart * (i - last) / (k - last)
            else:
                found[i, 8] = _irregularity_at(heights, i, ends, found, samples)
        last = k


@passage
def _irregularity_at(heights: Floats, k: int, ends: Ends, found: Floats, samples: Room) -> float:
    there = Ends(k, ends.step, ends.h1, ends.h2)
    return irregularity_m(heights, there, found[k, 9], found[k, 10], samples)
