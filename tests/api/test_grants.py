"""Grants by area, and the log of who looked at confidential records."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.identity import new_token
from api.service import Service
from gis.register.records import Boundary
from gis.register.scopes import PUBLIC, SYSTEM

Token = Callable[[str], dict[str, str]]
BOX = 0.02


@pytest.fixture
def hidden(service: Service) -> Any:
    """A confidential structure of somebody else than the operator, and an area around it."""
    found = next(
        one
        for one in service.register.structures(SYSTEM)
        if one.confidential and one.owner_id != "mo-phong-a" and one.longitude is not None
    )
    return found


@pytest.fixture
def unit(service: Service, hidden: Any) -> str:
    """The code of a unit whose outline is a small square around it."""
    from shapely import box

    code = service.register.units()[0].code
    west, south = hidden.longitude - BOX, hidden.latitude - BOX
    outline = Boundary(
        unit_code=code,
        geometry=box(west, south, west + 2 * BOX, south + 2 * BOX),
        valid_from=service.today() - timedelta(days=30),
        valid_to=None,
        position_uncertainty_m=0.0,
        official=True,
        provenance=hidden.provenance,
    )
    with service.register.write(author="test", reason="test") as writer:
        writer.replace_boundaries([outline])
    return code


def give(browser: Any, unit: str, first: date, last: date, **changed: str) -> Any:
    form = {
        "organisation_id": "mo-phong-a",
        "unit_code": unit,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "reason": "khảo sát dùng chung",
    }
    return browser.post("/view/grants", form | changed)


def test_a_grant_opens_an_area_for_some_days_to_one_organisation(
    client: TestClient,
    service: Service,
    *,
    browser_of: Callable[[str], Any],
    token: Token,
    hidden: Any,
    unit: str,
) -> None:
    other = service.accounts.add("other", "operator", organisation_id="mo-phong-c")
    stranger = {"authorization": f"Bearer {new_token(service.accounts, other.id, 't', days=1)[0]}"}
    path, operator = f"/structures/{hidden.id}", token("operator")
    before = client.get("/structures?limit=1", headers=operator).json()["numberMatched"]
    assert client.get(path, headers=operator).status_code == 404
    today, administrator = service.today(), browser_of("administrator")

    later = give(administrator, unit, today + timedelta(days=1), today + timedelta(days=3))
    assert later.status_code == 303
    assert client.get(path, headers=operator).status_code == 404, "it is not the day yet"

    assert give(administrator, unit, today, today).status_code == 303
    assert client.get(path, headers=operator).status_code == 200
    after = client.get("/structures?limit=1", headers=operator).json()["numberMatched"]
    inside = sum(
        one.confidential
        and one.owner_id != "mo-phong-a"
        and abs(one.longitude - hidden.longitude) <= BOX
        and abs(one.latitude - hidden.latitude) <= BOX
        for one in service.register.structures(SYSTEM)
        if one.longitude is not None and one.latitude is not None
    )
    assert after - before == inside >= 1
    for headers in (stranger, token("viewer"), {}):
        assert client.get(path, headers=headers).status_code == 404

    (grant,) = [one for one in service.grants.all() if one.first_day == today]
    assert administrator.post(f"/view/grants/{grant.id}/revoke").status_code == 303
    assert client.get(path, headers=operator).status_code == 404
    assert administrator.post(f"/view/grants/{grant.id}/revoke").status_code == 409
    assert administrator.post("/view/grants/none/revoke").status_code == 404


def test_installations_on_a_granted_structure_stay_their_owners(
    service: Service, browser_of: Callable[[str], Any], hidden: Any, unit: str
) -> None:
    from gis.register.scopes import Role, Scope

    give(browser_of("administrator"), unit, service.today(), service.today())
    areas = service.grants.areas("mo-phong-a", service.today())
    granted = Scope(Role.OPERATOR, "mo-phong-a", areas)
    seen = service.register.installations(granted, structure_id=hidden.id)
    everything = service.register.installations(SYSTEM, structure_id=hidden.id)
    kept = {one.id for one in everything if one.confidential}
    assert not kept & {one.id for one in seen if one.organisation_id != "mo-phong-a"}
    assert hidden.id not in {one.id for one in service.register.structures(PUBLIC)}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"last_day": "2020-01-01"}, 422),
        ({"first_day": "hôm nay"}, 422),
        ({"first_day": ""}, 422),
        ({"last_day": "9999-12-31"}, 422),
        ({"reason": "  "}, 422),
        ({"unit_code": "no-such"}, 404),
        ({"organisation_id": "no-such"}, 404),
    ],
)
def test_a_wrong_grant_is_refused_with_the_form_as_it_was(
    service: Service,
    browser_of: Callable[[str], Any],
    unit: str,
    changed: dict[str, str],
    status: int,
) -> None:
    today = service.today()
    answer = give(browser_of("administrator"), unit, today, today, **changed)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert "khảo sát dùng chung" in answer.text or "reason" in changed
    assert service.grants.all() == []


def test_looks_at_confidential_records_of_others_are_kept(
    client: TestClient,
    service: Service,
    browser_of: Callable[[str], Any],
    token: Token,
    hidden: Any,
) -> None:
    staff = token("staff")
    client.get(f"/structures/{hidden.id}", headers=staff)
    browser_of("staff").get(f"/view/structures/{hidden.id}")
    client.get("/structures?limit=1000", headers=staff)
    client.get("/exports/structures?format=csv", headers=staff)
    client.get("/structures?limit=1000", headers=token("viewer"))
    client.get("/structures?limit=1000", headers=token("operator"))
    administrator = token("administrator")
    log = client.get("/viewings", headers=administrator).json()
    csv, listed, around, page, single = log["viewings"]
    assert (around["record_id"], around["layer"]) == (None, "structures")
    assert around["address"] == page["address"]
    assert {one["account"] for one in log["viewings"]} == {"staff-1"}
    assert (single["record_id"], page["record_id"]) == (hidden.id, hidden.id)
    assert listed["records"] == sum(
        one.confidential for one in service.register.structures(SYSTEM)
    )
    assert single["owner_ids"] == [hidden.owner_id]
    assert hidden.owner_id in listed["owner_ids"]
    assert (csv["records"], csv["address"]) == (None, "/exports/structures?format=csv")
    of_one = client.get(f"/viewings?record_id={hidden.id}", headers=administrator).json()
    assert of_one["matched"] == 2
    shown = browser_of("administrator").get("/view/viewings?account=staff-1").text
    assert hidden.id in shown
    assert "Công trình" in shown
    assert "<td>structures" not in shown, "kinds of records have names for people"


def test_looks_by_the_ogc_api_are_kept_too(
    client: TestClient, service: Service, token: Token, hidden: Any
) -> None:
    items = "/ogc/collections/structures/items"
    for path in (f"{items}/{hidden.id}", f"{items}?limit=1000"):
        for caller in (token("staff"), {}, token("viewer")):
            client.get(path, headers=caller)
    listed, single = service.viewings.listed(limit=9)
    assert (single.record_id, single.records) == (hidden.id, 1)
    secret = sum(one.confidential for one in service.register.structures(SYSTEM))
    assert (listed.record_id, listed.records) == (None, secret)


def test_an_owner_s_look_at_its_own_is_nobody_s_business(
    client: TestClient, service: Service, token: Token
) -> None:
    own = next(
        one
        for one in service.register.structures(SYSTEM)
        if one.confidential and one.owner_id == "mo-phong-a"
    )
    assert client.get(f"/structures/{own.id}", headers=token("operator")).status_code == 200
    assert service.viewings.count() == 0
