"""One object of a map and of its table twin, and the kind that it is of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from data.text import Language, text
from gis.register.records import Provenance
from maps.palette import Symbol

__all__ = ["Kind", "Row", "of_study", "present"]


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


def of_study(
    kind: Kind,
    at: Mapping[str, Any],
    name: str,
    origin: Provenance | str,
    told: Iterable[tuple[str, str]],
    *,
    owner: str = "",
    place: str = "",
) -> Row:
    """Return an object of a study, which has no page of its own: where it is, what is told of it.

    Parameters
    ----------
    at : mapping
        With `longitude` and `latitude`.
    told : iterable of pairs
        Label and value, both as words; what has no value is left out.
    """
    return Row(
        kind=kind,
        id="",
        name=name,
        code="",
        owner=owner,
        longitude=at["longitude"],
        latitude=at["latitude"],
        place=place,
        provenance=origin,
        details=tuple((label, value) for label, value in told if value),
    )


def present(language: Language, **values: str | None) -> tuple[tuple[str, str], ...]:
    """Return label and value of what is known, labels from the catalogue `maps`."""
    return tuple((_label(label, language), value) for label, value in values.items() if value)


@cache
def _label(name: str, language: Language) -> str:
    return text(f"maps.label_{name}", language)
