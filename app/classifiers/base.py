"""What the engine asks of a classifier."""

from typing import Protocol

from app.domain.schema import FloatArray


class ClassifierError(RuntimeError):
    """The classifier is away or answers nonsense; the service answers 503.

    The message is one sentence for whoever runs the service. It never holds a value of a row, so it may be
    logged, nor anything secret of an address.
    """


class Committee(Protocol):
    """Refits of a classifier that judge whether a counterfactual holds."""

    @property
    def size(self) -> int: ...

    def risk(self, rows: FloatArray) -> FloatArray:
        """Every member's risk for each row: shape (n, columns) to (members, n)."""
        ...


class Classifier(Protocol):
    """A risk classifier reachable as predict-in-batch; several threads may ask at once."""

    def risk(self, rows: FloatArray) -> FloatArray:
        """Probability of the outcome for each row: shape (n, columns) to (n,), values in [0, 1].

        Columns come in the schema's order and units; NaN stands for an unknown value.

        Raises:
            ClassifierError: the classifier is away, or a prediction is not a probability.
        """
        ...
