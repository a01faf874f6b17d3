"""One object of a map and of its table twin, and the kind that it is of."""

from dataclasses import dataclass
from functools import cache

from data.text import Language, text
from gis.register.records import Provenance
from maps.palette import Symbol

__all__ = ["Kind", "Row", "present"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object, with its own symbol and its own switch on the map."""

    id: str
    label: str
    group: str
    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Row:
    """One object.

    Attributes
    ----------
    provenance : Provenance or str
        Where it is known from; in words where it is no record.
    details : tuple of pairs
        Label and value, both as words.
    """

    kind: Kind
    id: str
    name: str
    code: str
    owner: str
    longitude: float
    latitude: float
    place: str
    provenance: Provenance | str
    details: tuple[tuple[str, str], ...]

    @property
    def synthetic(self) -> bool:
        """Whether it is demonstration data."""
        return isinstance(self.provenance, Provenance) and self.provenance.synthetic


def present(language: Language, **values: str | None) -> tuple[tuple[str, str], ...]:
    """Return label and value of what is known, labels from the catalogue `maps`."""
    return tuple((_label(label, language), value) for label, value in values.items() if value)


@cache
def _label(name: str, language: Language) -> str:
    return text(f"maps.label_{name}", language)
