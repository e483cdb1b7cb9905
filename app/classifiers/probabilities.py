"""What a model whose inside is not seen answers with, as risks."""

import numpy as np

from app.domain.schema import FloatArray
from app.domain.tolerances import PROBABILITY_SLACK


class SignatureMismatchError(ValueError):
    """What does not fit, as the half of a sentence that starts with the model; it holds no values."""


def as_probabilities(values: FloatArray) -> FloatArray:
    """The same numbers, the last digit beyond 0 or 1 taken off.

    Raises:
        SignatureMismatchError: they are no probabilities.
    """
    if not np.isfinite(values).all():
        raise SignatureMismatchError("answers with something that is not a number")
    if (values < -PROBABILITY_SLACK).any() or (values > 1 + PROBABILITY_SLACK).any():
        raise SignatureMismatchError("answers with numbers outside 0 to 1, which are no probabilities")
    return np.clip(values, 0.0, 1.0)
