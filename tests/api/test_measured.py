"""Measured against predicted as a page, for programs and on the command line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.cli import main
from api.service import Service
from api.settings import Settings
from gis.register.records import Measurement, MeasurementKind, Provenance
from gis.register.scopes import SYSTEM
from propagation.compliance.records import Confidence

Token = Callable[[str], dict[str, str]]
STATION = "mp-tan-an"


@pytest.fixture
def measured(service: Service) -> Service:
    station = service.register.station(STATION, SYSTEM)
    known = Provenance(confidence=Confidence.SECONDARY, source="BB")
    with service.register.write(author="lan", reason="r") as w:
        w.add_measurements(
            [
                Measurement(
                    id=f"m{n}",
                    frequency_mhz=station.frequency_mhz,
                    longitude=station.longitude + 0.03 * n,
                    latitude=station.latitude,
                    measured_at=datetime(2024, 5, 6, 2, n, tzinfo=UTC),
                    field_strength_dbuvm=70.0 - 5 * n,
                    height_above_ground_m=10.0,
                    kind=MeasurementKind.DRIVE_TEST,
                    station_id=STATION,
                    uncertainty_db=3.0 if n else None,
                    provenance=known,
                )
                for n in range(4)
            ]
        )
    return service


@pytest.mark.usefixtures("measured")
def test_for_programs(client: TestClient, token: Token) -> None:
    found = client.get(f"/stations/{STATION}/measured", headers=token("staff")).json()
    assert found["overall"]["count"] == 4
    assert found["without_uncertainty"] == 1
    others = client.get(f"/stations/{STATION}/measured", headers=token("operator")).json()
    assert others["pairs"] == [], "another organisation's station"
    assert client.get("/stations/none/measured", headers=token("staff")).status_code == 404


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page(browser_of: Callable[[str], Any], language: str) -> None:
    staff = browser_of("staff")
    page = staff.get(f"/view/stations/{STATION}/measured?lang={language}")
    assert page.status_code == 200
    assert page.text.count("<tr>") >= 4
    assert (
        f'href="/view/stations/{STATION}/measured"' in staff.get(f"/view/stations/{STATION}").text
    )
    empty = browser_of("operator").get(f"/view/stations/{STATION}/measured")
    assert empty.status_code == 200
    assert 'class="empty"' in empty.text
    guest = browser_of("anonymous").get(f"/view/stations/{STATION}").text
    assert "/measured" not in guest


@pytest.mark.geopackage
@pytest.mark.usefixtures("measured")
def test_the_command_line(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(settings.home), "--json"]
    assert main(["measured", STATION, *home]) == 0
    first = capsys.readouterr().out
    assert json.loads(first)["overall"]["count"] == 4
    assert main(["measured", STATION, *home]) == 0
    assert capsys.readouterr().out == first
    assert main(["measured", "mp-duc-hoa", *home]) == 1
