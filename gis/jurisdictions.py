"""Whose department this is, on a given day: data, never code."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from data import path
from data.text import Language
from gis.errors import NotFoundError
from propagation.compliance.records import Confidence

__all__ = ["Jurisdiction", "jurisdiction", "jurisdiction_on", "jurisdictions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """A department and its province during a span of time.

    Attributes
    ----------
    id : str
        Stable identifier.
    province_code : str
        Code of the province among the administrative units valid `on`.
    on : date
        The day that studies judge when nobody says another.
    valid_from, valid_to : date or None
        First and last day; None is open.
    instrument, clause, source : str
        What makes it so, and where that was read.
    crs_epsg : tuple of int
        Projected systems that its owners' files may use; more than one where the meridian is not
        settled.
    neighbours : tuple of str
        Codes of the provinces around it on the same day.
    longitude, latitude : float
        Middle of its map, WGS 84 degrees.
    seat_name, seat_longitude, seat_latitude
        Where the department sits.
    """

    id: str
    province_code: str
    name_vi: str
    name_en: str
    department_vi: str
    department_en: str
    on: date
    valid_from: date | None
    valid_to: date | None
    instrument: str
    clause: str
    source: str
    confidence: Confidence
    note_vi: str
    note_en: str
    crs_epsg: tuple[int, ...]
    neighbours: tuple[str, ...]
    longitude: float
    latitude: float
    seat_name: str
    seat_longitude: float
    seat_latitude: float

    def name(self, language: Language | str = Language.VI) -> str:
        """Return the province's name in a language."""
        return self.name_en if language == Language.EN else self.name_vi

    def department(self, language: Language | str = Language.VI) -> str:
        """Return the department's name in a language."""
        return self.department_en if language == Language.EN else self.department_vi

    def note(self, language: Language | str = Language.VI) -> str:
        """Return what a reader of its data must know, in a language."""
        return self.note_en if language == Language.EN else self.note_vi

    def covers(self, on: date) -> bool:
        """Return whether the department held its duties on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_to is None or on <= self.valid_to
        )


def jurisdictions(folder: Path | None = None) -> tuple[Jurisdiction, ...]:
    """Return every jurisdiction, the oldest first.

    Parameters
    ----------
    folder : Path, optional
        Folder of TOML files in place of the packaged ones.
    """
    return _read(folder or path("jurisdictions"))


def jurisdiction(jurisdiction_id: str, folder: Path | None = None) -> Jurisdiction:
    """Return one jurisdiction.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    for found in jurisdictions(folder):
        if found.id == jurisdiction_id:
            return found
    raise NotFoundError("register.jurisdiction_unknown", id=jurisdiction_id)


def jurisdiction_on(on: date, folder: Path | None = None) -> Jurisdiction:
    """Return the jurisdiction in charge on a day.

    Parameters
    ----------
    on : date
        The day.
    folder : Path, optional
        Folder of TOML files in place of the packaged ones.

    Raises
    ------
    NotFoundError
        If none covers the day.
    """
    for found in reversed(jurisdictions(folder)):
        if found.covers(on):
            return found
    raise NotFoundError("register.jurisdiction_none_on", on=on)


@cache
def _read(folder: Path) -> tuple[Jurisdiction, ...]:
    found = [_one(file) for file in sorted(folder.glob("*.toml"))]
    return tuple(sorted(found, key=lambda item: (item.valid_from or date.min, item.id)))


def _one(file: Path) -> Jurisdiction:
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    seat = content.pop("seat")
    return Jurisdiction(
        **{
            **content,
            "valid_from": content.get("valid_from"),
            "valid_to": content.get("valid_to"),
            "confidence": Confidence(content["confidence"]),
            "crs_epsg": tuple(content["crs_epsg"]),
            "neighbours": tuple(content["neighbours"]),
            "seat_name": seat["name"],
            "seat_longitude": seat["longitude"],
            "seat_latitude": seat["latitude"],
        }
    )
