"""What the antennas of a proposed site would cover around it: gained, and covered there already.

Within a circle around the site the level of each antenna is predicted as a study of mobile
coverage predicts it. A cell that it serves is an overlap where an installation in use of the same
band and technology serves it already, the applicant's or anybody's, and a gain where none does.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from data.text import Phrase
from gis.geodesy import distance_km
from gis.mobile import band_of, generations_of, usual_generation
from gis.raster import Grid, grid_around
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation, Provenance, Service, StationClass
from gis.register.structures import Installation, Structure
from gis.rules import RulePack
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import NEAREST_KM, Emitter, missing_values
from gis.studies.method import USUAL, Method
from gis.studies.mobile_asked import REACH_KM, RECEIVER_HEIGHT_M
from gis.studies.mobile_sites import (
    TIME_PERCENTS,
    bounds_around,
    erp_dbw_of,
    in_use,
    transmitters_of,
)
from gis.studies.model import FieldSettings, default_settings, model_json
from gis.studies.parts import method_of, rules_from_json, settings_of
from gis.studies.remarks import remarks_json
from gis.studies.site_asked import Asked, Proposed
from gis.studies.site_scene import SOURCE, seen_around
from gis.studies.snapshots import record_from_json, record_to_json
from gis.studies.steps import area_step_km
from gis.studies.tile_field import Layout, pixels_field
from gis.terrain.ground import Ground, Remark
from propagation.compliance.records import Confidence
from propagation.mobile import (
    Generation,
    MobileReference,
    level_dbm,
    reference_from_parameters,
)
from propagation.profile import Polarization

__all__ = ["CELL_M", "MOST_STATIONS", "RADIUS_KM", "compute_coverage", "gather_coverage"]

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

RADIUS_KM: Final = 5.0
"""Radius of the circle that is looked at, a default of this software."""

CELL_M: Final = 100.0
"""Side of its cells, a default of this software."""

MOST_STATIONS: Final = 3000
"""So many installations around are predicted; with more of them no area is told."""

_STATED: Final = frozenset({"frequency_mhz", "eirp_dbm"})
_AREAS: Final = ("served", "unknown", "own_overlap", "own_gain", "all_overlap", "all_gain")

_Network = tuple[str, str]
"""Band and technology."""


# --- gathered ---


def gather_coverage(
    asked: Asked, register: RegisterReader, ground: Ground, pack: RulePack
) -> dict[str, Any]:
    """Return what decides the coverage of a site, as it stands in the inputs of its study.

    Parameters
    ----------
    asked : Asked
        The site.
    register : Reader
        The register at one moment.
    ground : Ground
        What everything stands on.
    pack : RulePack
        Where the minimum levels are.

    Returns
    -------
    dict
        `coverage`, `confidential` (whether a confidential installation was looked at) and `rules`
        (names of the rules that are read); with `model` where anything is predicted.
    """
    proposed = asked.proposed
    antennas = [
        _antenna_asked(number, one, ground, asked, pack)
        for number, one in enumerate(proposed.antennas, start=1)
        if one.keys() >= _STATED
    ]
    wanted = sorted({_network(one) for one in antennas if one["reason"] is None})
    networks, stations, confidential = _around(asked, register, ground, wanted)
    for one in antennas:
        if one["reason"] is None and len(stations) > MOST_STATIONS:
            one["reason"] = _told("too_many", count=len(stations), limit=MOST_STATIONS)
    predicted = any(one["reason"] is None for one in antennas)
    kept = stations if predicted else []
    gathered: dict[str, Any] = {
        "coverage": {
            "radius_km": RADIUS_KM,
            "cell_m": CELL_M,
            "reach_km": REACH_KM,
            "not_stated": len(proposed.antennas) - len(antennas),
            "antennas": antennas,
            "networks": networks,
            "stations": [record_to_json(one) for one in kept],
        },
        "confidential": confidential,
        "rules": sorted({Generation(name).rule for _, name in wanted}),
    }
    if predicted:
        gathered["model"] = model_json(_settings(ground, len(kept) + len(antennas)), ground)
    return gathered


def _antenna_asked(
    number: int, stated: Mapping[str, Any], ground: Ground, asked: Asked, pack: RulePack
) -> dict[str, Any]:
    """Return an antenna with its band and technology, and why it cannot be predicted."""
    band = band_of(stated["frequency_mhz"])
    technology: str | None = stated.get("technology")
    if technology is None and band is not None:
        technology = usual_generation(band).value
    written = {
        "number": number,
        **{name: stated[name] for name in ("height_above_ground_m", *sorted(_STATED))},
        "band": band,
        "technology": technology,
        "technology_stated": "technology" in stated,
        "reason": None,
    }
    station = _station(written, asked.proposed, asked.ground_elevation_m)
    outside = missing_values(station, flat=ground.flat)
    if outside:
        written["reason"] = _told("outside", missing=Phrase(f"register.field.{outside[0]}"))
    elif band is None or technology is None:
        written["reason"] = _told("no_band", frequency_mhz=stated["frequency_mhz"])
    elif Generation(technology).rule not in pack.rules:
        written["reason"] = _told("no_rule", technology=technology.upper())
    return written


def _told(name: str, **values: object) -> dict[str, Any]:
    """Return a sentence in both languages, with its key."""
    remark: Remark = (f"planning.coverage_{name}", values)
    return remarks_json([remark])[0]


def _network(antenna: Mapping[str, Any]) -> _Network:
    return antenna["band"], antenna["technology"]


def _around(
    asked: Asked, register: RegisterReader, ground: Ground, wanted: Sequence[_Network]
) -> tuple[list[dict[str, Any]], list[BroadcastStation], bool]:
    """Return the networks wanted, their transmitters in reach, and whether any is confidential."""
    if not wanted:
        return [], [], False
    scope = seen_around(asked.proposed)
    standing = {one.id: one for one in register.structures(scope)}
    near = list(_near(asked, register.installations(scope, on=asked.on), standing))
    networks, found, confidential = [], {}, False
    for band, technology in wanted:
        those = [one for one in near if _is_of(one[0], technology) and _may_be(one[0], band)]
        others = [
            one for one in near
            if band_of(one[0].frequency_mhz) == band and not _is_of(one[0], technology)
        ]  # fmt: skip
        stations, left_out = transmitters_of(those, flat=ground.flat)
        found.update({one.id: one for one in stations})
        networks.append(
            {
                "band": band,
                "technology": technology,
                "stations": [one.id for one in stations],
                "left_out": len(left_out),
                "other_technology": len(others),
            }
        )
        confidential = confidential or any(_is_confidential(*one) for one in (*those, *others))
    return networks, [found[name] for name in sorted(found)], confidential


def _near(
    asked: Asked, found: Iterable[Installation], standing: Mapping[str, Structure]
) -> Iterator[tuple[Installation, Structure | None]]:
    """Yield those in use in reach of the circle; with None where the structure is not seen."""
    place = asked.proposed.longitude, asked.proposed.latitude
    for one in found:
        structure = standing.get(one.structure_id)
        if structure is None:
            yield one, None
        elif in_use(structure, asked.on):
            away_km = float(distance_km(*place, structure.longitude, structure.latitude))
            if away_km <= RADIUS_KM + REACH_KM:
                yield one, structure


def _may_be(one: Installation, band: str) -> bool:
    """Return whether an installation is of a band; one without a frequency may be of any."""
    return band_of(one.frequency_mhz) == band or one.frequency_mhz is None


def _is_of(one: Installation, technology: str) -> bool:
    return Generation(technology) in generations_of(one.technology)


def _is_confidential(one: Installation, structure: Structure | None) -> bool:
    return one.confidential or (structure is not None and structure.confidential)


def _settings(ground: Ground, transmitters: int) -> FieldSettings:
    """Return how fields are predicted, with the step of the profiles."""
    cell_km, predictor = CELL_M / 1e3, USUAL.predictor
    radials_km = Layout.of(REACH_KM, CELL_M, cell_km).count * REACH_KM
    return default_settings(
        receiver_height_above_ground_m=RECEIVER_HEIGHT_M,
        profile_step_km=area_step_km(ground, predictor, transmitters * radials_km, cell_km),
    )


def _station(
    antenna: Mapping[str, Any], proposed: Proposed, ground_elevation_m: float
) -> BroadcastStation:
    """Return a proposed antenna as a transmitter that radiates alike all round."""
    return BroadcastStation(
        id=f"antenna-{antenna['number']}",
        name=proposed.name or f"antenna-{antenna['number']}",
        programme="",
        service=Service.FM,
        station_class=StationClass.OTHER,
        frequency_mhz=antenna["frequency_mhz"],
        longitude=proposed.longitude,
        latitude=proposed.latitude,
        erp_total_dbw=erp_dbw_of(antenna["eirp_dbm"]),
        polarization=Polarization.VERTICAL,
        height_above_ground_m=antenna["height_above_ground_m"],
        ground_height_m=ground_elevation_m,
        provenance=Provenance(confidence=Confidence.DERIVED, source=SOURCE),
    )


# --- computed ---


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """The circle in cells, row after row, and how levels there are predicted.

    `beyond` are the cells of the circle that the model reaches: nearer to the mast the field is
    that of free space, whatever the ground.
    """

    inputs: Mapping[str, Any]
    proposed: Proposed
    grid: Grid
    within: Flags
    beyond: Flags
    areas_km2: Floats
    ground: Ground
    settings: FieldSettings
    method: Method
    layout: Layout

    def levels_dbm(
        self, station: BroadcastStation, reference: MobileReference, stage: Stage
    ) -> Floats:
        """Return the level of a transmitter in the cells of the circle, -inf beyond its reach.

        All cells are asked for whatever is wanted of them, so that one antenna has one level.
        """
        emitter = Emitter(station, self.ground, self.settings, self.method)
        found = pixels_field(
            emitter, self.grid, self.layout, TIME_PERCENTS, stage, wanted=self.within
        )
        if found is None:
            return np.full(self.areas_km2.shape, -np.inf)
        return level_dbm(found[0], station.frequency_mhz, reference)


@dataclass(frozen=True, slots=True, eq=False)
class _Served:
    """Which cells of the circle the existing transmitters of a network serve.

    Attributes
    ----------
    own, everybody : ndarray of bool, shape (k,)
        Those of the applicant, and all of them.
    counts : dict
        How many went in, how many of them are the applicant's, how many were left out, and how
        many are of another technology.
    """

    own: Flags
    everybody: Flags
    counts: dict[str, int | None]


def compute_coverage(
    inputs: Mapping[str, Any], proposed: Proposed, context: StudyContext, stage: Stage
) -> list[dict[str, Any]]:
    """Return what each antenna that states carrier and power would cover around the site.

    Parameters
    ----------
    inputs : mapping
        The inputs of the study, with those of `gather_coverage`.
    proposed : Proposed
        The site.
    context : StudyContext
        Where the terrain is.
    stage : Stage
        Its workers predict; who listens hears how far it is.

    Returns
    -------
    list of dict
        A row for each antenna: areas in km2 to 3 decimals, counts of installations, and the
        remark that this is a prediction; or a `reason` in place of numbers.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    rows = [_row(one) for one in inputs["coverage"]["antennas"]]
    if "model" not in inputs:
        return rows
    scene = _scene(inputs, proposed, context)
    rules = rules_from_json(inputs["rules"])
    for network in inputs["coverage"]["networks"]:
        rule = rules.rule(Generation(network["technology"]).rule)
        reference = reference_from_parameters(rule.parameters)
        mine = [
            row for row in rows
            if row["reason"] is None and _network(row) == (network["band"], network["technology"])
        ]  # fmt: skip
        _fill(scene, mine, network, reference, stage)
    return rows


def _row(antenna: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of an antenna before anything is known of it."""
    counts = ("existing", "own_existing", "left_out", "other_technology")
    return {
        **antenna,
        "minimum_level_dbm": None,
        **{f"{name}_km2": None for name in _AREAS},
        **dict.fromkeys(counts),
        "remark": None,
    }


def _scene(inputs: Mapping[str, Any], proposed: Proposed, context: StudyContext) -> _Scene:
    asked = inputs["coverage"]
    place, settings = (proposed.longitude, proposed.latitude), settings_of(inputs)
    grid = grid_around(*place, asked["radius_km"], asked["cell_m"])
    away_km = distance_km(*place, *grid.centres())
    within = away_km <= asked["radius_km"]
    return _Scene(
        inputs=inputs,
        proposed=proposed,
        grid=grid,
        within=within,
        beyond=away_km[within] > NEAREST_KM,
        areas_km2=np.broadcast_to(grid.pixel_areas_km2(), grid.shape)[within],
        ground=context.ground.holding(bounds_around(grid, _stations(inputs).values())),
        settings=settings,
        method=method_of(inputs, context),
        layout=Layout.of(asked["reach_km"], asked["cell_m"], settings.profile_step_km),
    )


def _stations(inputs: Mapping[str, Any]) -> dict[str, BroadcastStation]:
    found = (record_from_json(BroadcastStation, one) for one in inputs["coverage"]["stations"])
    return {one.id: one for one in found}


def _fill(
    scene: _Scene,
    rows: Sequence[dict[str, Any]],
    network: Mapping[str, Any],
    reference: MobileReference,
    stage: Stage,
) -> None:
    """Fill in the rows of the antennas of one network."""
    height_m = scene.inputs["ground_elevation_m"]
    mine = [_station(row, scene.proposed, height_m) for row in rows]
    levels = [scene.levels_dbm(one, reference, stage) for one in mine]
    minimum = reference.minimum_level_dbm
    reached = np.logical_or.reduce([one >= minimum for one in levels])
    served = _already(scene, network, reference, reached, stage)
    for row, level in zip(rows, levels, strict=True):
        row["minimum_level_dbm"] = minimum
        if np.isnan(level[scene.beyond]).all():
            row["reason"] = _told("no_terrain", radius_km=scene.inputs["coverage"]["radius_km"])
            continue
        for name, cells in _areas(scene, level >= minimum, served).items():
            row[name] = round(float(scene.areas_km2[cells].sum()), 3)
        row["unknown_km2"] = round(float(scene.areas_km2[np.isnan(level)].sum()), 3)
        row.update(served.counts, remark=_told("remark", model=scene.method.predictor.edition))


def _areas(scene: _Scene, mine: Flags, served: _Served) -> dict[str, Flags]:
    """Return the cells behind each area; those of the applicant where it is stated."""
    areas = {
        "served_km2": mine,
        "all_overlap_km2": mine & served.everybody,
        "all_gain_km2": mine & ~served.everybody,
    }
    if scene.proposed.organisation_id is not None:
        areas["own_overlap_km2"] = mine & served.own
        areas["own_gain_km2"] = mine & ~served.own
    return areas


def _known_level(
    shared: tuple[_Scene, Mapping[str, BroadcastStation], MobileReference, Flags],
    name: str,
    stage: Stage,
) -> Flags | None:
    """Return where a transmitter reaches the minimum; None where its level is not known."""
    scene, stations, reference, reached = shared
    level = scene.levels_dbm(stations[name], reference, stage)
    if np.isnan(level[reached]).any():
        return None
    return np.asarray(level >= reference.minimum_level_dbm)


def _already(
    scene: _Scene,
    network: Mapping[str, Any],
    reference: MobileReference,
    reached: Flags,
    stage: Stage,
) -> _Served:
    """Return which of the cells that a site reaches the existing transmitters serve.

    One whose level is not known in some cell of them is left out.
    """
    stations = _stations(scene.inputs)
    shared = (scene, stations, reference, reached)
    own, everybody = np.zeros((2, *reached.shape), dtype=np.bool_)
    applicant = scene.proposed.organisation_id
    existing = mine = 0
    left_out = network["left_out"]
    for name, cells in stage.spread(_known_level, shared, network["stations"]):
        if cells is None:
            left_out += 1
            continue
        existing += 1
        everybody |= cells
        if stations[name].organisation_id == applicant:
            mine += 1
            own |= cells
    counts = {
        "existing": existing,
        "own_existing": None if applicant is None else mine,
        "left_out": left_out,
        "other_technology": network["other_technology"],
    }
    return _Served(own, everybody, counts)
