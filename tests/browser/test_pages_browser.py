"""Every page in a real Chromium: both languages, a phone and a desk, by keyboard, offline."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from api.roles import ROUTES, Role

_PAGES = ("/", "/map", "/login", "/docs")
_WHO = ("anonymous", "viewer", "operator", "staff", "administrator")


def first_role(path: str) -> str:
    """The role with the fewest rights that may open a page."""
    return next(role for role in _WHO if Role(role) in ROUTES["GET", path])


PAGES = [
    (path, first_role(path))
    for method, path in ROUTES
    if method == "GET" and "{" not in path and (path in _PAGES or path.startswith("/view/"))
]
PAGES += [("/view/stations/mp-duc-hoa", "staff"), ("/view/stations/mp-duc-hoa", "anonymous")]
PAGES += [
    ("/view/structures/mp-ben-luc-cot", "staff"),
    ("/view/structures/mp-ben-luc-cot", "anonymous"),
    ("/view/structures/mp-ben-luc-cot/edit", "staff"),
    ("/view/structures?text=zzz", "anonymous"),
    ("/view/quality", "staff"),
]
PAGES += [
    ("/view/certification/mp-ben-luc-cot?organisation_id=mo-phong-b", "staff"),
    ("/view/sanctions?behaviour=radio_no_licence&power_w=100&organisation=yes", "staff"),
    (
        "/view/devices?frequency_min_mhz=920&power_mw=9&power_reference=erp&use=lpwan_gateway",
        "anonymous",
    ),
    ("/view/desk/dossier", "staff"),
    ("/view/licences?days=36500", "staff"),
    ("/view/reports/2026/items?table=lines-operator&column=length_km", "staff"),
]
PAGES += [("/view/stations?text=zzz", "anonymous"), ("/nowhere", "staff"), ("/", "staff")]


@pytest.mark.parametrize(("language", "width"), [("vi", 390), ("en", 1440)])
@pytest.mark.parametrize(("path", "role"), PAGES)
def test_axe_finds_nothing_on_any_page(
    same_visit: Callable, *, path: str, role: str, language: str, width: int
) -> None:
    here = same_visit(role, width)
    page = here.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    if path == "/map":
        expect(page.locator("#map-rows tr").first).to_be_visible()
    name = re.sub(r"\W+", "-", f"{path}-{role}-{language}-{width}").strip("-")
    here.picture(name, full_page=path != "/map")
    assert here.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == width, "it scrolls sideways"
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert here.violations() == [], "at night"
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    wanted = ["404"] if path == "/nowhere" else []
    assert [text for text in here.complaints if not any(code in text for code in wanted)] == []
    assert len(here.requests) >= 3, "page, style, script"


def test_the_menu_is_reached_and_used_by_keyboard(visit: Callable) -> None:
    here = visit("staff")
    page = here.open("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
    page = here.open("/view/account")
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", "the focus is seen"
        reached.append(page.evaluate("document.activeElement.innerText"))
    names = ["Trang chủ", "Bản đồ", "Hạ tầng", "Phát sóng và tần số"]
    begins = reached.index(names[0])
    told = [one.rstrip(" ▾") for one in reached[begins : begins + 4]]
    assert told == names, "pages in closed groups are passed over"
    group = page.locator(".menu-group", has_text="Phát sóng")
    link = group.locator('a[href="/view/stations"]')
    expect(link).to_be_hidden()
    group.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(group.locator("summary")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Đài phát")
    expect(page.locator(".menu summary[aria-current]")).to_contain_text("Phát sóng")


@pytest.mark.parametrize("width", [390, 1440])
def test_the_menu_opens_without_a_script(visit: Callable, chromium, width: int) -> None:
    staff = visit("staff")
    staff.open("/")
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        locale="vi-VN",
        java_script_enabled=False,
        storage_state=staff.page.context.storage_state(),
    )
    page = context.new_page()
    page.goto(f"{staff.url}/")
    whole = page.locator(".menu-all > summary")
    if width == 390:
        expect(page.locator('.menu a[href="/map"]')).to_be_hidden()
        whole.click()
    else:
        expect(whole).to_be_hidden()
    expect(page.locator('.menu a[href="/map"]')).to_be_visible()
    page.locator(".menu-group summary", has_text="Hạ tầng").click()
    page.locator('.menu a[href="/view/structures"]').click()
    expect(page).to_have_url(f"{staff.url}/view/structures")
    context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_open_menu_of_staff_fits(visit: Callable, width: int) -> None:
    here = visit("administrator", width)
    page = here.open("/view/desk")
    if width == 390:
        page.locator(".menu-all > summary").click()
    else:
        assert page.locator(".menu").bounding_box()["height"] < 60, "one row"
    for name in ("Hạ tầng", "Bàn việc", "Hệ thống"):
        page.locator(".menu-group summary", has_text=name).click()
        expect(page.locator(".menu-group[open]")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        here.picture(f"menu-{name}-{width}", full_page=False)
        assert here.violations() == []
    page.locator("#content h1").click()
    expect(page.locator(".menu-group[open]")).to_have_count(0)


def test_signing_in_by_hand_and_out_again(visit: Callable, server) -> None:
    by_link = visit("staff")
    page = by_link.open("/view/account")
    page.locator("input[name=password]").fill("một mật khẩu thật dài")
    page.locator("input[name=repeated]").fill("một mật khẩu thật dài")
    page.locator("input[name=repeated]").press("Enter")
    expect(page.locator(".notice.good")).to_contain_text("Đã đặt mật khẩu mới")
    here = visit()
    page = here.open("/view/account")
    expect(page).to_have_url(f"{server.url}/login?next=/view/account")
    page.locator("input[name=name]").fill("staff-1")
    page.locator("input[name=password]").fill("sai mật khẩu rồi")
    page.locator("button.primary").click()
    expect(page.get_by_role("alert")).to_contain_text("không đúng")
    assert page.locator("input[name=name]").input_value() == "staff-1"
    assert here.violations() == []
    page.locator("input[name=password]").fill("một mật khẩu thật dài")
    page.locator("input[name=password]").press("Enter")
    expect(page).to_have_url(f"{server.url}/view/account")
    page.locator(".who button").click()
    expect(page).to_have_url(f"{server.url}/")
    expect(page.locator(".who")).to_contain_text("Đăng nhập")


def test_the_language_switch_keeps_the_address(visit: Callable, server) -> None:
    page = visit().open("/view/stations?text=tan&order=frequency")
    page.locator("a.language").click()
    expect(page).to_have_url(f"{server.url}/view/stations?text=tan&order=frequency&lang=en")
    expect(page.locator("h1")).to_have_text("Stations")
    page.locator('.menu a[href="/map"]').click()
    assert page.locator("html").get_attribute("lang") == "en"


def test_an_administrator_adds_somebody_who_signs_in(visit: Callable) -> None:
    here = visit("administrator")
    page = here.open("/view/users")
    page.locator("input[name=name]").fill("Trần Bình")
    page.locator("form.stack button").click()
    secret = page.locator(".secret").inner_text()
    assert here.violations() == [], "with the link shown"
    other = visit()
    other.page.goto(secret)
    expect(other.page.get_by_role("status")).to_contain_text("Trần Bình")
    other.page.get_by_role("link", name="Đặt mật khẩu").click()
    expect(other.page.locator("h1")).to_have_text("Tài khoản của bạn")
    other.page.locator("form.inline input[name=name]").fill("báo cáo")
    other.page.locator("form.inline button").click()
    expect(other.page.locator(".secret")).to_contain_text("phusong_")
    assert other.violations() == [], "with a token shown"


def test_a_station_is_found_and_read(visit: Callable) -> None:
    page = visit("viewer").open("/view/stations")
    page.locator("input[name=text]").fill("duc hoa")
    page.locator("input[name=text]").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a").click()
    expect(page.locator("h1")).to_contain_text("Đức Hòa")
    expect(page.locator(".tag.synthetic").first).to_be_visible()


def test_targets_are_large_enough_for_a_thumb(visit: Callable) -> None:
    """WCAG 2.2, criterion 2.5.8: 24 px."""
    here = visit("administrator", 390)
    for path in ("/", "/view/stations", "/view/users", "/view/account"):
        page = here.open(path)
        small = page.evaluate(
            """[...document.querySelectorAll('button, select, input:not([type=hidden]), .menu a,'
                + '.who a, a.button')]
              .map(e => [e.outerHTML, e.getBoundingClientRect()])
              .filter(([, r]) => r.width && (r.width < 24 || r.height < 24)).map(([h]) => h)"""
        )
        assert small == [], path
