"""Every collection read whole by QGIS, without a window, and its vector tiles drawn.

/usr/bin/python3 tests/clients/qgis_reads.py ADDRESS [TOKEN]

It needs the Python of the system with `qgis.core` (Debian: python3-qgis). What the provider OAPIF
read is written as JSON: by collection, a text of each feature by its id, and how many pixels of a
picture of its vector tiles are drawn on.
"""

import json
import os
import sys
import urllib.request
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsDataSourceUri,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def main(address: str, token: str | None) -> None:
    """Read everything and write it."""
    application = QgsApplication([], False)
    application.initQgis()
    authorisation = _authorisation(token) if token else ""
    found = {
        collection["id"]: _read(address, collection["id"], authorisation)
        for collection in _asked(f"{address}/collections", token)["collections"]
    }
    drawn = {
        collection["id"]: _drawn(address, collection, authorisation)
        for collection in _asked(f"{address}/collections", token)["collections"]
        if any(one["rel"].endswith("/tilesets-vector") for one in collection["links"])
    }
    print(json.dumps({"collections": found, "drawn": drawn}))  # noqa: T201
    sys.stdout.flush()
    application.exitQgis()


def _read(address: str, name: str, authorisation: str) -> dict[str, str]:
    uri = QgsDataSourceUri()
    uri.setParam("url", address)
    uri.setParam("typename", name)
    if authorisation:
        uri.setAuthConfigId(authorisation)
    layer = QgsVectorLayer(uri.uri(False), name, "OAPIF")
    if not layer.isValid():
        return {}
    fields = layer.fields().names()
    told = "name" if "name" in fields else "source"
    return {str(one["id"]): str(one[told]) for one in layer.getFeatures()}


def _drawn(address: str, collection: dict[str, Any], authorisation: str) -> int:
    """Return how many pixels the tiles of a collection colour, on a map of its extent."""
    tiles = f"{address}/collections/{collection['id']}/tiles/WebMercatorQuad"
    uri = QgsDataSourceUri()
    for name, value in {"type": "xyz", "zmin": "0", "zmax": "14"}.items():
        uri.setParam(name, value)
    uri.setParam("url", f"{tiles}/{{z}}/{{y}}/{{x}}?f=mvt")
    if authorisation:
        uri.setAuthConfigId(authorisation)
    layer = QgsVectorTileLayer(bytes(uri.encodedUri()).decode(), collection["id"])
    if not layer.isValid():
        return 0
    west, south, east, north = collection["extent"]["spatial"]["bbox"][0]
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    turned = QgsCoordinateTransform(degrees, layer.crs(), QgsProject.instance())
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    around = QgsRectangle(west - 0.05, south - 0.05, east + 0.05, north + 0.05)
    settings.setExtent(turned.transformBoundingBox(around))
    settings.setOutputSize(QSize(400, 400))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    white = QColor("white").rgb()
    return sum(picture.pixel(x, y) != white for x in range(400) for y in range(400))


def _authorisation(token: str) -> str:
    manager = QgsApplication.authManager()
    manager.setMasterPassword("for this run only", True)
    config = QgsAuthMethodConfig("Basic")  # QGIS 3.22 knows no method that sends a header
    config.setName("phusong")
    config.setConfig("username", "token")
    config.setConfig("password", token)
    manager.storeAuthenticationConfig(config)
    return str(config.id())


def _asked(address: str, token: str | None) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2] if len(sys.argv) > 2 else None)
