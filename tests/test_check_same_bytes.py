"""The check of the whole FM plan on the demonstration register: the same bytes, the catalogue."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from propagation.compliance.catalogue import CATALOGUE

RUNS = {"first": 1, "again": 1, "two": 2}
"""Name of each run, and the threads that it is given."""


def phusong(home: Path, threads: int, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", "import sys, api.cli; sys.exit(api.cli.main())", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PHUSONG_HOME": str(home), "PHUSONG_THREADS": str(threads)},
        cwd=home,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what each run wrote, all of one register."""
    home = tmp_path_factory.mktemp("home")
    phusong(home, 1, "demo")
    for name, threads in RUNS.items():
        told = ("check", "--plan", "fm", "--on", "2026-11-23", "--json", f"{name}.json")
        phusong(home, threads, *told)
    return {name: (home / f"{name}.json").read_bytes() for name in RUNS}


def test_the_same_bytes_twice_and_with_one_or_two_threads(written: dict[str, bytes]) -> None:
    assert len(written["first"]) > 100_000
    assert written["first"] == written["again"]
    assert written["first"] == written["two"]


def test_every_station_lists_every_check_with_its_outcome_or_why_there_is_none(
    written: dict[str, bytes],
) -> None:
    stations = json.loads(written["first"])["stations"]
    assert len(stations) >= 20
    for station in stations:
        checks = station["checks"]
        assert tuple(one["check"] for one in checks) == CATALOGUE
        assert [one["number"] for one in checks] == list(range(1, 16))
        for one in checks:
            found = {
                finding["outcome"]
                for finding in station["findings"]
                if finding["check"] == one["check"]
            }
            assert (one["outcome"] in found) if found else (one["outcome"] is None)
            assert (one["why_vi"] is None) is (one["why_en"] is None) is bool(found)
    assert {check for station in stations for check in silent(station)} == {
        "allotment",  # of television only
        "boundary_protection",  # not of every rank
    }


def silent(station: dict) -> set[str]:
    return {one["check"] for one in station["checks"] if one["outcome"] is None}


def test_what_could_not_be_assessed_says_what_is_missing(written: dict[str, bytes]) -> None:
    for station in json.loads(written["first"])["stations"]:
        for finding in station["findings"]:
            if finding["outcome"] == "not_assessable":
                assert finding["missing"]
