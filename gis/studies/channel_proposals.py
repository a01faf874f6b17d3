"""The best proposals of a search for channels, looked at once more by the check of a station."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gis.register.records import BroadcastStation
from gis.studies.channels_asked import Wanted
from gis.studies.context import Stage
from gis.studies.meetings import Meetings
from gis.studies.neighbourhood import Neighbourhood
from propagation.compliance import protection_ratios
from propagation.compliance.facts import TerrainFacts
from propagation.compliance.records import Finding, Outcome

__all__ = ["checked_proposals", "protection_of"]


def checked_proposals(
    around: Neighbourhood,
    wanted: Wanted,
    province_code: str,
    rows: Sequence[Mapping[str, Any]],
    stage: Stage,
) -> list[dict[str, Any]]:
    """Check the best place of the channels that pass over the largest areas.

    It is `protection_ratios` of a compliance study: forward paths, every protected point, against
    every station at a spacing that counts.

    Parameters
    ----------
    around : Neighbourhood
        The registered stations.
    wanted : Wanted
        The transmitter.
    province_code : str
        Where it would be licensed.
    rows : sequence of mapping
        The channels, as of `channel_rows`.
    stage : Stage
        Who listens.

    Returns
    -------
    list of dict
        For each: channel, place, the finder's margin, and the least margins of the check: what
        the station would cause to others, and what it would receive in all of its area, which
        may reach beyond the radius asked for.

    Raises
    ------
    CancelledError
        If the work was cancelled.
    """
    chosen = sorted(
        (row for row in rows if row["area_km2"] > 0),
        key=lambda row: (-row["area_km2"], -row["best_margin_db"], row["frequency_mhz"]),
    )[: wanted.proposals]
    found = []
    for number, row in enumerate(chosen):
        part = stage.part(number / len(chosen), (number + 1) / len(chosen))
        part.report(0.0)
        found.append(_checked(around, wanted, province_code, row, part))
    return found


def protection_of(row: Mapping[str, Any]) -> str:
    """Return what the check found of a proposal, in both directions.

    Parameters
    ----------
    row : mapping
        One proposal as `checked_proposals` gives it.

    Returns
    -------
    str
        `not_kept` where a margin is below 0; `kept` where both directions have one and nothing was
        left unassessed; else `not_assessed`.
    """
    found = [row[side] for side in ("caused", "received") if row[side] is not None]
    if any(one["margin_db"] < 0 for one in found):
        return "not_kept"
    whole = len(found) == 2 and not row.get("unassessed", 0)  # older studies did not count them
    return "kept" if whole else "not_assessed"


def _checked(
    around: Neighbourhood,
    wanted: Wanted,
    province_code: str,
    row: Mapping[str, Any],
    stage: Stage,
) -> dict[str, Any]:
    lon, lat = float(row["best_longitude"]), float(row["best_latitude"])
    ground = around.ground
    level = float(ground.elevation.heights_m(lon, lat)) if ground.flat else None
    station = wanted.station(
        lon, lat, row["frequency_mhz"], province_code=province_code, ground_height_m=level
    )
    with_it = _with(around, station)
    pairs = Meetings.predicted(with_it, _quiet(stage)).pairs(station)
    findings = protection_ratios.check(
        with_it.facts(station),
        pairs,
        TerrainFacts(identifier=ground.elevation.identifier, flat=ground.flat),
        around.standards,
    )
    return {
        "frequency_mhz": row["frequency_mhz"],
        "longitude": lon,
        "latitude": lat,
        "margin_db": row["best_margin_db"],
        "caused": _least(findings, "caused", with_it),
        "received": _least(findings, "received", with_it),
        "unassessed": sum(one.outcome is Outcome.NOT_ASSESSABLE for one in findings),
        "stations": len(pairs),
    }


def _with(around: Neighbourhood, station: BroadcastStation) -> Neighbourhood:
    """Return a new station among those at a spacing that counts."""
    everyone = {**around.stations, station.id: station}
    asked = replace(around, stations=everyone, judged=frozenset({station.id}))
    near = {
        other.id: other
        for other, _ in asked.neighbours(station)
        if asked.disturbs(other, station) or asked.disturbs(station, other)
    }
    return replace(asked, stations={**near, station.id: station})


def _quiet(stage: Stage) -> Any:
    """Return the context of a part of the work, which reports within it."""

    def progress(fraction: float, key: str, values: Mapping[str, object], /) -> None:
        del key, values
        stage.report(fraction)

    return stage.context.heard_by(progress)


def _least(
    findings: Sequence[Finding], direction: str, around: Neighbourhood
) -> dict[str, Any] | None:
    """Return the finding of a direction with the least margin, None where there is none."""
    found = [
        one
        for one in findings
        if one.margin_db is not None and f"protection_{direction}_" in one.reason
    ]
    worst = min(found, key=lambda one: one.margin_db or 0.0, default=None)
    if worst is None or worst.margin_db is None:
        return None
    station = around.stations.get(worst.counterpart or "")
    return {
        "station_id": worst.counterpart,
        "name": "" if station is None else station.name,
        "margin_db": round(worst.margin_db, 2),
    }
