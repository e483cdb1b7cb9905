"""Asking the engine directly."""

from app.domain.schema import Value
from app.engine.problem import problem_about

__all__ = ["Person", "problem_about"]

Person = dict[str, Value]
