"""Finding the source of an interference: candidates ranked and explained, one posterior.

The register suggests hypotheses (`source_hypotheses`), what was observed weighs them together with
a source that is in no register (`source_weighing`), bearings give a fix with its ellipse, and the
measurement that would tell the first two apart best is looked for. For a station of the register
that comes first, the measures of Luật Tần số Điều 38 are tried in the model. Ranks are predictions
over observations that people made: they say where to measure, and are evidence of nothing.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.raster import Grid, write_cog
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation, Service
from gis.rule_facts import station_facts
from gis.rules import RulePack
from gis.studies.context import Stage, StudyContext
from gis.studies.model import default_settings
from gis.studies.parts import (
    Computed,
    Gathered,
    common_inputs,
    rules_from_json,
    rules_json,
    stamp,
)
from gis.studies.remarks import remarks_json, source_remarks
from gis.studies.snapshots import geometry_from_hex, record_from_json, record_to_json
from gis.studies.source_asked import source_asked
from gis.studies.source_fields import Points, predicts_at, station_fields, transmitter_at
from gis.studies.source_fix import fix_json
from gis.studies.source_hypotheses import hypotheses
from gis.studies.source_next import next_measurements
from gis.studies.source_records import SourceRules, Victim
from gis.studies.source_remedies import remedies
from gis.studies.source_rows import OUTSIDE, candidates, rounded, share
from gis.studies.source_scene import (
    beyond_border,
    border_around,
    land_around,
    observed_from_json,
    observed_json,
    transmitters_around,
)
from gis.studies.source_standing import standing
from gis.studies.source_weighing import Case, Weighed, weigh
from gis.studies.standards import rules_of, standards_of
from propagation.compliance.device_rules import ROW
from propagation.compliance.facts import StationFacts
from propagation.compliance.parameters import INTERMODULATION, number
from propagation.compliance.source_rules import (
    MASKS,
    MEASURES,
    MECHANISMS,
    NAMES,
    RECEIVER,
    WEIGHING,
)
from propagation.interference.protection import Protection

__all__ = ["FILES", "compute", "gather"]

FILES: Final = {"levels.tif": "credible_percent", "places.tif": "credible_percent"}
"""Rasters of where a transmitter of unknown power may stand, by the levels alone and by all: each
cell holds the least percentage of the probability whose smallest area holds the cell."""

_PREDICTING: Final = "sources.progress_strong"
_MOST_CANDIDATES: Final = 40
_MOST_EFFECTS: Final = 8


def gather(
    request: Mapping[str, object], register: RegisterReader, context: StudyContext
) -> Gathered:
    """Read what decides a search for a source.

    Parameters
    ----------
    request : mapping
        `gis.studies.source_asked.SOURCE_INPUTS`.
    register : Reader
        The register at one moment.
    context : StudyContext
        Where terrain and rules are.

    Raises
    ------
    GisError
        As of `gis.studies.source_asked.source_asked`.
    """
    asked = source_asked(request, register, context.home.rules)
    reach_km = number(asked.pack.rule(WEIGHING), "reach_km")
    found, confidential = transmitters_around(asked, register, context.ground, reach_km)
    if asked.station is not None and asked.station.id not in {one.id for one in found}:
        found.append(asked.station)
    land, geometries = land_around(register, asked)
    settings = default_settings(receiver_height_above_ground_m=asked.asked["receiver_height_m"])
    inputs = {
        **common_inputs(asked.place, asked.on, context, settings),
        "rules": rules_json(asked.pack, _rules(asked.pack)),
        "asked": asked.asked,
        "received": None if asked.station is None else asked.station.id,
        "stations": [record_to_json(one) for one in found],
        "observed": observed_json(asked.observed),
        "reach_km": reach_km,
        "land": land,
        "border": border_around(asked),
        "confidential": confidential,
        "remarks": remarks_json([*source_remarks(context.ground), *asked.remarks]),
    }
    return Gathered(inputs, geometries)


def _rules(pack: RulePack) -> list[str]:
    """Return the rules read: of the finder, of sites, of exempt devices, of every service."""
    names = {*NAMES, INTERMODULATION, *(name for name in pack.rules if name.startswith(ROW))}
    for service in Service:
        rules = rules_of(service)
        for name in (rules.ratio, rules.minimum_field, rules.adjacent, rules.portable):
            if name is not None and name in pack.rules:
                names.add(name)
    return sorted(names)


def compute(gathered: Gathered, context: StudyContext) -> Computed:
    """Find the candidates of a case from what was gathered."""
    inputs = gathered.inputs
    _require_whole(inputs)
    pack = rules_from_json(inputs["rules"])
    digest = inputs["land"]
    land = None if digest is None else geometry_from_hex(gathered.geometries[digest])
    case = _case(inputs, pack, land, context)
    weighing = context.stage(0.02, 0.6, "sources.progress_weigh", count=len(case.hypotheses))
    weighed = weigh(case, weighing)
    rows = candidates(weighed, land)
    order = [row.pop("columns") for row in rows]
    looking = context.stage(0.6, 0.9, "sources.progress_next")
    curing = context.stage(0.9, 0.98, "sources.progress_remedies")
    fixed = fix_json(case)
    results = {
        "candidates": rows[:_MOST_CANDIDATES],
        "further": max(len(rows) - _MOST_CANDIDATES, 0),
        "wanted_dbuvm": rounded(case.wanted_dbuvm),
        "wanted_predicted": case.victim.wanted_dbuvm is not None
        and inputs["asked"]["wanted_dbuvm"] is None,
        "observations": _observations(weighed, rows, order),
        "fix": fixed,
        "standing": standing(fixed, _stations(inputs), rows, inputs["received"]),
        "next": next_measurements(weighed, order[:2], looking),
        "areas": _areas(weighed),
        "remedies": _cured(weighed, rows, order, pack, curing),
        "remarks": inputs["remarks"],
    }
    return Computed(results, _files(weighed, fixed, rows, inputs))


def _require_whole(inputs: Mapping[str, Any]) -> None:
    """Refuse the record of a search that an older version made without what is read today."""
    needed = {WEIGHING, MECHANISMS, RECEIVER, MEASURES, INTERMODULATION, *MASKS}
    absent = sorted(needed - set(inputs["rules"]["rules"]))
    absent += [name for name in ("border", "land", "received") if name not in inputs]
    if absent:
        raise FormatError("sources.older_record", names=", ".join(absent))


def _stations(inputs: Mapping[str, Any]) -> list[BroadcastStation]:
    return [record_from_json(BroadcastStation, one) for one in inputs["stations"]]


def _case(
    inputs: Mapping[str, Any],
    pack: RulePack,
    land: shapely.MultiPolygon | None,
    context: StudyContext,
) -> Case:
    stations = _stations(inputs)
    rules = SourceRules.of(pack)
    victim = _victim(inputs, stations, pack, context)
    predicts = predicts_at(victim, context.ground, context.stage(0.02, 0.02, _PREDICTING))
    case = Case(
        victim=victim,
        hypotheses=tuple(hypotheses(victim, stations, rules, predicts)),
        observed=observed_from_json(inputs["observed"]),
        rules=rules,
        ground=context.ground,
        half_side_km=inputs["asked"]["half_side_km"],
    )
    return replace(case, foreign=beyond_border(land, inputs["border"], case.cells))


def _victim(
    inputs: Mapping[str, Any],
    stations: list[BroadcastStation],
    pack: RulePack,
    context: StudyContext,
) -> Victim:
    asked = inputs["asked"]
    own = next((one for one in stations if one.id == inputs["received"]), None)
    wanted = asked["wanted_dbuvm"]
    if wanted is None and own is not None and own.erp_total_dbw is not None:
        wanted = _predicted(own, asked, context)
    return Victim(
        longitude=asked["longitude"],
        latitude=asked["latitude"],
        height_above_ground_m=asked["receiver_height_m"],
        frequency_mhz=asked["frequency_mhz"],
        bandwidth_khz=asked["bandwidth_khz"],
        service=asked["service"],
        station_id=inputs["received"],
        wanted_dbuvm=wanted,
        protection=_protection(asked, own, pack),
    )


def _predicted(
    station: BroadcastStation, asked: Mapping[str, Any], context: StudyContext
) -> float | None:
    """Return the median field of the wanted station at the receiver; None where it has none."""
    if station.height_above_ground_m is None:
        return None
    at = Points.of([(asked["longitude"], asked["latitude"], asked["receiver_height_m"])])
    stage = context.stage(0.02, 0.02, _PREDICTING)
    found = float(station_fields([station], at, context.ground, stage)[0, 0, 0])
    return None if np.isnan(found) else found


def _protection(
    asked: Mapping[str, Any], station: BroadcastStation | None, pack: RulePack
) -> Protection | None:
    """Return what protects the reception; of FM without a station that of stereo."""
    service = asked["service"]
    if service == "other":
        return None
    standards = standards_of(Service(service), pack)
    if station is not None and station.service == service:
        facts: StationFacts = station_facts(station)
        return standards.protection(facts)
    if service != Service.FM:
        return None
    place = (asked["longitude"], asked["latitude"], asked["receiver_height_m"])
    usual = transmitter_at(*place, asked["frequency_mhz"])
    return standards.protection(station_facts(usual))


# --- observations and measures ---


def _observations(
    weighed: Weighed, rows: list[dict[str, Any]], order: list[list[int]]
) -> list[dict[str, Any]]:
    """Return each observation with what it did to the first candidates."""
    found = weighed.found
    told = []
    moved = list(zip(rows, order, strict=True))[:_MOST_EFFECTS]
    moved += [
        (part, [weighed.outside[part["mechanism"]]])
        for row, _ in moved
        for part in row.get("parts", ())
    ]
    for number_, (kind, place) in enumerate(weighed.observations):
        before, after = found.path[number_], found.path[number_ + 1]
        effects = []
        for row, columns in moved:
            was, now = float(before[columns].sum()), float(after[columns].sum())
            effects.append(
                {
                    "key": row["key"],
                    "before": share(was),
                    "after": share(now),
                    "log10_factor": round(_log10_factor(was, now), 3),
                }
            )
        told.append({"kind": kind, "place": place, "effects": effects})
    return told


def _log10_factor(was: float, now: float) -> float:
    """Return the decadic logarithm of the Bayes factor that moved a probability."""
    least = 1e-15
    was, now = (min(max(one, least), 1 - least) for one in (was, now))
    return float(np.log10(now / (1 - now)) - np.log10(was / (1 - was)))


def _cured(
    weighed: Weighed,
    rows: list[dict[str, Any]],
    order: list[list[int]],
    pack: RulePack,
    stage: Stage,
) -> dict[str, Any] | None:
    """Return the measures for the first cause of the register, where it is the likeliest."""
    first = rows[0]
    if first["key"] == OUTSIDE or not weighed.case.hypotheses[order[0][0]].on_air:
        return None
    measures = remedies(weighed, order[0][0], pack.rule(MEASURES), stage)
    return {"key": first["key"], "measures": measures}


# --- files ---


def _files(
    weighed: Weighed,
    fixed: Mapping[str, Any] | None,
    rows: list[dict[str, Any]],
    inputs: Mapping[str, Any],
) -> dict[str, bytes]:
    """Return the rasters of likelihood and the features of the map."""
    maps = {"places.tif": weighed.places_map}
    if weighed.case.observed.levels:
        maps["levels.tif"] = weighed.levels_map
    files = {
        name: write_cog(
            _credible(values),
            weighed.cells.grid,
            tags={**stamp(inputs), "UNIT": "%", "QUANTITY": FILES[name]},
        )
        for name, values in maps.items()
    }
    features = list(_features(weighed, fixed, rows))
    collection = {"type": "FeatureCollection", "features": features}
    files["features.geojson"] = json.dumps(
        collection, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    return files


def _areas(weighed: Weighed) -> dict[str, list[list[float]]]:
    """Return the smallest areas that hold so much, as rectangles of west, south, east, north.

    None of a map on which nothing tells cells apart.
    """
    found = {"places_50": (weighed.places_map, 50.0), "places_95": (weighed.places_map, 95.0)}
    if weighed.case.observed.levels:
        found["levels_95"] = (weighed.levels_map, 95.0)
    return {
        name: list(_runs(_credible(values) <= percent, weighed.cells.grid))
        for name, (values, percent) in found.items()
    }


def _runs(inside: NDArray[np.bool_], grid: Grid) -> Iterator[list[float]]:
    high = grid.pixel_height_deg
    for row, cells in enumerate(inside):
        north = grid.north_deg - row * high
        edges = np.flatnonzero(np.diff(np.concatenate([[0], cells.astype(np.int8), [0]])))
        for first, last in edges.reshape(-1, 2):
            west = grid.west_deg + float(first) * grid.pixel_width_deg
            east = grid.west_deg + float(last) * grid.pixel_width_deg
            yield [round(one, 5) for one in (west, north - high, east, north)]


def _credible(probability: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return, for each cell, the percentage that the smallest area holds to which it belongs."""
    flat = probability.ravel()
    order = np.argsort(-flat, kind="stable")
    held = np.empty(flat.size)
    held[order] = np.minimum(np.cumsum(flat[order]), 1.0) * 100.0
    return held.reshape(probability.shape).astype(np.float32)


def _features(
    weighed: Weighed, fixed: Mapping[str, Any] | None, rows: list[dict[str, Any]]
) -> Any:
    victim, observed = weighed.case.victim, weighed.case.observed
    yield _point(victim.longitude, victim.latitude, kind="victim")
    for seen in observed.bearings:
        at = (seen.longitude, seen.latitude)
        yield _point(
            *at,
            kind="bearing",
            station=seen.station,
            bearing_deg=seen.bearing_deg,
            error_deg=seen.error_deg,
        )
    for level in observed.levels:
        told = {"name": level.name, "measured": level.kind.value, "dbuvm": level.value_dbuvm}
        yield _point(level.longitude, level.latitude, kind="level", **told)
    for rank, row in enumerate(rows[:_MOST_CANDIDATES], start=1):
        told = {"rank": rank, "key": row["key"], "probability": row["probability"]}
        yield _point(row["longitude"], row["latitude"], kind="candidate", **told)
        for part in row.get("parts", ()):
            if "longitude" in part:
                told = {"key": part["key"], "probability": part["probability"]}
                yield _point(part["longitude"], part["latitude"], kind="part", **told)
    if fixed is not None and fixed["reason"] is None:
        ring = [*fixed["ellipse"], fixed["ellipse"][0]]
        yield {
            "type": "Feature",
            "properties": {
                "kind": "ellipse",
                "percent": 95,
                "crosses_as_read": fixed["crosses_as_read"],
            },
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }


def _point(longitude: float, latitude: float, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
    }
