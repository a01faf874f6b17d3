"""A refused form comes back: what was typed, the message at the field, the right status."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import numpy as np
import pytest

from api.service import Service
from api.submission import MOST_WAITING

STATION = "mp-tan-an"
STATION_PAGE = f"/view/stations/{STATION}"


def the_form(page: str, kind: str) -> str:
    """The markup of the one form of a page that asks for a kind of study."""
    mark = "/view/studies" if kind == "network" else f'name="kind" value="{kind}"'
    (found,) = [
        part.split("</form>")[0]
        for part in page.split("<form")[1:]
        if mark in part.split("</form>")[0] and 'method="post"' in part and "logout" not in part
    ]
    return found


def the_field(page: str, kind: str, name: str) -> str:
    """The markup of the tag of one field."""
    (found,) = re.findall(rf'<(?:input|select)[^>]* name="{name}"[^>]*>', the_form(page, kind))
    return str(found)


@pytest.mark.parametrize(
    "path",
    [
        "/view/sites", "/view/supports", "/view/best-sites", "/view/mobile", "/view/sources",
        "/view/applications", "/view/desk/interference", "/view/desk/dossier",
        "/view/structures/new", "/view/path",
    ],
)  # fmt: skip
def test_a_place_is_typed_the_same_way_everywhere(
    browser_of: Callable[[str], Any], path: str
) -> None:
    page = browser_of("staff").get(path).text
    fields = re.findall(r'<input[^>]* name="(?:latitude|longitude)"[^>]*>', page)
    assert ["latitude" in one for one in fields] == [True, False], "latitude comes first"
    for one in fields:
        assert 'type="text"' in one
        assert "inputmode" not in one, "degrees, minutes and letters can be typed on a telephone"
    identifiers = [re.search(r' id="([^"]+)"', one)[1] for one in fields]  # type: ignore[index]
    told = 'data-latitude="{}" data-longitude="{}"'.format(*identifiers)
    assert page.index(fields[1]) < page.index(told), "and the map of both follows"


def test_a_place_may_have_a_decimal_comma(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    typed = {"latitude": "10,5312", "longitude": "106,41", "within_km": "2", "height_m": "30"}
    answer = browser_of("staff").post("/view/supports", typed)
    assert answer.status_code == 303, answer.text
    job = service.queue.job(answer.headers["location"].rpartition("/")[2])
    assert (job.inputs["latitude"], job.inputs["longitude"]) == (10.5312, 106.41)


@pytest.mark.parametrize(
    ("path", "named", "asks"),
    [
        ("/view/supports", "", False),
        ("/view/best-sites", "", False),
        ("/view/mobile", "", False),
        ("/view/sites", "", False),
        ("/view/sources", "", False),
        ("/view/applications", "", False),
        ("/view/desk/interference", "", False),
        ("/view/desk/dossier", "", False),
        ("/view/structures/new", "", False),
        ("/view/path", "", True),
        ("/view/link", "from_", True),
    ],
)
def test_a_coordinate_is_read_in_any_form_and_refused_with_an_example(
    browser_of: Callable[[str], Any], path: str, named: str, *, asks: bool
) -> None:
    staff = browser_of("staff")
    latitude, longitude = f"{named}latitude", f"{named}longitude"
    needed = {
        "/view/path": {"station": "mp-tan-an"},
        "/view/desk/interference": {"complainant": "Đài mô phỏng"},
        "/view/desk/dossier": {"applicant": "Đài mô phỏng", "type": "amateur", "purpose": "issue"},
    }.get(path, {})

    def sent(typed: dict[str, str]) -> str:
        typed |= needed
        answer = staff.get(path, params=typed) if asks else staff.post(path, typed)
        assert answer.status_code in {200, 303, 422}, answer.text
        return unescape(answer.text)

    for east, north in (("106°22'42\"E", "10 32 09"), ("106,3783 Đ", "10°32,15'B")):
        assert "không đọc được là" not in sent({longitude: east, latitude: north})
    assert "“x” không đọc được là kinh độ; cần ví dụ 106,4117 hoặc 106°24'42\"E" in sent(
        {longitude: "x", latitude: "10,5"}
    )
    exchanged = sent({longitude: "106,4", latitude: "106°22'42\"E"})
    assert "“106°22'42\"E” không đọc được là vĩ độ; cần ví dụ 10,5358" in exchanged


def test_degrees_minutes_and_seconds_are_the_place_that_is_asked(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    typed = {
        "latitude": "10°32'09\"N", "longitude": "106 24 42", "within_km": "2", "height_m": "30",
        "area": "10°30'N 106°20'E\n106,5 10,5\n106.4; 10.7",
    }  # fmt: skip
    answer = browser_of("staff").post("/view/supports", typed)
    assert answer.status_code == 303, answer.text
    inputs = service.queue.job(answer.headers["location"].rpartition("/")[2]).inputs
    assert inputs["latitude"] == pytest.approx(10.535833, abs=1e-6)
    assert inputs["longitude"] == pytest.approx(106.411667, abs=1e-6)
    corners = [(106.333333, 10.5), (106.5, 10.5), (106.4, 10.7)]
    assert np.array(inputs["area"]) == pytest.approx(np.array(corners), abs=1e-6)


CASES = [
    ("coverage", {"radius_km": "0"}, "radius_km", "phải từ 1 trở lên", "must be at least 1"),
    ("coverage", {"step_m": "many"}, "step_m", "cần một số", "must be a number"),
    ("coverage", {"radius_km": "300", "step_m": "10"}, "step_m", "điểm ảnh", "pixels"),
    ("coverage", {"model": "p452"}, "model", "100 đến 6.000 MHz", "100 to 6,000 MHz"),
    ("coverage", {"model": "p1546"}, "model", "người quản trị", "administrator"),
    ("coverage", {"clutter_model": "p2108"}, "clutter_model", "500 đến", "500 to"),
    (
        "coverage",
        {"model": "itm", "environment": "open"},
        "environment",
        "không dùng tham số",
        "takes no environment",
    ),
    (
        "coverage",
        {"building_probability_percent": "60"},
        "building_probability_percent",
        "khi chọn Máy thu trong nhà",
        "where Receivers indoors is chosen",
    ),
    ("interference", {"step_m": "1e9"}, "step_m", "trở xuống", "at most"),
    ("network", {"reach_km": "5"}, "reach_km", "phải từ 10 trở lên", "must be at least 10"),
    (
        "network",
        {"lowest_mhz": "400", "highest_mhz": "500"},
        "lowest_mhz",
        "đài FM trong ngày xét phát từ",
        "FM stations of the day judged transmit from",
    ),
    ("network", {"lowest_mhz": "99", "highest_mhz": "98"}, "lowest_mhz", "lớn hơn", "above"),
]


@pytest.mark.parametrize(
    ("kind", "typed", "name", "vi", "en"),
    CASES,
    ids=map(str, range(len(CASES))),
)
def test_what_was_typed_stays_and_the_field_says_what_is_wrong(
    browser_of: Callable[[str], Any],
    service: Service,
    *,
    kind: str,
    typed: dict[str, str],
    name: str,
    vi: str,
    en: str,
) -> None:
    staff = browser_of("staff")
    url = "/view/studies" if kind == "network" else f"{STATION_PAGE}/studies"
    for language, told in (("vi", vi), ("en", en)):
        answer = staff.post(f"{url}?lang={language}", {"kind": kind, **typed})
        page = unescape(answer.text)
        assert answer.status_code == 422
        assert 'class="menu"' in page
        summary = re.search(r'<section[^>]*id="refused"[^>]*>(.*?)</section>', page, re.S)
        assert summary is not None
        assert 'tabindex="-1"' in summary[0]
        assert "autofocus" in summary[0]
        assert 'role="alert"' in summary[0]
        assert told in summary[1]
        assert f'href="#{kind}-{name}"' in summary[1]
        field = the_field(page, kind, name)
        assert 'aria-invalid="true"' in field
        assert f'aria-describedby="{kind}-{name}-wrong"' in field
        said = re.search(rf'id="{kind}-{name}-wrong">([^<]*)<', page)
        assert said is not None
        assert told in said[1]
        for other, value in typed.items():
            if f'<select name="{other}"' in page:
                form = the_form(page, kind)
                assert f'<option value="{value}" selected' in form
            else:
                assert f'value="{value}"' in the_field(page, kind, other)
        back = "/view/studies" if kind == "network" else STATION_PAGE
        assert re.search(rf'class="language" href="{re.escape(back)}\?lang=', page), "GET has it"
    assert service.queue.count() == 0, "nothing was asked for"


def test_the_other_forms_of_the_page_stay_empty(browser_of: Callable[[str], Any]) -> None:
    typed = {"kind": "interference", "radius_km": "77", "step_m": "1e9"}
    page = browser_of("staff").post(f"{STATION_PAGE}/studies", typed).text
    assert 'value="77"' in the_field(page, "interference", "radius_km")
    assert 'value=""' in the_field(page, "coverage", "radius_km")
    assert "aria-invalid" not in the_form(page, "coverage")


def test_words_in_a_field_for_numbers_are_shown(browser_of: Callable[[str], Any]) -> None:
    """A browser empties a number field whose value is no number."""
    typed = {"kind": "coverage", "radius_km": 'rộng "quá"', "step_m": "90"}
    page = browser_of("staff").post(f"{STATION_PAGE}/studies", typed).text
    assert 'type="text"' in the_field(page, "coverage", "radius_km")
    assert "rộng &#34;quá&#34;" in the_field(page, "coverage", "radius_km")
    assert 'type="number"' in the_field(page, "coverage", "step_m")


@pytest.mark.parametrize("typed", [{}, {"kind": "magic"}, {"kind": ""}])
def test_a_form_without_its_kind_is_refused_on_the_page(
    browser_of: Callable[[str], Any], typed: dict[str, str]
) -> None:
    answer = browser_of("staff").post(f"{STATION_PAGE}/studies", typed)
    assert answer.status_code == 422
    assert 'id="refused"' in answer.text
    assert "aria-invalid" not in answer.text


def test_too_many_jobs_and_no_station_keep_their_status(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    staff = browser_of("staff")
    missing = staff.post("/view/stations/nobody/studies", {"kind": "coverage"})
    assert missing.status_code == 404
    for _ in range(MOST_WAITING):
        service.queue.submit("coverage", {"station_id": STATION}, requested_by="staff-1")
    answer = staff.post(f"{STATION_PAGE}/studies", {"kind": "coverage", "radius_km": "33"})
    assert answer.status_code == 429
    assert 'value="33"' in the_field(answer.text, "coverage", "radius_km")
    network = staff.post("/view/studies", {"reach_km": "33"})
    assert network.status_code == 429
    assert 'value="33"' in the_field(network.text, "network", "reach_km")


def test_a_form_shows_what_an_empty_field_takes(browser_of: Callable[[str], Any]) -> None:
    staff = browser_of("staff")
    page = staff.get("/view/studies").text
    for name, usual in (("step_m", "500"), ("reach_km", "150"), ("threshold_dbuvm", "54")):
        assert f'placeholder="{usual}"' in the_field(page, "network", name)
    for name in ("lowest_mhz", "highest_mhz"):
        found = re.search(r'placeholder="(\d+(?:,\d+)?)"', the_field(page, "network", name))
        assert found is not None, name
    assert "50 % thời gian" in page
    page = staff.get(STATION_PAGE).text
    coverage, interference = (
        int(re.findall(r'placeholder="(\d+)"', the_field(page, kind, "step_m"))[0])
        for kind in ("coverage", "interference")
    )
    assert interference == 2 * coverage
