"""Lists of studies: by their summaries, in order, and whole where one record is damaged."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gis.errors import FormatError
from gis.home import Home
from gis.studies.listing import list_studies, newest_readable, survey
from gis.studies.record import Study, damaged_files, load, save, study_id
from gis.studies.summary import Access

OWN = {"confidence": "synthetic", "source": "t"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def kept(home: Home, day: int, *, kind: str = "compliance", **more: Any) -> Study:
    """Keep a check of two stations, the later the newer."""
    stations = [
        {"id": one, "name": f"Đài {one}", "service": "fm", "organisation_id": "a",
         "provenance": OWN}
        for one in ("x", "y")
    ]  # fmt: skip
    inputs = {
        "on": f"2026-11-{day:02}",
        "terrain": {"identifier": "flat:2m", "flat": True},
        "model": {"edition": "ITU-R P.1812-8", "settings": {"one": 1}},
        "plan": "fm",
        "judged": ["x", "y"],
        "stations": stations,
        **more,
    }
    results = {"stations": [{"name": "n", "frequency_mhz": 98.3, "outcome": "complies",
                             "synthetic": True}],
               "outcomes": {"complies": 2}}  # fmt: skip
    study = save(Study(study_id(kind, inputs), kind, inputs, results), {}, home)
    folder = home.study(study.id)
    for name in ("study.json", "summary.json"):
        os.utime(folder / name, (1e9 + day, 1e9 + day))
    return study


def test_a_summary_says_what_a_list_says(home: Home) -> None:
    study = kept(home, 1)
    (found,) = list_studies(home)
    assert (found.id, found.kind, found.on) == (study.id, "compliance", "2026-11-01")
    assert found.stations == {"x": "Đài x", "y": "Đài y"}
    assert found.station is None
    assert found.model == {"edition": "ITU-R P.1812-8"}
    assert (found.flat, found.synthetic, found.plan) == (True, True, "fm")
    assert found.outcomes == {"complies": 2}
    assert found.access == Access("compliance", False, False, ("a",))
    assert (home.study(study.id) / "summary.json").stat().st_size < 1000
    assert "summary.json" not in study.files


def test_an_application_says_so(home: Home) -> None:
    kept(home, 1, application={"replaced": None}, judged=["x"], plan=None)
    (found,) = list_studies(home)
    assert found.access.application
    assert found.application is not None
    assert found.application["frequency_mhz"] == 98.3
    assert found.plan is None
    assert found.station == "x"


def test_a_study_without_a_summary_gets_one_and_keeps_its_place(home: Home) -> None:
    studies = [kept(home, day) for day in (1, 2, 3)]
    expected = list_studies(home)
    for study in studies:
        (home.study(study.id) / "summary.json").unlink()
    assert list_studies(home) == expected
    assert [one.on for one in expected] == ["2026-11-03", "2026-11-02", "2026-11-01"]
    for study in studies:
        assert (home.study(study.id) / "summary.json").is_file()
        assert damaged_files(load(study.id, home), home) == []
    assert list_studies(home) == expected


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id": "x"}', b"null", b"\xff"])
def test_a_summary_that_is_none_is_made_anew(home: Home, content: bytes) -> None:
    study = kept(home, 1)
    expected = list_studies(home)
    file = home.study(study.id) / "summary.json"
    written = file.read_bytes()
    file.write_bytes(content)
    assert list_studies(home) == expected
    assert file.read_bytes() == written


def test_a_summary_follows_a_record_that_was_changed(home: Home) -> None:
    study = kept(home, 1)
    record = home.study(study.id) / "study.json"
    changed = json.loads(record.read_bytes())
    changed["results"]["outcomes"] = {"violates": 2}
    record.write_text(json.dumps(changed), encoding="utf-8")
    assert list_studies(home)[0].outcomes == {"violates": 2}


def test_one_damaged_record_does_not_take_the_others(home: Home) -> None:
    good, cut, empty, odd = (kept(home, day) for day in (1, 2, 3, 4))
    record = home.study(cut.id) / "study.json"
    record.write_bytes(record.read_bytes()[:-20])
    (home.study(empty.id) / "study.json").write_bytes(b"")
    (home.study(odd.id) / "study.json").write_text(
        json.dumps({"id": odd.id, "kind": odd.kind, "inputs": [], "results": {}, "files": {}}),
        encoding="utf-8",
    )
    found = survey(home)
    assert [one.id for one in found.studies] == [good.id]
    assert found.damaged == [odd.id, empty.id, cut.id]
    assert survey(home, kind="coverage").damaged == []


def test_what_reads_a_record_takes_the_next_where_one_is_broken(home: Home) -> None:
    """A record of the same length is noticed when it is read; lists do not read it."""
    older, newer = kept(home, 1), kept(home, 2)
    record = home.study(newer.id) / "study.json"
    times = record.stat()
    record.write_bytes(b"#" * times.st_size)
    os.utime(record, ns=(times.st_atime_ns, times.st_mtime_ns))
    found = list_studies(home)
    assert [one.id for one in found] == [newer.id, older.id]
    with pytest.raises(FormatError):
        load(newer.id, home)
    assert newest_readable(iter(found), home) == older
    assert newest_readable(iter(found[:1]), home) is None
