"""Studies as layers of the map: who sees which, what they say of a place, their files."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import rasterio
from starlette.testclient import TestClient

from api.demo_layers import begin_layers
from api.service import Service
from gis.jobs.worker import work_once
from gis.register.scopes import SYSTEM
from gis.studies import StudyContext, run
from gis.studies.record import Study

Token = Callable[[str], dict[str, str]]

STATION = "mp-thu-thua"
AT = {"longitude": 106.4, "latitude": 10.6}
NETWORK = {"bounds": [106.3, 10.5, 106.5, 10.7], "step_m": 1000, "reach_km": 60}


def computed(service: Service, kind: str, **inputs: object) -> Study:
    context = StudyContext(register=service.register, home=service.home, ground=service.ground)
    return run(kind, inputs, context)


@pytest.fixture
def network(service: Service) -> Study:
    return computed(service, "network", **NETWORK)


def listed(client: TestClient, headers: dict[str, str]) -> list[str]:
    answer = client.get("/map/layers", headers=headers)
    assert answer.status_code == 200
    return [one["id"] for one in answer.json()["studies"]]


def test_a_stranger_sees_what_the_department_put_on_the_public_map(
    client: TestClient, network: Study, token: Token, browser_of: Callable[[str], Any]
) -> None:
    addresses = [
        f"/map/layers/{network.id}",
        f"/map/layers/{network.id}/files/server.tif",
        f"/map/here?longitude=106.4&latitude=10.6&study={network.id}",
    ]
    assert listed(client, {}) == []
    assert [client.get(one).status_code for one in addresses] == [404, 404, 404]
    for role in ("viewer", "operator", "staff"):
        assert listed(client, token(role)) == [network.id], role
    viewer, staff = browser_of("viewer"), browser_of("staff")
    assert viewer.post(f"/view/studies/{network.id}/publish").status_code == 403
    page = staff.get(f"/view/studies/{network.id}").text
    assert f'action="/view/studies/{network.id}/publish"' in page
    assert staff.post(f"/view/studies/{network.id}/publish").status_code == 303
    assert listed(client, {}) == [network.id]
    assert [client.get(one).status_code for one in addresses] == [200, 200, 200]
    assert staff.post(f"/view/studies/{network.id}/withdraw").status_code == 303
    assert listed(client, {}) == []
    assert [client.get(one).status_code for one in addresses] == [404, 404, 404]


def test_a_layer_has_legend_picture_stamps_and_its_geotiff(
    client: TestClient, network: Study, token: Token
) -> None:
    headers = token("viewer") | {"accept-language": "vi"}
    told = client.get(f"/map/layers/{network.id}", headers=headers).json()
    layers = {one["id"]: one for one in told["layers"]}
    assert set(layers) == {"strongest", "server", "margin", "interferer", "count"}
    assert "thu" in layers["strongest"]["legend"][0]["text"]
    assert any("Thủ Thừa" in one["text"] for one in layers["server"]["legend"])
    assert set(told["stamps"]) == {"dữ liệu mô phỏng", "địa hình phẳng giả định"}
    assert "P.1812" in told["source"]
    assert all(one["url"].startswith("data:image/png") for one in told["overlays"])
    file = client.get(f"/map/layers/{network.id}/files/server.tif", headers=headers)
    with rasterio.open(BytesIO(file.content)) as raster:
        column_row = raster.index(AT["longitude"], AT["latitude"])
        position = int(raster.read(1)[column_row])
    server = network.inputs["stations"][position]["name"]
    answer = client.get("/map/here", params={**AT, "study": network.id}, headers=headers).json()
    values = {row["label"]: row["value"] for row in answer["sections"][1]["rows"]}
    assert values["Đài phục vụ tốt nhất"] == server
    assert values["Trường mạnh nhất trong các đài"].endswith("dBµV/m")
    away = {"longitude": 105.9, "latitude": 11.2, "study": network.id}
    values = client.get("/map/here", params=away, headers=headers).json()["sections"][1]["rows"]
    assert {row["value"] for row in values} == {"không có trị số"}


def test_who_is_disturbed_comes_first_with_the_way_to_complain(
    client: TestClient, network: Study, token: Token
) -> None:
    at = {"longitude": 106.44702, "latitude": 10.64286, "study": network.id, "lang": "vi"}
    answer = client.get("/map/here", params=at, headers=token("viewer")).json()
    _, values, disturbed, received = answer["sections"][:4]
    assert disturbed["heading"] == "Đài FM đủ trường nhưng bị nhiễu (2)"
    assert "thiếu" in disturbed["rows"][0]["note"]
    assert disturbed["rows"][-1]["href"] == "/view/complaints"
    assert received["heading"].startswith("Đài FM thu được")
    best, worst, forecast = answer["brief"]
    assert forecast == "Dự báo, không phải chứng cứ."
    assert best.startswith("Thu tốt nhất: " + received["rows"][0]["label"].partition(",")[0])
    assert best.endswith(received["rows"][0]["value"])
    short = re.compile(r"thiếu ([\d,]+) dB")
    missing = [short.search(row["note"])[1] for row in disturbed["rows"][:-1]]
    most = max(missing, key=lambda said: float(said.replace(",", ".")))
    assert worst.startswith("Nhiễu nặng nhất: ")
    assert worst.endswith(f"thiếu {most} dB")
    assert "ô bản đồ" in values["rows"][0]["note"]


def test_other_studies_never_go_onto_the_map(
    client: TestClient, service: Service, token: Token, browser_of: Callable[[str], Any]
) -> None:
    site = {"longitude": 106.41, "latitude": 10.53, "height_m": 25}
    other = computed(service, "sharing", **site, asked_by=None)
    staff = browser_of("staff")
    assert staff.post(f"/view/studies/{other.id}/publish").status_code == 422
    assert client.get(f"/map/layers/{other.id}", headers=token("staff")).status_code == 404
    assert listed(client, token("staff")) == []


@pytest.mark.parametrize(
    "study", ["network-..", "network-0000000000000000", "network-%2e%2e", "x" * 61]
)
@pytest.mark.parametrize("role", ["anonymous", "staff"])
def test_what_is_no_study_is_refused(
    client: TestClient, token: Token, study: str, role: str
) -> None:
    headers = token(role)
    assert client.get(f"/map/layers/{study}", headers=headers).status_code in (400, 404)
    here = client.get("/map/here", params={**AT, "study": study}, headers=headers)
    assert here.status_code in (400, 404, 422)


@pytest.mark.parametrize("name", ["study.json", "geometries.json", "..%2fstudy.json", "none.tif"])
def test_only_the_rasters_of_layers_are_given(
    client: TestClient, network: Study, token: Token, name: str
) -> None:
    address = f"/map/layers/{network.id}/files/{name}"
    assert client.get(address, headers=token("staff")).status_code == 404


def test_a_path_is_explained_to_anyone_with_its_picture(client: TestClient, token: Token) -> None:
    asked = {"station": STATION, **AT}
    told = client.get("/map/path", params=asked).json()
    assert told["figure"]["svg"].startswith("<svg")
    assert told["figure"]["href"] is None, "its page is for who signed in"
    assert len(told["sections"]) >= 3
    assert "dữ liệu mô phỏng" in told["stamps"]
    signed_in = client.get("/map/path", params=asked, headers=token("viewer")).json()
    assert signed_in["figure"]["href"].startswith("/view/path?")
    far = {"station": STATION, "longitude": 110.0, "latitude": 10.6}
    assert client.get("/map/path", params=far).status_code == 422
    assert client.get("/map/path", params={**asked, "station": "none"}).status_code == 404
    assert client.get("/map/path", params={**asked, "latitude": "nan"}).status_code == 422


def test_the_demonstration_puts_its_network_on_the_map_once(
    client: TestClient, service: Service, browser_of: Callable[[str], Any]
) -> None:
    assert begin_layers(service, "demo") is None, "without workers nothing would compute it"
    service.settings = service.settings.model_copy(update={"workers": 1})
    waiting = begin_layers(service, "demo")
    assert waiting is not None
    assert listed(client, {}) == [], "not before it is computed"
    assert work_once(service.register, service.home, service.ground, threads=2)
    waiting.join(timeout=30)
    (study,) = listed(client, {})
    told = client.get(f"/map/layers/{study}", headers={"accept-language": "vi"}).json()
    assert "dữ liệu mô phỏng" in told["stamps"]
    assert browser_of("staff").post(f"/view/studies/{study}/withdraw").status_code == 303
    assert begin_layers(service, "demo") is None, "what was taken off stays off"


def test_a_study_of_another_day_says_so_on_the_map_of_a_day(
    client: TestClient, network: Study, token: Token
) -> None:
    """The list of stamps is what the map, a print and the picture are stamped with."""
    address, headers, of = f"/map/layers/{network.id}", token("staff"), network.inputs["on"]
    plain = client.get(address, headers=headers).json()["stamps"]
    assert client.get(f"{address}?on={of}", headers=headers).json()["stamps"] == plain
    day, month, year = of[8:], of[5:7], of[:4]
    told = client.get(f"{address}?on=2015-01-31&lang=vi", headers=headers).json()["stamps"]
    assert told == [
        *plain,
        f"dự báo theo sổ đăng ký ngày {day}/{month}/{year}, "
        "không phải của ngày đang xem 31/01/2015",
    ]
    assert client.get(f"{address}?on=never", headers=headers).status_code in (400, 422)
    page = client.get("/map/objects?on=2015-01-31&lang=vi").json()
    assert page["studies"] == "/map/layers?lang=vi&on=2015-01-31", "it asks with the day"
    listed = client.get("/map/layers?lang=vi&on=2015-01-31", headers=headers)
    assert [one["id"] for one in listed.json()["studies"]] == [network.id]


def test_a_licence_that_begins_later_is_told_on_the_map_of_a_day(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    page = browser_of("staff").get("/map?on=2015-01-31&lang=vi").text
    drawn = service.register.stations(SYSTEM, on=date(2015, 1, 31))
    later = sum(one.licence_from is not None for one in drawn)
    assert f"Trong đó {later} đài có giấy phép chỉ từ sau ngày 31/01/2015" in page
    drawn_then = browser_of("staff").get("/map/objects?on=2015-01-31&lang=vi").text
    assert "có hiệu lực từ ngày 01/07/2022, sau ngày đang xem" in drawn_then
    for part in ("", "/objects"):
        page = browser_of("staff").get(f"/map{part}?on=2022-07-01&lang=vi").text
        assert "chỉ từ sau ngày" not in page
        assert "sau ngày đang xem" not in page


def test_a_map_of_a_former_area_says_by_whose_boundaries(client: TestClient) -> None:
    html = {"accept": "text/html"}
    then = client.get("/map?on=2015-06-01", headers=html).text
    said = "Theo địa giới ngày 01/06/2015: tỉnh Long An. Địa bàn của Sở nay là tỉnh Tây Ninh"
    assert said in then
    assert "Theo địa giới ngày" not in client.get("/map", headers=html).text
