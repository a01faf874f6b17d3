"""A study's pictures as layers of the map of the register: legend, pictures, values, files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from data.text import Language, number, text
from gis.home import Home
from gis.raster_value import value_at
from gis.studies.record import Study, file_path
from maps.layers import picture_payload
from maps.legend import layer_groups
from maps.legend_parts import Group
from maps.tables import Table
from maps.views import RegisterView
from maps.words import Words

__all__ = ["layer_files", "layer_json", "layer_values", "other_day"]

_GROUPS: Final = frozenset({"coverage", "interference", "network", "mobile"})

_FILES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = MappingProxyType(
    {
        "coverage": {"coverage": ("coverage.tif", "field_dbuvm")},
        "interference": {
            "dominant": ("dominant.tif", "interferer"),
            "margin": ("interference.tif", "margin_db"),
        },
        "network": {
            "strongest": ("strongest.tif", "field_dbuvm"),
            "server": ("server.tif", "station"),
            "margin": ("margin.tif", "margin_db"),
            "interferer": ("dominant.tif", "station"),
            "count": ("count.tif", "count"),
        },
        "mobile": {
            "mobile-server": ("server.tif", "station"),
            "mobile-level": ("level.tif", "level_dbm"),
            "mobile-sites": ("sites.tif", "count"),
            "mobile-operators": ("operators.tif", "count"),
        },
    }
)
"""The raster of each layer of each kind of study, and what its numbers are."""


def layer_files(study: Study) -> dict[str, str]:
    """Return the GeoTIFF of each layer of a study, by the layer's name."""
    return {
        layer: file
        for layer, (file, _) in _FILES.get(study.kind, {}).items()
        if file in study.files
    }


def layer_json(study: Study, view: RegisterView, language: Language) -> dict[str, Any]:
    """Return a study's layers as the page's script draws them: legend, pictures, files.

    Parameters
    ----------
    study : Study
        The study.
    view : RegisterView
        Its pictures alone.
    language : Language
        Language of the words.
    """
    groups = layer_groups(view, Table([], language), language)
    files = layer_files(study)
    stamps = [
        text(f"maps.{key}", language)
        for key, holds in (
            ("stamp_synthetic", view.synthetic),
            ("stamp_flat", view.flat_terrain),
        )
        if holds
    ]
    models = {one.model for one in view.studies}
    return {
        "id": study.id,
        "layers": [_layer(each, files) for each in _layers(groups)],
        "stamps": stamps,
        "note": text("maps.stamp_prediction", language),
        "source": text("maps.study_source", language, model=", ".join(models), study=study.id),
        **picture_payload(view, language),
    }


def other_day(study: Study, on: date | None, language: Language) -> tuple[str, ...]:
    """Return the stamp of a study of the register of another day than the one on the map.

    Parameters
    ----------
    study : Study
        The study.
    on : date or None
        The day that the map shows; None where nobody says.
    language : Language
        Language of the words.
    """
    of = date.fromisoformat(study.inputs["on"])
    if on is None or of == on:
        return ()
    return (text("maps.stamp_other_day", language, of=of, on=on),)


def _layers(groups: Sequence[Group]) -> Iterator[dict[str, Any]]:
    for group in groups:
        if group.id in _GROUPS:
            yield from (asdict(layer) for layer in group.layers)


def _layer(layer: dict[str, Any], files: Mapping[str, str]) -> dict[str, Any]:
    names = ("id", "label", "shown", "legend", "notes")
    return {name: layer[name] for name in names} | {"file": files.get(layer["id"])}


def layer_values(
    study: Study, longitude: float, latitude: float, home: Home, language: Language
) -> dict[str, Any]:
    """Return what the layers of a study say of a place, as a section of the map's answer.

    Parameters
    ----------
    study : Study
        The study.
    longitude, latitude : float
        The place, WGS 84 degrees.
    home : Home
        Where its files are.
    language : Language
        Language of the words.
    """
    words = Words(language)
    rows = []
    for layer, file in layer_files(study).items():
        value = value_at(file_path(study, file, home), longitude, latitude)
        told = _said(study, _FILES[study.kind][layer][1], value, words)
        rows.append({"label": _label(study, layer, language), "value": told, "note": ""})
    rows[0]["note"] = text("maps.study_values_of_cell", language)
    return {"heading": text("maps.study_values", language), "rows": rows}


def _label(study: Study, layer: str, language: Language) -> str:
    if study.kind == "mobile":
        return text(f"mobile.layer_{layer.removeprefix('mobile-')}", language)
    if study.kind == "network":
        return text(f"maps.layer_network_{layer}", language)
    station = study.inputs["station"]["name"]
    return text(f"maps.layer_{layer}", language, station=station)


def _said(study: Study, meaning: str, value: float | None, words: Words) -> str:
    if value is None or (meaning in ("station", "interferer") and value < 0):
        return text("maps.study_no_value", words.language)
    if meaning == "count":
        return number(round(value), words.language)
    if meaning == "station":
        return str(study.inputs["stations"][round(value)]["name"])
    if meaning == "interferer":
        return str(study.results["interferers"][round(value)]["name"])
    return words.value(meaning, round(value, 1))
