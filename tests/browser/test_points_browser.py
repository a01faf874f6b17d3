"""Registration points in a real Chromium: a point entered, visited, who answers for it seen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from api.clock import today

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("width", [390, 1440])
def test_from_a_point_to_who_answers_for_it(visit: Callable, width: int) -> None:
    here = visit("operator", width)
    page = here.open("/view/points/new")
    page.get_by_label("Tên", exact=True).fill(f"Cửa hàng {width}")
    page.get_by_label("Loại").select_option("own")
    page.get_by_label("Lý do của trạng thái").fill("gọi 0912 345 678")
    page.get_by_label("Vị trí").fill("10,535; 106,413")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("alert")).to_contain_text("số điện thoại")
    expect(page.get_by_label("Lý do của trạng thái")).to_have_value("gọi …")
    assert here.violations() == []
    page.get_by_label("Lý do của trạng thái").fill("")
    page.get_by_label("Địa chỉ").fill("12 Hùng Vương")
    page.get_by_role("button", name="Lưu").click()
    expect(page.locator("h1")).to_contain_text(f"Cửa hàng {width}")
    address = page.url
    page.get_by_text("Nhập người liên hệ").click()
    page.get_by_label("Họ tên người liên hệ").fill("Nguyễn Văn An")
    page.get_by_label("Mục đích giữ").fill("Hẹn lịch kiểm tra")
    page.get_by_label("Giữ đến hết ngày").fill((today() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="Lưu người liên hệ").click()
    expect(page.locator("#contact")).to_contain_text("Hẹn lịch kiểm tra")
    assert "Nguyễn Văn An" not in page.content()
    staff = visit("staff", width)
    page = staff.open(address.removeprefix(staff.url))
    page.get_by_text("Ghi một lần kiểm tra").click()
    page.get_by_label("Ngày kiểm tra").fill("2026-08-01")
    page.get_by_label("Số SIM lấy mẫu").fill("20")
    page.get_by_label("Số SIM không khớp").fill("3")
    page.get_by_label("Không khớp ảnh khuôn mặt").fill("3")
    page.get_by_role("button", name="Lưu lần kiểm tra").click()
    expect(page.locator("#visits tbody tr")).to_have_count(1)
    expect(page.locator("#acts tbody tr").first).to_contain_text("174/2026")
    page.get_by_label("Lý do xem").fill("Hẹn đoàn kiểm tra")
    page.get_by_role("button", name="Xem người liên hệ").click()
    expect(page.get_by_role("status").first).to_contain_text("Nguyễn Văn An")
    expect(page.locator("#contact")).to_contain_text("Hẹn đoàn kiểm tra")
    staff.picture(f"point-{width}")
    assert staff.violations() == []
    assert page.evaluate("document.documentElement.scrollWidth") == width, "it scrolls sideways"
    public = visit("viewer", width)
    page = public.open(address.removeprefix(public.url))
    expect(page.locator("#visits")).to_have_count(0)
    assert public.violations() == []
