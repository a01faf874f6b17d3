"""Every packaged file says where it came from, and is the file that it says."""

import hashlib
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from openpyxl import load_workbook

import data

ROOT = Path(data.__file__).parent
SOURCES = tomllib.loads((ROOT / "SOURCES.toml").read_text(encoding="utf-8"))
SHIPPED = sorted(
    file.relative_to(ROOT).as_posix()
    for file in ROOT.rglob("*")
    if file.is_file() and "__pycache__" not in file.parts and file.suffix not in {".py", ".typed"}
)


@pytest.mark.parametrize("name", [name for name in SHIPPED if name != "SOURCES.toml"])
def test_each_file_has_one_row(name: str) -> None:
    rows = [row["path"] for row in SOURCES["file"] if row["path"] == name]
    rows += [row["path"] for row in SOURCES["own"] if fnmatch(name, row["path"])]
    assert len(rows) == 1, f"data/{name} needs one row in data/SOURCES.toml"


@pytest.mark.parametrize("row", SOURCES["file"], ids=lambda row: row["path"])
def test_each_row_holds(row: dict[str, str]) -> None:
    content = (ROOT / row["path"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == row["sha256"], (
        "changed on purpose? python tests/builders/hash_data.py"
    )
    assert row["source"].strip()
    if row["licence"] != "Apache-2.0" and "LICENSE" not in row["path"]:
        assert (ROOT / row["notice"]).is_file()


def test_own_rows_are_needed() -> None:
    for row in SOURCES["own"]:
        assert row["licence"] == "Apache-2.0"
        assert any(fnmatch(name, row["path"]) for name in SHIPPED), row["path"]


def test_the_folder_stays_small() -> None:
    sizes = {name: (ROOT / name).stat().st_size for name in SHIPPED}
    assert max(sizes.values()) < 200_000
    assert sum(sizes.values()) < 2_000_000


def test_samples_are_rebuilt_as_they_are(tmp_path: Path) -> None:
    """The builder writes what is shipped."""
    builder = ROOT.parent / "tests" / "builders" / "build_samples.py"
    subprocess.run([sys.executable, str(builder), str(tmp_path)], check=True, cwd=ROOT.parent)
    plan = "dai_fm_mau.csv"
    assert (tmp_path / plan).read_bytes() == (ROOT / "samples" / plan).read_bytes()
    masts = "cot_ang_ten_mau.xlsx"
    built, shipped = (
        [tuple(c.value for c in row) for row in load_workbook(folder / masts).active]
        for folder in (tmp_path, ROOT / "samples")
    )
    assert built == shipped
    assert len(built) == 25
