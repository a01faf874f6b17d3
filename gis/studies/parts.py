"""What every kind of study shares: its two halves, and the inputs common to all.

A study first *gathers*: it reads the register and writes down everything that decides the result.
Then it *computes* from that record alone, so that anyone can compute again from the record.
"""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from gis.errors import FormatError
from gis.jurisdictions import Jurisdiction, jurisdiction, jurisdiction_on, jurisdictions
from gis.register.reading import Reader as RegisterReader
from gis.register.scopes import SYSTEM
from gis.rules import RulePack
from gis.studies.context import StudyContext
from gis.studies.method import USUAL, Method, method_recorded, method_title
from gis.studies.model import FieldSettings, model_json, software_json, terrain_json
from gis.studies.predictors.base import MEDIAN_PERCENT
from gis.studies.record import Content
from gis.studies.requests import Reader
from gis.studies.snapshots import record_from_json, record_to_json
from gis.studies.summary import holds_synthetic
from propagation.compliance.records import Confidence, Rule
from propagation.errors import ParameterError
from propagation.siting.parameters import require_parameters

__all__ = [
    "Computed",
    "Gathered",
    "StudyKind",
    "common_inputs",
    "method_of",
    "moment",
    "names_tag",
    "register_mark",
    "rules_from_json",
    "rules_json",
    "settings_of",
    "stamp",
]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that decides a study: JSON values, and outlines by their hashes."""

    inputs: dict[str, Any]
    geometries: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Computed:
    """What a study found.

    Attributes
    ----------
    results : dict
        JSON values.
    contents : dict
        Content of each file by its name, or where a large one lies until it is kept.
    scratch : Path or None
        The folder of those that lie somewhere, which goes when the study was kept.
    """

    results: dict[str, Any]
    contents: Mapping[str, Content] = field(default_factory=dict)
    scratch: Path | None = None

    def discard(self) -> None:
        """Remove what lies in the scratch folder."""
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)


class StudyKind(Protocol):
    """One kind of study; the modules `coverage`, `interference`, `network` are such."""

    def gather(
        self, request: Mapping[str, object], register: RegisterReader, context: StudyContext
    ) -> Gathered:
        """Read the request, and the register as it is at one moment."""
        ...

    def compute(self, gathered: Gathered, context: StudyContext) -> Computed:
        """Compute from what was gathered; neither register nor clock is asked."""
        ...


def moment(reader: Reader) -> tuple[Jurisdiction, date]:
    """Return the jurisdiction and the day judged.

    Without a day it is the jurisdiction's own; without a jurisdiction the one in charge that day;
    without both the latest jurisdiction and its day.
    """
    on = reader.day("on")
    if reader.has("jurisdiction"):
        chosen = jurisdiction(reader.word("jurisdiction"))
    else:
        chosen = jurisdictions()[-1] if on is None else jurisdiction_on(on)
    return chosen, on or chosen.on


def common_inputs(
    place: Jurisdiction,
    on: date,
    context: StudyContext,
    settings: FieldSettings,
    method: Method = USUAL,
) -> dict[str, Any]:
    """Return the inputs that every study has."""
    return {
        "jurisdiction": place.id,
        "on": on.isoformat(),
        "terrain": terrain_json(context.ground),
        "model": model_json(settings, context.ground, method),
        "software": software_json(),
    }


def register_mark(register: RegisterReader) -> dict[str, Any]:
    """Return the mark of a register of demonstration data, for what may find nothing in it.

    Nobody's confidential records decide it: organisations and stations are public.
    """
    known = [one.provenance for one in register.organisations()]
    known += [one.provenance for one in register.stations(SYSTEM)]
    if not any(one.synthetic for one in known):
        return {}
    return {"register": {"confidence": Confidence.SYNTHETIC.value}}


def settings_of(inputs: Mapping[str, Any]) -> FieldSettings:
    """Return the settings of the model that stand in a study's inputs."""
    return FieldSettings(**inputs["model"]["settings"])


def method_of(inputs: Mapping[str, Any], context: StudyContext) -> Method:
    """Return the model and what is added to it that stand in a study's inputs."""
    return method_recorded(inputs["model"], context.p1546_curves)


def stamp(inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return the text tags that every raster of a study carries."""
    terrain, model = inputs["terrain"], inputs["model"]
    sources = {
        name.upper(): model[name]["identifier"]
        for name in ("land_cover", "zones")
        if name in model
    }
    software, settings = inputs["software"], model["settings"]
    locations = {
        name.upper(): f"{settings[name]:g}"
        for name in ("location_percent", "prediction_resolution_m")
        if settings["location_percent"] != MEDIAN_PERCENT and name in settings
    }
    return {
        "MODEL": method_title(model),
        "RECEIVER_HEIGHT_M": f"{settings['receiver_height_above_ground_m']:g}",
        "SOFTWARE": f"phusong {software['phusong']} numerics sha256:{software['numerics_sha256']}",
        "TERRAIN": terrain["identifier"],
        "TERRAIN_FLAT": "yes" if terrain["flat"] else "no",
        **sources,
        **locations,
        "EVIDENCE": "prediction",
        "ON": inputs["on"],
        "SYNTHETIC": "yes" if holds_synthetic(inputs) else "no",
    }


def names_tag(names: Iterable[str]) -> dict[str, str]:
    """Return the text tag of a raster of numbers that says whose each is, a line for each.

    A GeoTIFF keeps no table of categories within itself; a tag travels in the one file.
    """
    lines = (f"{number}={' '.join(name.split())}" for number, name in enumerate(names))
    return {"NAMES": "\n".join(lines)}


def rules_json(pack: RulePack, names: Sequence[str]) -> dict[str, Any]:
    """Return the rules that a study reads, whole, as they stand in its inputs."""
    return {
        "pack": pack.id,
        "version": pack.version,
        "on": pack.on.isoformat(),
        "rules": {name: record_to_json(pack.rule(name)) for name in names},
    }


def rules_from_json(written: Mapping[str, Any]) -> RulePack:
    """Return the rules that `rules_json` wrote.

    Raises
    ------
    FormatError
        If a rule lacks a parameter that its check reads today, or holds another kind of value.
    """
    rules = {name: record_from_json(Rule, rule) for name, rule in written["rules"].items()}
    for rule in rules.values():
        try:
            require_parameters(rule)
        except ParameterError as error:
            where = f"study.json: rules/{rule.id}"
            key = f"rules.parameter_{error.wrong}"
            raise FormatError(key, where=where, rule=rule.id, name=error.name) from error
    return RulePack(
        id=written["pack"],
        version=written["version"],
        on=date.fromisoformat(written["on"]),
        rules=rules,
    )
