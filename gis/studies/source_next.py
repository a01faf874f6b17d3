"""Which measurement, where, would tell the first two candidates apart best."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from gis.raster import grid_around
from gis.studies.context import Stage
from gis.studies.source_family import Outside
from gis.studies.source_fields import Cells, Points, azimuths_from, cells_seen, station_fields
from gis.studies.source_weighing import Weighed
from propagation.interference.source_evidence import Cloud
from propagation.interference.source_information import (
    bearing_outcomes,
    expected_information_bits,
    level_outcomes,
)

__all__ = ["next_measurements"]

Floats = NDArray[np.float64]

_REACH_KM: Final = 16.0
_STEP_KM: Final = 4.0
_HEIGHT_M: Final = 3.0
_UNCERTAINTY_DB: Final = 4.0
_MOST_CELLS: Final = 48
_TOLD: Final = 3
_LEAST: Final = 1e-9


def next_measurements(
    weighed: Weighed, order: Sequence[Sequence[int]], stage: Stage
) -> dict[str, Any] | None:
    """Return the measurements that are expected to tell the most, as JSON values.

    Parameters
    ----------
    weighed : Weighed
        What is believed of the case.
    order : sequence of sequences of int
        The two candidates, each the columns of the posterior that it is made of.
    stage : Stage
        Who listens, and may cancel.

    Returns
    -------
    dict or None
        `points`: kind, place, bits, and what either candidate would show there; `entropy_bits` is
        the most that could be told. None where one of the two is out of the question.
    """
    share = np.array([weighed.found.probability[list(columns)].sum() for columns in order])
    if len(order) < 2 or share.min() < _LEAST:
        return None
    share /= share.sum()
    looker = _Looker(weighed, stage)
    ways = [looker.ways(columns) for columns in order]
    found = [
        *looker.bearings(share, ways),
        *looker.levels(share, ways),
    ]
    found.sort(key=lambda one: (-one["bits"], one["kind"], one["longitude"], one["latitude"]))
    best = [one for kind in ("bearing", "level") for one in _best(found, kind)]
    best.sort(key=lambda one: -one["bits"])
    entropy = float(-(share * np.log2(np.maximum(share, _LEAST))).sum())
    return {"entropy_bits": round(entropy, 4), "points": best}


def _best(found: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in found if one["kind"] == kind][:_TOLD]


class _Ways:
    """The ways of a candidate, as points of a plane of measurements see them."""

    def __init__(self, on_air: float, azimuth: Floats, level: Floats, weight: Floats) -> None:
        self.on_air = on_air
        self.azimuth_deg, self.level_dbuvm, self.weight = azimuth, level, weight

    def place_weight(self, offsets: int) -> Floats:
        """Return the probability of each place, offsets together."""
        return np.asarray(self.weight.reshape(offsets, -1).sum(axis=0))


class _Looker:
    """Looks at the points at which one could measure."""

    def __init__(self, weighed: Weighed, stage: Stage) -> None:
        self._weighed, self._case = weighed, weighed.case
        victim = self._case.victim
        grid = grid_around(victim.longitude, victim.latitude, _REACH_KM, _STEP_KM * 1e3)
        longitude, latitude = (one.ravel() for one in grid.centres())
        known = np.isfinite(self._case.ground.elevation.heights_m(longitude, latitude))
        rows = [
            (float(x), float(y), _HEIGHT_M)
            for x, y in zip(longitude[known], latitude[known], strict=True)
        ]
        self._points, self._stage = Points.of(rows), stage
        self._deviation = float(
            np.sqrt(
                self._case.value("shadowing_db") ** 2
                + self._case.value("model_error_db") ** 2
                + (_UNCERTAINTY_DB / 2) ** 2
            )
        )

    def ways(self, columns: Sequence[int]) -> list[tuple[float, _Ways | None]]:
        """Return the ways of a candidate with the share of each part of it; None is silence."""
        weighed = self._weighed
        found: list[tuple[float, _Ways | None]] = []
        total = float(weighed.found.probability[list(columns)].sum())
        for column in columns:
            share = float(weighed.found.probability[column]) / total
            count, silent = len(weighed.case.hypotheses), weighed.outside[Outside.NOTHING]
            if count <= column < silent:
                found.append((share, self._anywhere(weighed.found.clouds[column])))
            elif column < count and weighed.case.hypotheses[column].on_air:
                found.append((share, self._registered(column)))
            else:
                found.append((share, None))
        return found

    def _registered(self, column: int) -> _Ways:
        emitter = self._case.hypotheses[column].emitter
        cloud = self._weighed.found.clouds[column]
        field = station_fields([emitter], self._points, self._case.ground, self._stage)[0]
        at = (np.array([emitter.longitude]), np.array([emitter.latitude]))
        azimuth = azimuths_from(self._points, *at)[0]
        return self._made(cloud, azimuth, field)

    @cached_property
    def _cells(self) -> Cells:
        case = self._case
        return cells_seen(
            self._points,
            self._weighed.cells.grid,
            case.ground,
            self._stage,
            frequency_mhz=case.victim.frequency_mhz,
            source_height_m=case.value("source_height_m"),
        )

    def _anywhere(self, cloud: Cloud) -> _Ways:
        """Return the likeliest cells, which hold nearly all of it once it was measured."""
        cells = self._cells
        chosen = np.sort(np.argsort(-cloud.places(), kind="stable")[:_MOST_CELLS])
        kept = Cloud(cloud.log_weight[:, chosen], cloud.offset_db)
        return self._made(kept, cells.azimuth_deg[:, chosen], cells.field_dbuvm[:, chosen])

    def _made(self, cloud: Cloud, azimuth: Floats, field: Floats) -> _Ways:
        weight = np.exp(cloud.log_weight)
        level = np.nan_to_num(field, nan=-99.0)[:, np.newaxis, :] + cloud.offset_db[np.newaxis]
        shape = (azimuth.shape[0], -1)
        return _Ways(1.0, azimuth, level.reshape(shape), (weight / weight.sum()).ravel())

    # --- what a measurement would show ---

    def bearings(self, share: Floats, both: Sequence[list[tuple[float, _Ways | None]]]) -> Any:
        """Yield what a bearing would tell at each point."""
        case = self._case
        outcomes = tuple(self._mixed(one, self._bearing) for one in both)
        bits = expected_information_bits(share, outcomes)
        error = case.value("bearing_error_deg")
        for row, value in enumerate(bits):
            shown = [self._direction(one, row) for one in both]
            yield self._told("bearing", row, value, shown, {"error_deg": error})

    def levels(self, share: Floats, both: Sequence[list[tuple[float, _Ways | None]]]) -> Any:
        """Yield what a level would tell at each point."""
        outcomes = tuple(self._mixed(one, self._level) for one in both)
        bits = expected_information_bits(share, outcomes)
        for row, value in enumerate(bits):
            shown = [self._strength(one, row) for one in both]
            yield self._told("level", row, value, shown, {"uncertainty_db": _UNCERTAINTY_DB})

    def _mixed(self, parts: Sequence[tuple[float, _Ways | None]], outcome: Any) -> Floats:
        return np.asarray(sum(share * outcome(ways) for share, ways in parts))

    def _bearing(self, ways: _Ways | None) -> Floats:
        case, count = self._case, self._points.longitude.size
        if ways is None:
            silent = bearing_outcomes(
                np.zeros((count, 1)), np.zeros((count, 1)), np.ones(1),
                error_deg=90.0, reversed_share=0.5, gross_share=0.5,
            )  # fmt: skip
            return silent
        places = ways.azimuth_deg.shape[1]
        offsets = ways.weight.size // places
        weight = ways.weight.reshape(offsets, places)
        threshold = case.value("bearing_threshold_dbuvm")
        chance = ndtr((ways.level_dbuvm - threshold) / self._deviation)
        own = np.maximum(weight.sum(axis=0), _LEAST)
        heard = (chance.reshape(count, offsets, places) * weight).sum(axis=1) / own
        return bearing_outcomes(
            ways.azimuth_deg,
            np.minimum(heard, 1.0),
            weight.sum(axis=0),
            error_deg=case.value("bearing_error_deg"),
            reversed_share=case.share("reversed_percent"),
            gross_share=case.share("gross_percent"),
        )

    def _level(self, ways: _Ways | None) -> Floats:
        threshold = self._case.value("listening_threshold_dbuvm")
        if ways is None:
            count = self._points.longitude.size
            silent = np.full((count, 1), -199.0)
            return level_outcomes(silent, np.ones(1), self._deviation, threshold)
        return level_outcomes(ways.level_dbuvm, ways.weight, self._deviation, threshold)

    def _direction(self, parts: Sequence[tuple[float, _Ways | None]], row: int) -> Any:
        """Return the azimuth that a candidate would show, None where it is silent or anywhere."""
        share, ways = max(parts, key=lambda one: one[0])
        del share
        if ways is None:
            return None
        places = ways.azimuth_deg.shape[1]
        weight = ways.place_weight(ways.weight.size // places)
        turned = np.exp(1j * np.radians(ways.azimuth_deg[row]))
        mean = complex((weight * turned).sum() / weight.sum())
        return round(float(np.degrees(np.angle(mean))) % 360.0, 1) if abs(mean) > 0.7 else None

    def _strength(self, parts: Sequence[tuple[float, _Ways | None]], row: int) -> Any:
        ways = max(parts, key=lambda one: one[0])[1]
        if ways is None:
            return None
        return round(float((ways.weight * ways.level_dbuvm[row]).sum()), 1)

    def _told(
        self, kind: str, row: int, bits: float, shown: Sequence[Any], how: dict[str, float]
    ) -> dict[str, Any]:
        return {
            "kind": kind,
            "longitude": round(float(self._points.longitude[row]), 5),
            "latitude": round(float(self._points.latitude[row]), 5),
            "bits": round(float(bits), 4),
            "first": shown[0],
            "second": shown[1],
            **how,
        }
