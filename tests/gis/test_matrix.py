"""The matrix of a plan: the worst margin of each direction, from findings that a study holds."""

import csv
import io
from typing import Any

import pytest

from data.text import Language
from gis.errors import FormatError
from gis.studies.findings import force_of, reason_said
from gis.studies.matrix import matrix_csv, matrix_json, matrix_of
from gis.studies.record import Study

STATIONS = [
    {"id": "b", "name": "=Đài B", "frequency_mhz": 100.1},
    {"id": "a", "name": "Đài A", "frequency_mhz": 100.0},
    {"id": "far", "name": "Đài xa", "frequency_mhz": 90.0},
]


def finding(other: str | None, direction: str, margin: float | None, **more: Any) -> dict:
    word = "no_point" if margin is None else "kept" if margin >= 0 else "broken"
    outcome = {"no_point": "not_assessable", "kept": "complies", "broken": "needs_verification"}
    return {
        "check": "protection_ratios",
        "counterpart": other,
        "reason": f"compliance.reason.protection_{direction}_{word}",
        "values": {
            "other": "Đài kia",
            "distance_km": 12.0,
            "spacing_khz": 100.0,
            "point": "090° / 9000 m",
            "ratio_db": 30.0,
            "protection_ratio_db": 33.0,
            "time_percent": 50,
            "points": 36,
            "margin_db": margin,
        },
        "outcome": outcome[word],
        "margin_db": margin,
        "rule": {"id": "fm.protection_ratio"},
        **more,
    }


def test_a_finding_tells_how_far_its_point_is_from_the_mast_that_disturbs() -> None:
    told = finding("b", "received", -83.4)
    told["values"]["unwanted_km"] = 0.1
    assert "cách cột của đài gây nhiễu 0,1 km" in reason_said(told, "vi")
    assert "0.1 km from the mast of the station that disturbs" in reason_said(told, "en")
    assert "mast" not in reason_said(finding("b", "received", -83.4), "en"), "an older study"


@pytest.mark.parametrize(
    ("rule", "force"),
    [
        ({"binding": True, "confidence": "verified"}, "binding"),
        ({"binding": True, "confidence": "recalled"}, "unverified"),
        ({"binding": False, "confidence": "recalled"}, "reference"),
        ({"binding": True, "confidence": "verified", "advisory": True}, "advisory"),
    ],
)
def test_what_is_only_remembered_is_not_said_to_bind(rule: dict[str, Any], force: str) -> None:
    assert force_of(rule) == force


def study(rows: dict[str, list[dict]], kind: str = "compliance") -> Study:
    results = {"stations": [{"station_id": one, "findings": found} for one, found in rows.items()]}
    return Study("compliance-0000000000000000", kind, {"stations": STATIONS}, results)


def test_rows_are_protected_and_columns_disturb() -> None:
    found = matrix_of(
        study(
            {
                "a": [finding("b", "received", -3.2), finding("b", "caused", 4.0)],
                "b": [finding("a", "caused", -3.2), finding("a", "received", 4.5)],
                "far": [
                    finding(None, "nobody", 0.0, reason="compliance.reason.protection_nobody")
                ],
            }
        )
    )
    assert {key: pair.margin_db for key, pair in found.pairs.items()} == {
        ("a", "b"): -3.2,
        ("b", "a"): 4.0,  # the smaller of the two that were found
    }
    assert [one["id"] for one in found.stations] == ["a", "b"]  # by frequency; nobody alone


def test_what_could_not_be_assessed_yields_to_what_could() -> None:
    rows = {"a": [finding("b", "received", None)], "b": [finding("a", "caused", 1.5)]}
    assert matrix_of(study(rows)).pairs["a", "b"].margin_db == 1.5
    alone = matrix_of(study({"a": [finding("b", "received", None)]})).pairs["a", "b"]
    assert (alone.margin_db, alone.outcome) == (None, "not_assessable")


def test_other_checks_do_not_count() -> None:
    rows = {"a": [finding("b", "received", -1.0, check="contour_overlap")]}
    assert matrix_of(study(rows)).pairs == {}


def test_json_and_csv_tell_the_same() -> None:
    found = matrix_of(
        study({"a": [finding("b", "received", -3.25), finding("b", "caused", None)]})
    )
    told = matrix_json(found)
    assert [(one["wanted"], one["unwanted"], one["margin_db"]) for one in told["pairs"]] == [
        ("a", "b", -3.25),
        ("b", "a", None),
    ]
    assert all(one["reason_vi"] and one["reason_en"] for one in told["pairs"])
    written = matrix_csv(found, Language.EN)
    assert written.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(written[1:])))
    assert rows[1] == ["a", "Đài A", "100", "b", "'=Đài B", "100.1", "Needs verification", "-3.25"]
    assert rows[2][-1] == ""
    assert ";100,1;" in matrix_csv(found, Language.VI)


def test_another_study_is_refused() -> None:
    with pytest.raises(FormatError, match="no compliance check"):
        matrix_of(study({}, kind="coverage"))
