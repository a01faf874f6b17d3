"""Conditional equipment: may a device be used, and on what conditions; the list and its import."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, File, Form, Query, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from api.device_view import answer_json, row_json
from api.entered import read_entered
from api.errors import status_of
from api.facts_form import facts_refused, stated
from api.filters import asked_day
from api.forms import FormState
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.sent_tables import sent_table
from api.service import service_of
from data.text import Language
from gis.device_files import DeviceImport, import_devices
from gis.devices import DeviceList, devices_in_use
from gis.errors import FormatError, GisError
from gis.rule_rows import RefusedRow
from propagation.compliance.device_rules import GAPS
from propagation.compliance.devices import Device, DeviceAnswer, PowerReference
from propagation.compliance.parameters import words

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_FORM: Final = "device"
_PAGE: Final = "/view/devices"
_SHOWN: Final = 100
_ENDINGS: Final = (".xlsx", ".csv", ".toml")

_Text = Annotated[str, Query(max_length=60)]
_Day = Annotated[date | None, Query(description="Today, unless said.")]
_Number = Annotated[float | None, Query(allow_inf_nan=False)]


@router.get("/devices", tags=["devices"])
def rows(
    request: Request,
    *,
    on: _Day = None,
) -> dict[str, Any]:
    """The exempt list in the data, which is not the whole list, and the groups without limits."""
    service, language = service_of(request), api_language(request)
    listed = devices_in_use(service.home, on or service.today())
    return {
        "on": listed.on.isoformat(),
        "rows": [row_json(rule, language) for rule in listed.rows],
        "groups_without_limits": _gaps(listed, language),
    }


@router.get("/devices/check", tags=["devices"])
def check(
    request: Request,
    *,
    frequency_min_mhz: Annotated[float, Query(allow_inf_nan=False)],
    frequency_max_mhz: _Number = None,
    power_mw: _Number = None,
    power_reference: Annotated[PowerReference | None, Query()] = None,
    gain_dbi: _Number = None,
    bandwidth_khz: _Number = None,
    duty_percent: _Number = None,
    indoor: Annotated[bool | None, Query()] = None,
    use: _Text = "",
    on: _Day = None,
) -> dict[str, Any]:
    """What the list says of a device, as far as the data goes; a gap is never a permission."""
    service, language = service_of(request), api_language(request)
    listed = devices_in_use(service.home, on or service.today())
    highest = frequency_min_mhz if frequency_max_mhz is None else frequency_max_mhz
    found = listed.check(
        frequency_min_mhz=frequency_min_mhz,
        frequency_max_mhz=highest,
        power_mw=power_mw,
        power_reference=power_reference,
        gain_dbi=gain_dbi,
        bandwidth_khz=bandwidth_khz,
        duty_percent=duty_percent,
        indoor=indoor,
        use=use or None,
    )
    return answer_json(found, listed, language)


@dataclass(frozen=True, slots=True)
class _Typed:
    """What stands in the form, as it was typed."""

    frequency_min_mhz: _Text = ""
    frequency_max_mhz: _Text = ""
    power_mw: _Text = ""
    power_reference: _Text = ""
    gain_dbi: _Text = ""
    bandwidth_khz: _Text = ""
    duty_percent: _Text = ""
    indoor: _Text = ""
    use: _Text = ""


@router.get(_PAGE, include_in_schema=False)
def page(
    request: Request,
    asked: Annotated[_Typed, Depends()],
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Show what the list says of a device, the form that asks, and the list."""
    service, language = service_of(request), safe_language(request, page=True)
    listed = devices_in_use(service.home, asked_day(on) or service.today())
    typed = {name: value.strip() for name, value in asdict(asked).items()}
    answer, refused = None, None
    if any(typed.values()):
        try:
            answer = answer_json(_answer(listed, typed), listed, language)
        except GisError as error:
            refused = facts_refused("devices", typed, error, language)
    form = FormState(_FORM, refused, stated(typed))
    return _page(request, listed, form, answer=answer)


def _answer(listed: DeviceList, typed: Mapping[str, str]) -> DeviceAnswer:
    given = stated(typed)
    if "frequency_min_mhz" not in given:
        raise FormatError("devices.frequency_needed", name="frequency_min_mhz")
    given.setdefault("frequency_max_mhz", given["frequency_min_mhz"])
    return listed.check(**read_entered(Device, list(given), given))


@router.post("/view/devices/import", include_in_schema=False)
def bring_in(
    request: Request,
    file: Annotated[UploadFile, File()],
    mode: Annotated[str, Form(max_length=10)] = "add",
) -> Response:
    """Take the good rows of a file into the list, and tell what was refused."""
    service, day = service_of(request), service_of(request).today()
    told, problem = None, None
    try:
        told = _imported(request, file, replace=mode == "replace")
    except GisError as error:
        problem = error
    listed = devices_in_use(service.home, day)
    return _page(request, listed, FormState(_FORM), told=told, problem=problem)


def _imported(request: Request, file: UploadFile, *, replace: bool) -> DeviceImport:
    service = service_of(request)
    with sent_table(file, _ENDINGS) as kept:
        found, _ = import_devices(
            service.register,
            service.home,
            kept,
            replace=replace,
            author=identity_of(request).name,
            on=service.today(),
        )
    return found


def _page(
    request: Request,
    listed: DeviceList,
    form: FormState,
    *,
    answer: Mapping[str, Any] | None = None,
    told: DeviceImport | None = None,
    problem: GisError | None = None,
) -> Response:
    language = safe_language(request, page=True)
    status = 200 if problem is None else status_of(problem)
    if form.refused is not None:
        status = form.refused.status
    return render(
        request,
        "devices.html",
        status_code=status,
        form=form,
        refused=form.refused,
        answer=answer,
        listed=[row_json(rule, language) for rule in listed.rows],
        on=listed.on,
        uses=listed.uses(language),
        references=list(PowerReference),
        gaps=_gaps(listed, language),
        told=told,
        wrong=[] if told is None else [_told(one, language) for one in told.refused[:_SHOWN]],
        problem=None if problem is None else problem.say(language),
    )


def _told(one: RefusedRow, language: Language) -> Mapping[str, Any]:
    return {"row": one.row, "field": one.field, "value": one.value, "why": one.error.say(language)}


def _gaps(listed: DeviceList, language: Language) -> list[str]:
    rule = listed.rules.get(GAPS)
    names = listed.uses(language)
    return [] if rule is None else [names[one] for one in words(rule, "uses")]
