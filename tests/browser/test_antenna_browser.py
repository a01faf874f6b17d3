"""The antenna of two angles on a station's page, in a real Chromium: form, drawings, screens."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from gis.exchange.antennas import AntennaFile, msi_text
from gis.register.antennas import AntennaKind
from gis.register.scopes import SYSTEM
from propagation.antenna_cuts import Cuts

STATION = "mp-thu-thua"
ADDRESS = f"/view/stations/{STATION}"
_ANGLES = np.radians(np.arange(360))
HORIZONTAL = np.round(9 * (1 - np.cos(_ANGLES)), 1)
VERTICAL = np.round(np.minimum(30, 12 * (np.degrees(np.abs(np.sin(_ANGLES / 2))) / 12) ** 2), 1)
FILE = msi_text(AntennaFile("Panel 4 tầng", 9.5, Cuts(HORIZONTAL, VERTICAL))).encode()


@pytest.fixture
def bare(server: Any) -> None:
    """Take down what another test hung."""
    station = server.register.station(STATION, SYSTEM)
    if station.antenna is not None:
        with server.register.write(author="test", reason="bare") as writer:
            writer.update_stations([replace(station, antenna=None)])


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
def test_the_form_asks_what_the_kind_needs_and_the_page_shows_what_hangs(
    visit: Callable[..., Any],
    server: Any,
    misplaced: Callable[..., list[str]],
    *,
    language: str,
    width: int,
) -> None:
    here = visit("staff", width)
    page = here.open(f"{ADDRESS}?lang={language}")
    page.locator("#antenna details summary").first.click()
    form = page.locator(".antenna-form")
    expect(form.locator("[name=file]")).to_be_visible()
    expect(form.locator("[name=maximum_attenuation_db]")).to_be_hidden()
    form.locator("[name=kind]").select_option("tr38901_element")
    expect(form.locator("[name=file]")).to_be_hidden()
    expect(form.locator("[name=side_lobe_attenuation_db]")).to_be_visible()
    assert here.violations() == []
    here.picture(f"form-{language}-{width}")
    form.locator("[name=kind]").select_option("cuts")
    form.locator("[name=file]").set_input_files(
        {"name": "panel.msi", "mimeType": "text/plain", "buffer": FILE}
    )
    form.locator("[name=bearing_deg]").fill("60")
    form.locator("[name=electrical_downtilt_deg]").fill("4,5" if language == "vi" else "4.5")
    form.locator("button").click()
    page.wait_for_url("**#antenna")
    antenna = server.register.station(STATION, SYSTEM).antenna
    assert antenna.kind is AntennaKind.CUTS
    assert (antenna.bearing_deg, antenna.electrical_downtilt_deg) == (60.0, 4.5)
    assert page.locator(".antenna-cuts svg").count() == 2
    assert here.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for figure in page.locator(".antenna-cuts svg").all():
        assert figure.locator("text").count() == 8
        assert misplaced(figure) == []
    here.picture(f"antenna-{language}-{width}")
    assert here.complaints == []


@pytest.mark.usefixtures("bare")
def test_it_works_without_script(visit: Callable[..., Any], server: Any) -> None:
    """All fields are there; what the kind does not use is said to be left empty."""
    here = visit("staff", 390)
    here.page.route("**/frame.js", lambda route: route.fulfill(body=""))
    page = here.open(f"{ADDRESS}?lang=en")
    page.locator("#antenna details summary").first.click()
    form = page.locator(".antenna-form")
    form.locator("[name=kind]").select_option("tr36942_sector")
    form.locator("[name=vertical_beamwidth_deg]").fill("7")
    form.locator("button").click()
    expect(page.get_by_role("alert")).to_contain_text("expected: nothing")
    form.locator("[name=vertical_beamwidth_deg]").fill("")
    form.locator("button").click()
    page.wait_for_url("**#antenna")
    page.locator("#antenna > details > summary").last.click()
    page.locator("#antenna form").last.locator("button").click()
    page.wait_for_url("**#antenna")
    assert server.register.station(STATION, SYSTEM).antenna is None
