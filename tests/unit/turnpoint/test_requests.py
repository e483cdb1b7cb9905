"""What a caller asks for is sent, or refused by name: nothing is lost on the way."""

from typing import Any, cast

import pytest

from turnpoint import POPULATION, Turnpoint, UnsendableError
from turnpoint.augmenting import Options, submit

NOBODY = "http://127.0.0.1:9"


@pytest.mark.parametrize("misspelt", ["max_riks", "counts", "permited_range"])
def test_a_misspelt_option_of_a_question_is_refused_by_name(misspelt: str) -> None:
    options = cast(Any, {misspelt: 1})
    with Turnpoint(NOBODY) as client, pytest.raises(TypeError, match=misspelt):
        client.ask("P-1", {"age": 54}, **options)


def test_a_misspelt_option_of_a_job_is_refused_by_name() -> None:
    options = cast(Any, {"maxrows": 3})
    with Turnpoint(NOBODY) as client, pytest.raises(TypeError, match="maxrows"):
        client.augment(POPULATION, target_label="low", **options)


@pytest.mark.parametrize("text", ["rows.csv", "population"])
def test_a_text_is_no_source_of_people(text: str) -> None:
    with Turnpoint(NOBODY) as client, pytest.raises(UnsendableError, match="Path"):
        client.augment(cast(Any, text), target_label="low")


@pytest.mark.parametrize("options", [Options(), Options(improvements=False), Options(improvements=True)])
def test_a_job_asks_for_improvements_where_its_caller_does(options: Options) -> None:
    sent = cast(dict[str, Any], submit(POPULATION, "low", options).content)
    assert sent.get("improvements") == options.get("improvements")
    assert ("improvements" in sent) is ("improvements" in options)
