"""The rules without which studies break: an edit of the pack may change them, not remove them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final

from gis.errors import FormatError
from gis.rules import Span, spans_of
from propagation.compliance import parameters
from propagation.mobile import Generation

__all__ = ["ALWAYS_READ", "require_kept"]

ALWAYS_READ: Final = (
    parameters.AREA_CLASS,
    parameters.BOUNDARY_PROTECTION,
    parameters.MINIMUM_FIELD,
    parameters.PA_PLAN_ERP,
    parameters.PA_PLAN_IDENTITY,
    parameters.PA_PROTECTION_RATIO,
    parameters.PA_RASTER,
    parameters.PLAN_ERP,
    parameters.PLAN_IDENTITY,
    parameters.PROTECTION_RATIO,
    parameters.RASTER,
    parameters.SITE_TOLERANCE,
    parameters.TV_MINIMUM_FIELD,
    parameters.TV_MINIMUM_FIELD_PORTABLE,
    parameters.TV_PLAN_ERP,
    parameters.TV_PLAN_IDENTITY,
    parameters.TV_PROTECTION_RATIO,
    parameters.TV_PROTECTION_RATIO_ADJACENT,
    parameters.TV_RASTER,
    *(generation.rule for generation in Generation),
)
"""Where another is absent, the checks that it decides are left out of a study, which says so."""


def require_kept(
    contents: Mapping[str, bytes],
    before: Mapping[str, bytes],
    packaged: Mapping[str, bytes],
    name: str,
) -> None:
    """Refuse a pack that lost a rule without which studies break.

    Parameters
    ----------
    contents, before, packaged : mapping
        Files of the pack as it shall be, as it is, and as it ships.
    name : str
        The file that is changed.

    Raises
    ------
    FormatError
        If on some day the two others have such a rule in force and the first has not; the values
        name file, rule and day. Or as `gis.rules.load_rule_pack`.
    """
    shall, ships = spans_of(contents), spans_of(packaged)
    try:
        known = spans_of(before)
    except FormatError:  # spoilt past the program: whatever mends it is welcome
        known = ships
    for rule in ALWAYS_READ:
        stand, stood = shall.get(rule, []), (ships.get(rule, []), known.get(rule, []))
        for day in _edges([*stand, *stood[0], *stood[1]]):
            if all(_covers(spans, day) for spans in stood) and not _covers(stand, day):
                key = "rules.rule_lost" if day == date.min else "rules.rule_lost_on"
                raise FormatError(
                    key, file=name, line=None, where=name, name=rule, rule=rule, on=day
                )


def _edges(spans: Iterable[Span]) -> list[date]:
    """Return the days on which a version of a rule begins, or follows the end of one."""
    days = {date.min}
    for start, end in spans:
        days |= set() if start is None else {start}
        days |= set() if end is None or end == date.max else {end + timedelta(days=1)}
    return sorted(days)


def _covers(spans: Iterable[Span], day: date) -> bool:
    return any(
        (start is None or start <= day) and (end is None or day <= end) for start, end in spans
    )
