"""Where the department is reached: what administrators entered, and every version of it.

It is one small record that the history itself holds: what its newest change says is what holds
now, so that each change can be taken back, and a backup or a move carries it as all history.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Final

from data.text import CONTROL
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.register import engine
from gis.register.history import Change, note_change
from gis.register.store import Register

__all__ = [
    "HISTORY",
    "MOST",
    "Contact",
    "contact_of",
    "former_contacts",
    "keep_contact",
    "read_contact",
    "take_back_contact",
]

HISTORY: Final = "department_contact"
"""What the history calls it; no table of the register holds it."""

MOST: Final[Mapping[str, int]] = {
    "address": 300,
    "telephone": 60,
    "email": 120,
    "hours": 200,
    "centre": 300,
}
"""The longest text of each field, in characters."""

_RECORD: Final = "department"
_TELEPHONE: Final = re.compile(r"\+?[0-9][0-9 .()-]{4,}[0-9]")
_EMAIL: Final = re.compile(
    r"[A-Za-z0-9._+-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where the department is reached; what is not known is empty.

    Attributes
    ----------
    address : str
        Postal address, one line.
    telephone, email : str
        One of each.
    hours : str
        When somebody receives visitors.
    centre : str
        The regional radio frequency centre, to which a complaint of interference may go too:
        name, address, telephone, one line.
    """

    address: str = ""
    telephone: str = ""
    email: str = ""
    hours: str = ""
    centre: str = ""

    def __bool__(self) -> bool:
        """Whether anything is known."""
        return any(asdict(self).values())

    @property
    def dialled(self) -> str:
        """The telephone as a `tel:` link names it: digits, with a plus before a country's."""
        return re.sub(r"[^+0-9]", "", self.telephone)

    @property
    def version(self) -> str:
        """SHA-256 of what it says."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def read_contact(typed: Mapping[str, str]) -> tuple[Contact, list[tuple[str, FormatError]]]:
    """Return what a form says, and which fields cannot be taken, with why."""
    values = {one.name: " ".join(typed.get(one.name, "").split()) for one in fields(Contact)}
    wrong: list[tuple[str, FormatError]] = []
    for name, value in values.items():
        if len(value) > MOST[name] or CONTROL.search(value):
            wrong.append((name, FormatError("infrastructure.not_text", most=MOST[name])))
    for name, form in (("telephone", _TELEPHONE), ("email", _EMAIL)):
        if values[name] and name not in dict(wrong) and not form.fullmatch(values[name]):
            wrong.append((name, FormatError(f"department.{name}_wrong", value=values[name])))
    return Contact(**values), wrong


def contact_of(register: Register) -> Contact:
    """Return what holds now; empty where nothing was entered."""
    newest = register.changes(table_name=HISTORY, record_id=_RECORD, limit=1)
    return _contact(newest[0].new if newest else None)


def former_contacts(register: Register, limit: int) -> list[tuple[Change, Contact]]:
    """Return the changes, the newest first, each with what held before it."""
    found = register.changes(table_name=HISTORY, record_id=_RECORD, limit=limit)
    return [(one, _contact(one.old)) for one in found]


def keep_contact(register: Register, contact: Contact, *, seen: str, author: str) -> None:
    """Put a contact in the place of the one that holds; the same again is no change.

    Parameters
    ----------
    register : Register
        The register.
    contact : Contact
        As `read_contact` gave it, nothing wrong.
    seen : str
        `version` of what the author saw.
    author : str
        Who changes it.

    Raises
    ------
    ConflictError
        If somebody changed it meanwhile.
    """
    with engine.writing(register.engine) as connection:
        before = contact_of(register)
        if before.version != seen:
            raise ConflictError("department.changed")
        if before != contact:
            note_change(
                connection,
                author=author,
                reason="department",
                table_name=HISTORY,
                record_id=_RECORD,
                old=asdict(before) if before else None,
                new=asdict(contact) if contact else None,
            )


def take_back_contact(register: Register, revision: int, *, seen: str, author: str) -> None:
    """Put back what held before a change, as a change of its own.

    Raises
    ------
    NotFoundError
        If there was no such change.
    ConflictError
        As `keep_contact`.
    """
    known = register.changes(table_name=HISTORY, record_id=_RECORD)
    found = [one for one in known if one.revision == revision]
    if not found:
        raise NotFoundError("department.revision_unknown", revision=revision)
    keep_contact(register, _contact(found[0].old), seen=seen, author=author)


def _contact(row: Mapping[str, str] | None) -> Contact:
    return Contact(**(row or {}))
