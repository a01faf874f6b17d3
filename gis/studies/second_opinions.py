"""What other propagation models say at the decisive point of a finding.

Rec. ITU-R P.1812 decides. At the one point that decided a finding on protection, on the usable
field or on the boundary, the same fields are predicted by the Irregular Terrain Model too, and by
Rec. ITU-R P.1546 where the user's copy of its curves is given. Of a usable field only those
stations are predicted again that make up 90 % of the nuisance power, and the station judged; the
others keep the field of P.1812. All points of a station are predicted at once.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from data.text import Language, text
from gis.errors import CurvesUnavailableError, FormatError
from gis.geodesy import distance_km
from gis.register.records import BroadcastStation
from gis.studies.checks import interference
from gis.studies.checks.scene import Scene
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import Emitter, missing_values
from gis.studies.field import fields_at
from gis.studies.method import Method, method_recorded
from gis.studies.predictors.itm import Itm
from gis.studies.predictors.p1546 import P1546
from gis.studies.predictors.registry import predictor_of
from gis.studies.unwanted import spacing_khz
from propagation.compliance import boundary_protection, protection_ratios, usable_field
from propagation.compliance.agreement import Agreement, ModelMargin, compared
from propagation.compliance.parameters import SUMMATION, USABLE_FIELD
from propagation.compliance.records import EvidenceKind, Finding
from propagation.compliance.usable_points import TREATY, settings
from propagation.interference.acceptance import acceptance_margin_db
from propagation.interference.nuisance import nuisance_of
from propagation.interference.usable import ANALYTIC, dominant_contributors, usable_fields_dbuvm
from propagation.itu import p1812

__all__ = ["models_asked", "with_second_opinions"]

Floats = NDArray[np.float64]
Fields = tuple[float, float]
"""Steady and tropospheric field of a station at a point."""

_TIMES: Final = (50.0, 1.0)
_DECIDING: Final = p1812.EDITION


def models_asked(context: StudyContext) -> dict[str, Any]:
    """Return the models that are asked besides, as they stand in the inputs of a study.

    Those are the Irregular Terrain Model, and Rec. ITU-R P.1546 where its curves can be read; a
    remark says why where they are named and cannot.
    """
    methods = [Method(predictor_of(Itm.name, {}, None))]
    remarks = []
    if context.p1546_curves is not None:
        try:
            methods.append(Method(predictor_of(P1546.name, {}, context.p1546_curves)))
        except (CurvesUnavailableError, FormatError) as error:
            key = "compliance.curves_left_out"
            said = {str(one): text(key, one, reason=error.say(one)) for one in Language}
            remarks.append({"key": key, **said})
    return {"models": [method.to_json() for method in methods], "remarks": remarks}


def with_second_opinions(
    scene: Scene,
    findings: Mapping[str, Sequence[Finding]],
    written: Sequence[Mapping[str, Any]],
    context: StudyContext,
) -> dict[str, tuple[Finding, ...]]:
    """Return findings with what other models say of their margins.

    Parameters
    ----------
    scene : Scene
        The stations and what they stand among.
    findings : mapping
        Findings of each station judged.
    written : sequence of mapping
        The other models, as of `models_asked`.
    context : StudyContext
        Who listens, and where the curves are.

    Raises
    ------
    GisError
        If a model that the record names is not at hand.
    """
    asked = {
        (station_id, place): question
        for station_id, those in findings.items()
        for place, finding in enumerate(those)
        if (question := _question(scene, scene.neighbourhood.station(station_id), finding))
    }
    margins: dict[tuple[str, int], list[ModelMargin]] = {key: [] for key in asked}
    for number, one in enumerate(written):
        method = method_recorded(one, context.p1546_curves)
        points = _Points.of(asked.values())
        part = (0.97 + 0.01 * number / len(written), 0.97 + 0.01 * (number + 1) / len(written))
        points.predict(scene, method, context, part)
        for key, question in asked.items():
            known = points.known(question.longitude, question.latitude)
            margins[key] += question.margins(method.predictor.edition, known)
    return {
        station_id: tuple(
            _agreed(finding, asked.get((station_id, place)), margins.get((station_id, place), []))
            for place, finding in enumerate(those)
        )
        for station_id, those in findings.items()
    }


Known = Callable[[str], Fields | None]
"""From a station to its fields at the point in question by the model in question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is asked about one finding.

    Attributes
    ----------
    longitude, latitude : float
        The decisive point.
    stations : tuple of str
        Whose fields are needed there.
    margins_db : callable
        From the fields to the margin by each method; NaN where one is not known.
    """

    longitude: float
    latitude: float
    stations: tuple[str, ...]
    margins_db: Callable[[Known], Mapping[str | None, float]]

    def margins(self, model: str, known: Known) -> list[ModelMargin]:
        """Return the margins by a model."""
        return [
            ModelMargin(model, method, margin) for method, margin in self.margins_db(known).items()
        ]


@dataclass(slots=True)
class _Points:
    """The points of each station, and the fields there."""

    places: dict[str, dict[tuple[float, float], int]] = field(default_factory=dict)
    fields: dict[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(cls, questions: Iterable[_Question]) -> "_Points":
        """Gather the points of all questions."""
        found = cls()
        for question in questions:
            for station_id in question.stations:
                known = found.places.setdefault(station_id, {})
                known.setdefault((question.longitude, question.latitude), len(known))
        return found

    def predict(
        self, scene: Scene, method: Method, context: StudyContext, part: tuple[float, float]
    ) -> None:
        """Predict the field of every station at its points by a model."""
        stage = context.stage(*part, "studies.progress_models", model=method.predictor.edition)
        emitters = {one: _emitter(scene, one, method) for one in sorted(self.places)}
        known = {name: one for name, one in emitters.items() if one is not None}
        tasks = [(name, list(self.places[name])) for name in known]
        for (name, _), found in stage.spread(_at_places, known, tasks):
            self.fields[name] = found

    def known(self, longitude: float, latitude: float) -> Known:
        """Return what is known at a point: a station's fields, None where none are."""

        def at(station_id: str) -> Fields | None:
            found = self.fields.get(station_id)
            if found is None:
                return None
            place = self.places[station_id][longitude, latitude]
            steady, tropospheric = found[:, place].tolist()
            return steady, tropospheric

        return at


def _at_places(
    emitters: Mapping[str, Emitter],
    task: tuple[str, Sequence[tuple[float, float]]],
    stage: Stage,
) -> Floats:
    """Return the field of one of several stations at its points."""
    emitter, (longitude, latitude) = emitters[task[0]], np.array(task[1], dtype=np.float64).T
    station = emitter.station
    away = distance_km(station.longitude, station.latitude, longitude, latitude)
    windows = emitter.ground.windows(
        station.longitude, station.latitude, float(np.max(away)) + 1.0
    )
    return fields_at(emitter, stage, longitude, latitude, time_percents=_TIMES, windows=windows)


def _emitter(scene: Scene, station_id: str, method: Method) -> Emitter | None:
    """Return a station as a model predicts it; None where it lies outside the model's range."""
    around, limits = scene.neighbourhood, method.predictor.limits
    station = around.station(station_id)
    low, high = limits.time_percents
    if missing_values(station, flat=around.ground.flat, limits=limits) or not all(
        low <= percent <= high for percent in _TIMES
    ):
        return None
    return Emitter(station, around.ground, around.settings, method)


def _question(scene: Scene, station: BroadcastStation, finding: Finding) -> _Question | None:
    """Return what is to be asked of a finding; None of those that no field decided."""
    predicted = any(item.kind is EvidenceKind.PREDICTION for item in finding.evidence)
    if finding.margin_db is None or not predicted:
        return None
    if finding.check == boundary_protection.CHECK:
        return _boundary(station, finding)
    if finding.check == protection_ratios.CHECK:
        return _protection(scene, *_pair(scene, station, finding), finding)
    if finding.check == usable_field.CHECK:
        return _usable(scene, station, finding)
    return None


def _pair(
    scene: Scene, station: BroadcastStation, finding: Finding
) -> tuple[BroadcastStation, BroadcastStation]:
    """Return who is wanted and who is not."""
    other = scene.neighbourhood.station(str(finding.counterpart))
    received = finding.values["direction"] == "received"
    return (station, other) if received else (other, station)


def _number(finding: Finding, name: str) -> float:
    return float(finding.values[name] or 0.0)


def _boundary(station: BroadcastStation, finding: Finding) -> _Question:
    limit_dbuvm = _number(finding, "limit_dbuvm")

    def margins_db(known: Known) -> Mapping[str | None, float]:
        found = known(station.id)
        return {None: math.nan if found is None else limit_dbuvm - found[0]}

    return _Question(
        longitude=_number(finding, "longitude"),
        latitude=_number(finding, "latitude"),
        stations=(station.id,),
        margins_db=margins_db,
    )


def _protection(
    scene: Scene, wanted: BroadcastStation, unwanted: BroadcastStation, finding: Finding
) -> _Question | None:
    protection = scene.neighbourhood.protection(wanted)
    if protection is None:
        return None

    def margins_db(known: Known) -> Mapping[str | None, float]:
        own, other = known(wanted.id), known(unwanted.id)
        if own is None or other is None:
            return {None: math.nan}
        nuisance = nuisance_of(protection, *other, spacing_khz(wanted, unwanted))
        return {None: own[0] - float(nuisance.governing_dbuvm)}

    return _Question(
        longitude=_number(finding, "longitude"),
        latitude=_number(finding, "latitude"),
        stations=(wanted.id, unwanted.id),
        margins_db=margins_db,
    )


def _usable(scene: Scene, station: BroadcastStation, finding: Finding) -> _Question | None:
    """Return what is to be asked of a usable field: received, or caused to another."""
    around, caused = scene.neighbourhood, finding.values.get("direction") == "caused"
    wanted = around.station(str(finding.counterpart)) if caused else station
    facts, protection = interference.reception_of(scene, wanted), around.protection(wanted)
    point = next((one for one in facts.points if one.name == finding.values["point"]), None)
    if point is None or protection is None:
        return None
    column = facts.position(station.id) if caused else None
    again = set(dominant_contributors(point.nuisance_dbuvm))
    if column is not None:
        again.add(column)
    numbers = settings(scene.pack.rule(USABLE_FIELD), scene.pack.rule(SUMMATION))
    sigma = numbers.location_standard_deviation_db
    predicted = [around.station(facts.others[place].id) for place in sorted(again)]

    def margins_db(known: Known) -> Mapping[str | None, float]:
        own = known(wanted.id)
        nuisance = np.array(point.nuisance_dbuvm)
        for place, other in zip(sorted(again), predicted, strict=True):
            found = known(other.id)
            if own is None or found is None:
                return {TREATY: math.nan}
            level = nuisance_of(protection, *found, spacing_khz(wanted, other)).governing_dbuvm
            nuisance[place] = float(level)
        within = usable_fields_dbuvm(nuisance, sigma)
        if column is None:
            return {method: own[0] - float(within[method]) for method in ANALYTIC} if own else {}
        without = usable_fields_dbuvm(np.delete(nuisance, column), sigma)
        return {
            method: acceptance_margin_db(
                float(within[method]),
                float(without[method]),
                reference_field_dbuvm=numbers.reference_field_dbuvm,
                largest_rise_db=numbers.largest_rise_db,
            )
            for method in ANALYTIC
        }

    return _Question(
        longitude=round(point.longitude, 5),
        latitude=round(point.latitude, 5),
        stations=(wanted.id, *(one.id for one in predicted)),
        margins_db=margins_db,
    )


def _agreed(
    finding: Finding, question: _Question | None, margins: Sequence[ModelMargin]
) -> Finding:
    """Return a finding with the margins of all models, its own first."""
    if question is None or finding.margin_db is None:
        return finding
    method = TREATY if finding.check == usable_field.CHECK else None
    own = ModelMargin(_DECIDING, method, finding.margin_db)
    known = finding.values.get("agreement") or Agreement.ROBUST
    return replace(finding, agreement=compared([own, *margins], known=Agreement(str(known))))
