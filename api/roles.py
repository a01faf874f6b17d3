"""Who may call what: one table from route to roles; what is not in it cannot be served."""

from collections.abc import Iterable
from enum import StrEnum

__all__ = [
    "PUBLIC_LAYERS",
    "ROUTES",
    "STAFF",
    "Role",
    "RouteTableError",
    "may",
    "require_complete",
]


class Role(StrEnum):
    """What a caller is; everyone without an account is anonymous."""

    ANONYMOUS = "anonymous"
    VIEWER = "viewer"
    OPERATOR = "operator"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"


ANYONE = frozenset(Role)
SIGNED_IN = ANYONE - {Role.ANONYMOUS}
REQUESTERS = SIGNED_IN - {Role.VIEWER}
OPERATORS = frozenset({Role.OPERATOR})
STAFF = frozenset({Role.STAFF, Role.ADMINISTRATOR})
"""Those who work for the department."""
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})

ROUTES: dict[tuple[str, str], frozenset[Role]] = {
    # service
    ("GET", "/healthz"): ANYONE,
    ("GET", "/readyz"): ANYONE,
    ("GET", "/openapi.json"): ANYONE,
    ("GET", "/docs"): ANYONE,
    ("GET", "/static/{path:path}"): ANYONE,
    # the register; what each caller sees of it is decided by the scope
    ("GET", "/structures"): ANYONE,
    ("GET", "/structures/{structure_id}"): ANYONE,
    ("POST", "/structures/{structure_id}"): REQUESTERS,
    ("POST", "/structures/{structure_id}/levels"): REQUESTERS,
    ("POST", "/structures/{structure_id}/contracts"): REQUESTERS,
    ("GET", "/structures/{structure_id}/history"): STAFF,
    ("POST", "/contracts/{contract_id}"): REQUESTERS,
    ("POST", "/contracts/{contract_id}/end"): REQUESTERS,
    ("POST", "/changes/{revision}/undo"): STAFF,
    ("GET", "/free-ducts"): ANYONE,
    ("GET", "/quality"): REQUESTERS,
    ("GET", "/quality/{owner_id}/defects"): REQUESTERS,
    ("GET", "/duplicates"): STAFF,
    ("POST", "/duplicates"): STAFF,
    ("GET", "/stations"): ANYONE,
    ("GET", "/stations/{station_id}"): ANYONE,
    ("GET", "/stations/{station_id}/measured"): REQUESTERS,
    ("POST", "/stations/{station_id}/antenna"): STAFF,
    ("DELETE", "/stations/{station_id}/antenna"): STAFF,
    ("GET", "/plan-entries"): ANYONE,
    ("GET", "/plan-rows.csv"): STAFF,
    ("GET", "/plans"): STAFF,
    ("GET", "/plans/compare"): STAFF,
    ("GET", "/plans/{plan_id:path}"): STAFF,
    ("GET", "/units"): ANYONE,
    ("GET", "/boundaries"): ANYONE,
    ("GET", "/exports/{layer}"): SIGNED_IN,
    ("GET", "/import-batches"): STAFF,
    ("POST", "/import-batches/{batch_id}/undo"): STAFF,
    # imports; an operator's own structures, which the department brings in
    ("POST", "/imports"): REQUESTERS,
    ("GET", "/imports/{import_id}"): REQUESTERS,
    ("POST", "/imports/{import_id}/answers"): REQUESTERS,
    ("POST", "/imports/{import_id}/commit"): STAFF,
    ("GET", "/imports/{import_id}/errors.xlsx"): REQUESTERS,
    ("GET", "/samples/{name}"): STAFF,
    # studies and jobs
    ("POST", "/studies/coverage"): REQUESTERS,
    ("POST", "/studies/interference"): REQUESTERS,
    ("POST", "/studies/compliance"): REQUESTERS,
    ("POST", "/studies/mobile"): REQUESTERS,
    ("POST", "/studies/network"): STAFF,
    ("POST", "/studies/channels"): STAFF,
    ("POST", "/studies/interference-source"): STAFF,
    ("POST", "/studies/sharing"): REQUESTERS,
    ("POST", "/studies/best-sites"): REQUESTERS,
    ("POST", "/studies/site-planning"): REQUESTERS,
    ("GET", "/studies"): SIGNED_IN,
    ("GET", "/studies/{study_id}"): SIGNED_IN,
    ("GET", "/studies/{study_id}/files/{name}"): SIGNED_IN,
    ("GET", "/studies/{study_id}/matrix"): SIGNED_IN,
    ("GET", "/studies/{study_id}/communes"): SIGNED_IN,
    ("GET", "/studies/{study_id}/point"): SIGNED_IN,
    ("GET", "/studies/{study_id}/report.html"): SIGNED_IN,
    ("GET", "/studies/{study_id}/report.pdf"): SIGNED_IN,
    ("GET", "/studies/{study_id}/report.docx"): SIGNED_IN,
    ("GET", "/path"): SIGNED_IN,
    ("GET", "/path.svg"): SIGNED_IN,
    ("GET", "/link"): REQUESTERS,
    ("GET", "/link.svg"): REQUESTERS,
    ("GET", "/jobs"): REQUESTERS,
    ("GET", "/jobs/{job_id}"): REQUESTERS,
    ("DELETE", "/jobs/{job_id}"): REQUESTERS,
    ("GET", "/jobs/{job_id}/events"): REQUESTERS,
    ("POST", "/jobs/{job_id}/cancel"): REQUESTERS,
    # sharing requests: their parties and the department, decided by the scope
    ("GET", "/sharing-requests"): REQUESTERS,
    ("POST", "/sharing-requests"): OPERATORS,
    ("GET", "/sharing-requests/{case_id}"): REQUESTERS,
    ("POST", "/sharing-requests/{case_id}/events"): REQUESTERS,
    ("GET", "/sharing-requests/{case_id}/evidence/{sequence}"): STAFF,
    # planned works are open to who is signed in; sign-ups to their parties, decided by the scope
    ("GET", "/points"): SIGNED_IN,
    ("POST", "/points"): REQUESTERS,
    ("GET", "/points-statistics"): REQUESTERS,
    ("GET", "/points/{point_id}"): SIGNED_IN,
    ("POST", "/points/{point_id}"): REQUESTERS,
    ("GET", "/points/{point_id}/history"): STAFF,
    ("POST", "/points/{point_id}/visits"): STAFF,
    ("POST", "/points/{point_id}/contact"): REQUESTERS,
    ("POST", "/points/{point_id}/contact/view"): REQUESTERS,
    ("POST", "/points/{point_id}/contact/remove"): REQUESTERS,
    ("GET", "/points/{point_id}/contact/views"): REQUESTERS,
    ("GET", "/planned-works"): SIGNED_IN,
    ("POST", "/planned-works"): REQUESTERS,
    ("GET", "/planned-works-together"): REQUESTERS,
    ("GET", "/planned-works/{work_id}"): SIGNED_IN,
    ("POST", "/planned-works/{work_id}"): REQUESTERS,
    ("GET", "/planned-works/{work_id}/history"): STAFF,
    ("POST", "/planned-works/{work_id}/sign-ups"): REQUESTERS,
    ("POST", "/planned-works/{work_id}/sign-ups/{organisation_id}/withdraw"): REQUESTERS,
    ("POST", "/planned-works/{work_id}/sign-ups/{organisation_id}/answer"): REQUESTERS,
    # the desk: the department all, others the cases that they opened, decided by the scope
    ("GET", "/desk"): REQUESTERS,
    ("GET", "/desk/{kind}"): REQUESTERS,
    ("POST", "/desk/{kind}"): REQUESTERS,
    ("GET", "/desk/{kind}/{desk_case_id}"): REQUESTERS,
    ("POST", "/desk/{kind}/{desk_case_id}/events"): REQUESTERS,
    ("POST", "/desk/{kind}/{desk_case_id}/files"): REQUESTERS,
    ("GET", "/desk/{kind}/{desk_case_id}/files/{file_id}"): REQUESTERS,
    ("GET", "/desk/{kind}/{desk_case_id}/letters/{name}.{ending}"): STAFF,
    # a complaint of interference: its contact is for whoever sees the case
    ("GET", "/desk/interference/{interference_id}/analysis"): REQUESTERS,
    ("POST", "/desk/interference/{interference_id}/contact"): REQUESTERS,
    ("POST", "/desk/interference/{interference_id}/contact/view"): REQUESTERS,
    ("POST", "/desk/interference/{interference_id}/contact/remove"): REQUESTERS,
    ("GET", "/desk/interference/{interference_id}/contact/views"): REQUESTERS,
    ("POST", "/desk/interference/{interference_id}/study"): STAFF,
    ("GET", "/desk/interference/{interference_id}/evidence.zip"): STAFF,
    # guides to the law
    ("GET", "/sanctions"): STAFF,
    ("GET", "/sanctions/{behaviour}"): STAFF,
    ("GET", "/certification"): STAFF,
    ("GET", "/certification/table"): STAFF,
    ("GET", "/devices"): ANYONE,
    ("GET", "/devices/check"): ANYONE,
    ("GET", "/desk/inspection/{inspection_id}/checklists"): STAFF,
    ("GET", "/desk/inspection/{inspection_id}/sanctions"): STAFF,
    ("GET", "/desk/inspection/{inspection_id}/form.html"): STAFF,
    ("POST", "/desk/inspection/{inspection_id}/visits"): STAFF,
    ("GET", "/desk/inspection_plan/{inspection_plan_id}/lines"): STAFF,
    ("GET", "/desk/inspection_plan/{inspection_plan_id}/lines.xlsx"): STAFF,
    ("GET", "/inspections/risk"): STAFF,
    ("POST", "/desk/dossier/{desk_case_id}/precheck"): STAFF,
    ("GET", "/licences-lapsing"): REQUESTERS,
    ("GET", "/reports/{period}"): STAFF,
    ("GET", "/reports/{period}/items"): STAFF,
    ("GET", "/reports/{period}/report.{ending}"): STAFF,
    ("GET", "/working-days"): SIGNED_IN,
    ("GET", "/working-days/due"): SIGNED_IN,
    # pages
    ("GET", "/"): ANYONE,
    ("GET", "/map"): ANYONE,
    ("GET", "/login"): ANYONE,
    ("POST", "/login"): ANYONE,
    ("GET", "/login/link/{secret}"): ANYONE,
    ("POST", "/logout"): SIGNED_IN,
    ("GET", "/view/structures"): ANYONE,
    ("GET", "/view/structures/{structure_id}"): ANYONE,
    ("GET", "/view/structures/{structure_id}/edit"): REQUESTERS,
    ("POST", "/view/structures/{structure_id}/edit"): REQUESTERS,
    ("POST", "/view/structures/{structure_id}/levels"): REQUESTERS,
    ("POST", "/view/structures/{structure_id}/contracts"): REQUESTERS,
    ("GET", "/view/contracts/{contract_id}/edit"): REQUESTERS,
    ("POST", "/view/contracts/{contract_id}/edit"): REQUESTERS,
    ("POST", "/view/contracts/{contract_id}/end"): REQUESTERS,
    ("POST", "/view/changes/{revision}/undo"): STAFF,
    ("GET", "/view/quality"): REQUESTERS,
    ("GET", "/view/duplicates"): STAFF,
    ("POST", "/view/duplicates"): STAFF,
    ("POST", "/view/duplicates/undo"): STAFF,
    ("GET", "/view/stations"): ANYONE,
    ("GET", "/view/stations/{station_id}"): ANYONE,
    ("GET", "/view/stations/{station_id}/measured"): REQUESTERS,
    ("POST", "/view/stations/{station_id}/studies"): REQUESTERS,
    ("POST", "/view/stations/{station_id}/antenna"): STAFF,
    ("POST", "/view/stations/{station_id}/antenna/remove"): STAFF,
    ("GET", "/view/studies"): SIGNED_IN,
    ("POST", "/view/studies"): STAFF,
    ("GET", "/view/studies/{study_id}"): SIGNED_IN,
    ("GET", "/view/path"): SIGNED_IN,
    ("GET", "/view/link"): REQUESTERS,
    ("GET", "/view/jobs"): REQUESTERS,
    ("GET", "/view/jobs/{job_id}"): REQUESTERS,
    ("POST", "/view/jobs/{job_id}/cancel"): REQUESTERS,
    ("GET", "/view/findings"): STAFF,
    ("POST", "/view/findings"): STAFF,
    ("GET", "/view/stations/{station_id}/findings"): SIGNED_IN,
    ("GET", "/view/plan-rows"): STAFF,
    ("GET", "/view/guide"): ANYONE,
    ("GET", "/view/guide/{page}"): ANYONE,
    ("GET", "/view/applications"): STAFF,
    ("POST", "/view/applications"): STAFF,
    ("GET", "/view/sharing"): REQUESTERS,
    ("POST", "/view/sharing"): OPERATORS,
    ("GET", "/view/sharing/{case_id}"): REQUESTERS,
    ("POST", "/view/sharing/{case_id}/events"): REQUESTERS,
    ("GET", "/view/points"): SIGNED_IN,
    ("GET", "/view/points/new"): REQUESTERS,
    ("POST", "/view/points/new"): REQUESTERS,
    ("GET", "/view/points/statistics"): REQUESTERS,
    ("GET", "/view/points/{point_id}"): SIGNED_IN,
    ("GET", "/view/points/{point_id}/edit"): REQUESTERS,
    ("POST", "/view/points/{point_id}/edit"): REQUESTERS,
    ("POST", "/view/points/{point_id}/visits"): STAFF,
    ("POST", "/view/points/{point_id}/contact"): REQUESTERS,
    ("POST", "/view/points/{point_id}/contact/view"): REQUESTERS,
    ("POST", "/view/points/{point_id}/contact/remove"): REQUESTERS,
    ("GET", "/view/works"): SIGNED_IN,
    ("GET", "/view/works/new"): REQUESTERS,
    ("POST", "/view/works/new"): REQUESTERS,
    ("GET", "/view/works/together"): REQUESTERS,
    ("GET", "/view/works/{work_id}"): SIGNED_IN,
    ("GET", "/view/works/{work_id}/edit"): REQUESTERS,
    ("POST", "/view/works/{work_id}/edit"): REQUESTERS,
    ("POST", "/view/works/{work_id}/state"): REQUESTERS,
    ("POST", "/view/works/{work_id}/sign-ups"): REQUESTERS,
    ("POST", "/view/works/{work_id}/sign-ups/{organisation_id}/withdraw"): REQUESTERS,
    ("POST", "/view/works/{work_id}/sign-ups/{organisation_id}/answer"): REQUESTERS,
    ("GET", "/view/desk"): REQUESTERS,
    ("GET", "/view/desk/{kind}"): REQUESTERS,
    ("POST", "/view/desk/{kind}"): REQUESTERS,
    ("GET", "/view/desk/{kind}/{desk_case_id}"): REQUESTERS,
    ("POST", "/view/desk/{kind}/{desk_case_id}/events"): REQUESTERS,
    ("POST", "/view/desk/interference/{interference_id}/contact"): REQUESTERS,
    ("POST", "/view/desk/interference/{interference_id}/contact/view"): REQUESTERS,
    ("POST", "/view/desk/interference/{interference_id}/contact/remove"): REQUESTERS,
    ("POST", "/view/desk/interference/{interference_id}/study"): STAFF,
    ("POST", "/view/desk/inspection/{inspection_id}/checklists"): STAFF,
    ("POST", "/view/desk/inspection/{inspection_id}/visits"): STAFF,
    ("POST", "/view/desk/inspection_plan/{inspection_plan_id}/inspections"): STAFF,
    ("GET", "/view/inspections/risk"): STAFF,
    ("POST", "/view/inspections/risk"): STAFF,
    ("POST", "/view/desk/dossier/{desk_case_id}/precheck"): STAFF,
    ("GET", "/view/licences"): REQUESTERS,
    ("GET", "/view/reports"): STAFF,
    ("GET", "/view/reports/{period}/items"): STAFF,
    ("GET", "/view/calendar"): STAFF,
    ("GET", "/view/sanctions"): STAFF,
    ("GET", "/view/certification"): STAFF,
    ("GET", "/view/certification/{structure_id}"): STAFF,
    ("GET", "/view/certification/{structure_id}/notice"): STAFF,
    ("POST", "/view/certification/{structure_id}/papers"): STAFF,
    ("GET", "/view/devices"): ANYONE,
    ("POST", "/view/devices/import"): ADMINISTRATORS,
    ("GET", "/view/matrix"): STAFF,
    ("GET", "/view/supports"): REQUESTERS,
    ("POST", "/view/supports"): REQUESTERS,
    ("GET", "/view/best-sites"): REQUESTERS,
    ("POST", "/view/best-sites"): REQUESTERS,
    ("GET", "/view/mobile"): REQUESTERS,
    ("POST", "/view/mobile"): REQUESTERS,
    ("GET", "/view/sites"): REQUESTERS,
    ("POST", "/view/sites"): REQUESTERS,
    ("GET", "/view/sources"): STAFF,
    ("POST", "/view/sources"): STAFF,
    ("GET", "/view/channels"): STAFF,
    ("POST", "/view/channels"): STAFF,
    ("GET", "/view/plans"): STAFF,
    ("GET", "/view/plans/compare"): STAFF,
    ("GET", "/view/plans/{plan_id:path}"): STAFF,
    ("GET", "/view/rules"): STAFF,
    ("GET", "/view/rules/files/{name}"): STAFF,
    ("POST", "/view/rules/files/{name}"): ADMINISTRATORS,
    ("POST", "/view/rules/files/{name}/restore"): ADMINISTRATORS,
    ("GET", "/view/imports"): REQUESTERS,
    ("POST", "/view/imports"): REQUESTERS,
    ("GET", "/view/imports/{import_id}"): REQUESTERS,
    ("POST", "/view/imports/{import_id}/answers"): REQUESTERS,
    ("POST", "/view/imports/{import_id}/commit"): STAFF,
    ("POST", "/view/import-batches/{batch_id}/undo"): STAFF,
    ("GET", "/view/account"): SIGNED_IN,
    ("POST", "/view/account/password"): SIGNED_IN,
    ("POST", "/view/account/tokens"): SIGNED_IN,
    ("POST", "/view/account/tokens/{token_id}/revoke"): SIGNED_IN,
    ("GET", "/view/users"): ADMINISTRATORS,
    ("POST", "/view/users"): ADMINISTRATORS,
    ("POST", "/view/users/{account_id}/active"): ADMINISTRATORS,
    ("POST", "/view/users/{account_id}/link"): ADMINISTRATORS,
    ("GET", "/view/grants"): ADMINISTRATORS,
    ("POST", "/view/grants"): ADMINISTRATORS,
    ("POST", "/view/grants/{grant_id}/revoke"): ADMINISTRATORS,
    ("GET", "/view/viewings"): ADMINISTRATORS,
    ("GET", "/viewings"): ADMINISTRATORS,
    ("GET", "/session"): ANYONE,
    ("GET", "/login/service"): ANYONE,
    ("GET", "/login/service/back"): ANYONE,
    ("POST", "/view/account/link"): SIGNED_IN,
    ("POST", "/view/account/unlink"): SIGNED_IN,
}
"""Method and path template of every route, and the roles that may call it."""


PUBLIC_LAYERS = frozenset(
    {
        "/structures",
        "/structures/{structure_id}",
        "/stations",
        "/stations/{station_id}",
        "/plan-entries",
        "/units",
        "/boundaries",
    }
)
"""What pages of other sites may read, as strangers: the public share of the register."""


class RouteTableError(RuntimeError):
    """The application and the table disagree; it must not be served."""


def may(role: Role, method: str, path: str) -> bool:
    """Return whether a role may call a route; what is not in the table, nobody may."""
    return role in ROUTES.get((method, path), frozenset())


def require_complete(served: Iterable[tuple[str, str]]) -> None:
    """Make sure that the table names everything that the application serves.

    Raises
    ------
    RouteTableError
        If a route stands beside the table.
    """
    missing = set(served) - set(ROUTES)
    if missing:
        raise RouteTableError(f"not in the table of roles: {sorted(missing)}")
