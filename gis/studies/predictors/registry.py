"""The models that a study may choose, by name."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from gis.curves import required_curves
from gis.errors import FormatError
from gis.studies.predictors.base import Predictor
from gis.studies.predictors.hata import Cost231Hata, ExtendedHata, OkumuraHata
from gis.studies.predictors.itm import Irregularity, Itm
from gis.studies.predictors.p452 import P452
from gis.studies.predictors.p1546 import P1546
from gis.studies.predictors.p1812 import P1812
from gis.studies.region import region
from propagation.hata.okumura import Environment
from propagation.itm.records import RadioClimate

__all__ = ["DEFAULT", "MODELS", "WITH_ENVIRONMENT", "predictor_of"]

MODELS: Final[Mapping[str, type[Predictor]]] = MappingProxyType(
    {
        model.name: model
        for model in (P1812, P452, P1546, Itm, OkumuraHata, Cost231Hata, ExtendedHata)
    }
)
"""Every model that a study may choose."""

DEFAULT: Final = P1812.name
"""The model of a study that names none."""

WITH_ENVIRONMENT: Final = frozenset({OkumuraHata.name, ExtendedHata.name})
"""Models that want to know the surroundings of the receivers."""


def predictor_of(name: str, options: Mapping[str, Any], curves: Path | None) -> Predictor:
    """Return a model with its options; what is not said is that of the region.

    Parameters
    ----------
    name : str
        One of MODELS.
    options : mapping
        As `Predictor.options` wrote them; `environment` of the Hata models is `urban` unless said,
        `irregularity` of ITM `exact`.
    curves : Path or None
        The user's copy of the curves of Rec. ITU-R P.1546.

    Raises
    ------
    CurvesUnavailableError
        If the model needs the curves, and none are named or there.
    FormatError
        If there is no such model, the curves are none, or are others than those of the options.
    """
    if name not in MODELS:
        raise FormatError(
            "studies.wrong_choice", name="model", value=name[:60], expected=", ".join(MODELS)
        )
    if name == P1546.name:
        return _with_curves(options, curves)
    if name == Itm.name:
        return Itm(
            RadioClimate(options.get("climate") or region()["itm_climate"]),
            Irregularity(options.get("irregularity", Irregularity.EXACT)),
        )
    if name in WITH_ENVIRONMENT:
        environment = Environment(options.get("environment", Environment.URBAN))
        extended = name == ExtendedHata.name
        return ExtendedHata(environment) if extended else OkumuraHata(environment)
    return Cost231Hata() if name == Cost231Hata.name else P1812() if name == DEFAULT else P452()


def _with_curves(options: Mapping[str, Any], curves: Path | None) -> P1546:
    tables = required_curves(curves)
    recorded = options.get("curves_sha256", tables.sha256)
    if recorded != tables.sha256:
        raise FormatError(
            "studies.other_curves", recorded=recorded[:12], present=tables.sha256[:12]
        )
    return P1546(tables, bool(options.get("warm_sea", region()["warm_sea"])))
