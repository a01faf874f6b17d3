"""Zips of tiles, unpacked once into a cache after they were weighed.

No archive is read through a virtual file system. Only members that may be tiles are unpacked, each
under its bare name, so that nothing leaves the folder.
"""

import shutil
import stat
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from gis.errors import FormatError
from gis.home import UNFINISHED, sweep_unfinished
from gis.terrain.file import sha256_of_file
from gis.zipped import opened_zip

__all__ = ["TILE_ENDINGS", "unpacked"]

TILE_ENDINGS = (".tif", ".tiff", ".hgt")
"""How the names of tiles end."""

MOST_MEMBERS = 2_000
MOST_BYTES = 2**34
_MOST_RATIO = 400.0
_RATIO_FROM_BYTES = 2**26
_CHUNK = 2**20


def unpacked(archive: Path, cache: Path) -> Path:
    """Return the folder with the tiles of a zip, unpacked now or before.

    Parameters
    ----------
    archive : Path
        The zip; its content names the folder, so that another content is unpacked anew.
    cache : Path
        Where folders of unpacked zips are kept.

    Raises
    ------
    FormatError
        If it is no zip, is damaged or encrypted, or holds too many or too large members, links,
        or members that would leave the folder.
    """
    folder = cache / sha256_of_file(archive)
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    sweep_unfinished(cache)
    unfinished = Path(mkdtemp(prefix=UNFINISHED, dir=cache))
    try:
        with opened_zip(archive, lambda _: _damaged(archive.name)) as opened:
            for member in _judged(opened, archive.name):
                _extract(opened, member, unfinished, archive.name)
        if not folder.is_dir():
            unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def _damaged(name: str) -> FormatError:
    return FormatError("terrain.zip_damaged", file=name)


def _judged(opened: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Return the members that are tiles, after a look at all."""
    members = opened.infolist()
    total = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS or total > MOST_BYTES:
        raise FormatError(
            "terrain.zip_too_large",
            file=name,
            members=len(members),
            most=MOST_MEMBERS,
            gigabytes=round(total / 2**30, 2),
            limit=MOST_BYTES // 2**30,
        )
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        link = stat.S_ISLNK(member.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or ":" in member.filename or link:
            raise FormatError("terrain.zip_leaves", file=name, member=member.filename[:100])
        if member.flag_bits & 1:
            raise FormatError("terrain.zip_encrypted", file=name, member=member.filename[:100])
        dense = member.file_size / max(member.compress_size, 1) > _MOST_RATIO
        if dense and member.file_size > _RATIO_FROM_BYTES:
            raise FormatError("terrain.zip_bomb", file=name, member=member.filename[:100])
    tiles = [m for m in members if m.filename.lower().endswith(TILE_ENDINGS) and m.file_size]
    names = {PurePosixPath(tile.filename).name.lower() for tile in tiles}
    if not tiles or len(names) < len(tiles):
        key = "terrain.zip_twice" if tiles else "terrain.zip_without_tiles"
        raise FormatError(key, file=name)
    return tiles


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, name: str) -> None:
    """Write one member under its bare name, no more of it than it said."""
    written = 0
    with opened.open(member) as source, (folder / Path(member.filename).name).open("wb") as out:
        while chunk := source.read(_CHUNK):
            written += len(chunk)
            if written > member.file_size:
                raise _damaged(name)
            out.write(chunk)
