"""What a caller asks for is sent, or refused by name: nothing is lost on the way."""

from datetime import UTC, date, datetime
from itertools import combinations
from typing import Any, cast

import pandas as pd
import pytest

from turnpoint import POPULATION, RequestOptions, Turnpoint, UnsendableError
from turnpoint.augmenting import Options, submit
from turnpoint.requests import ask, predict

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


TARGETS: RequestOptions = {"max_risk": 0.4, "relative_reduction": 0.2, "absolute_reduction": 0.1}


def sent(options: Any) -> Any:
    """The body of a question with these options."""
    return ask("P-1", {"age": 54}, options).content


@pytest.mark.parametrize("kind", TARGETS)
def test_a_target_is_sent_as_what_it_is(kind: str) -> None:
    amount = cast(Any, TARGETS)[kind]
    none_of_the_others = dict.fromkeys(TARGETS) | {kind: amount}
    for options in ({kind: amount}, none_of_the_others):
        assert sent(options)["target"] == {kind: amount}


def test_without_a_wish_there_is_no_target() -> None:
    assert "target" not in sent({})
    assert "target" not in sent(dict.fromkeys(TARGETS))


@pytest.mark.parametrize("kinds", [*combinations(TARGETS, 2), tuple(TARGETS)], ids="+".join)
def test_several_targets_are_refused_by_name_and_without_their_amounts(kinds: tuple[str, ...]) -> None:
    several = {kind: cast(Any, TARGETS)[kind] for kind in kinds}
    with Turnpoint(NOBODY) as client, pytest.raises(UnsendableError) as caught:
        client.ask("P-1", {"age": 54}, **cast(Any, several))
    assert all(kind in str(caught.value) for kind in kinds)
    assert "0." not in str(caught.value)


@pytest.mark.parametrize("always", [True, False])
def test_what_is_asked_for_always_is_sent_as_it_is(always: bool) -> None:
    assert sent({"always": always})["always"] is always
    assert "always" not in sent({"always": None})


@pytest.mark.parametrize("options", [Options(), Options(improvements=False), Options(improvements=True)])
def test_a_job_asks_for_improvements_where_its_caller_does(options: Options) -> None:
    sent = cast(dict[str, Any], submit(POPULATION, "low", options).content)
    assert sent.get("improvements") == options.get("improvements")
    assert ("improvements" in sent) is ("improvements" in options)


def test_a_range_that_is_a_word_goes_as_it_is_for_the_service_to_refuse() -> None:
    asked = sent({"permitted_range": {"smoking": "daily"}})
    assert asked["constraints"]["permitted_range"] == {"smoking": "daily"}


@pytest.mark.parametrize(
    "day",
    [date(2026, 3, 1), datetime(2026, 3, 1, 23, 30, tzinfo=UTC), pd.Timestamp("2026-03-01"), "2026-03-01"],
)
def test_a_day_is_sent_as_its_date(day: Any) -> None:
    predicting: Any = predict({}, None, days={day: {}}).content
    for body in (sent({"days": {day: {}}}), predicting):
        assert body["days"] == [{"date": "2026-03-01", "features": {}}]
