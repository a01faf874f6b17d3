"""What to change: for each finding that objects, the smallest change that passes, checked again.

`propagation.compliance.remedies` searches; the question *does it still object?* is answered here,
by the check that objected, on the station with the change (`gis.studies.variants`). A proposal is
then judged once more by every check: what of the station would newly object stands beside it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gis.register.records import BroadcastStation
from gis.studies.checks.scene import Scene
from gis.studies.context import Stage
from gis.studies.findings import finding_to_json
from gis.studies.requests import Reader
from gis.studies.standards import rules_of
from gis.studies.variants import Variants, lowered, retuned, with_less_power
from propagation.compliance import (
    aeronautical,
    border,
    data_audit,
    erp_and_height,
    exposure,
    intermodulation,
    plan_identity,
    protected_sites,
    validity,
)
from propagation.compliance.catalogue import CATALOGUE
from propagation.compliance.objections import (
    Change,
    Subject,
    changes_for,
    helper_for,
    is_reception,
    newly_objecting,
    objects,
    solved,
    subject_of,
)
from propagation.compliance.parameters import number
from propagation.compliance.records import Finding
from propagation.compliance.remedies import (
    channels_near,
    sectors,
    smallest_lowering,
    smallest_reduction,
)

__all__ = ["NAMES", "asked", "changes_of"]

NAMES: Final = ("changes", "height_step_m", "height_floor_m")
_EXTENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "none": (),
    "erp": (Change.ERP.value,),
    "all": tuple(one.value for one in Change),
}
_USUAL_STEP_M: Final = 5.0
_USUAL_FLOOR_M: Final = 10.0
_MOST_DB: Final = 40.0
"""Largest reduction that is tried: a ten-thousandth of the power."""

_MOST_CHANNELS: Final = 60
"""So many channels are tried, the nearest first; the result says how many of how many."""

_RAISED: Final = 5
"""So many tenths of a decibel more are tried where the whole study asks for more."""

_HARM: Final = frozenset(CATALOGUE) - {
    plan_identity.CHECK,
    erp_and_height.CHECK,
    validity.CHECK,
    data_audit.CHECK,
}
"""Checks of which nothing may newly object on another channel: all that a carrier decides.

The plan's own frequency is not among them: another channel always departs from it, and says so.
"""

_WORSE_DB: Final = 0.5
"""Nor may these object by so much more: the rise that GE84, Article 4.3.7.1, accepts."""

_APART: Final = frozenset(
    {
        plan_identity.CHECK,
        erp_and_height.CHECK,
        intermodulation.CHECK,
        aeronautical.CHECK,
        border.CHECK,
        protected_sites.CHECK,
    }
)
"""Checks that read nothing of where stations meet: asked alone while a height or a channel is
looked for; what is proposed is judged by every check."""

_HOPELESS: Final = 1_000_000
_USUAL_QUESTIONS: Final = 60
"""So many reductions or heights a search usually asks about; for the progress only."""

_ADVICE: Final = "advice"
_ALONE: Final = "alone"


def asked(reader: Reader, *, usual: str) -> dict[str, Any]:
    """Return what is to be looked for, as JSON values of a study's inputs.

    Parameters
    ----------
    reader : Reader
        The request: `changes` (`none`, `erp`, `all`), `height_step_m` (5 unless said) and
        `height_floor_m` (10 unless said).
    usual : str
        What `changes` is unless said.

    Raises
    ------
    FormatError
        If the request is not understood.
    """
    extent = reader.choice("changes", tuple(_EXTENTS), usual)
    return {
        "kinds": list(_EXTENTS[extent]),
        "height_step_m": reader.number("height_step_m", 1.0, 50.0, _USUAL_STEP_M),
        "height_floor_m": reader.number("height_floor_m", 1.0, 1000.0, _USUAL_FLOOR_M),
        "erp_most_db": _MOST_DB,
        "channels_most": _MOST_CHANNELS,
    }


def changes_of(
    scene: Scene,
    station: BroadcastStation,
    findings: Sequence[Finding],
    wanted: Mapping[str, Any] | None,
    stage: Stage,
) -> dict[int, list[dict[str, Any]]]:
    """Return what could be changed about each finding that objects, and who could, by its place.

    Parameters
    ----------
    scene : Scene
        The scene in which the station was judged.
    station : BroadcastStation
        The station.
    findings : sequence of Finding
        What was found of it.
    wanted : mapping or None
        From `asked`; None in studies that are older.
    stage : Stage
        Who listens, and may cancel.

    Returns
    -------
    dict
        JSON values: of each change its kind, its values, whether the finding passes with it, the
        outcome and the margin then, how it was checked again, and what newly objects; after them,
        where others could help or nothing was searched, an `advice` that names who.
    """
    if wanted is None:
        return {}
    kinds = tuple(Change(one) for one in wanted["kinds"])
    told = {
        place: [kind for kind in changes_for(finding) if kind in kinds]
        for place, finding in enumerate(findings)
        if objects(finding)
    }
    asked_for = [(place, kind) for place, chosen in told.items() for kind in chosen]
    found: dict[int, list[dict[str, Any]]] = {place: [] for place in told}
    if asked_for:
        search = _Search(scene, station, findings, dict(wanted), Variants(scene, station), stage)
        for turn, (place, kind) in enumerate(asked_for):
            part = stage.part(turn / len(asked_for), (turn + 1) / len(asked_for))
            found[place].append(replace(search, stage=part).change(kind, findings[place]))
    for place, chosen in told.items():
        found[place] += _advice(findings[place], searched=bool(chosen))
    return found


def _advice(finding: Finding, *, searched: bool) -> list[dict[str, Any]]:
    """Return who else could help, or where to look for a change that was not searched here."""
    helper = helper_for(finding)
    if helper is None and searched:
        return []
    who = _ALONE if helper is None else helper.value
    values = finding.values
    names = next(
        (values[name] for name in ("other", "contributors", "interferers") if values.get(name)),
        None,
    )
    return [_unchanged(_ADVICE, {"who": who, **({"names": names} if names else {})})]


def _unchanged(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return, as JSON values, that nothing was changed and checked again."""
    return {
        "kind": kind,
        "values": dict(values),
        "passes": False,
        "re_checked": False,
        "judged": None,
        "outcome": None,
        "margin_db": None,
        "side_effects": [],
    }


class _Asks:
    """Tells how far a search is that asks as often as it must."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._count = stage, 0

    def heard(self) -> None:
        """Report one more question, and stop when a person cancelled."""
        self._stage.report(self._count / (self._count + _USUAL_QUESTIONS))
        self._count += 1


@dataclass(frozen=True, slots=True)
class _Search:
    """What all searches for one station share."""

    scene: Scene
    station: BroadcastStation
    before: Sequence[Finding]
    wanted: Mapping[str, Any]
    variants: Variants
    stage: Stage

    def change(self, kind: Change, finding: Finding) -> dict[str, Any]:
        """Return the smallest change of a kind with which a finding passes, or the best one."""
        self.stage.report(0.0)
        by_kind = {
            Change.ERP: self._erp,
            Change.HEIGHT: self._height,
            Change.CHANNEL: self._channel,
        }
        return by_kind[kind](finding)

    @property
    def _predicting(self) -> bool:
        """Whether proposals are judged by the study made anew, not by shifted powers alone."""
        return len(self.wanted["kinds"]) > 1

    def _told(
        self,
        kind: Change,
        finding: Finding,
        values: Mapping[str, Any],
        changed: BroadcastStation | None,
    ) -> dict[str, Any]:
        """Return a change as JSON values, with what every check finds then."""
        if changed is None:
            return _unchanged(kind.value, values)
        subject = subject_of(finding)
        before, after = self._both(kind, changed)
        left = [one for one in after if subject_of(one) == subject]
        worst = min(left, key=_gravity, default=None)
        beside = [one for one in newly_objecting(before, after) if subject_of(one) != subject]
        return {
            "kind": kind.value,
            "values": dict(values),
            "passes": solved(after, subject, before),
            "re_checked": True,
            "judged": "all" if self._whole(kind) else "caused",
            "outcome": None if worst is None else worst.outcome.value,
            "margin_db": None if worst is None else _rounded(worst.margin_db),
            "side_effects": [_side_effect(one) for one in beside],
        }

    def _whole(self, kind: Change) -> bool:
        return kind is not Change.ERP or self._predicting

    def _both(
        self, kind: Change, changed: BroadcastStation
    ) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """Return what was found before and is found after a change, of the same things."""
        if self._whole(kind):
            return tuple(self.before), self.variants.findings(changed)
        after = self.variants.shifted_findings(changed)
        return _without_reception(self.before), _without_reception(after)

    # --- power ---

    def _erp(self, finding: Finding) -> dict[str, Any]:
        subject, asks = subject_of(finding), _Asks(self.stage)

        def passes(reduction_db: Sequence[float]) -> bool:
            asks.heard()
            found = self.variants.shifted_findings(
                with_less_power(self.station, reduction_db), finding.check, finding.counterpart
            )
            return solved(found, subject, self.before)

        by_azimuth = finding.check != exposure.CHECK and self.station.antenna is None
        most_db = float(self.wanted["erp_most_db"])
        found = smallest_reduction(
            passes,
            most_db=most_db,
            guess_db=-(finding.margin_db or 0.0),
            by_azimuth=by_azimuth,
        )
        if found is None:
            found = (most_db,) * 36
        elif self._predicting:
            found = self._raised(found, subject, most_db)
        changed = with_less_power(self.station, found)
        return self._told(Change.ERP, finding, _power_values(changed, found), changed)

    def _raised(
        self, found: tuple[float, ...], subject: Subject, most_db: float
    ) -> tuple[float, ...]:
        """Return a reduction that passes in the study made anew too: at most half a dB more."""
        for tenths in range(_RAISED + 1):
            more = tuple(
                min(round(each + tenths / 10, 1), most_db) if each else 0.0 for each in found
            )
            changed = with_less_power(self.station, more)
            self.stage.check()
            if solved(self.variants.findings(changed), subject, self.before):
                return more
        return found

    # --- height ---

    def _height(self, finding: Finding) -> dict[str, Any]:
        subject, asks = subject_of(finding), _Asks(self.stage)
        step_m, floor_m = self.wanted["height_step_m"], self.wanted["height_floor_m"]
        values: dict[str, Any] = {"height_step_m": step_m, "height_floor_m": floor_m}
        present_m = self.station.height_above_ground_m
        if present_m is None or present_m - step_m < floor_m:
            return self._told(Change.HEIGHT, finding, values, None)

        def passes(height_m: float) -> bool:
            asks.heard()
            changed = lowered(self.station, height_m)
            if self._unknown(changed):
                return False
            if finding.check in _APART:
                found = self.variants.shifted_findings(changed, finding.check)
            else:
                found = self.variants.findings(changed)
            return solved(found, subject, self.before)

        found_m = smallest_lowering(passes, present_m, step_m=step_m, floor_m=floor_m)
        if found_m is None:
            found_m = round(present_m - step_m * ((present_m - floor_m) // step_m), 6)
        changed = lowered(self.station, found_m)
        values |= {
            "lowered_m": round(present_m - found_m, 6),
            "height_above_ground_m": changed.height_above_ground_m,
            "effective_height_max_m": changed.effective_height_max_m,
        }
        return self._told(Change.HEIGHT, finding, values, changed)

    # --- channel ---

    def _channel(self, finding: Finding) -> dict[str, Any]:
        every = self._channels()
        tried = every[: int(self.wanted["channels_most"])]
        best: tuple[int, int, float] | None = None
        for place, frequency_mhz in enumerate(tried):
            self.stage.report(place / len(tried))
            harm = self._harm(finding, retuned(self.station, frequency_mhz))
            if best is None or harm < best[0]:
                best = harm, place, frequency_mhz
            if not harm:
                break
        values: dict[str, Any] = {"channels": len(every)}
        if best is None:
            return self._told(Change.CHANNEL, finding, {**values, "tried": 0}, None)
        harm, place, frequency_mhz = best
        away_khz = round(1e3 * (frequency_mhz - self.station.frequency_mhz), 3)
        values |= {
            "tried": place + 1 if not harm else len(tried),
            "frequency_mhz": frequency_mhz,
            "away_khz": away_khz,
        }
        told = self._told(Change.CHANNEL, finding, values, retuned(self.station, frequency_mhz))
        return {**told, "passes": not harm}

    def _channels(self) -> tuple[float, ...]:
        """Return the channels that the raster and the band of the service hold."""
        pack, rules = self.scene.pack, rules_of(self.station.service)
        raster = pack.rule(rules.raster).parameters
        band, _ = rules.of_rank(pack, self.station)
        if "raster_khz" not in raster:
            return ()
        return channels_near(
            self.station.frequency_mhz,
            raster_khz=number(pack.rule(rules.raster), "raster_khz"),
            origin_mhz=float(str(raster.get("raster_origin_mhz", 0.0))),
            lower_mhz=number(band, "frequency_min_mhz"),
            upper_mhz=number(band, "frequency_max_mhz"),
        )

    def _unknown(self, changed: BroadcastStation) -> bool:
        """Return whether no field of the changed station can be predicted, though now one can."""
        return not set(self.scene.missing(changed)) <= set(self.scene.missing(self.station))

    def _harm(self, finding: Finding, changed: BroadcastStation) -> int:
        """Return how many findings keep a channel from passing: its own, and those hit worse."""
        subject = subject_of(finding)
        if finding.check in _APART:
            found = self.variants.shifted_findings(changed, finding.check)
            if not solved(found, subject, self.before):
                return _HOPELESS
        if self._unknown(changed):
            return _HOPELESS
        after = self.variants.findings(changed)
        own = 0 if solved(after, subject, self.before) else 1000
        return own + len(_hit_worse(self.before, after, subject))


def _hit_worse(
    before: Iterable[Finding], after: Iterable[Finding], subject: Subject
) -> list[Finding]:
    """Return the findings about harm that newly object, or object by much more than before."""
    was = [one for one in before if one.check in _HARM and objects(one)]
    now = [one for one in after if one.check in _HARM and subject_of(one) != subject]
    margins = {subject_of(one): one.margin_db for one in was if one.margin_db is not None}
    worse = [
        one
        for one in now
        if objects(one)
        and one.margin_db is not None
        and one.margin_db < margins.get(subject_of(one), -math.inf) - _WORSE_DB
    ]
    return [*newly_objecting(was, now), *worse]


def _without_reception(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if not is_reception(one))


def _gravity(finding: Finding) -> tuple[bool, float]:
    margin = finding.margin_db
    return not objects(finding), math.inf if margin is None else margin


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _side_effect(finding: Finding) -> dict[str, Any]:
    written = finding_to_json(finding)
    told = {
        name: written[name] for name in ("check", "outcome", "reason", "values", "counterpart")
    }
    return {**told, "rule": written["rule"]["id"], "margin_db": _rounded(finding.margin_db)}


def _power_values(changed: BroadcastStation, reduction_db: Sequence[float]) -> dict[str, Any]:
    return {
        "sectors": [
            {"from_deg": one.from_deg, "to_deg": one.to_deg, "reduction_db": one.reduction_db}
            for one in sectors(reduction_db)
        ],
        "all_round": len(set(reduction_db)) == 1,
        "erp_total_dbw": changed.erp_total_dbw,
        "erp_horizontal_dbw": changed.erp_horizontal_dbw,
        "erp_vertical_dbw": changed.erp_vertical_dbw,
        "attenuation_db": list(changed.attenuation_db),
    }
