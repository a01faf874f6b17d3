"""Two models side by side at the decisive point of a finding, against the paths themselves."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.text import Language
from gis.home import Home
from gis.register.records import BroadcastStation, StationClass
from gis.studies.asked import PathAsked
from gis.studies.context import StudyContext
from gis.studies.findings import export, finding_from_json, finding_to_json
from gis.studies.method import Method
from gis.studies.point import explain_path
from gis.studies.predictors.registry import predictor_of
from gis.studies.record import Study, canonical
from gis.studies.rerun import rerun
from gis.studies.runner import run
from maps.documents.report import study_html
from propagation.itm.prediction import EDITION as ITM
from propagation.itu.p1812 import EDITION as P1812

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]
ON = "2026-11-23"
KM_EAST = 1 / 109.46
BY_ITM = PathAsked(method=Method(predictor_of("itm", {}, None)))


@pytest.fixture
def pair(make_station: Make) -> list[BroadcastStation]:
    """Two stations of 100 W, 100 kHz and 20 km apart; the province of one ends 8 km off."""
    return [
        make_station(
            "a", erp_total_dbw=20.0, station_class=StationClass.PROVINCIAL, province_code="80"
        ),
        make_station("b", erp_total_dbw=20.0, longitude=106.4 + 20 * KM_EAST, frequency_mhz=100.1),
    ]


@pytest.fixture
def context(
    study_context: Context, pair: list[BroadcastStation], make_unit, make_boundary
) -> StudyContext:
    province = make_unit("80", 106.4, 10.6, kind="tinh", name="Tỉnh X", parent_code=None)
    outline = make_boundary("80", 106.3, 10.5, 106.4 + 8 * KM_EAST, 10.7)
    return study_context(stations=pair, units=[province], boundaries=[outline])


def found(study: Study, check: str) -> list[dict[str, Any]]:
    (row,) = study.results["stations"]
    return [one for one in row["findings"] if one["check"] == check and one["margin_db"]]


def by_itm(station: BroadcastStation, where: tuple[float, float], context: StudyContext):
    told = explain_path(station, *where, context, asked=BY_ITM)["predictions"]
    return [one["field_strength_dbuvm"] for one in told]


def margins(finding: dict[str, Any]) -> dict[tuple[str, str | None], float]:
    return {
        (one["model"], one["method"]): one["margin_db"] for one in finding["agreement"]["margins"]
    }


def test_margins_by_the_other_model_are_those_of_its_paths(
    context: StudyContext, pair: list[BroadcastStation]
) -> None:
    """Protection: wanted - max(steady + 33, tropospheric + 25 dB); boundary: 54 - field."""
    study = run("compliance", {"on": ON, "station_id": "a", "changes": "none"}, context)
    for finding in found(study, "protection_ratios"):
        values = finding["values"]
        wanted, unwanted = pair if values["direction"] == "received" else pair[::-1]
        where = values["longitude"], values["latitude"]
        own = by_itm(wanted, where, context)[0]
        steady, rare = by_itm(unwanted, where, context)
        told = margins(finding)
        assert told[P1812, None] == pytest.approx(finding["margin_db"], abs=0.006)
        assert told[ITM, None] == pytest.approx(own - max(steady + 33.0, rare + 25.0), abs=0.2)
        assert finding["agreement"]["spread_db"] == pytest.approx(
            abs(told[P1812, None] - told[ITM, None]), abs=0.011
        )
    (boundary,) = found(study, "boundary_protection")
    where = boundary["values"]["longitude"], boundary["values"]["latitude"]
    assert margins(boundary)[ITM, None] == pytest.approx(
        54.0 - by_itm(pair[0], where, context)[0], abs=0.2
    )


def test_a_usable_field_is_summed_by_every_method(
    context: StudyContext, pair: list[BroadcastStation]
) -> None:
    """One station disturbs: its nuisance field is the usable field, whatever the method."""
    study = run("compliance", {"on": ON, "station_id": "a", "changes": "none"}, context)
    received = next(
        one for one in found(study, "usable_field") if one["values"]["direction"] == "received"
    )
    told = margins(received)
    assert {method for model, method in told if model == ITM} == {
        "simplified_multiplication", "power_sum", "t_lnm",
    }  # fmt: skip
    where = received["measure"]["longitude"], received["measure"]["latitude"]
    steady, rare = by_itm(pair[1], where, context)
    alone = by_itm(pair[0], where, context)[0] - max(steady + 33.0, rare + 25.0)
    for method in ("simplified_multiplication", "power_sum", "t_lnm"):
        assert told[ITM, method] == pytest.approx(alone, abs=0.25)


def test_where_the_models_disagree_the_finding_says_so(
    context: StudyContext, pair: list[BroadcastStation]
) -> None:
    """The power of b that leaves a margin between those of the two models: one each side."""
    study = run("compliance", {"on": ON, "station_id": "a", "changes": "none"}, context)
    finding = next(
        one for one in found(study, "protection_ratios")
        if one["values"]["direction"] == "received"
    )  # fmt: skip
    told = margins(finding)
    assert finding["agreement"]["verdict"] == (
        "robust" if told[P1812, None] * told[ITM, None] > 0 else "model_sensitive"
    )
    middle = (told[P1812, None] + told[ITM, None]) / 2
    with context.register.write(author="test", reason="power") as writer:
        writer.update_stations([replace(pair[1], erp_total_dbw=20.0 + middle)])
    split = run("compliance", {"on": ON, "station_id": "a", "changes": "none"}, context)
    sensitive = next(
        one for one in found(split, "protection_ratios")
        if one["values"]["direction"] == "received"
    )  # fmt: skip
    assert sensitive["agreement"]["verdict"] == "model_sensitive"
    one, other = margins(sensitive).values()
    assert one * other < 0
    # the method of the rule decides whatever the other says
    broken = sensitive["margin_db"] < 0
    assert ("broken" if broken else "kept") in sensitive["reason"]
    (station,) = export(split)
    written = next(
        item for item in station["findings"]
        if item["check"] == "protection_ratios" and item["agreement"] == sensitive["agreement"]
    )  # fmt: skip
    assert "phụ thuộc mô hình" in written["reason_vi"]
    assert f"{ITM}: " in written["reason_en"]
    assert "hangs on the propagation model" in study_html(split, Language.EN)


def test_findings_keep_their_agreement_through_json(context: StudyContext) -> None:
    study = run("compliance", {"on": ON, "station_id": "a", "changes": "none"}, context)
    kept = found(study, "protection_ratios")[0]
    written = {name: value for name, value in kept.items() if name != "changes"}
    assert finding_to_json(finding_from_json(kept)) == written
    without = {name: value for name, value in written.items() if name != "agreement"}
    assert finding_from_json(without).agreement is None
    assert rerun(study, context).identical


def test_the_same_bytes_with_one_worker_or_two(context: StudyContext, tmp_path: Path) -> None:
    studies = [
        run("compliance", {"on": ON}, replace(context, home=Home(tmp_path / name), workers=count))
        for count, name in ((1, "one"), (2, "two"))
    ]
    assert canonical(studies[0].results) == canonical(studies[1].results)
    assert studies[0].inputs["second_models"]["models"][0]["name"] == "itm"


def test_curves_that_cannot_be_read_are_left_out_and_named(
    context: StudyContext, tmp_path: Path
) -> None:
    told = run(
        "compliance",
        {"on": ON, "station_id": "a", "changes": "none"},
        replace(context, p1546_curves=tmp_path / "none"),
    )
    assert [one["name"] for one in told.inputs["second_models"]["models"]] == ["itm"]
    (remark,) = [
        one for one in told.results["remarks"] if one["key"] == "compliance.curves_left_out"
    ]
    assert "P.1546" in remark["vi"]
    assert found(told, "protection_ratios")[0]["agreement"] is not None


def test_curves_of_the_user_are_a_third_opinion(
    context: StudyContext, write_curves: Callable[..., Path]
) -> None:
    study = run(
        "compliance",
        {"on": ON, "station_id": "a", "changes": "none"},
        replace(context, p1546_curves=write_curves("curves")),
    )
    models = {model for model, _ in margins(found(study, "protection_ratios")[0])}
    assert len(models) == 3
    assert any("P.1546" in model for model in models)
