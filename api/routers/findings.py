"""Nothing yet."""

from fastapi import APIRouter

from api.guard import GuardedRoute

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)
