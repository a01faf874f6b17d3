"""What an officer may write into the register from a case: before and after, chosen one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.text import Language
from gis.desk.recording import Proposal, field_label, said_value
from gis.register.records import BroadcastStation
from gis.register.rows import record_digest
from gis.register.structures import Structure

__all__ = ["Recording", "chosen_values"]

_CHOSEN: Final = "write."
_VALUE: Final = "value."


@dataclass(frozen=True, slots=True)
class Recording:
    """A record of the register and the values that may be written into it.

    Attributes
    ----------
    kind : str
        `station` or `structure`.
    record : BroadcastStation or Structure
        As it is now.
    proposals : sequence of Proposal
        The values, in the order of the form.
    """

    kind: str
    record: BroadcastStation | Structure
    proposals: Sequence[Proposal]

    @property
    def digest(self) -> str:
        """What says which state of the record was seen."""
        return record_digest(self.record)

    def json(self, language: Language) -> dict[str, Any]:
        """Return it as JSON values, in words of a language."""
        return {
            "object": self.kind,
            "object_id": self.record.id,
            "object_name": self.record.name,
            "digest": self.digest,
            "values": [
                {
                    "name": one.field.name,
                    "label": field_label(one.field.name, language),
                    "kind": one.field.kind.value,
                    "choices": [
                        {"value": each, "text": said_value(each, language)}
                        for each in one.field.choices
                    ],
                    "now": one.now,
                    "now_text": said_value(one.now, language) if one.now else "",
                    "proposed": one.after,
                    "changes": one.changes,
                    "seen": one.said,
                }
                for one in self.proposals
            ],
        }


def chosen_values(typed: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a form that were chosen: `write.<field>` and `value.<field>`."""
    names = [one.removeprefix(_CHOSEN) for one in typed if one.startswith(_CHOSEN)]
    return {one: typed.get(f"{_VALUE}{one}", "").strip() for one in names}
