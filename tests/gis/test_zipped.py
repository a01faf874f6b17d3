"""Damaged ZIPs, each met by every reader of ZIPs from outside: an error of ours, never another."""

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gis.curves import FILES, read_curves
from gis.errors import FormatError
from gis.exchange.safety import inspect
from gis.terrain.archives import unpacked
from gis.zipped import opened_zip

CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def whole(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return what every reader takes for its own: a workbook's parts, a tile, curves."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr("[Content_Types].xml", b"<a/>")
        archive.writestr("xl/workbook.xml", b"<a/>" * 50)
        archive.writestr("N10E106.hgt", bytes(range(256)) * 80)
        for name in dict.fromkeys(FILES.values()):
            archive.writestr(name, b"1,2,3\n" * 50)
    return content.getvalue()


def changed(content: bytes, mark: bytes, offset: int, value: int) -> bytes:
    """Return a ZIP with one byte of every header changed."""
    made, at = bytearray(content), content.find(mark)
    while at >= 0:
        made[at + offset] = value
        at = content.find(mark, at + 4)
    return bytes(made)


def misnamed() -> bytes:
    """Return a ZIP whose names claim UTF-8 and are not."""
    made = changed(whole(), CENTRAL, 9, 8)
    return changed(made, CENTRAL, 46, 0xFF)


def misnamed_inside() -> bytes:
    """Return a ZIP whose names beside the members are no UTF-8."""
    return changed(changed(whole(), LOCAL, 7, 8), LOCAL, 30, 0xFF)


DAMAGED: dict[str, Callable[[], bytes]] = {
    "name": misnamed,
    "name inside": misnamed_inside,
    "bzip2": lambda: whole(zipfile.ZIP_BZIP2),
    "lzma": lambda: whole(zipfile.ZIP_LZMA),
    "unknown method": lambda: changed(whole(), CENTRAL, 10, 97),
    "encrypted": lambda: changed(whole(), CENTRAL, 8, 1),
    "a place before the file": lambda: changed(whole(), CENTRAL, 45, 0xFF),
    "cut": lambda: whole()[:-40],
}
READERS: dict[str, Callable[[Path], object]] = {
    "workbook": inspect,
    "tiles": lambda path: unpacked(path, path.parent / "cache"),
    "curves": read_curves,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_is_refused_by_name(damage: str, reader: str, tmp_path: Path) -> None:
    file = tmp_path / ("a.xlsx" if reader == "workbook" else "a.zip")
    file.write_bytes(DAMAGED[damage]())
    with pytest.raises(FormatError) as caught:
        READERS[reader](file)
    assert file.name in caught.value.say("vi")


@pytest.mark.parametrize("reader", READERS)
def test_bytes_at_random_are_refused_or_read(reader: str, tmp_path: Path) -> None:
    rng = random.Random(4)
    content = whole()
    refused = 0
    for _ in range(300):
        made = bytearray(content)
        for _ in range(rng.choice([1, 2, 8])):
            made[rng.randrange(len(made))] = rng.randrange(256)
        file = tmp_path / ("a.xlsx" if reader == "workbook" else "a.zip")
        file.write_bytes(made)
        try:
            READERS[reader](file)
        except FormatError:
            refused += 1
    assert refused > 30


def test_what_is_wrong_with_the_disk_is_no_damage(tmp_path: Path) -> None:
    nowhere = opened_zip(tmp_path / "none.zip", lambda _: FormatError("terrain.zip_damaged"))
    with pytest.raises(FileNotFoundError), nowhere:
        raise AssertionError("it was opened")
