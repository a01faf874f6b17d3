"""The validation of NTIA's models: what passes, what fails, what is damaged."""

import shutil
from pathlib import Path

import pytest

from gis.errors import FormatError
from gis.validation import ehata, itm, validate
from gis.validation.records import beyond_rounding


def test_the_published_sets_pass(shared: Path) -> None:
    found = {result.recommendation: result for result in validate(shared / "reference")}
    assert (found["ITM"].cases, found["eHata"].cases) == (149, 53)
    assert found["ITM"].passed
    assert 0.05 < found["ITM"].max_difference_db < 0.06
    assert found["eHata"].passed
    assert 5e-5 < found["eHata"].max_difference_db < 6e-5


@pytest.fixture
def copied(shared: Path, tmp_path: Path) -> Path:
    for folder in (itm.FOLDER, ehata.FOLDER):
        shutil.copytree(shared / "reference" / folder, tmp_path / folder)
    for file in tmp_path.rglob("*"):
        file.chmod(0o755)
    return tmp_path


CHANGES = [
    ("itm/p2p.csv", "207.65", "207.67"),
    ("itm/cmd_examples/o_areacr.txt", "118.3", "118.4"),
    ("itm/cmd_examples/o_p2pcr.txt", "14868", "14869"),
    ("itm/cmd_examples/o_areacr_tbl.txt", "231.4", "231.5"),
    ("itm/qkpfl_expected.csv", "173.6", "174.0"),
    ("ehata/test-inputs.csv", "0.44492,120.2759", "0.44492,120.2762"),
]


@pytest.mark.parametrize(("name", "old", "new"), CHANGES)
def test_a_changed_value_fails(copied: Path, name: str, old: str, new: str) -> None:
    file = copied / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    check = itm.check if name.startswith("itm") else ehata.check
    result = check(copied)
    assert result is not None
    assert not result.passed


DAMAGE = [
    ("itm/p2p.csv", "207.65", "much", "not_a_number", "much"),
    ("itm/p2p.csv", "epsilon,", "eps,", "missing_column", "epsilon"),
    ("itm/p2p.csv", "12,207.65", "99,207.65", "not_a_profile", "p2p.csv"),
    ("itm/cmd_examples/i_areacr.txt", "N_0,301", "N_0,200", "not_a_profile", "nunits"),
    ("itm/cmd_examples/i_areacr.txt", "pol,1", "pol,v", "not_a_number", "pol"),
    ("itm/qkpfl_expected.csv", "41.5", "low", "not_a_number", "low"),
    ("ehata/test-inputs.csv", "Path Loss(dB)", "Loss", "missing_column", "Path Loss"),
    ("ehata/test-inputs.csv", "2500,8,12", "high,8,12", "not_a_number", "high"),
    ("ehata/test-inputs.csv", "2500,8,12", "90,8,12", "not_a_profile", "frequency_mhz"),
    ("ehata/test-inputs.csv", "53.(From_40.131", "53.(Out_40.131", "not_a_profile", "no such"),
]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage[2])
def test_damaged_files_are_named(copied: Path, damage: tuple[str, str, str, str, str]) -> None:
    name, old, new, key, named = damage
    file = copied / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    check = itm.check if name.startswith("itm") else ehata.check
    with pytest.raises(FormatError) as caught:
        check(copied)
    assert caught.value.key == f"validation.{key}"
    for language in ("vi", "en"):
        assert named in caught.value.say(language)


def test_a_missing_profile_is_named(copied: Path) -> None:
    (copied / "itm" / "pfls.csv").unlink()
    with pytest.raises(FormatError, match="pfls"):
        itm.check(copied)


def test_a_truncated_profile_is_named(copied: Path) -> None:
    file = next((copied / "ehata" / "pfls").glob("*40.131_-105.241_to*"))
    file.write_text(file.read_text(encoding="utf-8").rsplit(",", 3)[0], encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        ehata.check(copied)
    assert caught.value.values["file"] == file.name


def test_nothing_there(tmp_path: Path) -> None:
    assert itm.check(tmp_path) is None
    assert ehata.check(tmp_path) is None


@pytest.mark.parametrize(
    ("found", "printed", "beyond"),
    [(118.34, "118.3", 0), (118.36, "118.3", 0.01), (14868.4, "14868", 0), (1.5, "1", 0)],
)
def test_beyond_rounding(found: float, printed: str, beyond: float) -> None:
    assert beyond_rounding(found, printed) == pytest.approx(beyond, abs=1e-9)


def test_not_a_number_stays_so() -> None:
    assert beyond_rounding(float("nan"), "1.0") != 0
