"""OGC API - Tiles, part 1 (20-057): the abstract tests, each named as theirs.

What a tile holds is compared with the items of the collection, and a picture with its raster.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import rasterio
import shapely.geometry
from PIL import Image

from api.ogc.tiles import MVT
from api.settings import Settings
from gis.features.collections import COLLECTIONS
from gis.jobs.worker import work_once
from gis.web_mercator import HALF_M, fractions, tile_at
from maps.palette import FIELD_STRENGTH, classify, rgb
from tests.api.ogc_server import Served, kept, serving

PLACED = tuple(one.id for one in COLLECTIONS.values() if one.geometry is not None)
CONF = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{}"
REL = "http://www.opengis.net/def/rel/ogc/1.0/{}"
QUAD = "WebMercatorQuad"
WORLD = f"{QUAD}/0/0/0"


@pytest.fixture(scope="module")
def home(kept_by: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with kept(tmp_path_factory.mktemp(f"tiles-{kept_by}") / "home") as settings:
        yield settings


@pytest.fixture(scope="module")
def staff(home: Settings) -> Iterator[Served]:
    with serving(home, "staff") as served:
        yield served


@pytest.fixture(scope="module")
def study(staff: Served) -> dict[str, Any]:
    """A coverage that was really made, by its record."""
    inputs = {"station_id": "mp-tan-an", "radius_km": 12, "step_m": 250}
    body = {"inputs": inputs}
    sent = staff.client.post("/ogc/processes/coverage/execution", json=body)
    assert sent.status_code == 201, sent.text
    service = staff.service
    assert work_once(service.register, service.home, service.ground)
    address = sent.headers["location"].removeprefix("http://testserver")
    found: dict[str, Any] = staff.json(f"{address}/results")["study"]
    return found


def of(collection: str, tile: str) -> str:
    return f"/ogc/collections/{collection}/tiles/{tile}"


def links(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {link["rel"]: link for link in document["links"]}


def local(address: str) -> str:
    return address.removeprefix("http://testserver")


def features(served: Served, collection: str, tile: str) -> list[dict[str, Any]]:
    answer = served.get(of(collection, tile), f="mvt")
    assert answer.status_code in (200, 204), answer.text
    if answer.status_code == 204:
        assert answer.content == b""
        return []
    assert answer.headers["content-type"] == MVT
    (layer,) = mapbox_vector_tile.decode(answer.content).items()
    assert layer[0] == collection
    found: list[dict[str, Any]] = layer[1]["features"]
    return found


def addresses(tileset: dict[str, Any], level: int) -> Iterator[str]:
    """Every tile of a level in which, as the set says, something may lie."""
    limits = tileset["tileMatrixSetLimits"][level]
    for row in range(limits["minTileRow"], limits["maxTileRow"] + 1):
        for column in range(limits["minTileCol"], limits["maxTileCol"] + 1):
            yield f"{QUAD}/{level}/{row}/{column}"


def test_conformance_and_links_from_the_landing_page(staff: Served) -> None:
    """/conf/core/conformance, /conf/geodata-tilesets/desc-links."""
    classes = set(staff.json("/ogc/conformance")["conformsTo"])
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "png"):
        assert CONF.format(name) in classes
    schemes = links(staff.json("/ogc"))[REL.format("tiling-schemes")]
    (listed,) = staff.json(local(schemes["href"]))["tileMatrixSets"]
    defined = staff.json(local(links(listed)["self"]["href"]))
    assert defined["uri"] == listed["uri"]
    assert len(defined["tileMatrices"]) == 25
    first, second = defined["tileMatrices"][:2]
    assert first["scaleDenominator"] == pytest.approx(559082264.0287178)
    assert first["cellSize"] == pytest.approx(156543.03392804097)
    assert (second["matrixWidth"], second["tileWidth"]) == (2, 256)
    for name, collection in COLLECTIONS.items():
        linked = links(staff.json(f"/ogc/collections/{name}"))
        assert (REL.format("tilesets-vector") in linked) == (collection.geometry is not None)


@pytest.mark.parametrize("name", PLACED)
def test_tilesets_list_and_tileset_success(staff: Served, name: str) -> None:
    """/conf/tilesets-list/tileset-links, /conf/tileset/desc, /conf/core/tc-metadata."""
    linked = links(staff.json(f"/ogc/collections/{name}"))[REL.format("tilesets-vector")]
    (listed,) = staff.json(local(linked["href"]))["tilesets"]
    found = staff.json(local(links(listed)["self"]["href"]))
    assert found["dataType"] == listed["dataType"] == "vector"
    assert found["links"] == listed["links"]
    item = links(found)["item"]
    assert item["templated"]
    assert item["type"] == MVT
    filled = item["href"].format(tileMatrix=0, tileRow=0, tileCol=0)
    assert staff.get(local(filled)).status_code == 200
    scheme = links(found)[REL.format("tiling-scheme")]
    assert staff.get(local(scheme["href"])).status_code == 200
    described = found["layers"][0]["propertiesSchema"]["properties"]
    (known,) = mapbox_vector_tile.decode(staff.get(local(filled)).content).values()
    for one in known["features"]:
        assert set(one["properties"]) <= set(described) | {"id", "synthetic"}


def shows_nothing(geometry: dict[str, Any], unit_deg: float) -> bool:
    """Whether a line or an area is smaller than a unit of a tile."""
    shape = shapely.geometry.shape(geometry)
    west, south, east, north = shape.bounds
    return bool(shape.geom_type != "Point" and max(east - west, north - south) < 1.5 * unit_deg)


@pytest.mark.parametrize("name", PLACED)
@pytest.mark.parametrize("level", [0, 5, 9])
def test_tc_success_every_feature_is_in_the_tiles(staff: Served, name: str, level: int) -> None:
    """/conf/core/tc-success, /conf/mvt/content: ids, texts and values are those of the items."""
    tileset = staff.json(of(name, QUAD))
    items = staff.json(f"/ogc/collections/{name}/items", limit=10_000)["features"]
    known = {one["id"]: one for one in items if one["geometry"]}
    found: dict[str, int] = {}
    for address in addresses(tileset, level):
        for one in features(staff, name, address):
            told = one["properties"]
            found[told["id"]] = found.get(told["id"], 0) + 1
            expected = known[told["id"]]["properties"]
            for key, value in expected.items():
                if value is not None and not isinstance(value, list | dict):
                    assert told[key] == value, key
                elif value is None:
                    assert key not in told
    unit_deg = 360 / 2**level / 4096
    small = {name for name, one in known.items() if shows_nothing(one["geometry"], unit_deg)}
    assert set(known) - small <= set(found) <= set(known)
    if COLLECTIONS[name].geometry == "Point":
        assert set(found.values()) == {1}, "a point is in one tile of a level"


def test_places_are_those_of_the_register(staff: Served) -> None:
    level, name = 12, "structures"
    items = staff.json(f"/ogc/collections/{name}/items", limit=10_000)["features"]
    places = {one["id"]: one["geometry"]["coordinates"] for one in items if one["geometry"]}
    for longitude, latitude in list(places.values())[:10]:
        x, y = (float(v[0]) * 2**level for v in fractions(*np.array([[longitude], [latitude]])))
        there = features(staff, name, f"{QUAD}/{level}/{int(y)}/{int(x)}")
        assert there
        for one in there:
            px, py = one["geometry"]["coordinates"]
            known = np.array([places[one["properties"]["id"]]]).T
            expected = [float(v[0]) * 2**level for v in fractions(*known)]
            # the decoder turns the axis, so that it points to the north
            assert int(x) + px / 4096 == pytest.approx(expected[0], abs=1 / 4096)
            assert int(y) + (4096 - py) / 4096 == pytest.approx(expected[1], abs=1 / 4096)


def test_tc_error(staff: Served) -> None:
    """/conf/core/tc-error: what is not there is 404, what makes no sense 400."""
    for tile in ("25/0/0", "-1/0/0", "0/1/0", "0/0/1", "3/8/0", "3/0/-1", f"3/0/{10**30}"):
        assert staff.get(of("structures", f"{QUAD}/{tile}")).status_code == 404, tile
    for tile in ("x/0/0", "0/1.5/0", "0/0/" + "9" * 5000):
        assert staff.get(of("structures", f"{QUAD}/{tile}")).status_code == 400, tile
    for address in (
        of("structures", "WorldCRS84Quad/0/0/0"),
        of("structures", "WorldCRS84Quad"),
        of("installations", WORLD),
        of("installations", QUAD),
        of("nothing", WORLD),
        "/ogc/tileMatrixSets/x",
        f"/ogc/studies/coverage-0000000000000000/map/tiles/{WORLD}",
    ):
        short = "png" if "/map/" in address else "mvt"
        told = {"f": short} if address.count("/") > 6 else {}
        assert staff.get(address, **told).status_code == 404, address
    assert staff.get(of("structures", WORLD), f="png").status_code == 400
    assert staff.get(of("structures", WORLD), f="mvt", datetime="x").status_code == 400
    assert staff.get(of("structures", WORLD), x="1").status_code == 400


def test_accepted_and_empty(staff: Served) -> None:
    def asked(tile: str, accept: str) -> Any:
        return staff.client.get(of("structures", tile), headers={"accept": accept})

    assert asked(WORLD, "application/json").status_code == 406
    for accept in ("*/*", "application/*", f"text/html, {MVT};q=0.5"):
        assert asked(WORLD, accept).status_code == 200
    empty = asked(f"{QUAD}/3/0/0", "*/*")
    assert empty.status_code == 204
    assert empty.headers["ogc-numbermatched"] == "0"


def test_a_tile_that_is_held_is_not_sent_again(staff: Served) -> None:
    first = staff.get(of("structures", WORLD), f="mvt")
    assert first.headers["cache-control"].startswith("private")
    assert "authorization" in first.headers["vary"]
    again = staff.client.get(
        of("structures", WORLD) + "?f=mvt", headers={"if-none-match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert again.content == b""
    matched, returned = (first.headers[f"ogc-number{n}"] for n in ("matched", "returned"))
    assert matched == returned == str(len(features(staff, "structures", WORLD)))


def test_datetime(staff: Served) -> None:
    """/conf/datetime: what was there on a day between."""
    between = "2030-01-02/2030-01-31"
    ids = {one["properties"]["id"] for one in features(staff, "planned-works", WORLD)}
    answer = staff.get(of("planned-works", WORLD), f="mvt", datetime=between)
    (layer,) = mapbox_vector_tile.decode(answer.content).values()
    told = {one["properties"]["id"] for one in layer["features"]}
    assert told == set(staff.ids("planned-works", datetime=between))
    assert staff.get(of("planned-works", WORLD), f="mvt", datetime="1990-01-01").status_code == 204
    assert told <= ids


def test_strangers_have_the_public_share(staff: Served, home: Settings) -> None:
    with serving(home, "anonymous") as stranger:
        shown = {one["properties"]["id"] for one in features(stranger, "structures", WORLD)}
        assert shown == set(stranger.ids("structures")) < set(staff.ids("structures"))
        for name in ("registration-points", "planned-works", "measurements"):
            assert stranger.get(of(name, WORLD), f="mvt").status_code == 401
        answer = stranger.get(of("structures", WORLD), f="mvt")
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("name", ["structures", "routes", "boundaries"])
def test_gdal_reads_a_tile_with_its_texts(staff: Served, name: str, tmp_path: Path) -> None:
    """The driver MVT of GDAL, told which tile it is, has texts and places of the register."""
    level = 7
    path = tmp_path / "tile.mvt"
    tileset = staff.json(of(name, QUAD))
    read: dict[str, str] = {}
    for address in addresses(tileset, level):
        answer = staff.get(of(name, address), f="mvt")
        if answer.status_code == 204:
            continue
        path.write_bytes(answer.content)
        _, _, row, column = address.split("/")
        frame = pyogrio.read_dataframe(path, Z=level, Y=int(row), X=int(column))
        west, south, east, north = frame.to_crs(4326).total_bounds
        assert 102 <= west <= east <= 110
        assert 8 <= south <= north <= 24
        column_read = "name" if name != "boundaries" else "source"
        read |= dict(zip(frame["id"], frame[column_read], strict=True))
    items = staff.json(f"/ogc/collections/{name}/items", limit=10_000)["features"]
    key = "name" if name != "boundaries" else "source"
    assert read == {one["id"]: one["properties"][key] for one in items}
    assert name == "boundaries" or not "".join(read.values()).isascii()


def test_map_tiles_of_a_coverage(staff: Served, study: dict[str, Any]) -> None:
    """/conf/png/content, and the tile sets of a map with the legend of the pages."""
    linked = links(study)[REL.format("tilesets-map")]
    (listed,) = staff.json(local(linked["href"]))["tilesets"]
    found = staff.json(local(links(listed)["self"]["href"]))
    assert found["dataType"] == "map"
    colours = [one.colour for one in FIELD_STRENGTH.classes if one.colour]
    assert [one["colour"] for one in found["legend"]] == colours
    assert links(found)["item"]["type"] == "image/png"
    raster = staff.service.home.study(study["id"]) / "coverage.tif"
    level, checked = 11, 0
    with rasterio.open(raster) as source:
        for address in addresses(found, level):
            answer = staff.get(f"/ogc/studies/{study['id']}/map/tiles/{address}", f="png")
            assert answer.status_code == 200
            picture = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))
            assert picture.shape == (256, 256, 4)
            _, z, row, column = address.split("/")
            checked += agrees(picture, source, tile_at(int(z), int(row), int(column)).bounds_m)
    assert checked > 1_000


def agrees(picture: Any, source: Any, bounds: tuple[float, float, float, float]) -> int:
    """Compare the colours of a picture with the raster's classes; return how many were."""
    west, _, _, north = bounds
    pixel = (bounds[2] - west) / 256
    rows, columns = (one.ravel() for one in np.mgrid[4:256:8, 4:256:8])
    x, y = west + (columns + 0.5) * pixel, north - (rows + 0.5) * pixel
    longitude = x / HALF_M * 180
    latitude = np.degrees(np.arctan(np.sinh(y / HALF_M * np.pi)))
    values = np.array([v[0] for v in source.sample(zip(longitude, latitude, strict=True))])
    classes = classify(values, FIELD_STRENGTH)
    wanted = [
        (*rgb(colour), 255) if at >= 0 and (colour := FIELD_STRENGTH.classes[at].colour) else None
        for at in classes
    ]
    seen = picture[rows, columns]
    same = [
        tuple(one) == expected if expected else one[3] == 0
        for one, expected in zip(seen, wanted, strict=True)
    ]
    assert np.mean(same) > 0.98, "pixels on the edge of a class alone may differ"
    return sum(one is not None for one in wanted)


def test_map_tiles_that_have_nothing_and_that_are_held(
    staff: Served, study: dict[str, Any]
) -> None:
    address = f"/ogc/studies/{study['id']}/map/tiles/{QUAD}/3/0/0"
    answer = staff.get(address, f="png")
    picture = np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))
    assert not picture[..., 3].any()
    held = {"if-none-match": answer.headers["etag"]}
    assert staff.client.get(f"{address}?f=png", headers=held).status_code == 304
    assert staff.get(f"/ogc/studies/{study['id']}/map/tiles/{WORLD}", f="mvt").status_code == 400
    small = staff.get(f"/ogc/studies/{study['id']}/map/tiles/{WORLD}", f="png")
    assert small.headers["content-type"] == "image/png"


def test_map_tiles_are_for_whoever_may_read_the_study(
    home: Settings, study: dict[str, Any]
) -> None:
    address = f"/ogc/studies/{study['id']}/map/tiles"
    with serving(home, "anonymous") as stranger:
        for more in ("", f"/{QUAD}", f"/{WORLD}"):
            assert stranger.get(address + more).status_code == 401
    with serving(home, "viewer") as viewer:
        assert viewer.get(f"{address}/{WORLD}", f="png").status_code == 200
