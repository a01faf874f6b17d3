"""Values of a case that an officer writes into the register, one by one, with what stood before.

What is written goes through the register's one way of change, in the transaction of the event: the
history names the case, and the write can be taken back. A record that changed since it was seen is
refused. Nothing is written that nobody chose.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from data.text import Language, has, text, when
from gis.cases.details import read_details
from gis.cases.procedure import Field
from gis.errors import ConflictError, FormatError
from gis.register.records import BroadcastStation
from gis.register.rows import record_digest
from gis.register.structures import Structure
from gis.register.writing import Writer
from propagation.profile import Polarization
from propagation.units import dbw_from_w, w_from_dbw

__all__ = [
    "FLAG",
    "Proposal",
    "field_label",
    "reader_of",
    "require_seen",
    "said_value",
    "told_values",
    "typed_of",
    "write_values",
    "written_reason",
]

Recorded = BroadcastStation | Structure

FLAG: Final = ("yes", "no")
_WATTS: Final = {"licence_erp_total_w": "licence_erp_total_dbw"}
_LONGEST_REASON: Final = 300
_DIGITS: Final = ".9g"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One value that may be written.

    Attributes
    ----------
    field : Field
        Which, and what it may be.
    now : str
        As the register has it, as a form shows it; empty where it has none.
    after : str
        What is proposed; empty where nothing is.
    said : str
        What the proposal rests on, in words; empty where nothing is to be said.
    """

    field: Field
    now: str
    after: str
    said: str = ""

    @property
    def changes(self) -> bool:
        """Whether the proposal is another value than the register's."""
        return bool(self.after) and self.after != self.now


def reader_of(fields: Sequence[Field]) -> Callable[[object], dict[str, object]]:
    """Return what judges chosen values by the fields that they may be of.

    Parameters
    ----------
    fields : sequence of Field
        The fields; none is required, and at least one must be stated.
    """

    def read(given: object) -> dict[str, object]:
        if not isinstance(given, Mapping) or not all(isinstance(one, str) for one in given):
            raise FormatError("desk.values_malformed", name="values")
        empty = next((name for name, value in given.items() if value in ("", None)), None)
        if empty is not None:
            raise FormatError("requests.field_absent", name=str(empty)[:60])
        found = read_details(fields, given)
        if not found:
            raise FormatError("desk.values_none", name="values")
        return found

    return read


def told_values(values: Mapping[str, Any], language: Language) -> str:
    """Return values in a sentence: the name of each, and what it is."""
    return "; ".join(
        f"{field_label(name, language)}: {said_value(value, language)}"
        for name, value in values.items()
    )


def field_label(name: str, language: Language) -> str:
    """Return what a field of the register is called in a language."""
    return text(f"register.field.{name}", language)


def said_value(value: object, language: Language) -> str:
    """Return a value of a form in words of a language."""
    if isinstance(value, str) and value in FLAG:
        return text(f"desk_inspection.{value}", language)
    if isinstance(value, str) and has(f"register.polarization.{value}"):
        return text(f"register.polarization.{value}", language)
    if isinstance(value, date):
        return when(value, language)
    return text("requests.value", language, value=value)


def typed_of(record: Recorded, name: str) -> str:
    """Return a value of a record as a form shows it; empty where it has none."""
    value = getattr(record, _WATTS.get(name, name))
    if value is None:
        return ""
    if name in _WATTS:
        return f"{float(w_from_dbw(value)):.6g}"
    if isinstance(value, bool):
        return FLAG[0] if value else FLAG[1]
    return format(value, _DIGITS) if isinstance(value, float) else str(value)


def require_seen(record: Recorded, seen: object) -> None:
    """Refuse to change a record that is not any more what the caller saw.

    Raises
    ------
    ConflictError
        If it changed.
    """
    if record_digest(record) != seen:
        raise ConflictError("errors.record_changed", id=record.id)


def write_values(
    writer: Writer, old: Recorded, values: Mapping[str, object], **more: Any
) -> Mapping[str, object]:
    """Write chosen values of a record that is as the caller saw it.

    Parameters
    ----------
    writer : Writer
        The write of the event.
    old : record
        The station or structure as it is.
    values : mapping
        What `reader_of` returned.
    **more
        Fields of the record that go with them.

    Returns
    -------
    mapping
        The number of the write, for the event.

    Raises
    ------
    FormatError
        If all of it stands there already.
    """
    kept = {_WATTS.get(name, name): _kept(name, value) for name, value in values.items()}
    new = replace(old, **kept)
    if new == old:
        raise FormatError("desk.values_same", name="values")
    new = replace(new, **more)
    if isinstance(new, BroadcastStation) and isinstance(old, BroadcastStation):
        writer.update_stations([new], [old])
    elif isinstance(new, Structure) and isinstance(old, Structure):
        writer.update_structures([new], [old])
    return {"revision": writer.revision() + 1}


def _kept(name: str, value: object) -> Any:
    """Return a value as the record keeps it."""
    if name in _WATTS:
        return float(dbw_from_w(float(str(value))))
    if value in FLAG:
        return value == FLAG[0]
    if name.endswith("polarization"):
        return Polarization(str(value))
    if isinstance(value, str) and name.endswith(("_from", "_to", "_on")):
        return date.fromisoformat(value)
    return value


def written_reason(key: str, **values: object) -> str:
    """Return why a record is changed, in Vietnamese, as the history keeps it."""
    return text(key, Language.VI, **values)[:_LONGEST_REASON]
