"""The planning report of five made sites says exactly what it should, with clauses."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.text import Language
from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.register.scopes import SYSTEM
from gis.register.siting import PlanningZone, ZoneKind
from gis.register.store import Register
from gis.register.structures import Installation, Lifecycle, Structure, StructureKind
from gis.rules import load_rule_pack
from gis.studies import Study, StudyContext, rerun, run
from gis.studies.findings import finding_from_json, said
from gis.studies.record import canonical
from gis.studies.site_asked import Proposed
from gis.studies.site_planning import CHECKS
from gis.studies.site_scene import emitters_of, runway_facts
from gis.studies.snapshots import record_to_json
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from propagation.compliance.records import Confidence
from propagation.siting.facts import MastKind
from tests.gis.site_scene import BORDER, KNOWN, MAST, at, fill, request
from tests.prepared import empty_register


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyContext]:
    """Yield the made province, filled once."""
    home = tmp_path_factory.mktemp("site")
    with empty_register(home / "register.gpkg") as register:
        fill(register)
        yield StudyContext(register, Home(home), Ground(FlatTerrain()))


def told(study: Study) -> dict[str, list[tuple[str, str, str]]]:
    """Return outcome, sentence and clause of the findings of each check."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for one in study.results["findings"]:
        reason = one["reason"].rpartition(".")[2]
        row = (one["outcome"], reason, one["rule"]["clause"])
        found.setdefault(one["check"].removeprefix("siting."), []).append(row)
    return found


def proposed_of(study: Study) -> Proposed:
    asked = study.inputs["asked"]
    kind, antennas = MastKind(asked["kind"]), tuple(asked["antennas"])
    return Proposed(**{**asked, "kind": kind, "antennas": antennas})


_COMMON: dict[str, list[tuple[str, str, str]]] = {
    "height": [("complies", "height_below", "khoản 3 Điều 82")],
    "radio_station": [("needs_verification", "radio_strict", "khoản 4 Điều 82")],
    "licence": [
        ("complies", "licence_kept", "giấy phép thiết lập mạng, theo phạm vi và thời hạn")
    ],
    "plan_zone": [("complies", "plan_kept", "điểm a khoản 1 Điều 41")],
    "sharing": [("complies", "sharing_none", "điểm b khoản 4 Điều 13")],
    "spacing": [
        ("not_assessable", "spacing_unruled", "điểm b khoản 4 Điều 13"),
        ("complies", "spacing_kept", "khoản 5 Điều 15"),
    ],
    "railway": [("complies", "railway_kept", "1,3 lần chiều cao cột và ít nhất 5 m")],
    "border_belt": [("complies", "border_far", "vành đai biên giới, từ 100 đến 1.000 m")],
    "layers": [("complies", "layer_outside", "lớp mặt nước, khu vực bảo vệ")] * 2,
    "exposure": [("complies", "alone_kept", "Thông tư 21/2022/TT-BTTTT, 110 MHz đến 6 GHz")],
}
_CLEAR: dict[str, list[tuple[str, str, str]]] = {
    "surfaces": [("complies", "surfaces_outside", "khoản 1 Điều 82; Phụ lục Ia")],
    "restricted": [("complies", "restricted_outside", "khoản 4 Điều 82; Phụ lục IV")],
    "marking": [("complies", "marking_none", "Phụ lục III")],
    "data": [("complies", "data_none", "Điều 83; Phụ lục II")],
}


def expected(**changes: list[tuple[str, str, str]]) -> dict[str, list[tuple[str, str, str]]]:
    return {**_COMMON, **_CLEAR, **changes}


def test_a_clean_site(context: StudyContext) -> None:
    """Only the spacing rule of the province is missing; the clause of radio stations warns."""
    study = run("site_planning", request("clean"), context)
    assert told(study) == expected()
    assert study.results["outcome"] == "not_assessable"
    assert study.results["mast_class"] == "A2b"
    assert study.results["surfaces"] == []
    papers = {row["step"]: (row["needed"], row["working_days"]) for row in study.results["papers"]}
    assert papers["aviation"] == ("yes", 10)  # the clause of radio stations, read strictly
    because = {row["step"]: row["because"] for row in study.results["papers"]}
    assert (because["aviation"], because["permit"]) == (["siting.radio_station"], [])
    assert papers["sharing"] == ("no", None)
    assert papers["permit"] == ("yes", 10)
    assert papers["data"] == ("no", None)


def test_records_that_may_not_be_all_never_comply(tmp_path: Path) -> None:
    """Without the extents of runways and facilities the clean site has to be verified."""
    with empty_register(tmp_path / "register.gpkg") as register:
        fill(register)
        with register.write(author="test", reason="test") as writer:
            extents = [
                one.id
                for one in writer.planning_zones()
                if one.kind in (ZoneKind.RUNWAY_EXTENT, ZoneKind.FACILITY_EXTENT)
            ]
            writer.delete(PlanningZone, extents)
        context = StudyContext(register, Home(tmp_path), Ground(FlatTerrain()))
        study = run("site_planning", request("clean"), context)
    assert told(study) == expected(
        surfaces=[
            ("needs_verification", "surfaces_extent_unknown", "khoản 1 Điều 82; Phụ lục Ia")
        ],
        restricted=[
            ("needs_verification", "restricted_extent_unknown", "khoản 4 Điều 82; Phụ lục IV")
        ],
        marking=[("not_assessable", "marking_unknown", "Phụ lục III")],
        data=[("not_assessable", "data_unknown", "Điều 83; Phụ lục II")],
    )
    because = {row["step"]: row["because"] for row in study.results["papers"]}
    assert because["aviation"] == ["siting.radio_station"], "an unknown asks for no paper"


def test_a_site_inside_an_approach_surface(context: StudyContext) -> None:
    """2060 m before threshold 1, on the extended centreline; ground 3 m, top 45 m."""
    study = run("site_planning", request("approach"), context)
    assert told(study) == expected(
        surfaces=[
            ("needs_verification", "surfaces_below",
             "khoản 1 Điều 82; Phụ lục Ia, Bảng 2-12")
        ],
        marking=[("needs_verification", "marking_low", "Phụ lục III")],
        data=[("needs_verification", "data_area", "Điều 83; Phụ lục II")],
    )  # fmt: skip
    rows = {(row["surface"], row["end"]): row for row in study.results["surfaces"]}
    by_hand = {
        # 2000 m from the inner edge: 10 + 2 % * 2000
        ("precision_approach", 0): 50.0,
        # 10 + 3.33 % * 2000
        ("approach", 0): 76.6,
        # 10 + 2 % * 2000
        ("takeoff", 0): 50.0,
        # 10 + 5 + 2.5 % * 2060
        ("departure", 0): 66.5,
        # the aerodrome's 12 m + 45, + 60, + 90
        ("straight_in_lower", None): 57.0,
        ("straight_in_upper", None): 72.0,
        ("horizontal", None): 102.0,
        # missed approach of threshold 2, which lies 5060 m away: 4160 m behind its 900 m:
        # 12 + 2.5 % * 4160
        ("missed_approach", 1): 116.0,
    }
    assert set(rows) == set(by_hand)
    for key, elevation in by_hand.items():
        assert rows[key]["elevation_m"] == pytest.approx(elevation, abs=0.02), key
        # ground at 3 m, top at 45 m
        assert rows[key]["allowed_height_m"] == pytest.approx(elevation - 3.0, abs=0.02)
        assert rows[key]["penetration_m"] == 0.0
    (finding,) = [f for f in study.results["findings"] if f["check"] == "siting.surfaces"]
    assert finding["values"]["allowed_height_m"] == 47.0
    assert finding["values"]["margin_m"] == 5.0
    assert study.results["outcome"] == "needs_verification"


def test_a_higher_mast_there_rises_above_it(context: StudyContext) -> None:
    study = run("site_planning", request("approach", structure_height_m=60), context)
    assert told(study)["surfaces"][0][1] == "surfaces_penetrated"
    lowest = study.results["surfaces"][0]
    assert lowest["penetration_m"] == pytest.approx(13.0, abs=0.02)  # 63 m over 50 m


def test_a_site_near_a_dvor(context: StudyContext) -> None:
    """1000 m away the cone is 1000 tan 1° = 17.46 m above the DVOR's 5 m; the top is at 45 m."""
    study = run("site_planning", request("dvor"), context)
    assert told(study) == expected(
        restricted=[
            ("needs_verification", "restricted_over", "khoản 4 Điều 82; Phụ lục IV")
        ]
    )  # fmt: skip
    (finding,) = [f for f in study.results["findings"] if f["check"] == "siting.restricted"]
    assert finding["values"]["limit_elevation_m"] == 22.5
    assert finding["values"]["allowed_height_m"] == 19.5
    assert finding["values"]["penetration_m"] == 22.5
    assert finding["missing"][0] == "planning.missing.impact_study"


def test_a_site_near_a_mast_that_can_be_shared(context: StudyContext) -> None:
    study = run("site_planning", request("mast"), context)
    assert told(study) == expected(
        sharing=[("needs_verification", "sharing_first", "điểm b khoản 4 Điều 13")],
        spacing=[
            ("not_assessable", "spacing_unruled", "điểm b khoản 4 Điều 13"),
            ("needs_verification", "spacing_other", "khoản 5 Điều 15"),
        ],
    )
    (finding,) = [f for f in study.results["findings"] if f["check"] == "siting.sharing"]
    assert finding["values"]["distance_m"] == 60
    assert (finding["values"]["support"], finding["values"]["owner"]) == ("Cột có sẵn", "Sao Mai")
    spacing = [f for f in study.results["findings"] if f["check"] == "siting.spacing"][1]
    assert (spacing["values"]["least_m"], spacing["rule"]["advisory"]) == (250, True)
    own = run("site_planning", request("mast", organisation_id="sao"), context)
    assert told(own)["spacing"][1][1] == "spacing_same"


def test_a_site_on_the_border(context: StudyContext) -> None:
    study = run("site_planning", request("border"), context)
    assert told(study) == expected(
        border_belt=[
            ("needs_verification", "border_inside", "vành đai biên giới, từ 100 đến 1.000 m")
        ]
    )
    (finding,) = [f for f in study.results["findings"] if f["check"] == "siting.border_belt"]
    assert finding["values"]["distance_m"] == 300
    assert set(finding["reservations"]) == {"approximate_boundary", "recalled_rule"}


def test_an_empty_register_lets_nothing_be_said(register: Register) -> None:
    context = StudyContext(register, Home(register.path.parent), Ground(FlatTerrain()))
    bare = {"longitude": 106.4, "latitude": 10.6, "kind": "guyed", "structure_height_m": 42,
            "on": "2026-08-01"}  # fmt: skip
    found = told(run("site_planning", bare, context))
    nothing = ("surfaces", "restricted", "marking", "data", "licence", "plan_zone", "railway")
    for check in (*nothing, "sharing"):
        assert [outcome for outcome, _, _ in found[check]] == ["not_assessable"], check
    assert found["sharing"][0][1] == "sharing_nothing"
    assert {outcome for outcome, _, _ in found["spacing"]} == {"not_assessable"}
    assert "radio_station" not in found
    assert "exposure" not in found


def test_the_earlier_regime(context: StudyContext) -> None:
    """Before the decree of 2026: 45 m, the clause of radio stations, no surfaces in the pack."""
    found = told(
        run("site_planning", request("approach", on="2026-06-30", structure_height_m=45), context)
    )
    assert found["height"] == [("needs_verification", "height_over", "khoản 2 Điều 9")]
    assert found["surfaces"] == [("not_assessable", "surfaces_unruled", "khoản 2 Điều 9")]
    assert found["radio_station"] == [("needs_verification", "radio_strict", "khoản 3 Điều 9")]
    assert {"restricted", "marking", "data", "plan_zone"}.isdisjoint(found)


@pytest.mark.parametrize(
    ("on", "clause"),
    [
        ("2026-07-01", "khoản 4 Điều 82"),
        ("2026-06-30", "khoản 3 Điều 9"),
        ("2016-06-26", "khoản 3 Điều 9"),
        ("2016-06-25", None),
    ],
)
def test_the_clause_of_radio_stations_by_day(
    context: StudyContext, on: str, clause: str | None
) -> None:
    """NĐ 32/2016 holds from 26/06/2016 to 30/06/2026; before it nothing is in the pack."""
    asked = request("approach", on=on, jurisdiction="tay-ninh-2025")
    found = told(run("site_planning", asked, context)).get("radio_station", [])
    assert [row[2] for row in found] == ([] if clause is None else [clause])


def test_a_day_before_every_decree_is_answered(context: StudyContext) -> None:
    asked = request("approach", on="2015-01-01", jurisdiction="tay-ninh-2025")
    found = told(run("site_planning", asked, context))
    assert "height" not in found
    assert "surfaces" not in found
    assert found["railway"][0][0] == "complies"


def test_flat_terrain_holds_back(context: StudyContext) -> None:
    """Nobody stated the ground: a top below the cone of a DVOR is to be verified all the same."""
    asked = dict(request("dvor", structure_height_m=15, antennas=None))
    del asked["ground_height_m"]
    study = run("site_planning", asked, context)
    (finding,) = [f for f in study.results["findings"] if f["check"] == "siting.restricted"]
    assert finding["reason"] == "planning.reason.restricted_below"
    assert (finding["outcome"], finding["held_back"]) == ("needs_verification", True)
    assert "flat_terrain" in finding["reservations"]


def test_every_sentence_is_said_in_both_languages(context: StudyContext) -> None:
    for site in ("approach", "dvor", "mast", "border", "clean"):
        study = run("site_planning", request(site), context)
        for one in study.results["findings"]:
            assert one["check"] in CHECKS
            assert finding_from_json(one).outcome == one["outcome"]
            for language in Language:
                sentence = said(one["reason"], one["values"], language)
                assert sentence != one["reason"]
                assert "None" not in sentence


def test_a_study_is_run_again_from_its_record(context: StudyContext) -> None:
    study = run("site_planning", request("approach"), context)
    again = rerun(study, context)
    assert again.agrees
    assert again.identical
    elsewhere = replace(context, workers=3)
    assert canonical(run("site_planning", request("approach"), elsewhere).results) == canonical(
        study.results
    )


def test_what_others_keep_confidential_stays_out_of_a_public_study(
    register: Register,
) -> None:
    fill(register)
    with register.write(author="test", reason="secret") as writer:
        (mast,) = [one for one in writer.structures(SYSTEM) if one.id == "m"]
        writer.update_structures([replace(mast, confidential=True)])
        (runway,) = writer.runways(SYSTEM)
        writer.update_runways([replace(runway, military=True)])
    context = StudyContext(register, Home(register.path.parent), Ground(FlatTerrain()))
    inside = run("site_planning", request("mast"), context)
    assert inside.inputs["confidential"]
    assert [row["id"] for row in inside.inputs["supports"]] == ["m"]
    public = run("site_planning", request("mast", public=True), context)
    assert not public.inputs["confidential"]
    assert public.inputs["supports"] == []
    assert public.inputs["runways"] == []
    found = told(public)
    clause = "khoản 1 Điều 82; Phụ lục Ia"
    assert found["surfaces"] == [("not_assessable", "surfaces_withheld", clause)]
    assert found["military"] == [("not_assessable", "military_withheld", "Phụ lục Ib")]
    assert found["marking"] == [("not_assessable", "marking_unknown", "Phụ lục III")]
    assert found["data"][0][:2] == ("not_assessable", "data_unknown")
    assert [row[:2] for row in found["sharing"]] == [("not_assessable", "sharing_withheld")]
    assert [row[:2] for row in found["spacing"]] == [
        ("not_assessable", "spacing_unruled"),
        ("not_assessable", "spacing_withheld"),
    ]
    assert [one["key"] for one in public.results["remarks"]] == ["planning.public_remark"]
    assert inside.results["remarks"] == []
    own = run("site_planning", request("mast", public=True, organisation_id="sao"), context)
    assert [row["id"] for row in own.inputs["supports"]] == ["m"]
    assert not own.inputs["confidential"], "the operator may read what was made for it"


@pytest.fixture
def neighbour(context: StudyContext) -> Iterator[Callable[..., None]]:
    """Put a mast 30 m east of the clean site, with what hangs on it, and take it back after."""
    longitude, latitude = at((106.20, 11.42), 90.0, 30.0)
    mast = Structure(
        id="bên", code="M2", name="Cột bên", kind=StructureKind.ANTENNA_MAST, owner_id="sao",
        longitude=longitude, latitude=latitude, height_m=30.0, shareable=False, provenance=KNOWN,
    )  # fmt: skip

    def put(*hung: Installation, **changes: object) -> None:
        with context.register.write(author="test", reason="test") as writer:
            writer.add_structures([replace(mast, **changes)])
            writer.add_installations(hung)

    yield put
    with context.register.write(author="test", reason="test") as writer:
        writer.undo_write(context.register.revision())


HUNG = Installation(
    id="tb", structure_id="bên", organisation_id="sao", technology="LTE", frequency_mhz=2100.0,
    eirp_dbm=67.0, height_above_ground_m=20.0, provenance=KNOWN,
)  # fmt: skip


def _exposure(study: Study) -> dict[str, Any]:
    found = [one for one in study.results["findings"] if one["check"] == "exposure"]
    return {one["reason"].rpartition(".")[2]: one for one in found}


def test_exposure_is_summed_with_the_antennas_that_stand_near(
    context: StudyContext, neighbour: Callable[..., None]
) -> None:
    """Of 1 kW at 40 m and 5.012 kW at 20 m, 30 m away: 2.56 x 29.979 P / (27.5 d)^2 each."""
    gone = replace(HUNG, id="cũ", eirp_dbm=80.0, valid_to=date(2025, 1, 1))
    neighbour(HUNG, gone)
    study = run("site_planning", request("clean"), context)
    found = _exposure(study)
    assert list(found) == ["alone_kept", "site_exceeded"]
    site = found["site_exceeded"]
    assert site["outcome"] == "needs_verification"
    values = site["values"]
    assert (values["antennas"], values["unknown"], values["foot"]) == (2, 0, "Cột bên, LTE")
    assert values["share"] == pytest.approx(508.6 / 18**2 + 101.48 / (38**2 + 30**2), abs=2e-3)
    assert values["own_share"] == pytest.approx(101.48 / 38**2 + 508.6 / (18**2 + 30**2), abs=2e-3)
    assert rerun(study, context).identical


@pytest.mark.parametrize(
    ("hung", "changes", "reason"),
    [
        ((), {}, "site_unknown"),  # a mast of which no antenna is on record
        ((replace(HUNG, eirp_dbm=None),), {}, "site_unknown"),
        ((), {"kind": StructureKind.CABLE_POLE}, None),
        ((HUNG,), {"state": Lifecycle.RETIRED}, None),
        ((HUNG,), {"state": Lifecycle.PLANNED}, None),
        ((replace(HUNG, eirp_dbm=50.0),), {}, "site_kept"),
    ],
)
def test_what_is_not_known_of_the_antennas_near_is_said(
    context: StudyContext, neighbour: Callable[..., None], hung: tuple[Installation, ...],
    changes: dict[str, object], reason: str | None,
) -> None:  # fmt: skip
    neighbour(*hung, **changes)
    found = _exposure(run("site_planning", request("clean"), context))
    assert list(found) == ["alone_kept", *([] if reason is None else [reason])]


def test_confidential_antennas_near_stay_out_of_a_public_study(
    context: StudyContext, neighbour: Callable[..., None]
) -> None:
    neighbour(replace(HUNG, confidential=True))
    inside = run("site_planning", request("clean"), context)
    assert inside.inputs["confidential"]
    assert "site_exceeded" in _exposure(inside)
    public = run("site_planning", request("clean", public=True), context)
    assert not public.inputs["confidential"]
    assert b"LTE" not in canonical(public.results)
    site = _exposure(public)["site_partial"]
    assert (site["outcome"], site["values"]["antennas"]) == ("needs_verification", 1)
    own = run("site_planning", request("clean", public=True, organisation_id="sao"), context)
    assert "site_exceeded" in _exposure(own)


def test_what_stands_near_is_what_the_search_for_supports_finds(register: Register) -> None:
    """Of each structure: whether it can be used, whether it counts for spacing, its whole top."""
    fill(register)
    with register.write(author="test", reason="more") as writer:
        (mast,) = writer.structures(SYSTEM)
        near = at(MAST, 0.0, 60.0)
        changes: dict[str, dict[str, Any]] = {
            # on a building of 20 m: 25 m of mast reach the 40 m that are wanted
            "roof": {"height_m": 25.0, "building_height_m": 20.0},
            "retired": {"state": Lifecycle.RETIRED},
            "planned": {"state": Lifecycle.PLANNED},
            "kept": {"shareable": False},
            "house": {"kind": StructureKind.HOUSE, "height_m": 12.0},
            "manhole": {"kind": StructureKind.MANHOLE},
            # the applicant's own mere plan, the record of the very site once approved, and an
            # approved one of a site beside it
            "idea": {"owner_id": "hoa", "state": Lifecycle.PLANNED},
            "own": {"owner_id": "hoa", "state": Lifecycle.APPROVED, "at": at(near, 90.0, 29.0)},
            "next": {"owner_id": "hoa", "state": Lifecycle.APPROVED, "at": at(near, 90.0, 31.0)},
            "built": {"owner_id": "hoa", "state": Lifecycle.IN_USE, "at": at(near, 90.0, 29.0)},
        }
        more = []
        for name, change in changes.items():
            longitude, latitude = change.pop("at", MAST)
            named = {"id": name, "code": name, "longitude": longitude, "latitude": latitude}
            more.append(replace(mast, **{**named, **change}))
        writer.add_structures(more)
    context = StudyContext(register, Home(register.path.parent), Ground(FlatTerrain()))
    study = run("site_planning", request("mast"), context)
    rows = {row["id"]: (row["usable"], row["spaced"]) for row in study.inputs["supports"]}
    assert rows == {
        "m": (True, True), "roof": (True, True), "planned": (False, True), "kept": (False, True),
        "house": (True, False), "idea": (False, False), "own": (False, False),
        "next": (False, True),
        "built": (True, True),
    }  # fmt: skip
    tops = {row["id"]: row["height_m"] for row in study.inputs["supports"]}
    assert (tops["roof"], tops["m"], tops["house"]) == (45.0, 45.0, 12.0)
    findings = study.results["findings"]
    (shared,) = [one for one in findings if one["check"] == "siting.sharing"]
    # m, roof and built reach 40 m; the house does not, what cannot be used is not asked for
    assert (shared["values"]["count"], shared["values"]["serving"]) == (9, 3)
    lacking = {
        one["counterpart"]: "planning.missing.standing" in one["missing"]
        for one in findings
        if one["check"] == "siting.spacing" and one["counterpart"] is not None
    }
    assert lacking == {
        "m": False, "roof": False, "kept": False, "built": False, "planned": True, "next": True,
    }  # fmt: skip


def test_a_strip_that_no_record_states_is_the_usual_one(context: StudyContext) -> None:
    """60 m beyond the runway's ends and 280 m wide, recalled; what a record states comes first."""
    (known,) = context.register.runways(SYSTEM)
    strip = load_rule_pack(date(2026, 8, 1)).rule("aviation.strip")
    stated = replace(known, strip_beyond_m=0.0, strip_width_m=150.0)
    place = proposed_of(run("site_planning", request("clean"), context))
    for record, expected in (
        (known, (60.0, 280.0, Confidence.RECALLED)),
        (stated, (0.0, 150.0, Confidence.VERIFIED)),
        (replace(known, strip_beyond_m=90.0), (90.0, 280.0, Confidence.RECALLED)),
    ):
        found = runway_facts(record_to_json(record), place, strip)
        assert (found.strip_beyond_m, found.strip_width_m, found.strip_confidence) == expected


def test_an_antenna_of_0_dbw_has_a_power(context: StudyContext) -> None:
    antennas = [
        {"height_above_ground_m": 10, "frequency_mhz": 1800, "eirp_dbm": 20},
        {"height_above_ground_m": 20, "frequency_mhz": 1800},
        {"height_above_ground_m": 30, "frequency_mhz": 1800, "eirp_dbm": 30},
    ]
    study = run("site_planning", request("clean", antennas=antennas), context)
    emitters = emitters_of(proposed_of(study))
    assert [one.eirp_dbw for one in emitters] == [0.0, -10.0, None]


def test_a_tall_mast_is_assessed_wherever_it_stands(context: StudyContext) -> None:
    study = run("site_planning", request("clean", structure_height_m=45), context)
    assert told(study)["restricted"] == [
        ("complies", "restricted_outside", "khoản 4 Điều 82; Phụ lục IV"),
        ("needs_verification", "restricted_tall", "Phụ lục IV, Mục 1, điểm 4.c.iii và 5.g.iii"),
    ]


@pytest.mark.parametrize(
    ("changes", "key", "told_by"),
    [
        ({"longitude": 10.6, "latitude": 106.4}, "planning.swapped", "đổi chỗ"),
        ({"longitude": 107.5, "latitude": 10.2}, "planning.nowhere", "trên biển"),
        ({"longitude": 106.7, "latitude": 10.8}, "planning.other_province", "Hồ Chí Minh"),
        ({"structure_height_m": 351}, "studies.wrong_number", "350"),
        ({"structure_height_m": None}, "planning.lacks", "structure_height_m"),
        ({"structure_height_m": "cao"}, "studies.wrong_number", "structure_height_m"),
        ({"kind": "tháp"}, "studies.wrong_choice", "tháp"),
        ({"kind": None}, "planning.lacks_kind", "kind"),
        ({"kind": "rooftop", "building_height_m": 42}, "planning.building_higher", "42"),
        ({"building_height_m": 10}, "planning.no_building", "10"),
        ({"antennas": [{"height_above_ground_m": 43}]}, "planning.antenna_above", "43"),
        ({"antennas": [{"frequency_mhz": 1800}]}, "planning.lacks_antenna_height", "ăng ten"),
        ({"antennas": [7]}, "studies.wrong_items", "antennas"),
        ({"licence": {"valid_from": "2026-01-02", "valid_to": "2026-01-01"}},
         "planning.licence_dates", "trước"),
        ({"licence": {"so": "12"}}, "studies.unknown_input", "so"),
        ({"on": "hôm nay"}, "studies.wrong_date", "hôm nay"),
        ({"name": "x" * 201}, "planning.too_long", "200"),
        ({"tower": True}, "studies.unknown_input", "tower"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(
    context: StudyContext, changes: dict[str, Any], key: str, told_by: str
) -> None:
    with pytest.raises(FormatError) as caught:
        run("site_planning", request("clean", **changes), context)
    assert caught.value.key == key
    assert told_by in caught.value.say(Language.VI)
    assert caught.value.say(Language.EN)


def test_an_unknown_applicant_is_said(context: StudyContext) -> None:
    with pytest.raises(NotFoundError):
        run("site_planning", request("clean", organisation_id="nobody"), context)


def test_just_outside_an_approximate_outline_is_taken(context: StudyContext) -> None:
    """The outline may be 3 km off: a site 300 m beyond the border is judged."""
    longitude, latitude = at(BORDER, 240.0, 300.0)
    study = run(
        "site_planning", request("border", longitude=longitude, latitude=latitude), context
    )
    assert told(study)["border_belt"][0][1] == "border_inside"
