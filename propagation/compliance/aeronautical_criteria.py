"""The criteria A1, A2, B1 and B2 at one test point, as numbers.

Rec. ITU-R SM.1009-1 (general method) and ICAO Annex 10, Volume I, 3.1.4 (receivers of 1998),
**both recalled, not read**; B2 agrees with GE84, Table 5.2. What those texts add and is not at
hand is left out and said so: three-signal B1, B1 of communication receivers, A2 nearer than its
table, the correction of B1 for products that do not fall exactly on the frequency.

A1: a product that the transmitters of one site radiate near the aeronautical frequency. A2: the
skirt of a carrier near 108 MHz. B1: a product made in the aircraft's receiver. B2: its blocking.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from propagation.compliance.facts_aeronautical import (
    AeronauticalPoint,
    BroadcastSignal,
    Radionavigation,
)
from propagation.compliance.lookup import piecewise
from propagation.compliance.parameters import number, numbers
from propagation.compliance.records import Rule
from propagation.interference.intermodulation import Band, Hit, hits
from propagation.units import dbm_from_dbuvm, dbw_from_w

__all__ = ["Case", "Unknown", "a1", "a2", "b1", "b2"]

_A1_ORDERS: Final = (2, 3)
_B1_ORDER: Final = (3,)


@dataclass(frozen=True, slots=True)
class Case:
    """A criterion that could be worked out.

    Attributes
    ----------
    criterion : str
        Which form of it: `a1`, `a2`, `b1_near` (107.7 MHz and above), `b1_below`, `b2`.
    margin_db : float
        Positive when it is kept.
    values : dict
        The numbers of its sentence.
    """

    criterion: str
    margin_db: float
    values: dict[str, str | float]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A criterion that could not be worked out.

    Attributes
    ----------
    reason : str
        Why, the last part of a sentence's key.
    missing : str
        What would have to be known, the last part of a sentence's key.
    """

    reason: str
    missing: str


def a1(station_id: str, point: AeronauticalPoint, rule: Rule) -> Iterator[Case | Unknown]:
    """Judge the products that the site of a station radiates near the frequency of a point.

    Parameters
    ----------
    station_id : str
        The station judged: only products in which it takes part.
    point : AeronauticalPoint
        The test point with its signals.
    rule : Rule
        `fm.aeronautical`.

    Yields
    ------
    Case or Unknown
        Field of each product: that of the strongest carrier less what spurious emissions must be
        below it, ``min(46 + 10 lg P, 70)`` dB (Radio Regulations, Appendix 3, recalled). P is the
        transmitter's power in W, or the e.r.p. where no record states it. On one site are those
        within `near_distance_m` of the station.
    """
    own = _own(station_id, point)
    if own is None:
        return
    near_m = number(rule, "near_distance_m")
    signals = [one for one in point.signals if one is own or one.distance_to_judged_m <= near_m]
    offsets = numbers(rule, "a1_offset_khz")
    for hit in _products(signals, own, point, _A1_ORDERS, offsets[-1]):
        mixed = [signals[place] for place in sorted(hit.carriers)]
        if any(math.isnan(one.field_dbuvm) or one.erp_dbw is None for one in mixed):
            yield Unknown("a1_unknown", "field_and_erp")
            continue
        most = max(mixed, key=lambda one: one.field_dbuvm - _spurious_db(rule, one)[1])
        stated, spurious_db = _spurious_db(rule, most)
        field = most.field_dbuvm - spurious_db
        offset_khz = round(abs(hit.offset_khz), 6)
        ratio = piecewise("offset_khz", offsets, numbers(rule, "a1_ratio_db"), offset_khz, rule.id)
        values: dict[str, str | float] = {
            "names": _names(mixed),
            "offset_khz": round(offset_khz, 3),
            f"spurious_{stated}_db": round(spurious_db, 2),
        }
        yield _against_protected(("a1", point, values), rule, field, ratio)


def a2(station_id: str, point: AeronauticalPoint, rule: Rule) -> Iterator[Case | Unknown]:
    """Judge the skirt of a station's carrier on the frequency of a point.

    Arguments as in `a1`. Nothing is yielded beyond the last offset of the table, from which on the
    criterion does not speak.
    """
    own = _own(station_id, point)
    if own is None:
        return
    offset_khz = round(abs(point.frequency_mhz - own.frequency_mhz) * 1e3, 6)
    offsets = numbers(rule, "a2_offset_khz")
    if offset_khz > offsets[-1]:
        return
    if offset_khz < offsets[0]:
        yield Unknown("a2_too_near", "a2_table")
    elif math.isnan(own.field_dbuvm):
        yield Unknown("a2_unknown", "field_and_erp")
    else:
        ratio = piecewise("offset_khz", offsets, numbers(rule, "a2_ratio_db"), offset_khz, rule.id)
        values: dict[str, str | float] = {"names": _names([own]), "offset_khz": offset_khz}
        yield _against_protected(("a2", point, values), rule, own.field_dbuvm, ratio)


def b1(station_id: str, point: AeronauticalPoint, rule: Rule) -> Iterator[Case | Unknown]:
    """Judge the third-order products that the receiver at a point makes of the stations there.

    Arguments as in `a1`. Two signals, 2 f1 - f2, ILS and VOR (ICAO Annex 10, Volume I, 3.1.4.1,
    recalled; N in dBm at the receiver, f1 the frequency nearer to 108.1 MHz, which is the one
    taken twice)::

        f1 from 107.7 MHz on:  2 N1 + N2 + 72 <= 0
        f1 below:              2 N1 + N2 + 3 (24 - 20 lg((108.1 - f1) / 0.4)) <= 0
    """
    own = _own(station_id, point)
    if own is None:
        return
    window_khz = number(rule, "coincidence_khz")
    signals = list(point.signals)
    products = [
        hit
        for hit in _products(signals, own, point, _B1_ORDER, window_khz)
        if sum(times for _, times in hit.coefficients) == 1
    ]
    if products and point.kind is Radionavigation.COM:
        yield Unknown("b1_com", "b1_com")
        return
    for hit in products:
        if len(hit.coefficients) == 3:
            yield Unknown("b1_three", "b1_three")
            continue
        doubled = next(place for place, times in hit.coefficients if times == 2)
        other = next(place for place, times in hit.coefficients if times == -1)
        first, second = signals[doubled], signals[other]
        n1, n2 = _power_dbm(first), _power_dbm(second)
        if math.isnan(n1 + n2):
            yield Unknown("b1_unknown", "field_and_erp")
            continue
        name, constant = _b1_constant(rule, first.frequency_mhz)
        total = 2 * n1 + n2 + constant
        yield Case(
            name,
            -total,
            {
                **_at(point),
                "names": _names([first, second]),
                "f1_mhz": first.frequency_mhz,
                "f2_mhz": second.frequency_mhz,
                "n1_dbm": round(n1, 1),
                "n2_dbm": round(n2, 1),
                "constant_db": round(constant, 2),
                "total_db": round(total, 2),
            },
        )


def b2(station_id: str, point: AeronauticalPoint, rule: Rule) -> Iterator[Case | Unknown]:
    """Judge whether a station's power blocks the receiver at a point.

    Arguments as in `a1`. The limits are linear in frequency between their steps, and below the
    first step that of it (GE84, Table 5.2).
    """
    own = _own(station_id, point)
    if own is None:
        return
    steps = numbers(rule, "b2_frequency_mhz")
    power = _power_dbm(own)
    if point.kind is Radionavigation.COM:
        yield Unknown("b2_com", "b2_com")
    elif own.frequency_mhz > steps[-1]:
        yield Unknown("b2_too_high", "b2_table")
    elif math.isnan(power):
        yield Unknown("b2_unknown", "field_and_erp")
    else:
        at_mhz = max(own.frequency_mhz, steps[0])
        limit = piecewise("frequency_mhz", steps, numbers(rule, "b2_limit_dbm"), at_mhz, rule.id)
        values: dict[str, str | float] = {
            **_at(point),
            "frequency_mhz": own.frequency_mhz,
            "power_dbm": round(power, 1),
            "limit_dbm": round(limit, 2),
        }
        yield Case("b2", limit - power, values)


def _own(station_id: str, point: AeronauticalPoint) -> BroadcastSignal | None:
    return next((one for one in point.signals if one.station_id == station_id), None)


def _products(
    signals: Sequence[BroadcastSignal],
    own: BroadcastSignal,
    point: AeronauticalPoint,
    orders: Sequence[int],
    window_khz: float,
) -> list[Hit]:
    """Return the products within a window of a point's frequency that hold the station."""
    found = hits(
        [Band(one.frequency_mhz, 0.0) for one in signals],
        [Band(point.frequency_mhz, 0.0)],
        orders=orders,
        guard_khz=window_khz,
        must_hold=list(signals).index(own),
    )
    return [hit for hit in found if abs(hit.offset_khz) <= window_khz]


def _against_protected(
    case: tuple[str, AeronauticalPoint, dict[str, str | float]],
    rule: Rule,
    field: float,
    ratio: float,
) -> Case:
    """Return the margin of a field below the protected one, less the ratio it needs."""
    name, point, values = case
    protected = number(rule, f"{point.kind.value}_protected_dbuvm")
    told: dict[str, str | float] = {
        **_at(point),
        **values,
        "field_dbuvm": round(field, 1),
        "protected_dbuvm": protected,
        "ratio_db": round(ratio, 2),
    }
    return Case(name, protected - field - ratio, told)


def _spurious_db(rule: Rule, signal: BroadcastSignal) -> tuple[str, float]:
    """Return by which power spurious emissions are limited, and how far below the carrier."""
    if signal.transmitter_power_w:
        stated, power_dbw = "by_power", float(dbw_from_w(signal.transmitter_power_w))
    else:
        stated, power_dbw = "by_erp", signal.erp_dbw or 0.0
    allowed = number(rule, "spurious_base_db") + power_dbw
    return stated, max(0.0, min(allowed, number(rule, "spurious_most_db")))


def _b1_constant(rule: Rule, f1_mhz: float) -> tuple[str, float]:
    constant = number(rule, "b1_constant_db")
    if f1_mhz >= number(rule, "b1_upper_mhz"):
        return "b1_near", constant
    away = (number(rule, "b1_reference_mhz") - f1_mhz) / number(rule, "b1_offset_mhz")
    return "b1_below", constant - 60 * math.log10(away)


def _power_dbm(signal: BroadcastSignal) -> float:
    if signal.power_dbm is not None:
        return signal.power_dbm
    return float(dbm_from_dbuvm(signal.field_dbuvm, signal.frequency_mhz))


def _names(signals: Sequence[BroadcastSignal]) -> str:
    return ", ".join(f"{one.name} ({one.frequency_mhz * 1e3:.10g} kHz)" for one in signals)


def _at(point: AeronauticalPoint) -> dict[str, str | float]:
    return {
        "point": point.name,
        "kind": point.kind.value.upper(),
        "point_mhz": point.frequency_mhz,
    }
