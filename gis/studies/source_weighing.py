"""The candidates of a case weighed by what was observed: one posterior.

Candidates are the hypotheses of the register, and what a source that is not in the register may be
(`source_family`): transmitters in any cell around, and *nothing on the air* at the time of
measuring. Those together are "not in the register". The prior is that of cases in which somebody
complained: within the register hypotheses share by weight and by how probable it is that they harm
the victim; where none can reach it, what is left goes to the sources outside the register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from gis.raster import Grid, grid_around
from gis.studies.context import Stage
from gis.studies.source_family import Family, Outside, family
from gis.studies.source_fields import (
    Cells,
    Points,
    azimuths_from,
    cells_seen,
    station_fields,
)
from gis.studies.source_observed import LevelSeen, Observed, share_together
from gis.studies.source_records import Hypothesis, Mechanism, SourceRules, Victim
from gis.terrain.ground import Ground
from propagation.compliance.parameters import number
from propagation.interference.bearings import Bearings, log_bearings
from propagation.interference.bs412 import Persistence
from propagation.interference.source_evidence import (
    Cloud,
    Level,
    LevelKind,
    Posterior,
    gaussian_offsets,
    log_frequency,
    log_heard,
    log_level,
    posterior,
    uniform_offsets,
)

__all__ = ["Case", "Weighed", "cells_around", "weigh"]

Floats = NDArray[np.float64]

_GROSS_SHARE: Final = 0.02
_LIKELY: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is weighed.

    Attributes
    ----------
    victim : Victim
        What is disturbed.
    hypotheses : tuple of Hypothesis
        Of the register.
    observed : Observed
        What was observed.
    rules : SourceRules
        What is assumed.
    ground : Ground
        What everything stands on.
    half_side_km : float
        How far from the victim a source outside the register is looked for.
    foreign : ndarray of bool, shape (height, width), or None
        Which of the cells around (`Case.cells`) lie beyond the border; None where nothing is known
        of it.
    """

    victim: Victim
    hypotheses: tuple[Hypothesis, ...]
    observed: Observed
    rules: SourceRules
    ground: Ground
    half_side_km: float
    foreign: NDArray[np.bool_] | None = None

    def value(self, name: str) -> float:
        """Return a number of the rule of weighing."""
        return number(self.rules.weighing, name)

    @property
    def cells(self) -> Grid:
        """The cells in which a source outside the register may stand."""
        return cells_around(self.victim, self.half_side_km, self.value("cell_km"))

    def share(self, name: str) -> float:
        """Return a percentage of the rule of weighing as a share."""
        return self.value(name) / 100.0

    @property
    def stations(self) -> tuple[str, ...]:
        """The compasses, in the order of their bearings."""
        return tuple(dict.fromkeys(one.station for one in self.observed.bearings))

    @property
    def wanted_dbuvm(self) -> float | None:
        """The field that is to be protected; None where only noise is."""
        return self.rules.wanted_dbuvm(self.victim)

    def excess_db(self, ratio_db: tuple[float, float], fields: Floats) -> Floats:
        """Return by how much fields exceed what the victim bears (`SourceRules.excess_db`)."""
        return self.rules.excess_db(self.victim, ratio_db, fields)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """What is believed of a case.

    Attributes
    ----------
    case : Case
        The case.
    points : Points
        The victim, then the bearings, then the levels.
    fields : ndarray, shape (2, n, c)
        Of the hypotheses at the points, for 50 % and 1 % of time.
    excess_db : ndarray, shape (c,)
        By how much each exceeds what the victim bears.
    cells : Cells
        Where a source outside the register may stand.
    observations : tuple of (str, int)
        Kind of each observation, and which of its kind: bearing (a compass), level, frequency,
        log.
    parts : tuple of Outside
        What a source outside the register may be, in the order of the posterior.
    found : Posterior
        Of the hypotheses, then of those parts.
    levels_map, places_map : ndarray, shape (height, width)
        Probability of each cell for a transmitter of unknown power: by levels alone, and by all.
    """

    case: Case
    points: Points
    fields: Floats
    excess_db: Floats
    cells: Cells
    observations: tuple[tuple[str, int], ...]
    parts: tuple[Outside, ...]
    found: Posterior
    levels_map: Floats
    places_map: Floats

    @property
    def outside(self) -> dict[Outside, int]:
        """The columns of the posterior that are not of the register."""
        first = len(self.case.hypotheses)
        return {part: first + place for place, part in enumerate(self.parts)}


def cells_around(victim: Victim, half_side_km: float, cell_km: float) -> Grid:
    """Return the cells in which a source outside the register may stand."""
    size_km = max(cell_km, half_side_km / 30.0)
    return grid_around(victim.longitude, victim.latitude, half_side_km, size_km * 1e3)


def weigh(case: Case, stage: Stage) -> Weighed:
    """Weigh the candidates of a case.

    Parameters
    ----------
    case : Case
        Victim, hypotheses and observations.
    stage : Stage
        Who listens, who may cancel, and how many workers there are.
    """
    victim, seen = case.victim, case.observed
    points = Points.of(
        [
            (victim.longitude, victim.latitude, victim.height_above_ground_m),
            *((b.longitude, b.latitude, b.height_above_ground_m) for b in seen.bearings),
            *((p.longitude, p.latitude, p.height_above_ground_m) for p in seen.levels),
        ]
    )
    emitters = [one.emitter for one in case.hypotheses]
    fields = np.full((2, points.longitude.size, len(emitters)), np.nan)
    sent = [place for place, one in enumerate(case.hypotheses) if one.received_dbuvm is None]
    fields[:, :, sent] = station_fields(
        [emitters[place] for place in sent], points, case.ground, stage.part(0.0, 0.6)
    )
    for place, one in enumerate(case.hypotheses):
        if one.received_dbuvm is not None:
            fields[:, 0, place] = one.received_dbuvm
    cells = cells_seen(
        points,
        case.cells,
        case.ground,
        stage.part(0.6, 0.95),
        frequency_mhz=victim.frequency_mhz,
        source_height_m=case.value("source_height_m"),
    )
    return _Weigher(case, points, fields, cells).weighed()


class _Weigher:
    """Puts the observations of a case before each of its candidates."""

    def __init__(self, case: Case, points: Points, fields: Floats, cells: Cells) -> None:
        self._case, self._points, self._fields, self._cells = case, points, fields, cells
        self._excess = np.array(
            [
                case.excess_db(one.ratio_db, fields[:, 0, column, np.newaxis])[0]
                for column, one in enumerate(case.hypotheses)
            ]
        )
        common = case.value("common_error_db")
        self._clouds = [
            gaussian_offsets(float(np.hypot(one.deviation_db, common))) for one in case.hypotheses
        ]
        self._path_db = float(np.hypot(case.value("shadowing_db"), case.value("model_error_db")))
        self._family = self._outside()
        emitters = [one.emitter for one in case.hypotheses]
        self._azimuth = azimuths_from(
            points,
            np.array([one.longitude for one in emitters]),
            np.array([one.latitude for one in emitters]),
        )[0]

    def weighed(self) -> Weighed:
        """Return the posterior of the case."""
        cells = self._cells
        clouds, prior = self._before()
        names, observations = [], []
        for kind, place, observed in self._observations(clouds):
            names.append((kind, place))
            observations.append(observed)
        found = posterior(prior, clouds, observations)
        shape = cells.grid.shape
        return Weighed(
            case=self._case,
            points=self._points,
            fields=self._fields,
            excess_db=self._excess,
            cells=cells,
            observations=tuple(names),
            parts=self._family.parts,
            found=found,
            levels_map=self._by_levels().reshape(shape),
            places_map=self._places(found).reshape(shape),
        )

    def _places(self, found: Posterior) -> Floats:
        """Return the probability of each cell, if a transmitter outside the register it is."""
        places = np.zeros(self._cells.azimuth_deg.shape[1])
        total = 0.0
        count = len(self._case.hypotheses)
        for cloud, share in zip(found.clouds[count:-1], found.probability[count:], strict=False):
            places += max(float(share), _LIKELY) * cloud.places()
            total += max(float(share), _LIKELY)
        return places / total

    # --- before anything is observed ---

    def _before(self) -> tuple[list[Cloud], Floats]:
        """Return the candidates given that the victim is disturbed, and their prior."""
        case = self._case
        harm = Level(LevelKind.ABOVE, 0.0, self._path_db, 0.0)
        clouds, likely = [], []
        none = np.zeros(1)
        for one, cloud, excess in zip(case.hypotheses, self._clouds, self._excess, strict=True):
            told = log_level(harm, np.array([excess]), cloud.offset_db, none)
            harmed, chance = cloud.weighed(told)
            clouds.append(harmed)
            likely.append(one.weight * max(float(np.exp(chance)), _LIKELY))
        return [*clouds, *self._family.clouds], self._prior(np.array(likely))

    def _outside(self) -> Family:
        """Return what a source outside the register may be, given that it harms the victim."""
        case, cells = self._case, self._cells
        harm = Level(LevelKind.ABOVE, 0.0, self._path_db, 0.0)
        co_ratio = (number(case.rules.mechanisms, "co_ratio_db"),) * 2
        if case.victim.protection is not None:
            protection = case.victim.protection
            steady, rare = (float(protection.ratio_db(0.0, one)) for one in Persistence)
            co_ratio = (steady, rare)
        excess = case.excess_db(co_ratio, cells.field_dbuvm[:1])

        def harmed(cloud: Cloud) -> tuple[Cloud, float]:
            return cloud.weighed(log_level(harm, excess, cloud.offset_db, cells.blur_db[0]))

        foreign = np.zeros(cells.grid.shape, bool) if case.foreign is None else case.foreign
        return family(case.rules, case.victim, foreign.ravel(), harmed)

    def _prior(self, likely: Floats) -> Floats:
        """Return the prior of the hypotheses, and of the parts of what is outside the register."""
        case = self._case
        outside = case.share("not_in_register_percent") + case.share("nothing_on_air_percent")
        weights = np.array([one.weight for one in case.hypotheses])
        reach = float((likely / weights).max()) if likely.size else 0.0
        inside = (1 - outside) * reach
        own = inside * likely / likely.sum() if likely.size else likely
        return np.concatenate([own, self._family.share * (1 - inside)])

    # --- what was observed ---

    def _observations(self, clouds: Sequence[Cloud]) -> Any:
        """Yield kind, place, and how likely each observation is for each candidate."""
        for place in range(len(self._case.stations)):
            yield "bearing", place, self._bearing(place, clouds)
        for place, level in enumerate(self._case.observed.levels):
            yield "level", place, self._level(place, level, clouds)
        if self._case.observed.frequency is not None:
            yield "frequency", 0, self._frequency()
        if self._case.observed.log:
            yield "log", 0, self._log()

    def _bearing(self, place: int, clouds: Sequence[Cloud]) -> list[Floats | float]:
        """Return how likely it is that one compass hears, and points where it does."""
        case, cells = self._case, self._cells
        seen = case.observed.bearings
        rows = [k for k, one in enumerate(seen) if one.station == case.stations[place]]
        at = [1 + k for k in rows]
        bearings = Bearings(
            np.array([seen[k].bearing_deg for k in rows]),
            np.array([seen[k].error_deg for k in rows]),
            np.zeros(len(rows), dtype=np.intp),
        )
        shares = {
            "reversed_share": case.share("reversed_percent"),
            "gross_share": case.share("gross_percent"),
        }
        own = log_bearings(bearings, self._azimuth[at], **shares)[0]
        other = log_bearings(bearings, cells.azimuth_deg[at], cells.blur_deg[at], **shares)[0]
        nothing = float(
            np.log(case.share("false_bearing_percent")) - len(rows) * np.log(2 * np.pi)
        )
        heard = Level(LevelKind.ABOVE, case.value("bearing_threshold_dbuvm"), self._path_db)
        found = self._levels(heard, at[0], clouds, nothing)
        told: list[Floats | float] = [
            each + angle if one.on_air else nothing
            for one, each, angle in zip(case.hypotheses, found, own, strict=False)
        ]
        anywhere = found[len(case.hypotheses) : -1]
        return [*told, *(each + other for each in anywhere), nothing]

    def _level(self, place: int, seen: LevelSeen, clouds: Sequence[Cloud]) -> list[Floats | float]:
        deviation = float(np.hypot(self._path_db, seen.uncertainty_db / 2))
        level = Level(seen.kind, seen.value_dbuvm, deviation)
        gross = level.gross_share
        silent = {
            LevelKind.MEASURED: float(np.log(gross / 100.0)),
            LevelKind.BELOW: 0.0,
            LevelKind.ABOVE: float(np.log(gross)),
        }[seen.kind]
        return self._levels(level, 1 + len(self._case.observed.bearings) + place, clouds, silent)

    def _levels(
        self, level: Level, row: int, clouds: Sequence[Cloud], nothing: float
    ) -> list[Floats | float]:
        """Return how likely a level at a point is for each candidate."""
        none = np.zeros(1)
        told: list[Floats | float] = []
        for column, one in enumerate(self._case.hypotheses):
            if not one.on_air:
                told.append(nothing)
                continue
            field = self._fields[0, row, column, np.newaxis]
            told.append(log_level(level, field, clouds[column].offset_db, none))
        cells = self._cells
        for cloud in clouds[len(told) : -1]:
            field = cells.field_dbuvm[row]
            told.append(log_level(level, field, cloud.offset_db, cells.blur_db[row]))
        return [*told, nothing]

    def _frequency(self) -> list[Floats | float]:
        """Return how likely the frequency is that was read."""
        case, seen = self._case, self._case.observed.frequency
        if seen is None:
            return []
        width_khz = 2 * case.victim.bandwidth_khz
        anything = -float(np.log(width_khz))
        told: list[Floats | float] = []
        for one in case.hypotheses:
            away_khz = 1e3 * (seen.frequency_mhz - one.emission_mhz)
            carrier = len(one.stations) == 1 and "order" not in one.values
            anywhere = one.mechanism in (Mechanism.OUT_OF_BAND, Mechanism.SPURIOUS)
            likely = log_frequency(
                away_khz, seen.uncertainty_khz, width_khz, carrier=carrier, anywhere=anywhere
            )
            told.append(likely if one.on_air else float(np.log(_GROSS_SHARE)) + anything)
        outside = [anything] * (len(self._family.parts) - 1)
        return [*told, *outside, float(np.log(0.05) + anything)]

    def _log(self) -> list[Floats | float]:
        """Return how likely the times are at which the interference was heard."""
        case = self._case
        heard = [entry.heard for entry in case.observed.log]
        shares: Mapping[str, float] = {
            "detection": case.share("detection_percent"),
            "false_alarm": case.share("false_alarm_percent"),
            "always": case.share("always_percent"),
        }
        unknown = log_heard([None] * len(heard), heard, **shares)
        told: list[Floats | float] = []
        for one in case.hypotheses:
            on = [share_together(one.hours, entry) for entry in case.observed.log]
            told.append(log_heard(on, heard, **shares))
        return [*told, *([unknown] * len(self._family.parts))]

    def _by_levels(self) -> Floats:
        """Return the probability of each cell by the levels alone, whatever the power."""
        lowest, highest = (self._case.value(f"{one}_erp_dbw") for one in ("lowest", "highest"))
        everywhere = uniform_offsets(lowest, highest, self._cells.azimuth_deg.shape[1])
        weight = everywhere.log_weight
        for place, seen in enumerate(self._case.observed.levels):
            deviation = float(np.hypot(self._path_db, seen.uncertainty_db / 2))
            row = 1 + len(self._case.observed.bearings) + place
            weight = weight + log_level(
                Level(seen.kind, seen.value_dbuvm, deviation),
                self._cells.field_dbuvm[row],
                everywhere.offset_db,
                self._cells.blur_db[row],
            )
        found = logsumexp(weight, axis=0)
        return np.asarray(np.exp(found - logsumexp(found)))
