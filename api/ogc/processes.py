"""Studies as processes (OGC API - Processes, part 1: 18-062r2): descriptions, inputs, jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.dialect import as_3_0
from api.errors import BadParameterError
from api.geojson import plain
from api.ogc.documents import link
from api.schemas import (
    ComplianceRequest,
    CoverageRequest,
    InterferenceRequest,
    SharingRequest,
    SitePlanningRequest,
)
from data.text import Language, text
from gis.errors import NotFoundError
from gis.jobs.queue import Job, JobState

__all__ = [
    "OUTPUT",
    "PROCESSES",
    "STATUSES",
    "Execute",
    "NoSuchJobError",
    "NoSuchProcessError",
    "NotReadyError",
    "Process",
    "described",
    "inputs_of",
    "inputs_schema",
    "status_info",
    "summary",
]

OUTPUT: Final = "study"
_VERSION: Final = "1.0.0"
_RELATION: Final = "http://www.opengis.net/def/rel/ogc/1.0/{}"
_EXCEPTION: Final = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/{}"
_QUALIFIED: Final = frozenset({"value", "mediaType", "encoding", "schema"})

STATUSES: Final[Mapping[JobState, str]] = MappingProxyType(
    {
        JobState.QUEUED: "accepted",
        JobState.RUNNING: "running",
        JobState.DONE: "successful",
        JobState.FAILED: "failed",
        JobState.CANCELLED: "dismissed",
    }
)
"""What the standard calls the states of a job."""


class NoSuchProcessError(NotFoundError):
    """There is no process of that name."""

    type_uri = _EXCEPTION.format("no-such-process")


class NoSuchJobError(NotFoundError):
    """There is no job of that name that the caller may see."""

    type_uri = _EXCEPTION.format("no-such-job")


class NotReadyError(NotFoundError):
    """A job has no results yet."""

    type_uri = _EXCEPTION.format("result-not-ready")


@dataclass(frozen=True, slots=True)
class Process:
    """A process.

    Attributes
    ----------
    id : str
        Its name in addresses.
    kind : str
        The kind of study that it makes.
    request : type
        What it is asked by.
    """

    id: str
    kind: str
    request: type[BaseModel]


PROCESSES: Final[Mapping[str, Process]] = MappingProxyType(
    {
        one.id: one
        for one in (
            Process("coverage", "coverage", CoverageRequest),
            Process("interference", "interference", InterferenceRequest),
            Process("compliance", "compliance", ComplianceRequest),
            Process("sharing", "sharing", SharingRequest),
            Process("site-planning", "site_planning", SitePlanningRequest),
        )
    }
)
"""Every process by its name."""


class Execute(BaseModel):
    """A request to execute a process (7.11.2)."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = Field(default_factory=dict, max_length=60)
    outputs: dict[str, dict[str, Any]] = Field(default_factory=dict, max_length=1)
    response: str = Field(default="document", pattern="^(raw|document)$")


def summary(base: str, process: Process, language: Language) -> dict[str, Any]:
    """Return what a list tells of a process."""
    path = f"/ogc/processes/{process.id}"
    return {
        "id": process.id,
        "version": _VERSION,
        "title": text(f"ogc.process_{process.kind}", language),
        "description": text(f"ogc.process_{process.kind}_more", language),
        "jobControlOptions": ["async-execute", "dismiss"],
        "outputTransmission": ["value"],
        "links": [
            link(base, path, "self"),
            link(base, f"{path}/execution", _RELATION.format("execute")),
        ],
    }


def described(base: str, process: Process, language: Language) -> dict[str, Any]:
    """Return the whole description of a process (7.10)."""
    schema = inputs_schema(process)
    required = set(schema.get("required", ()))
    inputs = {
        name: {"title": name, "minOccurs": int(name in required), "maxOccurs": 1, "schema": one}
        for name, one in schema["properties"].items()
    }
    output = {
        "title": text("ogc.output_study", language),
        "schema": {"type": "object", "contentMediaType": "application/json"},
    }
    return summary(base, process, language) | {"inputs": inputs, "outputs": {OUTPUT: output}}


def inputs_schema(process: Process) -> dict[str, Any]:
    """Return the schema of a process' inputs, complete in itself, in OpenAPI 3.0."""
    schema = process.request.model_json_schema()
    known = schema.pop("$defs", {})
    found: dict[str, Any] = as_3_0(_inlined(schema, known))
    return found


def _inlined(value: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_inlined(one, known) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        rest = {name: item for name, item in value.items() if name != "$ref"}
        return _inlined({**known[value["$ref"].rpartition("/")[2]], **rest}, known)
    return {name: _inlined(item, known) for name, item in value.items()}


def inputs_of(process: Process, wanted: Execute) -> dict[str, object]:
    """Return the inputs of a study.

    Raises
    ------
    RequestValidationError
        If they are not those of the process.
    BadParameterError
        If an output is asked for that there is none of, or a value by reference.
    """
    for name in wanted.outputs:
        if name != OUTPUT:
            raise BadParameterError("ogc.output_unknown", name=name[:60], known=OUTPUT)
    values = {name: _value(name, value) for name, value in wanted.inputs.items()}
    try:
        asked: Any = process.request.model_validate(values)
    except ValidationError as error:
        told = [{**one, "loc": ("inputs", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(told) from error
    found: dict[str, object] = asked.inputs()
    return found


def _value(name: str, value: Any) -> Any:
    """Return a value that may stand qualified (7.11.2.1)."""
    if isinstance(value, dict) and "href" in value:
        raise BadParameterError("ogc.input_by_reference", name=name[:60])
    if isinstance(value, dict) and "value" in value and set(value) <= _QUALIFIED:
        return value["value"]
    return value


def status_info(base: str, job: Job, language: Language) -> dict[str, Any]:
    """Return where a job stands (7.12)."""
    path = f"/ogc/jobs/{job.id}"
    process = next((one for one in PROCESSES.values() if one.kind == job.kind), None)
    links = [link(base, path, "self")]
    if job.state is JobState.DONE:
        links.append(link(base, f"{path}/results", _RELATION.format("results")))
    found = {
        "type": "process",
        "processID": job.kind if process is None else process.id,
        "jobID": job.id,
        "status": STATUSES[job.state],
        "message": job.say_error(language)
        or job.say_progress(language)
        or job.state.say(language),
        "progress": round(100 * job.progress),
        "created": plain(job.created_at),
        "started": plain(job.started_at),
        "finished": plain(job.finished_at),
        "links": links,
    }
    return {name: value for name, value in found.items() if value is not None}
