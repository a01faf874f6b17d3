"""Contours of a field strength: which levels there are, how each is drawn, what it is called."""

from collections.abc import Mapping, Sequence

from data.text import Language, number, text

__all__ = ["contour_dash", "contour_levels", "level_text"]


_DASHES = {48: "1 5", 54: "2 4", 66: "8 4", 74: ""}
"""Line pattern of each threshold, so that contours differ without their colour."""


def contour_dash(level: float) -> str:
    """Return the line pattern of a contour, as SVG writes it; empty is a full line."""
    return _DASHES.get(round(level), "4 4")


def level_text(level: float, language: Language) -> str:
    """Return a level with its meaning, where it is one of the thresholds."""
    written = number(level, language)
    key = f"maps.threshold_{level:g}"
    if round(level) == level and round(level) in _DASHES:
        return text("maps.contour_level", language, level=written, meaning=text(key, language))
    return text("maps.contour_level_plain", language, level=written)


def contour_levels(contours: Mapping[str, object] | None) -> list[float]:
    """Return the levels that occur in a feature collection of contours, ascending."""
    features = (contours or {}).get("features", ())
    return sorted(
        {
            float(feature["properties"]["level_dbuvm"])
            for feature in (features if isinstance(features, Sequence) else ())
            if feature["geometry"]["coordinates"]
        }
    )
