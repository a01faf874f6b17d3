"""What a job is, as people ask about it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from data.text import Language, Phrase, text
from gis.register import moments

__all__ = ["Job", "JobState", "job_from_row", "values_to_json"]

_DAY, _MOMENT, _PHRASE = "day", "moment", "phrase"


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Return whether nothing will happen to the job any more."""
        return self in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}

    def say(self, language: Language | str) -> str:
        """Name the state in a language."""
        return text(f"jobs.state_{self}", language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One study that was asked for.

    Attributes
    ----------
    id : str
        Its name, never given twice.
    kind : str
        Kind of study, one of `gis.studies.runner.KINDS`.
    inputs : dict
        The request, JSON values.
    state : JobState
        Where it stands.
    progress : float
        Share done, 0 to 1.
    message_key, message_values : str or None, dict
        Sentence about what is being done.
    study_id : str or None
        The study that came out; only when done.
    error_key, error_values : str or None, dict
        Sentence about why it failed; only when failed.
    requested_by : str
        Account that asked.
    organisation_id : str or None
        Organisation of that account.
    created_at, started_at, finished_at : datetime
        Moments, UTC; `started_at` is that of the last attempt.
    attempts : int
        How many workers took it, without those that gave it back in good order.
    hindered : int
        How many of them found the disk full.
    cancel_requested : bool
        Whether a person asked to stop it.
    lease_owner, lease_until : str, datetime
        The worker that has it, and until when without a heartbeat; only while running.
    """

    id: str
    kind: str
    inputs: dict[str, Any]
    state: JobState
    progress: float
    message_key: str | None
    message_values: dict[str, Any]
    study_id: str | None
    error_key: str | None
    error_values: dict[str, Any]
    requested_by: str
    organisation_id: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    attempts: int
    hindered: int
    cancel_requested: bool
    lease_owner: str | None
    lease_until: datetime | None

    @property
    def cut_off(self) -> int:
        """How many workers ended in the middle of it, while nobody has it."""
        return self.attempts - self.hindered

    def say_progress(self, language: Language | str) -> str | None:
        """Say what is being done, and that it was begun again; None when nothing was reported."""
        said = _said(self.message_key, self.message_values, language)
        if said is None or self.attempts < 2:
            return said
        return text("jobs.begun_again", language, message=said, attempt=self.attempts)

    def say_error(self, language: Language | str) -> str | None:
        """Say why it failed, or None when it did not."""
        return _said(self.error_key, self.error_values, language)


def job_from_row(row: Mapping[Any, Any]) -> Job:
    """Return the job of a row of the table `jobs`."""
    values = {name: value for name, value in row.items() if name != "sequence"}
    values["state"] = JobState(values["state"])
    values["inputs"] = json.loads(values["inputs"])
    for name in ("message_values", "error_values"):
        values[name] = {key: _revived(value) for key, value in json.loads(values[name]).items()}
    for name in ("created_at", "started_at", "finished_at", "lease_until"):
        if values[name] is not None:
            values[name] = moments.from_text(values[name])
    return Job(**values)


def values_to_json(values: Mapping[str, object]) -> str:
    """Return the values of a sentence as stored: dates, phrases, and text for what JSON lacks."""
    kept = {key: _plain(value) for key, value in values.items()}
    return json.dumps(kept, ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, Phrase):
        return {_PHRASE: str(value)}
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    if value is None or type(value) in {bool, int, str}:
        return value
    return str(value)


def _revived(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if _MOMENT in value:
        return datetime.fromisoformat(value[_MOMENT])
    if _PHRASE in value:
        return Phrase(value[_PHRASE])
    return date.fromisoformat(value[_DAY])


def _said(key: str | None, values: Mapping[str, Any], language: Language | str) -> str | None:
    return None if key is None else text(key, language, **values)
