"""The antenna of two angles of a station: the form on its page, the route, the command."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from api.cli import main
from api.service import Service
from gis.exchange.antennas import AntennaFile, msi_text
from gis.register.antennas import AntennaKind
from gis.register.scopes import SYSTEM
from propagation.antenna_cuts import Cuts

STATION = "mp-tan-an"
ROUTE = f"/stations/{STATION}/antenna"
PAGE = f"/view/stations/{STATION}/antenna"
CUT = tuple(np.round(25 * np.abs(np.sin(np.radians(np.arange(360) / 2))), 1).tolist())
FILE = ("yagi.msi", msi_text(AntennaFile("Yagi <4>", 7.0, Cuts(CUT, CUT))).encode())


@pytest.fixture
def staff(token: Callable[[str], dict[str, str]]) -> dict[str, str]:
    return token("staff")


def antenna_of(service: Service) -> Any:
    return service.register.station(STATION, SYSTEM).antenna


def test_a_program_hangs_and_takes_down(
    client: TestClient, service: Service, staff: dict[str, str]
) -> None:
    asked = {"kind": "cuts", "bearing_deg": "30", "electrical_downtilt_deg": "1.5"}
    answer = client.post(ROUTE, data=asked, files={"file": FILE}, headers=staff)
    assert answer.status_code == 200, answer.text
    told = answer.json()["properties"]["antenna"]
    assert told["bearing_deg"] == 30.0
    assert told["vertical_attenuation_db"] == list(CUT)
    assert antenna_of(service).kind is AntennaKind.CUTS
    shown = client.get(f"/stations/{STATION}").json()["properties"]["antenna"]
    assert shown == told
    last = service.register.changes(table_name="broadcast_stations", record_id=STATION)[0]
    assert (last.author, last.reason) == ("staff-1", "antenna")
    assert last.old is not None
    assert "antenna" not in last.old
    assert client.delete(ROUTE, headers=staff).json()["properties"]["antenna"] is None
    assert client.delete(ROUTE, headers=staff).status_code == 404
    assert antenna_of(service) is None


@pytest.mark.parametrize(
    ("asked", "file", "words"),
    [
        ({}, None, ("cuts, f1336",)),
        ({"kind": "cuts"}, None, ("MSI",)),
        ({"kind": "cuts"}, ("a.msi", b"\xff\xfe" * 90), ("a.msi",)),
        ({"kind": "cuts"}, ("a.msi", b"9" * 400_000), ("a.msi", "200 kB")),
        ({"kind": "cuts"}, ("../../a.msi", b"GAIN 3 dBi\n"), ("../../a.msi", "HORIZONTAL")),
        ({"kind": "cuts"}, ("a.msi", b"GAIN 3 dBi\nHORIZONTAL 360\n0 -1\n"), ("line 3", "-1")),
        ({"kind": "tr38901_element"}, FILE, ("yagi.msi",)),
        ({"kind": "tr38901_element", "bearing": "3"}, None, ("bearing", "bearing_deg")),
        ({"kind": "tr38901_element", "bearing_deg": "x" * 5000}, None, ("axis", "0 … 360")),
        ({"kind": "f1336_sectoral", "maximum_gain_dbi": "15"}, None, ("Horizontal beamwidth",)),
        (
            {"kind": "f1336_omnidirectional", "maximum_gain_dbi": "8"},
            None,
            ("Frequency", "400", "F.1336"),
        ),
        ({"file": "text, no file", "kind": "cuts"}, None, ("file",)),
    ],
)
def test_what_is_no_antenna_is_refused_with_its_place(
    client: TestClient,
    service: Service,
    staff: dict[str, str],
    *,
    asked: dict[str, str],
    file: tuple[str, bytes] | None,
    words: tuple[str, ...],
) -> None:
    files = None if file is None else {"file": file}
    answer = client.post(f"{ROUTE}?lang=en", data=asked, files=files, headers=staff)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert all(word in answer.json()["detail"] for word in words), answer.json()["detail"]
    assert antenna_of(service) is None


def test_other_bodies_and_stations(
    client: TestClient, service: Service, staff: dict[str, str]
) -> None:
    for more in ({"json": {"kind": "cuts"}}, {"content": b"\x00" * 99}, {}):
        assert client.post(ROUTE, headers=staff, **more).status_code == 422
    twice = {"kind": ["cuts", "tr38901_element"]}
    assert client.post(ROUTE, headers=staff, data=twice).status_code == 422
    unknown = client.post(
        "/stations/none/antenna", headers=staff, data={"kind": "tr38901_element"}
    )
    assert unknown.status_code == 404
    assert antenna_of(service) is None


def test_staff_hang_an_antenna_on_the_page(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    browser = browser_of("staff")
    before = browser.get(f"/view/stations/{STATION}").text
    assert "Thêm ăng ten hai góc" in before
    asked = {"kind": "cuts", "bearing_deg": "30,5", "mechanical_downtilt_deg": "2"}
    sent = browser.post(PAGE, asked, files={"file": FILE})
    assert (sent.status_code, sent.headers["location"]) == (
        303,
        f"/view/stations/{STATION}#antenna",
    )
    page = browser.get(f"/view/stations/{STATION}").text
    assert "Yagi &lt;4&gt;" in page
    assert page.split("<main")[1].count("<svg") == 2
    assert 'aria-labelledby="antenna-vertical-title antenna-vertical-desc"' in page
    assert re.search(r'name="bearing_deg" value="30,5"', page)
    # turned, without sending the file again
    again = browser.post(PAGE, {**asked, "bearing_deg": "90"}, files={"file": ("", b"")})
    assert again.status_code == 303
    assert antenna_of(service).bearing_deg == 90.0
    assert antenna_of(service).vertical_attenuation_db == CUT
    english = browser.get(f"/view/stations/{STATION}?lang=en").text
    assert "Antenna of two angles" in english
    assert "Vertical cut, in the plane of the axis" in english
    assert browser.post(f"{PAGE}/remove").status_code == 303
    assert antenna_of(service) is None


def test_a_wrong_form_keeps_what_was_typed(
    browser_of: Callable[[str], Any], service: Service
) -> None:
    browser = browser_of("staff")
    asked = {"kind": "tr38901_element", "bearing_deg": "400", "vertical_beamwidth_deg": "7"}
    answer = browser.post(PAGE, asked)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "400" in answer.text
    assert re.search(r'name="vertical_beamwidth_deg" value="7"', answer.text)
    assert re.search(r'value="tr38901_element" selected', answer.text)
    assert antenna_of(service) is None


@pytest.mark.parametrize("role", ["viewer", "operator", "anonymous"])
def test_others_see_it_and_get_no_form(
    browser_of: Callable[[str], Any], service: Service, role: str
) -> None:
    browser_of("staff").post(PAGE, {"kind": "tr38901_element"})
    assert antenna_of(service) is not None
    page = browser_of(role).get(f"/view/stations/{STATION}").text
    assert page.split("<main")[1].count("<svg") == 2
    assert "antenna-form" not in page


def test_the_explanation_names_the_direction(
    client: TestClient, service: Service, staff: dict[str, str]
) -> None:
    asked = {"kind": "tr38901_element", "vertical_beamwidth_deg": "6"}
    client.post(ROUTE, data=asked, headers=staff)
    station = service.register.station(STATION, SYSTEM)
    where = f"longitude={station.longitude}&latitude={station.latitude + 0.05}"
    told = client.get(f"/path?station={STATION}&{where}", headers=staff).json()
    assert told["departure"]["towards"] == "receiver"
    assert told["departure"]["elevation_deg"] < 0
    page = client.get(f"/view/path?lang=en&station={STATION}&{where}", headers=staff).text
    assert "The wave leaves the antenna towards the receiver" in page


# the command


@pytest.fixture
def told(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    def run(*words: object) -> tuple[int, str, str]:
        code = main(["antenna", STATION, *map(str, words), "--home", str(service.home.folder)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.geopackage
def test_the_command_hangs_turns_and_takes_down(
    told: Callable[..., tuple[int, str, str]], service: Service, tmp_path: Path
) -> None:
    file = tmp_path / "yagi.msi"
    file.write_bytes(FILE[1])
    assert "No antenna" in told("--lang", "en")[1]
    code, out, _ = told("--msi", file, "--bearing-deg", "30", "--lang", "en")
    assert code == 0
    assert "Yagi <4>" in out
    assert "360 values, 25 dB at most" in out
    assert told("--kind", "cuts", "--bearing-deg", "45")[0] == 0
    assert antenna_of(service).bearing_deg == 45.0
    assert antenna_of(service).horizontal_attenuation_db == CUT
    code, out, _ = told("--json", "-")
    assert json.loads(out)["antenna"]["bearing_deg"] == 45.0
    assert told("--remove")[0] == 0
    assert antenna_of(service) is None


@pytest.mark.geopackage
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--remove"], "no antenna of two angles"),
        (["--remove", "--kind", "cuts"], "--remove"),
        (["--bearing-deg", "30"], "cuts, f1336"),
        (["--kind", "tr38901_element", "--bearing-deg", "x"], "0 … 360"),
        (["--msi", "nowhere.msi"], "nowhere.msi"),
    ],
)
def test_the_command_refuses_in_one_line(
    told: Callable[..., tuple[int, str, str]], service: Service, words: list[str], said: str
) -> None:
    code, out, err = told(*words, "--lang", "en")
    assert (code, out) == (3, "")
    assert said in err
    assert err.count("\n") == 1
    assert antenna_of(service) is None
