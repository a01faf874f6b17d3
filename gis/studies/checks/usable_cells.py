"""The usable field in the cells of stations' services: with all others, and with one fewer.

Each is summed up once a scene; `sum_up` does so for all stations side by side, before the checks
read them one after another.
"""

import numpy as np
from numpy.typing import NDArray

from gis.register.records import BroadcastStation, Service
from gis.studies.checks.scene import Scene
from gis.studies.context import Stage
from gis.studies.service_cells import ServiceCells
from propagation.compliance.usable_points import TREATY
from propagation.interference.summation import simplified_multiplication_dbuvm
from propagation.interference.usable import Method, usable_fields_dbuvm

__all__ = ["sum_up", "usable_in_cells", "usable_where_lost", "usable_without"]

Floats = NDArray[np.float64]


def sum_up(scene: Scene, stage: Stage) -> None:
    """Sum up what the checks of sound read in the cells, station beside station.

    Parameters
    ----------
    scene : Scene
        Every field predicted.
    stage : Stage
        Who listens, who may cancel, and how many workers there are.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    around = scene.neighbourhood
    alone = around.station(scene.judged[0]) if len(scene.judged) == 1 else None

    def work(cells: ServiceCells) -> None:
        usable_in_cells(scene, cells)
        if alone is not None and cells.of(alone.id) is not None:
            asked = usable_without if cells.formerly is None else usable_where_lost
            asked(scene, cells, alone)

    sound = [one for one in scene.meetings.cells.values() if one.station.service is Service.FM]
    for _ in stage.map(work, sound):
        pass


def usable_in_cells(scene: Scene, cells: ServiceCells) -> dict[Method, Floats]:
    """Return the usable field in each cell by every method of summation."""
    deviation_db = scene.neighbourhood.deviation_db
    return scene.once(
        ("usable", cells.station.id),
        lambda: dict(usable_fields_dbuvm(cells.nuisance_dbuvm(), deviation_db)),
    )


def usable_where_lost(scene: Scene, cells: ServiceCells, one: BroadcastStation) -> Floats:
    """Return the usable field by the treaty's method without a station, in cells that are lost.

    It is -inf in the others: nothing is interfered there, newly or not.
    """

    def make() -> Floats:
        lost = _lost(scene, cells)
        return _without(scene, cells, one, lost, np.full(lost.shape, -np.inf))

    return scene.once(("usable where lost", cells.station.id, one.id), make)


def usable_without(scene: Scene, cells: ServiceCells, one: BroadcastStation) -> Floats:
    """Return the usable field by the treaty's method without a station, in every cell."""

    def make() -> Floats:
        where_lost = usable_where_lost(scene, cells, one)
        return _without(scene, cells, one, ~_lost(scene, cells), where_lost.copy())

    return scene.once(("usable without", cells.station.id, one.id), make)


def _lost(scene: Scene, cells: ServiceCells) -> NDArray[np.bool_]:
    return np.asarray(cells.wanted_dbuvm < usable_in_cells(scene, cells)[TREATY])


def _without(
    scene: Scene,
    cells: ServiceCells,
    one: BroadcastStation,
    where: NDArray[np.bool_],
    found: Floats,
) -> Floats:
    """Write the usable field without a station to some of the cells."""
    kept = [k for k, other in enumerate(cells.unwanted) if other.station.id != one.id]
    nuisance = cells.nuisance_dbuvm()[where][:, kept]
    found[where] = simplified_multiplication_dbuvm(nuisance, scene.neighbourhood.deviation_db)
    return found
