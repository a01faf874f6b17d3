"""Rule packs: the shipped one by date, and folders that must be refused."""

import ast
import re
import shutil
from dataclasses import fields, replace
from datetime import date, timedelta
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

import data
from data.text import Language
from gis.errors import FormatError, NotFoundError
from gis.point_rules import SUBSCRIBER
from gis.register.records import (
    AdministrativeUnit,
    BroadcastStation,
    PlanEntry,
    Provenance,
    Service,
    StationClass,
    UnitKind,
)
from gis.rule_facts import area_class, plan_facts, station_facts
from gis.rules import load_rule_pack, rule_paths, versions_of
from gis.studies.findings import basis
from gis.studies.parts import rules_from_json, rules_json
from gis.terms import DESK, SHARING
from propagation.compliance.device_rules import DEVICE
from propagation.compliance.facts import StationFacts
from propagation.compliance.records import Confidence
from propagation.compliance.sanction_rules import SANCTION
from propagation.errors import PropagationError
from propagation.interference.bs412 import (
    BS412_MINIMUM_FIELD_DBUVM,
    BS412_PROTECTION,
    Area,
    minimum_field_from_parameters,
    protection_from_parameters,
)
from propagation.profile import Polarization
from propagation.siting.parameters import require_parameters

BEFORE, AFTER = date(2026, 9, 4), date(2026, 9, 5)
PROVENANCE = Provenance(confidence=Confidence.SECONDARY, source="rfd.gov.vn")

RULE = """
[[rule]]
id = "house.test"
title_vi = "Quy tắc thử"
title_en = "A test rule"
instrument = "PhuSong"
clause = "1"
confidence = "derived"
source = "test"
binding = false
"""


def test_the_shipped_pack_by_date() -> None:
    for on, circular in ((BEFORE, "37/2017/TT-BTTTT"), (AFTER, "43/2026/TT-BKHCN")):
        pack = load_rule_pack(on)
        assert pack.on == on
        plan = ("fm.plan.identity", "fm.plan.erp")
        local = ("fm.plan.identity.local", "fm.plan.erp.local")
        for rule_id in (*plan, *local, "fm.boundary_protection"):
            assert circular in pack.rule(rule_id).instrument
        for rule_id in (*plan, *local):
            rule = pack.rule(rule_id)
            assert rule.confidence is Confidence.SECONDARY
            assert "chưa có bản chính thức" in rule.note_vi
            assert rule.note_en
    # the successor's text is unknown: that its boundary rule continues is an assumption
    boundary = load_rule_pack(AFTER).rule("fm.boundary_protection")
    assert boundary.confidence is Confidence.RECALLED
    assert load_rule_pack(BEFORE).rule("fm.boundary_protection").confidence is (
        Confidence.SECONDARY
    )


def test_before_the_first_circular() -> None:
    first = date(2018, 1, 23)
    assert load_rule_pack(first).rule("fm.plan.erp").valid_from == first
    with pytest.raises(NotFoundError) as caught:
        load_rule_pack(first - timedelta(days=1)).rule("fm.plan.erp")
    assert "22/01/2018" in caught.value.say(Language.VI)


def test_labels() -> None:
    pack = load_rule_pack(AFTER)
    known = {rule_id: (rule.confidence, rule.binding) for rule_id, rule in pack.rules.items()}
    assert known["fm.raster"] == (Confidence.RECALLED, True)
    assert known["fm.protection_ratio"] == (Confidence.RECALLED, True)
    assert known["fm.minimum_field"] == (Confidence.RECALLED, True)
    assert known["fm.site_tolerance"] == (Confidence.VERIFIED, False)
    assert known["fm.area_class"] == (Confidence.DERIVED, False)
    assert known["audit.data"] == (Confidence.DERIVED, False)
    # a treaty of others, a reference method, a screen of this software: told beside
    deciding = {one.id for one in pack.rules.values() if not (one.binding or one.advisory)}
    assert deciding == {
        "fm.area_class",  # no finding stands on it
        "pa.plan.identity",  # a Vietnamese text, though no plan
        "siting.layers",  # the law that protects an area stands in the layer's own source
        "siting.railway",  # a Vietnamese text whose number is not known
    }
    assert known["tv.plan.identity"] == (Confidence.RECALLED, True)
    assert known["tv.protection_ratio"] == (Confidence.SECONDARY, False)
    assert known["tv.protection_ratio.adjacent"] == (Confidence.RECALLED, False)
    assert known["tv.minimum_field"] == (Confidence.SECONDARY, False)
    assert known["tv.minimum_field.portable"] == (Confidence.RECALLED, False)
    assert known["pa.plan.identity"] == (Confidence.VERIFIED, False)
    assert pack.rules["tv.allotment"].advisory
    assert pack.rules["tv.single_frequency"].advisory
    assert not pack.rules["pa.protection_ratio"].parameters
    assert all(rule.source and rule.clause for rule in pack.rules.values())


@pytest.mark.parametrize("on", [AFTER, date(2024, 1, 1)])
def test_each_clause_stands_in_both_languages(on: date) -> None:
    for rule in load_rule_pack(on).rules.values():
        assert not re.search(r"\b(annex|article|default)\b", rule.clause, re.IGNORECASE), rule.id
        # a point keeps the letter that it has in the law
        assert rule.clause_en.replace("(đ)", "").isascii(), rule.id


def test_what_binds_can_be_cited() -> None:
    """Nothing is refused by an instrument without a number, which nobody can look up."""
    versions = versions_of({name: path.read_bytes() for name, path in rule_paths().items()})
    binding = [one for several in versions.values() for one in several if one.binding]
    assert len(binding) > 50
    assert [one.id for one in binding if not re.search(r"[0-9]", one.instrument)] == []


def test_a_rule_of_an_older_study_has_one_clause() -> None:
    older = {"instrument": "A", "clause": "Điều 1"}
    assert basis(older, "en") == basis(older, "vi") == "A, Điều 1"
    assert basis({**older, "clause_en": "Article 1"}, "en") == "A, Article 1"


def test_shipped_tables_are_those_of_the_code() -> None:
    pack = load_rule_pack(AFTER)
    table = protection_from_parameters(pack.rule("fm.protection_ratio").parameters)
    np.testing.assert_array_equal(table.spacing_khz, BS412_PROTECTION.spacing_khz)
    for key, column in BS412_PROTECTION.ratio_db.items():
        np.testing.assert_array_equal(table.ratio_db[key], column)
    fields = minimum_field_from_parameters(pack.rule("fm.minimum_field").parameters)
    assert dict(fields) == dict(BS412_MINIMUM_FIELD_DBUVM)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(data.path("rules"), tmp_path / "rules")
    return tmp_path / "rules"


def test_version_is_the_content(folder: Path) -> None:
    shipped = load_rule_pack(AFTER)
    assert len(shipped.version) == 64
    assert load_rule_pack(AFTER, folder) == shipped
    assert load_rule_pack(BEFORE, folder).version == shipped.version
    file = folder / "audit.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# read\n", encoding="utf-8")
    changed = load_rule_pack(AFTER, folder)
    assert changed.version != shipped.version
    assert changed.rules == shipped.rules
    file.rename(folder / "audit2.toml")
    assert load_rule_pack(AFTER, folder).version != changed.version


def test_an_administrator_replaces_a_table(folder: Path) -> None:
    file = folder / "fm_planning.toml"
    text = file.read_text(encoding="utf-8")
    text = text.replace('confidence = "recalled"', 'confidence = "verified"', 1)
    file.write_text(text.replace("stereo_steady_db = [45,", "stereo_steady_db = [46,"), "utf-8")
    rule = load_rule_pack(AFTER, folder).rule("fm.protection_ratio")
    assert rule.confidence is Confidence.VERIFIED
    assert protection_from_parameters(rule.parameters).ratio_db["stereo", "steady"][0] == 46


def refusal(folder: Path, text: str, name: str = "house.toml") -> FormatError:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        load_rule_pack(AFTER, folder)
    for language in Language:
        assert name in caught.value.say(language)
    assert caught.value.values["file"] == name
    return caught.value


@pytest.mark.parametrize(
    ("change", "reason", "key"),
    [
        (('id = "house.test"\n', ""), "key_absent", "id"),
        (('source = "test"\n', ""), "key_absent", "source"),
        (("binding = false\n", ""), "key_absent", "binding"),
        (("binding = false", "binding = 0"), "value_wrong", "binding"),
        (('clause = "1"', "clause = 1"), "value_wrong", "clause"),
        (('clause = "1"', 'clause = "  "'), "value_wrong", "clause"),
        (('"derived"', '"certain"'), "value_wrong", "confidence"),
        (('"derived"', '"synthetic"'), "value_wrong", "confidence"),
        (('"derived"', "true"), "value_wrong", "confidence"),
        (("binding = false", "binding = false\nvalid_form = 2020-01-01"), "key_unknown",
         "valid_form"),
        (("binding = false", 'binding = false\nvalid_from = "2020-01-01"'), "value_wrong",
         "valid_from"),
        (("binding = false", "binding = false\nvalid_to = 2020-01-01T00:00:00"), "value_wrong",
         "valid_to"),
        (("binding = false", "binding = false\nvalid_from = 2020-01-02\nvalid_to = 2020-01-01"),
         "dates_reversed", "valid_to"),
        (("binding = false", "binding = false\nparameters = 3"), "value_wrong", "parameters"),
        (("binding = false", "binding = false\nnote_vi = 3"), "value_wrong", "note_vi"),
    ],
)  # fmt: skip
def test_bad_rules_are_refused(
    folder: Path, change: tuple[str, str], reason: str, key: str
) -> None:
    assert change[0] in RULE
    content = "# one\n" + RULE.replace(*change)
    error = refusal(folder, content)
    assert error.key == f"rules.{reason}"
    assert error.values["name"] == key
    written = [n for n, line in enumerate(content.split("\n"), start=1) if line.startswith(key)]
    line = written[0] if written else 3
    assert error.values["line"] == line, "of the key, or of its rule where the key is missing"
    assert f"house.toml:{line}" in str(error)


def test_the_second_rule_is_the_bad_one(folder: Path) -> None:
    second = RULE.replace("house.test", "house.other").replace('source = "test"', "")
    assert refusal(folder, RULE + second).values["line"] == 12


def test_not_toml(folder: Path) -> None:
    error = refusal(folder, RULE + "\n= 3\n")
    assert error.key == "rules.file_not_toml_line"
    assert error.values["line"] == 12
    assert refusal(folder, 'id = "x').key == "rules.file_not_toml_end"


def test_not_utf8(folder: Path) -> None:
    (folder / "house.toml").write_bytes(b'# one\n# two\ntitle = "\xff"\n')
    with pytest.raises(FormatError) as caught:
        load_rule_pack(AFTER, folder)
    assert caught.value.key == "rules.file_not_utf8"
    assert caught.value.values["line"] == 3


def test_other_shapes(folder: Path) -> None:
    assert refusal(folder, 'rule = "x"').key == "rules.value_wrong"
    assert refusal(folder, "rule = [1]").key == "rules.value_wrong"
    assert refusal(folder, "[rules]\nx = 1").key == "rules.key_unknown"
    inline = refusal(folder, 'rule = [{ id = "x" }]')
    assert inline.key == "rules.key_absent"
    assert inline.values["line"] is None
    assert refusal(folder, "#" * 1_000_001).key == "rules.file_too_large"


@pytest.mark.parametrize(
    ("file", "change", "name", "wrong"),
    [
        ("fm_planning.toml", ("stereo_steady_db = [45, ", "stereo_steady_db = ["),
         "stereo_steady_db", "phải có đúng bằng số phần tử của “spacing_khz”"),
        ("fm_planning.toml", ("spacing_khz = [0, 25,", "spacing_khz = [25, 25,"),
         "spacing_khz", "phải bắt đầu bằng 0"),
        ("fm_planning.toml", ("spacing_khz = [0, 25,", "spacing_khz = [0, 0,"),
         "spacing_khz", "phải tăng dần"),
        ("fm_planning.toml", ("stereo_steady_db = [45, ", "stereo_steady_db = [nan, "),
         "stereo_steady_db", "phải là một danh sách các số hữu hạn"),
        ("fm_planning.toml", ("stereo_rural_dbuvm = 54\n", ""), "stereo_rural_dbuvm", "thiếu"),
        ("fm_planning.toml", ("stereo_rural_dbuvm = 54\n", 'stereo_rural_dbuvm = "54"\n'),
         "stereo_rural_dbuvm", "phải là một số hữu hạn"),
        ("fm_planning.toml", ('rural_kinds = ["xa"]', "rural_kinds = [1]"), "rural_kinds",
         "phải là một danh sách các từ"),
        ("fm_planning.toml", ('rural_kinds = ["xa"]', 'rural_kinds = "xa"'), "rural_kinds",
         "phải là một danh sách các từ"),
        ("fm_plan.toml", ("raster_khz = 100.0", "raster_khz = nan"), "raster_khz",
         "phải là một số hữu hạn"),
        ("fm_plan.toml", ("raster_khz = 100.0", "raster_khz = true"), "raster_khz",
         "phải là một số hữu hạn"),
        ("fm_plan.toml", ("table_complete = false", "table_complete = 0"), "table_complete",
         "phải là true hoặc false"),
        ("audit.toml", ("other_erp_max_dbw = 30.0", ""), "other_erp_max_dbw", "thiếu"),
        ("television.toml", ("64qam_rice_db = [12.2, ", "64qam_rice_db = ["), "64qam_rice_db",
         "phải có đúng sáu giá trị"),
        ("television.toml", ("location_percent = 95.0", "location_percent = 100"),
         "location_percent", "phải lớn hơn 0 và nhỏ hơn 100"),
        ("television.toml", ('building = "traditional"', 'building = "tent"'), "building",
         "phải là một kiểu nhà"),
    ],
)  # fmt: skip
def test_rules_that_no_check_could_read(
    folder: Path, file: str, change: tuple[str, str], name: str, wrong: str
) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert change[0] in text
    error = refusal(folder, text.replace(*change), file)
    assert error.values["name"] == name
    said = error.say(Language.VI)
    assert name in said
    assert wrong in said
    foreign = {" must ", " finite", " list ", " missing", " is "}
    assert not [word for word in foreign if word in said], "one language a sentence"
    assert name in str(error)


def test_a_rule_in_a_record_that_lacks_a_parameter_is_refused_in_one_language() -> None:
    written = rules_json(load_rule_pack(AFTER), ["fm.raster"])
    assert rules_from_json(written).rule("fm.raster").parameters["raster_khz"] == 100.0
    del written["rules"]["fm.raster"]["parameters"]["raster_khz"]
    with pytest.raises(FormatError) as caught:
        rules_from_json(written)
    assert caught.value.say(Language.VI) == (
        "study.json: rules/fm.raster: quy tắc fm.raster thiếu tham số “raster_khz”."
    )


def test_versions_of_one_rule_must_not_overlap(folder: Path) -> None:
    first = RULE + "valid_to = 2020-12-31\n"
    adjoining = RULE + "valid_from = 2021-01-01\n"
    overlapping = RULE + "valid_from = 2020-12-31\n"
    (folder / "house.toml").write_text(first + adjoining, encoding="utf-8")
    assert load_rule_pack(AFTER, folder).rule("house.test").valid_from == date(2021, 1, 1)
    assert load_rule_pack(date(2020, 12, 31), folder).rule("house.test").valid_from is None
    error = refusal(folder, first + overlapping)
    assert error.key == "rules.versions_overlap"
    assert error.values["line"] == 13
    # over two files as well, whatever the date judged
    (folder / "house.toml").write_text(RULE, encoding="utf-8")
    assert refusal(folder, first, "more.toml").values["other"] == "house.toml:2"


def test_pack_needs_its_name(folder: Path, tmp_path: Path) -> None:
    assert refusal(folder, "[pack]\nid = 3\n", "pack.toml").values["name"] == "pack.id"
    (folder / "pack.toml").unlink()
    for absent in (folder, tmp_path / "nowhere", folder / "audit.toml"):
        with pytest.raises(NotFoundError) as caught:
            load_rule_pack(AFTER, absent)
        assert caught.value.key == "rules.pack_absent"


def test_every_parameter_of_a_check_is_required() -> None:
    """Taking any parameter of any rule away is noticed, so none is dead."""
    for rule in load_rule_pack(AFTER).rules.values():
        if rule.id.startswith((SHARING, DESK, SANCTION, DEVICE, SUBSCRIBER)):
            continue  # some may be absent: see their own tests
        for name in rule.parameters:
            without = {k: v for k, v in rule.parameters.items() if k != name}
            with pytest.raises(PropagationError, match=name):
                require_parameters(replace(rule, parameters=without))


def test_every_fact_of_a_station_is_read_by_a_check() -> None:
    """A fact that no check reads is dead, however many tests look at it."""
    folder = Path(str(resources.files("propagation.compliance")))
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in folder.glob("*.py")]
    read = {node.attr for t in trees for node in ast.walk(t) if isinstance(node, ast.Attribute)}
    assert {one.name for one in fields(StationFacts)} <= read


def unit(kind: UnitKind) -> AdministrativeUnit:
    return AdministrativeUnit(
        code="1", name="x", kind=kind, parent_code=None, valid_from=None, valid_to=None,
        provenance=PROVENANCE,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "province", "area"),
    [
        (UnitKind.COMMUNE, "80", Area.RURAL),
        (UnitKind.WARD, "80", Area.URBAN),
        (UnitKind.TOWNSHIP, "72", Area.URBAN),
        (UnitKind.WARD, "79", Area.LARGE_CITY),
        (UnitKind.COMMUNE, "79", Area.RURAL),
    ],
)
def test_area_class(kind: UnitKind, province: str, area: Area) -> None:
    assert area_class(unit(kind), province, load_rule_pack(AFTER)) is area


def test_station_facts() -> None:
    station = BroadcastStation(
        id="s", name="Đài", programme="P", service=Service.FM,
        station_class=StationClass.PROVINCIAL, frequency_mhz=96.9, longitude=106.4,
        latitude=10.5, erp_total_dbw=33.0, erp_horizontal_dbw=30.0, erp_vertical_dbw=29.0,
        attenuation_db=(1.0,) * 36,
        polarization=Polarization.MIXED, height_above_ground_m=75.0,
        effective_height_max_m=60.0, province_code="80",
        provenance=PROVENANCE,
    )  # fmt: skip
    facts = station_facts(station)
    for name in (
        "id", "name", "programme", "frequency_mhz", "longitude", "latitude", "erp_total_dbw",
        "erp_horizontal_dbw", "erp_vertical_dbw", "attenuation_db", "polarization",
        "height_above_ground_m", "effective_height_max_m", "effective_height_m",
        "province_code",
    ):  # fmt: skip
        assert getattr(facts, name) == getattr(station, name), name
    assert facts.station_class == "provincial"
    assert facts.reception == "stereo"
    assert (facts.confidence, facts.source) == (Confidence.SECONDARY, "rfd.gov.vn")


def test_plan_facts() -> None:
    entry = PlanEntry(
        id="e", plan_id="fm-tt37-2017", service=Service.FM, frequency_mhz=101.0,
        programme="VOV1", site_name="núi Bà Đen", station_class=StationClass.NATIONAL,
        attenuation_db=(0.0,) * 35 + (3.0,),
        antenna_height_m=60.0, effective_height_max_m=900.0, erp_max_dbw=None, power_max_kw=20.0,
        polarization=Polarization.HORIZONTAL, province_code="72", instrument="Quy hoạch cũ",
        clause="VOV", provenance=PROVENANCE,
    )  # fmt: skip
    facts = plan_facts(entry)
    for name in (
        "id", "plan_id", "frequency_mhz", "programme", "site_name", "antenna_height_m",
        "effective_height_max_m", "erp_max_dbw", "attenuation_db", "power_max_kw",
        "polarization",
        "province_code", "instrument", "clause",
    ):  # fmt: skip
        assert getattr(facts, name) == getattr(entry, name), name
    assert facts.station_class == "national"
    assert facts.confidence is Confidence.SECONDARY


_CODES = re.compile(
    r"\[(?:V[12]|R-[HML])\b|\bR-[HML]\b|\bS-[A-Z0-9]{2,}|\w\.(?:vn|com) (?:ar|\?p=)?\d{4,}"
)


def test_sources_and_guides_are_for_people_and_hold_no_codes_of_research() -> None:
    files = [
        *data.path("rules").glob("*.toml"),
        *data.path("guide").glob("*.md"),
        *data.path("plans").glob("*"),
    ]
    assert len(files) > 50
    found = {
        (file.name, said[0])
        for file in files
        if file.name != "fm_regulations_1_3.csv"  # whose column of labels holds them
        for said in _CODES.finditer(file.read_text(encoding="utf-8"))
    }
    assert found == set()
    notes = data.path("plans/fm_regulations_1_3.csv").read_text(encoding="utf-8")
    assert "theo trí nhớ. VOV" not in notes
    assert "ar680106" not in notes
