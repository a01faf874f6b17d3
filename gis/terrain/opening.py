"""Opening the ground that an installation names: files, folders, zips, in the order stated."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from gis.errors import FormatError
from gis.terrain.archives import TILE_ENDINGS, unpacked
from gis.terrain.classes import ClassRaster
from gis.terrain.file import ELLIPSOID, RasterFile, local, sha256_of_file
from gis.terrain.ground import Ground, Remark
from gis.terrain.raster import RasterTerrain
from gis.terrain.recorded import read_record
from gis.terrain.source import ElevationSource, FlatTerrain
from gis.terrain.tables import ZONES, ClassTable, clutter_table
from gis.terrain.virtual import open_virtual

__all__ = ["GroundFiles", "open_ground"]

_MOST_TILES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundFiles:
    """What an installation says about its ground.

    Attributes
    ----------
    terrain, land_cover, zones : tuple of Path
        Files, folders of tiles, zips of tiles; a gap of one is filled from the next.
    land_cover_table : Path or None
        Clutter heights of the classes; without it those of ESA WorldCover.
    surface_model : bool or None
        Whether heights include buildings and trees; None leaves it to what is known of the
        product (Copernicus GLO-30 and SRTM do, anything else is taken as bare ground).
    vrt_folder : Path or None
        The only folder in which a VRT is opened.
    cache : Path or None
        Where zips are unpacked and large windows kept.
    """

    terrain: tuple[Path, ...] = ()
    land_cover: tuple[Path, ...] = ()
    land_cover_table: Path | None = None
    zones: tuple[Path, ...] = ()
    surface_model: bool | None = None
    vrt_folder: Path | None = None
    cache: Path | None = None

    def to_json(self) -> str:
        """Return the same as text, for another process; paths become absolute."""

        def written(value: object) -> object:
            if isinstance(value, tuple):
                return [str(path.absolute()) for path in value]
            return str(value.absolute()) if isinstance(value, Path) else value

        return json.dumps({name: written(getattr(self, name)) for name in self.__slots__})

    @classmethod
    def from_json(cls, text: str) -> "GroundFiles":
        """Return what `to_json` wrote."""
        read: dict[str, Any] = {}
        for name, value in json.loads(text).items():
            if isinstance(value, list):
                read[name] = tuple(Path(one) for one in value)
            else:
                read[name] = Path(value) if isinstance(value, str) else value
        return cls(**read)


def open_ground(files: GroundFiles) -> Ground:
    """Open what an installation names, or stand on the flat delta where it names no heights.

    Raises
    ------
    FormatError
        If something cannot be trusted as what it should be; in a folder of tiles such a file is
        left out, and the ground's remarks say so.
    """
    remarks: list[Remark] = []
    elevation = _elevation(files, remarks)
    land_cover = zones = None
    if files.land_cover:
        table = clutter_table(files.land_cover_table)
        land_cover = _classes(files, files.land_cover, table, remarks)
        if elevation.surface_model:
            remarks.append(("terrain.surface_without_clutter", {"name": land_cover.name}))
    if files.zones:
        zones = _classes(files, files.zones, ZONES, remarks)
    return Ground(elevation, land_cover, zones, tuple(remarks))


def _elevation(files: GroundFiles, remarks: list[Remark]) -> ElevationSource:
    if not files.terrain:
        return FlatTerrain()
    rasters = _rasters(files, files.terrain, remarks, heights=True)
    _compare(rasters, remarks)
    surface = files.surface_model
    if surface is None:
        known = [raster.product_is_surface for raster in rasters]
        surface = any(known)
        if surface and not all(known):
            first = rasters[known.index(True)].name
            other = rasters[known.index(False)].name
            remarks.append(("terrain.mixed_surface", {"surface": first, "other": other}))
    return RasterTerrain(
        rasters, surface_model=surface, name=_name(files.terrain), scratch=files.cache
    )


def _classes(
    files: GroundFiles, paths: Sequence[Path], table: ClassTable, remarks: list[Remark]
) -> ClassRaster:
    rasters = _rasters(files, paths, remarks, heights=False)
    return ClassRaster(rasters, table, name=_name(paths), scratch=files.cache)


def _name(paths: Sequence[Path]) -> str:
    return " + ".join(path.name or str(path) for path in paths)


def _rasters(
    files: GroundFiles, paths: Sequence[Path], remarks: list[Remark], *, heights: bool
) -> list[RasterFile]:
    """Return the rasters of files, folders and zips in their order."""
    found: list[RasterFile] = []
    for path in paths:
        here = local(path)
        if here.suffix.lower() == ".vrt" and files.vrt_folder is not None:
            found.append(open_virtual(path, files.vrt_folder, heights=heights))
        elif here.suffix.lower() == ".zip" and here.is_file():
            folder = unpacked(here, _unpacked_to(files, path))
            found += _tiles(folder, files, remarks, name=path.name, heights=heights)
        elif here.is_dir():
            found += _tiles(here, files, remarks, name=path.name, heights=heights)
        else:
            found.append(RasterFile.open(path, heights=heights))
    return found


def _unpacked_to(files: GroundFiles, path: Path) -> Path:
    if files.cache is None:
        raise FormatError("terrain.zip_needs_cache", file=path.name)
    return files.cache / "unpacked"


def _tiles(
    folder: Path, files: GroundFiles, remarks: list[Remark], *, name: str, heights: bool
) -> list[RasterFile]:
    """Return the tiles of a folder by name; what is no such raster is left out, and said."""
    found = []
    for file in _listed(folder, name):
        try:
            if file.suffix.lower() == ".zip":
                inside = unpacked(file, _unpacked_to(files, file))
                found += _tiles(inside, files, remarks, name=file.name, heights=heights)
            else:
                found.append(_as_recorded(file, heights=heights))
        except FormatError as error:
            remarks += [(error.key, error.values), ("terrain.left_out", {"file": file.name})]
    if not found:
        raise FormatError("terrain.no_tiles", file=name, endings=", ".join(TILE_ENDINGS))
    return found


def _as_recorded(file: Path, *, heights: bool) -> RasterFile:
    """Open a tile; refuse a fetched one that is no longer what was verified."""
    record = read_record(file)
    digest = "" if record is None else sha256_of_file(file)
    if record is not None and record.sha256 != digest:
        raise FormatError("terrain.tile_changed", file=file.name)
    return RasterFile.open(file, heights=heights, sha256=digest)


def _listed(folder: Path, name: str) -> Iterator[Path]:
    endings = (*TILE_ENDINGS, ".zip")
    tiles = [file for file in folder.rglob("*") if file.name.lower().endswith(endings)]
    if len(tiles) > _MOST_TILES:
        raise FormatError("terrain.too_many_tiles", file=name, tiles=len(tiles), limit=_MOST_TILES)
    yield from sorted((file for file in tiles if file.is_file()), key=lambda f: (f.name, str(f)))


def _compare(rasters: Sequence[RasterFile], remarks: list[Remark]) -> None:
    """Say where two sources do not measure from the same datum.

    Raises
    ------
    FormatError
        If some heights are above the ellipsoid and others above the sea.
    """
    vertical = {raster.vertical_datum: raster.name for raster in rasters if raster.vertical_datum}
    if ELLIPSOID in vertical:
        other = next((r.name for r in rasters if r.vertical_datum != ELLIPSOID), None)
        if other is not None:
            raise FormatError("terrain.mixed_vertical", file=vertical[ELLIPSOID], other=other)
        remarks.append(("terrain.ellipsoidal", {"file": vertical[ELLIPSOID]}))
    for key, found in (
        ("terrain.different_vertical", vertical),
        ("terrain.different_horizontal", {r.grid.datum: r.name for r in rasters}),
    ):
        for (datum, name), (other_datum, other) in pairwise(found.items()):
            values = {"file": name, "datum": datum, "other": other, "other_datum": other_datum}
            remarks.append((key, values))
