"""The description of the addresses for programs (OpenAPI), complete in itself."""

import copy
from typing import Any

from fastapi import FastAPI

from api.roles import ROUTES, Role

__all__ = ["described"]

_PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable name of the reason."},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_REFUSED = {
    "description": "Refused, with the reason.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_REPLACED = ("HTTPValidationError", "ValidationError")


def described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document: errors as they are, and the roles of each operation."""
    document = copy.deepcopy(app.openapi())
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _REPLACED:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "/view/account"}
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            operation["responses"].pop("422", None)
            operation["summary"], _, rest = operation["description"].partition("\n")
            operation["description"] = rest.strip() or operation["summary"]
            operation["responses"]["default"] = _REFUSED
            operation["security"] = [{}, {"token": []}]
            operation["x-roles"] = [role.value for role in _roles(method, path)]
    return document


def _roles(method: str, path: str) -> list[Role]:
    allowed = ROUTES.get((method.upper(), path), frozenset())
    return [role for role in Role if role in allowed]
