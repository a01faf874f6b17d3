"""The register for programs: pages that add up, and nothing told to whom it is not for."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from api.identity import new_token
from api.routers import map as map_routes
from api.service import Service
from gis.register.accounts import Access
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure

Headers = Callable[[str], dict[str, str]]
ROLES = ("anonymous", "viewer", "operator", "staff", "administrator")
COLLECTIONS = ("/structures", "/stations", "/plan-entries", "/units", "/boundaries")


def expected(service: Service, role: str) -> dict[str, Structure]:
    """The structures that a role sees, said anew from the rule: public, own, or all."""
    return {
        one.id: one
        for one in service.register.structures(SYSTEM)
        if not one.confidential
        or role in ("staff", "administrator")
        or (role == "operator" and one.owner_id == "mo-phong-a")
    }


def every_page(client: TestClient, url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    """Follow `next` to the end."""
    pages = []
    while url:
        answer = client.get(url, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/geo+json"
        pages.append(answer.json())
        (following,) = [link for link in pages[-1]["links"] if link["rel"] == "next"] or [None]
        parts = urlsplit(following["href"]) if following else None
        url = f"{parts.path}?{parts.query}" if parts else ""
    return pages


@pytest.mark.parametrize("role", ROLES)
def test_pages_add_up_to_what_a_role_may_see(
    client: TestClient, service: Service, token: Headers, role: str
) -> None:
    pages = every_page(client, "/structures?limit=37", token(role))
    ids = [feature["id"] for page in pages for feature in page["features"]]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(expected(service, role))
    assert {page["numberMatched"] for page in pages} == {len(ids)}
    assert all(page["numberReturned"] == len(page["features"]) for page in pages)
    assert [len(page["features"]) for page in pages[:-1]] == [37] * (len(pages) - 1)
    assert len(expected(service, "anonymous")) < len(expected(service, "operator"))


@pytest.mark.parametrize("path", COLLECTIONS)
@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_every_collection_pages(client: TestClient, path: str, limit: int) -> None:
    whole = client.get(f"{path}?limit=1000").json()
    start = max(0, whole["numberMatched"] - 3 * limit)
    pages = every_page(client, f"{path}?limit={limit}&offset={start}", {})
    ids = [str(f["id"]) + str(f["properties"]) for page in pages for f in page["features"]]
    assert ids == [str(f["id"]) + str(f["properties"]) for f in whole["features"]][start:]
    assert [link["rel"] for link in pages[-1]["links"]] == ["self"] + ["prev"] * (
        start > 0 or len(pages) > 1
    )
    beyond = client.get(f"{path}?offset={whole['numberMatched'] + 5}").json()
    assert beyond["features"] == []
    assert beyond["numberMatched"] == whole["numberMatched"]
    assert "next" not in [link["rel"] for link in beyond["links"]]


@pytest.mark.parametrize("role", ROLES)
def test_what_is_confidential_leaves_no_trace(
    client: TestClient, service: Service, token: Headers, role: str
) -> None:
    headers = token(role)
    seen = expected(service, role)
    hidden = [one for one in service.register.structures(SYSTEM) if one.id not in seen]
    assert bool(hidden) == (role not in ("staff", "administrator"))
    for one in hidden[:12]:
        absent = client.get("/structures/none", headers=headers)
        answer = client.get(f"/structures/{one.id}", headers=headers)
        assert answer.status_code == absent.status_code == 404
        assert answer.text.replace(one.id, "none") == absent.text
        around = f"{one.longitude},{one.latitude},{one.longitude},{one.latitude}"
        near = [
            other.id
            for other in seen.values()
            if (other.longitude, other.latitude) == (one.longitude, one.latitude)
        ]
        for query, matched in (
            (f"bbox={around}", len(near)),
            (f"text={one.code}", 0),
            (f"text={one.code}&owner_id={one.owner_id}&kind={one.kind.value}", 0),
        ):
            found = client.get(f"/structures?{query}&limit=1", headers=headers).json()
            assert found["numberMatched"] == matched, query
    for owner in {one.owner_id for one in hidden}:
        found = client.get(f"/structures?owner_id={owner}&limit=1000", headers=headers).json()
        known = {one.id for one in seen.values() if one.owner_id == owner}
        assert {feature["id"] for feature in found["features"]} == known
        assert found["numberMatched"] == len(known)


@pytest.mark.parametrize("role", ROLES)
def test_pages_for_people_tell_no_more(
    service: Service, browser_of: Callable[[str], Any], role: str
) -> None:
    seen = expected(service, role)
    hidden = [one for one in service.register.structures(SYSTEM) if one.id not in seen]
    browser = browser_of(role)
    map_page = browser.get("/map").text + browser.get("/map/objects").text
    assert not [one.code for one in hidden if one.code in map_page]
    assert all(one.code in map_page for one in list(seen.values())[:5])
    figures = browser.get("/").text
    assert f"<b>{len(seen)}</b>" in figures


def test_the_kept_map_of_an_operator_is_for_nobody_else(
    client: TestClient, service: Service, token: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Maps with what is an organisation's own share places in which they are kept."""
    monkeypatch.setattr(map_routes, "_OWN", 1)
    account = service.accounts.add(
        "op-b", "operator", organisation_id="mo-phong-b", password_hash=None
    )
    secret, _ = new_token(service.accounts, account.id, "test", days=1, access=Access.READ)
    callers = {
        "mo-phong-a": token("operator"),
        "mo-phong-b": {"authorization": f"Bearer {secret}"},
        "": {},
    }
    everything = service.register.structures(SYSTEM)
    confidential = {one.code: one.owner_id for one in everything if one.confidential}
    assert {"mo-phong-a", "mo-phong-b"} <= set(confidential.values())
    for language, owner in (  # each after one that differs from it in one thing alone
        ("vi", "mo-phong-a"),
        ("en", "mo-phong-a"),
        ("en", "mo-phong-b"),
        ("en", ""),
        ("en", "mo-phong-a"),
        ("vi", "mo-phong-a"),
    ):
        shown = client.get(f"/map/objects?lang={language}", headers=callers[owner]).json()
        codes = {row[2] for row in shown["table"]["rows"]} & set(confidential)
        assert codes == {code for code, whose in confidential.items() if whose == owner}
        assert shown["language"] == language


def test_an_operator_sees_its_own_installations_and_not_those_of_others(
    client: TestClient, service: Service, token: Headers
) -> None:
    every = service.register.installations(SYSTEM)
    own = next(one for one in every if one.confidential and one.organisation_id == "mo-phong-a")
    other = next(one for one in every if one.confidential and one.organisation_id == "mo-phong-b")

    def shown(structure_id: str, role: str) -> list[str]:
        answer = client.get(f"/structures/{structure_id}", headers=token(role))
        if answer.status_code == 404:
            return []
        return [one["id"] for one in answer.json()["properties"]["installations"]]

    assert own.id not in shown(own.structure_id, "anonymous")
    assert other.id not in shown(other.structure_id, "operator")
    assert own.id in shown(own.structure_id, "staff")
    assert other.id in shown(other.structure_id, "staff")


def test_a_box_holds_what_lies_in_it(client: TestClient) -> None:
    west, south, east, north = 106.3, 10.5, 106.5, 10.8
    for path in ("/structures", "/stations", "/units", "/plan-entries"):
        whole = client.get(f"{path}?limit=1000").json()["features"]
        inside = {
            str(f["properties"])
            for f in whole
            if f["geometry"]
            and west <= f["geometry"]["coordinates"][0] <= east
            and south <= f["geometry"]["coordinates"][1] <= north
        }
        url = f"{path}?limit=1000&bbox={west},{south},{east},{north}"
        found = client.get(url).json()
        assert {str(f["properties"]) for f in found["features"]} == inside
        assert found["numberMatched"] == len(inside) > 0
    sea = client.get("/boundaries?bbox=109,5,110,6").json()
    assert sea["numberMatched"] == 0
    assert client.get("/boundaries?bbox=106,10,106.5,10.8").json()["numberMatched"] > 0


def test_filters_narrow_together(client: TestClient) -> None:
    url = "/structures?kind=antenna_mast,station&owner_id=mo-phong-b&text=ben+luc&limit=1000"
    found = client.get(url).json()["features"]
    assert found
    for feature in found:
        assert feature["properties"]["kind"] in ("antenna_mast", "station")
        assert feature["properties"]["owner_id"] == "mo-phong-b"
        assert "Bến Lức" in feature["properties"]["commune_name"]
    services = client.get("/stations?service=television").json()
    assert services["numberMatched"] == 0
    assert client.get("/units?text=ben+luc&kind=xa&on=2025-07-01").json()["numberMatched"] == 1
    wards = client.get("/units?kind=phuong,xa&limit=1000").json()["features"]
    assert {unit["properties"]["kind"] for unit in wards} == {"phuong", "xa"}


def test_a_day_chooses_what_held_on_it(client: TestClient) -> None:
    before, after = (
        {f["id"] for f in client.get(f"/stations?on={day}").json()["features"]}
        for day in ("2025-06-30", "2025-07-01")
    )
    assert "mp-tay-ninh" in after - before
    assert client.get("/boundaries?on=2025-07-01&code=80").json()["numberMatched"] == 1
    assert client.get("/boundaries?code=80,75&limit=1").json()["numberMatched"] == 4


def test_a_feature_says_where_it_came_from(client: TestClient) -> None:
    one = client.get("/stations/mp-duc-hoa").json()
    assert one["id"] == "mp-duc-hoa"
    assert one["geometry"] == {"type": "Point", "coordinates": [106.457086, 10.821815]}
    properties = one["properties"]
    assert properties["synthetic"] is True
    assert properties["confidence"] == "synthetic"
    assert properties["frequency_mhz"] == 93.6
    known = client.get("/stations?text=VOV&limit=1000").json()["features"]
    assert {f["properties"]["synthetic"] for f in known} == {False}
    outline = client.get("/boundaries?code=80&limit=1").json()["features"][0]
    assert outline["geometry"]["type"] == "MultiPolygon"
    assert outline["properties"]["position_uncertainty_m"] > 0
    assert outline["properties"]["official"] is False


def test_a_line_of_a_plan_without_a_position_has_no_geometry(client: TestClient) -> None:
    entries = client.get("/plan-entries?limit=1000").json()["features"]
    assert any(entry["geometry"] is None for entry in entries)
    assert all("instrument" in entry["properties"] for entry in entries)


def test_links_keep_the_question(client: TestClient) -> None:
    found = client.get("/structures?text=tân&kind=station,house&limit=1&lang=en").json()
    following = next(link for link in found["links"] if link["rel"] == "next")["href"]
    assert following.startswith("http://testserver/structures?")
    for part in ("kind=station%2Chouse", "lang=en", "limit=1", "offset=1"):
        assert part in following
    assert client.get(following).json()["numberMatched"] == found["numberMatched"]
