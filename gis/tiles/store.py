"""Where fetched tiles are kept: verified, recorded, and no more of them than a limit."""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gis.errors import FormatError, TerrainUnavailableError
from gis.terrain.file import RasterFile, sha256_of_file
from gis.terrain.recorded import TileRecord, read_record, record_path, write_record
from gis.tiles.products import Product, Square

__all__ = ["KeptTile", "TileStore", "verify"]

_STRIP_ROWS = 512


@dataclass(frozen=True, slots=True)
class KeptTile:
    """A tile that is kept.

    Attributes
    ----------
    product : Product
        What it is a tile of.
    path : Path
        The file.
    size_bytes : int
        Its length.
    used_at : float
        When it was last used, seconds since 1970.
    record : TileRecord or None
        What was verified when it came.
    """

    product: Product
    path: Path
    size_bytes: int
    used_at: float
    record: TileRecord | None

    def whole(self) -> bool:
        """Return whether the file still is what was verified."""
        record = self.record
        return (
            record is not None
            and record.size_bytes == self.size_bytes
            and record.sha256 == sha256_of_file(self.path)
        )


@dataclass(frozen=True, slots=True)
class TileStore:
    """The folder of tiles, one folder a product.

    Attributes
    ----------
    folder : Path
        The root.
    limit_bytes : int
        The tiles together are not larger; the one longest unused goes first.
    """

    folder: Path
    limit_bytes: int

    def of(self, product: Product) -> Path:
        """Return the folder of a product's tiles."""
        return self.folder / product.value

    def path(self, product: Product, square: Square) -> Path:
        """Return where a tile is kept."""
        return self.of(product) / product.file_name(square)

    def tiles(self) -> list[KeptTile]:
        """Return the tiles that are kept, by product and name."""
        found = []
        for product in Product:
            paths = sorted(self.of(product).glob(f"*{_ending(product)}"))
            found += [_kept(product, path) for path in paths]
        return found

    def has(self, product: Product, square: Square) -> bool:
        """Return whether a tile is there and is what was verified; one that is not is removed."""
        path = self.path(product, square)
        if not path.is_file():
            return False
        if _kept(product, path).whole():
            return True
        self.remove(path)
        return False

    def keep(
        self, file: Path, product: Product, square: Square, source: str, wanted: Collection[Path]
    ) -> Path:
        """Verify a file, make room, and move it to its place.

        Parameters
        ----------
        file : Path
            On the same disk as the store; it is gone afterwards.
        product, square : Product, Square
            What it should be.
        source : str
            Where it came from.
        wanted : collection of Path
            Tiles that must not make room.

        Raises
        ------
        FormatError
            If it is not that tile.
        TerrainUnavailableError
            If there is no room.
        """
        verify(file, product, square)
        size = file.stat().st_size
        self._make_room(size, wanted)
        place = self.path(product, square)
        place.parent.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record = TileRecord(sha256_of_file(file), size, source, now)
        shutil.move(file, place)
        write_record(place, record)
        return place

    def remove(self, path: Path) -> None:
        """Remove a tile and its record."""
        path.unlink(missing_ok=True)
        record_path(path).unlink(missing_ok=True)

    def _make_room(self, size: int, wanted: Collection[Path]) -> None:
        tiles = sorted(self.tiles(), key=lambda tile: (tile.used_at, tile.path))
        total = sum(tile.size_bytes for tile in tiles)
        for tile in tiles:
            if total + size <= self.limit_bytes:
                return
            if tile.path not in wanted:
                self.remove(tile.path)
                total -= tile.size_bytes
        if total + size > self.limit_bytes:
            raise TerrainUnavailableError(
                "terrain.cache_full",
                megabytes=round((total + size) / 2**20),
                limit=self.limit_bytes // 2**20,
                setting="PHUSONG_TILE_CACHE_MB",
            )


def verify(file: Path, product: Product, square: Square) -> None:
    """Open a tile by its one driver, look at its square, and read all of it.

    Raises
    ------
    FormatError
        If it is damaged, or is another square.
    """
    raster = RasterFile.open(file)
    grid = raster.grid
    (north, west), (south, east) = (
        (lat, lon) for lon, lat in (grid.lonlat(0, 0), grid.lonlat(grid.shape[0], grid.shape[1]))
    )
    tolerance = 1.01 / min(grid.shape)
    wanted = (square.longitude, square.latitude, square.longitude + 1, square.latitude + 1)
    apart = [
        abs((got - want + 180.0) % 360.0 - 180.0)
        for got, want in zip((west, south, east, north), wanted, strict=True)
    ]
    if raster.driver != product.driver or max(apart) > tolerance:
        raise FormatError(
            "terrain.wrong_square",
            file=file.name,
            expected=square.name,
            bounds=f"{west:.4f}, {south:.4f}, {east:.4f}, {north:.4f}",
        )
    for row in range(0, grid.shape[0], _STRIP_ROWS):
        raster.read(row, 0, min(_STRIP_ROWS, grid.shape[0] - row), grid.shape[1])


def _kept(product: Product, path: Path) -> KeptTile:
    status = path.stat()
    try:
        record = read_record(path)
    except FormatError:
        record = None
    return KeptTile(product, path, status.st_size, status.st_atime, record)


def _ending(product: Product) -> str:
    return ".tif" if product is Product.GLO30 else ".hgt"
