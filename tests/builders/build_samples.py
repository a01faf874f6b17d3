"""Build the files in data/samples that people try the import with; the same bytes each time.

    python tests/builders/build_samples.py [folder]

`cot_ang_ten_mau.xlsx` is what an operator might send, with six rows that an import must refuse or
ask about; `dai_fm_mau.csv` holds the packaged FM rows as an office would keep them: semicolons,
decimal commas, coordinates as printed.
"""

import csv
import sys
import zipfile
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from gis.demo.description import Draws, description
from gis.demo.network import places
from gis.plans import packaged_rows

OUT = Path(__file__).parents[2] / "data" / "samples"
MASTS, PLAN = "cot_ang_ten_mau.xlsx", "dai_fm_mau.csv"
WHEN = datetime(2025, 7, 1)
HEADERS = (
    "STT",
    "Mã cột",
    "Tên cột",
    "Loại công trình",
    "Chủ sở hữu",
    "Kinh độ (WGS84)",
    "Vĩ độ (WGS84)",
    "Chiều cao (m)",
    "Cao độ mặt đất (m)",
    "Xã/Phường",
    "Cho thuê",
    "Ghi chú",
)
PLAN_HEADERS = {
    "Mã hồ sơ": "id",
    "Tần số (MHz)": "frequency_mhz",
    "Chương trình": "programme",
    "Địa điểm": "site_name",
    "Kinh độ": "longitude_printed",
    "Vĩ độ": "latitude_printed",
    "Độ cao ăng ten (m)": "antenna_height_m",
    "Công suất (kW)": "power_kw",
    "Cấp đài": "station_class",
    "Mã tỉnh": "province_code",
    "Từ ngày": "valid_from",
    "Đến ngày": "valid_to",
    "Nhãn": "label",
    "Quy hoạch": "plan_id",
    "Văn bản": "instrument",
    "Điều khoản": "clause",
    "Nguồn": "source",
    "Ghi chú": "note",
}
CLASSES = {"national": "Quốc gia", "provincial": "Cấp tỉnh", "other": "Khác"}
DECIMALS = {"frequency_mhz", "antenna_height_m", "power_kw"}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MASTS).write_bytes(masts())
    (folder / PLAN).write_text(plan(), encoding="utf-8-sig", newline="")


def rows() -> list[list[Any]]:
    draws = Draws(1)
    found: list[list[Any]] = []
    for number, (now, before) in enumerate(places(description()["network"])[:24], start=1):
        code = f"MAU-{number:04d}"
        found.append(
            [
                number,
                code,
                f"Cột ăng ten {now.name} {number}",
                "Cột ăng ten",
                "Viễn thông Mô phỏng A",
                round((before.longitude or 0) + draws.between((-3, 3), code, "x") / 1000, 6),
                round((before.latitude or 0) + draws.between((-3, 3), code, "y") / 1000, 6),
                draws.between((25, 60), code, "height"),
                draws.between((1, 3), code, "ground"),
                now.name,
                "Có" if draws.fraction(code, "shareable") < 0.7 else "Không",
                "Dữ liệu mô phỏng",
            ]
        )
    return found


def spoilt(found: list[list[Any]]) -> list[list[Any]]:
    """Six faults that every importer meets; the last column says so."""
    found[3][5], found[3][6] = found[3][6], found[3][5]
    found[7][5], found[7][6] = 105.8542, 21.0285
    found[11][7] = -42.0
    found[14][1] = found[13][1]
    found[17][1] = None
    found[20][2] = "=1+1"
    for index, what in {
        3: "kinh độ và vĩ độ đổi chỗ",
        7: "ngoài địa bàn",
        11: "chiều cao âm",
        14: "trùng mã với dòng trên",
        17: "thiếu mã",
        20: "ô bắt đầu bằng dấu bằng",
    }.items():
        found[index][11] = f"Dữ liệu mô phỏng; lỗi cố ý: {what}"
    return found


def masts() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Cột ăng ten"
    sheet.append(HEADERS)
    for row in spoilt(rows()):
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column in range(1, len(HEADERS) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 18
    sheet.freeze_panes = "A2"
    book.properties.creator = "PhuSong"
    book.properties.created = book.properties.modified = WHEN
    written = BytesIO()
    book.save(written)
    return _undated(written)


def _undated(written: BytesIO) -> bytes:
    """Return a zip file whose members carry one fixed moment."""
    out = BytesIO()
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _with_fixed_moment(content)
            member = zipfile.ZipInfo(name, WHEN.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, content)
    return out.getvalue()


def _with_fixed_moment(core: bytes) -> bytes:
    """Return document properties whose moment of change is the fixed one."""
    before, _, rest = core.partition(b"<dcterms:modified")
    opening, _, tail = rest.partition(b">")
    _, _, after = tail.partition(b"</dcterms:modified>")
    moment = WHEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return b"".join(
        [before, b"<dcterms:modified", opening, b">", moment, b"</dcterms:modified>", after]
    )


def plan() -> str:
    lines = [";".join(PLAN_HEADERS)]
    for _, row in packaged_rows():
        cells = []
        for field in PLAN_HEADERS.values():
            value = row[field]
            if field in DECIMALS:
                value = value.replace(".", ",")
            elif field == "station_class":
                value = CLASSES[value]
            elif field.startswith("valid_") and value:
                value = "/".join(reversed(value.split("-")))
            cells.append(value)
        lines.append(_line(cells))
    return "\r\n".join(lines) + "\r\n"


def _line(cells: list[str]) -> str:
    written = StringIO()
    csv.writer(written, delimiter=";", lineterminator="").writerow(cells)
    return written.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
