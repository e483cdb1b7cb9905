"""What logs, metrics and traces may say of a request's method and address."""

from http import HTTPMethod
from typing import Any

from starlette.types import Scope

_METHODS = frozenset(HTTPMethod)


def method_of(scope: Scope) -> str:
    """The method. What a caller sends in its place is their own text: other words are told as `other`."""
    method: str = scope["method"]
    return method if method in _METHODS else "other"


def route_of(scope: Scope) -> str:
    """The route's template: a path itself may hold a patient's id."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", "unmatched"))
