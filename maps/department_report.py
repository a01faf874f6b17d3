"""A report of a period in words: heads, names of rows, numbers, charts, notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from data.text import Language, number, text, when
from gis.reporting.period import Period
from gis.reporting.report import DepartmentReport
from gis.reporting.tables import Column, Line, Table
from maps.bars_figure import Bar, bars_svg

__all__ = [
    "Chart",
    "charts",
    "column_title",
    "coverage_facts",
    "notes",
    "period_title",
    "row_title",
    "said",
    "title",
]

_MOST_BARS: Final = 20


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of a table's column or row, and the same for a telephone."""

    title: str
    alternative: str
    svg: str
    narrow: str


def period_title(period: Period, language: Language) -> str:
    """Return a period in words."""
    year = str(period.first.year)
    return text(f"reports.period_{period.kind}", language, number=period.number, year=year)


def title(table: Table, language: Language) -> str:
    """Return what a table is called."""
    what = text(f"reports.table.{table.name}", language)
    return text(f"reports.by_{table.by}", language, what=what)


def column_title(column: Column, language: Language) -> str:
    """Return the head of a column."""
    return text(column.label, language)


def row_title(table: Table, line: Line, language: Language) -> str:
    """Return the name of a row."""
    if table.by == "kind" and line.id:
        return text(f"desk_{line.id}.title", language)
    return line.name or text("reports.unknown_row", language)


def said(column: Column, value: float | None, language: Language) -> str:
    """Return a number as people read it."""
    if value is None:
        return "–"
    if column.share:
        return f"{number(value, language, 1)} %"
    return number(value, language, 1 if column.sums else 0)


def notes(report: DepartmentReport, language: Language) -> list[str]:
    """Return what a reader must know: days, as of when, what is approximate or made up."""
    period = report.period
    found = [
        text("reports.basis_days", language, first=period.first, last=period.last, on=report.on),
        text("reports.basis_now", language)
        if report.known_at is None
        else text("reports.basis_then", language, at=report.known_at),
        text("reports.basis_cases", language, at=report.ends),
    ]
    if report.running:
        found.append(text("reports.running", language, on=report.on))
    if report.uncertain:
        found.append(text("reports.uncertain", language, count=report.uncertain))
    if report.synthetic:
        found.append(text("pages.stamp_synthetic", language))
    if report.known_at is not None and not report.tables[0].total.values["all"]:
        found.append(text("reports.nothing_then", language))
    return found


def charts(report: DepartmentReport, language: Language) -> list[Chart]:
    """Return the drawings: kinds of structures, mobile sites, shares of communes."""
    found = []
    for name in ("structures-commune", "sites-operator"):
        table = report.table(name)
        bars = [
            (column_title(one, language), table.total.values[one.name] or 0.0)
            for one in table.columns
            if one.name != "all"
        ]
        found.append(_chart(name, text(f"reports.chart.{table.name}", language), bars, language))
    shares = _shares(report.table("sharing-commune"), language)
    told = text("reports.chart.sharing", language, most=_MOST_BARS)
    found.append(_chart("sharing", told, shares, language, decimals=1, unit=" %"))
    return found


def _shares(table: Table, language: Language) -> list[Bar]:
    rows = [
        (f"{row_title(table, line, language)} ({_of(line, language)})", line.values["rate"] or 0.0)
        for line in table.lines
        if line.values["rate"]
    ]
    return sorted(rows, key=lambda one: (-one[1], one[0]))[:_MOST_BARS]


def _of(line: Line, language: Language) -> str:
    """Return how many of how many a sharing rate is."""
    shared, every = line.values["shared"] or 0.0, line.values["all"] or 0.0
    return text("reports.shared_of", language, shared=round(shared), all=round(every))


def _chart(
    name: str,
    told: str,
    bars: Sequence[Bar],
    language: Language,
    *,
    decimals: int = 0,
    unit: str = "",
) -> Chart:
    alternative = "; ".join(
        f"{label}: {number(value, language, decimals)}{unit}" for label, value in bars
    )
    svg, narrow = (
        bars_svg(each, told, bars, language, decimals=decimals, unit=unit, narrow=small)
        for each, small in ((f"chart-{name}", False), (f"chart-{name}-narrow", True))
    )
    return Chart(told, alternative or text("reports.none", language), svg, narrow)


def coverage_facts(report: DepartmentReport, language: Language) -> list[tuple[str, str]]:
    """Return the coverage of each generation in words, with its study."""
    found = []
    for one in report.coverage:
        label = text(f"mobile.generation_{one.generation}", language)
        if one.study_id is None:
            found.append((label, text("reports.coverage_none", language)))
            continue
        found.append(
            (
                label,
                text(
                    "reports.coverage_told",
                    language,
                    percent=round(one.percent or 0.0, 1),
                    covered=round(one.covered_km2 or 0.0, 1),
                    area=round(one.area_km2 or 0.0, 1),
                    on=when(one.on, language) if one.on else "–",
                    band=f"{one.band} MHz" if one.band else text("mobile.all_bands", language),
                    study=one.study_id,
                ),
            )
        )
    return found
