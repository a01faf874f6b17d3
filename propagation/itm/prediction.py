"""The Irregular Terrain Model: loss between two antennas, over a profile or over an area.

20 MHz to 20 GHz, antennas 0.5 to 3000 m above ground, 1 to 2000 km. Terrain is bare: a surface
model's heights carry the clutter, a terrain model's do not.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from propagation.errors import PropagationError, require_range
from propagation.itm.asking import (
    DISTANCES_KM,
    EDITION,
    FREQUENCIES_MHZ,
    HEIGHTS_M,
    code_of,
    known_row,
    matrix,
    model_codes,
)
from propagation.itm.batch import ANSWERS, Asked, area_paths, profile_paths
from propagation.itm.records import Conditions, ItmLoss, Siting

__all__ = [
    "DISTANCES_KM",
    "EDITION",
    "FREQUENCIES_MHZ",
    "HEIGHTS_M",
    "area_loss",
    "point_to_point_loss",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def point_to_point_loss(
    terrain_height_m: ArrayLike, step_m: ArrayLike, conditions: Conditions
) -> ItmLoss:
    """Predict the basic transmission loss of paths over known terrain.

    Arrays, those of the conditions too, broadcast with the batch shape (...) of the terrain; NaN,
    in a profile or an argument, yields NaN in every number of that path.

    Parameters
    ----------
    terrain_height_m : array_like, shape (..., n)
        Heights above mean sea level along the path, transmitter first, evenly spaced, n at
        least 3; -500 to 9000 m.
    step_m : array_like
        Distance between neighbouring points, m, positive.
    conditions : Conditions
        What is asked.

    Returns
    -------
    ItmLoss
        Arrays of the broadcast shape; the warnings are a bit field a path.

    Raises
    ------
    OutOfRangeError
        If an argument, or the refractivity at the height of a path (150 to 400 N-units), leaves
        its range.
    PropagationError
        If a profile has too few points, or a name is none that the model knows.

    References
    ----------
    .. [ALG] Hufford, The ITS Irregular Terrain Model, version 1.2.2: the algorithm, 1995.
    .. [ITM] NTIA, Irregular Terrain Model, version 1.4.
    """
    terrain = np.asarray(terrain_height_m, dtype=np.float64)
    if terrain.ndim == 0 or terrain.shape[-1] < 3:
        raise PropagationError("a profile needs at least 3 points")
    require_range("terrain_height_m", terrain, -500, 9000, EDITION)
    require_range("step_m", step_m, 0, np.inf, EDITION, inclusive=False)
    batch = terrain.shape[:-1]
    asked, shape = matrix(conditions, {Asked.STEP_M: step_m}, batch)
    which = np.arange(int(np.prod(batch, dtype=np.int64))).reshape(batch)
    rows = np.ascontiguousarray(np.broadcast_to(which, shape)).ravel()
    answers, codes = _room(len(asked))
    profile_paths(
        np.ascontiguousarray(terrain).reshape(-1, terrain.shape[-1]),
        rows,
        asked,
        known_row(conditions),
        model_codes(conditions),
        answers,
        codes,
    )
    return _loss(answers, codes, shape)


def area_loss(
    distance_km: ArrayLike,
    terrain_irregularity_m: ArrayLike,
    conditions: Conditions,
    *,
    transmitter_siting: str = Siting.RANDOM,
    receiver_siting: str = Siting.RANDOM,
) -> ItmLoss:
    """Predict the basic transmission loss of paths of which only the kind of terrain is known.

    Arrays broadcast, those of the conditions too; NaN yields NaN.

    Parameters
    ----------
    distance_km : array_like
        Length of the path, km, positive.
    terrain_irregularity_m : array_like
        Interdecile range of the terrain (delta h), m, 0 or more; 0 to 5 over water or plains,
        90 over hills.
    conditions : Conditions
        What is asked; the refractivity is that of the surface.
    transmitter_siting, receiver_siting : Siting
        How the places of the antennas were chosen.

    Returns
    -------
    ItmLoss
        Arrays of the broadcast shape.

    Raises
    ------
    OutOfRangeError
        If an argument leaves its range.
    PropagationError
        If a name is none that the model knows.

    References
    ----------
    .. [ALG] Hufford, The ITS Irregular Terrain Model, version 1.2.2: the algorithm, section 3.
    """
    distance_m = 1000 * np.asarray(distance_km, dtype=np.float64)
    require_range("distance_km", distance_km, 0, np.inf, EDITION, inclusive=False)
    require_range("terrain_irregularity_m", terrain_irregularity_m, 0, np.inf, EDITION)
    place = {Asked.DISTANCE_M: distance_m, Asked.IRREGULARITY_M: terrain_irregularity_m}
    asked, shape = matrix(conditions, place, ())
    siting = code_of(Siting, transmitter_siting), code_of(Siting, receiver_siting)
    answers, codes = _room(len(asked))
    area_paths(siting, asked, known_row(conditions), model_codes(conditions), answers, codes)
    return _loss(answers, codes, shape)


def _room(paths: int) -> tuple[Floats, Integers]:
    return np.empty((paths, len(ANSWERS))), np.empty((paths, 2), dtype=np.int64)


def _loss(answers: Floats, codes: Integers, shape: tuple[int, ...]) -> ItmLoss:
    """Lay the rows out as a record; refuse a path whose air is none that the model knows."""
    columns = dict(zip(ANSWERS, answers.T, strict=True))
    require_range(
        "path_refractivity_nunits", columns["path_refractivity_nunits"], 150, 400, EDITION
    )
    shaped = {name: column.reshape(shape) for name, column in columns.items()}
    mode, warnings = codes[:, 0].astype(np.int8), codes[:, 1].astype(np.int32)
    return ItmLoss(**shaped, mode=mode.reshape(shape), warnings=warnings.reshape(shape))
