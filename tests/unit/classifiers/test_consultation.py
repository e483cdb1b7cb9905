"""What is said beside a model's estimates, as its folder says it."""

import re
from pathlib import Path

import pytest

from app.classifiers.consultation import read_consultation
from app.classifiers.folder import ModelFolderError
from app.classifiers.store import read_schema
from app.domain.consultation import STATES, Consultation, general_consultation
from app.domain.kept import kept_features
from app.paths import MODEL_STORE

MODELS = sorted(path.parent.name for path in MODEL_STORE.glob("*/consultation.toml"))


def of(model: str) -> Consultation:
    folder = MODEL_STORE / model
    found = read_consultation(folder, read_schema(folder))
    assert found is not None
    return found


def spoilt(folder: Path, old: str, new: str) -> None:
    """The shipped file of dysglycaemia with one thing other, read."""
    shipped = MODEL_STORE / "dysglycaemia"
    text = (shipped / "consultation.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "consultation.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    read_consultation(folder, read_schema(shipped))


@pytest.mark.parametrize("model", MODELS)
def test_every_state_has_a_next_step_with_a_dated_guideline(model: str) -> None:
    consultation = of(model)
    for state in STATES.values():
        step = consultation.next_for(state)
        for guideline in consultation.guidelines(step.guidelines):
            assert guideline.url.scheme == "https"
            assert guideline.checked.year >= guideline.year
        assert step.guidelines


def test_a_model_without_the_file_has_general_words(tmp_path: Path) -> None:
    assert read_consultation(tmp_path, read_schema(MODEL_STORE / "dysglycaemia")) is None
    general = general_consultation("low iron")
    assert "low iron" in general.estimate.says
    assert {general.next_for(state).says for state in STATES.values()} == {general.next_step[0].says}


@pytest.mark.parametrize(
    ("value", "has_outcome", "says"),
    [
        (5.6, False, "below the range of prediabetes"),
        (5.7, True, "in the range of prediabetes"),
        (6.4, True, "in the range of prediabetes"),
        (6.5, True, "in the range of diabetes"),
    ],
)
def test_a_result_is_told_by_its_range(value: float, has_outcome: bool, says: str) -> None:
    measured = of("dysglycaemia").measured
    assert measured.has_outcome(value) is has_outcome
    assert measured.finding_of(value, has_outcome).says == says


def test_units_of_hba1c_agree_as_laboratories_print_them() -> None:
    """39 mmol/mol is 5.7 %, 48 mmol/mol is 6.5 %."""
    (unit,) = of("dysglycaemia").measured.also_in
    assert [round(each * unit.factor + unit.offset, 1) for each in (39, 48)] == [5.7, 6.5]


def test_a_guideline_says_whom_it_is_about() -> None:
    (uspstf,) = of("dysglycaemia").guidelines(["uspstf-2021"])
    assert uspstf.names({"age": 50, "bmi": 31.0}) is True
    assert uspstf.names({"age": 29, "bmi": None}) is False
    assert uspstf.names({"age": 50, "bmi": None}) is None


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('when = ["unclear"]', 'when = ["above"]', "next_step: none is for an estimate that is unclear"),
        ('code = "ada-2026"', 'code = "uspstf-2021"', "there are two of this code"),
        ('guidelines = ["ada-2026"]', 'guidelines = ["ada-2027"]', "none of the code ada-2027"),
        ("age = { from", "years = { from", "guideline.uspstf-2021.ranges.years"),
        ("outcome_from = 5.7", "outcome_from = 57", "measured.outcome_from"),
        ("below = 5.7", "below = 6.7", "measured.finding: their values do not rise"),
        ("outcome_from = 5.7", "outcome_from = 5.8", "measured.finding: none ends where the outcome begins"),
        ("from = 35, to = 70", "from = 70, to = 35", "guideline.uspstf-2021.ranges.age: its from is above"),
        ('feature = "sedentary"', 'feature = "bmi"', "said.bmi: there are two of this feature"),
        ("year = 2021", 'year = "2021"', "guideline.'uspstf-2021'.year: must be a whole number"),
        ("recheck_months = 36", 'recheck_months = "36"', "recheck_months: must be a whole number"),
        ('unit = "%"', "", "measured"),
        ('says = "Estimated', 'say = 1\nsays = "Estimated', "estimate.say: is no key of a consultation"),
        ("Sit {size}", "Sit {much}", "said.'sedentary'.says"),
        ('feature = "sedentary"', 'feature = "sitting"', "said.sitting"),
        ("https://diabetes", "diabetes", "guideline.'ada-2026'.url"),
    ],
)
def test_a_fault_is_named_by_its_place(tmp_path: Path, old: str, new: str, where: str) -> None:
    with pytest.raises(ModelFolderError) as found:
        spoilt(tmp_path, old, new)
    assert where in str(found.value)


@pytest.mark.parametrize("model", MODELS)
def test_a_pregnant_patient_is_offered_nothing_and_told_why(model: str) -> None:
    refusing = {one.code: one.refuses for one in of(model).preference if one.refuses}
    assert "pregnancy" in refusing["pregnancy"].lower()


@pytest.mark.parametrize("model", MODELS)
def test_each_preference_keeps_something_and_leaves_something(model: str) -> None:
    schema = read_schema(MODEL_STORE / model)
    for chip in of(model).preference:
        if chip.keeps:
            assert 0 < len(kept_features(schema, chip.keeps)) < len(schema.actionable)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            'keeps = ["meals_out"]',
            'keeps = ["meals"]',
            "no-cooking.keeps: meals is no feature or theme",
        ),
        (
            'keeps = ["meals_out"]',
            'keeps = ["age"]',
            "no-cooking.keeps: age is no feature or theme",
        ),
        ('keeps = ["meals_out"]', "", "preference.'no-cooking': either keeps something or refuses"),
        ('code = "no-cooking"', 'code = "shift-work"', "preference.shift-work: there are two of this code"),
        (
            'keeps = ["meals_out"]',
            'keeps = ["weight", "food", "activity", "sleep", "smoking", "alcohol"]',
            "preference.no-cooking.keeps: leaves nothing to change",
        ),
        (
            'label = "Does not cook"',
            'lable = "Does not cook"',
            "preference.'no-cooking'.label: is missing",
        ),
    ],
)
def test_a_fault_of_a_preference_is_named_by_its_code(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(ModelFolderError, match=re.escape(why)):
        spoilt(tmp_path, old, new)
