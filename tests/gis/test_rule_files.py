"""The administrator's own rule files: judged, kept with their history, taken back, in studies."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

import data
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.home import Home
from gis.register.records import BroadcastStation, PlanEntry, Service
from gis.register.store import Register
from gis.rule_files import (
    former_versions,
    judge_rule_file,
    keep_rule_file,
    pack_in_use,
    rule_file,
    rule_files,
    take_back,
)
from gis.rule_needs import ALWAYS_READ
from gis.rules import load_rule_pack
from gis.studies import run
from gis.studies.context import StudyContext
from gis.studies.findings import newest_of_plan
from gis.studies.standards import rules_of
from propagation.compliance.parameters import (
    AREA_CLASS,
    BOUNDARY_PROTECTION,
    DATA_AUDIT,
    number,
)
from propagation.mobile import Generation

ON = date(2026, 11, 1)
AUDIT = data.path("rules/audit.toml").read_text(encoding="utf-8")
LAST = AUDIT.count("\n") + 1


def line_of(text: str) -> int:
    """Return on which line of the file a text stands first."""
    return AUDIT[: AUDIT.index(text)].count("\n") + 1


STRICTER = AUDIT.replace("effective_height_tolerance_m = 15", "effective_height_tolerance_m = 5")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.folder.mkdir(exist_ok=True)
    return made


def keep(register: Register, home: Home, content: str, name: str = "audit.toml") -> None:
    seen = rule_file(home, name).version
    keep_rule_file(register, home, name, content, author="lan", expected=seen, on=ON)


def tolerance(home: Home) -> float:
    return number(pack_in_use(ON, home).rule(DATA_AUDIT), "effective_height_tolerance_m")


def test_without_own_files_the_packaged_pack_is_in_use(home: Home) -> None:
    pack, shipped = pack_in_use(ON, home), load_rule_pack(ON)
    assert (pack.version, pack.rules) == (shipped.version, shipped.rules)
    assert pack.files[DATA_AUDIT] == "audit.toml"
    assert not any(file.own for file in rule_files(home))


def test_a_file_of_ones_own_stands_in_the_place_of_the_packaged(
    register: Register, home: Home
) -> None:
    assert STRICTER != AUDIT
    keep(register, home, STRICTER)
    assert tolerance(home) == 5.0
    assert pack_in_use(ON, home).version != load_rule_pack(ON).version
    assert set(pack_in_use(ON, home).rules) == set(load_rule_pack(ON).rules), "the others stay"
    assert [file.name for file in rule_files(home) if file.own] == ["audit.toml"]
    (change,) = former_versions(register, "audit.toml")
    assert (change.author, change.old) == ("lan", {"content": AUDIT, "own": False})
    register.check()


def test_a_former_version_is_taken_back(register: Register, home: Home) -> None:
    keep(register, home, STRICTER)
    keep(register, home, STRICTER.replace("tolerance_m = 5", "tolerance_m = 7"))
    assert tolerance(home) == 7.0
    second, first = former_versions(register, "audit.toml")
    take_back(register, home, "audit.toml", second.revision, author="mai", on=ON)
    assert tolerance(home) == 5.0
    take_back(register, home, "audit.toml", first.revision, author="mai", on=ON)
    assert tolerance(home) == 15.0
    assert not rule_file(home, "audit.toml").own, "the packaged one again"
    assert [one.author for one in former_versions(register, "audit.toml")] == [
        "mai", "mai", "lan", "lan",
    ]  # fmt: skip
    with pytest.raises(NotFoundError):
        take_back(register, home, "audit.toml", 99, author="mai", on=ON)


def test_a_new_file_stands_beside_the_packaged(register: Register, home: Home) -> None:
    keep(register, home, AUDIT.replace('"audit.data"', '"house.local"'), "local.toml")
    assert pack_in_use(ON, home).files["house.local"] == "local.toml"
    (change,) = former_versions(register, "local.toml")
    assert change.old is None


def test_a_new_file_is_taken_away_again(register: Register, home: Home) -> None:
    content = AUDIT.replace('"audit.data"', '"house.local"')
    keep(register, home, content, "local.toml")
    (first,) = former_versions(register, "local.toml")
    for _ in range(2):
        take_back(register, home, "local.toml", first.revision, author="mai", on=ON)
        assert not (home.rules / "local.toml").exists()
        assert "house.local" not in pack_in_use(ON, home).rules
    gone, _ = former_versions(register, "local.toml")
    assert (gone.author, gone.new) == ("mai", None)
    take_back(register, home, "local.toml", gone.revision, author="mai", on=ON)
    assert rule_file(home, "local.toml").content == content


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("fm_planning.toml", "fm.area_class"),
        ("fm_plan.toml", "fm.boundary_protection"),
        ("television.toml", "tv.minimum_field"),
        ("public_address.toml", "pa.plan.erp"),
    ],
)
def test_a_rule_that_studies_cannot_do_without_is_not_removed(
    register: Register, home: Home, name: str, rule: str
) -> None:
    with pytest.raises(FormatError) as raised:
        keep(register, home, "", name)
    assert raised.value.key.startswith("rules.rule_lost")
    assert raised.value.values["rule"] == rule
    assert rule in raised.value.say("vi")
    assert not home.rules.exists() or not list(home.rules.iterdir())


def test_a_rule_may_not_end_early_and_may_move(register: Register, home: Home) -> None:
    planning = rule_file(home, "fm_planning.toml").content
    begins = planning.index('id = "fm.area_class"')
    ending = f"{planning[:begins]}valid_to = 2027-12-31\n{planning[begins:]}"
    with pytest.raises(FormatError) as raised:
        keep(register, home, ending, "fm_planning.toml")
    assert raised.value.key == "rules.rule_lost_on"
    assert raised.value.values["on"] == date(2028, 1, 1)
    second = planning[planning.rindex("[[rule]]", 0, begins) :]
    if (following := second.find("[[rule]]", 8)) > 0:
        second = second[:following]
    successor = second.replace(
        'id = "fm.area_class"', 'id = "fm.area_class"\nvalid_from = 2028-01-01'
    )
    keep(register, home, f"{ending}\n{successor}", "fm_planning.toml")


def test_optional_rules_may_be_removed_and_what_is_spoilt_mended(
    register: Register, home: Home
) -> None:
    keep(register, home, "", "exposure.toml")
    assert "site.exposure.broadcast" not in pack_in_use(ON, home).rules
    (home.rules / "audit.toml").write_text("[[rule]\n", encoding="utf-8")
    keep(register, home, STRICTER)
    assert tolerance(home) == 5.0


def test_the_rules_always_read_are_those_of_every_service() -> None:
    read = {AREA_CLASS, BOUNDARY_PROTECTION}
    for service in Service:
        rules = asdict(rules_of(service))
        read |= {one for name, one in rules.items() if one and not name.endswith("_local")}
    read |= {generation.rule for generation in Generation}
    assert set(ALWAYS_READ) == read


def test_two_administrators_cannot_spoil_the_pack_together(register: Register, home: Home) -> None:
    """Both files hold the same new rule; each is sound alone."""
    content = AUDIT.replace('"audit.data"', '"house.local"')
    start = threading.Barrier(2)

    def save(name: str) -> str:
        start.wait()
        try:
            keep(register, home, content, name)
        except FormatError as error:
            return error.key
        return "kept"

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(save, ["mot.toml", "hai.toml"]))
    assert answers == ["kept", "rules.versions_overlap"]
    assert "house.local" in pack_in_use(ON, home).rules


@pytest.mark.geopackage
def test_a_history_that_cannot_be_kept_leaves_the_file_as_it_was(
    register: Register, home: Home
) -> None:
    keep(register, home, STRICTER)
    with register.engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE ON register_state "
            "BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
        connection.commit()
    with pytest.raises(ConflictError):
        keep(register, home, AUDIT)
    assert tolerance(home) == 5.0


@pytest.mark.parametrize(
    ("content", "key", "line"),
    [
        ("[[rule]\n", "rules.file_not_toml_line", 1),
        (AUDIT + "x = nan\n", "rules.parameter_number", LAST),
        (AUDIT + "x = [1, [inf]]\n", "rules.parameter_numbers", LAST),
        (AUDIT + "x = 12:00:00\n", "rules.parameter_plain", LAST),
        (AUDIT + "x = [2026-01-01]\n", "rules.parameter_plain", LAST),
        (AUDIT + f"x = 1{'0' * 400}\n", "rules.parameter_number", LAST),
        (AUDIT + f"x = 1{'0' * 5000}\n", "rules.file_not_toml_text", None),
        (AUDIT.replace("effective_height_tolerance_m = 15\n", ""), "rules.parameter_absent", 5),
        (AUDIT.replace("= 15", '= "15"'), "rules.parameter_number", line_of("= 15")),
        (AUDIT.replace('confidence = "derived"', 'confidence = "sure"'), "rules.value_wrong", 12),
        (AUDIT + AUDIT, "rules.versions_overlap", LAST + line_of("[[rule]]") - 1),
        (
            AUDIT.replace("binding = false", "bindig = false"),
            "rules.key_unknown",
            line_of("binding"),
        ),
    ],
    ids=[
        "TOML",
        "NaN",
        "infinity",
        "time",
        "day",
        "large",
        "digits",
        "parameter",
        "number",
        "confidence",
        "overlap",
        "key",
    ],
)
def test_a_bad_file_is_refused_and_the_pack_stays(
    register: Register, home: Home, content: str, key: str, line: int | None
) -> None:
    with pytest.raises(FormatError) as raised:
        keep(register, home, content)
    assert raised.value.key == key
    assert raised.value.values["line"] == line
    assert "audit.toml" in raised.value.say("vi")
    assert tolerance(home) == 15.0
    assert former_versions(register, "audit.toml") == []


def test_a_pack_that_contradicts_itself_across_files_is_refused(
    register: Register, home: Home
) -> None:
    with pytest.raises(FormatError) as raised:
        keep(register, home, AUDIT, "second.toml")
    assert raised.value.key == "rules.versions_overlap"
    assert "audit.toml:5" in str(raised.value.values["other"])


def test_somebody_elses_change_is_not_written_over(register: Register, home: Home) -> None:
    seen = rule_file(home, "audit.toml").version
    keep(register, home, STRICTER)
    with pytest.raises(ConflictError):
        keep_rule_file(register, home, "audit.toml", AUDIT, author="mai", expected=seen, on=ON)
    assert tolerance(home) == 5.0


@pytest.mark.parametrize("name", ["../x.toml", "a/b.toml", "A.toml", ".toml", "x.txt", "x" * 90])
def test_a_name_that_is_none(home: Home, name: str) -> None:
    with pytest.raises(NotFoundError):
        rule_file(home, name)
    with pytest.raises(NotFoundError):
        judge_rule_file(home, name, AUDIT, ON)


def test_the_same_content_is_no_change(register: Register, home: Home) -> None:
    keep(register, home, AUDIT)
    assert former_versions(register, "audit.toml") == []
    assert not (home.rules / "audit.toml").exists()


def test_a_folder_of_rules_that_is_empty_changes_nothing(tmp_path: Path) -> None:
    assert load_rule_pack(ON, own=tmp_path).version == load_rule_pack(ON).version


def test_a_study_rests_on_the_pack_in_use_and_names_it(
    register: Register,
    home: Home,
    study_context: Callable[..., StudyContext],
    make_station: Callable[..., BroadcastStation],
    make_plan_entry: Callable[..., PlanEntry],
) -> None:
    context = study_context(stations=[make_station("dai")], entries=[make_plan_entry()])
    wanted = {"station_id": "dai", "on": ON.isoformat(), "changes": "none"}
    shipped = run("compliance", wanted, context).inputs["rules"]["version"]
    keep(register, home, STRICTER)
    rested = run("compliance", wanted, context).inputs["rules"]["version"]
    assert rested == pack_in_use(ON, home).version != shipped


def test_a_check_made_again_is_the_newest_though_it_was_kept(
    register: Register,
    home: Home,
    study_context: Callable[..., StudyContext],
    make_station: Callable[..., BroadcastStation],
) -> None:
    """Checked, checked by another rule, the rule taken back, checked again."""
    context = study_context(stations=[make_station("dai")])
    wanted = {"on": ON.isoformat()}
    first = run("compliance", wanted, context)
    keep(register, home, STRICTER)
    second = run("compliance", wanted, context)
    for age, study in enumerate((second, first)):
        os.utime(home.study(study.id), (1e9 - age, 1e9 - age))
    assert newest_of_plan(home, "fm", ON) == second
    (change,) = former_versions(register, "audit.toml")
    take_back(register, home, "audit.toml", change.revision, author="lan", on=ON)
    assert run("compliance", wanted, context) == first
    assert newest_of_plan(home, "fm", ON) == first
