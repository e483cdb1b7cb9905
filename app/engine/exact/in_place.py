"""What NumPy does with rows of arrays by making others, for compiled code that makes none."""

from app.classifiers.forest import Float32Array
from app.compiled import compiled_in_place
from app.domain.schema import FloatArray, IntArray

Numbers = FloatArray | IntArray | Float32Array


@compiled_in_place
def copy(values: Numbers, into: Numbers) -> None:
    """Write values over others; both of shape (n,)."""
    for place in range(len(values)):
        into[place] = values[place]


@compiled_in_place
def fill(into: Numbers, value: float) -> None:
    """Write one value over all others, shape (n,)."""
    for place in range(len(into)):
        into[place] = value


@compiled_in_place
def smallest(values: FloatArray) -> float:
    """Of at least one value."""
    least = values[0]
    for value in values:
        least = min(least, value)
    return float(least)


@compiled_in_place
def largest(values: FloatArray) -> float:
    """Of at least one value."""
    most = values[0]
    for value in values:
        most = max(most, value)
    return float(most)
