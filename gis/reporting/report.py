"""A report of a period: its tables, and on what they rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from data.text import VIET_NAM
from gis.cases.store import Cases
from gis.desk.registry import PROCEDURES
from gis.desk.store import Desk
from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.kept import KeptResults
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.reporting.cases import Basis, desk_table, request_table
from gis.reporting.coverage import Coverage, coverages
from gis.reporting.infrastructure import holdings, infrastructure_tables
from gis.reporting.period import Period
from gis.reporting.tables import Table

__all__ = ["DepartmentReport", "department_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentReport:
    """A report.

    Attributes
    ----------
    period : Period
        What it is of.
    on : date
        The day on which the register is counted: the last one, or today while the period runs.
    known_at : datetime or None
        The moment as of which the register is known; None is now.
    ends : datetime
        The last moment that counts of requests and cases.
    running : bool
        Whether the period has not ended.
    version : str
        The version of the register now.
    tables : sequence of Table
        The numbers.
    coverage : sequence of Coverage
        Coverage by generation.
    uncertain : int
        How many places lie in a commune by points and bounds only.
    synthetic : bool
        Whether any of it is demonstration data.
    """

    period: Period
    on: date
    known_at: datetime | None
    ends: datetime
    running: bool
    version: str
    tables: Sequence[Table]
    coverage: Sequence[Coverage]
    uncertain: int
    synthetic: bool

    def table(self, name: str) -> Table:
        """Return a table by its name in addresses.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        found = next((one for one in self.tables if one.id == name), None)
        if found is None:
            raise NotFoundError("reports.table_unknown", table=name[:60])
        return found


def department_report(
    register: Register,
    home: Home,
    period: Period,
    now: datetime,
    *,
    kept: KeptResults,
    as_known: bool = True,
) -> DepartmentReport:
    """Return the report of a period.

    Parameters
    ----------
    register : Register
        The register with its cases.
    home : Home
        Where studies and the administrator's own rules live.
    period : Period
        The period.
    now : datetime
        This moment, UTC.
    kept : KeptResults
        Where what was counted of the register is kept as long as it holds.
    as_known : bool
        Whether the register is counted as it was known at the end of the period; else as it is
        known now, of that day.

    Raises
    ------
    FormatError
        If the period has not begun, or a rule file is spoilt.
    """
    begins = _at(period.first, time.min)
    if begins > now:
        raise FormatError("reports.future", name="period", value=period.name)
    closes = _at(period.last, time(23, 59, 59, 999_000))
    running = closes > now
    ends, on = (now, now.astimezone(VIET_NAM).date()) if running else (closes, period.last)
    known_at = closes if as_known and not running else None
    version = register.version()
    counted = kept.get(
        "department_report", (version, on, known_at), lambda: _counted(register, on, known_at)
    ).value
    tables = list(counted.tables)
    desk, cases = Desk(register, home), Cases(register, home)
    basis = Basis(begins, ends, *desk.basis())
    names = {one.id: one.name for one in register.organisations()}
    tables.append(request_table(cases.requests(SYSTEM), names, basis))
    tables.append(desk_table(desk.cases(SYSTEM), PROCEDURES, basis))
    covered = coverages(home, on)
    return DepartmentReport(
        period=period,
        on=on,
        known_at=known_at,
        ends=ends,
        running=running,
        version=version,
        tables=tables,
        coverage=covered,
        uncertain=counted.uncertain,
        synthetic=counted.synthetic or any(one.synthetic for one in covered),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the register alone says."""

    tables: tuple[Table, ...]
    uncertain: int
    synthetic: bool


def _counted(register: Register, on: date, known_at: datetime | None) -> _Counted:
    opened = register.snapshot() if known_at is None else register.as_known(known_at, SYSTEM)
    with opened as reader:
        held = holdings(reader, on)
        tables = tuple(infrastructure_tables(held))
    return _Counted(tables, held.uncertain, held.synthetic)


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, VIET_NAM)
