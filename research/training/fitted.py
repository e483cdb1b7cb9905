"""What evaluation knows of a model: how it is asked, and how it is made anew. Not of which library it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.classifiers.training_procedure import Sample
from app.domain.schema import FloatArray

Risk = Callable[[FloatArray], FloatArray]
"""Encoded rows of shape (people, columns) in, everybody's probability of the outcome out."""
Fit = Callable[[Sample], Risk]
"""The procedure that made a classifier, on other people."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A classifier, its committee, and what each feature is worth to it."""

    risk: Risk
    committee: Callable[[FloatArray], FloatArray]
    """Every member's risk for each row, of shape (members, people)."""
    influence: Mapping[str, float]
    """By feature, its share of all that they contribute; the shares sum to 1."""
    fit: Fit | None
    """None of a classifier that was given: how it was made is not known."""
