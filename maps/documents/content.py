"""What a report says before it is a page or a file: HTML, PDF and DOCX are drawn from it."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "Block",
    "Bullets",
    "Facts",
    "Figure",
    "Heading",
    "Key",
    "Paragraph",
    "Report",
    "Section",
    "Table",
    "block_kind",
]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `strong` where it must not be overlooked."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section, with stamps beside it and an outcome that it announces."""

    text: str
    stamps: tuple[str, ...] = ()
    outcome: str | None = None
    outcome_text: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values; a value of several lines is several sentences."""

    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    caption : str
        What it shows.
    columns : tuple of str
        Heads.
    rows : tuple of tuples
        Cells as words, each row as long as the heads.
    numeric : frozenset of int
        Columns of numbers, set to the right.
    widths : tuple of int
        Relative widths on paper; equal without.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    widths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a row that does not fit its heads."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.caption!r}: a row does not fit its heads")


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a picture's legend.

    Attributes
    ----------
    text : str
        What it means.
    svg : str
        Its sign, drawn.
    """

    text: str
    svg: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture; only paper has one, for a page shows the map itself.

    Attributes
    ----------
    caption, alternative : str
        What it shows, and the same for those who do not see it.
    svg : str
        The picture, whole in itself.
    legend : tuple of Key
        What its colours and lines mean.
    """

    caption: str
    alternative: str
    svg: str
    legend: tuple[Key, ...]


Block = Paragraph | Heading | Bullets | Facts | Table | Figure


def block_kind(block: Block) -> str:
    """Return the name by which templates know a block."""
    return type(block).__name__.lower()


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under one heading.

    Attributes
    ----------
    heading : str
        Its heading.
    blocks : sequence of Block
        What stands below.
    outcome : str or None
        The outcome that it explains; on a page such a section can be folded.
    outcome_text : str
        The same in words.
    """

    heading: str
    blocks: Sequence[Block]
    outcome: str | None = None
    outcome_text: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report of a study in one language.

    Attributes
    ----------
    language : str
        `vi` or `en`.
    title, subtitle : str
        What it is, and of which study.
    issuer : str
        The department.
    stamps : tuple of str
        Warnings that hold for all of it.
    law : str
        What the law says of predictions.
    sections : tuple of Section
        Its content.
    closing : str
        What those who sign put their names to.
    signatures : tuple of str
        Who signs, from left to right.
    signature_hint : str
        What stands below each of them.
    signed_at : str
        Place and day of signing, the day to be filled in by hand.
    footer : str
        What stands at the foot of each page.
    page_of : str
        How pages are counted, with `{page}` and `{pages}`.
    """

    language: str
    title: str
    subtitle: str
    issuer: str
    stamps: tuple[str, ...]
    law: str
    sections: tuple[Section, ...]
    closing: str
    signatures: tuple[str, ...]
    signature_hint: str
    signed_at: str
    footer: str
    page_of: str
