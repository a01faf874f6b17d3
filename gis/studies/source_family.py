"""Sources outside the register, and what they may be: one family, weighed part by part.

A transmitter in the country, an exempt device (where the list of exempt devices holds the
frequency), a foreign station (where cells around lie beyond the border), or nothing on the air.
The first and the foreign one are one cloud of cells and powers, cut at the border; so what is
believed of both together does not depend on the cut. An exempt device may stand in any cell in the
country too, at no more than the power of the list.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gis.studies.source_records import SourceRules, Victim
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule
from propagation.interference.source_evidence import Cloud, uniform_offsets

__all__ = ["Family", "Outside", "exempt_rows", "family", "most_erp_dbw"]

Floats = NDArray[np.float64]

_DIPOLE_DB: Final = 2.15
_EIRP: Final = "eirp"
_EXEMPT: Final = "exempt"
_LIKELY: Final = 1e-12


class Outside(StrEnum):
    """What a source outside the register may be."""

    UNREGISTERED = "unregistered"
    EXEMPT = "exempt_device"
    FOREIGN = "foreign"
    NOTHING = "nothing_on_air"


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The parts that are possible in a case.

    Attributes
    ----------
    parts : tuple of Outside
        Nothing on the air is the last.
    clouds : tuple of Cloud
        Of each, given that it harms.
    share : ndarray, shape (n,)
        How probable each is before anything is observed, if the source is outside the register.
    """

    parts: tuple[Outside, ...]
    clouds: tuple[Cloud, ...]
    share: Floats


def exempt_rows(rules: Sequence[Rule], victim: Victim) -> list[Rule]:
    """Return the rows of the list of exempt devices whose band meets a channel."""
    half_mhz = victim.bandwidth_khz / 2e3
    lowest, highest = victim.frequency_mhz - half_mhz, victim.frequency_mhz + half_mhz
    return [
        one
        for one in rules
        if one.parameters["standing"] == _EXEMPT
        and number(one, "frequency_min_mhz") < highest
        and number(one, "frequency_max_mhz") > lowest
    ]


def _limit_dbw(row: Rule, default_dbw: float) -> float:
    """Return the power that a row allows, e.r.p.; the default where it states none."""
    parameters: Any = row.parameters
    if "power_max_mw" not in parameters:
        return default_dbw
    power = 10.0 * math.log10(number(row, "power_max_mw") / 1e3)
    return power - _DIPOLE_DB if parameters.get("power_reference") == _EIRP else power


def most_erp_dbw(rules: SourceRules, rows: Sequence[Rule]) -> float:
    """Return the highest power that rows of the list allow; assumed where none states one."""
    usual = number(rules.weighing, "exempt_erp_dbw")
    return max((_limit_dbw(one, usual) for one in rows), default=usual)


def family(
    rules: SourceRules,
    victim: Victim,
    foreign: NDArray[np.bool_],
    harmed: Callable[[Cloud], tuple[Cloud, float]],
) -> Family:
    """Return what a source outside the register may be.

    Parameters
    ----------
    rules : SourceRules
        What is assumed.
    victim : Victim
        What is disturbed.
    foreign : ndarray of bool, shape (m,)
        Which cells lie beyond the border.
    harmed : callable
        Returns a cloud given that it harms the victim, and how probable that is.
    """
    weighing = rules.weighing
    sent, silent = (
        number(weighing, f"{name}_percent") for name in ("not_in_register", "nothing_on_air")
    )
    anywhere, _ = harmed(
        uniform_offsets(
            number(weighing, "lowest_erp_dbw"), number(weighing, "highest_erp_dbw"), foreign.size
        )
    )
    parts, clouds, shares = [], [], []
    rows = exempt_rows(rules.exempt, victim)
    exempt = number(weighing, "exempt_percent") / 100.0 if rows and not foreign.all() else 0.0
    for part, places in ((Outside.UNREGISTERED, ~foreign), (Outside.FOREIGN, foreign)):
        cloud, chance = anywhere.within(places)
        if chance > -math.inf:
            parts.append(part)
            clouds.append(cloud)
            shares.append((1 - exempt) * math.exp(chance) * sent)
    if exempt:
        most = most_erp_dbw(rules, rows)
        low = uniform_offsets(most - number(weighing, "exempt_span_db"), most, foreign.size)
        parts.append(Outside.EXEMPT)
        clouds.append(harmed(low.within(~foreign)[0])[0])
        shares.append(exempt * sent)
    parts.append(Outside.NOTHING)
    clouds.append(Cloud(np.zeros((1, 1)), np.zeros((1, 1))))
    shares.append(max(silent, _LIKELY))
    share = np.array(shares)
    return Family(tuple(parts), tuple(clouds), share / share.sum())
