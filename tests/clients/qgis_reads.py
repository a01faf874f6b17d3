"""Every collection read whole by QGIS, without a window.

/usr/bin/python3 tests/clients/qgis_reads.py ADDRESS [TOKEN]

It needs the Python of the system with `qgis.core` (Debian: python3-qgis). What the provider OAPIF
read is written as JSON: by collection, a text of each feature by its id.
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


def main(address: str, token: str | None) -> None:
    """Read everything and write it."""
    application = QgsApplication([], False)
    application.initQgis()
    authorisation = _authorisation(token) if token else ""
    found = {
        collection["id"]: _read(address, collection["id"], authorisation)
        for collection in _asked(f"{address}/collections", token)["collections"]
    }
    print(json.dumps({"collections": found}))  # noqa: T201
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
