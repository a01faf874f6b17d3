"""What would cure the interference of a registered station: the measures of the law, in the model.

Each measure is tried alone on the field predicted at the victim, and the smallest that leaves the
protection ratio whole is told; measures keep the order in which the law mentions them. Nothing
here says that the station has to do it: a prediction is no evidence, and a change is judged by the
checks of the plan before anybody asks for it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from gis.geodesy import azimuth_deg
from gis.register.records import BroadcastStation
from gis.studies.context import Stage
from gis.studies.source_fields import Points, station_fields
from gis.studies.source_observed import share_together
from gis.studies.source_records import Hypothesis, Mechanism
from gis.studies.source_weighing import Weighed
from propagation.compliance.parameters import number, words
from propagation.compliance.records import Rule
from propagation.interference.bs412 import Persistence
from propagation.profile import Polarization

__all__ = ["remedies"]

_TENTHS: Final = 10.0
_DIRECT: Final = frozenset({Mechanism.CO_CHANNEL, Mechanism.ADJACENT})


def remedies(weighed: Weighed, column: int, rule: Rule, stage: Stage) -> list[dict[str, Any]]:
    """Return each measure of the law with the smallest change that cures, as JSON values.

    Parameters
    ----------
    weighed : Weighed
        What is believed of the case.
    column : int
        The hypothesis that is cured.
    rule : Rule
        `source.measures`.
    stage : Stage
        Who listens, and may cancel.

    Returns
    -------
    list of dict
        `measure`, `works` (None where the model cannot say), `values`, and `excess_db` that is
        left, where it was predicted; `smallest` marks the one that is proposed.
    """
    trier = _Trier(weighed, column, rule, stage)
    found = []
    for measure in words(rule, "measures"):
        stage.check()
        found.append(trier.tried(measure))
    working = [one for one in found if one["works"] and one["cost"] is not None]
    best = min(working, key=lambda one: one["cost"], default=None)
    return [
        {
            **{name: value for name, value in one.items() if name != "cost"},
            "smallest": one is best,
        }
        for one in found
    ]


class _Trier:
    """Tries measures on one station."""

    def __init__(self, weighed: Weighed, column: int, rule: Rule, stage: Stage) -> None:
        self._weighed, self._rule, self._stage = weighed, rule, stage
        self._hypothesis: Hypothesis = weighed.case.hypotheses[column]
        self._excess = float(weighed.excess_db[column])
        victim = weighed.case.victim
        self._at = Points.of([(victim.longitude, victim.latitude, victim.height_above_ground_m)])

    def _number(self, name: str) -> float:
        return number(self._rule, name)

    def tried(self, measure: str) -> dict[str, Any]:
        """Return what a measure does."""
        ways: Mapping[str, Callable[[], dict[str, Any]]] = {
            "frequency": self._frequency,
            "power": self._power,
            "height": self._height,
            "polarisation": self._polarisation,
            "directivity": self._directivity,
            "time": self._time,
        }
        if measure not in ways:
            return _answer(measure, None)
        if self._excess <= 0 and measure != "time":
            return _answer(measure, None, reason="no_excess")
        return {**ways[measure](), "measure": measure}

    def _excess_of(self, emitter: BroadcastStation) -> float:
        """Return by how much a changed station exceeds what the victim bears."""
        fields = station_fields([emitter], self._at, self._weighed.case.ground, self._stage)
        ratio = self._hypothesis.ratio_db
        return float(self._weighed.case.excess_db(ratio, fields[:, 0, :])[0])

    def _frequency(self) -> dict[str, Any]:
        """Return the nearest carrier whose ratio is kept; no other victim is looked at."""
        protection = self._weighed.case.victim.protection
        if self._hypothesis.mechanism not in _DIRECT or protection is None:
            return _answer("frequency", None, reason="product")
        spacing = float(self._hypothesis.values["spacing_khz"])
        for shift in self._shifts():
            ratios = [float(protection.ratio_db(spacing + shift, one)) for one in Persistence]
            lower = max(ratios) + protection.location_correction_db
            left = self._excess + lower - max(self._hypothesis.ratio_db)
            if left <= 0:
                mhz = self._hypothesis.emission_mhz + shift / 1e3
                values = {"shift_khz": shift, "frequency_mhz": round(mhz, 3)}
                told = None if np.isinf(left) else left
                return _answer("frequency", True, values, told, cost=abs(shift) / 100.0)
        return _answer("frequency", False, {"most_khz": self._number("most_shift_khz")})

    def _shifts(self) -> Iterator[float]:
        raster = self._number("raster_khz")
        for steps in range(1, int(self._number("most_shift_khz") / raster) + 1):
            yield steps * raster
            yield -steps * raster

    def _power(self) -> dict[str, Any]:
        step, most = self._number("power_step_db"), self._number("most_power_db")
        needed = float(np.ceil(self._excess / step - 1e-9) * step)
        values = {"reduction_db": round(needed, 2), "most_db": most}
        left = self._excess - min(needed, most)
        return _answer("power", needed <= most, values, left, cost=needed / 3.0)

    def _height(self) -> dict[str, Any]:
        emitter = self._hypothesis.emitter
        present = float(emitter.height_above_ground_m or 0.0)
        step, lowest = self._number("height_step_m"), self._number("lowest_height_m")
        height, left = present, self._excess
        while height - step >= lowest:
            height -= step
            left = self._excess_of(replace(emitter, height_above_ground_m=height))
            if left <= 0:
                lowered = round(present - height, 1)
                values = {"height_above_ground_m": height, "lowered_m": lowered}
                return _answer("height", True, values, left, cost=lowered / 10.0)
        values = {"height_above_ground_m": round(height, 1)}
        return _answer("height", False, values, left)

    def _polarisation(self) -> dict[str, Any]:
        """Return whether crossed polarisations are enough; the rule says what they are worth."""
        gain = self._number("polarisation_db")
        if self._hypothesis.emitter.polarization is Polarization.MIXED:
            return _answer("polarisation", None, reason="mixed")
        left = self._excess - gain
        return _answer("polarisation", left <= 0, {"gain_db": gain}, left, cost=4.0)

    def _directivity(self) -> dict[str, Any]:
        """Return the attenuation towards the victim that is enough."""
        emitter, victim = self._hypothesis.emitter, self._weighed.case.victim
        deep = self._number("nulls_db")
        needed = float(np.ceil(self._excess * _TENTHS) / _TENTHS)
        towards = float(
            azimuth_deg(emitter.longitude, emitter.latitude, victim.longitude, victim.latitude)
        )
        values = {
            "azimuth_deg": round(towards % 360.0, 1),
            "half_width_deg": self._number("nulls_half_width_deg"),
            "attenuation_db": needed,
            "most_db": deep,
        }
        return _answer(
            "directivity",
            needed <= deep,
            values,
            self._excess - min(needed, deep),
            cost=2.0 + needed / 6.0,
        )

    def _time(self) -> dict[str, Any]:
        """Return the hours on record: whether sharing time works is for the parties to agree."""
        log = self._weighed.case.observed.log
        on = [share_together(self._hypothesis.hours, one) for one in log]
        known = [one for one in on if one is not None]
        values = {"hours": self._hypothesis.emitter.hours or "", "entries": len(known)}
        return _answer("time", None, values)


def _answer(
    measure: str,
    works: bool | None,
    values: Mapping[str, Any] | None = None,
    left_db: float | None = None,
    *,
    cost: float | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    return {
        "measure": measure,
        "works": works,
        "values": dict(values or {}),
        "excess_db": None if left_db is None else round(left_db, 2),
        "reason": reason,
        "cost": cost,
    }
