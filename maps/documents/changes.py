"""The block of a finding in a report that says what could be changed."""

from collections.abc import Mapping
from typing import Any

from gis.studies.changes import change_said
from maps.documents.content import Block, Facts
from maps.words import Words

__all__ = ["changes_blocks"]


def changes_blocks(finding: Mapping[str, Any], words: Words) -> list[Block]:
    """Return what could be changed about a finding; nothing where nothing was looked for.

    Parameters
    ----------
    finding : mapping
        A finding as a study keeps it, with its `changes`.
    words : Words
        The language.
    """
    lines = tuple(
        " ".join(change_said(change, words.language)) for change in finding.get("changes", ())
    )
    return [Facts(((words.sentence("remedies.heading"), lines),))] if lines else []
