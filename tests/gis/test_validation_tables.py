"""Validation of the models whose reference is a table: rows, refusals, damaged files."""

import shutil
from pathlib import Path

import pytest

from gis.errors import FormatError
from gis.validation import validate

P2108 = {
    "HeightGainTerminalCorrectionModelTestData.csv": (
        "f__ghz,h__meter,w_s__meter,R__meter,clutter_type,rtn,A_h__db\n"
        "1.5,2,27,10,1,0,16\n"
        "4,2,27,10,3,32,0\n"
    ),
    "TerrestrialStatisticalModelTestData.csv": "f__ghz,d__km,p,rtn,L_ctt__db\n3.5,1,0.1,0,16.8\n",
    "AeronauticalStatisticalModelTestData.csv": (
        "f__ghz,theta_deg,p,rtn,L_ces__db\n20,0,50,0,45.6\n22,25,100,66,0\n"
    ),
}
P2109 = (
    "freqency (GHz),probability (%),building type,elevation angle (deg),building entry loss (dB)\n"
    "0.08,8.333334167,1,-45,10.2216566862900962\n"
    "0.08,8.333334167,2,37.5,36.7564187152011996\n"
)


def write_p2108(folder: Path, file: str = "", old: str = "", new: str = "") -> None:
    (folder / "p2108").mkdir()
    for name, content in P2108.items():
        changed = content.replace(old, new) if file and name.startswith(file) else content
        assert (changed != content) == bool(file and name.startswith(file))
        (folder / "p2108" / name).write_text(changed, encoding="utf-8")


def write_p2109(folder: Path, old: str = "", new: str = "") -> None:
    (folder / "p2109").mkdir()
    content = P2109.replace(old, new) if old else P2109
    assert content != P2109 or not old
    (folder / "p2109" / "p2109_every_12th.csv").write_text(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "cases", "tolerance"), [("P.2108", 48, 0.05), ("P.2109", 2604, 1e-4)]
)
def test_the_published_tables_pass(
    shared: Path, tmp_path: Path, name: str, cases: int, tolerance: float
) -> None:
    folder = name.lower().replace(".", "")
    shutil.copytree(shared / "reference" / folder, tmp_path / folder)
    (result,) = validate(tmp_path)
    assert (result.recommendation, result.cases) == (name, cases)
    assert result.tolerance_db == tolerance
    assert 0 < result.max_difference_db <= tolerance
    assert result.passed


def test_rows_with_values_and_refused_ones_pass(tmp_path: Path) -> None:
    write_p2108(tmp_path)
    (result,) = validate(tmp_path)
    assert (result.cases, result.passed) == (5, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [("16\n", "16.06\n"), ("4,2,27", "2.9,2,27")],
    ids=["value off", "answered, not refused"],
)
def test_what_does_not_pass(tmp_path: Path, old: str, new: str) -> None:
    write_p2108(tmp_path, "Height", old, new)
    (result,) = validate(tmp_path)
    assert not result.passed
    assert result.max_difference_db > 0.05


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("1.5,2", "15,2", "not_a_case"),
        ("10,1,0", "10,9,0", "not_a_case"),
        ("1.5,2", "1.5,low", "not_a_number"),
        ("A_h__db", "loss", "missing_column"),
    ],
)
def test_damaged_p2108_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    write_p2108(tmp_path, "Height", old, new)
    with pytest.raises(FormatError, match="HeightGain") as caught:
        validate(tmp_path)
    assert caught.value.key == f"validation.{key}"
    assert "HeightGain" in caught.value.say("vi")


def test_p2109_rows(tmp_path: Path) -> None:
    write_p2109(tmp_path)
    (result,) = validate(tmp_path)
    assert (result.cases, result.passed) == (2, True)


def test_p2109_value_off(tmp_path: Path) -> None:
    write_p2109(tmp_path, "36.7564", "36.7566")
    (result,) = validate(tmp_path)
    assert not result.passed


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("0.08,8.333334167,1", "0.07,8.333334167,1", "not_a_case"),
        ("167,1,-45", "167,3,-45", "not_a_case"),
        ("167,1,-45", "167,one,-45", "not_a_number"),
        ("freqency", "frequency", "missing_column"),
    ],
)
def test_damaged_p2109_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    write_p2109(tmp_path, old, new)
    with pytest.raises(FormatError, match=r"p2109_every_12th\.csv") as caught:
        validate(tmp_path)
    assert caught.value.key == f"validation.{key}"


def test_tables_without_rows_are_nothing_found(tmp_path: Path) -> None:
    for name in ("p2108", "p2109"):
        (tmp_path / name).mkdir()
    assert validate(tmp_path) == []
    for name, content in P2108.items():
        (tmp_path / "p2108" / name).write_text(content.splitlines()[0], encoding="utf-8")
    (tmp_path / "p2109" / "p2109_every_12th.csv").write_text(
        P2109.splitlines()[0], encoding="utf-8"
    )
    assert validate(tmp_path) == []
