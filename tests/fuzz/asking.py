"""Schemathesis over every operation of the description, as every role; counts and what is wrong.

`make fuzz` runs it whole: at least 5,000 cases a role, each against all checks of Schemathesis.
An answer of 400 or 422 to what the description allows is right only for the reasons that stand in
`RULES` (and in docs/api.md): rules that JSON Schema cannot say.

make fuzz ARGS="[--cases 5000] [--role staff ...] [--seed 1] [--each]"
"""

import argparse
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from api.app import create_app
from api.identity import new_token
from api.roles import Role
from api.settings import Settings
from gis.register.accounts import Access
from tests.api.ogc_server import OWN, filled
from tests.api.test_hostile_values import known_ids
from tests.fuzz.rules import RULES, RULES_OF_PARAMETERS

__all__ = ["Told", "asked_as", "prepared"]

_REFUSED = (400, 422)
_TURNS = 3
_KEPT_AWAY = ("job_id",)
"""Names whose records are not offered: the progress of a job that nobody works on lasts."""


@dataclass
class Told:
    """What a run found."""

    role: str
    cases: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Say it."""
        count, kinds = sum(self.cases.values()), len(self.cases)
        yield f"{self.role}: {count} cases over {kinds} operations, {dict(self.statuses)}"
        for (operation, check), said in sorted(self.wrong.items()):
            yield f"  WRONG {operation}: {check}: {said}"


@dataclass
class Prepared:
    """A running application, tokens, and names of records."""

    app: Any
    client: TestClient
    tokens: dict[str, dict[str, str]]
    ids: Mapping[str, str]


@contextmanager
def prepared(demo: Path, home: Path) -> Iterator[Prepared]:
    """Serve a register that has something of everything."""
    filled(demo, home / "register.gpkg")
    settings = Settings(home=home, workers=0, requests_per_s=100_000, max_upload_mb=1)
    app = create_app(settings)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        service = app.state.service
        tokens: dict[str, dict[str, str]] = {Role.ANONYMOUS.value: {}}
        for role in Role:
            if role is Role.ANONYMOUS:
                continue
            organisation = OWN if role is Role.OPERATOR else None
            account = service.accounts.add(
                f"{role.value}-1", role.value, organisation_id=organisation
            )
            secret, _ = new_token(service.accounts, account.id, "t", days=1, access=Access.WRITE)
            tokens[role.value] = {"authorization": f"Bearer {secret}"}
        ids = known_ids(client, service, tokens.__getitem__)
        yield Prepared(app, client, tokens, ids)


def asked_as(role: str, prepared: Prepared, *, cases: int, seed: int = 0) -> Told:
    """Ask every operation as one role, so many cases in all.

    Parameters
    ----------
    role : str
        Who asks.
    prepared : Prepared
        Who is asked.
    cases : int
        How many at least; each operation has its share, a third of it what the description
        forbids.
    seed : int
        Which cases.
    """
    schema = schemathesis.openapi.from_asgi("/openapi.json", prepared.app)
    operations = [one.ok() for one in schema.get_all_operations()]
    share = -(-cases // len(operations))
    told = Told(role)
    for operation in operations:
        _ask(operation, prepared, told, share, seed)
    return told


def _ask(operation: Any, prepared: Prepared, told: Told, share: int, seed: int) -> None:
    """Try an operation; one that has few different cases is tried with several draws."""
    wanted = {GenerationMode.POSITIVE: share, GenerationMode.NEGATIVE: -(-share // 3)}
    for mode, most in wanted.items():
        left = most
        for turn in range(_TURNS):
            if left > 0:
                left -= _cases(_Run(operation, mode, prepared, told), left, seed + turn)


@dataclass
class _Run:
    """One kind of cases of one operation."""

    operation: Any
    mode: GenerationMode
    prepared: Prepared
    told: Told


def _cases(run: _Run, most: int, seed: int) -> int:
    """Try cases of one kind and return how many there were; an operation may have none."""
    done = Counter[str]()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=most,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
        derandomize=False,
    )
    @given(case=run.operation.as_strategy(generation_mode=run.mode))
    def one(case: Any) -> None:
        done["cases"] += 1
        if run.mode is GenerationMode.POSITIVE and done["cases"] % 3 != 0:
            _name(case, run.prepared.ids)
        _judge(case, run)

    try:
        one()
    except (hypothesis.errors.Unsatisfiable, hypothesis.errors.FailedHealthCheck):
        return most  # nothing can be wrong with it
    return done["cases"]


def _name(case: Any, ids: Mapping[str, str]) -> None:
    """Put names of records that are there into an address, and say that they were seen."""
    parameters = case.path_parameters or {}
    for name in list(parameters):
        if name in ids and name not in _KEPT_AWAY:
            parameters[name] = ids[name]
        if name == "feature_id" and "/stations/" in case.path:
            parameters[name] = ids["station_id"]
    if "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"


def _judge(case: Any, run: _Run) -> None:
    told, label = run.told, case.operation.label
    response = case.call(headers=run.prepared.tokens[told.role])
    told.cases[label] += 1
    told.statuses[response.status_code] += 1
    where = f"{case.method} {case.formatted_path} {case.query} {str(case.body)[:300]}"[:400]
    try:
        case.validate_response(response, excluded_checks=_not_ours(run.mode))
    except schemathesis.core.failures.FailureGroup as group:
        for failure in group.exceptions:
            said = f"{response.status_code} {str(failure.message)[:200]} | {where}"
            told.wrong.setdefault(
                (label, type(failure).__name__), f"{said} | {response.text[:200]}"
            )
    if run.mode is GenerationMode.POSITIVE and response.status_code in _REFUSED:
        _judge_refusal(label, response, told, where)


def _not_ours(mode: GenerationMode) -> list[Any]:
    """Return the check that `RULES` stands in the place of."""
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    return [positive_data_acceptance] if mode is GenerationMode.POSITIVE else []


def _judge_refusal(label: str, response: Any, told: Told, where: str) -> None:
    answer = response.json()
    code = answer.get("code", "")
    told.reasons[code or "schema"] += 1
    names = {one["name"] for one in answer.get("errors") or [] if not code}
    if code not in RULES and not (names and names <= RULES_OF_PARAMETERS.keys()):
        said = f"{answer.get('detail')} | {answer.get('errors')} | {where[:400]}"
        told.wrong.setdefault((label, f"refused:{code}"), f"{response.status_code} {said}")


def main(arguments: list[str]) -> int:
    """Run as somebody asked."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--cases", type=int, default=5_000)
    parser.add_argument("--role", action="append", choices=[role.value for role in Role])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", action="store_true", help="say the count of each operation")
    asked = parser.parse_args(arguments)
    wrong = 0
    with TemporaryDirectory() as folder:
        demo = Path(folder) / "demo.gpkg"
        _demonstration(demo)
        for role in asked.role or [role.value for role in Role]:
            home = Path(folder) / role
            with prepared(demo, home) as served:
                told = asked_as(role, served, cases=asked.cases, seed=asked.seed)
            wrong += len(told.wrong)
            sys.stdout.write("\n".join(told.lines()) + "\n")
            if asked.each:
                for operation, count in sorted(told.cases.items()):
                    sys.stdout.write(f"  {count:5} {operation}\n")
            sys.stdout.write(f"  refused for a reason: {dict(told.reasons)}\n")
            sys.stdout.flush()
            shutil.rmtree(home, ignore_errors=True)
    return int(wrong > 0)


def _demonstration(path: Path) -> None:
    from gis.demo import load_demonstration
    from gis.register.store import Register

    with Register.open(path, create=True) as register:
        load_demonstration(register)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
