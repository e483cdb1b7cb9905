"""Chips of any model, and whether what is shown heeds them."""

from typing import Any

import pytest

from app.domain.ids import uuid7
from app.domain.kept import kept_features, leaves_nothing
from app.engine.registry import ModelRegistry, ServedModel, served_model
from app.faces.pages.patient.views.preferences import preferences_view
from app.storage.consultation_tables import PreferencesRow
from tests.rare import rare_model
from tests.unit.faces.answers import ASKED, a_person
from tests.unit.faces.pages.patient.contexts import context, recorded
from tests.wide import wide_model


@pytest.fixture(scope="module")
def every(registry: ModelRegistry) -> list[ServedModel]:
    return [*registry, served_model(rare_model()), served_model(wide_model())]


def said(served: ServedModel, codes: list[str], names: list[str]) -> PreferencesRow:
    return PreferencesRow(
        id=uuid7(),
        created_at=ASKED,
        patient_id="P-0017",
        model_name=served.model.name,
        codes=codes,
        features_to_keep=names,
        given_by=None,
    )


def view(served: ServedModel, row: PreferencesRow | None = None, keep: list[str] | None = None) -> Any:
    asked: dict[str, Any] = {
        "features_to_vary": None,
        "permitted_range": {},
        "max_changes": 3,
        "features_to_keep": keep or [],
    }
    answer = recorded(served, a_person(served.model.schema), constraints=asked)
    return preferences_view(context(answer, served, preferences=row))


def test_a_model_has_its_own_chips_or_none_and_no_choice_leaves_nothing(every: list[ServedModel]) -> None:
    for served in every:
        found = view(served)
        assert [chip.label for chip in found.choices.chips] == [
            one.label for one in served.consultation.preference
        ]
        for chip in found.choices.keeps:
            assert not leaves_nothing(served.model.schema, [chip.name.removeprefix("keep.")])
        assert found.refused == found.unheeded == found.unknown == ()
        assert found.recorded_at is None


def test_what_is_shown_is_unheeding_until_its_question_kept_it_all(every: list[ServedModel]) -> None:
    for served in every:
        schema = served.model.schema
        names = [chip.name.removeprefix("keep.") for chip in view(served).choices.keeps][:2]
        kept = list(kept_features(schema, names))
        if kept:
            assert view(served, said(served, [], names)).unheeded
            assert view(served, said(served, [], names), keep=kept).unheeded == ()
            chosen = [chip for chip in view(served, said(served, [], names)).choices.keeps if chip.is_chosen]
            assert {chip.name for chip in chosen} == {f"keep.{name}" for name in names}


def test_a_code_that_the_model_has_no_more_is_told(served: ServedModel) -> None:
    found = view(served, said(served, ["pregnancy", "gone"], []))
    assert found.unknown == ("gone",)
    assert len(found.refused) == 1


def test_of_a_model_that_is_hosted_no_more_nothing_can_be_chosen(served: ServedModel) -> None:
    answer = recorded(served, a_person(served.model.schema))
    assert preferences_view(context(answer, None)) is None
