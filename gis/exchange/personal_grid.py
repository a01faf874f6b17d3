"""A table looked through for a person's data, row by row, whatever file it stands in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from data.text import Language, text
from gis.errors import FormatError
from gis.exchange.table import column_letter
from gis.personal import Personal, in_number, in_text
from gis.personal_words import Context, context_of, is_personal_header, plain_text

__all__ = [
    "MOST_FOUND",
    "Found",
    "GridScreen",
    "PersonalDataError",
    "Where",
    "of_name",
    "of_words",
]

MOST_FOUND = 10
"""So many places are told; a file is not looked through any further."""

_HEADER_ROWS = 40
_MOST_HEADERS = 3
_NUMBER = re.compile(r"[+-]?\d{1,20}(?:[.,]\d{1,10})?(?:[eE][+-]?\d{1,3})?")


class Where(StrEnum):
    """What of a file holds something."""

    CELL = "cell"
    COMMENT = "comment"
    SHEET_NAME = "sheet_name"
    DEFINED_NAME = "defined_name"
    PROPERTIES = "properties"
    DRAWING = "drawing"
    EDGE = "edge"
    FILE_NAME = "file_name"
    EMBEDDED = "embedded"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One place of a file that holds a person's data; never what it holds.

    Attributes
    ----------
    what : Personal or None
        Which kind; None for what cannot be looked through.
    where : Where
        In what.
    sheet : int or None
        Number of the sheet from 1; its name may be a person's.
    row : int or None
        Its row.
    column : str or None
        Letter of its column.
    hidden : bool
        Whether its sheet, row or column is hidden.
    """

    what: Personal | None
    where: Where
    sheet: int | None = None
    row: int | None = None
    column: str | None = None
    hidden: bool = False

    def say(self, language: Language | str) -> str:
        """Say it in a language."""
        parts = [text(f"points.where_{self.where.value}", language)]
        for name, value in (("sheet", self.sheet), ("row", self.row), ("column", self.column)):
            if value is not None:
                parts.append(text(f"points.where_{name}", language, value=str(value)))
        if self.hidden:
            parts.append(text("points.where_hidden", language))
        what = "unread" if self.what is None else self.what.value
        return f"{', '.join(parts)}: {text(f'points.what_{what}', language)}"


class PersonalDataError(FormatError):
    """A file holds a person's data: refused whole, and nothing of it is kept.

    Attributes
    ----------
    found : tuple of Found
        Where; never what.
    """

    def __init__(self, key: str = "points.personal_data", /, *, found: Sequence[Found]) -> None:
        self.found = tuple(found)
        super().__init__(key, found=self.found)

    def say(self, language: Language | str) -> str:
        """Say it in a language."""
        places = "; ".join(one.say(language) for one in self.found)
        more = " …" if len(self.found) >= MOST_FOUND else ""
        return text(self.key, language, places=places + more)


class GridScreen:
    """Takes the rows of one table and keeps the places that hold a person's data.

    Parameters
    ----------
    found : list of Found
        Where what is found is noted.
    sheet : int or None
        Number of the sheet from 1.
    hidden : bool
        Whether the sheet is hidden.
    """

    def __init__(
        self, found: list[Found], sheet: int | None = None, *, hidden: bool = False
    ) -> None:
        self._found = found
        self._sheet = sheet
        self._hidden = hidden
        self._contexts: dict[int, Context] = {}
        self._headers = 0

    def take(
        self,
        row: int,
        cells: Sequence[tuple[int, str | float]],
        hidden: frozenset[int] | None = frozenset(),
    ) -> None:
        """Look through a row.

        Parameters
        ----------
        row : int
            Its number from 1.
        cells : sequence of (int, str or float)
            Index of the column from 0, and what stands there.
        hidden : frozenset of int or None
            Hidden columns; None where the row itself is hidden.
        """
        heads = row <= _HEADER_ROWS and self._is_header(cells)
        for column, value in cells:
            if len(self._found) >= MOST_FOUND:
                return
            what = self._of_cell(column, value, heads=heads)
            if what is not None:
                unseen = self._hidden or hidden is None or column in hidden
                self.note(Where.CELL, what, row, column, hidden=unseen)
            elif row <= _HEADER_ROWS and isinstance(value, str):
                self._note_context(column, value)

    def note(
        self,
        where: Where,
        what: Personal | None,
        row: int | None = None,
        column: int | None = None,
        *,
        hidden: bool = False,
    ) -> None:
        """Note something that was found in the sheet."""
        letter = None if column is None else column_letter(column)
        self._found.append(
            Found(
                what=what,
                where=where,
                sheet=self._sheet,
                row=row,
                column=letter,
                hidden=hidden or self._hidden,
            )
        )

    def _is_header(self, cells: Sequence[tuple[int, str | float]]) -> bool:
        """Return whether a row may be one of headers: words in every cell, among the first."""
        texts = [value for _, value in cells if value != ""]
        if not all(map(_is_worded, texts)) or self._headers >= _MOST_HEADERS:
            return False
        self._headers += len(texts) > 1
        return bool(texts)

    def _of_cell(self, column: int, value: str | float, *, heads: bool) -> Personal | None:
        context = self._contexts.get(column, Context.UNKNOWN)
        if not isinstance(value, str):
            return in_number(value, context)
        if not value.strip():
            return None
        if is_personal_header(value.strip(), in_header_row=heads):
            return Personal.HEADER
        return of_words(value, context)

    def _note_context(self, column: int, value: str) -> None:
        if any(map(str.isdigit, value)):
            return
        context = context_of(value[:120])
        if context is not Context.UNKNOWN or column not in self._contexts:
            self._contexts[column] = context


def _is_worded(value: str | float) -> bool:
    """Return whether a cell holds words sooner than digits."""
    if not isinstance(value, str):
        return False
    plain = plain_text(value)
    return sum(map(str.isalpha, plain)) > sum(map(str.isdigit, plain))


def of_words(value: str, context: Context = Context.UNKNOWN) -> Personal | None:
    """Return what a text of a file holds; a mere number is judged as one too."""
    found = in_text(value, context)
    if found is not None or not value[:1].strip():
        return found
    plain = plain_text(value).strip()
    if _NUMBER.fullmatch(plain) is None:
        return None
    return in_number(float(plain.replace(",", ".")), context)


def of_name(name: str) -> Personal | None:
    """Return what the name of a file, a sheet or a range holds, also where it names such data."""
    return Personal.HEADER if is_personal_header(name[:120]) else in_text(name)
