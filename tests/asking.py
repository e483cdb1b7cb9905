"""Asking the engine directly."""

from app.domain.schema import Value
from app.engine.question import question_about

__all__ = ["Person", "question_about"]

Person = dict[str, Value]
