"""Studies that the department put on the public map: one small file each, beside the studies.

Nothing is on it by itself: a prediction is a draft until somebody of the department says so.
"""

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from gis.errors import FormatError
from gis.home import UNFINISHED, Home
from gis.register import moments
from gis.studies.record import is_study_id
from gis.studies.summary import Access

__all__ = ["MAPPED_KINDS", "is_published", "may_be_published", "publish", "withdraw"]

MAPPED_KINDS: Final = ("network", "coverage", "interference", "mobile")
"""Kinds of study whose pictures the map of the register shows, in the order of its list."""


def may_be_published(access: Access) -> bool:
    """Return whether a study holds nothing that an organisation keeps confidential."""
    if access.kind == "mobile":
        return access.organisations == (None,) and not access.confidential
    return access.kind in MAPPED_KINDS and not access.confidential


def is_published(study_id: str, home: Home) -> bool:
    """Return whether a study is on the public map."""
    return is_study_id(study_id) and (home.published / study_id).is_file()


def publish(study_id: str, access: Access, home: Home, *, by: str) -> None:
    """Put a study on the public map, and note who did and when.

    Raises
    ------
    FormatError
        If its kind has no place there, or it holds something confidential.
    """
    if not (is_study_id(study_id) and may_be_published(access)):
        raise FormatError("studies.not_for_the_public", study=study_id[:60])
    home.published.mkdir(exist_ok=True)
    note = {"by": by, "at": moments.to_text(moments.now())}
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=home.published)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(note, stream, ensure_ascii=False)
    Path(name).replace(home.published / study_id)


def withdraw(study_id: str, home: Home) -> None:
    """Take a study off the public map; one that is not on it stays off."""
    if is_study_id(study_id):
        with suppress(FileNotFoundError):
            (home.published / study_id).unlink()
