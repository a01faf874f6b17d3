"""Runs a study again from its record alone, and says what differs.

The record holds every station, boundary and rule as they were; the register is not asked. Only the
terrain has to be there, the same one. On the same machine and versions the files are the same byte
for byte; elsewhere findings must be the same and fields equal to 0.01 dB on at least 99.9 % of
points (P.1812 is discontinuous, so single points may jump).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from gis.errors import FormatError, TerrainUnavailableError
from gis.raster import read_raster
from gis.studies.context import StudyContext
from gis.studies.differing import (
    FIELD_TOLERANCE_DB,
    Difference,
    FindingDifference,
    finding_differences,
    result_differences,
)
from gis.studies.model import default_settings, model_json, software_json, terrain_json
from gis.studies.parts import Computed
from gis.studies.record import (
    Content,
    Study,
    damaged_files,
    file_path,
    sha256_of,
    study_id,
)
from gis.studies.runner import GEOMETRIES_FILE, computed_of, gathered_of

__all__ = ["Comparison", "rerun"]

LEAST_SHARE_EQUAL = 0.999

_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Comparison:
    """A study beside its repetition.

    Attributes
    ----------
    study_id : str
        The study.
    agrees : bool
        Whether the record is whole and everything that differs is within the tolerances.
    identical : bool
        Whether results and files are the same byte for byte.
    findings_equal : bool
        Whether every check came to the same outcome; true for studies without findings.
    share_equal : float
        Smallest share of points of a raster that are equal to 0.01 dB; 1 without rasters.
    damaged : tuple of str
        Files of the record that are gone or are not what was written.
    versions : tuple of Difference
        Versions of the software that are not those of the record.
    findings : tuple of FindingDifference
        What differs in findings, at most 200.
    differences : tuple of Difference
        Everything else, at most 200.
    """

    study_id: str
    agrees: bool
    identical: bool
    findings_equal: bool
    share_equal: float
    damaged: tuple[str, ...]
    versions: tuple[Difference, ...]
    findings: tuple[FindingDifference, ...]
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        return asdict(self)


def rerun(study: Study, context: StudyContext) -> Comparison:
    """Compute a study again from its record, and compare.

    Parameters
    ----------
    study : Study
        The kept study.
    context : StudyContext
        Terrain, home, listener; the register is not asked.

    Raises
    ------
    TerrainUnavailableError
        If the terrain at hand is not the one of the record.
    FormatError
        If the record is damaged beyond reading, or was made with another edition of the model.
    """
    model, ground = study.inputs.get("model") or {}, context.ground
    recorded = _sources(study.inputs["terrain"], model)
    known = model_json(default_settings(), ground) if model else {}
    present = _sources(terrain_json(ground), known)
    if recorded != present:
        raise TerrainUnavailableError("studies.other_terrain", recorded=recorded, present=present)
    gathered = gathered_of(study, context.home)
    if study_id(study.kind, study.inputs) != study.id:
        raise FormatError("studies.damaged_record", study=study.id)
    for digest, outline in gathered.geometries.items():
        if sha256_of(outline.encode()) != digest:
            raise FormatError("studies.damaged_record", study=study.id)
    computed = computed_of(study.kind, gathered, context)
    try:
        return _compared(study, computed, context)
    finally:
        computed.discard()


def _compared(study: Study, computed: Computed, context: StudyContext) -> Comparison:
    damaged = tuple(damaged_files(study, context.home))
    recorded, again = study.results, computed.results
    results = result_differences(_without_findings(recorded), _without_findings(again))
    findings = list(finding_differences(recorded.get("stations", ()), again.get("stations", ())))
    shares, files = _file_differences(study, computed, context)
    differences = [*results, *files]
    return Comparison(
        study_id=study.id,
        agrees=not damaged
        and all(item.tolerated for item in differences)
        and all(item.tolerated for item in findings),
        identical=not damaged and not differences and not findings,
        findings_equal=_verdicts(study.results) == _verdicts(computed.results),
        share_equal=min(shares, default=1.0),
        damaged=damaged,
        versions=tuple(_versions(study.inputs.get("software", {}))),
        findings=tuple(findings[:_MOST_LISTED]),
        differences=tuple(differences[:_MOST_LISTED]),
    )


def _sources(terrain: Mapping[str, Any], model: Mapping[str, Any]) -> str:
    """Return what a study stood on, as a person compares it."""
    parts = [terrain["identifier"], *(["surface model"] if terrain["surface_model"] else [])]
    for name in ("land_cover", "zones"):
        source = model.get(name, {})
        parts += [source[key] for key in ("identifier", "table") if key in source]
    return "; ".join(parts)


def _verdicts(results: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Return what every check of every station, or of a site, came to."""
    site = {"station_id": "site", "findings": results.get("findings", ())}
    return [
        (row["station_id"], finding["check"], finding["rule"]["id"], finding["outcome"])
        for row in (*results.get("stations", ()), site)
        for finding in row["findings"]
    ]


def _versions(recorded: Mapping[str, str]) -> list[Difference]:
    now = software_json()
    names = sorted({*recorded, *now})
    return [
        Difference(name, recorded.get(name, ""), now.get(name, ""), tolerated=True)
        for name in names
        if recorded.get(name) != now.get(name)
    ]


def _without_findings(results: Mapping[str, Any]) -> dict[str, Any]:
    """Return results with their stations by identifier, without the findings."""
    if "stations" not in results:
        return dict(results)
    rows = {
        row["station_id"]: {name: value for name, value in row.items() if name != "findings"}
        for row in results["stations"]
    }
    return {**results, "stations": rows}


def _file_differences(
    study: Study, computed: Computed, context: StudyContext
) -> tuple[list[float], list[Difference]]:
    """Return the share of equal points of each raster that differs, and the differing files."""
    shares, found = [], []
    for name in sorted({*study.files, *computed.contents} - {GEOMETRIES_FILE}):
        content = computed.contents.get(name)
        digest = sha256_of(content) if content is not None else "-"
        if digest == study.files.get(name):
            continue
        tolerated = name.endswith(".geojson")
        if name.endswith(".tif") and content is not None and name in study.files:
            share = _share_equal(study, name, content, context)
            shares.append(share)
            tolerated = share >= LEAST_SHARE_EQUAL
        found.append(Difference(name, study.files.get(name, "-"), digest, tolerated))
    return shares, found


def _share_equal(study: Study, name: str, content: Content, context: StudyContext) -> float:
    """Return the share of points of two rasters that are equal to 0.01 dB."""
    try:
        recorded = read_raster(file_path(study, name, context.home)).values
    except (FormatError, LookupError):
        return 0.0
    if isinstance(content, Path):
        again = read_raster(content).values
    else:
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            again = read_raster(path).values
    if recorded.shape != again.shape:
        return 0.0
    one, other = recorded.astype(np.float64), again.astype(np.float64)
    known = ~(np.isnan(one) & np.isnan(other))
    equal = np.abs(one - other) <= FIELD_TOLERANCE_DB + 1e-9
    return float(equal[known].mean()) if known.any() else 1.0
