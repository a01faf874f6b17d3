"""The loss of a block of paths, in loops that run as vector code.

A block is one row of numbers after another, each as long as `BLOCK`, a constant, so that rows
provably lie apart. Its first rows are named as the fields of `Terminals`.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from propagation.area.elementary import log10
from propagation.compiled import formula, part, scan
from propagation.itm.attenuation import reference_attenuation
from propagation.itm.diffraction import Terminals, Wave
from propagation.itm.profile import Horizons, Surface, terminals
from propagation.itm.variability import Climate, Deviates, varied_loss_db

__all__ = [
    "BLOCK",
    "FREE_SPACE",
    "REFERENCE",
    "VARIED",
    "Block",
    "block_of_paths",
    "join_terminals",
    "path_of",
    "predict",
    "put_path",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

BLOCK: Final = 256
"""Paths that are worked on together."""

D, H1, H2, HE1, HE2, DL1, DL2, THETA1, THETA2, IRREGULARITY, CURVATURE, REFRACTIVITY = range(12)
FREE_SPACE, REFERENCE, VARIED = range(12, 15)
_ROWS: Final = 15


class Block(NamedTuple):
    """Numbers of a block, and the mode and the warnings of its paths."""

    numbers: Floats
    codes: Integers


@scan
def block_of_paths() -> Block:
    """Return room for a block."""
    return Block(np.zeros(_ROWS * BLOCK), np.zeros(2 * BLOCK, dtype=np.int32))


@scan
def put_path(path: Terminals, block: Block, j: int) -> None:
    """Write a path into a block."""
    numbers = block.numbers
    numbers[D * BLOCK + j] = path.d
    numbers[H1 * BLOCK + j] = path.h1
    numbers[H2 * BLOCK + j] = path.h2
    numbers[HE1 * BLOCK + j] = path.he1
    numbers[HE2 * BLOCK + j] = path.he2
    numbers[DL1 * BLOCK + j] = path.dl1
    numbers[DL2 * BLOCK + j] = path.dl2
    numbers[THETA1 * BLOCK + j] = path.theta1
    numbers[THETA2 * BLOCK + j] = path.theta2
    numbers[IRREGULARITY * BLOCK + j] = path.irregularity
    numbers[CURVATURE * BLOCK + j] = path.curvature
    numbers[REFRACTIVITY * BLOCK + j] = path.refractivity


@part
def path_of(table: Floats, j: int) -> Terminals:
    """Return a path of a block."""
    return Terminals(
        table[D * BLOCK + j],
        table[H1 * BLOCK + j],
        table[H2 * BLOCK + j],
        table[HE1 * BLOCK + j],
        table[HE2 * BLOCK + j],
        table[DL1 * BLOCK + j],
        table[DL2 * BLOCK + j],
        table[THETA1 * BLOCK + j],
        table[THETA2 * BLOCK + j],
        table[IRREGULARITY * BLOCK + j],
        table[CURVATURE * BLOCK + j],
        table[REFRACTIVITY * BLOCK + j],
    )


@formula
def join_terminals(table: Floats, count: int) -> None:
    """Turn drops, in the rows of effective heights, and horizons into those of terminals."""
    for j in range(count):
        known = path_of(table, j)
        seen = Horizons(known.theta1, known.theta2, known.dl1, known.dl2)
        surface = Surface(known.refractivity, known.curvature)
        drops = known.he1, known.he2
        path = terminals(known.d, (known.h1, known.h2), seen, surface, known.irregularity, drops)
        table[HE1 * BLOCK + j] = path.he1
        table[HE2 * BLOCK + j] = path.he2
        table[DL1 * BLOCK + j] = path.dl1
        table[DL2 * BLOCK + j] = path.dl2
        table[THETA1 * BLOCK + j] = path.theta1
        table[THETA2 * BLOCK + j] = path.theta2


@formula
def predict(
    table: Floats,
    codes: Integers,
    count: int,
    wave: Wave,
    climate: Climate,
    deviates: Deviates,
    is_profile: bool,
) -> None:
    """Write free space, reference attenuation, that with variability, mode and warnings."""
    for j in range(count):
        path = path_of(table, j)
        reference, mode, warned = reference_attenuation(path, wave, is_profile)
        varied, extreme = varied_loss_db(reference, path, wave, climate, deviates)
        table[FREE_SPACE * BLOCK + j] = 32.45 + 20 * log10(wave.f * path.d / 1000)
        table[REFERENCE * BLOCK + j] = reference
        table[VARIED * BLOCK + j] = varied
        codes[j] = mode
        codes[BLOCK + j] = warned | extreme
