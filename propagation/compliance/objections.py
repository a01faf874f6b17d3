"""Which findings object, about what, and who could do something about it.

A finding objects when it says *violates*, or *needs verification* for any other reason than that a
limit is kept on ground that is not known (`Finding.held_back`). What the station itself can change
is searched for (`propagation.compliance.remedies`); about the rest a sentence says who could.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from propagation.compliance.records import Finding, Outcome

__all__ = [
    "Change",
    "Helper",
    "Subject",
    "changes_for",
    "helper_for",
    "is_reception",
    "newly_objecting",
    "objects",
    "solved",
    "subject_of",
]

Subject = tuple[str, str, str | None]
"""What a finding is about, whatever it concludes: its check, what it compares, whom with."""

_TOLD_APART: Final = frozenset(
    {"received", "caused", "predicted", "measured", "tropospheric", "steady"}
)
"""Parts of a reason's key that say what is compared, wherever they stand; else it is the first."""

_BY_RULE: Final = frozenset({"contour_overlap"})
"""Checks that judge the same by several rules: each rule is a subject."""

_MAY_VANISH: Final = frozenset(
    {
        ("protection_ratios", "caused"),
        ("protection_ratios", "received"),
        ("contour_overlap", "caused"),
        ("contour_overlap", "received"),
        ("usable_field", "caused"),
        ("usable_field", "received"),
        ("service_area", "caused"),
        ("intermodulation", "hit"),
        ("intermodulation", "own"),
        ("intermodulation", "receiver"),
    }
)
"""What has a finding only where there is something to say."""


class Change(StrEnum):
    """What of a station may be changed."""

    ERP = "erp"
    HEIGHT = "height"
    CHANNEL = "channel"


class Helper(StrEnum):
    """Who could do something about what the station itself cannot change, or not alone."""

    OTHER_STATION = "other_station"
    NETWORK = "network"
    RECORD = "record"
    PROGRAMME = "programme"
    POLARIZATION = "polarization"
    SITE = "site"
    PLAN = "plan"
    DOCUMENT = "document"
    POPULATION = "population"
    AUTHORITY = "authority"


_ALL: Final = tuple(Change)
_FIELD: Final = (Change.ERP, Change.HEIGHT)
_CARRIER: Final = (Change.CHANNEL,)
_Help = tuple[tuple[Change, ...], Helper | None]
_HELP: Final[Mapping[tuple[str, str], _Help]] = MappingProxyType(
    {
        ("plan_identity", "band"): (_CARRIER, None),
        ("plan_identity", "raster"): (_CARRIER, None),
        ("plan_identity", "channel"): (_CARRIER, None),
        ("plan_identity", "frequency"): (_CARRIER, None),
        ("plan_identity", "programme"): ((), Helper.PROGRAMME),
        ("plan_identity", "site"): ((), Helper.SITE),
        ("plan_identity", "plan"): ((), Helper.PLAN),
        ("erp_and_height", "erp"): ((Change.ERP,), None),
        ("erp_and_height", "pattern"): ((Change.ERP,), None),
        ("erp_and_height", "effective"): ((Change.HEIGHT,), None),
        ("erp_and_height", "antenna"): ((Change.HEIGHT,), None),
        ("erp_and_height", "polarization"): ((), Helper.POLARIZATION),
        ("protection_ratios", "caused"): (_ALL, None),
        ("protection_ratios", "received"): (_CARRIER, Helper.OTHER_STATION),
        ("contour_overlap", "caused"): (_ALL, None),
        ("contour_overlap", "received"): (_CARRIER, Helper.OTHER_STATION),
        ("usable_field", "caused"): (_ALL, None),
        ("usable_field", "received"): (_CARRIER, Helper.OTHER_STATION),
        ("service_area", "caused"): (_ALL, None),
        ("service_area", "present"): (_CARRIER, Helper.OTHER_STATION),
        ("aeronautical", "screen"): ((Change.ERP, Change.CHANNEL), None),
        ("aeronautical", "a1"): ((Change.ERP, Change.CHANNEL), None),
        ("aeronautical", "a2"): ((Change.ERP, Change.CHANNEL), None),
        ("aeronautical", "b1"): ((Change.ERP, Change.CHANNEL), None),
        ("aeronautical", "b2"): ((Change.ERP, Change.CHANNEL), None),
        ("intermodulation", "hit"): (_CARRIER, None),
        ("intermodulation", "own"): (_CARRIER, None),
        ("intermodulation", "receiver"): (_CARRIER, None),
        ("border", "distance"): (_FIELD, None),
        ("border", "tropospheric"): (_FIELD, None),
        ("border", "steady"): (_FIELD, None),
        ("border", "television"): (_FIELD, None),
        ("allotment", "channel"): (_CARRIER, None),
        ("allotment", "site"): ((), Helper.SITE),
        ("allotment", "field"): (_FIELD, None),
        ("allotment", "network"): ((), Helper.NETWORK),
        ("boundary_protection", "predicted"): (_FIELD, None),
        ("boundary_protection", "measured"): ((Change.ERP,), None),
        ("protected_sites", "monitoring"): (_FIELD, None),
        ("protected_sites", "blanketing"): ((), Helper.POPULATION),
        ("exposure", "alone"): ((Change.ERP,), None),
        ("exposure", "site"): ((Change.ERP,), None),
        ("validity", "licence"): ((), Helper.DOCUMENT),
        ("validity", "certificate"): ((), Helper.DOCUMENT),
        ("validity", "conformity"): ((), Helper.DOCUMENT),
        ("data_audit", "coordinate"): ((), Helper.RECORD),
        ("data_audit", "effective"): ((), Helper.RECORD),
        ("data_audit", "erp"): ((), Helper.RECORD),
        ("data_audit", "class"): ((), Helper.RECORD),
    }
)
"""For each thing compared: what the station can change, and who else could help."""


def subject_of(finding: Finding) -> Subject:
    """Return what a finding is about: check, what is compared or which way, counterpart."""
    words = finding.reason.rsplit(".", 1)[-1].split("_")
    if words[0] == finding.check:
        words = words[1:]
    what = next((word for word in words if word in _TOLD_APART), words[0])
    if finding.check in _BY_RULE:
        what = f"{what} {finding.rule.id}"
    return finding.check, what, finding.counterpart


def _kind(subject: Subject) -> tuple[str, str]:
    """Return check and what is compared, by whatever rule."""
    return subject[0], subject[1].partition(" ")[0]


def is_reception(finding: Finding) -> bool:
    """Return whether a finding is of the station's own reception."""
    return _kind(subject_of(finding))[1] in {"received", "present"}


def objects(finding: Finding) -> bool:
    """Return whether a finding says that a limit is not kept, or that something is in doubt.

    One that keeps its limit but for a reservation (flat terrain) does not.
    """
    if finding.outcome is Outcome.NEEDS_VERIFICATION:
        return not finding.held_back
    return finding.outcome is Outcome.VIOLATES


def solved(findings: Iterable[Finding], subject: Subject, before: Iterable[Finding] = ()) -> bool:
    """Return whether the findings of a changed station no longer object about a subject.

    They have to speak of it still, and to have been able to as often as before: only what a
    station does to another, and what it is hit by, may be nothing at all any more.
    """
    mine = [one for one in findings if subject_of(one) == subject]
    if any(objects(one) for one in mine):
        return False
    was = [one for one in before if subject_of(one) == subject]
    if _unknown(mine) > _unknown(was):
        return False
    return len(mine) > _unknown(mine) or (_kind(subject) in _MAY_VANISH and not mine)


def _unknown(findings: Iterable[Finding]) -> int:
    return sum(one.outcome is Outcome.NOT_ASSESSABLE for one in findings)


def newly_objecting(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that object after a change about something that had no objection.

    Of several about one subject those beyond the number before the change, the last ones.
    """
    left = Counter(subject_of(one) for one in before if objects(one))
    found = []
    for one in after:
        if not objects(one):
            continue
        subject = subject_of(one)
        if left[subject]:
            left[subject] -= 1
        else:
            found.append(one)
    return tuple(found)


def changes_for(finding: Finding) -> tuple[Change, ...]:
    """Return what the station could change about a finding that objects; nothing about others."""
    return _help(finding)[0]


def helper_for(finding: Finding) -> Helper | None:
    """Return who else could do something about a finding that objects; None about others."""
    return _help(finding)[1]


def _help(finding: Finding) -> _Help:
    if not objects(finding):
        return (), None
    return _HELP.get(_kind(subject_of(finding)), ((), Helper.AUTHORITY))
