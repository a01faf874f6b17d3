"""Sanctions for programs and for people: the answer, what is asked for, what is wrong."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

Token = Callable[[str], dict[str, str]]


def test_the_answer_for_a_program(client: TestClient, token: Token) -> None:
    staff = token("staff")
    asked = "/sanctions/radio_no_licence?ended_on=2026-07-01&judged_on=2026-11-23&lang=en"
    told = client.get(f"{asked}&power_w=20000&who=person", headers=staff).json()
    assert (told["known"], told["minimum_vnd"], told["maximum_vnd"]) == ("range", 25e6, 35e6)
    assert told["limitation_to"] == "2027-07-01"
    assert {one["maximum_vnd"] for one in told["authorities"]} == {1e8, 1.6e8, 2e8}
    assert told["rule"]["confidence"] == "verified"
    assert "no decision" in told["guide"]
    wanted = client.get(asked, headers=staff).json()
    assert [one["name"] for one in wanted["missing"]] == ["power_w", "organisation"]
    before = client.get(asked.replace("07-01", "06-30"), headers=staff).json()
    assert before["known"] == "amount_not_in_data"
    assert before["minimum_vnd"] is None
    assert "15/2020" in before["decree"]["instrument"]


def test_every_behaviour_is_listed_and_found_without_marks(
    client: TestClient, token: Token
) -> None:
    staff = token("staff")
    every = client.get("/sanctions", headers=staff).json()
    assert every["numberMatched"] == len(every["behaviours"]) >= 50
    found = client.get("/sanctions?text=nhieu co hai 78.2", headers=staff).json()
    assert [one["behaviour"] for one in found["behaviours"]] == ["interference_exempt"]
    (step,) = found["behaviours"][0]["steps"]
    assert (step["minimum_vnd"], step["maximum_vnd"]) == (2e6, 3e6)


def test_what_cannot_be_is_refused(client: TestClient, token: Token) -> None:
    headers = {**token("staff"), "accept-language": "en"}
    for query, status, told in (
        ("power_w=-1", 422, "above 0"),
        ("power_w=nan", 422, "power_w"),
        ("count=99999999999999999999", 422, "count"),
        ("ended_on=2199-01-01", 422, "after the day judged"),
        ("ended_on=9999-12-31&judged_on=9999-12-31&who=organisation&power_w=1", 422, "ended_on"),
        ("ended_on=yesterday", 422, "ended_on"),
        ("who=me", 422, "organisation"),
        ("victim=me", 200, "facts_missing"),
        ("weight=1", 400, "weight"),
    ):
        answer = client.get(f"/sanctions/radio_no_licence?{query}", headers=headers)
        assert answer.status_code == status, query
        assert told in answer.text, query
    assert client.get("/sanctions/none", headers=headers).status_code == 404


def test_the_page_answers_and_says_that_it_is_a_guide(browser_of: Callable[[str], Any]) -> None:
    browser = browser_of("staff")
    page = unescape(
        browser.get(
            "/view/sanctions?behaviour=subscriber_own&ended_on=2026-08-01&judged_on=2026-11-23"
            "&count=4&organisation=yes"
        ).text
    )
    for words in ("800.000 đến 2.000.000 đồng", "× 4", "01/08/2027", "không phải quyết định"):
        assert words in page, words
    asked = unescape(browser.get("/view/sanctions?behaviour=radio_wrong_frequency").text)
    assert "Cần biết: Công suất phát (W); Người vi phạm" in asked
    former = "/view/sanctions?behaviour=refuse_lease&ended_on=2026-06-30&judged_on=2026-11-23"
    told = unescape(browser.get(former).text)
    assert "Mức phạt chưa có trong dữ liệu" in told
    assert "sanction.act.refuse_lease" in told
    assert 'href="/view/sanctions" aria-current="page"' in told
    every = len(
        browser.get("/sanctions", headers={"accept": "application/json"}).json()["behaviours"]
    )
    row = re.compile(r'<th scope="row"><a href="/view/sanctions\?behaviour=([^"#]+)')
    first = unescape(browser.get("/view/sanctions").text)
    assert len(row.findall(first)) == 25
    assert f"1 đến 25 trong {every}" in first, first
    assert '<h3 id="rows-telecom">' in first
    pages = [first, *(unescape(browser.get(f"/view/sanctions?offset={n}").text) for n in (25, 50))]
    assert sum(len(row.findall(one)) for one in pages) == every
    fields = [name for one in pages for name in re.findall(r'<h3 id="rows-(\w+)"', one)]
    assert fields == ["telecom", "telecom", "radio", "radio"], "one field after the other"
    beyond = unescape(browser.get("/view/sanctions?offset=5000").text)
    assert f"0 trong {every}" in beyond
    assert 'rel="prev" href="/view/sanctions?offset=50#rows-heading"' in beyond
    none = unescape(browser.get("/view/sanctions?text=zzz").text)
    assert "Không có dòng nào khớp điều kiện đang chọn" in none


def test_a_wrong_field_is_said_at_the_field_and_what_was_typed_stays(
    browser_of: Callable[[str], Any],
) -> None:
    answer = browser_of("staff").get(
        "/view/sanctions?behaviour=radio_no_licence&power_w=lots&count=-3&began_on=2026-13-01"
    )
    assert answer.status_code == 422
    page = unescape(answer.text)
    for name in ("power_w", "count", "began_on"):
        assert f'id="act-{name}-wrong"' in page, name
    assert 'value="lots"' in page
    assert '<option value="radio_no_licence" selected>' in page


def test_a_field_does_not_come_again_on_a_later_page(
    browser_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routers.sanctions._PER_PAGE", 4)
    browser = browser_of("staff")
    pages = [browser.get(f"/view/sanctions?offset={place}").text for place in range(0, 60, 4)]
    fields = [name for one in pages for name in re.findall(r'<h3 id="rows-(\w+)"', one)]
    assert fields == sorted(fields, key=["telecom", "radio"].index)
    assert set(fields) == {"telecom", "radio"}
