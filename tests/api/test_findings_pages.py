"""Findings, guide, plan rows: who sees them, what filters do, fifty stations stay light."""

import csv
import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from api.service import Service
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.studies.findings import newest_of_plan
from gis.studies.record import RECORD_FILE, Study, save, study_id
from gis.studies.snapshots import record_to_json
from propagation.compliance.catalogue import CATALOGUE

OPERATOR = "mo-phong-a"
BrowserOf = Callable[[str], Any]
RULE = {
    "id": "fm.plan.erp",
    "title_vi": "Công suất",
    "title_en": "Power",
    "instrument": "TT 1/2020",
    "clause": "Điều 2",
    "clause_en": "Article 2",
    "valid_from": None,
    "valid_to": None,
    "confidence": "secondary",
    "source": "t",
    "binding": True,
    "parameters": {},
    "note_vi": "",
    "note_en": "",
    "advisory": False,
}


def a_finding(check: str, outcome: str, **more: Any) -> dict[str, Any]:
    return {
        "check": check,
        "rule": {**RULE, "advisory": more.pop("advisory", False)},
        "outcome": outcome,
        "evidence": [
            {
                "kind": "record",
                "name": "erp_total_dbw",
                "value": 31.1,
                "source": "<b>hồ sơ</b>",
                "confidence": "synthetic",
                "uncertainty": None,
                "reservations": [],
            }
        ],
        "reason": "compliance.reason.raster_kept",
        "values": {"frequency_mhz": 93.6, "raster_khz": 100.0},
        "margin_db": None,
        "counterpart": None,
        "missing": [],
        "measure": None,
        "reservations": [],
        **more,
    }


def a_row(station: BroadcastStation, outcome: str, findings: list[dict[str, Any]]) -> Any:
    return {
        "station_id": station.id,
        "name": station.name,
        "programme": station.programme,
        "frequency_mhz": station.frequency_mhz,
        "longitude": station.longitude,
        "latitude": station.latitude,
        "synthetic": True,
        "plan_entry_id": None,
        "without": [],
        "outcome": outcome,
        "findings": findings,
    }


@pytest.fixture
def stations(service: Service) -> list[BroadcastStation]:
    with service.register.snapshot() as register:
        return register.stations(SYSTEM)[:2]


@pytest.fixture
def keep(service: Service) -> Callable[..., Study]:
    """Keep a study of some stations as if it had been computed."""

    def make(rows: list[Any], judged: list[BroadcastStation], **inputs: Any) -> Study:
        written = {
            "jurisdiction": "tay-ninh-2025",
            "on": "2026-11-26",
            "terrain": {"identifier": "flat:2m", "flat": True},
            "rules": {"pack": "vn-fm", "version": "a" * 64, "rules": {}},
            "plan": "fm",
            "judged": [one.id for one in judged],
            "stations": [record_to_json(one) for one in judged],
            "plan_entries": [],
            **inputs,
        }
        made = Study(
            study_id("compliance", written),
            "compliance",
            written,
            {"stations": rows, "outcomes": {row["outcome"]: 1 for row in rows}},
        )
        return save(made, {}, service.home)

    return make


@pytest.fixture
def study(keep: Callable[..., Study], stations: list[BroadcastStation]) -> Study:
    first, second = stations
    wrong = a_finding("erp_and_height", "violates", margin_db=-1.1)
    beside = a_finding("border", "needs_verification", advisory=True, margin_db=-47.0)
    fine = a_finding("plan_identity", "complies")
    rows = [
        a_row(first, "violates", [wrong, beside, fine]),
        a_row(second, "complies", [fine, {**beside, "outcome": "complies"}]),
    ]
    return keep(rows, stations)


def names_on(page: str) -> list[str]:
    return re.findall(r'scope="row"><a href="[^"]+">([^<]+)</a>', page)


def test_nothing_checked_yet_is_said(browser_of: BrowserOf) -> None:
    for service in ("fm", "television", "wireless_public_address"):
        page = browser_of("staff").get(f"/view/findings?service={service}")
        assert page.status_code == 200
        told = "Chưa kiểm tra lần nào" if service == "fm" else "Chưa có đài nào của quy hoạch này"
        assert told in page.text


def test_the_matrix_has_fifteen_signs_a_station(
    browser_of: BrowserOf, study: Study, stations: list[BroadcastStation]
) -> None:
    page = browser_of("staff").get("/view/findings?lang=en").text
    assert names_on(page) == [stations[0].name, stations[1].name], "the gravest first"
    assert len(re.findall('class="sign ', page)) == 30
    there = f"/view/stations/{stations[0].id}/findings?study={study.id}#c2"
    assert f'class="sign violates" href="{there}" aria-label="2: Violates"' in page
    assert 'class="sign needs_verification aside"' in page
    assert 'aria-label="9: Needs verification (advisory)"' in page
    assert all(f'href="/view/guide/{check}"' in page for check in CATALOGUE)
    margins = re.findall(r'class="number worst">([^<]+)<', page)
    assert margins == ["-1.1", "–"], "an advisory margin does not count"


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("outcome=violates", [0]),
        ("outcome=complies", [1]),
        ("check=2&outcome=violates", [0]),
        ("check=9&outcome=complies", [1]),
        ("check=9", [0, 1]),
        ("outcome=mixed", []),
        ("order=margin", [0, 1]),
    ],
)
@pytest.mark.usefixtures("study")
def test_filters(
    browser_of: BrowserOf,
    stations: list[BroadcastStation],
    query: str,
    places: list[int],
) -> None:
    page = browser_of("staff").get(f"/view/findings?{query}")
    assert page.status_code == 200
    assert names_on(page.text) == [stations[place].name for place in places]


@pytest.mark.parametrize(
    "query", ["service=radio", "check=16", "check=-1", "outcome=bad", "order=x", "other=1"]
)
def test_filters_that_are_none_are_refused(browser_of: BrowserOf, query: str) -> None:
    assert browser_of("staff").get(f"/view/findings?{query}").status_code in (400, 422)


def test_fifty_stations_stay_light(
    browser_of: BrowserOf, keep: Callable[..., Study], stations: list[BroadcastStation]
) -> None:
    findings = [a_finding(check, "complies") for check in CATALOGUE for _ in range(4)]
    rows = [
        {**a_row(stations[0], "complies", findings), "station_id": f"s{n}", "name": f"Đài số {n}"}
        for n in range(50)
    ]
    judged = [stations[0]] * 50
    study = keep(rows, judged)
    staff = browser_of("staff")
    assert len(staff.get("/view/findings").content) < 250_000
    assert len(staff.get(f"/view/studies/{study.id}").content) < 600_000


@pytest.mark.usefixtures("study")
def test_a_station_check_by_check(browser_of: BrowserOf, stations: list[BroadcastStation]) -> None:
    page = browser_of("staff").get(f"/view/stations/{stations[0].id}/findings?lang=en")
    assert page.status_code == 200
    places = [page.text.index(f'id="c{number}"') for number in range(1, 16)]
    assert places == sorted(places)
    assert "TT 1/2020, Article 2 (Secondary source). Binding rule." in page.text
    assert "-1.1 dB" in page.text
    assert page.text.count('class="finding needs_verification aside"') == 1
    assert "&lt;b&gt;hồ sơ&lt;/b&gt;" in page.text
    assert f"report.pdf?station={stations[0].id}&amp;lang=en" in page.text


def test_a_station_that_was_not_checked_says_so(
    browser_of: BrowserOf, stations: list[BroadcastStation]
) -> None:
    page = browser_of("viewer").get(f"/view/stations/{stations[0].id}/findings")
    assert page.status_code == 200
    assert "Đài này chưa được kiểm tra" in page.text


def test_what_a_caller_may_not_read_is_as_if_it_were_not_there(
    browser_of: BrowserOf, study: Study, stations: list[BroadcastStation]
) -> None:
    for role in ("viewer", "operator"):
        browser = browser_of(role)
        page = browser.get(f"/view/stations/{stations[0].id}/findings")
        assert "Đài này chưa được kiểm tra" in page.text
        named = browser.get(f"/view/stations/{stations[0].id}/findings?study={study.id}")
        assert named.status_code == 404
        for ending in ("html", "pdf", "docx"):
            address = f"/studies/{study.id}/report.{ending}?station={stations[0].id}"
            assert browser.get(address).status_code == 404


def test_the_worst_point_of_a_pair_is_named_and_lies_on_the_map(
    browser_of: BrowserOf, keep: Callable[..., Study], stations: list[BroadcastStation]
) -> None:
    first, second = stations
    finding = a_finding(
        "protection_ratios",
        "needs_verification",
        counterpart=second.id,
        margin_db=-3.0,
        reason="compliance.reason.protection_received_unsaid",
        values={"point": "Xã Mô phỏng", "latitude": 10.61234, "longitude": 106.41234},
    )
    keep([a_row(first, "needs_verification", [finding])], stations)
    address = f"/view/matrix?wanted={first.id}&unwanted={second.id}"
    page = browser_of("staff").get(address).text
    assert "Điểm có dự trữ nhỏ nhất: Xã Mô phỏng (vĩ độ 10,61234, kinh độ 106,41234)" in page
    assert 'href="/map#map=13/10.61234/106.41234&amp;at=10.61234/106.41234"' in page
    assert "Chỉ có các đài mà lần kiểm tra tìm thấy ít nhất một tỷ số bảo vệ" in page


def test_the_matrix_of_a_large_plan_is_shown_by_groups(
    browser_of: BrowserOf, keep: Callable[..., Study], stations: list[BroadcastStation]
) -> None:
    many = [
        replace(stations[0], id=f"s{n:03}", name=f"Đài số {n}", frequency_mhz=87.5 + n / 10)
        for n in range(130)
    ]
    rows = [
        a_row(
            one,
            "complies",
            [
                a_finding(
                    "protection_ratios",
                    "complies",
                    counterpart=many[n - 1].id,
                    margin_db=7.0,
                    reason="compliance.reason.protection_received_kept",
                )
            ],
        )
        for n, one in enumerate(many)
    ]
    keep(rows, many)
    staff = browser_of("staff")
    page = staff.get("/view/matrix?lang=en").text
    assert page.count("<td class=") == 60 * 60
    assert "Showing 60 × 60 of 130 stations" in page
    assert 'service=fm&amp;row=0&amp;column=0&amp;wanted=s001&amp;unwanted=s000#pair"' in page
    corner = staff.get("/view/matrix?row=2&column=1&lang=en").text
    assert corner.count("<td class=") == 10 * 60
    assert "Đài số 120 protected against Đài số 119: 7.0 dB" in corner
    assert staff.get("/view/matrix?row=3").status_code == 404
    assert staff.get("/view/matrix?column=-1").status_code == 422


def test_an_application_is_for_the_department_alone(
    browser_of: BrowserOf,
    keep: Callable[..., Study],
    service: Service,
) -> None:
    """Also where it replaces a station of the operator that asks."""
    own = replace(service.register.station("mp-duc-hoa", SYSTEM), organisation_id=OPERATOR)
    wrong = a_finding("erp_and_height", "violates", margin_db=-1.1)
    asked = replace(own, id="application", name="Thay đổi của đài kia")
    study = keep(
        [a_row(asked, "violates", [wrong])],
        [asked],
        application={"replaced": record_to_json(own)},
        plan=None,
    )
    same = keep([a_row(own, "complies", [])], [own], plan=None)
    operator, staff = browser_of("operator"), browser_of("staff")
    address = f"/view/stations/application/findings?study={study.id}"
    pages = (
        f"/studies/{study.id}", f"/view/studies/{study.id}", f"/studies/{study.id}/matrix",
        f"/studies/{study.id}/report.html", f"/studies/{study.id}/report.pdf", address,
    )  # fmt: skip
    for page in pages:
        assert operator.get(page).status_code == 404, page
        assert staff.get(page).status_code == 200, page
    for lists in ("/view/studies", "/studies"):
        assert study.id not in operator.get(lists).text
        assert same.id in operator.get(lists).text
        assert study.id in staff.get(lists).text
    assert address in staff.get(f"/view/studies/{study.id}").text, "the link leads there"
    page = staff.get(f"{address}&lang=en").text
    assert "Thay đổi của đài kia" in page
    assert 'href="/view/stations/application"' not in page
    assert f'href="/view/studies/{study.id}"' in page


def test_a_station_that_has_left_the_register_keeps_its_findings(
    browser_of: BrowserOf, keep: Callable[..., Study], stations: list[BroadcastStation]
) -> None:
    gone = replace(stations[0], id="gone", name="Đài đã bỏ")
    keep([a_row(gone, "complies", [a_finding("border", "complies")])], [gone], plan=None)
    page = browser_of("staff").get("/view/stations/gone/findings")
    assert page.status_code == 200
    assert "Đài đã bỏ" in page.text
    assert browser_of("staff").get("/view/stations/never/findings").status_code == 404


def test_a_study_of_another_kind_has_no_findings(
    browser_of: BrowserOf, service: Service, stations: list[BroadcastStation]
) -> None:
    written = {
        "jurisdiction": "tay-ninh-2025",
        "on": "2026-11-26",
        "terrain": {"identifier": "flat:2m", "flat": True},
        "station": record_to_json(stations[0]),
    }
    other = Study(study_id("coverage", written), "coverage", written, {"area_km2": 1.0})
    kept, staff = save(other, {}, service.home), browser_of("staff")
    for station in (stations[0].id, "nobody"):
        page = staff.get(f"/view/stations/{station}/findings?study={kept.id}")
        assert page.status_code == 404
    for ending in ("html", "pdf", "docx"):
        address = f"/studies/{kept.id}/report.{ending}?station={stations[0].id}"
        assert staff.get(address).status_code == 404
    assert staff.get(f"/studies/{kept.id}/matrix").status_code == 422


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_one_damaged_record_takes_no_page_down(
    browser_of: BrowserOf,
    service: Service,
    study: Study,
    stations: list[BroadcastStation],
    keep: Callable[..., Study],
    *,
    role: str,
) -> None:
    broken = keep(list(study.results["stations"]), stations, on="2026-11-27")
    record = service.home.study(broken.id) / "study.json"
    record.write_bytes(record.read_bytes()[:-40])
    browser = browser_of(role)
    listed, told = browser.get("/view/studies?lang=en"), browser.get("/studies")
    assert listed.status_code == told.status_code == 200
    assert (study.id in listed.text) is (role == "staff")
    assert (broken.id in listed.text) is (role == "staff")
    assert ("1 studies are damaged" in listed.text) is (role == "staff")
    assert told.json()["damaged"] == ([broken.id] if role == "staff" else [])
    assert browser.get(f"/view/stations/{stations[0].id}").status_code == 200
    if role == "staff":
        for address in ("findings", "matrix", "plan-rows", "applications", "channels"):
            assert browser.get(f"/view/{address}").status_code == 200, address
        assert stations[0].name in browser.get("/view/findings").text
        assert browser.get(f"/view/studies/{broken.id}").status_code == 422


def test_reports_of_one_station(
    browser_of: BrowserOf, study: Study, stations: list[BroadcastStation]
) -> None:
    staff, address = browser_of("staff"), f"/studies/{study.id}/report"
    wanted = f"?station={stations[0].id}"
    page = staff.get(f"{address}.html{wanted}")
    assert stations[0].name in page.text
    assert "Đường biên phục vụ" not in page.text, "the study kept none"
    pdf, docx = staff.get(f"{address}.pdf{wanted}"), staff.get(f"{address}.docx{wanted}")
    assert pdf.content.startswith(b"%PDF-")
    assert docx.content.startswith(b"PK")
    assert docx.headers["content-type"].endswith("wordprocessingml.document")
    assert docx.headers["content-disposition"].startswith("attachment")
    for ending in ("html", "pdf", "docx"):
        assert staff.get(f"{address}.{ending}").status_code == 200
        assert staff.get(f"{address}.{ending}?station=nobody").status_code == 404
        assert staff.get(f"{address}.{ending}?station=").status_code in (400, 422)


def test_check_of_a_plan_is_asked_by_its_service(browser_of: BrowserOf, service: Service) -> None:
    staff = browser_of("staff")
    answer = staff.post("/view/findings", {"service": "fm"})
    assert answer.status_code == 303
    job = service.queue.job(answer.headers["location"].rpartition("/")[2])
    assert job.inputs["service"] == "fm"
    none = staff.post("/view/findings?lang=en", {"service": "television"})
    assert none.status_code == 422, "a check of no station would look like a good one"
    assert "no station of the plan Television" in none.text
    assert service.queue.count() == 1
    page = staff.get("/view/findings?service=television&lang=en").text
    assert "No station of this plan to check yet" in page
    assert 'method="post" action="/view/findings"' not in page
    assert 'method="post" action="/view/findings"' in staff.get("/view/findings").text


@pytest.mark.parametrize("role", ["anonymous", "viewer", "operator", "staff", "administrator"])
def test_the_guide_is_for_everyone(browser_of: BrowserOf, role: str) -> None:
    browser = browser_of(role)
    listed = browser.get("/view/guide?lang=en").text
    assert all(f'href="/view/guide/{check}"' in listed for check in CATALOGUE)
    assert 'href="/view/guide"' in browser.get("/").text, "in the menu"
    page = browser.get("/view/guide/border?lang=en")
    assert "<h1>9. Border: coordination distance and field</h1>" in page.text
    assert browser.get("/view/guide/none").status_code == 404
    assert browser.get("/view/guide/border.vi").status_code == 404


def test_plan_rows_link_to_the_finding(browser_of: BrowserOf, service: Service, keep) -> None:
    with service.register.snapshot() as register:
        station = register.station("mp-duc-hoa", SYSTEM)
    wrong = a_finding("erp_and_height", "violates", margin_db=-1.1)
    other = {**a_row(station, "complies", []), "station_id": "x"}
    study = keep([a_row(station, "violates", [wrong]), other], [station, station])
    page = browser_of("staff").get("/view/plan-rows?differing=true&lang=en")
    assert page.status_code == 200
    assert names_on(page.text) == [station.name]
    assert "Plan</span> 30 (1 kW)" in page.text
    assert "Record</span> 31.139 (1.3 kW)" in page.text
    assert f"/view/stations/mp-duc-hoa/findings?study={study.id}#c2" in page.text


def test_plan_rows_as_csv(browser_of: BrowserOf) -> None:
    staff = browser_of("staff")
    answer = staff.get("/plan-rows.csv?service=fm&lang=en")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(names_on(staff.get("/view/plan-rows").text)) == len(lines) - 1
    for role, status in (("anonymous", 401), ("viewer", 403), ("operator", 403)):
        answer = browser_of(role).get("/plan-rows.csv")
        assert answer.status_code in (status, 303)
    assert staff.get("/view/plan-rows?service=television").status_code == 200


def test_a_check_of_another_day_does_not_stand_for_today(
    browser_of: BrowserOf,
    keep: Callable[..., Study],
    study: Study,
    stations: list[BroadcastStation],
    service: Service,
) -> None:
    """The check of the fixture is of 2026-11-26; one of 2019 and one of 2099 came after it."""
    rows = [a_row(one, "not_assessable", []) for one in stations]
    other = [keep(rows, stations, on=day) for day in ("2019-01-01", "2099-01-01")]
    for age, one in enumerate((*other[::-1], study)):
        os.utime(service.home.study(one.id) / RECORD_FILE, (2e9 - age, 2e9 - age))
    today = date(2026, 11, 30)
    assert newest_of_plan(service.home, "fm", today) == study
    assert newest_of_plan(service.home, "fm", date(2026, 11, 1)) == other[0]
    assert newest_of_plan(service.home, "fm", date(2018, 1, 1)) == other[0], "the nearest to come"
    assert newest_of_plan(service.home, "television", today) is None
    again = keep(rows, stations, terrain={"identifier": "flat:3m", "flat": True})
    assert newest_of_plan(service.home, "fm", today) == study
    os.utime(service.home.study(again.id) / RECORD_FILE, (2e9 + 1, 2e9 + 1))
    assert newest_of_plan(service.home, "fm", today) == again, "of one day the newest"
    page = browser_of("staff").get("/view/findings").text
    assert again.id in page
