"""The parts of a workbook (ECMA-376, part 1) as the detector of a person's data reads them."""

import posixpath
import re
from typing import NamedTuple

from openpyxl.utils.escape import unescape

from gis.exchange.formats.ooxml import PRINT_CODE, BrokenBookError, PartReader
from gis.exchange.personal_grid import MOST_FOUND, Found, GridScreen, Where, of_name, of_words
from gis.personal import Personal

__all__ = ["BookParts", "PartScreen", "SharedTexts", "SheetScreen"]

_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_LAST_COLUMN = 16_384
_NAMED = frozenset({"name", "displayName", "caption", "uniqueName"})
_WORDED = frozenset({"title", "descr", "tooltip", "prompt", "promptTitle", "error", "errorTitle",
                     "display", "location", "Target", "alt", "author", "v", "formatCode",
                     "comment", "description", "cm", "refersTo"})  # fmt: skip
_PARTS = (
    ("xl/comments", Where.COMMENT),
    ("xl/threadedcomments", Where.COMMENT),
    ("xl/persons", Where.COMMENT),
    ("docprops/", Where.PROPERTIES),
    ("xl/drawings", Where.DRAWING),
    ("xl/charts", Where.DRAWING),
)
_RUNS = frozenset({"r", "t", "rPr", "sz", "color", "rFont", "family", "charset", "b", "i"})
_EDGES = ("Header", "Footer")
_IN_CELLS = frozenset({"v", "t", "f", "is", "r", "rPh"})
_TEXT_TYPES = frozenset({"str", "inlineStr", "d", "e"})


class Sheet(NamedTuple):
    """A sheet: its name, its relation, whether it is hidden."""

    name: str
    relation: str
    hidden: bool


class BookParts(PartReader):
    """Collects sheets, and the parts that something refers to.

    Attributes
    ----------
    sheets : list of Sheet
        In their order.
    targets : dict
        The part of each relation.
    shared : str
        The part of the texts that cells share; empty where there is none.
    """

    def __init__(self, folder: str = "xl") -> None:
        self.sheets: list[Sheet] = []
        self.targets: dict[str, str] = {}
        self.shared = ""
        self._folder = folder

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take a sheet or a relation."""
        name = name.rpartition(":")[2]
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append(Sheet(attributes.get("name", ""), relation, hidden))
        elif name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            joined = target if target.startswith("/") else posixpath.join(self._folder, target)
            part = posixpath.normpath(joined).lstrip("/")
            self.targets[attributes.get("Id", "")] = part
            if attributes.get("Type", "").endswith("/sharedStrings"):
                self.shared = part

    def part_of(self, sheet: Sheet) -> str:
        """Return the part of a sheet; empty where it has none."""
        return self.targets.get(sheet.relation, "")

    @property
    def parts(self) -> frozenset[str]:
        """The parts of all sheets."""
        return frozenset(map(self.part_of, self.sheets))


class SharedTexts(PartReader):
    """Collects the texts that cells share, guides to their pronunciation too."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._shown: set[int] = set()
        self._deep = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of a text."""
        del attributes
        if name.rpartition(":")[2] == "si":
            self._parts, self._deep = [], 1

    def end(self, name: str) -> None:
        """Take the end of a text."""
        if name.rpartition(":")[2] == "si":
            self.texts.append(_unescaped("".join(self._parts)))
            self._deep = 0

    def characters(self, text: str) -> None:
        """Take what stands in a text."""
        if self._deep:
            self._parts.append(text)

    def shown(self, index: str) -> str:
        """Return a text that a cell shows."""
        if not index.isdecimal() or int(index) >= len(self.texts):
            raise BrokenBookError(index[:12])
        self._shown.add(int(index))
        return self.texts[int(index)]

    def unseen(self) -> Personal | None:
        """Return what the texts hold that no cell shows any more."""
        left = (one for place, one in enumerate(self.texts) if place not in self._shown)
        return next((what for one in left if (what := of_words(one)) is not None), None)


class SheetScreen(PartReader):
    """Looks through a sheet: its cells, and what stands beside them in the same part."""

    def __init__(
        self, found: list[Found], texts: SharedTexts, sheet: int, *, hidden: bool
    ) -> None:
        self._found = found
        self._grid = GridScreen(found, sheet, hidden=hidden)
        self._beside = PartScreen(found, "xl/worksheets", sheet)
        self._texts = texts
        self._hidden: set[int] = set()
        self._row, self._column, self._row_hidden = 0, -1, False
        self._cells: list[tuple[int, str | float]] = []
        self._type = "n"
        self._in_cell = False
        self._value: list[str] = []
        self._formula: list[str] = []
        self._into: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of a cell, a row, a column, or of what stands beside."""
        name = name.rpartition(":")[2]
        if name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column, self._cells = -1, []
            self._row_hidden = _is_true(attributes.get("hidden"))
        elif self._in_cell and name in _IN_CELLS:
            self._into = self._formula if name == "f" else self._value
        else:
            if name == "col" and _is_true(attributes.get("hidden")):
                first, last = int(attributes["min"]), int(attributes["max"])
                self._hidden |= set(range(first - 1, min(last, _LAST_COLUMN)))
            self._beside.start(name, attributes)

    def end(self, name: str) -> None:
        """Take the end of a cell or a row."""
        name = name.rpartition(":")[2]
        if name == "c":
            self._finish_cell()
        elif name == "row":
            hidden = None if self._row_hidden else frozenset(self._hidden)
            self._grid.take(self._row, self._cells, hidden)
        elif self._in_cell:
            self._into = None
        else:
            self._beside.end(name)

    def characters(self, text: str) -> None:
        """Take text of a cell, or beside."""
        if self._into is not None:
            self._into.append(text)
        elif not self._in_cell:
            self._beside.characters(text)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = _PLACE.fullmatch(attributes.get("r", ""))
        self._column = self._column + 1 if place is None else _column(place[1])
        self._type = attributes.get("t", "n")
        self._in_cell, self._value, self._formula, self._into = True, [], [], None

    def _finish_cell(self) -> None:
        self._in_cell, self._into = False, None
        value = "".join(self._value)
        if self._formula:
            self._cells.append((self._column, "".join(self._formula)))
        if not value:
            return
        if self._type == "s":
            self._cells.append((self._column, self._texts.shown(value)))
        elif self._type in _TEXT_TYPES:
            self._cells.append((self._column, _unescaped(value)))
        elif self._type == "n":
            self._cells.append((self._column, float(value)))


class PartScreen(PartReader):
    """Looks through any other part: all its text, and the attributes that hold words.

    Parameters
    ----------
    found : list of Found
        Where what is found is noted.
    part : str
        Its name in the archive.
    sheet : int or None
        The sheet that it belongs to.
    """

    def __init__(self, found: list[Found], part: str, sheet: int | None) -> None:
        small = part.lower()
        self._found = found
        self._grid = GridScreen(found, sheet)
        self._where = next((w for head, w in _PARTS if small.startswith(head)), Where.OTHER)
        self._every = small.startswith("customxml/")
        self._parts: list[str] = []
        self._at: tuple[int | None, int | None] = (None, None)
        self._name = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the attributes of an element that hold words."""
        self._name = name.rpartition(":")[2]
        if self._name in ("comment", "threadedComment"):
            place = _PLACE.fullmatch(attributes.get("ref", ""))
            self._at = (None, None) if place is None else (int(place[2]), _column(place[1]))
        for key, value in attributes.items():
            own = key.rpartition(":")[2]
            if own in _NAMED and self._name != "sheet":
                self._note(of_name(value))
            elif own in _WORDED or self._every:
                self._note(of_words(value))

    def end(self, name: str) -> None:
        """Take the end of an element: a text ends with its paragraph, whatever its runs are."""
        name = name.rpartition(":")[2]
        if name in _RUNS or not self._parts:
            return
        words, self._parts = "".join(self._parts).strip(), []
        if name.endswith(_EDGES):
            words = PRINT_CODE.sub("\n", words)
        self._name = name
        for line in words.splitlines():
            self._note(of_words(line))

    def characters(self, text: str) -> None:
        """Take text."""
        self._parts.append(text)

    def _note(self, what: Personal | None) -> None:
        if what is None or len(self._found) >= MOST_FOUND:
            return
        where = self._where
        if self._name == "definedName":
            where = Where.DEFINED_NAME
        elif self._name.endswith(_EDGES):
            where = Where.EDGE
        self._grid.note(where, what, *self._at)


def _column(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return min(index, _LAST_COLUMN) - 1


def _is_true(value: str | None) -> bool:
    return value in ("1", "true")


def _unescaped(text: str) -> str:
    return str(unescape(text)) if "_x" in text else text
