"""KML and KMZ (OGC 12-007): placemarks with data, streamed; nothing is fetched or expanded."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from gis.errors import FormatError
from gis.exchange.formats.shapes import Shape, shape_of, table_of
from gis.exchange.marks import may_bear
from gis.exchange.safety import Format, Inspected, Limits
from gis.exchange.table import Table
from gis.geodesy import WGS84
from gis.names import nfc
from gis.zipped import opened_zip

__all__ = ["DESCRIPTION", "NAME", "read"]

NAME, DESCRIPTION = "Placemark", "description"
"""Headers of the names and the descriptions of placemarks."""

_WORDS = {"name": NAME, "description": DESCRIPTION, "Snippet": DESCRIPTION}
_TOLD = ("name", "description", "Snippet", "value", "SimpleData", "coordinates")
_MULTI = ("MultiGeometry", "MultiTrack")
_SHAPES = ("Point", "LineString", "Polygon", "Model", "Track", *_MULTI)


def read(file: Inspected, limits: Limits) -> Table:
    """Return the placemarks of a file as rows, counted from 1; KML is always WGS 84.

    Raises
    ------
    FormatError
        If it is no XML, declares entities, or is too long.
    """
    if file.format is Format.KML:
        with file.path.open("rb") as stream:
            return _table(file, stream, limits, {})

    def truncated(detail: str) -> FormatError:
        return FormatError("exchange.file.truncated", file=file.name, detail=detail)

    with opened_zip(file.path, truncated) as archive:
        first, *others = _documents(archive, file)
        beside: dict[str, None] = {}
        for name in others:
            with archive.open(name) as other:
                beside.update((words, None) for words in _words(file, other))
        with archive.open(first) as document:
            return _table(file, document, limits, beside)


def _documents(archive: zipfile.ZipFile, file: Inspected) -> list[str]:
    """Return the documents of a KMZ: `doc.kml`, or the first one there is, then the others."""
    names = [name for name in archive.namelist() if name.casefold().endswith(".kml")]
    if not names:
        raise FormatError(
            "exchange.file.not_what_it_says", file=file.name, format="kmz", seen="ZIP"
        )
    return sorted(names, key=lambda name: name.casefold() != "doc.kml")


def _words(file: Inspected, stream: IO[bytes]) -> Iterator[str]:
    """Yield the words of a document that is not read, where they may bear a mark of secrecy."""
    with _parsed(file):
        for _, element in iterparse(stream, events=("end",), forbid_dtd=True):
            if may_bear(words := element.text or ""):
                yield words
            if _local(element) == "Placemark":
                yield from (f"{name}: {value}" for name, value in _values(element).items())
                element.clear()


@contextmanager
def _parsed(file: Inspected) -> Iterator[None]:
    try:
        yield
    except DefusedXmlException:
        raise FormatError("exchange.file.entities", file=file.name, member=file.name) from None
    except (ParseError, ValueError) as error:
        raise FormatError("exchange.file.truncated", file=file.name, detail=str(error)) from None


def _table(file: Inspected, stream: IO[bytes], limits: Limits, beside: dict[str, None]) -> Table:
    found: list[tuple[dict[str, str], Shape]] = []
    names: dict[str, None] = {NAME: None}
    with _parsed(file):
        for values, shape in _placemarks(stream, beside):
            if len(found) >= limits.rows:
                raise FormatError("exchange.file.too_many_rows", file=file.name, limit=limits.rows)
            if any(len(value) > limits.cell_characters for value in values.values()):
                raise FormatError("exchange.file.cell_too_long", file=file.name,
                                  row=len(found) + 1, limit=limits.cell_characters)  # fmt: skip
            names.update(dict.fromkeys(values))
            found.append((values, shape))
    return table_of(
        file, limits, tuple(names), found, crs=WGS84, crs_text="KML 2.2", beside=beside
    )


def _placemarks(
    stream: IO[bytes], beside: dict[str, None]
) -> Iterator[tuple[dict[str, str], Shape]]:
    """Yield values and geometry of each placemark; what stands outside of them is noted."""
    depth = 0
    for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
        if _local(element) == "Placemark":
            depth += 1 if event == "start" else -1
            if event == "end":
                yield _values(element), _shape(element)
        if event == "end" and depth == 0:
            if may_bear(words := element.text or ""):
                beside[words] = None
            element.clear()


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _values(placemark: Element) -> dict[str, str]:
    """Return the values of a placemark by name; two that differ under one name stand together."""
    found: dict[str, dict[str, None]] = {}

    def put(name: str | None, text: str | None) -> None:
        words = nfc(text or "").strip()
        if name and words:
            found.setdefault(nfc(name).strip(), {})[words] = None

    for element in placemark.iter():
        local = _local(element)
        if local not in _TOLD and may_bear(element.text or ""):
            put(DESCRIPTION, element.text)
        if local == "Data":
            inner = next((one for one in element if _local(one) == "value"), None)
            put(element.get("name"), None if inner is None else inner.text)
        elif local == "SimpleData":
            put(element.get("name"), element.text)
    for element in placemark:
        if _local(element) in _WORDS:
            put(_WORDS[_local(element)], element.text)
    return {name: "; ".join(words) for name, words in found.items()}


def _shape(placemark: Element) -> Shape:
    shapes = [one for one in placemark if _local(one) in _SHAPES]
    while len(shapes) == 1 and _local(shapes[0]) in _MULTI:
        shapes = [one for one in shapes[0] if _local(one) in _SHAPES]
    if not shapes:
        return Shape(None, None, None)
    written: Any = next((e.text for e in shapes[0] if _local(e) == "coordinates"), None)
    return shape_of(_local(shapes[0]) if len(shapes) == 1 else "several", _pairs(written or ""))


def _pairs(text: str) -> list[tuple[float, float]] | None:
    """Return longitude and latitude of each vertex; heights are left aside."""
    try:
        parts = [part.split(",") for part in text.split()]
        return [(float(part[0]), float(part[1])) for part in parts]
    except (ValueError, IndexError):
        return None
