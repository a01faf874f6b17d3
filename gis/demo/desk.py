"""Cases on the demonstration's desk and requests between its operators, once."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from data import path
from gis.cases.records import EventKind
from gis.cases.store import Cases, Wish
from gis.cases.working_days import local_day
from gis.desk.registry import procedure_of
from gis.desk.store import Desk
from gis.home import Home
from gis.register import moments
from gis.register.scopes import SYSTEM, Role, Scope
from gis.register.store import Register

__all__ = ["load_demonstration_desk"]

_DAYS_AGO: Final = re.compile(r"\{(-?\d+)\}")


def load_demonstration_desk(register: Register, home: Home) -> int:
    """Open the demonstration's cases and requests and take their steps.

    Where a case or a request is already, nothing changes: the desk is in use.

    Parameters
    ----------
    register : Register
        An open register that holds the demonstration.
    home : Home
        Where rules, decisions on working days and files lie.

    Returns
    -------
    int
        How many cases and requests were opened.
    """
    desk, requests = Desk(register, home), Cases(register, home)
    if desk.count(SYSTEM) or requests.requests(SYSTEM, limit=1):
        return 0
    told = tomllib.loads(path("samples/demonstration_desk.toml").read_text(encoding="utf-8"))
    told = _dated(told, local_day(moments.now()))
    account = told["account"]
    for one in told["case"]:
        _open(desk, one, account)
    for one in told["request"]:
        _ask(requests, one, account)
    return len(told["case"]) + len(told["request"])


def _dated(told: Any, today: date) -> Any:
    """Return what was told with the days that it counts from today."""
    if isinstance(told, Mapping):
        return {name: _dated(value, today) for name, value in told.items()}
    if isinstance(told, list):
        return [_dated(value, today) for value in told]
    return _DAYS_AGO.sub(partial(_day, today), told) if isinstance(told, str) else told


def _day(today: date, found: re.Match[str]) -> str:
    return (today + timedelta(days=int(found[1]))).isoformat()


def _scope(told: Mapping[str, Any]) -> Scope:
    return Scope(Role.OPERATOR, told["by"]) if "by" in told else SYSTEM


def _open(desk: Desk, told: Mapping[str, Any], account: str) -> None:
    procedure = procedure_of(told["kind"])
    case = desk.open(procedure, told["facts"], _scope(told), account=account)
    for count, step in enumerate(told.get("steps", ()), 1):
        desk.append(
            procedure,
            case.id,
            step["kind"],
            _details(step),
            _scope(step),
            account=account,
            expected=count,
        )


def _ask(requests: Cases, told: Mapping[str, Any], account: str) -> None:
    wish = {name: value for name, value in told.items() if name not in ("by", "steps")}
    request = requests.draft(Wish(**wish), _scope(told), account)
    for count, step in enumerate(told["steps"], 1):
        requests.append(
            request.id,
            EventKind(step["kind"]),
            _details(step),
            _scope(step),
            account,
            expected=count,
        )


def _details(step: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step.items() if name not in ("kind", "by")}
