"""What features go by in prompts: short, never alike, and the owner's own word where there is one."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.feature import Feature, Kind
from app.domain.short_names import LONGEST, is_shortened, with_short_names

WORDS = st.sampled_from(["weekly", "hours", "of", "walking", "reading", "a", "1", "saturated"])
NAMES = st.lists(WORDS, min_size=1, max_size=6).map("_".join).filter(lambda name: not name[0].isdigit())


def features(*names: str, **short: str) -> list[Feature]:
    told = ({"name": name, "label": name, "kind": Kind.BOOLEAN} for name in names if name)
    return [
        Feature.model_validate(one | ({"short": short[one["name"]]} if one["name"] in short else {}))
        for one in told
    ]


def called(*names: str, **short: str) -> list[str]:
    return [feature.called for feature in with_short_names(features(*names, **short))]


def test_names_of_usual_length_stay() -> None:
    assert called("age", "max_heart_rate", "saturated_fat", age="years") == [
        "years",
        "max_heart_rate",
        "saturated_fat",
    ]


def test_long_ones_go_by_the_fewest_first_words_that_are_theirs_alone() -> None:
    names = ("hours_of_sleep_on_weekdays", "hours_of_walking_on_weekdays", "systolic_blood_pressure")
    assert called(*names) == ["hours_of_sleep", "hours_of_walking", "systolic"]


def test_what_another_one_goes_by_is_taken() -> None:
    assert called("systolic_blood_pressure", "sbp", sbp="systolic") == ["systolic_blood", "systolic"]


def test_without_words_of_its_own_a_name_is_told_whole() -> None:
    names = ("hours_of_sleep_on_weekdays", "hours_of_sleep_on_weekdays_too")
    assert called(*names) == list(names)


def test_what_its_owner_calls_it_is_not_shortened_though_the_name_begins_so() -> None:
    names = ("systolic_blood_pressure", "diastolic_blood_pressure")
    own, other = with_short_names(features(*names, systolic_blood_pressure="systolic"))
    assert (own.called, other.called) == ("systolic", "diastolic")
    assert not is_shortened(own)
    assert is_shortened(other)


@given(st.lists(NAMES.filter(lambda name: len(name) <= 40), unique=True, min_size=1, max_size=8))
def test_no_two_are_called_alike_and_the_same_names_are_called_the_same(names: list[str]) -> None:
    once = with_short_names(features(*names))
    assert len({feature.called for feature in once}) == len(names)
    assert with_short_names(once) == once
    for feature in once:
        assert feature.name.startswith(feature.called)
        assert is_shortened(feature) == (feature.called != feature.name)
        assert len(feature.name) > LONGEST or feature.called == feature.name
