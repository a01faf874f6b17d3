"""The validation against published values: what passes, what fails, what is not there."""

import shutil
from pathlib import Path

import pytest

from gis.errors import FormatError, NotFoundError
from gis.validation import Outcome, RecommendationResult, outcome, p1812, validate
from gis.validation.p1812 import read_profile
from propagation.profile import Polarization

HEADER = (
    "Frequency,Tx antenna height,Tx antenna effective height,Rx antenna height,"
    "Polarisation HVC:1 2 3,ERP_max_total,Time percentage,Measured field strength,"
    "Basic transmission loss"
)
PROFILE = f"""made up
Tx LAT:,10.5
Tx LON:,106.4
Rx LAT:,10.8
Rx LON:,106.4
Average annual values dN (N-units/km):,52.5
Average annual sea-level surface refractivity No (N-units):,380
{{Begin of Profile}}
Number of Points:,5
0,5,2,0,4
5,2,2,0,4
11,2,3,10,4
20,4,2,0,3
30,2,2,0,3
{{End of Profile}}
{HEADER}
[MHz],[m],[m],[m],,[dBW],[%],[dBuV/m],[dB]
{{Begin of Measurements}}
101,90,,10,2,40,10,0,0
{{End of Measurements}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A validation set of one made-up path and one case, with wrong answers."""
    (tmp_path / "p1812" / "profiles").mkdir(parents=True)
    (tmp_path / "p1812" / "results").mkdir()
    write(tmp_path, PROFILE)
    return tmp_path


def write(folder: Path, content: str) -> Path:
    file = folder / "p1812" / "profiles" / "made.csv"
    file.write_text(content, encoding="utf-8")
    return file


def answered(folder: Path, shift_db: float = 0.0) -> str:
    """Write what the model itself says into the profile, shifted."""
    profile, station, (case,) = read_profile(folder / "p1812" / "profiles" / "made.csv")
    loss = float(p1812.predict(profile, station, case).basic_transmission_loss_db) + shift_db
    field = float(p1812.field_strength_dbuvm(loss, frequency_mhz=101, erp_dbw=40))
    return PROFILE.replace("40,10,0,0", f"40,10,{field!r},{loss!r}")


def test_the_published_set_passes(shared: Path) -> None:
    (result,) = [r for r in validate(shared / "reference") if r.recommendation == "P.1812"]
    assert result.cases == 45
    assert result.tolerance_db == 1e-7
    assert 0 < result.max_difference_db <= 1e-7
    assert result.passed


def test_a_changed_term_of_the_published_set_fails(shared: Path, tmp_path: Path) -> None:
    """A term off by 2e-7 dB in one file of 45, with all the totals right."""
    shutil.copytree(shared / "reference" / "p1812", tmp_path / "p1812")
    file = tmp_path / "p1812" / "results" / "rburg_2.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    (at,) = [i for i, line in enumerate(lines) if line.startswith("Lbam")]
    *parts, value, rest = lines[at].split(",")
    lines[at] = ",".join([*parts, repr(float(value) + 2e-7), rest])
    file.write_text("\n".join(lines), encoding="utf-8")
    (result,) = validate(tmp_path)
    assert not result.passed
    assert result.max_difference_db > 1e-7
    assert outcome([result]) is Outcome.FAILED


def test_reading_a_profile(folder: Path) -> None:
    profile, station, (case,) = read_profile(folder / "p1812" / "profiles" / "made.csv")
    assert profile.distance_km.tolist() == [0, 5, 11, 20, 30]
    assert profile.terrain_height_m.tolist() == [5, 2, 2, 4, 2]
    assert profile.clutter_height_m.tolist() == [0, 0, 10, 0, 0]
    assert profile.zone.tolist() == [4, 4, 4, 3, 3]
    assert station.path_centre_latitude_deg == pytest.approx(10.5 + 0.1349, abs=1e-4)
    assert (station.lapse_rate_nunits_per_km, station.surface_refractivity_nunits) == (52.5, 380)
    assert (case.frequency_mhz, case.transmitter_height_m, case.receiver_height_m) == (101, 90, 10)
    assert case.polarization is Polarization.VERTICAL
    assert (case.erp_dbw, case.time_percent) == (40, 10)
    assert case.reference == {}


@pytest.mark.parametrize(("shift_db", "passed"), [(0.0, True), (0.9e-7, True), (1.1e-7, False)])
def test_the_tolerance_decides(folder: Path, shift_db: float, passed: bool) -> None:
    write(folder, answered(folder, shift_db))
    (result,) = validate(folder)
    assert result.cases == 1
    assert result.passed == passed
    assert result.max_difference_db == pytest.approx(shift_db, abs=1e-9)
    assert outcome([result]) is (Outcome.PASSED if passed else Outcome.FAILED)


def test_not_a_number_does_not_pass(folder: Path) -> None:
    write(folder, answered(folder).replace("11,2,3,10,4", "11,nan,3,10,4"))
    (result,) = validate(folder)
    assert not result.passed
    assert result.max_difference_db != result.max_difference_db


def test_nothing_found_is_its_own_outcome(tmp_path: Path) -> None:
    (tmp_path / "p9999").mkdir()
    assert validate(tmp_path) == []
    assert outcome([]) is Outcome.NOTHING_FOUND
    (tmp_path / "p1812" / "profiles").mkdir(parents=True)
    assert validate(tmp_path) == []


def test_a_set_without_cases_is_nothing_found(folder: Path) -> None:
    write(folder, PROFILE.replace("101,90,,10,2,40,10,0,0\n", ""))
    assert validate(folder) == []


def test_one_failure_fails_all() -> None:
    good = RecommendationResult("P.1", 3, 0.0, 1e-7, True)
    bad = RecommendationResult("P.2", 3, 1.0, 1e-7, False)
    assert outcome([good, good]) is Outcome.PASSED
    assert outcome([good, bad]) is Outcome.FAILED


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        validate(tmp_path / "absent")
    assert caught.value.key == "validation.not_a_folder"
    assert "absent" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "key", "named"),
    [
        ("{Begin of Measurements}", "", "missing_section", "{Begin of Measurements}"),
        ("Number of Points:,5", "", "missing_section", "Number of Points:"),
        ("Tx LAT:,10.5", "Tx LAT:", "not_a_number", "Tx LAT:"),
        ("5,2,2,0,4\n11", "5,two,2,0,4\n11", "not_a_number", "two"),
        ("11,2,3,10,4", "11,2", "not_a_number", "made.csv"),
        ("ERP_max_total", "Power", "missing_column", "ERP_max_total"),
        ("101,90,,10,2,40", "101,90,,10,2,", "not_a_number", "ERP_max_total"),
        ("101,90,,10,2,40", "101,90,,10,7,40", "not_a_profile", "polarization 7"),
        ("101,90,,10,2,40", "10,90,,10,2,40", "not_a_profile", "frequency_mhz"),
        ("\n0,5,2,0,4", "\n1,5,2,0,4", "not_a_profile", "start at 0"),
        ("20,4,2,0,3", "20,4,2,0,7", "not_a_profile", "zone"),
    ],
    ids=lambda value: value[:24].replace("\n", " ") if isinstance(value, str) else None,
)
def test_damaged_files_are_named(folder: Path, old: str, new: str, key: str, named: str) -> None:
    assert PROFILE.count(old) == 1
    write(folder, PROFILE.replace(old, new))
    with pytest.raises(FormatError) as caught:
        validate(folder)
    assert caught.value.key == f"validation.{key}"
    assert caught.value.values["file"] == "made.csv"
    for language in ("vi", "en"):
        assert named in caught.value.say(language)


def test_bytes_of_another_kind_do_not_crash(folder: Path) -> None:
    (folder / "p1812" / "profiles" / "made.csv").write_bytes(bytes(range(1, 256)) * 20)
    with pytest.raises(FormatError):
        validate(folder)
