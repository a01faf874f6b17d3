"""The packaged lines of channel plans and assignments, each with its source and its label."""

import csv
from collections.abc import Mapping
from datetime import date

from data import path
from data.text import Language, Phrase, has, text
from gis.register.records import PlanEntry, Provenance, Service, StationClass
from propagation.compliance.records import Confidence

__all__ = ["named_plan", "packaged_plan_entries", "packaged_rows", "row_provenance"]

_FM = "plans/fm_regulations_1_3.csv"


_NAMED = {
    "plan_id": ("register", "plan"),
    "surface": ("planning", "surface"),
    "zone_kind": ("register", "planning_zone_kind"),
}
"""Values that a study keeps by their ids, and where their names stand."""


def named_plan(values: Mapping[str, object], language: Language | str) -> dict[str, object]:
    """Return the values of a sentence with names of packaged plans, surfaces and kinds of zones.

    They stand in the place of their ids. A province is told by its name in the language, which
    stands beside its code as `province_vi` and `province_en`; else by its code.
    """
    keys = {
        name: f"{catalogue}.{group}.{values[name]}"
        for name, (catalogue, group) in _NAMED.items()
        if name in values
    }
    told = {**values, **{name: Phrase(key) for name, key in keys.items() if has(key)}}
    if "province" in values:
        coded = text("planning.province_of_code", language, code=values["province"])
        told["province"] = values.get(f"province_{Language(language)}", coded)
    return told


def packaged_plan_entries() -> tuple[PlanEntry, ...]:
    """Return the FM rows found in public sources, as lines of plans.

    Rows whose source prints no site have no coordinates; none states a radiated power, so none
    has `erp_max_dbw`. Where two sources disagree both rows are here, and neither is verified.
    """
    return tuple(_entry(number, row) for number, row in packaged_rows())


def packaged_rows() -> tuple[tuple[int, Mapping[str, str]], ...]:
    """Return the packaged rows as written, with their line in the file."""
    with path(_FM).open(encoding="utf-8", newline="") as stream:
        return tuple(enumerate(csv.DictReader(stream), start=2))


_BARE = frozenset({"V1", "V2", "D"})
"""Labels that say no more than the confidence does."""


def row_provenance(number: int, row: Mapping[str, str]) -> Provenance:
    """Return where a packaged row came from, how sure it is, and its warning."""
    said, label = row["source"], row["label"]
    if label not in _BARE:
        said = f"{said} [{label}]"
    return Provenance(
        confidence=Confidence(row["confidence"]),
        source=f"{said}. {row['note']}" if row["note"] else said,
        row=number,
    )


def _entry(number: int, row: Mapping[str, str]) -> PlanEntry:
    return PlanEntry(
        id=row["id"],
        plan_id=row["plan_id"],
        service=Service.FM,
        frequency_mhz=float(row["frequency_mhz"]),
        programme=row["programme"],
        site_name=row["site_name"],
        station_class=StationClass(row["station_class"]),
        longitude=_number(row["longitude"]),
        latitude=_number(row["latitude"]),
        antenna_height_m=_number(row["antenna_height_m"]),
        power_max_kw=_number(row["power_kw"]),
        province_code=row["province_code"] or None,
        instrument=row["instrument"],
        clause=row["clause"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        provenance=row_provenance(number, row),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
