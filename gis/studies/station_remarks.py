"""What has to be said of the stations in a study: papers that ended, flat ground under a mountain.

It is read when a study gathers and stands in its inputs, so that its record tells it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from gis.register.reading import Reader
from gis.register.records import BroadcastStation
from gis.studies.ended import ended_on
from gis.studies.parts import Computed, Gathered
from gis.studies.remarks import flat_remarks, remarks_json
from gis.studies.snapshots import record_from_json
from gis.terrain.ground import Ground, Remark

__all__ = ["with_station_remarks", "with_those_gathered"]

_NAME: Final = "station_remarks"
_MOST: Final = 20


def with_station_remarks(gathered: Gathered, register: Reader, ground: Ground) -> Gathered:
    """Return what was gathered, with what has to be said of its stations where there is any."""
    inputs = gathered.inputs
    stations = _stations(inputs)
    papers = _about_papers(register, stations, date.fromisoformat(inputs["on"]))
    raised = [remark for one in stations for remark in flat_remarks(ground, one)]
    found = [*_limited(papers), *_limited(raised)]
    if not found:
        return gathered
    return replace(gathered, inputs={**inputs, _NAME: [list(remark) for remark in found]})


def with_those_gathered(computed: Computed, inputs: Mapping[str, Any]) -> Computed:
    """Return what a study found, its remarks led by what was gathered of its stations."""
    told = inputs.get(_NAME)
    if not told:
        return computed
    remarks = [*remarks_json((key, values) for key, values in told), *computed.results["remarks"]]
    return replace(computed, results={**computed.results, "remarks": remarks})


def _stations(inputs: Mapping[str, Any]) -> list[BroadcastStation]:
    """Return the stations that went into a study: those that it is about first, each once."""
    judged = inputs.get("judged", ())
    listed = sorted(inputs.get("stations", ()), key=lambda one: one["id"] not in judged)
    about = [inputs["station"]] if "station" in inputs else []
    every = {one["id"]: one for one in (*about, *listed, *inputs.get("unwanted", ()))}
    return [record_from_json(BroadcastStation, one) for one in every.values()]


def _about_papers(
    register: Reader, stations: Sequence[BroadcastStation], on: date
) -> list[Remark]:
    ended = ended_on(register, stations, on)
    return [
        (
            f"studies.ended_{ended[one.id].paper}",
            {"station": one.name, "last_day": ended[one.id].last_day.isoformat()},
        )
        for one in stations
        if one.id in ended
    ]


def _limited(remarks: Sequence[Remark]) -> list[Remark]:
    """Return the first of many remarks, and how many more there are."""
    if len(remarks) <= _MOST:
        return list(remarks)
    further = ("studies.network_more_remarks", {"count": len(remarks) - _MOST})
    return [*remarks[:_MOST], further]
