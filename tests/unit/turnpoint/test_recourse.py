"""What `Recourse` is asked about one person."""

from typing import Any

import pytest

from turnpoint.errors import UnsendableError
from turnpoint.recourse import Recourse


@pytest.fixture(scope="module")
def recourse() -> Recourse:
    return Recourse.load("heart-disease")


@pytest.mark.parametrize("given", [[1], "age", None, ({"age": 61},)])
def test_features_that_are_no_mapping_are_refused_in_a_sentence(recourse: Recourse, given: Any) -> None:
    with pytest.raises(UnsendableError, match=r"a mapping of names to values, not a \w+: ask `explain`"):
        recourse.explain_one(given)
