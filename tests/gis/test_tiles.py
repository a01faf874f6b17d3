"""Fetching tiles from a real server of the same layout, which breaks off, lies and lacks some."""

import io
import json
import os
import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from api.cli import main
from gis.errors import FormatError, TerrainUnavailableError
from gis.terrain.opening import GroundFiles, open_ground
from gis.tiles import download as downloading
from gis.tiles.fetching import Outcome, fetch_tiles
from gis.tiles.products import Product, Square, squares_around, squares_within
from gis.tiles.store import TileStore

HOME_SQUARE = Square(10, 106)
GLO30, SRTM = Product.GLO30, Product.SRTM


def glo30_tile(
    folder: Path, square: Square, height: float = 3.0, side: int = 300, step: float = 1e-6
) -> bytes:
    """A tile as GLO-30 has them: its first centre on the corner, half a cell outside."""
    cell = 1 / side
    file = folder / "tile.tif"
    west, north = square.longitude - cell / 2, square.latitude + 1 + cell / 2
    rng = np.random.default_rng(square.longitude)
    with rasterio.open(
        file,
        "w",
        driver="GTiff",
        height=side,
        width=side,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=Affine(cell, 0.0, west, 0.0, -cell, north),
        tiled=True,
        compress="deflate",
    ) as dataset:
        heights = height + step * np.round(rng.random((side, side)) / step)
        dataset.write(heights.astype(np.float32), 1)
    return file.read_bytes()


def srtm_zip(name: str, height: int = 4) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.hgt", np.full((1201, 1201), height).astype(">i2").tobytes())
    return out.getvalue()


@dataclass
class Site:
    """What a server has and how it behaves; `asked` is what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    version: str = '"1"'
    break_after: int | None = None
    breaks: int = 0
    lengthless: bool = False
    status: int | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    address: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve files with byte ranges on a port of this machine."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            site.asked.append((self.path, wanted))
            content = site.files.get(self.path)
            if site.status is not None or content is None:
                self.send_response(site.status or 404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            first = 0
            found = re.fullmatch(r"bytes=(\d+)-", wanted or "")
            if found and self.headers.get("If-Range") == site.version:
                first = int(found[1])
                self.send_response(206)
                span = f"bytes {first}-{len(content) - 1}/{len(content)}"
                self.send_header("Content-Range", span)
            else:
                self.send_response(200)
            self.send_header("ETag", site.version)
            if not site.lengthless:
                self.send_header("Content-Length", str(len(content) - first))
            self.end_headers()
            rest = content[first:]
            if site.breaks > 0 and site.break_after is not None:
                site.breaks -= 1
                rest = rest[: site.break_after]
                self.close_connection = True
            self.wfile.write(rest)
            if site.lengthless:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "_PAUSE_S", 0.001)


@pytest.fixture
def store(tmp_path: Path) -> TileStore:
    return TileStore(tmp_path / "tiles", 2**30)


def put(site: Site, tmp_path: Path, *squares: Square) -> None:
    for square in squares:
        name = square.glo30_name
        site.files[f"/{name}/{name}.tif"] = glo30_tile(tmp_path, square)


def fetch(site: Site, store: TileStore, *squares: Square, product: Product = GLO30) -> list:
    return fetch_tiles(product, squares, site.address, store, lambda *_: None)


def test_the_names_of_glo30() -> None:
    assert (
        GLO30.address("https://host/", HOME_SQUARE)
        == "https://host/Copernicus_DSM_COG_10_N10_00_E106_00_DEM/"
        "Copernicus_DSM_COG_10_N10_00_E106_00_DEM.tif"
    )
    assert Square(-1, -71).glo30_name == "Copernicus_DSM_COG_10_S01_00_W071_00_DEM"
    assert SRTM.address("https://host", Square(-1, 5)) == "https://host/S01E005.SRTMGL1.hgt.zip"


def test_squares() -> None:
    assert squares_within(106.2, 10.1, 106.8, 10.9) == (Square(10, 106),)
    assert squares_within(106, 10, 108, 11) == (Square(10, 106), Square(10, 107))
    around = squares_around(106.41, 10.53, 80.0)
    assert {each.latitude for each in around} == {9, 10, 11}
    assert {each.longitude for each in around} == {105, 106, 107}
    assert {each.longitude for each in squares_around(179.9, 0.5, 30.0)} == {179, -180}
    assert {each.longitude for each in squares_around(-179.9, 0.5, 30.0)} == {179, -180}
    for wrong in ((107, 10, 106, 11), (106, 11, 107, 10), (0, 0, 1, float("nan"))):
        with pytest.raises(FormatError):
            squares_within(*wrong)
    with pytest.raises(FormatError) as caught:
        squares_within(90, 0, 111, 21)
    assert caught.value.key == "terrain.too_many_squares"


def test_fetched_verified_recorded_and_used(tmp_path: Path, site: Site, store: TileStore) -> None:
    beside, sea = Square(10, 107), Square(9, 108)
    put(site, tmp_path, HOME_SQUARE, beside)
    outcomes = fetch(site, store, HOME_SQUARE, beside, sea)
    assert [each.outcome for each in outcomes] == [
        Outcome.FETCHED,
        Outcome.FETCHED,
        Outcome.ABSENT,
    ]
    tiles = store.tiles()
    assert len(tiles) == 2
    assert all(tile.whole() for tile in tiles)
    record = tiles[0].record
    assert record is not None
    assert record.source.startswith(site.address)
    assert len(record.sha256) == 64
    assert not list((store.folder / "unfinished").iterdir()), "nothing half-done is left"
    asked = len(site.asked)
    again = fetch(site, store, HOME_SQUARE, beside)
    assert {each.outcome for each in again} == {Outcome.KEPT}
    assert len(site.asked) == asked, "what is there is not asked for"
    ground = open_ground(GroundFiles(terrain=(store.of(GLO30),)))
    assert ground.elevation.surface_model
    heights = ground.elevation.heights_m(np.linspace(106.1, 107.9, 50), 10.5)
    assert ((heights >= 3) & (heights <= 4)).all()


def test_a_connection_that_breaks_is_taken_up_again(
    tmp_path: Path, site: Site, store: TileStore
) -> None:
    put(site, tmp_path, HOME_SQUARE)
    site.break_after, site.breaks = 50_000, 3
    (outcome,) = fetch(site, store, HOME_SQUARE)
    assert outcome.outcome is Outcome.FETCHED
    ranges = [wanted for _, wanted in site.asked]
    assert ranges == [None, "bytes=50000-", "bytes=100000-", "bytes=150000-"]
    assert outcome.path is not None
    assert outcome.path.read_bytes() == next(iter(site.files.values()))


def test_the_next_call_goes_on_where_the_last_gave_up(
    tmp_path: Path, site: Site, store: TileStore
) -> None:
    put(site, tmp_path, HOME_SQUARE)
    site.break_after, site.breaks = 0, 100
    with pytest.raises(TerrainUnavailableError) as caught:
        fetch(site, store, HOME_SQUARE)
    assert caught.value.values["bytes"] == 0
    site.break_after, site.breaks = 60_000, 1
    site.asked.clear()

    def then_nothing(_share: float, _tile: str, done: int) -> None:
        if done >= 60_000:
            site.break_after, site.breaks = 0, 100

    with pytest.raises(TerrainUnavailableError) as caught:
        fetch_tiles(GLO30, [HOME_SQUARE], site.address, store, then_nothing)
    assert caught.value.values["bytes"] == 60_000
    assert "60,000" in str(caught.value)
    site.breaks = 0
    site.asked.clear()
    (outcome,) = fetch(site, store, HOME_SQUARE)
    assert outcome.outcome is Outcome.FETCHED
    assert [wanted for _, wanted in site.asked] == ["bytes=60000-"]


def test_another_version_is_fetched_from_its_beginning(
    tmp_path: Path, site: Site, store: TileStore
) -> None:
    put(site, tmp_path, HOME_SQUARE)
    site.break_after, site.breaks = 60_000, 1
    changed = glo30_tile(tmp_path, HOME_SQUARE, height=90.0)

    def replaced(_share: float, _tile: str, done: int) -> None:
        if done >= 60_000 and site.version == '"1"':
            site.version = '"2"'
            site.files = dict.fromkeys(site.files, changed)

    (outcome,) = fetch_tiles(GLO30, [HOME_SQUARE], site.address, store, replaced)
    assert outcome.path is not None
    assert outcome.path.read_bytes() == changed


def test_servers_that_refuse_or_do_not_say_how_long(
    tmp_path: Path, site: Site, store: TileStore
) -> None:
    put(site, tmp_path, HOME_SQUARE)
    site.lengthless = True
    with pytest.raises(TerrainUnavailableError) as caught:
        fetch(site, store, HOME_SQUARE)
    assert caught.value.key == "terrain.fetch_no_length"
    site.lengthless, site.status = False, 403
    with pytest.raises(TerrainUnavailableError, match="HTTP 403"):
        fetch(site, store, HOME_SQUARE)
    site.status = 503
    with pytest.raises(TerrainUnavailableError, match="HTTP 503"):
        fetch(site, store, HOME_SQUARE)
    assert not store.tiles()


def test_tiles_that_are_not_what_they_should_be(
    tmp_path: Path, site: Site, store: TileStore
) -> None:
    """A wrong square, a damaged file, something else: refused, and the others go on."""
    names = [Square(10, 106 + n).glo30_name for n in range(4)]
    wrong = glo30_tile(tmp_path, Square(11, 106))
    damaged = bytearray(glo30_tile(tmp_path, Square(10, 107), step=0.1))
    middle = len(damaged) // 3
    damaged[middle : middle + 4000] = np.random.default_rng(0).bytes(4000)
    contents = [wrong, bytes(damaged), b"<html>404</html>", glo30_tile(tmp_path, Square(10, 109))]
    for name, content in zip(names, contents, strict=True):
        site.files[f"/{name}/{name}.tif"] = content
    outcomes = fetch(site, store, *(Square(10, 106 + n) for n in range(4)))
    assert [each.outcome.value for each in outcomes] == ["refused"] * 3 + ["fetched"]
    keys = [each.error.key for each in outcomes[:3]]
    assert keys == ["terrain.wrong_square", "terrain.unreadable", "terrain.unknown_format"]
    assert "N10E106" in outcomes[0].error.say("vi")
    assert len(store.tiles()) == 1


def test_a_tile_that_changed_in_the_cache(tmp_path: Path, site: Site, store: TileStore) -> None:
    """The ground leaves it out and says so; fetching brings it again."""
    beside = Square(10, 107)
    put(site, tmp_path, HOME_SQUARE, beside)
    fetch(site, store, HOME_SQUARE, beside)
    path = store.path(GLO30, HOME_SQUARE)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    assert [tile.whole() for tile in store.tiles()] == [False, True]
    ground = open_ground(GroundFiles(terrain=(store.of(GLO30),)))
    assert [key for key, _ in ground.remarks] == ["terrain.tile_changed", "terrain.left_out"]
    assert path.name in ground.remarks[0][1]["file"]
    got = ground.elevation.heights_m([106.5, 107.5], 10.5)
    np.testing.assert_array_equal(np.isnan(got), [True, False])
    outcomes = fetch(site, store, HOME_SQUARE, beside)
    assert [each.outcome for each in outcomes] == [Outcome.FETCHED, Outcome.KEPT]
    assert not open_ground(GroundFiles(terrain=(store.of(GLO30),))).remarks


def test_the_oldest_unused_tile_makes_room(tmp_path: Path, site: Site) -> None:
    squares = [Square(10, 106 + n) for n in range(4)]
    put(site, tmp_path, *squares)
    size = max(map(len, site.files.values()))
    store = TileStore(tmp_path / "tiles", int(3.05 * size))
    fetch(site, store, *squares[:3])
    for number, square in enumerate(squares[:3]):
        path = store.path(GLO30, square)
        os.utime(path, (1e9 + (number - 1) ** 2, path.stat().st_mtime))  # the middle is oldest
    fetch(site, store, squares[3])
    kept = {tile.path for tile in store.tiles()}
    assert kept == {store.path(GLO30, squares[n]) for n in (0, 2, 3)}
    assert not store.path(GLO30, squares[1]).with_suffix(".tif.json").exists()
    with pytest.raises(TerrainUnavailableError) as caught:
        fetch(site, store, *squares)
    assert caught.value.key == "terrain.cache_full"
    assert "PHUSONG_TILE_CACHE_MB" in caught.value.say("vi")


def test_srtm_from_a_server_and_from_a_folder(
    tmp_path: Path, site: Site, store: TileStore
) -> None:
    site.files["/N10E106.SRTMGL1.hgt.zip"] = srtm_zip("N10E106")
    site.files["/N10E107.SRTMGL1.hgt.zip"] = srtm_zip("N11E107")
    outcomes = fetch(site, store, HOME_SQUARE, Square(10, 107), product=SRTM)
    assert [each.outcome.value for each in outcomes] == ["fetched", "refused"]
    assert outcomes[1].error.key == "terrain.wrong_square"
    folder = tmp_path / "mine" / "asia"
    folder.mkdir(parents=True)
    (folder / "n11e106.hgt").write_bytes(np.full((1201, 1201), 6).astype(">i2").tobytes())
    (folder / "N11E107.SRTMGL1.hgt.zip").write_bytes(srtm_zip("N11E107", 7))
    (folder / "N11E108.hgt").write_bytes(b"short")
    squares = [Square(11, 106 + n) for n in range(4)]
    outcomes = fetch_tiles(SRTM, squares, str(tmp_path / "mine"), store, lambda *_: None)
    assert [each.outcome.value for each in outcomes] == [
        "fetched",
        "fetched",
        "refused",
        "absent",
    ]
    ground = open_ground(GroundFiles(terrain=(store.of(SRTM),)))
    heights = ground.elevation.heights_m([106.5, 106.5, 107.5], [10.5, 11.5, 11.5])
    np.testing.assert_array_equal(heights, [4, 6, 7])
    assert (folder / "n11e106.hgt").is_file(), "the person's own files stay"
    for wrong in ("ftp://127.0.0.1/", "file:///etc", str(tmp_path / "none")):
        with pytest.raises(FormatError) as caught:
            fetch_tiles(SRTM, squares, wrong, store, lambda *_: None)
        assert caught.value.key == "terrain.fetch_source"


def test_the_commands(
    tmp_path: Path,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(site, tmp_path, HOME_SQUARE)
    monkeypatch.setenv("PHUSONG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PHUSONG_GLO30_ADDRESS", site.address)
    bounds = "106.2,10.2,107.2,10.8"
    assert main(["terrain", "fetch", "--bounds", bounds, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["outcome"] for row in told["tiles"]] == ["fetched", "absent"]
    assert main(["terrain", "list", "--lang", "en", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    (row,) = listed["tiles"]
    assert row["whole"] is True
    assert len(row["sha256"]) == 64
    Path(row["path"]).write_bytes(b"II*\0")
    assert main(["terrain", "list"]) == 1
    assert "HỎNG" in capsys.readouterr().out
    assert main(["terrain", "fetch", "--bounds", "east"]) == 3
    assert "tây,nam,đông,bắc" in capsys.readouterr().err
    assert main(["terrain", "fetch", "--product", "srtm", "--around", "106.4,10.5"]) == 3
    assert "PHUSONG_SRTM_ADDRESS" in capsys.readouterr().err
    assert main(["terrain", "--help"]) == 0
    assert "terrain fetch" in capsys.readouterr().out
