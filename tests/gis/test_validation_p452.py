"""The validation of P.452, P.676 and P.838: what passes, what fails, what is damaged."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gis.errors import FormatError
from gis.validation import p452, validate

TABLE_676 = "f (GHz),P (hPa),rho (g/m3),T (k),gamma0 (dB/km),gammaw (dB/km)\n"
ROW_676 = "1,1013.25,7.5,288.15,0.00538865816790655,5.09046173249644e-05\n"
TABLE_838 = "el,f,R,tau,k,alpha,gamma_r\n,(GHz),,,,,\n"
ROW_838 = "31.07699124,14.25,26.48052,0,0.03975488,1.12418043,1.58130839\n"


def write(folder: Path, name: str, content: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def changed(folder: Path, name: str, change: Callable[[list[str]], None], line: int = 5) -> None:
    """Change the cells of one line of a table."""
    file = folder / name
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    cells = lines[line].split(",")
    change(cells)
    lines[line] = ",".join(cells)
    file.write_text("\n".join(lines), encoding="utf-8")


def test_the_published_sets_pass(shared: Path) -> None:
    found = {result.recommendation: result for result in validate(shared / "reference")}
    assert (found["P.452"].cases, found["P.676"].cases, found["P.838"].cases) == (420, 1705, 64)
    assert found["P.452"].tolerance_db == 1e-6
    assert not found["P.452"].relative
    for name in ("P.676", "P.838"):
        assert found[name].tolerance_db == 1e-4
        assert found[name].relative
    for name in ("P.452", "P.676", "P.838"):
        assert 0 < found[name].max_difference_db <= found[name].tolerance_db
        assert found[name].passed


@pytest.mark.parametrize("label", p452.QUANTITIES)
def test_a_changed_quantity_of_p452_fails(shared: Path, tmp_path: Path, label: str) -> None:
    """2e-6 in one of 27 quantities of one case."""
    for part in ("profiles/test_profile_land_70km.csv", "results/test_result_land_70km.csv"):
        target = tmp_path / "p452" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shared / "reference" / "p452" / part, target)
    name = "p452/results/test_result_land_70km.csv"
    (result,) = validate(tmp_path)
    assert (result.cases, result.passed) == (35, True)
    header = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0].split(",")
    at = header.index(label)

    def shift(cells: list[str]) -> None:
        # the lapse rate is asked through the radius, so a radius is seen through the losses
        cells[at] = repr(float(cells[at]) + (2e-6 if label != "ae" else 1e-3))

    changed(tmp_path, name, shift)
    (result,) = validate(tmp_path)
    assert not result.passed


@pytest.mark.parametrize(
    ("name", "table", "row", "places"),
    [
        ("p676/p676_13_gamma_every_10th.csv", TABLE_676, ROW_676, (4, 5)),
        ("p838/ITURP838-3_rain_specific_attenuation.csv", TABLE_838, ROW_838, (4, 5, 6)),
    ],
    ids=["P.676", "P.838"],
)
def test_the_tolerance_decides(
    tmp_path: Path, name: str, table: str, row: str, places: tuple[int, ...]
) -> None:
    for at in places:
        for share, passed in [(0.0, True), (0.9e-4, True), (1.1e-4, False)]:
            cells = row.strip().split(",")
            cells[at] = repr(float(cells[at]) / (1 + share))
            write(tmp_path, name, table + ",".join(cells) + "\n")
            (result,) = validate(tmp_path)
            assert (result.cases, result.passed) == (1, passed), (at, share)
            assert result.max_difference_db == pytest.approx(share, abs=2e-7)


def test_tables_without_rows_are_nothing_found(tmp_path: Path) -> None:
    write(tmp_path, "p676/ITURP676-13_gamma.csv", "f,P,T,rho,gamma0,gammaw\n,,,,,\n")
    write(tmp_path, "p838/ITURP838-3_rain_specific_attenuation.csv", TABLE_838)
    (tmp_path / "p452" / "results").mkdir(parents=True)
    assert validate(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "key", "named"),
    [
        ("rho (g/m3)", "rho", "missing_column", "rho (g/m3)"),
        ("288.15", "warm", "not_a_number", "warm"),
        ("288.15,", "", "not_a_number", "gammaw (dB/km)"),
        ("1,1013.25", "0.5,1013.25", "not_a_case", "frequency_mhz"),
        ("1013.25", "0", "not_a_case", "dry_air_pressure_hpa"),
    ],
)
def test_damaged_tables_are_named(
    tmp_path: Path, old: str, new: str, key: str, named: str
) -> None:
    write(
        tmp_path, "p676/p676_13_gamma_every_10th.csv", (TABLE_676 + ROW_676).replace(old, new, 1)
    )
    with pytest.raises(FormatError) as caught:
        validate(tmp_path)
    assert caught.value.key == f"validation.{key}"
    for language in ("vi", "en"):
        assert named in caught.value.say(language)
        assert "p676_13_gamma_every_10th.csv" in caught.value.say(language)


PROFILE = "d (km),h(m),Ground Cover Height (m),zone: A1,zone: 1=Coastal Land/2=Inland/3=Sea\n"
POINTS = "0,5,0,A2,2\n4,6,0,A2,2\n9,3,10,A1,1\n15,0,0,B,3\n"


def test_reading_a_profile_of_p452(tmp_path: Path) -> None:
    write(tmp_path, "made.csv", PROFILE + POINTS)
    profile = p452.read_profile(tmp_path / "made.csv")
    assert profile.distance_km.tolist() == [0, 4, 9, 15]
    assert profile.terrain_height_m.tolist() == [5, 6, 3, 0]
    assert profile.clutter_height_m.tolist() == [0, 0, 10, 0]
    assert profile.zone.tolist() == [4, 4, 3, 1]


@pytest.mark.parametrize(
    ("old", "new", "key", "named"),
    [
        ("Ground Cover Height (m)", "cover", "missing_column", "Ground cover height (m)"),
        ("9,3,10", "9,high,10", "not_a_number", "high"),
        ("A2,2\n4", "A2,7\n4", "not_a_profile", "7"),
        ("0,5,0", "1,5,0", "not_a_profile", "start at 0"),
        (POINTS, "", "not_a_profile", "made.csv"),
    ],
)
def test_damaged_profiles_are_named(
    tmp_path: Path, old: str, new: str, key: str, named: str
) -> None:
    write(tmp_path, "made.csv", (PROFILE + POINTS).replace(old, new, 1))
    with pytest.raises(FormatError) as caught:
        p452.read_profile(tmp_path / "made.csv")
    assert caught.value.key == f"validation.{key}"
    assert named in caught.value.say("en")


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, "p452/results/test_result_made.csv", "f (GHz)\n1\n")
    with pytest.raises(FormatError) as caught:
        validate(tmp_path)
    assert caught.value.key == "validation.missing_file"
    assert "test_profile_made.csv" in caught.value.say("vi")


@pytest.mark.parametrize(
    ("column", "value", "named"),
    [("pol (1-h/2-v)", "3", "polarization"), ("f (GHz)", "60", "frequency_mhz")],
)
def test_cases_that_cannot_be_asked_are_named(
    shared: Path, tmp_path: Path, column: str, value: str, named: str
) -> None:
    shutil.copytree(shared / "reference" / "p452", tmp_path / "p452")
    name = "p452/results/test_result_land_70km.csv"
    header = (tmp_path / name).read_text(encoding="utf-8").splitlines()[0].split(",")

    def put(cells: list[str]) -> None:
        cells[header.index(column)] = value

    changed(tmp_path, name, put)
    with pytest.raises(FormatError, match=named) as caught:
        validate(tmp_path)
    assert "test_result_land_70km.csv" in str(caught.value)
