"""`phusong terrain fetch` and `terrain list`: elevation tiles on this machine."""

import argparse
from datetime import UTC, datetime
from typing import Any

from api.cli.frame import DONE, LOOK, Command, Output, Parser
from api.cli.path import coordinates
from gis.errors import FormatError
from gis.tiles.fetching import Outcome, TileOutcome, fetch_tiles
from gis.tiles.products import Product, Square, squares_around, squares_within
from gis.tiles.store import KeptTile

__all__ = ["COMMANDS"]

_MEBIBYTE = 2**20


def _configure_fetch(parser: Parser) -> None:
    parser.add_argument(
        "--product",
        choices=[product.value for product in Product],
        default=Product.GLO30.value,
        help=parser.say("help_product"),
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--around", metavar="LON,LAT", help=parser.say("help_around"))
    where.add_argument("--bounds", metavar="W,S,E,N", help=parser.say("help_bounds"))
    parser.add_argument(
        "--radius", type=float, default=60.0, metavar="KM", help=parser.say("help_tile_radius")
    )
    parser.add_argument(
        "--from", dest="source", metavar="SOURCE", help=parser.say("help_tile_source")
    )


def _fetch(arguments: argparse.Namespace, output: Output) -> int:
    settings, product = output.settings, Product(arguments.product)
    source = arguments.source or settings.tile_address(product)
    if not source:
        raise FormatError("terrain.no_address", product=product.value)
    squares, store = _squares(arguments), settings.tile_store
    with output.progress() as progress:

        def told(share: float, tile: str, done: int) -> None:
            values = {"tile": tile, "megabytes": round(done / _MEBIBYTE, 1)}
            progress(share, "cli.terrain_progress", values)

        outcomes = fetch_tiles(product, squares, source, store, told)
    output.table(
        (output.text("terrain_tile"), output.text("terrain_outcome")),
        [(each.square.name, _said(each, output)) for each in outcomes],
    )
    folder = store.of(product)
    output.say("terrain_use", folder=str(folder))
    rows = [_outcome(each) for each in outcomes]
    output.result({"product": product.value, "folder": str(folder), "tiles": rows})
    refused = any(each.outcome is Outcome.REFUSED for each in outcomes)
    return LOOK if refused else DONE


def _squares(arguments: argparse.Namespace) -> tuple[Square, ...]:
    if arguments.around is not None:
        longitude, latitude = coordinates(arguments.around, "--around")
        return tuple(squares_around(longitude, latitude, arguments.radius))
    try:
        west, south, east, north = (float(part) for part in arguments.bounds.split(","))
    except ValueError as error:
        raise FormatError("terrain.box_malformed", value=arguments.bounds[:60]) from error
    return squares_within(west, south, east, north)


def _said(each: TileOutcome, output: Output) -> str:
    if each.error is not None:
        return each.error.say(output.language)
    return output.text(f"terrain_{each.outcome.value}")


def _outcome(each: TileOutcome) -> dict[str, Any]:
    return {
        "tile": each.square.name,
        "outcome": each.outcome.value,
        "path": None if each.path is None else str(each.path),
        "reason": None if each.error is None else str(each.error),
    }


def _list(_arguments: argparse.Namespace, output: Output) -> int:
    store = output.settings.tile_store
    rows = [(tile, tile.whole()) for tile in store.tiles()]
    output.table(
        tuple(
            output.text(f"terrain_{name}") for name in ("tile", "product", "size", "used", "state")
        ),
        [
            (
                tile.path.name,
                tile.product.value,
                f"{output.number(tile.size_bytes / _MEBIBYTE, 1)} MiB",
                f"{_used(tile):%Y-%m-%d}",
                output.text("terrain_whole" if whole else "terrain_changed"),
            )
            for tile, whole in rows
        ],
    )
    total = sum(tile.size_bytes for tile, _ in rows)
    output.say(
        "terrain_total",
        tiles=len(rows),
        megabytes=round(total / _MEBIBYTE),
        limit=output.settings.tile_cache_mb,
    )
    output.result(
        {
            "folder": str(store.folder),
            "bytes": total,
            "limit_bytes": store.limit_bytes,
            "tiles": [_kept(tile, whole) for tile, whole in rows],
        }
    )
    return DONE if all(whole for _, whole in rows) else LOOK


def _used(tile: KeptTile) -> datetime:
    return datetime.fromtimestamp(tile.used_at, UTC)


def _kept(tile: KeptTile, whole: bool) -> dict[str, Any]:
    record = tile.record
    return {
        "tile": tile.path.name,
        "product": tile.product.value,
        "path": str(tile.path),
        "bytes": tile.size_bytes,
        "used_at": _used(tile).isoformat(timespec="seconds"),
        "sha256": None if record is None else record.sha256,
        "source": None if record is None else record.source,
        "whole": whole,
    }


COMMANDS = (
    Command(
        "terrain fetch",
        _configure_fetch,
        _fetch,
        "phusong terrain fetch --around 106.41,10.53 --radius 80",
    ),
    Command("terrain list", lambda _parser: None, _list, "phusong terrain list --json"),
)
