"""The evidence of a dispute, frozen: the text that was handed in, and its SHA-256.

What goes in (version of the register, occupancy, prices, calculation) is gathered by whoever
records the event. It is kept as text, so that nothing that is read later can differ from it.
"""

import hashlib
import json
from collections.abc import Mapping

from gis.cases.records import SharingEvent
from gis.errors import FormatError, StorageError

__all__ = ["EVIDENCE", "freeze", "frozen_of", "sha256_of"]

EVIDENCE = "evidence"
"""The detail of the event *escalated* that holds it."""


def freeze(evidence: Mapping[str, object]) -> dict[str, str]:
    """Return evidence as an event keeps it: its text and the SHA-256 of that.

    Raises
    ------
    FormatError
        If it is not made of JSON values.
    """
    try:
        told = json.dumps(evidence, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise FormatError("requests.evidence_not_json", detail=str(error)[:200]) from error
    return {"text": told, "sha256": _digest(told)}


def sha256_of(event: SharingEvent) -> str | None:
    """Return the SHA-256 of the evidence of an event, None where it froze none."""
    kept = event.details.get(EVIDENCE)
    return str(kept["sha256"]) if isinstance(kept, Mapping) else None


def frozen_of(event: SharingEvent) -> str | None:
    """Return the evidence of an event as it was frozen, None where it froze none.

    Raises
    ------
    StorageError
        If it is not any more what it was.
    """
    kept = event.details.get(EVIDENCE)
    if not isinstance(kept, Mapping):
        return None
    told = str(kept["text"])
    if _digest(told) != kept["sha256"]:
        raise StorageError("requests.evidence_changed", sequence=event.sequence)
    return told


def _digest(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()
