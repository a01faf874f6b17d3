"""Colours, breaks and shapes of every picture, chosen to be read by colour-blind people too.

Sources: the sequential and the diverging scheme are ColorBrewer's *YlGnBu* and *PuOr* (Brewer and
Harrower, The Pennsylvania State University), marked colour-blind safe there; the qualitative
scheme is Paul Tol's *muted* (SRON technical note "Colour Schemes", issue 3.2). Every class also
differs in lightness, every kind also in shape, every interferer also in a letter.

The breaks of the field strength are the minimum usable field strengths of Recommendation ITU-R
BS.412-9, table 1. Run `python -m maps.palette` to see the palettes in a terminal.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.register.structures import StructureKind

__all__ = [
    "AREA_COLOURS",
    "BACKGROUND",
    "CHANNELS",
    "CHANNEL_MARGIN",
    "COMMUNE",
    "COUNT",
    "CREDIBLE",
    "DISTRICT",
    "DOMINANT_NONE",
    "FIELD_STRENGTH",
    "JUDGED",
    "MARGIN",
    "OPERATORS",
    "PATH",
    "SERIES",
    "SHAPES",
    "SITES",
    "SOURCE",
    "STATION",
    "STRUCTURES",
    "WORK",
    "Palette",
    "PaletteClass",
    "Shape",
    "Symbol",
    "area_colour",
    "classify",
    "contrast_ratio",
    "demonstration",
    "interferer_letter",
    "mobile_level",
    "rgb",
]

BACKGROUND = "#f3f4ef"
"""Colour of the land where no map picture lies."""

Shape = str
"""Name of a marker's outline in `SHAPES`."""

SHAPES: dict[Shape, str] = {
    "triangle": "M0-1L.95.8H-.95Z",
    "square": "M-.8-.8H.8V.8H-.8Z",
    "house": "M0-1L.9-.1V.85H-.9V-.1Z",
    "circle": "M-.8 0A.8.8 0 1 0 .8 0A.8.8 0 1 0-.8 0Z",
    "half": "M-.95-.35H.95A.95.95 0 0 1-.95-.35Z",
    "ring": "M-.9 0A.9.9 0 1 0 .9 0A.9.9 0 1 0-.9 0ZM-.4 0A.4.4 0 1 1 .4 0A.4.4 0 1 1-.4 0Z",
    "bar": "M-1-.4H1V.4H-1Z",
    "chevron": "M-1-.7H-.3L0 .1L.3-.7H1L.3.8H-.3Z",
    "arch": "M-.9.8V-.1A.9.8 0 0 1 .9-.1V.8H.4V.1A.4.4 0 0 0-.4.1V.8Z",
    "diamond": "M0-1L.9 0L0 1L-.9 0Z",
    "cross": "M-.85-.5L-.5-.85L0-.35L.5-.85L.85-.5L.35 0L.85.5L.5.85L0 .35L-.5.85L-.85.5L-.35 0Z",
    "plus": "M-.3-.95H.3V-.3H.95V.3H.3V.95H-.3V.3H-.95V-.3H-.3Z",
    "star": "M0-1.15L.3-.4L1.1-.35L.48.16L.68.93L0 .5L-.68.93L-.48.16L-1.1-.35L-.3-.4Z",
    "pip": "M-.6-.6H.6V.6H-.6Z",
    "dot": "M-.45 0A.45.45 0 1 0 .45 0A.45.45 0 1 0-.45 0Z",
}
"""Outline of each marker as an SVG path about the origin, drawn on the map and in the legend."""


@dataclass(frozen=True, slots=True)
class PaletteClass:
    """One class of a palette.

    Attributes
    ----------
    lower, upper : float or None
        Limits, `lower <= value < upper`; None is open.
    colour : str or None
        `#rrggbb`, or None where the class is left transparent.
    key : str
        Key of the sentence that explains it, in the catalogue `maps`.
    """

    lower: float | None
    upper: float | None
    colour: str | None
    key: str


@dataclass(frozen=True, slots=True)
class Palette:
    """Adjoining classes in ascending order.

    Attributes
    ----------
    unit : str
        Unit of the limits as printed.
    classes : tuple of PaletteClass
        The classes, each beginning where the one before ends.
    """

    unit: str
    classes: tuple[PaletteClass, ...]

    @property
    def breaks(self) -> tuple[float, ...]:
        """Inner limits in ascending order."""
        return tuple(c.lower for c in self.classes if c.lower is not None)


@dataclass(frozen=True, slots=True)
class Symbol:
    """How a kind of object is drawn."""

    shape: Shape
    colour: str


FIELD_STRENGTH = Palette(
    "dBµV/m",
    (
        PaletteClass(None, 48.0, None, "maps.field_below"),
        PaletteClass(48.0, 54.0, "#c7e9b4", "maps.field_mono"),
        PaletteClass(54.0, 66.0, "#41b6c4", "maps.field_rural"),
        PaletteClass(66.0, 74.0, "#2c7fb8", "maps.field_urban"),
        PaletteClass(74.0, None, "#253494", "maps.field_large_city"),
    ),
)
"""Field strength, dB(uV/m), by the minimum usable field strengths of BS.412-9, table 1."""

MARGIN = Palette(
    "dB",
    (
        PaletteClass(None, -20.0, "#7f3b08", "maps.margin_lost"),
        PaletteClass(-20.0, -10.0, "#b35806", "maps.margin_strong"),
        PaletteClass(-10.0, 0.0, "#f1a340", "maps.margin_slight"),
        PaletteClass(0.0, 10.0, "#d8daeb", "maps.margin_kept"),
        PaletteClass(10.0, 20.0, "#998ec3", "maps.margin_good"),
        PaletteClass(20.0, None, "#542788", "maps.margin_ample"),
    ),
)
"""Margin over what protection asks for, dB; below zero the wanted station is disturbed."""

COUNT = Palette(
    "",
    (
        PaletteClass(None, 1.0, None, "maps.count_0"),
        PaletteClass(1.0, 2.0, "#c7e9b4", "maps.count_1"),
        PaletteClass(2.0, 4.0, "#7fcdbb", "maps.count_2"),
        PaletteClass(4.0, 8.0, "#41b6c4", "maps.count_4"),
        PaletteClass(8.0, 16.0, "#2c7fb8", "maps.count_8"),
        PaletteClass(16.0, None, "#253494", "maps.count_16"),
    ),
)
"""How many stations reach a threshold at a place."""

SITES = Palette(
    "",
    tuple(
        replace(one, key=one.key.replace("maps.count_", "mobile.sites_")) for one in COUNT.classes
    ),
)
"""How many mobile sites reach the minimum level at a place."""

OPERATORS = Palette(
    "",
    (
        PaletteClass(None, 0.0, None, "mobile.operators_unknown"),
        PaletteClass(0.0, 1.0, "#b35806", "mobile.operators_0"),
        PaletteClass(1.0, 2.0, "#c7e9b4", "mobile.operators_1"),
        PaletteClass(2.0, 3.0, "#7fcdbb", "mobile.operators_2"),
        PaletteClass(3.0, 4.0, "#41b6c4", "mobile.operators_3"),
        PaletteClass(4.0, None, "#253494", "mobile.operators_4"),
    ),
)
"""How many operators reach the minimum level at a place; none is a gap."""

CHANNELS = Palette(
    "",
    (
        PaletteClass(None, 1.0, None, "channels.count_0"),
        PaletteClass(1.0, 2.0, "#c7e9b4", "channels.count_1"),
        PaletteClass(2.0, 5.0, "#7fcdbb", "channels.count_2"),
        PaletteClass(5.0, 10.0, "#41b6c4", "channels.count_5"),
        PaletteClass(10.0, 20.0, "#2c7fb8", "channels.count_10"),
        PaletteClass(20.0, None, "#253494", "channels.count_20"),
    ),
)
"""How many channels pass at a place."""

CHANNEL_MARGIN = Palette(
    "dB",
    (
        PaletteClass(None, 0.0, "#f1a340", "channels.margin_below"),
        PaletteClass(0.0, 3.0, "#d8daeb", "channels.margin_0"),
        PaletteClass(3.0, 6.0, "#b2abd2", "channels.margin_3"),
        PaletteClass(6.0, 10.0, "#8073ac", "channels.margin_6"),
        PaletteClass(10.0, None, "#542788", "channels.margin_10"),
    ),
)
"""Margin of a channel at a place, dB."""

CREDIBLE = Palette(
    "%",
    (
        PaletteClass(None, 50.0, "#b35806", "sources.area_50"),
        PaletteClass(50.0, 95.0, "#fdb863", "sources.area_95"),
        PaletteClass(95.0, None, None, "sources.area_beyond"),
    ),
)
"""The smallest area of so much probability to which a place belongs, %."""

SOURCE = MappingProxyType(
    {
        "victim": Symbol("diamond", "#1b1b1b"),
        "candidate": Symbol("circle", "#0b5394"),
        "outside": Symbol("ring", "#8c3d04"),
        "bearing": Symbol("triangle", "#7a1fa2"),
        "level": Symbol("square", "#55605a"),
        "fix": Symbol("cross", "#7a1fa2"),
        "next": Symbol("star", "#117733"),
    }
)
"""Symbol of each thing on the map of a search for a source."""

JUDGED = MappingProxyType(
    {
        "mast": Symbol("star", "#1b1b1b"),
        "support": Symbol("triangle", "#0b5394"),
        "facility": Symbol("square", "#7a1fa2"),
        "runway": Symbol("bar", "#55605a"),
        "protected": Symbol("circle", "#0b5394"),
        "worst": Symbol("cross", "#8c3d04"),
    }
)
"""Symbol of each thing on the map of what a study judged."""

_SUPPORT, _POLE, _UNDERGROUND, _SHARED, _DIGITAL, _OTHER = (
    "#332288",
    "#117733",
    "#aa3f95",
    "#7d6608",
    "#0b5f8a",
    "#555555",
)

STRUCTURES: dict[StructureKind, Symbol] = {
    StructureKind.ANTENNA_MAST: Symbol("triangle", _SUPPORT),
    StructureKind.STATION: Symbol("square", _SUPPORT),
    StructureKind.HOUSE: Symbol("house", _SUPPORT),
    StructureKind.CABLE_POLE: Symbol("circle", _POLE),
    StructureKind.CULVERT: Symbol("half", _UNDERGROUND),
    StructureKind.MANHOLE: Symbol("ring", _UNDERGROUND),
    StructureKind.CABLE_DUCT: Symbol("bar", _UNDERGROUND),
    StructureKind.TRENCH: Symbol("chevron", _UNDERGROUND),
    StructureKind.TUNNEL: Symbol("arch", _UNDERGROUND),
    StructureKind.CABINET: Symbol("square", _POLE),
    StructureKind.OTHER_TELECOM: Symbol("diamond", _OTHER),
    StructureKind.DATA_CENTRE: Symbol("square", _DIGITAL),
    StructureKind.EXCHANGE: Symbol("house", _DIGITAL),
    StructureKind.PUBLIC_WIFI: Symbol("arch", _DIGITAL),
    StructureKind.IOT_GATEWAY: Symbol("triangle", _DIGITAL),
    StructureKind.POWER_POLE: Symbol("cross", _SHARED),
    StructureKind.LIGHTING_POLE: Symbol("plus", _SHARED),
    StructureKind.BRIDGE: Symbol("arch", _SHARED),
    StructureKind.ROAD: Symbol("bar", _SHARED),
    StructureKind.BUILDING: Symbol("square", _SHARED),
    StructureKind.WATER_WORK: Symbol("half", _SHARED),
}
"""Symbol of each kind: the colour says the family, the shape the kind."""

STATION = Symbol("star", "#b3240b")
"""Symbol of a broadcasting station."""

SERIES = "#0b5f8a"
"""Colour of a chart's one series, where nothing is judged."""

WORK = Symbol("chevron", "#9c1458")
"""Symbol of a planned work, and the colour of its line."""

DISTRICT = Symbol("pip", "#3a3f3b")
"""Symbol of a district known by a point."""

COMMUNE = Symbol("dot", "#59615b")
"""Symbol of a commune known by a point."""

DOMINANT_NONE = -1
"""Value of the dominant-interferer raster where nobody disturbs."""

_MUTED = (
    "#cc6677",
    "#ddcc77",
    "#882255",
    "#117733",
    "#aa4499",
    "#999933",
    "#88ccee",
    "#44aa99",
    "#332288",
)

AREA_COLOURS = len(_MUTED)
"""How many colours there are for the areas of stations."""


PATH = MappingProxyType(
    {
        "ground": "#ddcc77",
        "ground_edge": "#59615b",
        "b0": "#882255",
        "clutter": "#117733",
        "ray": STATION.colour,
        "fresnel": "#332288",
        "fresnel_fill": "#88ccee",
        "tangent": "#3a3f3b",
        "zone_1": "#88ccee",
        "zone_3": "#44aa99",
        "zone_4": "#ddcc77",
    }
)
"""Colours of a path profile; every line also has its own dash, every surface its own hatching."""


def mobile_level(minimum_dbm: float) -> Palette:
    """Return the classes of a mobile level, dBm, by how far it lies above a minimum."""
    colours = ("#c7e9b4", "#41b6c4", "#2c7fb8", "#253494")
    edges = [minimum_dbm + above for above in (0.0, 5.0, 10.0, 20.0)]
    classes = [PaletteClass(None, edges[0], None, "mobile.level_below")]
    for place, (lower, colour) in enumerate(zip(edges, colours, strict=True)):
        upper = edges[place + 1] if place + 1 < len(edges) else None
        classes.append(PaletteClass(lower, upper, colour, f"mobile.level_{place}"))
    return Palette("dBm", tuple(classes))


def area_colour(number: int) -> str:
    """Return the colour of a number of `maps.areas.colours_of`; the colours come again."""
    return _MUTED[number % AREA_COLOURS]


def interferer_letter(rank: int) -> str:
    """Return A to Z for the first 26 ranks, then A2, B2 and so on."""
    cycle, letter = divmod(rank, 26)
    return chr(ord("A") + letter) + (str(cycle + 1) if cycle else "")


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def classify(values: ArrayLike, palette: Palette) -> NDArray[np.int16]:
    """Return the class of each value, and -1 for NaN.

    Parameters
    ----------
    values : array_like
        Values in the palette's unit.
    palette : Palette
        The palette.
    """
    numbers = np.asarray(values, dtype=np.float64)
    found = np.searchsorted(np.asarray(palette.breaks), numbers, side="right").astype(np.int16)
    return np.where(np.isnan(numbers), np.int16(-1), found)


def contrast_ratio(first: str, second: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = np.asarray(rgb(colour)) / 255.0
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def demonstration(palettes: Sequence[Palette] = (FIELD_STRENGTH, MARGIN)) -> str:
    """Return the palettes as lines for a terminal that shows 24-bit colours."""
    lines = []
    for palette in palettes:
        for c in palette.classes:
            block = "    "
            if c.colour is not None:
                red, green, blue = rgb(c.colour)
                block = f"\x1b[48;2;{red};{green};{blue}m    \x1b[0m"
            lower = "" if c.lower is None else f"{c.lower:g}"
            upper = "" if c.upper is None else f"{c.upper:g}"
            lines.append(f"{block} {lower:>5} .. {upper:<5} {palette.unit}  {c.key}")
    return "\n".join(lines)


if __name__ == "__main__":
    import sys

    sys.stdout.write(demonstration() + "\n")
