"""A background of vector tiles: read within bounds, drawn calmly, refused where it is spoilt."""

import gzip
import io
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from mapbox_vector_tile.Mapbox.vector_tile_pb2 import tile as TileMessage  # noqa: N812 - a class
from numpy.typing import NDArray
from PIL import Image, ImageColor
from shapely import LineString, box

import gis.tile_shapes
from gis.basemap import open_basemap
from gis.errors import FormatError
from gis.tile_shapes import TileDamagedError, read_tile
from maps.background import background_tile, deepest, tile_picture
from tests.vector_map import LAYERS, tile_of, write_vector_map

TILE = tile_of(LAYERS)
LAND, WATER, ROAD, OTHER = "#f4f3ef", "#c9dde6", "#cfcac0", "#c9c6be"


def pixels(content: bytes | None) -> NDArray[np.uint8]:
    assert content is not None
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("PNG", (512, 512))
        return np.asarray(picture.convert("RGB"))


def is_colour(picture: NDArray[np.uint8], x: float, y: float, colour: str) -> bool:
    """Whether a place, in shares of the side from the upper left corner, has a colour."""
    found = picture[round(y * 511), round(x * 511)]
    return tuple(int(part) for part in found) == ImageColor.getrgb(colour)


def test_a_tile_is_drawn_with_its_holes_and_without_names() -> None:
    picture = pixels(tile_picture(read_tile(TILE)))
    assert is_colour(picture, 0.3, 0.5, WATER)
    assert is_colour(picture, 0.5, 0.5, LAND), "the island"
    assert is_colour(picture, 0.9, 0.5, LAND)
    assert is_colour(picture, 0.5, 1 - 300 / 4096, ROAD)
    assert is_colour(picture, 200 / 4096, 0.5, OTHER), "a layer of no schema"
    widths = [int((picture[rows, 256] == ImageColor.getrgb(ROAD)).all(axis=1).sum())
              for rows in (slice(440, 512), slice(0, 72))]  # fmt: skip
    assert widths == [4, 2], "a main road is wider"
    assert [one.name for one in read_tile(TILE, hidden=("places",))] == [
        "water",
        "roads",
        "made_up",
    ]


def test_beyond_its_last_level_a_part_is_drawn_larger(tmp_path: Path) -> None:
    basemap = open_basemap(write_vector_map(tmp_path / "a.pmtiles", {(0, 0, 0): TILE}))
    assert basemap.vector
    whole = pixels(background_tile(basemap, 0, 0, 0))
    quarter = pixels(background_tile(basemap, 1, 1, 0))
    assert is_colour(quarter, 0.5, 0.5, WATER)
    assert is_colour(quarter, 0.05, 0.95, LAND), "the island's corner"
    assert is_colour(quarter, 0.95, 0.5, LAND)
    assert not np.array_equal(whole, quarter)
    deep = pixels(background_tile(basemap, 4, 4, 8))
    assert (deep == ImageColor.getrgb(WATER)).all()
    assert deepest(basemap) == 4
    assert background_tile(basemap, 5, 10, 16) is None


@pytest.mark.parametrize("packed", [1, 2])
def test_tiles_are_found_in_the_file(tmp_path: Path, packed: int) -> None:
    other = tile_of([{"name": "water", "features": [{"geometry": box(0, 0, 4096, 4096)}]}])
    places = {(0, 0, 0): TILE, (1, 0, 0): other, (1, 1, 1): TILE}
    basemap = open_basemap(write_vector_map(tmp_path / "a.pmtiles", places, packed=packed))
    assert (basemap.lowest, basemap.highest, basemap.media_type) == (0, 1, "image/png")
    assert (pixels(background_tile(basemap, 1, 0, 0)) == ImageColor.getrgb(WATER)).all()
    assert background_tile(basemap, 1, 1, 0) is None
    assert is_colour(pixels(background_tile(basemap, 1, 1, 1)), 0.3, 0.5, WATER)


def spoilt(geometry: list[int], extent: int = 4096) -> bytes:
    message = TileMessage()
    layer = message.layers.add(name="roads", version=2, extent=extent)
    layer.features.add(type=2, geometry=geometry)
    return bytes(message.SerializeToString())


@pytest.mark.parametrize(
    "content",
    [
        b"\x1f\x8b\x08nothing",
        b"\xff" * 40,
        gzip.compress(bytes(8 << 20)),
        bytes(5 << 20),
        spoilt([9, 0]),
        spoilt([9, 0, 0, (1 << 29) - 6, 2, 2]),
        spoilt([10, 2, 2]),
        spoilt([9, 0, 0, 3, 0, 0]),
        spoilt([9, 0, 0, 10, 2, 2], extent=0),
        spoilt([9, 0, 0, 10, 2, 2], extent=1 << 30),
    ],
    ids=["gzip", "bytes", "bomb", "long", "cut", "count", "unmoved", "command", "none", "extent"],
)  # fmt: skip
def test_what_is_no_tile_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(TileDamagedError):
        read_tile(content)
    file = write_vector_map(tmp_path / "a.pmtiles", {(0, 0, 0): content}, packed=1)
    with pytest.raises(FormatError) as refused:
        open_basemap(file)
    assert refused.value.key == "maps.basemap_damaged"
    assert "a.pmtiles" in refused.value.say("vi")


def test_a_tile_has_a_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gis.tile_shapes, "MOST_FEATURES", 3)
    with pytest.raises(TileDamagedError):
        read_tile(TILE)
    monkeypatch.setattr(gis.tile_shapes, "MOST_FEATURES", 60_000)
    monkeypatch.setattr(gis.tile_shapes, "MOST_VERTICES", 10)
    with pytest.raises(TileDamagedError):
        read_tile(TILE)


def test_lines_to_and_fro_for_ever_are_not_drawn() -> None:
    there_and_back = [9, 0, 0, (20_000 << 3) | 2, *[8192, 0, 8191, 0] * 10_000]
    layers = read_tile(spoilt(there_and_back))
    with pytest.raises(TileDamagedError):
        tile_picture(layers, 16)
    far = read_tile(spoilt([9, (1 << 31) - 1, (1 << 31) - 1, 10, 1 << 31, 1 << 31]))
    assert abs(far[0].shapes[0].parts[0]).max() <= 2.0


@pytest.mark.parametrize("seed", range(40))
def test_bytes_at_random_never_do_worse(tmp_path: Path, seed: int) -> None:
    file = write_vector_map(tmp_path / "a.pmtiles", {(0, 0, 0): TILE, (1, 0, 1): TILE}, packed=1)
    content = bytearray(file.read_bytes())
    chance = np.random.default_rng(seed)
    for place in chance.integers(8, len(content), 3):
        content[place] = int(chance.integers(0, 256))
    file.write_bytes(content)
    with suppress(FormatError):  # anything else fails the test
        basemap = open_basemap(file)
        for level, column, row in ((0, 0, 0), (1, 0, 1), (3, 2, 5)):
            background_tile(basemap, level, column, row) if basemap.vector else None


@pytest.mark.parametrize(
    "header", [(97, 3), (97, 4), (98, 0), (98, 5), (99, 6), (100, 9), (101, 40)]
)
def test_other_packings_kinds_and_levels_are_refused(
    tmp_path: Path, header: tuple[int, int]
) -> None:
    file = write_vector_map(tmp_path / "a.pmtiles", {(0, 0, 0): TILE})
    content = bytearray(file.read_bytes())
    content[header[0]] = header[1]
    file.write_bytes(content)
    with pytest.raises(FormatError):
        open_basemap(file)


def test_a_line_across_many_tiles_keeps_its_direction() -> None:
    line = {"name": "roads", "features": [{"geometry": LineString([(0, 0), (4096, 4096)])}]}
    picture = pixels(tile_picture(read_tile(tile_of([line])), 8, (3, 4)))
    assert is_colour(picture, 0.5, 0.5, ROAD)
