"""The detector of a person's data: every disguise found, nothing in what only looks alike."""

import random
import re
import time

import pytest

from gis.personal import Personal, in_number, in_text, masked
from gis.personal_words import Context, context_of, is_personal_header

PHONES = (
    "0912345678",
    "0912.345.678",
    "0912 345 678",
    "0912\u00a0345\u202f678",
    "091-234-5678",
    "0912_345_678",
    "0912/345/678",
    "0912\u2013345\u2014678",
    "0912,345,678",
    "0912.345.6 78",
    "0 9 1 2 3 4 5 6 7 8",
    "09.12.34.56.78",
    "091.2345678",
    "+84912345678",
    "+84 91 234 5678",
    "(+84) 912 345 678",
    "+84.912345678",
    "84912345678",
    "0084912345678",
    "0168 234 5678",
    "0272 3821 111",
    "０９１２３４５６７８",
    "\u0660\u0669\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",
    "\u0966\u096f\u0967\u0968\u0969\u096a\u096b\u096c\u096d\u096e",
    "\U0001d7ce\U0001d7d7\U0001d7cf\U0001d7d0\U0001d7d1\U0001d7d2\U0001d7d3\U0001d7d4\U0001d7d5\U0001d7d6",
    "0912\u200b345\u200d678",
    "0912\u00ad345\u2060678\ufeff",
    "gọi 0912345678 gặp anh Nam",
    "khách 0912345678, 0987654321",
    "SĐT 0912 345 678",
    "điện thoại 2723821111",
    "danh_sach_0912345678",
    "0912\n345\n678",
    "0912;345;678",
    "0912;345;678;2026;10",
    "0912    345     678",
    "Z0912345678",
    "0, 0, 8, 4, 9, 1, 2, 3, 4, 5, 6, 7, 8",
    "7 0084 91 234 5678",
    *(f"0912{mark}345{mark}678" for mark in '#=&@%">^{\u2027\u30fb'),
)
PAPERS = (
    "079123456789",
    "079 123 456 789",
    "0791-2345-6789",
    "0.7.9.1.2.3.4.5.6.7.8.9",
    "０７９１２３４５６７８９",
    "079\u200b123456789",
    "123456789",
    "123 456 789",
    "123.456.789",
    "123456789012",
    "1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37\ufe0f\u20e38\ufe0f\u20e39\ufe0f\u20e3",
    "CMND 123456000",
    "K079088001234 Nguyễn Văn An",
    "giấy chứng minh nhân dân: 12345678",
    "079#123#456#789",
    "cmnd: 12345678",
    "CCCD079123456789",
    "căn cước công dân số: 079 123 456 789",
)
PERSONS = (
    "Họ tên: Nguyễn Văn An",
    "HO VA TEN: NGUYEN VAN AN",
    "Chủ thuê bao: Trần Thị Bình",
    "ngày sinh 01/02/1990",
    "sinh năm 1990",
    "hộ chiếu số B1234567",
    "Địa chỉ thường trú: ấp 3",
)
CLEAN = (
    "10.532145, 106.412378",
    "10,532145; 106,412378",
    "10°31'55.7\"N 106°24'44.6\"E",
    "X = 1176543.215; Y = 585432.108",
    "1.176.543,215 585.432,108",
    "POINT(106.412345 10.532145)",
    "93,5 MHz; 102,7 MHz; 947,2 MHz",
    "1842500000 Hz",
    "01/07/2026 - 31/12/2026",
    "09/12/2026 10:30",
    "2026-07-01T10:30:00Z",
    "202604150930",
    "150.000.000 đồng",
    "150000000",
    "1.234.567.891 đ",
    "123,456,789 VND",
    "HĐ 0123/2026/HĐ-VNPT",
    "Số 090/2026/HĐ-VTT",
    "QĐ 1307/QĐ-BTTTT",
    "NĐ 174/2026/NĐ-CP Điều 34.9.g",
    "LAN0123",
    "VNPT-TAN-000123456",
    "BTS_LA_000123456",
    "SN0912345678",
    "Tháng 03: 45.678.000 đồng",
    "01\n23\n03\n45\n67\n89\n12\n34",
    "12; 84; 912; 345; 678; 90; 123",
    "các tháng 05, 06, 07, 08, 09, 10",
    "kênh 01; 02; 03; 04; 05; 06; 07; 08",
    "10°31'55.7\" 106°24'44.6\"",
    "08°31'55\" 106°24'44\"",
    "123 456 000",
    "93.5\n102.7\n98.1",
    "Tần số: 87.5; 91.0; 93.5; 102.7",
    "1712345678901",
    "GP 123/GP-CTS; 045/2026/GP",
    "VN-TN-BTS-0001234",
    "mã số thuế 0100109106-001",
    "MST: 0312345678",
    "0100109106",
    "tổng đài 18001091, 1900 1800",
    "Tổng số thuê bao: 1234567",
    "Sai ngày sinh: 3 SIM; sai họ tên: 5 SIM; tổng 120 SIM",
    "họ tên: không khớp 5; ngày sinh sai 3",
    "đối chiếu họ tên, ngày sinh, ảnh khuôn mặt với cơ sở dữ liệu",
    "Điểm 24, kiểm tra 10, 20, 30, 40, 50, 60",
    "Số 12 đường Hùng Vương, Phường 2",
)


@pytest.mark.parametrize("text", PHONES)
def test_a_telephone_number_is_found_in_every_form(text: str) -> None:
    assert in_text(text) is Personal.PHONE


@pytest.mark.parametrize("text", PAPERS)
def test_a_paper_is_found_in_every_form(text: str) -> None:
    assert in_text(text) is Personal.PAPER


@pytest.mark.parametrize("text", PERSONS)
def test_words_that_introduce_a_person_are_found(text: str) -> None:
    assert in_text(text) is Personal.PERSON


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_alike_is_not_found(text: str) -> None:
    assert in_text(text) is None


def test_lists_of_measured_values_are_nobodys() -> None:
    """A note of twelve levels or counts, as people paste them, by every sort of separator."""
    drawn = random.Random(7)
    for separator in (", ", "; ", "\n", "\t", " | "):
        for _ in range(100):
            levels = separator.join(f"{drawn.uniform(0, 1000):.1f}" for _ in range(12))
            counts = separator.join(str(drawn.randint(0, 999)) for _ in range(12))
            assert in_text(levels) is None, levels
            assert in_text(counts) is None, counts


def test_what_a_number_is_called_goes_before_what_it_looks_like() -> None:
    assert in_text("0900123452") is Personal.PHONE
    assert in_text("MST 0900123452") is None, "its check digit agrees"
    assert in_text("MST 0900123453") is Personal.PHONE, "a telephone number called a tax code"
    assert in_text("123 456 789", Context.AMOUNT) is None
    assert in_text("Số 123456789", Context.CODE) is None
    assert in_text("Nguyen Van An 123456789", Context.CODE) is Personal.PAPER
    assert in_text("0912345678", Context.AMOUNT) is Personal.PHONE
    assert in_text("585 432 108", context_of("Tọa độ Y (m)")) is None
    assert context_of("Mã số thuế") is Context.TAX
    assert context_of("Tên điểm") is Context.UNKNOWN


@pytest.mark.parametrize(
    "number", [912345678, 9.12345678e8, 79123456789, 1099001235, 123456789, 84912345678]
)
def test_a_number_of_a_spreadsheet_has_lost_its_zeros(number: float) -> None:
    assert in_number(number) is not None


@pytest.mark.parametrize(
    "number",
    [150000000, 1842500000, 585432.108, 45123, 20260415, float("nan"), float("inf"), 1e30],
)
def test_numbers_of_a_spreadsheet_that_are_nobodys(number: float) -> None:
    assert in_number(number) is None


def test_a_tax_code_without_its_zero_is_known_by_its_header() -> None:
    assert in_number(100109106) is Personal.PAPER
    assert in_number(100109106, Context.TAX) is None


@pytest.mark.parametrize(
    "header",
    [
        "Họ tên", "HO VA TEN", "ho_ten", "HoTen", "Họ và tên khách hàng", "H\u200bọ tên",
        "Ho\u0323 te\u0302n", "Ｈọ tên", "Số CCCD", "soCCCD", "CCCD_number", "CMND/CCCD",
        "Ngày sinh", "NGAY SINH", "Số thuê bao", "so  thue bao", "Số điện thoại", "SĐT",
        "Tên KH", "GTTT", "Mã định danh",
        "Định danh cá nhân", "CTB", "Hình chân dung",
        "Địa chỉ thường trú", "Phone number", "Số định danh cá nhân", "Passport No.",
    ],
)  # fmt: skip
def test_headers_of_a_persons_data(header: str) -> None:
    assert is_personal_header(header)


def test_words_of_everyday_use_are_headers_only_where_headers_stand() -> None:
    for header in ("Điện thoại", "Phone", "Thuê bao", "Khách hàng", "Giới tính", "Email"):
        assert is_personal_header(header, in_header_row=True)
        assert not is_personal_header(header)


@pytest.mark.parametrize(
    "header",
    [
        "Tên điểm", "Mã điểm", "Địa chỉ", "Xã/phường", "Kinh độ", "Vĩ độ", "Loại điểm", "Name",
        "Mã định danh điểm", "Kế hoạch", "Tên kênh",
        "Doanh nghiệp viễn thông", "Doanh nghiệp được ủy quyền", "Số hợp đồng", "Trạng thái",
        "Ngày ký hợp đồng", "Số lượng thuê bao", "Tổng số thuê bao", "Tần số (MHz)", "Mã số thuế",
    ],
)  # fmt: skip
def test_headers_of_points_are_nobodys(header: str) -> None:
    assert not is_personal_header(header, in_header_row=True)


@pytest.mark.parametrize("text", [*PHONES, *PAPERS, *PERSONS])
def test_what_is_shown_again_holds_nothing(text: str) -> None:
    shown = masked(f"Ghi chú: {text} (đã kiểm tra)")
    assert in_text(shown) is None
    assert not re.search(r"\d{7}", shown)


@pytest.mark.parametrize("text", ["1." * 4000, "0 " * 4000, "84." * 4000, "cmnd 1 " * 2000])
def test_a_long_text_costs_as_much_more_as_it_is_longer(text: str) -> None:
    """Four times the text at most eight times the time, and nothing is missed at its end."""

    def seconds(read: str) -> float:
        took = []
        for _ in range(3):
            started = time.process_time()
            assert in_text(read) is None
            took.append(time.process_time() - started)
        return min(took)

    assert seconds(4 * text) < 8 * max(seconds(text), 1e-3)
    assert in_text(f"{4 * text}; gọi 0912 345 678") is not None
