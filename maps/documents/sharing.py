"""Report of a search for supports to share: what would do, in which order and why."""

from collections.abc import Mapping
from typing import Any

from maps.documents.common import Source, assemble
from maps.documents.content import Block, Facts, Figure, Paragraph, Report, Section, Table
from maps.figure_views import SupportsView
from maps.support_figure import supports_svg
from maps.words import Words

__all__ = ["reason_said", "sharing_report", "supports_map", "unseen_said", "wanted_facts"]

_COLUMNS = (
    "place",
    "support",
    "owner",
    "distance",
    "height",
    "free",
    "covered",
    "rent",
    "fit",
    "reasons",
)
_WANTED = (
    "height_m",
    "frequency_mhz",
    "bandwidth_khz",
    "erp_dbw",
    "minimum_dbuvm",
    "wanted_percent",
    "location_percent",
    "receiver_height_m",
    "wind_area_m2",
    "weight_kg",
    "radius_km",
    "within_km",
)


def sharing_report(source: Source) -> Report:
    """Return the report of a search for supports."""
    words = source.words
    sections = [
        Section(_say(words, "conclusion"), _conclusion(source)),
        Section(_say(words, "table"), [*supports_map(source), *_supports(source)]),
        Section(_say(words, "wanted"), wanted_facts(source)),
    ]
    return assemble(
        source, _say(words, "title"), sections, signed=bool(source.results["supports"])
    )


def _say(words: Words, key: str, **values: object) -> str:
    return words.sentence(f"supports.{key}", values)


def _conclusion(source: Source) -> list[Block]:
    words, results = source.words, source.results
    count = results["conclusion_count"]
    blocks: list[Block] = [
        Paragraph(_say(words, f"conclusion_{results['conclusion']}", count=count), strong=True),
        Paragraph(_say(words, "prediction")),
    ]
    return [*blocks, *unseen_said(source, results)]


def unseen_said(source: Source, counts: Mapping[str, Any]) -> list[Block]:
    """Return what is said of supports that were not shown or not looked at, and of precision."""
    words, precision = source.words, source.inputs["precision"]
    blocks: list[Block] = []
    if counts["unseen"]:
        told = {"count": counts["unseen"], "step": precision["unseen"]}
        blocks.append(Paragraph(_say(words, "unseen", **told)))
    if counts["unscored"]:
        blocks.append(Paragraph(_say(words, "unscored", count=counts["unscored"])))
    if source.inputs["asked_by"] is not None:
        wind, weight = (words.number(precision[name]) for name in ("wind_area_m2", "weight_kg"))
        blocks.append(Paragraph(_say(words, "precision", wind=wind, weight=weight)))
    return blocks


def supports_map(source: Source) -> list[Block]:
    """Return the map of a search on paper; a page shows it itself."""
    if not isinstance(source.view, SupportsView):
        return []
    title = _say(source.words, "map_title")
    return [Figure(title, title, supports_svg(source.view, source.words.language), ())]


def _supports(source: Source) -> list[Block]:
    words, rows = source.words, source.results["supports"]
    if not rows:
        wanted = source.inputs["wanted"]
        told = {name: words.number(wanted[name]) for name in ("within_km", "height_m")}
        return [Paragraph(_say(words, "none")), Paragraph(_say(words, "none_next", **told))]
    return [
        Table(
            _say(words, "table"),
            tuple(_say(words, f"column_{name}") for name in _COLUMNS),
            tuple(_row(place, row, source) for place, row in enumerate(rows, start=1)),
            frozenset({0, 3, 4, 5, 6}),
            (1, 5, 4, 2, 2, 2, 2, 4, 3, 8),
        )
    ]


def _row(place: int, row: Mapping[str, Any], source: Source) -> tuple[str, ...]:
    words = source.words
    kind = words.value("structure_kind", row["kind"])
    name = row["name"] if row["name"] == row["code"] else f"{row['name']} ({row['code']})"
    stamp = f" [{words.sentence('register.confidence.synthetic')}]" if row["synthetic"] else ""
    free = words.number(row["free_places"], 0) if row["levels"] else words.number(None)
    return (
        str(place),
        f"{name}, {kind}{stamp}",
        row["owner"],
        words.number(row["distance_km"], 2),
        words.number(row["mounting_m"], 1),
        free,
        words.number(row["covered_percent"], 1),
        _rent(row, source),
        _say(words, f"fit.{row['fit']}"),
        "; ".join(reason_said(one["key"], one["values"], words) for one in row["reasons"]),
    )


def reason_said(key: str, values: Mapping[str, Any], words: Words) -> str:
    """Return one sentence about a support, as `gis.studies.sharing_ranks` judged it."""
    said = {
        name: words.number(value) if isinstance(value, int | float) else value
        for name, value in values.items()
    }
    return _say(words, f"reason.{key}", **said)


def _rent(row: Mapping[str, Any], source: Source) -> str:
    """Return the rent asked, beside what was published, and how far it is from that and others."""
    words, parts = source.words, []
    if row["rent_vnd"] is not None:
        parts.append(_money(row["rent_vnd"], row["rent_unit"], words, "rent_asked"))
    for one in row["published"]:
        law = {"instrument": one["instrument"], "clause": one["clause"]}
        parts.append(_money(one["amount_vnd"], one["rent_unit"], words, "rent_published", **law))
        if row["rent_vnd"] is not None and row["rent_vnd"] > one["amount_vnd"] > 0:
            times = words.number(row["rent_vnd"] / one["amount_vnd"], 2)
            parts.append(_say(words, "rent_above", times=times))
    apart = source.results.get("rents_apart", {}).get(row["structure_id"])
    if apart is not None:
        told = {"count": apart["count"], "median": words.number(apart["median_vnd"], 0)}
        parts.append(_say(words, "rent_high" if apart["high"] else "rent_low", **told))
    return "; ".join(parts) or words.number(None)


def _money(amount: float, unit: str | None, words: Words, key: str, **law: str) -> str:
    named = words.number(None) if unit is None else words.sentence(f"register.rent_unit.{unit}")
    return _say(words, key, amount=words.number(amount, 0), unit=named, **law)


def wanted_facts(source: Source) -> list[Block]:
    """Return what was wanted, as a list of values."""
    words, wanted = source.words, source.inputs["wanted"]
    where = f"{words.number(wanted['latitude'], 5)}; {words.number(wanted['longitude'], 5)}"
    rows = [(_say(words, "wanted_place"), (where,))] if not wanted["area"] else []
    rows += [
        (_say(words, name), (words.number(wanted[name]),))
        for name in _WANTED
        if wanted[name] is not None and not (name == "radius_km" and wanted["area"])
    ]
    if wanted["area"]:
        corners = "; ".join(f"{lon:g} {lat:g}" for lon, lat in wanted["area"])
        rows.append((_say(words, "area"), (corners,)))
    return [Facts(tuple(rows))]
