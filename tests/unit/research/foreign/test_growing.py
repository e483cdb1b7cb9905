"""Thresholds in single precision let no value fall on the other side."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from research.foreign.growing import just_above

THRESHOLDS = st.one_of(
    st.floats(-1e30, 1e30), st.floats(-200, 200).map(lambda value: round(value, 2)), st.floats(width=32)
).filter(np.isfinite)


@given(threshold=THRESHOLDS, steps=st.integers(-3, 3))
def test_at_or_below_a_threshold_is_below_the_number_just_above(threshold: float, steps: int) -> None:
    with np.errstate(over="ignore"):
        value = np.float32(threshold)
        for _ in range(abs(steps)):
            value = np.nextafter(value, np.float32(np.copysign(np.inf, steps)))
    above = just_above(threshold)
    assert (float(value) <= threshold) == bool(value < above)
