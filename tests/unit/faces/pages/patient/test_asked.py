"""What a question asked for is told in words, and nothing where it left all to the model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.feature import Theme
from app.domain.schema import FeatureSchema
from app.domain.wording import inline
from app.engine.registry import ServedModel
from app.faces.pages.patient.views.asked import asked_of, theme_words, words_for
from tests.asking import Person
from tests.unit.faces.answers import change, option
from tests.unit.faces.pages.patient.contexts import context, recorded


def constraints(
    vary: list[str] | None = None, keep: tuple[str, ...] = (), most: int = 3, **ranges: list[float | None]
) -> dict[str, object]:
    whole = {"features_to_vary": vary, "features_to_keep": list(keep), "permitted_range": ranges}
    return whole | {"max_changes": most}


def test_where_nothing_was_asked_for_nothing_is_told(served: ServedModel, helpable: Person) -> None:
    assert asked_of(context(recorded(served, helpable), served)) == ()


@given(data=st.data())
def test_words_stand_for_exactly_the_features_that_are_meant(
    schema: FeatureSchema, data: st.DataObject
) -> None:
    names = [feature.name for feature in schema.actionable]
    meant = data.draw(st.lists(st.sampled_from(names), unique=True))
    theme_of = {theme_words(theme): theme for theme in Theme}
    stood_for: set[str] = set()
    for word in words_for(schema, meant):
        if word in theme_of:
            stood_for |= set(schema.with_theme(theme_of[word]))
        else:
            stood_for |= {name for name in names if inline(schema[name].label) == word}
    assert stood_for == set(meant)


def test_a_theme_that_is_kept_as_a_whole_is_called_by_its_name(
    served: ServedModel, schema: FeatureSchema, helpable: Person
) -> None:
    kept = constraints(keep=(*schema.with_theme(Theme.ACTIVITY), "sugar"))
    told = asked_of(context(recorded(served, helpable, constraints=kept), served))
    assert told == (("Not to be changed", "activity, total sugars"),)


def test_what_alone_may_change_is_told_where_that_is_shorter(served: ServedModel, helpable: Person) -> None:
    told = asked_of(context(recorded(served, helpable, constraints=constraints(vary=["sleep"])), served))
    assert told == (("Allowed to change", "sleep"),)


@pytest.mark.parametrize(
    ("limits", "told"),
    [([25.0, None], "25 at least"), ([None, 30.5], "30.5 at most"), ([25.0, 30.0], "25 to 30")],
)
def test_limits_of_the_caller_are_told(
    served: ServedModel, schema: FeatureSchema, helpable: Person, limits: list[float | None], told: str
) -> None:
    row = recorded(served, helpable, constraints=constraints(bmi=limits))
    assert asked_of(context(row, served)) == (("To end within", f"{schema['bmi'].label} {told}"),)


def test_a_limit_of_a_yes_or_no_is_told_so(
    served: ServedModel, schema: FeatureSchema, helpable: Person
) -> None:
    row = recorded(served, helpable, constraints=constraints(active_travel=[0.0, 0.0]))
    assert asked_of(context(row, served)) == (("To end within", f"{schema['active_travel'].label} no"),)


def test_limits_of_a_what_if_are_the_patients_own_and_go_unsaid(
    served: ServedModel, helpable: Person
) -> None:
    base = recorded(served, helpable)
    row = recorded(served, helpable, based_on=base.id, constraints=constraints(bmi=[25.0, None]))
    assert asked_of(context(row, served, base=base)) == ()


def test_what_is_opened_beyond_the_usual_is_told(served: ServedModel, helpable: Person) -> None:
    opened = {"include": ["treatment"], "programme": "intensive", "diversity": "least_effort"}
    about = {"name": "Sleep", "themes": ["sleep"], "distinctions": []}
    slept = option(1, change("sleep", 5.0, 6.0), strategy=about)
    row = recorded(served, helpable, slept, constraints=constraints(most=1), **opened)
    assert asked_of(context(row, served)) == (
        ("At most", "1 behaviour at once"),
        ("Also", "treatment targets, for the clinician"),
        ("Programme", "intensive"),
        ("Options", "those of least effort, however alike"),
    )
