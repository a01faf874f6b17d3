"""What a caller may not see leaves no trace: its answers are those of a register without it.

Two servers run side by side: one on the demonstration register, one on the same from which all
that the caller may not see was taken out. Every question that can be asked by a GET, with boxes,
filters, pages, sorts and ids of what is hidden, must be answered alike, to the byte, but for the
stamps of the register's version. A clock cannot be compared so; it is looked at below.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.identity import new_token
from api.roles import ROUTES, Role
from api.settings import Settings
from gis.exchange.exporting import ExportFormat, LayerName
from gis.features.collections import COLLECTIONS
from gis.register.accounts import Access, Accounts
from gis.register.points import PointVisit, RegistrationPoint
from gis.register.records import Measurement
from gis.register.routes import Cable, Duct, Route
from gis.register.scopes import PUBLIC, SYSTEM, Scope
from gis.register.scopes import Role as Seen
from gis.register.store import Register
from gis.register.structures import AttachmentLevel, Contract, Document, Installation, Structure
from gis.web_mercator import fractions
from tests.api.ogc_server import filled

OWN = "mo-phong-a"
SCOPES = {
    Role.ANONYMOUS: PUBLIC,
    Role.VIEWER: Scope(Seen.VIEWER),
    Role.OPERATOR: Scope(Seen.OPERATOR, OWN),
}
READ: tuple[tuple[type[Any], str], ...] = (
    (Document, "documents"),
    (Cable, "cables"),
    (Contract, "contracts"),
    (Duct, "ducts"),
    (AttachmentLevel, "levels"),
    (Installation, "installations"),
    (Route, "routes"),
    (PointVisit, "visits"),
    (RegistrationPoint, "points"),
    (Measurement, "measurements"),
    (Structure, "structures"),
)
"""Kinds of records and how they are read; what refers to others goes first."""

_OF_THE_MOMENT = frozenset({"content-length", "last-modified"})
_STAMPS = re.compile(
    r'nonce-[\w-]+|nonce="[^"]*"|value="[\w-]{43}"|[0-9a-f]{12,64}'
    r"|\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)"
)


@dataclass
class Pair:
    """Two servers, one of which never had what the caller may not see."""

    whole: TestClient
    bare: TestClient
    hidden: list[Structure]
    seen: list[Structure]

    def same(self, address: str) -> Any:
        """Ask both and compare; return the answer."""
        one, other = (client.get(address) for client in (self.whole, self.bare))
        assert one.status_code == other.status_code, f"{address}: {one.text[:300]}"
        assert plain(one.content) == plain(other.content), f"{address} tells of what is hidden"
        for name in one.headers.keys() | other.headers.keys():
            told = [plain(each.headers.get(name, "").encode()) for each in (one, other)]
            assert told[0] == told[1] or name in _OF_THE_MOMENT, f"{address}: {name}"
        return one

    def whole_file(self, address: str) -> None:
        """Ask both for a file, whose tag is that of a moment, and compare."""
        one, other = (client.get(address) for client in (self.whole, self.bare))
        assert one.status_code == other.status_code
        assert plain(one.content) == plain(other.content), f"{address} tells of what is hidden"


def plain(content: bytes) -> str:
    """Return an answer without what differs each time."""
    return _STAMPS.sub("*", content.decode("utf-8", "replace"))


def changed(path: Path, scope: Scope) -> None:
    """Change of shown records what a scope does not see of them."""
    with Register.open(path) as register, register.write(author="test", reason="test") as writer:
        shown = {one.id for one in writer.structures(scope)}
        hung = [one for one in writer.stations(SYSTEM) if one.structure_id not in {None, *shown}]
        works = [one for one in writer.works(SYSTEM) if one.structure_id not in {None, *shown}]
        own = scope.own
        points = [one for one in writer.points(SYSTEM) if one.operator_id != own]
        assert hung
        assert works
        assert points
        writer.update_stations([replace(one, structure_id=None) for one in hung])
        writer.update_works([replace(one, structure_id=None) for one in works])
        writer.update_points([other_point(one) for one in points])


def other_point(one: RegistrationPoint) -> RegistrationPoint:
    """Return a point that says otherwise what is not published."""
    source = replace(one.provenance, source="nguồn khác")
    moved = None if one.longitude is None else one.longitude + 0.01
    return replace(
        one, code=f"khac-{one.id}", longitude=moved, valid_from=date(2019, 1, 1),
        provenance=source,
    )  # fmt: skip


def settled(path: Path, scope: Scope) -> None:
    """Take what is the caller's own off structures that it does not see, so both are alike."""
    with Register.open(path) as register:
        seen = {one.id for one in register.structures(scope)}
        own = [one for one in register.installations(scope) if one.structure_id not in seen]
        with register.write(author="test", reason="test") as writer:
            writer.delete(Installation, [one.id for one in own])


def without(path: Path, scope: Scope) -> None:
    """Take out of a register what a scope does not see."""
    with Register.open(path) as register:
        gone: list[tuple[type[Any], list[str]]] = []
        for record, read in READ:
            everything, seen = (
                {one.id for one in getattr(register, read)(each)} for each in (SYSTEM, scope)
            )
            gone.append((record, sorted(everything - seen)))
        with register.write(author="test", reason="test") as writer:
            for record, ids in gone:
                writer.delete(record, ids)


@pytest.fixture(scope="module", params=list(SCOPES), ids=lambda role: role.value)
def pair(
    request: pytest.FixtureRequest, demo_register: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """Two servers for one role."""
    role: Role = request.param
    folder = tmp_path_factory.mktemp("pair")
    clients: list[TestClient] = []
    for name in ("whole", "bare"):
        home = folder / name
        filled(demo_register, home / "register.gpkg")
        settled(home / "register.gpkg", SCOPES[role])
        if name == "bare":
            changed(home / "register.gpkg", SCOPES[role])
            without(home / "register.gpkg", SCOPES[role])
        made = TestClient(create_app(Settings(home=home, workers=0)), follow_redirects=False)
        made.__enter__()
        clients.append(made)
        if role is not Role.ANONYMOUS:
            accounts: Accounts = made.app.state.service.accounts  # type: ignore[attr-defined]
            organisation = OWN if role is Role.OPERATOR else None
            account = accounts.add("caller", role.value, organisation_id=organisation)
            secret, _ = new_token(accounts, account.id, "t", days=1, access=Access.WRITE)
            made.headers["authorization"] = f"Bearer {secret}"
    register: Register = clients[0].app.state.service.register  # type: ignore[attr-defined]
    seen = register.structures(SCOPES[role])
    shown = {one.id for one in seen}
    hidden = [one for one in register.structures(SYSTEM) if one.id not in shown]
    assert len(hidden) > 20
    assert len(clients[1].app.state.service.register.structures(SYSTEM)) == len(seen)  # type: ignore[attr-defined]
    yield Pair(*clients, hidden=hidden, seen=seen)
    for client in clients:
        client.__exit__(None, None, None)


def around(one: Structure, half_deg: float) -> str:
    """Return a box about a structure."""
    assert one.longitude is not None
    assert one.latitude is not None
    sides = (-half_deg, -half_deg, half_deg, half_deg)
    centre = (one.longitude, one.latitude) * 2
    return ",".join(f"{place + side:.6f}" for place, side in zip(centre, sides, strict=True))


def test_a_box_that_halves_finds_nothing(pair: Pair) -> None:
    for one in pair.hidden[:6]:
        for step in range(12):
            box = around(one, 0.5 / 2**step)
            found = pair.same(f"/structures?bbox={box}&limit=1000").json()
            ids = {feature["id"] for feature in found["features"]}
            assert one.id not in ids
            assert found["numberMatched"] == len(ids)


def test_lists_counts_filters_and_pages(pair: Pair) -> None:
    owners = {one.owner_id for one in pair.hidden}
    words = {word for one in pair.hidden[:5] for word in (one.name, one.code or "", one.id)}
    filters = [
        "",
        *(f"owner_id={owner}" for owner in owners),
        *(f"text={quote(w)}" for w in words),
    ]
    filters += [f"kind={one.kind.value}" for one in pair.hidden[:3]]
    filters += ["on=2020-01-01", "known_on=2020-01-01", "state=planned"]
    for filtered in filters:
        for paged in ("limit=1", "limit=1000", "limit=7&offset=14", "limit=10&offset=100000"):
            pair.same(f"/structures?{filtered}&{paged}")


def test_the_map_finds_and_tells_nothing_of_the_hidden(pair: Pair) -> None:
    for one in pair.hidden[:4]:
        for word in {one.name, one.code or one.id, one.id}:
            found = pair.same(f"/map/search?lang=en&text={quote(word)}").json()["places"]
            assert one.id not in {place["id"] for place in found}
        pair.same(f"/map/here?longitude={one.longitude}&latitude={one.latitude}")
        assert (
            pair.same(f"/map/path?station={one.id}&longitude=106.4&latitude=10.6").status_code
            == 404
        )


def test_one_by_one_hidden_is_as_if_it_were_not(pair: Pair) -> None:
    addresses = [
        "/structures/{id}",
        "/structures/{id}?on=2020-01-01",
        "/structures/{id}?known_on=2020-01-01",
        "/view/structures/{id}",
        "/view/structures/{id}?way_to=none",
        "/free-ducts?from_id={id}&to_id={seen}",
        "/free-ducts?from_id={seen}&to_id={id}",
        "/quality/{owner}/defects",
        "/path?station_id={id}",
    ]
    for one in pair.hidden[:4]:
        for address in addresses:
            owner, seen = one.owner_id or "none", pair.seen[0].id
            filled = address.format(id=one.id, seen=seen, owner=owner)
            answer = pair.same(filled)
            assert answer.status_code != 200 or "quality" in filled or "free-ducts" in filled
            invented = pair.whole.get(filled.replace(one.id, "khong-co-that"))
            assert answer.text.replace(one.id, "khong-co-that") == invented.text or (
                plain(answer.content).replace(one.id, "khong-co-that") == plain(invented.content)
            )


def test_every_page_and_list_without_a_parameter(pair: Pair) -> None:
    asked = [
        path
        for (method, path), roles in sorted(ROUTES.items())
        if method == "GET" and "{" not in path and Role.OPERATOR in roles
    ]
    asked.remove("/readyz")  # the version of the register is its answer
    assert len(asked) > 50
    for path in asked:
        for language in ("vi", "en"):
            pair.same(f"{path}?lang={language}")


@pytest.mark.parametrize("format", [ExportFormat.CSV, ExportFormat.GEOJSON, ExportFormat.KML])
def test_files(pair: Pair, format: ExportFormat) -> None:
    for layer in LayerName:
        pair.same(f"/exports/{layer.value}?format={format.value}")
        pair.same(f"/exports/{layer.value}?format={format.value}&bbox=106,10,107,11")


def test_what_is_sent_about_the_hidden_is_answered_as_if_it_were_not(pair: Pair) -> None:
    def answers(one: str) -> list[tuple[int, str]]:
        requested = {"structure_id": one, "technology": "5G", "purpose": "x"}
        change = {"digest": "x", "values": {"name": "y"}, "reason": "z"}
        level = {"values": {"height_from_m": 1, "height_to_m": 2, "slots": 1}, "reason": "z"}
        sent = (
            ("/sharing-requests", requested),
            (f"/structures/{one}", change),
            (f"/structures/{one}/levels", level),
            ("/studies/coverage", {"station_id": one}),
        )
        made = [
            client.post(address, json=body)
            for address, body in sent
            for client in (pair.whole, pair.bare)
        ]
        return [(each.status_code, plain(each.content).replace(one, "*")) for each in made]

    for one in pair.hidden[:3]:
        told = answers(one.id)
        assert told == answers("khong-co-that")
        assert told[::2] == told[1::2]
        assert all(status >= 400 for status, _ in told)
        assert not any("token_reads_only" in text for _, text in told)


def test_a_file_that_names_the_hidden_is_answered_as_if_it_were_not(pair: Pair) -> None:
    head = "Mã công trình;Loại;Chủ sở hữu;Kinh độ (WGS 84);Vĩ độ;Tên"
    rows = [
        f"{one.code};Cột ăng ten;{OWN};{one.longitude:.6f};{one.latitude:.6f};Cột mới"
        for one in pair.hidden[:5]
    ]
    content = "\n".join([head, *rows]).encode()

    def sent(client: TestClient) -> Any:
        file = {"file": ("cot.csv", content)}
        answer = client.post("/imports", files=file, data={"kind": "structures"})
        if answer.status_code != 201:
            return answer.status_code, plain(answer.content)
        address = f"/imports/{answer.json()['id']}"
        return answer.status_code, plain(client.get(address).content)

    assert sent(pair.whole) == sent(pair.bare)


SECRETS = (
    "id = '{id}'",
    "id LIKE '{id}%' OR id = '{seen}'",
    "CASEI(name) = CASEI('{name}')",
    "owner_id = '{owner}' AND NOT (confidential = false)",
    "confidential = true",
    "S_INTERSECTS(geometry, BBOX({box}))",
    "S_DISJOINT(geometry, BBOX({box}))",
    "S_EQUALS(geometry, POINT({place}))",
    "geometry IS NULL",
    "structure_id = '{id}'",
    "structure_id <> 'x'",
    "structure_id > '{id}'",
    "structure_id IS NULL",
    "structure_id IS NOT NULL",
    "structure_id IN ('{id}','x')",
    "structure_id LIKE '%'",
    "structure_id BETWEEN 'a' AND 'z'",
    "ACCENTI(CASEI(structure_id)) = '{id}'",
    "NOT (structure_id = '{id}')",
    "structure_id = id OR structure_id >= id",
    "code IS NOT NULL",
    "code LIKE '%1' OR address LIKE '%1%'",
    "contract_number IS NULL OR enterprise LIKE '%'",
    "source LIKE '%'",
    "confidence = 'synthetic'",
    "station_id = 'mp-tan-an'",
    "from_id = '{id}' OR to_id = '{id}'",
    "T_BEFORE(valid_from, DATE('2020-01-01'))",
    "T_INTERSECTS(INTERVAL(valid_from, valid_to), INTERVAL('2019-01-01','2020-01-01'))",
)
"""Filters by which one could ask about what is hidden: rows, and columns of shown rows."""


def columns(asked: str) -> set[str]:
    """Return the columns that a filter asks about."""
    return set(re.findall(r"[a-z_]{2,}", re.sub(r"'[^']*'|\{\w+\}", "", asked))) - {
        "false",
        "true",
    }


@pytest.mark.parametrize("collection", list(COLLECTIONS))
def test_collections_by_boxes_filters_pages_and_ids(pair: Pair, collection: str) -> None:
    one, seen = pair.hidden[0], pair.seen[0]
    assert one.longitude is not None
    words = {
        "id": one.id,
        "seen": seen.id,
        "name": one.name,
        "owner": one.owner_id,
        "box": around(one, 0.001),
        "place": f"{one.longitude} {one.latitude}",
    }
    address = f"/ogc/collections/{collection}"
    questions = [
        "limit=10000",
        "limit=2&offset=1",
        "offset=100000",
        "datetime=2019-01-01/2020-01-01",
        f"bbox={words['box']}&limit=10000",
        f"bbox={around(one, 0.3)}&crs=http://www.opengis.net/def/crs/EPSG/0/9210",
        f"structure_id={one.id}",
        "confidential=true",
        f"owner_id={one.owner_id}",
    ]
    if pair.whole.get(f"{address}/items?limit=1").status_code == 200:
        known = pair.whole.get(f"{address}/queryables").json()["properties"]
        asked = [each.format(**words) for each in SECRETS if columns(each) <= set(known)]
        assert len(asked) > 3
        questions += [f"limit=10000&filter={quote(each)}" for each in asked]
    answers = [pair.same(f"{address}/items?{question}") for question in questions]
    pair.same(address)
    pair.same(f"{address}/queryables")
    for file in ("f=geojsonseq", "f=csv", f"f=csv&bbox={words['box']}"):
        pair.whole_file(f"{address}/bulk?{file}")
    for name in (one.id, seen.id, "mp-tan-an", "thi-cong-1", "do-1", "khong-co-that"):
        pair.same(f"{address}/items/{name}")
    if answers[0].status_code == 200:
        assert {200} <= {answer.status_code for answer in answers} <= {200, 400}
        told = "".join(answer.json().__str__() for answer in answers if answer.status_code == 200)
        assert f"'id': '{one.id}'" not in told
        assert f"'structure_id': '{one.id}'" not in told


@pytest.mark.parametrize("collection", [n for n, c in COLLECTIONS.items() if c.geometry])
def test_tiles_over_several_levels(pair: Pair, collection: str) -> None:
    """Every tile in which a hidden structure lies, its neighbours, and what is said of the set."""
    address = f"/ogc/collections/{collection}/tiles"
    pair.same(address)
    pair.same(f"{address}/WebMercatorQuad")
    places = [(one.longitude, one.latitude) for one in pair.hidden if one.longitude is not None]
    x, y = fractions(*np.array(places[:4], dtype=np.float64).T)
    for level in (0, 5, 8, 10, 13, 17, 24):
        count = 2**level
        there = {(int(b * count), int(a * count)) for a, b in zip(x, y, strict=True)}
        near = {(row, min(column + 1, count - 1)) for row, column in there}
        for row, column in sorted(there | near):
            asked = f"{address}/WebMercatorQuad/{level}/{row}/{column}?f=mvt"
            answer = pair.same(asked)
            told = answer.content.decode("utf-8", "replace")
            assert not any(one.id in told for one in pair.hidden)
    pair.same(f"{address}/WebMercatorQuad/0/0/0?f=mvt&datetime=2019-01-01/2020-01-01")


def test_what_is_hidden_is_there_to_be_found(pair: Pair) -> None:
    """The questions above are about something: whoever sees all gets other answers."""
    register: Register = pair.whole.app.state.service.register  # type: ignore[attr-defined]
    station = register.station("mp-tan-an", SYSTEM)
    assert station.structure_id in {one.id for one in pair.hidden}
    assert (
        pair.whole.get("/ogc/collections/stations/items/mp-tan-an").json()["properties"][
            "structure_id"
        ]
        is None
    )


def test_the_time_of_an_answer_does_not_tell(pair: Pair) -> None:
    taken: dict[str, list[float]] = {pair.hidden[0].id: [], "khong-co-that": []}
    for _ in range(40):  # in turns, so that a busy machine slows both
        for structure_id, seconds in taken.items():
            began = time.process_time()
            pair.whole.get(f"/structures/{structure_id}")
            seconds.append(time.process_time() - began)
    hidden, none = (median(seconds) for seconds in taken.values())
    assert 0.6 < hidden / none < 1.7
