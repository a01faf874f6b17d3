"""The doubt whether powers are e.i.r.p.: 2.15 dB above what the register has for the same rows."""

from collections.abc import Iterator, Sequence

from gis.exchange.answers import ImportAnswers, Question
from gis.exchange.conventions import ask_eirp
from gis.exchange.headers import Columns
from gis.exchange.report import Accepted
from propagation.constants import DIPOLE_GAIN_DBI

__all__ = ["ask_suspected"]

_POWERS = ("erp_total_dbw", "erp_horizontal_dbw", "erp_vertical_dbw", "erp_max_dbw")
_WITHIN_DB = 0.06
_SHARE = 0.8


def ask_suspected(
    accepted: Sequence[Accepted], columns: Columns, answers: ImportAnswers
) -> list[Question]:
    """Return a question for each column of powers whose changes look like e.i.r.p. for e.r.p.

    Asked where four fifths of the powers that a file changes are 2.15 dB above those on record,
    within what rounding to watts leaves.
    """
    asked = []
    for name in _POWERS:
        if name not in columns.one or name in answers.eirp:
            continue
        steps = list(_steps(accepted, name))
        raised = sum(abs(step - DIPOLE_GAIN_DBI) <= _WITHIN_DB for step in steps)
        if raised and raised >= _SHARE * len(steps):
            header = columns.one[name].header
            asked.append(ask_eirp(name, header, "eirp_numbers", count=raised, of=len(steps)))
    return asked


def _steps(accepted: Sequence[Accepted], name: str) -> Iterator[float]:
    """Yield how far the powers of rows lie above those of the records that they change."""
    for row in accepted:
        for change in row.changes:
            old, new = change.old, change.new
            if change.field == name and isinstance(old, float) and isinstance(new, float):
                yield new - old
