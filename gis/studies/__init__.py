"""Studies: coverage, interference, compliance; run, kept, explained and run again."""

from gis.studies.context import StudyContext
from gis.studies.findings import export, finding_from_json, finding_to_json
from gis.studies.listing import list_studies
from gis.studies.point import explain
from gis.studies.record import Study, load
from gis.studies.rerun import Comparison, rerun
from gis.studies.runner import KINDS, run

__all__ = [
    "KINDS",
    "Comparison",
    "Study",
    "StudyContext",
    "explain",
    "export",
    "finding_from_json",
    "finding_to_json",
    "list_studies",
    "load",
    "rerun",
    "run",
]
