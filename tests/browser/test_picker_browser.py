"""The map on which a place of a form is chosen: points, circles, lines, areas, a name searched."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import fits

MARKED = """() => [...document.querySelectorAll('.picker-map canvas')].some((one) => {
  const { data } = one.getContext('2d').getImageData(0, 0, one.width, one.height);
  for (let k = 0; k < data.length; k += 4) {
    const [red, green, blue, seen] = data.subarray(k, k + 4);
    if (red === 180 && green === 83 && blue === 10 && seen > 99) return true;
  }
  return false;
})"""
"""Whether a pixel has the colour of a chosen place."""


def opened(page: Page, which: int = 0) -> Any:
    """Open one of a page's maps and return it."""
    page.locator("[data-picker-open]").nth(which).click()
    part = page.locator(".picker").nth(which)
    expect(part.locator(".picker-part[data-ready]")).to_be_visible()
    return part


def click(part: Any, *places: tuple[float, float]) -> None:
    box = part.locator(".picker-map").bounding_box()
    for across, down in places:
        part.locator(".picker-map").click(
            position={"x": box["width"] * across, "y": box["height"] * down}
        )


@pytest.mark.parametrize("width", [1440, 390])
def test_a_line_is_drawn_point_by_point(visit: Callable[..., Any], width: int) -> None:
    here = visit("operator", width)
    page = here.open("/view/works/new")
    part = opened(page)
    click(part, (0.4, 0.4), (0.6, 0.5), (0.7, 0.6))
    lines = page.input_value("[name=place]").split("\n")
    assert len(lines) == 3
    latitudes = [float(line.split(",")[0]) for line in lines]
    assert latitudes == sorted(latitudes, reverse=True), "further down is further south"
    part.get_by_role("button", name="Bỏ điểm cuối").click()
    assert page.input_value("[name=place]").split("\n") == lines[:2]
    part.get_by_role("button", name="Xóa hết").click()
    assert page.input_value("[name=place]") == ""
    fits(page)
    assert here.violations() == []
    assert here.complaints == []


def test_what_draws_a_map_is_asked_for_once_somebody_opens_it(visit: Callable[..., Any]) -> None:
    here = visit("operator")
    asked: list[str] = []
    here.page.on("request", lambda one: asked.append(one.url))
    page = here.open("/view/sites")
    page.wait_for_load_state("networkidle")
    assert not [one for one in asked if one.endswith("leaflet.js")]
    here.page.route("**/leaflet.js", lambda route: route.abort())
    page.locator("[data-picker-open]").click()
    expect(page.locator(".picker .picker-said")).to_contain_text("Bạn vẫn gõ tọa độ vào ô được")
    assert page.locator("[data-picker-open]").get_attribute("aria-expanded") == "false"
    assert here.violations() == []
    here.page.unroute("**/leaflet.js")
    page.locator("[data-picker-open]").dblclick()  # the second while it is on its way
    expect(page.locator(".picker-part[data-ready]")).to_have_count(1)


def test_degrees_minutes_and_seconds_are_marked_too(visit: Callable[..., Any]) -> None:
    """The server reads them, as it reads the form; what is no place has no mark."""
    here = visit("operator")
    page = here.open("/view/sites")
    page.fill("[name=latitude]", "10°32'24\"B")
    page.fill("[name=longitude]", "106°24'36\"Đ")
    opened(page)
    page.wait_for_function(MARKED)
    page.fill("[name=longitude]", "106°99'36\"Đ")
    page.wait_for_function(f"() => !({MARKED})()")
    with page.expect_response("**/map/search?*"):
        page.fill("[name=longitude]", "106 30 00")
    page.wait_for_function(MARKED)
    assert [one for one in here.complaints if "getImageData" not in one] == []


def test_a_name_is_found_and_taken_and_an_area_has_longitude_first(
    visit: Callable[..., Any],
) -> None:
    here = visit("operator")
    page = here.open("/view/supports")
    part = opened(page)
    part.locator("input[type=search]").fill("Bến Lức")
    page.keyboard.press("Enter")
    part.get_by_role("button", name="Xã Bến Lức (đơn vị").click()
    assert float(page.input_value("[name=latitude]")) == pytest.approx(10.64, abs=0.1)
    assert float(page.input_value("[name=longitude]")) == pytest.approx(106.48, abs=0.1)
    assert page.url.endswith("/view/supports"), "Enter in the search sends no form"
    page.locator("details.whole > summary").click()
    area = opened(page, 1)
    click(area, (0.4, 0.4), (0.6, 0.4), (0.5, 0.6))
    corners = [line.split(",") for line in page.input_value("[name=area]").split("\n")]
    assert len(corners) == 3
    assert all(float(longitude) > 100 > float(latitude) for longitude, latitude in corners)
    assert here.complaints == []
