"""What a study or a job is about, in one line: a station, a place, a network, a plan."""

from collections.abc import Mapping
from typing import Any, Final

from data.text import Language, number, text
from gis.studies.summary import Summary

__all__ = ["kind_subject", "study_subject"]

_PLACES: Final = frozenset({"sharing", "best_sites", "site_planning", "interference_source"})
_DECIMALS: Final = 5


def study_subject(study: Summary, language: Language) -> str:
    """Return what a study is about.

    Parameters
    ----------
    study : Summary
        The study in a list.
    language : Language
        Language of the words.
    """
    if study.station is not None:
        return study.stations[study.station]
    if study.plan is not None:
        return _plan(study.plan, language)
    count = len(study.stations) or study.counted
    wanted = study.search or {}
    asked = wanted if study.kind == "mobile" else wanted.get("wanted", {})
    return kind_subject(study.kind, asked, language, count=count)


def kind_subject(
    kind: str, asked: Mapping[str, Any], language: Language, *, count: int | None = None
) -> str:
    """Return what a kind of study is about that is about no station.

    Parameters
    ----------
    kind : str
        The kind.
    asked : mapping
        What was asked: of a search for supports the place, height or area; of channels power and
        height; of mobile networks the technology; of a check of a plan the service.
    language : Language
        Language of the words.
    count : int, optional
        How many stations or transmitters went in, where that is known.
    """
    if kind in _PLACES:
        return _place(asked, language)
    if kind == "compliance" and not count:
        return _plan(asked.get("service") or "fm", language)
    if kind == "channels":
        told = {"erp": asked.get("erp_kw"), "height": asked.get("height_m")}
        said = {name: "–" if value is None else value for name, value in told.items()}
        return text("pages.jobs_channels", language, **said)
    if kind == "mobile":
        return _mobile(asked, language, count)
    if count is None:
        return text("pages.jobs_all", language)
    key = "pages.subject_network" if kind == "network" else "pages.studies_all_stations"
    return text(key, language, count=count)


def _plan(service: str, language: Language) -> str:
    return text("pages.jobs_plan", language, service=text(f"register.service.{service}", language))


def _place(asked: Mapping[str, Any], language: Language) -> str:
    corners, height = asked.get("area"), asked.get("height_m")
    if corners:
        named = text("pages.subject_area", language, count=len(corners))
    else:
        at = (asked.get("latitude"), asked.get("longitude"))
        place = "; ".join("–" if one is None else number(one, language, _DECIMALS) for one in at)
        named = text("pages.subject_place", language, place=place)
    if height is None:
        return named
    return text("pages.subject_height", language, place=named, height=height)


def _mobile(asked: Mapping[str, Any], language: Language, count: int | None) -> str:
    technology = str(asked.get("technology") or "4g").upper()
    named = text("pages.subject_mobile", language, technology=technology)
    if count is None:
        return named
    return text("pages.subject_mobile_count", language, network=named, count=count)
