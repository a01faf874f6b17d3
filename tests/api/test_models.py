"""The choice of a model over HTTP and on pages: offered with its range, refused outside it."""

import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from typing import Any, get_args

import pytest
import rasterio
from starlette.testclient import TestClient

from api.schemas import Environment, Model
from api.service import Service
from gis.jobs.worker import work_once
from gis.studies.predictors.registry import MODELS
from propagation.hata import okumura

Token = Callable[[str], dict[str, str]]
STATION = "mp-tan-an"  # at 96.9 MHz
HTML = {"accept": "text/html"}


def test_the_schema_names_every_model() -> None:
    assert get_args(Model) == tuple(MODELS)
    assert get_args(Environment) == tuple(one.value for one in okumura.Environment)


def test_a_coverage_by_itm_says_so_everywhere(
    client: TestClient, service: Service, token: Token
) -> None:
    """Record, raster, contours, report and map name the model that was used."""
    staff = token("staff")
    wanted = {
        "station_id": STATION,
        "radius_km": 8,
        "model": "itm",
        "building_entry": "traditional",
    }
    asked = client.post("/studies/coverage", json=wanted, headers=staff)
    assert asked.status_code == 202, asked.text
    assert work_once(service.register, service.home, service.ground)
    job = client.get(asked.headers["location"], headers=staff).json()
    assert job["state"] == "done", job["error"]
    study = f"/studies/{job['study']}"
    record = client.get(study, headers=staff).json()
    assert record["inputs"]["model"]["options"] == {
        "climate": "maritime_subtropical",
        "irregularity": "interpolated",
    }
    keys = {one["key"] for one in record["results"]["remarks"]}
    assert {"studies.model_distances", "studies.irregularity_interpolated"} <= keys
    title = "NTIA ITM 1.4 + Rec. ITU-R P.2109-2 (traditional, 50 %)"
    raster = client.get(f"{study}/files/coverage.tif", headers=staff)
    with rasterio.open(BytesIO(raster.content)) as dataset:
        assert dataset.tags()["MODEL"] == title
    contours = client.get(f"{study}/files/contours.geojson", headers=staff).json()
    assert {one["properties"]["model"] for one in contours["features"]} == {title}
    for language, climate in (
        ("vi", "cận nhiệt đới hải dương"),
        ("en", "maritime subtropical"),
    ):
        report = unescape(client.get(f"{study}/report.html?lang={language}", headers=staff).text)
        assert title in report
        assert climate in report
        assert "P.1812" not in report
        page = unescape(
            client.get(f"/view{study}?lang={language}", headers={**staff, **HTML}).text
        )
        assert title in page
    point = client.get(f"{study}/point?longitude=106.43&latitude=10.55&lang=en", headers=staff)
    rows = {
        row["label"]: row["value"] for part in point.json()["sections"] for row in part["rows"]
    }
    assert rows["Mode of propagation"] in {"line of sight", "diffraction"}
    assert "Added building entry loss (P.2109)" in rows, "the map's model explains its own points"
    assert f"Model: {title}." in point.json()["notes"]
    place = "longitude=106.43&latitude=10.55"
    page = client.get(
        f"/view/path?study={job['study']}&{place}&lang=en", headers={**staff, **HTML}
    )
    assert f"Each line is a step of {title}" in unescape(page.text)
    assert "Mode of propagation" in page.text
    for listed in (f"/view/stations/{STATION}", "/view/studies"):
        assert title in unescape(client.get(listed, headers={**staff, **HTML}).text), listed


@pytest.mark.parametrize(
    ("kind", "wanted", "status", "told"),
    [
        ("coverage", {"model": "p452"}, 422, "96.9 MHz is outside the 100 to 6,000 MHz"),
        ("coverage", {"model": "okumura_hata"}, 422, "outside the 150 to 1,500 MHz of Okumura"),
        ("coverage", {"model": "p1546"}, 422, "PHUSONG_P1546_CURVES"),
        ("coverage", {"model": "hata"}, 422, "model"),
        ("coverage", {"location_percent": 99.5}, 422, "location_percent"),
        ("coverage", {"location_percent": 0}, 422, "location_percent"),
        ("coverage", {"model": "ehata", "location_percent": 90}, 422, "outside the 1,500 to"),
        ("interference", {"location_percent": 100}, 422, "location_percent"),
        ("coverage", {"clutter_model": "p2108"}, 422, "outside the 500 to 67,000 MHz"),
        ("coverage", {"building_probability_percent": 60}, 422, "building_entry"),
        ("coverage", {"clutter_location_percent": 100}, 422, "clutter_location_percent"),
        ("coverage", {"model": "itm", "environment": "open"}, 422, "takes no environment"),
        ("interference", {"model": "p452"}, 422, "outside the 100 to 6,000 MHz"),
        ("interference", {"building_entry": "traditional"}, 422, "building_entry"),
        ("compliance", {"model": "itm"}, 422, "model"),
    ],
)
def test_what_a_model_does_not_cover_is_said_at_once(
    client: TestClient, token: Token, *, kind: str, wanted: dict[str, Any], status: int, told: str
) -> None:
    headers = {**token("staff"), "accept-language": "en"}
    answer = client.post(
        f"/studies/{kind}", json={"station_id": STATION, **wanted}, headers=headers
    )
    assert answer.status_code == status, answer.text
    assert told in answer.json()["detail"]
    assert client.get("/jobs", headers=headers).json()["numberMatched"] == 0


def options(page: str, form: str) -> dict[str, tuple[str, bool]]:
    """The models that the form of a kind offers: what is read, and whether it can be chosen."""
    (found,) = [part for part in page.split("<form")[1:] if f'name="kind" value="{form}"' in part]
    listed = re.search(r'<select name="model"[^>]*>(.*?)</select>', found, re.S)
    assert listed is not None
    return {
        value: (unescape(label), "disabled" not in rest)
        for value, rest, label in re.findall(
            r'<option value="(\w+)"([^>]*)>([^<]*)</option>', listed[1]
        )
    }


def test_the_page_offers_models_with_their_ranges(browser_of: Callable[[str], Any]) -> None:
    page = browser_of("staff").get(f"/view/stations/{STATION}").text
    offered = options(page, "coverage")
    assert offered == {
        "p1812": ("ITU-R P.1812 (mặc định)", True),
        "p452": ("ITU-R P.452: chỉ 100 đến 6.000 MHz", False),
        "p1546": ("ITU-R P.1546: cần đặt PHUSONG_P1546_CURVES", False),
        "itm": ("ITM (Longley-Rice)", True),
        "okumura_hata": ("Okumura-Hata: chỉ 150 đến 1.500 MHz", False),
        "cost231_hata": ("COST 231-Hata: chỉ 1.500 đến 2.000 MHz", False),
        "ehata": ("Hata mở rộng (NTIA): chỉ 1.500 đến 3.000 MHz", False),
    }
    assert options(page, "interference") == offered
    assert "luôn tính theo ITU-R P.1812" in page
    assert "ITU-R P.2108, thống kê: chỉ 500 đến 67.000 MHz" in page


def test_the_form_asks_for_the_model_that_was_chosen(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    browser = browser_of("staff")
    url = f"/view/stations/{STATION}"
    browser.get(url)
    empty = {"environment": "", "clutter_model": "none", "clutter_location_percent": ""}
    answer = browser.post(f"{url}/studies", {"kind": "coverage", "model": "itm", **empty})
    assert answer.status_code == 303
    job = service.queue.job(answer.headers["location"].rpartition("/")[2])
    assert job.inputs["model"] == "itm"
    assert "environment" not in job.inputs
    assert "clutter_location_percent" not in job.inputs
    area = {"radius_km": "25", "step_m": "90", "time_percent": "10", "receiver_height_m": "1.5"}
    answer = browser.post(f"{url}/studies", {"kind": "coverage", **area})
    job = service.queue.job(answer.headers["location"].rpartition("/")[2])
    assert {name: job.inputs[name] for name in area} == {k: float(v) for k, v in area.items()}
    empty = dict.fromkeys(area, "")
    answer = browser.post(f"{url}/studies", {"kind": "interference", **empty})
    job = service.queue.job(answer.headers["location"].rpartition("/")[2])
    assert not set(area) & set(job.inputs), "a field left empty is left to the usual"
    handmade = browser.post(f"{url}/studies", {"kind": "compliance", "model": "itm"})
    assert handmade.status_code == 422, "a check does not choose its model"
    for wrong, told in (
        ({"radius_km": "0"}, "Bán kính"),
        ({"step_m": "1e9"}, "Cỡ điểm ảnh"),
        ({"model": "p452"}, "ngoài khoảng 100 đến 6.000 MHz"),
        ({"building_probability_percent": "70"}, "chỉ có nghĩa khi chọn Máy thu trong nhà"),
        ({"building_probability_percent": "many"}, "Phần trăm chỗ trong nhà"),
        ({"model": "magic"}, "magic"),
    ):
        refused = browser.post(f"{url}/studies", {"kind": "coverage", **wrong})
        assert refused.status_code == 422
        assert told in unescape(refused.text)


def test_a_network_takes_a_model_and_locations(
    client: TestClient, service: Service, token: Token, browser_of: Callable[[str], Any]
) -> None:
    """Over HTTP, in the form, in the record and in the report; refused with the range at once."""
    staff = {**token("staff"), "accept-language": "en"}
    place = {"bounds": [106.38, 10.5, 106.48, 10.6], "step_m": 2000, "reach_km": 30}
    wanted = {**place, "model": "itm", "location_percent": 80, "building_entry": "traditional"}
    asked = client.post("/studies/network", json=wanted, headers=staff)
    assert asked.status_code == 202, asked.text
    assert work_once(service.register, service.home, service.ground)
    job = client.get(asked.headers["location"], headers=staff).json()
    assert job["state"] == "done", job["error"]
    study = f"/studies/{job['study']}"
    record = client.get(study, headers=staff).json()
    assert record["inputs"]["model"]["settings"]["location_percent"] == 80
    title = "NTIA ITM 1.4 + Rec. ITU-R P.2109-2 (traditional, 50 %)"
    raster = client.get(f"{study}/files/strongest.tif", headers=staff)
    with rasterio.open(BytesIO(raster.content)) as dataset:
        assert dataset.tags()["MODEL"] == title
        assert dataset.tags()["LOCATION_PERCENT"] == "80"
    report = unescape(client.get(f"{study}/report.html?lang=en", headers=staff).text)
    assert title in report
    assert "exceeded at 80 % of locations" in report
    assert "those of the wanted field only" in report
    for wrong, told in (
        ({"model": "p452", "location_percent": 80}, "outside the 50 to 50 %"),
        ({"model": "okumura_hata"}, "outside the 150 to 1,500 MHz"),
        ({"model": "p1546"}, "PHUSONG_P1546_CURVES"),
        ({"clutter_model": "p2108"}, "outside the 500 to 67,000 MHz"),
        ({"location_percent": 0}, "location_percent"),
    ):
        refused = client.post("/studies/network", json={**place, **wrong}, headers=staff)
        assert refused.status_code in (404, 422), wrong
        assert told in refused.json()["detail"]
    browser = browser_of("staff")
    page = unescape(browser.get("/view/studies").text)
    assert '<option value="itm">ITM (Longley-Rice)</option>' in page
    assert 'value="okumura_hata" disabled>Okumura-Hata: chỉ 150 đến 1.500 MHz' in page
    answer = browser.post(
        "/view/studies", {"model": "itm", "location_percent": "90", "step_m": ""}
    )
    assert answer.status_code == 303
    job = service.queue.job(answer.headers["location"].rpartition("/")[2])
    assert {name: job.inputs[name] for name in ("model", "location_percent")} == {
        "model": "itm",
        "location_percent": 90.0,
    }
    assert "step_m" not in job.inputs
    refused = browser.post("/view/studies", {"model": "ehata"})
    assert refused.status_code == 422
    assert "1.500 đến 3.000 MHz" in unescape(refused.text)
