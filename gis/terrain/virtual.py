"""VRT files, only from the folder that the administrator keeps for them.

A VRT names other files, and may ask for programs to be run. It is read as XML first: only plain
mosaics of plain files of its own folder are opened.
"""

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from gis.errors import FormatError
from gis.terrain.file import RasterFile, local, recognise

__all__ = ["open_virtual"]

_MOST_BYTES = 20_000_000
_ELEMENTS = frozenset(
    (
        *("VRTDataset", "SRS", "GeoTransform", "Metadata", "MDI", "VRTRasterBand"),
        *("ColorInterp", "NoDataValue", "HideNoDataValue", "Description", "UnitType"),
        *("Offset", "Scale", "SimpleSource", "ComplexSource", "SourceFilename", "SourceBand"),
        *("SourceProperties", "SrcRect", "DstRect", "NODATA", "ScaleOffset", "ScaleRatio"),
        *("BlockXSize", "BlockYSize"),
    )
)


def open_virtual(file: Path, folder: Path | None, *, heights: bool) -> RasterFile:
    """Open a VRT of the administrator's folder.

    Parameters
    ----------
    file : Path
        The VRT.
    folder : Path or None
        The one folder in which a VRT and its sources may lie.
    heights : bool
        As for `RasterFile.open`.

    Raises
    ------
    FormatError
        If there is no such folder, the VRT or one of its sources lies elsewhere, a source is no
        GeoTIFF or HGT, or it asks for more than a mosaic.
    """
    resolved = local(file)
    if folder is None or not _within(resolved, folder):
        raise FormatError("terrain.vrt_not_here", file=file.name, setting="PHUSONG_VRT_FOLDER")
    sources = [_source(resolved, folder, element) for element in _sources(resolved)]
    if not sources:
        raise FormatError("terrain.vrt_not_plain", file=file.name, element="SourceFilename")
    return RasterFile.open(resolved, heights=heights, sources=tuple(sources))


def _within(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder.resolve())


def _sources(file: Path) -> Iterator[Element]:
    """Yield the elements that name files; every element has to be one of a plain mosaic."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise FormatError("terrain.vrt_not_plain", file=file.name, element=f">{_MOST_BYTES} B")
        root = fromstring(file.read_bytes(), forbid_dtd=True)
    except (OSError, ValueError, ParseError, DefusedXmlException) as error:
        raise FormatError("terrain.unreadable", file=file.name) from error
    for element in root.iter():
        if element.tag not in _ELEMENTS or "subClass" in element.attrib:
            raise FormatError("terrain.vrt_not_plain", file=file.name, element=element.tag[:40])
        if element.tag == "SourceFilename":
            yield element


def _source(file: Path, folder: Path, element: Element) -> Path:
    """Return one source, which has to be a plain raster of the folder."""
    written = (element.text or "").strip()
    path = local(Path(written))
    if element.get("relativeToVRT") == "1":
        path = local(file.parent / written)
    if not _within(path, folder):
        raise FormatError("terrain.vrt_source_outside", file=file.name, source=written[:100])
    return recognise(path)[0]
