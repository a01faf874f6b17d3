"""Import of 50,000 structures in a process of its own; targets: 20 s (recorded), 500 MB."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, sys, tempfile, time
from pathlib import Path
from openpyxl import Workbook
from gis.administration import load_administration
from gis.exchange.importing import commit, judge
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from propagation.compliance.records import Confidence


def peak_mb():
    # The most memory that this program had; ru_maxrss would count the one that forked it.
    status = Path("/proc/self/status").read_text()
    return round(int(status.split("VmHWM:")[1].split()[0]) / 1024)


folder, ending, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
headers = ("Mã trạm", "Tên trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ",
           "Chiều cao (m)", "Cao độ mặt đất (m)", "Xã", "Địa chỉ", "Dùng chung", "Từ ngày")
rows = [headers, *(
    (f"LA{i:06d}", f"Trạm số {i}", "Cột ăng ten", "Sao Mai", 106.2 + (i % 300) / 1000,
     10.6 + (i // 300) / 1000, 42.5, 1.9, "Xã Mỹ Quý", f"Ấp {i % 50}, đường Nguyễn Huệ", "có",
     "01/07/2020") for i in range(count))]
file = folder / f"cot.{ending}"
if ending == "xlsx":
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(file)
else:
    file.write_text("\\n".join(";".join(map(str, row)) for row in rows), encoding="utf-8")
del rows
origin = Provenance(confidence=Confidence.VERIFIED, source="x")
with Register.open(folder / "register.gpkg", create=True) as register:
    with register.write(author="x", reason="x") as writer:
        load_administration(writer)
        writer.add_organisations([Organisation(id="sao", name="Sao Mai",
                                               kind=OrganisationKind.OPERATOR, provenance=origin)])
    wall, cpu = time.perf_counter(), time.process_time()
    report = judge(file, kind="structures", register=register)
    judged = time.process_time() - cpu
    commit(report, register, author="lan")
    print(json.dumps({
        "rows": register.count_structures(SYSTEM),
        "judge_s": round(judged, 2),
        "cpu_s": round(time.process_time() - cpu, 2),
        "wall_s": round(time.perf_counter() - wall, 2),
        "peak_mb": peak_mb(),
    }))
"""


@pytest.mark.parametrize(("ending", "count"), [("xlsx", 50_000), ("csv", 50_000)])
def test_fifty_thousand_structures(request, tmp_path, ending, count, record_property):
    """Fifty thousand where it is measured; a tenth where it is only tried that it runs."""
    count = count if request.config.getoption("benchmark_enable") else count // 10
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path, ending, str(count)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    measured = json.loads(done.stdout)
    for name, value in measured.items():
        record_property(name, value)
    assert measured["rows"] == count
    assert measured["peak_mb"] < 500
