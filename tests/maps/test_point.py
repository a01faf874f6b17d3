import json
from typing import Any

import pytest

from data.text import has
from maps.point import point_answer
from propagation.itu.p1812_result import PARAMETERS, TERMS


def explanation(**changed: Any) -> dict[str, Any]:
    """A click, in the form of `gis.studies.point.explain`."""
    terms = [
        {"name": name, "symbol": one.symbol, "equation": one.equation, "value": 92.45 + place}
        for place, (name, one) in enumerate(TERMS.items())
    ]
    parameters = [
        {"name": name, "symbol": one.symbol, "equation": one.equation, "value": 1.0}
        for name, one in PARAMETERS.items()
    ]
    path = {
        "station_id": "b0",
        "station": "Đài <b>Tân An</b>",
        "frequency_mhz": 90.4,
        "longitude": 106.5,
        "latitude": 10.6,
        "distance_km": 11.131,
        "azimuth_deg": 98.505,
        "erp_dbw": 30.0,
        "model": "ITU-R P.1812-8 (09/2025)",
        "terrain": {"identifier": "flat", "flat": True, "surface_model": False},
        "evidence": "prediction",
        "method": "p1812",
        "profile": None,
        "predictions": [
            {
                "time_percent": percent,
                "field_strength_dbuvm": field,
                "terms": terms,
                "parameters": parameters,
            }
            for percent, field in ((50.0, 70.26), (1.0, None))
        ],
    }
    interference = {
        "wanted_dbuvm": 70.26,
        "area": "rural",
        "minimum_field_dbuvm": 54.0,
        "usable_power_sum_dbuvm": 95.8,
        "usable_simplified_dbuvm": 95.81,
        "margin_db": -25.5,
        "served": False,
        "interfered": True,
        "interferers": [
            {
                "station_id": "b1",
                "name": "Khánh Hậu",
                "frequency_mhz": 90.5,
                "spacing_khz": 100.0,
                "steady_field_dbuvm": 62.8,
                "tropospheric_field_dbuvm": 66.0,
                "persistence": "steady",
                "protection_ratio_db": 33.0,
                "nuisance_field_dbuvm": 95.8,
                "dominant": True,
            }
        ],
        "not_assessed": [{"station_id": "b9", "name": "VOV", "missing": ["erp_total_dbw"]}],
    }
    return {"path": {**path, **changed}, "interference": interference}


def rows(answer: dict[str, Any]) -> dict[str, str]:
    return {row["label"]: row["value"] for s in answer["sections"] for row in s["rows"]}


@pytest.mark.parametrize("name", [*TERMS, *PARAMETERS])
def test_every_term_of_the_recommendation_has_a_name(name: str) -> None:
    assert has(f"maps.term.{name}")


def test_every_loss_is_told_at_both_times() -> None:
    answer = point_answer(explanation())
    told = [row for s in answer["sections"] for row in s["rows"] if row["note"].startswith("L_")]
    assert len(told) == 2 * len(TERMS)
    assert told[0] == {
        "label": "Suy hao không gian tự do",
        "value": "92,45 dB",
        "note": "L_bfs; (8)",
    }


def test_the_answer_is_words_in_the_language_asked_for() -> None:
    vietnamese, english = (point_answer(explanation(), language) for language in ("vi", "en"))
    assert rows(vietnamese)["Cường độ trường, 50 % thời gian"] == "70,3 dBµV/m"
    assert rows(english)["Field strength, 50 % of time"] == "70.3 dBµV/m"
    assert rows(english)["Field strength, 1 % of time"] == "–"
    assert rows(english)["Reception"] == "strong enough, but disturbed beyond protection"
    assert rows(english)["Khánh Hậu, 90.5 MHz"] == "dominant: nuisance field 95.8 dBµV/m"
    assert rows(english)["Kind of path"] == "transhorizon"
    assert vietnamese["heading"] == "Tại 10,60000; 106,50000"
    json.dumps(vietnamese, allow_nan=False)


def test_the_answer_carries_its_stamps_and_the_law() -> None:
    answer = point_answer(explanation(), synthetic=True)
    assert answer["stamps"] == ["dữ liệu mô phỏng", "địa hình phẳng giả định"]
    assert "khoản 3 Điều 35" in answer["notes"][0]
    real = explanation(terrain={"identifier": "dem", "flat": False, "surface_model": False})
    assert point_answer(real)["stamps"] == []


def test_near_the_mast_there_is_free_space_and_no_terms() -> None:
    bare = {"field_strength_dbuvm": 120.0, "terms": [], "parameters": []}
    near = explanation(
        method="free_space",
        predictions=[{**bare, "time_percent": 50.0}, {**bare, "time_percent": 1.0}],
    )
    answer = point_answer(near["path"])
    assert len(answer["sections"]) == 1
    assert rows(answer)["Cách tính"] == "không gian tự do (quá gần đài)"
