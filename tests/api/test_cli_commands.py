"""The command line: every command, what it writes, its exit codes, its one line of error."""

import io
import json
import math
import os
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import api.cli
from api.cli import COMMANDS, main
from api.environment import kernels_lack
from data.text import Language, text
from gis.home import Home
from gis.register.point_contacts import PointContact, PointContacts
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.studies.listing import list_studies

ACTIONS = {
    "organisation": ("organisation add", "organisation list"),
    "user": ("user add", "user list", "user link"),
    "boundaries": ("boundaries import",),
    "zones": ("zones import",),
    "bench": ("bench area", "bench plan"),
    "terrain": ("terrain fetch", "terrain list"),
    "plans": ("plans list", "plans compare"),
    "rules": ("rules show", "rules check"),
}
EVERY = [words for name in COMMANDS for words in ACTIONS.get(name, (name,))]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    assert main(["demo", "--home", str(folder)]) == 0
    return folder


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("PHUSONG_"):
            monkeypatch.delenv(name)


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.parametrize("language", [item.value for item in Language])
@pytest.mark.parametrize("words", EVERY)
def test_help_shows_an_example_and_the_exit_codes(
    words: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *words.split(), "--help", "--lang", language)
    assert (code, err) == (0, "")
    assert f"phusong {words}" in out.split(text("cli.example", language))[1]
    assert text("cli.exit_codes", language) in out
    assert "--json" in out
    assert text(f"cli.{words.replace(' ', '_')}_summary", language) in out


@pytest.mark.parametrize("language", [item.value for item in Language])
def test_overview_names_every_command(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help", "--lang", language)
    assert code == 0
    for name in COMMANDS:
        assert text(f"cli.{name}_summary", language) in out
    assert run(capsys)[0] == 2


def test_vietnamese_unless_asked_otherwise(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Cách dùng" in run(capsys, "--help")[1]
    monkeypatch.setenv("PHUSONG_LANG", "en")
    assert "Usage" in run(capsys, "--help")[1]
    assert "Cách dùng" in run(capsys, "--help", "--lang=vi")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "nonsense"),
        (["user"], "user add"),
        (["user", "nonsense"], "user add"),
        (["check"], "--plan"),
        (["coverage"], "STATION"),
        (["coverage", "a", "--radius", "wide"], "wide"),
        (["coverage", "a", "--model", "hata"], "hata"),
        (["interference", "a", "--model", "magic"], "magic"),
        (["validate"], "--reference"),
        (["path", "--from", "1,2", "--station", "a", "--to", "1,2"], "--station"),
        (["export", "x.gpkg", "--layer", "nonsense"], "nonsense"),
        (["demo", "--nonsense"], "--nonsense"),
        (["network", "--bounds", "a,b"], "a,b"),
        (["terrain", "fetch"], "một trong các tham số: --around --bounds"),
    ],
)
def test_wrong_usage_is_two_and_one_clear_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *words)
    assert (code, out) == (2, "")
    assert said in err.splitlines()[0]
    assert "usage:" not in err
    assert "invalid" not in err
    assert "required" not in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "nobody"], "nobody"),
        (["coverage", "mp-tan-an", "--radius", "9999"], "9"),
        (["coverage", "mp-tan-an", "--on", "2025-13-01"], "2025-13-01"),
        (["coverage", "dai-fm-rfd-095-0"], "Biên Hòa"),
        (["coverage", "mp-tan-an", "--model", "p452"], "100 đến 6.000 MHz"),
        (["coverage", "mp-tan-an", "--model", "okumura_hata"], "150 đến 1.500 MHz"),
        (["coverage", "mp-tan-an", "--model", "p1546"], "PHUSONG_P1546_CURVES"),
        (["coverage", "mp-tan-an", "--clutter", "p2108"], "500 đến 67.000 MHz"),
        (["coverage", "mp-tan-an", "--building-percent", "60"], "building_entry"),
        (["interference", "mp-tan-an", "--model", "p452"], "100 đến 6.000 MHz"),
        (["interference", "Truyền thanh"], "mp-ben-luc"),
        (["rerun", "coverage-0000000000000000"], "coverage-0000000000000000"),
        (["rerun", "../../etc"], "etc"),
        (["validate", "--reference", "/no/such/folder"], "/no/such/folder"),
        (["export", "out.nonsense"], ".gpkg"),
        (["export", "out.csv", "--on", "yesterday"], "yesterday"),
        (["export", "out.csv", "--organisation", "nobody"], "nobody"),
        (["import", "no-such-file.xlsx", "--kind", "structures"], "no-such-file.xlsx"),
        (["boundaries", "import", "no-such-file.gpkg"], "no-such-file.gpkg"),
        (["boundaries", "import", "x.gpkg", "--uncertainty", "-1"], "-1"),
        (["path", "--station", "mp-tan-an", "--to", "10.5,106.4"], "10.5,106.4"),
        (["path", "--station", "mp-tan-an", "--to", "here"], "here"),
        (["path", "--from", "106,10", "--to", "106,10.1"], "--frequency"),
        (["init"], "register.gpkg"),
    ],
)
def test_bad_input_is_three_and_one_clear_line(
    home: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, *words, "--home", home)
    assert code == 3, err
    assert said in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


def test_no_register_is_five(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "--plan", "fm", "--home", tmp_path, "--lang", "en")
    assert (code, out) == (5, "")
    assert "phusong init" in err


def test_wrong_setting_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHUSONG_WORKERS", "many")
    code, _, err = run(capsys, "check", "--plan", "fm")
    assert code == 2
    assert "PHUSONG_WORKERS = many" in err


def test_init_makes_a_register_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "init", "--home", tmp_path, "--json")
    assert code == 0
    made = json.loads(out)
    with Register.open(tmp_path / "register.gpkg") as register:
        assert len(register.units()) == made["units"] > 300
        assert register.structures(SYSTEM) == []
    assert run(capsys, "init", "--home", tmp_path)[0] == 3


def test_demo_twice_changes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Register.open(home / "register.gpkg") as register:
        before = register.version()
    code, out, _ = run(capsys, "demo", "--home", home, "--json")
    assert code == 0
    assert json.loads(out)["loaded"] is False
    with Register.open(home / "register.gpkg") as register:
        assert register.version() == before


def test_json_to_a_file_replaces_it_whole(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    code, out, _ = run(capsys, "demo", "--home", home, "--json", target)
    assert code == 0
    assert out
    assert json.loads(target.read_text(encoding="utf-8"))["loaded"] is False
    assert [file.name for file in tmp_path.iterdir()] == ["out.json"]


def test_json_on_standard_output_is_nothing_but_json(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(
        capsys, "coverage", "mp-tan-an", "--radius", "10", "--home", home, "--json"
    )
    assert code == 0
    told = json.loads(out)
    assert told["study"] in err
    levels = [row["field_strength_dbuvm"] for row in told["results"]["levels"]]
    assert levels == [54.0, 66.0, 74.0]
    assert all(Path(file).is_file() for file in told["files"].values())
    assert told["terrain"]["flat"] is True


def test_path_draws_its_figure(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "path.svg"
    words = ["path", "--station", "mp-tan-an", "--to", "106.66,10.78", "--home", home]
    code, out, _ = run(
        capsys, *words, "--figure", file, "--receiver-height", "1.5", "--lang", "en", "--json"
    )
    assert code == 0
    told = json.loads(out)
    assert told["profile"]["receiver_height_above_ground_m"] == 1.5
    drawn = ET.parse(file).getroot()
    assert drawn.get("lang") == "en"
    said = " ".join(drawn.itertext())
    assert "simulated data" in said
    assert "Receiver: 1.5 m" in said
    near = ["path", "--from", "106,10", "--to", "106,10.001", "--frequency", "96.9", "--erp", "9"]
    near += ["--height", "60", "--ground", "2", "--figure", tmp_path / "none.svg", "--lang", "en"]
    code, _, err = run(capsys, *near)
    assert code == 3
    assert "0.25 km" in err
    assert not (tmp_path / "none.svg").exists()
    code, _, err = run(capsys, *words, "--figure", tmp_path / "no" / "a.svg", "--lang", "en")
    assert code == 3
    assert "Traceback" not in err
    code, _, err = run(capsys, *words, "--receiver-height", "0", "--lang", "en")
    assert code == 3
    assert "receiver_height_m" in err


def test_a_coverage_by_another_model_is_named_and_computed_again(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["coverage", "mp-tan-an", "--radius", "8", "--model", "itm"]
    words += ["--building", "thermally_efficient", "--building-percent", "70"]
    code, out, err = run(capsys, *words, "--home", home, "--json", "--lang", "en")
    assert code == 0, err
    told = json.loads(out)
    assert told["model"] == "NTIA ITM 1.4 + Rec. ITU-R P.2109-2 (thermally efficient, 70 %)"
    assert f"Model: {told['model']}." in err
    code, out, _ = run(capsys, "rerun", told["study"], "--home", home, "--json")
    assert code == 0
    assert json.loads(out)["identical"] is True


def test_path_prints_every_loss_term_and_free_space_by_hand(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del home
    words = ["path", "--from", "106.41,10.53", "--to", "106.5,10.6", "--frequency", "96.9"]
    words += ["--erp", "1000", "--height", "60", "--ground", "2", "--json"]
    code, out, err = run(capsys, *words)
    assert code == 0
    told = json.loads(out)
    terms = {row["name"]: row["value"] for row in told["predictions"][0]["terms"]}
    loss = terms["basic_transmission_loss_db"]
    # E = 199.36 + 20 lg f - Lb for 1 kW e.r.p., f in GHz (Rec. ITU-R P.1812-8, section 4.10)
    by_hand = 199.36 + 20 * math.log10(0.0969) - loss
    assert told["predictions"][0]["field_strength_dbuvm"] == pytest.approx(by_hand, abs=0.01)
    # 0.09 degrees of longitude at 10.565 N and 0.07 of latitude: 9.85 km and 7.74 km
    assert told["distance_km"] == pytest.approx(math.hypot(9.85, 7.74), abs=0.02)
    assert "P.1812" in err


def test_a_study_runs_again_from_its_record_and_a_damaged_one_differs(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["coverage", "mp-tan-tru", "--radius", "8", "--home", home, "--json"]
    study = json.loads(run(capsys, *words)[1])
    code, out, _ = run(capsys, "rerun", study["study"], "--home", home, "--json")
    assert code == 0
    assert json.loads(out)["identical"] is True
    assert run(capsys, "rerun", study["record"], "--home", home)[0] == 0
    contours = Path(study["files"]["contours.geojson"])
    contours.write_text(contours.read_text(encoding="utf-8")[:-3], encoding="utf-8")
    code, out, _ = run(capsys, "rerun", study["study"], "--home", home, "--json")
    assert code == 1
    assert json.loads(out)["damaged"] == ["contours.geojson"]


def test_findings_that_differ_are_told_in_words(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["check", "mp-duc-hoa", "--home", home, "--json"]
    study = json.loads(run(capsys, *words)[1])["study"]
    record = home / "studies" / study / "study.json"
    original = record.read_bytes()
    written = json.loads(original)
    (row,) = written["results"]["stations"]
    finding = next(one for one in row["findings"] if one["outcome"] == "violates")
    finding["outcome"] = "needs_verification"
    finding["reason"] = finding["reason"].replace("exceeded", "kept")
    power = next(one for one in finding["evidence"] if one["name"] == "erp_total_dbw")
    power["value"] = 12.5
    record.write_text(json.dumps(written, ensure_ascii=False), encoding="utf-8")
    expected = {
        "vi": ["Cần xác minh", "Vi phạm", "kết luận", "lý do", "bằng chứng", "12,5 dBW"],
        "en": ["Needs verification", "Violates", "outcome", "reason", "evidence", "12.5 dBW"],
    }
    for language, told in expected.items():
        code, out, _ = run(capsys, "rerun", study, "--home", home, "--lang", language)
        assert code == 1
        assert row["name"].split()[-1] in out
        assert finding["rule"]["id"] in out
        assert all(word in out for word in told)
        assert "{'" not in out
    record.write_bytes(original)


def test_check_says_with_its_exit_code_when_asked(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["check", "mp-duc-hoa", "--home", home]
    assert run(capsys, *words)[0] == 0
    code, out, _ = run(capsys, *words, "--exit-code", "--json")
    assert code == 1
    (station,) = json.loads(out)["stations"]
    assert station["station_id"] == "mp-duc-hoa"
    assert {finding["outcome"] for finding in station["findings"]} >= {"violates"}
    assert run(capsys, "check", "mp-tan-an", "--home", home, "--exit-code")[0] == 0


def test_validate_passes_on_the_published_values(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "validate", "--reference", shared / "reference", "--json")
    assert code == 0
    told = {row["recommendation"]: row for row in json.loads(out)}
    assert told["P.1812"]["cases"] == 45
    assert told["P.1812"]["max_difference_db"] <= 1e-7
    assert not told["P.1812"]["relative"]
    assert told["P.838"]["relative"]


def test_curves_of_the_itu_are_recognised(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared / "reference" / "p1546" / "curves"
    code, out, _ = run(capsys, "curves", folder, "--json")
    assert (code, json.loads(out)["recognised"]) == (0, True)


def test_curves_come_from_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PHUSONG_P1546_CURVES", raising=False)
    code, _, err = run(capsys, "curves")
    assert code == 3
    assert "PHUSONG_P1546_CURVES" in err
    monkeypatch.setenv("PHUSONG_P1546_CURVES", str(tmp_path))
    code, _, err = run(capsys, "curves", "--lang", "en")
    assert code == 3
    assert "24 of the 24 tables of P.1546 are missing" in err


def test_validate_names_the_folders_that_it_did_not_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("p1812", "p9998", "p9999", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "README.md").touch()
    code, out, _ = run(capsys, "validate", "--reference", tmp_path, "--lang", "en")
    assert code == 1
    assert "there is no model of it here yet: p9998, p9999." in out


def test_validate_without_cases_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "validate", "--reference", tmp_path, "--json")
    assert (code, json.loads(out)) == (1, [])


def test_export_and_import_of_the_same_is_unchanged(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cong_trinh.gpkg"
    assert run(capsys, "export", file, "--layer", "structures", "--home", home)[0] == 0
    words = ["import", file, "--kind", "structures", "--dry-run", "--home", home, "--json"]
    code, out, err = run(capsys, *words)
    told = json.loads(out)
    assert code == 0, err
    assert told["states"] == {"new": 0, "changed": 0, "unchanged": 300}
    assert told["batch"] is None


def test_public_export_holds_no_confidential_structure(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "public.geojson"
    words = ["export", file, "--layer", "structures", "--public", "--home", home]
    assert run(capsys, *words)[0] == 0
    written = file.read_text(encoding="utf-8")
    with Register.open(home / "register.gpkg") as register:
        hidden = [one for one in register.structures(SYSTEM) if one.confidential]
    assert hidden
    assert not [one.id for one in hidden if f'"{one.id}"' in written or f'"{one.code}"' in written]


def test_boundaries_replace_the_approximate_ones(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "init", "--home", tmp_path)[0] == 0
    file = shared / "data" / "admin" / "tayninh_communes_2025_simplified.geojson"
    words = ["boundaries", "import", file, "--home", tmp_path]
    code, out, _ = run(capsys, *words, "--dry-run", "--json")
    assert code == 0
    assert json.loads(out)["batch"] is None
    code, out, _ = run(capsys, *words, "--uncertainty", "25", "--json")
    assert code == 0
    assert len(json.loads(out)["accepted"]) == 97
    with Register.open(tmp_path / "register.gpkg") as register:
        (province,) = [
            one
            for one in register.boundaries(codes=["80"])
            if one.valid_from is not None and one.valid_from.year == 2025
        ]
    assert province.official
    assert province.position_uncertainty_m >= 25


def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    program = "import sys, api.cli; sys.exit(api.cli.main())"
    command = [sys.executable, "-P", "-c", program, "path", "--station", "mp-tan-an"]
    command += ["--to", "106.5,10.6", "--home", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        err = running.stderr.read()
        running.wait(60)
    assert b"Traceback" not in err


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; sys.argv = ['phusong', '--help']; import api.cli; api.cli.main();"
        "slow = {'numpy', 'sqlalchemy', 'fastapi', 'pydantic', 'rich', 'shapely'};"
        "heavy = slow & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_command_has_its_page_in_the_documentation() -> None:
    page = (Path(api.cli.__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    for words in EVERY:
        assert f"## phusong {words}\n" in page, words
    for code in ("0", "1", "2", "3", "4", "5", "130"):
        assert f"| {code} |" in page


def test_the_language_may_stand_before_the_command(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for leading in (["--lang", "en"], ["--lang=en"]):
        code, out, _ = run(capsys, *leading, "check", "mp-tan-an", "--home", home)
        assert code == 0
        assert "Needs verification" in out
    assert "Usage" in run(capsys, "--lang", "en")[1]


def test_an_account_without_a_terminal_says_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, out, err = run(capsys, "user", "add", "lan", "--role", "staff", "--home", home)
    assert (code, out) == (3, "")
    assert "--link" in err
    assert "--password-stdin" in err


def test_simulated_data_is_stamped_and_the_worst_comes_first(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "check", "mp-duc-hoa", "--home", home)
    lines = [line for line in out.splitlines() if line.startswith("Truyền thanh")]
    assert "Vi phạm" in lines[0]
    assert "Đúng quy định" in lines[-1]
    assert all("[dữ liệu mô phỏng]" in line for line in lines)
    for words in (["coverage", "mp-tan-hung"], ["interference", "mp-tan-hung"]):
        _, out, _ = run(capsys, *words, "--radius", 20, "--step", 2000, "--home", home)
        assert text("cli.synthetic") in out


def test_what_predicts_is_compiled_by_asking_for_a_place(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "ready", "--home", home)
    assert (code, out.strip()) == (0, text("cli.ready_done"))


def test_a_server_compiles_ahead_where_nothing_is_compiled_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    assert kernels_lack()
    (tmp_path / "kernels" / "area").mkdir(parents=True)
    assert kernels_lack()
    (tmp_path / "kernels" / "area" / "sweep.sweep-1.py311.nbi").touch()
    assert not kernels_lack()
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert not kernels_lack(), "nothing would be kept"


def test_an_empty_register_has_sentences_instead_of_empty_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "init", "--home", tmp_path)
    for words, key in (
        (["check", "--plan", "fm"], "check_none"),
        (["organisation", "list"], "organisation_none"),
        (["user", "list"], "user_none"),
        (["ready"], "ready_nothing"),
    ):
        code, out, _ = run(capsys, *words, "--home", tmp_path)
        assert code == 0
        assert text(f"cli.{key}") in out
        assert "┃" not in out
    assert list_studies(Home(tmp_path)) == []


def test_an_organisation_is_recorded_before_its_operator_has_an_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "init", "--home", tmp_path)
    operator = ["user", "add", "hb", "--role", "operator", "--organisation", "vthb", "--link"]
    assert run(capsys, *operator, "--home", tmp_path)[0] == 3
    add = ["organisation", "add", "Viễn thông Hoà Bình", "--home", tmp_path]
    code, out, _ = run(capsys, *add, "--id", "VTHB")
    assert (code, "vthb" in out) == (0, True)
    code, _, err = run(capsys, *add, "--id", "khac")
    assert code == 3, "Hòa is Hoà: a file could not tell them apart"
    assert text("organisations.taken", value="Viễn thông Hoà Bình") in err
    assert run(capsys, "organisation", "add", "!!!", "--home", tmp_path)[0] == 3
    assert "Viễn thông Hoà Bình" in run(capsys, "organisation", "list", "--home", tmp_path)[1]
    assert run(capsys, *operator, "--home", tmp_path)[0] == 0


def test_a_table_that_nobody_reads_to_its_end_is_no_error(home: Path) -> None:
    """What `phusong path ... | head -1` does."""
    program = "import sys, api.cli; sys.exit(api.cli.main())"
    command = [sys.executable, "-P", "-c", program, "path", "--station", "mp-duc-hoa"]
    command += ["--to", "106.5,10.8", "--home", str(home)]
    unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=unbuffered
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert (running.wait(60), running.stderr.read()) == (0, b"")


def test_a_link_names_the_port_of_the_server(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(
        capsys, "user", "add", "cảng", "--role", "viewer", "--link", "--port", 9001, "--home", home
    )
    _, out, _ = run(capsys, "user", "link", "cảng", "--port", 9002, "--home", home)
    assert "http://127.0.0.1:9002/" in out
    monkeypatch.setenv("PORT", "9003")
    _, out, _ = run(capsys, "user", "link", "cảng", "--home", home)
    assert "http://127.0.0.1:9003/" in out
    monkeypatch.setenv("PHUSONG_PORT", "9004")
    _, out, _ = run(capsys, "user", "link", "cảng", "--home", home)
    assert "http://127.0.0.1:9004/" in out
    monkeypatch.setenv("PHUSONG_PUBLIC_URL", "https://phusong.example/")
    _, out, _ = run(capsys, "user", "link", "cảng", "--home", home)
    assert "https://phusong.example/login/link/" in out, "secure cookies want the world's address"


def test_the_system_s_own_words_are_said_in_the_person_s_language(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        _, _, err = run(capsys, "serve", "--port", port, "--home", home)
    assert text("system.EADDRINUSE") in err
    assert "in use" not in err


def test_network_over_a_rectangle(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "out.json"
    words = ("network", "--home", home, "--bounds", "106.2,10.4,106.6,10.7", "--step", 2000)
    code, out, _ = run(capsys, *words, "--reach", 30, "--json", file, "--lang", "en")
    assert code == 0
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["kind"] == "network"
    assert set(told["files"]) >= {"strongest.tif", "server.tif", "usable.tif", "count.tif"}
    best = told["results"]["transmitters"][0]
    assert best["name"] in out
    assert text("cli.synthetic", Language.EN) in out
    few = run(capsys, *words, "--reach", 30, "--stations", best["station_id"], "--lang", "en")
    assert few[0] == 0
    assert few[1].count(" MHz") == 1
    assert run(capsys, *words, "--stations", "nobody")[0] == 3
    assert run(capsys, *words, "--reach", 5)[0] == 3


def test_forget_removes_contacts_whose_last_day_is_over(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    with Register.open(home / "register.gpkg") as register:
        point = register.points(SYSTEM)[0].id
        old = PointContact(name="Lan", purpose="x", kept_until=date(2020, 1, 1))
        PointContacts(register).write(point, old)
    code, out, _ = run(capsys, "forget", "--json", "--home", home)
    assert (code, json.loads(out)) == (0, {"removed": 1})
