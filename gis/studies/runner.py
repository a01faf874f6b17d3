"""Runs a study by the name of its kind: gathers, computes, keeps."""

import json
from collections.abc import Mapping
from types import MappingProxyType

from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.studies import (
    best_sites,
    channels,
    compliance,
    coverage,
    interference,
    interference_source,
    mobile,
    network,
    sharing,
    site_planning,
)
from gis.studies.context import StudyContext
from gis.studies.parts import Computed, Gathered, StudyKind
from gis.studies.record import Study, canonical, damaged_files, load, save, study_id, touch
from gis.studies.station_remarks import with_station_remarks, with_those_gathered

__all__ = ["GEOMETRIES_FILE", "KINDS", "computed_of", "gathered_of", "kind_of", "run"]

KINDS: Mapping[str, StudyKind] = MappingProxyType(
    {
        "best_sites": best_sites,
        "channels": channels,
        "compliance": compliance,
        "coverage": coverage,
        "interference": interference,
        "interference_source": interference_source,
        "mobile": mobile,
        "network": network,
        "sharing": sharing,
        "site_planning": site_planning,
    }
)
"""Every kind of study that a job may name."""

GEOMETRIES_FILE = "geometries.json"
"""Outlines that a study used, by the hash that stands in its inputs."""


def kind_of(name: str) -> StudyKind:
    """Return a kind of study by its name.

    Raises
    ------
    FormatError
        If there is no such kind.
    """
    try:
        return KINDS[name]
    except KeyError:
        raise FormatError(
            "studies.unknown_kind", value=name[:60], expected=", ".join(sorted(KINDS))
        ) from None


def run(kind: str, inputs: Mapping[str, object], context: StudyContext) -> Study:
    """Run a study and keep it; one that was kept already and is whole is returned as it is.

    Whichever it was, it is the newest of the kept ones from then on.

    Parameters
    ----------
    kind : str
        `best_sites`, `channels`, `coverage`, `interference`, `interference_source`, `compliance`,
        `mobile`, `network`, `sharing` or `site_planning`.
    inputs : mapping
        What was asked for, JSON values; unknown names are refused.
    context : StudyContext
        Register, home, terrain, listener and workers.

    Raises
    ------
    GisError
        If the request is not understood or cannot be answered.
    CancelledError
        If the work was cancelled; nothing is kept then.
    """
    chosen = kind_of(kind)
    context.stage(0.0, 0.02, "studies.progress_gather").report(0.0)
    with context.register.snapshot() as register:
        gathered = chosen.gather(inputs, register, context)
        gathered = with_station_remarks(gathered, register, context.ground)
    context.stage(0.01, 0.02, "studies.progress_gather").report(0.0)
    identifier = study_id(kind, gathered.inputs)
    kept = _kept(identifier, context.home)
    if kept is not None:
        touch(identifier, context.home)
        return kept
    computed = computed_of(kind, gathered, context)
    try:
        context.stage(0.99, 1.0, "studies.progress_files").report(0.0)
        contents = {**computed.contents, GEOMETRIES_FILE: canonical(gathered.geometries)}
        save(Study(identifier, kind, gathered.inputs, computed.results), contents, context.home)
    finally:
        computed.discard()
    return load(identifier, context.home)


def computed_of(kind: str, gathered: Gathered, context: StudyContext) -> Computed:
    """Compute a study of a kind from what was gathered."""
    return with_those_gathered(kind_of(kind).compute(gathered, context), gathered.inputs)


def gathered_of(study: Study, home: Home) -> Gathered:
    """Return what a kept study was computed from.

    Raises
    ------
    FormatError
        If its outlines cannot be read.
    """
    try:
        geometries = json.loads((home.study(study.id) / GEOMETRIES_FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise FormatError("studies.damaged_record", study=study.id) from error
    return Gathered(study.inputs, geometries)


def _kept(identifier: str, home: Home) -> Study | None:
    try:
        study = load(identifier, home)
    except (NotFoundError, FormatError):
        return None
    return None if damaged_files(study, home) else study
