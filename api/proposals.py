"""What a file was read with last time, proposed when one of the same shape comes again.

The shape is kind, headers and the organisation of the sender; the department sends files of many
owners, so that those of another owner propose nothing once it is known whose a file is. Nothing is
taken over by itself: a person, or a program, gives the proposed answers like any others. What
holds for one file alone (a doubt that was settled, rows exchanged or updated, whose records they
are) is always asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from api import uploads
from gis.exchange.report import ImportReport
from gis.home import Home

__all__ = ["Proposal", "owner_of", "proposed"]

_WHOSE = ("value.owner_id", "value.organisation_id")
_OWNING = ("owner_id", "organisation_id", "operator_id")
_OF_ONE_FILE = frozenset({"confirm", "swap", "update", *_WHOSE})


@dataclass(frozen=True, slots=True)
class Proposal:
    """Answers that a file of the same shape was brought in with.

    Attributes
    ----------
    file_name, batch_id : str
        That file, and its import.
    answers : mapping
        By the keys that questions show.
    """

    file_name: str
    batch_id: str
    answers: Mapping[str, str]


def owner_of(report: ImportReport) -> str | None:
    """Return the organisation whose records a file brings, or None where it is open or several."""
    records = [row.record for row in report.accepted]
    found = {next((found for name in _OWNING if (found := getattr(one, name, None))), None)
             for one in records}  # fmt: skip
    open_ = any(question.answer in _WHOSE for question in report.questions)
    return found.pop() if len(found) == 1 and not open_ else None


def proposed(home: Home, sent: uploads.Upload, report: ImportReport) -> Proposal | None:
    """Return the answers of the last file of the same shape, those that are not given yet.

    Where it is known whose records a file brings, a file of another owner proposes nothing.
    """
    owner = owner_of(report)
    for other in uploads.uploads(home):
        shape = (other.kind, tuple(other.header), other.organisation_id)
        if other.batch_id is None or shape != (sent.kind, report.header, sent.organisation_id):
            continue
        if owner is not None and other.owner_id not in (owner, None):
            continue
        answers = {
            key: value
            for key, value in other.answers.items()
            if key not in _OF_ONE_FILE and key not in sent.answers
        }
        if answers:
            return Proposal(other.file_name, other.batch_id, answers)
    return None
