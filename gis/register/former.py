"""A former state of a record, found by its digest in the history."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar, cast

from gis.register.history import Change
from gis.register.reading import Reader
from gis.register.rows import Record, codec_of, record_digest, row_from_json

__all__ = ["state_seen"]

R = TypeVar("R", bound=Record)

_FURTHEST = 200
"""Changes of one record that are looked through."""


def state_seen(reader: Reader, now: R, digest: str) -> tuple[R | None, Sequence[Change]]:
    """Return the record as somebody saw it, and what happened to it since.

    Parameters
    ----------
    reader : Reader
        The register.
    now : record
        As it is.
    digest : str
        `record_digest` of what was seen.

    Returns
    -------
    record or None
        As it was seen; None where the history has no such state.
    sequence of Change
        Since then, the newest first; none where that state was not found.
    """
    codec = codec_of(type(now))
    name = codec.name
    found = reader.changes(table_name=name, record_id=codec.id_of(now), limit=_FURTHEST)
    for place, change in enumerate(found):
        if change.old is None:
            break
        row = row_from_json(name, json.dumps(change.old))
        old = codec.from_row([row[one] for one in codec.columns])
        if record_digest(cast(Any, old)) == digest:
            return old, found[: place + 1]
    return None, ()
