"""Many paths of the Irregular Terrain Model in one loop: rows of numbers in, rows out.

A row of what is asked and of what is answered is laid out by the names below, so that the loop
takes and gives plain matrices.
"""

import math
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from propagation.compiled import scan
from propagation.itm.blocks import (
    BLOCK,
    FREE_SPACE,
    REFERENCE,
    VARIED,
    Block,
    block_of_paths,
    join_terminals,
    path_of,
    predict,
    put_path,
)
from propagation.itm.diffraction import Terminals, Wave
from propagation.itm.irregularity import Room, irregularity_m, room_for_samples
from propagation.itm.profile import (
    Ends,
    considered,
    curvature_of,
    fit_window,
    fitted,
    horizons,
    in_plain_sight,
    mean_height_m,
    rough_elevation_rad,
    rough_horizon_m,
    window_sums,
)
from propagation.itm.variability import Climate, Deviates, climate_of, normal_deviate

__all__ = [
    "ANSWERS",
    "Asked",
    "area_paths",
    "limits_of",
    "profile_paths",
    "statistics_of",
    "wave_of",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Asked(IntEnum):
    """Columns of what is asked of a path."""

    FREQUENCY_MHZ = 0
    HEIGHT1_M = 1
    HEIGHT2_M = 2
    REFRACTIVITY_NUNITS = 3
    PERMITTIVITY = 4
    CONDUCTIVITY_S_PER_M = 5
    TIME_PERCENT = 6
    LOCATION_PERCENT = 7
    SITUATION_PERCENT = 8
    STEP_M = 9  # of a profile
    DISTANCE_M = 10  # of an area
    IRREGULARITY_M = 11  # of an area


ANSWERS: Final = (
    "basic_transmission_loss_db",
    "free_space_basic_transmission_loss_db",
    "reference_attenuation_db",
    "variability_db",
    "distance_km",
    "transmitter_horizon_distance_km",
    "receiver_horizon_distance_km",
    "transmitter_horizon_elevation_mrad",
    "receiver_horizon_elevation_mrad",
    "transmitter_effective_height_m",
    "receiver_effective_height_m",
    "terrain_irregularity_m",
    "path_refractivity_nunits",
    "effective_earth_radius_km",
)
"""Columns of what is answered, by the names that ItmLoss has for them."""


_F: Final = int(Asked.FREQUENCY_MHZ)
_H1: Final = int(Asked.HEIGHT1_M)
_H2: Final = int(Asked.HEIGHT2_M)
_N0: Final = int(Asked.REFRACTIVITY_NUNITS)
_EPSILON: Final = int(Asked.PERMITTIVITY)
_SIGMA: Final = int(Asked.CONDUCTIVITY_S_PER_M)
_TIME: Final = int(Asked.TIME_PERCENT)
_LOCATION: Final = int(Asked.LOCATION_PERCENT)
_SITUATION: Final = int(Asked.SITUATION_PERCENT)
_STEP: Final = int(Asked.STEP_M)
_DISTANCE: Final = int(Asked.DISTANCE_M)
_IRREGULARITY: Final = int(Asked.IRREGULARITY_M)


@scan
def profile_paths(
    heights: Floats,
    rows: Integers,
    asked: Floats,
    climate: Floats,
    model: tuple[bool, int, bool, bool],
    answers: Floats,
    codes: Integers,
) -> None:
    """Answer every path over its row of heights; `codes` takes mode and warnings.

    `model` says whether the polarisation is vertical, the code of VariabilityMode, and whether
    location and situation vary.
    """
    samples, block = room_for_samples(), block_of_paths()
    for k in range(asked.shape[0]):
        row = asked[k]
        profile = heights[rows[k]]
        if math.isnan(profile.sum() + row.sum()):
            answers[k, :] = np.nan
            codes[k, :] = 0
            continue
        wave = wave_of(row, model[0])
        put_path(_over_terrain(profile, row, samples), block, 0)
        join_terminals(block.numbers, 1)
        _answer(k, block, wave, climate, row, model, True, answers, codes)


@scan
def area_paths(
    siting: tuple[int, int],
    asked: Floats,
    climate: Floats,
    model: tuple[bool, int, bool, bool],
    answers: Floats,
    codes: Integers,
) -> None:
    """Answer every path of which only distance and irregularity are known."""
    block = block_of_paths()
    for k in range(asked.shape[0]):
        row = asked[k]
        if math.isnan(row.sum()):
            answers[k, :] = np.nan
            codes[k, :] = 0
            continue
        wave = wave_of(row, model[0])
        put_path(_over_area(siting, row), block, 0)
        _answer(k, block, wave, climate, row, model, False, answers, codes)


@scan
def wave_of(row: Floats, vertical: bool) -> Wave:
    """Return what frequency, ground and polarisation give; [ALG], section 1."""
    f = row[_F]
    ground = complex(row[_EPSILON], 18000 * row[_SIGMA] / f)
    impedance = np.sqrt(ground - 1)
    if vertical:
        impedance = impedance / ground
    return Wave(
        f,
        f / 47.7,
        f ** (1 / 3),
        math.log(f),
        impedance.real,
        impedance.imag,
        abs(impedance),
    )


@scan
def statistics_of(
    row: Floats, wave: Wave, climate: Floats, model: tuple[bool, int, bool, bool]
) -> tuple[Climate, Deviates]:
    """Return the climate at a frequency and the deviates of a row."""
    deviates = Deviates(
        normal_deviate(row[_TIME] / 100),
        normal_deviate(row[_LOCATION] / 100),
        normal_deviate(row[_SITUATION] / 100),
        model[1],
        model[2],
        model[3],
    )
    return climate_of(climate, wave), deviates


@scan
def _over_terrain(heights: Floats, row: Floats, samples: Room) -> Terminals:
    """Return what `join_terminals` takes of a path over a profile."""
    ends = Ends(heights.shape[0] - 1, row[_STEP], row[_H1], row[_H2])
    n, step = ends.intervals, ends.step
    surface = curvature_of(mean_height_m(heights, n), row[_N0])
    seen = horizons(heights, ends, surface.curvature)
    start, end = considered(ends, seen)
    irregularity = irregularity_m(heights, ends, start, end, samples)
    if in_plain_sight(n * step, seen):
        near = far = fit_window(n, start / step, end / step)
    else:
        near = fit_window(n, start / step, 0.9 * seen.dl1 / step)
        far = fit_window(n, (n * step - 0.9 * seen.dl2) / step, end / step)
    total, moment = window_sums(heights, near)
    drop1 = heights[0] - fitted(near, total, moment, 0.0)
    total, moment = window_sums(heights, far)
    drop2 = heights[n] - fitted(far, total, moment, float(n))
    return Terminals(
        n * step, row[_H1], row[_H2], drop1, drop2, seen.dl1, seen.dl2, seen.theta1, seen.theta2,
        irregularity, surface.curvature, surface.refractivity,
    )  # fmt: skip


@scan
def _over_area(siting: tuple[int, int], row: Floats) -> Terminals:
    """Return the parameters of a path that is known by its irregularity; [ALG], section 3."""
    surface = curvature_of(0.0, row[_N0])
    irregularity, curvature = row[_IRREGULARITY], surface.curvature
    he1 = _sited_height_m(row[_H1], siting[0], irregularity)
    he2 = _sited_height_m(row[_H2], siting[1], irregularity)
    dl1 = rough_horizon_m(he1, curvature, irregularity)
    dl2 = rough_horizon_m(he2, curvature, irregularity)
    theta1 = rough_elevation_rad(he1, dl1, curvature, irregularity)
    theta2 = rough_elevation_rad(he2, dl2, curvature, irregularity)
    return Terminals(
        row[_DISTANCE], row[_H1], row[_H2], he1, he2, dl1, dl2, theta1, theta2,
        irregularity, curvature, surface.refractivity,
    )  # fmt: skip


@scan
def _sited_height_m(h: float, siting: int, irregularity: float) -> float:
    """Return the effective height of a terminal placed with some care; [ALG], eq. (3.2)."""
    if siting == 0:
        return h
    gain = 4.0 if siting == 1 else 9.0
    if h < 5:
        gain *= math.sin(0.1 * math.pi * h)
    return h + (1 + gain) * math.exp(-min(20.0, 2 * h / max(1e-3, irregularity)))


@scan
def _answer(
    k: int,
    block: Block,
    wave: Wave,
    climate: Floats,
    row: Floats,
    model: tuple[bool, int, bool, bool],
    is_profile: bool,
    answers: Floats,
    codes: Integers,
) -> None:
    """Write the loss of a path and what leads to it."""
    known, deviates = statistics_of(row, wave, climate, model)
    numbers = block.numbers
    predict(numbers, block.codes, 1, wave, known, deviates, is_profile)
    path = path_of(numbers, 0)
    free_space, varied = numbers[FREE_SPACE * BLOCK], numbers[VARIED * BLOCK]
    reference = numbers[REFERENCE * BLOCK]
    answers[k, 0] = free_space + varied
    answers[k, 1] = free_space
    answers[k, 2] = reference
    answers[k, 3] = varied - reference
    answers[k, 4] = path.d / 1000
    answers[k, 5] = path.dl1 / 1000
    answers[k, 6] = path.dl2 / 1000
    answers[k, 7] = 1000 * path.theta1
    answers[k, 8] = 1000 * path.theta2
    answers[k, 9] = path.he1
    answers[k, 10] = path.he2
    answers[k, 11] = path.irregularity
    answers[k, 12] = path.refractivity
    answers[k, 13] = 0.001 / path.curvature
    codes[k, 0] = block.codes[0]
    codes[k, 1] = block.codes[BLOCK] | limits_of(row)


@scan
def limits_of(row: Floats) -> int:
    """Return the bits of ItmWarning for what comes near the limits of the model."""
    bits = 0x0001 if row[_H1] < 1 or row[_H1] > 1000 else 0
    bits |= 0x0002 if row[_H2] < 1 or row[_H2] > 1000 else 0
    bits |= 0x0004 if row[_F] < 40 or row[_F] > 10e3 else 0
    return bits
