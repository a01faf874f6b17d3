"""Reports of the department: numbers equal what is counted by hand, and lead to it."""

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from shapely import MultiPolygon, box
from starlette.testclient import TestClient

from api.service import Service
from gis.administration import COMMUNES
from gis.localities import localities
from gis.mobile import generations_of
from gis.register.records import Boundary, BroadcastStation
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure
from gis.reporting.period import period_of
from gis.reporting.tables import Column, Item, Placed, counted
from gis.studies import StudyContext, run

from .conftest import OPERATOR, Browser

Headers = dict[str, str]


@pytest.fixture
def staff(token: Callable[[str], Headers]) -> Headers:
    return token("staff")


@pytest.fixture
def now(service: Service) -> str:
    """The month that runs."""
    return f"{service.today():%Y-%m}"


def told(client: TestClient, who: Headers, period: str, **asked: str) -> dict[str, Any]:
    answer = client.get(f"/reports/{period}", params=asked, headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def table(report: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in report["tables"] if one["id"] == name)
    return found


def column(found: dict[str, Any], name: str) -> dict[str, float]:
    return {one["id"]: one["values"][name] for one in found["rows"] if one["values"][name]}


def test_a_station_and_a_structure_of_one_id_stand_each_in_its_commune(
    client: TestClient, service: Service, staff: Headers, now: str
) -> None:
    today = service.today()
    with service.register.snapshot() as register:
        communes = {
            one: found.code
            for one in (
                *register.stations(SYSTEM, on=today),
                *register.structures(SYSTEM, on=today),
            )
            if (found := localities(register, one.longitude, one.latitude, today)[0].commune)
        }
    station = next(one for one in communes if isinstance(one, BroadcastStation))
    like = next(
        one
        for one, code in communes.items()
        if isinstance(one, Structure) and code != communes[station]
    )
    before = column(table(told(client, staff, now), "stations-commune"), "all")
    with service.register.write(author="test", reason="test") as writer:
        writer.add_structures([replace(like, id=station.id, code="one-id")])
    assert column(table(told(client, staff, now), "stations-commune"), "all") == before


def test_numbers_are_those_counted_by_hand(
    client: TestClient, service: Service, staff: Headers, now: str
) -> None:
    report, today = told(client, staff, now), service.today()
    with service.register.snapshot() as register:
        standing = register.structures(SYSTEM, on=today)
        hung = register.installations(SYSTEM, on=today)
        contracts = register.contracts(SYSTEM, on=today)
        places = [localities(register, one.longitude, one.latitude, today)[0] for one in standing]
        levels = {one.id: one.structure_id for one in register.levels(SYSTEM)}
    communes = Counter(one.commune.code for one in places if one.commune)
    assert column(table(report, "structures-commune"), "all") == communes
    owners = {one.id: one.owner_id for one in standing}
    assert column(table(report, "structures-operator"), "all") == Counter(owners.values())
    shared = {
        one.structure_id for one in hung if one.organisation_id != owners[one.structure_id]
    } | {
        place
        for one in contracts
        if (place := one.structure_id or levels.get(one.level_id or "")) in owners
        and one.tenant_id != owners[place]
    }
    sharing = table(report, "sharing-commune")["total"]["values"]
    assert sharing["shared"] == len(shared) > 0
    assert sharing["rate"] == pytest.approx(100 * len(shared) / len(standing))
    sites = {(one.structure_id, one.organisation_id): set[str]() for one in hung}
    for one in hung:
        sites[one.structure_id, one.organisation_id] |= set(generations_of(one.technology))
    fourth = [operator for (_, operator), found in sites.items() if "4g" in found]
    assert column(table(report, "sites-operator"), "4g") == Counter(fourth)
    assert len(fourth) > 0


def test_a_line_whose_cables_have_no_fibres_is_no_line_of_fibre(
    client: TestClient, service: Service, staff: Headers, now: str
) -> None:
    before = table(told(client, staff, now), "lines-operator")["total"]["values"]
    assert before["fibre"] == before["all"] > 1
    with service.register.write(author="test", reason="test") as writer:
        one = writer.cables(SYSTEM)[0]
        writer.update_cables([replace(one, fibres=None)])
    after = table(told(client, staff, now), "lines-operator")["total"]["values"]
    assert (after["all"], after["fibre"]) == (before["all"], before["fibre"] - 1)
    assert after["fibre_km"] < before["fibre_km"]


def test_a_line_through_communes_is_cut_and_counted_once(
    client: TestClient, service: Service, staff: Headers, now: str
) -> None:
    before = table(told(client, staff, now), "lines-commune")["total"]["values"]
    route = service.register.routes(SYSTEM, on=service.today())[0]
    west, south, east, north = route.geometry.bounds
    middle = (west + east) / 2
    codes = [one.code for one in service.register.units(on=service.today(), kinds=COMMUNES)][:2]
    halves = ((west - 1, middle), (middle, east + 1))
    with service.register.write(author="t", reason="ranh giới") as writer:
        writer.replace_boundaries(
            Boundary(
                unit_code=code,
                geometry=MultiPolygon([box(low, south - 1, high, north + 1)]),
                position_uncertainty_m=1,
                official=True,
                valid_from=date(2025, 7, 1),
                valid_to=None,
                provenance=route.provenance,
            )
            for code, (low, high) in zip(codes, halves, strict=True)
        )
    found = table(told(client, staff, now), "lines-commune")
    assert found["total"]["values"] == pytest.approx(before)
    lengths = column(found, "length_km")
    assert sum(lengths.values()) == pytest.approx(before["length_km"], abs=0.02)
    assert all(lengths[code] > 0 for code in codes)
    assert sum(column(found, "all").values()) > before["all"]


def test_rows_add_up_and_two_ways_of_dividing_agree(
    client: TestClient, staff: Headers, now: str
) -> None:
    report = told(client, staff, now)
    for found in report["tables"]:
        counts = [name for name in found["total"]["values"] if not name.endswith("rate")]
        for name in counts:
            rows = sum(one["values"][name] for one in found["rows"])
            assert rows == pytest.approx(found["total"]["values"][name]), (found["id"], name)
    for name in ("structures", "sharing", "stations", "sites", "lines"):
        totals = [
            table(report, f"{name}-{by}")["total"]["values"] for by in ("commune", "operator")
        ]
        assert totals[0] == pytest.approx(totals[1])


def test_each_number_leads_to_the_list_that_it_counts(
    client: TestClient, staff: Headers, now: str
) -> None:
    report, looked = told(client, staff, now), 0
    for name in ("sites-operator", "lines-operator", "stations-operator", "sharing-operator"):
        found = table(report, name)
        for line in (*found["rows"], found["total"]):
            for cell, address in line["items"].items():
                listed = client.get(address, headers=staff).json()
                summed = sum(one["amount"] for one in listed["items"])
                value = line["values"][cell]
                assert value == pytest.approx(
                    summed if cell.endswith("_km") else len(listed["items"])
                )
                looked += 1
    assert looked > 20
    page = listed["items"][0]["page"]
    assert client.get(page, headers={**staff, "accept": "text/html"}).status_code == 200
    base = f"/reports/{now}/items"
    for asked in (
        "table=nothing&column=all",
        "table=desk-kind&column=x",
        "table=sites-operator&column=all&row=x",
    ):
        assert client.get(f"{base}?{asked}", headers=staff).status_code == 404


def test_cases_and_requests_of_the_period_are_counted(
    client: TestClient, token: Callable[[str], Headers], service: Service, staff: Headers, now: str
) -> None:
    operator = token("operator")
    facts = {"applicant": "Đài", "type": "amateur", "purpose": "issue"}
    made = [
        client.post("/desk/dossier", json={"facts": facts}, headers=staff).json() for _ in range(2)
    ]
    body = {"kind": "withdrawn", "expected": 1, "details": {"reason": "x"}}
    client.post(f"/desk/dossier/{made[0]['id']}/events", json=body, headers=staff)
    other = next(
        one
        for one in service.register.structures(SYSTEM)
        if one.owner_id != OPERATOR and one.shareable and not one.confidential
    )
    wish = {"structure_id": other.id, "technology": "LTE", "purpose": "Lắp anten"}
    asked = client.post("/sharing-requests", json=wish, headers=operator)
    assert asked.status_code == 201, asked.text
    report = told(client, staff, now)
    desk = {one["id"]: one["values"] for one in table(report, "desk-kind")["rows"]}
    assert (desk["dossier"]["opened"], desk["dossier"]["closed"]) == (2, 1)
    assert (desk["dossier"]["running"], desk["interference"]["opened"]) == (1, 0)
    assert table(report, "requests-operator")["total"]["values"]["opened"] == 0, "a draft is none"
    step = {"kind": "submitted", "expected": 1, "details": {}}
    sent = client.post(
        f"/sharing-requests/{asked.json()['id']}/events", json=step, headers=operator
    )
    assert sent.status_code == 201, sent.text
    requests = table(told(client, staff, now), "requests-operator")
    assert column(requests, "opened") == column(requests, "running") == {other.owner_id: 1}


def test_a_past_period_is_told_as_it_was_known(
    client: TestClient, service: Service, staff: Headers
) -> None:
    """The register was filled today: nothing was known in an earlier year."""
    year = str(service.today().year - 1)
    then, since = told(client, staff, year), told(client, staff, year, known="now")
    assert table(then, "structures-commune")["total"]["values"] == {"all": 0}
    assert table(since, "structures-commune")["total"]["values"]["all"] > 0
    assert then["known_at"] is not None
    assert since["known_at"] is None
    assert client.get("/reports/2199", headers=staff).status_code == 422
    for wrong in ("2026-13", "2026-Q5", "x", "2026-1", "1800"):
        assert client.get(f"/reports/{wrong}", headers=staff).status_code == 422


def test_coverage_is_that_of_the_newest_study_of_the_department(
    client: TestClient, service: Service, staff: Headers, now: str
) -> None:
    """What there is no study of is said; an operator's own study is none of the department's."""
    report = told(client, staff, now)
    assert [one["generation"] for one in report["coverage"]] == ["2g", "3g", "4g", "5g"]
    assert {one["study"] for one in report["coverage"]} == {None}
    context = StudyContext(service.register, service.home, service.ground)
    on = f"{now}-01"
    asked = {"bounds": [106.35, 10.5, 106.45, 10.6], "step_m": 1000, "reach_km": 8, "on": on}
    study = run("mobile", asked, context)
    run("mobile", {**asked, "asked_by": OPERATOR}, context)
    coverage = {one["generation"]: one for one in told(client, staff, now)["coverage"]}
    assert coverage["4g"]["study"] == study.id
    assert coverage["4g"]["percent"] == pytest.approx(100 * study.results["share_covered"])
    assert len(coverage["4g"]["communes"]) == len(study.results["communes"]) > 0
    assert coverage["5g"]["study"] is None
    before = f"{int(now[:4]) - 1}"
    assert {one["study"] for one in told(client, staff, before)["coverage"]} == {None}
    made = client.get(f"/reports/{now}/report.docx?lang=vi", headers=staff)
    cells = [
        cell.text
        for each in Document(io.BytesIO(made.content)).tables
        for row in each.rows
        for cell in row.cells
    ]
    assert any(study.id in one for one in cells)


def test_the_workbook_holds_the_numbers_and_no_formula(
    client: TestClient, service: Service, staff: Headers, now: str
) -> None:
    with service.register.write(author="test", reason="test") as writer:
        one = service.register.organisation(OPERATOR)
        writer.update_organisations([replace(one, name="=1+1")])
    answer = client.get(f"/reports/{now}/report.xlsx", headers=staff)
    assert answer.status_code == 200, answer.text
    book = load_workbook(io.BytesIO(answer.content))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value == "=1+1"]
    assert cells
    assert {cell.data_type for cell in cells} <= {"s"}
    report = told(client, staff, now)
    assert len(book.sheetnames) == len(report["tables"]) + 2
    for place, found in enumerate(report["tables"], 1):
        rows = list(book[book.sheetnames[place]].iter_rows(values_only=True))
        total = rows[1 + len(found["rows"])]
        for value, wanted in zip(total[2:], found["total"]["values"].values(), strict=False):
            assert value == (None if wanted is None else pytest.approx(wanted, abs=1e-3))


def test_the_document_is_docx_and_pdf_and_says_what_it_rests_on(
    client: TestClient, staff: Headers, now: str
) -> None:
    made = client.get(f"/reports/{now}/report.docx?lang=vi", headers=staff)
    document = Document(io.BytesIO(made.content))
    said = "\n".join(one.text for one in document.paragraphs)
    assert "Kỳ chưa kết thúc" in said
    assert re.search(r"BÁO CÁO\n.*\n*.*Kính gửi: Ủy ban nhân dân tỉnh", said)
    assert "Tỷ lệ = đang dùng chung / tất cả" in said
    total = table(told(client, staff, now), "structures-commune")["total"]["values"]["all"]
    cells = [cell.text for each in document.tables for row in each.rows for cell in row.cells]
    assert f"{total:.0f}" in cells
    head = "\n".join(cells)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc" in head
    assert re.search(r"Số: .*/BC-", head)
    assert "Nơi nhận:\n- Như trên;\n- Lưu: VT." in head
    again = client.get(f"/reports/{now}/report.docx?lang=vi", headers=staff)
    pdf = client.get(f"/reports/{now}/report.pdf?lang=vi", headers=staff)
    assert pdf.content.startswith(b"%PDF-"), pdf.text
    second = Document(io.BytesIO(again.content))
    told_again = "\n".join(one.text for one in second.paragraphs)
    without = re.compile(r"đọc lúc \d\d/\d\d/\d{4} \d\d:\d\d")
    assert without.sub("", told_again) == without.sub("", said), "but for the minute"
    assert len(without.findall(said)) == 1
    assert cells == [c.text for each in second.tables for row in each.rows for c in row.cells]


def rows_of(page: str, table: str) -> list[str]:
    part = page.split(f'id="{table}"')[1].partition("</section>")[0]
    return re.findall(r'<tr><th scope="row">([^<]+)', part)


def test_the_page_shows_numbers_with_their_lists(
    browser_of: Callable[[str], Browser], now: str
) -> None:
    browser = browser_of("staff")
    page = browser.get("/view/reports")
    assert page.status_code == 200, page.text
    assert "<svg" in page.text.split("<main")[1]
    running = "Kỳ này chưa kết thúc nên tính theo sổ hiện nay."
    assert running in page.text, "what is chosen does not hold for it"
    assert running not in browser.get("/view/reports?period=2020").text
    assert re.search(r">Xã [^<]+ \(\d+ trên \d+\)</text>", page.text), "a share says of how many"
    anchors = re.findall(r'<li><a href="#([^"]+)"', page.text)
    assert len(anchors) > 10
    assert all(f'id="{one}"' in page.text for one in anchors), "contents lead somewhere"
    told = int(re.search(r"theo xã</a> <span class=\"hint\">\((\d+) dòng", page.text)[1])
    assert f"Xem cả bảng ({told} dòng)" in page.text
    assert len(rows_of(page.text, "structures-commune")) == 8 + 1, "the first, and the total"
    asked = unescape(re.search(r'href="([^"]+whole=structures-commune)#structures', page.text)[1])
    whole = browser.get(asked)
    assert whole.status_code == 200
    assert told > 40
    shown = rows_of(whole.text, "structures-commune")
    assert len(shown) == 40 + 1, "a page, and the total"
    further = unescape(re.search(r'rel="next" href="([^"]+)"', whole.text)[1])
    others = rows_of(browser.get(further).text, "structures-commune")
    assert len(others) == told - 40 + 1
    assert len({*shown, *others}) == told + 1, "each row once, and the total"
    beyond = browser.get("/view/reports?whole=structures-commune&offset=5000")
    assert rows_of(beyond.text, "structures-commune") == ["Tổng"], "the total alone"
    assert whole.text.count("<table") == 1, "it stands alone"
    assert "charts-heading" not in whole.text
    assert "coverage-heading" not in whole.text
    assert re.search(r'href="/view/reports\?period=[^"]+#contents-heading"', whole.text)
    assert browser.get("/view/reports?whole=none").status_code == 200
    assert f"/view/reports/{now}/items?table=structures-commune" in page.text
    listed = browser.get(f"/view/reports/{now}/items?table=lines-operator&column=length_km")
    assert listed.status_code == 200
    assert "Tổng:" in listed.text
    wrong = browser.get("/view/reports?other=%3D1%2B1")
    assert wrong.status_code == 422
    assert 'name="other" value="=1+1"' in wrong.text, "as it was typed"
    assert "“=1+1” không phải một kỳ" in wrong.text
    assert browser_of("operator").get("/view/reports").status_code == 403


def test_periods_begin_and_end_as_calendars_do() -> None:
    spans = {name: period_of(name) for name in ("2024-02", "2026-Q4", "2026")}
    assert (spans["2024-02"].first, spans["2024-02"].last) == (date(2024, 2, 1), date(2024, 2, 29))
    assert (spans["2026-Q4"].first, spans["2026-Q4"].last) == (
        date(2026, 10, 1),
        date(2026, 12, 31),
    )
    assert (spans["2026"].first, spans["2026"].last) == (date(2026, 1, 1), date(2026, 12, 31))
    assert [one.name for one in spans.values()] == list(spans)


def test_what_belongs_to_no_row_is_counted_in_the_last() -> None:
    columns = (Column("all", "x"), Column("some", "x"), Column("rate", "x", "some", "all"))
    placed = [
        Placed(Item("structure", str(number), "-"), row, frozenset(counts))
        for number, (row, counts) in enumerate([("a", {"all"}), ("z", {"all", "some"})])
    ]
    made = counted("n", "commune", columns, {"a": "A", "b": "B"}, placed)
    assert [one.id for one in made.lines] == ["a", "b", ""]
    assert made.lines[1].values == {"all": 0, "some": 0, "rate": None}
    assert made.lines[2].values == {"all": 1, "some": 1, "rate": 100}
    assert made.total.values == {"all": 2, "some": 1, "rate": 50}
    assert [one.id for one in made.items("", "some")] == ["1"]
