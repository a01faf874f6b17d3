"""Reading a copy of P.1546's tables: what is read, and what is said of one that is wrong."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gis.curves import FILES, KNOWN_SHA256, read_curves, required_curves
from gis.errors import CurvesUnavailableError, FormatError
from propagation.itu.p1546_curves import CurveSet

LAND = "land_100MHz_50pct.csv"
SEA = "warm_sea_600MHz_1pct.csv"


@pytest.fixture
def copy(write_curves: Callable[..., Path]) -> Path:
    return write_curves("curves")


def test_24_files() -> None:
    assert len({*FILES.values()}) == 24


def test_a_copy_is_read_as_it_is(copy: Path, synthetic_curves: CurveSet) -> None:
    found = read_curves(copy)
    np.testing.assert_array_equal(
        found.curves.field_strength_dbuvm, synthetic_curves.field_strength_dbuvm
    )
    assert not found.recognised
    assert found.sha256 != KNOWN_SHA256
    assert found.sha256[:12] in found.curves.source
    assert "curves" in found.curves.source


def test_a_zip_is_a_copy_too(copy: Path, tmp_path: Path) -> None:
    """With a folder inside, Windows line ends and a byte order mark."""
    archive = tmp_path / "copy.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in copy.iterdir():
            content = "\ufeff" + file.read_text().replace("\n", "\r\n")
            target.writestr(f"some folder/{file.name}", content)
        target.writestr("read me.txt", "hello")
    assert read_curves(archive).sha256 == read_curves(copy).sha256


def test_the_digest_is_of_the_values(copy: Path) -> None:
    before = read_curves(copy).sha256
    file = copy / LAND
    file.write_text(file.read_text().replace("\n", "\n\n").replace(",", " , "))
    assert read_curves(copy).sha256 == before
    first = file.read_text().splitlines()[2].split(" , ")
    changed = " , ".join([first[0], f"{float(first[1]) + 1e-4:.4f}", *first[2:]])
    file.write_text(file.read_text().replace(" , ".join(first), changed))
    assert read_curves(copy).sha256 != before


def test_the_published_tables_are_recognised(shared: Path) -> None:
    found = read_curves(shared / "reference" / "p1546" / "curves")
    assert found.recognised
    assert found.curves.source == "Rec. ITU-R P.1546-6"
    assert not found.curves.synthetic


def _cell(row: int, column: int, value: str) -> Callable[[str], str]:
    def change(content: str) -> str:
        lines = content.splitlines()
        cells = lines[row - 1].split(",")
        cells[column] = value
        return "\n".join([*lines[: row - 1], ",".join(cells), *lines[row:]])

    return change


@pytest.mark.parametrize(
    ("change", "key", "told"),
    [
        (_cell(1, 3, "h1_37m"), "header", ("h1_37.5m", "h1_37m")),
        (lambda content: "", "header", ("h1_37.5m",)),
        (lambda content: content[: content.rindex("1000,")], "rows", ("77", "78")),
        (_cell(5, 2, "abc"), "not_a_number", ("5", "h1_20m", "abc")),
        (_cell(5, 2, ""), "not_a_number", ("5", "h1_20m")),
        (_cell(5, 2, "nan"), "not_a_number", ("5", "h1_20m", "nan")),
        (_cell(5, 2, "1e999"), "not_a_number", ("5", "h1_20m", "1e999")),
        (_cell(21, 0, "21"), "distance", ("21", "20", "distance_km")),
        (_cell(7, 9, "99"), "maximum", ("7", "99", "e_max")),
        (_cell(7, 8, "130"), "above", ("7", "130", "h1_1200m")),
        (_cell(30, 1, "60"), "distance_order", ("30", "60", "h1_10m")),
        (_cell(79, 4, "-200"), "height_order", ("79", "-200", "h1_75m")),
        (lambda content: content + "0" * 1_000_000, "too_large", ("1",)),
    ],
)
@pytest.mark.parametrize("name", [LAND, SEA])
def test_what_is_wrong_is_named(
    copy: Path, name: str, change: Callable[[str], str], key: str, told: tuple[str, ...]
) -> None:
    file = copy / name
    file.write_text(change(file.read_text()))
    with pytest.raises(FormatError) as caught:
        read_curves(copy)
    assert caught.value.key == f"curves.{key}"
    for language in ("vi", "en"):
        said = caught.value.say(language).replace("−", "-")
        assert name in said
        for part in told:
            assert part in said, (part, said)


def test_a_table_of_another_family_is_noticed(copy: Path) -> None:
    """Land under the name of a sea at 1 %: its maximum is not that of the sea."""
    (copy / SEA).write_text((copy / "land_600MHz_1pct.csv").read_text())
    with pytest.raises(FormatError) as caught:
        read_curves(copy)
    assert caught.value.key == "curves.maximum"


def test_missing_files_are_named(copy: Path) -> None:
    (copy / LAND).unlink()
    (copy / SEA).unlink()
    with pytest.raises(FormatError) as caught:
        read_curves(copy)
    assert caught.value.key == "curves.missing_files"
    for language in ("vi", "en"):
        assert f"{LAND}, {SEA}" in caught.value.say(language)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(CurvesUnavailableError, match="no folder or file"):
        read_curves(tmp_path / "absent")
    with pytest.raises(CurvesUnavailableError, match="PHUSONG_P1546_CURVES"):
        required_curves(None)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", bytes(range(256)) * 9])
def test_a_file_that_is_no_zip(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "curves.zip"
    file.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read_curves(file)
    assert caught.value.key == "curves.not_a_set"


def test_a_damaged_zip(copy: Path, tmp_path: Path) -> None:
    archive = tmp_path / "copy.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for file in copy.iterdir():
            target.write(file, file.name)
    content = bytearray(archive.read_bytes())
    content[200:1200] = bytes(1000)
    archive.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read_curves(archive)
    assert caught.value.key == "curves.not_a_set"
