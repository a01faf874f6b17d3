"""Forms that come back: what was typed stays, and what is wrong is said at its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import ValidationError
from starlette.requests import Request

from api.errors import FIELD_LABELS, explain, explain_validation, status_of
from api.language import safe_language
from data.text import Language, Phrase, text
from gis.errors import GisError
from gis.exchange.coordinates import axis_of, degrees_typed
from propagation.errors import PropagationError
from propagation.itu import p2108, p2109

__all__ = [
    "REFUSALS",
    "Degrees",
    "FormState",
    "Refused",
    "Typed",
    "Wrong",
    "place_written",
    "typed_place",
]

REFUSALS = (ValidationError, GisError, PropagationError)
"""What a form may be refused for, and come back."""

_LONGEST = 4000
_PLACES: Mapping[str, str] = {
    "studies.too_many_pixels": "step_m",
    "studies.network_too_many_pixels": "step_m",
    "studies.network_too_many_stations": "reach_km",
    "studies.network_no_stations": "reach_km",
    "studies.network_no_frequencies": "lowest_mhz",
    "studies.network_none_in_band": "lowest_mhz",
    "mobile.several_areas": "longitude",
    "mobile.too_many": "band",
    "mobile.unit_without_place": "units",
    "channels.no_channel": "lowest_mhz",
    "channels.no_cell": "step_m",
    "channels.too_many_cells": "step_m",
    "studies.receiver_outside_model": "receiver_height_m",
    "studies.time_outside_model": "time_percent",
    "errors.broadcast_stations_unknown": "replaces",
    "studies.station_outside_frequency_mhz": "model",
    "studies.station_outside_height_above_ground_m": "model",
    "studies.environment_unused": "environment",
    "studies.irregularity_unused": "irregularity",
    "studies.clutter_in_model": "clutter_model",
    "studies.clutter_in_surface": "clutter_model",
    "studies.clutter_in_land_cover": "clutter_model",
}
"""Field at which a refusal is said, where its values do not name one."""
_ADDITIONS = {p2108.EDITION: "clutter_model", p2109.EDITION: "building_entry"}


async def _typed(request: Request) -> Mapping[str, str]:
    form = await request.form()
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


Typed = Annotated[Mapping[str, str], Depends(_typed)]
"""The texts of a form by the names of their fields."""

Degrees = Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)]
"""A side of a place in the address of a form, which it fills in."""


def typed_place(latitude: float | None, longitude: float | None) -> Mapping[str, str]:
    """Return the sides of a place, in degrees, as the fields of a form show them before typing."""
    place = {"latitude": latitude, "longitude": longitude}
    return {name: f"{value:.5f}" for name, value in place.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong with a form.

    Attributes
    ----------
    name : str
        Name of the field; empty where it is no field's.
    label : str
        What the page calls the field; empty where it is no field's.
    reason : str
        What is wrong.
    """

    name: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was refused.

    Attributes
    ----------
    status : int
        HTTP status of the answer.
    typed : mapping
        What was typed, by the names of the fields.
    wrong : sequence of Wrong
        What is wrong, at least one thing.
    """

    status: int
    typed: Mapping[str, str]
    wrong: Sequence[Wrong]

    @classmethod
    def of(
        cls,
        request: Request,
        typed: Mapping[str, str],
        error: Exception,
        labels: Mapping[str, str] = FIELD_LABELS,
    ) -> "Refused":
        """Return a form with what was wrong with it.

        Parameters
        ----------
        request : Request
            The request; its language is the reasons'.
        typed : mapping
            What was typed.
        error : Exception
            One of REFUSALS.
        labels : mapping, optional
            What the form calls its fields, as keys of sentences, by their names.
        """
        language = safe_language(request, page=True)
        kept = {name: value[:_LONGEST] for name, value in typed.items() if name != "csrf_token"}
        if isinstance(error, ValidationError):
            return cls(422, kept, _invalid(error, language))
        name = _place(error, labels)
        label = text(labels[name], language) if name in labels else ""
        wrong = Wrong(name if label else "", label, explain(_labelled(error, labels), language))
        return cls(status_of(error), kept, (wrong,))


@dataclass(frozen=True, slots=True)
class FormState:
    """One form of a page: empty, or as it came back.

    Attributes
    ----------
    name : str
        Name of the form, that of no other form of the page.
    refused : Refused or None
        What came back, where this is the form that was refused.
    usual : mapping
        What its fields show before anybody typed, by their names.
    """

    name: str
    refused: Refused | None = None
    usual: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Gather what is wrong by fields."""
        reasons: dict[str, str] = {}
        for one in () if self.refused is None else self.refused.wrong:
            reasons.setdefault(one.name, one.reason)
        object.__setattr__(self, "reasons", reasons)

    def id(self, name: str) -> str:
        """Return the identifier of a field in the page."""
        return f"{self.name}-{name}"

    def typed(self, name: str, usual: str = "") -> str:
        """Return what a field shows: what was typed, else the usual."""
        usual = self.usual.get(name, usual)
        return usual if self.refused is None else self.refused.typed.get(name, usual)

    def number_type(self, name: str) -> str:
        """Return the type of a field for a number; a browser shows other words as text only."""
        try:
            float(self.typed(name) or "0")
        except ValueError:
            return "text"
        return "number"


def place_written(given: Mapping[str, object]) -> dict[str, object]:
    """Return what a form says with its coordinates, typed in whatever form, as degrees.

    Raises
    ------
    FormatError
        If one cannot be read.
    """
    place = {name: str(value) for name, value in given.items() if axis_of(name) is not None}
    return {**given, **{name: degrees_typed(name, value) for name, value in place.items()}}


def _invalid(error: ValidationError, language: Language) -> Sequence[Wrong]:
    """Return what pydantic found, by field."""
    errors: list[Any] = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
    told = explain_validation(errors, language, page=True)
    names = [".".join(str(part) for part in one["loc"][1:]) for one in errors]
    return [
        Wrong(name if name in FIELD_LABELS else "", said["name"], said["reason"])
        for name, said in zip(names, told, strict=True)
    ]


def _place(error: Exception, labels: Mapping[str, str]) -> str:
    """Return the name of the field at which an error belongs; empty where it is none's."""
    if not isinstance(error, GisError):
        return ""
    if error.key.startswith("curves."):
        return "model"
    named = str(error.values.get("name"))
    if named in labels:
        return named
    return _ADDITIONS.get(str(error.values.get("model"))) or _PLACES.get(error.key, "")


def _labelled(error: Exception, labels: Mapping[str, str]) -> Exception:
    """Call parameters what the form calls them."""
    if not isinstance(error, GisError):
        return error
    values = {
        name: Phrase(labels[value])
        if name in {"name", "needed"} and isinstance(value, str) and value in labels
        else value
        for name, value in error.values.items()
    }
    return type(error)(error.key, **values)
