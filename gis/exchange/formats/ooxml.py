"""The cells of an XLSX (ECMA-376, part 1), streamed: text, numbers, days; formulas only named.

Written on expat, which is several times as fast as a tree and holds one row at a time. A document
type is refused at its first character, so nothing can be defined, expanded or fetched.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from xml.parsers.expat import ParserCreate, XMLParserType

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.escape import unescape

from gis.exchange.table import Cell, Formula

__all__ = [
    "LAST_COLUMN",
    "LAST_ROW",
    "PRINT_CODE",
    "Area",
    "Book",
    "BrokenBookError",
    "PartReader",
    "part_parser",
]

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_CHUNK = 1 << 18
_DIGITS = "0123456789"
_MOST_DIGITS = 18  # a longer whole number is read as a float: infinite at worst
_WORKBOOK = "xl/workbook.xml"
_WORDED = ("docProps/", "xl/comments", "xl/threadedComments/", "xl/drawings/")
_EDGES = frozenset(f"{which}{edge}" for which in ("odd", "even", "first")
                   for edge in ("Header", "Footer"))  # fmt: skip
PRINT_CODE = re.compile(r'&(?:"[^"]{0,99}"|K[0-9A-Fa-f]{6}|\d{1,3}|[A-Za-z])')
_AREA = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})", re.ASCII)
_RUNS = frozenset({"r", "t", "rPr", "sz", "color", "rFont", "family", "charset", "b", "i"})
_TEXT_TYPES = frozenset({"s", "str", "inlineStr"})


class Area(NamedTuple):
    """Cells merged into one: index of their first column, numbers of their first and last row."""

    column: int
    first: int
    last: int


class BrokenBookError(ValueError):
    """A workbook does not hold what its format says it holds."""


class Book:
    """A workbook that is open for reading.

    Attributes
    ----------
    merged : dict
        The merged cells of each sheet that was read to its end.

    Parameters
    ----------
    path : Path
        An archive that `safety.inspect` weighed.
    """

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)
        try:
            self._read_parts()
        except BaseException:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        """Return the book itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self._archive.close()

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets in their order."""
        return tuple(self._sheets)

    def rows(self, sheet: str, width: int) -> Iterator[tuple[int, list[Cell]]]:
        """Yield the number and the cells of each row that is there, cut to a width."""
        reader = _SheetReader(self._strings, self._days, self._texts, self._epoch, width)
        parser = part_parser(reader)
        with self._archive.open(self._sheets[sheet]) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
                yield from reader.taken()
            parser.Parse(b"", True)
            yield from reader.taken()
        self._printed.append("".join(reader.printed))
        self.merged[sheet] = [one for ref in reader.merged if (one := _area(ref)) is not None]

    def words(self) -> Iterator[str]:
        """Yield what stands in no cell: properties, comments, drawings, printed edges of sheets.

        The edges are of those sheets that were read to their end.
        """
        for part in self._archive.namelist():
            if part.startswith(_WORDED) and part.endswith(".xml"):
                paragraphs = _Paragraphs()
                self._parse(part, paragraphs)
                yield from paragraphs.found
        yield from (PRINT_CODE.sub("\n", text) for text in self._printed)

    def _read_parts(self) -> None:
        names = set(self._archive.namelist())
        self._printed: list[str] = []
        self.merged: dict[str, list[Area]] = {}
        described = _Attributes("sheet", "workbookPr")
        self._parse(_WORKBOOK, described)
        related = _Attributes("Relationship")
        self._parse("xl/_rels/workbook.xml.rels", related)
        targets = {each["Id"]: each for each in related.found["Relationship"]}
        self._sheets: dict[str, str] = {}
        for sheet in described.found["sheet"]:
            relation = targets.get(next((v for k, v in sheet.items() if k.endswith(":id")), ""))
            if relation is not None and relation["Type"].endswith("/worksheet"):
                self._sheets[sheet["name"]] = _part(relation["Target"], names)
        old = any(each.get("date1904") in ("1", "true") for each in described.found["workbookPr"])
        self._epoch = CALENDAR_MAC_1904 if old else CALENDAR_WINDOWS_1900
        self._strings: list[str] = []
        self._days: frozenset[int] = frozenset()
        self._texts: frozenset[int] = frozenset()
        for each in targets.values():
            if each["Type"].endswith("/sharedStrings"):
                strings = _Strings()
                self._parse(_part(each["Target"], names), strings)
                self._strings = strings.found
            elif each["Type"].endswith("/styles"):
                styles = _Styles()
                self._parse(_part(each["Target"], names), styles)
                self._days, self._texts = styles.days, styles.texts

    def _parse(self, part: str, reader: "PartReader") -> None:
        parser = part_parser(reader)
        with self._archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk)
            parser.Parse(b"", True)


def _part(target: str, names: set[str]) -> str:
    """Return the name of a part that the workbook refers to; it must be in the archive."""
    part = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
    part = posixpath.normpath(part)
    if part not in names:
        raise BrokenBookError(part)
    return part


class PartReader:
    """Takes the events of one part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the beginning of an element."""

    def end(self, name: str) -> None:
        """Take the end of an element."""

    def characters(self, text: str) -> None:
        """Take text between."""


class _Attributes(PartReader):
    """Collects the attributes of some elements."""

    def __init__(self, *names: str) -> None:
        self.found: dict[str, list[dict[str, str]]] = {name: [] for name in names}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name in self.found:
            self.found[name].append(attributes)


class _Strings(PartReader):
    """Collects shared strings, without the guides to their pronunciation."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._in_text = False
        self._in_guide = False

    def start(self, name: str, _: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "t":
            self._in_text = not self._in_guide
        elif name == "si":
            self._parts = []
        elif name == "rPh":
            self._in_guide = True

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "t":
            self._in_text = False
        elif name == "si":
            self.found.append(_unescaped("".join(self._parts)))
        elif name == "rPh":
            self._in_guide = False

    def characters(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)


class _Paragraphs(PartReader):
    """Collects the text of each paragraph, comment or property, whatever its runs are."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] not in _RUNS and self._parts:
            self.found.append("".join(self._parts).strip())
            self._parts = []

    def characters(self, text: str) -> None:
        self._parts.append(text)


class _Styles(PartReader):
    """Finds the styles that show a number as a day, and those that mark a cell as text."""

    def __init__(self) -> None:
        self._formats = dict(BUILTIN_FORMATS)
        self._in_cells = False
        self._count = 0
        self._days: set[int] = set()
        self._texts: set[int] = set()

    @property
    def days(self) -> frozenset[int]:
        """Styles of days."""
        return frozenset(self._days)

    @property
    def texts(self) -> frozenset[int]:
        """Styles of cells marked as text."""
        return frozenset(self._texts)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "numFmt":
            self._formats[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            code = self._formats.get(int(attributes.get("numFmtId", "0")), "")
            if is_date_format(code):
                self._days.add(self._count)
            if attributes.get("quotePrefix") in ("1", "true"):
                self._texts.add(self._count)
            self._count += 1

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            self._in_cells = False


class _SheetReader(PartReader):
    """Collects the rows of a sheet."""

    def __init__(
        self,
        strings: list[str],
        days: frozenset[int],
        texts: frozenset[int],
        epoch: datetime,
        width: int,
    ) -> None:
        self._strings = strings
        self._days = days
        self._texts = texts
        self._epoch = epoch
        self._width = width
        self._done: list[tuple[int, list[Cell]]] = []
        self._number = 0
        self._row: list[Cell] = []
        self._column = -1
        self._type = "n"
        self._style = 0
        self._value: list[str] = []
        self._formula: list[str] | None = None
        self._into: list[str] | None = None
        self.printed: list[str] = []
        self.merged: list[str] = []

    def taken(self) -> list[tuple[int, list[Cell]]]:
        """Return the rows finished since the last call."""
        done, self._done = self._done, []
        return done

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            place, style = attributes.get("r"), attributes.get("s")
            self._column = self._column + 1 if place is None else _column(place.rstrip(_DIGITS))
            self._type = attributes.get("t", "n")
            self._style = 0 if style is None else int(style)
            self._value, self._formula, self._into = [], None, None
        elif name in {"v", "t"}:
            self._into = self._value
        elif name == "f":
            self._formula = self._into = []
        elif name in _EDGES:
            self._into = self.printed
        elif name == "mergeCell":
            self.merged.append(attributes.get("ref", ""))
        elif name == "row":
            self._number = int(attributes.get("r", self._number + 1))
            if not 0 < self._number <= LAST_ROW:
                raise BrokenBookError(f"row {self._number}")
            self._row, self._column = [], -1
        elif ":" in name:
            self.start(name.rpartition(":")[2], attributes)

    def end(self, name: str) -> None:
        if name == "c":
            self._finish_cell()
        elif name in {"v", "t", "f"}:
            self._into = None
        elif name in _EDGES:
            self.printed.append("\n")
            self._into = None
        elif name == "row":
            self._done.append((self._number, self._row))
        elif ":" in name:
            self.end(name.rpartition(":")[2])

    def characters(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)

    def _finish_cell(self) -> None:
        if self._column >= self._width:
            return
        if self._formula is not None:
            cell: Cell = Formula("=" + ("".join(self._formula) or "".join(self._value)))
        elif not self._value:
            return
        else:
            cell = self._meant("".join(self._value))
        row = self._row
        missing = self._column - len(row)
        if missing > 0:
            row.extend([None] * missing)
        row.append(cell)

    def _meant(self, value: str) -> Cell:
        if self._type in _TEXT_TYPES:
            text = self._shared(value) if self._type == "s" else _unescaped(value)
            marked = self._style in self._texts
            return Formula(text) if text[:1] == "=" and len(text) > 1 and not marked else text
        if self._type == "b":
            return value == "1"
        if self._type in ("e", "d"):
            return value
        whole = len(value) <= _MOST_DIGITS and value.lstrip("-").isdecimal()
        number = int(value) if whole else float(value)
        return self._day(number) if self._style in self._days else number

    def _shared(self, index: str) -> str:
        if not index.isdecimal():
            raise BrokenBookError(index[:12])
        return self._strings[int(index)]

    def _day(self, number: float) -> Cell:
        day = from_excel(number, self._epoch)
        return day if isinstance(day, datetime) else number


def _area(ref: str) -> Area | None:
    found = _AREA.fullmatch(ref)
    if found is None:
        return None
    return Area(_column(found[1]), int(found[2]), int(found[4]))


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """Return the index of a column from its letters."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64 if "A" <= letter <= "Z" else LAST_COLUMN + 1
    if not 0 < index <= LAST_COLUMN:
        raise BrokenBookError(letters[:12])
    return index - 1


def _unescaped(text: str) -> str:
    return str(unescape(text)) if "_x" in text else text


def _refuse(*_: object) -> int:
    raise BrokenBookError("DOCTYPE")


def part_parser(reader: PartReader) -> XMLParserType:
    """Return a parser that gives a reader the events of a part, and refuses a document type."""
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    return parser
