"""Who fetched an original or a package of evidence of a case; what is not noted is not given."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select

from gis.register import engine, moments
from gis.register.schema import desk_downloads
from gis.register.store import Register

__all__ = ["EVIDENCE", "ORIGINAL", "Download", "downloads_of", "note_download"]

ORIGINAL: Final = "original"
"""A file as it was sent."""
EVIDENCE: Final = "evidence"
"""The package of evidence."""

_LISTED: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One file or package that somebody fetched.

    Attributes
    ----------
    account : str
        Who.
    organisation_id : str or None
        Of which organisation.
    at : datetime
        When, UTC.
    what, name : str
        `original` or `evidence`, and what it is called.
    sha256 : str
        Hash of what was given.
    """

    account: str
    organisation_id: str | None
    at: datetime
    what: str
    name: str
    sha256: str


def note_download(
    register: Register,
    case_id: str,
    *,
    account: str,
    organisation_id: str | None,
    what: str,
    name: str,
    sha256: str,
) -> None:
    """Note that something of a case is given to somebody."""
    row = {
        "case_id": case_id,
        "account": account,
        "organisation_id": organisation_id,
        "at": moments.to_text(moments.now()),
        "what": what,
        "name": name,
        "sha256": sha256,
    }
    with engine.writing(register.engine) as connection:
        connection.execute(insert(desk_downloads), [row])


def downloads_of(register: Register, case_id: str) -> list[Download]:
    """Return who fetched what of a case, the newest first."""
    log = desk_downloads
    names = [log.c[one.name] for one in fields(Download)]
    query = select(*names).where(log.c.case_id == case_id)
    with engine.reading(register.engine) as connection:
        found = connection.execute(query.order_by(log.c.sequence.desc()).limit(_LISTED))
        rows = [dict(row) for row in found.mappings()]
    return [Download(**{**row, "at": moments.from_text(row["at"])}) for row in rows]
