"""What a map says of a place: where it lies, what is received there, who disturbs that."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from data.text import Language, text
from gis.localities import Locality
from maps.words import Words

__all__ = ["here_answer"]


def here_answer(
    heard: Mapping[str, Any],
    now: Locality,
    before: Locality | None,
    language: Language | str = Language.VI,
    *,
    pages: bool = True,
) -> dict[str, Any]:
    """Return what `gis.studies.heard.heard_at` found at a place, in words.

    Parameters
    ----------
    heard : mapping
        Of `heard_at`.
    now, before : Locality
        Where the place lies today, and where it lay while there were districts.
    language : Language
        Language of the words.
    pages : bool
        Whether the caller may open the page of a path.

    Returns
    -------
    dict
        As `maps.point.point_answer`; a row may have an `href`, and a `fold` with the address of
        its loss terms and profile; `brief` says in a line each what is received best, what is
        disturbed most, and that it is a prediction.
    """
    words = Words(language)
    place = (heard["longitude"], heard["latitude"])
    sections = [_where(now, before, words)]
    for name in ("disturbed", "received"):
        rows = [_station(row, place, words, pages=pages) for row in heard[name]]
        if rows and name == "disturbed":
            rows.append(_row(_say(words, "here_complain"), "", href="/view/complaints"))
        if rows or name == "received":
            none = [] if rows else [_row(_say(words, "here_none"), "")]
            heading = _say(words, f"here_{name}", count=len(heard[name]))
            sections.append({"heading": heading, "rows": rows or none})
    if heard["not_assessed"]:
        lacking = ", ".join(one["name"] for one in heard["not_assessed"])
        rows = [_row(_say(words, "here_lacking"), lacking)]
        sections.append({"heading": _say(words, "here_not_assessed"), "rows": rows})
    stamps = (
        ("stamp_synthetic", heard["synthetic"]),
        ("stamp_flat", heard["terrain"]["flat"]),
    )
    latitude, longitude = (words.number(heard[name], 5) for name in ("latitude", "longitude"))
    notes = [
        _say(words, "stamp_prediction"),
        _how(heard, words),
    ]
    if heard["left_out"]:
        notes.append(_say(words, "here_left_out", count=heard["left_out"]))
    return {
        "heading": _say(words, "point_title", latitude=latitude, longitude=longitude),
        "brief": [*_brief(heard, words), _say(words, "here_forecast")],
        "stamps": [_say(words, key) for key, holds in stamps if holds],
        "sections": sections,
        "notes": notes,
    }


def _brief(heard: Mapping[str, Any], words: Words) -> Iterator[str]:
    if heard["received"]:
        best = heard["received"][0]
        told = words.value("field_dbuvm", round(best["field_dbuvm"], 1))
        yield _say(words, "here_best", **_called(best, words), field=told)
    else:
        yield _say(words, "here_none")
    short = [one for one in heard["disturbed"] if one["margin_db"] is not None]
    if short:
        worst = min(short, key=lambda one: float(one["margin_db"]))
        told = words.value("margin_db", round(abs(worst["margin_db"]), 1))
        yield _say(words, "here_worst", **_called(worst, words), margin=told)


def _called(row: Mapping[str, Any], words: Words) -> dict[str, str]:
    return {"name": row["name"], "frequency": words.number(row["frequency_mhz"])}


def _say(words: Words, key: str, **values: object) -> str:
    return text(f"maps.{key}", words.language, **values)


def _how(heard: Mapping[str, Any], words: Words) -> str:
    """Return how it was computed, and which field is enough here."""
    enough = {name: words.number(value) for name, value in heard["minimums_dbuvm"].items()}
    return _say(
        words,
        "here_how",
        within=words.number(heard["within_km"]),
        model=heard["model"],
        area=_say(words, f"area.{heard['area']}"),
        **enough,
    )


def _row(label: str, value: str, note: str = "", href: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note, "href": href}


def _where(now: Locality, before: Locality | None, words: Words) -> dict[str, Any]:
    rows = [_row(_say(words, "here_now"), _names(now, words), _about(now, words))]
    if before is not None and before.communes:
        rows.append(_row(_say(words, "here_before"), _names(before, words), _about(before, words)))
    return {"heading": _say(words, "here_place"), "rows": rows}


def _names(where: Locality, words: Words) -> str:
    units = (where.commune, where.district, where.province)
    named = [unit.name for unit in units if unit is not None]
    return ", ".join(named) or _say(words, "here_unknown")


def _about(where: Locality, words: Words) -> str:
    """Return how sure that is, empty where an official outline says so."""
    if where.certain or not where.communes:
        return ""
    others = [unit.name for unit in where.communes[1:4]]
    if others:
        return _say(words, "here_or", names=", ".join(others))
    return _say(words, "here_approximate")


def _station(
    row: Mapping[str, Any], place: tuple[float, float], words: Words, *, pages: bool
) -> dict[str, Any]:
    longitude, latitude = place
    asked = {"station": row["station_id"], "longitude": longitude, "latitude": latitude}
    name = _say(
        words,
        "point_interferer",
        name=row["name"],
        frequency=words.number(row["frequency_mhz"]),
    )
    value = words.value("field_dbuvm", round(row["field_dbuvm"], 1))
    href = f"/view/path?{urlencode(asked)}" if pages else ""
    fold = {
        "href": f"/map/path?{urlencode(asked | {'lang': words.language.value})}",
        "label": _say(words, "here_path"),
        "waiting": _say(words, "studies_loading"),
        "failed": _say(words, "point_failed"),
    }
    return _row(name, value, _margin(row, words), href) | {"fold": fold}


def _margin(row: Mapping[str, Any], words: Words) -> str:
    if row["dominant"] is None or row["margin_db"] is None:
        return _say(words, "here_undisturbed")
    other = row["dominant"]
    return _say(
        words,
        "here_margin" if row["margin_db"] >= 0 else "here_short",
        margin=words.value("margin_db", round(abs(row["margin_db"]), 1)),
        name=other["name"],
        frequency=words.number(other["frequency_mhz"]),
    )
