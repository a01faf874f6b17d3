"""What a legend is made of: switches of layers under headings, and lines with a sample each."""

from dataclasses import dataclass

from data.text import Language, text
from maps.palette import Palette

__all__ = ["Group", "Layer", "Swatch", "class_swatches"]


@dataclass(frozen=True, slots=True)
class Swatch:
    """One line of the legend.

    Attributes
    ----------
    text : str
        What it means.
    colour : str
        Fill, `#rrggbb`.
    path : str or None
        Outline of a marker; a rectangle without.
    letter : str or None
        Letter that stands on the map too.
    dash : str or None
        Pattern of a line; then the swatch is a line.
    """

    text: str
    colour: str
    path: str | None = None
    letter: str | None = None
    dash: str | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One switch of the layer control, with its part of the legend.

    Attributes
    ----------
    id : str
        Name that the script knows it by.
    label : str
        Name for people.
    shown : bool
        Whether it is on when the page opens.
    swatch : Swatch or None
        Symbol beside the name.
    legend : tuple of Swatch
        Classes below the name.
    notes : tuple of str
        Explanations below the classes.
    stamps : tuple of str
        Warnings that belong to everything this layer shows.
    count : str or None
        Number of objects, written.
    """

    id: str
    label: str
    shown: bool = True
    swatch: Swatch | None = None
    legend: tuple[Swatch, ...] = ()
    notes: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    count: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that stand together under a heading."""

    id: str
    label: str
    layers: tuple[Layer, ...]
    stamps: tuple[str, ...] = ()


def class_swatches(palette: Palette, language: Language) -> tuple[Swatch, ...]:
    """Return what each colour of a palette means."""
    return tuple(
        Swatch(text(c.key, language), c.colour) for c in palette.classes if c.colour is not None
    )
