"""Every collection read whole by QGIS, without a window; run by hand where QGIS is installed.

python3 tests/qgis_reads.py http://127.0.0.1:8000/ogc [TOKEN]

It needs the Python of the system with `qgis.core` (Debian: python3-qgis), asks the server for the
number of features of each collection, reads each by the provider OAPIF, and ends with 1 where a
count differs or a text came without its marks.
"""

import json
import os
import sys
import urllib.request

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsAuthMethodConfig,
    QgsDataSourceUri,
    QgsVectorLayer,
)


def main(address: str, token: str | None) -> int:
    """Read everything and say what was read."""
    application = QgsApplication([], False)
    application.initQgis()
    authorisation = _authorisation(token) if token else ""
    wrong = 0
    for collection in _asked(f"{address}/collections", token)["collections"]:
        name = collection["id"]
        expected = _asked(f"{address}/collections/{name}/items?limit=1", token)["numberMatched"]
        uri = QgsDataSourceUri()
        uri.setParam("url", address)
        uri.setParam("typename", name)
        if authorisation:
            uri.setAuthConfigId(authorisation)
        layer = QgsVectorLayer(uri.uri(False), name, "OAPIF")
        features = list(layer.getFeatures()) if layer.isValid() else []
        marked = any(not str(one.attributes()).isascii() for one in features)
        sound = layer.isValid() and len(features) == expected
        wrong += not sound
        print(f"{name}: {len(features)} of {expected}, Vietnamese text: {marked}")  # noqa: T201
    application.exitQgis()
    return int(wrong > 0)


def _authorisation(token: str) -> str:
    manager = QgsApplication.authManager()
    manager.setMasterPassword("for this run only", True)
    config = QgsAuthMethodConfig("APIHeader")
    config.setName("phusong")
    config.setConfig("Authorization", f"Bearer {token}")
    manager.storeAuthenticationConfig(config)
    return str(config.id())


def _asked(address: str, token: str | None) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/"), sys.argv[2] if len(sys.argv) > 2 else None))
