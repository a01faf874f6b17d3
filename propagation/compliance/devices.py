"""May a device be used, and on what conditions: against the rows of the exempt list in the data.

The list in the data is not the whole list. What it does not hold is a gap and never a permission,
and every verdict is only as far as the data goes.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final

from propagation.compliance.device_rules import GAPS, ROW
from propagation.compliance.parameters import number, words
from propagation.compliance.records import Rule
from propagation.constants import DIPOLE_GAIN_DBI
from propagation.errors import StatedError

__all__ = [
    "Condition",
    "Device",
    "DeviceAnswer",
    "DeviceError",
    "Met",
    "PowerReference",
    "RowAnswer",
    "Verdict",
    "check_device",
]

_ROUND: Final = 1e-9
_MOST_MHZ: Final = 3e6


class PowerReference(StrEnum):
    """What a power is measured against."""

    ERP = "erp"
    EIRP = "eirp"
    CONDUCTED = "conducted"


class Met(StrEnum):
    """Whether a condition is met."""

    MET = "met"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_IN_DATA = "not_in_data"


class Verdict(StrEnum):
    """What a row, or all rows together, say; the best first."""

    MET = "met"
    MET_WITH_GAPS = "met_with_gaps"
    FACTS_MISSING = "facts_missing"
    GAP = "gap"
    NOT_EXEMPT = "not_exempt"
    FAILED = "failed"
    NO_ROW = "no_row"


_ORDER: Final = list(Verdict)
_REFUSED: Final = (Verdict.FAILED, Verdict.NOT_EXEMPT, Verdict.NO_ROW)


class DeviceError(StatedError):
    """A device that cannot be.

    `wrong` is `frequency`, `reversed`, `not_positive`, `duty`, `gain` or `reference`.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device as it is stated; None is *not known*.

    Attributes
    ----------
    frequency_min_mhz, frequency_max_mhz : float
        The edges of what it occupies.
    power_mw : float or None
        Its power.
    power_reference : PowerReference or None
        What that power is measured against.
    gain_dbi : float or None
        Gain of its antenna, by which a conducted power becomes a radiated one.
    bandwidth_khz, duty_percent : float or None
        Of its emission.
    indoor : bool or None
        Whether it is used indoors only.
    use : str or None
        What it is for, one of the uses of the list.

    Raises
    ------
    DeviceError
        If a value cannot be.
    """

    frequency_min_mhz: float
    frequency_max_mhz: float
    power_mw: float | None = None
    power_reference: PowerReference | None = None
    gain_dbi: float | None = None
    bandwidth_khz: float | None = None
    duty_percent: float | None = None
    indoor: bool | None = None
    use: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for name in ("frequency_min_mhz", "frequency_max_mhz"):
            if not 0 < getattr(self, name) <= _MOST_MHZ:
                raise DeviceError(name, "frequency")
        if self.frequency_max_mhz < self.frequency_min_mhz:
            raise DeviceError("frequency_max_mhz", "reversed")
        for name in ("power_mw", "bandwidth_khz"):
            value = getattr(self, name)
            if value is not None and not 0 < value < math.inf:
                raise DeviceError(name, "not_positive")
        if self.duty_percent is not None and not 0 < self.duty_percent <= 100:
            raise DeviceError("duty_percent", "duty")
        if self.gain_dbi is not None and not -40 <= self.gain_dbi <= 80:
            raise DeviceError("gain_dbi", "gain")
        if self.power_mw is not None and self.power_reference is None:
            raise DeviceError("power_reference", "reference")

    @property
    def eirp_mw(self) -> float | None:
        """Its equivalent isotropically radiated power, None where it cannot be told."""
        if self.power_mw is None:
            return None
        if self.power_reference is PowerReference.EIRP:
            return self.power_mw
        if self.power_reference is PowerReference.ERP:
            return self.power_mw * _ratio(DIPOLE_GAIN_DBI)
        return None if self.gain_dbi is None else self.power_mw * _ratio(self.gain_dbi)

    @property
    def conducted_mw(self) -> float | None:
        """Its power into the antenna, None where it cannot be told."""
        if self.power_reference is PowerReference.CONDUCTED:
            return self.power_mw
        eirp_mw = self.eirp_mw
        unknown = eirp_mw is None or self.gain_dbi is None
        return None if unknown else (eirp_mw or 0.0) / _ratio(self.gain_dbi or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a row.

    Attributes
    ----------
    name : str
        `frequency`, `use`, `power`, `duty`, `bandwidth`, `place` or `other`.
    met : Met
        Whether the device meets it.
    asked : tuple of str
        Facts of the device that are wanted.
    limit : float, bool or None
        What the row says; None where it says nothing.
    reference : str
        What the limit of power is measured against; empty where the data do not say.
    """

    name: str
    met: Met
    asked: tuple[str, ...] = ()
    limit: float | bool | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAnswer:
    """What one row says of the device."""

    rule: Rule
    verdict: Verdict
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAnswer:
    """What the list says of a device.

    Attributes
    ----------
    device : Device
        The device.
    verdict : Verdict
        That of the best row; of a band that lies in several rows, of the most restrictive.
    rows : tuple of RowAnswer
        The rows whose band it touches, the best first; before them those that allow it together.
    asked : tuple of str
        Facts that are wanted, each once.
    gap : Rule or None
        The rule that names its use among the groups whose limits are not in the data.
    parts : int
        How many of the rows, the first ones, allow it part by part; 0 where one row decides.
    """

    device: Device
    verdict: Verdict
    rows: tuple[RowAnswer, ...]
    asked: tuple[str, ...]
    gap: Rule | None
    parts: int = 0


def check_device(device: Device, rules: Mapping[str, Rule]) -> DeviceAnswer:
    """Return what the list in the data says of a device.

    Parameters
    ----------
    device : Device
        The device.
    rules : mapping
        The rules in force on the day, by id.
    """
    order = _ORDER
    touched = [one for name, one in sorted(rules.items()) if _touches(device, name, one)]
    found = [_row(device, one) for one in touched]
    rows = tuple(
        sorted(
            (one for one in found if one is not None),
            key=lambda one: (order.index(one.verdict), one.rule.id),
        )
    )
    gaps = rules.get(GAPS)
    gap = gaps if gaps is not None and device.use in words(gaps, "uses") else None
    verdict = _together(rows, gap)
    parts = _of_parts(device, touched) if verdict in _REFUSED else ()
    if parts:
        verdict = parts[0].verdict
        named = {one.rule.id for one in parts}
        rows = parts + tuple(one for one in rows if one.rule.id not in named)
    conditions = [
        each for one in parts or rows if one.verdict is verdict for each in one.conditions
    ]
    asked = [name for one in conditions for name in one.asked]
    return DeviceAnswer(
        device=device,
        verdict=verdict,
        rows=rows,
        asked=tuple(dict.fromkeys(asked)),
        gap=gap,
        parts=len(parts),
    )


def _of_parts(device: Device, touched: Sequence[Rule]) -> tuple[RowAnswer, ...]:
    """Return the rows that allow a band part by part, the most restrictive first.

    None where a part of the band has no row that allows it. Each row answers for the part of the
    band that lies in it.
    """
    within = {
        edge
        for one in touched
        for edge in (number(one, "frequency_min_mhz"), number(one, "frequency_max_mhz"))
        if device.frequency_min_mhz < edge < device.frequency_max_mhz
    }
    edges = sorted({device.frequency_min_mhz, device.frequency_max_mhz} | within)
    chosen: dict[str, RowAnswer] = {}
    for lowest, highest in pairwise(edges):
        part = replace(device, frequency_min_mhz=lowest, frequency_max_mhz=highest)
        found = [answer for one in touched if (answer := _row(part, one)) is not None]
        best = min(found, key=lambda one: _ORDER.index(one.verdict), default=None)
        if best is None or best.verdict in _REFUSED:
            return ()
        chosen[best.rule.id] = best
    worst_first = sorted(chosen.values(), key=lambda one: -_ORDER.index(one.verdict))
    return tuple(worst_first) if len(chosen) > 1 else ()


def _together(rows: tuple[RowAnswer, ...], gap: Rule | None) -> Verdict:
    """Return the verdict of the best row; a refusal stands only where nothing is missing."""
    best = rows[0].verdict if rows else Verdict.NO_ROW
    return Verdict.GAP if best in _REFUSED and gap is not None else best


def _touches(device: Device, name: str, rule: Rule) -> bool:
    return (
        name.startswith(ROW)
        and number(rule, "frequency_min_mhz") <= device.frequency_max_mhz
        and device.frequency_min_mhz <= number(rule, "frequency_max_mhz")
    )


def _row(device: Device, rule: Rule) -> RowAnswer | None:
    conditions: tuple[Condition, ...] = (_frequency(device, rule), _use(device, rule))
    if rule.parameters["standing"] == "not_exempt":
        return _not_exempt(device, rule, conditions)
    conditions += (
        _power(device, rule),
        _at_most(device, rule, "duty", "duty_percent", "duty_percent_max"),
        _at_most(device, rule, "bandwidth", "bandwidth_khz", "bandwidth_max_khz"),
        _place(device, rule),
    )
    if "conditions_vi" in rule.parameters:
        conditions += (Condition(name="other", met=Met.UNKNOWN),)
    return RowAnswer(rule=rule, verdict=_verdict(conditions), conditions=conditions)


def _not_exempt(device: Device, rule: Rule, conditions: tuple[Condition, ...]) -> RowAnswer | None:
    """Return a row that says what is not exempt; None where the device is not what it names."""
    if any(one.met is Met.FAILED for one in conditions):
        return None
    power = Condition(name="power", met=Met.NOT_IN_DATA)
    if "above_mw" in rule.parameters:
        power = _power(device, rule, "above_mw")
        if power.met is Met.MET:
            return None
    known = power.met is Met.FAILED or "above_mw" not in rule.parameters
    sure = known and all(one.met is Met.MET for one in conditions)
    verdict = Verdict.NOT_EXEMPT if sure else Verdict.FACTS_MISSING
    return RowAnswer(rule=rule, verdict=verdict, conditions=(*conditions, power))


def _verdict(conditions: tuple[Condition, ...]) -> Verdict:
    states = [one.met for one in conditions]
    if Met.FAILED in states:
        return Verdict.FAILED
    if any(one.asked for one in conditions):
        return Verdict.FACTS_MISSING
    if any(one.name == "power" and one.met is not Met.MET for one in conditions):
        return Verdict.GAP
    return Verdict.MET if all(one is Met.MET for one in states) else Verdict.MET_WITH_GAPS


def _frequency(device: Device, rule: Rule) -> Condition:
    lowest, highest = number(rule, "frequency_min_mhz"), number(rule, "frequency_max_mhz")
    inside = lowest <= device.frequency_min_mhz and device.frequency_max_mhz <= highest
    return Condition(name="frequency", met=Met.MET if inside else Met.FAILED)


def _use(device: Device, rule: Rule) -> Condition:
    if device.use is None:
        return Condition(name="use", met=Met.UNKNOWN, asked=("use",))
    met = Met.MET if device.use in words(rule, "uses") else Met.FAILED
    return Condition(name="use", met=met)


def _power(device: Device, rule: Rule, name: str = "power_max_mw") -> Condition:
    reference = str(rule.parameters.get("power_reference", ""))
    if name not in rule.parameters:
        return Condition(name="power", met=_unstated(rule))
    limit = number(rule, name)
    met, asked = _compared(device, limit, reference)
    return Condition(name="power", met=met, asked=asked, limit=limit, reference=reference)


def _compared(device: Device, limit: float, reference: str) -> tuple[Met, tuple[str, ...]]:
    """Return whether a power keeps to a limit; of a limit without a reference, in every reading.

    Without a reference the limit is read as EIRP and as ERP: kept in the stricter is kept, above
    the other is failed, between them nobody can say.
    """
    if device.power_mw is None:
        return Met.UNKNOWN, ("power_mw",)
    own = device.conducted_mw if reference == PowerReference.CONDUCTED else device.eirp_mw
    if own is None:
        return Met.UNKNOWN, ("gain_dbi",)
    dipole = _ratio(DIPOLE_GAIN_DBI)
    strict = limit * dipole if reference == PowerReference.ERP else limit
    loose = strict * dipole if reference == "" else strict
    if own <= strict * (1 + _ROUND):
        return Met.MET, ()
    return (Met.NOT_IN_DATA if own <= loose * (1 + _ROUND) else Met.FAILED), ()


def _at_most(device: Device, rule: Rule, name: str, fact: str, limit_name: str) -> Condition:
    if limit_name not in rule.parameters:
        return Condition(name=name, met=_unstated(rule))
    value, limit = getattr(device, fact), number(rule, limit_name)
    if value is None:
        return Condition(name=name, met=Met.UNKNOWN, asked=(fact,), limit=limit)
    met = Met.MET if value <= limit * (1 + _ROUND) else Met.FAILED
    return Condition(name=name, met=met, limit=limit)


def _place(device: Device, rule: Rule) -> Condition:
    if rule.parameters.get("indoor_only") is not True:
        return Condition(name="place", met=_unstated(rule))
    if device.indoor is None:
        return Condition(name="place", met=Met.UNKNOWN, asked=("indoor",), limit=True)
    return Condition(name="place", met=Met.MET if device.indoor else Met.FAILED, limit=True)


def _unstated(rule: Rule) -> Met:
    """Return what a condition that a row does not state is: free in a complete row, else a gap."""
    return Met.MET if rule.parameters.get("complete") is True else Met.NOT_IN_DATA


def _ratio(level_db: float) -> float:
    return float(10.0 ** (level_db / 10.0))
