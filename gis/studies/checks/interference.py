"""Interference of FM stations: contours, usable fields at the test points, areas of service."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.geodesy import azimuth_deg, distance_km
from gis.register.records import BroadcastStation, Service
from gis.studies.checks.scene import Asked, Scene
from gis.studies.checks.unmade import unmade
from gis.studies.checks.usable_cells import usable_in_cells, usable_where_lost
from gis.studies.coverage import default_radius_km
from gis.studies.emitter import NEAREST_KM
from gis.studies.service_cells import CELL_M, TIME_PERCENTS, ServiceCells, field_in_cells
from gis.studies.testpoints import AZIMUTHS_DEG, Places
from gis.studies.unwanted import spacing_khz
from propagation.area.bound import largest_field_dbuvm
from propagation.compliance import contour_overlap, service_area, usable_field
from propagation.compliance.contour_overlap import Contours
from propagation.compliance.facts import StationFacts
from propagation.compliance.facts_interference import (
    AreaFacts,
    ContourFacts,
    ContourPair,
    NuisancePoint,
    ReceptionFacts,
)
from propagation.compliance.parameters import (
    CONTOUR_OVERLAP,
    CONTOUR_OVERLAP_RATIO,
    MINIMUM_FIELD,
    PROTECTION_RATIO,
    SERVICE_AREA,
    SUMMATION,
    USABLE_FIELD,
)
from propagation.compliance.records import Finding
from propagation.compliance.usable_points import TREATY, drawn, settings
from propagation.interference.area_totals import AreaTotals, area_totals
from propagation.interference.contours import ContourThreshold
from propagation.interference.nuisance import nuisance_of
from propagation.interference.usable import Method, dominant_contributors, usable_fields_dbuvm
from propagation.itu import p1812

__all__ = [
    "CHECKS",
    "NAME",
    "RULES",
    "density",
    "edge_rows",
    "findings",
    "gather",
    "reception_of",
]

Floats = NDArray[np.float64]

NAME = "interference"
CHECKS = (contour_overlap.CHECK, usable_field.CHECK, service_area.CHECK)
RULES = (
    CONTOUR_OVERLAP,
    CONTOUR_OVERLAP_RATIO,
    USABLE_FIELD,
    SUMMATION,
    SERVICE_AREA,
    PROTECTION_RATIO,
    MINIMUM_FIELD,
)


def gather(asked: Asked) -> dict[str, Any]:
    """Return nothing more: stations, communes and provinces stand in every study."""
    del asked
    return {}


def findings(scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
    """Judge contours, usable fields and areas of an FM station; of others say that none can be."""
    if station.service is not Service.FM:
        return unmade(scene, station, CHECKS)
    return (*_contours(scene, station), *_usable(scene, station), *_area(scene, station))


# --- contours ---


def _contours(scene: Scene, station: BroadcastStation) -> Iterator[Finding]:
    facts = scene.neighbourhood.facts(station)
    for rule_id in (CONTOUR_OVERLAP, CONTOUR_OVERLAP_RATIO):
        contours = _asked(scene, rule_id)
        pairs = [
            ContourPair(
                other=scene.neighbourhood.facts(other),
                distance_km=away,
                received=tuple(_drawn(scene, station, other, contours)),
                caused=tuple(_drawn(scene, other, station, contours)),
            )
            for other, away in scene.neighbourhood.neighbours(station)
        ]
        yield from contour_overlap.check(facts, pairs, scene.terrain, contours)


def _asked(scene: Scene, rule_id: str) -> Contours:
    rules = [scene.pack.rule(one) for one in (rule_id, PROTECTION_RATIO, MINIMUM_FIELD)]
    return scene.once(("contours", rule_id), lambda: Contours.read(*rules))


def _drawn(
    scene: Scene, wanted: BroadcastStation, unwanted: BroadcastStation, contours: Contours
) -> Iterator[ContourFacts]:
    """Yield the contours of two stations, as the cells of the wanted one's service know them."""
    cells = scene.meetings.cells.get(wanted.id)
    facts = (scene.neighbourhood.facts(one) for one in (wanted, unwanted))
    for threshold in contours.thresholds(*facts) or ():
        if threshold.time_percent not in TIME_PERCENTS:
            continue
        if not scene.neighbourhood.disturbs(unwanted, wanted) and _apart(
            cells, wanted, unwanted, threshold
        ):
            yield _untouched(scene, wanted, unwanted, threshold)
            continue
        if cells is None:
            continue
        protected = cells.wanted_dbuvm >= threshold.protected_dbuvm
        if not protected.any():
            continue
        field = _unwanted_field(scene, cells, unwanted, threshold)
        if field is not None:
            yield _overlap(scene, cells, protected, field, threshold)


def _apart(
    cells: ServiceCells | None,
    wanted: BroadcastStation,
    unwanted: BroadcastStation,
    threshold: ContourThreshold,
) -> bool:
    """Return whether no path to a station's service can carry the interfering field."""
    if unwanted.erp_total_dbw is None:
        return False
    at = (wanted.longitude, wanted.latitude, unwanted.longitude, unwanted.latitude)
    reach_km = default_radius_km(wanted) if cells is None else cells.reach_km
    nearest_km = max(float(distance_km(*at)) - reach_km, NEAREST_KM)
    bound = largest_field_dbuvm(
        unwanted.frequency_mhz, nearest_km, unwanted.erp_total_dbw, threshold.time_percent
    )
    return float(bound) < threshold.interfering_dbuvm


def _untouched(
    scene: Scene,
    wanted: BroadcastStation,
    unwanted: BroadcastStation,
    threshold: ContourThreshold,
) -> ContourFacts:
    at = (wanted.longitude, wanted.latitude, unwanted.longitude, unwanted.latitude)
    return ContourFacts(
        protected_dbuvm=threshold.protected_dbuvm,
        interfering_dbuvm=threshold.interfering_dbuvm,
        time_percent=threshold.time_percent,
        protected_area_km2=None,
        overlap_area_km2=0.0,
        depth_km=0.0,
        azimuth_deg=float(azimuth_deg(*at)) % 360.0,
        longitude=wanted.longitude,
        latitude=wanted.latitude,
        height_m=scene.neighbourhood.settings.receiver_height_above_ground_m,
        source=p1812.EDITION,
    )


def _unwanted_field(
    scene: Scene, cells: ServiceCells, unwanted: BroadcastStation, threshold: ContourThreshold
) -> Floats | None:
    """Return what a station does in the cells: -inf where it cannot matter, None if unknown.

    Of a spacing without a protection ratio, which no other check asks about, it is predicted here.
    """
    one, nothing = cells.of(unwanted.id), np.full(cells.wanted_dbuvm.shape, -np.inf)
    if one is not None:
        at = TIME_PERCENTS.index(threshold.time_percent)
        return np.asarray(one.field_dbuvm[at], dtype=np.float64)
    if unwanted.id in cells.left_out:
        return nothing
    if scene.neighbourhood.disturbs(unwanted, cells.station) or scene.missing(unwanted):
        return None
    stage = scene.context.alone.stage(0.0, 1.0, "")
    found = field_in_cells(cells, scene.emitter(unwanted), (threshold.time_percent,), stage)
    return nothing if found is None else found[0].astype(np.float64)


def _overlap(
    scene: Scene,
    cells: ServiceCells,
    protected: NDArray[np.bool_],
    field: Floats,
    threshold: ContourThreshold,
) -> ContourFacts:
    azimuth, away = _around(scene, cells)
    edge = np.zeros(AZIMUTHS_DEG.size)
    sector = np.floor(azimuth / (360.0 / AZIMUTHS_DEG.size)).astype(np.intp) % edge.size
    np.maximum.at(edge, sector[protected], away[protected])
    within = np.where(protected & ~np.isnan(field), field, -np.inf)
    reached = within >= threshold.interfering_dbuvm
    depth = np.where(reached, edge[sector] - away + CELL_M / 1e3, -np.inf)
    place = int(np.argmax(depth if reached.any() else within))
    excess = float(within[place if not reached.any() else int(np.argmax(within))])
    known = np.isfinite(excess)
    return ContourFacts(
        protected_dbuvm=threshold.protected_dbuvm,
        interfering_dbuvm=threshold.interfering_dbuvm,
        time_percent=threshold.time_percent,
        protected_area_km2=float(cells.area_km2[protected].sum()),
        overlap_area_km2=float(cells.area_km2[reached].sum()),
        depth_km=float(depth[place]) if reached.any() else 0.0,
        azimuth_deg=float(azimuth[place]),
        longitude=float(cells.longitude[place]),
        latitude=float(cells.latitude[place]),
        excess_db=round(excess - threshold.interfering_dbuvm, 2) if known else None,
        height_m=scene.neighbourhood.settings.receiver_height_above_ground_m,
        source=p1812.EDITION,
    )


def _around(scene: Scene, cells: ServiceCells) -> tuple[Floats, Floats]:
    """Return azimuth and distance of the cells from their station."""
    emitter = scene.emitter(cells.station)
    return scene.once(
        ("around", cells.station.id), lambda: emitter.towards(cells.longitude, cells.latitude)
    )


# --- usable fields at the test points ---


def _usable(scene: Scene, station: BroadcastStation) -> tuple[Finding, ...]:
    pack = scene.pack
    caused = [
        reception_of(scene, other)
        for other, _ in scene.neighbourhood.neighbours(station)
        if scene.neighbourhood.disturbs(station, other)
    ]
    rule, summation = pack.rule(USABLE_FIELD), pack.rule(SUMMATION)
    received = reception_of(scene, station)
    most = max(len(one.others) for one in (received, *caused))
    locations = scene.once(("drawn", most), lambda: drawn(settings(rule, summation), most))
    return usable_field.check(
        scene.neighbourhood.facts(station),
        received,
        caused,
        scene.terrain,
        rule=rule,
        summation_rule=summation,
        minimum_field_rule=pack.rule(MINIMUM_FIELD),
        locations=locations,
    )


def reception_of(scene: Scene, wanted: BroadcastStation) -> ReceptionFacts:
    """Return a station's test points, with what every other one does there."""
    return scene.once(("reception", wanted.id), lambda: _read_reception(scene, wanted))


def _read_reception(scene: Scene, wanted: BroadcastStation) -> ReceptionFacts:
    meetings, around = scene.meetings, scene.neighbourhood
    facts, protection = around.facts(wanted), around.protection(wanted)
    places = meetings.edges.get(wanted.id)
    unknown = _unknown(scene, wanted)
    if places is None or protection is None:
        return ReceptionFacts(wanted=facts, others=(), points=(), unknown=unknown)
    name = f"edge {wanted.id}"
    others = meetings.disturbing(wanted)
    columns = []
    for other in others:
        steady, tropospheric = meetings.fields[other.id, name]
        apart = spacing_khz(wanted, other)
        columns.append(nuisance_of(protection, steady, tropospheric, apart).governing_dbuvm)
    nuisance = np.stack(columns, axis=-1) if columns else np.empty((len(places), 0))
    own = meetings.fields[wanted.id, name][0]
    return ReceptionFacts(
        wanted=facts,
        others=tuple(around.facts(other) for other in others),
        points=tuple(_points(scene, wanted, places, own, nuisance)),
        unknown=unknown,
    )


def _points(
    scene: Scene, wanted: BroadcastStation, places: Places, own: Floats, nuisance: Floats
) -> Iterator[NuisancePoint]:
    at = (wanted.longitude, wanted.latitude, places.longitude, places.latitude)
    azimuth, away = azimuth_deg(*at), distance_km(*at)
    for k in range(len(places)):
        yield NuisancePoint(
            name=places.names[k],
            longitude=float(places.longitude[k]),
            latitude=float(places.latitude[k]),
            wanted_dbuvm=float(own[k]),
            nuisance_dbuvm=tuple(float(one) for one in nuisance[k]),
            distance_km=round(float(away[k]), 3),
            azimuth_deg=round(float(azimuth[k]), 2),
            height_m=scene.neighbourhood.settings.receiver_height_above_ground_m,
            area=places.areas[k],
            source=p1812.EDITION,
            boundary=places.boundary[k],
        )


def edge_rows(scene: Scene, station: BroadcastStation) -> list[dict[str, Any]]:
    """Return a station's service edge, azimuth by azimuth, as reports print it.

    Each row holds azimuth and distance, the median field there and the minimum field, and for FM
    the usable field by each analytic method with the station that disturbs most. Azimuths without
    service have no row; a field that is not known, or made up by nobody, is None.
    """
    protection = scene.neighbourhood.protection(station)
    if NAME not in scene.gathered or protection is None:
        return []
    reception = reception_of(scene, station)
    at = (station.longitude, station.latitude)
    longitude = np.array([point.longitude for point in reception.points])
    latitude = np.array([point.latitude for point in reception.points])
    azimuth = azimuth_deg(*at, longitude, latitude)
    away = distance_km(*at, longitude, latitude)
    usable: Mapping[Method, Floats] = {}
    if station.service is Service.FM and reception.points:
        nuisance = np.array([point.nuisance_dbuvm for point in reception.points])
        usable = usable_fields_dbuvm(nuisance, scene.neighbourhood.deviation_db)
    return [
        {
            "azimuth_deg": round(float(azimuth[k])) % 360,
            "distance_km": round(float(away[k]), 1),
            "wanted_dbuvm": _rounded(point.wanted_dbuvm),
            "minimum_dbuvm": protection.minimum_field_dbuvm(point.area),
            "usable_dbuvm": {method.value: _rounded(usable[method][k]) for method in usable},
            "dominant": _dominant(reception, point),
        }
        for k, point in enumerate(reception.points)
    ]


def _dominant(reception: ReceptionFacts, point: NuisancePoint) -> str | None:
    """Return the station that disturbs most at a point; None where nobody does."""
    found = dominant_contributors(point.nuisance_dbuvm, most=1)
    return reception.others[found[0]].id if found else None


def _rounded(level_dbuvm: float) -> float | None:
    return round(float(level_dbuvm), 2) if np.isfinite(level_dbuvm) else None


# --- areas ---


def _area(scene: Scene, station: BroadcastStation) -> tuple[Finding, ...]:
    cells = scene.meetings.cells.get(station.id)
    caused = [
        facts
        for other, _ in scene.neighbourhood.neighbours(station)
        if scene.neighbourhood.disturbs(station, other)
        and (facts := _taken(scene, other, station)) is not None
    ]
    return service_area.check(
        scene.neighbourhood.facts(station),
        None if cells is None else _area_facts(scene, cells),
        caused,
        scene.terrain,
        rule=scene.pack.rule(SERVICE_AREA),
    )


def _taken(scene: Scene, other: BroadcastStation, station: BroadcastStation) -> AreaFacts | None:
    """Return what another station loses newly to one; None where that one cannot matter there."""
    cells = scene.meetings.cells.get(other.id)
    if cells is not None and cells.of(station.id) is not None:
        return _area_facts(scene, cells, without=station)
    unknown = _unknown(scene, other)
    if not {other.id, station.id} & {one.id for one in unknown}:
        return None
    return AreaFacts(
        wanted=scene.neighbourhood.facts(other),
        covered_km2=0.0,
        interfered_km2=0.0,
        cell_km=CELL_M / 1e3,
        unknown=unknown,
    )


def _unknown(scene: Scene, wanted: BroadcastStation) -> tuple[StationFacts, ...]:
    around = scene.neighbourhood
    return tuple(around.facts(one) for one in scene.meetings.unknown(wanted))


def _area_facts(
    scene: Scene, cells: ServiceCells, without: BroadcastStation | None = None
) -> AreaFacts:
    """Return what the service of a station loses to all others, and newly to one of them."""
    usable = usable_in_cells(scene, cells)[TREATY]
    nuisance = cells.nuisance_dbuvm()
    totals = _totals(scene, cells, usable, nuisance, without)
    margin = np.where(np.isnan(usable), np.inf, cells.wanted_dbuvm - usable)
    worst = int(np.argmin(margin)) if margin.size else None
    members = scene.neighbourhood.communes.members
    return service_area.area_facts(
        scene.neighbourhood.facts(cells.station),
        totals,
        [(commune.unit.code, commune.unit.name) for commune in members],
        [(one.station.id, one.station.name) for one in cells.unwanted],
        cell_km=CELL_M / 1e3,
        worst=None
        if worst is None
        else (float(cells.longitude[worst]), float(cells.latitude[worst])),
        height_m=scene.neighbourhood.settings.receiver_height_above_ground_m,
        source=p1812.EDITION,
        unknown_km2=cells.unknown_km2,
        unknown=_unknown(scene, cells.station),
    )


def _totals(
    scene: Scene,
    cells: ServiceCells,
    usable: Floats,
    nuisance: Floats,
    without: BroadcastStation | None,
) -> AreaTotals:
    rest = None
    if without is not None:
        rest = usable_where_lost(scene, cells, without)
    known = ~np.isnan(nuisance)
    dominant: NDArray[np.int64] | int = -1
    if nuisance.shape[1]:
        largest = np.argmax(np.where(known, nuisance, -np.inf), axis=-1)
        dominant = np.where(np.isfinite(usable), largest, -1)
    return area_totals(
        cells.wanted_dbuvm,
        cells.minimum_dbuvm,
        usable,
        cells.area_km2,
        usable_without_dbuvm=rest,
        commune_index=cells.commune,
        communes=len(scene.neighbourhood.communes.members),
        dominant_index=dominant,
        stations=nuisance.shape[1],
        population_per_km2=density(scene, cells),
    )


def density(scene: Scene, cells: ServiceCells) -> Floats | None:
    """Return the people of each cell's commune per km2, None where no commune states any."""
    units = [commune.unit for commune in scene.neighbourhood.communes.members]
    known = [
        unit.population / unit.area_km2 if unit.population and unit.area_km2 else np.nan
        for unit in units
    ]
    found = np.array([*known, np.nan])[cells.commune]
    return None if np.isnan(found).all() else found
