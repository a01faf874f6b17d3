"""Pages of studies: the list, and one study with its map, its report and its files."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query
from markupsafe import Markup
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.choices import network_choices
from api.clock import judged_today
from api.forms import REFUSALS, FormState, Refused, Typed
from api.guard import GuardedRoute
from api.identity import Identity, identity_of
from api.language import safe_language
from api.pages import render
from api.roles import may
from api.routers.stations import ASKED, show_station
from api.schemas import Megahertz, Radius, Reach, Step, Threshold
from api.service import may_read, service_of
from api.subjects import study_subject
from api.submission import submit
from api.viewing import note_study
from api.views import study_view
from api.whole import OffsetQuery
from data.text import Language
from gis.studies.listing import survey
from gis.studies.method import METHOD_INPUTS, method_title
from gis.studies.network_asked import usual_network
from gis.studies.published import MAPPED_KINDS, is_published, may_be_published
from gis.studies.record import Study
from gis.studies.summary import Summary, access_of, summary_of
from maps.documents.html import report_style
from maps.documents.report import study_article, study_lead
from maps.judged_map import judges_one_place
from maps.support_figure import supports_svg, supports_view
from maps.web import map_fragment
from propagation.compliance.records import Outcome

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

Kind = Literal["coverage", "interference", "compliance"]

Word = Annotated[str, StringConstraints(max_length=60)]
_Blank = BeforeValidator(lambda value: value or None)
Percent = Annotated[float | None, _Blank]
_Time = Annotated[float, Field(ge=1, le=50, allow_inf_nan=False)]
_Height = Annotated[float, Field(ge=1, le=3000, allow_inf_nan=False)]
_Locations = Annotated[float, Field(ge=1, le=99, allow_inf_nan=False)]

Listed = Literal[
    "",
    "coverage",
    "interference",
    "compliance",
    "network",
    "mobile",
    "channels",
    "sharing",
    "best_sites",
    "site_planning",
    "interference_source",
]

_SEARCHES = (
    "network",
    "mobile",
    "channels",
    "sharing",
    "best_sites",
    "site_planning",
    "interference_source",
)

Opened = Literal["violates", "attention", "all", "none"]

_AREA_INPUTS = ("radius_km", "step_m", "time_percent", "receiver_height_m")
_NETWORK_INPUTS = ("step_m", "reach_km", "threshold_dbuvm", "lowest_mhz", "highest_mhz")
_PREDICTED_INPUTS = ("location_percent", *METHOD_INPUTS)
_PER_PAGE = 50
_OPENED: Mapping[Opened, frozenset[str]] = {
    "violates": frozenset({"violates", "mixed"}),
    "attention": frozenset({"violates", "mixed", "needs_verification"}),
    "all": frozenset({"mixed", *Outcome}),
    "none": frozenset(),
}
"""Which stations' findings are unfolded."""
_PICTURES = frozenset(
    {"channels", "coverage", "interference", "interference_source", "mobile", "network"}
)


class _Predicted(BaseModel):
    """How a form wants fields predicted; an empty field leaves it to the usual."""

    location_percent: Annotated[_Locations | None, _Blank] = None
    model: Word = ""
    environment: Word = ""
    irregularity: Word = ""
    clutter_model: Word = ""
    clutter_location_percent: Percent = None
    building_entry: Word = ""
    building_probability_percent: Percent = None

    def given(self, names: Sequence[str]) -> dict[str, object]:
        """Return what was chosen, as the inputs of a job."""
        chosen = {name: getattr(self, name) for name in (*names, *_PREDICTED_INPUTS)}
        return {name: value for name, value in chosen.items() if value not in ("", None)}


class _Chosen(_Predicted):
    """What the form of a study chose."""

    kind: Kind
    radius_km: Annotated[Radius | None, _Blank] = None
    step_m: Annotated[Step | None, _Blank] = None
    time_percent: Annotated[_Time | None, _Blank] = None
    receiver_height_m: Annotated[_Height | None, _Blank] = None


class _Network(_Predicted):
    """What the form of a network chose."""

    step_m: Annotated[Step | None, _Blank] = None
    reach_km: Annotated[Reach | None, _Blank] = None
    threshold_dbuvm: Annotated[Threshold | None, _Blank] = None
    lowest_mhz: Annotated[Megahertz | None, _Blank] = None
    highest_mhz: Annotated[Megahertz | None, _Blank] = None


@router.post("/view/stations/{station_id}/studies")
def ask(request: Request, station_id: str, typed: Typed) -> Response:
    """Ask for a study of a station with what the form chose, and show its job."""
    service, identity = service_of(request), identity_of(request)
    try:
        chosen = _Chosen.model_validate(typed)
        inputs = {"station_id": station_id, **chosen.given(_AREA_INPUTS)}
        job = submit(service, identity, chosen.kind, inputs)
    except REFUSALS as error:
        request.state.address = f"/view/stations/{quote(station_id, safe='')}"
        return show_station(request, station_id, refused=Refused.of(request, typed, error))
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


@router.get("/view/studies")
def studies_page(
    request: Request,
    kind: Listed = "",
    offset: OffsetQuery = 0,
) -> Response:
    """List the studies that the caller may read, the newest first."""
    return _list(request, kind=kind, offset=offset)


def _list(
    request: Request, *, kind: str = "", offset: int = 0, refused: Refused | None = None
) -> Response:
    language = safe_language(request, page=True)
    service, identity = service_of(request), identity_of(request)
    kept = survey(service.home, kind=kind or None)
    found = [study for study in kept.studies if may_read(identity, study.access)]
    return render(
        request,
        "studies.html",
        status_code=200 if refused is None else refused.status,
        studies=[
            {**_row(study), "subject": study_subject(study, language)}
            for study in found[offset : offset + _PER_PAGE]
        ],
        damaged=kept.damaged if identity.is_staff else (),
        matched=len(found),
        offset=offset,
        per_page=_PER_PAGE,
        kind=kind,
        kinds=(
            *ASKED,
            "network",
            "mobile",
            "channels",
            "sharing",
            "best_sites",
            "site_planning",
            "interference_source",
        ),
        refused=refused,
        form=FormState("network", refused),
        usual=_usual_network(request),
        choices=network_choices(service.settings.p1546_curves, language),
    )


def _usual_network(request: Request) -> dict[str, float]:
    """Return what a study of the network takes where its form is left empty, for who may ask."""
    service = service_of(request)
    if not may(identity_of(request).role, "POST", "/view/studies"):
        return {}
    with service.register.snapshot() as register:
        return usual_network(judged_today({}), register)


@router.post("/view/studies")
def ask_network(request: Request, typed: Typed) -> Response:
    """Ask for the coverage and interference of the province's whole network, and show its job."""
    try:
        wanted = _Network.model_validate(typed)
        job = submit(
            service_of(request), identity_of(request), "network", wanted.given(_NETWORK_INPUTS)
        )
    except REFUSALS as error:
        return _list(request, refused=Refused.of(request, typed, error))
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _row(study: Summary) -> dict[str, Any]:
    station = study.station
    return {
        "id": study.id,
        "kind": study.kind,
        "on": date.fromisoformat(study.on),
        "station": None if station is None else study.stations[station],
        "stations": len(study.stations) or study.counted,
        "model": None if study.model is None else method_title(study.model),
        "flat": study.flat,
        "synthetic": study.synthetic,
        "application": study.application is not None,
    }


def _figure(study: Study, language: Language) -> Markup | None:
    """Return the small map of a search for supports; None of other studies."""
    if study.kind in ("best_sites", "sharing"):
        view = supports_view(study)
        return Markup(supports_svg(view, language))  # noqa: S704 - its words are escaped
    return None


def _point_address(study: Study) -> str | None:
    """Return the address that explains a point of a study of one station."""
    if "station" not in study.inputs:
        return None
    place = "?longitude={longitude}&latitude={latitude}&lang={language}"
    return f"/studies/{study.id}/point{place}"


@router.get("/view/studies/{study_id}")
def study_page(
    request: Request,
    study_id: str,
    opened: Annotated[Opened, Query(alias="open")] = "violates",
) -> Response:
    """Show one study: what it concludes, its report as files, its map, then the report in full."""
    language = safe_language(request, page=True)
    service, identity = service_of(request), identity_of(request)
    study = service.study(study_id, identity)
    note_study(request, study)
    fragment = None
    figure = _figure(study, language)
    if study.kind in _PICTURES or judges_one_place(study):
        fragment = map_fragment(
            study_view(service, identity, study, language),
            language,
            nonce=request.state.nonce,
            data_url=_point_address(study),
            below=True,
        )
    return render(
        request,
        "study.html",
        study=study,
        row=_row(summary_of(study.id, study.kind, study.inputs, study.results, 0)),
        foldings=tuple(_OPENED) if len(study.inputs.get("judged", ())) > 1 else (),
        opened=opened,
        on_map=study.kind in MAPPED_KINDS,
        published=is_published(study.id, service.home),
        may_publish=may(identity.role, "POST", "/view/studies/{study_id}/publish")
        and may_be_published(access_of(study.kind, study.inputs)),
        map=fragment,
        figure=figure,
        supports=_supports(study, identity),
        wider=_wider(study),
        lead=Markup(study_lead(study, language)),  # noqa: S704 - rendered with escaping
        article=Markup(  # noqa: S704 - rendered with escaping
            study_article(
                study,
                language,
                opened=_OPENED[opened],
            )
        ),
        style=Markup(report_style()),  # noqa: S704 - our own style sheet
    )


def _wider(study: Study) -> dict[str, Any] | None:
    """Return what a search that found nothing may be asked next; None of any other study."""
    if study.kind != "sharing" or any(
        row["fit"] != "does_not_fit" for row in study.results["supports"]
    ):
        return None
    wanted = study.inputs["wanted"]
    within_km, height_m = float(wanted["within_km"]), float(wanted["height_m"])
    return {
        "wanted": wanted,
        "within_km": min(max(2 * within_km, 1.0), 30.0),
        "height_m": max(round(height_m * 2 / 3), 1),
        "operator": study.inputs["asked_by"] is not None,
    }


def _supports(study: Study, identity: Identity) -> list[Mapping[str, Any]]:
    """Return the supports of a search that may do, each with the height that was wanted."""
    if study.kind != "sharing":
        return []
    own = study.inputs["owners"].get(identity.scope.own)
    wanted_m = study.inputs["wanted"]["height_m"]
    found = enumerate(study.results["supports"], start=1)
    return [
        {**row, "rank": rank, "own": row["owner"] == own, "wanted_m": wanted_m}
        for rank, row in found
        if row["fit"] != "does_not_fit"
    ]
