"""A study run again from its record: the same, or a list of what differs."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gis.errors import FormatError, TerrainUnavailableError
from gis.raster import read_raster, write_cog
from gis.studies import StudyContext, load, rerun, run
from gis.studies.record import Study, canonical, file_path, sha256_of, study_id
from gis.terrain.source import FlatTerrain

Context = Callable[..., StudyContext]
REQUEST = {"station_id": "a", "radius_km": 15, "step_m": 500, "on": "2025-08-01"}
EAST_12_KM = 106.4 + 12 / 109.46


@pytest.fixture
def scene(study_context: Context, make_station, make_unit, make_boundary) -> StudyContext:
    return study_context(
        stations=[
            make_station(province_code="80", station_class="provincial"),
            make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1),
        ],
        units=[
            make_unit("80", 106.4, 10.6, kind="tinh", parent_code=None),
            make_unit("1", 106.45, 10.62),
        ],
        boundaries=[
            make_boundary("80", 106.2, 10.4, 106.6, 10.8, official=False),
            make_boundary("1", 106.43, 10.6, 106.47, 10.64),
        ],
    )


def kept_as(study: Study, context: StudyContext, **changes: object) -> Study:
    """Write a study's record again with something changed, as somebody might by hand."""
    record = context.home.study(study.id) / "study.json"
    written = {**json.loads(record.read_bytes()), **changes}
    record.write_bytes(canonical(written))
    return load(study.id, context.home)


@pytest.mark.parametrize("kind", ["coverage", "interference", "compliance"])
def test_the_same_again_from_the_record_alone(
    scene: StudyContext, make_station, kind: str
) -> None:
    """The register may change or be gone: the record holds what decides the result."""
    request = REQUEST if kind != "compliance" else {"on": "2025-08-01"}
    study = run(kind, request, scene)
    with scene.register.write(author="test", reason="other power") as writer:
        writer.update_stations([make_station(erp_total_dbw=20.0)])
        writer.replace_boundaries([])
    alone = StudyContext(None, scene.home, FlatTerrain(), workers=2)
    again = rerun(load(study.id, scene.home), alone)
    assert again.agrees
    assert again.identical
    assert again.findings_equal
    assert again.share_equal == 1.0
    assert again.differences == ()
    assert again.versions == ()


def test_a_changed_file_is_noticed(scene: StudyContext) -> None:
    study = run("coverage", REQUEST, scene)
    path = file_path(study, "coverage.tif", scene.home)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    again = rerun(study, scene)
    assert again.damaged == ("coverage.tif",)
    assert not again.agrees
    assert not again.identical


@pytest.mark.parametrize(
    ("shift_db", "share", "agrees"),
    [(0.005, 1.0, True), (0.5, 1.0, False), (5.0, 0.0005, True), (5.0, 0.01, False)],
)
def test_fields_from_another_machine(
    scene: StudyContext, shift_db: float, share: float, agrees: bool
) -> None:
    """0.01 dB on 99.9 % of points: a small shift everywhere passes, so do few large jumps."""
    study = run("coverage", {**REQUEST, "step_m": 250}, scene)
    path = file_path(study, "coverage.tif", scene.home)
    raster = read_raster(path)
    values = raster.values.copy()
    known = np.argwhere(~np.isnan(values))
    moved = known[: max(1, int(share * len(known)))]
    values[moved[:, 0], moved[:, 1]] += np.float32(shift_db)
    content = write_cog(values, raster.grid, tags=raster.tags)
    path.write_bytes(content)
    elsewhere = kept_as(study, scene, files={**study.files, path.name: sha256_of(content)})
    again = rerun(elsewhere, scene)
    assert again.agrees is agrees
    assert not again.identical
    assert [item.where for item in again.differences] == ["coverage.tif"]
    if shift_db > 0.01:
        assert again.share_equal == pytest.approx(1 - len(moved) / len(known), abs=1e-9)


def test_a_changed_verdict_is_noticed(scene: StudyContext) -> None:
    study = run("compliance", {"on": "2025-08-01"}, scene)
    results = json.loads(json.dumps(study.results))
    finding = next(
        one
        for one in results["stations"][0]["findings"]
        if one["outcome"] == "needs_verification" and one["margin_db"] is not None
    )
    finding["margin_db"] += 0.009
    again = rerun(kept_as(study, scene, results=results), scene)
    assert again.agrees
    assert again.findings_equal
    (change,) = again.findings
    assert change.what == "margin_db"
    assert change.tolerated
    finding["margin_db"] += 0.1
    again = rerun(kept_as(study, scene, results=results), scene)
    assert not again.agrees
    assert again.findings_equal, "the outcome is still the same"
    finding["outcome"] = "complies"
    again = rerun(kept_as(study, scene, results=results), scene)
    assert not again.agrees
    assert not again.findings_equal
    assert {item.what for item in again.findings} == {"margin_db", "outcome"}
    gone = results["stations"][0]["findings"].pop()
    again = rerun(kept_as(study, scene, results=results), scene)
    assert not again.findings_equal
    (new,) = [item for item in again.findings if item.what == "finding"]
    assert (new.recorded, new.again["reason"]) == (None, gone["reason"])
    assert (new.check, new.rule) == (gone["check"], gone["rule"]["id"])
    assert json.loads(json.dumps(again.to_json()))["findings"]


def test_other_terrain_is_refused(scene: StudyContext) -> None:
    study = run("coverage", REQUEST, scene)
    with pytest.raises(TerrainUnavailableError, match="flat-delta-2m"):
        rerun(study, StudyContext(scene.register, scene.home, FlatTerrain(3.0)))


def test_changed_inputs_are_refused(scene: StudyContext) -> None:
    study = run("coverage", REQUEST, scene)
    forged = kept_as(study, scene, inputs={**study.inputs, "radius_km": 14.0})
    with pytest.raises(FormatError):
        rerun(forged, scene)


def test_a_changed_outline_is_refused(scene: StudyContext) -> None:
    study = run("coverage", REQUEST, scene)
    path = file_path(study, "geometries.json", scene.home)
    outlines = json.loads(path.read_bytes())
    assert len(outlines) == 1
    digest = next(iter(outlines))
    path.write_bytes(canonical({digest: outlines[digest][:-2] + "00"}))
    with pytest.raises(FormatError):
        rerun(study, scene)


def test_other_versions_are_listed(scene: StudyContext) -> None:
    study = run("coverage", REQUEST, scene)
    inputs = {**study.inputs, "software": {**study.inputs["software"], "numpy": "1.0"}}
    other = Study(study_id("coverage", inputs), "coverage", inputs, study.results, study.files)
    folder = scene.home.study(study.id).rename(scene.home.study(other.id))
    (folder / "study.json").write_bytes(
        canonical(
            {
                "id": other.id,
                "kind": other.kind,
                "inputs": inputs,
                "results": other.results,
                "files": other.files,
            }
        )
    )
    again = rerun(load(other.id, scene.home), scene)
    assert again.agrees
    (version,) = again.versions
    assert (version.where, version.recorded) == ("numpy", "1.0")
    assert json.loads(json.dumps(again.to_json()))["versions"][0]["where"] == "numpy"


def test_the_report_of_a_damaged_study(scene: StudyContext, tmp_path: Path) -> None:
    study = run("coverage", REQUEST, scene)
    file_path(study, "coverage.tif", scene.home).rename(tmp_path / "gone.tif")
    again = rerun(study, scene)
    assert again.damaged == ("coverage.tif",)
    assert not again.agrees
