"""How far apart the points of profiles lie where nobody says: as the terrain's own cells."""

import math
from typing import Final

from gis.studies.predictors.base import Predictor
from gis.terrain.ground import Ground

__all__ = ["COARSEST_STEP_KM", "FINEST_STEP_KM", "MOST_RECEIVERS", "area_step_km"]

FINEST_STEP_KM: Final = 0.02
"""Profiles are no finer, however fine the terrain."""

COARSEST_STEP_KM: Final = 0.25
"""Profiles are no coarser, however coarse the terrain, where their model is fast."""

MOST_RECEIVERS: Final = 12_000_000
"""Receivers on the radials of a study up to which profiles follow the terrain: about 4 s."""


def area_step_km(
    ground: Ground,
    predictor: Predictor,
    radials_km: float,
    step_km: float,
    slow_km: float = COARSEST_STEP_KM,
) -> float:
    """Return the largest distance between the points of the profiles of an area.

    That of the terrain's cells, so that no summit is passed by, but 20 m at least and 250 m at
    most; where that would be more than twelve million receivers on all radials together, a whole
    part of a pixel that is not. Slow models, which compute a path for each receiver, keep a step
    of their own.

    Parameters
    ----------
    ground : Ground
        The ground.
    predictor : Predictor
        The model.
    radials_km : float
        Length of all radials together.
    step_km : float
        Size of a pixel.
    slow_km : float
        The step of slow models.
    """
    if predictor.slow:
        return slow_km
    cell_km = ground.elevation.cell_m / 1e3 or COARSEST_STEP_KM
    wanted_km = min(max(cell_km, FINEST_STEP_KM), COARSEST_STEP_KM)
    dense_km = radials_km / MOST_RECEIVERS
    if dense_km > wanted_km:
        wanted_km = min(step_km / max(1, math.floor(step_km / dense_km)), COARSEST_STEP_KM)
    return round(wanted_km, 4)
