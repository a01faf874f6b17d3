"""Which stations must be inspected (kiểm định), and when the inspection is due.

A certificate that is not recorded does not say that there is none. What decides a base station is
around it and rarely on record: the facts that are wanted are named.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from propagation.compliance.days import years_later
from propagation.compliance.facts_validity import DocumentFacts
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule

__all__ = [
    "BaseStationFacts",
    "Due",
    "Listed",
    "Listing",
    "State",
    "base_station_listed",
    "broadcast_listed",
    "completed",
    "due",
    "state_of",
]


class Listed(StrEnum):
    """Whether a station is in the list of those that must be inspected."""

    MUST = "must"
    NOT = "not"
    UNKNOWN = "unknown"


class State(StrEnum):
    """Where a station stands; the most urgent first."""

    OVERDUE = "overdue"
    WANTED = "wanted"
    SOON = "soon"
    NOTICE_WANTED = "notice_wanted"
    NO_END = "no_end"
    FACTS_MISSING = "facts_missing"
    IN_FORCE = "in_force"
    NOTICE = "notice"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseStationFacts:
    """What decides whether a base station is in the list; None is *not known*.

    Attributes
    ----------
    inhabited : bool or None
        Whether people live in a building within the radius of the rule.
    building_top_m : float or None
        Top of the highest of these buildings, above the ground at the station.
    antenna_lowest_m : float or None
        Lowest edge of the station's antennas above ground.
    antenna_centre_m : float or None
        Lowest centre of them, which their edge does not exceed.
    """

    inhabited: bool | None = None
    building_top_m: float | None = None
    antenna_lowest_m: float | None = None
    antenna_centre_m: float | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Whether a station is in the list, and which facts are wanted where nobody can say.

    Attributes
    ----------
    listed : Listed
        Whether.
    missing : tuple of str
        Names of the facts that are wanted.
    """

    listed: Listed
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """When a certificate ends.

    Attributes
    ----------
    last_day : date or None
        Its last day; None where it is not recorded.
    days : int or None
        Days to that one; negative when it is over.
    """

    last_day: date | None
    days: int | None


def base_station_listed(facts: BaseStationFacts, rule: Rule) -> Listing:
    """Return whether a base station must be inspected.

    The height of a building is not wanted where the antenna itself is lower than the difference of
    the rule, nor the antenna's edge where its centre decides.

    Parameters
    ----------
    facts : BaseStationFacts
        The station and what is around it.
    rule : Rule
        `station.base_station` in force.
    """
    if facts.inhabited is False:
        return Listing(Listed.NOT)
    reach_m = number(rule, "height_difference_m")
    lowest, top = facts.antenna_lowest_m, facts.building_top_m
    if lowest is not None and top is not None and lowest - top >= reach_m:
        return Listing(Listed.NOT)
    upper = facts.antenna_centre_m if lowest is None else lowest
    surely = upper is not None and upper - (top or 0.0) < reach_m
    if facts.inhabited and surely:
        return Listing(Listed.MUST)
    heights = {"building_top_m": top, "antenna_lowest_m": lowest}
    wanted = {"inhabited": facts.inhabited, **({} if surely else heights)}
    return Listing(Listed.UNKNOWN, tuple(name for name, one in wanted.items() if one is None))


def broadcast_listed(power_w: float | None, rule: Rule) -> Listing:
    """Return whether a broadcasting station must be inspected.

    Parameters
    ----------
    power_w : float or None
        Power of its transmitter.
    rule : Rule
        `station.certificate` in force.
    """
    if power_w is None:
        return Listing(Listed.UNKNOWN, ("transmitter_power_w",))
    return Listing(Listed.MUST if power_w >= number(rule, "power_w") else Listed.NOT)


def completed(record: DocumentFacts, rule: Rule) -> DocumentFacts:
    """Return a certificate with its end: the cycle of inspection after its first day."""
    if record.valid_to is not None or record.valid_from is None:
        return record
    end = years_later(record.valid_from, int(number(rule, "cycle_years")))
    return DocumentFacts(number=record.number, valid_from=record.valid_from, valid_to=end)


def due(record: DocumentFacts, rule: Rule, on: date) -> Due:
    """Return when a certificate ends."""
    last = completed(record, rule).valid_to
    return Due(last, None if last is None else (last - on).days)


def state_of(
    listing: Listing,
    certificate: DocumentFacts,
    rule: Rule,
    on: date,
    *,
    notice: bool = False,
    notice_rule: Rule | None = None,
) -> State:
    """Return where a station stands on a day.

    Parameters
    ----------
    listing : Listing
        Whether it is in the list.
    certificate : DocumentFacts
        Its certificate as recorded.
    rule : Rule
        The rule that asks for one.
    on : date
        The day.
    notice : bool
        Whether a public notice is on record.
    notice_rule : Rule, optional
        The rule that asks for a notice of what is outside the list.
    """
    if certificate.recorded and listing.listed is not Listed.NOT:
        return _certified(due(certificate, rule, on), rule)
    if listing.listed is Listed.MUST:
        return State.WANTED
    if notice:
        return State.NOTICE
    if listing.listed is Listed.UNKNOWN:
        return State.FACTS_MISSING
    return State.NOT_NEEDED if notice_rule is None else State.NOTICE_WANTED


def _certified(end: Due, rule: Rule) -> State:
    """Return where a station with a certificate stands."""
    if end.days is None:
        return State.NO_END
    if end.days < 0:
        return State.OVERDUE
    return State.SOON if end.days <= number(rule, "notice_days") else State.IN_FORCE
