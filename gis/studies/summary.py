"""What lists of studies, and those who guard them, need of a study without reading it whole.

A summary stands beside the record, which may be megabytes long. It is derived from the record and
evidence of nothing: one that is missing, older than its record or of another length is made anew.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

__all__ = [
    "SUMMARY_FILE",
    "Access",
    "Summary",
    "access_of",
    "holds_synthetic",
    "summary_from_json",
    "summary_of",
    "summary_to_json",
]

SUMMARY_FILE: Final = "summary.json"
"""Name of the summary inside a study's folder."""


@dataclass(frozen=True, slots=True)
class Access:
    """What decides who may read a study.

    Attributes
    ----------
    kind : str
        Kind of the study.
    application : bool
        Whether it judges a station that is applied for.
    confidential : bool
        Whether something went in that its owner or the department keeps confidential.
    organisations : tuple of str or None
        Owners of the stations judged, each once.
    """

    kind: str
    application: bool
    confidential: bool
    organisations: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A study in a list.

    Attributes
    ----------
    id, kind : str
        As of the study.
    on : str
        The day judged, ISO 8601.
    stations : dict
        Name of each station that it is about, by its identifier: the one of an area, those judged.
    counted : int
        How many stations went in, where it is about none in particular.
    model : dict or None
        Edition and additions, as `method_title` reads them.
    flat, synthetic : bool
        Whether there was no elevation, and whether any record is demonstration data.
    outcomes : dict
        How many stations have each outcome.
    plan : str or None
        The service, of a check of all its stations.
    application : dict or None
        Name, carrier and outcome of the station applied for.
    search : dict or None
        What a search for channels or supports wanted, and what it found; of mobile networks which.
    access : Access
        Who may read it.
    record_bytes : int
        Length of the record that it was made from.
    """

    id: str
    kind: str
    on: str
    stations: dict[str, str]
    counted: int
    model: dict[str, Any] | None
    flat: bool
    synthetic: bool
    outcomes: dict[str, int]
    plan: str | None
    application: dict[str, Any] | None
    search: dict[str, Any] | None
    access: Access
    record_bytes: int

    @property
    def station(self) -> str | None:
        """The identifier of the one station that it is about; None where there are more."""
        return next(iter(self.stations)) if len(self.stations) == 1 else None


def access_of(kind: str, inputs: Mapping[str, Any]) -> Access:
    """Return what decides who may read a study of these inputs."""
    if kind in ("best_sites", "sharing"):
        return Access(kind, False, False, (inputs["asked_by"],))
    if kind == "mobile":
        return Access(kind, False, not inputs["public"], (inputs["asked_by"],))
    stations = {one["id"]: one for one in inputs.get("stations", ())}
    judged = [stations.get(name, {}) for name in inputs.get("judged", ())]
    owners = {one.get("organisation_id") for one in judged}
    if kind == "site_planning":
        owners = {inputs["asked"]["organisation_id"]}
    return Access(
        kind=kind,
        application=inputs.get("application") is not None,
        confidential=bool(inputs.get("confidential"))
        or any(topic.get("confidential") for topic in inputs.get("checks", {}).values()),
        organisations=tuple(sorted(owners, key=lambda one: one or "")),
    )


def summary_of(
    identifier: str,
    kind: str,
    inputs: Mapping[str, Any],
    results: Mapping[str, Any],
    record_bytes: int,
) -> Summary:
    """Return the summary of a record.

    Parameters
    ----------
    identifier, kind : str
        As of the study.
    inputs, results : mapping
        Of the record.
    record_bytes : int
        Its length.
    """
    model = inputs.get("model")
    by_id = {one["id"]: one["name"] for one in inputs.get("stations", ())}
    return Summary(
        id=identifier,
        kind=kind,
        on=inputs.get("on", ""),
        stations=_about(inputs, by_id),
        counted=len(by_id),
        model=None
        if model is None
        else {name: model[name] for name in ("edition", "additions") if name in model},
        flat=inputs.get("terrain", {}).get("flat", False),
        synthetic=holds_synthetic(inputs),
        outcomes=dict(results.get("outcomes", {})),
        plan=_plan(kind, inputs),
        application=_application(inputs, results),
        search=_search(kind, inputs, results),
        access=access_of(kind, inputs),
        record_bytes=record_bytes,
    )


def summary_to_json(summary: Summary) -> dict[str, Any]:
    """Return a summary as JSON values."""
    return asdict(summary)


def summary_from_json(written: Mapping[str, Any]) -> Summary:
    """Return the summary that was written.

    Raises
    ------
    KeyError, TypeError
        If it is none, or one of another version.
    """
    access = Access(
        **{**written["access"], "organisations": tuple(written["access"]["organisations"])}
    )
    return Summary(**{**written, "access": access})


def holds_synthetic(value: object) -> bool:
    """Return whether any record in some JSON values is demonstration data."""
    if isinstance(value, Mapping):
        if value.get("confidence") == "synthetic":
            return True
        return any(holds_synthetic(item) for item in value.values())
    return isinstance(value, list | tuple) and any(holds_synthetic(item) for item in value)


def _about(inputs: Mapping[str, Any], by_id: Mapping[str, str]) -> dict[str, str]:
    if "asked" in inputs:
        asked = inputs["asked"]
        place = f"{asked['latitude']:.5f} {asked['longitude']:.5f}"
        return {"site": asked["name"] or place}
    station = inputs.get("station")
    if station is not None:
        return {station["id"]: station["name"]}
    return {name: by_id.get(name, name) for name in inputs.get("judged", ())}


def _plan(kind: str, inputs: Mapping[str, Any]) -> str | None:
    if kind != "compliance":
        return None
    plan: str | None = inputs.get("plan")
    if plan is None and len(inputs.get("judged", ())) > 1:  # kept before plans were named
        plan = inputs["stations"][0]["service"]
    return plan


def _application(inputs: Mapping[str, Any], results: Mapping[str, Any]) -> dict[str, Any] | None:
    if inputs.get("application") is None:
        return None
    (row,) = results["stations"]
    return {name: row[name] for name in ("name", "frequency_mhz", "outcome", "synthetic")}


def _search(
    kind: str, inputs: Mapping[str, Any], results: Mapping[str, Any]
) -> dict[str, Any] | None:
    if kind == "best_sites":
        found = {"reached": results["reached"], "covered": results["covered_percent"]}
        counts = {"count": len(results["chosen"]), "places": results["places"]}
        return {"wanted": inputs["wanted"], **found, **counts}
    if kind == "mobile":
        named = {name: inputs[name] for name in ("technology", "band", "public")}
        return {**named, "covered": results["share_covered"]}
    if kind == "sharing":
        found = {"conclusion": results["conclusion"], "count": results["conclusion_count"]}
        return {"wanted": inputs["wanted"], **found}
    if kind != "channels":
        return None
    return {"wanted": inputs["wanted"], "channels": results["channels_passing"]}
