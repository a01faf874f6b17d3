"""How a study predicts its fields: a model with its options, and what is added to its loss."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gis.errors import FormatError
from gis.studies.additions import ADDITION_INPUTS, Additions, additions_asked
from gis.studies.predictors.base import Predictor
from gis.studies.predictors.itm import Irregularity, Itm
from gis.studies.predictors.p1812 import P1812
from gis.studies.predictors.registry import DEFAULT, MODELS, WITH_ENVIRONMENT, predictor_of
from gis.studies.requests import Reader
from propagation.hata.okumura import Environment

__all__ = [
    "AREA_MODEL_INPUTS",
    "METHOD_INPUTS",
    "MODEL_INPUTS",
    "USUAL",
    "Method",
    "method_asked",
    "method_recorded",
    "method_title",
]

MODEL_INPUTS = ("model", "environment")
"""Inputs of a request that choose a model, for a path too."""

AREA_MODEL_INPUTS = (*MODEL_INPUTS, "irregularity")
"""Inputs of a request that choose a model for an area."""

METHOD_INPUTS = (*AREA_MODEL_INPUTS, *ADDITION_INPUTS)
"""Inputs of a request that choose a model for an area, and what is added to it."""


@dataclass(frozen=True, slots=True)
class Method:
    """How fields are predicted.

    Attributes
    ----------
    predictor : Predictor
        The model.
    additions : Additions
        What is added to its loss.
    """

    predictor: Predictor = field(default_factory=P1812)
    additions: Additions = field(default_factory=Additions)

    def to_json(self) -> dict[str, Any]:
        """Return it as it stands in the inputs of a study."""
        told: dict[str, Any] = {
            "name": self.predictor.name,
            "edition": self.predictor.edition,
            "options": self.predictor.options(),
        }
        if self.additions.chosen:
            told["additions"] = self.additions.to_json()
        return told


USUAL = Method()
"""Rec. ITU-R P.1812, and nothing added."""


def method_asked(reader: Reader, curves: Path | None, *, of_area: bool = True) -> Method:
    """Return the method that a request chooses; P.1812 and nothing added unless it says.

    Over an area ITM interpolates the irregularity of the terrain unless the request says exact.

    Raises
    ------
    CurvesUnavailableError
        If the model needs the curves of Rec. ITU-R P.1546, and there are none.
    FormatError
        If a choice is none, or does not go with the model.
    """
    name = reader.choice("model", tuple(MODELS), DEFAULT)
    options: dict[str, Any] = {}
    if reader.has("environment"):
        if name not in WITH_ENVIRONMENT:
            raise FormatError(
                "studies.environment_unused",
                model=MODELS[name].edition,
                models=", ".join(sorted(WITH_ENVIRONMENT)),
            )
        choices = tuple(one.value for one in Environment)
        options["environment"] = reader.choice("environment", choices, Environment.URBAN)
    if reader.has("irregularity") and name != Itm.name:
        raise FormatError("studies.irregularity_unused", model=MODELS[name].edition)
    if name == Itm.name and of_area:
        choices = tuple(one.value for one in Irregularity)
        options["irregularity"] = reader.choice("irregularity", choices, Irregularity.INTERPOLATED)
    return Method(predictor_of(name, options, curves), additions_asked(reader))


def method_recorded(written: Mapping[str, Any], curves: Path | None) -> Method:
    """Return the method that stands in the inputs of a study.

    Raises
    ------
    CurvesUnavailableError
        If the model needs the curves of Rec. ITU-R P.1546, and there are none.
    FormatError
        If the record names another edition of the model, or other curves.
    """
    name = written.get("name", DEFAULT)
    predictor = predictor_of(name, written.get("options", {}), curves)
    if predictor.edition != written["edition"]:
        raise FormatError(
            "studies.other_edition", recorded=written["edition"], present=predictor.edition
        )
    additions = written.get("additions")
    return Method(predictor, Additions() if additions is None else Additions.from_json(additions))


def method_title(written: Mapping[str, Any]) -> str:
    """Return the model in the inputs of a study as captions name it, with what was added."""
    additions = written.get("additions")
    added = () if additions is None else Additions.from_json(additions).titles()
    return " + ".join((written["edition"], *added))
