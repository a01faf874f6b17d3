"""A file looked through for a person's data before anything of it is read, quoted or kept.

Of a workbook every part is looked through, not only what a person sees: hidden sheets, rows and
columns, comments, names, properties, edges of the printed page, drawings, caches and texts that no
cell shows any more. What cannot be looked through, an embedded file, is refused.
"""

import csv
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.parsers.expat import ExpatError

from gis.errors import FormatError
from gis.exchange.encoding import decode
from gis.exchange.formats.ooxml import BrokenBookError, PartReader, part_parser
from gis.exchange.personal_grid import (
    MOST_FOUND,
    Found,
    GridScreen,
    PersonalDataError,
    Where,
    of_name,
    of_words,
)
from gis.exchange.personal_parts import BookParts, PartScreen, SharedTexts, SheetScreen
from gis.exchange.safety import Format, Inspected
from gis.personal import in_text

__all__ = ["csv_rows", "refuse_name", "refuse_personal", "refuse_typed"]

_CHUNK = 1 << 18
_BROKEN = (KeyError, ValueError, IndexError, EOFError, OSError, zipfile.BadZipFile, zlib.error,
           ExpatError)  # fmt: skip
_TEXTS = (".xml", ".rels")
_DRAWN = (".vml",)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".svg", ".tif", ".tiff", ".bmp")
_PRINTERS = "xl/printersettings/"
_TAG = re.compile(r"<[^<>]{0,4000}>")
_SEPARATORS = (";", ",", "\t", "|")
_SAMPLE = 20_000


def refuse_name(name: str) -> None:
    """Raise where the name of a file tells a person's data.

    Raises
    ------
    PersonalDataError
        Without the name.
    """
    what = of_name(Path(name).stem)
    if what is not None:
        raise PersonalDataError(found=(Found(what=what, where=Where.FILE_NAME),))


def refuse_typed(told: Mapping[str, str]) -> None:
    """Raise where an answer to the questions of a file holds a person's data.

    Raises
    ------
    FormatError
        With the name of the answer, without what it says.
    """
    for name, value in told.items():
        if in_text(value) is not None:
            raise FormatError("points.personal_answer", answer=name)


def refuse_personal(file: Inspected) -> None:
    """Raise where a file holds a person's data, or cannot be looked through for it.

    Parameters
    ----------
    file : Inspected
        A file that passed `safety.inspect`, which weighed it.

    Raises
    ------
    PersonalDataError
        With the places, never what stands there.
    FormatError
        If it is neither XLSX nor CSV, or is damaged.
    """
    found: list[Found] = []
    if file.format is Format.CSV:
        _screen_csv(file, found)
    elif file.format is Format.XLSX:
        try:
            with zipfile.ZipFile(file.path) as archive:
                _screen_book(archive, found)
        except _BROKEN as error:
            detail = str(error) if isinstance(error, BrokenBookError) else type(error).__name__
            raise FormatError("exchange.file.truncated", file=file.name, detail=detail) from error
    else:
        raise FormatError("points.only_tables", format=file.format.value)
    if found:
        raise PersonalDataError(found=found[:MOST_FOUND])


def _screen_csv(file: Inspected, found: list[Found]) -> None:
    content = decode(file.path.read_bytes(), file.name)
    screen = GridScreen(found)
    for number, cells in csv_rows(content):
        screen.take(number, list(enumerate(cells)))
        if len(found) >= MOST_FOUND:
            return


def csv_rows(content: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV; where it is broken, the lines as they stand."""
    first = content[:_SAMPLE]
    separator = max(_SEPARATORS, key=first.count)
    number = 0
    try:
        rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator)
        for number, cells in enumerate(rows, start=1):
            yield number, cells
    except csv.Error:
        for line_number, line in enumerate(content.splitlines(), start=1):
            if line_number > number:
                yield line_number, [line]


def _screen_book(archive: zipfile.ZipFile, found: list[Found]) -> None:
    parts = BookParts()
    _parse(archive, "xl/workbook.xml", parts)
    _parse(archive, "xl/_rels/workbook.xml.rels", parts)
    texts = SharedTexts()
    names = archive.namelist()
    if parts.shared in names:
        _parse(archive, parts.shared, texts)
    for number, sheet in enumerate(parts.sheets, start=1):
        what = of_name(sheet.name)
        if what is not None:
            found.append(Found(what=what, where=Where.SHEET_NAME, sheet=number))
        part = parts.part_of(sheet)
        if part in names:
            screen = SheetScreen(found, texts, number, hidden=sheet.hidden)
            _parse(archive, part, screen)
    owners = _owners(archive, parts, names)
    for name in names:
        if len(found) >= MOST_FOUND:
            return
        if name not in parts.parts and name != parts.shared:
            _screen_part(archive, name, owners.get(name), found)
    left = texts.unseen()
    if left is not None and not found:
        found.append(Found(what=left, where=Where.OTHER))


def _screen_part(
    archive: zipfile.ZipFile, name: str, sheet: int | None, found: list[Found]
) -> None:
    small = name.lower()
    if small.endswith("/") or small.endswith(_PICTURES) or small.startswith(_PRINTERS):
        return
    if small.endswith(_TEXTS):
        _parse(archive, name, PartScreen(found, name, sheet))
    elif small.endswith(_DRAWN):
        content = archive.read(name).decode("utf-8", errors="replace")
        for line in _TAG.sub("\n", content).splitlines():
            what = of_words(line.strip())
            if what is not None and len(found) < MOST_FOUND:
                found.append(Found(what=what, where=Where.DRAWING, sheet=sheet))
    else:
        found.append(Found(what=None, where=Where.EMBEDDED, sheet=sheet))


def _owners(archive: zipfile.ZipFile, parts: BookParts, names: list[str]) -> dict[str, int]:
    """Return the number of the sheet that each part belongs to: its comments, its drawings."""
    owners: dict[str, int] = {}
    for number, sheet in enumerate(parts.sheets, start=1):
        folder, base = posixpath.split(parts.part_of(sheet))
        related = f"{folder}/_rels/{base}.rels"
        if related in names:
            own = BookParts(folder)
            _parse(archive, related, own)
            owners |= dict.fromkeys((related, *own.targets.values()), number)
    return owners


def _parse(archive: zipfile.ZipFile, name: str, reader: PartReader) -> None:
    parser = part_parser(reader)
    with archive.open(name) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk)
        parser.Parse(b"", True)
