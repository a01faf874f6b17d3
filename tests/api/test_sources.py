"""Finding the source of an interference over HTTP, on its page and in its reports."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.service import Service
from gis.studies import StudyContext, run

Token = Callable[[str], dict[str, str]]

BEARINGS = (
    "station;latitude;longitude;bearing;convention;error\n"
    "Trạm <A>;10,60;106,20;60;compass;4\n"
    "Trạm B;10.90;106.50;-100;unit circle;5\n"
    "Trạm C;10.50;106.60;x;compass;5\n"
    "Trạm D;10.50;106.75;300;compass;5\n"
)
CASE: dict[str, Any] = {
    "name": "Vụ <thử>", "station_id": "mp-tan-an", "longitude": 106.45, "latitude": 10.65,
    "bearings_csv": BEARINGS,
    "levels_csv": "station;latitude;longitude;level\nP1;10.62;106.4;<15\n",
    "log": [{"from": "2026-07-20T18:00:00+07:00", "to": "2026-07-20T19:00:00+07:00",
             "heard": True}],
    "half_side_km": 20, "on": "2026-08-01",
}  # fmt: skip


def asked(client: TestClient, headers: dict[str, str], **changes: object) -> Any:
    sent = {name: value for name, value in {**CASE, **changes}.items() if value is not None}
    return client.post("/studies/interference-source", json=sent, headers=headers)


def test_a_case_is_asked_for_searched_and_reported(
    client: TestClient, service: Service, token: Token
) -> None:
    staff = token("staff")
    accepted = asked(client, staff)
    assert accepted.status_code == 202, accepted.text
    job = service.queue.job(accepted.json()["id"])
    context = StudyContext(service.register, service.home, service.ground)
    identifier = run("interference_source", dict(job.inputs), context).id
    told = client.get(f"/studies/{identifier}", headers=staff).json()
    results = told["results"]
    total = sum(one["probability"] for one in results["candidates"])
    assert total == pytest.approx(1.0, abs=1e-3)
    assert {"key", "mechanism", "excess_db", "field_50_dbuvm"} <= set(results["candidates"][1])
    assert results["fix"]["reason"] is None
    assert [one["kind"] for one in results["observations"]] == [
        "bearing", "bearing", "bearing", "level", "log",
    ]  # fmt: skip
    assert results["next"]["points"][0]["bits"] >= results["next"]["points"][-1]["bits"]
    assert any("Dòng 4" in one["vi"] and "x" in one["vi"] for one in results["remarks"])
    for language, words in (
        ("vi", ("Tìm nguồn can nhiễu: Vụ &lt;thử&gt;", "không bao giờ là chứng cứ",
                "Trạm &lt;A&gt;",
                "Không có trong sổ đăng ký", "Đo gì, ở đâu tiếp theo", "khoản 1 Điều 38",
                "Thiết bị miễn giấy phép", "Âm thanh không dây 87–108 MHz (")),
        ("en", ("Finding the source of interference", "never evidence", "Not in the register",
                "A licence-exempt device", "A transmitter in the country")),
    ):  # fmt: skip
        page = client.get(f"/studies/{identifier}/report.html?lang={language}", headers=staff).text
        for word in words:
            assert word in page, word
        assert "<thử>" not in page
        assert "sources." not in page
    pdf = client.get(f"/studies/{identifier}/report.pdf", headers=staff)
    assert pdf.content.startswith(b"%PDF")
    docx = client.get(f"/studies/{identifier}/report.docx", headers=staff)
    with zipfile.ZipFile(io.BytesIO(docx.content)) as opened:
        written = opened.read("word/document.xml").decode()
    for word in ("Không có trong sổ đăng ký", "Thiết bị miễn giấy phép"):
        assert word in written
    features = client.get(f"/studies/{identifier}/files/features.geojson", headers=staff)
    kinds = [one["properties"]["kind"] for one in json.loads(features.content)["features"]]
    assert kinds.count("bearing") == 3
    assert {"ellipse", "part"} <= set(kinds)
    page = client.get(f"/view/studies/{identifier}", headers={**staff, "accept": "text/html"})
    assert page.status_code == 200
    mapped = json.loads(page.text.split('id="map-data">')[1].split("</script>")[0])
    the_map_has_what_the_tables_have(mapped, results)
    for role in ("operator", "viewer"):
        assert client.get(f"/studies/{identifier}", headers=token(role)).status_code == 404
        listed = client.get("/studies", headers=token(role)).json()
        assert listed["numberMatched"] == 0


def the_map_has_what_the_tables_have(mapped: dict[str, Any], results: dict[str, Any]) -> None:
    kinds = [one["id"] for one in mapped["table"]["kinds"]]
    rows = [(kinds[row[0]], row[1], row[4], row[5]) for row in mapped["table"]["rows"]]
    ranked = [row for row in rows if row[0] in {"candidate", "outside"}]
    shown = results["candidates"][:20]
    assert [row[1].split(".")[0] for row in ranked] == [str(k + 1) for k in range(len(shown))]
    assert [row[2:] for row in ranked] == [
        (round(one["longitude"], 6), round(one["latitude"], 6)) for one in shown
    ]
    told = [k for one in mapped["letters"] for k in one["letter"].rstrip("…").split(", ")]
    assert "1" in told, "the numbers of the table stand on the map"
    counted = [row[0] for row in rows]
    assert (counted.count("victim"), counted.count("bearing"), counted.count("level")) == (1, 3, 1)
    assert counted.count("next") == len(results["next"]["points"])
    shapes = [one["layer"] for one in mapped["shapes"]]
    assert shapes.count("bearings") == 3 + len(results["fix"]["reversed"])
    assert shapes.count("ellipse") == counted.count("fix") == 1
    assert [one["layer"] for one in mapped["overlays"]] == ["source-places", "source-levels"]
    assert mapped["tiles"] is None


def test_the_search_is_for_the_department(client: TestClient, token: Token) -> None:
    for role, status in (("viewer", 403), ("operator", 403), ("staff", 202), ("anonymous", 401)):
        assert asked(client, token(role)).status_code == status, role


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"station_id": None}, "frequency_mhz"),
        ({"bearings_csv": "a;b;c\n1;2;3\n"}, "latitude, longitude, bearing_deg"),
        ({"bearings_csv": "latitude;longitude;bearing\n10;106;north\n"}, "north"),
        ({"levels": [{"longitude": 106.4, "latitude": 10.6}]}, "below_dbuvm"),
        ({"half_side_km": 500}, "half_side_km"),
        ({"on": "2026-13-40"}, "on"),
        ({"log": [{"from": "2026-07-20T19:00:00", "to": "2026-07-20T18:00:00", "heard": True}]},
         "2026"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_for_is_refused_with_its_field(
    client: TestClient, token: Token, changes: dict[str, Any], named: str
) -> None:
    answer = asked(client, token("staff"), **changes)
    assert answer.status_code == 422, answer.text
    assert named in answer.text


def test_the_page_keeps_what_was_pasted(browser_of: Any) -> None:
    staff = browser_of("staff")
    page = staff.get("/view/sources")
    assert page.status_code == 200
    assert "Tìm nguồn can nhiễu" in page.text
    refused = staff.post(
        "/view/sources",
        data={"latitude": "10,65", "longitude": "106,45", "bearings_csv": BEARINGS * 20},
    )
    assert refused.status_code == 422
    pasted = refused.text.split('id="source-bearings_csv"')[1].split("</textarea>")[0]
    assert pasted.count("Trạm &lt;A&gt;") == 20
    assert "Tần số bị nhiễu" in refused.text
    sent = staff.post(
        "/view/sources",
        data={"latitude": "10,65", "longitude": "106,45", "frequency_mhz": "96,9",
              "service": "fm", "bearings_csv": BEARINGS},
        follow_redirects=False,
    )  # fmt: skip
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/view/jobs/")
    assert browser_of("operator").get("/view/sources").status_code == 403


KRAKEN = "".join(
    f"{1753000000000 + k},{60 + k % 3},0.9,-40,96900000,UCA,10,Xe 1,10.60,106.20,0,0,0,0\n"
    for k in range(30)
)


def test_a_file_is_judged_beside_its_field_before_it_is_searched_with(browser_of: Any) -> None:
    staff = browser_of("staff")
    place = {"latitude": "10,65", "longitude": "106,45", "frequency_mhz": "96,9"}
    measured = {"bearings_csv_file": ("huong.csv", BEARINGS.encode(), "text/csv")}
    shown = staff.post("/view/sources", data=place, files=measured)
    assert shown.status_code == 200, "a row of the file cannot be read: it is shown first"
    assert "Dòng 4, Góc phương vị (°): x không phải số" in shown.text
    assert "Đọc được 3 góc phương vị." in shown.text
    assert 'value="96,9"' in shown.text
    text = shown.text.split('id="source-bearings_csv"')[1].split(">", 1)[1].split("</textarea>")[0]
    assert text.count(";compass;") == 3, "the file's text stays in its field"
    sent = staff.post(
        "/view/sources", data={**place, "bearings_csv": BEARINGS}, follow_redirects=False
    )
    assert sent.status_code == 303, "looked at, it is searched with"
    right = {"bearings_csv_file": ("x.csv", BEARINGS.replace(";x;", ";9;").encode(), "text/csv")}
    sent = staff.post("/view/sources", data=place, files=right, follow_redirects=False)
    assert sent.status_code == 303, "nothing had to be looked at"
    kraken = {
        "bearings_csv_file": ("doa.csv", KRAKEN.encode(), "text/csv"),
        "levels_csv_file": ("muc.csv", b"latitude;longitude;level\n10.6;106.4;<15\n", "text/csv"),
    }
    judged = staff.post("/view/sources", data={**place, "step": "judge"}, files=kraken).text
    assert "Tệp KrakenSDR: 1 góc phương vị." in judged
    assert "&lt; 15,0" in judged
    english = staff.post("/view/sources?lang=en", data={"step": "judge"}).text
    assert "There is no file and no text to check yet." in english


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "bearings_csv-wrong"),
        (b"", "trống"),
        (b"a;b\n1;2\n", "Dòng tiêu đề thiếu cột"),
        ("Trạm".encode("utf-16") + b"\xd8", "bearings_csv-wrong"),
        (b"latitude;longitude;bearing\n" + b"10;106;5\n" * 6000, "nhiều nhất là 5.000"),
    ],
)
def test_a_file_that_is_none_is_refused_at_its_field(
    browser_of: Any, content: bytes, said: str
) -> None:
    answer = browser_of("staff").post(
        "/view/sources", files={"bearings_csv_file": ("a.csv", content, "text/csv")}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-describedby="source-bearings_csv-hint source-bearings_csv-wrong"' in answer.text
