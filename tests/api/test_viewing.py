"""Whatever tells a confidential record to somebody outside its organisation leads to a note."""

import io
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from starlette.testclient import TestClient

from api.app import create_app
from api.clock import today
from api.identity import new_link, new_token
from api.roles import ROUTES, Role
from api.service import Service
from api.settings import Settings
from gis.features.collections import COLLECTIONS
from gis.register.accounts import Access
from gis.register.routes import Route, RouteKind
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Installation, StructureKind
from gis.studies import StudyContext, run
from gis.viewings import Told, Viewing, Viewings
from tests.api.ogc_server import KNOWN, filled

OWNER = "mo-phong-b"
STRUCTURE, INSTALLATION, ROUTE = "nhin-cot-7391", "nhin-tb-7391", "nhin-tuyen-7391"
MARKS = {
    "structures": (STRUCTURE, "COTNHIN7391", "Cột nhìn 7391"),
    "installations": (INSTALLATION, "4G TBNHIN7391"),
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
    inspection: str = ""
    study: str = ""

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
                    id=name, structure_id=place, organisation_id=OWNER,
                    technology=MARKS["installations"][1], height_above_ground_m=20.0,
                    azimuth_deg=10.0, frequency_mhz=1800.0, eirp_dbm=50.0, provenance=KNOWN,
                )
                for name, place in ((INSTALLATION, host.id), ("nhin-tb-khac", STRUCTURE))
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
        station = next(iter(writer.stations(SYSTEM, on=today())))
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
        secret, _ = new_token(service.accounts, account.id, "t", days=1, access=Access.WRITE)
        looked = Looked(client, service, host, other, place)
        made = worked_on(looked, {"authorization": f"Bearer {secret}"})
        yield replace(looked, inspection=made[0], study=made[1])


def worked_on(looked: Looked, headers: dict[str, str]) -> tuple[str, str]:
    """Let the department inspect the marked structure, and search for supports around it."""
    complaint = {
        "complainant": "Người nghe đài",
        "victim_station_id": "mp-tan-an",
        "effect": "Mất sóng",
        "received_on": today().isoformat(),
    }
    asked = {"facts": complaint}
    complained = looked.client.post("/desk/interference", json=asked, headers=headers).json()
    visit = {
        "subject": "Viễn thông Mô phỏng B",
        "subject_id": OWNER,
        "origin": "interference",
        "interference_case": complained["id"],
        "structure_ids": [STRUCTURE],
        "reason": "Đài đặt trên cột này",
    }
    opened = looked.client.post("/desk/inspection", json={"facts": visit}, headers=headers)
    assert opened.status_code == 201, opened.text
    east, north = looked.place
    service = looked.service
    context = StudyContext(service.register, service.home, service.ground)
    place = {"longitude": east, "latitude": north, "within_km": 3}
    study = run("sharing", {**place, "on": service.today().isoformat()}, context)
    return opened.json()["id"], study.id


def told(answer: Any, address: str) -> set[str]:
    """Return the collections of which an answer tells the marked record.

    A refusal that repeats what was asked tells nothing.
    """
    content = answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in packed.namelist())
    text = content.decode("utf-8", "replace")
    repeated = address if answer.status_code >= 400 else ""
    return {
        kind
        for kind, marks in MARKS.items()
        if any(mark in text and mark not in repeated for mark in marks)
    }


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
        "/certification/{structure_id}": [f"?organisation_id={OWNER}"],
        "/certification/{structure_id}/notice": [f"?organisation_id={OWNER}"],
        "/view/certification/{structure_id}": [f"?organisation_id={OWNER}"],
        "/view/certification/{structure_id}/notice": [f"?organisation_id={OWNER}"],
        "/reports/{period}/items": counted(looked),
        "/view/reports/{period}/items": counted(looked),
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
        "period": [str(today().year)],
        "kind": ["inspection", "interference", "dossier"],
        "desk_case_id": [looked.inspection],
        "inspection_id": [looked.inspection],
        "study_id": [looked.study],
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


def counted(looked: Looked) -> list[str]:
    """Return the questions for what the numbers of this year's report count, in total."""
    report = looked.client.get(f"/reports/{today().year}?known=now").json()
    totals = [one["total"]["items"] for one in report["tables"]]
    return ["?" + one["all"].partition("?")[2] for one in totals if "all" in one]


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
        if address in _OF_THE_LOG:
            continue
        found = told(answer, address)
        seen |= found
        file = any(one.records is None for one in notes)
        if found and not file and found - {one.layer for one in notes}:
            unnoted.append(f"{address}: {sorted(found - {one.layer for one in notes})}")
    assert seen == set(MARKS), "the walk meets every kind"
    assert not unnoted, "\n".join(unnoted)


def test_a_structure_s_page_says_what_hangs_there_and_whose(looked: Looked) -> None:
    for address in (f"/structures/{looked.host}", f"/view/structures/{looked.host}"):
        _, notes = looked.notes(address)
        found = {one.layer: one for one in notes}
        assert found["installations"].records is not None
        assert OWNER in found["installations"].owners
        assert (found["routes"].record_id, found["routes"].owners) == (ROUTE, (OWNER,))


def test_the_map_is_one_note_each_time_it_is_shown(looked: Looked) -> None:
    everything = looked.service.register.structures(SYSTEM, on=looked.service.today())
    secret = [one for one in everything if one.confidential]
    for _ in range(2):  # the second is made of what was kept
        _, notes = looked.notes("/map")
        assert notes == [], "the page itself names nothing"
        _, notes = looked.notes("/map/objects")
        (only,) = notes
        found = (only.layer, only.records, only.address)
        assert found == ("structures", len(secret), "/map/objects")
        assert set(only.owners) == {one.owner_id for one in secret}


def test_a_log_begun_before_owners_were_kept_comes_forward(tmp_path: Path) -> None:
    path = tmp_path / "viewings.sqlite3"
    with closing(sqlite3.connect(path)) as file:
        file.execute(
            "CREATE TABLE viewings (number INTEGER PRIMARY KEY, at REAL NOT NULL, "
            "account TEXT NOT NULL, organisation TEXT, layer TEXT NOT NULL, record TEXT, "
            "records INTEGER, address TEXT NOT NULL)"
        )
        file.execute(
            "INSERT INTO viewings VALUES (1, ?, 'a', NULL, 'structures', 'x', 1, '/')",
            (time.time(),),
        )
        file.commit()
    log = Viewings(path, keep_days=1)
    log.note(
        account="b", organisation_id=None, address="/", told=[Told("routes", "y", 1, (OWNER,))]
    )
    assert [(one.record_id, one.owners) for one in log.listed(limit=9)] == [
        ("y", (OWNER,)),
        ("x", ()),
    ]
