"""The explanation of one point as the map page shows it: labelled words, nothing to compute."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data.text import Language, text
from maps.words import Words

__all__ = ["NAMELESS", "point_answer", "term_row"]

NAMELESS = frozenset({"transhorizon", "propagation_mode"})
"""Parameters that are words, and have no symbol."""

_SECTION = re.compile(
    r"(?P<source>.+, )?section (?P<section>\S+)(?: of Attachment (?P<attachment>\S+))?"
)
_MOST_INTERFERERS = 8


def point_answer(
    explanation: Mapping[str, Any],
    language: Language | str = Language.VI,
    *,
    synthetic: bool = False,
) -> dict[str, Any]:
    """Return what `gis.studies.point.explain` or `explain_path` found, in words.

    Parameters
    ----------
    explanation : mapping
        Of `explain`, with `path` and `interference`, or of `explain_path` alone.
    language : Language
        Language of the words.
    synthetic : bool
        Whether the station is demonstration data; the answer is stamped then.

    Returns
    -------
    dict
        `heading`, `stamps`, `notes`, and `sections`, each with a `heading` and `rows` of `label`,
        `value` and `note` (symbol and equation in the Recommendation); JSON values.
    """
    words = Words(language)
    path = explanation.get("path", explanation)
    sections = [_result(path, words)]
    if explanation.get("interference"):
        sections += list(_interference(explanation["interference"], words))
    sections += [_losses(found, words) for found in path["predictions"] if found["terms"]]
    if path["predictions"][0]["parameters"]:
        sections.append(_parameters(path, words))
    notes = [remark[words.language.value] for remark in path.get("remarks", ())]
    notes += [_say(words, "stamp_prediction"), _say(words, "point_model", model=path["model"])]
    return {
        "heading": _say(
            words,
            "point_title",
            latitude=words.number(path["latitude"], 5),
            longitude=words.number(path["longitude"], 5),
        ),
        "stamps": [
            _say(words, key)
            for key, holds in (
                ("stamp_synthetic", synthetic),
                ("stamp_flat", path["terrain"]["flat"]),
            )
            if holds
        ],
        "sections": sections,
        "notes": notes,
    }


def _say(words: Words, key: str, **values: object) -> str:
    return text(f"maps.{key}", words.language, **values)


def _row(label: str, value: str, note: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note}


def _result(path: Mapping[str, Any], words: Words) -> dict[str, Any]:
    rows = [
        _row(
            _say(words, "point_field", percent=found["time_percent"]),
            words.value("field_dbuvm", _rounded(found["field_strength_dbuvm"])),
        )
        for found in path["predictions"]
    ]
    rows += [
        _row(_say(words, "point_distance"), words.value("distance_km", path["distance_km"])),
        _row(_say(words, "point_azimuth"), words.value("azimuth_deg", path["azimuth_deg"])),
        _row(_say(words, "point_erp"), words.value("erp_dbw", path["erp_dbw"])),
    ]
    if "departure" in path:
        leaving = path["departure"]
        rows += [
            _row(
                _say(words, f"point_departure_{leaving['towards']}"),
                words.value("elevation_deg", _rounded(leaving["elevation_deg"], 2)),
                "theta_t" if leaving["towards"] == "horizon" else "",
            ),
            _row(
                _say(words, "point_departure_attenuation"),
                words.value("attenuation_db", _rounded(leaving["attenuation_db"])),
            ),
        ]
    if path["method"] == "free_space":
        rows.append(_row(_say(words, "point_method"), _say(words, "point_free_space")))
    return {"heading": _say(words, "point_result", station=path["station"]), "rows": rows}


def _losses(found: Mapping[str, Any], words: Words) -> dict[str, Any]:
    heading = _say(words, "point_losses", percent=found["time_percent"])
    return {"heading": heading, "rows": [_term(term, words) for term in found["terms"]]}


def _parameters(path: Mapping[str, Any], words: Words) -> dict[str, Any]:
    terms: Sequence[Mapping[str, Any]] = path["predictions"][0]["parameters"]
    return {
        "heading": _say(words, "point_parameters"),
        "rows": [_term(term, words) for term in terms],
    }


def term_row(term: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Return label, value and place in its source of a loss term or a parameter."""
    name, value = term["name"], term["value"]
    if isinstance(value, str):
        said = words.sentence(f"maps.{name}.{value}")
    elif name == "transhorizon" and value is not None:
        said = _say(words, "point_transhorizon" if value else "point_line_of_sight")
    else:
        said = words.value(name, _rounded(value, 3 if name.endswith("interpolation") else 2))
    return {
        "label": words.sentence(f"maps.term.{name}"),
        "value": said,
        "where": _where(term["equation"], words),
    }


def _where(equation: str, words: Words) -> str:
    """Return the place of an equation; sections and attachments in the language."""
    found = _SECTION.fullmatch(equation)
    if found is None:
        return equation
    key = "point_section" if found["attachment"] is None else "point_section_of"
    told = {"section": found["section"], "attachment": found["attachment"] or ""}
    return f"{found['source'] or ''}{_say(words, key, **told)}"


def _term(term: Mapping[str, Any], words: Words) -> dict[str, str]:
    row = term_row(term, words)
    symbol = "" if term["name"] in NAMELESS else f"{term['symbol']}; "
    return _row(row["label"], row["value"], f"{symbol}{row['where']}")


def _interference(found: Mapping[str, Any], words: Words) -> Iterator[dict[str, Any]]:
    state = "served" if found["served"] else "interfered" if found["interfered"] else "below"
    rows = [
        _row(_say(words, "point_state"), _say(words, f"point_state_{state}")),
        _row(
            _say(words, "point_minimum", area=_say(words, f"area.{found['area']}")),
            words.value("minimum_dbuvm", found["minimum_field_dbuvm"]),
        ),
    ]
    for name in ("usable_simplified", "usable_power_sum"):
        value = _rounded(found[f"{name}_dbuvm"])
        rows.append(_row(_say(words, f"point_{name}"), words.value("usable_dbuvm", value)))
    margin = words.value("margin_db", _rounded(found["margin_db"]))
    rows.append(_row(_say(words, "point_margin"), margin))
    yield {"heading": _say(words, "point_interference"), "rows": rows}
    others = [_interferer(row, words) for row in found["interferers"][:_MOST_INTERFERERS]]
    others += [
        _row(item["name"], _say(words, "point_not_assessed")) for item in found["not_assessed"]
    ]
    if others:
        yield {"heading": _say(words, "point_interferers"), "rows": others}


def _interferer(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    key = "point_dominant" if row["dominant"] else "point_nuisance"
    return _row(
        _say(words, "point_interferer", name=row["name"], frequency=row["frequency_mhz"]),
        _say(words, key, field=words.value("field_dbuvm", _rounded(row["nuisance_field_dbuvm"]))),
        _say(
            words,
            "point_spacing",
            spacing=row["spacing_khz"],
            ratio=words.number(row["protection_ratio_db"], 1),
            persistence=_say(words, f"persistence.{row['persistence']}"),
        ),
    )


def _rounded(value: float | None, decimals: int = 1) -> float | None:
    return None if value is None else round(value, decimals)
