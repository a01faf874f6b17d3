"""Measured against predicted in words: the rows of the page and of the command line."""

from collections.abc import Iterator, Mapping
from typing import Any

from data.text import Language, number, text

__all__ = ["classes_of", "statistics_cells"]


def classes_of(
    told: Mapping[str, Any], language: Language
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name and statistics of all points, of each class of distance and of land cover."""
    yield text("measured.overall", language), told["overall"]
    for row in told["by_distance"]:
        key = "measured.distance_beyond" if row["to_km"] is None else "measured.distance"
        values = {"begins": row["from_km"]}
        if row["to_km"] is not None:
            values["ends"] = row["to_km"]
        yield text(key, language, **values), row
    for row in told["by_land_cover"]:
        height = row["clutter_height_m"]
        if height is None:
            yield text("measured.cover_unknown", language), row
        else:
            yield text("measured.cover", language, height=height), row


def statistics_cells(row: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """Return count, mean, standard deviation, root mean square and correlation as written."""
    decimals = {
        "mean_error_db": 1,
        "standard_deviation_db": 1,
        "rms_error_db": 1,
        "correlation": 2,
    }
    return (
        number(row["count"], language),
        *(
            "–" if row[name] is None else number(row[name], language, places)
            for name, places in decimals.items()
        ),
    )
