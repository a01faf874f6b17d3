"""Fetching tiles, only when a person asks: from a server of the product's layout, or a folder."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gis.errors import FormatError, GisError, NotFoundError
from gis.terrain.archives import unpacked
from gis.tiles.download import download
from gis.tiles.products import Product, Square
from gis.tiles.store import TileStore

__all__ = ["Outcome", "TileOutcome", "fetch_tiles"]

Report = Callable[[float, str, int], None]
"""Called with the share done, the name of the tile, and its bytes so far."""


class Outcome(StrEnum):
    """What became of a tile."""

    FETCHED = "fetched"
    KEPT = "kept"
    ABSENT = "absent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TileOutcome:
    """What became of one tile.

    Attributes
    ----------
    square : Square
        Which.
    outcome : Outcome
        Fetched, kept from before, absent at the source (mostly open sea), or refused.
    path : Path or None
        Where it is kept.
    error : GisError or None
        Why it was refused.
    """

    square: Square
    outcome: Outcome
    path: Path | None = None
    error: GisError | None = None


def fetch_tiles(
    product: Product, squares: Sequence[Square], source: str, store: TileStore, report: Report
) -> list[TileOutcome]:
    """Fetch tiles that are not there yet; what breaks off goes on at the next call.

    Parameters
    ----------
    product : Product
        Which product.
    squares : sequence of Square
        Which tiles.
    source : str
        HTTP address of a server, or a folder that a person filled.
    store : TileStore
        Where they are kept.
    report : callable
        Told of progress.

    Raises
    ------
    TerrainUnavailableError
        If the server cannot be reached or breaks off again and again, or there is no room.
    FormatError
        If the source is neither an HTTP address nor a folder.
    """
    web = source.lower().startswith(("http://", "https://"))
    if not web and not Path(source).is_dir():
        raise FormatError("terrain.fetch_source", source=source[:200])
    wanted = {store.path(product, square) for square in squares}
    outcomes = []
    for number, square in enumerate(squares):
        share = number / len(squares)
        if store.has(product, square):
            outcomes.append(TileOutcome(square, Outcome.KEPT, store.path(product, square)))
            continue

        def told(done: int, total: int, share: float = share, square: Square = square) -> None:
            report(share + done / total / len(squares), square.name, done)

        report(share, square.name, 0)
        try:
            if web:
                path = _from_server(product, square, source, store, wanted=wanted, told=told)
            else:
                path = _from_folder(product, square, Path(source), store, wanted=wanted)
        except NotFoundError:
            outcomes.append(TileOutcome(square, Outcome.ABSENT))
        except FormatError as error:
            outcomes.append(TileOutcome(square, Outcome.REFUSED, error=error))
        else:
            outcomes.append(TileOutcome(square, Outcome.FETCHED, path))
    return outcomes


def _from_server(
    product: Product,
    square: Square,
    base: str,
    store: TileStore,
    *,
    wanted: set[Path],
    told: Callable[[int, int], None],
) -> Path:
    address = product.address(base, square)
    folder = _unfinished(store, square)
    part = folder / f"{address.rsplit('/', 1)[-1]}.part"
    try:
        download(address, part, told)
    except NotFoundError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    whole = part.replace(part.with_suffix(""))
    try:
        return store.keep(_tile_of(whole, product, square), product, square, address, wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _from_folder(
    product: Product, square: Square, source: Path, store: TileStore, *, wanted: set[Path]
) -> Path:
    names = product.names_in_folders(square)
    found = sorted(file for file in source.rglob("*") if file.name.lower() in names)
    if not found:
        raise NotFoundError("terrain.fetch_absent", address=str(source))
    folder = _unfinished(store, square)
    try:
        copy = Path(shutil.copyfile(found[0], folder / found[0].name))
        tile = _tile_of(copy, product, square)
        return store.keep(tile, product, square, str(found[0]), wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unfinished(store: TileStore, square: Square) -> Path:
    folder = store.folder / "unfinished" / square.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _tile_of(file: Path, product: Product, square: Square) -> Path:
    """Return the tile in a file, which may be a zip of it, under the name that it is kept by."""
    name = product.file_name(square)
    if file.suffix.lower() == ".zip":
        folder = unpacked(file, file.parent / "unpacked")
        tiles = {tile.name.lower(): tile for tile in folder.iterdir()}
        inside = [tiles[one] for one in product.names_in_folders(square) if one in tiles]
        if not inside:
            held = ", ".join(sorted(tiles))[:100]
            raise FormatError(
                "terrain.wrong_square", file=file.name, expected=square.name, bounds=held
            )
        file = inside[0]
    return file.replace(file.with_name(name))
