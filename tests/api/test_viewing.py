"""Whatever tells a confidential record to somebody outside its organisation leads to a note."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from starlette.testclient import TestClient

from api.app import create_app
from api.identity import new_link
from api.roles import ROUTES, Role
from api.service import Service
from api.settings import Settings
from gis.features.collections import COLLECTIONS
from gis.register.routes import Route, RouteKind
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Installation, StructureKind
from gis.viewings import Viewing
from tests.api.ogc_server import KNOWN, filled

OWNER = "mo-phong-b"
STRUCTURE, INSTALLATION, ROUTE = "nhin-cot-7391", "nhin-tb-7391", "nhin-tuyen-7391"
MARKS = {
    "structures": (STRUCTURE, "COTNHIN7391", "Cột nhìn 7391"),
    "installations": (INSTALLATION, "TBNHIN7391"),
    "routes": (ROUTE, "TUYENNHIN7391", "Tuyến nhìn 7391"),
}
"""Identifier, code and name of each marked record, by its collection."""

_FILES = ("xlsx", "csv", "geojson", "gpkg", "kml", "fgb", "shapefile", "dxf")


@dataclass
class Looked:
    """A browser of the department, and what its looks left."""

    client: TestClient
    service: Service
    host: str
    other: str
    place: tuple[float, float]

    def notes(self, address: str) -> tuple[Any, list[Viewing]]:
        """Ask and return the answer with the notes that it led to."""
        before = self.service.viewings.count()
        answer = self.client.get(address)
        made = self.service.viewings.count() - before
        return answer, self.service.viewings.listed(limit=made) if made else []


def marked(path: Path) -> tuple[str, str, tuple[float, float]]:
    """Add one confidential structure, installation and route of another organisation."""
    with Register.open(path) as register, register.write(author="t", reason="t") as writer:
        public = [
            one
            for one in writer.structures(SYSTEM)
            if not one.confidential
            and one.kind is StructureKind.ANTENNA_MAST
            and one.owner_id != OWNER
        ]
        host = public[0]
        end = min(
            public[1:],
            key=lambda one: (
                abs(one.longitude - host.longitude) + abs(one.latitude - host.latitude)
            ),
        )
        writer.add_structures(
            [
                replace(
                    host, id=STRUCTURE, code=MARKS["structures"][1], name=MARKS["structures"][2],
                    owner_id=OWNER, longitude=host.longitude + 0.0001, confidential=True,
                    height_m=None, provenance=KNOWN,
                )
            ]
        )  # fmt: skip
        writer.add_installations(
            [
                Installation(
                    id=INSTALLATION, structure_id=host.id, organisation_id=OWNER,
                    technology=MARKS["installations"][1], height_above_ground_m=20.0,
                    azimuth_deg=10.0, frequency_mhz=1800.0, eirp_dbm=50.0, provenance=KNOWN,
                )
            ]
        )  # fmt: skip
        ends = [(one.longitude, one.latitude) for one in (host, end)]
        writer.add_routes(
            [
                Route(
                    id=ROUTE, code=MARKS["routes"][1], name=MARKS["routes"][2],
                    kind=RouteKind.DUCT, owner_id=OWNER, from_id=host.id, to_id=end.id,
                    geometry=shapely.LineString(ends), confidential=True, provenance=KNOWN,
                )
            ]
        )  # fmt: skip
        station = next(iter(writer.stations(SYSTEM, on=date.today())))
        writer.update_stations([replace(station, structure_id=STRUCTURE)])
    return host.id, station.id, (host.longitude, host.latitude)


@pytest.fixture(scope="module")
def looked(demo_register: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    home = tmp_path_factory.mktemp("looked") / "home"
    host, other, place = marked(filled(demo_register, home / "register.gpkg"))
    app = create_app(Settings(home=home, workers=0, requests_per_s=10_000))
    with TestClient(app, follow_redirects=False) as client:
        service: Service = app.state.service
        account = service.accounts.add("looker", "administrator")
        assert client.get(new_link(service.accounts, account.id)).status_code == 303
        yield Looked(client, service, host, other, place)


def told(answer: Any) -> set[str]:
    """Return the collections of which an answer tells the marked record."""
    content = answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    text = content.decode("utf-8", "replace")
    return {kind for kind, marks in MARKS.items() if any(mark in text for mark in marks)}


def addresses(looked: Looked) -> Iterator[str]:
    """Return every address of the table of roles that an administrator may get, filled."""
    east, north = looked.place
    queries = {
        "/map/search": ["?text=7391"],
        "/map/here": [f"?longitude={east}&latitude={north}"],
        "/structures": ["", "?text=7391", f"?owner_id={OWNER}&limit=1000"],
        "/view/structures": ["", "?text=7391"],
        "/stations": ["?limit=1000"],
        "/free-ducts": [f"?from_id={looked.host}&to_id={STRUCTURE}"],
        "/certification": ["", f"?owner_id={OWNER}"],
        "/view/certification": ["", f"?owner_id={OWNER}"],
        "/inspections/risk": ["", f"?owner_id={OWNER}&limit=1000"],
        "/view/inspections/risk": ["", f"?owner_id={OWNER}"],
    }
    values = {
        "structure_id": [looked.host, STRUCTURE],
        "station_id": [looked.other],
        "owner_id": [OWNER],
        "collection_id": list(COLLECTIONS),
        "feature_id": [STRUCTURE, INSTALLATION, ROUTE],
        "layer": ["structures", "installations", "routes", "stations"],
        "period": [str(date.today().year)],
        "kind": ["interference", "inspection", "dossier"],
        "organisation_id": [OWNER],
        "tile_matrix_set_id": ["WebMercatorQuad"],
        "ending": ["pdf"],
    }
    for (method, path), allowed in sorted(ROUTES.items()):
        if method != "GET" or Role.ADMINISTRATOR not in allowed or path in _LEFT:
            continue
        for one in expanded(path, values):
            if "{" not in one:
                yield from (one + query for query in queries.get(path, [""]))


def expanded(path: str, values: dict[str, list[str]]) -> list[str]:
    """Return a path with every value of its parameters."""
    found = [path]
    for name, each in values.items():
        if "{" + name + "}" in path:
            found = [one.replace("{" + name + "}", value) for one in found for value in each]
    return found


_LEFT = frozenset({"/jobs/{job_id}/events"})


_OF_THE_LOG = ("/viewings", "/view/viewings")


def test_every_answer_that_tells_a_confidential_record_is_noted(looked: Looked) -> None:
    seen: set[str] = set()
    unnoted = []
    for address in addresses(looked):
        answer, notes = looked.notes(address)
        if answer.status_code >= 400 or address in _OF_THE_LOG:
            continue
        found = told(answer)
        seen |= found
        file = any(one.records is None for one in notes)
        if found and not file and found - {one.layer for one in notes}:
            unnoted.append(f"{address}: {sorted(found - {one.layer for one in notes})}")
    assert seen == set(MARKS), "the walk meets every kind"
    assert not unnoted, "\n".join(unnoted)
