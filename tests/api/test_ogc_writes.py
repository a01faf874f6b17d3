"""OGC API - Features, part 4 (20-002): the department writes; /conf/create-replace-delete, update.

Also optimistic locking with ETags: nobody's change is overwritten by who did not see it.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from api.roles import Role
from api.settings import Settings
from gis.features.collections import COLLECTIONS
from gis.features.writing import EDITABLE
from tests.api.ogc_server import Served, kept, serving

STRUCTURE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [106.4132, 10.5354]},
    "properties": {
        "code": "TA-OGC-1",
        "name": "Cột ăng ten Tân An",
        "kind": "antenna_mast",
        "owner_id": "mo-phong-b",
        "height_m": 42.5,
        "shareable": True,
        "valid_from": "2026-01-01",
    },
}
STATION = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [106.4132, 10.5354]},
    "properties": {
        "name": "Đài phát thanh Tân An",
        "programme": "LA34",
        "service": "fm",
        "station_class": "provincial",
        "frequency_mhz": 96.9,
        "attenuation_db": [0.5] * 36,
        "licence_from": "2026-01-01",
    },
}
NEW = {"structures": STRUCTURE, "stations": STATION}
JSON = {"content-type": "application/geo+json"}


@pytest.fixture(scope="module")
def home(kept_by: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with kept(tmp_path_factory.mktemp(f"writes-{kept_by}") / "home") as settings:
        yield settings


@pytest.fixture(scope="module")
def staff(home: Settings) -> Iterator[Served]:
    with serving(home, "staff") as served:
        yield served


def items(collection: str) -> str:
    return f"/ogc/collections/{collection}/items"


def changed(feature: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**feature, "properties": {**feature["properties"], **values}}


@pytest.fixture
def made(staff: Served, request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """A new feature of a collection: its address and its tag."""
    name = request.param
    answer = staff.client.post(items(name), json=NEW[name], headers=JSON)
    assert answer.status_code == 201, answer.text
    address = answer.headers["location"].removeprefix("http://testserver")
    yield address, answer.headers["etag"]
    staff.client.delete(address, headers={"if-match": "*"})


BOTH = pytest.mark.parametrize("made", list(NEW), indirect=True)


@pytest.mark.parametrize("name", list(NEW))
def test_insert_post_op_body_response_and_response_rid(staff: Served, name: str) -> None:
    """/conf/create-replace-delete/insert: Location leads to what was sent."""
    before = staff.json(items(name), limit=1)["numberMatched"]
    answer = staff.client.post(items(name), json=NEW[name], headers=JSON)
    assert answer.status_code == 201, answer.text
    address = answer.headers["location"].removeprefix("http://testserver")
    read = staff.get(address)
    assert read.headers["etag"] == answer.headers["etag"]
    told = read.json()
    assert told["geometry"] == NEW[name]["geometry"]
    assert NEW[name]["properties"].items() <= told["properties"].items()
    assert told["properties"]["confidence"] == "secondary"
    assert staff.json(items(name), limit=1)["numberMatched"] == before + 1
    with staff.service.register.snapshot() as register:
        change = register.changes(limit=1)[0]
    assert (change.record_id, change.author) == (told["id"], "ogc-staff")
    removed = staff.client.delete(address, headers={"if-match": answer.headers["etag"]})
    assert removed.status_code == 204
    assert staff.get(address).status_code == 404


@BOTH
def test_update_put_op_body_and_response(staff: Served, made: tuple[str, str]) -> None:
    """/conf/create-replace-delete/replace: what is not stated is not known any more."""
    address, tag = made
    name = address.split("/")[3]
    whole = staff.json(address)
    sent = changed(NEW[name], name="Tên mới của Đài")
    sent["properties"].pop("attenuation_db", None)
    sent["properties"].pop("height_m", None)
    answer = staff.client.put(address, json=sent, headers={**JSON, "if-match": tag})
    assert answer.status_code == 200, answer.text
    told = staff.json(address)["properties"]
    assert told["name"] == "Tên mới của Đài"
    assert told.get("height_m") is None
    assert not told.get("attenuation_db")
    back = {key: whole[key] for key in ("type", "geometry", "properties")}
    again = {**JSON, "if-match": answer.headers["etag"]}
    assert staff.client.put(address, json=back, headers=again).status_code == 200
    assert staff.json(address)["properties"] == whole["properties"], "what was read can be sent"


@BOTH
def test_update_patch(staff: Served, made: tuple[str, str]) -> None:
    """/conf/update: some properties, null takes one away, a geometry alone moves it."""
    address, tag = made
    merge = {"content-type": "application/merge-patch+json"}
    sent = {"properties": {"name": "Đổi tên", "commune_name": None}}
    answer = staff.client.patch(address, json=sent, headers={**merge, "if-match": tag})
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["name"] == "Đổi tên"
    place = {"type": "Point", "coordinates": [106.42, 10.54]}
    moved = staff.client.patch(
        address,
        json={"geometry": place},
        headers={**merge, "if-match": answer.headers["etag"]},
    )
    assert moved.status_code == 200, moved.text
    assert moved.json()["geometry"] == place
    assert moved.json()["properties"]["name"] == "Đổi tên"


@BOTH
def test_optimistic_locking_etags(staff: Served, made: tuple[str, str]) -> None:
    """428 without If-Match, 412 where it changed; the tag of any system will do."""
    address, tag = made
    name = address.split("/")[3]
    sent = NEW[name]
    grid = staff.get(address, crs="http://www.opengis.net/def/crs/EPSG/0/9210").headers["etag"]
    assert grid != tag
    for method in ("PUT", "PATCH", "DELETE"):
        body = {} if method == "DELETE" else {"json": sent}
        for said, status in ((None, 428), ('"x"', 412), (f'"{"0" * 32}"', 412)):
            headers = JSON if said is None else {**JSON, "if-match": said}
            answer = staff.client.request(method, address, headers=headers, **body)
            assert answer.status_code == status, answer.text
    first = staff.client.put(address, json=sent, headers={**JSON, "if-match": grid})
    assert first.status_code == 200
    sent = changed(sent, name="Người thứ hai")
    second = staff.client.put(address, json=sent, headers={**JSON, "if-match": f'"x", {tag}'})
    assert second.status_code == 200, "nothing changed in between"
    late = staff.client.put(address, json=sent, headers={**JSON, "if-match": tag})
    assert late.status_code == 412


@pytest.mark.parametrize(
    ("name", "values", "status", "field"),
    [
        ("structures", {"height_m": "cao"}, 422, "height_m"),
        ("structures", {"height_m": 1e6}, 422, "height_m"),
        ("structures", {"kind": "castle"}, 422, "kind"),
        ("structures", {"name": None}, 422, "name"),
        ("structures", {"nothing": 1}, 422, "nothing"),
        ("structures", {"valid_to": "2020-01-01"}, 422, "valid_to"),
        ("structures", {"owner_id": "khong-co"}, 422, "owner_id"),
        ("structures", {"code": "MPD-0071", "owner_id": "mo-phong-d"}, 409, "MPD-0071"),
        ("structures", {"name": "a\x01b"}, 422, "name"),
        ("structures", {"name": {"x": 1}}, 422, "name"),
        ("stations", {"attenuation_db": [1, 2]}, 422, "attenuation_db"),
        ("stations", {"attenuation_db": "x"}, 422, "attenuation_db"),
        ("stations", {"frequency_mhz": True}, 422, "frequency_mhz"),
        ("stations", {"licence_to": "2020-01-01"}, 422, "licence_to"),
        ("stations", {"structure_id": "khong-co"}, 422, "structure_id"),
    ],
)
def test_what_cannot_be_taken_is_named(
    staff: Served, name: str, values: dict[str, Any], status: int, field: str
) -> None:
    revision = staff.service.register.revision()
    answer = staff.client.post(items(name), json=changed(NEW[name], **values), headers=JSON)
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert field in str(told.get("errors", "")) + told["detail"], told
    assert staff.service.register.revision() == revision, "nothing half-written"


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", '{"type":"Feature"}', '{"type":"Point"}', "[" * 100_000,
     '{"type":"Feature","geometry":null,"properties":{}}',
     '{"type":"Feature","geometry":{"type":"Point","coordinates":[1e400,0]},"properties":{}}',
     '{"type":"Feature","geometry":{"type":"Point","coordinates":[NaN,0]},"properties":{}}',
     '{"type":"Feature","geometry":{"type":"Point","coordinates":[10.5,106.4]},"properties":{}}',
     '{"type":"Feature","geometry":{"type":"LineString","coordinates":[]},"properties":{}}',
     '{"type":"Feature","geometry":{"type":"Point","coordinates":[106,10]},"properties":[]}'],
)  # fmt: skip
def test_what_is_no_feature_is_refused(staff: Served, body: str) -> None:
    for method, address in (
        ("POST", items("structures")),
        ("PUT", f"{items('stations')}/mp-tan-an"),
    ):
        headers = {**JSON, "if-match": "*"}
        answer = staff.client.request(method, address, content=body, headers=headers)
        assert answer.status_code in (400, 422), answer.text


def test_content_types_systems_and_what_stays(staff: Served) -> None:
    whole = {**JSON, "content-type": "text/plain"}
    assert staff.client.post(items("stations"), json=STATION, headers=whole).status_code == 415
    grid = {**JSON, "content-crs": "<http://www.opengis.net/def/crs/EPSG/0/9210>"}
    assert staff.client.post(items("stations"), json=STATION, headers=grid).status_code == 400
    nowhere = {**STATION, "geometry": {"type": "Point", "coordinates": [10.5, 50.0]}}
    answer = staff.client.post(items("stations"), json=nowhere, headers=JSON)
    assert answer.status_code == 422
    address = staff.json(items("structures"), limit=1)["features"][0]["id"]
    stays = staff.client.patch(
        f"{items('structures')}/{address}",
        json={"properties": {"code": "KHAC"}},
        headers={**JSON, "if-match": "*"},
    )
    assert stays.status_code == 422
    assert "code" in stays.json()["detail"]


def test_what_something_rests_on_is_not_removed(staff: Served) -> None:
    hung = staff.json(items("installations"), limit=1)["features"][0]["properties"]
    address = f"{items('structures')}/{hung['structure_id']}"
    answer = staff.client.delete(address, headers={"if-match": "*"})
    assert answer.status_code == 409, answer.text
    assert staff.get(address).status_code == 200


def test_other_collections_and_unknown_ones_are_not_written(staff: Served) -> None:
    for name in COLLECTIONS:
        answer = staff.client.post(items(name), json=STRUCTURE, headers=JSON)
        assert (answer.status_code == 405) == (name not in EDITABLE), answer.text
        if answer.status_code == 405:
            assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    assert staff.client.post(items("x"), json=STRUCTURE, headers=JSON).status_code == 404
    gone = staff.client.delete(f"{items('stations')}/none", headers={"if-match": "*"})
    assert gone.status_code == 404


@pytest.mark.parametrize("role", [role.value for role in Role])
def test_only_the_department_writes(home: Settings, role: str) -> None:
    with serving(home, role) as served:
        answer = served.client.put(f"{items('stations')}/none", json=STATION, headers=JSON)
        expected = {"anonymous": 401, "viewer": 403, "operator": 403}.get(role, 404)
        assert answer.status_code == expected
        if role == "staff":
            from api.identity import new_token
            from gis.register.accounts import Access

            account = served.service.accounts.by_name("ogc-staff")
            assert account is not None
            secret, _ = new_token(
                served.service.accounts, account.id, "r", days=1, access=Access.READ
            )
            headers = {**JSON, "authorization": f"Bearer {secret}"}
            reads = served.client.post(items("stations"), json=STATION, headers=headers)
            assert reads.status_code == 403
