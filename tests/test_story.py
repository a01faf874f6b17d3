"""The main job on the command line: load, check all, find the planted faults and only them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

OVER_POWER = "mp-duc-hoa"
NEIGHBOURS = {"mp-thu-thua", "mp-khanh-hau"}


def phusong(home: Path, *arguments: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", "import sys, api.cli; sys.exit(api.cli.main())", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PHUSONG_HOME": str(home), "PHUSONG_LANG": lang},
        cwd=home,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    done = phusong(folder, "demo")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def findings(home: Path) -> dict[str, dict]:
    done = phusong(home, "check", "--plan", "fm", "--json", "findings.json")
    assert done.returncode == 0, done.stderr
    written = json.loads((home / "findings.json").read_text(encoding="utf-8"))
    return {station["station_id"]: station for station in written["stations"]}


def test_every_station_has_its_outcome_with_clauses_and_evidence(findings: dict) -> None:
    assert len(findings) >= 20
    for station in findings.values():
        assert station["outcome"] in {
            "complies", "violates", "needs_verification", "not_assessable", "mixed",
        }  # fmt: skip
        assert station["findings"]
        for finding in station["findings"]:
            assert finding["rule"]["instrument"]
            assert finding["rule"]["clause"]
            assert finding["evidence"] or finding["missing"]


def test_the_station_over_its_entry_violates_by_records(findings: dict) -> None:
    """1.3 kW against 1 kW: 300 W and 10 lg 1.3 = 1.139 dB too much, two records compared."""
    violations = [
        (station["station_id"], finding)
        for station in findings.values()
        for finding in station["findings"]
        if finding["outcome"] == "violates"
    ]
    assert [station for station, _ in violations] == [OVER_POWER]
    finding = violations[0][1]
    assert {item["kind"] for item in finding["evidence"]} == {"record"}
    assert finding["margin_db"] == pytest.approx(-1.13943, abs=1e-4)
    assert "300 W" in finding["reason_en"]


def test_the_two_neighbours_need_verification_by_prediction(findings: dict) -> None:
    """100 kHz and 12 km apart: BS.412 stereo asks 33 dB steady, 25 dB tropospheric."""
    asked = {
        station["station_id"]: finding
        for station in findings.values()
        for finding in station["findings"]
        if finding["check"] == "protection_ratios" and finding["outcome"] == "needs_verification"
    }
    assert set(asked) == NEIGHBOURS
    for finding in asked.values():
        assert finding["counterpart"] in NEIGHBOURS
        assert "prediction" in {item["kind"] for item in finding["evidence"]}
        assert finding["margin_db"] < 0
        assert finding["measure"]["longitude"]
        assert finding["measure"]["latitude"]


def test_the_same_question_gives_the_same_bytes(home: Path, findings: dict) -> None:
    assert findings
    first = (home / "findings.json").read_bytes()
    studies = sorted(path.name for path in (home / "studies").iterdir())
    done = phusong(home, "check", "--plan", "fm", "--json", "again.json")
    assert done.returncode == 0, done.stderr
    assert (home / "again.json").read_bytes() == first
    assert sorted(path.name for path in (home / "studies").iterdir()) == studies


def test_a_second_demo_changes_nothing(home: Path) -> None:
    done = phusong(home, "demo", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["loaded"] is False


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_command_helps_in_the_language_of_the_environment(tmp_path: Path, lang: str) -> None:
    """That each command does is asked in one process, with the other tests of the commands."""
    done = phusong(tmp_path, "user", "add", "--help", lang=lang)
    assert done.returncode == 0, done.stderr
    assert "phusong user add" in done.stdout.split("Ví dụ:" if lang == "vi" else "Example:")[1]
    assert "--json" in done.stdout


def test_bad_input_is_one_line_and_never_a_traceback(home: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "none.xlsx"
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 truncated")
    for named, arguments in (
        ("none.xlsx", ("import", str(nothing), "--kind", "structures")),
        ("broken.xlsx", ("import", str(broken), "--kind", "structures")),
        ("no-such-station", ("check", "no-such-station")),
        ("radius_km = -4", ("coverage", OVER_POWER, "--radius", "-4")),
        ("coverage-0000000000000000", ("rerun", "coverage-0000000000000000")),
        (str(tmp_path / "none"), ("validate", "--reference", str(tmp_path / "none"))),
    ):
        done = phusong(home, *arguments, lang="vi")
        assert done.returncode == 3, (arguments, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) <= 2, done.stderr
        assert named in done.stderr, "it names what is wrong"
