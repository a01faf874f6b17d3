"""Coverage by generation, from the newest kept study of each: a prediction."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.studies.listing import list_studies
from gis.studies.record import load
from propagation.mobile import Generation

__all__ = ["Coverage", "coverages"]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a study of mobile coverage found.

    Attributes
    ----------
    generation : str
        `2g` to `5g`.
    study_id : str or None
        The study; None where there is none.
    on : date or None
        The day that it judged.
    band : str or None
        The band that it is of; None of all.
    area : str
        The kind of area.
    public, synthetic : bool
        Whether it is made of public records alone, and whether any is demonstration data.
    area_km2, covered_km2, percent : float or None
        Of the whole area.
    communes : mapping of code to name and percent
        Covered share of each commune.
    """

    generation: str
    study_id: str | None = None
    on: date | None = None
    band: str | None = None
    area: str = ""
    public: bool = False
    synthetic: bool = False
    area_km2: float | None = None
    covered_km2: float | None = None
    percent: float | None = None
    communes: Mapping[str, tuple[str, float | None]] | None = None


def coverages(home: Home, on: date) -> list[Coverage]:
    """Return the coverage of every generation; those without a study of the department say so.

    Parameters
    ----------
    home : Home
        Where studies live.
    on : date
        The last day that a study may be of.
    """
    found: dict[str, Coverage] = {}
    for summary in list_studies(home, kind="mobile"):
        search = summary.search or {}
        generation = str(search.get("technology"))
        own = summary.access.organisations == (None,)
        if own and generation not in found and date.fromisoformat(summary.on) <= on:
            with suppress(FormatError, NotFoundError):
                found[generation] = _coverage(summary.id, home)
    return [found.get(one.value, Coverage(one.value)) for one in Generation]


def _coverage(study_id: str, home: Home) -> Coverage:
    study = load(study_id, home)
    inputs, results = study.inputs, study.results
    share = results["share_covered"]
    return Coverage(
        generation=inputs["technology"],
        study_id=study.id,
        on=date.fromisoformat(inputs["on"]),
        band=inputs["band"],
        area=inputs["area"]["kind"],
        public=inputs["public"],
        synthetic=study.synthetic,
        area_km2=results["area_km2"],
        covered_km2=results["covered_km2"],
        percent=None if share is None else 100 * share,
        communes={
            row["code"]: (
                row["name"],
                None if row["share_covered"] is None else 100 * row["share_covered"],
            )
            for row in results["communes"]
        },
    )
