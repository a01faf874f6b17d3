"""The description of the addresses for programs (OpenAPI 3.0), complete in itself."""

import copy
from typing import Any

from fastapi import FastAPI

from api.description.answers import PROBLEM, answered_with, refusals
from api.description.collections import components, written_out
from api.description.parameters import stated
from api.dialect import as_3_0
from api.roles import MAP_TILE, ROUTES, VECTOR_TILE, Role
from data.text import Language

__all__ = ["described"]

_REPLACED = ("HTTPValidationError", "ValidationError")
_MORE = {
    ("get", "/ogc/collections/{collection_id}/items"): (304,),
    ("get", "/ogc/collections/{collection_id}/items/{feature_id}"): (304,),
    ("get", "/studies/{study_id}/files/{name}"): (304,),
    ("get", VECTOR_TILE): (204, 304),
    ("get", MAP_TILE): (304,),
    ("post", "/ogc/collections/{collection_id}/items"): (422,),
    ("delete", "/ogc/jobs/{job_id}"): (409,),
    **{
        (method, "/ogc/collections/{collection_id}/items/{feature_id}"): (412, 422, 428)
        for method in ("put", "patch", "delete")
    },
}
_LANGUAGE = {
    "name": "lang",
    "in": "query",
    "required": False,
    "description": "Language of what is said.",
    "schema": {"type": "string", "enum": [one.value for one in Language]},
}


def described(app: FastAPI, base: str = "") -> dict[str, Any]:
    """Return the OpenAPI document: statuses as they are, and the roles of each operation.

    Parameters
    ----------
    app : FastAPI
        The application.
    base : str
        How the world reaches it, for `servers`.
    """
    document: dict[str, Any] = as_3_0(copy.deepcopy(app.openapi()))
    document["openapi"] = "3.0.3"
    if base:
        document["servers"] = [{"url": base}]
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    schemas |= {"Problem": PROBLEM, **components()}
    parts["parameters"] = {"lang": _LANGUAGE}
    parts["securitySchemes"] = {
        "token": {
            "type": "http",
            "scheme": "bearer",
            "description": "/view/account; as Basic, the password of the user `token`",
        }
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _describe(method, path, operation)
    document["paths"] = written_out(document["paths"])
    return document


def _describe(method: str, path: str, operation: dict[str, Any]) -> None:
    operation["summary"], _, rest = operation["description"].partition("\n")
    operation["description"] = rest.strip() or operation["summary"]
    responses = operation["responses"]
    responses.pop("422", None)
    for status in list(responses):
        responses[status] = answered_with(method, path, responses[status])
    responses |= refusals(method, path, more=_MORE.get((method, path), ()))
    operation["security"] = [{}, {"token": []}]
    operation["x-roles"] = [role.value for role in _roles(method, path)]
    parameters = [stated(path, one) for one in operation.get("parameters", ())]
    operation["parameters"] = parameters
    parameters.append({"$ref": "#/components/parameters/lang"})


def _roles(method: str, path: str) -> list[Role]:
    allowed = ROUTES.get((method.upper(), path), frozenset())
    return [role for role in Role if role in allowed]
