"""The validation of P.1546: the published set, changed steps, damaged files."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from gis.curves import read_curves
from gis.errors import FormatError, NotFoundError
from gis.validation import p1546, validate
from gis.validation.p1546 import predict, read_profile


@pytest.fixture
def published(shared: Path, tmp_path: Path) -> Path:
    """A copy of the published set that may be changed."""
    target = shutil.copytree(
        shared / "reference" / "p1546", tmp_path / "p1546", copy_function=shutil.copyfile
    )
    for folder in (target, *target.iterdir()):
        folder.chmod(0o755)
    return tmp_path


def test_the_published_set_passes(shared: Path) -> None:
    result = p1546.check(shared / "reference")
    assert result is not None
    assert (result.recommendation, result.cases, result.tolerance_db) == ("P.1546", 34, 1e-6)
    assert 0 < result.max_difference_db < 1e-8
    assert result.passed


def test_every_step_of_the_published_set_is_compared(shared: Path) -> None:
    compared: dict[str, int] = {}
    for file in sorted((shared / "reference" / "p1546" / "profiles").glob("*.csv")):
        for case in read_profile(file)[2]:
            for name in case.reference:
                compared[name] = compared.get(name, 0) + 1
    assert compared.pop("short_path_field_dbuvm") == 1
    assert len(compared) == 13
    assert {*compared.values()} == {34}


@pytest.mark.parametrize("label", ["TCA correction", "Tx antenna height h1", "Path scattering"])
def test_a_changed_step_fails(published: Path, label: str) -> None:
    """One step of one case, off in its last digit but one, with the totals right."""
    file = published / "p1546" / "results" / "rburg_annex5_para1.1_2_log.csv"
    lines = file.read_bytes().decode("utf-8", errors="replace").splitlines()
    (at,) = [i for i, line in enumerate(lines) if line.startswith(label)]
    *parts, value, rest = lines[at].split(",")
    lines[at] = ",".join([*parts, repr(float(value) * (1 + 3e-5)), rest])
    file.write_text("\n".join(lines), encoding="utf-8")
    (result,) = validate(published)
    assert not result.passed


def test_a_changed_curve_fails(published: Path) -> None:
    file = published / "p1546" / "curves" / "land_600MHz_50pct.csv"
    lines = file.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("100,"))
    cells = lines[at].split(",")
    lines[at] = ",".join([cells[0], f"{float(cells[1]) + 0.001:.4f}", *cells[2:]])
    file.write_text("\n".join(lines))
    (result,) = validate(published)
    assert 1e-6 < result.max_difference_db < 0.01
    assert not result.passed


def test_one_profile_in_one_batch(shared: Path) -> None:
    """Three percentages of time of one path, asked together."""
    folder = shared / "reference" / "p1546"
    curves = read_curves(folder / "curves").curves
    profile, station, cases = read_profile(folder / "profiles" / "misc_annex5_para1.1.csv")
    assert station.swapped
    for case in cases:
        _, found = predict(curves, profile, station, case)
        expected = case.field_strength_dbuvm
        np.testing.assert_allclose(found.field_strength_dbuvm, expected, atol=1e-8)


def test_without_curves(published: Path) -> None:
    shutil.rmtree(published / "p1546" / "curves")
    with pytest.raises(NotFoundError) as caught:
        validate(published)
    assert caught.value.key == "validation.no_curves"


def test_nothing_to_check(tmp_path: Path) -> None:
    assert p1546.check(tmp_path) is None
    (tmp_path / "p1546" / "profiles").mkdir(parents=True)
    assert p1546.check(tmp_path) is None


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("{Begin of Measurements}", "", "missing_section"),
        ("First Point TX or RX:", "First Point:", "missing_section"),
        ("Time percentage", "Time", "missing_column"),
        ("\n900,100,", "\n9000,100,", "not_a_profile"),
        ("\n0.1,0.0,2,0,4", "\n0.1,x,2,0,4", "not_a_number"),
        ("\n1.0,0.0,2,0,4", "\n1.0,0.0,9,0,4", "not_a_profile"),
        ("\n0,0.0,2,0,4", "\n0.05,0.0,2,0,4", "not_a_profile"),
    ],
)
def test_damaged_files_are_named(published: Path, old: str, new: str, key: str) -> None:
    file = published / "p1546" / "profiles" / "flat_1km.csv"
    content = file.read_bytes().decode().replace("\r\n", "\n")
    assert content.count(old) == 1
    file.write_text(content.replace(old, new))
    with pytest.raises(FormatError) as caught:
        validate(published)
    assert caught.value.key == f"validation.{key}"
    assert "flat_1km.csv" in caught.value.say("vi")
