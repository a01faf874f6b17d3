"""The background of the map: what an administrator set, and nothing else from anywhere."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings

FILE = Path(__file__).parents[1] / "reference" / "basemap.pmtiles"
SERVER = "https://tiles.example:8443/osm/{z}/{x}/{y}.png"


def policy(client: TestClient, path: str) -> str:
    answer = client.get(path, headers={"accept": "text/html"})
    found = re.search(r"img-src ([^;]+);", answer.headers["content-security-policy"])
    assert found
    return found[1]


def test_nothing_is_set_by_itself(client: TestClient) -> None:
    assert policy(client, "/map") == "'self' data: blob:"
    assert client.get("/map/background/0/0/0").status_code == 404
    assert 'data-layer="tiles"' not in client.get("/map", headers={"accept": "text/html"}).text


def test_a_tile_server_is_allowed_on_the_map_alone(settings: Settings) -> None:
    told = settings.model_copy(
        update={"map_tiles": SERVER, "map_tiles_attribution": "© <b>somebody</b>"}
    )
    with TestClient(create_app(told)) as client:
        assert policy(client, "/map") == "'self' data: blob: https://tiles.example:8443"
        assert policy(client, "/view/structures") == "'self' data: blob:"
        page = client.get("/map", headers={"accept": "text/html"}).text
    assert 'data-layer="tiles"' in page
    assert "© &lt;b&gt;somebody&lt;/b&gt;" in page
    assert "<b>somebody</b>" not in page


def test_a_file_is_served_tile_by_tile(settings: Settings) -> None:
    told = settings.model_copy(update={"map_pmtiles": FILE})
    with TestClient(create_app(told), raise_server_exceptions=False) as client:
        assert policy(client, "/map") == "'self' data: blob:"
        tile = client.get("/map/background/7/101/60")
        assert tile.headers["content-type"] == "image/png"
        assert tile.content.startswith(b"\x89PNG")
        assert client.get("/map/background/7/3/60").status_code == 204
        assert client.get("/map/background/9/3/60").status_code == 204
        for wrong in ("27/0/0", "-1/0/0", "a/0/0", f"3/{1 << 26}/0", "3/0/1e3"):
            assert client.get(f"/map/background/{wrong}").status_code == 422, wrong


@pytest.mark.parametrize(
    "address",
    [
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example/{z}/{x}/{y}.png; script-src *",
        "https://a.example,b.example/{z}/{x}/{y}",
        "javascript:alert(1)/{z}/{x}/{y}",
        "//tiles.example/{z}/{x}/{y}",
        "https://tiles.example/{z}/{x}/{y}?key='",
    ],
)
def test_an_address_that_is_none_is_refused(address: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        Settings(home=tmp_path, map_tiles=address)


def test_roads_that_the_department_brought_in_are_on_everybodys_map(
    client: TestClient, token: Callable[[str], dict[str, str]]
) -> None:
    roads = [
        {
            "type": "Feature",
            "properties": {"ref": number, "highway": kind, "source": "Sở Xây dựng"},
            "geometry": {"type": "LineString", "coordinates": [[106.4, 10.5], [106.5, north]]},
        }
        for number, kind, north in (("QL.1", "trunk", 10.6), ("", "residential", 10.7))
    ]
    content = json.dumps({"type": "FeatureCollection", "features": roads}).encode()
    sent = {"files": {"file": ("duong.geojson", content)}, "data": {"kind": "roads"}}
    assert client.post("/imports", **sent, headers=token("operator")).status_code == 403
    assert "Đường bộ" not in client.get("/map?lang=vi").text
    judged = client.post("/imports", **sent, headers=token("staff")).json()
    assert (judged["accepted"], judged["questions"]) == (2, [])
    done = client.post(f"/imports/{judged['id']}/commit", headers=token("staff"))
    assert done.status_code in (200, 201), done.text
    page = client.get("/map?lang=vi", headers={"accept": "text/html"}).text
    assert 'data-layer="roads"' in page
    assert "Sở Xây dựng" in page
    assert "[[106.4,10.5],[106.5,10.6]]" in client.get("/map/objects").text
    earlier = client.get("/map?lang=vi&on=2001-01-01", headers={"accept": "text/html"}).text
    assert 'data-layer="roads"' in earlier, "without a first day they are always there"
    out = client.get("/exports/roads?format=geojson", headers=token("staff"))
    assert {one["properties"]["code"] for one in out.json()["features"]} == {"QL.1", None}
