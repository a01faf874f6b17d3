"""What others' programs read of the OGC API: every collection whole, by a real server.

GDAL in pyogrio, Debian's ogrinfo, OWSLib; by hand QGIS and ogc-client (`make clients`).
"""

import base64
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from owslib.ogcapi.features import Features

from api.identity import new_token
from gis.features.collections import COLLECTIONS
from gis.features.reading import Asked, FeatureReader
from gis.register.accounts import Accounts
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from tests.api.launching import Launcher
from tests.api.ogc_server import filled


@dataclass
class Known:
    """A server, a staff member's token, and what the register holds."""

    address: str
    header: str
    features: dict[str, dict[str, dict[str, Any]]]

    def texts(self, collection: str) -> dict[str, str]:
        """Return a text of each feature by its id."""
        return {name: text_of(values) for name, values in self.features[collection].items()}


def text_of(values: Any) -> str:
    return str(values["name"] if "name" in values else values["source"])


@pytest.fixture(scope="module")
def known(
    launcher: Launcher, demo_register: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Known]:
    home = tmp_path_factory.mktemp("clients") / "home"
    with Register.open(filled(demo_register, home / "register.gpkg")) as register:
        accounts = Accounts(register)
        secret, _ = new_token(accounts, accounts.add("gis", "staff").id, "gis", days=1)
        reader = FeatureReader(register, SYSTEM)
        features = {
            name: {one.id: one.properties for one in reader.each(collection, Asked())}
            for name, collection in COLLECTIONS.items()
        }
    assert all(features.values()), "a collection is empty"
    with launcher.serving(home) as server:
        yield Known(f"{server.address}/ogc", f"Authorization: Bearer {secret}", features)


@pytest.mark.parametrize("collection", list(COLLECTIONS))
def test_gdal_in_pyogrio_reads_every_collection_whole(known: Known, collection: str) -> None:
    token = known.header.rpartition(" ")[2]  # this GDAL overlooks GDAL_HTTP_HEADERS
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token})
    try:
        names = {str(name) for name, _ in pyogrio.list_layers(f"OAPIF:{known.address}")}
        read = pyogrio.read_dataframe(f"OAPIF:{known.address}", layer=collection)
    finally:
        pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": None, "GDAL_HTTP_BEARER": None})
    assert names == set(COLLECTIONS)
    assert {row["id"]: text_of(row) for _, row in read.iterrows()} == known.texts(collection)
    assert len(read) == len(known.features[collection])


@pytest.mark.parametrize("collection", ["structures", "units", "measurements"])
def test_gdal_reads_vector_tiles_by_their_description(known: Known, collection: str) -> None:
    """The driver OGCAPI goes from the collection to its tiles by links, and reads the world's."""
    token = known.header.rpartition(" ")[2]
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": token})
    try:
        address = f"OGCAPI:{known.address}/collections/{collection}"
        read = pyogrio.read_dataframe(address, layer="Zoom level 0", API="TILES")
    finally:
        pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": None, "GDAL_HTTP_BEARER": None})
    assert {row["id"]: text_of(row) for _, row in read.iterrows()} == known.texts(collection)


def test_a_token_may_come_as_a_password(known: Known) -> None:
    """Of the user `token` only: other users of Basic are those of a proxy before the server."""

    def asked(user: str, secret: str) -> int:
        told = base64.b64encode(f"{user}:{secret}".encode()).decode()
        asking = urllib.request.Request(
            f"{known.address}/collections/measurements", headers={"Authorization": f"Basic {told}"}
        )
        try:
            with urllib.request.urlopen(asking, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    token = known.header.rpartition(" ")[2]
    assert asked("token", token) == 200
    assert asked("token", "x") == 401
    assert asked("lan", token) == 401
    with urllib.request.urlopen(f"{known.address}/collections?f=json", timeout=30) as answer:
        assert "measurements" not in answer.read().decode()


@pytest.mark.parametrize("collection", list(COLLECTIONS))
def test_owslib_reads_every_collection_whole(known: Known, collection: str) -> None:
    name, _, value = known.header.partition(": ")
    client = Features(known.address, headers={name: value})
    assert set(client.feature_collections()) == set(COLLECTIONS)
    found: dict[str, str] = {}
    matched = None
    while matched is None or len(found) < matched:
        page = client.collection_items(collection, limit=200, offset=len(found))
        matched = page["numberMatched"]
        assert page["features"]
        found |= {one["id"]: text_of(one["properties"]) for one in page["features"]}
    assert found == known.texts(collection)


def test_ogrinfo_of_the_system_reads_every_collection_whole(
    known: Known, tool: Callable[[str], str]
) -> None:
    environment = {**os.environ, "GDAL_HTTP_HEADERS": known.header}
    command = [tool("ogrinfo"), "-ro", "-so", "-al", f"OAPIF:{known.address}"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=120, check=True
    )
    counts = dict(
        re.findall(r"Layer name: (\S+)\n.*?Feature Count: (\d+)", done.stdout, re.DOTALL)
    )
    assert {name: int(count) for name, count in counts.items()} == {
        name: len(features) for name, features in known.features.items()
    }
    command = [tool("ogrinfo"), "-ro", "-al", f"OAPIF:{known.address}", "structures"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=120, check=True
    )
    names = re.findall(r"^  name \(String\) = (.*)$", done.stdout, re.MULTILINE)
    assert sorted(names) == sorted(known.texts("structures").values())


def test_a_stranger_reads_the_public_share(known: Known) -> None:
    """Without a token: fewer collections, and of structures what is public."""
    names = {str(name) for name, _ in pyogrio.list_layers(f"OAPIF:{known.address}")}
    assert "structures" in names
    assert "measurements" not in names
    read = pyogrio.read_dataframe(f"OAPIF:{known.address}", layer="structures")
    shown = {name for name, one in known.features["structures"].items() if not one["confidential"]}
    assert set(read["id"]) == shown
