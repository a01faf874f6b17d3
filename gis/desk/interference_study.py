"""The search for the source of one case: its facts as the inputs of a study, its files beside.

Measurements come from the files of the case, as they were sent and hashed, never from anywhere
else: so what went into a study can be shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from data.text import Language, text
from gis.desk.files import content_of
from gis.desk.interference import STUDY
from gis.desk.procedure import Standing
from gis.desk.records import DeskCase, DeskFile
from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.register.records import BroadcastStation, Service
from gis.studies.listing import list_studies
from gis.studies.record import Study, load
from gis.studies.source_asked import LIMITS
from gis.studies.summary import Summary

__all__ = [
    "FILES",
    "attached_study",
    "measurement_files",
    "studies_of",
    "study_inputs",
    "study_name",
]

FILES: Final = ("bearings", "levels", "log")
"""What files of a case may hold for a study; each is named by the id of a file."""

_MEASUREMENTS: Final = frozenset({"text/csv", "text/plain"})
_FM_MHZ: Final = (87.0, 108.0)
_LEAST: Final = {"receiver_height_m": "height_above_ground_m", "bandwidth_khz": "bandwidth_khz"}


def study_name(case: DeskCase) -> str:
    """Return how a study of a case is called, by which it is found again."""
    title = text("desk_interference.case_title", Language.VI, number=case.label)
    return f"{title} · {case.id[:8]}"


def measurement_files(files: Sequence[DeskFile]) -> list[DeskFile]:
    """Return the files of a case that may hold measurements."""
    return [one for one in files if one.media_type in _MEASUREMENTS]


def study_inputs(
    case: DeskCase,
    standing: Standing,
    chosen: Mapping[str, str],
    files: Sequence[DeskFile],
    home: Home,
    *,
    stations: Sequence[BroadcastStation] = (),
) -> dict[str, Any]:
    """Return a case as the inputs of a search for its source.

    Parameters
    ----------
    case, standing
        The case, and where it stands; what its facts lack the study refuses by name.
    chosen : mapping
        Ids of files by what they hold (`FILES`).
    files : sequence of DeskFile
        The files of the case.
    home : Home
        Where they lie.
    stations : sequence of BroadcastStation, optional
        Where the disturbed one is sought by its name if the case has no identifier: unknown to a
        search, it would be suspected of disturbing itself.

    Raises
    ------
    NotFoundError
        If the case has no such file.
    FormatError
        If a file holds no measurements.
    """
    facts = standing.facts
    asked: dict[str, Any] = {"name": study_name(case)}
    for wanted in ("longitude", "latitude", "frequency_mhz"):
        if wanted in facts:
            asked[wanted] = facts[wanted]
    for wanted, told in _LEAST.items():
        value = facts.get(told)
        if isinstance(value, float) and LIMITS[wanted][0] <= value <= LIMITS[wanted][1]:
            asked[wanted] = value
    station = facts.get("victim_station_id") or _named(facts, stations)
    if station:
        asked["station_id"] = station
    else:
        asked["service"] = _service(facts)
    for kind in FILES:
        if chosen.get(kind):
            asked[f"{kind}_csv"] = _content(kind, chosen[kind], files, home)
    return asked


def _named(facts: Mapping[str, Any], stations: Sequence[BroadcastStation]) -> str | None:
    """Return the one station of the name and carrier that a case states."""
    name, mhz = str(facts.get("victim_station", "")).strip().casefold(), facts.get("frequency_mhz")
    found = [
        one.id for one in stations if one.name.casefold() == name and one.frequency_mhz == mhz
    ]
    return found[0] if len(found) == 1 else None


def _service(facts: Mapping[str, Any]) -> str:
    """Return the service as a study knows it."""
    if not str(facts.get("service", "")).startswith("broadcast_"):
        return "other"
    mhz = facts.get("frequency_mhz", 0.0)
    return (Service.FM if _FM_MHZ[0] <= mhz <= _FM_MHZ[1] else Service.TELEVISION).value


def _content(kind: str, file_id: str, files: Sequence[DeskFile], home: Home) -> str:
    found = next((one for one in files if one.id == file_id), None)
    if found is None:
        raise NotFoundError("desk.file_unknown", id=file_id[:20])
    if found.media_type not in _MEASUREMENTS:
        raise FormatError("desk_interference.not_measurements", name=kind, file=found.name)
    return content_of(home, found.sha256).decode("utf-8-sig")


def studies_of(case: DeskCase, home: Home) -> list[Summary]:
    """Return the studies of a case that are finished, the newest first."""
    name = study_name(case)
    return [one for one in list_studies(home, kind=STUDY) if one.stations["site"] == name]


def attached_study(standing: Standing, home: Home) -> Study | None:
    """Return the study that was attached last; None where none was, or it is gone."""
    event = standing.last("study_attached")
    if event is None:
        return None
    try:
        return load(str(event.details["study_id"]), home)
    except (NotFoundError, FormatError):
        return None
