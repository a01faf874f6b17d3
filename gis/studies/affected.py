"""What one station changes for every other: usable fields, areas, and both directions by azimuth.

Of a station that is in the register the plan before is the plan without it; of an application it
is the plan as registered, with the record that it replaces. Nothing is judged here: the checks do
that. Only stations whose carriers are close enough to have a protection ratio are spoken of.
"""

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.register.records import BroadcastStation, Service
from gis.studies.checks import interference
from gis.studies.checks.scene import Scene
from gis.studies.checks.usable_cells import usable_in_cells, usable_without
from gis.studies.service_cells import ServiceCells
from gis.studies.testpoints import AZIMUTHS_DEG
from gis.studies.unwanted import spacing_khz
from propagation.compliance.facts_interference import ReceptionFacts
from propagation.compliance.new_interference import PointChange, change_at_points
from propagation.compliance.standards import same_network
from propagation.compliance.usable_points import TREATY
from propagation.interference.area_totals import AreaTotals, area_totals
from propagation.interference.nuisance import nuisance_of
from propagation.interference.summation import simplified_multiplication_dbuvm

__all__ = ["affected_by"]

Floats = NDArray[np.float64]

_STEP_DEG: Final = 360.0 / AZIMUTHS_DEG.size


def affected_by(scene: Scene, station: BroadcastStation) -> dict[str, Any]:
    """Return what a station changes for every other, the gravest first, as JSON values.

    Parameters
    ----------
    scene : Scene
        The station among the others, every field predicted.
    station : BroadcastStation
        The station judged.

    Returns
    -------
    dict
        `stations`: for each other station the rise of its usable field, margins before and after,
        the area interfered newly, and the two meeting at the test points on each azimuth.
        `not_assessed`: those of which no field could be predicted, and what they lack.
    """
    rows, left_out = [], []
    replaced = scene.neighbourhood.replaced
    for other, away in scene.neighbourhood.neighbours(station):
        if not _meet(scene, station, other):
            continue
        missing = (*scene.missing(station), *scene.missing(other))
        if missing:
            left_out.append({"station_id": other.id, "name": other.name, "missing": list(missing)})
        else:
            rows.append(_row(scene, station, other, away))
    rows.sort(key=_gravity)
    return {
        "station_id": station.id,
        "replaces": None if replaced is None else replaced.id,
        "stations": rows,
        "not_assessed": left_out,
    }


def _meet(scene: Scene, station: BroadcastStation, other: BroadcastStation) -> bool:
    around = scene.neighbourhood
    if same_network(around.facts(station), around.facts(other)):
        return False
    return around.disturbs(station, other) or around.disturbs(other, station)


def _gravity(row: dict[str, Any]) -> tuple[float, float, float, str]:
    """Return the place of a station in a list that begins with the gravest change."""
    area = row["area"] or {}
    margin = row["protection_margin_after_db"]
    return (
        -(area.get("newly_interfered_percent") or 0.0),
        -(row["rise_db"] or 0.0),
        math.inf if margin is None else margin,
        row["station_id"],
    )


def _row(
    scene: Scene, station: BroadcastStation, other: BroadcastStation, away_km: float
) -> dict[str, Any]:
    sound = other.service is Service.FM
    theirs, mine = (interference.reception_of(scene, one) for one in (other, station))
    change = _change(scene, station, other, theirs)
    directions = _directions(theirs, station.id, mine, other.id)
    received = [row["received"]["margin_db"] for row in directions if row["received"]]
    return {
        "station_id": other.id,
        "name": other.name,
        "frequency_mhz": other.frequency_mhz,
        "spacing_khz": spacing_khz(other, station),
        "distance_km": round(away_km, 3),
        "synthetic": other.provenance.synthetic,
        **_change_json(change, sound=sound),
        "received_margin_db": min(
            (margin for margin in received if margin is not None), default=None
        ),
        "area": _area(scene, station, other) if sound else None,
        "directions": directions,
    }


def _change(
    scene: Scene, station: BroadcastStation, other: BroadcastStation, facts: ReceptionFacts
) -> PointChange | None:
    protection = scene.neighbourhood.protection(other)
    if protection is None:
        return None
    return change_at_points(
        facts,
        station.id,
        protection.minimum_field_dbuvm,
        replaced_dbuvm=_formerly(scene, other),
        location_standard_deviation_db=scene.neighbourhood.deviation_db,
    )


def _formerly(scene: Scene, other: BroadcastStation) -> Floats | None:
    """Return the nuisance field of the replaced record at a station's test points."""
    around = scene.neighbourhood
    replaced, protection = around.replaced, around.protection(other)
    if replaced is None or protection is None:
        return None
    fields = scene.meetings.fields.get((replaced.id, f"edge {other.id}"))
    if fields is None or same_network(around.facts(other), around.facts(replaced)):
        return None
    apart_khz = spacing_khz(other, replaced)
    return nuisance_of(protection, fields[0], fields[1], apart_khz).governing_dbuvm


def _change_json(change: PointChange | None, *, sound: bool) -> dict[str, Any]:
    """Return a change as JSON values; the sum of all for sound only, whose rule it is."""
    names = (
        "usable_before_dbuvm",
        "usable_after_dbuvm",
        "rise_db",
        "usable_margin_before_db",
        "usable_margin_after_db",
        "protection_margin_before_db",
        "protection_margin_after_db",
        "own_margin_db",
    )
    alone = names[5:]
    return {
        "points": 0 if change is None else change.points,
        "point": None if change is None else change.point.name,
        **{
            name: _finite(getattr(change, name))
            if change is not None and (sound or name in alone)
            else None
            for name in names
        },
    }


def _finite(value: float, decimals: int = 2) -> float | None:
    return round(value, decimals) + 0.0 if math.isfinite(value) else None


# --- azimuth by azimuth ---


def _directions(
    theirs: ReceptionFacts, station_id: str, mine: ReceptionFacts, other_id: str
) -> list[dict[str, Any]]:
    """Return the two at each other's test points: what is caused, and what is received."""
    caused, received = dict(_meetings(theirs, station_id)), dict(_meetings(mine, other_id))
    return [
        {
            "azimuth_deg": float(azimuth),
            "caused": caused.get(place),
            "received": received.get(place),
        }
        for place, azimuth in enumerate(AZIMUTHS_DEG)
        if place in caused or place in received
    ]


def _meetings(facts: ReceptionFacts, other_id: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the azimuth of each test point, and what one other station does there."""
    column = facts.position(other_id)
    if column is None:
        return
    for point in facts.points:
        if point.azimuth_deg is None:
            continue
        nuisance = point.nuisance_dbuvm[column]
        yield (
            round(point.azimuth_deg / _STEP_DEG) % AZIMUTHS_DEG.size,
            {
                "distance_km": point.distance_km,
                "longitude": round(point.longitude, 5),
                "latitude": round(point.latitude, 5),
                "wanted_dbuvm": _finite(point.wanted_dbuvm),
                "nuisance_dbuvm": _finite(nuisance),
                "margin_db": _finite(point.wanted_dbuvm - nuisance),
            },
        )


# --- areas ---


def _area(
    scene: Scene, station: BroadcastStation, other: BroadcastStation
) -> dict[str, Any] | None:
    """Return what the service of another station loses, and what it gains."""
    cells = scene.meetings.cells.get(other.id)
    if cells is None or not cells.wanted_dbuvm.size:
        return None
    now = usable_in_cells(scene, cells)[TREATY]
    then = _usable_before(scene, cells, station)
    after = _totals(scene, cells, now, then)
    before = _totals(scene, cells, then, now)
    newly, covered = after.newly_interfered, after.covered.area_km2
    gained = before.newly_interfered
    if newly is None or gained is None or not covered:
        return None
    members = scene.neighbourhood.communes.members
    return {
        "covered_km2": round(covered, 2),
        "interfered_before_km2": round(before.interfered.area_km2, 2),
        "interfered_after_km2": round(after.interfered.area_km2, 2),
        "newly_interfered_km2": round(newly.area_km2, 2),
        "newly_interfered_percent": round(100 * newly.area_km2 / covered, 3),
        "newly_interfered_population": _people(newly.population),
        "no_longer_interfered_km2": round(gained.area_km2, 2),
        "communes": [
            {
                "code": members[k].unit.code,
                "name": members[k].unit.name,
                "newly_interfered_km2": round(float(newly.commune_area_km2[k]), 2),
            }
            for k in np.argsort(-newly.commune_area_km2, kind="stable").tolist()
            if newly.commune_area_km2[k] > 0
        ],
    }


def _people(population: float | None) -> int | None:
    return None if population is None else round(population)


def _usable_before(scene: Scene, cells: ServiceCells, station: BroadcastStation) -> Floats:
    if cells.formerly is None:
        return usable_without(scene, cells, station)
    kept = [k for k, one in enumerate(cells.unwanted) if one.station.id != station.id]
    nuisance = np.column_stack([cells.nuisance_dbuvm()[:, kept], cells.formerly.nuisance_dbuvm])
    return simplified_multiplication_dbuvm(nuisance, scene.neighbourhood.deviation_db)


def _totals(scene: Scene, cells: ServiceCells, usable: Floats, beside: Floats) -> AreaTotals:
    return area_totals(
        cells.wanted_dbuvm,
        cells.minimum_dbuvm,
        usable,
        cells.area_km2,
        usable_without_dbuvm=beside,
        commune_index=cells.commune,
        communes=len(scene.neighbourhood.communes.members),
        population_per_km2=interference.density(scene, cells),
    )
