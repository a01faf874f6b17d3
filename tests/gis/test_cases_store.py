"""Sharing requests in the register: two writers at once, nothing changed, who sees what."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from gis.cases.details import read_attachments, read_details
from gis.cases.records import EventKind, Party, State
from gis.cases.sharing import read_events
from gis.cases.steps import STEPS
from gis.cases.store import Cases, Wish, party_of
from gis.errors import ConflictError, FormatError, GisError, NotFoundError
from gis.exchange.importing import judge
from gis.home import Home
from gis.register import engine, moments
from gis.register.ledger import Ledger
from gis.register.records import Provenance
from gis.register.rows import codec_of_table
from gis.register.schema import case_events
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import Contract
from propagation.compliance.records import Confidence
from tests.prepared import demo_register

REQUESTER, OWNER = (Scope(Role.OPERATOR, name) for name in ("mo-phong-a", "mo-phong-b"))
OTHER, STAFF = Scope(Role.OPERATOR, "mo-phong-c"), Scope(Role.STAFF)
ROUNDS = 25

# Two of these append the same step again and again; what each says is "won" or the error's key.
WRITER = """
import sys
from pathlib import Path
from gis.cases.records import EventKind
from gis.cases.store import Cases
from gis.errors import ConflictError
from gis.home import Home
from gis.register.scopes import Role, Scope
from gis.register.store import Register

home, who = Home(Path(sys.argv[1])), sys.argv[2]
scope = Scope(Role.OPERATOR, "mo-phong-b")
with Register.open(sys.argv[3]) as register:
    cases = Cases(register, home)
    cases.basis()
    print("ready", flush=True)
    for line in sys.stdin:
        case_id, expected = line.split()
        try:
            cases.append(case_id, EventKind.DELAYED, {"reason": who}, scope, who,
                         expected=int(expected))
            print("won", flush=True)
        except ConflictError as error:
            print(error.key, flush=True)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def register(home: Home) -> Register:
    with demo_register(home.register) as opened:
        yield opened


@pytest.fixture
def cases(register: Register, home: Home) -> Cases:
    return Cases(register, home)


@pytest.fixture
def asked(register: Register, cases: Cases) -> Callable[..., str]:
    structure = register.structures(PUBLIC, owner_id="mo-phong-b", limit=1)[0]

    def ask(**changes: object) -> str:
        wish = {"structure_id": structure.id, "technology": "5G", "purpose": "Phủ sóng"}
        request = cases.draft(Wish(**{**wish, **changes}), REQUESTER, "lan")
        cases.append(request.id, EventKind.SUBMITTED, {}, REQUESTER, "lan", expected=1)
        return request.id

    return ask


def test_of_two_processes_that_append_at_once_one_wins(
    home: Home, register: Register, cases: Cases, asked: Callable[..., str], tmp_path: Path
) -> None:
    case_id = asked()
    script = tmp_path / "writer.py"
    script.write_text(WRITER, encoding="utf-8")
    command = [sys.executable, "-P", str(script), str(home.folder)]
    writers = [
        subprocess.Popen(
            [*command, name, str(register.address)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("first", "second")
    ]
    try:
        assert [one.stdout.readline() for one in writers] == ["ready\n", "ready\n"]
        for turn in range(ROUNDS):
            for one in writers:
                one.stdin.write(f"{case_id} {turn + 2}\n")
                one.stdin.flush()
            said = sorted(one.stdout.readline().strip() for one in writers)
            assert said == ["requests.changed", "won"], turn
    finally:
        for one in writers:
            one.stdin.close()
            one.wait(30)
            one.stdout.close()
    _, events = cases.request(case_id, SYSTEM)
    assert [one.sequence for one in events] == list(range(1, ROUNDS + 3))
    assert all(before.at <= after.at for before, after in pairwise(events))


def test_a_clock_that_was_set_back_puts_no_event_before_another(
    cases: Cases, register: Register, asked: Callable[..., str]
) -> None:
    case_id = asked()
    later = moments.now() + timedelta(days=30)
    ahead = {
        "case_id": case_id,
        "sequence": 3,
        "kind": EventKind.FOUND_COMPLETE.value,
        "party": Party.OWNER.value,
        "account": "b",
        "organisation_id": "mo-phong-b",
        "at": moments.to_text(later),
        "details": "{}",
        "attachments": "[]",
    }
    with engine.writing(register.engine) as connection:
        connection.execute(insert(case_events), [ahead])
    made = cases.append(case_id, EventKind.ACCEPTED, {}, OWNER, "b", expected=3)
    assert made.at == later
    _, events = cases.request(case_id, OWNER)
    assert [one.at for one in events] == sorted(one.at for one in events)
    rules, calendar = cases.basis()
    for one in read_events(events, moments.now(), rules, calendar).clocks:
        assert one.ended_at is None or one.ended_at >= one.started_at


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM case_events", "only added to"),
        ("DELETE FROM cases", "only added to"),
        ("UPDATE case_events SET account = 'x'", "only added to"),
        ("UPDATE cases SET purpose = 'x'", "only added to"),
        ("INSERT INTO case_events SELECT * FROM case_events", "(?i)unique"),
    ],
)
def test_what_happened_is_never_changed_or_removed(
    register: Register, asked: Callable[..., str], statement: str, why: str
) -> None:
    asked()
    with pytest.raises(IntegrityError, match=why), register.engine.connect() as connection:
        connection.exec_driver_sql(statement)
    register.close()
    with Register.open(register.address) as again:
        again.check()


def test_a_structure_with_a_request_is_not_removed(
    register: Register, cases: Cases, asked: Callable[..., str]
) -> None:
    request, _ = cases.request(asked(), SYSTEM)
    with engine.writing(register.engine) as connection:
        ledger = Ledger(connection, "test", "remove")
        ledger.remove(codec_of_table("structures"), [request.structure_id])
        with pytest.raises(ConflictError):
            ledger.finish()
        connection.rollback()


def test_a_request_is_read_as_it_was_asked(cases: Cases, asked: Callable[..., str]) -> None:
    wanted = {
        "bands": "3500-3600 MHz",
        "height_above_ground_m": 32.25,
        "wanted_from": date(2027, 1, 4),
        "wanted_to": date(2032, 1, 3),
    }
    request, events = cases.request(asked(**wanted), OWNER)
    assert {name: getattr(request, name) for name in wanted} == wanted
    assert (request.requester_id, request.owner_id) == ("mo-phong-a", "mo-phong-b")
    assert [one.party for one in events] == [Party.REQUESTER] * 2
    assert [party_of(request, one) for one in (REQUESTER, OWNER, OTHER, STAFF, PUBLIC)] == [
        Party.REQUESTER,
        Party.OWNER,
        None,
        Party.DEPARTMENT,
        None,
    ]


def test_who_sees_a_request(cases: Cases, asked: Callable[..., str]) -> None:
    case_id = asked()
    seen = {REQUESTER: 1, OWNER: 1, STAFF: 1, SYSTEM: 1, OTHER: 0, PUBLIC: 0}
    seen |= {Scope(Role.ADMINISTRATOR): 1, Scope(Role.VIEWER): 0}
    seen |= {Scope(Role.VIEWER, "mo-phong-a"): 0}
    for scope, count in seen.items():
        assert cases.count(scope) == len(cases.requests(scope)) == count, scope
        if not count:
            with pytest.raises(NotFoundError):
                cases.request(case_id, scope)
            with pytest.raises(NotFoundError):
                cases.append(case_id, EventKind.ACCEPTED, {}, scope, "x", expected=2)


def test_a_draft_that_was_thrown_away_stays_its_requesters(
    cases: Cases, register: Register
) -> None:
    structure = register.structures(PUBLIC, owner_id="mo-phong-b", limit=1)[0]
    wish = Wish(structure_id=structure.id, technology="5G", purpose="x")
    drafted = cases.draft(wish, REQUESTER, "lan")
    cases.append(drafted.id, EventKind.WITHDRAWN, {}, REQUESTER, "lan", expected=1)
    assert [cases.count(one) for one in (REQUESTER, OWNER, STAFF)] == [1, 0, 0]


def test_who_may_not_ask(cases: Cases, register: Register) -> None:
    structure = register.structures(PUBLIC, owner_id="mo-phong-b", limit=1)[0]
    wish = Wish(structure_id=structure.id, technology="5G", purpose="x")
    for scope in (STAFF, PUBLIC, SYSTEM, OWNER):
        with pytest.raises(FormatError):
            cases.draft(wish, scope, "x")


def test_the_listing_is_in_pages_the_newest_first(cases: Cases, asked: Callable[..., str]) -> None:
    made = [asked() for _ in range(5)]
    listed = [one.id for one, _ in cases.requests(STAFF)]
    assert listed == made[::-1]
    paged = [one.id for n in (0, 2, 4) for one, _ in cases.requests(STAFF, limit=2, offset=n)]
    assert paged == listed
    rules, calendar = cases.basis()
    for _, events in cases.requests(STAFF):
        standing = read_events(events, moments.now(), rules, calendar)
        assert standing.state is State.SUBMITTED


def test_an_escalation_without_evidence_still_has_its_hash(
    cases: Cases, asked: Callable[..., str]
) -> None:
    case_id = asked()
    refusal = {"grounds": "sharing.ground.other", "reason": "x"}
    cases.append(case_id, EventKind.REFUSED, refusal, OWNER, "b", expected=2)
    raised = cases.append(
        case_id,
        EventKind.ESCALATED,
        {"reason": "x"},
        REQUESTER,
        "a",
        expected=3,
        evidence={"prices": [1, 2]},
    )
    assert cases.request(case_id, STAFF)[1][-1] == raised


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (EventKind.RETURNED, {}),
        (EventKind.RETURNED, {"reason": " "}),
        (EventKind.RETURNED, {"reason": "x" * 4001}),
        (EventKind.RETURNED, {"reason": "x", "note": "y"}),
        (EventKind.COUNTERED, {"proposal": "x", "asked_rent_vnd_per_month": "-1"}),
        (EventKind.COUNTERED, {"proposal": "x", "asked_rent_vnd_per_month": "1e13"}),
        (EventKind.COUNTERED, {"proposal": "x", "asked_rent_vnd_per_month": "nan"}),
        (EventKind.COUNTERED, {"proposal": "x", "asked_rent_vnd_per_month": True}),
        (EventKind.COUNTERED, {"proposal": "x", "asked_rent_vnd_per_month": [1]}),
        (EventKind.COUNTERED, {"proposal": "x", "asked_rent_vnd_per_month": 10**400}),
        (EventKind.LICENCES_STATED, {"requester_licence": "local"}),
        (EventKind.LICENCES_STATED, {"requester_licence": "x", "owner_licence": "local"}),
        (
            EventKind.DECIDED,
            {
                "authority": "king",
                "instrument": "1",
                "decided_on": "2026-01-01",
                "outcome": "share",
                "result": "x",
            },
        ),
        (
            EventKind.DECIDED,
            {
                "authority": "court",
                "instrument": "1",
                "decided_on": "1/1/2026",
                "outcome": "share",
                "result": "x",
            },
        ),
    ],
)
def test_what_an_event_may_not_say(kind: EventKind, given: dict[str, object]) -> None:
    with pytest.raises(GisError) as caught:
        read_details(STEPS[kind].fields, given, authorities=("court",))
    for language in ("vi", "en"):
        assert caught.value.say(language)
    assert caught.value.values["name"] in {*given, "reason", "owner_licence"}


def test_a_rent_is_written_as_either_language_does() -> None:
    told = {"proposal": "x", "asked_rent_vnd_per_month": "1500000,5"}
    assert (
        read_details(STEPS[EventKind.COUNTERED].fields, told)["asked_rent_vnd_per_month"]
        == 1_500_000.5
    )


def test_names_of_papers() -> None:
    assert read_attachments("a.pdf\r\n\n b.pdf ") == ("a.pdf", "b.pdf")
    assert read_attachments(["a.pdf"]) == ("a.pdf",)
    for wrong in (["x"] * 21, [1], 3, "a\u0000", "x" * 201):
        with pytest.raises(FormatError):
            read_attachments(wrong)


def test_a_contract_names_a_request_of_its_own(
    register: Register, asked: Callable[..., str], tmp_path: Path
) -> None:
    """The request is about its structure, between its owner and its tenant."""
    request_id = asked()
    structure_id, owner, requester = register.parties_of_requests()[request_id]
    assert (owner, requester) == ("mo-phong-b", "mo-phong-a")
    other = register.structures(PUBLIC, owner_id="mo-phong-b", limit=2)[1]
    assert other.id != structure_id
    good = Contract(
        id="hđ", number="9/HĐ", owner_id=owner, tenant_id=requester, structure_id=structure_id,
        case_id=request_id, valid_from=date(2026, 1, 1),
        provenance=Provenance(confidence=Confidence.VERIFIED, source="test"),
    )  # fmt: skip
    for changes in (
        {"case_id": "không có"},
        {"structure_id": other.id},
        {"tenant_id": "mo-phong-c"},
    ):
        with pytest.raises(FormatError) as told:
            keep(register, replace(good, **changes))
        assert told.value.key == "errors.contract_of_other_request"
    file = tmp_path / "hd.csv"
    codes = {one.id: one.code for one in (register.structure(structure_id, SYSTEM), other)}
    names = {one.id: one.name for one in register.organisations()}
    rows = [
        f"{number};{names[owner]};{names[requester]};{codes[at]};01/01/2026;{request_id}"
        for number, at in (("1/HĐ", structure_id), ("2/HĐ", other.id))
    ]
    header = "Số hợp đồng;Bên cho thuê;Bên thuê;Mã công trình;Từ ngày;Mã yêu cầu"
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    report = judge(file, kind="contracts", register=register)
    assert [one.record.number for one in report.accepted] == ["1/HĐ"]
    assert [one.key for one in report.problems] == ["exchange.problem.other_request"]
    assert report.problems[0].value == request_id
    keep(register, good)
    assert register.contracts(SYSTEM, ids=["hđ"]) == [good]


def keep(register: Register, contract: Contract) -> None:
    with register.write(author="test", reason="test") as writer:
        writer.add_contracts([contract])
